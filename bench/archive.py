"""A generated archive of any size: articles of Zipf words, a third of them Arabic, lengths as news has them.

`fill` writes what the stages would have: URLs, 2.5 fetches for each article and one a night for each source's feed,
revisions, changes, verdicts, the runs of every night, alerts, and the search index. The articles are put together from
a pool of titles and paragraphs, whose words in the index our own code makes; the same numbers give the same archive.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from pathlib import Path

from bench import csv_copy
from pipelines.alert import watches
from pipelines.extract.extraction import extractor
from pipelines.query import vectors
from pipelines.stores import postgres

NEWEST = datetime(2026, 11, 29, tzinfo=UTC)
# A newsroom's: a million articles are three years of 1,000 sources.
SOURCES, A_NIGHT = 1_000, 913
# Words of a language, and how their use falls off: the second word is used 1 / 2 ** EXPONENT times as often.
VOCABULARY, EXPONENT = 60_000, 1.05
# Words of an article: the middle of what was measured on real news, and how far it spreads.
MEDIAN_WORDS, SPREAD = 254, 0.6
# Words of a title, a description and a paragraph, and paragraphs of the longest article.
TITLE, DESCRIPTION, PARAGRAPH, MOST_PARAGRAPHS = 9, 31, 60, 20
# Of each language: titles with their descriptions, and paragraphs, that articles are put together from; and lengths.
HEADS, PARAGRAPHS, LENGTHS = 10_000, 20_000, 1_000
WATCHES = 5
# Articles of one statement.
BATCH = 20_000
# Indexes that are no keys are made when all rows are there.
INDEXES = """
select indexdef as definition, 'drop index ' || indexrelid::regclass as drop
from pg_index join pg_indexes on indexname = indexrelid::regclass::text
where schemaname = 'public' and not indisunique and tablename = any(%(tables)s)
"""
TABLES = ("urls", "fetches", "articles", "article_words", "revision_rows", "changes", "outcomes", "runs", "alerts")
POOLS = """
create temporary table pool_heads (language text, n integer, title text, description text, words tsvector);
create temporary table pool_paragraphs (language text, n integer, text text, words tsvector);
create temporary table pool_lengths (n integer, paragraphs integer);
create aggregate pg_temp.joined (tsvector) (sfunc = tsvector_concat, stype = tsvector, initcond = '')
"""
ROWS, ONCE = Path(__file__).with_suffix(".sql"), Path(__file__).with_name("archive_once.sql")
LETTERS = {"ar": "ابتثجحخدذرزسشصضطعغفقكلمنهوي", "en": "abcdefghijklmnopqrstuvwxyz"}


@dataclass(frozen=True)
class Size:
    """How large an archive is: articles, of so many sources, so many a night, of about so many words."""

    articles: int
    sources: int = SOURCES
    a_night: int = A_NIGHT
    words: int = MEDIAN_WORDS
    heads: int = HEADS
    paragraphs: int = PARAGRAPHS
    vocabulary: int = VOCABULARY


def small(articles: int) -> Size:
    """A small newsroom's: 20 sources, fifty short articles a night; made in seconds, for tests."""
    return Size(articles, sources=20, a_night=50, words=PARAGRAPH, heads=300, paragraphs=300, vocabulary=2_000)


@dataclass(frozen=True)
class Language:
    """A language's words, the most used first, and how often each is used."""

    words: list[str]
    weights: list[float]


@lru_cache(maxsize=4)
def language(code: str, size: Size) -> Language:
    """The words of a language; the same each time."""
    dice = random.Random(f"words of {code}")
    words: dict[str, None] = {}
    while len(words) < size.vocabulary:
        length = 2 + min(8, int(len(words) ** 0.2)) + dice.randint(0, 3)
        words["".join(dice.choices(LETTERS[code], k=length))] = None
    return Language(list(words), list(accumulate(1 / rank**EXPONENT for rank in range(1, size.vocabulary + 1))))


def fill(conn: postgres.Connection, size: Size) -> None:
    """Write articles, numbered from 1, the newest last, and all that belongs to them; statistics come at the end."""
    of = {
        "articles": size.articles, "sources": size.sources, "a_night": size.a_night, "heads": size.heads,
        "paragraphs": size.paragraphs, "lengths": LENGTHS, "newest": NEWEST,
        "no": vectors.GAP + 1, "number": vectors.GAP + 2, "words": PARAGRAPH, "extractor": extractor(),
    }  # fmt: skip
    with conn, conn.cursor() as cursor:
        # Foreign keys are not looked at.
        cursor.execute("set session_replication_role = replica; set synchronous_commit = off; set work_mem = '256MB'")
        cursor.execute("set maintenance_work_mem = '1GB'")
        cursor.execute(POOLS)
        _pools(conn, size)
        cursor.execute("analyze pool_heads; analyze pool_paragraphs; analyze pool_lengths")
        cursor.execute(INDEXES, {"tables": list(TABLES)})
        indexes = [dict(row) for row in cursor.fetchall()]
        for index in indexes:
            cursor.execute(index["drop"])
    for begin in range(1, size.articles + 1, BATCH):
        with conn, conn.cursor() as cursor:
            for statement in _statements(ROWS):
                cursor.execute(statement, {**of, "first": begin, "last": begin + BATCH - 1})
    with conn, conn.cursor() as cursor:
        for table in ("urls", "fetches", "articles"):
            cursor.execute(f"select setval(pg_get_serial_sequence('{table}', 'id'), (select max(id) from {table}))")
        for statement in _statements(ONCE):
            cursor.execute(statement, of)
        for number in range(WATCHES):
            watches.add(conn, watches.make(f"watch-{number}", ["found"], channels=["newsdesk"]))
        for index in indexes:
            cursor.execute(index["definition"])
        cursor.execute("set session_replication_role = origin; reset work_mem; reset maintenance_work_mem")
        cursor.execute("drop table pool_heads, pool_paragraphs, pool_lengths cascade")
        # Each plan counts what came of the run before: all are counted but the last.
        cursor.execute("select max(run) as last, count(*) as nights from run_plans")
        planned = dict(cursor.fetchone() or {})
        over = datetime.now(UTC) - NEWEST - timedelta(days=1)
        postgres.execute(conn, "summarise_runs", run=planned["last"], over=over, count=planned["nights"])
    conn.autocommit = True
    with conn.cursor() as cursor:
        cursor.execute("vacuum analyze")
    conn.autocommit = False


def make_languages(size: Size) -> dict[str, Language]:
    """The languages of an archive."""
    return {code: language(code, size) for code in LETTERS}


def article(number: int, size: Size) -> dict[str, object]:
    """An article as those of the archive are, of words of its own."""
    dice, code = random.Random(number), "ar" if number % 3 == 0 else "en"
    spoken = language(code, size)
    paragraphs = min(MOST_PARAGRAPHS, max(1, round(dice.lognormvariate(0, SPREAD) * size.words / PARAGRAPH)))
    return {
        "language": code,
        "title": " ".join(_draw(spoken, dice, TITLE)),
        "description": " ".join(_draw(spoken, dice, DESCRIPTION)),
        "text": "\n".join(" ".join(_draw(spoken, dice, PARAGRAPH)) for _ in range(paragraphs)),
    }


def texts(count: int, size: Size) -> Iterator[str]:
    """Paragraphs of the archive."""
    for code in LETTERS:
        spoken, dice = language(code, size), random.Random(f"paragraphs of {code}")
        for _ in range(count // len(LETTERS)):
            yield " ".join(_draw(spoken, dice, PARAGRAPH))


def _pools(conn: postgres.Connection, size: Size) -> None:
    known: set[str] = set()
    for code in LETTERS:
        spoken = language(code, size)
        heads, paragraphs = random.Random(f"heads of {code}"), random.Random(f"paragraphs of {code}")
        rows = []
        for number in range(size.heads):
            title, description = (" ".join(_draw(spoken, heads, words)) for words in (TITLE, DESCRIPTION))
            (vector,), words = vectors.vectors({"title": title, "description": description, "text": ""}, ())
            known |= words
            rows.append([code, number, title, description, vector.words])
        csv_copy.copy_csv(conn, "pool_heads", ("language", "n", "title", "description", "words"), rows)
        rows = []
        for number in range(size.paragraphs):
            content = " ".join(_draw(spoken, paragraphs, PARAGRAPH))
            (vector,), words = vectors.vectors({"title": "", "description": "", "text": content}, ())
            known |= words
            rows.append([code, number, content, _from_one(vector.words)])
        csv_copy.copy_csv(conn, "pool_paragraphs", ("language", "n", "text", "words"), rows)
    dice = random.Random("lengths")
    lengths = [
        [n, min(MOST_PARAGRAPHS, max(1, round(dice.lognormvariate(0, SPREAD) * size.words / PARAGRAPH)))]
        for n in range(LENGTHS)
    ]
    csv_copy.copy_csv(conn, "pool_lengths", ("n", "paragraphs"), lengths)
    postgres.execute(conn, "words_add", words=" ".join(sorted(known)))


def _draw(spoken: Language, dice: random.Random, count: int) -> list[str]:
    return dice.choices(spoken.words, cum_weights=spoken.weights, k=count)


def _from_one(words: str) -> str:
    """A vector of a text alone, its places counted from its own first word."""
    behind = 3 * vectors.GAP
    entries = (entry.rpartition(":") for entry in words.split(" "))
    return " ".join(
        f"{form}:{','.join(str(int(place) - behind) for place in places.split(','))}" for form, _, places in entries
    )


def _statements(path: Path) -> list[str]:
    _, *parts = postgres.NAMED.split(path.read_text(encoding="utf-8"))
    return parts[1::2]


def whole(conn: postgres.Connection, number: int) -> bool:
    """Whether an article stands in the index as load would have put it there."""
    with conn, conn.cursor() as cursor:
        cursor.execute("select title, description, text from articles where id = %s", (number,))
        lines, _ = vectors.vectors(dict(cursor.fetchone() or {}), ())
        cursor.execute(
            "select words = %s::tsvector as same from article_words where article_id = %s", (lines[0].words, number)
        )
        row = cursor.fetchone()
    return len(lines) == 1 and bool(row and dict(row)["same"])

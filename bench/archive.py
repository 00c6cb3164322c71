"""A generated archive of any size: articles of Zipf words, a third of them Arabic, lengths as news has them.

`fill` writes what load would: URLs, a fetch each, articles, and the search index by our own code; the same numbers give
the same archive.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from pipelines import text
from pipelines.query import vectors
from pipelines.stores import postgres

NEWEST = datetime(2026, 11, 29, tzinfo=UTC)
# Three years of 1,000 sources, as a newsroom has after some time.
SPAN = timedelta(days=3 * 365)
SOURCES = 1_000
# Words of a language, and how their use falls off: the second word is used 1 / 2 ** EXPONENT times as often.
VOCABULARY, EXPONENT = 60_000, 1.05
# Words of an article: the middle of what was measured on real news (arabic.md, section 6), and how far it spreads.
MEDIAN_WORDS, SPREAD, MOST_WORDS = 254, 0.6, 4_000
BATCH = 1_000
LETTERS = {"ar": "ابتثجحخدذرزسشصضطعغفقكلمنهوي", "en": "abcdefghijklmnopqrstuvwxyz"}


@dataclass(frozen=True)
class Language:
    """A language's words, the most used first, and how often each is used."""

    words: list[str]
    weights: list[float]


def language(code: str) -> Language:
    """The words of a language; the same each time."""
    dice = random.Random(f"words of {code}")
    words: dict[str, None] = {}
    while len(words) < VOCABULARY:
        length = 2 + min(8, int(len(words) ** 0.2)) + dice.randint(0, 3)
        words["".join(dice.choices(LETTERS[code], k=length))] = None
    return Language(list(words), list(accumulate(1 / rank**EXPONENT for rank in range(1, VOCABULARY + 1))))


def fill(conn: postgres.Connection, articles: int, *, processes: int = 2) -> None:
    """Write so many articles, numbered from 1, the newest last, with their index; statistics are made at the end."""
    numbers = [(begin, min(begin + BATCH, articles + 1), articles) for begin in range(1, articles + 1, BATCH)]
    known: set[str] = set()
    with ProcessPoolExecutor(processes) as pool:
        for rows, words in pool.map(_batch, numbers):
            with conn:
                for table, (columns, values) in rows.items():
                    postgres.copy(conn, table, columns, values)
                postgres.execute(conn, "words_known", words=sorted(words - known))
            known |= words
    with conn, conn.cursor() as cursor:
        for table in ("urls", "fetches", "articles"):
            cursor.execute(f"select setval(pg_get_serial_sequence('{table}', 'id'), (select max(id) from {table}))")
    conn.autocommit = True
    with conn.cursor() as cursor:
        cursor.execute("vacuum analyze")
    conn.autocommit = False


def article(number: int, articles: int, spoken: dict[str, Language]) -> dict[str, object]:
    """The article of a number in an archive of so many."""
    dice = random.Random(number)
    code = "ar" if number % 3 == 0 else "en"
    own = spoken[code]
    length = min(MOST_WORDS, max(15, int(dice.lognormvariate(0, SPREAD) * MEDIAN_WORDS)))
    words = dice.choices(own.words, cum_weights=own.weights, k=length + 40)
    return {
        "source": f"source-{dice.randrange(SOURCES)}",
        "language": code,
        "title": " ".join(words[:9]),
        "description": " ".join(words[9:40]),
        "text": "\n".join(" ".join(words[at : at + 60]) for at in range(40, len(words), 60)),
        "at": NEWEST - SPAN * (1 - number / articles),
    }


_spoken: dict[str, Language] = {}


def spoken() -> dict[str, Language]:
    """The languages of the archive."""
    if not _spoken:
        _spoken.update({code: language(code) for code in LETTERS})
    return _spoken


Rows = dict[str, tuple[list[str], list[list[object]]]]


def _batch(given: tuple[int, int, int]) -> tuple[Rows, set[str]]:
    begin, end, articles = given
    rows: Rows = {
        "urls": (
            ["id", "source", "url_key", "url", "host", "kind", "state", "discovered_run", "discovered_at", "next_at"],
            [],
        ),
        "fetches": (["id", "run", "source", "url_id", "url", "fetched_at", "outcome"], []),
        "articles": (
            ["id", "source", "url_id", "url", "canonical_url", "canonical_key", "title", "description", "text",
             "language", "published_at", "page_digest", "title_digest", "text_digest", "extractor", "words", "fetch_id",
             "fetched_at", "seen_at", "first_run", "first_fetched_at", "loaded_run", "loaded_at"], [],
        ),
        "article_words": (
            ["article_id", "part", "shape", "source", "language", "dated", "loaded_at", "words"], [],
        ),
    }  # fmt: skip
    known: set[str] = set()
    for number in range(begin, end):
        one = article(number, articles, spoken())
        at, source, run = one["at"], one["source"], f"{one['at']:%Y-%m-%dT0200}"
        url = f"https://{source}.test/{number}"
        lines, words = vectors.vectors({name: str(one[name]) for name in ("title", "description", "text")}, ())
        known |= words
        digests = [text.digest(str(one[name])) for name in ("text", "title", "text")]
        rows["urls"][1].append([number, source, url, url, f"{source}.test", "article", "stored", run, at, None])
        rows["fetches"][1].append([number, run, source, number, url, at, "fetched"])
        rows["articles"][1].append(
            [number, source, number, url, url, url, one["title"], one["description"], one["text"], one["language"], at,
             *digests, "x1", text.words(str(one["text"])), number, at, at, run, at, run, at]
        )  # fmt: skip
        for line in lines:
            rows["article_words"][1].append(
                [number, line.part, int(line.shape), source, one["language"], at, at, line.words]
            )
    return rows, known


def texts(count: int, articles: int) -> Iterator[str]:
    """Texts of the archive, spread over it."""
    for number in range(1, articles + 1, max(1, articles // count)):
        yield str(article(number, articles, spoken())["text"])

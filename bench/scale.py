"""Search in a large archive: 200 mixed queries on generated articles, beside ILIKE in the same run.

python -m bench scale [--articles 10000 100000 1000000]: an archive of each size; per kind of query the median and the
95th percentile of a warm first page, the size of the index beside that of the texts, and what filling took.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Callable

from bench import archive, fresh, page
from pipelines.archive import search
from pipelines.archive.search import Order
from pipelines.errors import NightdeskError
from pipelines.stores import postgres

TITLE = "Search in a large archive"
SIZES = (10_000, 30_000, 100_000)
QUERIES = 200
# What a warm first page may take on two idle cores, and what 95 of 100 queries must keep.
LIMIT_MS = 300.0
PERCENT = 95


def main(words: list[str]) -> int:
    """Measure, print, write docs/benchmarks.md; exit 1 where the largest archive takes longer than it may."""
    parser = argparse.ArgumentParser(prog="python -m bench scale", description=__doc__)
    parser.add_argument("--articles", type=int, nargs="+", default=list(SIZES))
    given = parser.parse_args(words)
    slowest, said = 0.0, []

    def say(line: str) -> None:
        print(line, flush=True)
        said.append(line)

    for articles in given.articles:
        with fresh.installation() as settings, postgres.connection(settings) as conn:
            began = time.monotonic()
            archive.fill(conn, archive.Size(articles))
            say(f"scale: {articles:,} articles, filled in {time.monotonic() - began:,.0f} s; {_sizes(conn)}")
            slowest = _measured(conn, articles, say)
    say(f"scale: the last 95th percentile of all queries may be {LIMIT_MS:.0f} ms")
    page.write({TITLE: "```\n" + "\n".join(said) + "\n```"}, "make bench-scale")
    return int(slowest > LIMIT_MS)


def _measured(conn: postgres.Connection, articles: int, say: Callable[[str], None]) -> float:
    asked = queries(articles)
    took: dict[str, list[float]] = {}
    for _warm in (True, False):
        took.clear()
        for kind, ask in asked:
            began = time.perf_counter()
            try:
                ask(conn)
            except NightdeskError as error:
                print(f"scale: {kind}: {error}")
            took.setdefault(kind, []).append((time.perf_counter() - began) * 1000)
    for kind, ms in sorted(took.items()):
        say(f"scale: {articles:>9,}  {kind:<22} {_told(ms)}")
    alone = [one for kind, ms in took.items() if kind != "ILIKE" for one in ms]
    say(f"scale: {articles:>9,}  {'all but ILIKE':<22} {_told(alone)}")
    return _percentile(alone)


Ask = Callable[[postgres.Connection], object]


def queries(articles: int) -> list[tuple[str, Ask]]:
    """200 queries of all kinds, and what ILIKE is asked beside: each with its kind."""
    dice = random.Random(17)
    spoken = archive.spoken(archive.Size(articles))
    texts = list(archive.texts(QUERIES, archive.Size(articles)))

    def word(lowest: int, highest: int) -> str:
        return spoken[dice.choice(("ar", "en"))].words[dice.randrange(lowest, highest)]

    def page(query: str, **how: object) -> Ask:
        return lambda conn: search.search(conn, query, now=archive.NEWEST, **how)  # type: ignore[arg-type]

    def phrase() -> str:
        words = dice.choice(texts).split()
        at = dice.randrange(len(words) - 3)
        return '"' + " ".join(words[at : at + 3]) + '"'

    kinds: dict[str, Callable[[], Ask]] = {
        "a rare word": lambda: page(word(5_000, 50_000)),
        "a usual word": lambda: page(word(50, 2_000)),
        "one of the commonest": lambda: page(word(0, 5)),
        "the commonest, best": lambda: page(word(0, 5), order=Order.BEST),
        "a usual word, best": lambda: page(word(50, 2_000), order=Order.BEST),
        "two words": lambda: page(f"{word(10, 500)} {word(10, 500)}"),
        "two words, one without": lambda: page(f"{word(10, 500)} -{word(0, 50)}"),
        "one of four": lambda: page(" OR ".join(word(10, 5_000) for _ in range(4))),
        "a phrase": lambda: page(phrase()),
        "a phrase of common words": lambda: page(f'"{word(0, 5)} {word(0, 5)}"'),
        "near": lambda: page(f"{word(0, 100)} NEAR/5 {word(0, 100)}"),
        "in the title": lambda: page(f"title:{word(0, 500)}"),
        "of a source": lambda: page(f"{word(0, 50)} source:source-{dice.randrange(archive.SOURCES)}"),
        "of a month": lambda: page(f"{word(0, 500)} from:30d"),
        "part of a word": lambda: page(f"sub:{word(5_000, 50_000)[1:6]}"),
        "beginning of a word": lambda: page(f"{word(5_000, 50_000)[:4]}*"),
        "nothing but without": lambda: page(f"-{word(0, 5)}"),
        "count of a usual word": lambda: (lambda query: lambda conn: search.count(conn, query))(word(50, 2_000)),
        "count of a common word": lambda: (lambda query: lambda conn: search.count(conn, query))(word(0, 5)),
    }
    made = [(kind, kinds[kind]()) for _ in range(QUERIES // len(kinds) + 1) for kind in kinds][:QUERIES]
    beside: list[tuple[str, Ask]] = [("ILIKE", _ilike(word(50, 2_000))) for _ in range(3)]
    return made + beside


def _ilike(word: str) -> Ask:
    """What a user would take instead."""

    def ask(conn: postgres.Connection) -> object:
        with conn, conn.cursor() as cursor:
            cursor.execute(
                "select id from articles where title ilike %(like)s or text ilike %(like)s"
                " order by published_at desc limit 20",
                {"like": f"%{word}%"},
            )
            return cursor.fetchall()

    return ask


def _sizes(conn: postgres.Connection) -> str:
    with conn, conn.cursor() as cursor:
        cursor.execute(
            "select pg_total_relation_size('article_words') as index, pg_total_relation_size('known_words') as words,"
            " (select sum(octet_length(title) + octet_length(description) + octet_length(text)) from articles) as texts"
        )
        row = dict(cursor.fetchone() or {})
    megabytes = {name: int(size) / 1e6 for name, size in row.items()}
    return (
        f"texts {megabytes['texts']:,.0f} MB, index {megabytes['index']:,.0f} MB "
        f"({megabytes['index'] / megabytes['texts']:.2f} of them), distinct words {megabytes['words']:,.0f} MB"
    )


def _told(ms: list[float]) -> str:
    middle, most = statistics.median(ms), _percentile(ms)
    return f"{len(ms):>4} queries, median {middle:7.1f} ms, {PERCENT} of 100 under {most:8.1f} ms"


def _percentile(ms: list[float]) -> float:
    return sorted(ms)[min(len(ms) - 1, len(ms) * PERCENT // 100)]


if __name__ == "__main__":
    raise SystemExit(main([]))

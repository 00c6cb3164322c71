"""Load beside a COPY of the same rows into all the tables that it writes, in archives of several sizes.

python -m bench load [--articles 10000 1000000] [--at FOLDER] [--cpu]: articles a second of COPY, of load with one file
of 2,000 articles and with forty of 50, and the seconds of the same load again; in turns, the median of some rounds.
What is spent on linking stories and on making the words of the search index is told apart. FOLDER keeps the archives,
one for each size; those of `python -m bench migration --at` will do.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bench import archive, grown
from pipelines import digests, signatures
from pipelines.load import stage, story_links
from pipelines.model import Article, Source
from pipelines.query import evaluation, index_rows, vectors
from pipelines.settings import Settings
from pipelines.stores import articlefile, migrations, postgres
from pipelines.stores.articlefile import Line

# Seconds so far, of the clock or of the CPU.
Clock = Callable[[], float]
SIZES = (10_000, 1_000_000)
MANY, FEW = 2_000, 50
ROUNDS = 3
ALIKE = archive.Size(max(SIZES))
# What has to hold: of COPY's rate, of the smallest archive's rate in the largest one, and seconds of a second load.
LEAST_MANY, LEAST_FEW, LEAST_GROWN, MOST_AGAIN = 0.9, 0.75, 0.8, 2.0
# The rows that load writes of articles above a number, parents first; its own columns are made by the database. Load
# gives each URL its end: a new row with an entry in each index.
TABLES = {
    "urls": "id in (select url_id from fetches where id > %(fetch)s)",
    "articles": "id > %(above)s",
    "revision_rows": "article_id > %(above)s",
    "changes": "article_id > %(above)s",
    "outcomes": "fetch_id > %(fetch)s",
    "article_words": "article_id > %(above)s",
}
FETCHED = """
with u as (
    insert into urls (source, url_key, url, host, kind, state, discovered_run, next_at, fetched_at)
    values (%(name)s, %(url)s, %(url)s, %(host)s, 'article', 'fetched', %(run)s, null, %(at)s) returning id
)
insert into fetches (run, source, url_id, url, fetched_at, outcome)
select %(run)s, %(name)s, id, %(url)s, %(at)s, 'fetched' from u returning id, url_id
"""


@dataclass(frozen=True, kw_only=True)
class LoadMeasure:
    """Articles a second; bare: without the words of the index too; apart: shares of load's time, by name."""

    copy: float
    many: float
    few: float
    bare: float
    again: float
    apart: dict[str, float]


def main(given: list[str]) -> int:
    """Measure and print; exit 1 where something does not hold."""
    parser = argparse.ArgumentParser(prog="python -m bench load", description=__doc__)
    parser.add_argument("--articles", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--at", type=Path)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--cpu", action="store_true", help="CPU seconds of Python and the backend, on a busy machine")
    options = parser.parse_args(given)
    found = {}
    for articles in options.articles:
        with tempfile.TemporaryDirectory(prefix="nightdesk-bench-") as folder:
            Path(folder).chmod(0o711)
            at = (options.at or Path(folder)) / str(articles)
            with grown.installation(at) as settings:
                if not (settings.data / "postgres").exists():
                    grown.fill(settings, articles)
                migrations.migrate(settings)
                found[articles] = _measure(settings, options.rounds, cpu=options.cpu)
        _print(articles, found[articles])
    first, last = found[min(found)], found[max(found)]
    print(f"load: in the largest archive {last.many / first.many:.2f} of the rate in the smallest")
    holds = all(
        one.many >= LEAST_MANY * one.copy and one.few >= LEAST_FEW * one.copy and one.again <= MOST_AGAIN
        for one in found.values()
    )
    return int(not holds or last.many < LEAST_GROWN * first.many)


def _print(articles: int, one: LoadMeasure) -> None:
    shares = ", ".join(f"{name} {share:.2f}" for name, share in one.apart.items())
    print(
        f"load: {articles:>9,} articles: COPY {one.copy:4.0f} a second; a file of {MANY:,} {one.many:4.0f}"
        f" ({one.many / one.copy:.2f}), files of {FEW} {one.few:4.0f} ({one.few / one.copy:.2f}), without linking;"
        f" a file of {MANY:,} without the words of the index too {one.bare:4.0f} ({one.bare / one.copy:.2f});"
        f" again {one.again:.1f} s; of all of load's time: {shares}",
        flush=True,
    )


def _measure(settings: Settings, rounds: int, *, cpu: bool = False) -> LoadMeasure:
    took: dict[str, list[float]] = defaultdict(list)
    apart: dict[str, list[float]] = defaultdict(list)
    with postgres.connection(settings, application="bench") as conn:
        clock = partial(_cpu_seconds, conn) if cpu else time.monotonic
        above = _number(conn, "select coalesce(max(id), 0) as n from articles")
        for turn in range(rounds + 1):
            for name, size in (("many", MANY), ("few", FEW)):
                fetch = _number(conn, "select coalesce(max(id), 0) as n from fetches")
                loads = [_prepare(settings, conn, f"2026-12-{turn + 1:02}T{n:04}", size) for n in range(MANY // size)]
                # As a task of a night does it: one after the other.
                with stage.loading(settings) as load_next:
                    works = [partial(load, load_next) for load in loads]
                    with _time_apart(clock) as spent:
                        seconds = sum(_time(work, clock) for work in works)
                    again = sum(_time(work, clock) for work in works) / len(works) if name == "many" else 0.0
                rows = _copied_out(conn, above, fetch)
                _delete(conn, above, fetch)
                copied = _copied_in(conn, rows, clock)
                _delete(conn, above, fetch)
                _forget(conn, fetch)
                # The first round warms.
                if turn:
                    took[name].append(seconds - spent["linking"])
                    if name == "many":
                        took["bare"].append(seconds - spent["linking"] - spent["words"])
                    took["copy"].append(copied)
                    for what, part in spent.items():
                        apart[f"{what}, {name}"].append(part / seconds)
                    if name == "many":
                        took["again"].append(again)
    middle = {name: statistics.median(seconds) for name, seconds in took.items()}
    return LoadMeasure(
        copy=MANY / middle["copy"],
        many=MANY / middle["many"],
        few=MANY / middle["few"],
        bare=MANY / middle["bare"],
        again=middle["again"],
        apart={name: statistics.median(shares) for name, shares in apart.items()},
    )


def _time(load: Callable[[], None], clock: Clock) -> float:
    began = clock()
    load()
    return clock() - began


def _cpu_seconds(conn: postgres.Connection) -> float:
    """CPU seconds so far of this process, of load's backend and of our own."""
    # Within one transaction Postgres shows one and the same list of backends.
    with conn, conn.cursor() as cursor:
        cursor.execute(
            "select pid from pg_stat_get_activity(null) where application_name in ('bench', 'nightdesk load')"
        )
        backends = [Path(f"/proc/{row['pid']}/schedstat") for row in map(dict, cursor.fetchall())]
    # The first value is nanoseconds on a CPU.
    return time.process_time() + sum(int(one.read_text().split()[0]) for one in backends) / 1e9


@contextmanager
def _time_apart(clock: Clock) -> Iterator[dict[str, float]]:
    """Seconds that load spends on linking stories, and on making words of texts."""
    spent = {"linking": 0.0, "words": 0.0}

    def count_seconds(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **more: Any) -> Any:
            began = clock()
            try:
                return function(*args, **more)
            finally:
                spent[name] += clock() - began

        return call

    link, vector = story_links.keep_loaded, vectors.vectors
    story_links.keep_loaded, vectors.vectors = count_seconds("linking", link), count_seconds("words", vector)
    try:
        yield spent
    finally:
        story_links.keep_loaded, vectors.vectors = link, vector


def _prepare(settings: Settings, conn: postgres.Connection, run: str, size: int) -> Callable[[stage.Load], None]:
    """A run of a source as extract leaves it: URLs, fetches and an article file; what loads it."""
    name = f"source-{int(hashlib.sha256(run.encode()).hexdigest()[:8], 16) % grown.SOURCES}"
    source = Source(name=name, title=name, url=f"https://{name}.test/", country="SY", language="ar", timezone="UTC")
    at = archive.NEWEST + timedelta(days=1)
    lines = []
    with conn, conn.cursor() as cursor:
        for n in range(size):
            one = archive.article(int(hashlib.sha256(f"{run} {n}".encode()).hexdigest()[:8], 16), ALIKE)
            url = f"https://{name}.test/{run}/{n}"
            cursor.execute(
                FETCHED,
                {"name": name, "url": url, "host": f"{name}.test", "run": run, "at": at},
            )
            row: Any = cursor.fetchone()
            article = Article(
                source=name, url=url, canonical_url=url, title=str(one["title"]), description=str(one["description"]),
                text=str(one["text"]), authors=("Desk",), language=str(one["language"]), published_at=at,
                published_precision="minute", published_from="json-ld", modified_at=None, image="", tags=("news",),
                section="", removed=(), page_digest=hashlib.sha256(url.encode()).hexdigest(), extractor="x1",
            )  # fmt: skip
            # As extract writes it.
            fields = {name: getattr(article, name) for name in evaluation.FIELDS}
            index = vectors.vectors(fields, article.authors)
            lines.append(
                Line(
                    fetch_id=row["id"], url_id=row["url_id"], run=run, fetched_at=at, article=article,
                    signature=signatures.write_signature(signatures.of_text(article.text)),
                    words=index_rows.write_rows(*index),
                    digests=digests.write_digests(digests.of_article(article)),
                )
            )  # fmt: skip
    articlefile.write(articlefile.path(settings, name, run), lines)

    def load(load_next: stage.Load) -> None:
        tally = load_next(source, run)
        if tally.state != "done" or tally.counts["new"] != size:
            raise RuntimeError(f"{tally.message}: {tally.counts}")

    return load


def _copied_out(conn: postgres.Connection, above: int, fetch: int) -> dict[str, io.StringIO]:
    """The rows that load wrote, as COPY gives them."""
    made = {}
    with conn, conn.cursor() as cursor:
        for table, condition in TABLES.items():
            made[table] = io.StringIO()
            where = cursor.mogrify(condition, {"above": above, "fetch": fetch}).decode()
            cursor.copy_expert(f"copy (select * from {table} where {where}) to stdout", made[table])
    return made


def _copied_in(conn: postgres.Connection, rows: dict[str, io.StringIO], clock: Clock) -> float:
    for buffer in rows.values():
        buffer.seek(0)
    began = clock()
    with conn, conn.cursor() as cursor:
        for table, buffer in rows.items():
            cursor.copy_expert(f"copy {table} from stdin", buffer)
    return clock() - began


def _delete(conn: postgres.Connection, above: int, fetch: int) -> None:
    """The rows that load wrote are gone again; what hangs on an article goes with it."""
    with conn, conn.cursor() as cursor:
        cursor.execute("delete from outcomes where fetch_id > %s", (fetch,))
        cursor.execute("delete from articles where id > %s", (above,))
        # Their fetches wait for them to come back.
        cursor.execute("set local session_replication_role = replica")
        cursor.execute("delete from urls where id in (select url_id from fetches where id > %s)", (fetch,))


def _forget(conn: postgres.Connection, fetch: int) -> None:
    """The pages were never fetched; their URLs are gone already."""
    with conn, conn.cursor() as cursor:
        cursor.execute("delete from fetches where id > %s", (fetch,))


def _number(conn: postgres.Connection, statement: str) -> int:
    with conn, conn.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()["n"])  # type: ignore[index,call-overload]


if __name__ == "__main__":
    import sys

    raise SystemExit(main(sys.argv[1:]))

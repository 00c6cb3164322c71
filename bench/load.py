"""Load beside a COPY of the same rows into all the tables that it writes, in archives of several sizes.

python -m bench load [--articles 10000 1000000] [--at FOLDER] [--cpu]: articles a second of COPY, of load with one file
of 2,000 articles and with forty of 50, of as many sources, and the seconds of the same load again; in turns, the median
of some rounds. What is spent on linking stories is told apart. FOLDER keeps the archives, one for each size; those of
`python -m bench migration --at` will do. Rates are by the clock, and beside it by the CPU seconds of Python and the
backend, which mean more on a machine that others use.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bench import archive, grown
from pipelines import digests, signatures, urls
from pipelines.load import stage, story_links
from pipelines.model import Article, Source
from pipelines.query import evaluation, index_rows, vectors
from pipelines.settings import Settings
from pipelines.stores import articlefile, migrations, postgres
from pipelines.stores.articlefile import Line

SIZES = (10_000, 1_000_000)
MANY, FEW = 2_000, 50
ROUNDS = 3
ALIKE = archive.Size(max(SIZES))
# What has to hold: of COPY's rate, of the smallest archive's rate in the largest one, and seconds of a second load.
LEAST_MANY, LEAST_FEW, LEAST_GROWN, MOST_AGAIN = 0.9, 0.75, 0.8, 2.0
NEW_WORDS = "not exists (select from words_before b where b.word = known_words.word)"
# The rows that load writes of articles above a number, parents first; its own columns are made by the database. Load
# gives each URL its end: a new row with an entry in each index. The words are those that no article had before.
TABLES = {
    "urls": "id in (select url_id from fetches where id > %(fetch)s)",
    "articles": "id > %(above)s",
    "revision_rows": "article_id > %(above)s",
    "changes": "article_id > %(above)s",
    "outcomes": "fetch_id > %(fetch)s",
    "article_words": "article_id > %(above)s",
    "known_words": NEW_WORDS,
}
FETCHED = """
with u as (
    insert into urls (source, url_key, url, host, kind, state, discovered_run, next_at, fetched_at)
    values (%(name)s, %(key)s, %(url)s, %(host)s, 'article', 'fetched', %(run)s, null, %(at)s) returning id
)
insert into fetches (run, source, url_id, url, fetched_at, outcome)
select %(run)s, %(name)s, id, %(url)s, %(at)s, 'fetched' from u returning id, url_id
"""


@dataclass(frozen=True)
class Seconds:
    """Seconds of the clock, and of the CPU: of this process and its backends."""

    clock: float = 0.0
    cpu: float = 0.0

    def __add__(self, other: Seconds) -> Seconds:
        return Seconds(self.clock + other.clock, self.cpu + other.cpu)

    def __sub__(self, other: Seconds) -> Seconds:
        return Seconds(self.clock - other.clock, self.cpu - other.cpu)


Clock = Callable[[], Seconds]


@dataclass(frozen=True, kw_only=True)
class LoadMeasure:
    """Articles a second, and the seconds of a second load; linking: its share of load's time, of each size of file."""

    copy: float
    many: float
    few: float
    again: float
    linking: tuple[float, float]


def main(given: list[str]) -> int:
    """Measure and print; exit 1 where something does not hold."""
    parser = argparse.ArgumentParser(prog="python -m bench load", description=__doc__)
    parser.add_argument("--articles", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--at", type=Path)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--cpu", action="store_true", help="what has to hold has to by CPU seconds")
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
                measured = _measure(settings, options.rounds)
        for by, one in measured.items():
            _print(articles, by, one)
        found[articles] = measured["cpu" if options.cpu else "clock"]
    first, last = found[min(found)], found[max(found)]
    print(f"load: in the largest archive {last.many / first.many:.2f} of the rate in the smallest")
    holds = all(
        one.many >= LEAST_MANY * one.copy and one.few >= LEAST_FEW * one.copy and one.again <= MOST_AGAIN
        for one in found.values()
    )
    return int(not holds or last.many < LEAST_GROWN * first.many)


def _print(articles: int, by: str, one: LoadMeasure) -> None:
    print(
        f"load: {articles:>9,} articles, by {by}: COPY {one.copy:4.0f} a second; a file of {MANY:,} {one.many:4.0f}"
        f" ({one.many / one.copy:.2f}), files of {FEW} {one.few:4.0f} ({one.few / one.copy:.2f}), without linking;"
        f" again {one.again:.1f} s; linking has {one.linking[0]:.2f} and {one.linking[1]:.2f} of all of load's time",
        flush=True,
    )


def _measure(settings: Settings, rounds: int) -> dict[str, LoadMeasure]:
    took: dict[str, list[Seconds]] = defaultdict(list)
    with postgres.connection(settings, application="bench") as conn:
        clock = partial(_read_clock, conn)
        above = _number(conn, "select coalesce(max(id), 0) as n from articles")
        for turn in range(rounds + 1):
            for name, size in (("many", MANY), ("few", FEW)):
                fetch = _number(conn, "select coalesce(max(id), 0) as n from fetches")
                run = f"2026-12-{turn + 1:02}T{size:04}"
                sources = [_prepare(settings, conn, number, run, size) for number in range(MANY // size)]
                _settle(conn)
                # As a task of a night does it: one after the other.
                with stage.loading(settings, ahead=sources) as load_next:
                    load_all = partial(_load, load_next, sources, run, size)
                    # At once: to read the clock asks Postgres, which would count forty times for files of 50.
                    with _time_linking(clock) as linking:
                        loaded = _time(load_all, clock)
                    # The first round warms; only the large file is loaded again.
                    if turn and name == "many":
                        took["again"].append(_time(load_all, clock))
                rows = _copied_out(conn, above, fetch)
                _delete(conn, above, fetch)
                with conn, conn.cursor() as cursor:
                    cursor.execute(f"delete from known_words where {NEW_WORDS}")
                _settle(conn, words=False)
                copied = _copied_in(settings, rows, clock)
                _delete(conn, above, fetch)
                _forget(conn, fetch)
                if turn:
                    took[name].append(loaded - linking[0])
                    took[f"linking {name}"].append(linking[0])
                    took[f"copy {name}"].append(copied)
    return {by: _judge(took, by) for by in ("clock", "cpu")}


def _judge(took: dict[str, list[Seconds]], by: str) -> LoadMeasure:
    middle = {name: statistics.median(getattr(one, by) for one in seconds) for name, seconds in took.items()}
    return LoadMeasure(
        copy=MANY / statistics.median(getattr(one, by) for name in ("many", "few") for one in took[f"copy {name}"]),
        many=MANY / middle["many"],
        few=MANY / middle["few"],
        again=middle["again"],
        linking=(
            middle["linking many"] / (middle["linking many"] + middle["many"]),
            middle["linking few"] / (middle["linking few"] + middle["few"]),
        ),
    )


def _settle(conn: postgres.Connection, *, words: bool = True) -> None:
    """No words wait beside the index, so that their list does not fill in the middle of one or the other."""
    with conn, conn.cursor() as cursor:
        postgres.row(conn, "words_merge")
        if words:
            cursor.execute("drop table if exists words_before")
            cursor.execute("create temporary table words_before as select word from known_words")
            cursor.execute("create index on words_before (word)")
            cursor.execute("analyze words_before")


def _time(load: Callable[[], None], clock: Clock) -> Seconds:
    began = clock()
    load()
    return clock() - began


def _read_clock(conn: postgres.Connection) -> Seconds:
    # Within one transaction Postgres shows one and the same list of backends.
    with conn, conn.cursor() as cursor:
        cursor.execute(
            "select pid from pg_stat_get_activity(null) where application_name in ('bench', 'nightdesk load')"
        )
        backends = [Path(f"/proc/{row['pid']}/schedstat") for row in map(dict, cursor.fetchall())]
    # The first value is nanoseconds on a CPU.
    cpu = time.process_time() + sum(int(one.read_text().split()[0]) for one in backends) / 1e9
    return Seconds(time.monotonic(), cpu)


@contextmanager
def _time_linking(clock: Clock) -> Iterator[list[Seconds]]:
    """What load spends on linking stories."""
    spent, link = [Seconds()], story_links.keep_loaded

    def link_timed(*args: Any) -> None:
        began = clock()
        link(*args)
        spent[0] += clock() - began

    story_links.keep_loaded = link_timed
    try:
        yield spent
    finally:
        story_links.keep_loaded = link


def _prepare(settings: Settings, conn: postgres.Connection, number: int, run: str, size: int) -> Source:
    """A source whose pages of a run are in the ledger and in an article file, as crawl and extract leave them."""
    name = f"source-{number}"
    source = Source(name=name, title=name, url=f"https://{name}.test/", country="SY", language="ar", timezone="UTC")
    at = archive.NEWEST + timedelta(days=1)
    lines = []
    with conn, conn.cursor() as cursor:
        for n in range(size):
            one = archive.article(int(hashlib.sha256(f"{name} {run} {n}".encode()).hexdigest()[:8], 16), ALIKE)
            url = f"https://{name}.test/{run}/{n}"
            cursor.execute(
                FETCHED,
                {"name": name, "key": urls.key(url), "url": url, "host": f"{name}.test", "run": run, "at": at},
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
    return source


def _load(load_next: stage.Load, sources: Sequence[Source], run: str, size: int) -> None:
    for source in sources:
        tally = load_next(source, run)
        if tally.state != "done" or tally.counts["new"] != size:
            raise RuntimeError(f"{tally.message}: {tally.counts}")


def _copied_out(conn: postgres.Connection, above: int, fetch: int) -> dict[str, io.StringIO]:
    """The rows that load wrote, as COPY gives them."""
    made = {}
    with conn, conn.cursor() as cursor:
        for table, condition in TABLES.items():
            made[table] = io.StringIO()
            where = cursor.mogrify(condition, {"above": above, "fetch": fetch}).decode()
            cursor.copy_expert(f"copy (select * from {table} where {where}) to stdout", made[table])
    return made


def _copied_in(settings: Settings, rows: dict[str, io.StringIO], clock: Clock) -> Seconds:
    """The time of COPY, which opens a connection as load does: a new one looks up each table again."""
    for buffer in rows.values():
        buffer.seek(0)
    began = clock()
    with postgres.connection(settings, application="bench") as conn:
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

"""Retention of texts and of the ledger on a large generated archive, beside loads: how long, and who waits for it.

python -m bench retention [--articles 100000] [--at FOLDER]: counted first, begun, killed in the middle, begun again
to its end, while transactions such as a load's go on; then what an alert or a hold refers to is looked for. FOLDER has
an archive of this size in a folder of its own, or gets it; retention empties it, so take a copy.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bench import archive, grown
from pipelines import private
from pipelines.load import text_retention
from pipelines.settings import Settings, export
from pipelines.stores import articlefile, postgres

TEXT_DAYS, LEDGER_DAYS = 30, 90
# The newest article is this old when retention runs, so that all of it is old enough.
LATER = timedelta(days=95)
# Articles that are held, of those that no alert is of.
HELD = 500
# Seconds of the first try, which is killed, and between two transactions of the loads.
KILLED_AFTER, PAUSE = 20.0, 0.05
# What nobody may wait for longer.
MOST_SECONDS = 1.0
CHILD = """
import sys
from datetime import datetime
from pipelines.load import text_retention
from pipelines.settings import settings
gone = text_retention.retire(settings(), datetime.fromisoformat(sys.argv[1]))
print(len(gone.files), gone.wordings, gone.fetches, gone.urls)
"""
KEPT = """
select (select count(*) from fetches f join articles a on a.url_id = f.url_id where a.id = any(%(ids)s)) as fetches,
    (select count(*) from revision_rows r where r.article_id = any(%(ids)s) and r.text_retired_at is null) as wordings,
    (select count(*) from articles) as articles
"""
LOAD = """
with looked as (
    insert into fetches (run, source, url_id, url, fetched_at, status, outcome, code, digest)
    select '2027-01-28T0200', source, id, url, now(), 304, 'unchanged', 'not modified', '' from urls where id = %(id)s
    returning id, url_id, run, source
), judged as (
    insert into outcomes (fetch_id, url_id, run, source, outcome)
    select id, url_id, run, source, 'unchanged' from looked
), seen as (
    update articles set seen_at = now() where url_id = %(id)s
)
update urls set decided_at = now(), decided_run = '2027-01-28T0200' where id = %(id)s
"""


def main(words: list[str]) -> int:
    """Measure and print; 1 where a load waited too long, or something is gone that had to stay."""
    parser = argparse.ArgumentParser(prog="python -m bench retention", description=__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--at", type=Path)
    given = parser.parse_args(words)
    articles = given.articles
    now = archive.NEWEST + LATER
    with grown.open_archive(given.at, articles) as made, postgres.connection(made) as conn:
        settings = made.model_copy(update={"keep_text_days": TEXT_DAYS, "keep_ledger_days": LEDGER_DAYS})
        files = _write_files(settings, conn)
        kept = _hold(conn)
        print(f"retention: {articles:,} articles, {files:,} article files", flush=True)
        before = _one(conn, KEPT, ids=kept)
        began = time.monotonic()
        dry = text_retention.retire(settings, now, dry=True)
        print(f"retention: would take {_describe(dry)}; counted in {time.monotonic() - began:.0f} s", flush=True)
        server = grown.server_of(conn)
        before_cpu = grown.cpu_seconds(server)
        with _loads(settings, articles) as waited:
            first, killed = _run(settings, now, KILLED_AFTER)
            again, done = _run(settings, now)
        cpu = grown.cpu_seconds(server) - before_cpu
        left = text_retention.retire(settings, now, dry=True)
        after = _one(conn, KEPT, ids=kept)
    print(f"retention: killed after {first:.0f} s, then done in {again:.0f} s: {done or killed}")
    print(f"retention: {cpu:.0f} s of CPU with the loads beside it, {1000 * cpu / articles:.2f} ms an article")
    median = sorted(waited)[len(waited) // 2]
    print(f"retention: {len(waited):,} loads beside it, the median {median:.3f} s, the longest {max(waited):.2f} s")
    print(f"retention: left to take {_describe(left)}; of {len(kept):,} articles with an alert or a hold there were "
          f"{before}, and are {after}")  # fmt: skip
    # The loads beside it have added looks.
    lost = after["wordings"] != before["wordings"] or after["fetches"] < before["fetches"]
    return int(max(waited) > MOST_SECONDS or lost or bool(left.files or left.wordings))


def _write_files(settings: Settings, conn: postgres.Connection) -> int:
    """An article file for each source and run, as many as there would be."""
    with conn, conn.cursor() as cursor:
        cursor.execute("select distinct source, first_run from articles")
        rows = [tuple(dict(row).values()) for row in cursor.fetchall()]
    for source, run in rows:
        path = articlefile.path(settings, source, run)
        private.folder(path.parent)
        path.write_text("{}\n", encoding="utf-8")
    return len(rows)


def _hold(conn: postgres.Connection) -> list[int]:
    """Hold some articles that have an earlier wording; these, and all that an alert is of."""
    with conn, conn.cursor() as cursor:
        cursor.execute("delete from alerts where article_id %% 100 = 0", {})
        cursor.execute("insert into holds (asked) values ('bench') returning id")
        number = dict(cursor.fetchone() or {})["id"]
        statement = "insert into held_articles select %(hold)s, id from articles where id %% 200 = 0 limit %(held)s"
        cursor.execute(statement, {"hold": number, "held": HELD})
        cursor.execute("select article_id as id from alerts union select article_id from held_articles")
        return [dict(row)["id"] for row in cursor.fetchall()]


@contextmanager
def _loads(settings: Settings, articles: int) -> Iterator[list[float]]:
    """Transactions such as a load's, one after another, as long as the block lasts; the seconds that each took."""
    waited: list[float] = []
    over = threading.Event()

    def go() -> None:
        dice = random.Random(1)
        with postgres.connection(settings, application="bench load") as conn:
            while not over.wait(PAUSE):
                number = dice.randint(1, articles)
                source = _one(conn, "select source from urls where id = %(id)s", id=number)["source"]
                began = time.monotonic()
                with conn, conn.cursor() as cursor:
                    postgres.query(conn, "load_lock", source=source)
                    cursor.execute(LOAD, {"id": number})
                waited.append(time.monotonic() - began)

    thread = threading.Thread(target=go)
    thread.start()
    try:
        yield waited
    finally:
        over.set()
        thread.join()


def _run(settings: Settings, now: datetime, seconds: float | None = None) -> tuple[float, str]:
    """Seconds of a retention in a process of its own, killed after so many, and what it says it took."""
    began = time.monotonic()
    child = subprocess.Popen([sys.executable, "-c", CHILD, now.isoformat()], env={**os.environ, **export(settings)},
                             stdout=subprocess.PIPE, text=True)  # fmt: skip
    try:
        said, _ = child.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
        return time.monotonic() - began, ""
    if child.returncode:
        raise SystemExit("retention failed")
    return time.monotonic() - began, "{} article files, {} wordings, {} fetches, {} addresses".format(*said.split())


def _describe(gone: text_retention.RetiredTexts) -> str:
    return (
        f"{len(gone.files):,} article files, {gone.wordings:,} wordings, {gone.fetches:,} fetches, {gone.urls:,} URLs"
    )


def _one(conn: postgres.Connection, statement: str, **params: Any) -> dict[str, Any]:
    with conn, conn.cursor() as cursor:
        cursor.execute(statement, params)
        return dict(cursor.fetchone() or {})


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

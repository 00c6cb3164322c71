"""Bringing a large archive of the last release to this version while others write: how long does anybody wait?

python -m bench migration [--articles 1000000] [--at FOLDER]: an archive as the last release left it, migrated while a
session beside does what a crawl and a load do, one row at a time; the longest of its transactions, before and
meanwhile. FOLDER keeps the archive, for other measurements. A million articles take ten minutes to make, and 12 GB.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2

from bench import grown
from pipelines.settings import Settings
from pipelines.stores import migrations, postgres

ARTICLES = 1_000_000
# What nobody may wait longer, and how long the session beside is watched before anything is migrated.
LONGEST_SECONDS, QUIET_SECONDS = 1.0, 10.0
# What a crawl and a load do with one URL, each a transaction; %(id)s is one of the articles.
WRITES = {
    "a URL's state": "update urls set next_at = now(), leased_run = 'beside' where id = %(id)s",
    "a fetch": "insert into fetches (run, source, url_id, url, fetched_at, outcome)"
    " values ('beside', 'source-1', %(id)s, 'https://source-1.test/', now(), 'unchanged')",
    "an article's look": "update articles set seen_at = now() where id = %(id)s",
    "a change": "insert into changes (article_id, revision, kind, run, source)"
    " values (%(id)s, 1, 'removed', 'beside', 'source-1') on conflict do nothing",
    "a reader": "select title from articles where id = %(id)s",
}


@dataclass
class Beside:
    """A session that writes all the time; longest: seconds of its slowest transaction of each kind."""

    settings: Settings
    articles: int
    longest: dict[str, float] = field(default_factory=dict)
    over: threading.Event = field(default_factory=threading.Event)
    failed: list[str] = field(default_factory=list)

    def write(self) -> None:
        """Until it is told that it is over."""
        dice = random.Random(17)
        conn = psycopg2.connect(postgres.url(self.settings))
        while not self.over.is_set():
            for name, statement in WRITES.items():
                began = time.monotonic()
                try:
                    with conn, conn.cursor() as cursor:
                        cursor.execute(statement, {"id": dice.randrange(1, self.articles + 1)})
                except psycopg2.Error as error:
                    self.failed.append(f"{name}: {error}")
                self.longest[name] = max(self.longest.get(name, 0), time.monotonic() - began)
                time.sleep(0.002)
        conn.close()


def main(words: list[str]) -> int:
    """Measure and print; exit 1 where somebody waited too long, or could not write."""
    parser = argparse.ArgumentParser(prog="python -m bench migration", description=__doc__)
    parser.add_argument("--articles", type=int, default=ARTICLES)
    parser.add_argument("--at", type=Path)
    given = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="nightdesk-bench-") as folder:
        Path(folder).chmod(0o711)
        with grown.installation(given.at or Path(folder)) as settings:
            if not (settings.data / "postgres").exists():
                grown.fill(settings, given.articles)
            return _measure(settings, given.articles)


def _measure(settings: Settings, articles: int) -> int:
    said: list[tuple[float, str]] = []
    quiet, _ = _beside(settings, articles, lambda: time.sleep(QUIET_SECONDS))
    began = time.monotonic()
    waits, failed = _beside(
        settings, articles, lambda: migrations.migrate(settings, lambda step: said.append((time.monotonic(), step)))
    )
    took = time.monotonic() - began
    ran = {step.split(":")[0] for _, step in said if not step.startswith("waiting")}
    print(f"migration: {articles:,} articles, {len(ran)} migrations in {took:,.0f} s")
    for name, longest in waits.items():
        print(f"migration: {name:<18} waited {longest:6.3f} s at most, before it began {quiet[name]:6.3f} s")
    waiting = sum(step.startswith("waiting") for _, step in said)
    print(f"migration: given up for others and tried again {waiting} times; writes that failed: {len(failed)}")
    for line in failed[:5]:
        print(f"migration: {line}")
    return int(max(waits.values()) > LONGEST_SECONDS or bool(failed))


def _beside(settings: Settings, articles: int, work: Callable[[], object]) -> tuple[dict[str, float], list[str]]:
    """The longest waits of a session that writes while something is done, and what it could not write."""
    beside = Beside(settings, articles)
    thread = threading.Thread(target=beside.write)
    thread.start()
    try:
        work()
    finally:
        beside.over.set()
        thread.join()
    return beside.longest, beside.failed


if __name__ == "__main__":
    import sys

    raise SystemExit(main(sys.argv[1:]))

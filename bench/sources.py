"""Planning a night of many sources, and leasing their URLs: its share of the night's CPU, and whether it grows.

python -m bench sources [--sources 1000] [--pages 20]: one source's part of a night (crawl, extract, load) is measured
on a few that are really fetched; planning (reading the files, what is due) and leasing are then done for a tenth of so
many sources and for all of them, each with so many due pages. CPU of this process, its children and Postgres.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from bench import crawl, crawl_site, fresh
from pipelines.airflow import run_plan
from pipelines.codes import Kind
from pipelines.crawl import discovery, ledger, stage
from pipelines.extract.stage import extract
from pipelines.load.stage import load
from pipelines.model import Entry
from pipelines.settings import Settings
from pipelines.sources import folders
from pipelines.stores import postgres
from spiders.news import LEASED_PER_HOST, LEASED_URLS

RUN = "2026-11-22T0200"
REAL = 5
# An article of about 900 words.
PARAGRAPHS = 8
SHARE, GROWTH = 0.01, 1.5


def main(words: Sequence[str]) -> int:
    """Measure and print; exit 1 where the share or the growth is more than it may be."""
    parser = argparse.ArgumentParser(prog="python -m bench sources", description=__doc__)
    parser.add_argument("--sources", type=int, default=1000)
    parser.add_argument("--pages", type=int, default=20)
    given = parser.parse_args(words)
    with crawl_site.serving(REAL, given.pages, PARAGRAPHS) as site, fresh.installation() as settings:
        night = _cpu(settings, lambda: _night(settings, site.hosts, given.pages)) / REAL
        few = _measure_plan(settings, 0, given.sources // 10, given.pages)
        many = _measure_plan(settings, given.sources // 10, given.sources, given.pages)
    share = many / night
    print(
        f"sources: planning and leasing take {1000 * many:.1f} ms of CPU a source with {given.sources:,} sources of "
        f"{given.pages} due pages each, {1000 * few:.1f} ms with {given.sources // 10:,}: "
        f"{many / few:.2f} times (at most {GROWTH})"
    )
    print(f"sources: {share:.2%} of the {night:.2f} s a source takes in a night (under {SHARE:.0%})")
    return int(share >= SHARE or many / few > GROWTH)


def _night(settings: Settings, hosts: Sequence[str], pages: int) -> None:
    """Crawl, extract and load the sources that are really there."""
    chosen = [dataclasses.replace(crawl.source(host, pages), name=f"real{n}") for n, host in enumerate(hosts)]
    stage.crawl(settings, chosen, RUN, budget=600)
    for source in chosen:
        extract(settings, source, RUN)
        done = load(settings, source, RUN)
        if done.counts.get("new", 0) + done.counts.get("duplicate", 0) != pages:
            raise crawl.BenchError(f"{source.name} has not stored its {pages} pages: {done}")


def _measure_plan(settings: Settings, before: int, until: int, pages: int) -> float:
    """Seconds of CPU per source for planning and leasing all sources, after those from `before` on were added."""
    with postgres.connection(settings) as conn:
        for number in range(before, until):
            name = f"s{number}"
            (settings.sources / f"{name}.toml").write_text(
                f'title = "S {number}"\nurl = "https://{name}.test/"\ncountry = "GB"\nlanguage = "en"\n'
                f'timezone = "Europe/London"\nfeeds = ["https://{name}.test/feed"]\n'
            )
        followed = folders.read_followed(settings)
        for source in followed:
            ledger.begin(conn, source, RUN)
            entries = [(Kind.ARTICLE, Entry(url=f"https://{source.name}.test/{until}/{n}")) for n in range(pages)]
            with conn:
                discovery.discover(conn, source, RUN, entries, source.feeds[0])
        with conn, conn.cursor() as cursor:
            cursor.execute(
                "update urls set next_at = null where url not like %s and kind = 'article'", (f"%/{until}/%",)
            )

        def plan_night() -> None:
            good, _ = folders.readable(settings)
            due = folders.due(good, datetime.now(UTC), folders.last_crawls(conn))
            run_plan.batches(RUN, [source.name for source in due])

        def lease_all() -> None:
            for source in followed:
                while ledger.lease(conn, source.name, RUN, LEASED_URLS, per_host=LEASED_PER_HOST):
                    pass

        return (_cpu(settings, plan_night) + _cpu(settings, lease_all)) / len(followed)


def _cpu(settings: Settings, work: Callable[[], None]) -> float:
    """Seconds of CPU a piece of work costs here, in children that ended meanwhile, and in Postgres."""
    before = crawl.postgres(settings)
    return crawl.measure(work).cpu + crawl.postgres(settings) - before


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

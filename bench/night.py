"""A whole night beside news-please: pages a second from their addresses to what is stored, on the same local sites.

python -m bench night [--hosts 40] [--pages 5]: ours crawls, keeps the bytes, extracts and loads into Postgres;
news-please fetches and extracts, and stores nothing. It has the environment that bench-extraction makes.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bench import crawl, crawl_site, fresh
from pipelines.crawl import stage
from pipelines.extract.stage import extract
from pipelines.load.stage import load
from pipelines.settings import Settings

PEER = Path(__file__).parent / ".venv-peers" / "bin" / "python"
RUN = "2026-11-22T0200"
# An article of about 900 words.
PARAGRAPHS = 8
LEAST = 5.0


def main(words: Sequence[str]) -> int:
    """Measure and print; exit 1 where we are not so many times as fast."""
    parser = argparse.ArgumentParser(prog="python -m bench night", description=__doc__)
    parser.add_argument("--hosts", type=int, default=40)
    parser.add_argument("--pages", type=int, default=5, help="of each host")
    given = parser.parse_args(words)
    if not PEER.exists():
        print("skipped: news-please is not there; `make bench-extraction` makes its environment")
        return 0
    pages = given.hosts * given.pages
    with crawl_site.serving(given.hosts, given.pages, PARAGRAPHS) as site:
        with fresh.installation() as settings:
            crawled, ours = _ours(settings, site.hosts, given.pages)
        theirs = _theirs([f"http://{host}/news/{number}" for number in range(given.pages) for host in site.hosts])
    print(
        f"night: {pages} pages of {given.hosts} hosts: nightdesk crawls {pages / crawled:.1f} a second, news-please "
        f"crawls and reads {pages / theirs:.1f}: {theirs / crawled:.1f} times as many (at least {LEAST:.0f})"
    )
    stored = f"{pages / ours:.1f} a second: {theirs / ours:.1f} times as many"
    print(f"night: extracted and loaded into Postgres as well, {stored}")
    return int(theirs / crawled < LEAST)


def _ours(settings: Settings, hosts: Sequence[str], pages: int) -> tuple[float, float]:
    """Seconds from the addresses of the sites to their pages in the raw store, and to their articles in Postgres."""
    sources = [crawl.source(host, pages) for host in hosts]
    began = time.monotonic()
    stage.crawl(settings, sources, RUN, budget=600)
    crawled = time.monotonic() - began
    stored = 0
    for source in sources:
        extract(settings, source, RUN)
        done = load(settings, source, RUN)
        stored += done.counts.get("new", 0) + done.counts.get("duplicate", 0)
    took = time.monotonic() - began
    if stored != pages * len(sources):
        raise crawl.BenchError(f"{stored} of {pages * len(sources)} pages were stored")
    return crawled, took


def _theirs(urls: Sequence[str]) -> float:
    """Seconds from addresses to news-please's articles."""
    began = time.monotonic()
    command = [str(PEER), "-m", "bench.crawl_rivals", "newsplease"]
    done = subprocess.run(command, input="\n".join(urls), stdout=subprocess.PIPE, text=True, check=True)
    took = time.monotonic() - began
    read = json.loads(done.stdout.splitlines()[-1])["pages"]
    if read != len(urls):
        raise crawl.BenchError(f"news-please read {read} of {len(urls)} pages")
    return took


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""What the crawl stage costs beside Scrapy's defaults doing nothing and a bare aiohttp loop: CPU per page, same pages.

Each runs in a process of its own, one after the other, round by round; what is compared are the ratios of each round.
CPU is what the system counts for the whole process from its start (getrusage), so that neither the delay between two
requests nor what else the machine does is taken for work; for the crawl stage with what it takes to watch it. Postgres
is shown apart, the server of the pages is not counted. After each first night comes a second with nothing new.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

import psutil

from bench import crawl_site, fresh
from bench.crawl_rivals import RIVALS
from pipelines.crawl import stage as crawl
from pipelines.model import Source
from pipelines.settings import Settings

FIRST, SECOND = "2026-11-22T0200", "2026-11-23T0200"
OURS = "nightdesk"
# How many times theirs our CPU for a page may be.
MOST = {"scrapy": 1.3, "aiohttp": 6.0}
QUIET = 0.05
DELAY = 0.1
BUDGET = 600.0
MOST_PAGES = 1_000


@dataclass(frozen=True)
class Cost:
    """What a process used: seconds of CPU and of time, and seconds of CPU of Postgres beside it."""

    cpu: float
    seconds: float
    postgres: float = 0.0


@dataclass(frozen=True)
class Round:
    """By name, what a process cost that had nothing to fetch, and one that fetched all pages; and our next night.

    Ours cannot start with nothing: it asks one host for its robots.txt and an empty feed.
    """

    start: dict[str, Cost]
    whole: dict[str, Cost]
    quiet: Cost


class BenchError(Exception):
    """A crawl did not fetch what was to be measured."""


def main(words: Sequence[str]) -> int:
    """Measure and print; exit 1 where a page costs more than it may, or did not come."""
    parser = argparse.ArgumentParser(prog="python -m bench crawl", description=__doc__)
    parser.add_argument("--hosts", type=int, default=40)
    parser.add_argument("--pages", type=int, default=25, help="of each host")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--delay", type=float, default=DELAY, help="seconds between two requests of ours to a host")
    given = parser.parse_args(words)
    if given.hosts * given.pages > MOST_PAGES:
        parser.error(f"at most {MOST_PAGES} pages")
    load = os.getloadavg()[0]
    hosts = given.rounds * (given.hosts + 1) + 1
    with crawl_site.serving(hosts, given.pages) as site, fresh.installation() as settings:
        try:
            # Once for nothing, so that the files of each are in memory.
            _starts(settings, site.hosts[-1])
            # Nobody has met a host before: what one round learned is of no use to the next.
            turns = [site.hosts[at : at + given.hosts + 1] for at in range(0, hosts - 1, given.hosts + 1)]
            rounds = [_round(settings, turn[0], turn[1:], given.pages, given.delay) for turn in turns]
        except BenchError as error:
            print(f"crawl: {error}")
            return 1
    pages = given.hosts * given.pages
    print(
        f"crawl: {pages:,} pages of {site.size / 1000:.0f} KB, sent in {site.sent / 1000:.0f} KB, on {given.hosts} "
        f"hosts; medians of {given.rounds} rounds; load average {load:.1f} before, {os.getloadavg()[0]:.1f} after"
    )
    print("\n".join(lines(rounds, pages, given.pages, given.delay)))
    return int(any(ratio(rounds, name) > most for name, most in MOST.items()))


def lines(rounds: Sequence[Round], pages: int, of_a_host: int, delay: float) -> list[str]:
    """What was measured, in sentences; pages: in each round, of which so many of a host."""
    said = []
    for name in (OURS, *MOST):
        begun = median(each.start[name].cpu for each in rounds)
        page = median(each.whole[name].cpu for each in rounds) / pages
        more = median(each.whole[name].cpu - each.start[name].cpu for each in rounds) / pages
        beside = median(each.whole[name].postgres for each in rounds) / pages
        said.append(
            f"crawl: {name:9} {1000 * page:6.2f} ms of CPU a page, {1000 * more:6.2f} without the start of its process "
            f"({begun:.2f} s)" + (f"; Postgres {1000 * beside:.2f} ms beside it" if name == OURS else "")
        )
    for name, most in MOST.items():
        said.append(
            f"crawl: {OURS} takes {ratio(rounds, name):.2f} times the CPU of {name} (at most {most:.1f}); "
            f"{ratio(rounds, name, begun=True):.2f} times without the start of the processes"
        )
    said += [
        f"crawl: {OURS} on a quiet night takes {_share(rounds, 'cpu'):.0%} of the first night's CPU, "
        f"{_share(rounds, 'cpu', begun=True):.0%} without the start of its process",
        f"crawl: {OURS} on a quiet night takes {_share(rounds, 'seconds'):.0%} of the first night's time "
        f"(aim: under {QUIET:.0%}), {_share(rounds, 'seconds', begun=True):.0%} without the start of its process: "
        f"{median(each.quiet.seconds for each in rounds):.1f} s after "
        f"{median(each.whole[OURS].seconds for each in rounds):.1f} s, "
        f"of which the delay of {delay} s alone makes {delay * of_a_host:.1f} s",
    ]
    return said


def ratio(rounds: Sequence[Round], name: str, *, begun: bool = False) -> float:
    """How many times the CPU of this one we take; begun: from the start of the process on."""
    return median(_cpu(each, OURS, begun=begun) / _cpu(each, name, begun=begun) for each in rounds)


def _cpu(each: Round, name: str, *, begun: bool) -> float:
    return each.whole[name].cpu - (each.start[name].cpu if begun else 0.0)


def _share(rounds: Sequence[Round], field: str, *, begun: bool = False) -> float:
    """The share of our second nights in the first ones, by CPU or seconds."""
    shares = []
    for each in rounds:
        start, quiet, whole = (getattr(cost, field) for cost in (each.start[OURS], each.quiet, each.whole[OURS]))
        shares.append(max(quiet - start, 0.0) / (whole - start) if begun else quiet / whole)
    return median(shares)


def _round(settings: Settings, spare: str, hosts: Sequence[str], pages: int, delay: float) -> Round:
    urls = [f"http://{host}/news/{number}" for number in range(pages) for host in hosts]
    sources = [source(host, pages, delay) for host in hosts]
    start = _starts(settings, spare)
    whole = {OURS: _ours(settings, sources, FIRST, len(urls))}
    whole |= {name: _theirs(name, urls) for name in RIVALS}
    return Round(start, whole, _ours(settings, sources, SECOND, 0))


def _starts(settings: Settings, spare: str) -> dict[str, Cost]:
    return {OURS: _ours(settings, [source(spare, 0)], FIRST, 0), **{name: _theirs(name, []) for name in RIVALS}}


def _ours(settings: Settings, sources: Sequence[Source], run: str, pages: int) -> Cost:
    """What crawling these sources costs, which must bring so many pages."""
    before = postgres(settings)
    tallies = []

    def run_crawl() -> None:
        tallies.extend(crawl.crawl(settings, sources, run, budget=BUDGET))

    cost = measure(run_crawl)
    wrong = [tally for tally in tallies if tally.state != "done"]
    came = sum(tally.counts.get("fetched", 0) for tally in tallies)
    if wrong or came != pages:
        raise BenchError(f"{OURS} fetched {came} of {pages} pages in {run}; {wrong[:1]}")
    return Cost(cost.cpu, cost.seconds, postgres(settings) - before)


def _theirs(name: str, urls: Sequence[str]) -> Cost:
    """What fetching these pages costs a rival."""
    said = []

    def run_rival() -> None:
        command = [sys.executable, "-m", "bench.crawl_rivals", name]
        done = subprocess.run(command, input="\n".join(urls), stdout=subprocess.PIPE, text=True, check=True)
        said.append(json.loads(done.stdout))

    cost = measure(run_rival)
    if said[0]["pages"] != len(urls):
        raise BenchError(f"{name} fetched {said[0]['pages']} of {len(urls)} pages")
    return cost


def measure(work: Callable[[], None]) -> Cost:
    """What a piece of work costs this process and the children that ended meanwhile."""
    used, began = _count_used(), time.monotonic()
    work()
    return Cost(_count_used() - used, time.monotonic() - began)


def _count_used() -> float:
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in spent)


def postgres(settings: Settings) -> float:
    """Seconds of CPU that the embedded Postgres has used so far."""
    server = psutil.Process(int((settings.data / "postgres" / "postmaster.pid").read_text().split()[0]))
    times = [server.cpu_times(), *(child.cpu_times() for child in server.children(recursive=True))]
    return float(sum(each.user + each.system + each.children_user + each.children_system for each in times))


def source(host: str, pages: int, delay: float = DELAY) -> Source:
    """The source of one host, whose feed names so many pages."""
    name = f"h{host.replace('.', 'x').replace(':', 'x')}"
    return Source(
        name=name,
        title=host,
        url=f"http://{host}/",
        country="GB",
        language="en",
        timezone="Europe/London",
        feeds=(f"http://{host}/feed/{pages}",),
        delay=delay,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

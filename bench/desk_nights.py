"""What an open Desk costs the night beside it, and how soon the Overview stands beside Airflow's own home page.

python -m bench desk-nights [--pairs 5] [--new 20] [--loads 7]: Airflow as the product starts it and the demo newsroom,
in a home of their own. Each site publishes so many new articles, a night brings them in; the articles of one night are
dated after all of the night before, since a site's feed names only its newest fifty. After a night that is not
counted, pairs of nights, one with nothing open and one with the Overview open in a Chromium, which asks by itself. The
first of a pair is in turns the one and the other. CPU seconds are those of the process trees, with the children that
ended. Exit 1 if the median of the nights' processes grows by more than 5 %, if the Overview comes half a second later
than the home page, or if a night brings another number of articles.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
from playwright.sync_api import Page, sync_playwright

from bench import desk, page
from demo import installations, newsroom
from demo.sites import BROKEN, SITES
from pipelines.airflow import airflow_home, standalone
from pipelines.settings import Settings
from pipelines.stores import postgres, runs
from spiders import render
from tests import browsers

TITLE = "The Desk open beside a night"
PAIRS, NEW, LOADS = 5, 20, 7
# What an open Desk may add to the CPU seconds of a night's processes.
MOST_PERCENT = 5.0
# What the Overview may come later than Airflow's home page.
MOST_LATER_SECONDS = 0.5
# Seconds for a night and for what follows it. Chosen: a crowded machine takes minutes.
NIGHT_SECONDS, AFTER_SECONDS = 1800.0, 300.0
# Milliseconds until something stands on a page. Chosen: as above.
SHOWN_MS = 120_000
POSTGRES, SERVER = "postgres", "api-server"
# The browser that looks at the Desk. That of a crawl is not it: it shows no pictures and has a proxy.
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
# Notes, in a page, when the first element of a kind stood in it: milliseconds since the page began. From outside, the
# browser's driver looks only now and then.
WATCH = """
globalThis.stood = {};
const kinds = {home: "h1, h2, h3, h4, h5, h6", overview: "[data-testid=headline]"};
new MutationObserver(() => {
  for (const [kind, selector] of Object.entries(kinds))
    if (!(kind in stood) && document.querySelector(selector)) stood[kind] = performance.now();
}).observe(document, {childList: true, subtree: true});
"""
# How often the page in the browser asked since it was opened.
ASKED = "performance.getEntriesByType('resource').filter(one => one.name.includes('/nightdesk/api/')).length"


@dataclass(frozen=True, kw_only=True)
class MeasuredNight:
    """CPU seconds of a night by process tree, the seconds it took, new articles, how often the Desk asked, the load."""

    cpu: dict[str, float]
    seconds: float
    new: int
    asked: int
    load: float

    @property
    def own(self) -> float:
        """CPU seconds of all but the server that answers the Desk."""
        return sum(cpu for name, cpu in self.cpu.items() if name != SERVER)


def main(words: Sequence[str]) -> int:
    """Measure, print, write docs/benchmarks.md; exit 1 where the Desk costs or lasts more than it may."""
    parser = argparse.ArgumentParser(prog="python -m bench desk-nights", description=__doc__)
    parser.add_argument("--pairs", type=int, default=PAIRS)
    parser.add_argument("--new", type=int, default=NEW, help="articles of each site a night")
    parser.add_argument("--loads", type=int, default=LOADS, help="of each page; 0 leaves them out")
    given = parser.parse_args(words)
    said: list[str] = []

    def say(line: str) -> None:
        said.append(f"desk-nights: {line}")
        print(said[-1], flush=True)

    with _open_home() as (opened, airflow, shown):
        publish = publishing(opened.newsroom, given.new, 1 + 2 * given.pairs)
        # The first night collects what is there, learns the sites and warms what is cached.
        _night(opened, airflow, shown, publish, is_open=True)
        pairs = [_pair(opened, airflow, shown, publish, turn, say) for turn in _turns(given.pairs)]
        slow = tell_pairs(pairs, say) if pairs else False
        if given.loads:
            slow |= _tell_loads(shown, airflow.address, given.loads, say)
    page.write({TITLE: "```\n" + "\n".join(said) + "\n```"}, "python -m bench desk-nights")
    return int(slow)


@contextmanager
def _open_home() -> Iterator[tuple[installations.Desk, standalone.Airflow, Page]]:
    """The demo with no site broken, its Airflow, and a page of a Chromium that is logged in."""
    with tempfile.TemporaryDirectory(prefix="desk-nights") as folder:
        Path(folder).chmod(0o711)
        with installations.open_desk(Path(folder) / "demo") as opened:
            newsroom.break_site(opened.newsroom, BROKEN, [])
            try:
                with standalone.airflow_running(opened.settings) as airflow, sync_playwright() as playwright:
                    path = render.chromium(opened.settings) or None
                    chromium = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
                    shown = chromium.new_page()
                    shown.set_default_timeout(SHOWN_MS)
                    yield opened, airflow, browsers.log_in(shown, airflow)
                    chromium.close()
            finally:
                postgres.stop_embedded(opened.settings)


def _turns(pairs: int) -> list[bool]:
    """For each pair, whether its first night is the one with the Desk open."""
    return [bool(number % 2) for number in range(pairs)]


def publishing(folder: Path, new: int, nights: int) -> Iterator[None]:
    """Each step publishes a night's articles, a minute apart: the last night's are the newest, and of today."""
    for left in reversed(range(nights)):
        newsroom.turn(folder, SITES, new=new, now=datetime.now(UTC) - timedelta(minutes=left * new))
        yield


def _pair(
    opened: installations.Desk, airflow: standalone.Airflow, shown: Page, publish: Iterator[None], open_first: bool,
    say: Callable[[str], None],
) -> tuple[MeasuredNight, MeasuredNight]:  # fmt: skip
    """A night without the Desk and one with it."""
    done: dict[bool, MeasuredNight] = {}
    for is_open in (open_first, not open_first):
        done[is_open] = one = _night(opened, airflow, shown, publish, is_open)
        say(
            f"{'Desk open' if is_open else 'nothing open':<13} {one.own:>7.1f} s of CPU, "
            f"{SERVER} {one.cpu[SERVER]:>6.1f}; {one.new} new articles, {one.seconds:.0f} s by the clock, "
            f"asked {one.asked} times, load {one.load:.0f}"
        )
    return done[False], done[True]


def _night(
    opened: installations.Desk, airflow: standalone.Airflow, shown: Page, publish: Iterator[None], is_open: bool
) -> MeasuredNight:
    next(publish)
    shown.goto(f"{airflow.address}/plugin/desk" if is_open else "about:blank")
    if is_open:
        shown.get_by_test_id("headline").wait_for()
    pids = _roots(opened.settings, airflow)
    key = runs.key_of(datetime.now(UTC), manual=True)
    before = {name: cpu_seconds(pid) for name, pid in pids.items()}
    began = time.monotonic()
    standalone.night(airflow, key, on_task=lambda task: None, budget=NIGHT_SECONDS)
    while airflow_home.count_unfinished(opened.settings):
        if time.monotonic() > began + NIGHT_SECONDS + AFTER_SECONDS:
            raise SystemExit("desk-nights: what follows the night does not end")
        time.sleep(1)
    seconds = time.monotonic() - began
    cpu = {name: cpu_seconds(pid) - before[name] for name, pid in pids.items()}
    with postgres.connection(opened.settings) as conn:
        # Two of the demo's sentences are sometimes the same: load takes the second page for a duplicate.
        counted = [tally.counts for tally in runs.tallies(conn, key) if tally.stage == "load"]
        found = sum(counts.get("new", 0) + counts.get("duplicate", 0) for counts in counted)
    asked = int(shown.evaluate(ASKED)) if is_open else 0
    return MeasuredNight(cpu=cpu, seconds=seconds, new=found, asked=asked, load=os.getloadavg()[1])


def _roots(settings: Settings, airflow: standalone.Airflow) -> dict[str, int]:
    return {one.name: one.process.pid for one in airflow.components} | {POSTGRES: desk.postgres_pid(settings)}


def cpu_seconds(pid: int) -> float:
    """CPU seconds so far of a process, of all that it started, and of their children that ended."""
    root = psutil.Process(pid)
    return sum(map(_cpu_of, [root, *root.children(recursive=True)]))


def _cpu_of(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)


def tell_pairs(pairs: list[tuple[MeasuredNight, MeasuredNight]], say: Callable[[str], None]) -> bool:
    """Say what the pairs come to; whether that is too much."""
    for name in pairs[0][0].cpu:
        without, beside = (statistics.median(pair[at].cpu[name] for pair in pairs) for at in (0, 1))
        say(f"median of {name:<14} {without:>7.1f} s without the Desk, {beside:>7.1f} with it")
    ratios = [beside.own / without.own for without, beside in pairs]
    without, beside = (statistics.median(pair[at].own for pair in pairs) for at in (0, 1))
    grown = (beside / without - 1) * 100
    say(f"each pair: {', '.join(f'{(ratio - 1) * 100:+.1f} %' for ratio in ratios)}")
    say(
        f"medians of {len(pairs)} nights each: {without:.1f} s without the Desk, {beside:.1f} with it: {grown:+.1f} % "
        f"(of the pairs {(statistics.median(ratios) - 1) * 100:+.1f} %; at most {MOST_PERCENT:.0f} %)"
    )
    counts = {one.new for pair in pairs for one in pair}
    if len(counts) > 1:
        say(f"the nights are not alike: {sorted(counts)} new articles")
    return grown > MOST_PERCENT or len(counts) > 1


def _tell_loads(shown: Page, address: str, loads: int, say: Callable[[str], None]) -> bool:
    """Load Airflow's home page and the Overview in turns, and say when what they tell stands there."""
    took: dict[str, list[float]] = {"home": [], "overview": []}
    shown.add_init_script(WATCH)
    for _ in range(loads):
        for kind, path in (("home", "/"), ("overview", "/plugin/desk")):
            shown.goto("about:blank")
            shown.goto(f"{address}{path}", wait_until="commit")
            shown.wait_for_function("kind => kind in globalThis.stood", arg=kind)
            took[kind].append(float(shown.evaluate("kind => globalThis.stood[kind]", kind)) / 1000)
    first, second = (statistics.median(seconds) for seconds in took.values())
    say(
        f"medians of {loads} loads each, load {os.getloadavg()[0]:.0f}: Airflow's home page shows its first heading "
        f"after {first:.2f} s, the Overview its headline after {second:.2f}: {second - first:+.2f} s "
        f"(at most +{MOST_LATER_SECONDS})"
    )
    return second - first > MOST_LATER_SECONDS


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

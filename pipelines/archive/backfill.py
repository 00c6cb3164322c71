"""Backfill: what a site published before it was followed, found in the site's own lists. A backfill alerts nobody, and
takes nothing twice.

The first step, `look`, reads the source's lists as far back as the request goes, and writes their addresses into the
ledger, marked as too old for the nights. So the ledger shows for which months the site still names addresses. After
that, the wanted part is fetched, some hundred pages a run, with the site's delay and in turns with the nights. After a
kill, the same command goes on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from pipelines import urls
from pipelines.codes import Quiet, RunState
from pipelines.crawl import ledger, past_urls
from pipelines.crawl import stage as crawl
from pipelines.crawl.past_urls import PastSpan
from pipelines.errors import NightdeskError
from pipelines.load.stage import load
from pipelines.model import Source
from pipelines.query.grammar import DateFilter
from pipelines.settings import Settings
from pipelines.stores import postgres, runs

# If a run key is taken, another one is tried after this many seconds. A key names its moment to the second, so a key of
# the next second may be free.
KEY_SECONDS = 0.2
# A backfill begins on this day at the earliest: the day of the first web site.
FIRST_DAY = datetime(1991, 8, 6, tzinfo=UTC)
# The nights read the last day themselves, so a backfill ends this long before now.
NIGHTS = timedelta(days=1)
# This many days lead from the first day of any month into the next month.
LONGER_THAN_A_MONTH = timedelta(days=32)
LOCK = "backfill"

Progress = Callable[[int], None]
HearsLine = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Month:
    """How many addresses a site's lists name for a month (2026-11; empty: without a date), how many of these are in the
    archive (had), and how many are to be fetched (open)."""

    month: str
    named: int
    had: int
    open: int


@dataclass(kw_only=True)
class Plan:
    """The result of a look at the lists of a source.

    missing: months of which the lists named no address.
    failed: lists that could not be read.
    goes_on: addresses that an earlier backfill has not fetched yet.
    """

    source: str
    since: datetime
    until: datetime
    runs: list[str] = field(default_factory=list)
    months: list[Month] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    failed: str = ""
    goes_on: int = 0

    @property
    def open(self) -> int:
        """The number of addresses that would be fetched."""
        return sum(month.open for month in self.months) + self.goes_on

    @property
    def wanted(self) -> PastSpan:
        """The days in the form that a crawl needs."""
        asked = f"backfill:{self.since:%Y-%m-%d}..{self.until:%Y-%m-%d}"
        return PastSpan(asked=asked, since=self.since.isoformat(), until=self.until.isoformat())


@dataclass(kw_only=True)
class BackfillResult:
    """fetched: pages. left: addresses that wait for another try. counts: what extract and load made of the pages.
    failed: sentences on failed stages. runs: the keys of its runs."""

    fetched: int = 0
    left: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    runs: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def days(between: DateFilter | None, now: datetime) -> tuple[datetime, datetime]:
    """The moments at which the wanted days begin and end. What the nights read themselves is left to the nights."""
    since = between.since.seen_from(now) if between and between.since else FIRST_DAY
    until = between.until.seen_from(now) if between and between.until else now
    until = min(until, now - NIGHTS)
    if since >= until:
        raise NightdeskError(
            f"From {since:%Y-%m-%d} to {until:%Y-%m-%d} is no span of time; the nights have the last day."
        )
    return since, until


def look(
    settings: Settings, source: Source, since: datetime, until: datetime, *, on_line: HearsLine = lambda line: None
) -> Plan:
    """Read the lists of a source as far back as the request goes; nothing else is fetched. If an earlier backfill has
    not fetched all its addresses, the lists are not read again.

    Pages of lists that a killed look left on disk are taken over first.
    """
    plan = Plan(source=source.name, since=since, until=until)
    with postgres.connection(settings, application="nightdesk backfill") as conn, _alone(conn, source.name):
        finish_open(settings, conn, source, Quiet.BACKFILL, on_line=on_line)
        with conn:
            plan.goes_on = ledger.count_waiting(conn, source.name, past=True)
        if not plan.goes_on:
            run = begin(conn, source, plan.wanted.asked, Quiet.BACKFILL)
            with conn:
                named = postgres.query(conn, "past_robots", host=urls.host(source.url))
                past_urls.ask_lists(conn, source, run, _sitemaps(named))
            tally = crawl.crawl(settings, [source], run, wanted=plan.wanted, on_line=on_line)[0]
            _end(conn, source, run)
            plan.runs.append(run)
            plan.failed = tally.message if tally.state == RunState.FAILED or "trouble" in tally.message else ""
        with conn:
            rows = past_urls.months(conn, source.name, plan.wanted, plan.runs)
    plan.months = [Month(**row) for row in rows]
    plan.missing = _missing(plan)
    return plan


def fill(
    settings: Settings,
    source: Source,
    plan: Plan,
    *,
    most: int,
    processes: int = 1,
    on_pages: Progress = lambda done: None,
    on_line: HearsLine = lambda line: None,
) -> BackfillResult:
    """Fetch addresses that a look found, newest first, and bring them through all stages; most: how many at most."""
    want(settings, plan, most)
    return fetch(settings, source, plan, processes=processes, on_pages=on_pages, on_line=on_line)


def want(settings: Settings, plan: Plan, most: int) -> int:
    """Choose addresses to be fetched, newest first, from those that a look found, until `most` are waiting. Gives the
    number of waiting addresses."""
    with postgres.connection(settings, application="nightdesk backfill") as conn, _alone(conn, plan.source), conn:
        waiting = ledger.count_waiting(conn, plan.source, past=True)
        return waiting + past_urls.want(conn, plan.source, plan.wanted, plan.runs, max(0, most - waiting))


def fetch(
    settings: Settings,
    source: Source,
    plan: Plan,
    *,
    processes: int = 1,
    on_pages: Progress = lambda done: None,
    on_line: HearsLine = lambda line: None,
) -> BackfillResult:
    """Fetch the addresses that `want` chose, and bring them through all stages. After a kill, the same call goes on."""
    filled = BackfillResult()
    with postgres.connection(settings, application="nightdesk backfill") as conn, _alone(conn, source.name):
        fetch_wanted(settings, conn, source, plan.wanted, filled, Quiet.BACKFILL, processes=processes,
                     on_pages=on_pages, on_line=on_line)  # fmt: skip
    return filled


def fetch_wanted(
    settings: Settings,
    conn: postgres.Connection,
    source: Source,
    wanted: PastSpan,
    filled: BackfillResult,
    why: Quiet,
    *,
    processes: int = 1,
    on_pages: Progress = lambda done: None,
    on_line: HearsLine = lambda line: None,
) -> None:
    """Fetch the wanted part of a source's past, one run after another, until nothing more can be fetched now."""
    while True:
        with conn:
            filled.left = ledger.count_waiting(conn, source.name, past=True)
        if not filled.left:
            return
        run = begin(conn, source, wanted.asked, why)
        tally = crawl.crawl(settings, [source], run, wanted=wanted, on_line=on_line)[0]
        if tally.state == RunState.BUSY:
            raise NightdeskError(f"Another process collects the past of {source.name}; wait until that has ended.")
        fetched = tally.counts.get("fetched", 0)
        filled.fetched += fetched
        _finish(settings, conn, source, run, filled, processes)
        on_pages(filled.fetched)
        done = sum(tally.counts.get(state, 0) for state in ("fetched", "unchanged", "gone", "excluded"))
        if not done:
            with conn:
                filled.left = ledger.count_waiting(conn, source.name, past=True)
            if tally.message:
                filled.failed.append(f"{source.name}, crawl of run {run}: {tally.message}")
            return


def _finish(
    settings: Settings, conn: postgres.Connection, source: Source, run: str, filled: BackfillResult, processes: int
) -> None:
    """Bring the pages of a run through extract and load."""
    filled.runs.append(run)
    bring_through(settings, conn, source, run, filled.counts, filled.failed, processes=processes)


def bring_through(
    settings: Settings,
    conn: postgres.Connection,
    source: Source,
    run: str,
    counts: dict[str, int],
    failed: list[str],
    *,
    processes: int,
) -> None:
    """Bring a run of the past through extract and load, and end it if both succeed; adds to `counts` and `failed`."""
    from pipelines.extract.stage import extract

    ended = [
        extract(settings, source, run, processes=processes, apart=True, others=False), load(settings, source, run)
    ]  # fmt: skip
    for tally in ended:
        add(counts, {f"{tally.stage} {name}": count for name, count in tally.counts.items()})
        if tally.state != RunState.DONE:
            failed.append(f"{source.name}, {tally.stage} of run {run}: {tally.message}")
    if all(tally.state == RunState.DONE for tally in ended):
        _end(conn, source, run)


def add(counts: dict[str, int], more: Mapping[str, int]) -> None:
    """Add the counts `more` to `counts`."""
    for name, count in more.items():
        counts[name] = counts.get(name, 0) + count


def finish_open(
    settings: Settings, conn: postgres.Connection, source: Source, why: Quiet, *, on_line: HearsLine = lambda line: None
) -> None:
    """Finish the runs of a killed backfill: a crawl of the past takes over what they have on disk."""
    with conn:
        begun = [
            row["run"]
            for row in postgres.query(conn, "past_open", why=why)
            if row["source"] == source.name and not row["of_file"]
        ]
    if not begun:
        return
    run = begin(conn, source, str(why), why)
    # This crawl has no time to fetch anything: it only takes over what is on disk.
    crawl.crawl(settings, [source], run, budget=0, wanted=PastSpan(asked=str(why)), on_line=on_line)
    for key in [*begun, run]:
        _finish(settings, conn, source, key, BackfillResult(), 1)


@contextmanager
def _alone(conn: postgres.Connection, source: str) -> Iterator[None]:
    """Hold the lock of the backfill of a source; NightdeskError if another process has it."""
    with postgres.hold_lock(conn, LOCK, source) as ours:
        if not ours:
            raise NightdeskError(f"Another backfill of {source} is at work: run this again when that has ended.")
        yield


def begin(conn: postgres.Connection, source: Source, origin: str, why: Quiet, *, key: str = "") -> str:
    """Begin a run of the past for a source.

    key: the key of a run that another source has begun, to join it; if empty, the run gets a key that no run has.
    """
    while True:
        mine = key or runs.key_of(datetime.now(UTC), manual=True)
        with conn:
            if key or not (runs.tallies(conn, mine) or postgres.row(conn, "past_of_run", run=mine)):
                postgres.execute(conn, "past_begin", run=mine, source=source.name, why=why, origin=origin)
                return mine
        time.sleep(KEY_SECONDS)


def _end(conn: postgres.Connection, source: Source, run: str) -> None:
    with conn:
        postgres.execute(conn, "past_end", run=run, source=source.name)


def _sitemaps(rows: Sequence[postgres.Row]) -> list[str]:
    """The sitemaps that a robots.txt names."""
    lines = [line.partition(":") for row in rows for line in row["robots_body"].splitlines()]
    return [value.strip() for name, _, value in lines if name.strip().lower() == "sitemap" and value.strip()]


def _missing(plan: Plan) -> list[str]:
    """The wanted months of which the lists named no address. If the request has no start, the months begin with the
    first month that a list named."""
    named = {month.month for month in plan.months if month.month}
    at = plan.since
    if plan.since == FIRST_DAY:
        if not named:
            return []
        at = datetime.strptime(min(named), "%Y-%m").replace(tzinfo=UTC)
    missing = []
    while at < plan.until:
        if (key := f"{at:%Y-%m}") not in named:
            missing.append(key)
        at = (at.replace(day=1) + LONGER_THAN_A_MONTH).replace(day=1)
    return missing

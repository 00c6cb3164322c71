"""The crawl stage: start the spiders as a child process, watch it, and read its answer. This module knows nothing of
Scrapy.

The child is in the process group of this process, so a signal to the group ends both. The child dies with this process.
This process stops the child if the process that started this one is gone, if the budget is over, or if this process is
interrupted.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import asdict
from pathlib import Path
from time import monotonic, sleep
from types import MappingProxyType
from typing import IO, Any

from pipelines import errors
from pipelines.codes import RunCode, RunState
from pipelines.crawl import ledger, summary
from pipelines.crawl.past_urls import PastSpan
from pipelines.errors import CrawlError, NightdeskError, TakenOverError
from pipelines.model import Page, Source, Tally
from pipelines.settings import Settings, export
from pipelines.sources import access
from pipelines.stores import migrations, postgres, runs, warc

STAGE = "crawl"
# A child that was stopped and lost nothing ends with this exit code. spiders.shutdown has the same number.
STOPPED_CODE = 3
# After its budget (`--budget`, in seconds), the child gets this many seconds for answers that are still under way. Then
# it is stopped.
AFTER_BUDGET = 30.0
# The child has this many seconds to stop after it was asked to. Then it is killed. Chosen: Airflow kills a task five
# seconds after it asked the task to stop.
STOP_SECONDS = 4.5
# Between two checks whether this process's parent is gone or the time is over, this many seconds pass. Chosen: nobody
# notices half a second.
POLL_SECONDS = 0.5
# Postgres has GONE_SECONDS seconds to notice that a killed child is gone, and to free its lock. Between two tries to
# take the lock, RETRY_SECONDS seconds pass. Chosen: Postgres needs milliseconds, and some hundred of them on a busy
# machine.
GONE_SECONDS = 5.0
RETRY_SECONDS = 0.05
# A child has this many seconds to take in what killed crawls left. Chosen: the file of a night is read in some seconds.
ADOPT_SECONDS = 600.0
# A function that gets one line of text, `LEVEL what happened`.
HearsLine = Callable[[str], None]
# One message of the child, read from one line. The value of "event" is its kind; see spiders/__main__.py.
Event = dict[str, Any]


def _print_nothing(line: str) -> None:
    """Ignore the line."""


def crawl(
    settings: Settings,
    sources: Sequence[Source],
    run: str,
    *,
    budget: float | None = None,
    only: str = "",
    due: bool = False,
    wanted: PastSpan | None = None,
    on_line: HearsLine = _print_nothing,
    secrets: Mapping[str, str] = MappingProxyType({}),
) -> list[Tally]:
    """Crawl sources in one child process; gives a tally for each source, in their order.

    Counts: discovered (articles that lists named, known or not), new (of these, URLs that the ledger did not have),
    fetched, unchanged, excluded, blocked, failed and gone (all of articles), bytes, seconds; spiders/crawled_source.py
    adds others.

    budget: seconds; None: NIGHTDESK_CRAWL_BUDGET.
    only: fetch this one URL of the one source, whatever is due.
    due: ask only those of the sources' lists that are due (crawl/rhythm.py), as a run that begins by itself does.
    wanted: fetch only this part of the past. The crawl of a night may run at the same time.
    on_line: gets each line `LEVEL what happened`, and a line with the result of each source.
    secrets: more secrets by name, beside those of the environment.

    Raises SettingsError or DatabaseError if nothing could begin; a source that failed is a Tally that says so.
    """
    seconds = settings.crawl_budget if budget is None else budget
    runs.check_key(run)
    if not sources:
        return []
    with postgres.connection(settings, application="nightdesk crawl watch") as conn:
        migrations.check_migrated(conn)
        unfinished = ledger.find_unfinished_renames(conn, [source.name for source in sources])
        if not only and wanted is None:
            # Airflow and the command line have planned this run already; the canary and the benchmarks have not. Of two
            # plans of a run, the one with more sources stays.
            runs.plan(conn, run, sources=len(sources))
        # Each source has an attempt, which this process marks as ended if the child does not.
        attempts = runs.attempts(conn, run, STAGE, [source.name for source in sources])
    refused = [
        Tally(run=run, source=name, stage=STAGE, state=RunState.FAILED, message=why) for name, why in unfinished.items()
    ]
    heard = {tally.source: tally for tally in _write_tallies(settings, refused, attempts)}
    for tally in refused:
        on_line(_end_line(tally))
    last_words: list[str] = []
    command = ["crawl", "--run", run, "--budget", str(seconds), "--only", only, *(["--due"] if due else [])]
    command += ["--past", wanted.as_json()] if wanted else []
    free = [source for source in sources if source.name not in heard]
    with _child(settings, command, free, secrets) if free else nullcontext() as child:
        for event in _events(child, monotonic() + seconds + AFTER_BUDGET) if child else ():
            if event["event"] == "tally":
                facts = {name: event[name] for name in ("source", "counts", "message")}
                heard[event["source"]] = Tally(
                    run=run, stage=STAGE, state=RunState(event["state"]), code=RunCode(event["code"]), **facts
                )
                on_line(_end_line(heard[event["source"]]))
                continue
            if event["event"] == "begun":
                attempts[event["source"]] = runs.Attempt(run, event["source"], STAGE, event["attempt"])
                continue
            line = _event_line(event)
            if event["event"] == "error":
                raise getattr(errors, event["kind"], NightdeskError)(event["message"])
            if event.get("level") in ("ERROR", "CRITICAL", "STDERR"):
                last_words.append(line)
            on_line(line)
    missing = [source.name for source in sources if source.name not in heard]
    code = child.returncode if child else 0
    for tally in _tallies_for(settings, missing, run, code, last_words, attempts):
        heard[tally.source] = tally
        on_line(_end_line(tally))
    return [heard[source.name] for source in sources]


def adopt(settings: Settings, on_line: HearsLine = _print_nothing) -> bool:
    """If machines share a bucket: take in what killed crawls left on this machine; gives whether there was anything.

    Each command that begins work on this machine does this first, because other machines wait for these pages.
    """
    raw = settings.raw
    if not raw.address:
        return False
    left = [
        path.name for path in Path(raw).glob("*") if warc.find_unfinished(raw, path.name) or warc.unsent(raw, path.name)
    ]
    with postgres.connection(settings, application="nightdesk adopt watch") as conn:
        # A crawl that still runs on this machine has open files as well, but it holds the lock of its source.
        if not any(_is_free(conn, name) for name in left):
            return False
    with _child(settings, ["adopt"], []) as child:
        for event in _events(child, monotonic() + AFTER_BUDGET + ADOPT_SECONDS):
            on_line(_event_line(event) if event["event"] == "log" else f"ERROR {event.get('message', '')}")
    return True


def _is_free(conn: postgres.Connection, source: str) -> bool:
    with postgres.hold_lock(conn, STAGE, source) as ours:
        return ours


def fetch(settings: Settings, source: Source, url: str) -> Page:
    """Fetch one page as a crawl would, through guard and robots.txt, but without the ledger. CrawlError says why the
    page could not be fetched.
    """
    with tempfile.TemporaryDirectory(prefix="nightdesk-page-") as folder:
        with _child(settings, ["fetch", "--url", url, "--into", folder], [source]) as child:
            for event in _events(child, monotonic() + 2 * AFTER_BUDGET):
                if event["event"] == "error":
                    raise getattr(errors, event["kind"], NightdeskError)(event["message"])
        for path in sorted(Path(folder).rglob(f"*{warc.CLOSED}")):
            for _, page, _ in warc.pages(path):
                return page
    raise CrawlError(f"{url} could not be fetched: the spider ended with {child.returncode} before it had the page.")


def probe(
    settings: Settings,
    source: Source,
    url: str,
    *,
    budget: float,
    known: bool = False,
    on_event: Callable[[Event], None],
) -> list[Page]:
    """Look at a whole site in a child process; gives the pages that could be articles.

    on_event hears of every answer, in the form of pipelines.follow.probing_records.
    known: look at the lists of the source first.
    """
    with tempfile.TemporaryDirectory(prefix="nightdesk-probe-") as folder:
        command = ["probe", "--url", url, "--into", folder, "--budget", str(budget)]
        last_words: list[str] = []
        whole = False
        with _child(settings, [*command, "--known"] if known else command, [source]) as child:
            for event in _events(child, monotonic() + budget + AFTER_BUDGET):
                if event["event"] == "error":
                    raise getattr(errors, event["kind"], NightdeskError)(event["message"])
                if event.get("level") in ("ERROR", "CRITICAL", "STDERR"):
                    last_words.append(_event_line(event))
                whole = whole or event["event"] == "probed"
                on_event(event)
        pages = [page for path in sorted(Path(folder).rglob("*.warc.gz*")) for page in _pages(path)]
    # A child that was stopped at its deadline has reported what it saw so far.
    if child.returncode != STOPPED_CODE and (child.returncode or not whole):
        last = f" Its last words: {last_words[-1]}" if last_words else ""
        raise CrawlError(f"{url} could not be looked at: the spider ended with {child.returncode}.{last}")
    return pages


def _pages(path: Path) -> Iterator[Page]:
    whole = warc.recover(path) if path.name.endswith(warc.OPEN) else warc.pages(path)
    yield from (page for _, page, _ in whole)


@contextmanager
def _child(
    settings: Settings,
    command: list[str],
    sources: Sequence[Source],
    secrets: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[subprocess.Popen[str]]:
    """The child process, with its sources written to its standard input. At the end of the block the child is gone."""
    given = {access.variable(name): value for name, value in secrets.items()}
    env = {**os.environ, **export(settings), **given, "NIGHTDESK_DATABASE_URL": postgres.url(settings)}
    env["PYTHONUNBUFFERED"] = "1"
    child = subprocess.Popen(
        [sys.executable, "-m", "spiders", *command, "--parent", str(os.getpid())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        env=env,
    )
    try:
        assert child.stdin
        try:
            child.stdin.write(json.dumps([asdict(source) for source in sources]))
            child.stdin.close()
        except BrokenPipeError:
            # The child ended before it read its input; its exit code and its last words say why.
            child.stdin = None
        yield child
    finally:
        _stop(child)


def _events(child: subprocess.Popen[str], deadline: float) -> Iterator[Event]:
    """The child's events until the child has ended. The child is stopped if the process that started this one is gone,
    or if the deadline has passed.
    """
    parent, next_signal = os.getppid(), signal.SIGTERM
    # A None, one for each pipe, says that the pipe was read to its end.
    events: queue.Queue[Event | None] = queue.Queue()
    assert child.stdout and child.stderr
    pumps = [
        threading.Thread(target=_pump, args=(pipe, events, reads), daemon=True)
        for pipe, reads in ((child.stdout, _of_json), (child.stderr, _of_log))
    ]
    for pump in pumps:
        pump.start()
    open_pipes = len(pumps)
    while open_pipes or child.poll() is None:
        try:
            if not open_pipes:
                child.wait(POLL_SECONDS)
            elif event := events.get(timeout=POLL_SECONDS):
                yield event
            else:
                open_pipes -= 1
        except (queue.Empty, subprocess.TimeoutExpired):
            if child.poll() is None and (os.getppid() != parent or monotonic() > deadline):
                # A child that hangs does not react to SIGTERM; after STOP_SECONDS it gets SIGKILL.
                child.send_signal(next_signal)
                deadline, next_signal = monotonic() + STOP_SECONDS, signal.SIGKILL
                if os.getppid() != parent:
                    raise CrawlError("The process that started this crawl is gone, so the crawl was stopped.") from None


def _pump(pipe: IO[str], events: queue.Queue[Event | None], reads: Callable[[str], Event]) -> None:
    """Read a pipe of the child to its end, line by line, into the queue of events."""
    try:
        for line in pipe:
            if line.strip():
                events.put(reads(line.rstrip("\n")))
    finally:
        events.put(None)


def _of_json(line: str) -> Event:
    """A line of the child's standard output as an event. A line that is no event of ours becomes a line of the log."""
    try:
        event = json.loads(line)
    except ValueError:
        return _of_log(line)
    return event if isinstance(event, dict) and "event" in event else _of_log(line)


def _of_log(line: str) -> Event:
    """A line of the child's standard error: `LEVEL message`, or what some library printed there."""
    level, _, message = line.partition(" ")
    if level in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"):
        return {"event": "log", "level": level, "message": message}
    return {"event": "log", "level": "STDERR", "message": line}


def _event_line(event: Event) -> str:
    """What the child said, as a line for `on_line`."""
    if event["event"] == "log":
        return f"{event['level'].replace('STDERR', 'WARNING')} {event['message']}"
    return f"INFO {event.get('source', '')}: {summary.sentence(event.get('counts', {}))}"


def _end_line(tally: Tally) -> str:
    """The result of a source, as a line for `on_line`."""
    level = {RunState.FAILED: "ERROR", RunState.BUSY: "WARNING", RunState.STOPPED: "WARNING"}.get(tally.state, "INFO")
    counted = not tally.message or any(tally.counts.get(word) for word in summary.ORDER)
    said = filter(None, [tally.message, summary.sentence(tally.counts) if counted else ""])
    return f"{level} {tally.source}: {tally.state}; {' '.join(said)}"


def _tallies_for(
    settings: Settings,
    names: Sequence[str],
    run: str,
    code: int,
    last_words: list[str],
    attempts: Mapping[str, runs.Attempt],
) -> list[Tally]:
    """Tallies of the sources that the child did not report; how the child ended decides what they say. They are also
    written to `runs`, because the child did not do this.
    """
    if not names:
        return []
    state = RunState.STOPPED if code == STOPPED_CODE else RunState.FAILED
    last = f" Its last words: {last_words[-1]}" if last_words else ""
    how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
    message = "The crawl was stopped before it began." if code == STOPPED_CODE else f"The spider ended {how}.{last}"
    tallies = [Tally(run=run, source=name, stage=STAGE, state=state, message=message) for name in names]
    return _write_tallies(settings, tallies, attempts)


def _write_tallies(settings: Settings, tallies: list[Tally], attempts: Mapping[str, runs.Attempt]) -> list[Tally]:
    """Write to `runs` the tallies that the child did not write; gives the same tallies."""
    if not tallies:
        return []
    with postgres.connection(settings, application="nightdesk crawl watch") as conn:
        gone_by = monotonic() + GONE_SECONDS
        for tally in tallies:
            while not _end_run(conn, tally, attempts.get(tally.source)) and monotonic() < gone_by:
                sleep(RETRY_SECONDS)
    return tallies


def _end_run(conn: postgres.Connection, tally: Tally, attempt: runs.Attempt | None) -> bool:
    """Write how a run ended, unless somebody has the source's lock, or another attempt has begun meanwhile.

    The lock's holder may be another crawl of the run, which writes its own row. For a moment it may also be the server,
    which still keeps the lock of a child that was killed.
    """
    with postgres.hold_lock(conn, STAGE, tally.source) as ours:
        if ours:
            with suppress(TakenOverError), conn:
                if attempt or not runs.attempts(conn, tally.run, STAGE, [tally.source]):
                    runs.end(conn, tally, attempt)
        return ours


def _stop(child: subprocess.Popen[str]) -> None:
    if child.poll() is None:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
    child.wait()
    for pipe in (child.stdout, child.stderr):
        if pipe:
            pipe.close()

"""Where a crawl writes: the raw store first, then the ledger, in batches, by one thread with one connection."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TextIO

import spiders.followed
from pipelines import private, urls
from pipelines.codes import GUARDED, Code, Kind, RunState
from pipelines.crawl import aliases, discovery, ledger, past, policy, rules
from pipelines.crawl.ledger import FetchResult, Lease
from pipelines.crawl.past import Wanted
from pipelines.errors import DiskFullError, SourceError, StoreError
from pipelines.model import Page, Source, Tally
from pipelines.settings import Settings
from pipelines.stores import bucket, chain, clock, postgres, runs, warc
from pipelines.stores.clock import Clock
from spiders import guard, outcome
from spiders.followed import Followed, count, count_named
from spiders.followed import counted as counted

STAGE = "crawl"
# The folder of the raw files of a crawl of the past, and its lock.
PAST = "past"


@dataclass(frozen=True)
class Arrival:
    """A look that is not written yet, with its page and the facts kept with it (outcome.facts_of).

    request: the headers that were sent.
    """

    look: FetchResult
    page: Page | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    request: tuple[tuple[str, str], ...] = ()


@dataclass
class Store:
    """What the writing thread works with; nobody else touches it while the crawl runs.

    out: where whoever started the crawl listens. followed: the sources whose lock this crawl has, by name.
    clock: the time of the ledger's machine. wanted: what the crawl is for, where that is the past: then its raw files
    are written beside the raw store, and it has locks of its own, so that a night may begin meanwhile.
    """

    settings: Settings
    conn: postgres.Connection
    run: str
    out: TextIO = field(default_factory=lambda: sys.stdout)
    followed: dict[str, Followed] = field(default_factory=dict)
    clock: Clock = field(default_factory=clock.of_machine)
    wanted: Wanted | None = None

    def __post_init__(self) -> None:
        with self.conn:
            self.clock = clock.of_ledger(self.conn)

    @property
    def root(self) -> Path:
        """Where raw files are written."""
        return self.settings.data / PAST if self.wanted else self.settings.raw

    @property
    def lock(self) -> str:
        """What is held of a source."""
        return PAST if self.wanted else STAGE


def take(store: Store, source: Source, *, only: str = "", due: bool = False) -> Followed | None:
    """Take a source's lock, adopt what a killed crawl left, make its lists due; None where another crawl has it.

    due: only those lists whose time has come.
    """
    with ExitStack() as stack:
        if not stack.enter_context(postgres.held(store.conn, store.lock, source.name)):
            _busy(store, source)
            return None
        followed = Followed(source, stack.pop_all(), only=only)
    runs.begin(store.conn, store.run, source.name, STAGE)
    _adopt(store, followed)
    if store.wanted:
        asked = store.wanted.asked
        postgres.execute(store.conn, "mark_one_page", run=store.run, source=source.name, stage=STAGE, url=asked)
        ledger.release(store.conn, source.name, past=True)
    elif only:
        postgres.execute(store.conn, "mark_one_page", run=store.run, source=source.name, stage=STAGE, url=only)
        ledger.want(store.conn, source, store.run, only)
    else:
        followed.resting = ledger.begin(store.conn, source, store.run, due=due)
        _let_in_by_guard(store, source)
    followed.asked = ledger.count_asked(store.conn, source.name, store.run)
    followed.sitemaps = ledger.count_asked_sitemaps(store.conn, source.name, store.run)
    store.conn.commit()
    store.followed[source.name] = followed
    return followed


def lease(store: Store, name: str, count: int, *, per_host: int, skip: Sequence[str], only: str = "") -> list[Lease]:
    """The next URLs of a source, articles and sitemaps named by an index only while its limits allow."""
    followed = store.followed[name]
    left = followed.source.max_pages - followed.asked
    got = ledger.lease(
        store.conn,
        name,
        store.run,
        min(count, left) if left > 0 else count,
        per_host=per_host,
        skip=skip,
        articles=left > 0,
        sitemaps=max(0, policy.MAX_SITEMAPS - followed.sitemaps),
        only=only,
        past=store.wanted is not None,
    )
    followed.asked += sum(1 for lease in got if lease.kind == Kind.ARTICLE)
    followed.sitemaps += sum(1 for lease in got if lease.kind == Kind.SITEMAP and lease.via)
    return got


def commit(store: Store, arrivals: Sequence[Arrival]) -> set[str]:
    """Write arrivals: raw files, synced, then one transaction. The sources for which there may be more to lease."""
    _check_disk(store.settings)
    return record(store, write(store, arrivals))


def record(store: Store, looks: Sequence[FetchResult]) -> set[str]:
    """Write looks into the ledger in one transaction; the sources for which there may be more to lease.

    Where it is what a page holds that cannot be written, that page has failed, and the others are written without it.
    """
    try:
        return _record(store, looks)
    except Exception as error:
        if not _of_a_page(error):
            raise
    more: set[str] = set()
    for look in looks:
        try:
            more |= _record(store, [look])
        except Exception as error:
            if not _of_a_page(error):
                raise
            more |= _record(store, [outcome.unwritable(look, error)])
    return more


def write(store: Store, arrivals: Iterable[Arrival]) -> list[FetchResult]:
    """Write the pages to the raw files and sync them; the looks with their pointers."""
    looks: list[FetchResult] = []
    touched: dict[str, warc.Writer] = {}
    for arrival in arrivals:
        look = arrival.look
        if arrival.page and outcome.worth_keeping(look):
            followed = store.followed[look.source]
            if not followed.writer:
                followed.writer = warc.begin(store.root, look.source, store.run)
            if look.source not in touched:
                warc.check_ours(followed.writer)
            touched[look.source] = followed.writer
            pointer = warc.append(followed.writer, arrival.page, arrival.facts, request=arrival.request)
            look = replace(look, pointer=pointer)
        looks.append(look)
    for writer in touched.values():
        warc.sync(writer)
    return looks


def keep_robots(store: Store, place: str, status: int, body: str) -> list[str]:
    """Keep what a host's robots.txt says; the sources of which it kept something out that it may let in now."""
    with store.conn:
        postgres.execute(store.conn, "keep_robots", host=place, status=status, body=body)
        return [name for name, one in store.followed.items() if rules.let_in_by_robots(store.conn, one.source)]


def end(store: Store, followed: Followed, state: RunState, message: str, code: Code = Code.NONE) -> Tally:
    """Close a source: its raw file, its leases, its row of `runs`, its lock; then say so."""
    if followed.writer:
        _close_file(store, followed.writer)
        followed.writer = None
    tally = _tally(store, followed, state, message, code)
    with store.conn:
        ledger.release(store.conn, followed.source.name, past=store.wanted is not None)
        runs.end(store.conn, tally)
    followed.lock.close()
    del store.followed[followed.source.name]
    say_tally(store, tally)
    return tally


def close(store: Store, arrivals: Sequence[Arrival], state: RunState, message: str, *, whole: bool) -> None:
    """Write what came and end every source with this state; without the database only the raw files and the word.

    whole: every page in the raw files is in the ledger, so that they can be closed; else the next crawl adopts them.
    """
    try:
        record(store, write(store, arrivals))
        for followed in list(store.followed.values()):
            if not whole:
                followed.writer = None
            end(store, followed, state, message)
    except (postgres.Error, StoreError) as error:
        if state != RunState.FAILED:
            message = f"{message} The ledger could not be written: {' '.join(str(error).split())}."
        for followed in list(store.followed.values()):
            say_tally(store, _tally(store, followed, RunState.FAILED, message))
        store.followed.clear()


def verdict(store: Store, followed: Followed, *, late: bool = False) -> tuple[RunState, str, Code]:
    """State, sentence and code of a source whose crawl came to its end, by itself or (late) by its time budget."""
    return spiders.followed.verdict(store.conn, followed, late=late, past=store.wanted is not None)


def say(store: Store, event: str, **facts: Any) -> None:
    """One JSON line for whoever started the crawl; whoever is gone hears nothing."""
    with suppress(BrokenPipeError):
        print(json.dumps({"event": event, **facts}, ensure_ascii=False), file=store.out, flush=True)


def say_tally(store: Store, tally: Tally) -> None:
    """The last word on a source."""
    facts = {"state": str(tally.state), "counts": tally.counts, "message": tally.message, "code": str(tally.code)}
    say(store, "tally", source=tally.source, **facts)


def _record(store: Store, looks: Sequence[FetchResult]) -> set[str]:
    """Looks, what their lists named, rests that hosts asked for, and the sources' progress: one transaction."""
    more: set[str] = set()
    cooled: dict[str, FetchResult] = {}
    written: list[tuple[FetchResult, dict[str, int]]] = []
    with store.conn:
        for look in ledger.record(store.conn, store.run, _after_redirects(store, looks)):
            got = _discover(store, store.followed[look.source], store.run, look) if look.found else {}
            written.append((look, got))
            if look.rest and look.status in (429, 503):
                cooled[urls.host(look.final_url or look.url)] = look
        # In one order for every crawl: two that wait for each other's hosts would wait for ever.
        for host, look in sorted(cooled.items()):
            if look.rest:
                ledger.cool(store.conn, host, look.rest, f"{look.reason} on {look.url}")
        for look, got in written:
            followed = store.followed[look.source]
            if look.found:
                count_named(followed, look, look.found, got)
                if got.get("ended"):
                    followed.ends.append(f"{look.url} names more: {policy.MAX_SECTION_PAGES} pages of it were read")
            if look.left_out:
                followed.ends.append(f"{look.url} has more links than are read: {look.left_out} were left out")
            if look.kind != Kind.ARTICLE:
                # Its articles may have waited for it.
                more.add(look.source)
            count(followed, look)
        for name in sorted({look.source for look in looks}):
            runs.progress(store.conn, store.run, name, STAGE, counted(store.followed[name]))
    return more


def _of_a_page(error: Exception) -> bool:
    """Whether an error is of what was to be written, and not of a store that cannot write."""
    return postgres.refused(error) if isinstance(error, postgres.Error) else not isinstance(error, OSError)


def _after_redirects(store: Store, looks: Sequence[FetchResult]) -> list[FetchResult]:
    """The looks, each at the address it is of."""
    settled: list[FetchResult] = []
    for name in dict.fromkeys(look.source for look in looks):
        source = store.followed[name].source
        settled += aliases.follow_redirects(
            store.conn, source, store.run, [look for look in looks if look.source == name]
        )
    return settled


def _tally(store: Store, followed: Followed, state: RunState, message: str, code: Code = Code.NONE) -> Tally:
    return Tally(
        run=store.run,
        source=followed.source.name,
        stage=STAGE,
        state=state,
        counts=counted(followed),
        message=message,
        code=code,
    )


def _let_in_by_guard(store: Store, source: Source) -> None:
    """Make due what the guard refused and would not refuse by the settings as they are now."""
    guard_now = guard.policy(store.settings)
    with store.conn:
        refused = postgres.query(
            store.conn,
            "refused_by_guard",
            source=source.name,
            days=source.max_age,
            guarded=list(map(str, GUARDED)),
            revive_after=policy.REVIVE_AFTER,
            max_revive_doublings=policy.MAX_REVIVE_DOUBLINGS,
        )
        let_in = [row["id"] for row in refused if not guard.refusal(guard_now, row["url"])]
        if let_in:
            postgres.execute(store.conn, "try_again", ids=let_in)


def adopt_others(store: Store, find: Callable[[str], Source]) -> None:
    """Take in what killed crawls of other sources left on this machine: whoever shares a bucket crawls some sources
    here tonight, and others tomorrow. find: the source of a name; SourceError where there is none."""
    raw = store.settings.raw
    for name in [path.name for path in raw.glob("*") if raw.address and path.name not in store.followed]:
        if not (warc.unfinished(raw, name) or warc.unsent(raw, name)):
            continue
        with postgres.held(store.conn, STAGE, name) as ours:
            if ours:
                try:
                    _adopt(store, Followed(find(name), ExitStack()))
                except SourceError as error:
                    say(store, "log", level="WARNING", message=f"{name}: what a crawl left stays here: {error}")


def _close_file(store: Store, writer: warc.Writer) -> None:
    """Close a raw file and bring it where it belongs; what a bucket does not take now the next crawl here brings."""
    try:
        with bucket.patient():
            if store.wanted:
                closed = warc.finish(writer)
                if closed:
                    chain.put(store.settings.raw, closed)
                return
            closed = warc.finish(writer, tell=lambda path: chain.close(store.settings.raw, path))
            if closed:
                warc.send(closed)
    except StoreError as error:
        message = f"{writer.name} stays on this machine until its next crawl: {error}"
        say(store, "log", level="ERROR", message=message)


def _adopt(store: Store, followed: Followed) -> None:
    """Write into the ledger what a killed crawl had written to disk only, judged as if it had just come; what it had
    not brought to the bucket goes there."""
    try:
        with bucket.patient():
            _adopt_files(store, followed)
            for path in warc.unsent(store.settings.raw, followed.source.name):
                warc.send(path)
    except StoreError as error:
        if not store.settings.raw.address:
            raise
        message = f"{followed.source.name}: raw files stay on this machine until its next crawl: {error}"
        say(store, "log", level="ERROR", message=message)


def _adopt_files(store: Store, followed: Followed) -> None:
    source = followed.source
    if store.wanted:
        for path in sorted((store.root / source.name).glob(f"*/*{warc.CLOSED}")):
            chain.put(store.settings.raw, path)
    for path in warc.unfinished(store.root, source.name):
        with store.conn:
            known = ledger.known_of_file(store.conn, warc.name_of(path))
        adopted = 0
        for pointer, page, facts in warc.recover(path, known=known):
            look = outcome.look_at(page, facts, source, pointer=pointer)
            adopted += 1
            try:
                _adopt_one(store, followed, page.run, look)
            except Exception as error:
                if not _of_a_page(error):
                    raise
                _adopt_one(store, followed, page.run, outcome.unwritable(look, error))
        if adopted or known:
            if store.wanted:
                chain.put(store.settings.raw, warc.seal(path))
            else:
                chain.close(store.settings.raw, path)
                warc.send(warc.seal(path))
        else:
            path.unlink()
        message = f"{source.name}: adopted {adopted} pages that a killed crawl had left in {path.name}"
        say(store, "log", level="INFO", message=message)
        copy = warc.damaged(path)
        if copy:
            message = f"{source.name}: {path.name} was damaged; what is whole of it was adopted, as it was it is {copy}"
            say(store, "log", level="ERROR", message=message)


def _adopt_one(store: Store, followed: Followed, run: str, look: FetchResult) -> None:
    """One adopted look, and what its list named, as `_record` writes those of this crawl."""
    with store.conn:
        for new in ledger.record(store.conn, run, aliases.follow_redirects(store.conn, followed.source, run, [look])):
            if new.found:
                _discover(store, followed, run, new)


def _discover(store: Store, followed: Followed, run: str, look: FetchResult) -> dict[str, int]:
    """Write what a list named; the next page of a section only where this one brought something."""
    conn = store.conn
    if store.wanted:
        row = postgres.row(conn, "url_of_look", id=look.url_id) or {"via": ""}
        paged = look.kind != Kind.SITEMAP
        page_of = str(row["via"] or look.url) if paged else look.url
        before = followed.shown.setdefault(page_of, set())
        return past.name(conn, followed.source, run, look.found, look.url, page_of, look.kind, store.wanted, before)
    named = [one for one in look.found if one[0] != Kind.SECTION]
    further = [entry for kind, entry in look.found if kind == Kind.SECTION]
    first = discovery.first_page(conn, followed.source, look.url) if look.kind == Kind.SECTION else look.url
    shown = followed.shown.setdefault(first, set()) if look.kind == Kind.SECTION else None
    got = discovery.discover(conn, followed.source, run, named, look.url, by=look.kind, shown=shown)
    if (got["discovered"] or got["of this run"]) and further:
        got["ended"] = not discovery.next_page(conn, followed.source, run, first, further[0])
    return got


def _busy(store: Store, source: Source) -> None:
    """Say that another crawl has the source."""
    message = "Another process is crawling this source; it was left alone."
    with store.conn:
        postgres.execute(store.conn, "busy_stage", run=store.run, source=source.name, stage=STAGE, message=message)
    say(store, "tally", source=source.name, state=str(RunState.BUSY), counts={}, message=message, code="")


def _check_disk(settings: Settings) -> None:
    """DiskFullError where the data folder has less room than NIGHTDESK_MIN_FREE_MB wants."""
    private.data_folder(settings.data)
    free = shutil.disk_usage(settings.data).free // (1024 * 1024)
    if free < settings.min_free_mb:
        raise DiskFullError(
            f"{settings.data} has {free} MB left, less than NIGHTDESK_MIN_FREE_MB ({settings.min_free_mb}): "
            "make room, or let upkeep keep raw files for fewer days, then crawl again."
        )

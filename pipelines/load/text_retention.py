"""Retention of texts and of the ledger: article files, earlier wordings, and old decided fetches and addresses.

If an alert or a hold refers to something, it stays with all its records. Each step is noted before it is done, a run or
some hundred wordings at a time; after a kill, the same call does the rest. Three things are never deleted: an article,
its newest wording, and the digests of an earlier wording. An address that leaves the ledger leaves a line with its end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from time import monotonic
from types import MappingProxyType

from pipelines.codes import Retirement
from pipelines.settings import Settings
from pipelines.stores import articlefile, bucket, postgres
from pipelines.stores.raw_retention import start_of

# Wordings, or article files, of one transaction. Chosen: a second.
AT_ONCE = 500
# The wanted seconds of a transaction over the ledger of some runs, and its most runs. Chosen: a load of the source
# waits for it, and nobody notices such a wait. The time of the last transaction sets the runs of the next one.
AIM_SECONDS, MOST_RUNS = 0.2, 200
# If the raw store still had an answer of a run, its ledger is tried again after this time. Chosen: an alert or a hold
# keeps the answer there, mostly for ever.
TRIED_AGAIN = timedelta(days=30)
ENDING = ".jsonl"
# The age limit of things that are never old enough.
FOR_EVER = "-infinity"
NOBODYS: Mapping[str, int] = MappingProxyType({})


@dataclass(kw_only=True)
class RetiredTexts:
    """What was deleted, or would be: article files as `<source>/<run>` and their bytes, earlier wordings, fetches and
    addresses of the ledger.

    `kept`: old article files that stay, because an alert or a hold refers to their contents, or one of their pages is
    undecided.
    """

    files: list[str] = field(default_factory=list)
    bytes: int = 0
    kept: list[str] = field(default_factory=list)
    wordings: int = 0
    fetches: int = 0
    urls: int = 0

    @property
    def rows(self) -> int:
        """The sum of all these counts; it grows during the work."""
        return len(self.files) + self.wordings + self.fetches


# A function that gets the counts so far now and then.
OnGone = Callable[[RetiredTexts], None]


def retire(
    settings: Settings,
    now: datetime,
    *,
    text_days: Mapping[str, int] = NOBODYS,
    raw_days: Mapping[str, int] = NOBODYS,
    raw_gone: Set[str] = frozenset(),
    on_gone: OnGone = lambda gone: None,
    dry: bool = False,
) -> RetiredTexts:
    """Delete what was kept long enough, by the settings or by a source's own days; dry: only count it.

    text_days, raw_days: days by source name; a negative value means the setting. The ledger of a source stays as long
    as its raw files. raw_gone: raw files that count as gone, because their deletion before this was only counted.
    on_gone: gets the counts so far now and then.
    """
    gone = RetiredTexts()
    with postgres.connection(settings, application="nightdesk upkeep") as conn:
        _retire_files(settings, conn, now, text_days, gone, on_gone, dry=dry)
        _retire_wordings(settings, conn, now, text_days, gone, on_gone, dry=dry)
        _retire_ledger(settings, conn, now, raw_days, raw_gone, gone, on_gone, dry=dry)
    return gone


def _retire_files(
    settings: Settings,
    conn: postgres.Connection,
    now: datetime,
    own: Mapping[str, int],
    gone: RetiredTexts,
    on_gone: OnGone,
    *,
    dry: bool,
) -> None:
    """Delete article files of runs that are old enough; the note about it is written first."""
    if not _keeps(settings.keep_text_days, own):
        return
    for source in bucket.folders(settings.articles):
        days = _days(source, settings.keep_text_days, own)
        if not days:
            continue
        why = f"older than {days} days ({_tell_end(source, own, 'keep_text', 'NIGHTDESK_KEEP_TEXT_DAYS')})"
        runs = sorted(name.removesuffix(ENDING) for name in bucket.list_files(settings.articles / source, ENDING))
        old = [run for run in runs if start_of(run) < now - timedelta(days=days)]
        for some in (old[begin : begin + AT_ONCE] for begin in range(0, len(old), AT_ONCE)):
            with conn:
                needed = {row["run"] for row in postgres.query(conn, "article_files_needed", source=source, runs=some)}
                going = [run for run in some if run not in needed]
                if not dry:
                    notes = [{"run": run, "count": 0, "complete": True} for run in going]
                    _write_notes(conn, source, Retirement.ARTICLE_FILE, why, notes)
            gone.kept += [f"{source}/{run}" for run in some if run in needed]
            for run in going:
                path = articlefile.path(settings, source, run)
                gone.files.append(f"{source}/{run}")
                gone.bytes += bucket.size(path)
                if not dry:
                    bucket.remove(path)
            on_gone(gone)


def _retire_wordings(
    settings: Settings,
    conn: postgres.Connection,
    now: datetime,
    own: Mapping[str, int],
    gone: RetiredTexts,
    on_gone: OnGone,
    *,
    dry: bool,
) -> None:
    """Delete the text of earlier wordings; the digests, the title and the page's place stay."""
    if not _keeps(settings.keep_text_days, own):
        return
    before = {source: _before(now, days) for source, days in own.items() if days >= 0}
    usual = _before(now, settings.keep_text_days)
    params = {
        "own": postgres.json(before), "usual": usual,
        "latest": max(moment for moment in (usual, *before.values()) if moment != FOR_EVER),
    }  # fmt: skip
    if dry:
        with conn:
            found = postgres.row(conn, "retirable_wordings", **params)
        gone.wordings = found["count"] if found else 0
        return
    after = FOR_EVER
    while True:
        with conn:
            done = postgres.query(conn, "retire_wordings", count=AT_ONCE, after=after, **params)
        if not done:
            return
        gone.wordings += len(done)
        # The next query starts after the rows that stay.
        after = max(row["fetched_at"] for row in done)
        on_gone(gone)


def _retire_ledger(
    settings: Settings, conn: postgres.Connection, now: datetime, raw_days: Mapping[str, int], raw_gone: Set[str],
    gone: RetiredTexts, on_gone: OnGone, *, dry: bool,
) -> None:  # fmt: skip
    """Delete fetches of old runs without an article and without an answer in the raw store, with load's decisions on
    them; then addresses that have an end, no article and no fetch left."""
    if not settings.keep_ledger_days:
        return
    most = 1
    for source, runs in _old_runs(settings, conn, now, raw_days):
        left = runs
        while left:
            # A count blocks nobody, so it takes all runs at once.
            some, left = (left, []) if dry else (left[:most], left[most:])
            began = monotonic()
            with conn:
                _retire_runs(settings, conn, now, source, some, raw_gone, gone, dry=dry)
            most = max(1, min(MOST_RUNS, int(len(some) * AIM_SECONDS / (monotonic() - began))))
            on_gone(gone)


def _retire_runs(
    settings: Settings, conn: postgres.Connection, now: datetime, source: str, some: Sequence[str],
    raw_gone: Set[str], gone: RetiredTexts, *, dry: bool,
) -> None:  # fmt: skip
    """Delete the ledger of some runs of a source in the caller's transaction; a load of the source waits for it."""
    named = postgres.query(conn, "retire_files", source=source, runs=some)
    there = {
        row["file"]: row["run"]
        for row in named
        if row["file"] not in raw_gone and bucket.is_there(settings.raw / row["file"])
    }
    if not dry:
        postgres.query(conn, "load_lock", source=source)
    found = postgres.query(conn, "retirable_fetches", source=source, runs=some, there=list(there))
    fetches = [row["id"] for row in found]
    if not dry:
        postgres.execute(conn, "retire_fetches", ids=fetches)
    urls = postgres.row(
        conn, "retire_urls", source=source, runs=some, ids=sorted({row["url_id"] for row in found}),
        before=now - timedelta(settings.keep_ledger_days), gone=fetches if dry else [], dry=dry,
    )  # fmt: skip
    if not dry:
        why = f"older than {settings.keep_ledger_days} days (NIGHTDESK_KEEP_LEDGER_DAYS)"
        counts, kept = Counter(row["run"] for row in found), set(there.values())
        notes = [{"run": run, "count": counts[run], "complete": run not in kept} for run in some]
        _write_notes(conn, source, Retirement.LEDGER, why, notes)
    gone.fetches += len(found)
    gone.urls += urls["count"] if urls else 0


def _write_notes(
    conn: postgres.Connection, source: str, what: Retirement, why: str, notes: Sequence[Mapping[str, object]]
) -> None:
    postgres.execute(conn, "retire_notes", source=source, what=what, why=why, notes=postgres.json(notes))


def _old_runs(
    settings: Settings, conn: postgres.Connection, now: datetime, raw_days: Mapping[str, int]
) -> Iterator[tuple[str, list[str]]]:
    """Each source with the runs whose ledger may go: decided, old enough, and with no raw files kept longer."""
    with conn:
        before = now - timedelta(days=settings.keep_ledger_days)
        rows = postgres.query(conn, "retirable_runs", before=before, again=TRIED_AGAIN)
    for source, of_source in groupby(rows, key=itemgetter("source")):
        raw = raw_days.get(source, -1)
        days = settings.keep_ledger_days if raw < 0 else max(raw, settings.keep_ledger_days) if raw else 0
        if days:
            yield source, [row["run"] for row in of_source if start_of(row["run"]) < now - timedelta(days=days)]


def _before(now: datetime, days: int) -> str:
    return (now - timedelta(days=days)).isoformat() if days else FOR_EVER


def _keeps(usual: int, own: Mapping[str, int]) -> bool:
    """Whether things of any source are ever old enough."""
    return bool(usual or any(days > 0 for days in own.values()))


def _days(source: str, usual: int, own: Mapping[str, int]) -> int:
    return own[source] if own.get(source, -1) >= 0 else usual


def _tell_end(source: str, own: Mapping[str, int], key: str, setting: str) -> str:
    return f"{key} of the source" if own.get(source, -1) >= 0 else setting

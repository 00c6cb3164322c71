"""Retention of texts and of the ledger: article files, earlier wordings, and fetches and addresses decided long ago.

Whatever an alert or a hold refers to stays, with all its records. The work is done in short steps, and a deleted file
is noted before it is deleted. After a kill, the same call does the rest. Three things are never deleted: an article,
its newest wording, and the digests of an earlier wording. When an address is deleted from the ledger, a line with its
final state stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from time import monotonic
from types import MappingProxyType

from pipelines.codes import Retirement
from pipelines.settings import Settings
from pipelines.stores import articlefile, bucket, postgres
from pipelines.stores.raw_retention import start_of

# One step deletes at most this many wordings or article files. Chosen: a step then takes a second.
AT_ONCE = 500
# AIM_SECONDS: a transaction over the ledger of some runs should take this many seconds. Chosen: a load of the source
# waits for the transaction, and so short a wait is not noticed. MOST_RUNS: a transaction has at most this many runs.
# The time that the last transaction took decides how many runs the next one has.
AIM_SECONDS, MOST_RUNS = 0.2, 200
# The ledger of a run is not deleted completely while the raw store has an answer of the run; retention tries again
# after this time. Chosen: an alert or a hold keeps the answer there, mostly for ever, so an earlier try would be
# useless.
TRIED_AGAIN = timedelta(days=30)
ENDING = ".jsonl"
# This moment is the limit of things that are kept for ever, because nothing is older.
FOR_EVER = "-infinity"
NOBODYS: Mapping[str, int] = MappingProxyType({})


@dataclass(kw_only=True)
class RetiredTexts:
    """What was deleted, or in a dry run would be: article files as `<source>/<run>` and their bytes, earlier wordings,
    fetches and addresses of the ledger.

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
        """How many files, wordings and fetches were deleted; the number grows during the work."""
        return len(self.files) + self.wordings + self.fetches


# An OnGone is a function that gets, from time to time, the counts so far.
OnGone = Callable[[RetiredTexts], None]


@dataclass(frozen=True)
class _Pass:
    """One call of `retire`: where it deletes, the time of the call, what it has deleted so far, and the function that
    gets the counts."""

    settings: Settings
    conn: postgres.Connection
    now: datetime
    gone: RetiredTexts
    on_gone: OnGone
    _: KW_ONLY
    dry: bool


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

    text_days, raw_days: days by source name; 0 means for ever, a negative value means the setting. The ledger of a
    source stays at least as long as its raw files. raw_gone: in a dry run, the raw files whose deletion an earlier step
    only counted.
    on_gone: gets the counts so far now and then.
    """
    gone = RetiredTexts()
    with postgres.connection(settings, application="nightdesk upkeep") as conn:
        work = _Pass(settings, conn, now, gone, on_gone, dry=dry)
        _retire_files(work, text_days)
        _retire_wordings(work, text_days)
        _retire_ledger(work, raw_days, raw_gone)
    return gone


def _retire_files(work: _Pass, own: Mapping[str, int]) -> None:
    """Delete article files of runs that are old enough; the note about it is written first."""
    if not _keeps(work.settings.keep_text_days, own):
        return
    for source in bucket.folders(work.settings.articles):
        days = _days(source, work.settings.keep_text_days, own)
        if not days:
            continue
        why = f"older than {days} days ({_tell_end(source, own, 'keep_text', 'NIGHTDESK_KEEP_TEXT_DAYS')})"
        runs = sorted(name.removesuffix(ENDING) for name in bucket.list_files(work.settings.articles / source, ENDING))
        old = [run for run in runs if start_of(run) < work.now - timedelta(days=days)]
        for some in (old[begin : begin + AT_ONCE] for begin in range(0, len(old), AT_ONCE)):
            with work.conn:
                needed = {
                    row["run"] for row in postgres.query(work.conn, "article_files_needed", source=source, runs=some)
                }
                going = [run for run in some if run not in needed]
                if not work.dry:
                    notes = [{"run": run, "count": 0, "complete": True} for run in going]
                    _write_notes(work.conn, source, Retirement.ARTICLE_FILE, why, notes)
            work.gone.kept += [f"{source}/{run}" for run in some if run in needed]
            for run in going:
                path = articlefile.path(work.settings, source, run)
                work.gone.files.append(f"{source}/{run}")
                work.gone.bytes += bucket.size(path)
                if not work.dry:
                    bucket.remove(path)
            work.on_gone(work.gone)


def _retire_wordings(work: _Pass, own: Mapping[str, int]) -> None:
    """Delete the text and description of earlier wordings; their titles, digests and fetches stay."""
    if not _keeps(work.settings.keep_text_days, own):
        return
    before = {source: _before(work.now, days) for source, days in own.items() if days >= 0}
    usual = _before(work.now, work.settings.keep_text_days)
    params = {
        "own": postgres.json(before), "usual": usual,
        "latest": max(moment for moment in (usual, *before.values()) if moment != FOR_EVER),
    }  # fmt: skip
    if work.dry:
        with work.conn:
            found = postgres.row(work.conn, "retirable_wordings", **params)
        work.gone.wordings = found["count"] if found else 0
        return
    after = FOR_EVER
    while True:
        with work.conn:
            done = postgres.query(work.conn, "retire_wordings", count=AT_ONCE, after=after, **params)
        if not done:
            return
        work.gone.wordings += len(done)
        # Older rows that were not deleted must stay, so the next query starts after them.
        after = max(row["fetched_at"] for row in done)
        work.on_gone(work.gone)


def _retire_ledger(work: _Pass, raw_days: Mapping[str, int], raw_gone: Set[str]) -> None:
    """Delete, in old runs, the fetches that have no article and no answer in the raw store, and load's decisions on
    these fetches; then addresses in a final state that have no article and no fetch left."""
    if not work.settings.keep_ledger_days:
        return
    most = 1
    for source, runs in _old_runs(work, raw_days):
        left = runs
        while left:
            # A dry run only counts, which blocks nobody. So it takes all runs at once.
            some, left = (left, []) if work.dry else (left[:most], left[most:])
            began = monotonic()
            with work.conn:
                _retire_runs(work, source, some, raw_gone)
            most = max(1, min(MOST_RUNS, int(len(some) * AIM_SECONDS / (monotonic() - began))))
            work.on_gone(work.gone)


def _retire_runs(work: _Pass, source: str, some: Sequence[str], raw_gone: Set[str]) -> None:
    """Delete the ledger of some runs of a source in the caller's transaction; a load of the source waits for it."""
    named = postgres.query(work.conn, "retire_files", source=source, runs=some)
    there = {
        row["file"]: row["run"]
        for row in named
        if row["file"] not in raw_gone and bucket.is_there(work.settings.raw / row["file"])
    }
    if not work.dry:
        postgres.query(work.conn, "load_lock", source=source)
    found = postgres.query(work.conn, "retirable_fetches", source=source, runs=some, there=list(there))
    fetches = [row["id"] for row in found]
    if not work.dry:
        postgres.execute(work.conn, "retire_fetches", ids=fetches)
    urls = postgres.row(
        work.conn, "retire_urls", source=source, runs=some, ids=sorted({row["url_id"] for row in found}),
        before=work.now - timedelta(work.settings.keep_ledger_days), gone=fetches if work.dry else [], dry=work.dry,
    )  # fmt: skip
    if not work.dry:
        why = f"older than {work.settings.keep_ledger_days} days (NIGHTDESK_KEEP_LEDGER_DAYS)"
        counts, kept = Counter(row["run"] for row in found), set(there.values())
        notes = [{"run": run, "count": counts[run], "complete": run not in kept} for run in some]
        _write_notes(work.conn, source, Retirement.LEDGER, why, notes)
    work.gone.fetches += len(found)
    work.gone.urls += urls["count"] if urls else 0


def _write_notes(
    conn: postgres.Connection, source: str, what: Retirement, why: str, notes: Sequence[Mapping[str, object]]
) -> None:
    postgres.execute(conn, "retire_notes", source=source, what=what, why=why, notes=postgres.json(notes))


def _old_runs(work: _Pass, raw_days: Mapping[str, int]) -> Iterator[tuple[str, list[str]]]:
    """Each source with the runs whose ledger retention may delete: they are old enough, and their raw files are not
    kept longer.
    """
    with work.conn:
        before = work.now - timedelta(days=work.settings.keep_ledger_days)
        rows = postgres.query(work.conn, "retirable_runs", before=before, again=TRIED_AGAIN)
    for source, of_source in groupby(rows, key=itemgetter("source")):
        raw = raw_days.get(source, -1)
        days = work.settings.keep_ledger_days if raw < 0 else max(raw, work.settings.keep_ledger_days) if raw else 0
        if days:
            yield source, [row["run"] for row in of_source if start_of(row["run"]) < work.now - timedelta(days=days)]


def _before(now: datetime, days: int) -> str:
    return (now - timedelta(days=days)).isoformat() if days else FOR_EVER


def _keeps(usual: int, own: Mapping[str, int]) -> bool:
    """Whether anything has an age limit, by the setting (`usual`) or by a source's own days."""
    return bool(usual or any(days > 0 for days in own.values()))


def _days(source: str, usual: int, own: Mapping[str, int]) -> int:
    return own[source] if own.get(source, -1) >= 0 else usual


def _tell_end(source: str, own: Mapping[str, int], key: str, setting: str) -> str:
    return f"{key} of the source" if own.get(source, -1) >= 0 else setting

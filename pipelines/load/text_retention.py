"""Retention of texts and of the ledger: article files, earlier wordings of articles, and fetches and addresses that are
long done. What an alert or a hold refers to stays, with all that is known of it.

Each thing is written down before it is done, a run or some hundred wordings at a time: killed in the middle, the same
again does the rest. An article itself is never taken away, nor its newest wording, nor the digests of an earlier one;
and an address that leaves the ledger leaves a line with how it had ended.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from pipelines.codes import Retirement
from pipelines.settings import Settings
from pipelines.stores import articlefile, bucket, postgres
from pipelines.stores.raw_retention import start_of

# Wordings of one transaction. Chosen: a second.
AT_ONCE = 500
# The ledger of a run of which an answer was still in the raw store is tried again after this. Chosen: an alert or a
# hold keeps it there, mostly for ever.
TRIED_AGAIN = timedelta(days=30)
ENDING = ".jsonl"
# What is never old enough.
FOR_EVER = "-infinity"
NOBODYS: Mapping[str, int] = MappingProxyType({})


@dataclass(kw_only=True)
class RetiredTexts:
    """What was taken away, or would be: article files as `<source>/<run>` and their bytes, earlier wordings, fetches
    and addresses of the ledger. kept: article files that are old and stay, for an alert or a hold refers to what is in
    them, or a page of them is not decided yet."""

    files: list[str] = field(default_factory=list)
    bytes: int = 0
    kept: list[str] = field(default_factory=list)
    wordings: int = 0
    fetches: int = 0
    urls: int = 0


def retire(
    settings: Settings,
    now: datetime,
    *,
    text_days: Mapping[str, int] = NOBODYS,
    raw_days: Mapping[str, int] = NOBODYS,
    dry: bool = False,
) -> RetiredTexts:
    """Take away what was kept long enough by the settings, or by a source's own days; dry: only count it.

    text_days, raw_days: by the name of a source, below nought as the setting says. What the ledger has of a source
    stays for as long as its raw files do.
    """
    gone = RetiredTexts()
    with postgres.connection(settings, application="nightdesk upkeep") as conn:
        _retire_files(settings, conn, now, text_days, gone, dry=dry)
        _retire_wordings(settings, conn, now, text_days, gone, dry=dry)
        _retire_ledger(settings, conn, now, raw_days, gone, dry=dry)
    return gone


def _retire_files(
    settings: Settings,
    conn: postgres.Connection,
    now: datetime,
    own: Mapping[str, int],
    gone: RetiredTexts,
    *,
    dry: bool,
) -> None:
    """Article files of runs that are old enough; the note of it comes first."""
    if not _keeps(settings.keep_text_days, own):
        return
    for source in bucket.folders(settings.articles):
        days = _days(source, settings.keep_text_days, own)
        if not days:
            continue
        for name in sorted(bucket.list_files(settings.articles / source, ENDING)):
            run = name.removesuffix(ENDING)
            if start_of(run) >= now - timedelta(days=days):
                continue
            path = articlefile.path(settings, source, run)
            with conn:
                found = postgres.row(conn, "article_file_needed", source=source, run=run)
            if found and found["needed"]:
                gone.kept.append(f"{source}/{run}")
                continue
            gone.files.append(f"{source}/{run}")
            gone.bytes += bucket.size(path)
            if not dry:
                why = f"older than {days} days ({_tell_end(source, own, 'keep_text', 'NIGHTDESK_KEEP_TEXT_DAYS')})"
                with conn:
                    postgres.execute(
                        conn,
                        "retire_note",
                        source=source,
                        run=run,
                        what=Retirement.ARTICLE_FILE,
                        why=why,
                        count=0,
                        complete=True,
                    )
                bucket.remove(path)


def _retire_wordings(
    settings: Settings,
    conn: postgres.Connection,
    now: datetime,
    own: Mapping[str, int],
    gone: RetiredTexts,
    *,
    dry: bool,
) -> None:
    """The words of earlier wordings; digests, title and where the page stood stay."""
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
        # What stays is not looked through again and again.
        after = max(row["fetched_at"] for row in done)


def _retire_ledger(
    settings: Settings,
    conn: postgres.Connection,
    now: datetime,
    raw_days: Mapping[str, int],
    gone: RetiredTexts,
    *,
    dry: bool,
) -> None:
    """Fetches of old runs that no article is of and whose answer is not in the raw store, with what load decided of
    them; then addresses that have an end, no article and no fetch left."""
    if not settings.keep_ledger_days:
        return
    for source, run in _old_runs(settings, conn, now, raw_days):
        with conn:
            named = postgres.query(conn, "files_of_run", source=source, run=run)
        there = [row["file"] for row in named if bucket.is_there(settings.raw / row["file"])]
        try:
            with conn:
                postgres.query(conn, "load_lock", source=source)
                fetched = postgres.query(conn, "retire_fetches", source=source, run=run, there=there)
                ids = sorted({row["url_id"] for row in fetched})
                params = {
                    "source": source,
                    "run": run,
                    "ids": ids,
                    "before": now - timedelta(settings.keep_ledger_days),
                }
                urls = postgres.execute(conn, "retire_urls", **params)
                why = f"older than {settings.keep_ledger_days} days (NIGHTDESK_KEEP_LEDGER_DAYS)"
                note = {"source": source, "run": run, "what": Retirement.LEDGER, "why": why, "count": len(fetched),
                        "complete": not there}  # fmt: skip
                postgres.execute(conn, "retire_note", **note)
                gone.fetches += len(fetched)
                gone.urls += urls
                if dry:
                    raise _DryError
        except _DryError:
            continue


class _DryError(Exception):
    """Takes back what was only to be counted."""


def _old_runs(
    settings: Settings, conn: postgres.Connection, now: datetime, raw_days: Mapping[str, int]
) -> Iterator[tuple[str, str]]:
    """The runs whose ledger may go: decided, old enough, and of a source whose raw files are not kept longer."""
    with conn:
        before = now - timedelta(days=settings.keep_ledger_days)
        rows = postgres.query(conn, "retirable_runs", before=before, again=TRIED_AGAIN)
    for row in rows:
        raw = raw_days.get(row["source"], -1)
        days = settings.keep_ledger_days if raw < 0 else max(raw, settings.keep_ledger_days) if raw else 0
        if days and start_of(row["run"]) < now - timedelta(days=days):
            yield row["source"], row["run"]


def _before(now: datetime, days: int) -> str:
    return (now - timedelta(days=days)).isoformat() if days else FOR_EVER


def _keeps(usual: int, own: Mapping[str, int]) -> bool:
    """Whether anything is ever old enough."""
    return bool(usual or any(days > 0 for days in own.values()))


def _days(source: str, usual: int, own: Mapping[str, int]) -> int:
    return own[source] if own.get(source, -1) >= 0 else usual


def _tell_end(source: str, own: Mapping[str, int], key: str, setting: str) -> str:
    return f"{key} of the source" if own.get(source, -1) >= 0 else setting

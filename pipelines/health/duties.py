"""The work besides the stages. Airflow runs it, or a timer that starts `nightdesk run` and `upkeep`.

It tells the operators of a failed night and of quiet sources, deletes old raw files and reads golden pages again.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines.alert import stage as alert
from pipelines.codes import RunState
from pipelines.errors import NightdeskError, SourceError, StoreError
from pipelines.health import golden, troubles
from pipelines.load import search_index, stored_wordings, story_links, text_retention
from pipelines.model import Source, Tally
from pipelines.notify import outbox
from pipelines.settings import Settings
from pipelines.sources import folders
from pipelines.stores import anchors, bucket, bucket_backlog, chain, postgres, raw_retention, runs, timestamps

# The key of a message about golden pages has this many hexadecimal digits of a digest. Chosen: no two digests of one
# installation begin with the same 16 digits.
DIGEST_DIGITS = 16

# This text stands above the digests in a message.
DIGESTS = (
    "Keep this message. `nightdesk verify --kept FILE`, with a file that holds these lines, shows whether the chains "
    "of the raw store were changed since: when, folder, line, SHA-256."
)

log = logging.getLogger("nightdesk")


def tell_of_night(
    settings: Settings, run: str, chosen: Sequence[Source], done: Sequence[Tally], broken: str = ""
) -> bool:
    """Tell the operators once that a night failed and which sources have a trouble.

    Returns False if the night failed and nobody was told. A night fails like the run of a Dag: when too many of its
    sources failed, or when something else than a source failed. `broken`: the error that ended the night early.
    """
    why = [broken] if broken else list(_failures(settings, done))
    heard = True
    if why:
        with postgres.connection(settings) as conn:
            why.insert(0, runs.tell_unreached(conn, run))
            plan = runs.read_plan(conn, run)
        kind = (
            "night" if plan is None or plan["night"] else f"run of {plan['sources']:,} of {plan['followed']:,} sources"
        )
        subject = f"The {kind} {run} failed"
        heard = outbox.tell_operators(settings, outbox.key("failed", "run", run), subject, "\n".join(filter(None, why)))
    quiet = troubles.check(settings, chosen)
    if (why and heard) or any(trouble.told for trouble in quiet):
        alert.send(settings)
    return heard


def tell_of_source_files(settings: Settings, bad: Sequence[SourceError]) -> None:
    """Log the bad source files each time, and tell the operators once of each mistake in them."""
    for error in bad:
        log.error("%s", error)
        outbox.tell_of_source_file(settings, error)


def check_health(settings: Settings) -> list[str]:
    """Tell the operators once of each trouble of a source; gives a sentence about each."""
    good, bad = folders.readable(settings)
    tell_of_source_files(settings, bad)
    found = troubles.check(settings, good)
    for quiet in found:
        log.warning("%s", quiet)
    return [str(quiet) for quiet in found]


def check_golden(settings: Settings) -> list[str]:
    """Read the golden pages of the followed sources again; tell the operators once of facts that a page lost."""
    pages: list[tuple[Source, golden.GoldenPage]] = []
    for source in folders.readable(settings)[0]:
        try:
            pages += [(source, page) for page in golden.load(golden.path(settings.sources, source.name))]
        except SourceError as problem:
            tell_of_source_files(settings, [problem])
    told: dict[str, list[str]] = {}
    for checked in golden.check(settings, [(source, page) for source, page in pages if page.reviewed]):
        told.setdefault(checked.source, []).extend(f"{checked.golden.url}: {what}" for what in checked.differs)
    log.info("%d golden pages, %d of them not reviewed yet", len(pages), sum(not page.reviewed for _, page in pages))
    broken = [f"{name}: {what}" for name, differs in told.items() for what in differs]
    for sentence in broken:
        log.error("%s", sentence)
    for name, differs in told.items():
        if differs:
            text = "\n".join(differs)
            digest = hashlib.sha256(text.encode()).hexdigest()[:DIGEST_DIGITS]
            subject = f"{name} no longer gives what its golden pages hold"
            outbox.tell_operators(settings, outbox.key("golden", name, digest), subject, text)
    return broken


def retire_raw(settings: Settings, on_gone: text_retention.OnGone = lambda gone: None) -> dict[str, int]:
    """Delete raw files that were kept long enough and whose URLs are all decided. Then delete the article files,
    earlier wordings and rows of the ledger that were kept long enough. Gives the counts of what was deleted.

    First, files that wait on this machine are brought to the bucket, and the chains of the raw store are brought up to
    date: files that are older than the chain are added, and a killed rewrite is finished.
    """
    with bucket.patient():
        brought = bucket_backlog.bring(settings)
    if brought:
        log.info("brought %d files of this machine to the bucket", brought)
    for folder in chain.folders(settings.raw):
        for name in chain.finish_rewrites(settings.raw, folder):
            log.warning("%s: finished a rewrite that was killed; the new content is in its place", name)
        taken = chain.take_in(settings.raw, folder)
        if taken:
            log.info("took %d raw files of %s into its chain, as they are today", len(taken), folder)
    _keep_digests(settings)
    now = datetime.now(UTC)
    done = raw_retention.retire(settings, now, own_days=own_days(settings))
    for folder in done.kept:
        log.warning("%s is old, but URLs of it are undecided: kept; `nightdesk extract` and `load` decide them", folder)
    log.info("deleted %d files of %d runs, %d bytes", done.files, len(done.deleted), done.bytes)
    gone = _retire_texts(settings, now, on_gone=on_gone)
    log.info(
        "deleted %d article files, the words of %d earlier wordings, %d fetches and %d addresses of the ledger",
        *(len(gone.files), gone.wordings, gone.fetches, gone.urls),
    )
    return {"runs": len(done.deleted), "files": done.files, "bytes": done.bytes, "article_files": len(gone.files),
            "wordings": gone.wordings, "fetches": gone.fetches, "addresses": gone.urls}  # fmt: skip


def count_retirable(settings: Settings, now: datetime) -> tuple[raw_retention.RetiredRaw, text_retention.RetiredTexts]:
    """Count what `retire_raw` would delete, in the order in which it deletes."""
    raw = raw_retention.retire(settings, now, own_days=own_days(settings), dry=True)
    return raw, _retire_texts(settings, now, raw_gone=raw.names, dry=True)


def _retire_texts(settings: Settings, now: datetime, **how: Any) -> text_retention.RetiredTexts:
    """Delete texts and ledger rows that were kept long enough, as the settings and the sources' files say."""
    own = {source.name: source.keep_text for source in folders.readable(settings)[0]}
    return text_retention.retire(settings, now, text_days=own, raw_days=own_days(settings), **how)


def own_days(settings: Settings) -> dict[str, int]:
    """For how many days the raw files of each followed source are kept, as the source's file says."""
    return {source.name: source.keep_raw for source in folders.readable(settings)[0]}


def _keep_digests(settings: Settings) -> None:
    """Put the newest digests of the chains where this machine cannot change them.

    The settings name the place: a file, a time stamp of a third party, a channel. If one place fails, the operators
    hear of it once a day, and the other places still get the digests. A channel gets them once a day.
    """
    lines = anchors.newest(settings.raw)
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    try:
        if settings.chain_file:
            anchors.keep(Path(settings.chain_file), lines)
    except OSError as error:
        said = f"The digests of the chains cannot be kept in {settings.chain_file}: {error.strerror or error}."
        log.error("%s", said)
        outbox.tell_operators(settings, outbox.key("chain", "unkept", today), said, said)
    try:
        stamped = timestamps.stamp(settings, lines, datetime.now(UTC)) if settings.timestamp_url else None
        if stamped:
            log.info("the digests of the chains are stamped: %s", stamped.name)
    except (StoreError, OSError) as error:
        said = str(error) if isinstance(error, StoreError) else f"The digests of the chains cannot be stamped: {error}."
        log.error("%s", said)
        outbox.tell_operators(settings, outbox.key("chain", "unstamped", today), said, said)
    if settings.chain_channel and lines:
        with postgres.connection(settings, application="nightdesk upkeep") as conn, conn:
            subject, said = f"Digests of the raw store, {today}", "\n".join([DIGESTS, "", *lines])
            outbox.put_message(conn, settings.chain_channel, outbox.key("chain", today), subject, said)


def complete_index(settings: Settings) -> int:
    """Add stored articles to the search index and to the stories, if they are missing there; gives the sum of what
    was added to both.

    Words of new articles that wait beside the index are merged into it.
    """
    search_index.merge(settings)
    indexed, linked = search_index.backfill(settings), story_links.backfill(settings)
    if indexed or linked:
        log.info("put %d articles into the search index, looked for the stories of %d", indexed, linked)
    return indexed + linked


def keep_wordings_once(settings: Settings) -> int:
    """Keep one copy of each wording that older versions stored twice; gives how many wordings were changed; 0 if none
    was left to change.
    """
    return stored_wordings.backfill(settings, lambda done: log.info("kept %d wordings once so far", done))


def _failures(settings: Settings, done: Sequence[Tally]) -> Iterator[str]:
    for stage in runs.STAGES[:-1]:
        here = [tally for tally in done if tally.stage == stage]
        try:
            runs.judge_stage(here, stage, [tally.source for tally in here], settings.failed_share)
        except NightdeskError as error:
            yield str(error)
    for tally in done:
        if tally.stage == runs.STAGES[-1] and tally.state == RunState.FAILED:
            yield f"{tally.stage} failed: {tally.message}"

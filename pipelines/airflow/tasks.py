"""The work of the tasks: they call the stages, write the results to the log, and fail or are skipped.

Only tasks import this module, because it imports the stages.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from airflow.sdk.exceptions import AirflowSkipException

from pipelines import errors, urls
from pipelines.airflow import channel_connections, secret_connections, telemetry
from pipelines.airflow.run_plan import (
    CRAWLED_BESIDE,
    FAILED,
    Batch,
    Matching,
    MatchShare,
    RunHandover,
    batches,
    crawl_run,
    find_delivered,
    handed_over,
)
from pipelines.alert import stage as alert
from pipelines.codes import RunState
from pipelines.crawl import stage as crawl
from pipelines.crawl import summary
from pipelines.health import duties
from pipelines.load import stage as load
from pipelines.model import Source, Tally
from pipelines.settings import Settings, mistaken, settings
from pipelines.settings import channels as mapped_channels
from pipelines.sources import folders
from pipelines.stores import migrations, postgres, runs

STAGE_BEFORE = {"extract": "crawl", "load": "extract", "alert": "load"}
LEVEL = re.compile(r"(DEBUG|INFO|WARNING|ERROR|CRITICAL)\b:?\s*")

log = logging.getLogger("nightdesk")


def plan_crawl(params: Mapping[str, Any], dag_run: Any) -> list[Batch]:
    """The batches of a crawl: the sources that a person chose in the form of the run (`params`), else the due ones. A
    bad source file does not stop the other sources.

    Raises SourceError if no source is followed, so that a lost sources folder makes the night fail instead of leaving
    it empty.
    """
    current = settings()
    run = crawl_run(params.get("run"), dag_run.partition_key, dag_run.run_after, current.schedule_timezone)
    for sentence in mistaken():
        log.warning("%s", sentence)
    chosen_names = params.get("sources") or []
    current = folders.pin_sources(current, run, newest=bool(chosen_names or params.get("run")))
    if chosen_names:
        chosen = folders.read_named(current, chosen_names)
    else:
        good, bad = folders.readable(current)
        duties.tell_of_source_files(current, bad)
        with postgres.connection(current) as conn:
            migrations.check_migrated(conn)
            paused = folders.find_paused(conn)
            due = folders.due(good, dag_run.run_after, folders.last_crawls(conn))
            chosen = [source for source in due if source.name not in paused]
        if bad and not good:
            # `tell_of_source_files` has reported the bad file.
            bad[0].logged = True
            raise bad[0]
        if not good:
            raise folders.none_followed(current)
    told = ", ".join(source.name for source in chosen) or "none is due"
    log.info("run %s: %d sources of %s: %s", run, len(chosen), current.sources, told)
    names = [source.name for source in chosen]
    with postgres.connection(current) as conn:
        runs.plan(conn, run, sources=len(names), followed=folders.count_unpaused(current, conn))
        took = runs.seconds(conn, "crawl", names)
    return batches(run, names, took, {source.name: urls.host(source.url) for source in chosen}, CRAWLED_BESIDE)


def plan_stage(stage: str, params: Mapping[str, Any], dag_run: Any, events: Mapping[Any, Any]) -> list[Batch]:
    """The batches of a later stage, for the run and the sources that `chosen_run` gives."""
    handover = chosen_run(stage, params, dag_run, events)
    folders.pin_sources(settings(), handover["run"], newest=bool(params.get("run") or params.get("sources")))
    log.info("run %s: %s", handover["run"], ", ".join(handover["sources"]) or "no source")
    with postgres.connection(settings()) as conn:
        took = runs.seconds(conn, stage, handover["sources"])
    return batches(handover["run"], handover["sources"], took)


def chosen_run(stage: str, params: Mapping[str, Any], dag_run: Any, events: Mapping[Any, Any]) -> RunHandover:
    """The run on which a stage works, and the sources.

    The form names them; else the event that started the stage's Dag; else they are those of the newest run.
    """
    handover = handed_over(event.extra or {} for found in events.values() for event in found)
    if handover and not params.get("run") and not params.get("sources"):
        return handover
    wanted_run = params.get("run") or (handover["run"] if handover else "") or dag_run.partition_key
    with postgres.connection(settings()) as conn:
        run = runs.check_key(wanted_run) if wanted_run else _newest(conn)
        tallies = runs.tallies(conn, run)
    before = STAGE_BEFORE[stage]
    names = params.get("sources") or find_delivered(tallies, before, {tally.source for tally in tallies})
    return RunHandover(run=run, sources=sorted(names))


def crawl_batch(batch: Batch, params: Mapping[str, Any] | None = None) -> dict[str, str]:
    """Crawl the sources of a batch in one child process, whose lines appear in the task's log at their own level.

    params: the values of the run's form. If a person filled it in, every list is requested, even if the key is that of
        a scheduled run.
    """
    current = folders.pin_sources(settings(), batch["run"])
    form = params or {}
    by_hand = bool(form.get("run") or form.get("sources")) or runs.begun_by_hand(batch["run"])
    chosen, problems = _read_sources(current, batch["sources"])
    tallies: list[Tally] = []
    if chosen:
        secrets = secret_connections.secrets(chosen)
        budget = float(current.crawl_budget)
        tallies = crawl.crawl(
            current, chosen, batch["run"], budget=budget, due=not by_hand, on_line=to_log,
            secrets=secrets,
        )  # fmt: skip
        with postgres.connection(current) as conn:
            rules = summary.exclusions(conn, batch["run"])
        for name in sorted(rules.keys() & set(batch["sources"])):
            log.info("%s: excluded by %s", name, summary.tell_rules(rules[name]))
    return _conclude(tallies, problems, errors.CrawlError)


def extract_batch(batch: Batch) -> dict[str, str]:
    """Extract the sources of a batch, one after the other."""
    # Imported here because no other task needs it, and trafilatura takes a second to load.
    from pipelines.extract.stage import extract

    current, chosen, problems = _begin(batch)
    return _each(chosen, problems, lambda source: extract(current, source, batch["run"], processes=1, apart=True))


def load_batch(batch: Batch) -> dict[str, str]:
    """Load the sources of a batch, in their order; small files are loaded together."""
    current, chosen, problems = _begin(batch)
    with load.loading(current, ahead=chosen) as load_next:
        return _each(chosen, problems, lambda source: load_next(source, batch["run"]))


def publish(stage: str, planned: Sequence[Batch] | None, event: Any) -> RunHandover:
    """Hand the run over to the next stage with the sources that delivered something; skipped if none did."""
    if not planned:
        raise AirflowSkipException(f"{stage} had nothing to do, so there is nothing to hand on")
    names = [name for batch in planned for name in batch["sources"]]
    run = planned[0]["run"]
    with postgres.connection(settings()) as conn:
        handover = RunHandover(run=run, sources=find_delivered(runs.tallies(conn, run), stage, names))
    if not handover["sources"]:
        raise AirflowSkipException(f"no source has anything to hand on after {stage}")
    event.extra = dict(handover)
    event.add_partitions(run)
    log.info("run %s goes on with %s", run, ", ".join(handover["sources"]))
    return handover


def verdict(stage: str, planned: Sequence[Batch] | None) -> str:
    """Give the result of a stage over all its sources in a sentence; NightdeskError if too many failed."""
    if planned is None:
        raise errors.NightdeskError(f"{stage} has no plan: the task `plan` failed, its log says why.")
    names = [name for batch in planned for name in batch["sources"]]
    current = settings()
    with postgres.connection(current) as conn:
        tallies = runs.tallies(conn, planned[0]["run"]) if planned else []
    said = runs.judge_stage(tallies, stage, names, current.failed_share)
    log.info("%s: %s", stage, said)
    return said


def match(params: Mapping[str, Any], dag_run: Any, events: Mapping[Any, Any]) -> Matching:
    """Match the changes of a run against the watches. If there are many changes, only divide them into shares for other
    tasks. Gives the run's key for the task `send`, and the shares.
    """
    run = chosen_run("alert", params, dag_run, events)["run"]
    shares = alert.share_out(settings())
    if len(shares) > 1:
        log.info("run %s: the changes are matched by %d tasks", run, len(shares))
        return Matching(run=run, shares=[MatchShare(run=run, number=one.number, of=one.of) for one in shares])
    _conclude([alert.match(folders.pin_sources(settings(), run), run)], [], errors.NightdeskError)
    return Matching(run=run, shares=[])


def match_share(share: MatchShare) -> None:
    """Match one share of the changes."""
    current, run = folders.pin_sources(settings(), share["run"]), share["run"]
    _conclude([alert.match(current, run, alert.Share(share["number"], share["of"]))], [], errors.NightdeskError)


def send(run: str) -> dict[str, str]:
    """Send the messages of the outbox, to channels from the environment and from Airflow's connections."""
    current = settings()
    tally = alert.send(current, run, channels=channel_connections.addresses(current))
    telemetry.tell_traces(current, run)
    return _conclude([tally], [], errors.ChannelError)


def check_health() -> list[str]:
    """Tell the operators once of each trouble of a source; gives the troubles that there are."""
    telemetry.tell_waiting(settings())
    return duties.check_health(settings())


def sing() -> str:
    """Send the canary through all stages; gives its address, and the time until its alert. If no alert comes, there is
    an alarm, and NightdeskError is raised.
    """
    from demo import canary

    current = settings()
    if not current.canary:
        raise AirflowSkipException("NIGHTDESK_CANARY names no channel, so there is no canary")
    known = mapped_channels()
    try:
        # The address of the canary's channel may be in an Airflow connection. If the database does not answer, only the
        # channels of the environment are known.
        known = channel_connections.addresses(current)
    except errors.DatabaseError as problem:
        log.error("%s", problem)
    try:
        song = canary.sing(current, known)
    finally:
        telemetry.tell_canary(current)
    log.info("the alert of %s came out after %.0f seconds", song.url, song.seconds)
    return f"{song.url} {song.seconds:.0f} s"


def check_golden() -> list[str]:
    """Read the golden pages of the followed sources again; tell the operators once of facts that a page lost."""
    return duties.check_golden(settings())


def retire_raw() -> dict[str, int]:
    """Delete raw files that were kept long enough and whose URLs are all decided, then the article files, earlier
    wordings and rows of the ledger that were kept long enough. Gives the counts of what was deleted."""
    return duties.retire_raw(settings())


def complete_index() -> int:
    """Add the stored articles that the search index or the stories lack; gives their number."""
    return duties.complete_index(settings())


def keep_wordings_once() -> int:
    """Keep one copy of each wording that older versions kept twice; gives their number."""
    return duties.keep_wordings_once(settings())


def to_log(line: str) -> None:
    """Write one line of the crawl process to the task's log, at the level named at its beginning."""
    found = LEVEL.match(line)
    if found is None:
        log.info("%s", line)
    else:
        log.log(logging.getLevelNamesMapping()[found.group(1)], "%s", line[found.end() :])


def _begin(batch: Batch) -> tuple[Settings, list[Source], list[errors.NightdeskError]]:
    """The settings of a batch, its sources, and the errors in the files of the others."""
    current = folders.pin_sources(settings(), batch["run"])
    crawl.adopt(current, to_log)
    return current, *_read_sources(current, batch["sources"])


def _each(
    chosen: Sequence[Source], problems: list[errors.NightdeskError], work: Callable[[Source], Tally]
) -> dict[str, str]:
    """Do a stage's work for each source; an error of one source does not stop the others. Gives source -> state."""
    tallies: list[Tally] = []
    for source in chosen:
        try:
            tallies.append(work(source))
        except errors.DatabaseError:
            raise
        except errors.NightdeskError as problem:
            log.error("%s: %s", source.name, problem)
            problems.append(problem)
        except Exception as problem:  # one source's trouble must not keep the others of the batch from being worked on
            log.exception("%s: %s", source.name, problem)
            problems.append(errors.NightdeskError(f"{source.name}: {problem!r}"))
    return _conclude(tallies, problems, errors.NightdeskError)


def _read_sources(current: Settings, names: Sequence[str]) -> tuple[list[Source], list[errors.NightdeskError]]:
    """The sources of these names, and the errors in the files of the others, which are also written to the log."""
    chosen: list[Source] = []
    problems: list[errors.NightdeskError] = []
    for name in names:
        try:
            chosen += folders.read_named(current, [name])
        except errors.SourceError as problem:
            log.error("%s", problem)
            problems.append(problem)
    return chosen, problems


def _conclude(
    tallies: Sequence[Tally], problems: Sequence[errors.NightdeskError], kind: type[errors.NightdeskError]
) -> dict[str, str]:
    """Give source -> state; raises `kind` if every source failed, skips the task if all are busy elsewhere.

    The log has each problem, and then the result of each source.
    """
    telemetry.tell_tallies(tallies)
    for tally in tallies:
        if tally.stage == crawl.STAGE:
            # The result was logged when the source was done.
            continue
        level = {FAILED: logging.ERROR, RunState.BUSY: logging.WARNING, RunState.STOPPED: logging.WARNING}.get(
            tally.state, logging.INFO
        )
        counts = ", ".join(f"{count} {word}" for word, count in tally.counts.items() if count)
        log.log(level, "%s", ": ".join(filter(None, [tally.source, tally.state, tally.message, counts])))
    failed = [tally for tally in tallies if tally.state == FAILED]
    if len(failed) == len(tallies) and (failed or problems):
        reasons = "; ".join(f"{tally.source or tally.stage}: {tally.message or FAILED}" for tally in failed)
        error = problems[0] if problems else kind(reasons)
        error.logged = True
        raise error
    if tallies and not problems and all(tally.state == RunState.BUSY for tally in tallies):
        raise AirflowSkipException("; ".join(f"{t.source}: {t.message or 'busy'}" for t in tallies))
    return {tally.source: str(tally.state) for tally in tallies}


def _newest(conn: postgres.Connection) -> str:
    """The key of the newest run."""
    newest = runs.latest(conn, 1)
    if not newest:
        raise errors.NightdeskError("There is no run yet: start news_crawl first.")
    return str(newest[0]["run"])

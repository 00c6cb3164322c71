"""Commands for the stages by hand: crawl, extract, load, alert, and run for all four."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer

from pipelines import urls
from pipelines.alert import stage as alert
from pipelines.cli import canary, completion, days, page_decisions, report, typed_names
from pipelines.cli.show import STATE_STYLE, Json, as_json, complain, counting, quiet_if, say, table
from pipelines.codes import RunState
from pipelines.crawl import stage as crawl
from pipelines.crawl import summary
from pipelines.errors import DatabaseError, NightdeskError
from pipelines.health import duties
from pipelines.load import stage as load
from pipelines.load import text_retention
from pipelines.model import Source, Tally
from pipelines.notify import outbox
from pipelines.settings import Settings, of_installation, settings
from pipelines.sources import folders
from pipelines.stores import migrations, postgres, raw_retention, runs

Names = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[SOURCE]...", help="Which sources; all followed ones if none.", autocompletion=completion.sources
    ),
]
Run = Annotated[
    str,
    typer.Option("--run", metavar="KEY", help="A run key such as 2026-11-22T0200.", autocompletion=completion.run_keys),
]

Due = Annotated[
    bool,
    typer.Option("--due", help="Ask only the feeds, sitemaps and sections that are due, for a timer that runs often."),
]

COLUMNS = {
    "crawl": report.CRAWLED,
    "extract": ("articles", "rejected", "words", "cut"),
    "load": ("new", "revised", "unchanged", "duplicate", "removed", "rejected"),
    "alert": ("changes", "alerts", "quiet", "deliveries", "sent", "retried", "waiting", "failed"),
}

# A HearsLine is a function that gets one line of text.
HearsLine = Callable[[str], None]

log = logging.getLogger(__name__)


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    for stage in runs.STAGES:
        own: dict[str, Callable[..., None]] = {crawl.STAGE: _crawl, "extract": _extract}
        command = own.get(stage) or _command(stage)
        app.command(stage, help=STAGE_HELP[stage], rich_help_panel="The night")(command)
    app.command("run", rich_help_panel="The night")(run)
    app.command("upkeep", rich_help_panel="The night")(upkeep)
    app.command("canary", rich_help_panel="The night")(canary.canary)


STAGE_HELP = {
    "crawl": "Fetch what is new on the sources into the raw store.",
    "extract": "Make article files of the raw pages of a run (the newest run, if none is named).",
    "load": "Put the article files of a run into Postgres.",
    "alert": "Match what changed against the watches, and send what is due.",
}


def run(
    names: Names = None,
    run: Run = "",
    due: Due = False,
    url: Annotated[str, typer.Option("--url", help="Take this one page of the source through all stages.")] = "",
    json: Json = False,
) -> None:
    """Crawl, extract, load and alert in one command; with --url take one page and explain each decision."""
    current = of_installation()
    chosen, bad = _choose_sources(current, names or [], crawled=True)
    key = runs.check_key(run) if run else runs.key_of(datetime.now(UTC), manual=True)
    current, chosen = _of_run(current, chosen, key)
    if url:
        if len(chosen) != 1 or not names:
            raise NightdeskError("`--url` takes one page of one source: nightdesk run SOURCE --url URL.")
        _exit_by(page_decisions.run(current, chosen[0], url, key, as_json_=json))
        return
    done: list[Tally] = []
    try:
        for stage in runs.STAGES:
            # Sources that another process is crawling are left to that process. It may be working on the same run,
            # because two runs that began in the same second share a key.
            busy = {tally.source for tally in done if tally.state == RunState.BUSY}
            left = [source for source in chosen if source.name not in busy]
            done += perform(current, stage, left, key, quiet_if(json), due=due)
    except NightdeskError as error:
        _tell(current, key, chosen, done, str(error))
        raise
    _tell(current, key, chosen, done)
    _report(done, json, bad)


def upkeep(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be deleted.")] = False,
) -> None:
    """Where there is no Airflow, run this every hour: it tells of troubles, checks golden pages, deletes old files,
    sends waiting messages."""
    current = of_installation()
    if dry_run:
        raw, texts = duties.count_retirable(current, datetime.now(UTC))
        _tell_retention(raw)
        _tell_texts(texts)
        return
    for sentence in (*duties.check_health(current), *duties.check_golden(current)):
        say(sentence)
    with counting("Deleting what is old", "article files, wordings and fetches") as on_count:
        gone = duties.retire_raw(current, lambda so_far: on_count(so_far.rows))
    duties.complete_index(current)
    duties.keep_wordings_once(current)
    sent = alert.send(current)
    say(f"Raw files deleted: {gone['files']} of {gone['runs']} runs. Messages sent: {sent.counts.get('sent', 0)}.")
    if any(gone[what] for what in ("article_files", "wordings", "fetches", "addresses")):
        say(
            f"Article files deleted: {gone['article_files']}. Earlier wordings without words from now on: "
            f"{gone['wordings']}. Out of the ledger: {gone['fetches']} fetches, {gone['addresses']} addresses."
        )
    _exit_by([sent])


def _tell_retention(gone: raw_retention.RetiredRaw) -> None:
    for why, names in (
        ("would be deleted", gone.deleted),
        ("stays: not decided yet, or not ours alone", gone.kept),
        ("stays: an alert or a hold refers to it", gone.needed),
    ):
        for name in names:
            say(f"{name}  {why}")
    say(f"{gone.files:,} raw files of {len(gone.deleted):,} runs would be deleted, {gone.bytes:,} bytes.")


def _tell_texts(gone: text_retention.RetiredTexts) -> None:
    for name in gone.files:
        say(f"{name}{text_retention.ENDING}  would be deleted")
    for name in gone.kept:
        say(f"{name}{text_retention.ENDING}  stays: an alert or a hold refers to it, or it is not decided yet")
    say(f"{len(gone.files):,} article files would be deleted, {gone.bytes:,} bytes.")
    say(f"{gone.wordings:,} earlier wordings of articles would lose their words.")
    say(f"{gone.fetches:,} fetches and {gone.urls:,} addresses would leave the ledger.")


def _tell(current: Settings, key: str, chosen: Sequence[Source], done: Sequence[Tally], broken: str = "") -> None:
    """Tell the operators how the night went; if that fails, tell the reason to the person who started the night."""
    try:
        if not duties.tell_of_night(current, key, chosen, done, broken):
            complain("Nobody else was told of that, because NIGHTDESK_OPERATORS names no channel.")
    except DatabaseError as error:
        # The outbox is in the database, which cannot be reached.
        complain(f"The operators were not told: {error}")


def perform(
    current: Settings, stage: str, chosen: Sequence[Source], key: str, on_line: HearsLine, *, due: bool = False
) -> list[Tally]:
    """Run one stage over the sources of a run, as the command line does: extraction uses all cores.

    due: the crawl requests only the lists that are due.
    """
    if stage == crawl.STAGE:
        with postgres.connection(current) as conn:
            migrations.check_migrated(conn)
            runs.plan(conn, key, sources=len(chosen), followed=folders.count_unpaused(current, conn))
        return crawl.crawl(current, chosen, key, due=due, on_line=on_line)
    if stage == "extract":
        return _each(chosen, stage, key, lambda source: _extract_source(current, source, key, on_line))
    if stage == "load":
        with load.loading(current, ahead=chosen) as load_next:
            return _each(chosen, stage, key, lambda source: load_next(source, key))
    return [alert.match(current, key), alert.send(current, key)]


def _choose_sources(
    current: Settings, names: Sequence[str], *, without: bool = False, crawled: bool = False
) -> tuple[list[Source], int]:
    """The sources to work on, and the number of unreadable source files.

    An unreadable file stops no other source; the command names it.
    without: whether the stage has work even if there is no source.
    crawled: whether the stage is crawl; then paused sources are left out unless they are named.
    """
    if names:
        return folders.read_named(current, names), 0
    good, bad = folders.readable(current)
    if bad and not good:
        raise folders.together(bad)
    if not good and not without:
        raise folders.none_followed(current)
    for problem in bad:
        complain(str(problem))
        outbox.tell_of_source_file(current, problem)
    if crawled:
        with postgres.connection(current) as conn:
            migrations.check_migrated(conn)
            paused = folders.find_paused(conn)
        good = [source for source in good if source.name not in paused]
    return good, len(bad)


def _each(chosen: Sequence[Source], stage: str, key: str, work: Callable[[Source], Tally]) -> list[Tally]:
    """Run a stage for each source by itself. An error fails only its source; a missing database stops all."""
    done: list[Tally] = []
    for source in chosen:
        try:
            done.append(work(source))
        except DatabaseError:
            raise
        except Exception as error:
            log.exception("%s: %s", source.name, error)
            message = str(error) if isinstance(error, NightdeskError) else f"{type(error).__name__}: {error}"
            done.append(Tally(run=key, source=source.name, stage=stage, state=RunState.FAILED, message=message))
    return done


def _extract_source(current: Settings, source: Source, key: str, on_line: HearsLine) -> Tally:
    from pipelines.extract.stage import extract

    tally = extract(current, source, key, processes=os.cpu_count() or 1, apart=True)
    on_line(f"{source.name}: {tally.counts.get('articles', 0)} articles, {tally.counts.get('rejected', 0)} rejected")
    return tally


def _crawl(names: Names = None, run: Run = "", due: Due = False, json: Json = False) -> None:
    _perform_alone(crawl.STAGE, names, run, json, due=due)


def _extract(
    names: Names = None,
    run: Run = "",
    again: Annotated[bool, typer.Option("--again", help="Read stored pages again, as a trial, and report.")] = False,
    since: days.Since = "",
    until: days.Until = "",
    apply: Annotated[
        str, typer.Option("--apply", metavar="KEY", help="With --again: load this trial as our correction.")
    ] = "",
    undo: Annotated[str, typer.Option("--undo", metavar="KEY", help="With --again: take this correction back.")] = "",
    json: Json = False,
) -> None:
    if not again:
        if apply or undo or since or until:
            raise NightdeskError("--apply, --undo, --from and --to go with --again: nightdesk extract --again.")
        _perform_alone("extract", names, run, json)
        return
    from pipelines.cli import again as reread

    current = of_installation()
    chosen, bad = _choose_sources(current, names or [])
    _exit_by(reread.run(current, chosen, days.between(since, until), apply=apply, undo=undo, json=json))
    if bad:
        raise typer.Exit(1)


def _command(stage: str) -> Callable[..., None]:
    def command(names: Names = None, run: Run = "", json: Json = False) -> None:
        _perform_alone(stage, names, run, json)

    return command


def _perform_alone(stage: str, names: Sequence[str] | None, run: str, json: bool, *, due: bool = False) -> None:
    """Run one stage by itself, and print its table."""
    current = of_installation()
    chosen, bad = _choose_sources(current, names or [], without=stage == "alert", crawled=stage == crawl.STAGE)
    key = runs.check_key(run) if run else _default_key(current, stage)
    current, chosen = _of_run(current, chosen, key)
    if run and stage != crawl.STAGE:
        with postgres.connection(current) as conn:
            typed_names.check_run(conn, run)
    _report(perform(current, stage, chosen, key, quiet_if(json), due=due), json, bad)


def _of_run(current: Settings, chosen: list[Source], key: str) -> tuple[Settings, list[Source]]:
    """The settings and sources for a run. If the sources are in a bucket, both belong to one set, which is noted with
    the run."""
    pinned = folders.pin_sources(current, key, newest=True)
    if pinned is current or not chosen:
        return pinned, chosen
    return pinned, folders.read_named(pinned, [source.name for source in chosen])


def _default_key(current: Settings, stage: str) -> str:
    """A new key for a crawl; the newest run's key for a later stage."""
    if stage == "crawl":
        return runs.key_of(datetime.now(UTC), manual=True)
    with postgres.connection(current) as conn:
        migrations.check_migrated(conn)
        newest = runs.latest(conn, 1)
    if not newest:
        raise NightdeskError("There is no run yet: `nightdesk crawl` (or `nightdesk run`) makes the first.")
    return str(newest[0]["run"])


def _report(done: Sequence[Tally], json: bool, bad: int) -> None:
    """Show the stages' results; exit 1 if one failed, or if source files could not be read."""
    if json:
        as_json(list(done))
    else:
        _show_crawl([tally for tally in done if tally.stage == "crawl"])
        for stage in runs.STAGES[1:]:
            _show(stage, [tally for tally in done if tally.stage == stage])
    _exit_by(done)
    if bad:
        raise typer.Exit(1)


def _exit_by(done: Sequence[Tally]) -> None:
    if any(tally.state == RunState.FAILED for tally in done):
        raise typer.Exit(1)


def _show_crawl(tallies: Sequence[Tally]) -> None:
    """Show the crawl's counts for each source, the URLs that each rule left out, and each source's message."""
    if not tallies:
        return
    with postgres.connection(settings()) as conn:
        report.print_crawl(tallies, summary.exclusions(conn, tallies[0].run))
    for tally in tallies:
        if tally.message:
            say(f"{tally.source} {tally.state}: {urls.readable(tally.message)}", STATE_STYLE[tally.state])


def _show(stage: str, tallies: Sequence[Tally]) -> None:
    """Print a stage's results as a table without idle sources, and the messages below it."""
    columns = COLUMNS[stage]
    if stage == "alert":
        tallies = [t for t in tallies if t.state == RunState.FAILED] or tallies[-1:]
    rows = [t for t in tallies if t.state != RunState.DONE or any(t.counts.get(c) for c in columns)]
    if tallies:
        table(
            (stage, "state", *(f"#{column}" for column in columns)),
            ((t.source or "all", t.state, *(t.counts.get(c, 0) for c in columns)) for t in rows),
            empty=f"{stage}: nothing to do.",
        )
    for tally in rows:
        done = tally.state == RunState.DONE
        told = _reasons(tally) if done else tally.message
        if told:
            say(f"{tally.source or stage} {'rejected' if done else tally.state}: {told}", STATE_STYLE[tally.state])


def _reasons(tally: Tally) -> str:
    """The rejections of a tally, counted by reason."""
    reasons = {k.removeprefix("rejected: "): n for k, n in tally.counts.items() if k.startswith("rejected: ")}
    return ", ".join(f"{n} {reason}" for reason, n in sorted(reasons.items(), key=lambda pair: -pair[1]))

"""The stages by hand: crawl, extract, load, alert, and run for all four."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer

from pipelines import account, alert, crawl, db, extract, load, runs, sources
from pipelines.cli import onepage, report
from pipelines.cli.show import STATE_STYLE, Json, as_json, quiet_if, say, table
from pipelines.errors import NightdeskError
from pipelines.model import Source, Tally
from pipelines.settings import Settings, settings

Names = Annotated[
    list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Which sources; all followed ones if none.")
]
Run = Annotated[str, typer.Option("--run", metavar="KEY", help="A run key such as 2026-11-22T0200.")]

COLUMNS = {
    "crawl": report.CRAWLED,
    "extract": ("articles", "rejected", "words", "cut"),
    "load": ("new", "revised", "unchanged", "duplicate", "removed", "rejected"),
    "alert": ("changes", "alerts", "quiet", "deliveries", "sent", "retried", "waiting", "failed"),
}

Line = Callable[[str], None]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    for stage in runs.STAGES:
        app.command(stage, help=STAGE_HELP[stage], rich_help_panel="The night")(_command(stage))
    app.command("run", rich_help_panel="The night")(run)


STAGE_HELP = {
    "crawl": "Fetch what is new on the sources into the raw store.",
    "extract": "Make article files of the raw pages of a run (the newest run, if none is named).",
    "load": "Put the article files of a run into Postgres.",
    "alert": "Match what changed against the watches, and send what is due.",
}


def run(
    names: Names = None,
    run: Run = "",
    url: Annotated[str, typer.Option("--url", help="Take this one page of the source through all stages.")] = "",
    json: Json = False,
) -> None:
    """Crawl, extract, load and alert in one go; with --url one page, each decision explained."""
    current = settings()
    chosen = sources.named(current, names or [])
    key = runs.checked(run) if run else runs.key_of(datetime.now(UTC), manual=True)
    if url:
        if len(chosen) != 1 or not names:
            raise NightdeskError("`--url` takes one page of one source: nightdesk run SOURCE --url URL.")
        _exit_by(onepage.run(current, chosen[0], url, key, as_json_=json))
        return
    done = [tally for stage in runs.STAGES for tally in perform(current, stage, chosen, key, quiet_if(json))]
    _report(done, json)


def perform(current: Settings, stage: str, chosen: Sequence[Source], key: str, on_line: Line) -> list[Tally]:
    """One stage over the sources of a run, as the command line does it: extraction on all cores."""
    if stage == "crawl":
        return crawl.crawl(current, chosen, key, on_line=on_line)
    if stage == "extract":
        return [_extracted(current, source, key, on_line) for source in chosen]
    if stage == "load":
        return [load.load(current, source, key) for source in chosen]
    return [alert.match(current, key), alert.send(current, key)]


def _extracted(current: Settings, source: Source, key: str, on_line: Line) -> Tally:
    tally = extract.extract(current, source, key, processes=os.cpu_count() or 1, apart=True)
    on_line(f"{source.name}: {tally.counts.get('articles', 0)} articles, {tally.counts.get('rejected', 0)} rejected")
    return tally


def _command(stage: str) -> Callable[..., None]:
    def command(names: Names = None, run: Run = "", json: Json = False) -> None:
        current = settings()
        chosen = sources.named(current, names or [])
        key = runs.checked(run) if run else _default_key(current, stage)
        _report(perform(current, stage, chosen, key, quiet_if(json)), json)

    return command


def _default_key(current: Settings, stage: str) -> str:
    """A new key for a crawl; the newest run for what follows one."""
    if stage == "crawl":
        return runs.key_of(datetime.now(UTC), manual=True)
    with db.connection(current) as conn:
        db.check_migrated(conn)
        newest = runs.latest(conn, 1)
    if not newest:
        raise NightdeskError("There is no run yet: `nightdesk crawl` (or `nightdesk run`) makes the first.")
    return str(newest[0]["run"])


def _report(done: Sequence[Tally], json: bool) -> None:
    """Show what the stages did; exit 1 where one failed."""
    if json:
        as_json(list(done))
    else:
        _show_crawl([tally for tally in done if tally.stage == "crawl"])
        for stage in runs.STAGES[1:]:
            _show(stage, [tally for tally in done if tally.stage == stage])
    _exit_by(done)


def _exit_by(done: Sequence[Tally]) -> None:
    if any(tally.state == "failed" for tally in done):
        raise typer.Exit(1)


def _show_crawl(tallies: Sequence[Tally]) -> None:
    """What the crawl did for each source, by which rule it left what out, and what there is to say of it."""
    if not tallies:
        return
    with db.connection(settings()) as conn:
        report.print_crawl(tallies, account.exclusions(conn, tallies[0].run))
    for tally in tallies:
        if tally.message:
            say(f"{tally.source} {tally.state}: {tally.message}", STATE_STYLE[tally.state])


def _show(stage: str, tallies: Sequence[Tally]) -> None:
    """A table of what a stage did, sources with nothing to do left out, and under it what there is to say."""
    columns = COLUMNS[stage]
    if stage == "alert":
        tallies = [t for t in tallies if t.state == "failed"] or tallies[-1:]
    rows = [t for t in tallies if t.state != "done" or any(t.counts.get(c) for c in columns)]
    if tallies:
        table(
            (stage, "state", *(f"#{column}" for column in columns)),
            ((t.source or "all", t.state, *(t.counts.get(c, 0) for c in columns)) for t in rows),
            empty=f"{stage}: nothing to do.",
        )
    for tally in rows:
        done = tally.state == "done"
        told = _reasons(tally) if done else tally.message
        if told:
            say(f"{tally.source or stage} {'rejected' if done else tally.state}: {told}", STATE_STYLE[tally.state])


def _reasons(tally: Tally) -> str:
    """The rejections of a tally by reason."""
    reasons = {k.removeprefix("rejected: "): n for k, n in tally.counts.items() if k.startswith("rejected: ")}
    return ", ".join(f"{n} {reason}" for reason, n in sorted(reasons.items(), key=lambda pair: -pair[1]))

"""`nightdesk backfill`: collects articles from before a site was followed, from the site's own lists, without
alerts."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from pipelines.archive import backfill, policy
from pipelines.archive.backfill import BackfillResult, Plan
from pipelines.cli import completion, days
from pipelines.cli.show import Json, as_json, complain, counting, quiet_if, say, table
from pipelines.crawl import summary
from pipelines.errors import NightdeskError
from pipelines.settings import settings
from pipelines.sources import folders
from pipelines.stores import migrations, postgres


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("backfill", rich_help_panel="The archive")(fill)


def fill(
    source: Annotated[str, typer.Argument(help="A followed source.", autocompletion=completion.sources)],
    since: days.Since = "",
    until: days.Until = "",
    most: Annotated[
        int, typer.Option("--pages", min=1, help="Pages that are fetched at most.")
    ] = policy.BACKFILL_PAGES,
    dry: Annotated[bool, typer.Option("--dry-run", help="Only read the site's lists, and say what they name.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before it begins.")] = False,
    json: Json = False,
) -> None:
    """Collect a source's past from the site's own lists, with its delay; after a kill, the same command continues."""
    current = settings()
    (followed,) = folders.read_named(current, [source])
    limits = backfill.days(days.between(since, until), datetime.now(UTC))
    with postgres.connection(current, application="nightdesk backfill") as conn:
        migrations.check_migrated(conn)
    plan = backfill.look(current, followed, *limits, on_line=quiet_if(json))
    if not json:
        _print(plan, min(plan.open, most), followed.delay)
    if dry or not plan.open:
        if json:
            as_json({"plan": plan, "filled": None})
        return
    if not yes:
        if json:
            raise NightdeskError("A program says --yes, or --dry-run.")
        typer.confirm("Begin?", abort=True)
    with counting("Collecting", "pages", quiet=json) as on_pages:
        done = backfill.fill(
            current, followed, plan, most=most, processes=os.cpu_count() or 1, on_pages=on_pages, on_line=quiet_if(json)
        )
    if json:
        as_json({"plan": plan, "filled": done})
    else:
        _print_filled(source, done)
    if done.failed:
        raise typer.Exit(1)


def _print(plan: Plan, pages: int, delay: float) -> None:
    shown = ((one.month or "no day told", one.named, one.had, one.open) for one in plan.months)
    table(
        ("month", "#named", "#in the archive", "#to fetch"),
        shown,
        empty="The site's lists name no article of these days.",
    )
    if plan.missing:
        say(f"No list of the site names anything of {', '.join(plan.missing)}: that can't be reached.", "yellow")
    if plan.failed:
        say(f"Not all lists could be read: {plan.failed}", "yellow")
    if plan.goes_on:
        say(f"{plan.goes_on:,} pages are left of an earlier backfill, which goes on.")
    if pages:
        least = summary.span(int(timedelta(seconds=pages * delay).total_seconds()))
        say(f"{pages:,} pages are to be fetched, at {delay:g} s each and in turns with the nights: {least} at least.")


def _print_filled(source: str, done: BackfillResult) -> None:
    made = {name: done.counts.get(f"load {name}", 0) for name in ("new", "revised", "unchanged", "duplicate")}
    made["rejected"] = done.counts.get("extract rejected", 0)
    told = ", ".join(f"{count:,} {name}" for name, count in made.items() if count) or "nothing"
    say(f"{done.fetched:,} pages of {source} fetched: {told}. Nobody is told of them.")
    if done.left:
        say(f"{done.left:,} addresses are left for another try: run the same again later.", "yellow")
    for sentence in done.failed:
        complain(sentence)

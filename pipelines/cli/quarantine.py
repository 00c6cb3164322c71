"""`nightdesk quarantine`: runs whose articles are held because they are unlike the source's earlier articles."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines import urls
from pipelines.alert import stage as alert
from pipelines.cli import watch
from pipelines.cli.show import Json, as_json, say, table
from pipelines.codes import HeldState, RunState
from pipelines.health import troubles
from pipelines.load import quarantine, quarantine_decisions
from pipelines.settings import Settings, of_installation
from pipelines.sources import folders
from pipelines.stores import migrations, postgres

Which = Annotated[str, typer.Argument(metavar="ID|SOURCE", help="The number of a held run, or all that a source has.")]
Run = Annotated[str, typer.Option("--run", metavar="KEY", help="Of the source only this run.")]

# The first words of a text are shown, at most this many. Chosen: they fit in a line, and show what kind of text it is.
BEGINS_WORDS = 12

quarantine_app = typer.Typer(
    help="Runs whose articles are held, because they are unlike earlier articles of the same source.",
    invoke_without_command=True,
)


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.add_typer(quarantine_app, name="quarantine", rich_help_panel="Looking")


@quarantine_app.callback()
def _quarantine(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        list_held()


@quarantine_app.command("list")
def list_held(
    every: Annotated[bool, typer.Option("--all", help="Also what was released or rejected.")] = False,
    json: Json = False,
) -> None:
    """List the held runs, each with its source, its number of articles, and the reason."""
    with postgres.connection(of_installation()) as conn, conn:
        migrations.check_migrated(conn)
        held = quarantine.list_held(conn, every=every)
    if json:
        as_json(held)
        return
    table(
        ("#id", "source", "run", "#articles", "state", "since", "by", "why"),
        (
            (
                *(one.id, one.source, one.run, one.articles, one.state),
                *(one.decided_at or one.held_at, one.decided_by, one.reason),
            )
            for one in held
        ),
        empty="Nothing is held.",
    )
    if any(one.state == HeldState.HELD for one in held):
        say(
            "`nightdesk quarantine show ID` shows the articles; `release ID` loads them, `reject ID` leaves them out.",
            "dim",
        )


@quarantine_app.command("show")
def show(which: Which, run: Run = "", json: Json = False) -> None:
    """Show the articles of a held run as they would be stored, and the reason for holding them."""
    current = of_installation()
    with postgres.connection(current) as conn, conn:
        found = quarantine.find(conn, which, run)
    shown = [(one, list(quarantine.read_articles(current, one))) for one in found]
    if json:
        as_json([{**vars(one), "held": articles} for one, articles in shown])
        return
    for one, articles in shown:
        say(f"{one.id}: {one.articles} articles of {one.source}, run {one.run}, are {one.state}: {one.reason}.")
        table(
            ("title", "published", "#words", "begins", "address"),
            (
                (
                    a.title,
                    a.published_at,
                    len(a.text.split()),
                    " ".join(a.text.split()[:BEGINS_WORDS]),
                    urls.readable(a.url),
                )
                for a in articles
            ),
            empty="Its article file holds no article any more.",
        )


@quarantine_app.command("release")
def release(which: Which, run: Run = "", json: Json = False) -> None:
    """Load the articles of a held run, with the alerts that this makes due; after a kill, repeat the command."""
    current = of_installation()
    with postgres.connection(current) as conn, conn:
        found = quarantine.find(conn, which, run)
    tallies = [quarantine_decisions.release(current, one, watch.who()) for one in found]
    _check_health(current, found)
    sent = alert.send(current)
    if json:
        as_json(tallies)
    for tally in () if json else tallies:
        counts = ", ".join(
            f"{tally.counts.get(word, 0)} {word}" for word in ("new", "revised", "unchanged", "rejected")
        )
        say(f"{tally.source} {tally.run} {tally.state}: {tally.message or counts}")
    if not json:
        say(f"Messages sent: {sent.counts.get('sent', 0)}.")
    if any(tally.state != RunState.DONE for tally in tallies):
        raise typer.Exit(1)


@quarantine_app.command("reject")
def reject(which: Which, run: Run = "", json: Json = False) -> None:
    """Leave out the articles of a held run; their pages are looked at again after a day."""
    current = of_installation()
    with postgres.connection(current) as conn:
        with conn:
            found = quarantine.find(conn, which, run)
        ended = [(one, quarantine_decisions.reject(current, conn, one, watch.who())) for one in found]
    _check_health(current, found)
    if json:
        as_json([{"source": one.source, "run": one.run, "urls": count} for one, count in ended])
        return
    for one, count in ended:
        say(f"{one.source} {one.run}: {count} URLs are rejected, and looked at again after a day.")


def _check_health(current: Settings, decided: list[quarantine.HeldRun]) -> None:
    """End the troubles of sources whose articles were held, without waiting for the check after the next night."""
    followed, _ = folders.readable(current)
    names = {one.source for one in decided}
    troubles.check(current, [source for source in followed if source.name in names])

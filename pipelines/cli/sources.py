"""follow, unfollow, and sources: lists and shows followed sources, pauses, renames and merges them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from pipelines.cli import completion, follow, followlist, health, sample, sourcesets, template
from pipelines.cli.show import Json, as_json, complain, say, table
from pipelines.health import saved_states
from pipelines.settings import of_installation, settings
from pipelines.sources import folders, sourcefile
from pipelines.stores import migrations, postgres

Followed = Annotated[str, typer.Argument(help="A followed source.", autocompletion=completion.sources)]
FollowedSome = Annotated[list[str], typer.Argument(help="Followed sources.", autocompletion=completion.sources)]

sources_app = typer.Typer(help="The sources we follow: list them, show one, check files.", invoke_without_command=True)


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    sources_app.command("export")(followlist.export)
    follow.add_to(app)
    sample.add_to(sources_app)
    sourcesets.add_to(sources_app)
    template.add_to(sources_app)
    app.add_typer(sources_app, name="sources", rich_help_panel="Setting up")


@sources_app.callback()
def _sources(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        list_sources()


@sources_app.command("list")
def list_sources(
    catalogue: Annotated[bool, typer.Option("--catalogue", help="What can be followed instead.")] = False,
    json: Json = False,
) -> None:
    """List the followed sources, or the catalogue."""
    rows = folders.catalogue() if catalogue else folders.read_followed(of_installation())
    states = {} if catalogue else saved_states.states(of_installation(), [source.name for source in rows])
    if json:
        as_json(rows if catalogue else [{**vars(source), "health": states.get(source.name)} for source in rows])
        return
    shown = ("health",) if states else ()
    table(
        ("name", "title", "language", "country", "time zone", "schedule", *shown),
        (
            (
                s.name,
                s.title,
                s.language,
                s.country,
                s.timezone,
                s.schedule or "every run",
                *(health.style_state(states.get(s.name, {}).get("state", "")) for _ in shown),
            )
            for s in rows
        ),
        empty="No source is followed yet: `nightdesk follow` and an address, or a name of "
        "`nightdesk sources list --catalogue`.",
    )


@sources_app.command("show")
def show(name: Followed, json: Json = False) -> None:
    """Show one followed source with the values of its file."""
    (source,) = folders.read_named(of_installation(), [name])
    if json:
        as_json(source)
    else:
        say(folders.render(source))


@sources_app.command("pause")
def pause(names: FollowedSome) -> None:
    """Leave sources out of automatic runs until they are resumed; a crawl that names a source still crawls it."""
    _change_pauses(names, folders.pause)
    say(f"Paused: {', '.join(names)}. Only what a person starts crawls them; `nightdesk sources resume` ends that.")


@sources_app.command("resume")
def resume(names: FollowedSome) -> None:
    """Include paused sources in the runs again."""
    _change_pauses(names, folders.resume)
    say(f"In the runs again: {', '.join(names)}.")


@sources_app.command("rename")
def rename(
    old: Annotated[str, typer.Argument(metavar="OLD", autocompletion=completion.sources)],
    new: Annotated[str, typer.Argument(metavar="NEW")],
) -> None:
    """Rename a source and all its collected data; after a kill, the same command finishes the work."""
    from pipelines.follow import renames

    renames.rename(settings(), old, new)
    say(f"{old} is {new} now, with its articles, alerts and ledger; its raw files stay where they are.")
    _tell_of_queries(old, new)


@sources_app.command("merge")
def merge(
    old: Annotated[str, typer.Argument(metavar="FROM", autocompletion=completion.sources)],
    new: Annotated[str, typer.Argument(metavar="INTO", autocompletion=completion.sources)],
) -> None:
    """Move a source's collected data to another source and unfollow it; after a kill, repeat the command."""
    from pipelines.follow import renames

    moved = renames.merge(settings(), old, new)
    aside = f" Its file is kept as {sourcefile.show_path(moved.aside)}." if moved.aside else ""
    say(
        f"{old} is a part of {new} now: {moved.articles} articles and {moved.urls} addresses that both had became one, "
        f"and nobody is told of them again.{aside}"
    )
    _tell_of_queries(old, new)


def _tell_of_queries(old: str, new: str) -> None:
    """Name the watches whose query still uses the old name, because such a query finds nothing from now on."""
    from pipelines.follow import renames

    for watch in renames.watches_naming(settings(), old):
        complain(f"The query of the watch {watch} names source:{old}: `nightdesk watch edit {watch}` makes it {new}.")


def _change_pauses(names: Sequence[str], change: Callable[[postgres.Connection, str], None]) -> None:
    """Pause or resume sources, all of them or none."""
    current = of_installation()
    folders.read_named(current, names)
    with postgres.connection(current) as conn:
        migrations.check_migrated(conn)
        with conn:
            for name in names:
                change(conn, name)

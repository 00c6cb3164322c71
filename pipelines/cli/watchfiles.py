"""`nightdesk watch export` and `import`: write and read all watches and synonyms as one TOML file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.alert import synonyms, watch_editing, watches, watchfile
from pipelines.cli import typed_names
from pipelines.cli.show import quote, say
from pipelines.cli.watch import changing
from pipelines.errors import NightdeskError
from pipelines.settings import settings
from pipelines.stores import postgres


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("export")(export_watches)
    app.command("import")(import_watches)


def export_watches(
    file: Annotated[Path | None, typer.Argument(help="Where to; without it, standard output.")] = None,
) -> None:
    """Write all watches and lists of synonyms as one TOML file; the file has no addresses of channels."""
    with postgres.connection(settings()) as conn:
        written = watchfile.render(watches.all_watches(conn), synonyms.lists(conn))
    if not file:
        quote(written.removesuffix("\n"))
        return
    try:
        file.write_text(written, encoding="utf-8")
    except OSError as error:
        raise NightdeskError(f"{file} cannot be written: {error.strerror}.") from None
    say(f"Wrote {file}.")


def import_watches(
    file: Annotated[Path, typer.Argument(help="A file that `watch export` wrote, or you did.")],
    remove_others: Annotated[
        bool, typer.Option("--remove-others", help="Remove watches and lists that are not in it.")
    ] = False,
) -> None:
    """Set all watches and lists of synonyms of a file, or none if one fails; others stay, except with
    --remove-others."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NightdeskError(f"{file} cannot be read: {error}.") from None
    with changing() as conn:
        made, lists = watchfile.parse(text, str(file), synonyms.lists(conn))
        before = {watch.name: watch for watch in watches.all_watches(conn)}
        known_lists = synonyms.lists(conn)
        for name, spellings in lists.items():
            synonyms.keep(conn, name, spellings)
        for watch, paused in made:
            typed_names.check(settings(), conn, watch.sources)
            typed_names.check_scope(settings(), conn, watches.node(watch, {**known_lists, **lists}))
            watches.add(conn, watch)
            if paused != bool(watch.name in before and before[watch.name].paused_at):
                watches.pause(conn, watch.name, paused=paused)
        if remove_others:
            for name in before.keys() - {watch.name for watch, _ in made}:
                watches.remove(conn, name)
            for name in known_lists.keys() - lists.keys():
                synonyms.remove(conn, name)
        changes = watches.history_of_transaction(conn)
    for row in changes:
        say(f"{row['name']}: {watch_editing.change_told(row)}")
    say(f"{len(made)} watches and {len(lists)} lists of synonyms are in the file; {len(changes)} changes.")

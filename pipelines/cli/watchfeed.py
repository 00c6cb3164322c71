"""`nightdesk watch feed`: prints or writes the latest alerts of a watch as a feed, and manages its secret address."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from pipelines.alert import watch_feeds
from pipelines.alert.watch_feeds import Form
from pipelines.cli import completion, typed_names
from pipelines.cli.show import say
from pipelines.cli.watch import changing
from pipelines.errors import NightdeskError
from pipelines.settings import Settings, settings
from pipelines.sources.sourcefile import show_path
from pipelines.stores import migrations, postgres


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("feed")(feed)


def feed(
    name: Annotated[str, typer.Argument(help="The watch.", autocompletion=completion.watches)],
    form: Annotated[Form, typer.Option("--form", help="The form of the feed.")] = Form.ATOM,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write it to this file.")] = None,
    open_: Annotated[
        bool, typer.Option("--open", help="Give the feed a secret address of its own, a new one if it has one.")
    ] = False,
    close: Annotated[bool, typer.Option("--close", help="Take its address away.")] = False,
) -> None:
    """Print the latest alerts of a watch as a feed, or give the feed an address at which readers fetch it."""
    if (open_ and close) or (out and (open_ or close)):
        raise NightdeskError("Give one of --out, --open and --close.")
    current = settings()
    if open_:
        with changing() as conn:
            token = watch_feeds.open_address(conn, typed_names.watch_of(conn, name).name)
        say(f"The feed of {name} is below the address of your Airflow, and is shown only this once:")
        for one in Form:
            say(f"  /nightdesk/feeds/{token}.{one}")
        say(
            "Whoever knows it reads the feed without a login; --open again gives another, --close takes it away.", "dim"
        )
        return
    if close:
        with changing() as conn:
            watch_feeds.close_address(conn, typed_names.watch_of(conn, name).name)
        say(f"The feed of {name} has no address any more; readers that ask for it find nothing.")
        return
    written = _write_feed(current, name, form)
    if out is None:
        sys.stdout.buffer.write(written)
        return
    beside = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        beside.write_bytes(written)
        beside.replace(out)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise NightdeskError(f"{out} cannot be written: {error.strerror}.") from None
    say(f"The feed of {name} is in {show_path(out)}.")


def _write_feed(current: Settings, name: str, form: Form) -> bytes:
    with postgres.connection(current) as conn:
        migrations.check_migrated(conn)
        watch = typed_names.watch_of(conn, name).name
        reader = watch_feeds.language_and_zone(current, conn, watch)
        return watch_feeds.write(form, watch, watch_feeds.newest(current, conn, watch), reader=reader)

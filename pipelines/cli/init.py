"""init and dags-folder: set up an installation, and print the folder of its Dags."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from dotenv import set_key

from pipelines import installation, private
from pipelines.alert import watches
from pipelines.bucket_paths import address_of
from pipelines.cli import typed_names
from pipelines.cli.show import complain, say
from pipelines.errors import SettingsError
from pipelines.notify import channel_kinds
from pipelines.settings import CHANNEL_PREFIX, Settings, channels, settings
from pipelines.sources import folders
from pipelines.stores import migrations, postgres, raw_retention
from pipelines.stores.postgres_address import show_address

# CONTACT finds a mail address or a web address.
CONTACT = re.compile(r"(?:mailto:)?[^\s@/]+@(?:[^\s@/.]+\.)+[^\s@/.]+|https?://[^\s/.]+\.\S+")


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("init", rich_help_panel="Setting up")(init)
    app.command("dags-folder", rich_help_panel="Setting up")(dags_folder)


def init(
    data: Annotated[str | None, typer.Option(help="The data folder.")] = None,
    contact: Annotated[str | None, typer.Option(help="Mail or web address that sites see in the user agent.")] = None,
    database_url: Annotated[
        str | None,
        typer.Option(help="A Postgres 15+ server; '' for the embedded one; - and @FILE as for --channel."),
    ] = None,
    channel: Annotated[
        list[str] | None,
        typer.Option(
            help="Where alerts go, as NAME=- (the address is asked for, or read from standard input), NAME=@FILE or "
            "NAME=ADDRESS; may be given several times."
        ),
    ] = None,
    operators: Annotated[
        str | None,
        typer.Option(help="The channel that is told of failed runs, late nights and sources in trouble."),
    ] = None,
) -> None:
    """Write nightdesk.env, make the folders and the database. Values that no option names stay unchanged; at a
    terminal, without any option, it asks for values."""
    # If a variable names the file or its folder, every command already knows the installation, so its place is not
    # told.
    by_itself = installation.find().found_by not in (installation.FoundBy.FILE, installation.FoundBy.HOME)
    path = _choose_file()
    given = {"DATA": data, "CONTACT": contact, "DATABASE_URL": database_url, "OPERATORS": operators}
    if not channel and all(value is None for value in given.values()) and sys.stdin.isatty():
        given |= _ask_person()
    if given["DATA"]:
        given["DATA"] = _from_folder(given["DATA"], path.parent)
    if given["CONTACT"] and not CONTACT.fullmatch(given["CONTACT"].strip()):
        raise SettingsError(
            f"{given['CONTACT']!r} is no contact: a site must be able to reach you by it. Give a mail or web address, "
            "like desk@example.org or https://example.org/crawler."
        )
    pairs = [_channel(pair) for pair in channel or []]
    typed_names.check_channel(given["OPERATORS"] or "", {*channels(), *(name for name, _ in pairs)})
    if database_url:
        given["DATABASE_URL"] = _secret(database_url, "Postgres address", secret=":***@" in show_address(database_url))
    if given["DATABASE_URL"]:
        postgres.connect(settings().model_copy(update={"database_url": given["DATABASE_URL"]})).close()
    made = not path.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.chmod(0o600)
    for name, value in given.items():
        if value is not None:
            set_key(path, f"NIGHTDESK_{name}", value)
    for name, address in pairs:
        set_key(path, CHANNEL_PREFIX + name.upper(), address)
    settings.cache_clear()
    current = settings()
    private.data_folder(current.data)
    if address_of(current.sources):
        folders.check_writable(current)
    else:
        current.sources.mkdir(parents=True, exist_ok=True)
    migrations.migrate(current)
    raw_retention.tighten(current)
    followed = address_of(current.sources) or current.sources
    say(f"{'Wrote' if made else 'Changed'} {path}. Data: {current.data}. Followed sources: {followed}.")
    if by_itself:
        _say_where(path)
    if not current.contact:
        say("No contact is set: crawling is limited to this machine until NIGHTDESK_CONTACT is.")
    say(f"Next: {_next(current, [name for name, _ in pairs])}")


def dags_folder() -> None:
    """Print the folder of the Dag files, for an Airflow that you run already (docs/airflow.md)."""
    from pipelines.airflow import airflow_home

    typer.echo(airflow_home.DAGS)


def _choose_file() -> Path:
    """The file that init writes; from now on this process uses its settings."""
    path = installation.to_set_up()
    if path != installation.find().file:
        os.environ[installation.FILE_VARIABLE] = str(path)
        settings.cache_clear()
    return path


def _from_folder(typed: str, folder: Path) -> str:
    """Convert a typed path, relative to the current folder, to one relative to the folder of the installation's file;
    an absolute path stays."""
    path = Path(typed).expanduser()
    return typed if path.is_absolute() else os.path.relpath(path.absolute(), folder)


def _say_where(path: Path) -> None:
    """Say from which folders this installation is found; store its place if it is this user's first installation."""
    try:
        usual = installation.note(path)
    except OSError as error:
        say(f"Commands find it from {path.parent} and below; it could not be written down for other folders: {error}.")
        return
    pointer = installation.pointer_file()
    if usual == path:
        say(f"Commands in any folder use it, for {pointer} names it.")
    else:
        say(
            f"Commands in {path.parent} and below use it; elsewhere they go on with {usual}, which {pointer} names. "
            f"{installation.HOME_VARIABLE} names another."
        )


def _next(current: Settings, given: Sequence[str]) -> str:
    """The next steps for the person; given: the channels that were named just now."""
    if not any(folders.readable(current)):
        return (
            "`nightdesk follow` and a site's address (or a name of `nightdesk sources list --catalogue`), then "
            "`nightdesk run`."
        )
    with postgres.connection(current) as conn:
        used = {channel for watch in watches.all_watches(conn) for channel in watch.channels}
    unused = [name.lower() for name in given if name.lower() not in used | {current.operators.lower()}]
    if unused:
        return f"`nightdesk watch add NAME QUERY --channel {unused[0]}`: no watch sends to {', '.join(unused)} yet."
    if given:
        return f"`nightdesk notify test {given[0].lower()}` sends a test message."
    return "`nightdesk run`, or `nightdesk status` for what stands."


def _ask_person() -> dict[str, str | None]:
    """Ask the person at the terminal for values; the present value is the default, `-` removes it."""
    now = settings()
    answers = {
        "DATA": typer.prompt("Data folder", default=os.path.relpath(now.data)),
        "CONTACT": typer.prompt("Contact shown to sites, a mail or web address", default=now.contact),
        "DATABASE_URL": typer.prompt(
            f"Postgres address, - for the embedded one [{show_address(now.database_url) if now.database_url else '-'}]",
            default=now.database_url or "-",
            show_default=False,
        ),
    }
    return {name: "" if answer.strip() == "-" else answer.strip() for name, answer in answers.items()}


def _channel(pair: str) -> tuple[str, str]:
    name, equals, address = pair.partition("=")
    if not equals or not name.isidentifier() or not address:
        raise SettingsError(
            "A channel is given as NAME=- (its address is asked for, or read from standard input), NAME=@FILE or "
            "NAME=ADDRESS, for example --channel desk=mailto://...; see docs/watches.md."
        )
    found = _secret(address, f"Address of {name}")
    if wrong := channel_kinds.problem(found):
        raise SettingsError(f"Channel {name} {wrong}.")
    return name, found


def _secret(given: str, what: str, *, secret: bool = True) -> str:
    """The value of an option: `-` is asked for or read from standard input, `@FILE` is the content of the file."""
    if given == "-":
        found = typer.prompt(what, hide_input=True) if sys.stdin.isatty() else sys.stdin.readline()
    elif given.startswith("@"):
        try:
            found = Path(given[1:]).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{what}: {given[1:]} cannot be read: {error}.") from None
    else:
        if secret:
            complain(
                f"{what}: on a command line it is in the list of processes and in the shell's history. "
                "Next time give - (it is asked for, or read from standard input) or @FILE in its place."
            )
        return given
    if not found.strip():
        raise SettingsError(f"{what}: {'standard input' if given == '-' else given[1:]} holds nothing.")
    return found.strip()

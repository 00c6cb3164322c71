"""Setting up: init, follow, unfollow, sources, db."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from dotenv import set_key

from pipelines import installation, private
from pipelines.alert import watches
from pipelines.cli import completion, follow, followlist, health, sample, typed_names
from pipelines.cli.show import Json, as_json, complain, progress, say, table
from pipelines.errors import SettingsError
from pipelines.health import saved_states
from pipelines.load import search_index, story_links, wordings
from pipelines.notify import channel_address
from pipelines.settings import CHANNEL_PREFIX, Settings, channels, of_installation, settings
from pipelines.sources import folders, sourcefile
from pipelines.stores import dumps, migrations, postgres, raw_retention
from pipelines.stores.postgres_address import show_address

# An address of mail, or of the web.
CONTACT = re.compile(r"(?:mailto:)?[^\s@/]+@(?:[^\s@/.]+\.)+[^\s@/.]+|https?://[^\s/.]+\.\S+")

Followed = Annotated[str, typer.Argument(help="A followed source.", autocompletion=completion.sources)]
FollowedSome = Annotated[list[str], typer.Argument(help="Followed sources.", autocompletion=completion.sources)]

sources_app = typer.Typer(help="The sources we follow: list them, show one, check files.", invoke_without_command=True)
db_app = typer.Typer(help="The database.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    sources_app.command("export")(followlist.export)
    app.command("init", rich_help_panel="Setting up")(init)
    app.command("dags-folder", rich_help_panel="Setting up")(dags_folder)
    follow.add_to(app)
    sample.add_to(sources_app)
    app.add_typer(sources_app, name="sources", rich_help_panel="Setting up")
    app.add_typer(db_app, name="db", rich_help_panel="Setting up")


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
    """Write nightdesk.env, make the folders and the database; asks when no option is given, keeps what is not named."""
    # Whoever names the file or its folder in a variable says each time which installation is meant.
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
    current.sources.mkdir(parents=True, exist_ok=True)
    migrations.migrate(current)
    raw_retention.tighten(current)
    say(f"{'Wrote' if made else 'Changed'} {path}. Data: {current.data}. Followed sources: {current.sources}.")
    if by_itself:
        _say_where(path)
    if not current.contact:
        say("No contact is set: crawling is limited to this machine until NIGHTDESK_CONTACT is.")
    say(f"Next: {_next(current, [name for name, _ in pairs])}")


def dags_folder() -> None:
    """Print where the Dag files lie, for an Airflow that you run already (docs/airflow.md)."""
    from pipelines.airflow import airflow_home

    typer.echo(airflow_home.DAGS)


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
    """Show one followed source as its file says it."""
    (source,) = folders.read_named(of_installation(), [name])
    if json:
        as_json(source)
    else:
        say(folders.render(source))


@sources_app.command("pause")
def pause(names: FollowedSome) -> None:
    """Leave sources out of the runs that begin by themselves, until they are resumed; named, they are crawled."""
    _change_pauses(names, folders.pause)
    say(f"Paused: {', '.join(names)}. Only what a person starts crawls them; `nightdesk sources resume` ends that.")


@sources_app.command("resume")
def resume(names: FollowedSome) -> None:
    """Take paused sources into the runs again."""
    _change_pauses(names, folders.resume)
    say(f"In the runs again: {', '.join(names)}.")


@sources_app.command("rename")
def rename(
    old: Annotated[str, typer.Argument(metavar="OLD", autocompletion=completion.sources)],
    new: Annotated[str, typer.Argument(metavar="NEW")],
) -> None:
    """Give a source another name, with all that was collected of it; killed, the same command finishes it."""
    from pipelines.follow import renames

    renames.rename(settings(), old, new)
    say(f"{old} is {new} now, with its articles, alerts and ledger; its raw files stay where they are.")
    _tell_of_queries(old, new)


@sources_app.command("merge")
def merge(
    old: Annotated[str, typer.Argument(metavar="FROM", autocompletion=completion.sources)],
    new: Annotated[str, typer.Argument(metavar="INTO", autocompletion=completion.sources)],
) -> None:
    """Put what was collected of a source into another and follow it no more; killed, the same command finishes it."""
    from pipelines.follow import renames

    moved = renames.merge(settings(), old, new)
    aside = f" Its file is kept as {sourcefile.show_path(moved.aside)}." if moved.aside else ""
    say(
        f"{old} is a part of {new} now: {moved.articles} articles and {moved.urls} addresses that both had became one, "
        f"and nobody is told of them again.{aside}"
    )
    _tell_of_queries(old, new)


def _tell_of_queries(old: str, new: str) -> None:
    """Name the watches whose query still asks for the old name, for it finds nothing from now on."""
    from pipelines.follow import renames

    for watch in renames.watches_naming(settings(), old):
        complain(f"The query of the watch {watch} names source:{old}: `nightdesk watch edit {watch}` makes it {new}.")


def _choose_file() -> Path:
    """The file that init writes; the settings of this process are those of it from here on."""
    path = installation.to_set_up()
    if path != installation.find().file:
        os.environ[installation.FILE_VARIABLE] = str(path)
        settings.cache_clear()
    return path


def _from_folder(typed: str, folder: Path) -> str:
    """A path as it was typed here, as the file of an installation has it: relative to its own folder."""
    path = Path(typed).expanduser()
    return typed if path.is_absolute() else os.path.relpath(path.absolute(), folder)


def _say_where(path: Path) -> None:
    """Say from where this installation is found, and write it down where it is this user's first."""
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
    """What helps a person on from here; given: the channels that were named just now."""
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
    """What a person at a terminal answers; what is set already is the default, `-` takes it away."""
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
    if wrong := channel_address.problem(found):
        raise SettingsError(f"Channel {name} {wrong}.")
    return name, found


def _secret(given: str, what: str, *, secret: bool = True) -> str:
    """What an option stands for: - is asked for or read from standard input, @FILE is what the file holds."""
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


@db_app.command("dump")
def dump(file: Annotated[Path, typer.Argument(help="Where the dump goes; an older one there is replaced.")]) -> None:
    """Write the database into a file, while Nightdesk runs: for a backup, or to move to another Postgres."""
    dumps.dump(settings(), file)
    say(f"The database is in {sourcefile.show_path(file)}.")


@db_app.command("restore")
def restore(file: Annotated[Path, typer.Argument(help="What `db dump` or pg_dump --format=custom wrote.")]) -> None:
    """Fill the database, which must be empty, from such a file, and bring it to this version."""
    dumps.restore(of_installation(), file)
    say(f"The database is that of {sourcefile.show_path(file)}.")


@db_app.command("migrate")
def migrate() -> None:
    """Bring the database to this version's schema while Nightdesk runs; safe to repeat."""
    ran = migrations.migrate(of_installation(), progress)
    raw_retention.tighten(settings())
    say(f"Applied {', '.join(ran)}." if ran else "The database is up to date.")


@db_app.command("index")
def index() -> None:
    """Do now what upkeep does to rows of older versions: search index, stories, wordings that were kept twice."""
    current = settings()
    with postgres.connection(current) as conn:
        migrations.check_migrated(conn)
    done = search_index.backfill(current, lambda so_far: progress(f"{so_far:,} articles so far"))
    say(f"Put {done:,} articles into the search index." if done else "Every article is in the search index.")
    linked = story_links.backfill(current, lambda so_far: progress(f"{so_far:,} articles so far"))
    say(f"Looked for the stories of {linked:,} articles." if linked else "Every article has its story.")
    once = wordings.backfill(current, lambda so_far: progress(f"{so_far:,} wordings so far"))
    say(f"{once:,} wordings stood twice, and stand once now." if once else "Every wording stands once.")


def _change_pauses(names: Sequence[str], change: Callable[[postgres.Connection, str], None]) -> None:
    """Pause or resume sources, all of them or none."""
    current = of_installation()
    folders.read_named(current, names)
    with postgres.connection(current) as conn:
        migrations.check_migrated(conn)
        with conn:
            for name in names:
                change(conn, name)

"""`nightdesk watch`: adds, changes and shows watches, and the history of their changes."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from pipelines.alert import name_check, send_times, synonyms, watch_editing, watches
from pipelines.alert.watches import Watch
from pipelines.cli import completion, typed_names
from pipelines.cli.show import Json, ago, as_json, quote, say, table
from pipelines.errors import QueryError, WatchError
from pipelines.notify import message_languages
from pipelines.query import explanation, grammar
from pipelines.settings import channels, settings
from pipelines.stores import postgres

Named = Annotated[str, typer.Argument(help="The watch.", autocompletion=completion.watches)]
Query = Annotated[
    str, typer.Option("--query", metavar="QUERY", help="What to look for, as `nightdesk search` takes it.")
]
Unless = Annotated[list[str] | None, typer.Option(help="Do not tell when this occurs as well.")]
Source = Annotated[list[str] | None, typer.Option(help="Only of these sources.", autocompletion=completion.sources)]
Language = Annotated[list[str] | None, typer.Option(help="Only in these languages.")]
Kind = Annotated[
    list[str] | None,
    typer.Option(
        help="Only of these kinds: new, revised, removed, restored; of revised ones correction, substantial, headline, "
        "minor; outlet: each further one that tells a story.",
        autocompletion=completion.kinds,
    ),
]
Channel = Annotated[
    list[str] | None,
    typer.Option(
        "--to", "--channel", help="The channels that are told, with commas between.", autocompletion=completion.channels
    ),
]
Cap = Annotated[int | None, typer.Option(min=0, help="Single messages an hour; 0: as NIGHTDESK_ALERT_CAP says.")]
Digest = Annotated[
    str | None,
    typer.Option(
        metavar="WHEN", help=f"Collect what is found, and tell it {send_times.DIGEST_HOW}; -: tell it at once."
    ),
]
QuietTimes = Annotated[
    list[str] | None,
    typer.Option(
        "--quiet", metavar="TIME", help=f"Tell nothing then, but at its end: {send_times.QUIET_HOW}; -: never quiet."
    ),
]
Timezone = Annotated[str | None, typer.Option(help="Whose clock times are read and written by, such as Asia/Damascus.")]
MessagesIn = Annotated[
    str | None,
    typer.Option(
        help=f"The language of messages: {', '.join(message_languages.NAMES)}; -: as NIGHTDESK_MESSAGES_IN says."
    ),
]

Owner = Annotated[
    str | None,
    typer.Option(
        metavar="PERSON", help="Whose watch it is, by the name of that person's login to Airflow; -: nobody's."
    ),
]

watch_app = typer.Typer(help="Watches: what somebody wants to be told of.", no_args_is_help=True)
# An option that is not given changes nothing. To remove its values, a person gives it this value.
NONE = "-"


@watch_app.command("add")
def add(
    name: Named,
    terms: Annotated[
        list[str] | None,
        typer.Argument(help="Words or phrases, of which any is enough; docs/watches.md has exact:, sub: and others."),
    ] = None,
    query: Query = "",
    unless: Unless = None,
    source: Source = None,
    language: Language = None,
    kind: Kind = None,
    channel: Channel = None,
    cap: Cap = None,
    digest: Digest = None,
    quiet: QuietTimes = None,
    timezone: Timezone = None,
    messages_in: MessagesIn = None,
    owner: Owner = None,
) -> None:
    """Add a watch, or change the watch of that name: options that are not given stay unchanged, - removes a value."""
    if not terms and not query:
        raise WatchError(f"Watch {name} has no term: give it at least one word to look for, or a --query.")
    with changing() as conn:
        before = next((one for one in watches.all_watches(conn) if one.name == name), None)
        asks = {"terms": list(terms or ()), "query": query}
        stays = {"digest": digest, "quiet": quiet, "timezone": timezone, "messages_in": messages_in, "owner": owner}
        _keep(conn, name, before, asks, unless, source, language, kind, channel, cap, stays)


@watch_app.command("edit")
def edit(
    name: Named,
    query: Query = "",
    term: Annotated[list[str] | None, typer.Option(help="Words or phrases, of which any is enough.")] = None,
    unless: Unless = None,
    source: Source = None,
    language: Language = None,
    kind: Kind = None,
    channel: Channel = None,
    cap: Cap = None,
    digest: Digest = None,
    quiet: QuietTimes = None,
    timezone: Timezone = None,
    messages_in: MessagesIn = None,
    owner: Owner = None,
) -> None:
    """Change only the given options of a watch; - removes an option's values."""
    with changing() as conn:
        before = typed_names.watch_of(conn, name)
        asks: dict[str, Any] = {"terms": [one.written for one in before.terms], "query": before.query}
        if query or term:
            asks = {"terms": list(term or ()), "query": query}
        stays = {"digest": digest, "quiet": quiet, "timezone": timezone, "messages_in": messages_in, "owner": owner}
        _keep(conn, name, before, asks, unless, source, language, kind, channel, cap, stays)


@watch_app.command("list")
def list_watches(
    owner: Annotated[str, typer.Option(metavar="PERSON", help="Only those of this person; -: of nobody.")] = "",
    json: Json = False,
) -> None:
    """List the watches."""
    with postgres.connection(settings()) as conn:
        rows = [w for w in watches.all_watches(conn) if not owner or w.owner == owner.removeprefix(NONE)]
    if json:
        as_json(rows)
        return
    table(
        ("name", "looks for", "unless", "sources", "languages", "kinds", "channels", "#cap", "owner", "state"),
        (
            (
                w.name,
                w.written,
                [t.written for t in w.unless],
                w.sources,
                w.languages,
                w.kinds if w.kinds != watches.KINDS else (),
                w.channels,
                w.cap,
                w.owner,
                _state(w),
            )
            for w in rows
        ),
        empty="No watch is like this." if owner else "No watch yet: `nightdesk watch add NAME TERM...`.",
    )


@watch_app.command("show")
def show(name: Named, json: Json = False) -> None:
    """Show one watch in full."""
    with postgres.connection(settings()) as conn:
        watch = typed_names.watch_of(conn, name)
        changes = watches.history(conn, name)
        known = synonyms.lists(conn) if watch.query else {}
    if json:
        as_json(watch)
        return
    quote(f"{watch.name}: {watch.written}", "bold")
    means = _say_what_holds(watch, known) if watch.query else "any of these terms is enough"
    told = (
        [("means", means), ("unless", watch_editing.show_field(watch.unless))] if watch.unless else [("means", means)]
    )
    told += [
        ("sources", ", ".join(watch.sources) or "all"),
        ("languages", ", ".join(watch.languages) or "all"),
        ("kinds", ", ".join(watch.kinds)),
        ("channels", ", ".join(watch.channels) or "none, it only lists"),
        ("cap", f"{watch.cap} an hour" if watch.cap else "as NIGHTDESK_ALERT_CAP says"),
        ("goes out", watch.digest or "at once"),
        ("quiet", ", ".join(watch.quiet) or "never"),
        ("clock", watch.timezone or f"{settings().schedule_timezone}, as NIGHTDESK_SCHEDULE_TIMEZONE says"),
        ("messages in", message_languages.NAMES[watch.messages_in or settings().messages_in]),
        ("owner", watch.owner or "nobody"),
        ("state", _state(watch)),
    ]
    if changes:
        told.append(("last changed", f"{ago(changes[0]['at'])} by {changes[0]['who']}"))
    for key, value in told:
        say(f"  {key:<13} {value}")


@watch_app.command("remove")
def remove(name: Named) -> None:
    """Remove a watch; its past alerts stay."""
    with changing() as conn:
        watches.remove(conn, typed_names.watch_of(conn, name).name)
    say(f"Removed the watch {name}.")


@watch_app.command("pause")
def pause(name: Named) -> None:
    """Pause a watch: it matches nothing until it is resumed."""
    with changing() as conn:
        watches.pause(conn, typed_names.watch_of(conn, name).name, paused=True)
    say(f"Paused the watch {name}: it is never told of what comes until `nightdesk watch resume {name}`.")


@watch_app.command("resume")
def resume(name: Named) -> None:
    """Resume a paused or mute watch; it tells of changes from now on."""
    with changing() as conn:
        watches.pause(conn, typed_names.watch_of(conn, name).name, paused=False)
        watches.mute(conn, name, None)
    say(f"The watch {name} tells of what comes from now on.")


@watch_app.command("mute")
def mute(
    name: Named,
    span: Annotated[str, typer.Option("--for", metavar="SPAN", help="How long: 30min, 8h, 1d, 2w.")] = "1d",
) -> None:
    """Mute a watch for a while: its matches are listed, but nobody is told."""
    length = watch_editing.span(span)
    with changing() as conn:
        until = watches.mute(conn, typed_names.watch_of(conn, name).name, length)
    say(f"The watch {name} is mute until {_moment(until)}: what it finds is listed and told to nobody.")


@watch_app.command("history")
def history(
    name: Annotated[str, typer.Argument(help="Only of this watch.", autocompletion=completion.watches)] = "",
    json: Json = False,
) -> None:
    """Show who changed which watch, when and how; includes removed watches."""
    with postgres.connection(settings()) as conn:
        rows = watches.history(conn, name)
        if name and not rows:
            typed_names.watch_of(conn, name)
    if json:
        as_json(rows)
        return
    table(
        ("when", "who", "watch", "what"),
        ((row["at"], row["who"], row["name"], watch_editing.change_told(row)) for row in rows),
        empty="No change of a watch was written down yet.",
    )


@contextmanager
def changing() -> Iterator[postgres.Connection]:
    """One transaction that changes watches or synonyms, with the person's name for the history."""
    with postgres.connection(settings()) as conn, conn:
        watches.changed_by(conn, who())
        yield conn


def who() -> str:
    """The login name of the person at the command line, even under sudo."""
    return os.environ.get("SUDO_USER") or getpass.getuser()


def _keep(
    conn: postgres.Connection,
    name: str,
    before: Watch | None,
    asks: Mapping[str, Any],
    unless: list[str] | None,
    source: list[str] | None,
    language: list[str] | None,
    kind: list[str] | None,
    channel: list[str] | None,
    cap: int | None,
    stays: Mapping[str, Any],
) -> None:
    told_to = None if channel is None else [one.strip() for given in channel for one in given.split(",") if one.strip()]
    # A query has no `unless`: the query itself says which words must not be found.
    kept = [] if asks["query"] else [term.written for term in before.unless] if before else []
    written = {
        "terms": asks["terms"],
        "unless": _take_typed(unless, kept),
        "query": asks["query"],
        "sources": _take_typed(source, before.sources if before else ()),
        "languages": _take_typed(language, before.languages if before else ()),
        "kinds": _take_typed(kind, before.kinds if before else ()),
        "channels": _take_typed(told_to, before.channels if before else ()),
        "cap": (before.cap if before else None) if cap is None else cap or None,
        "quiet": _take_typed(stays["quiet"], before.quiet if before else ()),
        **{
            field: _given_text(stays[field], getattr(before, field, ""))
            for field in watch_editing.STAYS
            if field != "quiet"
        },
    }
    made = watch_editing.make(settings(), conn, name, written)
    watches.add(conn, made)
    if before:
        changed = [told for field in watch_editing.CHANGEABLE if (told := _change(field, before, made))]
        say(f"Changed the watch {name}: {'; '.join(changed)}." if changed else f"The watch {name} is as it was.")
    else:
        say(f"Watching {name}: {made.written}.")
    _explain(made, name_check.find_unknown_excluded(settings(), conn, made))


def _explain(made: Watch, unknown: Sequence[str]) -> None:
    for note in watch_editing.notes(made):
        say(note)
    for problem in [*unknown, *watch_editing.find_unaddressed(made, channels())]:
        say(problem, "yellow")


def _take_typed(typed: list[str] | None, before: Sequence[str]) -> list[str]:
    """The typed values without dashes; the earlier values if nothing was typed."""
    return list(before) if typed is None else [one for one in typed if one != NONE]


def _given_text(typed: str | None, before: str) -> str:
    """The typed text, empty for a dash; the earlier text if nothing was typed."""
    return before if typed is None else "" if typed == NONE else typed


def _change(field: str, before: Watch, now: Watch) -> str:
    old, new = watch_editing.show_field(getattr(before, field)), watch_editing.show_field(getattr(now, field))
    return f"{field} {old} → {new}" if old != new else ""


def _state(watch: Watch) -> str:
    if watch.paused_at:
        return f"paused since {_moment(watch.paused_at)}"
    return f"mute until {_moment(watch.muted_until)}" if watch.muted_until else "works"


def _say_what_holds(watch: Watch, known: Mapping[str, Sequence[str]]) -> str:
    """The meaning of a watch's query in words; the reason if the query can no longer be read."""
    try:
        return f"a query: {explanation.say_what_holds(grammar.parse(watch.query, known))}"
    except QueryError as error:
        return f"a query that cannot be read: {error}"


def _moment(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if at else ""

"""From articles to people: watches and channels."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import typer

from pipelines.alert import watches
from pipelines.alert.watches import Watch
from pipelines.cli import completion
from pipelines.cli import known as known_names
from pipelines.cli.show import Json, ago, as_json, say, table
from pipelines.errors import ChannelError
from pipelines.notify import channels as known_channels
from pipelines.notify import delivery
from pipelines.query.terms import Term
from pipelines.settings import channels, settings
from pipelines.sources import folders
from pipelines.stores import postgres

Named = Annotated[str, typer.Argument(help="The watch.", autocompletion=completion.watches)]
Channel = Annotated[str, typer.Argument(help="The channel.", autocompletion=completion.channels)]

watch_app = typer.Typer(help="Watches: what somebody wants to be told of.", no_args_is_help=True)
# Takes an option's values away, where no value changes nothing.
NONE = "-"
CHANGEABLE = ("terms", "unless", "sources", "languages", "kinds", "channels", "cap")
notify_app = typer.Typer(help="Channels: where people are told.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.add_typer(watch_app, name="watch", rich_help_panel="People")
    app.add_typer(notify_app, name="notify", rich_help_panel="People")


@watch_app.command("add")
def add(
    name: Named,
    terms: Annotated[
        list[str], typer.Argument(help="Words or phrases; see docs/watches.md for exact:, sub: and others.")
    ],
    unless: Annotated[list[str] | None, typer.Option(help="Do not tell when this occurs as well.")] = None,
    source: Annotated[
        list[str] | None, typer.Option(help="Only of these sources.", autocompletion=completion.sources)
    ] = None,
    language: Annotated[list[str] | None, typer.Option(help="Only in these languages.")] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(help="Only of these kinds: new, revised, removed.", autocompletion=completion.kinds),
    ] = None,
    channel: Annotated[
        list[str] | None, typer.Option(help="The channels that are told.", autocompletion=completion.channels)
    ] = None,
    cap: Annotated[
        int | None, typer.Option(min=0, help="Single messages an hour; 0: as NIGHTDESK_ALERT_CAP says.")
    ] = None,
) -> None:
    """Add a watch, or change the one of that name: options that are not given stay as they are, - takes one away."""
    with postgres.connection(settings()) as conn, conn:
        known_names.check(settings(), conn, [one for one in source or [] if one != NONE])
        before = next((one for one in watches.all_watches(conn) if one.name == name), None)
        made = watches.make(
            name,
            terms,
            _given(unless, [term.written for term in before.unless] if before else ()),
            sources=_given(source, before.sources if before else ()),
            languages=_given(language, before.languages if before else ()),
            kinds=_given(kind, before.kinds if before else ()),
            channels=_given(channel, before.channels if before else ()),
            cap=(before.cap if before else None) if cap is None else cap or None,
        )
        watches.add(conn, made)
    if before:
        changed = [told for field in CHANGEABLE if (told := _change(field, before, made))]
        say(f"Changed the watch {name}: {'; '.join(changed)}." if changed else f"The watch {name} is as it was.")
    else:
        say(f"Watching {name}: {', '.join(terms)}.")
    if not made.channels:
        say("It has no channel, so it only lists.")
    for name_ in made.channels:
        if name_ not in channels():
            near = folders.near(name_, channels())
            say(f"Channel {name_} has no address yet{near}: set NIGHTDESK_CHANNEL_{name_.upper()}.", "yellow")


def _given(typed: list[str] | None, before: Sequence[str]) -> list[str]:
    """What was typed, nothing where that is a dash; what was there before where nothing was typed."""
    return list(before) if typed is None else [one for one in typed if one != NONE]


def _change(field: str, before: Watch, now: Watch) -> str:
    old, new = _shown(getattr(before, field)), _shown(getattr(now, field))
    return f"{field} {old} → {new}" if old != new else ""


def _shown(value: object) -> str:
    """A field of a watch as a sentence has it."""
    if isinstance(value, tuple):
        return ", ".join(one.written if isinstance(one, Term) else str(one) for one in value) or "none"
    return "none" if value is None else str(value)


@watch_app.command("list")
def list_watches(json: Json = False) -> None:
    """List the watches."""
    with postgres.connection(settings()) as conn:
        rows = watches.all_watches(conn)
    if json:
        as_json(rows)
        return
    table(
        ("name", "terms", "unless", "sources", "languages", "kinds", "channels", "#cap"),
        (
            (
                w.name,
                [t.written for t in w.terms],
                [t.written for t in w.unless],
                w.sources,
                w.languages,
                w.kinds if w.kinds != watches.KINDS else (),
                w.channels,
                w.cap,
            )
            for w in rows
        ),
        empty="No watch yet: `nightdesk watch add NAME TERM...`.",
    )


@watch_app.command("remove")
def remove(name: Named) -> None:
    """Remove a watch; its past alerts stay."""
    with postgres.connection(settings()) as conn, conn:
        watches.remove(conn, known_names.watch_of(conn, name).name)
    say(f"Removed the watch {name}.")


@watch_app.command("test")
def test(
    name: Named, text: Annotated[str, typer.Argument(help="A text, or - for standard input.")], json: Json = False
) -> None:
    """Show what a watch finds in a text; exit 1 when nothing."""
    with postgres.connection(settings()) as conn:
        tried = known_names.watch_of(conn, name)
    body = typer.get_text_stream("stdin").read() if text == "-" else text
    matches = watches.test_text(tried, body)
    if json:
        as_json(matches)
    else:
        table(
            ("term", "found as", "at", "in"),
            ((m.term, m.surface, m.offset, m.snippet) for m in matches),
            empty="Nothing: this watch would stay silent.",
        )
    if not matches:
        raise typer.Exit(1)


@notify_app.command("test")
def test_channel(channel: Channel) -> None:
    """Send a test message to a channel."""
    known = channels()
    if channel not in known:
        raise ChannelError(
            f"There is no channel {channel}{folders.near(channel.lower(), known)}; there are: "
            f"{', '.join(sorted(known)) or 'none'}. "
            f"Set NIGHTDESK_CHANNEL_{channel.upper()} in the environment or in nightdesk.env."
        )
    delivery.test(channel, known[channel])
    say(f"Sent a test message to {channel}.")


@notify_app.command("list")
def list_channels(
    failed: Annotated[bool, typer.Option("--failed", help="The messages that were given up, instead.")] = False,
    channel: Annotated[str, typer.Option(help="Only of this channel.", autocompletion=completion.channels)] = "",
    json: Json = False,
) -> None:
    """List the channels: which works, rests after failures or is paused, and what waits or was given up."""
    with postgres.connection(settings()) as conn:
        postgres.check_migrated(conn)
        known_names.check_used_channel(conn, channel)
        lost = known_channels.given_up(conn, channel) if failed else []
        # Addresses may also be Airflow connections, which only Airflow can read: an error says that one is missing.
        rows = [row for row in known_channels.listed(conn) if not channel or row["name"] == channel.lower()]
    if json:
        as_json(lost if failed else rows)
    elif failed:
        table(
            ("#number", "channel", "watch", "message", "#tries", "since", "why"),
            (
                (r["id"], r["channel"], r["watch"], r["subject"], r["attempts"], r["created_at"], r["error"])
                for r in lost
            ),
            empty="No message was given up.",
        )
    else:
        table(
            ("channel", "state", "#waiting", "#given up", "fails since", "why"),
            ((r["name"], r["state"], r["waiting"], r["failed"], _since(r["failing_since"]), r["error"]) for r in rows),
            empty="No channel is used yet: `nightdesk watch add NAME TERM... --channel CHANNEL`.",
        )


@notify_app.command("pause")
def pause(channel: Channel) -> None:
    """Send nothing to a channel until it is resumed; its messages wait."""
    with postgres.connection(settings()) as conn, conn:
        known_names.check_used_channel(conn, channel)
        known_channels.pause(conn, channel)
    say(f"Paused {channel}: its messages wait for `nightdesk notify resume {channel}`.")


@notify_app.command("resume")
def resume(channel: Channel) -> None:
    """Send to a channel again, paused or resting after failures; what waits goes out with the next run."""
    with postgres.connection(settings()) as conn, conn:
        known_names.check_used_channel(conn, channel)
        waiting = known_channels.resume(conn, channel)
    say(f"Resumed {channel}: {waiting} waiting, sent by the next run or now by `nightdesk alert`.")


@notify_app.command("resend")
def resend(
    numbers: Annotated[list[int] | None, typer.Argument(metavar="[NUMBER]...", help="Only these messages.")] = None,
    channel: Annotated[str, typer.Option(help="Only those of this channel.", autocompletion=completion.channels)] = "",
) -> None:
    """Try messages again that were given up: all, those of a channel, or some by their numbers."""
    with postgres.connection(settings()) as conn, conn:
        known_names.check_used_channel(conn, channel)
        again = known_channels.resend(conn, channel, numbers or ())
    sent = "sent by the next run or now by `nightdesk alert`" if again else "none was given up"
    say(f"{len(again)} wait again: {sent}.")


def _since(at: datetime | None) -> str:
    return ago(at) if at else ""

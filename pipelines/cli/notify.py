"""From articles to people: the commands of channels, and the command groups about watches and alerts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from pipelines.alert import stage
from pipelines.cli import alerts, completion, synonyms, typed_names, watch, watchfeed, watchfiles, watchtest, watchtry
from pipelines.cli.show import Json, ago, as_json, say, table
from pipelines.errors import ChannelError
from pipelines.notify import channel_states as known_channels
from pipelines.notify import delivery
from pipelines.settings import channels, settings
from pipelines.sources import folders
from pipelines.stores import migrations, postgres

Channel = Annotated[str, typer.Argument(help="The channel.", autocompletion=completion.channels)]

notify_app = typer.Typer(help="Channels: where people are told.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    for commands in (watchtest, watchfeed, watchfiles, watchtry):
        commands.add_to(watch.watch_app)
    app.add_typer(watch.watch_app, name="watch", rich_help_panel="People")
    app.add_typer(alerts.alerts_app, name="alerts", rich_help_panel="People")
    app.add_typer(synonyms.synonyms_app, name="synonyms", rich_help_panel="People")
    app.add_typer(notify_app, name="notify", rich_help_panel="People")


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
    answered = delivery.test(channel, known[channel])
    say(f"Sent a test message to {channel}{f': {answered}' if answered else ''}.")


@notify_app.command("send")
def send() -> None:
    """Send due messages: due digests, messages that waited for the end of quiet hours, and messages to retry."""
    tally = stage.send(settings())
    told = ", ".join(f"{tally.counts[name]} {name}" for name in ("sent", "retried", "failed", "waiting"))
    say(f"{told}.{' ' + tally.message if tally.message else ''}")


@notify_app.command("list")
def list_channels(
    failed: Annotated[bool, typer.Option("--failed", help="The messages that were given up, instead.")] = False,
    channel: Annotated[str, typer.Option(help="Only of this channel.", autocompletion=completion.channels)] = "",
    json: Json = False,
) -> None:
    """List the channels: whether each works, rests after failures or is paused, and its unsent messages."""
    with postgres.connection(settings()) as conn:
        migrations.check_migrated(conn)
        typed_names.check_used_channel(conn, channel)
        lost = known_channels.given_up(conn, channel) if failed else []
        # Whether a channel has an address is not checked here: it may be in an Airflow connection, which only Airflow
        # can read. If the address is missing, the error of a message says so.
        rows = [row for row in known_channels.list_channels(conn) if not channel or row["name"] == channel.lower()]
    if json:
        as_json(lost if failed else rows)
    elif failed:
        table(
            ("#number", "channel", "watch", "message", "#tries", "written", "given up", "why"),
            (
                [r[k] for k in ("id", "channel", "watch", "subject", "attempts", "created_at", "failed_at", "error")]
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
    """Pause a channel: its messages wait until it is resumed."""
    with postgres.connection(settings()) as conn, conn:
        typed_names.check_used_channel(conn, channel)
        known_channels.pause(conn, channel)
    say(f"Paused {channel}: its messages wait for `nightdesk notify resume {channel}`.")


@notify_app.command("resume")
def resume(channel: Channel) -> None:
    """Resume a channel that is paused or rests after failures; its waiting messages go out with the next run."""
    with postgres.connection(settings()) as conn, conn:
        typed_names.check_used_channel(conn, channel)
        waiting = known_channels.resume(conn, channel)
    say(f"Resumed {channel}: {waiting} waiting, sent by the next run or now by `nightdesk alert`.")


@notify_app.command("resend")
def resend(
    numbers: Annotated[list[int] | None, typer.Argument(metavar="[NUMBER]...", help="Only these messages.")] = None,
    channel: Annotated[str, typer.Option(help="Only those of this channel.", autocompletion=completion.channels)] = "",
) -> None:
    """Send given-up messages again: all, those of a channel, or some by their numbers."""
    with postgres.connection(settings()) as conn, conn:
        typed_names.check_used_channel(conn, channel)
        again = known_channels.resend(conn, channel, numbers or ())
    sent = "sent by the next run or now by `nightdesk alert`" if again else "none was given up"
    say(f"{len(again)} wait again: {sent}.")


def _since(at: datetime | None) -> str:
    return ago(at) if at else ""

"""`nightdesk alerts`: shows alerts with their messages: when and to whom each was sent, why it waits, who saw it."""

from __future__ import annotations

from datetime import UTC
from typing import Annotated

import typer

from pipelines.cli import completion, typed_names
from pipelines.cli.show import Json, as_json, say, table
from pipelines.cli.watch import who
from pipelines.codes import DeliveryState
from pipelines.notify import channel_states
from pipelines.settings import settings
from pipelines.stores import migrations, postgres

alerts_app = typer.Typer(help="Alerts: what was told to whom, and what waits or failed.", invoke_without_command=True)
# At most this many alerts are shown (`-n`). Chosen: they fill some screens.
MOST_SHOWN = 500
# This many alerts are shown by default. Chosen: they fill a screen.
SHOWN = 30


@alerts_app.callback()
def list_alerts(
    context: typer.Context,
    watch: Annotated[str, typer.Option(help="Only of this watch.", autocompletion=completion.watches)] = "",
    channel: Annotated[str, typer.Option(help="Only to this channel.", autocompletion=completion.channels)] = "",
    waiting: Annotated[bool, typer.Option("--waiting", help="Only what waits or was given up.")] = False,
    acked: Annotated[
        bool | None, typer.Option("--acked/--unacked", help="Only what somebody has acknowledged, or nobody.")
    ] = None,
    many: Annotated[int, typer.Option("-n", min=1, max=MOST_SHOWN, help="How many.")] = SHOWN,
    json: Json = False,
) -> None:
    """List the newest alerts with their messages, if no subcommand is given."""
    if context.invoked_subcommand:
        return
    with postgres.connection(settings()) as conn:
        migrations.check_migrated(conn)
        typed_names.check_used_channel(conn, channel)
        rows = channel_states.alerts(conn, watch=watch, channel=channel, unsent=waiting, acked=acked, count=many)
        if watch and not rows:
            # The name is checked only now, because a removed watch still has its alerts.
            typed_names.watch_of(conn, watch)
    if json:
        as_json(rows)
        return
    table(
        ("#alert", "when", "watch", "what", "title", "also in", "to", "state", "#tries", "why", "seen by"),
        (
            (r["id"], r["created_at"], r["watch"], r["revision_kind"] or r["kind"], r["title"], r["also_in"],
             r["channel"] or "nobody", r["state"], r["attempts"], _why(r), r["acked_by"])
            for r in rows
        ),
        empty="No alert yet that is like this.",
    )  # fmt: skip


@alerts_app.command("resend")
def resend(
    numbers: Annotated[list[int], typer.Argument(metavar="ALERT...", help="The alerts, by their numbers.")],
    channel: Annotated[str, typer.Option(help="Only to this channel.", autocompletion=completion.channels)] = "",
) -> None:
    """Send given-up messages of alerts again, with the same keys."""
    with postgres.connection(settings()) as conn, conn:
        typed_names.check_used_channel(conn, channel)
        again = channel_states.resend_alerts(conn, numbers, channel)
    say(f"{len(again)} messages wait again: sent by the next run or now by `nightdesk alert`.")


@alerts_app.command("ack")
def ack(
    numbers: Annotated[list[int], typer.Argument(metavar="ALERT...", help="The alerts, by their numbers.")],
    by: Annotated[str, typer.Option(help="Who has seen them; else you.")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Nobody has seen them.")] = False,
) -> None:
    """Acknowledge alerts: store who has seen them, and when; the first acknowledgement stays."""
    with postgres.connection(settings()) as conn, conn:
        migrations.check_migrated(conn)
        noted = channel_states.ack_alerts(conn, numbers, by or who(), seen=not undo)
    say(f"{len(noted)} alerts are {'not ' if undo else ''}acknowledged.")


def _why(row: postgres.Row) -> str:
    """The reason why a message waits, or why nobody is told."""
    if row["why"] or row["state"] != DeliveryState.WAITING or not row["due_at"]:
        return str(row["why"])
    return f"collected until {row['due_at'].astimezone(UTC):%Y-%m-%d %H:%M} UTC"

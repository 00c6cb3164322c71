"""`nightdesk alerts`: what was told to whom, when and after how many tries, and what waits or failed and why."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.cli import completion
from pipelines.cli import known as known_names
from pipelines.cli.show import Json, as_json, say, table
from pipelines.notify import channels
from pipelines.settings import settings
from pipelines.stores import migrations, postgres

alerts_app = typer.Typer(help="Alerts: what was told to whom, and what waits or failed.", invoke_without_command=True)
# Alerts on one page. Chosen: some screens.
MOST_SHOWN = 500
# Where nobody says how many. Chosen: a screen.
SHOWN = 30


@alerts_app.callback()
def list_alerts(
    context: typer.Context,
    watch: Annotated[str, typer.Option(help="Only of this watch.", autocompletion=completion.watches)] = "",
    channel: Annotated[str, typer.Option(help="Only to this channel.", autocompletion=completion.channels)] = "",
    waiting: Annotated[bool, typer.Option("--waiting", help="Only what waits or was given up.")] = False,
    many: Annotated[int, typer.Option("-n", min=1, max=MOST_SHOWN, help="How many.")] = SHOWN,
    json: Json = False,
) -> None:
    """List the newest alerts with their messages; without a subcommand."""
    if context.invoked_subcommand:
        return
    with postgres.connection(settings()) as conn:
        migrations.check_migrated(conn)
        known_names.check_used_channel(conn, channel)
        rows = channels.alerts(conn, watch=watch, channel=channel, unsent=waiting, count=many)
    if json:
        as_json(rows)
        return
    table(
        ("#alert", "when", "watch", "what", "title", "to", "state", "#tries", "why"),
        (
            (r["id"], r["created_at"], r["watch"], r["kind"], r["title"], r["channel"] or "nobody", r["state"],
             r["attempts"], r["why"])
            for r in rows
        ),
        empty="No alert yet that is like this.",
    )  # fmt: skip


@alerts_app.command("resend")
def resend(
    numbers: Annotated[list[int], typer.Argument(metavar="ALERT...", help="The alerts, by their numbers.")],
    channel: Annotated[str, typer.Option(help="Only to this channel.", autocompletion=completion.channels)] = "",
) -> None:
    """Try the messages of alerts again that were given up, under the keys that they had."""
    with postgres.connection(settings()) as conn, conn:
        known_names.check_used_channel(conn, channel)
        again = channels.resend_alerts(conn, numbers, channel)
    say(f"{len(again)} messages wait again: sent by the next run or now by `nightdesk alert`.")

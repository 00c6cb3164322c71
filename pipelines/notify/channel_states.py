"""Channels by name: which work, which rest after failures, and which a person paused. This module does not know the
channels' addresses.

`channel_kinds.py` knows the kinds of channels. `delivery.py` knows how a message gets to one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from pipelines.errors import ChannelError
from pipelines.stores import postgres

# This many messages are listed by default. Chosen: they fill some screens.
LISTED = 200

WORDS = ("paused", "rests", "no address", "works")


def list_channels(conn: postgres.Connection, addressed: Collection[str] | None = None) -> list[dict[str, Any]]:
    """Every channel that is in use or has an address: `name`, `state` (of WORDS), `waiting`, `held`, `failed`, `error`,
    `failing_since`, `rests_until`.

    addressed: the names of the channels that have an address.

    `held` counts messages that wait because of an error, a pause or a rest of the channel. `failed` counts messages
    that were given up.
    """
    rows = postgres.query(conn, "known_channels")
    names = {row["name"] for row in rows}
    fresh = {"waiting": 0, "held": 0, "failed": 0, "failures": 0, "error": ""}
    since = dict.fromkeys(("paused_at", "failing_since", "rests_until"))
    rows += [{"name": name, **fresh, **since} for name in sorted(set(addressed or ()) - names)]
    return [{"name": row["name"], "state": _state(row, addressed), **row} for row in sorted(rows, key=_name)]


def pause(conn: postgres.Connection, name: str) -> None:
    """Pause a channel until `resume`; its messages wait. Part of the caller's transaction."""
    postgres.execute(conn, "pause_channel", channel=name.lower())


def resume(conn: postgres.Connection, name: str) -> int:
    """Resume a channel that is paused or rests, with all messages that wait for it; gives how many wait."""
    return postgres.execute(conn, "resume_channel", channel=name.lower())


def resend(conn: postgres.Connection, channel: str = "", ids: Sequence[int] = ()) -> list[postgres.Row]:
    """Let messages that were given up wait again, under their old keys: those of a channel, those with these numbers,
    or all.

    ChannelError names the numbers that belong to no given-up message.
    """
    found = postgres.query(conn, "resend_deliveries", channel=channel.lower(), ids=list(ids))
    missing = sorted(set(ids) - {row["id"] for row in found})
    if missing:
        where = f" of channel {channel}" if channel else ""
        raise ChannelError(
            f"No message{where} that was given up has the number {', '.join(map(str, missing))}; nothing was changed. "
            "`nightdesk notify list --failed` names them."
        )
    return found


def given_up(conn: postgres.Connection, channel: str = "", count: int = LISTED) -> list[postgres.Row]:
    """The messages that were given up, the last given up first: `id`, `channel`, `watch`, `form`, `subject`,
    `attempts`, `error`, `created_at`, `failed_at` (when it was given up; None if an older version gave it up).
    """
    return postgres.query(conn, "given_up_deliveries", channel=channel.lower(), count=count)


def alerts(
    conn: postgres.Connection,
    *,
    watch: str = "",
    channel: str = "",
    unsent: bool = False,
    acked: bool | None = None,
    before: int | None = None,
    count: int = LISTED,
) -> list[postgres.Row]:
    """The newest alerts, a row for each channel that an alert went to. For an alert that is only listed, the row says
    why.

    Columns: id, created_at, watch, kind, revision_kind, source, title, url, article_id, channel, state, attempts,
    sent_at, next_at, due_at, why, message (number), also_in (sources), acked_at, acked_by,
    over_at (when the trouble of the alert ended), held_runs (of that trouble: run, state, decided_by).
    acked: True: only alerts that somebody has seen. False: only those that nobody has seen.
    before: only alerts older than the alert of this number.
    """
    filters = {"watch": watch, "channel": channel.lower(), "unsent": unsent, "acked": acked, "before": before}
    return postgres.query(conn, "alerts_told", **filters, count=count)


def ack_alerts(conn: postgres.Connection, numbers: Sequence[int], who: str, *, seen: bool = True) -> list[int]:
    """Note that somebody has seen these alerts, or that nobody has. Gives the numbers, with those of alerts that joined
    them.

    If several people have seen an alert, the name of the first is kept. ChannelError names the numbers that belong to
    no alert.
    """
    noted = [row["id"] for row in postgres.query(conn, "ack_alerts", alerts=list(numbers), who=who, seen=seen)]
    missing = sorted(set(numbers) - set(noted))
    if missing:
        raise ChannelError(
            f"There is no alert {', '.join(map(str, missing))}; nothing was changed. `nightdesk alerts` names them."
        )
    return sorted(noted)


def resend_alerts(conn: postgres.Connection, numbers: Sequence[int], channel: str = "") -> list[postgres.Row]:
    """Let the given-up messages of these alerts wait again. ChannelError names the alerts that have no such message."""
    found = postgres.query(conn, "given_up_of_alerts", alerts=list(numbers), channel=channel.lower())
    missing = sorted(set(numbers) - {row["alert_id"] for row in found})
    if missing:
        raise ChannelError(
            f"Of alert {', '.join(map(str, missing))} no message was given up; nothing was changed. "
            "`nightdesk alerts --waiting` names those that were."
        )
    return resend(conn, channel, sorted({row["delivery_id"] for row in found}))


def _state(row: postgres.Row, addressed: Collection[str] | None) -> str:
    if row["paused_at"]:
        return "paused"
    if addressed is not None and row["name"] not in addressed:
        return "no address"
    return "rests" if row["rests_until"] else "works"


def _name(row: postgres.Row) -> str:
    return str(row["name"])

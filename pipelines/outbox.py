"""The outbox: messages that are to be sent, and how often they were tried; it alone knows `deliveries`.

A message is sent at least once, with a key that never changes: a kill between sending and marking repeats that one.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from urllib.parse import quote

from pipelines import db, notify
from pipelines import settings as configuration
from pipelines.errors import ChannelError
from pipelines.settings import Settings

FIRST_WAIT, LONGEST_WAIT = 60.0, 6 * 3600.0
ATTEMPTS = 12
# A channel that fails so often in a row is left alone for the rest of a drain.
PATIENCE = 3


def key(*parts: object) -> str:
    """The stable key of a message: its parts with slashes between, in ASCII."""
    return "/".join(quote(str(part), safe="") for part in parts)


def tell_operators(settings: Settings, key: str, subject: str, body: str) -> bool:
    """Put a message to the operators into the outbox, once for each key; False where no operators' channel is set."""
    if not settings.operators:
        return False
    with db.connection(settings, application="nightdesk tell") as conn, conn:
        put_message(conn, settings.operators, key, subject, body)
    return True


def put_message(conn: db.Connection, channel: str, key: str, subject: str, body: str) -> list[db.Row]:
    """Put a message into the outbox, part of the caller's transaction; its id and key, nothing if the key is there."""
    row = (f"message/{key}/{quote(channel, safe='')}", channel.lower(), "", "message", "", subject, body)
    return db.execute_values(conn, "write_deliveries", [row], fetch=True)


def drain(conn: db.Connection, channels: Mapping[str, str] | None = None) -> tuple[dict[str, int], str]:
    """Send what is due, each message once; counts of sent, retried, failed and waiting, and what keeps some waiting."""
    known = configuration.channels() if channels is None else channels
    counts = {"sent": 0, "retried": 0, "failed": 0}
    failures: dict[str, int] = {}
    skip: list[str] = []
    after = 0
    while (found := _next(conn, after, skip)) is not None:
        after = found
        with conn:
            delivery = db.row(conn, "take_delivery", id=found)
            if delivery is None:
                continue
            channel = delivery["channel"]
            if channel not in known:
                skip.append(channel)
                error = f"Channel {channel} is not configured: set NIGHTDESK_CHANNEL_{channel.upper()}."
                db.execute(conn, "mark_delivery", id=found, state="waiting", tried=0, error=error, wait=0)
                db.execute(conn, "hold_channel", channel=channel, error=error)
                continue
            ended = _send(conn, delivery, known[channel])
        counts[ended] += 1
        failures[channel] = 0 if ended == "sent" else failures.get(channel, 0) + 1
        if failures[channel] >= PATIENCE:
            skip.append(channel)
    return _left(conn, counts)


def _next(conn: db.Connection, after: int, skip: list[str]) -> int | None:
    with conn:
        row = db.row(conn, "next_delivery", after=after, skip=skip)
    return int(row["id"]) if row else None


def _send(conn: db.Connection, delivery: db.Row, address: str) -> str:
    """Send a message that this transaction has taken, and mark it: sent, retried or failed."""
    attempts = delivery["attempts"] + 1
    try:
        notify.send(delivery["channel"], address, _message(conn, delivery))
    except ChannelError as error:
        state = "failed" if attempts >= ATTEMPTS else "waiting"
        db.execute(
            conn, "mark_delivery", id=delivery["id"], state=state, tried=1, error=str(error), wait=_wait(attempts)
        )
        return "failed" if state == "failed" else "retried"
    db.execute(conn, "mark_delivery", id=delivery["id"], state="sent", tried=1, error="", wait=0)
    return "sent"


def _message(conn: db.Connection, delivery: db.Row) -> notify.Message:
    if delivery["kind"] == "message":
        return notify.plain(delivery["key"], delivery["subject"], delivery["body"])
    alerts = db.query(conn, "alerts_of_delivery", id=delivery["id"])
    return notify.render(delivery["key"], delivery["watch"], delivery["subject"], alerts)


def _wait(attempts: int) -> float:
    """Seconds before the next attempt: a minute, doubled each time up to six hours, a fifth more or less."""
    return min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** (attempts - 1)) * random.uniform(0.8, 1.2)


def _left(conn: db.Connection, counts: dict[str, int]) -> tuple[dict[str, int], str]:
    with conn:
        rows = db.query(conn, "waiting_deliveries")
    said = [f"{row['waiting']} waiting: {row['error']}" for row in rows if row["error"]]
    return {**counts, "waiting": sum(row["waiting"] for row in rows)}, " ".join(said)

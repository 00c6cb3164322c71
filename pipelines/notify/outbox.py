"""The outbox sends `deliveries` and counts the tries of each; alert/messages.py writes the deliveries of alerts.

A message is sent at least once, with a key that never changes. If the sender is killed between sending and marking, the
message is sent again. For a webhook this may repeat all of the few messages that are marked together; the receiving
program recognises their keys. Each channel is served separately, one message after the other, or by two couriers at
once if very many messages wait. Several senders (processes that send) may work at the same time.
"""

from __future__ import annotations

import hashlib
import random
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from urllib.parse import quote

from pipelines import settings as configuration
from pipelines.codes import DeliveryKind, DeliveryState
from pipelines.errors import SourceError
from pipelines.notify import policy
from pipelines.notify.delivery import HandedMessage, is_program, open_courier
from pipelines.notify.message import Message, Receipt, ReceiptCode
from pipelines.notify.message_wording import plain, render
from pipelines.settings import Settings
from pipelines.stores import postgres

# A digest in a key has this many hexadecimal digits. Chosen: no two digests of one installation begin alike.
DIGEST_DIGITS = 16

# A sender's advisory lock has two numbers. This is the first; the second is the sender's own number.
SENDERS = 4_917_002

# A function that gets the name of a source and gives the source's title and time zone.
TitleAndZone = Callable[[str], tuple[str, str]]


def key(*parts: object) -> str:
    """The stable key of a message: its parts with slashes between, in ASCII."""
    return "/".join(quote(str(part), safe="") for part in parts)


def tell_operators(settings: Settings, key: str, subject: str, body: str) -> bool:
    """Put a message to the operators into the outbox, once for each key; False if no operators' channel is set."""
    if not settings.operators:
        return False
    with postgres.connection(settings, application="nightdesk tell") as conn, conn:
        put_message(conn, settings.operators, key, subject, body)
    return True


def tell_once(settings: Settings, what: str, subject: str, sentence: str) -> bool:
    """Tell the operators a sentence about `what`, once for each different sentence; False as in `tell_operators`."""
    digest = hashlib.sha256(sentence.encode()).hexdigest()[:DIGEST_DIGITS]
    return tell_operators(settings, key(what, digest), subject, sentence)


def tell_of_source_file(settings: Settings, problem: SourceError) -> bool:
    """Tell the operators, once for each fault, what is wrong with a source file; False as in `tell_operators`."""
    return tell_once(settings, "source-file", "A source file cannot be read", str(problem))


def put_message(conn: postgres.Connection, channel: str, key: str, subject: str, body: str) -> list[postgres.Row]:
    """Put a message into the outbox, in the caller's transaction; gives its id and key, none if the key is there."""
    row = (f"message/{key}/{quote(channel, safe='')}", channel.lower(), "", "message", "", subject, body)
    return postgres.execute_values(conn, "write_text_delivery", [row], fetch=True)


def drain(
    conn: postgres.Connection,
    channels: Mapping[str, str] | None = None,
    *,
    operators: str = "",
    title_and_zone: TitleAndZone = lambda name: (name, "UTC"),
) -> tuple[dict[str, int], str]:
    """Send the due messages, each once. Gives the counts sent, retried, failed and waiting, and why some wait.

    operators: the channel that is told of channels that take nothing.
    title_and_zone: gives the title and the time zone of a source.
    """
    title_and_zone = cache(title_and_zone)
    known = configuration.channels() if channels is None else channels
    # Threads share the connection: each statement is a transaction of its own.
    conn.autocommit = True
    sender = _sender(conn)
    due = {row["channel"]: row["due"] for row in postgres.query(conn, "channels_due")}
    for channel in due.keys() - known.keys():
        error = f"Channel {channel} is not configured: set NIGHTDESK_CHANNEL_{channel.upper()}."
        (down,) = postgres.query(conn, "mark_channel_down", channel=channel, error=error, long=policy.LONG_DOWN_SECONDS)
        if down["long"]:
            _tell_of_channel(conn, operators.lower(), channel, down["failing_since"].isoformat(), error)
    counts = Counter({"sent": 0, "retried": 0, "failed": 0})
    stop = threading.Event()
    with ThreadPoolExecutor(policy.CHANNELS_AT_ONCE, thread_name_prefix="send") as pool:
        serving = [
            pool.submit(_serve, conn, sender, channel, known[channel], operators.lower(), title_and_zone, stop)
            # Every channel gets its first courier before any channel gets its second.
            for lane in range(policy.COURIERS)
            for channel in due
            if channel in known and (lane == 0 or due[channel] > policy.COURIERS_FROM)
        ]
        try:
            for served in serving:
                counts.update(served.result())
        finally:
            # On an interrupt, or if a thread failed, the other threads finish their current messages.
            stop.set()
    postgres.query(conn, "cease_sender", senders=SENDERS, sender=sender)
    counts["failed"] += _give_up(conn, operators.lower())
    return _with_waiting(conn, counts)


def _sender(conn: postgres.Connection) -> int:
    """A number that no other living sender has. What the sender claimed is free again when the session ends."""
    while True:
        # These are the positive numbers of Postgres' integer.
        sender = random.randrange(1, 2**31)
        (row,) = postgres.query(conn, "become_sender", senders=SENDERS, sender=sender)
        if row["got"]:
            return sender


def _serve(
    conn: postgres.Connection,
    sender: int,
    channel: str,
    address: str,
    operators: str,
    title_and_zone: TitleAndZone,
    stop: threading.Event,
) -> Counter[str]:
    """Send what is due on a channel, until nothing is due or the channel takes nothing any more."""
    counts: Counter[str] = Counter()
    program = is_program(address)
    # `sent` has the messages that were taken and are not marked yet.
    sent: list[int] = []
    with open_courier(channel, address) as hand, _marked_at_last(conn, sent):
        # At most this many messages are with the courier at the same time.
        most = 1
        while not stop.is_set():
            batch = postgres.query(
                conn,
                "claim_deliveries",
                sender=sender,
                senders=SENDERS,
                channel=channel,
                patience=policy.PATIENCE_FAILURES,
                count=policy.BATCH,
            )
            if not batch:
                break
            batch.sort(key=lambda delivery: (delivery["next_at"], delivery["id"]))
            # The next message is made while the message before it is being sent.
            messages = _messages(batch, _alerts_by_message(conn, batch, title_and_zone))
            waiting = deque(batch)
            handed: deque[tuple[postgres.Row, HandedMessage]] = deque()
            rests = False
            message = next(messages)
            while handed or (waiting and not rests and not stop.is_set()):
                while waiting and len(handed) < most and not rests and not stop.is_set():
                    handed.append((waiting[0], hand(message, waiting[0]["taken"])))
                    waiting.popleft()
                    message = next(messages, message)
                delivery, handed_message = handed.popleft()
                quick = handed_message.answered(policy.QUICK_SECONDS)
                if len(sent) >= policy.MARKED_TOGETHER or not quick:
                    rests = _mark_sent(conn, sent) or rests
                receipt = handed_message.receive()
                most = policy.HANDED_TOGETHER if program and quick and receipt.code == ReceiptCode.SENT else 1
                if receipt.code == ReceiptCode.SENT:
                    sent.append(delivery["id"])
                    counts["sent"] += 1
                if receipt.code != ReceiptCode.SENT or not program:
                    rests = _mark_sent(conn, sent) or rests
                if receipt.code not in (ReceiptCode.SENT, ReceiptCode.UNTRIED):
                    ended, now_rests = _mark(conn, delivery, receipt, operators)
                    counts.update({ended: 1} if ended else {})
                    rests = rests or now_rests
            _mark_sent(conn, sent)
            # The marked messages of the batch no longer belong to this sender: only the others are released.
            claimed = [delivery["id"] for delivery in batch]
            postgres.execute(conn, "release_deliveries", ids=claimed, sender=sender)
    return counts


@contextmanager
def _marked_at_last(conn: postgres.Connection, sent: list[int]) -> Iterator[None]:
    """Mark the sent messages at the end of the block, however it ends."""
    try:
        yield
    finally:
        _mark_sent(conn, sent)


def _mark_sent(conn: postgres.Connection, sent: list[int]) -> bool:
    """Mark messages as sent, and forget them here; gives whether their channel was paused meanwhile."""
    if not sent:
        return False
    (row,) = postgres.query(conn, "mark_sent", ids=sent)
    sent.clear()
    return bool(row["paused"])


def _alerts_by_message(
    conn: postgres.Connection, batch: Sequence[postgres.Row], title_and_zone: TitleAndZone
) -> dict[int, list[postgres.Row]]:
    """The alerts of each delivery, by its id, with the titles and time zones of their sources."""
    alerts: dict[int, list[postgres.Row]] = {}
    ids = [delivery["id"] for delivery in batch if delivery["kind"] != DeliveryKind.MESSAGE]
    for alert in postgres.query(conn, "alerts_of_deliveries", ids=ids) if ids else []:
        title, timezone = title_and_zone(alert["source"])
        alerts.setdefault(alert["delivery_id"], []).append({**alert, "source_title": title, "timezone": timezone})
    return alerts


def _messages(batch: Sequence[postgres.Row], alerts_of: Mapping[int, Sequence[postgres.Row]]) -> Iterator[Message]:
    return (_message(delivery, alerts_of.get(delivery["id"], [])) for delivery in batch)


def _message(delivery: postgres.Row, alerts: Sequence[postgres.Row]) -> Message:
    """The message to send for a row of `deliveries`."""
    if delivery["kind"] == DeliveryKind.MESSAGE:
        return plain(delivery["key"], delivery["subject"], delivery["body"])
    return render(
        delivery["key"],
        delivery["watch"],
        delivery["subject"],
        alerts,
        collected=delivery["kind"] == DeliveryKind.DIGEST,
        language=delivery["language"],
        clock=delivery["timezone"],
    )


def _mark(conn: postgres.Connection, delivery: postgres.Row, receipt: Receipt, operators: str) -> tuple[str, bool]:
    """Write the result of a message that was not taken: retried or failed; gives the result, and whether the message's
    channel rests now or is paused. The result is empty if the message was erased meanwhile.
    """
    wait = _wait(delivery["attempts"] + 1)
    if receipt.code in (ReceiptCode.REFUSED, ReceiptCode.PARTLY):
        row = postgres.row(
            conn,
            "mark_unwanted",
            id=delivery["id"],
            error=receipt.said,
            taken=list(receipt.taken),
            most=policy.MAX_ATTEMPTS,
            wait=wait,
        )
    else:
        row = postgres.row(
            conn,
            "mark_put_off",
            id=delivery["id"],
            channel=delivery["channel"],
            error=receipt.said,
            asked=receipt.wait,
            patience=policy.PATIENCE_FAILURES,
            first=policy.FIRST_REST_SECONDS,
            longest=policy.LONGEST_REST_SECONDS,
            jitter=_jitter(),
            most=policy.MAX_ATTEMPTS,
            wait=wait,
            max_doublings=policy.MAX_REST_DOUBLINGS,
            long=policy.LONG_DOWN_SECONDS,
        )
        if row and row["long"]:
            _tell_of_channel(conn, operators, delivery["channel"], row["failing_since"].isoformat(), receipt.said)
    if not row:
        return "", False
    return "failed" if row["state"] == DeliveryState.FAILED else "retried", row["rests"]


def _tell_of_channel(conn: postgres.Connection, operators: str, channel: str, since: str, said: str) -> None:
    """Tell the operators, once, about a channel that takes nothing."""
    body = (
        f"{said}\nIt is so since {since}. Its messages wait for a week and go out when it is back: `nightdesk notify "
        f"list` tells how many. `nightdesk notify resume {channel}`, then `nightdesk notify send`, tries it now."
    )
    if operators and operators != channel:
        subject = f"The channel {channel} takes no messages"
        put_message(conn, operators, key("channel-down", channel, since), subject, body)


def _give_up(conn: postgres.Connection, operators: str) -> int:
    """Give up messages that waited too long for channels that took nothing all the time; gives how many. The operators
    are told once of each such channel."""
    rows = postgres.query(conn, "give_up_deliveries", seconds=policy.LONGEST_STAY_SECONDS)
    for row in rows:
        channel, since = row["channel"], row["failing_since"].isoformat()
        body = (
            f"{row['error']}\nIt is so since {since}. Messages that have waited for a week are given up, today "
            f"{row['messages']} of them, and so are later ones until the channel is back. `nightdesk notify resend "
            f"--channel {channel}` sends all of them once the channel works."
        )
        if operators and operators != channel:
            subject = f"Messages to the channel {channel} are given up"
            put_message(conn, operators, key("channel-given-up", channel, since), subject, body)
    return sum(row["messages"] for row in rows)


def _wait(attempts: int) -> float:
    """Seconds before the next attempt: a minute, doubled each time up to six hours, a fifth more or less."""
    return min(policy.LONGEST_WAIT_SECONDS, policy.FIRST_WAIT_SECONDS * 2.0 ** (attempts - 1)) * _jitter()


def _with_waiting(conn: postgres.Connection, counts: Mapping[str, int]) -> tuple[dict[str, int], str]:
    """The counts with the number that still wait, and the reason why they wait."""
    rows = postgres.query(conn, "waiting_deliveries")
    said = [f"{row['waiting']} waiting: {row['error']}" for row in rows if row["error"]]
    return {**counts, "waiting": sum(row["waiting"] for row in rows)}, " ".join(said)


def _jitter() -> float:
    return random.uniform(1 - policy.JITTER_SHARE, 1 + policy.JITTER_SHARE)

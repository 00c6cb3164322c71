"""Handing over: how a message gets to a channel. The address may hold a password. So a separate process sends the
message, except for `log://`, and no message or error in this module shows the address.

`webhook+https://…` is a POST of JSON, `smtp(s)://user:password@host:port/?from=…&to=…` and `mailto:someone?…` are mail,
`file:///…` is a file of JSON lines, `log://` is the log of the sender. All other addresses are for apprise. Every
message has a key, the same on every attempt.

The process is `courier.py`. In this module `courier` is the object by which the sender talks to that process.
`outbox.py` has the messages to send (`deliveries`), and `channel_states.py` knows which channels work.
"""

from __future__ import annotations

import json
import logging
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from pipelines import steering
from pipelines.errors import ChannelError
from pipelines.notify import form_addresses
from pipelines.notify.channel_kinds import HOW, LOG, WEBHOOK, kind
from pipelines.notify.message import Message, Receipt, ReceiptCode
from pipelines.notify.message_wording import plain, render

# A courier that takes longer than this many seconds to end is killed. Normally it ends sooner.
CLOSING_SECONDS = 5.0
# A pipe of Linux holds this many bytes, so one read gets no more.
PIPE_BYTES = 64 * 1024
# A courier does not get the environment variables that begin like this.
HIDDEN = ("NIGHTDESK_CHANNEL_", "NIGHTDESK_DATABASE_URL", "AIRFLOW__")

__all__ = ["HandedMessage", "Message", "Receipt", "ReceiptCode", "open_courier", "plain", "render", "send", "test"]

# This log takes the alerts of `log://`, whatever the level of other logs.
log = logging.getLogger("nightdesk.alerts")
log.setLevel(logging.INFO)


@dataclass(frozen=True)
class HandedMessage:
    """A message that was handed over.

    answered: a function that waits at most the given number of seconds for the answer, and gives whether the answer
    came.
    receive: a function that gives the receipt.
    """

    answered: Callable[[float], bool]
    receive: Callable[[], Receipt]


Hand = Callable[[Message, Sequence[str]], HandedMessage]


def is_program(address: str) -> bool:
    """Whether a program takes the messages of this address. A program recognises a repeated message by its key."""
    return kind(address) in WEBHOOK


def send(channel: str, address: str, message: Message) -> str:
    """Send a message and give what the other side answered; ChannelError names the channel and what went wrong, but
    nothing of the address.
    """
    with open_courier(channel, address) as hand:
        receipt = hand(message, ()).receive()
    if receipt.code != ReceiptCode.SENT:
        raise ChannelError(receipt.said) from None
    return receipt.said


def test(channel: str, address: str) -> str:
    """Send a message that says it is a test; gives what the other side answered. ChannelError as in `send`."""
    now = datetime.now(UTC)
    body = f"This is a test of the channel {channel}. If you can read it, alerts will reach you here."
    return send(channel, address, plain(f"test/{now:%Y%m%dT%H%M%S%f}", f"Nightdesk: test of {channel}", body))


@contextmanager
def open_courier(channel: str, address: str) -> Iterator[Hand]:
    """A function that hands messages to a channel. Parts or people that have a message already are left out.

    Several messages may be handed over before the first receipt is read. They go out one after the other, and receipts
    come in the same order. If one message fails or the courier ends, the messages after it come back untried. No
    message takes longer than its limit, whatever the other side does. The receipt names the fault in a sentence with
    the channel's name.
    """
    if refused := form_addresses.problem(address):
        yield _refuse_all(channel, refused)
        return
    if kind(address) == LOG:
        yield _write_to_log
        return
    current: _Courier | None = None

    def hand(message: Message, taken: Sequence[str] = ()) -> HandedMessage:
        nonlocal current
        it = current = current or _start(address)
        it.handed += 1
        _tell(it, {"message": vars(message), "taken": list(taken), "failed": it.failed})

        def receive() -> Receipt:
            nonlocal current
            if it.ended:
                return Receipt(code=ReceiptCode.UNTRIED)
            receipt = _receive(it, taken)
            it.handed -= 1
            it.failed += receipt.code not in (ReceiptCode.SENT, ReceiptCode.UNTRIED)
            # If the courier ended with a message in hand, that message is charged with it, when its receipt is read.
            if it.ended or (not it.handed and it.child.poll() is not None):
                _stop(it)
                current = None if current is it else current
            return replace(receipt, said=_sentence(channel, receipt))

        return HandedMessage(lambda seconds: _says_something(it, seconds), receive)

    try:
        yield hand
    finally:
        if current:
            _stop(current)


def _refuse_all(channel: str, fault: str) -> Hand:
    """A function that hands over nothing, because of a fault of the address."""
    receipt = Receipt(code=ReceiptCode.UNUSABLE, said=f"Channel {channel} {fault}.")

    def hand(message: Message, taken: Sequence[str] = ()) -> HandedMessage:
        return HandedMessage(lambda _: True, lambda: receipt)

    return hand


def _write_to_log(message: Message, taken: Sequence[str] = ()) -> HandedMessage:
    """Write a message as a line of this process's log, because nobody reads a courier's log."""
    addresses = " ".join(str(alert["url"]) for alert in message.payload.get("alerts", ()))
    log.info("%s", steering.one_line(f"{message.subject} {addresses}".strip()))
    return HandedMessage(lambda _: True, lambda: Receipt(code=ReceiptCode.SENT))


@dataclass
class _Courier:
    """The process, its unread output, how many messages failed, and whether it has ended."""

    child: subprocess.Popen[bytes]
    said: bytes = b""
    failed: int = 0
    handed: int = 0
    ended: bool = False


def _start(address: str) -> _Courier:
    it = _Courier(
        subprocess.Popen(
            [sys.executable, "-m", "pipelines.notify.courier"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # Errors that a library prints are dropped, because they can show the address.
            stderr=subprocess.DEVNULL,
            env={name: value for name, value in os.environ.items() if not name.startswith(HIDDEN)},
        )
    )
    _tell(it, form_addresses.as_line(address))
    return it


def _says_something(it: _Courier, seconds: float) -> bool:
    """Whether a courier begins its next answer, or ends, within `seconds`."""
    assert it.child.stdout
    return it.ended or b"\n" in it.said or bool(select.select([it.child.stdout], [], [], seconds)[0])


def _receive(it: _Courier, taken: Sequence[str]) -> Receipt:
    """The courier's receipt for the message it was given. If the courier ended without one, a receipt says so."""
    have = list(taken)
    while line := _line(it):
        answer = json.loads(line)
        if "receipt" in answer:
            given = answer["receipt"]
            return Receipt(**{**given, "code": ReceiptCode(given["code"])})
        have.append(answer["took"])
    ended = it.child.wait()
    it.ended = True
    said = "no answer in time" if ended == -signal.SIGALRM else f"its courier ended with {ended}"
    return Receipt(code=ReceiptCode.PARTLY if len(have) > len(taken) else ReceiptCode.DOWN, said=said, taken=have)


def _line(it: _Courier) -> bytes:
    """The next line of a courier; empty if it has ended. Output after that line is kept for the next call."""
    assert it.child.stdout
    while b"\n" not in it.said:
        more = os.read(it.child.stdout.fileno(), PIPE_BYTES)
        if not more:
            return b""
        it.said += more
    line, _, it.said = it.said.partition(b"\n")
    return line


def _tell(it: _Courier, what: Any) -> None:
    assert it.child.stdin
    # If the courier has ended, nothing can be written to it. `_receive` then sees that it ended.
    with suppress(BrokenPipeError):
        it.child.stdin.write(json.dumps(what).encode() + b"\n")
        it.child.stdin.flush()


def _stop(it: _Courier) -> None:
    assert it.child.stdin and it.child.stdout
    it.ended = True
    with suppress(BrokenPipeError):
        it.child.stdin.close()
    try:
        it.child.wait(timeout=CLOSING_SECONDS)
    except subprocess.TimeoutExpired:
        it.child.kill()
        it.child.wait()
    it.child.stdout.close()


def _sentence(channel: str, receipt: Receipt) -> str:
    """The text of a receipt. If the message was not taken: a sentence with the channel's name."""
    if receipt.code == ReceiptCode.SENT:
        return receipt.said
    if receipt.code == ReceiptCode.UNTRIED:
        return ""
    if receipt.code == ReceiptCode.UNUSABLE:
        return f"Channel {channel} {receipt.said or f'has an address that cannot be used: it is written like {HOW}'}."
    return f"Channel {channel} did not take the message: {receipt.said}."

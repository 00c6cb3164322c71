"""Handing over: how a message gets to a channel; addresses go to a process of their own, and are never said here.

`webhook+https://…` is a POST of JSON, `smtp(s)://user:password@host:port/?from=…&to=…` and `mailto:someone?…` are mail,
`file:///…` is a file of JSON lines, `log://` the log of whoever sends, and what else an address says is for apprise.
Every message has a key, the same on every attempt.

The process is `courier.py`; `courier` here is our end of it. What is to be sent (`deliveries`) is in `outbox.py`, which
channels work in `channels.py`.
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
from pipelines.notify.address import HOW, LOG, WEBHOOK, kind
from pipelines.notify.message import Message, Outcome, Receipt
from pipelines.notify.wording import plain, render

# How long a courier may take to say goodbye; it ends itself before that.
CLOSING_SECONDS = 5.0
# What a courier need not know.
HIDDEN = ("NIGHTDESK_CHANNEL_", "NIGHTDESK_DATABASE_URL", "AIRFLOW__")

__all__ = ["Handed", "Message", "Outcome", "Receipt", "courier", "plain", "render", "send", "test"]

# Alerts are told whatever else is left out of the log.
log = logging.getLogger("nightdesk.alerts")
log.setLevel(logging.INFO)


@dataclass(frozen=True)
class Handed:
    """A message on its way: there is time for other things until it is answered, within so many seconds or not."""

    answered: Callable[[float], bool]
    receive: Callable[[], Receipt]


Hand = Callable[[Message, Sequence[str]], Handed]


def is_program(address: str) -> bool:
    """Whether a program takes the messages of this address, and knows one that comes twice by its key."""
    return kind(address) in WEBHOOK


def send(channel: str, address: str, message: Message) -> None:
    """Send a message; ChannelError names the channel and what went wrong, and nothing of the address."""
    with courier(channel, address) as hand:
        receipt = hand(message, ()).receive()
    if receipt.outcome != Outcome.SENT:
        raise ChannelError(receipt.said) from None


def test(channel: str, address: str) -> None:
    """Send a test message that says so; ChannelError as `send`."""
    now = datetime.now(UTC)
    body = f"This is a test of the channel {channel}. If you can read it, alerts will reach you here."
    send(channel, address, plain(f"test/{now:%Y%m%dT%H%M%S%f}", f"Nightdesk: test of {channel}", body))


@contextmanager
def courier(channel: str, address: str) -> Iterator[Hand]:
    """What hands messages to a channel, one at a time, with those parts or people left out that have it already.

    No exchange outlasts its limit, whatever the other side does. The receipt says what went wrong in a sentence that
    names the channel.
    """
    if kind(address) == LOG:
        yield _write_to_log
        return
    child: subprocess.Popen[str] | None = None

    def hand(message: Message, taken: Sequence[str] = ()) -> Handed:
        nonlocal child
        current = child = child or _start(address)
        _tell(current, {"message": vars(message), "taken": list(taken)})

        def receive() -> Receipt:
            nonlocal child
            receipt = _received(current, taken)
            if current.poll() is not None:
                _stop(current)
                child = None
            return replace(receipt, said=_sentence(channel, receipt))

        return Handed(lambda seconds: _says_something(current, seconds), receive)

    try:
        yield hand
    finally:
        if child:
            _stop(child)


def _write_to_log(message: Message, taken: Sequence[str] = ()) -> Handed:
    """A message as a line of the log: a courier has none that anybody reads."""
    addresses = " ".join(str(alert["url"]) for alert in message.payload.get("alerts", ()))
    log.info("%s", steering.one_line(f"{message.subject} {addresses}".strip()))
    return Handed(lambda _: True, lambda: Receipt(outcome=Outcome.SENT))


def _start(address: str) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-m", "pipelines.notify.courier"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # What a library says there can hold the address.
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        env={name: value for name, value in os.environ.items() if not name.startswith(HIDDEN)},
    )
    _tell(child, address)
    return child


def _says_something(child: subprocess.Popen[str], seconds: float) -> bool:
    """Whether a courier begins its answer within so many seconds; asked before any of it was read."""
    assert child.stdout
    return bool(select.select([child.stdout], [], [], seconds)[0])


def _received(child: subprocess.Popen[str], taken: Sequence[str]) -> Receipt:
    """What the courier answers to the message it was given; one that ended without a receipt has one all the same."""
    have = list(taken)
    assert child.stdout
    for line in child.stdout:
        answer = json.loads(line)
        if "receipt" in answer:
            given = answer["receipt"]
            return Receipt(**{**given, "outcome": Outcome(given["outcome"])})
        have.append(answer["took"])
    ended = child.wait()
    said = "no answer in time" if ended == -signal.SIGALRM else f"its courier ended with {ended}"
    return Receipt(outcome=Outcome.PARTLY if len(have) > len(taken) else Outcome.DOWN, said=said, taken=have)


def _tell(child: subprocess.Popen[str], what: Any) -> None:
    assert child.stdin
    # One that has ended says nothing either; its exit code tells.
    with suppress(BrokenPipeError):
        child.stdin.write(json.dumps(what) + "\n")
        child.stdin.flush()


def _stop(child: subprocess.Popen[str]) -> None:
    assert child.stdin and child.stdout
    with suppress(BrokenPipeError):
        child.stdin.close()
    try:
        child.wait(timeout=CLOSING_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    child.stdout.close()


def _sentence(channel: str, receipt: Receipt) -> str:
    """What a receipt says of a message that was not taken, with the channel's name."""
    if receipt.outcome == Outcome.SENT:
        return ""
    if receipt.outcome == Outcome.UNUSABLE:
        return f"Channel {channel} {receipt.said or f'has an address that cannot be used: it is written like {HOW}'}."
    return f"Channel {channel} did not take the message: {receipt.said}."

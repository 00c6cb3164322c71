"""A message to a channel, and the receipt for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """What came of handing a message over."""

    SENT = "sent"
    # Some of those it is for have it, or some of its parts are out: the rest is tried alone.
    PARTLY = "partly"
    # The channel works and does not want this message.
    REFUSED = "refused"
    # The channel takes nothing at present, whatever it is given.
    DOWN = "down"
    UNUSABLE = "unusable"
    # It was handed over before it was known that the one before it failed.
    UNTRIED = "untried"


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message ready to be sent.

    key: the same on every attempt.
    payload: what a webhook gets.
    parts: what a chat gets. A part must not be torn apart: an alert, a paragraph.
    thread: what messages about one article have in common.
    """

    key: str
    subject: str
    text: str
    html: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    parts: Sequence[str] = ()
    thread: str = ""


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What came of a message.

    said: what went wrong, without an address.
    taken: the parts and people that have the message.
    wait: the seconds for which the other side asked to be left alone.
    """

    outcome: Outcome
    said: str = ""
    taken: Sequence[str] = ()
    wait: float = 0.0


# Hands a message over but for what was taken before, and says at once what was taken meanwhile.
Carry = Callable[[Message, Sequence[str], Callable[[str], None]], Receipt]

"""A message to a channel, and the receipt for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

# These marks stand around the found words in the parts of a message. A chat makes the words bold, or leaves the marks
# out.
MARK_BEGINS, MARK_ENDS = "\x02", "\x03"


class ReceiptCode(StrEnum):
    """The result of handing over a message."""

    SENT = "sent"
    # Some recipients or parts have the message: only the others are tried again.
    PARTLY = "partly"
    # The channel works, but refuses this message.
    REFUSED = "refused"
    # The channel takes no message at present.
    DOWN = "down"
    UNUSABLE = "unusable"
    # The message was not tried, because it was handed over before the failure of the earlier message was known.
    UNTRIED = "untried"


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message ready to be sent.

    key: the same on every attempt.
    payload: for a webhook.
    parts: for a chat: alerts or paragraphs, none of which is divided if it fits into one piece. Found words stand
    between marks.
    thread: the same for all messages about one article.
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
    """What became of a message that was handed over.

    said: the fault, or the answer to a message that was sent; without an address.
    taken: what has arrived: the numbers of a chat's pieces, or marks of the recipients of a mail.
    wait: the seconds for which the other side asked for a pause.
    """

    code: ReceiptCode
    said: str = ""
    taken: Sequence[str] = ()
    wait: float = 0.0


# A Carry hands a message over, without the parts that were taken before, and reports each newly taken part at once.
Carry = Callable[[Message, Sequence[str], Callable[[str], None]], Receipt]

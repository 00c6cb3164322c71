"""Chats and phones: a message through apprise, in pieces that fit; what a page wrote is no markup there.

The only module that knows apprise.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import apprise
from apprise.manager_plugins import NotificationManager

from pipelines import steering
from pipelines.notify.message import Carry, Message, Outcome, Receipt

# Seconds that a chat's service may take. Chosen: whoever takes longer is tried again later.
TIMEOUT_SECONDS = 15.0
# Below what a service takes: for a title, for escapes that apprise adds, for counters of its own.
MARGIN = 0.9
NAME = "Nightdesk"
ANSWERED = re.compile(r"error=(\d{3})")
ABOUT_THE_MESSAGE = ("400", "413", "422")


@contextmanager
def open_carrier(address: str) -> Iterator[Carry]:
    """What hands messages to a service that apprise knows; ValueError where the address cannot be used."""
    # Neither the name nor the pictures of apprise: each would be loaded from elsewhere by everybody who reads.
    asset = apprise.AppriseAsset(
        app_id=NAME, app_desc=NAME, app_url="", image_url_mask="", image_url_logo="", async_mode=False
    )
    target = apprise.Apprise(asset=asset)
    if not target.add(address):
        raise ValueError("apprise does not know it")
    (service,) = list(target)[:1]
    if "overflow=" not in address:
        # What does not fit in spite of us is divided rather than refused.
        service.overflow_mode = apprise.OverflowMode.SPLIT
    said = _quiet()

    def carry(message: Message, taken: Sequence[str], took: Callable[[str], None]) -> Receipt:
        subject = steering.inert(message.subject)
        pieces = pack(message.parts or [message.text], room(service, subject))
        have = list(taken)
        for number, piece in enumerate(pieces, 1):
            if str(number) in have:
                continue
            said.codes.clear()
            title = subject if len(pieces) == 1 else f"{subject} ({number}/{len(pieces)})"
            if not target.notify(body=piece, title=title, body_format=apprise.NotifyFormat.TEXT):
                return _refuse(said.codes, have)
            have.append(str(number))
            took(str(number))
        return Receipt(outcome=Outcome.SENT, taken=have)

    yield carry


def schemes() -> list[str]:
    """What addresses that apprise knows begin with."""
    return list(NotificationManager().schemas())  # type: ignore[no-untyped-call]


def knows(address: str) -> bool:
    """Whether apprise can use an address."""
    _quiet()
    return apprise.Apprise.instantiate(address, suppress_exceptions=True) is not None


def room(service: apprise.NotifyBase, subject: str) -> int:
    """How many characters of a text a service takes beside such a title."""
    shared = service.overflow_amalgamate_title or service.title_maxlen <= 0
    return max(int(service.body_maxlen * MARGIN) - (length(subject) + len(" (99/99)\r\n") if shared else 0), 1)


def pack(parts: Sequence[str], most: int) -> list[str]:
    """The parts, in order, in as few pieces as hold them, none longer than `most`; a part that is longer is cut."""
    pieces: list[str] = []
    for part in parts:
        whole = f"{pieces[-1]}\n\n{part}" if pieces else part
        if pieces and length(whole) <= most:
            pieces[-1] = whole
        else:
            pieces.append(_cut(part, most))
    return pieces


def length(text: str) -> int:
    """How long a text is for a service: most count what lies beyond U+FFFF as two."""
    return len(text) + sum(character > "\uffff" for character in text)


def _cut(part: str, most: int) -> str:
    """A part that fits: its last line, the address, stays whole where there is room for it."""
    if length(part) <= most:
        return part
    rest, _, last = part.rpartition("\n")
    ending = f" …\n{last}" if rest and length(last) + 3 < most else "…"
    left = (rest if rest and ending != "…" else part)[: most - length(ending)]
    while length(left) + length(ending) > most:
        left = left[:-1]
    return left + ending


def _quiet() -> _Answers:
    """Let apprise log nowhere, for it can log an address; what keeps the numbers it says."""
    said = _Answers()
    log = logging.getLogger("apprise")
    log.handlers, log.propagate = [said], False
    log.setLevel(logging.WARNING)
    return said


def _refuse(codes: Sequence[str], have: Sequence[str]) -> Receipt:
    said = f"the service answered {', '.join(codes)}" if codes else "the service did not accept it"
    if have:
        return Receipt(outcome=Outcome.PARTLY, said=f"{said} after {len(have)} of its parts", taken=have)
    about = bool(codes) and all(code in ABOUT_THE_MESSAGE for code in codes)
    return Receipt(outcome=Outcome.REFUSED if about else Outcome.DOWN, said=said)


class _Answers(logging.Handler):
    """Keeps the numbers with which a service answered; the rest of what apprise logs can hold an address."""

    def __init__(self) -> None:
        super().__init__()
        self.codes: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.codes += ANSWERED.findall(record.getMessage())[:1]

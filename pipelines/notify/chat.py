"""Chats and phones: a message through apprise, in pieces that fit. The words of a page are never read as markup.

Only this module knows apprise.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from html import escape

import apprise
from apprise.manager_plugins import NotificationManager

from pipelines import steering
from pipelines.notify.message import MARK_BEGINS, MARK_ENDS, Carry, Message, Receipt, ReceiptCode

# A chat's service may take this many seconds for one piece. Chosen: a slower service is tried again later.
TIMEOUT_SECONDS = 15.0
# A text may fill this share of a service's limit. The rest stays free for a title, for escapes that apprise adds, and
# for apprise's counters.
MARGIN = 0.9
NAME = "Nightdesk"
# BOLD is the mark of bold type in services with a kind of Markdown. BOLD_IN_TEXT are the services that know this mark
# too, although apprise says that they take plain text.
BOLD = "**"
BOLD_IN_TEXT = ("discord", "mmost", "mmosts", "zulip")
# In HTML, the mark beside a found word has at most MARK_LENGTH characters, and an escaped character has at most
# ESCAPE_LENGTH.
MARK_LENGTH, ESCAPE_LENGTH = len("</b>"), len("&amp;")
ANSWERED = re.compile(r"error=(\d{3})")
ABOUT_THE_MESSAGE = ("400", "413", "422")
# apprise logs the fault of a connection in a line that begins like this.
EXCEPTION = re.compile("Socket Exception: ")
# Words in what apprise logs of a connection that failed -> the fault in our own words.
FAULTS = {
    "CERTIFICATE_VERIFY_FAILED": "the certificate of the service is not trusted",
    "SSLError": "no encrypted connection to the service",
    "Read timed out": "the service did not answer in time",
    "NewConnectionError": "no connection to the service",
    "ConnectTimeout": "no connection to the service",
    "Connection aborted": "the service closed the connection",
}


@contextmanager
def open_carrier(address: str) -> Iterator[Carry]:
    """The function that hands messages to a service that apprise knows; ValueError if the address cannot be used."""
    # Neither the name nor the pictures of apprise are sent: each reader's program would load the pictures from another
    # server.
    asset = apprise.AppriseAsset(
        app_id=NAME, app_desc=NAME, app_url="", image_url_mask="", image_url_logo="", async_mode=False
    )
    target = apprise.Apprise(asset=asset)
    if not target.add(address):
        raise ValueError("apprise does not know it")
    (service,) = list(target)[:1]
    if "overflow=" not in address:
        # If a text is still too long, apprise divides it and does not refuse it.
        service.overflow_mode = apprise.OverflowMode.SPLIT
    if "rto=" not in address:
        # apprise would wait four seconds. A service that answers later has the message, and people would get it again.
        service.socket_read_timeout = TIMEOUT_SECONDS
    read_as, bold = _markup_of(service)
    said = _quiet()

    def carry(message: Message, taken: Sequence[str], took: Callable[[str], None]) -> Receipt:
        subject = steering.inert(message.subject)
        pieces = pack(message.parts or [message.text], room(service, subject))
        have = list(taken)
        for number, piece in enumerate(pieces, 1):
            if str(number) in have:
                continue
            said.codes.clear()
            said.fault = ""
            title = subject if len(pieces) == 1 else f"{subject} ({number}/{len(pieces)})"
            if not target.notify(body=_mark_up(piece, read_as, bold), title=title, body_format=read_as):
                return _refuse(said, have)
            have.append(str(number))
            took(str(number))
        return Receipt(code=ReceiptCode.SENT, said="the service accepted it", taken=have)

    yield carry


def schemes() -> list[str]:
    """The schemes of the addresses that apprise knows."""
    return list(NotificationManager().schemas())  # type: ignore[no-untyped-call]


def knows(address: str) -> bool:
    """Whether apprise can use an address."""
    _quiet()
    return apprise.Apprise.instantiate(address, suppress_exceptions=True) is not None


def room(service: apprise.NotifyBase, subject: str) -> int:
    """How many characters of a text a service takes, if the title of the message is `subject`."""
    shared = service.overflow_amalgamate_title or service.title_maxlen <= 0
    return max(int(service.body_maxlen * MARGIN) - (length(subject) + len(" (99/99)\r\n") if shared else 0), 1)


def pack(parts: Sequence[str], most: int) -> list[str]:
    """The parts, in order, in as few pieces as possible, none longer than `most`. A longer part is cut."""
    pieces: list[str] = []
    for part in parts:
        whole = f"{pieces[-1]}\n\n{part}" if pieces else part
        if pieces and length(whole) <= most:
            pieces[-1] = whole
        else:
            pieces.append(_cut(part, most))
    return pieces


def length(text: str) -> int:
    """The highest number of characters that a service may count in a text. Most services count a character above U+FFFF
    as two.
    """
    marks = text.count(MARK_BEGINS) + text.count(MARK_ENDS)
    longer = marks * (MARK_LENGTH - 1) + text.count("&") * (ESCAPE_LENGTH - 1)
    return len(text) + longer + sum(character > "\uffff" for character in text)


def _cut(part: str, most: int) -> str:
    """A part cut to fit. Its last line, the address, stays complete if there is room for it."""
    if length(part) <= most:
        return part
    rest, _, last = part.rpartition("\n")
    ending = f" …\n{last}" if rest and length(last) + 3 < most else "…"
    left = (rest if rest and ending != "…" else part)[: most - length(ending)]
    while length(left) + length(ending) + MARK_LENGTH > most and left:
        left = left[:-1]
    return left + MARK_ENDS * (left.count(MARK_BEGINS) - left.count(MARK_ENDS)) + ending


def _markup_of(service: apprise.NotifyBase) -> tuple[apprise.NotifyFormat, str]:
    """How a service is to read our text, and the mark around bold words; "" if the service has no bold type.

    A service of Markdown gets our text as Markdown. In a text that is declared as plain, apprise would escape the
    article's address too.
    """
    taken = service.notify_format if isinstance(service.notify_format, tuple) else (service.notify_format,)
    if apprise.NotifyFormat.HTML in taken:
        return apprise.NotifyFormat.HTML, "b"
    if taken[0] == apprise.NotifyFormat.MARKDOWN:
        return apprise.NotifyFormat.MARKDOWN, BOLD
    named = str(service.url()).partition(":")[0]  # type: ignore[no-untyped-call]
    return apprise.NotifyFormat.TEXT, BOLD if named in BOLD_IN_TEXT else ""


def _mark_up(piece: str, read_as: apprise.NotifyFormat, bold: str) -> str:
    """A piece in the form of its service: the marked words are bold, everything else is unchanged."""
    begins, ends = (f"<{bold}>", f"</{bold}>") if read_as == apprise.NotifyFormat.HTML else (bold, bold)
    if read_as == apprise.NotifyFormat.HTML:
        piece = escape(piece, quote=False).replace("\n", "<br>")
    return piece.replace(MARK_BEGINS, begins).replace(MARK_ENDS, ends)


def _quiet() -> _Answers:
    """Let apprise log nowhere, because its log may show an address; gives a handler that keeps why a service took
    nothing.
    """
    said = _Answers()
    log = logging.getLogger("apprise")
    log.handlers, log.propagate = [said], False
    log.setLevel(logging.DEBUG)
    return said


def _refuse(answers: _Answers, have: Sequence[str]) -> Receipt:
    codes = answers.codes
    said = f"the service answered {', '.join(codes)}" if codes else answers.fault or "the service did not accept it"
    if have:
        return Receipt(code=ReceiptCode.PARTLY, said=f"{said} after {len(have)} of its parts", taken=have)
    about = bool(codes) and all(code in ABOUT_THE_MESSAGE for code in codes)
    return Receipt(code=ReceiptCode.REFUSED if about else ReceiptCode.DOWN, said=said)


class _Answers(logging.Handler):
    """Keeps the status numbers of a service's answers, and the fault of a connection. The rest of apprise's log may
    have an address.
    """

    def __init__(self) -> None:
        super().__init__()
        self.codes: list[str] = []
        self.fault = ""

    def emit(self, record: logging.LogRecord) -> None:
        told = record.getMessage()
        if record.levelno >= logging.WARNING:
            self.codes += ANSWERED.findall(told)[:1]
        # Not in what apprise sends, which it logs too.
        elif EXCEPTION.match(told):
            self.fault = next((fault for word, fault in FAULTS.items() if word in told), "")

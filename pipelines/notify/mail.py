"""Mail: a message as a letter, and the exchange with the server that takes it. Only this module knows SMTP.

The words of a page are text in a letter. In a header they are encoded if they could be misread as an encoded word, or
are not ASCII.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.header import Header
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import formataddr, formatdate, getaddresses
from hashlib import sha256
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlsplit

from pipelines import steering
from pipelines.notify.message import Carry, Message, Receipt, ReceiptCode

# The mark that stands for a recipient (`mark`) has this many hexadecimal digits. Chosen: no two recipients have the
# same digits.
MARK_DIGITS = 16
# A Message-ID has this many hexadecimal digits. It has more than a mark because it must be unique for ever.
ID_DIGITS = 40
# Mail servers listen at these ports: SMTPS_PORT with TLS from the start, SMTP_PORT without.
SMTPS_PORT, SMTP_PORT = 465, 25

# A mail server may take this many seconds for a message, with all its steps. Chosen: some servers first look up the
# name of the sender.
TIMEOUT_SECONDS = 20.0
DOMAIN = "nightdesk.invalid"
# A header's value has at most this many characters. Chosen: SMTP allows 998 for the line, and the header's name stands
# before the value.
LONGEST_LINE = 900
IN_CLEAR = "password_in_clear"
NO_RECIPIENT = "it names no recipient, or one that is no mail address"
# OK_CODE is SMTP's code of success. From PERMANENT_CODE on, another try is useless (RFC 5321). With TOO_LARGE_CODE a
# server refuses a letter by its size, before it has seen the letter (RFC 1870).
OK_CODE, PERMANENT_CODE, TOO_LARGE_CODE = 250, 500, 552


@dataclass(frozen=True, kw_only=True)
class MailAddress:
    """The parts of a mail channel's address."""

    host: str
    port: int
    secure: bool
    user: str
    password: str
    in_clear: bool
    sender: str
    recipients: tuple[str, ...]


class InClearError(Exception):
    """The password would be sent unencrypted."""


@contextmanager
def open_carrier(address: str) -> Iterator[Carry]:
    """A function that hands messages to a mail server, over one connection; ValueError for an unusable address."""
    post = _mail_address(address)
    kept: smtplib.SMTP | None = None

    def carry(message: Message, taken: Sequence[str], _: Callable[[str], None]) -> Receipt:
        nonlocal kept
        wanted = [recipient for recipient in post.recipients if mark(recipient) not in taken]
        if not wanted:
            return Receipt(code=ReceiptCode.SENT, taken=taken)
        try:
            kept = (kept if kept and _answers(kept) else None) or _connect(post)
            refused = kept.sendmail(_bare(post.sender), list(map(_bare, wanted)), letter(message, post))
        except smtplib.SMTPRecipientsRefused as error:
            return _receipt(post, wanted, error.recipients, taken)
        except smtplib.SMTPDataError as error:
            code = ReceiptCode.REFUSED if error.smtp_code >= PERMANENT_CODE else ReceiptCode.DOWN
            return Receipt(code=code, said=_describe(error), taken=taken)
        except (OSError, smtplib.SMTPException, ValueError, InClearError) as error:
            if kept:
                kept.close()
            kept = None
            too_large = isinstance(error, smtplib.SMTPSenderRefused) and error.smtp_code == TOO_LARGE_CODE
            code = ReceiptCode.REFUSED if too_large else ReceiptCode.DOWN
            return Receipt(code=code, said=_describe(error), taken=taken)
        # From here on the server has the letter; its answer to a QUIT changes nothing.
        return _receipt(post, wanted, refused, taken)

    try:
        yield carry
    finally:
        if kept:
            with suppress(OSError, smtplib.SMTPException):
                kept.quit()


def check(address: str) -> None:
    """Raise ValueError, which shows nothing of the address, if a mail channel's address cannot be used."""
    try:
        _mail_address(address)
    except ValueError as error:
        known = str(error) == NO_RECIPIENT
        raise ValueError(NO_RECIPIENT if known else "its host or its port is none") from None


def mark(recipient: str) -> str:
    """A digest in place of a recipient, for the note of who has a message, so that no address is stored."""
    return sha256(_bare(recipient).lower().encode()).hexdigest()[:MARK_DIGITS]


def letter(message: Message, post: MailAddress) -> bytes:
    """The letter as it is sent: only our own headers, the message as text, and the message as HTML."""
    mail = MIMEMultipart("alternative")
    mail["Subject"] = _header(message.subject)  # type: ignore[assignment]  # compat32 takes a Header
    mail["From"] = _mailbox(post.sender)
    mail["To"] = ", ".join(map(_mailbox, post.recipients))
    mail["Date"] = formatdate()
    mail["Message-ID"] = _id(message.key)
    if message.thread:
        # No letter with this id was ever sent. Mail programs show all letters that refer to the id as one thread.
        mail["In-Reply-To"] = mail["References"] = _id(f"thread/{message.thread}")
    if watch := str(message.payload.get("watch", "")):
        digest = sha256(watch.encode("utf-8", "replace")).hexdigest()[:MARK_DIGITS]
        named = quote(watch, safe="", errors="replace")
        mail["List-Id"] = f"<{digest}.watch.{DOMAIN}>"
        subject = f"unsubscribe%20{named if len(named) < LONGEST_LINE // 2 else digest}"
        mail["List-Unsubscribe"] = f"<mailto:{_bare(post.sender)}?subject={subject}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Nightdesk-Key"] = _key(message.key)
    mail.attach(MIMEText(steering.strip(message.text), "plain", "utf-8"))
    mail.attach(MIMEText(steering.strip(message.html), "html", "utf-8"))
    return mail.as_bytes(policy=mail.policy.clone(linesep="\r\n"))


def _id(text: str) -> str:
    """A Message-ID that is the same for the same text."""
    return f"<{sha256(text.encode('utf-8', 'replace')).hexdigest()[:ID_DIGITS]}@{DOMAIN}>"


def _header(text: str) -> Header:
    """Text for a header: unchanged if it cannot be misread; otherwise encoded completely."""
    line = steering.one_line(text)
    return Header(line, "us-ascii" if line.isascii() and "=?" not in line else "utf-8")


def _key(key: str) -> str:
    """The key for a header. A key cannot be folded, so one that is too long for a line is replaced by its sha256."""
    written = quote(key, safe="/%~", errors="replace")
    return written if len(written) <= LONGEST_LINE else sha256(written.encode()).hexdigest()


def _mailbox(written: str) -> str:
    name, address = getaddresses([written])[0]
    return formataddr((name, address))


def _bare(written: str) -> str:
    return getaddresses([written])[0][1]


def _mail_address(address: str) -> MailAddress:
    parts = urlsplit(address)
    options = {name.lower(): values[-1] for name, values in parse_qs(parts.query).items()}
    secure = parts.scheme in ("smtps", "mailtos")
    host, user = parts.hostname or options.get("server", "localhost"), unquote(parts.username or "")
    recipients = _recipients(parts, options)
    sender = options.get("from") or (user if "@" in user else f"nightdesk@{host if '.' in host else DOMAIN}")
    if not recipients or not all(map(_usable, (sender, *recipients))):
        raise ValueError(NO_RECIPIENT)
    return MailAddress(
        host=host,
        port=parts.port or (SMTPS_PORT if secure else int(options.get("port", SMTP_PORT))),
        secure=secure,
        user=user,
        password=unquote(parts.password or ""),
        in_clear=options.get(IN_CLEAR) == "yes",
        sender=sender,
        recipients=recipients,
    )


def _usable(written: str) -> bool:
    return written.isprintable() and "@" in _bare(written)


def _recipients(parts: SplitResult, options: Mapping[str, str]) -> tuple[str, ...]:
    plain_mailto = unquote(parts.path) if parts.scheme == "mailto" and not parts.netloc else ""
    written = f"{plain_mailto},{options.get('to', '')}".split(",")
    return tuple({_bare(one).lower(): one.strip() for one in written if "@" in one}.values())


def _connect(post: MailAddress) -> smtplib.SMTP:
    if post.secure:
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            post.host, post.port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(post.host, post.port, timeout=TIMEOUT_SECONDS)
    try:
        server.ehlo()
        private = post.secure
        if not private and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
            private = True
        if post.user:
            if not (private or post.in_clear or _is_here(server)):
                raise InClearError
            server.login(post.user, post.password)
    except BaseException:
        server.close()
        raise
    return server


def _is_here(server: smtplib.SMTP) -> bool:
    """Whether the other end is this machine."""
    return server.sock is not None and ip_address(server.sock.getpeername()[0]).is_loopback


def _answers(server: smtplib.SMTP) -> bool:
    try:
        return server.noop()[0] == OK_CODE
    except (OSError, smtplib.SMTPException):
        server.close()
        return False


def _receipt(
    post: MailAddress, wanted: Sequence[str], refused: Mapping[str, tuple[int, bytes]], taken: Sequence[str]
) -> Receipt:
    """The receipt of a letter to these recipients: the recipients that the server did not refuse have the letter."""
    have = [*taken, *(mark(one) for one in wanted if _bare(one) not in refused)]
    if not refused:
        people = "1 recipient" if len(wanted) == 1 else f"{len(wanted)} recipients"
        return Receipt(code=ReceiptCode.SENT, said=f"the mail server answered {OK_CODE}, for {people}", taken=have)
    codes = ", ".join(sorted({str(answer[0]) for answer in refused.values()}))
    if len(refused) == len(post.recipients):
        said = f"the mail server refused {'the recipient' if len(refused) == 1 else 'all recipients'} with {codes}"
        return Receipt(code=ReceiptCode.DOWN, said=said)
    places = [str(place) for place, one in enumerate(post.recipients, 1) if _bare(one) in refused]
    which = f"number {', '.join(places)} of {len(post.recipients)} recipients"
    said = f"the mail server refused {which} with {codes}; the others have it"
    return Receipt(code=ReceiptCode.PARTLY, said=said, taken=have)


def _describe(error: Exception) -> str:
    """The fault in our own words, because foreign texts may show the address."""
    if isinstance(error, InClearError):
        return (
            "the mail server offers no encryption (STARTTLS), and a password is not sent in clear; "
            f"{IN_CLEAR}=yes in the address allows it"
        )
    if isinstance(error, TimeoutError):
        return f"no answer within {TIMEOUT_SECONDS:.0f} seconds"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"the mail server answered {error.smtp_code}"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "the mail server closed the connection"
    if isinstance(error, ssl.SSLCertVerificationError):
        return "the certificate of the mail server is not trusted"
    return "no connection" if isinstance(error, ConnectionError) else type(error).__name__

"""Channels: how a message gets to people; the only module that knows addresses, and that never says one.

`webhook+https://…` is a POST of JSON, `smtp(s)://user:password@host:port/?from=…&to=…` and `mailto:someone?…` are mail,
and what else an address says is for apprise. Every message has a key, the same on every attempt.
"""

from __future__ import annotations

import logging
import smtplib
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import formatdate
from hashlib import sha256
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

import httpx

from pipelines.errors import ChannelError
from pipelines.render import Message, plain, render

TIMEOUT = 15.0
WEBHOOK = ("webhook+http", "webhook+https")
MAIL = ("mailto", "mailtos", "smtp", "smtps")
MAIL_DOMAIN = "nightdesk.invalid"
# They write whole addresses into the log.
TALKATIVE = ("httpx", "httpcore", "apprise", "urllib3", "requests")

__all__ = ["Message", "plain", "render", "send", "test"]


def send(channel: str, address: str, message: Message) -> None:
    """Send a message; ChannelError names the channel and what went wrong, and nothing of the address."""
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    scheme = address.partition(":")[0].lower()
    if scheme in WEBHOOK:
        _post(channel, address.split("+", 1)[1], message)
    elif scheme in MAIL:
        _mail(channel, address, message)
    else:
        _apprise(channel, address, message)


def test(channel: str, address: str) -> None:
    """Send a test message that says so; ChannelError as `send`."""
    now = datetime.now(UTC)
    body = f"This is a test of the channel {channel}. If you can read it, alerts will reach you here."
    send(channel, address, plain(f"test/{now:%Y%m%dT%H%M%S%f}", f"Nightdesk: test of {channel}", body))


def _post(channel: str, url: str, message: Message) -> None:
    try:
        headers = {"Idempotency-Key": message.key}
        # Only the status is of interest: a body could go on for ever.
        with httpx.stream("POST", url, json=message.payload, headers=headers, timeout=TIMEOUT) as answer:
            answered = answer.status_code
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        raise _refused(channel, _cause(error)) from None
    if not 200 <= answered < 300:
        raise _refused(channel, f"it answered {answered}")


def _mail(channel: str, address: str, message: Message) -> None:
    try:
        parts = urlsplit(address)
        options = {name.lower(): values[-1] for name, values in parse_qs(parts.query).items()}
        port = parts.port
    except ValueError:
        raise _unusable(channel) from None
    secure = parts.scheme in ("smtps", "mailtos")
    host, recipients = parts.hostname or options.get("server", "localhost"), _recipients(parts, options)
    if not recipients:
        raise _unusable(channel)
    sender = options.get("from") or (
        unquote(parts.username) if parts.username and "@" in unquote(parts.username) else ""
    )
    try:
        mail = _letter(message, sender or f"nightdesk@{host if '.' in host else MAIL_DOMAIN}", recipients)
    except ValueError:
        raise _unusable(channel) from None
    try:
        with _server(host, port or (465 if secure else int(options.get("port", 25))), secure=secure) as server:
            if not secure and server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
                server.ehlo()
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(mail)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise _refused(channel, _cause(error)) from None


def _server(host: str, port: int, *, secure: bool) -> smtplib.SMTP:
    if secure:
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT)
    server.ehlo()
    return server


def _recipients(parts: SplitResult, options: Mapping[str, str]) -> list[str]:
    plain_mailto = unquote(parts.path) if parts.scheme == "mailto" and not parts.netloc else ""
    return [one.strip() for one in f"{plain_mailto},{options.get('to', '')}".split(",") if "@" in one]


def _letter(message: Message, sender: str, recipients: list[str]) -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"] = message.subject
    mail["From"] = sender
    mail["To"] = ", ".join(recipients)
    mail["Date"] = formatdate()
    mail["Message-ID"] = f"<{sha256(message.key.encode()).hexdigest()[:40]}@{MAIL_DOMAIN}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Nightdesk-Key"] = message.key
    mail.set_content(message.text, cte="base64")
    mail.add_alternative(message.html, subtype="html", cte="base64")
    return mail


def _apprise(channel: str, address: str, message: Message) -> None:
    import apprise

    target = apprise.Apprise()
    if not target.add(address):
        raise _unusable(channel)
    if not target.notify(body=message.text, title=message.subject, body_format=apprise.NotifyFormat.TEXT):
        raise _refused(channel, "the service did not accept it")


def _unusable(channel: str) -> ChannelError:
    return ChannelError(
        f"Channel {channel} has an address that cannot be used: write it like webhook+https://host/path, "
        "smtp://user:password@host:port/?from=..&to=.., or as apprise knows it."
    )


def _refused(channel: str, cause: str) -> ChannelError:
    return ChannelError(f"Channel {channel} did not take the message: {cause}.")


def _cause(error: Exception) -> str:
    """What went wrong in our own words: texts from elsewhere can hold the address."""
    if isinstance(error, (httpx.TimeoutException, TimeoutError)):
        return f"no answer within {TIMEOUT:.0f} seconds"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"the mail server answered {error.smtp_code}"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = sorted({str(answer[0]) for answer in error.recipients.values()})
        return f"the mail server refused the recipients with {', '.join(codes)}"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "the mail server closed the connection"
    if isinstance(error, (httpx.ConnectError, ConnectionError)):
        return "no connection"
    return type(error).__name__

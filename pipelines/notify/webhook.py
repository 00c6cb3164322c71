"""Webhooks: a message as a POST of JSON; the connection is kept from one message to the next.

Where the address ends with `#secret=…` each request is signed as Standard Webhooks has it (www.standardwebhooks.com),
for which receivers have libraries; what follows the `#` is never sent.
"""

from __future__ import annotations

import base64
import hmac
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import unquote

import httpx

from pipelines import steering
from pipelines.notify.message import Carry, Message, Outcome, Receipt

# Seconds that a webhook may take. Chosen: whoever takes longer should take the message first and work later.
TIMEOUT_SECONDS = 15.0
# The body of an answer is of no interest, but the connection is only kept when it is read: a little of it, quickly.
BODY, BODY_SECONDS = 64 * 1024, 0.2
# These are about the message; the next one may well be taken.
ABOUT_THE_MESSAGE = (400, 413, 422)
# Seconds of a Retry-After that is obeyed. Chosen: a day.
LONGEST_WAIT_SECONDS = 24 * 3600.0
# What a secret begins with that is base64 of its bytes; any other is its own bytes (Standard Webhooks).
ENCODED = "whsec_"


@contextmanager
def opened(address: str) -> Iterator[Carry]:
    """What hands messages to `webhook+http(s)://…`; ValueError where the address cannot be used."""
    where = check(address)
    secret = _secret(where)
    with httpx.Client(timeout=TIMEOUT_SECONDS) as client:
        used = False

        def carry(message: Message, _: Sequence[str], __: Callable[[str], None]) -> Receipt:
            nonlocal used
            try:
                try:
                    return _post(client, where, secret, message)
                except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError):
                    # A connection that was kept may be closed at the very moment it is used again.
                    if not used:
                        raise
                    return _post(client, where, secret, message)
            except httpx.TimeoutException:
                return Receipt(outcome=Outcome.DOWN, said=f"no answer within {TIMEOUT_SECONDS:.0f} seconds")
            except httpx.ConnectError:
                return Receipt(outcome=Outcome.DOWN, said="no connection")
            except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
                return Receipt(outcome=Outcome.DOWN, said=type(error).__name__)
            finally:
                used = True

        yield carry


def check(address: str) -> httpx.URL:
    """Where an address leads; ValueError where that is no URL."""
    try:
        where = httpx.URL(address.split("+", 1)[1])
    except (httpx.InvalidURL, UnicodeError):
        where = httpx.URL("")
    if not where.host:
        raise ValueError("what follows webhook+ is no URL with a host")
    _secret(where)
    return where


def signature(secret: bytes, key: str, timestamp: int, body: bytes) -> str:
    """The header `webhook-signature` of a request: HMAC-SHA256 over its id, the second it was sent in, and its body."""
    signed = b".".join((key.encode(), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()


def _secret(where: httpx.URL) -> bytes:
    """The secret that an address ends with; empty where it has none, ValueError where it is none."""
    if not where.fragment:
        return b""
    name, _, written = where.fragment.partition("=")
    secret = unquote(written).encode()
    if written.startswith(ENCODED):
        try:
            secret = base64.b64decode(secret.removeprefix(ENCODED.encode()), validate=True)
        except ValueError:
            secret = b""
    if name != "secret" or not secret:
        raise ValueError("what follows the # is no secret=… to sign with")
    return secret


def _post(client: httpx.Client, url: httpx.URL, secret: bytes, message: Message) -> Receipt:
    body = steering.as_json(message.payload).encode()
    headers = {"Idempotency-Key": message.key, "Content-Type": "application/json", "User-Agent": "Nightdesk"}
    if secret:
        now = int(time.time())
        headers |= {
            "webhook-id": message.key,
            "webhook-timestamp": str(now),
            "webhook-signature": signature(secret, message.key, now, body),
        }
    # Built by ourselves: what the client would merge into each request costs as much as the exchange.
    request = httpx.Request(
        "POST",
        url,
        content=body,
        headers=headers,
        extensions={"timeout": httpx.Timeout(TIMEOUT_SECONDS).as_dict()},
    )
    answer = client.send(request, stream=True)
    try:
        status, asked = answer.status_code, answer.headers.get("Retry-After", "")
        _finish(answer)
    finally:
        answer.close()
    if 200 <= status < 300:
        return Receipt(outcome=Outcome.SENT)
    outcome = Outcome.REFUSED if status in ABOUT_THE_MESSAGE else Outcome.DOWN
    wait = _seconds(asked) if status in (429, 503) else 0.0
    return Receipt(outcome=outcome, said=f"it answered {status}", wait=wait)


def _finish(answer: httpx.Response) -> None:
    answer.request.extensions["timeout"]["read"] = BODY_SECONDS
    read, until = 0, time.monotonic() + BODY_SECONDS
    with suppress(httpx.HTTPError):
        for chunk in answer.iter_raw():
            read += len(chunk)
            if read > BODY or time.monotonic() > until:
                break


def _seconds(asked: str) -> float:
    """The seconds of a Retry-After, which is a number or a date; 0 where it is neither."""
    try:
        wait = float(asked) if asked.isdigit() else (parsedate_to_datetime(asked) - datetime.now(UTC)).total_seconds()
    except (TypeError, ValueError):
        return 0.0
    return min(max(wait, 0.0), LONGEST_WAIT_SECONDS)

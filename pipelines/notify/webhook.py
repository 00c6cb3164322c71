"""Webhooks: a message as a POST of JSON; the connection is kept from one message to the next.

If the address ends with `#secret=…`, each request is signed as in Standard Webhooks (www.standardwebhooks.com). There
are libraries with which receivers check the signature. The part after the `#` is never sent.
"""

from __future__ import annotations

import base64
import hmac
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import unquote
from urllib.request import getproxies, proxy_bypass

from urllib3 import BaseHTTPResponse, HTTPConnectionPool, PoolManager, ProxyManager
from urllib3.exceptions import (
    HTTPError,
    LocationParseError,
    NewConnectionError,
    ProtocolError,
    ProxyError,
    SSLError,
    TimeoutError,
)
from urllib3.util import Url, parse_url

from pipelines import steering
from pipelines.notify.message import Carry, Message, Receipt, ReceiptCode

# A webhook may take this many seconds to answer. Chosen: a slower program should take the message first and work later.
TIMEOUT_SECONDS = 15.0
# The body of an answer is not needed, but the connection can only be kept if the body is read. So at most BODY bytes
# are read, within BODY_SECONDS seconds.
BODY, BODY_SECONDS = 64 * 1024, 0.2
# These statuses refuse one message; the next message may be taken.
ABOUT_THE_MESSAGE = (400, 413, 422)
# A Retry-After is obeyed up to this many seconds. Chosen: an alert that is a day late is of no more use.
LONGEST_WAIT_SECONDS = 24 * 3600.0
HEADERS = {"Content-Type": "application/json", "User-Agent": "Nightdesk"}
# A secret that begins with this is written in base64. Any other secret is its own bytes (Standard Webhooks).
ENCODED = "whsec_"


@contextmanager
def open_carrier(address: str) -> Iterator[Carry]:
    """A function that hands messages to `webhook+http(s)://…`; ValueError if the address cannot be used."""
    where = check(address)
    secret = _secret(where)
    headers = HEADERS if where.auth is None else {**HEADERS, "Authorization": _basic(where.auth)}
    with _pool(where) as pool:
        # A request to a proxy names the whole address, unless the proxy only passes on encrypted data.
        proxied = pool.proxy is not None and where.scheme == "http"
        target = where._replace(auth=None, fragment=None).url if proxied else where.request_uri
        used = False

        def carry(message: Message, _: Sequence[str], __: Callable[[str], None]) -> Receipt:
            nonlocal used
            try:
                try:
                    return _post(pool, target, headers, secret, message)
                except ProtocolError:
                    # The receiver may have closed the kept connection, so the message is posted once more.
                    if not used:
                        raise
                    return _post(pool, target, headers, secret, message)
            except (NewConnectionError, ProxyError):
                return Receipt(code=ReceiptCode.DOWN, said="no connection")
            except TimeoutError:
                return Receipt(code=ReceiptCode.DOWN, said=f"no answer within {TIMEOUT_SECONDS:.0f} seconds")
            except HTTPError as error:
                return Receipt(code=ReceiptCode.DOWN, said=_describe(error))
            finally:
                used = True

        yield carry


def check(address: str) -> Url:
    """The parts of a webhook's address; ValueError if the address is no URL."""
    try:
        where = parse_url(address.split("+", 1)[1])
    except LocationParseError:
        where = Url()
    if not where.host or where.scheme not in ("http", "https"):
        raise ValueError("what follows webhook+ is no URL with a host")
    _secret(where)
    return where


def signature(secret: bytes, key: str, timestamp: int, body: bytes) -> str:
    """The header `webhook-signature` of a request: HMAC-SHA256 over its id, its time in seconds, and its body."""
    signed = b".".join((key.encode(), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()


def _secret(where: Url) -> bytes:
    """The secret at the end of an address; empty if there is none, ValueError if it is invalid."""
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


def _pool(where: Url) -> HTTPConnectionPool:
    """The pool that keeps the connection: through the proxy that the environment names for such addresses, if any."""
    known: dict[str, Any] = {"timeout": TIMEOUT_SECONDS, "retries": False}
    if where.scheme == "https":
        known["ssl_context"] = ssl.create_default_context()
    proxies = {} if proxy_bypass(where.netloc or "") else getproxies()
    proxy = proxies.get(where.scheme or "") or proxies.get("all")
    if not proxy:
        return PoolManager(**known).connection_from_url(where.url)
    login = parse_url(proxy).auth
    allowed = {"Proxy-Authorization": _basic(login)} if login else None
    return ProxyManager(proxy, proxy_headers=allowed, **known).connection_from_url(where.url)


def _basic(login: str) -> str:
    """The value of an authorization header, from a user and a password in the form in which an address has them."""
    return "Basic " + base64.b64encode(unquote(login).encode()).decode()


def _post(
    pool: HTTPConnectionPool, target: str, headers: Mapping[str, str], secret: bytes, message: Message
) -> Receipt:
    body = steering.as_json(message.payload).encode()
    headers = {**headers, "Idempotency-Key": message.key}
    if secret:
        now = int(time.time())
        headers |= {
            "webhook-id": message.key,
            "webhook-timestamp": str(now),
            "webhook-signature": signature(secret, message.key, now, body),
        }
    answer = pool.urlopen("POST", target, body, headers, redirect=False, assert_same_host=False, preload_content=False)
    status, asked = answer.status, answer.headers.get("Retry-After", "")
    _finish(answer)
    if 200 <= status < 300:
        return Receipt(code=ReceiptCode.SENT, said=f"it answered {status}")
    code = ReceiptCode.REFUSED if status in ABOUT_THE_MESSAGE else ReceiptCode.DOWN
    wait = _seconds(asked) if status in (429, 503) else 0.0
    return Receipt(code=code, said=f"it answered {status}", wait=wait)


def _describe(error: HTTPError) -> str:
    """The fault in our own words, because foreign texts may show the address."""
    cause = error.args[-1] if error.args else None
    if isinstance(cause, ssl.SSLCertVerificationError):
        return "the certificate of its server is not trusted"
    if isinstance(error, SSLError):
        return "no encrypted connection"
    if isinstance(error, ProtocolError):
        return "it closed the connection" if isinstance(cause, OSError) else "its answer is no HTTP"
    return type(error).__name__


def _finish(answer: BaseHTTPResponse) -> None:
    """Read a little of the body, quickly, so that the connection is kept; if there is more, close the connection."""
    read, until = 0, time.monotonic() + BODY_SECONDS
    if sock := getattr(answer.connection, "sock", None):
        sock.settimeout(BODY_SECONDS)
    with suppress(HTTPError):
        while read <= BODY and time.monotonic() < until:
            chunk = answer.read1(BODY, decode_content=False)
            if not chunk:
                answer.release_conn()
                return
            read += len(chunk)
    answer.close()


def _seconds(asked: str) -> float:
    """The seconds of a Retry-After, which is a number or a date; 0 if it is neither."""
    try:
        wait = float(asked) if asked.isdigit() else (parsedate_to_datetime(asked) - datetime.now(UTC)).total_seconds()
    except (TypeError, ValueError):
        return 0.0
    return min(max(wait, 0.0), LONGEST_WAIT_SECONDS)

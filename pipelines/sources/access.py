"""The secret part of a source's requests: which secrets its file names, in which form they are sent, and to which
hosts.

A source file has only names of secrets. The values come from NIGHTDESK_SECRET_<NAME> or an Airflow connection. They are
put into a request just before it leaves the machine (spiders.handler). Only this module knows how a secret looks in a
request. It also removes secrets from answers, because sites repeat cookies and tokens in headers, redirects and pages.
"""

from __future__ import annotations

import html
import json
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus, unquote, urlsplit

from pipelines import urls
from pipelines.codes import Cause
from pipelines.errors import SourceError
from pipelines.model import Source
from pipelines.settings import SECRET_PREFIX, Settings

CONNECTION_PREFIX = "nightdesk_secret_"
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,60}")
SCHEMES = ("basic", "bearer")
# A source file cannot set these headers: some have a key of their own, some are needed by the connection, and some
# would hide who is asking.
NOT_GIVEN = {
    "accept-encoding", "authorization", "connection", "content-length", "cookie", "forwarded", "from", "host",
    "if-modified-since", "if-none-match", "proxy-authorization", "range", "referer", "te", "transfer-encoding",
    "upgrade", "user-agent", "via", "x-forwarded-for",
}  # fmt: skip
LEFT_OUT = "(secret)"
# With these statuses a site asks for a login.
LOGIN_STATUSES = (401, 402, 403)
# A secret with fewer characters than this is not removed from answers, because another text may contain the same
# characters. MIXED is for a secret of letters and digits. MIXED_COOKIE is for a single value of a cookie, which may be
# as harmless as `lang=arabic-1`. PLAIN is for a secret of one kind of characters, which may be a word.
MIXED, MIXED_COOKIE, PLAIN = 6, 8, 16
COOKIE_NAME = re.compile(rb"^\s*([^=;\s]{1,100})=")


@dataclass(frozen=True)
class Access:
    """What the requests of one source contain in addition to those of any source. Its repr shows no secret.

    origins: scheme://host:port of the source's own hosts. Only these hosts get the source's headers.
    proxy: the address of its proxy, without login.
    proxy_login: the login for that proxy.
    hidden: every form of its secrets that is removed from answers and errors, the longest first.
    """

    origins: frozenset[str]
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    proxy: str = field(default="", repr=False)
    proxy_login: str = field(default="", repr=False)
    hidden: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class SecretPart:
    """What one key of a source's file adds to a request. forms: the forms in which the secret may stand in an
    answer."""

    header: tuple[str, str] | None = None
    proxy: str = ""
    proxy_login: str = ""
    forms: frozenset[str] = frozenset()


def find_wanted(source: Source) -> dict[str, str]:
    """Secret name -> the key of the source's file that names it."""
    return {name: key for key, _, name in _name_secrets(source)}


def has_login(source: Source) -> bool:
    """Whether the source's requests have a login."""
    return bool(source.headers or source.cookies or source.auth)


def asks_for_login(status: int | None, code: str) -> bool:
    """Whether a look ended at a login instead of the page. A challenge is no login, whatever its status."""
    return code in (Cause.LOGIN_REDIRECT, Cause.LOGIN_SHOWN) or (code == Cause.REFUSED and status in LOGIN_STATUSES)


def of(settings: Settings, source: Source, secrets: Mapping[str, str]) -> Access | None:
    """What the requests of a source contain in addition to those of any source; None if nothing.

    If a secret is missing or cannot be used, SourceError names the file, the key and the variable, but never the value.
    """
    where = settings.sources / f"{source.name}.toml"
    parts: list[SecretPart] = []
    for key, how, name in _name_secrets(source):
        if not secrets.get(name):
            raise SourceError(
                f"{where}: {key} names the secret {name}, and there is none: set {variable(name)} in the environment "
                f"or in nightdesk.env, or as the password of an Airflow connection {CONNECTION_PREFIX}{name}."
            )
        try:
            parts.append(_part(key, how, secrets[name].strip()))
        except ValueError as why:
            raise SourceError(
                f"{where}: {key} names the secret {name}, and what {variable(name)} holds cannot be used: {why}."
            ) from None
    if not parts:
        return None
    return Access(
        origins=_origins(source),
        headers=tuple(part.header for part in parts if part.header),
        proxy=next((part.proxy for part in parts if part.proxy), ""),
        proxy_login=next((part.proxy_login for part in parts if part.proxy), ""),
        hidden=tuple(sorted({form for part in parts for form in part.forms}, key=len, reverse=True)),
    )


def variable(name: str) -> str:
    """The environment variable that holds a secret."""
    return SECRET_PREFIX + name.upper()


def headers_for(access: Access, url: str) -> tuple[tuple[str, str], ...]:
    """The extra headers of a request for this URL: those of the source if the URL is at one of its own hosts, else
    none."""
    return access.headers if _origin(url) in access.origins else ()


def without(access: Access, text: str) -> str:
    """A text with every form of the secrets removed."""
    for form in access.hidden:
        text = text.replace(form, LEFT_OUT)
    return text


def bytes_without(access: Access, body: bytes) -> bytes:
    """Bytes with every form of the secrets removed; the same object if there is none in them."""
    for form in access.hidden:
        body = body.replace(form.encode("utf-8"), LEFT_OUT.encode()) if form.encode("utf-8") in body else body
    return body


def cookie_without_value(header: bytes) -> bytes:
    """A Set-Cookie header with only the cookie's name, because any cookie that a site sends to a logged-in reader may
    contain the login."""
    found = COOKIE_NAME.match(header)
    return (found[1] + b"=" if found else b"") + LEFT_OUT.encode()


def name_problem(value: str) -> str:
    """Why a text is no name of a secret; empty if it is one."""
    if not value or NAME.fullmatch(value):
        return ""
    return (
        "is no name of a secret; a name is a-z, 0-9 and _, beginning with a letter, 40 at most, and the value belongs "
        f"into {SECRET_PREFIX}<NAME>, never into this file"
    )


def header_problem(value: str) -> str:
    """Why a text is no header with the name of a secret; empty if it is one."""
    title, name = _split(value, ":")
    if not HEADER.fullmatch(title) or not name:
        return 'is no header; write its name and that of a secret, like "X-Api-Key: paper_key"'
    if title.lower() in NOT_GIVEN:
        return "sets a header that cannot be set here (cookies and auth are keys of their own)"
    return name_problem(name)


def auth_problem(value: str) -> str:
    """Why a text is no kind of login with the name of a secret; empty if it is one."""
    scheme, name = _split(value, " ")
    if value and (scheme not in SCHEMES or not name):
        return 'is no login; write "basic" or "bearer" and the name of a secret, like "basic paper_login"'
    return name_problem(name)


def _name_secrets(source: Source) -> Iterator[tuple[str, str, str]]:
    """For every secret that a source names: the key, how the secret is sent, and the name of the secret."""
    for line in source.headers:
        yield "headers", *_split(line, ":")
    if source.cookies:
        yield "cookies", "", source.cookies
    if source.auth:
        yield "auth", *_split(source.auth, " ")
    if source.proxy:
        yield "proxy", "", source.proxy


def _part(key: str, how: str, value: str) -> SecretPart:
    """What a key adds with this value. ValueError says what is wrong with the value, without showing it."""
    if not value or not value.isprintable():
        raise ValueError("it is empty, or has control characters or line breaks")
    if key == "cookies":
        return _cookies(value)
    if key == "proxy":
        return _proxy(value)
    if key == "auth":
        return _bearer(value) if how == "bearer" else _basic(value)
    return SecretPart(header=(how, _in_latin(value)), forms=_forms(value, MIXED))


def _cookies(value: str) -> SecretPart:
    text = re.sub(r"(?i)^cookie:\s*", "", value)
    if "=" not in text:
        raise ValueError("it is what a browser sends, like `name=value; other=value`")
    values = (part.partition("=")[2].strip() for part in text.split(";"))
    single = (form for one in values for form in _forms(one, MIXED_COOKIE))
    return SecretPart(header=("Cookie", _in_latin(text)), forms=frozenset([*_forms(text, PLAIN), *single]))


def _basic(value: str) -> SecretPart:
    user, colon, password = value.partition(":")
    if not colon or not user:
        raise ValueError("it is like `user:password`")
    coded = b64encode(value.encode("utf-8")).decode("ascii")
    return SecretPart(header=("Authorization", f"Basic {coded}"), forms=_both(user, password))


def _bearer(value: str) -> SecretPart:
    token = re.sub(r"(?i)^bearer\s+", "", value)
    if re.search(r"\s", token) or not token.isascii():
        raise ValueError("a bearer token has no blanks and no letters beyond ASCII")
    return SecretPart(header=("Authorization", f"Bearer {token}"), forms=_forms(token, MIXED))


def _proxy(value: str) -> SecretPart:
    shape = "it is an address like http://user:password@proxy.example.org:3128, without a path"
    try:
        parts = urlsplit(value)
        host, port = parts.hostname or "", parts.port or urls.PORTS["http"]
    except ValueError:
        raise ValueError(shape) from None
    rest = parts.path.strip("/") or parts.query or parts.fragment
    if parts.scheme != "http" or not host or not host.isascii() or rest:
        raise ValueError(shape)
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    login = f"Basic {b64encode(f'{user}:{password}'.encode()).decode('ascii')}" if user else ""
    both = _both(user, password) if user else frozenset()
    return SecretPart(proxy=f"http://{place}", proxy_login=login, forms=frozenset([value, parts.netloc, place]) | both)


def _both(user: str, password: str) -> frozenset[str]:
    """The forms in which a user and a password may stand in an answer."""
    pair = f"{user}:{password}"
    return frozenset([b64encode(pair.encode("utf-8")).decode("ascii")]) | _forms(pair, MIXED) | _forms(password, MIXED)


def _forms(value: str, least: int) -> frozenset[str]:
    """The forms in which a secret may stand in an answer; empty if the secret could also be a common word."""
    mixed = len(value) >= least and re.search(r"\d", value) and re.search(r"[^\W\d]", value)
    if not mixed and len(value) < PLAIN:
        return frozenset()
    coded = json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]
    return frozenset([value, quote(value, safe=""), quote(value), quote_plus(value), html.escape(value), *coded])


def _in_latin(value: str) -> str:
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        raise ValueError("it has letters that a header cannot have") from None
    return value


def _split(text: str, sign: str) -> tuple[str, str]:
    before, _, after = text.partition(sign)
    return before.strip(), after.strip()


def _origins(source: Source) -> frozenset[str]:
    """The hosts that the file names as the source's own. If a host of another publisher serves a feed, that host does
    not count.
    """
    lists = (*source.feeds, *source.sitemaps, *source.sections)
    own = {_origin(url) for url in (source.url, *lists) if _site(url) == _site(source.url)}
    # If the file names an http address, its https address counts too, because most sites redirect to https.
    own |= {
        "https://" + origin[7:-3] + ":443" for origin in own if origin.startswith("http://") and origin.endswith(":80")
    }
    return frozenset(own | {_with_or_without_www(origin) for origin in own})


def _site(url: str) -> str:
    return urls.site(urls.host(url))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{(parts.hostname or '').rstrip('.')}:{parts.port or urls.PORTS.get(parts.scheme, 0)}"


def _with_or_without_www(origin: str) -> str:
    scheme, _, rest = origin.partition("://")
    return f"{scheme}://{rest[4:] if rest.startswith('www.') else 'www.' + rest}"

"""URLs: the key that says two are the same, the form that can be fetched, and whose they are."""

from __future__ import annotations

import re
from hashlib import sha256
from urllib.parse import SplitResult, urlsplit, urlunsplit

from w3lib.url import canonicalize_url, safe_url_string

LONGEST = 2083
PORTS = {"http": 80, "https": 443}
# A deny-list, never an allow-list: sites keep the article's number in parameters nobody has heard of.
TRACKERS = re.compile(
    r"(utm_\w+|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|ysclid|twclid|igshid|igsh|mc_cid|mc_eid|xtor|at_\w+|ns_\w+|"
    r"cmp|ocid|smid|smtyp|srnd|__twitter_impression|guccounter|guce_\w+|_ga|_gl|jsessionid|phpsessid|mibextid|"
    r"wt_mc|wtmc|ftag|sr_share|taid|traffic_source|partner_id_tracking|_hsenc|_hsmi|mkt_tok|vero_id|oly_\w+)",
    re.IGNORECASE,
)
TRACKING_PAIRS = re.compile(r"(ref|source|from)=(rss|feed|twitter|facebook|tw|fb|newsletter|share)", re.IGNORECASE)
SESSION = re.compile(r";jsessionid=[^/?#;]*", re.IGNORECASE)
HOST = re.compile(r"[a-z0-9]([a-z0-9_.-]*[a-z0-9])?\.?|\[[0-9a-f:.]+\]")
SECOND_LEVEL = {"ac", "co", "com", "edu", "gob", "gov", "go", "info", "mil", "ne", "net", "nom", "or", "org", "sch"}


def key(url: str) -> str:
    """The sha256 hex of a URL's canonical form: same key, same article. ValueError says why it is no http(s) URL."""
    return sha256(canonical(url).encode("ascii")).hexdigest()


def canonical(url: str) -> str:
    """The form of a URL that its key is made of: sorted, without trackers, default port and fragment."""
    parts = _parts(url)
    wanted = [pair for pair in parts.query.split("&") if pair and not _tracks(pair)]
    path = SESSION.sub("", parts.path) or "/"
    bare = parts._replace(netloc=_netloc(parts), path=path, query="&".join(wanted), fragment="")
    return str(canonicalize_url(urlunsplit(bare)))


def cleaned(url: str) -> str:
    """The URL as it can be fetched: percent-encoded, IDNA, no blanks around, no fragment, else as it was found."""
    parts = _parts(url)
    return urlunsplit(parts._replace(netloc=_netloc(parts), path=parts.path or "/", fragment=""))


def host(url: str) -> str:
    """The host name of a URL: lower case, IDNA, without port."""
    return _host(_parts(url))


def site(name: str) -> str:
    """The part of a host name that one publisher owns: `news.bbc.co.uk` is `bbc.co.uk`, an address is itself."""
    labels = name.rstrip(".").split(".")
    if name.startswith("[") or labels[-1].isdigit() or len(labels) < 3:
        return name
    depth = 3 if len(labels[-1]) == 2 and labels[-2] in SECOND_LEVEL else 2
    return ".".join(labels[-depth:])


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(safe_url_string(url.strip().replace("\\", "/")))
        port = parts.port
    except (ValueError, UnicodeError) as error:
        raise ValueError(f"{url[:200]!r} is no URL: {error}") from None
    if parts.scheme not in PORTS:
        raise ValueError(f"{url[:200]!r} is no http or https URL")
    if not HOST.fullmatch(_host(parts)):
        raise ValueError(f"{url[:200]!r} has no usable host name")
    if port == 0 or len(urlunsplit(parts)) > LONGEST:
        raise ValueError(f"{url[:200]!r} " + ("has port 0" if port == 0 else f"is longer than {LONGEST} characters"))
    return parts


def _host(parts: SplitResult) -> str:
    name = (parts.hostname or "").lower()
    return f"[{name}]" if ":" in name else name.rstrip(".")


def _netloc(parts: SplitResult) -> str:
    user, at, _ = parts.netloc.rpartition("@")
    port = "" if parts.port in (None, PORTS[parts.scheme]) else f":{parts.port}"
    return user + at + _host(parts) + port


def _tracks(pair: str) -> bool:
    return bool(TRACKERS.fullmatch(pair.partition("=")[0]) or TRACKING_PAIRS.fullmatch(pair))

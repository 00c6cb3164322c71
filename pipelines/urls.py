"""URLs: their keys (equal for the same URL), the form to fetch, the part of a host name that one publisher owns, and
which URLs are variants.

The key leaves out only parts that never make a difference. Parts that may make one (scheme, www, a final slash, AMP,
mobile and print forms) are left out of the variant key alone. Two URLs with one variant key are the same article only
if something else says so too: the ledger, a redirect, the page itself.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from hashlib import sha256
from typing import Any
from urllib.parse import SplitResult, quote, unquote, urlsplit, urlunsplit

from w3lib.url import canonicalize_url, safe_url_string

# A variant key has this many hexadecimal digits. Chosen: they are 128 bits, so no two addresses will have the same key.
KEY_DIGITS = 32
# An error shows this many characters of an address. Chosen: they fit in one line of a log.
SHOWN_CHARACTERS = 200
# A host name without a subdomain has this many labels: news.example.
SITE_LABELS = 2

# An address has at most this many characters. Chosen: it was the limit of browsers for a long time.
LONGEST_CHARACTERS = 2083
# Of a longer address the ledger keeps this many characters, and a digest of the whole. Chosen: together they are no
# longer than the limit.
KEPT_CHARACTERS = 1900
PORTS = {"http": 80, "https": 443}
# These parameters are left out. A list of the parameters that must stay is impossible: sites keep an article's number
# in parameters of any name.
TRACKERS = re.compile(
    r"(utm_\w+|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|ysclid|twclid|igshid|igsh|mc_cid|mc_eid|xtor|at_\w+|ns_\w+|"
    r"cmp|ocid|smid|smtyp|srnd|__twitter_impression|guccounter|guce_\w+|_ga|_gl|jsessionid|phpsessid|mibextid|"
    r"wt_mc|wtmc|ftag|sr_share|taid|traffic_source|partner_id_tracking|_hsenc|_hsmi|mkt_tok|vero_id|oly_\w+)",
    re.IGNORECASE,
)
TRACKING_PAIRS = re.compile(r"(ref|source|from)=(rss|feed|twitter|facebook|tw|fb|newsletter|share)", re.IGNORECASE)
# This is a run of encoded bytes beyond ASCII.
ENCODED = re.compile(r"(?:%[89a-fA-F][0-9a-fA-F])+")
STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u061c\u2028-\u202e\u2066-\u2069]")
# These letters and marks are invisible.
INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
DOT = re.compile(r"%2e", re.IGNORECASE)
SLASHES = re.compile(r"(?:/|\\|%2f|%5c)+", re.IGNORECASE)
SESSION = re.compile(r";jsessionid=[^/?#;]*", re.IGNORECASE)
HOST = re.compile(r"[a-z0-9]([a-z0-9_.-]*[a-z0-9])?\.?|\[[0-9a-f:.]+\]")
# An AMP, mobile or print form is known by one of these: a parameter (FORM_PAIR), the first part of its path
# (FORM_SEGMENTS), the last part (FORM_ENDS), the end of the last part (FORM_SUFFIX), or the first label of its host
# (FORM_LABELS).
FORM_PAIR = re.compile(
    r"(amp|print|printable|mobile)(=(1|true|yes|on)?)?|m=1|outputtype=amp|"
    r"(view|output|format|layout|template|mode|display)=(amp|print|printable|mobile)",
    re.IGNORECASE,
)
FORM_SEGMENTS = {"amp", "print", "m", "mobile"}
FORM_ENDS = {"amp", "print"}
FORM_LABELS = {"m", "mobile", "amp", "wap"}
FORM_SUFFIX = re.compile(r"\.amp(?=\.html?$|$)", re.IGNORECASE)
SUFFIX = re.compile(r"\.(html?|php|aspx?|jsp|shtml|cfm)$", re.IGNORECASE)
# NUMBER: an article's own number has five digits or more, and is no date such as 202411. NUMBERED: a parameter with
# this name has such a number as its value.
NUMBER = re.compile(r"(?<!\d)(?!(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-3]\d)?(?!\d))\d{5,}")
NUMBERED = re.compile(r"(.*[_-])?(id|nid|aid|p|story|post|article|news)|(news|article|story|post)_?id", re.IGNORECASE)
# If two addresses end in the same part, and it has at least this many characters, the part is the title of one article.
# In a single address, the last part is a title if it is twice as long. Chosen: names of sections are shorter.
SLUG_CHARACTERS = 10


class TooLongError(ValueError):
    """A URL that is not fetched, because it is longer than servers and browsers allow."""


def key(url: str) -> str:
    """The sha256 hex of a URL's canonical form: same key, same article. ValueError says why it is no http(s) URL."""
    return sha256(canonical(url).encode("ascii")).hexdigest()


@lru_cache(maxsize=1024)
def canonical(url: str) -> str:
    """The form of a URL from which its key is made: parameters sorted, without trackers, default port and fragment."""
    parts = _parts(url)
    wanted = [pair for pair in parts.query.split("&") if pair and not _tracks(pair)]
    path = SESSION.sub("", drop_dots(parts.path)) or "/"
    bare = parts._replace(netloc=_netloc(parts), path=path, query="&".join(wanted), fragment="")
    return str(canonicalize_url(urlunsplit(bare)))


def clean(url: str) -> str:
    """The URL in a form to fetch: percent-encoded, in IDNA, without blanks around it, dot segments, default port and
    fragment.
    """
    parts = _parts(url)
    return urlunsplit(parts._replace(netloc=_netloc(parts), path=drop_dots(parts.path) or "/", fragment=""))


def of_web(url: str) -> str:
    """An address with http or https: readers of feeds write feed://host and feed:https://host."""
    return re.sub(r"(?i)^feed://", "http://", re.sub(r"(?i)^feed:(?://)?(?=https?://)", "", url.strip()))


def shorten(url: str) -> str:
    """The ledger's form of a URL that is too long to be fetched: its beginning and a digest of the whole."""
    whole = str(safe_url_string(url.strip()))
    if len(whole) <= LONGEST_CHARACTERS:
        return url
    # An escape that is cut in two would have another meaning.
    return re.sub(r"%.?$", "", whole.partition("#")[0][:KEPT_CHARACTERS]) + "~" + sha256(whole.encode()).hexdigest()


def drop_dots(path: str) -> str:
    """A path without its dot segments, resolved as by browsers and RFC 3986: robots.txt is about this form."""
    if not path.startswith("/"):
        return path
    segments = DOT.sub(".", path)[1:].split("/")
    if "." not in segments and ".." not in segments:
        return path
    kept: list[str] = []
    for segment in segments:
        if segment == "..":
            kept = kept[:-1]
        elif segment != ".":
            kept.append(segment)
    return "/" + "/".join([*kept, ""] if segments[-1] in (".", "..") else kept)


def as_servers_read(url: str) -> str:
    """The URL with its path as many servers read it: encoded slashes become slashes, slashes in a row become one, and
    dot segments are resolved. robots.txt is asked about this form too, because another spelling of a forbidden path may
    lead to the same page.
    """
    parts = urlsplit(url)
    path = drop_dots(SLASHES.sub("/", parts.path))
    return urlunsplit(parts._replace(path=path))


def host(url: str) -> str:
    """The host name of a URL: lower case, IDNA, without port."""
    return _host(_parts(url))


@lru_cache(maxsize=4096)
def site(name: str) -> str:
    """The part of a host name that one publisher owns: `bbc.co.uk` for `news.bbc.co.uk`; an IP address stays whole."""
    labels = name.rstrip(".").split(".")
    if name.startswith("[") or labels[-1].isdigit() or len(labels) <= SITE_LABELS:
        return name
    owned = _suffixes()(name)
    if owned.suffix:
        return f"{owned.domain}.{owned.suffix}" if owned.domain else str(owned.suffix)
    return ".".join(labels[-2:])


def plain(url: str) -> tuple[str, bool]:
    """The form that a URL shares with its AMP, mobile, print, http and www forms; and whether it is an AMP, mobile or
    print form.
    """
    parts = urlsplit(canonical(url))
    pairs = [pair for pair in parts.query.split("&") if pair]
    kept = [pair for pair in pairs if not FORM_PAIR.fullmatch(pair)]
    segments = [segment for segment in parts.path.split("/") if segment]
    special = len(kept) < len(pairs)
    if len(segments) > 1 and segments[-1].lower() in FORM_ENDS:
        segments, special = segments[:-1], True
    if segments and FORM_SUFFIX.search(segments[-1]):
        segments[-1], special = FORM_SUFFIX.sub("", segments[-1]), True
    name = parts.netloc.removeprefix("www.")
    # A section may also be called mobile, so only an address that belongs to a single article counts as a form.
    if _own(segments, kept):
        if len(segments) > 1 and segments[0].lower() in FORM_SEGMENTS:
            segments, special = segments[1:], True
        first, _, rest = name.partition(".")
        if first in FORM_LABELS and "." in rest:
            name, special = rest.removeprefix("www."), True
    return urlunsplit(("", name, "/".join(["", *segments]), "&".join(kept), "")), special


def variant(url: str) -> tuple[str, bool]:
    """The key of a URL's plain form; and whether the URL is an AMP, mobile or print form."""
    form, special = plain(url)
    return sha256(form.encode("ascii")).hexdigest()[:KEY_DIGITS], special


def readable(url: str) -> str:
    """A URL, or a text with one, as a person reads it: encoded letters of other scripts are decoded, all other
    characters are unchanged.

    The result is only for reading, never for a link. Characters that could end the line, change its direction, be
    invisible, or look like a mark of an address stay encoded or become encoded. A host stays in its ASCII form, because
    letters of many scripts look alike.
    """
    return STEERING.sub(lambda found: quote(found[0]), ENCODED.sub(_letters, url))


def akin(one: str, other: str) -> bool:
    """Whether two addresses may be of one article: they are variants, or share an article's number or title words."""
    here, there = (urlsplit(plain(url)[0]) for url in (one, other))
    if here == there or _numbers(here) & _numbers(there):
        return True
    # The parameters must be the same: a script that serves all articles has the same path for each.
    return here.query == there.query and len(_slug(here)) >= SLUG_CHARACTERS and _slug(here) == _slug(there)


def _letters(found: re.Match[str]) -> str:
    """Encoded bytes with their letters, marks and digits decoded, if they are UTF-8."""
    try:
        text = unquote(found[0], errors="strict")
    except UnicodeDecodeError:
        return found[0]
    return "".join(c if unicodedata.category(c)[0] in "LMN" and not INVISIBLE.match(c) else quote(c) for c in text)


@lru_cache(maxsize=1024)
def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(safe_url_string(url.strip().replace("\\", "/")))
        port = parts.port
    except (ValueError, UnicodeError) as error:
        raise ValueError(f"{url[:SHOWN_CHARACTERS]!r} is no URL: {error}") from None
    if parts.scheme not in PORTS:
        raise ValueError(f"{url[:SHOWN_CHARACTERS]!r} is no http or https URL")
    if not HOST.fullmatch(_host(parts)):
        raise ValueError(f"{url[:SHOWN_CHARACTERS]!r} has no usable host name")
    if port == 0:
        raise ValueError(f"{url[:SHOWN_CHARACTERS]!r} has port 0")
    if len(urlunsplit(parts)) > LONGEST_CHARACTERS:
        raise TooLongError(f"{url[:SHOWN_CHARACTERS]!r} is longer than {LONGEST_CHARACTERS} characters")
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


def _own(segments: list[str], pairs: list[str]) -> bool:
    parts = SplitResult("", "", "/".join(["", *segments]), "&".join(pairs), "")
    return bool(_numbers(parts)) or len(_slug(parts)) >= 2 * SLUG_CHARACTERS


def _numbers(parts: SplitResult) -> set[str]:
    """The numbers that identify the article: in the last part of the path, and in parameters with the name of an
    article's number."""
    last = parts.path.rpartition("/")[2]
    pairs = (pair.partition("=") for pair in parts.query.split("&"))
    values = [value for name, _, value in pairs if NUMBERED.fullmatch(name)]
    return {number for text in (last, *values) for number in NUMBER.findall(text)}


def _slug(parts: SplitResult) -> str:
    return unquote(SUFFIX.sub("", parts.path.rpartition("/")[2])).casefold()


@lru_cache(maxsize=1)
def _suffixes() -> Any:
    """The public suffix list from the library's own files: nothing is fetched and nothing is written."""
    from tldextract import TLDExtract

    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)

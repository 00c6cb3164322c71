"""What each key of a source file may hold, and what is wrong with a value that it may not hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches
from functools import lru_cache
from importlib import resources
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from pipelines import cron, patterns, timezones
from pipelines.settings import LEAST_TEXT_DAYS
from pipelines.sources import access

# A host's name has at most this many characters in DNS (RFC 1035).
HOST_CHARACTERS = 253
# An error shows at most this many characters of a value. Chosen: they fit in one line.
SHOWN_CHARACTERS = 80

NAME = re.compile(r"[a-z0-9]+([._-][a-z0-9]+)*")
# The name of a source or of a group has at most this many characters. Chosen: the name must fit into tables, paths and
# labels of Airflow.
LONGEST_NAME_CHARACTERS = 60
# A pattern has at most this many characters. Chosen: a person has to read a pattern, and a longer pattern takes more
# time to match.
LONGEST_PATTERN_CHARACTERS = 300
# An address has at most this many characters. Chosen: the number is a little below what pipelines.urls takes.
LONGEST_URL_CHARACTERS = 2000
# A source's file may ask for at most this many minutes between two looks at a list. Chosen: these are 31 days; for
# longer pauses there is the key `schedule`.
LONGEST_PAUSE_MINUTES = 44_640
# An XPath expression is tried on this small page. If it selects attributes or text here, it will not select elements on
# a site's pages.
SAMPLE_PAGE = (
    "<html lang='x'><body><div id='x' class='x'>x<p class='x'>x</p><a href='x' title='x'>x</a>"
    "<img src='x' alt='x' style='x'/><span name='x' content='x'>x</span></div></body></html>"
)
# The values of these keys are names of secrets. A person may write the secret itself there by mistake, so no error
# shows such a value.
SECRET_KEYS = {"headers", "cookies", "auth", "proxy"}


def find_problem(key: str, value: Any, shown_key: str) -> str:
    """What is wrong with a value; empty if nothing is."""
    type_, problem = CHECKS[key]
    if type_ is list:
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            return f'{shown_key} is {show_value(key, value)}; it is a list of texts, like ["…", "…"].'
        twice = next((v for v in value if value.count(v) > 1), None)
        if twice is not None:
            return f"{shown_key} names {show_value(key, twice)} twice."
    elif isinstance(value, bool) != (type_ is bool) or not isinstance(value, (int, float) if type_ is float else type_):
        return f"{shown_key} is {show_value(key, value)}; it is {WORDS[type_]}."
    for single in value if type_ is list else [value]:
        wrong = (_text(single) if isinstance(single, str) else "") or problem(single)
        if wrong:
            return f"{shown_key} is {show_value(key, single)}, which {wrong}."
    return ""


def convert_value(key: str, value: Any) -> Any:
    """A value of a file in the form for the record `Source`: a list becomes a tuple."""
    type_ = CHECKS[key][0]
    return tuple(value) if type_ is list else type_(value)


def show_value(key: str, value: Any) -> str:
    """A value as an error shows it."""
    return "something that is not shown here" if key in SECRET_KEYS else shorten(value)


def shorten(value: Any) -> str:
    """A value in one line of an error."""
    text = repr(value)
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"


def _text(value: str) -> str:
    # These are the control characters of ASCII and of Latin-1.
    if any(ord(c) < 32 or 127 <= ord(c) < 160 for c in value):
        return "holds control characters or line breaks"
    return ""


def _fill(value: str) -> str:
    return "" if value.strip() else "says nothing"


def _url(value: str) -> str:
    if len(value) > LONGEST_URL_CHARACTERS or re.search(r'[\s<>"{}|\\^`]', value):
        return "is no address; write it whole, like https://example.org/feed, without spaces and placeholders"
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "is no address; write it whole, like https://example.org/feed"
    if parts.scheme not in ("http", "https") or not host:
        return "is no address; it begins with http:// or https:// and a host"
    if parts.username is not None or parts.password is not None:
        return "holds a user name or password; a source file is no place for them"
    return "" if _is_host(host) else "has no usable host name"


def _is_host(host: str) -> bool:
    if ":" in host or re.fullmatch(r"[\d.]+", host):
        try:
            ip_address(host.split("%")[0])
        except ValueError:
            return False
        return True
    labels = host.removesuffix(".").split(".")
    return len(host) <= HOST_CHARACTERS and all(re.fullmatch(r"(?!-)[\w-]{1,63}(?<!-)", label) for label in labels)


def _pattern(value: str) -> str:
    if not value or len(value) > LONGEST_PATTERN_CHARACTERS:
        return f"is no usable pattern; it has 1 to {LONGEST_PATTERN_CHARACTERS} characters"
    try:
        patterns.compile_pattern(value)
    except ValueError as error:
        return str(error)
    return ""


def _xpath(value: str) -> str:
    try:
        found = etree.XPath(value)(etree.fromstring(SAMPLE_PAGE))
    except etree.XPathError as error:
        return f"is no XPath expression: {error}"
    elements = isinstance(found, list) and all(isinstance(one, etree._Element) for one in found)
    return "" if elements else "selects no elements; write it like .//div[@class='share']"


def _country(value: str) -> str:
    if value in _countries():
        return ""
    return "is no country of ISO 3166; it is two capital letters, like SY or GB"


def _language(value: str) -> str:
    return (
        "" if re.fullmatch("[a-z]{2,3}", value) else "is no language code; it is two or three letters, like ar or ckb"
    )


def _group(value: str) -> str:
    if NAME.fullmatch(value) and len(value) <= LONGEST_NAME_CHARACTERS:
        return ""
    return f"is no name of a group; it is up to {LONGEST_NAME_CHARACTERS} of a-z, 0-9 and single - _ . between them"


def _timezone(value: str) -> str:
    if value in timezones.names():
        return ""
    near = get_close_matches(value, timezones.names(), 1)
    return f"is no time zone; it is a name like {near[0] if near else 'Asia/Damascus'}"


def _between(least: float, most: float) -> Callable[[float], str]:
    return lambda value: "" if least <= value <= most else f"is out of range; it is between {least:g} and {most:g}"


def _text_days(value: float) -> str:
    if 0 < value < LEAST_TEXT_DAYS:
        return f"would delete what may still be loaded or read again; it is {LEAST_TEXT_DAYS} at least, or 0 for ever"
    return _between(-1, 36500)(value)  # days; chosen: a century


@lru_cache(maxsize=1)
def _countries() -> frozenset[str]:
    table = (resources.files("tzdata") / "zoneinfo" / "iso3166.tab").read_text(encoding="utf-8")
    return frozenset([line.split("\t")[0] for line in table.splitlines() if not line.startswith("#")] + ["XK"])


WORDS: dict[type, str] = {
    str: 'a text in quotes, like "…"',
    int: "a whole number",
    float: "a number",
    bool: "true or false",
}
CHECKS: dict[str, tuple[type, Callable[[Any], str]]] = {
    "name": (str, _fill),
    "title": (str, _fill),
    "url": (str, _url),
    "country": (str, _country),
    "language": (str, _language),
    "timezone": (str, _timezone),
    "schedule": (str, lambda value: cron.problem(value) if value else ""),
    "feeds": (list, _url),
    "sitemaps": (list, _url),
    "sections": (list, _url),
    "allow": (list, _pattern),
    "deny": (list, _pattern),
    "prune": (list, _xpath),
    "phrases": (list, _fill),
    "delay": (float, _between(0.1, 3600)),  # seconds; chosen: from ten requests a second to one an hour
    "list_pause_least": (int, _between(0, LONGEST_PAUSE_MINUTES)),
    "list_pause_most": (int, _between(1, LONGEST_PAUSE_MINUTES)),
    "max_age": (int, _between(1, 36500)),  # days; chosen: a century
    "max_pages": (int, _between(1, 100000)),  # chosen: at one page a second, they take more than a day
    "keep_raw": (int, _between(-1, 36500)),  # days; chosen: a century
    "keep_text": (int, _text_days),
    "render": (bool, lambda value: ""),
    "headers": (list, access.header_problem),
    "cookies": (str, access.name_problem),
    "auth": (str, access.auth_problem),
    "proxy": (str, access.name_problem),
    "groups": (list, _group),
    "articles_per_run": (int, _between(0, 100000)),  # chosen: the same limit as for max_pages
    "languages": (list, _language),
}

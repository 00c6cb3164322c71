"""The form of a source file: what each key means and may hold, reading one with errors to act on, and writing one."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, fields
from difflib import get_close_matches
from functools import lru_cache
from importlib import resources
from ipaddress import ip_address
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from lxml import etree

from pipelines import cron, patterns
from pipelines.errors import SourceError
from pipelines.model import Expect, Source
from pipelines.settings import LEAST_TEXT_DAYS
from pipelines.sources import access

# Characters of a host's name, as DNS has it (RFC 1035).
HOST_CHARACTERS = 253
# Characters of a value in an error. Chosen: one line.
SHOWN_CHARACTERS = 80

NAME = re.compile(r"[a-z0-9]+([._-][a-z0-9]+)*")
# Characters of a source's name. Chosen: it stands in tables, paths and labels of Airflow.
LONGEST_NAME_CHARACTERS = 60
# Bytes of a file. Chosen: a hundred times what the longest of the catalogue has.
LARGEST_BYTES = 100_000
# Characters of a pattern. Chosen: a person has to read it; its time grows with it.
LONGEST_PATTERN_CHARACTERS = 300
# Characters of an address. Chosen: a little below what pipelines.urls takes.
LONGEST_URL_CHARACTERS = 2000
# Minutes between two looks at a list. Chosen: 31 days; who looks more seldom writes a schedule.
LONGEST_PAUSE_MINUTES = 44_640
# An expression that selects attributes or text of this selects no elements of a page either.
SAMPLE_PAGE = (
    "<html lang='x'><body><div id='x' class='x'>x<p class='x'>x</p><a href='x' title='x'>x</a>"
    "<img src='x' alt='x' style='x'/><span name='x' content='x'>x</span></div></body></html>"
)

KEYS = {
    "title": "What the publisher calls itself, in its own script",
    "url": "The home page",
    "country": "Where it is published: two letters, ISO 3166",
    "language": "What it is written in: two or three letters, ISO 639",
    "timezone": "The clock its dates and its schedule are read by",
    "schedule": "When it is due, as cron in its own time zone; without it, at every run",
    "feeds": "RSS or Atom feeds; each is looked at in every run",
    "sitemaps": "Sitemaps, sitemap indexes or news sitemaps; each is looked at in every run",
    "sections": "Pages that list articles, for a site without feed and sitemap",
    "allow": "An article's address must match one of these regular expressions",
    "deny": "An article's address must match none of these regular expressions",
    "prune": "XPath expressions of page parts that never belong to the article",
    "phrases": "Lines of this site that are no part of any article",
    "delay": "Seconds between two requests to one host",
    "list_pause_least": "The least minutes between two looks at one of its lists, however often it publishes",
    "list_pause_most": "The most minutes between two looks at one of its lists, however seldom it publishes",
    "max_age": "Days; what the feed or sitemap dates earlier is left alone",
    "max_pages": "The most article pages fetched in one run",
    "keep_raw": "Days raw files are kept, 0 for ever; -1 as NIGHTDESK_KEEP_RAW_DAYS says",
    "keep_text": "Days article files and earlier wordings are kept, 0 for ever; -1 as NIGHTDESK_KEEP_TEXT_DAYS says",
    "render": "Whether a browser runs the scripts of its pages before they are kept",
    "headers": "Further request headers, each as its name and the name of the secret that is its value",
    "cookies": "The name of the secret with the cookies of a login",
    "auth": "Basic or bearer, and the name of the secret with the user and password, or the token",
    "proxy": "The name of the secret with the address of the proxy it is asked through",
    "groups": "Names that several sources share, by which watches and searches take them together",
    "expect": "What the source promises; breaking a promise is reported",
}
LISTS = ("feeds", "sitemaps", "sections")
# What stands there by mistake may be the secret itself: it is shown in no sentence.
SECRET_KEYS = {"headers", "cookies", "auth", "proxy"}
# Keys that there were once, and what to do with a file that has one.
GONE_KEYS = {"spider": "it was never used, take its line out"}
EXPECT_KEYS = {
    "articles_per_run": "The least number of new articles in a usual night",
    "languages": "The languages its articles may have",
}


def load(path: Path) -> Source:
    """The source that a file describes; SourceError names the file, the key and what is allowed."""
    where = show_path(path)
    try:
        text = _content(path, where).decode("utf-8-sig")
    except FileNotFoundError:
        raise SourceError(f"{where}: there is no such file.") from None
    except OSError as error:
        raise SourceError(f"{where}: cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise SourceError(f"{where}: is not UTF-8 at byte {error.start}; save it as UTF-8.") from None
    return parse(text, path.stem, where)


def _content(path: Path, where: str) -> bytes:
    """What a file holds; a pipe in its place would be waited for without end, and a device has no end."""
    with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise SourceError(f"{where}: is a pipe or a device; a source is a file.")
        content = file.read(LARGEST_BYTES + 1)
    if len(content) > LARGEST_BYTES:
        raise SourceError(f"{where}: has more than {LARGEST_BYTES:,} bytes, which no source needs.")
    return content


def parse(text: str, name: str, where: str) -> Source:
    """The source that a TOML text describes, as the file `where` with the stem `name`.

    SourceError has a line for each thing that is wrong, so that a file is mended in one go.
    """
    wrong: list[str] = []
    if not NAME.fullmatch(name) or len(name) > LONGEST_NAME_CHARACTERS:
        wrong.append(
            f"{name!r} cannot be a source's name; "
            f"name the file with up to {LONGEST_NAME_CHARACTERS} of a-z, 0-9 and single - _ . between them."
        )
    values: dict[str, Any] = {}
    source: Source | None = None
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        wrong.append(f"is not TOML: {error}.")
    else:
        if values.setdefault("name", name) != name:
            wrong.append(f"name is {_short(values['name'])} but the file's name says {name!r}; leave the key out.")
            values["name"] = name
        values["expect"] = _table(Expect, EXPECT_KEYS, values.get("expect", {}), "expect.", wrong) or Expect()
        if not any(values.get(key) or _misspelt(key, values, KEYS) for key in LISTS):
            wrong.append("has none of feeds, sitemaps and sections; give at least one list of addresses.")
        source = _table(Source, {"name": "", **KEYS}, values, "", wrong)
        if source and source.list_pause_least > source.list_pause_most:
            wrong.append(
                f"list_pause_least is {source.list_pause_least}, more than list_pause_most, {source.list_pause_most}."
            )
    if wrong or source is None:
        raise SourceError("\n".join(f"{where}: {problem}" for problem in wrong))
    return source


def render(source: Source, said: Mapping[str, Sequence[str]] = MappingProxyType({})) -> str:
    """The TOML text of a source, each key with its meaning as a comment; what equals the default is left out.

    said: further comments by key, those for the whole file by "".
    """
    lines = [_comment(source.title), *map(_comment, said.get("", ()))]
    for field in fields(Source):
        value = getattr(source, field.name)
        if field.name not in ("name", "expect") and value != field.default:
            lines += ["", f"# {KEYS[field.name]}.", *map(_comment, said.get(field.name, ()))]
            lines.append(f"{field.name} = {_toml(value)}")
    promises = [f for f in fields(Expect) if getattr(source.expect, f.name) != f.default]
    if promises:
        lines += ["", f"# {KEYS['expect']}.", "[expect]"]
    for field in promises:
        lines += [f"# {EXPECT_KEYS[field.name]}.", f"{field.name} = {_toml(getattr(source.expect, field.name))}"]
    return "\n".join(lines) + "\n"


def show_path(path: Path) -> str:
    """A path as a person here would write it."""
    absolute = path.absolute()
    return str(absolute.relative_to(Path.cwd()) if absolute.is_relative_to(Path.cwd()) else absolute)


def _table(record: Any, allowed: Mapping[str, str], values: Any, prefix: str, wrong: list[str]) -> Any:
    """The record that a table describes; None where something is wrong, which is added to `wrong`."""
    before = len(wrong)
    if not isinstance(values, dict):
        wrong.append(f"{prefix.removesuffix('.')} is a table of {', '.join(allowed)}.")
        return None
    wrong += [_no_key(key, allowed, prefix) for key in values if key not in allowed]
    for field in fields(record):
        if (
            field.default is MISSING
            and field.default_factory is MISSING
            and not (field.name in values or _misspelt(field.name, values, allowed))
        ):
            meaning = KEYS[field.name]
            wrong.append(f"{field.name} is missing: {meaning[0].lower()}{meaning[1:]}.")
    known = {key: value for key, value in values.items() if key in allowed and not isinstance(value, Expect)}
    wrong += [problem for key, value in known.items() if (problem := _problem(key, value, prefix + key))]
    if len(wrong) > before:
        return None
    return record(**values | {key: _check_type(key, value) for key, value in known.items()})


def _misspelt(key: str, values: Mapping[str, Any], allowed: Mapping[str, str]) -> bool:
    """Whether another key was probably meant to be this one: that is told already."""
    return any(given not in allowed and get_close_matches(given, allowed, 1) == [key] for given in values)


def _no_key(key: str, allowed: Mapping[str, str], prefix: str) -> str:
    if key in GONE_KEYS and not prefix:
        return f"{key} is no longer a key: {GONE_KEYS[key]}."
    near = get_close_matches(key, allowed, 1)
    hint = f"did you mean {prefix}{near[0]}? Allowed are" if near else "allowed are"
    return f"{prefix}{key} is no key of a source; {hint} {', '.join(prefix + k for k in allowed if k != 'name')}."


def _problem(key: str, value: Any, shown_key: str) -> str:
    """What is wrong with a value; empty where nothing is."""
    type_, problem = CHECKS[key]
    if type_ is list:
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            return f'{shown_key} is {_show_value(key, value)}; it is a list of texts, like ["…", "…"].'
        twice = next((v for v in value if value.count(v) > 1), None)
        if twice is not None:
            return f"{shown_key} names {_show_value(key, twice)} twice."
    elif isinstance(value, bool) != (type_ is bool) or not isinstance(value, (int, float) if type_ is float else type_):
        return f"{shown_key} is {_show_value(key, value)}; it is {WORDS[type_]}."
    for single in value if type_ is list else [value]:
        wrong = (_text(single) if isinstance(single, str) else "") or problem(single)
        if wrong:
            return f"{shown_key} is {_show_value(key, single)}, which {wrong}."
    return ""


def _check_type(key: str, value: Any) -> Any:
    type_ = CHECKS[key][0]
    return tuple(value) if type_ is list else type_(value)


def _text(value: str) -> str:
    # Control characters, of ASCII and of Latin-1.
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
    if value in _timezones():
        return ""
    near = get_close_matches(value, _timezones(), 1)
    return f"is no time zone; it is a name like {near[0] if near else 'Asia/Damascus'}"


def _between(least: float, most: float) -> Callable[[float], str]:
    return lambda value: "" if least <= value <= most else f"is out of range; it is between {least:g} and {most:g}"


def _text_days(value: float) -> str:
    if 0 < value < LEAST_TEXT_DAYS:
        return f"would take what may still be loaded or read again; it is {LEAST_TEXT_DAYS} at least, or 0 for ever"
    return _between(-1, 36500)(value)  # days; chosen: a century


@lru_cache(maxsize=1)
def _timezones() -> frozenset[str]:
    return frozenset(available_timezones())


@lru_cache(maxsize=1)
def _countries() -> frozenset[str]:
    table = (resources.files("tzdata") / "zoneinfo" / "iso3166.tab").read_text(encoding="utf-8")
    return frozenset([line.split("\t")[0] for line in table.splitlines() if not line.startswith("#")] + ["XK"])


def _comment(text: str) -> str:
    return "# " + " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", text).split())


def _show_value(key: str, value: Any) -> str:
    """A value as an error shows it."""
    return "something that is not shown here" if key in SECRET_KEYS else _short(value)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"


def _toml(value: Any) -> str:
    if isinstance(value, tuple):
        inner = [_toml(v) for v in value]
        return f"[{inner[0]}]" if len(inner) == 1 else "[\n" + "".join(f"    {v},\n" for v in inner) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda m: f"\\u{ord(m[0]):04x}", escaped) + '"'
    return repr(value)


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
    "delay": (float, _between(0.1, 3600)),  # seconds; chosen: ten a second to an hour
    "list_pause_least": (int, _between(0, LONGEST_PAUSE_MINUTES)),
    "list_pause_most": (int, _between(1, LONGEST_PAUSE_MINUTES)),
    "max_age": (int, _between(1, 36500)),  # days; chosen: a century
    "max_pages": (int, _between(1, 100000)),  # chosen: more than a day of crawling
    "keep_raw": (int, _between(-1, 36500)),  # days; chosen: a century
    "keep_text": (int, _text_days),
    "render": (bool, lambda value: ""),
    "headers": (list, access.header_problem),
    "cookies": (str, access.name_problem),
    "auth": (str, access.auth_problem),
    "proxy": (str, access.name_problem),
    "groups": (list, _group),
    "articles_per_run": (int, _between(0, 100000)),  # chosen: as max_pages
    "languages": (list, _language),
}

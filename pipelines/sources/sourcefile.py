"""The form of a source file: what each key means. The module reads such a file, says what is wrong with it, and writes
one.

What each key may hold is in `source_values`.
"""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pipelines.bucket_paths import address_of
from pipelines.errors import SourceError
from pipelines.model import Expect, Source
from pipelines.sources.source_values import LONGEST_NAME_CHARACTERS, NAME, convert_value, find_problem, shorten

# A source file has at most this many bytes. Chosen: no file of the catalogue has even a hundredth of them.
LARGEST_BYTES = 100_000
# This many parsed files are kept in memory. Chosen: a large installation has half as many sources, and each takes some
# kilobytes.
FILES_KEPT = 2_000

KEYS = {
    "title": "What the publisher calls itself, in its own script",
    "url": "The home page",
    "country": "Where it is published: two letters, ISO 3166",
    "language": "What it is written in: two or three letters, ISO 639",
    "timezone": "The clock its dates and its schedule are read by",
    "schedule": "When it is due, as cron in its own time zone; without it, at every run",
    "feeds": "RSS or Atom feeds; a run looks at each that is due",
    "sitemaps": "Sitemaps, sitemap indexes or news sitemaps; a run looks at each that is due",
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
# These keys existed earlier. Each has the advice for a person whose file still has the key.
GONE_KEYS = {"spider": "it was never used, take its line out"}
EXPECT_KEYS = {
    "articles_per_run": "The least number of new articles in a usual night",
    "languages": "The languages its articles may have",
}


def load(path: Path) -> Source:
    """The source that a file describes; SourceError names the file, the key and what is allowed."""
    try:
        return _parse_known(_content(path).decode("utf-8-sig"), path)
    except FileNotFoundError:
        raise SourceError(f"{show_path(path)}: there is no such file.") from None
    except OSError as error:
        raise SourceError(f"{show_path(path)}: cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise SourceError(f"{show_path(path)}: is not UTF-8 at byte {error.start}; save it as UTF-8.") from None


@lru_cache(maxsize=FILES_KEPT)
def _parse_known(text: str, path: Path) -> Source:
    """Like `parse`, but remembers results: a server reads the same thousand files for every page, and TOML takes a
    millisecond for each."""
    return parse(text, path.stem, show_path(path))


def _content(path: Path) -> bytes:
    """The bytes of a file. A pipe or a device is refused, because reading it may never end."""
    with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise SourceError(f"{show_path(path)}: is a pipe or a device; a source is a file.")
        content = file.read(LARGEST_BYTES + 1)
    if len(content) > LARGEST_BYTES:
        raise SourceError(f"{show_path(path)}: has more than {LARGEST_BYTES:,} bytes, which no source needs.")
    return content


def parse(text: str, name: str, where: str) -> Source:
    """The source that a TOML text describes. name: the stem of its file; where: how errors name the file.

    SourceError has a line for each fault, so that a person can mend the file in one go.
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
            wrong.append(f"name is {shorten(values['name'])} but the file's name says {name!r}; leave the key out.")
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
    """The TOML text of a source, each key with its meaning as a comment. Keys with their default are left out.

    said: further comments for each key; the comments for the whole file have the key "".
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
    """A path in a short form for a person; if the file is a copy from a bucket, its address there."""
    if address := address_of(path):
        return address
    absolute = path.absolute()
    return str(absolute.relative_to(Path.cwd()) if absolute.is_relative_to(Path.cwd()) else absolute)


def _table(record: Any, allowed: Mapping[str, str], values: Any, prefix: str, wrong: list[str]) -> Any:
    """The record that a table describes. If something is wrong: None, and the faults are added to `wrong`."""
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
    wrong += [problem for key, value in known.items() if (problem := find_problem(key, value, prefix + key))]
    if len(wrong) > before:
        return None
    return record(**values | {key: convert_value(key, value) for key, value in known.items()})


def _misspelt(key: str, values: Mapping[str, Any], allowed: Mapping[str, str]) -> bool:
    """Whether the file has an unknown key that was probably meant to be this key. Then the error about the unknown key
    is enough."""
    return any(given not in allowed and get_close_matches(given, allowed, 1) == [key] for given in values)


def _no_key(key: str, allowed: Mapping[str, str], prefix: str) -> str:
    if key in GONE_KEYS and not prefix:
        return f"{key} is no longer a key: {GONE_KEYS[key]}."
    near = get_close_matches(key, allowed, 1)
    hint = f"did you mean {prefix}{near[0]}? Allowed are" if near else "allowed are"
    return f"{prefix}{key} is no key of a source; {hint} {', '.join(prefix + k for k in allowed if k != 'name')}."


def _comment(text: str) -> str:
    return "# " + " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", text).split())


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

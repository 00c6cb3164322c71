"""Cuts addresses into parts, finds addresses that are built alike, and tells how much an address looks like an
article's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from pipelines import urls

# The last segment of an address is a title if it has at least TITLE_HYPHENS hyphens, or at least TITLE_CHARACTERS
# characters. Chosen: names of sections have fewer hyphens and fewer characters.
TITLE_HYPHENS, TITLE_CHARACTERS = 3, 30
# A number that names one article has at least this many digits. Chosen: days, months and page numbers have at most two.
ID_DIGITS = 3

EXTENSION = re.compile(r"(?<=[^.])(\.[a-z]{2,5}[0-9]?)$", re.IGNORECASE)
DAY = re.compile(r"\d{4}([-_.])\d{1,2}\1\d{1,2}")
NUMBER, DATE, TEXT = "number", "date", "text"


@dataclass(frozen=True)
class Address:
    """An address in its parts. segments: those of the path, the last one without its extension. query: its parameters
    without those of trackers."""

    host: str
    segments: tuple[str, ...]
    extension: str
    query: tuple[tuple[str, str], ...]

    @property
    def build(self) -> tuple[str, ...]:
        """The host, the kind of each segment (number, day or text), and the extension. Addresses of articles that one
        publishing software made have the same build."""
        return (self.host, *map(kind_of, self.segments), self.extension)


def address_of(url: str) -> Address | None:
    """The parts of a URL; None if the text is no URL."""
    try:
        parts: SplitResult = urlsplit(url)
        clean = urlsplit(urls.canonical(url))
    except ValueError:
        return None
    segments = [segment for segment in parts.path.split("/") if segment]
    extension = EXTENSION.search(segments[-1]) if segments else None
    if extension:
        segments[-1] = segments[-1][: -len(extension[1])]
    return Address(
        host=parts.netloc.lower().removeprefix("www."),
        segments=tuple(segments),
        extension=extension[1] if extension else "",
        query=tuple(parse_qsl(clean.query, keep_blank_values=True)),
    )


def build_of(url: str) -> tuple[str, ...]:
    """The build of an address; empty if the text is no address."""
    found = address_of(url)
    return found.build if found else ()


def folder_of(url: str) -> tuple[str, ...]:
    """The build of an address, and the text segments before the last segment, such as `sport`. It is the same for all
    addresses of one section."""
    found = address_of(url)
    return (*found.build, *(part for part in found.segments[:-1] if kind_of(part) == TEXT)) if found else ()


def speaks(url: str) -> int:
    """How many of three signs of an article an address has, 0 to 3: a title as its last segment, a number there or in
    the query, a number or a day in the segments before."""
    found = address_of(url)
    if found is None or not (found.segments or found.query):
        return 0
    last = unquote(found.segments[-1]) if found.segments else ""
    numbered = any(len(number) >= ID_DIGITS for number in re.findall(r"\d+", last)) or any(
        v.isdigit() for _, v in found.query
    )
    dated = any(kind_of(segment) != TEXT for segment in found.segments[:-1])
    titled = len(re.findall("[-_]", last)) >= TITLE_HYPHENS or len(last) >= TITLE_CHARACTERS
    return numbered + dated + titled


def kind_of(segment: str) -> str:
    """The kind of a part of a path: a number, a day or a text."""
    if segment.isdigit():
        return NUMBER
    return DATE if DAY.fullmatch(segment) else TEXT

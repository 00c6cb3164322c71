"""Finds the next page of a section: a link to the same list with a page number that is one higher."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

# At most this many pairs of name and value in a query are examined. Chosen: only pages built to do harm have more.
MAX_PAIRS = 50
# At most this many digits of an offset in a query are read. Chosen: no list has more articles.
NUMBER_DIGITS = 9

NAMED = (
    re.compile(r"(.*)/(?:page|pages|p|pagina|seite|sayfa|strona|صفحة|صفحه|الصفحة)[/=_-]?(\d{1,4})/?", re.IGNORECASE),
    re.compile(r"(.*)/(?:index|list|page|default)[_-]?(\d{1,4})\.[a-z]{3,5}", re.IGNORECASE),
)
# In these addresses the number could belong to an article or to another section. Only the words of a link, or its
# rel=next, prove that the number is a page number.
BARE = (
    re.compile(r"(.*)(?<!\d)[_-]p?(\d{1,3})(\.[a-z]{3,5})", re.IGNORECASE),
    re.compile(r"(.*)/(\d{1,3})/?"),
)
FIRST = re.compile(r"/(?:index|list|default)(?:\.[a-z]{3,5})?/?", re.IGNORECASE)
NAMES = {
    "page", "p", "pg", "paged", "pagenum", "pageno", "pagenumber", "page_no", "page_num", "pageindex", "currentpage",
    "pn", "pagen_1", "pagen_2", "seite", "sayfa", "pagina", "pag", "halaman", "strona", "stranka", "oldal", "sivu",
}  # fmt: skip
# A page number has at most this many digits. Chosen: a longer number is an article's id.
LONGEST_NUMBER_DIGITS = 4
# The next page's address may be longer or shorter than this page's by at most this many characters. Chosen: what is
# added, such as "?page=2", is shorter.
LONGER_CHARACTERS = 40
# Some sites write an offset instead of a page number. From page to page it grows by the articles of a page, a number in
# this range.
STEP = range(3, 101)


class ListPage(NamedTuple):
    """An address read as a page of a list: the list's path, the rest of its query, the page's number if it has one.

    bare: whether it is only a guess that the number is a page number.
    """

    path: str
    rest: tuple[str, ...]
    number: int | None
    bare: bool


def next_page(url: str, links: Sequence[tuple[str, str, bool]]) -> str:
    """The page after the one at this URL; empty if there is none. links: (address, its words, whether it says
    rel=next).
    """
    here = urlsplit(url)
    mine = {(one.path, one.rest): one.number for one in reversed([_first(here.path, here.query), *_read(url)])}
    guessed = ""
    for address, words, said in links:
        if abs(len(address) - len(url)) > LONGER_CHARACTERS or address.rstrip("/") == url.rstrip("/"):
            continue
        there = urlsplit(address)
        if there.netloc.lower() != here.netloc.lower():
            continue
        shown = int(words) if words.isdecimal() and len(words) <= LONGEST_NUMBER_DIGITS else None
        for one in _read(address):
            if one.number is None or (one.path, one.rest) not in mine:
                continue
            number = mine[one.path, one.rest]
            if said and one.number > (number or 0):
                return address
            # Some systems count from zero: the page shown as 2 has the number 1.
            second = number is None and shown == 2 and one.number in (1, 2)
            if second or (number is not None and one.number == number + 1 and shown in (one.number, one.number + 1)):
                return address
            if not one.bare and one.number == (number if number is not None else 1) + 1:
                guessed = guessed or address
        if said and _within(here.path, there.path):
            # The page number may be an offset or have another name: the site itself says that this is the next page.
            return address
    return guessed or _by_offset(url, links)


def _by_offset(url: str, links: Sequence[tuple[str, str, bool]]) -> str:
    """The next page, if a parameter of the address is an offset: it is one step in the link with the words "2", two
    steps in the link with the words "3", and so on."""
    here = urlsplit(url)
    mine = dict(pair.partition("=")[::2] for pair in here.query.split("&") if pair)
    found: dict[str, dict[int, tuple[int, str]]] = {}
    for address, words, _ in links:
        there = urlsplit(address)
        if (there.netloc.lower(), there.path) != (here.netloc.lower(), here.path) or not words.isdecimal():
            continue
        pairs = dict(pair.partition("=")[::2] for pair in there.query.split("&") if pair)
        others = [name for name in pairs if mine.get(name) != pairs[name]]
        if (
            len(others) == 1
            and len(words) <= LONGEST_NUMBER_DIGITS
            and mine.keys() <= pairs.keys()
            and pairs[others[0]].isdecimal()
        ):
            found.setdefault(others[0], {})[int(words)] = (int(pairs[others[0]][:NUMBER_DIGITS]), address)
    for name, shown in found.items():
        steps = {value / (number - 1) for number, (value, _) in shown.items() if number > 1}
        # The days of a calendar are also such links, but they have no common step.
        if len(steps) == 1 and min(steps) in STEP:
            own = int(mine.get(name, "0")) if mine.get(name, "0").isdecimal() else 0
            return min((one for one in shown.values() if one[0] > own), default=(0, ""))[1]
    return ""


def _read(url: str) -> Iterator[ListPage]:
    """The ways in which an address can be a page of a list."""
    parts = urlsplit(url)
    pairs = [pair for pair in parts.query.split("&") if pair][:MAX_PAIRS]
    numbered = False
    for at, pair in enumerate(pairs):
        name, _, value = pair.partition("=")
        if name.lower() in NAMES and value.isdecimal() and len(value) <= LONGEST_NUMBER_DIGITS:
            rest = tuple(sorted(pairs[:at] + pairs[at + 1 :]))
            numbered = True
            yield ListPage(_list_path(parts.path), rest, int(value), False)
    path, rest = unquote(parts.path), tuple(sorted(pairs))
    for form in (*NAMED, *BARE) if not numbered else ():
        if said := form.fullmatch(path):
            ending = said[3] if form is BARE[0] else ""
            yield ListPage(_list_path(said[1] + ending), rest, int(said[2]), form in BARE)
            return


def _first(path: str, query: str) -> ListPage:
    return ListPage(
        _list_path(path), tuple(sorted([pair for pair in query.split("&") if pair][:MAX_PAIRS])), None, False
    )


def _list_path(path: str) -> str:
    path = unquote(path)
    for said in FIRST.finditer(path):
        if said.end() == len(path):
            path = path[: said.start()]
            break
    return path.rstrip("/").lower()


def _within(here: str, there: str) -> bool:
    return there.rstrip("/") == here.rstrip("/") or there.startswith(here.rstrip("/") + "/page")

"""Bylines: where a page shows who wrote it.

A byline is an element that is marked as the author's (itemprop, rel), an element whose name says that it is a byline, a
line that begins with `by`, or a link to somebody's page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from urllib.parse import unquote

from lxml.html import HtmlElement

from pipelines.dates import months
from pipelines.dates.written import WEEKDAYS
from pipelines.extract.fields.person_names import (
    LONGEST_LINE_CHARACTERS,
    NAME_WORDS,
    SAYS_BY,
    is_full,
    is_office,
    people,
)
from pipelines.extract.phrases import key

DIGITS = re.compile(r"(?<!\s)\s*+[|•·]\s*+(?=[^|•·]*\d)|(?<!\s)\s++\d")
WEEKDAY_NAMES = {name for names in WEEKDAYS for name in names}
JOINING = re.compile(r"\s*(?:[,،;/&•]|and|und|et|y|ve|и|و|og|och|en|e|i|oraz)\s*", re.IGNORECASE)
STRANGERS = re.compile(
    r"comment|related|sidebar|footer|modal|(?<!elementor-)widget|recommend|popular|recent|disqus|reply", re.IGNORECASE
)
NOT_CALLED = re.compile(
    r"date|time|image|img|photo|foto|bild|caption|credit|avatar|comment|social|follow|count|title|role|job|more",
    re.IGNORECASE,
)
# In these folders of a site, people have pages.
PEOPLE_FOLDERS = frozenset((
    "author", "authors", "autor", "autoren", "autores", "autori", "autorzy", "autorka", "auteur", "auteurs", "profile",
    "profiles", "profil", "people", "writer", "writers", "reporter", "reporters", "journalist", "journalists", "by",
    "creator", "creators", "staff", "contributor", "contributors", "columnist", "columnists", "editor", "editors",
    "reviewer", "reviewers", "signataire", "signataires", "redaktion", "redakteur", "redaktor", "redacteur",
    "redacteurs", "forfatter", "skribent", "yazar", "yazarlar", "kirjoittaja", "avtor", "user", "users", "member",
    "members", "blogger", "bloggers", "expert", "experts", "team",
))  # fmt: skip
# An address is read only if it has at most this many characters. Chosen: longer addresses name nobody.
LONGEST_LINK_CHARACTERS = 300
PROFILE = re.compile(r"author|autor|auteur|profile|people|/by/|team|staff|writer|journalist|contribut", re.IGNORECASE)
# A sentence ends with one of these signs, and a name does not.
ENDINGS = ("。", "！", "？", "!", "?", "؟", "।")
# A line of authors has at most this many words. Chosen: four names with "and" between them have as many; a longer line
# is a sentence.
LINE_WORDS = 14
# A part of a line, between its separators, is a name only if it has at most this many words.
PART_WORDS = 3
# An article has at most this many authors. Chosen: more names are a list of the staff.
MAX_AUTHORS = 10
# For this many names of elements it is remembered whether the name is that of a byline. Chosen: a page has some
# hundreds, and the pages of a site share them.
MAX_NAMES = 4000
# This many elements that are marked or called a byline are examined. Chosen: the right one is among the first.
MAX_LOOKS = 8
MARKED = (
    "a", "span", "div", "p", "address", "li", "ul", "strong", "em", "small", "i", "b", "h3", "h4", "h5", "td",
    "section", "aside", "cite", "dd",
)  # fmt: skip
# At least this share of a person's name must be in the address of the person's page. Chosen: first names are often left
# out or shortened.
NAMED_SHARE = 0.6
# A name that stands alone has two to four words that begin with a capital, and may have particles between them.
NAME = re.compile(
    r"[^\W\d_a-zß-ÿ][\w'’-]+(?: (?:van|von|de|der|den|da|di|del|la|le|bin|al|el))*(?: [^\W\d_a-zß-ÿ][\w'’.-]*){1,3}"
)
# These signs separate a name that stands alone from the day beside it.
AROUND_NAME = " |•·"
DAY = re.compile(r"\b(?:19|20)\d\d\b|\d\s*min|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}", re.IGNORECASE)
# AROUND: these elements before and after the heading are searched for a name that stands alone. BOXES: this many boxes
# around the name are examined. LONGEST_BOX_WORDS: these boxes have at most this many words. Chosen: a box
# with a name and the day is one short line, and contains no sentence.
AROUND = ("preceding::*[position() <= 25]", "following::*[position() <= 60]")
BOXES, LONGEST_BOX_WORDS = 4, 30
# These elements can begin with "by".
SAYING = (
    "p", "span", "div", "address", "em", "strong", "li", "cite", "small", "font", "td", "b", "byline", "h5", "h6",
)  # fmt: skip
STEMS = (
    "author", "byline", "writer", "reporter", "autor", "auteur", "journalist", "redact", "contributor", "yazar",
    "muhabir",
)  # fmt: skip


def find_profiled(tree: HtmlElement) -> list[str]:
    """The name on the links to pages of people, if the page links to only one person."""
    names: dict[str, str] = {}
    for link in tree.iter("a"):
        slug = _slug_of_person(link.get("href") or "")
        if slug and not _stranger(link):
            text = " ".join(link.text_content().split())
            if len(text.split()) > NAME_WORDS:
                continue
            if not names and is_office(text):
                return []
            if _is_named(slug, text):
                names.setdefault(key(text), text)
    return list(names.values()) if len(names) == 1 else []


def find_beside_day(tree: HtmlElement) -> list[str]:
    """The one name that stands alone in a line or box with the day, beside the page's heading.

    A text that is a link, or that is the text of a link elsewhere, is the name of a section of the site, and
    is not taken.
    """
    heading = next((one for one in tree.iter("h1") if one.text_content().strip()), None)
    if heading is None:
        return []
    before, after = heading.xpath(AROUND[0]), heading.xpath(AROUND[1])
    names: dict[str, str] = {}
    for element in (*before, *after):
        if element.tag == "p" and len(element.text_content().split()) > LONGEST_BOX_WORDS:
            break
        for text in (element.text, element.tail):
            name = " ".join((text or "")[:LONGEST_LINE_CHARACTERS].split()).strip(AROUND_NAME)
            if NAME.fullmatch(name) and people(name) == [name] and not _stranger(element) and _has_day(element):
                names.setdefault(key(name), name)
    if len(names) != 1:
        return []
    links = {key(link.text_content()) for link in tree.iter("a")}
    return [name for its_key, name in names.items() if its_key not in links]


def _has_day(element: HtmlElement) -> bool:
    """Whether the box around an element has a day or a reading time, and hardly anything else."""
    for box in islice(element.iterancestors(), BOXES):
        said = " ".join(box.text_content().split()) if len(box) < LONGEST_BOX_WORDS else ""
        if box.tag in ("a", "body") or not said or len(said.split()) > LONGEST_BOX_WORDS:
            return False
        if DAY.search(said):
            return True
    return False


def _slug_of_person(href: str) -> str:
    """The last part of an address that is in a folder of people; empty if it is in none."""
    parts = [part for part in re.split(r"[?#]", href[:LONGEST_LINK_CHARACTERS])[0].split("/") if part]
    return parts[-1] if PEOPLE_FOLDERS.intersection(map(str.lower, parts[:-1])) else ""


def _is_named(slug: str, text: str) -> bool:
    """Whether the text of a link is the name of the person to whose page it leads. slug: the last part of the page's
    address; if it is a number, any full name is taken."""
    words = key(text).split()
    called = "".join(key(unquote(slug)).split())
    if not words or not called:
        return False
    if called.isdigit():
        return is_full(text)
    if not is_full(text):
        return "".join(words) == called
    said = [word for word in words if word in called]
    return called.startswith(words[0][0]) and sum(map(len, said)) >= NAMED_SHARE * sum(map(len, words))


def find_bylines(tree: HtmlElement) -> list[str]:
    """The first line of the page that is marked as a byline or begins like one, and names somebody; then the names that
    are marked beside it."""
    looked = 0
    for element in tree.iter(*MARKED):
        sure = _is_marked(element)
        name = element.get("class") or element.get("id") or element.get("data-testid") or ""
        if not sure and (not name or not _is_called_so(name)):
            continue
        if not _stranger(element):
            for line in _lines(element):
                if any(sure or is_full(person) for person in people(line)):
                    return [line, *_marked_beside(element)] if sure else [line]
            if sure and is_office(" ".join(element.text_content().split())):
                # An office signed the article, so the next name on the page belongs to another article.
                return _marked_beside(element)
            looked += 1
        if looked == MAX_LOOKS:
            break
    for element in tree.iter(*SAYING):
        own = element.text
        text = _before_date(own) if own and len(own) < LONGEST_LINE_CHARACTERS and not own.isspace() else ""
        if text and len(text) < LONGEST_LINE_CHARACTERS and SAYS_BY.match(text.lstrip(" \n\t([（")):
            line = _said_by(element, " ".join(text.split()))
            if line and any(map(is_full, people(line))) and not _stranger(element):
                return [line]
    return []


def _before_date(text: str) -> str:
    """The part of a line before the day, the count or the bar that follows the name."""
    if not any(map(str.isdigit, text)):
        return text
    line = DIGITS.split(text)[0].rstrip(" -–—|•·,،:")
    head, _, last = line.rpartition(" ")
    return head.rstrip(" -–—|•·,،:") if last and months.fold(last) in WEEKDAY_NAMES else line


def _marked_beside(first: HtmlElement) -> list[str]:
    """The other names that are marked as authors in the same line as the first one."""
    line = first.getparent()
    # The names may be items of a list, or each may have a box.
    for _ in range(2):
        if line is None or len(" ".join(line.text_content().split()).split()) > LINE_WORDS:
            return []
        marked = [one for one in line.iter() if isinstance(one.tag, str) and _is_marked(one) and one is not first]
        if marked:
            return [" ".join(one.text_content().split()) for one in marked][:MAX_AUTHORS]
        line = line.getparent()
    return []


def _is_marked(element: HtmlElement) -> bool:
    return element.get("itemprop") == "author" or (element.tag == "a" and "author" in (element.get("rel") or ""))


@lru_cache(maxsize=MAX_NAMES)
def _is_called_so(name: str) -> bool:
    """Whether an element's name says that it is a byline, and not the picture or the day beside one."""
    name = name.lower()
    return any(stem in name for stem in STEMS) and not NOT_CALLED.search(name)


def _said_by(element: HtmlElement, text: str) -> str:
    """A line that begins with «by», up to its end. If it is «by» alone, the text in or right after the element."""
    # In scripts without spaces the name is in the same word: 记者：李明.
    if SAYS_BY.sub("", text).strip(" :：") and not SAYS_BY.fullmatch(text):
        return text if len(text.split()) <= LINE_WORDS else ""
    following = next(iter(element), None)
    if following is None:
        following = element.getnext()
    if following is None or not isinstance(following.tag, str):
        return ""
    whole = " ".join(element.text_content().split())
    if len(whole.split()) <= LINE_WORDS and len(people(whole)) > 1:
        return whole
    line = " ".join(following.text_content().split())
    return line if len(line.split()) <= NAME_WORDS and not line.endswith(ENDINGS) else ""


def _lines(element: HtmlElement) -> Iterator[str]:
    """The texts of a byline, best first: its links, its first piece without the role after it, all of it."""
    if element.tag == "meta":
        return
    named = [child for child in element.iter("a") if PROFILE.search(child.get("href") or "")]
    links = [" ".join(child.text_content().split()) for child in named if child is not element]
    if any(links) and len(links) <= MAX_AUTHORS:
        yield "; ".join(link for link in links if link)
    parts = [part for part in (" ".join(text.split()) for text in element.itertext()) if part][: 2 * MAX_AUTHORS]
    whole = " ".join(parts)
    if len(parts) > 1 and 2 <= len(parts[0].split()) <= PART_WORDS and not SAYS_BY.match(parts[0]):
        yield parts[0]
    # The line has a few words before the first name, then this name, a comma or "and", and further names.
    if len(parts) > 3 and JOINING.fullmatch(parts[2]) and len(whole.split()) <= LINE_WORDS:
        yield whole
    if len(parts) > 1 and SAYS_BY.fullmatch(parts[0]) and 2 <= len(parts[1].split()) <= PART_WORDS:
        yield parts[1]
    if whole and len(whole.split()) <= LINE_WORDS:
        yield whole


def _stranger(element: HtmlElement) -> bool:
    """Whether an element is in a menu, among comments, or in a card that is a link to another article."""
    return any(
        ancestor.tag in ("nav", "footer")
        or (ancestor.tag == "a" and _is_card(ancestor))
        or STRANGERS.search(f"{ancestor.get('class') or ''} {ancestor.get('id') or ''}")
        for ancestor in (element, *element.iterancestors())
        if ancestor.tag not in ("body", "html")
    )


def _is_card(link: HtmlElement) -> bool:
    """Whether a link is a card of an article: it contains more than a name, such as a headline with a byline below it,
    and does not lead to a person's page.

    A link around the only h1 of the page is the head of the page's own article, and no card.
    """
    address = link.get("href")
    if not address or PROFILE.search(address):
        return False
    if next(link.iter("h1"), None) is not None and len(list(islice(link.getroottree().iter("h1"), 2))) == 1:
        return False
    said = 0
    for text in link.itertext():
        said += len(text.split())
        if said > LINE_WORDS:
            return True
    return False

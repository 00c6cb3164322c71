"""The dates that a page shows: in time elements, short texts and embedded state. Dates near the title come first.

The day in a site's header, at the top of every page, is today's, and not the article's. So a date after the title is
better than a date before it. Dates in menus, comments and boxes of other articles do not count. The day of a change
comes after other days; near the title, only a day in a sentence comes after it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from lxml.html import HtmlElement

from pipelines.dates.months import is_month
from pipelines.dates.written import is_day, names_update, updated_later
from pipelines.extract.fields.person_names import SAYS_BY
from pipelines.extract.phrases import key

NAMED = ("date", "time", "publi", "posted", "created", "meta", "byline")
# An element whose name calls it a date has at most this many children. Chosen: an element with more children is a frame
# around other things.
FEW_CHILDREN = 12
# For this many names of elements it is remembered whether the name is that of a date. Chosen: a page has some hundreds,
# and the pages of a site share them.
MAX_NAMES = 4000
# For this many short texts it is remembered whether the text holds a date. Chosen: the menus of some sites have as
# many.
MAX_TEXTS = 4000
DATED = re.compile(r"\d{4}|\d\d[./-]\d\d[./-]\d\d|\d\s?[前전]|\d\s?\S{1,3}[前전]")
WHEN_WORDS = """
منذ قبل أمس امس اليوم البارحة ago ago, yesterday yesterday, today today, önce назад вчера вчера, сегодня
сегодня, тому вчора پیش دیروز امروز لەمەوبەر دوێنێ hace vor gestern gestern, heute heute, hier ayer ieri fa
geleden sedan siden temu wczoraj il dün bugün 昨天 今天 昨日 今日 어제 오늘 पहले há לפני אתמול היום πριν χθες σήμερα před
acum lalu trước
"""
WHEN = frozenset(WHEN_WORDS.split())
DIGIT = re.compile(r"\d")
SILENT = frozenset(("script", "style", "noscript", "template"))
# A date in one of these elements is not the article's. `form` and `table` are left out, because some systems put the
# whole page into one of them.
BESIDE = frozenset(("nav", "aside", "select", "script", "style", "noscript", "template", "option"))
STRANGERS = re.compile(
    r"comment|sidebar|related|widget-area|\bwidget\b|(?:site|page)-?footer|(?<![\w-])footer(?![\w-])|menu|recent|popular|"
    r"copyright|ticker|recommend|read-?more|more-?from|mostread|trending",
    re.IGNORECASE,
)
# Sites give these names to the head of all their pages. The day in such a head is today's.
OF_PAGE = re.compile(
    r"top-?bar|top-?header|header-?top|masthead|site-?header|(?:current|today|now)[-_]?(?:date|time)|date-?bar", re.I
)
# A link to the site's front page, such as that of its logo, has this form.
HOME = re.compile(r"\s*(?:https?://[^/\s]+)?/?(?:index\.\w+)?\s*")
CHANGED = re.compile(r"modif|updat|revis|edited|changed|aktualis|geändert|تحديث", re.IGNORECASE)
# Publishing systems give these names to the day, in the state that they embed.
STATE = re.compile(
    r"[\"'](?:date_?published|published_?at|publish_?date|published_?date|publication_?date|first_?published(?:_?(?:at|date))?|"
    r"published_?time|date_?posted|original_?publish_?date|pub_?date|display_?date|post_?date)[\"']\s*:\s*"
    r"[\"']([^\"'<>]{8,40})[\"']",
    re.IGNORECASE,
)
WORD = re.compile(r"[^\W\d_]{2,}")
HEADINGS = ("h1", "h2", "h3", "h4")
# A date belongs to the title above it if fewer than this many characters of the page are between them.
AFTER = 600
# A date belongs to the title below it, for example in a kicker, if fewer than this many characters of the page are
# between them. Chosen: the distance is a little less than after the title.
BEFORE_CHARACTERS = 500
# A text that shows a title may be shorter than the title by this many characters, or longer by twice as many. Chosen:
# quotation marks and blanks make such a difference.
SLACK_CHARACTERS = 10
# A heading that holds the title and more is at most this many times as long as the title. Chosen: a lead is as long as
# two titles.
LEAD_TITLES = 3
# A line with at least this many words is a sentence about a day. Chosen: a date with its label has fewer words.
SENTENCE_WORDS = 8
# A line that has at least this many words and ends as a sentence tells what happened on a day. Chosen: a name and a
# label have fewer.
EVENT_WORDS = 3
# This finds the end of a sentence. The dot behind a day of the month or behind a short name of a month is no such end.
SENTENCE_END = re.compile(r"(?:\d{4}|(?P<last>[^\W\d_]{4,40}))[\"'”’»)\]]{0,3}\s{0,3}[.!?؟。۔।…]{1,4}[\"'”’»)\]]{0,3}$")
ASIDE = re.compile(r"\([^()]{1,120}\)|\[[^\[\]]{1,120}\]")
# A line that begins with one of these words says when an article was published. Chosen: the commonest publishing
# systems use these words.
PUBLISHING = re.compile(
    r"\W{0,3}(?:first |zuerst |تم )?(?:publi|pubbl|post(?:ed|é)|veröff|erschienen|gepubl|julkaistu|objav|опублик|"
    r"опублік|نشر|النشر|تاريخ|انتشار|yayın|diterbit|发布|發布|公開|게시)",
    re.IGNORECASE,
)
# The text of these elements is about something else than the article around them.
TOLD = frozenset(("figcaption", "blockquote"))
LABELLED = re.compile(r"[^\W\d_]{1,40}(?: [^\W\d_]{1,40}){0,3}\s{0,3}:")
# A line that shows a date has more characters than this. Chosen: every date is longer.
LEAST_CHARACTERS = 3
# A heading of the first levels, from h1 to this level, may be a title, and is not read as a date.
TITLE_LEVELS = 3
# A line that shows a date has fewer characters than this. Chosen: date, time, author and place together are shorter.
LONGEST_CHARACTERS = 120
# A label such as "Published" has at most this many characters. Chosen: a longer text is a sentence, and any embedded
# state is longer too.
LABEL_CHARACTERS = 60
# A text that is only a day has fewer characters than this. Chosen: the longest spelling with a weekday is shorter.
SHORT_CHARACTERS = 40
# About this many dates of one page are collected, those nearest to its title. Chosen: the dates of teasers come in
# dozens.
MAX_DATES = 24
# This many first characters are compared before the costly comparison with a title.
HEAD_CHARACTERS = 3
# Of the collected dates of a page, about this many are examined. Chosen: the article's own date is among the nearest to
# its title.
MAX_LOOKS = 6
# Distances from the title are compared in steps of this many characters: within a step, a time element comes before a
# text.
NEARLY = 200
# An element's text is read until it has more characters than this. Chosen: no line that shows a date is as long.
ENOUGH_CHARACTERS = 200
# These are the places of a date, the best first. A date in the last of them, ELSEWHERE, is not this article's.
BESIDE_TITLE, BELOW, ABOVE, UPDATES, SENTENCES, FAR_UPDATES, ELSEWHERE = range(7)


@dataclass(frozen=True)
class ShownDate:
    """A text with something like a date in it.

    rank: the lower the rank, the likelier the date is the article's.
    beside: it is beside the title and not part of a sentence, caption or quotation: only such a day may correct what
        machines are told.
    changed: its markup or the words around it call it the day of a change.
    above: it is before the title.
    of_page: a link home, or the second text of the page, is between it and the title. So it belongs to the head of all
        pages.
    """

    text: str
    rank: tuple[int, ...]
    beside: bool
    changed: bool
    above: bool
    of_page: bool = False


@dataclass(frozen=True)
class Titles:
    """The titles of a page, prepared for comparison with other texts.

    heads: their first characters.
    shortest, longest: the least and most characters of a text that may be a title.
    """

    keys: frozenset[str]
    heads: frozenset[str]
    shortest: int
    longest: int

    @classmethod
    def of(cls, titles: Sequence[str]) -> Titles:
        """The record for the forms of one page's title."""
        lengths = [len(title) for title in titles] or [0]
        return cls(
            keys=frozenset(key(title) for title in titles) - {""},
            heads=frozenset(title[:HEAD_CHARACTERS] for title in titles),
            shortest=min(lengths) - SLACK_CHARACTERS,
            longest=max(lengths) + 2 * SLACK_CHARACTERS,
        )

    def is_heading(self, heading: HtmlElement) -> bool:
        """Whether a heading is one of the titles; it can hold the lead and the time as well."""
        said = heading.text_content()
        if len(said) > LEAD_TITLES * self.longest:
            return False
        return key(said) in self.keys or bool(heading.text and key(heading.text) in self.keys)

    def is_text(self, text: str | None) -> bool:
        """Whether the text of an element other than a heading is one of the titles."""
        if not text or not self.shortest <= len(text) <= self.longest:
            return False
        return text.lstrip()[:HEAD_CHARACTERS] in self.heads and key(text) in self.keys


def find_dates(tree: HtmlElement, titles: Sequence[str]) -> list[ShownDate]:
    """The texts of time elements, and short texts that may hold a date; best first."""
    body = tree.find("body")
    if body is None:
        return []
    places, title, holding, head = _walk(body, Titles.of(titles))
    known: dict[HtmlElement, bool] = {body: False}
    made: list[ShownDate] = []
    # Only the dates nearest to the title are kept, about MAX_DATES: the dates of a long list are not the article's.
    for element, place in sorted(places.items(), key=lambda one: (not _is_near(one[1] - title), abs(one[1] - title))):
        if not _stranger(element, known, holding):
            of_event = any(one.tag in TOLD and one not in holding for one in (element, *element.iterancestors()))
            made.extend(_find_dates(text, element, place, title, place < head, of_event) for text in _texts(element))
        if len(made) >= MAX_DATES:
            break
    return sorted((one for one in made if one.rank[0] != ELSEWHERE), key=lambda one: one.rank)


def in_page_head(tree: HtmlElement, titles: Sequence[str]) -> list[str]:
    """The short texts with something like a date that precede the title, in the head of all pages."""
    keys = {key(title) for title in titles} - {""}
    found: list[str] = []
    for element in tree.iter("*"):
        if element.tag in HEADINGS and key(element.text_content()) in keys:
            return found
        own = _own(element) if element.tag not in SILENT and element.tag not in ("head", "title") else ""
        if LEAST_CHARACTERS < len(own) < LONGEST_CHARACTERS and _says_when(own):
            above = [element, *element.iterancestors()]
            of_header = any(one.tag == "header" for one in above) and not any(one.tag == "article" for one in above)
            if of_header or any(OF_PAGE.search(f"{one.get('id') or ''} {one.get('class') or ''}") for one in above):
                found.append(own)
    return []


def state(tree: HtmlElement) -> list[str]:
    """The publication dates in the state that a page's scripts embed, in order; none if they are of several days."""
    said: dict[str, None] = {}
    for script in tree.iter("script"):
        if script.text and len(script.text) > LABEL_CHARACTERS:
            said.update(dict.fromkeys(STATE.findall(script.text)))
    # Dates of several days belong to several articles.
    return list(said) if len({text[:10] for text in said}) == 1 else []


def _walk(body: HtmlElement, titles: Titles) -> tuple[dict[HtmlElement, int], int, set[HtmlElement], int]:
    """The elements that may show a date, with their places; the title's place; the elements that contain the title; and
    the place where the head of the page ends. This is the place of the last link home before the title, or of the
    second text of the page if that comes later but before the title; 0 if there is neither.

    A place is the number of characters of text before it.
    """
    places: dict[HtmlElement, int] = {}
    of_titles: dict[str, int] = {}
    holding: set[HtmlElement] = set()
    homes: list[int] = []
    texts: list[int] = []
    place = 0
    for element in body.iter("*"):
        tag, text, tail = element.tag, element.text, element.tail
        if tag not in SILENT:
            if tag == "a" and element.get("href") and HOME.fullmatch(element.get("href")):
                homes.append(place)
            blank = not text or text.isspace()
            if not blank and len(texts) < 2:
                texts.append(place)
            if tag == "time" or (_is_named(element) if blank else len(text) < LONGEST_CHARACTERS and _holds_date(text)):
                places[element] = place
            if titles.is_heading(element) if tag in HEADINGS else not blank and titles.is_text(text):
                of_titles.setdefault(tag if tag in HEADINGS else "", place)
                holding.update(element.iterancestors())
            if text:
                place += len(text)
        if tail:
            if len(tail) < LONGEST_CHARACTERS and _says_when(tail):
                places.setdefault(element.getparent(), place)
            place += len(tail)
    title = next((of_titles[tag] for tag in (*HEADINGS, "") if tag in of_titles), 0)
    return places, title, holding, max((one for one in (*homes, *texts[1:]) if one < title), default=0)


def _says_when(text: str) -> bool:
    """Whether a short text may hold a date: four digits, a short date, or a word such as `yesterday`."""
    return len(text) < LONGEST_CHARACTERS and not text.isspace() and _holds_date(text)


@lru_cache(maxsize=MAX_TEXTS)
def _holds_date(text: str) -> bool:
    """Whether a text that is known to be short may hold a date. Answers are remembered: a site's pages share menus."""
    if DIGIT.search(text) and (DATED.search(text) or (len(text) < SHORT_CHARACTERS and is_day(text))):
        return True
    return not WHEN.isdisjoint(text.lower().split())


def _is_named(element: HtmlElement) -> bool:
    """Whether an element is called a date. Its parts may have elements of their own: <b>5</b> <i>January</i>."""
    name = element.get("itemprop") or element.get("class")
    if not name:
        return False
    return _names_date(name) and len(element) <= FEW_CHILDREN


@lru_cache(maxsize=MAX_NAMES)
def _names_date(name: str) -> bool:
    """Whether a name is used for a date; the elements of a page share a few names."""
    name = name.lower()
    return any(word in name for word in NAMED)


def _texts(element: HtmlElement) -> list[str]:
    """The texts of an element that may be a date: of a time element, its attribute and its text; of another one, its
    own text, or the texts of its parts if only these have any."""
    if element.tag == "time":
        said = [element.get("datetime") or element.get("content") or "", _beginning(element)]
        return [" ".join(text.split())[:LONGEST_CHARACTERS] for text in said if text.strip()]
    if element.tag in HEADINGS[:TITLE_LEVELS]:
        return []
    if element.get("itemprop") in ("datePublished", "dateCreated") and element.get("content"):
        return [str(element.get("content"))]
    own = _own(element)
    if not own and len(element) and _is_named(element):
        own = _beginning(element)
    return [own] if LEAST_CHARACTERS < len(own) < LONGEST_CHARACTERS and _says_when(own) else []


def _find_dates(text: str, element: HtmlElement, place: int, title: int, of_page: bool, of_event: bool) -> ShownDate:
    time = element.tag == "time" or bool(element.get("itemprop") and element.get("content"))
    of_event = of_event or (element.tag != "time" and _tells_event(text, element))
    sentence = element.tag != "time" and len(WORD.findall(text)) >= SENTENCE_WORDS
    away = place - title
    near = _is_near(away)
    link = element.tag == "a" or next(element.iterancestors("a"), None) is not None
    name = f"{element.get('itemprop') or ''} {element.get('class') or ''} {element.get('id') or ''}"
    label = _label(element)
    # An element that is called the day of a change may hold both days.
    changed = names_update(text) or names_update(label) or (bool(CHANGED.search(name)) and not updated_later(text))
    # Far from the title, a day in a link belongs to the linked page, and a day in a sentence to what the sentence
    # tells.
    if near:
        place_rank = SENTENCES if sentence else UPDATES if changed else BESIDE_TITLE
    else:
        place_rank = ELSEWHERE if sentence or link else FAR_UPDATES if changed else BELOW if away > 0 else ABOVE
    rank = (place_rank, away < 0, abs(away) // NEARLY, not time, abs(away))
    return ShownDate(text, rank, place_rank == BESIDE_TITLE and not of_event, changed, away < 0, of_page)


def _tells_event(text: str, element: HtmlElement) -> bool:
    """Whether a text with a day is a short sentence about that day, or an aside in brackets.

    If the element's name means a date, or the text begins with a label or a word for publishing or writing, it tells no
    event.
    """
    if _is_named(element) or any(one.match(text) for one in (LABELLED, PUBLISHING, SAYS_BY)):
        return False
    ends = SENTENCE_END.search(text)
    told = (ends and not is_month((ends["last"] or "").lower())) or ASIDE.fullmatch(text)
    return bool(told) and len(WORD.findall(text)) >= EVENT_WORDS


def _is_near(away: int) -> bool:
    """Whether a date belongs to the title; away: how many characters it follows the title (negative: precedes it)."""
    return -BEFORE_CHARACTERS < away < AFTER


def _label(element: HtmlElement) -> str:
    """The words right before an element: `Published:` in a neighbour, or its parent's own beginning."""
    before = element.getprevious()
    if before is not None:
        said = (before.tail or "").strip()
        if not said and isinstance(before.tag, str) and before.tag not in ("script", "style"):
            said = before.text_content().strip()
    else:
        parent = element.getparent()
        said = (parent.text or "").strip() if parent is not None else ""
    return said if len(said) <= LABEL_CHARACTERS and not re.search(r"\d", said) else ""


def _own(element: HtmlElement) -> str:
    """An element's text without the text of the elements in it."""
    parts = (element.text, *(child.tail for child in element))
    return " ".join(" ".join(part for part in parts if part).split())


def _beginning(element: HtmlElement) -> str:
    """The first words of all the text in an element; a large element is not read further."""
    said: list[str] = []
    length = 0
    for text in element.itertext():
        said.append(text)
        length += len(text)
        if length > ENOUGH_CHARACTERS:
            break
    return " ".join(" ".join(said).split())


def _stranger(element: HtmlElement, known: dict[HtmlElement, bool], holding: set[HtmlElement]) -> bool:
    """Whether an element is in a menu, a page's head or foot, among comments or other articles.

    known: earlier answers for elements.
    holding: the elements that hold the title, which are not the head of all pages.
    """
    passed: list[HtmlElement] = []
    found = False
    for ancestor in (element, *element.iterancestors()):
        if ancestor in known:
            found = known[ancestor]
            break
        passed.append(ancestor)
        name = f"{ancestor.get('id') or ''} {ancestor.get('class') or ''}"
        of_page = ancestor.tag == "footer" and next(ancestor.iterancestors("article"), None) is None
        if ancestor not in holding:
            of_page |= ancestor.tag == "header" and next(ancestor.iterancestors("article", "main"), None) is None
            of_page |= bool(OF_PAGE.search(name))
        if ancestor.tag in BESIDE or of_page or STRANGERS.search(name):
            found = True
            break
    known.update(dict.fromkeys(passed, found))
    return found

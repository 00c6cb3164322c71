"""Judges a site's feeds, sitemaps and sections: which addresses they name, which of these are articles, and how new
they are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from pipelines import urls
from pipelines.follow.probing_records import Anchor, Part, ProbeAnswer
from pipelines.model import Entry
from pipelines.text import words

GUESSED = "a usual address"
NEXT = "the next page of a list"
# If the newest entry of a list is older than this, the list is not followed. Chosen: a list without news for a month
# has none tonight.
OLDEST = timedelta(days=30)
# The rate of a list, in articles a day, is judged only if at least this many of its entries have dates. A further list
# is kept only if it names at least this many addresses that no kept list names. Chosen: two dates have only one
# interval between them, which shows no rate.
LEAST_NEW_ENTRIES = 3
# A link reads like a title if it has at least this many words. Chosen: names of sections have up to three.
TITLE_WORDS = 4
# A link also reads like a title if it has at least this many characters, because some scripts have no blanks between
# words. Chosen: names of sections are shorter.
TITLE_CHARACTERS = 25
# A section's name has at most this many words. Chosen: "Asia and Pacific" has three.
NAME_WORDS = 3
# A rate is counted over this time. Chosen: a week contains working days and weekends.
WEEK = timedelta(days=7)
NO_PAGE = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|pdf|mp[34]|zip|css|js|xml|rss|ico|apk|docx?|xlsx?)$", re.IGNORECASE)
# These addresses lead to pages about the site itself, or to pages that list articles of one kind.
NO_ARTICLE = re.compile(
    r"/(?:tags?|topics?|category|categories|author|authors|writers?|search|login|register|signup|subscribe|account|about|"
    r"about-us|contact|contact-us|privacy|privacy-policy|terms|page|feed|rss|archives?|wp-admin|wp-login\.php|cart|"
    r"newsletters?|advertise|sitemap|cookies?)(?:/|$)",
    re.IGNORECASE,
)
OWN_PAGES = re.compile(
    r"/(?:search|login|register|signup|subscribe|account|about|about-us|contact|contact-us|privacy|privacy-policy|terms|"
    r"feed|rss|wp-admin|wp-login\.php|cart|newsletters?|advertise|sitemap|cookies?|tags?|authors?)(?:[/.?_-]|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class NamedAddresses:
    """The addresses that the lists of a site name.

    `sure`: named by feeds and news sitemaps. `likely`: named by other sitemaps, or by links that read like titles.
    `others`: pages that list articles or are about the site itself.
    """

    sure: dict[str, Entry]
    likely: dict[str, Entry]
    others: tuple[str, ...]


def good(seen: Iterable[ProbeAnswer], *parts: Part) -> list[ProbeAnswer]:
    """The answers to requests for these parts of the site, without those that ended with a problem."""
    return [one for one in seen if one.want.part in parts and not one.problem]


def home_of(seen: Sequence[ProbeAnswer]) -> ProbeAnswer | None:
    """The home page, None if none came."""
    return next((one for one in good(seen, Part.HOME) if one.front), None)


def same_site(url: str, home: str) -> bool:
    """Whether a URL belongs to the publisher of this home page."""
    return bool(site_of(url)) and site_of(url) == site_of(home)


@lru_cache(maxsize=8192)
def site_of(url: str) -> str:
    """The publisher's part of a URL's host; empty if the text is no URL."""
    try:
        return urls.site(urls.host(url))
    except ValueError:
        return ""


@lru_cache(maxsize=16384)
def key(url: str) -> str:
    """The key of an address: two addresses with the same key count as one; empty if the text is no URL."""
    try:
        return urls.canonical(url)
    except ValueError:
        return ""


def find_known(seen: Sequence[ProbeAnswer]) -> NamedAddresses:
    """Sort the addresses of the lists and pages so far into articles and other pages."""
    home = home_of(seen)
    root = home.url if home else ""
    sure: dict[str, Entry] = {}
    likely: dict[str, Entry] = {}
    others: dict[str, None] = {}
    for one in good(seen, Part.FEED, Part.SITEMAP, Part.HOME):
        plain = one.form == "sitemap"
        into = sure if one.want.part == Part.FEED or one.form not in ("sitemap", "") else likely
        for entry in one.found:
            if key(entry.url) and not NO_PAGE.search(urlsplit(entry.url).path) and not _is_root(entry.url):
                if plain and NO_ARTICLE.search(urlsplit(entry.url).path):
                    others[entry.url] = None
                else:
                    into.setdefault(entry.url, entry)
    sure_keys = {key(url) for url in sure}
    pages = [one for one in good(seen, Part.HOME, Part.SECTION) if one.front]
    for one in seen:
        if one.want.part not in (Part.ARTICLE,) and one.want.why != GUESSED:
            others |= dict.fromkeys((one.want.url, one.url))
    for anchor in find_repeated(pages, root):
        others[anchor.url] = None
    for page in pages:
        for anchor in page.front.anchors if page.front else ():
            if same_site(anchor.url, root) and NO_ARTICLE.search(urlsplit(anchor.url).path):
                others[anchor.url] = None
    others = {url: None for url in others if key(url) and key(url) not in sure_keys}
    other_keys = {key(url) for url in others}
    for page in pages:
        for anchor in find_titled(page, root):
            likely.setdefault(anchor.url, Entry(url=anchor.url, title=anchor.text))
    likely = {u: e for u, e in likely.items() if key(u) not in other_keys and key(u) not in sure_keys}
    return NamedAddresses(sure=sure, likely=likely, others=tuple(others))


def find_repeated(pages: Sequence[ProbeAnswer], root: str) -> list[Anchor]:
    """The links of the site's frame: short links that are in a menu or, if there are several pages, on all of them."""
    counts = Counter(key(a.url) for page in pages for a in (page.front.anchors if page.front else ()))
    found: dict[str, Anchor] = {}
    for page in pages:
        for anchor in page.front.anchors if page.front else ():
            short = words(anchor.text) <= NAME_WORDS and len(anchor.text) <= 2 * TITLE_CHARACTERS
            framed = anchor.menu or (len(pages) > 1 and counts[key(anchor.url)] == len(pages))
            if short and framed and same_site(anchor.url, root) and not NO_PAGE.search(urlsplit(anchor.url).path):
                found.setdefault(anchor.url, anchor)
    return list(found.values())


def find_titled(page: ProbeAnswer, root: str) -> list[Anchor]:
    """The links of a page that read like the title of an article, outside of menus and on the same site."""
    return [
        anchor
        for anchor in (page.front.anchors if page.front else ())
        if not anchor.menu
        and (words(anchor.text) >= TITLE_WORDS or len(anchor.text) >= TITLE_CHARACTERS)
        and same_site(anchor.url, root)
        and not _is_root(anchor.url)
        and not NO_PAGE.search(urlsplit(anchor.url).path)
        and not NO_ARTICLE.search(urlsplit(anchor.url).path)
    ]


def sections(seen: Sequence[ProbeAnswer]) -> list[str]:
    """Pages that may list articles: the short links in the home page's menus. If it has no menu, all short links on
    it."""
    home = home_of(seen)
    if home is None or home.front is None:
        return []
    found = find_known(seen)
    articles = {key(url) for url in (*found.sure, *found.likely)}
    anchors = [a for a in home.front.anchors if a.menu] or list(home.front.anchors)
    named = [
        anchor.url
        for anchor in anchors
        if anchor.text
        and words(anchor.text) <= NAME_WORDS
        and same_site(anchor.url, home.url)
        and key(anchor.url) not in articles
        and not _is_root(anchor.url)
        and not NO_PAGE.search(urlsplit(anchor.url).path)
        and not OWN_PAGES.search(urlsplit(anchor.url).path)
    ]
    return list(dict.fromkeys(named))


def per_day(seen: Sequence[ProbeAnswer], now: datetime) -> float | None:
    """How many articles a day to expect, judged by the dates in the lists; None if these tell too little."""
    best: float | None = None
    for one in good(seen, Part.FEED, Part.SITEMAP, Part.HOME):
        dates = sorted(at for entry in one.found if (at := _date_of(entry, one)) and at <= now)
        if len(dates) < LEAST_NEW_ENTRIES:
            continue
        week = [at for at in dates if at > now - WEEK]
        if dates[0] <= now - WEEK:
            rate = len(week) / WEEK.days
        else:
            rate = (len(dates) - 1) / max((dates[-1] - dates[0]).total_seconds() / 86400, 1 / 24)
        best = max(rate, best or 0.0)
    return best


def newest(one: ProbeAnswer) -> datetime | None:
    """The latest date of a list's entries; None if they have no dates."""
    return max((at for entry in one.found if (at := entry.published_at or entry.modified_at)), default=None)


def _date_of(entry: Entry, one: ProbeAnswer) -> datetime | None:
    return entry.published_at or (entry.modified_at if one.form == "sitemap" else None)


def _is_root(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query

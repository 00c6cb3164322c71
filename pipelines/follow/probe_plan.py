"""Chooses the next request to a site from the answers so far. This module sends nothing; the spider sends the request.

The order: possible addresses of the home page until one answers; lists, first those that surely belong to the site;
sections; then articles to try. Some requests are reserved for the articles.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit, urlunsplit

from pipelines import patterns
from pipelines.codes import NOT_OURS, Cause
from pipelines.follow import address_parts, list_worth, pattern
from pipelines.follow.list_worth import GUESSED, key
from pipelines.follow.probing_records import Part, ProbeAnswer, ProbeRequest, Robots
from pipelines.model import Entry, Source

# This many samples of a new site are requested. These are two more than are shown, because some turn out to be no
# articles.
SAMPLES = 12
# If samples fail, at most this many further samples are requested. Chosen: some pages are galleries.
SPARE_SAMPLES = 4
# This many samples of a source that is followed already are requested.
CHECKED = 6
ODD = "it is not like the others"
# At most this many samples are pages with addresses unlike the others. Chosen: they are enough to show which pages a
# pattern would exclude.
MAX_ODD = 4
# Addresses that no learned pattern matches are tried as odd ones only if they are at most this share of the addresses
# that feeds and news sitemaps name. Chosen: if they are more, the site has several forms of addresses.
ODD_SHARE = 0.3
# A folder is small if it has less than this share of the largest folder's addresses. Chosen: a pattern may leave out a
# small folder.
SMALL_SHARE = 0.1
# At least this many requests are reserved for samples. Chosen: without samples, nothing is known of the articles.
LEAST_HELD_REQUESTS = 3
FEEDS = ("/feed/", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feed.json", "/rss.php")
SITEMAPS = ("/sitemap.xml", "/sitemap_index.xml", "/wp-sitemap.xml", "/sitemap-index.xml", "/sitemap.xml.gz")
NEWS_SITEMAPS = ("/news-sitemap.xml", "/sitemap-news.xml", "/sitemaps/news.xml")
# At most this many sitemaps of a robots.txt are requested. Chosen: the first sitemaps are the site's own.
MAX_NAMED_SITEMAPS = 5
# At most this many feeds that a page links are requested. Chosen: the first feeds are the site's own, and later ones
# are feeds of comments.
MAX_LINKED_FEEDS = 6
# At most this many sitemaps of an index are requested. Chosen: the newest sitemaps show what the others are like.
MAX_CHILDREN = 2
# Besides feeds and sitemaps, at most this many sections are requested. Chosen: they show whether the feeds and sitemaps
# lack articles.
MAX_SECTIONS = 4
# If no feed or sitemap names articles, at most this many sections are requested. Chosen: a menu usually has about as
# many.
MAX_SECTIONS_ALONE = 14
NEWS = re.compile(r"news|google", re.IGNORECASE)
OF_ARTICLES = re.compile(r"posts?-post|article|news|story|stories|content", re.IGNORECASE)
NOT_OF_ARTICLES = re.compile(
    r"tag|categor|author|(?:^|[^a-z])pages?(?:[^a-z]|$)|image|video|taxonom|user|static|section", re.IGNORECASE
)


def next_want(
    url: str, seen: Sequence[ProbeAnswer], robots: Sequence[Robots], left: int, source: Source | None = None
) -> ProbeRequest | None:
    """The next request; None if nothing is worth one. left: number of requests that the time allows.

    source: a source that is followed already; its lists are requested before any others.
    """
    if left <= 0:
        return None
    asked = {key(one.want.url) for one in seen} | {key(one.url) for one in seen}
    home = list_worth.home_of(seen)
    if home is None and (want := _first(_homes(url, seen), asked)) is not None:
        return want
    if home is None and source is None:
        return None
    tried = [one for one in seen if one.want.part == Part.ARTICLE]
    came = sum(1 for one in tried if not one.problem)
    most = CHECKED if source else SAMPLES
    held = min(most, max(LEAST_HELD_REQUESTS, (left + len(seen)) // 2))
    if not tried and left > held:
        want = _first(_lists(home, seen, robots, source), asked)
        if want:
            return want
    want = _sample(seen, asked, source) if came < most and len(tried) < most + SPARE_SAMPLES else None
    return want or (None if source else _odd(seen, asked))


def left_out(seen: Sequence[ProbeAnswer], robots: Sequence[Robots], source: Source | None = None) -> list[str]:
    """The requests for which there was no time, in words."""
    home = list_worth.home_of(seen)
    if home is None and source is None:
        return []
    most = CHECKED if source else SAMPLES
    asked = {key(one.want.url) for one in seen} | {key(one.url) for one in seen}
    rest = [w for w in _lists(home, seen, robots, source) if key(w.url) not in asked]
    said = [f"{want.url} ({want.why})" for want in rest if want.why != GUESSED]
    came = len(list_worth.good(seen, Part.ARTICLE))
    tried = sum(1 for one in seen if one.want.part == Part.ARTICLE)
    if came < most and tried < most + SPARE_SAMPLES and _sample(seen, asked, source):
        said.append(f"{most - came} of {most} sample articles")
    return said


def _homes(url: str, seen: Sequence[ProbeAnswer]) -> Iterator[ProbeRequest]:
    """The possible addresses of a home page: as given, with the other scheme, with or without `www.`"""
    parts = urlsplit(url)
    yield ProbeRequest(url=url, part=Part.HOME, why="the address given")
    if seen and not any(_is_away(one) for one in seen):
        last = seen[-1]
        if last.form:
            yield ProbeRequest(url=urljoin(last.url, "/"), part=Part.HOME, why="the home page of the feed given")
        return
    host = parts.netloc.removeprefix("www.") if parts.netloc.startswith("www.") else f"www.{parts.netloc}"
    for scheme, netloc in (
        ("http" if parts.scheme == "https" else "https", parts.netloc),
        ("https", host),
        ("http", host),
    ):
        said = "by http, since https does not answer" if (scheme, netloc) == ("http", parts.netloc) else ""
        why = said or f"at {netloc}, since the address given does not answer"
        yield ProbeRequest(url=urlunsplit(parts._replace(scheme=scheme, netloc=netloc)), part=Part.HOME, why=why)


def _is_away(one: ProbeAnswer) -> bool:
    """Whether no server answered at this address; the site may use another scheme or host name."""
    said = one.code in (Cause.ROBOTS_ERROR, Cause.REST_ASKED, *NOT_OURS)
    return bool(one.problem) and not one.status and not said


def _lists(
    home: ProbeAnswer | None, seen: Sequence[ProbeAnswer], robots: Sequence[Robots], source: Source | None
) -> Iterator[ProbeRequest]:
    if source:
        for part, own in ((Part.FEED, source.feeds), (Part.SITEMAP, source.sitemaps), (Part.SECTION, source.sections)):
            yield from (ProbeRequest(url=one, part=part, why="in the source file") for one in own)
    if home is None:
        return
    root = home.url
    named = sorted(
        dict.fromkeys(urljoin(root, m) for r in robots for m in r.sitemaps),
        key=lambda m: not NEWS.search(urlsplit(m).path),
    )
    yield from (ProbeRequest(url=m, part=Part.SITEMAP, why="named in robots.txt") for m in named[:MAX_NAMED_SITEMAPS])
    linked = home.front.feeds if home.front else ()
    for feed, _ in linked[:MAX_LINKED_FEEDS]:
        yield ProbeRequest(url=feed, part=Part.FEED, why="linked from the home page")
    for feed in dict.fromkeys(f for r in robots for f in r.feeds):
        yield ProbeRequest(url=urljoin(root, feed), part=Part.FEED, why="named in robots.txt")
    yield from _children(seen)
    if source is None:
        yield from _guess_addresses(root, FEEDS, Part.FEED, list_worth.good(seen, Part.FEED))
        yield from _guess_addresses(root, SITEMAPS, Part.SITEMAP, list_worth.good(seen, Part.SITEMAP))
        if not any(one.form == "news sitemap" for one in seen) and not list_worth.good(seen, Part.FEED):
            yield from _guess_addresses(root, NEWS_SITEMAPS, Part.SITEMAP, [])
        yield from _children(seen)
        alone = not any(one.found for one in list_worth.good(seen, Part.FEED, Part.SITEMAP))
        most = MAX_SECTIONS_ALONE if alone else MAX_SECTIONS
        for section in list_worth.sections(seen)[:most]:
            yield ProbeRequest(url=section, part=Part.SECTION, why="linked from the home page")
        found = list_worth.find_known(seen)
        if alone and len(found.likely) < 2 * SAMPLES:
            for page in list_worth.good(seen, Part.HOME, Part.SECTION):
                if page.following and page.want.why != list_worth.NEXT and list_worth.find_titled(page, root):
                    yield ProbeRequest(url=page.following, part=Part.SECTION, why=list_worth.NEXT)


def _guess_addresses(root: str, paths: Iterable[str], part: Part, had: Sequence[ProbeAnswer]) -> Iterator[ProbeRequest]:
    """Requests for usual addresses of lists; none if an answer in `had` named articles or sitemaps."""
    if not any(one.found or one.maps for one in had):
        yield from (ProbeRequest(url=urljoin(root, path), part=part, why=GUESSED) for path in paths)


def _children(seen: Sequence[ProbeAnswer]) -> Iterator[ProbeRequest]:
    """The sitemaps of an index that most likely name new articles."""
    oldest = datetime.min.replace(tzinfo=UTC)

    def promise(place: int, entry: Entry) -> tuple[bool, bool, datetime, int]:
        name = urlsplit(entry.url).path.rpartition("/")[2].lower().replace("sitemap", "")
        other = bool(NOT_OF_ARTICLES.search(name)) and not OF_ARTICLES.search(name)
        return not other, bool(OF_ARTICLES.search(name)), entry.modified_at or oldest, place

    for one in seen:
        if one.maps:
            ranked = sorted(enumerate(one.maps), key=lambda pair: promise(*pair), reverse=True)
            for _, entry in ranked[:MAX_CHILDREN]:
                yield ProbeRequest(url=entry.url, part=Part.SITEMAP, why=f"named by {one.want.url}")


def _sample(seen: Sequence[ProbeAnswer], asked: set[str], source: Source | None) -> ProbeRequest | None:
    """The next article to try. The samples are divided among the sections in proportion to their known addresses. In a
    section, entries of feeds come first, then addresses that look like an article's, then the newest."""
    found = list_worth.find_known(seen)
    entries = {**found.likely, **found.sure}
    if source and source.allow:
        fits = {u: e for u, e in entries.items() if any(patterns.matches(regex, u) for regex in source.allow)}
        entries = fits or entries
    groups: dict[tuple[str, ...], list[str]] = {}
    weight: dict[tuple[str, ...], float] = defaultdict(float)
    taken: dict[tuple[str, ...], int] = defaultdict(int)
    for one in seen:
        if one.want.part == Part.ARTICLE:
            taken[address_parts.folder_of(one.want.url)] += 1
    for url in entries:
        folder = address_parts.folder_of(url)
        # An address that only looks like an article has less weight than an entry of a feed.
        weight[folder] += 1.0 if url in found.sure or not found.sure else 0.3 * bool(address_parts.speaks(url))
        if key(url) not in asked:
            groups.setdefault(folder, []).append(url)
    if found.sure:
        # The few addresses in small folders are tried later (`_odd`), when the pattern is known.
        least = SMALL_SHARE * max(weight.values(), default=0.0)
        groups = {folder: own for folder, own in groups.items() if weight[folder] > least} or groups
    ranked = sorted(groups, key=lambda folder: weight[folder] / (1 + taken[folder]), reverse=True)
    if not ranked:
        return None
    oldest = datetime.min.replace(tzinfo=UTC)

    def promise(url: str) -> tuple[bool, bool, datetime]:
        entry = entries[url]
        return url in found.sure, address_parts.speaks(url) > 0, entry.published_at or entry.modified_at or oldest

    return ProbeRequest(url=max(groups[ranked[0]], key=promise), part=Part.ARTICLE, why="sample")


def _odd(seen: Sequence[ProbeAnswer], asked: set[str]) -> ProbeRequest | None:
    """A request for one of the few listed addresses that no learned pattern matches, or in whose folder nothing was
    tried. Its sample shows whether it is an article."""
    tried = [one.want for one in seen if one.want.part == Part.ARTICLE]
    if sum(1 for want in tried if want.why == ODD) >= MAX_ODD:
        return None
    found = list_worth.find_known(seen)
    folders = {address_parts.folder_of(want.url) for want in tried}
    missed = set(pattern.learn(list(found.sure), found.others).missed)
    if len(missed) > ODD_SHARE * len(found.sure):
        missed = set()
    odd = (url for url in found.sure if url in missed or address_parts.folder_of(url) not in folders)
    return _first((ProbeRequest(url=url, part=Part.ARTICLE, why=ODD) for url in odd), asked)


def _first(wants: Iterable[ProbeRequest], asked: set[str]) -> ProbeRequest | None:
    return next((want for want in wants if key(want.url) not in asked), None)

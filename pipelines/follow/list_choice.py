"""Chooses the lists for a source file: news sitemaps and the fullest lists first, others only if they add entries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pipelines import patterns
from pipelines.follow import address_parts
from pipelines.follow.list_worth import (
    GUESSED,
    LEAST_NEW_ENTRIES,
    NEXT,
    OLDEST,
    find_titled,
    good,
    home_of,
    key,
    newest,
    same_site,
    sections,
)
from pipelines.follow.probing_records import Part, ProbeAnswer

# From this many hours on, an age is shown in days. Chosen: "40 hours" is still easy to read.
HOURS_IN_DAYS_FROM = 48

# A source has at most this many feeds. Chosen: each desk may have a feed; more feeds repeat the same entries.
MAX_FEEDS = 8
# A source has at most this many sitemaps. Chosen: these are a sitemap of news, a sitemap of articles, and one more.
MAX_SITEMAPS = 3
# A source has at most this many sections. Chosen: a large paper has about as many desks.
MAX_SECTIONS = 20
# A list is taken only if at least this share of its entries is in none of the lists taken before it. Chosen: a smaller
# share is not worth a nightly request.
NEW_SHARE = 0.1
# A section is taken if at least this share of its links is in no feed or sitemap: then the feeds and sitemaps do not
# cover the whole site.
UNLISTED_SHARE = 0.25
# At least this many links of a section must be in no feed or sitemap. Chosen: in a small section, UNLISTED_SHARE would
# be one or two links, which may be there by chance.
LEAST_OF_SECTION_LINKS = 3
# If there are at least LEAST_FRAMED_PAGES pages, a link that is on at least the share FRAMED_SHARE of them is a part of
# their frame. Chosen: a box of the latest articles is on nearly all pages.
FRAMED_SHARE, LEAST_FRAMED_PAGES = 0.7, 4
# If all feeds together have fewer entries than this and there is no sitemap, the feeds do not show all articles. Then a
# section is taken for a single link that they lack.
CUT = 10


@dataclass(frozen=True)
class ListChoice:
    """Lists for a source file, each with its evidence, and the lists left out with the reason."""

    feeds: tuple[tuple[str, str], ...] = ()
    sitemaps: tuple[tuple[str, str], ...] = ()
    sections: tuple[tuple[str, str], ...] = ()
    left: tuple[str, ...] = ()


def choose(seen: Sequence[ProbeAnswer], allow: Sequence[str], now: datetime) -> ListChoice:
    """The lists that a source needs: news sitemaps and the fullest feeds first, others only if they add entries."""
    left = [
        f"{one.want.url} is left out: it is {one.want.why}, but {one.problem}."
        for one in seen
        if one.problem and one.want.part in (Part.FEED, Part.SITEMAP) and one.want.why != GUESSED
    ]
    named: set[str] = set()
    feeds = _find_needed(good(seen, Part.FEED, Part.HOME), named, MAX_FEEDS, now, left)
    maps = [one for one in good(seen, Part.SITEMAP) if one.found or one.maps]
    # The sitemaps of an index are not taken themselves: the index leads to them, and their names change.
    inside = {key(entry.url) for one in maps for entry in one.maps}
    tops = [one for one in maps if key(one.want.url) not in inside]
    tops.sort(key=lambda one: (one.form != "news sitemap", one.want.why == GUESSED))
    sitemaps = _find_needed([_whole(one, maps) for one in tops], named, MAX_SITEMAPS, now, left)
    cut = not sitemaps and len(named) < CUT
    pages = _sections(seen, named, allow, whole=bool(feeds or sitemaps), cut=cut)
    return ListChoice(tuple(feeds), tuple(sitemaps), tuple(pages), tuple(left))


def age(at: datetime | None, now: datetime) -> str:
    """The age of a moment in words."""
    if at is None:
        return "without dates"
    hours = max(0, round((now - at).total_seconds() / 3600))
    if not hours:
        return "the newest less than an hour old"
    return f"the newest {hours} h old" if hours < HOURS_IN_DAYS_FROM else f"the newest {hours // 24} days old"


def _find_needed(
    lists: Sequence[ProbeAnswer], named: set[str], most: int, now: datetime, left: list[str]
) -> list[tuple[str, str]]:
    """The lists that add entries to `named`, with their evidence; extends `named` with their entries."""
    kept: list[tuple[str, str]] = []
    for one in sorted(lists, key=lambda o: (o.form != "news sitemap", o.want.why == GUESSED, -len(o.found))):
        own = {key(entry.url) for entry in one.found} - {""}
        what = f"{one.want.why}: {_article(one.form)}, {one.total or len(one.found):,} entries, {age(newest(one), now)}"
        if not own:
            continue
        if (last := newest(one)) and last < now - OLDEST:
            left.append(f"{one.want.url} is left out: its newest entry is {(now - last).days} days old.")
        elif kept and len(own - named) < max(LEAST_NEW_ENTRIES, NEW_SHARE * len(own)):
            left.append(f"{one.want.url} is left out: it names nearly nothing that the others don't.")
        elif len(kept) < most:
            kept.append((one.want.url, what))
            named |= own
        else:
            left.append(f"{one.want.url} is left out: {most} are enough.")
    return kept


def _whole(index: ProbeAnswer, maps: Sequence[ProbeAnswer]) -> ProbeAnswer:
    """An index, together with the entries of its sitemaps, as far as these were read."""
    if not index.maps:
        return index
    inside = {key(entry.url) for entry in index.maps}
    own = [one for one in maps if key(one.want.url) in inside]
    found = tuple(entry for one in own for entry in one.found)
    form = f"an index of {len(index.maps)}, of which {len(own)} {'was' if len(own) == 1 else 'were'} read"
    return replace(index, found=found, total=len(found), form=form)


def _sections(
    seen: Sequence[ProbeAnswer], named: set[str], allow: Sequence[str], *, whole: bool, cut: bool
) -> list[tuple[str, str]]:
    """Pages that list articles: all of them if no feed or sitemap is taken, else those with articles that these lack.

    whole: whether a feed or sitemap is taken. cut: whether these are too short to be trusted (CUT).
    """
    home = home_of(seen)
    if home is None:
        return []
    kept: list[tuple[str, str]] = []
    pages = [page for page in good(seen, Part.HOME, Part.SECTION) if page.want.why != NEXT]
    links = [_links(page, home, allow) for page in pages]
    counts = Counter(link for linked in links for link in linked)
    # A box of the latest articles that is on all pages says nothing about a single page.
    box = {
        link
        for link, count in counts.items()
        if len(pages) >= LEAST_FRAMED_PAGES and count >= FRAMED_SHARE * len(pages)
    }
    for page, linked in zip(pages, links, strict=True):
        if page is not home and linked and linked <= box:
            continue
        new = linked - named
        least = 1 if cut else max(LEAST_OF_SECTION_LINKS, UNLISTED_SHARE * len(linked))
        if (len(new) >= least) if whole else linked:
            said = f"{len(linked)} links to articles" + (f", {len(new)} of them in no feed or sitemap" if whole else "")
            kept.append((page.url, f"{'the home page' if page is home else page.want.why}: {said}"))
    builds = {address_parts.build_of(url) for url, _ in kept if key(url) != key(home.url)}
    had = {key(url) for one in seen for url in (one.want.url, one.url)}
    if not whole:
        beside = [url for url in sections(seen) if address_parts.build_of(url) in builds and key(url) not in had]
        kept += [(url, "in the menu beside those above; not looked at") for url in beside]
    return kept[:MAX_SECTIONS]


def _links(page: ProbeAnswer, home: ProbeAnswer, allow: Sequence[str]) -> set[str]:
    """The articles that a page links to."""
    return {
        key(anchor.url)
        for anchor in (page.front.anchors if page.front else ())
        if same_site(anchor.url, home.url) and any(patterns.matches(regex, anchor.url) for regex in allow)
    } or {key(anchor.url) for anchor in find_titled(page, home.url) if not allow and address_parts.speaks(anchor.url)}


def _article(form: str) -> str:
    article = "an" if form[:1] in "AR" else "a"
    return form if form.startswith("an ") else f"{article} {form}" + " feed" * (form in ("RSS", "Atom"))

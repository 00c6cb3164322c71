"""What the newsroom knows to be true of its articles: address, text, date and authors, for sites and for tests."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from urllib.parse import quote
from zoneinfo import ZoneInfo

from demo import texts
from demo.sites import DemoSite
from demo.state import Edition, Item


@dataclass(frozen=True, kw_only=True)
class Truth:
    """An article as its site means it; dates are aware and in the site's own time zone.

    url: as its feed and sitemap write it, percent-encoded. modified_at: published_at until it is edited.
    """

    url: str
    site: str
    number: int
    title: str
    paragraphs: tuple[str, ...]
    published_at: datetime
    modified_at: datetime
    authors: tuple[str, ...]
    language: str
    section: str
    tags: tuple[str, ...]
    deleted: bool = False


def truths(edition: Edition, site: str = "") -> list[Truth]:
    """Every article of a site, or of all, newest first; deleted ones are marked."""
    by_name = {each.name: each for each in edition.sites}
    found = [_truth(edition, by_name[item.site], item) for item in edition.items if item.site == site or not site]
    return sorted(found, key=lambda truth: (truth.published_at, truth.number), reverse=True)


def item_of(edition: Edition, url: str) -> Item:
    """The item behind an article's URL; ValueError says when there is none."""
    by_name = {each.name: each for each in edition.sites}
    for item in edition.items:
        if _truth(edition, by_name[item.site], item).url == url:
            return item
    raise ValueError(f"no article of the newsroom has the address {url}")


def extras(site: DemoSite) -> dict[str, str]:
    """Kind -> URL of the pages a site lists although they are no articles."""
    return {kind: f"http://{site.host}{EXTRA_PATHS[kind]}" for kind in site.extras}


# What an address pattern may name, with the regular expression it amounts to.
FIELDS = {
    "number": r"\d+",
    "id": r"\d+",
    "code": r"[0-9a-f]{8}",
    "slug": r"[^/?&]+",
    "section": r"[^/?&]+",
    "year": r"\d{4}",
    "month": r"\d\d",
    "day": r"\d\d",
}
EXTRA_PATHS = {
    "soft-404": "/news/local/lifeboat-open-day-programme-0a17c2",
    "gallery": "/news/pictures/regatta-week-in-pictures-0b92d4",
    "members": "/members/letters-to-the-editor-0c33e8",
}


def _truth(edition: Edition, site: DemoSite, item: Item) -> Truth:
    seed = f"{edition.seed}/{site.name}"
    text = texts.write(site.language, seed, item.number, breaking=item.breaking)
    address = _path(site, item, item.title or text.title, text.section)
    for edit in range(len(item.edits)):
        text = texts.revise(text, site.language, f"{seed}/{item.number}", edit)
    zone = ZoneInfo(site.timezone)
    return Truth(
        url=f"http://{site.host}{address}",
        site=site.name,
        number=item.number,
        title=item.title or text.title,
        paragraphs=text.paragraphs,
        published_at=item.published_at.astimezone(zone),
        modified_at=max([item.published_at, *item.edits]).astimezone(zone),
        authors=text.authors,
        language=site.language,
        section=text.section,
        tags=text.tags,
        deleted=item.deleted_at is not None,
    )


def slug_of(title: str) -> str:
    """A title as it stands in an address, percent-encoded."""
    return quote("-".join(re.findall(r"[\w\u200c]+", title.lower()))[:80].replace("\u200c", "-"))


def _path(site: DemoSite, item: Item, title: str, section: str) -> str:
    """Where the article stands on its site: by the site's own pattern, or in the manner of its markup."""
    day = item.published_at.astimezone(ZoneInfo(site.timezone))
    slug = slug_of(title)
    if site.address:
        return site.address.format(
            number=item.number,
            id=48000 + 7 * item.number,
            code=sha256(f"{site.name}/{item.number}".encode()).hexdigest()[:8],
            slug=slug,
            section=slug_of(section),
            year=f"{day:%Y}",
            month=f"{day:%m}",
            day=f"{day:%d}",
        )
    if site.family == "legacy":
        return f"/news.php?action=view&id={1000 + item.number}"
    if site.family == "modern":
        return f"/news/{day:%Y}/{slug}-{0xA000 + item.number * 37:06x}"
    if site.family == "portal":
        return f"/{site.language}/news/{48200 + item.number}/{slug}"
    return f"/{day:%Y/%m/%d}/{slug}-{item.number}/"

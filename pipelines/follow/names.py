"""Names a site: its title is the one on which its pages agree; the name of its source file comes from its host."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from urllib.parse import urlsplit

from pipelines import urls
from pipelines.follow.probing_records import FrontPage
from pipelines.sources.source_values import LONGEST_NAME_CHARACTERS

# If a name is taken, a hyphen and a number follow it, such as -999. They have at most this many characters.
NUMBER_CHARACTERS = 4

# A page's title ends, or begins, with the site's title. This separates the two.
SEPARATOR = re.compile(r"(?<!\s)\s+[-–—|·•:»«]+\s+|(?:(?<!\s)\s+)?[|»]\s*")
# A publisher's name has at most this many characters. Chosen: a longer text is a motto.
LONGEST_TITLE_CHARACTERS = 60
# At least this share of the pages has to agree on a title. Chosen: more than half must agree, but not all of them,
# because one page may be odd.
LEAST_SHARE = 0.6
HOME_WORDS = re.compile(r"^(?:home|home ?page|الرئيسية|الصفحة الرئيسية|صفحه اصلی|ana ?sayfa|accueil|startseite)$", re.I)
WEB = {"www", "m", "amp", "mobile", "web", "wap"}


def title(fronts: Sequence[FrontPage], feeds: Sequence[str], host: str) -> tuple[str, str]:
    """The site's title and its origin; fronts: the pages, home page first; feeds: the titles of the feeds."""
    named = Counter(front.site for front in fronts if front.site)
    if named:
        return named.most_common(1)[0][0][: 2 * LONGEST_TITLE_CHARACTERS], "og:site_name of its pages"
    parts = Counter(part for front in fronts for part in dict.fromkeys(_parts(front.title)))
    if len(fronts) > 2 and parts:
        part, count = parts.most_common(1)[0]
        if count >= LEAST_SHARE * len(fronts):
            return part, f"in the titles of {count} of {len(fronts)} pages"
    own = [part for feed in feeds for part in _parts(feed)]
    if own:
        return own[0], "what its feed calls itself"
    first = _parts(fronts[0].title) if fronts else []
    return (min(first, key=len), "the title of its home page") if first else (host, "its host")


def name(url: str) -> str:
    """The name of a source, from the host of its home page without `www.` and without a suffix such as `.co.uk`."""
    host = urls.host(url).strip("[]")
    if not re.search("[a-z]", host) or ":" in host:
        return _plain(f"{host}-{urlsplit(url).port or ''}")
    site = urls.site(host)
    below = [label for label in host.removesuffix(site).split(".") if label and label not in WEB]
    return _plain("-".join([*below, site.partition(".")[0]]))


def free(wanted: str, taken: Sequence[str]) -> str:
    """The wanted name, or the first free one of name-2, name-3 …"""
    known = {one.casefold() for one in taken}
    return next(n for n in (wanted, *(f"{wanted}-{count}" for count in range(2, 1000))) if n not in known)


def _plain(text: str) -> str:
    return (
        re.sub("[^a-z0-9]+", "-", text.lower()).strip("-")[: LONGEST_NAME_CHARACTERS - NUMBER_CHARACTERS].strip("-")
        or "source"
    )


def _parts(text: str) -> list[str]:
    parts = [part.strip() for part in SEPARATOR.split(text)]
    return [part for part in parts if part and len(part) <= LONGEST_TITLE_CHARACTERS and not HOME_WORDS.match(part)]

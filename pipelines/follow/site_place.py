"""Finds a site's language, country and time zone, each with its evidence.

A time zone counts as known only if two things agree: the first is a country's domain, a region in the markup, or a
language; the second are offsets in the dates that do not contradict the first. Otherwise there are candidates, and a
person chooses.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from pipelines import urls
from pipelines.follow.probing_records import FrontPage
from pipelines.sources import zones

# Because of summer time, clocks are compared on several days. Dates are compared with a zone's clock of today and of
# HALF_YEAR_DAYS days ago. Two zones are compared every MONTH_DAYS days, for YEAR_MONTHS months from today on.
HALF_YEAR_DAYS, MONTH_DAYS, YEAR_MONTHS = 180, 30, 12

# If no time zone is known, at most this many are offered. Chosen: a person has to choose among them.
MAX_CANDIDATES = 10
COUNTRY = re.compile("[A-Z]{2}")
BY_DOMAIN = "the country of its address"
BY_CATALOGUE = "the catalogue says so"
AS_GIVEN = "as given"
# An offset is compared with the zone's offsets if at least the share 1 - AGREE of the dates (one in ten) has it. Rarer
# offsets are not compared, because their dates may come from elsewhere.
AGREE = 0.9
# Page templates contain these regions before a site sets its own.
PRESET = {"en-us", "en-gb", "ar-ar", "fa-fa", "tr-tr"}
# Language -> the countries in which it is a main language of the press.
COUNTRIES = {
    "ar": "SA EG IQ SY JO LB PS YE OM AE QA BH KW SD LY TN DZ MA MR", "fa": "IR AF", "ps": "AF PK", "ur": "PK IN",
    "ckb": "IQ IR", "kmr": "TR SY IQ", "tr": "TR CY", "az": "AZ", "he": "IL", "el": "GR CY", "hy": "AM", "ka": "GE",
    "ru": "RU BY KZ KG", "uk": "UA", "be": "BY", "bg": "BG", "sr": "RS BA ME", "hr": "HR BA", "bs": "BA", "sl": "SI",
    "mk": "MK", "sq": "AL XK MK", "ro": "RO MD", "hu": "HU", "pl": "PL", "cs": "CZ", "sk": "SK", "de": "DE AT CH",
    "fr": "FR BE CH CA SN CI ML BF CM CD TN DZ MA", "nl": "NL BE", "it": "IT CH", "es": "ES MX AR CO CL PE VE EC BO UY",
    "pt": "PT BR AO MZ", "ca": "ES", "sv": "SE FI", "nb": "NO", "da": "DK", "fi": "FI", "et": "EE", "lv": "LV",
    "lt": "LT", "is": "IS", "en": "GB US IE CA AU NZ IN PK NG KE ZA GH IL", "hi": "IN", "bn": "BD IN", "ta": "IN LK",
    "si": "LK", "ne": "NP", "my": "MM", "th": "TH", "lo": "LA", "km": "KH", "vi": "VN", "id": "ID", "ms": "MY",
    "tl": "PH", "zh": "CN TW HK SG", "ja": "JP", "ko": "KR", "mn": "MN", "kk": "KZ", "ky": "KG", "uz": "UZ",
    "tg": "TJ", "tk": "TM", "am": "ET", "so": "SO DJ", "sw": "TZ KE", "ha": "NG NE", "af": "ZA",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class SitePlace:
    """The known place of a site; unknown fields are empty, with candidates for the time zone."""

    language: str = ""
    language_why: str = ""
    country: str = ""
    country_why: str = ""
    timezone: str = ""
    timezone_why: str = ""
    candidates: tuple[str, ...] = ()
    unsure: str = ""


# A function that takes the site's address and its known place, and gives the time zone and the country.
Ask = Callable[[str, SitePlace], tuple[str, str]]


def language(fronts: Sequence[FrontPage], texts: Sequence[str], lists: Sequence[str]) -> tuple[str, str]:
    """The language of a site and why; texts: its articles' detected languages; lists: its feeds' languages."""
    read = Counter(code for code in texts if code)
    said = Counter(_code(code) for code in [*(front.language for front in fronts), *lists] if _code(code))
    if read:
        code, count = read.most_common(1)[0]
        others = ", ".join(other for other, _ in read.most_common() if other != code)
        why = f"{count} of {read.total()} samples are in it" + (f", others in {others}" if others else "")
        if said and code not in said:
            why += f"; its markup says {said.most_common(1)[0][0]}"
        elif said:
            why += ", and its markup says so"
        return code, why
    if said:
        return said.most_common(1)[0][0], "its markup says so; no article was long enough to tell"
    return "", ""


def find(
    url: str,
    code: str,
    fronts: Sequence[FrontPage],
    offsets: Iterable[Iterable[tuple[int, int]]],
    now: datetime,
    *,
    timezone: str = "",
    country: str = "",
) -> SitePlace:
    """Country and time zone of a site in this language, from the first rule that gives them; else the candidates.

    offsets: for each list, and for the articles, (minutes east of UTC, number of dates). timezone, country: if a person
    gave them, these values count.
    """
    land, why = (country, AS_GIVEN) if country else _country(url, fronts)
    if country and not timezone and len(own := _zones_of(country)) == 1:
        timezone = own[0]
    if timezone:
        return _as_given(timezone, land, why)
    clue = _clue(code, land, why, offsets, now)
    return _by_clock(clue, code, now) or _by_country(clue) or _candidates(clue, now)


def offset(zone: str, at: datetime) -> int:
    """Minutes east of UTC of a time zone at a moment."""
    return int((at.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()).total_seconds() // 60)


def country_of(zone: str) -> str:
    """The country of a zone; an alias of a zone gives the country of the first zone with the same clock."""
    own = next((country for country, zones_ in _table().items() if zone in zones_), "")
    if own or "/" not in zone:
        return own
    folder = files("tzdata") / "zoneinfo"
    clock = folder.joinpath(zone).read_bytes()
    for line in (folder / "zone1970.tab").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            codes, _, name, *_ = line.split("\t")
            if folder.joinpath(name).read_bytes() == clock:
                return codes.partition(",")[0]
    return ""


@dataclass(frozen=True, kw_only=True)
class _Clue:
    """The evidence for a place: the country and its origin, the clocks of the dates, and the zones that fit both.

    `country`: empty if unknown. `sure`: the country comes from the address, from the catalogue, or from a person.
    `local`: number of dates by minutes east of UTC. `possible`: zones of the country, or of all countries with the
    language. `fitting`: the zones of `possible` with the clock of the dates. `seen`: the dates in words.
    """

    country: str
    why: str
    sure: bool
    local: Counter[int]
    possible: list[str]
    fitting: list[str]
    seen: str


def _clue(code: str, country: str, why: str, offsets: Iterable[Iterable[tuple[int, int]]], now: datetime) -> _Clue:
    local, in_utc = _clocks(offsets)
    possible = _zones_of(country) if country else _zones_of(*COUNTRIES.get(code, "").split())
    return _Clue(
        country=country,
        why=why,
        sure=bool(country) and why in (BY_DOMAIN, BY_CATALOGUE, AS_GIVEN),
        local=local,
        possible=possible,
        fitting=[zone for zone in possible if _fits(zone, local, now)],
        seen=_say_local(local) or ("its dates are all in UTC" if in_utc else "its dates have no offset"),
    )


def _as_given(timezone: str, country: str, why: str) -> SitePlace:
    """The zone that a person gave; its country is used if no other country is known."""
    land, told = (country, why) if country else (country_of(timezone), f"where {timezone} is")
    return SitePlace(country=land, country_why=told, timezone=timezone, timezone_why=AS_GIVEN)


def _by_clock(clue: _Clue, code: str, now: datetime) -> SitePlace | None:
    """The zone of the only fitting country, if all fitting zones have one clock, and if dates with offsets or a sure
    country speak for it."""
    one_country = bool(clue.country) or len({country_of(zone) for zone in clue.fitting}) == 1
    agreed = bool(clue.local) or clue.sure
    if not (clue.fitting and one_country and agreed and _alike(clue.fitting, now)):
        return None
    zone = _chief(clue.fitting, clue.country)
    if clue.country:
        return SitePlace(
            country=clue.country, country_why=clue.why, timezone=zone, timezone_why=f"{clue.why}; {clue.seen}"
        )
    only = f"{clue.seen}, and of the countries that write {code} only it has that"
    return SitePlace(country=country_of(zone), country_why=f"where {zone} is", timezone=zone, timezone_why=only)


def _by_country(clue: _Clue) -> SitePlace | None:
    """The zone of a country's largest press, if the country is sure and no list shows a clock (`local` is empty)."""
    if not clue.sure or clue.local or clue.country not in zones.CAPITALS:
        return None
    return SitePlace(
        country=clue.country,
        country_why=clue.why,
        timezone=zones.CAPITALS[clue.country],
        timezone_why=f"{clue.why}, by its largest press; {clue.seen}",
    )


def _candidates(clue: _Clue, now: datetime) -> SitePlace:
    """The zones from which a person may choose: the fitting ones or, if none fits, the possible ones. If neither
    country nor language is known, the main zones of all countries with the clock of the dates."""
    near = clue.possible
    if clue.local:
        anywhere = [] if clue.possible else [zone for zone in _all_zones() if _fits(zone, clue.local, now)]
        near = clue.fitting or anywhere or clue.possible
    return SitePlace(
        country=clue.country,
        country_why=clue.why,
        candidates=tuple(dict.fromkeys(near))[:MAX_CANDIDATES],
        unsure=f"{clue.why or 'its address tells no country'}; {clue.seen}",
    )


def _country(url: str, fronts: Sequence[FrontPage]) -> tuple[str, str]:
    """The country and its origin: from the address, or from the markup if the pages agree."""
    found = zones.country_of(url)
    if found:
        top = urls.host(url).rpartition(".")[2]
        own = zones.COUNTRIES.get(top, top.upper()) == found
        return found, BY_DOMAIN if own else BY_CATALOGUE
    said = Counter(
        tag.rpartition("-")[2].upper()
        for front in fronts
        for tag in {_tag(front.language), _tag(front.locale)}
        if "-" in tag and tag not in PRESET and tag.rpartition("-")[2].upper() in _table()
    )
    if len(said) == 1:
        return next(iter(said)), "the region its markup names"
    return "", ""


def _clocks(offsets: Iterable[Iterable[tuple[int, int]]]) -> tuple[Counter[int], bool]:
    """The offsets of all lists that show a clock, and whether a list with offsets shows none. A list shows a clock if
    it has an offset other than 0; many systems write all dates in UTC."""
    local: Counter[int] = Counter()
    in_utc = False
    for own in offsets:
        counts = Counter(dict(own))
        if any(counts[minutes] for minutes in counts if minutes):
            local.update(counts)
        else:
            in_utc = in_utc or bool(counts)
    return local, in_utc


def _fits(zone: str, local: Counter[int], now: datetime) -> bool:
    """Whether the clock of a zone had these offsets in the past year; true if there are no offsets to compare."""
    if not local:
        return True
    had = {offset(zone, now - timedelta(days=days)) for days in (0, HALF_YEAR_DAYS)}
    common = {minutes for minutes, count in local.items() if count >= (1 - AGREE) * local.total()}
    # Lists hold new entries: even after a clock change, they contain dates of today.
    return common <= had and offset(zone, now) in common


def _alike(fitting: Sequence[str], now: datetime) -> bool:
    """Whether all these zones have the same clock, now and through the year."""
    return (
        len({tuple(offset(zone, now + timedelta(days=MONTH_DAYS * n)) for n in range(YEAR_MONTHS)) for zone in fitting})
        == 1
    )


def _chief(fitting: Sequence[str], country: str) -> str:
    chief = zones.CAPITALS.get(country, "")
    return chief if chief in fitting else fitting[0]


def _say_local(local: Counter[int]) -> str:
    if not local:
        return ""
    said = []
    for minutes, count in local.most_common(2):
        hours, rest = divmod(abs(minutes), 60)
        said.append(f"{count} of {local.total()} dates are at {'-' if minutes < 0 else '+'}{hours:02}:{rest:02}")
    return ", ".join(said)


def _zones_of(*countries: str) -> list[str]:
    return [zone for country in countries for zone in _table().get(country, ())]


def _all_zones() -> list[str]:
    return [zone for own in _table().values() for zone in own[:1]]


@lru_cache(maxsize=1)
def _table() -> dict[str, tuple[str, ...]]:
    """Country -> its zones, the main one first."""
    text = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    found: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            code, _, zone, *_ = line.split("\t")
            found[code] = (*found.get(code, ()), zone)
    return found


def _code(tag: str) -> str:
    return _tag(tag).partition("-")[0]


def _tag(text: str) -> str:
    return text.strip().replace("_", "-").lower()

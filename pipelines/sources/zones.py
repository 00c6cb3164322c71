"""The country of a site and the time zone of its dates, as far as its address shows them.

Only this module knows which country a top-level domain belongs to. A source's file states country and zone itself; this
module is for pages that belong to no source.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from pipelines import urls
from pipelines.sources import folders

UNKNOWN = "UTC"
# These domains are sold to the whole world, so they do not show a country.
ANYBODYS = (
    "ac ag ai cc cf co cx dj fm ga gd gg gl gq gs im io la lc me ms nu pn pw sc sh st sx tc tf tk to tv vc vg vu ws"
)
OF_NO_COUNTRY = frozenset(ANYBODYS.split())
COUNTRIES = {
    "uk": "GB",
    "gov": "US",
    "edu": "US",
    "mil": "US",
    "xn--p1ai": "RU",
    "xn--j1amh": "UA",
    "xn--mgbaam7a8h": "AE",
    "xn--mgberp4a5d4ar": "SA",
}
COUNTRIES |= {"xn--wgbh1c": "EG", "xn--fiqs8s": "CN", "xn--kpry57d": "TW", "xn--mgba3a4f16a": "IR"}
# Most newspapers of these countries are in these zones, although the table of zones (zone.tab) names another city of
# the country first.
CAPITALS = {
    "AU": "Australia/Sydney", "BR": "America/Sao_Paulo", "CA": "America/Toronto", "RU": "Europe/Moscow",
    "KZ": "Asia/Almaty", "MN": "Asia/Ulaanbaatar", "CD": "Africa/Kinshasa", "UA": "Europe/Kyiv",
    "MY": "Asia/Kuala_Lumpur",
}  # fmt: skip


@lru_cache(maxsize=4096)
def zone_of(url: str) -> str:
    """The time zone (IANA) of the site of a URL: the zone in our catalogue, else the zone of its country; UTC if
    unknown.
    """
    try:
        host = urls.host(url)
    except ValueError:
        return UNKNOWN
    known = _find_in_catalogue(host)
    return known[1] if known else _first_zones().get(country_of(url), UNKNOWN)


@lru_cache(maxsize=4096)
def country_of(url: str) -> str:
    """The country (ISO 3166, upper case) of a URL's site; empty if the address does not show it."""
    try:
        host = urls.host(url)
    except ValueError:
        return ""
    known = _find_in_catalogue(host)
    if known:
        return known[0]
    domain = host.rpartition(".")[2]
    code = COUNTRIES.get(domain, domain.upper())
    # `example.com.co` is Colombian; `example.co` may belong to anybody.
    for_all = domain in OF_NO_COUNTRY and urls.site(host).count(".") < 2
    return code if len(code) == 2 and not for_all and code in _first_zones() else ""


def _find_in_catalogue(host: str) -> tuple[str, str] | None:
    """What the catalogue says about a host, or about its site if the site is an entry."""
    found = _catalogue()
    return found.get(host.removeprefix("www.")) or found.get(urls.site(host))


@lru_cache(maxsize=1)
def _catalogue() -> dict[str, tuple[str, str]]:
    """The hosts of the catalogue without `www.`, each with its country and zone."""
    found: dict[str, tuple[str, str]] = {}
    for source in folders.catalogue():
        found.setdefault(urls.host(source.url).removeprefix("www."), (source.country.upper(), source.timezone))
    return found


@lru_cache(maxsize=1)
def _first_zones() -> dict[str, str]:
    """The zone of each country. If a country has several zones: the one in CAPITALS, else the first in zone.tab."""
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    found: dict[str, str] = {}
    for code, _, zone, *_ in rows:
        found.setdefault(code, zone)
    return found | CAPITALS

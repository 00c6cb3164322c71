"""Sites without feed and sitemap: what they published stands on section pages, and on the pages behind them."""

from __future__ import annotations

from demo.families import menu_of
from demo.pages import ShownPage
from demo.sites import DemoSite
from demo.structures.family_parts import Ask, Lists, Structure, front, robots, sections

NAME = "sections-only"
SITES = (
    DemoSite(
        name="weiler", title="Weiler Anzeiger", language="de", country="DE", timezone="Europe/Berlin",
        family="modern", articles=16, feed="", structure=NAME, domain="test", options=("relative",), old=2,
        address="/{section}/{year}/{slug}-a{id}.html", menu="/{name}/", robots=robots("/abo/"),
    ),
    DemoSite(
        name="cotidien", title="Le Cotidien des Îles", language="fr", country="FR", timezone="Europe/Paris",
        family="portal", articles=15, feed="", structure=NAME, domain="test", options=("numbered", "baits"),
        address="/actu/{slug},{id}.html", menu="/rubrique/{name}", pages="{path}?debut={start}",
        robots=robots(delay=0.2),
    ),
    DemoSite(
        name="pencere", title="Pencere Gazetesi", language="tr", country="TR", timezone="Europe/Istanbul",
        family="boxed", articles=14, feed="", structure=NAME, domain="test", options=("no-end", "relative"),
        address="/{id}-{slug}.html", menu="/kategori/{n}-{name}", pages="{path}/sayfa/{page}", robots="",
    ),
    DemoSite(
        name="rawezh", title="ڕاوێژ", language="ckb", country="IQ", timezone="Asia/Baghdad",
        family="wordpress", articles=15, feed="", structure=NAME, domain="test",
        address="/babet/{id}", menu="/beş/{n}/", pages="{path}page/{page}/", robots=robots(),
    ),
)  # fmt: skip


def show(ask: Ask) -> ShownPage | None:
    """Sections with their further pages, and a front page of the newest six."""
    return sections(ask) or front(ask, count=6)


def lists(site: DemoSite) -> Lists:
    """Every section of the menu."""
    return Lists(sections=tuple(f"http://{site.host}{path}" for path, _ in menu_of(site)))


STRUCTURE = Structure(name=NAME, sites=SITES, show=show, lists=lists)

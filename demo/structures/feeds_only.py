"""Sites that list their articles in a feed and nowhere else: RSS 2.0, RSS 1.0, Atom and JSON Feed, one each."""

from __future__ import annotations

from demo import machine_lists
from demo.pages import ShownPage
from demo.sites import DemoSite
from demo.structures.family_parts import Ask, Lists, Structure, front, robots, xml

NAME = "feeds-only"
FEEDS = {"rss": "/rss.xml", "rdf": "/backend/index.rdf", "atom": "/atom.xml", "json": "/feed.json"}
TYPES = {
    "rss": "application/rss+xml",
    "rdf": "application/rdf+xml",
    "atom": "application/atom+xml",
    "json": "application/feed+json",
}
COMMENTS = "/comments.xml"
DECOY = f'<link rel="alternate" type="application/rss+xml" title="..." href="{COMMENTS}">'


def _link_to(form: str) -> str:
    return f'<link rel="alternate" type="{TYPES[form]}" href="{FEEDS[form]}">'


SITES = (
    DemoSite(
        name="lantern", title="The Lantern Weekly", language="en", country="GB", timezone="Europe/London",
        family="modern", articles=14, feed="", structure=NAME, domain="test", options=("rss",), old=2,
        address="/news/{year}/{slug}-{code}", head=_link_to("rss"), robots=robots(),
    ),
    DemoSite(
        name="deichbote", title="Deichbote", language="de", country="DE", timezone="Europe/Berlin",
        family="wordpress", articles=13, feed="", structure=NAME, domain="test", options=("rdf", "splash"),
        address="/artikel/{id}/{slug}.html", head=DECOY + _link_to("rdf"), robots=robots("/intern/", delay=0.2),
    ),
    DemoSite(
        name="minbar", title="منبر الساحل", language="ar", country="TN", timezone="Africa/Tunis",
        family="boxed", articles=15, feed="", structure=NAME, domain="test", options=("atom", "relative", "baits"),
        address="/{section}/{id}", robots=robots(),
    ),
    DemoSite(
        name="rivage", title="Le Courrier du Rivage", language="fr", country="FR", timezone="Europe/Paris",
        family="portal", articles=12, feed="", structure=NAME, domain="test", options=("json",),
        address="/{year}/{month}/{day}/{slug}_{id}.html", head=_link_to("json") + DECOY, robots="",
    ),
)  # fmt: skip


def show(ask: Ask) -> ShownPage | None:
    """Its one feed, the readers' comments as a feed, and a front page with the newest five, or without any."""
    form = ask.site.options[0]
    if ask.target == FEEDS[form]:
        if form == "json":
            return xml(ask, "feed", machine_lists.json_feed(ask.site, ask.live), TYPES[form])
        if form == "rdf":
            return xml(ask, "feed", machine_lists.rdf(ask.site, ask.live), TYPES[form])
        write = machine_lists.rss if form == "rss" else machine_lists.atom
        return xml(ask, "feed", write(ask.site, ask.live, ask.newest), TYPES[form])
    if ask.target == COMMENTS:
        return xml(ask, "feed", machine_lists.comments(ask.site, ask.live[:5], ask.newest), TYPES["rss"])
    return front(ask, count=0 if "splash" in ask.site.options else 5)


def lists(site: DemoSite) -> Lists:
    """The feed."""
    return Lists(feeds=(f"http://{site.host}{FEEDS[site.options[0]]}",))


STRUCTURE = Structure(name=NAME, sites=SITES, show=show, lists=lists)

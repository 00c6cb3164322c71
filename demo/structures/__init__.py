"""The crawl families: how synthetic sites list and address their articles. A module of this package is one family."""

from __future__ import annotations

import pkgutil
from collections.abc import Sequence
from datetime import datetime
from importlib import import_module

from demo.pages import ShownPage, missing, sameness, target_of
from demo.server import Request
from demo.sites import DemoSite
from demo.structures import family_parts, furniture
from demo.structures.family_parts import Ask, Structure
from demo.truth import Truth
from pipelines.model import Source


def _find_structures() -> dict[str, Structure]:
    modules = [import_module(f"{__name__}.{each.name}") for each in pkgutil.iter_modules(__path__)]
    families: list[Structure] = [module.STRUCTURE for module in modules if hasattr(module, "STRUCTURE")]
    return {family.name: family for family in families}


STRUCTURES = _find_structures()
FORTY: tuple[DemoSite, ...] = tuple(site for family in STRUCTURES.values() for site in family.sites)


def show(site: DemoSite, truths: Sequence[Truth], request: Request, opened_at: datetime) -> ShownPage:
    """What a site of a crawl family answers; truths: all its articles, newest first, deleted ones marked."""
    family = STRUCTURES[site.structure]
    target = family_parts.drop_trackers(sameness(request.target))
    ask = Ask(site=site, truths=tuple(truths), host=request.host, target=target, opened_at=opened_at)
    if site.host != f"{site.name}.{site.domain}" == request.host:
        return family_parts.redirect_to(f"http://{site.host}{request.target}")
    if ask.target == "/robots.txt":
        status = 200 if site.robots else 404
        return ShownPage(what="robots", text=site.robots, kind="text/plain", status=status)
    for truth in [*truths, *family_parts.baits(site)]:
        for turn, address in enumerate(addresses(site, truth)):
            if address.startswith(f"http://{request.host}/") and sameness(target_of(address)) == target:
                if truth.deleted:
                    return ShownPage(what="article", text=missing(site), status=410)
                return family.article(ask, truth, turn)
    found = family.show(ask) or furniture.show(ask)
    return found or ShownPage(what="missing", text=missing(site), status=404)


def addresses(site: DemoSite, truth: Truth) -> list[str]:
    """Every URL that leads to an article, its own first."""
    return [truth.url, *STRUCTURES[site.structure].also(site, truth)]


def hosts(site: DemoSite) -> list[str]:
    """The host names a site answers for, its own first."""
    more = STRUCTURES[site.structure].hosts if site.structure else ()
    bare = f"{site.name}.{site.domain}"
    return list(dict.fromkeys([site.host, bare, *(f"{prefix}{bare}" for prefix in more)]))


def source(site: DemoSite, *, delay: float = 0.1) -> Source:
    """The source that follows a site, as somebody would write it who knows the site well."""
    lists = STRUCTURES[site.structure].lists(site)
    return Source(
        name=site.name,
        title=site.title,
        url=site.url,
        country=site.country,
        language=site.language,
        timezone=site.timezone,
        feeds=lists.feeds,
        sitemaps=lists.sitemaps,
        sections=lists.sections,
        allow=(family_parts.allow(site),) if lists.sections else (),
        delay=delay,
    )

"""Makes a source from a look at its site. This module holds the order of the steps, from the address to the file."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from pipelines import timezones
from pipelines.errors import SourceError
from pipelines.follow import (
    already_followed,
    assess,
    draft_file,
    names,
    probing,
    probing_cache,
    samples,
)
from pipelines.follow.draft_file import Draft
from pipelines.follow.probing_records import Probe
from pipelines.follow.samples import Sample
from pipelines.follow.site_place import COUNTRY, Ask
from pipelines.model import Page, Source
from pipelines.settings import Settings
from pipelines.sources import folders, zones

# This many sample articles are shown. Chosen: they are few enough to read at a glance, and enough to judge.
SAMPLES_SHOWN = 10
# A run of a usual source fetches at most this many pages, which is the default of `max_pages` in `model.Source`.
USUAL_MAX_PAGES = 500


@dataclass(frozen=True, kw_only=True)
class FollowedSite:
    """The result for an address: a source with its file's text, or the problem and what to try.

    `samples`: the articles that were tried. `path`: the written file. `missing`: which of `timezone` and `country` are
    unknown; a person can give them as options.
    """

    url: str
    source: Source | None = None
    toml: str = ""
    evidence: tuple[str, ...] = ()
    samples: tuple[Sample, ...] = ()
    problem: str = ""
    tries: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    path: Path | None = None
    requests: int = 0
    seconds: float = 0.0


def follow(
    settings: Settings,
    url: str,
    *,
    name: str = "",
    timezone: str = "",
    country: str = "",
    delay: float = 1.0,
    budget: float = probing.BUDGET_SECONDS,
    write: bool = False,
    anew: bool = False,
    twice: bool = False,
    ask: Ask | None = None,
    on_line: Callable[[str], None] = lambda line: None,
) -> FollowedSite:
    """Probe a site and make a source of it; gives the source, its file's text and samples, or the problem.

    url: an address or a bare host.
    timezone, country: given if the caller knows them.
    delay: the least seconds between two requests.
    budget: seconds for the probing.
    write: also write the file into the sources folder.
    anew: look at the site even if a look of the last hour is kept.
    twice: follow the site although another source follows it already.
    ask: called if the time zone or country stays unknown; without it, the unknown fact is the problem.

    Nothing goes into the ledger. Raises NightdeskError if the probing could not begin.
    """
    url = probing.address(url)
    if timezone and timezone not in timezones.names():
        raise SourceError(f"{timezone!r} is no time zone; it is a name like Asia/Damascus.")
    if country and not COUNTRY.fullmatch(country):
        raise SourceError(f"{country!r} is no country; it is two letters like SY.")
    followed = folders.readable(settings)[0]
    if not twice and (told := already_followed.find_twice(followed, url)):
        raise SourceError(str(told))
    wanted = _name(settings, name, url)
    seed = Source(
        name=wanted, title="", url=url, country="", language="", timezone=zones.UNKNOWN, sections=(url,), delay=delay
    )
    had = None if anew else probing_cache.read(settings, seed)
    if had:
        looked, pages, age = had
        on_line(f"as the site was seen {round(age / 60)} minutes ago, by {looked.requests} requests")
    else:
        looked, pages = probing.probe(settings, seed, url, budget=budget, on_line=on_line)
    made = _make(seed, looked, pages, timezone=timezone, country=country, ask=ask)
    made = replace(made, requests=looked.requests, seconds=round(looked.seconds, 1))
    if made.source:
        made = _told_of(made, made.source, followed, twice=twice)
    if made.source and write:
        made = replace(made, path=folders.keep(settings, made.source.name, made.toml))
        probing_cache.drop(settings, seed)
    elif not had and (made.source or made.missing):
        # The look is kept, so that a second call with a "yes" or a missing fact sends no more requests to the site.
        try:
            probing_cache.write(settings, seed, looked, pages)
        except OSError as error:
            on_line(f"what was seen could not be kept for another try: {error}")
    return made


def _make(
    seed: Source, looked: Probe, pages: dict[str, Page], *, timezone: str, country: str, ask: Ask | None
) -> FollowedSite:
    """Make a source from a probing, or give the first reason against one."""
    now = datetime.now(UTC)
    try:
        home = assess.find_home(seed, looked, pages)
        tried = assess.read_articles(seed, home, looked, pages)
        where = assess.find_place(home, looked, tried.usual, now, timezone, country, ask)
        draft = assess.make_draft(looked, home, tried, where, now)
        outside = {
            sample.url
            for sample in tried.samples
            if sample.url in tried.odd or not assess.fits(sample.url, draft.learned.allow)
        }
        evidence = draft_file.evidence(draft) + [
            f"outside of the pattern: {sample.url}, {sample.verdict}"
            for sample in tried.samples
            if sample.url in outside
        ]
        assess.check_worth(draft, tried, evidence)
    except assess.RefusedSite as refused:
        return FollowedSite(
            url=seed.url,
            problem=refused.why.problem,
            tries=refused.why.tries,
            evidence=tuple(refused.evidence),
            samples=tuple(refused.shown)[:SAMPLES_SHOWN],
            missing=refused.missing,
        )
    source = _source(seed, draft)
    # The samples are read again with the clock and the language that are now known.
    shown = samples.read([page for page in tried.pages if page.url not in outside][:SAMPLES_SHOWN], source)
    toml = draft_file.text(source, draft)
    return FollowedSite(url=seed.url, source=source, toml=toml, evidence=tuple(evidence), samples=tuple(shown))


def _source(seed: Source, draft: Draft) -> Source:
    most = math.ceil((draft.rate or 0) * 2 / 100) * 100
    return Source(
        name=seed.name,
        title=" ".join(draft.title.split()),
        url=draft.home.url,
        country=draft.place.country,
        language=draft.place.language,
        timezone=draft.place.timezone,
        feeds=tuple(url for url, _ in draft.chosen.feeds),
        sitemaps=tuple(url for url, _ in draft.chosen.sitemaps),
        sections=tuple(url for url, _ in draft.chosen.sections),
        allow=draft.learned.allow,
        delay=seed.delay,
        max_pages=max(USUAL_MAX_PAGES, most),
    )


def _told_of(made: FollowedSite, source: Source, followed: Sequence[Source], *, twice: bool) -> FollowedSite:
    """The same result, with a line on other sources of the same publisher. A problem instead, if one of them reads the
    same lists."""
    told = already_followed.find_twice(followed, source.url, (*source.feeds, *source.sitemaps, *source.sections))
    if told and not twice:
        return replace(made, source=None, toml="", problem=told.problem, tries=(told.what_to_do,))
    beside = already_followed.beside(followed, source.url)
    return replace(made, evidence=(*made.evidence, beside)) if beside else made


def _name(settings: Settings, name: str, url: str) -> str:
    """The given name, or a name from the host; SourceError if the given name is taken."""
    if name:
        return folders.free_name(settings, name)
    # A file with a mistake in it also takes its name.
    return names.free(names.name(url), folders.names_taken(settings))

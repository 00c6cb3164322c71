"""A source made of what a probing saw: the order of the steps, from the address to the file."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit
from zoneinfo import available_timezones

from pipelines import patterns, urls
from pipelines.codes import Cause, Reason
from pipelines.errors import SourceError
from pipelines.extract import preview
from pipelines.extract.rejections import reasons
from pipelines.follow import address, choice, failure, kept, lists, names, pattern, place, plan, probing, samples
from pipelines.follow import file as source_file
from pipelines.follow import twice as twice_followed
from pipelines.follow.failure import Failure
from pipelines.follow.file import Draft
from pipelines.follow.pattern import Learned
from pipelines.follow.place import COUNTRY, Ask, Place
from pipelines.follow.samples import Sample
from pipelines.follow.seen import Front, Part, Probe, Seen
from pipelines.model import Page, Source
from pipelines.settings import Settings
from pipelines.sources import folders, zones

# Sample articles that are shown. Chosen: read at a glance, and telling enough.
SAMPLES_SHOWN = 10
# Fewer good samples than this share of them, and there is no source worth following.
LEAST_GOOD = 0.5
NOT_ARTICLES = {
    Reason.LISTING, Reason.HOME, Reason.SOFT_404, Reason.MEDIA, Reason.NOT_HTML, Reason.ERROR_PAGE, Reason.EMPTY,
}  # fmt: skip
# Pages a run of a usual source; model.Source has it as the default of `max_pages`.
USUAL_MAX_PAGES = 500


@dataclass(frozen=True, kw_only=True)
class Followed:
    """What became of an address: a source with its file's text, or the problem and what to try.

    samples: the articles that were tried; path: where the file was written. missing: what nobody knows and an option
    tells: timezone, country.
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
) -> Followed:
    """Probe a site and make a source of it: its record, its file's text, ten samples, or the problem and what to try.

    url: an address or a bare host.
    timezone, country: where somebody knows them.
    delay: the least seconds between two requests.
    budget: seconds for the probing.
    write: also write the file into the sources folder.
    anew: look at the site though it was looked at within the hour and nothing was written.
    twice: follow it though it is followed already, under another name.
    ask: called where time zone or country cannot be known; without it that is the problem.

    Nothing goes into the ledger. Raises NightdeskError where nothing could begin.
    """
    url = probing.address(url)
    if timezone and timezone not in available_timezones():
        raise SourceError(f"{timezone!r} is no time zone; it is a name like Asia/Damascus.")
    if country and not COUNTRY.fullmatch(country):
        raise SourceError(f"{country!r} is no country; it is two letters like SY.")
    followed = folders.readable(settings)[0]
    if not twice and (told := twice_followed.known(followed, url)):
        raise SourceError(str(told))
    wanted = _name(settings, name, url)
    seed = Source(
        name=wanted, title="", url=url, country="", language="", timezone=zones.UNKNOWN, sections=(url,), delay=delay
    )
    had = None if anew else kept.read(settings, seed)
    if had:
        looked, pages, age = had
        on_line(f"as the site was seen {round(age / 60)} minutes ago, by {looked.requests} requests")
    else:
        looked, pages = probing.probe(settings, seed, url, budget=budget, on_line=on_line)
    made = _made(url, wanted, looked, pages, timezone=timezone, country=country, delay=delay, ask=ask)
    made = replace(made, requests=looked.requests, seconds=round(looked.seconds, 1))
    if made.source:
        made = _told_of(made, made.source, followed, twice=twice)
    if made.source and write:
        made = replace(made, path=folders.keep(settings, made.source.name, made.toml))
        kept.drop(settings, seed)
    elif not had and (made.source or made.missing):
        # Somebody who says yes, or what was missing, does not have the site asked once more.
        try:
            kept.write(settings, seed, looked, pages)
        except OSError as error:
            on_line(f"what was seen could not be kept for another try: {error}")
    return made


def _made(
    url: str,
    name: str,
    looked: Probe,
    pages: dict[str, Page],
    *,
    timezone: str,
    country: str,
    delay: float,
    ask: Ask | None,
) -> Followed:
    """What a probing amounts to."""
    now = datetime.now(UTC)
    home = lists.home_of(looked.seen)
    wrong = failure.of_home(url, looked)
    if home is None or wrong:
        return _failed(url, wrong or failure.of_lists(url, looked), _robots(looked))
    blank = preview.anonymous(home.url, name)
    wall = _wall(home, looked, pages, blank)
    # A dialog over an empty page looks like a frame for scripts: a browser would see the same dialog.
    wrong = wall if wall and wall.consent else failure.of_shell(home.url, looked) or wall
    if wrong:
        return _failed(url, wrong, _robots(looked))
    articles = probing.pages_of(looked, pages, Part.ARTICLE)
    odd = {urls.cleaned(one.want.url) for one in looked.seen if one.want.why == plan.ODD}
    refused = [
        one
        for one in looked.seen
        if one.want.part == Part.ARTICLE and one.problem and urls.cleaned(one.want.url) not in odd
    ]
    if not articles and not refused:
        return _failed(url, failure.of_lists(home.url, looked), _robots(looked))
    tried = samples.stated(articles, blank)
    first = [sample for sample in tried if sample.url not in odd]
    where = _place(home, looked, first, blank, now, timezone, country)
    if not (where.timezone and where.country) and ask and any(sample.good for sample in first):
        zone, land = ask(home.url, where)
        where = replace(
            _place(home, looked, first, blank, now, zone, land),
            timezone_why=where.timezone_why or "as answered",
            country_why=where.country_why or ("as answered" if land else f"where {zone} is"),
        )
    learned = _learned(looked, tried)
    fronts = [one.front for one in looked.seen if one.front]
    feeds = [one.title for one in lists.good(looked.seen, Part.FEED, Part.HOME) if one.title]
    title, title_why = names.title(fronts, feeds, urls.host(home.url))
    draft = Draft(
        probe=looked,
        home=home,
        learned=learned,
        chosen=choice.choose(looked.seen, learned.allow, now),
        place=where,
        title=title,
        title_why=title_why,
        rate=lists.per_day(looked.seen, now),
        now=now,
    )
    outside = {sample.url for sample in tried if sample.url in odd or not _fits(sample.url, learned.allow)}
    evidence = source_file.evidence(draft)
    evidence += [f"outside of the pattern: {sample.url}, {sample.verdict}" for sample in tried if sample.url in outside]
    good = sum(sample.good for sample in first)
    if good < LEAST_GOOD * (len(first) + len(refused)) or not good:
        return _failed(url, failure.of_samples(home.url, first, refused), evidence, first)
    if not (draft.chosen.feeds or draft.chosen.sitemaps or draft.chosen.sections):
        return _failed(url, failure.of_stale(home.url, draft.chosen.left), evidence, first)
    if not where.timezone or not where.country:
        missing = tuple(name for name in ("timezone", "country") if not getattr(where, name))
        return replace(_failed(url, failure.of_place(home.url, where), evidence, first), missing=missing)
    source = _source(name, draft, delay)
    # Read again by the clock and in the language that are now known.
    shown = tuple(samples.read([page for page in articles if page.url not in outside][:SAMPLES_SHOWN], source))
    return Followed(
        url=url, source=source, toml=source_file.text(source, draft), evidence=tuple(evidence), samples=shown
    )


def _source(name: str, draft: Draft, delay: float) -> Source:
    most = math.ceil((draft.rate or 0) * 2 / 100) * 100
    return Source(
        name=name,
        title=" ".join(draft.title.split()),
        url=draft.home.url,
        country=draft.place.country,
        language=draft.place.language,
        timezone=draft.place.timezone,
        feeds=tuple(url for url, _ in draft.chosen.feeds),
        sitemaps=tuple(url for url, _ in draft.chosen.sitemaps),
        sections=tuple(url for url, _ in draft.chosen.sections),
        allow=draft.learned.allow,
        delay=delay,
        max_pages=max(USUAL_MAX_PAGES, most),
    )


def _told_of(made: Followed, source: Source, followed: Sequence[Source], *, twice: bool) -> Followed:
    """The same, or a problem where a source reads the same lists; with a line on others of the same publisher."""
    told = twice_followed.known(followed, source.url, (*source.feeds, *source.sitemaps, *source.sections))
    if told and not twice:
        return replace(made, source=None, toml="", problem=told.problem, tries=(told.what_to_do,))
    beside = twice_followed.beside(followed, source.url)
    return replace(made, evidence=(*made.evidence, beside)) if beside else made


def _name(settings: Settings, name: str, url: str) -> str:
    """The name that was asked for, or one by the host; SourceError where the name is taken."""
    if name:
        return folders.free_name(settings, name)
    # A file with a mistake in it has its name as well.
    return names.free(names.name(url), folders.taken(settings))


def _wall(home: Seen, looked: Probe, pages: dict[str, Page], blank: Source) -> Failure | None:
    """Whether the home page is no page of a site at all, by what extraction takes it for."""
    if lists.known(looked.seen).sure:
        return None
    own = pages.get(urls.cleaned(home.want.url))
    (read,) = samples.read([own], blank) if own else (Sample(url=home.url),)
    return failure.of_wall(home.url, read)


def _place(
    home: Seen, looked: Probe, first: Sequence[Sample], blank: Source, now: datetime, timezone: str, country: str
) -> Place:
    fronts: list[Front] = [one.front for one in looked.seen if one.front]
    spoken = [one.language for one in lists.good(looked.seen, Part.FEED, Part.SITEMAP) if one.language]
    read = [sample.language for sample in first if sample.good]
    code, why = place.language(fronts, read, spoken)
    stated = Counter(sample.offset for sample in first if sample.offset is not None)
    offsets = [*(one.offsets for one in looked.seen if one.offsets), tuple(stated.items())]
    found = place.find(home.url, code, fronts, offsets, now, timezone=timezone, country=country)
    return replace(found, language=code, language_why=why)


def _learned(looked: Probe, first: Sequence[Sample]) -> Learned:
    """The patterns of article addresses, with what the samples turned out to be."""
    found = lists.known(looked.seen)
    by_folder: dict[tuple[str, ...], list[bool]] = {}
    for sample in first:
        by_folder.setdefault(address.folder_of(sample.url), []).append(sample.reason not in NOT_ARTICLES)
    # One page that is none may stand in any section; where all that were tried are none, it is one of galleries.
    named_so = {address.folder_of(sample.url) for sample in first if _of_media(sample)}
    dropped = {
        folder for folder, tried in by_folder.items() if not any(tried) and (len(tried) > 1 or folder in named_so)
    }
    fine = [sample for sample in first if sample.reason not in NOT_ARTICLES]
    forms = [url for sample in fine for url in (sample.url, *sample.forms) if lists.same_site(url, sample.url)]
    # What robots.txt forbids is no article to us.
    bad = {sample.url for sample in first if sample not in fine}
    bad |= {one.want.url for one in looked.seen if one.want.part == Part.ARTICLE and one.code == Cause.ROBOTS}
    strangers = [url for url in (*found.sure, *found.likely) if address.folder_of(url) in dropped]
    left = bad.union(strangers)
    sure = [url for url in found.sure if url not in left]
    surely = set(map(address.build_of, sure)) if len(sure) >= pattern.FEW_ARTICLES else set()
    proven = set(map(address.build_of, forms)) - surely
    likely = [url for url in found.likely if url not in left and address.build_of(url) in proven]
    speaking = [url for url in likely if address.speaks(url)]
    likely = speaking if len(speaking) * 2 >= len(likely) else likely
    return pattern.learn([*sure, *likely, *forms], [*found.others, *strangers])


def _of_media(sample: Sample) -> bool:
    """Whether a page is no article for want of text, and stands where its address says that there is none."""
    media = sample.reason == Reason.MEDIA
    return media and bool(reasons.MEDIA_PATH.search(unquote(urlsplit(sample.url).path)))


def _fits(url: str, allow: Sequence[str]) -> bool:
    return not allow or any(patterns.matches(regex, url) for regex in allow)


def _failed(url: str, wrong: Failure, evidence: Sequence[str], shown: Sequence[Sample] = ()) -> Followed:
    return Followed(
        url=url,
        problem=wrong.problem,
        tries=wrong.tries,
        evidence=tuple(evidence),
        samples=tuple(shown)[:SAMPLES_SHOWN],
    )


def _robots(looked: Probe) -> list[str]:
    return source_file.of_robots(looked)

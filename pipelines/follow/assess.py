"""Decides from the results of a probing whether a site can become a source. Each step may refuse the site."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import unquote, urlsplit

from pipelines import patterns, urls
from pipelines.codes import Cause, Reason
from pipelines.extract import preview
from pipelines.extract.rejections import conditions
from pipelines.follow import (
    address_parts,
    draft_file,
    failure,
    list_choice,
    list_worth,
    names,
    pattern,
    probe_plan,
    probing,
    samples,
    site_place,
)
from pipelines.follow.draft_file import Draft
from pipelines.follow.failure import Failure
from pipelines.follow.pattern import LearnedPatterns
from pipelines.follow.probing_records import FrontPage, Part, Probe, ProbeAnswer
from pipelines.follow.samples import Sample
from pipelines.follow.site_place import Ask, SitePlace
from pipelines.model import Page, Source

# A source is worth following if at least this share of its samples is good.
LEAST_GOOD = 0.5
NOT_ARTICLES = {
    Reason.LISTING, Reason.HOME, Reason.SOFT_404, Reason.MEDIA, Reason.NOT_HTML, Reason.ERROR_PAGE, Reason.EMPTY,
}  # fmt: skip


class RefusedSite(Exception):
    """Raised if the site cannot become a source. Holds the reason, what is known so far, the samples, and the options
    with which a person could give missing facts."""

    def __init__(
        self, why: Failure, evidence: Sequence[str], shown: Sequence[Sample] = (), missing: tuple[str, ...] = ()
    ) -> None:
        super().__init__(why.problem)
        self.why, self.evidence, self.shown, self.missing = why, evidence, shown, missing


@dataclass(frozen=True, kw_only=True)
class TriedSite:
    """The requested articles: the pages that came, a sample of each, and the refused requests.

    `odd`: addresses that were requested because they look unlike the others; they do not count against the site.
    """

    pages: list[Page]
    samples: list[Sample]
    refused: list[ProbeAnswer]
    odd: set[str]

    @property
    def usual(self) -> list[Sample]:
        return [sample for sample in self.samples if sample.url not in self.odd]


def find_home(seed: Source, looked: Probe, pages: dict[str, Page]) -> ProbeAnswer:
    """The site's home page. Refuses the site if no page came, or only a wall, a dialog, or a page that is empty without
    its scripts."""
    robots = draft_file.of_robots(looked)
    home = list_worth.home_of(looked.seen)
    wrong = failure.of_home(seed.url, looked)
    if home is None or wrong:
        raise RefusedSite(wrong or failure.of_lists(seed.url, looked), robots)
    wall = _wall(home, looked, pages, preview.anonymous(home.url, seed.name))
    # A consent dialog over an empty page also looks like a page that needs its scripts. The dialog is named first,
    # because a browser would show the same dialog.
    wrong = wall if wall and wall.consent else failure.of_shell(home.url, looked) or wall
    if wrong:
        raise RefusedSite(wrong, robots)
    return home


def read_articles(seed: Source, home: ProbeAnswer, looked: Probe, pages: dict[str, Page]) -> TriedSite:
    """Read the requested articles as samples; refuses the site if no article was requested."""
    articles = probing.pages_of(looked, pages, Part.ARTICLE)
    odd = {urls.clean(one.want.url) for one in looked.seen if one.want.why == probe_plan.ODD}
    refused = [
        one
        for one in looked.seen
        if one.want.part == Part.ARTICLE and one.problem and urls.clean(one.want.url) not in odd
    ]
    if not articles and not refused:
        raise RefusedSite(failure.of_lists(home.url, looked), draft_file.of_robots(looked))
    stated = samples.keep_stated(articles, preview.anonymous(home.url, seed.name))
    return TriedSite(pages=articles, samples=stated, refused=refused, odd=odd)


def find_place(
    home: ProbeAnswer,
    looked: Probe,
    usual: Sequence[Sample],
    now: datetime,
    timezone: str,
    country: str,
    ask: Ask | None,
) -> SitePlace:
    """The place of the site. Calls `ask` for what is unknown, if `ask` is given and there is an article to follow."""
    where = _place(home, looked, usual, now, timezone, country)
    if (where.timezone and where.country) or not ask or not any(sample.good for sample in usual):
        return where
    zone, land = ask(home.url, where)
    return replace(
        _place(home, looked, usual, now, zone, land),
        timezone_why=where.timezone_why or "as answered",
        country_why=where.country_why or ("as answered" if land else f"where {zone} is"),
    )


def make_draft(looked: Probe, home: ProbeAnswer, tried: TriedSite, where: SitePlace, now: datetime) -> Draft:
    learned = _learn_patterns(looked, tried.samples)
    fronts = [one.front for one in looked.seen if one.front]
    feeds = [one.title for one in list_worth.good(looked.seen, Part.FEED, Part.HOME) if one.title]
    title, title_why = names.title(fronts, feeds, urls.host(home.url))
    return Draft(
        probe=looked,
        home=home,
        learned=learned,
        chosen=list_choice.choose(looked.seen, learned.allow, now),
        place=where,
        title=title,
        title_why=title_why,
        rate=list_worth.per_day(looked.seen, now),
        now=now,
    )


def check_worth(draft: Draft, tried: TriedSite, evidence: Sequence[str]) -> None:
    """Refuse a site with too few good articles, without a living list, or with an unknown place."""
    home, usual, place_ = draft.home.url, tried.usual, draft.place
    good = sum(sample.good for sample in usual)
    if good < LEAST_GOOD * (len(usual) + len(tried.refused)) or not good:
        raise RefusedSite(failure.of_samples(home, usual, tried.refused), evidence, usual)
    if not (draft.chosen.feeds or draft.chosen.sitemaps or draft.chosen.sections):
        raise RefusedSite(failure.of_stale(home, draft.chosen.left), evidence, usual)
    missing = tuple(name for name in ("timezone", "country") if not getattr(place_, name))
    if missing:
        raise RefusedSite(failure.of_place(home, place_), evidence, usual, missing)


def _wall(home: ProbeAnswer, looked: Probe, pages: dict[str, Page], blank: Source) -> Failure | None:
    """The failure if extraction takes the home page for a wall or an error; None otherwise, and always if feeds or news
    sitemaps name articles."""
    if list_worth.find_known(looked.seen).sure:
        return None
    own = pages.get(urls.clean(home.want.url))
    (read,) = samples.read([own], blank) if own else (Sample(url=home.url),)
    return failure.of_wall(home.url, read)


def _place(
    home: ProbeAnswer, looked: Probe, first: Sequence[Sample], now: datetime, timezone: str, country: str
) -> SitePlace:
    fronts: list[FrontPage] = [one.front for one in looked.seen if one.front]
    spoken = [one.language for one in list_worth.good(looked.seen, Part.FEED, Part.SITEMAP) if one.language]
    read = [sample.language for sample in first if sample.good]
    code, why = site_place.language(fronts, read, spoken)
    stated = Counter(sample.offset for sample in first if sample.offset is not None)
    offsets = [*(one.offsets for one in looked.seen if one.offsets), tuple(stated.items())]
    found = site_place.find(home.url, code, fronts, offsets, now, timezone=timezone, country=country)
    return replace(found, language=code, language_why=why)


def _learn_patterns(looked: Probe, first: Sequence[Sample]) -> LearnedPatterns:
    """Learn the patterns of article addresses, from the lists and from the verdicts on the samples."""
    found = list_worth.find_known(looked.seen)
    by_folder: dict[tuple[str, ...], list[bool]] = {}
    for sample in first:
        by_folder.setdefault(address_parts.folder_of(sample.url), []).append(sample.reason not in NOT_ARTICLES)
    # One page that is no article may be in any section. If several pages of a section were tried and none is an
    # article, the section holds galleries. One page is enough if its address names a section of media.
    named_so = {address_parts.folder_of(sample.url) for sample in first if _of_media(sample)}
    dropped = {
        folder for folder, tried in by_folder.items() if not any(tried) and (len(tried) > 1 or folder in named_so)
    }
    fine = [sample for sample in first if sample.reason not in NOT_ARTICLES]
    forms = [url for sample in fine for url in (sample.url, *sample.forms) if list_worth.same_site(url, sample.url)]
    # A page that robots.txt forbids is no article for us.
    bad = {sample.url for sample in first if sample not in fine}
    bad |= {one.want.url for one in looked.seen if one.want.part == Part.ARTICLE and one.code == Cause.ROBOTS}
    strangers = [url for url in (*found.sure, *found.likely) if address_parts.folder_of(url) in dropped]
    left = bad.union(strangers)
    sure = [url for url in found.sure if url not in left]
    surely = set(map(address_parts.build_of, sure)) if len(sure) >= pattern.FEW_ARTICLES else set()
    proven = set(map(address_parts.build_of, forms)) - surely
    likely = [url for url in found.likely if url not in left and address_parts.build_of(url) in proven]
    speaking = [url for url in likely if address_parts.speaks(url)]
    likely = speaking if len(speaking) * 2 >= len(likely) else likely
    return pattern.learn([*sure, *likely, *forms], [*found.others, *strangers])


def _of_media(sample: Sample) -> bool:
    """Whether a page has too little text for an article, and its address names a section of media."""
    media = sample.reason == Reason.MEDIA
    return media and bool(conditions.MEDIA_PATH.search(unquote(urlsplit(sample.url).path)))


def fits(url: str, allow: Sequence[str]) -> bool:
    return not allow or any(patterns.matches(regex, url) for regex in allow)

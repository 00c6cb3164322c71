"""Looks at a followed source again: which lines of its file no longer hold, and which lists the file lacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pipelines import patterns
from pipelines.codes import Cause
from pipelines.follow import list_worth, probing, samples
from pipelines.follow.list_worth import key
from pipelines.follow.probing_records import Part, Probe, ProbeAnswer
from pipelines.follow.samples import Sample
from pipelines.model import Entry, Source
from pipelines.settings import Settings

# A look at a followed site takes at most this many seconds. Chosen: this is less than for a new site, because the lists
# are known.
BUDGET_SECONDS = 60.0
# At least this share of the listed addresses must match `allow`. A smaller share means that the site was rebuilt.
FITS = 0.8
# The check may say that `allow` no longer fits if the lists name at least this many addresses. Chosen: fewer are no
# sample.
LEAST_NAMED_URLS = 5
WORDS = {Part.FEED: "feed", Part.SITEMAP: "sitemap", Part.SECTION: "section", Part.HOME: "section"}


@dataclass(frozen=True)
class SourceChange:
    """One difference between the site and the file. `bad`: articles are lost because of it."""

    text: str
    bad: bool = True


@dataclass(frozen=True, kw_only=True)
class CheckedSource:
    """The result of a look at a followed source. `fine`: a sentence about what still holds."""

    source: str
    changes: tuple[SourceChange, ...]
    samples: tuple[Sample, ...]
    fine: str

    @property
    def broken(self) -> bool:
        """Whether a person has to act."""
        return any(change.bad for change in self.changes)


def check(
    settings: Settings,
    source: Source,
    *,
    budget: float = BUDGET_SECONDS,
    on_line: Callable[[str], None] = lambda line: None,
) -> CheckedSource:
    """Look at a followed source's site again, for at most `budget` seconds. Nothing goes into the ledger."""
    looked, pages = probing.probe(settings, source, source.url, budget=budget, known=True, on_line=on_line)
    read = samples.read(probing.pages_of(looked, pages, Part.ARTICLE), source)
    return CheckedSource(
        source=source.name,
        changes=tuple(changes(source, looked, read, datetime.now(UTC))),
        samples=tuple(read),
        fine=_fine(source, looked, read),
    )


def changes(source: Source, looked: Probe, read: Sequence[Sample], now: datetime) -> list[SourceChange]:
    """All changes; those because of which articles are lost come first."""
    own = {key(url) for url in (*source.feeds, *source.sitemaps, *source.sections)}
    asked = [one for one in looked.seen if key(one.want.url) in own and one.want.part in WORDS]
    found = [change for one in asked for change in _of_list(one, now)]
    found += _of_home(looked)
    found += _new_lists(source, looked, own)
    slow = [robots for robots in looked.robots if robots.delay > source.delay]
    for robots in slow:
        said = f"robots.txt of {robots.place} asks for {robots.delay:g} s between requests"
        found.append(SourceChange(f"{said}, the file says {source.delay:g}", False))
    found += _of_pattern(source, asked)
    found += _of_samples(looked, read)
    return sorted(found, key=lambda change: not change.bad)


def _of_list(one: ProbeAnswer, now: datetime) -> list[SourceChange]:
    what = f"the {WORDS[one.want.part]} {one.want.url}"
    if one.code == Cause.ROBOTS:
        return [SourceChange(f"robots.txt forbids {what}")]
    if one.code in (Cause.NOT_FOUND, Cause.GONE_FOR_GOOD, Cause.NO_LIST):
        return [SourceChange(f"{what} is gone: {one.problem}")]
    if one.problem:
        return [SourceChange(f"{what} cannot be fetched: {one.problem}")]
    if one.front:
        return [] if list_worth.find_titled(one, one.url) else [SourceChange(f"{what} lists no articles any more")]
    if not (one.found or one.maps):
        return [SourceChange(f"{what} names nothing")]
    last = list_worth.newest(one)
    if last and last < now - list_worth.OLDEST:
        return [SourceChange(f"{what} has named nothing new for {(now - last).days} days")]
    return []


def _of_home(looked: Probe) -> list[SourceChange]:
    """The change if the home page does not answer. No person has to act while the lists answer."""
    homes = [one for one in looked.seen if one.want.part == Part.HOME]
    if list_worth.home_of(looked.seen) is not None or not homes:
        return []
    return [
        SourceChange(
            f"the home page {homes[0].want.url} cannot be fetched: {homes[0].problem or 'it is no HTML page'}", False
        )
    ]


def _new_lists(source: Source, looked: Probe, own: set[str]) -> list[SourceChange]:
    """Feeds and sitemaps of the site that the file lacks, if they name articles that no list in the file names."""
    inside = {key(entry.url) for one in looked.seen for entry in one.maps}
    named = {key(e.url) for one in looked.seen if key(one.want.url) in own | inside for e in one.found}
    told = []
    for one in list_worth.good(looked.seen, Part.FEED, Part.SITEMAP):
        new = [entry for entry in one.found if key(entry.url) not in named]
        if key(one.want.url) not in own | inside and len(new) >= list_worth.LEAST_NEW_ENTRIES:
            what = WORDS[one.want.part]
            told.append(
                SourceChange(
                    f"a {what} that the file lacks: {one.want.url}, {one.want.why}, {len(new)} new addresses", False
                )
            )
    return told


def _of_pattern(source: Source, asked: Sequence[ProbeAnswer]) -> list[SourceChange]:
    found: dict[str, Entry] = {e.url: e for one in asked for e in one.found if one.form != "sitemap"}
    missed = [url for url in found if source.allow and not any(patterns.matches(regex, url) for regex in source.allow)]
    if len(found) < LEAST_NAMED_URLS or len(missed) <= (1 - FITS) * len(found):
        return []
    fit = len(found) - len(missed)
    return [
        SourceChange(f"`allow` no longer fits: {fit} of {len(found)} addresses in its lists match, not {missed[0]}")
    ]


def _of_samples(looked: Probe, read: Sequence[Sample]) -> list[SourceChange]:
    refused = [one for one in looked.seen if one.want.part == Part.ARTICLE and one.problem]
    kinds = Counter(sample.kind for sample in read if not sample.good)
    kinds.update(one.problem for one in refused)
    if not kinds:
        return []
    good, of = sum(sample.good for sample in read), len(read) + len(refused)
    said = ", ".join(f"{count} × {kind}" for kind, count in kinds.most_common())
    return [SourceChange(f"{good} of {of} sample articles are good: {said}", 2 * good < of)]


def _fine(source: Source, looked: Probe, read: Sequence[Sample]) -> str:
    own = {key(url) for url in (*source.feeds, *source.sitemaps, *source.sections)}
    answering = {key(one.want.url) for one in looked.seen if not one.problem} & own
    good = sum(sample.good for sample in read)
    return f"{len(answering)} of {len(own)} lists answer, {good} of {len(read)} sample articles are good"

"""Writes what was found out about a site: as sentences, and as a source file that says where each line is from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pipelines.codes import Cause
from pipelines.follow.list_choice import ListChoice
from pipelines.follow.pattern import LearnedPatterns
from pipelines.follow.probing_records import Probe, ProbeAnswer
from pipelines.follow.site_place import SitePlace
from pipelines.model import Source
from pipelines.sources.sourcefile import render

# A rate of at least this many articles a day is shown per day, a smaller one per week. Chosen: "seven articles a week"
# says more than "one article a day".
A_DAY = 1.5
# A rate per day times this number is a rate per week.
WEEK_DAYS = 7

# At most this many of each are shown: lists that were left out (in the terminal; the source file has all of them),
# addresses that a host's robots.txt forbids, and requests for which there was no time. Chosen: further ones would be of
# the same kind.
MAX_LEFT_SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A source before its file is written, with the findings behind it."""

    probe: Probe
    home: ProbeAnswer
    learned: LearnedPatterns
    chosen: ListChoice
    place: SitePlace
    title: str
    title_why: str
    rate: float | None
    now: datetime


def evidence(draft: Draft) -> list[str]:
    """The findings, line by line, as a terminal shows them."""
    front = draft.home.front
    said = [f"home page: {draft.home.url}, {draft.home.want.why}"]
    if front:
        said[0] += f"; {front.charset or 'no charset said'}, {front.words:,} words, {len(front.anchors):,} links"
    said += of_robots(draft.probe)
    said += [f"feed: {url}, {why}" for url, why in draft.chosen.feeds]
    said += [f"sitemap: {url}, {why}" for url, why in draft.chosen.sitemaps]
    said += [f"section: {url}, {why}" for url, why in draft.chosen.sections]
    said += draft.chosen.left[:MAX_LEFT_SHOWN]
    said.append(f"articles: {of_pattern(draft)}")
    said.append(f"title: {draft.title}, {draft.title_why}")
    where = draft.place
    for key, value, why in (
        ("language", where.language, where.language_why),
        ("country", where.country, where.country_why),
        ("time zone", where.timezone, where.timezone_why or where.unsure),
    ):
        said.append(f"{key}: {value or 'not known'}" + (f", {why}" if why else ""))
    said.append(f"to expect: {of_rate(draft.rate)}")
    if draft.probe.left_out:
        said.append("not looked at, because there was no time: " + ", ".join(draft.probe.left_out[:MAX_LEFT_SHOWN]))
    return said


def text(source: Source, draft: Draft) -> str:
    """The TOML text of the source, each key with its evidence as a comment."""
    where = draft.place
    said: dict[str, list[str]] = {
        "": [
            f"Followed on {draft.now:%Y-%m-%d} from {draft.home.want.url}.",
            *of_robots(draft.probe),
            f"To expect: {of_rate(draft.rate)}.",
            *draft.chosen.left,
        ],
        "title": [f"as it is {draft.title_why}" if draft.title_why.startswith("in ") else draft.title_why],
        "url": [draft.home.want.why],
        "country": [where.country_why],
        "language": [where.language_why],
        "timezone": [where.timezone_why],
        "feeds": [f"{url}: {why}" for url, why in draft.chosen.feeds],
        "sitemaps": [f"{url}: {why}" for url, why in draft.chosen.sitemaps],
        "sections": [f"{url}: {why}" for url, why in draft.chosen.sections],
        "allow": [of_pattern(draft)],
        "max_pages": [of_rate(draft.rate)],
    }
    return render(source, {key: [_sentence(line) for line in lines if line] for key, lines in said.items()})


def of_robots(probe: Probe) -> list[str]:
    """The rules of each host's robots.txt, one line for each host."""
    said = []
    for robots in probe.robots:
        if robots.status >= 300:
            said.append(f"robots.txt: {robots.place} has none (status {robots.status})")
            continue
        parts = [f"a crawl delay of {robots.delay:g} s" if robots.delay else "no crawl delay"]
        parts += [f"{len(robots.sitemaps)} sitemap(s) named"] if robots.sitemaps else []
        forbidden = [
            one.want.url for one in probe.seen if one.code == Cause.ROBOTS and one.want.url.startswith(robots.place)
        ]
        parts += (
            [f"forbids {', '.join(forbidden[:MAX_LEFT_SHOWN])}"]
            if forbidden
            else ["forbids nothing that was asked for"]
        )
        said.append(f"robots.txt: {robots.place}: {', '.join(parts)}")
    return said


def of_pattern(draft: Draft) -> str:
    """How well the learned patterns fit."""
    learned = draft.learned
    if not learned.of:
        return "no address of an article is known"
    fits = f"{learned.covered} of {learned.of} known addresses of articles match"
    wrong = (
        f"{len(learned.wrong)} of {learned.others} other pages do"
        if learned.wrong
        else f"none of {learned.others} other pages does"
    )
    if learned.allow:
        return f"{fits} the learned pattern{'s' * (len(learned.allow) > 1)}, {wrong}"
    return f"no pattern is kept: with the best that was learned {fits}, {wrong}; what the lists name is taken as it is"


def _sentence(line: str) -> str:
    bare = line.rstrip(".")
    return (bare[:1].upper() + bare[1:] if bare.partition(" ")[0].isalpha() else bare) + "."


def of_rate(rate: float | None) -> str:
    """The number of articles a day or a week, in words."""
    if rate is None:
        return "not known: the lists have too few dates"
    return (
        f"about {rate:.0f} articles a day"
        if rate >= A_DAY
        else f"about {max(1, round(rate * WEEK_DAYS))} articles a week"
    )

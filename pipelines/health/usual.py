"""The usual pace of a source: how many new articles to expect in a span, and how far chance moves that number.

The pace is learned from the source's own looks: an overall rate, times a factor for the day of the week, times a factor
for the hour. A factor stays near 1 while little is known. Old looks count less. If the articles of many spans of the
same length are counted, the counts lie farther from the expected count than chance explains. This scatter makes the
usual range wider (a negative binomial). docs/decisions.md has the figures.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

from pipelines.health import policy

HOUR = timedelta(hours=1)
# These are numbers of the calendar.
DAYS_OF_WEEK, HOURS_OF_WEEK = 7, 7 * 24
# BETWEEN_COUNTS is the continuity correction for a count that is compared with the normal distribution. HALF is the
# share of that distribution below its mean, and also the share that is left after a half-life.
BETWEEN_COUNTS, HALF = 0.5, 0.5
# A window is a span of the history whose articles are counted. A new window begins after every quarter of a window's
# length.
WINDOW_PARTS = 4
# The chance of a count up to this number is added up term by term (`tail`). Chosen: for higher counts the normal
# distribution gives the same result.
MOST_TERMS = 400


@dataclass(frozen=True, kw_only=True)
class SourceLook:
    """The result of a crawl of a source, as far as it is known now.

    `at`: when it began. `heard`: whether its lists answered. `new`: new articles. `pages`: pages that came and were
    read. `articles`: how many of these pages are articles. `cause`: one word that says why no list answered.
    `refused`: whether the site refused our requests. `walls`: how many pages are walls. `held`: articles that are held
    as drifting. `behind`: whether the feed lacked articles of the sitemap. `newest`: when the newest of its new
    articles was published, if that is known.
    """

    at: datetime
    heard: bool = True
    new: int = 0
    pages: int = 0
    articles: int = 0
    cause: str = ""
    refused: bool = False
    walls: int = 0
    held: int = 0
    behind: bool = False
    newest: datetime | None = None


@dataclass(frozen=True)
class UsualPace:
    """The learned pace of a source: how many articles to expect, and how many really came, hour by hour from `begin`
    on.

    `sums`, `seen`: the expected articles, and those that came, each summed up from `begin` to every hour. `known`: the
    weighted number of articles from which the pace is learned. `learned_until`: the pace is learned from this many
    hours, counted from `begin`.
    """

    begin: datetime
    sums: list[float]
    known: float
    seen: list[float] = field(repr=False)
    learned_until: int = 0

    def count_expected(self, start: datetime, end: datetime) -> float:
        """The usual number of new articles between two moments."""
        return self._at(self.sums, end) - self._at(self.sums, start)

    def windows(self, span: timedelta, ended: datetime | None = None) -> tuple[float, float]:
        """Two values about the counts of earlier spans of this length: how much they vary beyond chance, as a squared
        share, and the lowest count, as a share of the expected one.

        The first value is never 0. The second is 1 if no such span is known. ended: when the source's count last became
        usual again; the lowest count is searched up to then, also in the newest looks.
        """
        hours = max(1, round(span / HOUR))
        found, count, lowest = 0.0, 0, 1.0
        told = int((ended - self.begin) / HOUR) if ended else 0
        until = max(self.learned_until, min(told, len(self.seen) - 1))
        for start in range(0, until - hours + 1, max(1, hours // WINDOW_PARTS)):
            expected = self.sums[start + hours] - self.sums[start]
            if expected < policy.LEAST_EXPECTED:
                continue
            seen = self.seen[start + hours] - self.seen[start]
            lowest = min(lowest, seen / expected)
            if start + hours <= self.learned_until:
                found += ((seen - expected) ** 2 - expected) / expected**2
                count += 1
        own = (found + policy.SCATTER * policy.SCATTER_WINDOWS) / (count + policy.SCATTER_WINDOWS)
        # A pace that is learned from few articles is uncertain itself, so the scatter grows.
        return max(own, policy.SCATTER) + 1 / max(1.0, self.known), lowest

    def _at(self, sums: Sequence[float], at: datetime) -> float:
        hours = (at - self.begin) / HOUR
        if hours <= 0:
            return 0.0
        whole = min(int(hours), len(sums) - 2)
        return sums[whole] + min(hours - whole, 1.0) * (sums[whole + 1] - sums[whole])


def pair_looks(looks: Sequence[SourceLook]) -> list[tuple[SourceLook, SourceLook]]:
    """The looks whose lists answered, each with the look before it. The new articles of a look came between the two.

    Pairs that are farther apart than LONGEST_UNHEARD are left out, because lists drop old articles.
    """
    listening = [look for look in looks if look.heard]
    return [(one, two) for one, two in pairwise(listening) if two.at - one.at <= policy.LONGEST_UNHEARD]


def learn(looks: Sequence[SourceLook], now: datetime, zone: str) -> UsualPace | None:
    """Learn the usual pace from all but the newest looks; None if there are too few.

    The newest looks are left out, because they are the ones to judge.
    """
    spans = pair_looks(looks)
    if not spans:
        return None
    begin = spans[0][0].at.replace(minute=0, second=0, microsecond=0)
    length = now - begin
    until = now - min(policy.NOT_LEARNED, length * policy.NOT_LEARNED_SHARE)
    # The pace reaches a day ahead, for callers that learn once a day.
    hours = math.ceil((length + policy.LEARNED_AHEAD) / HOUR) + 1
    seen, exposed = [0.0] * hours, [0.0] * hours
    for one, two in spans:
        _spread(seen, exposed, (one.at - begin) / HOUR, (two.at - begin) / HOUR, two.new)
    known = min(hours, max(1, int((until - begin) / HOUR)))
    factors, rate, weight = _profile(begin, known, hours, seen, exposed, zone)
    return UsualPace(
        begin=begin,
        sums=[0.0, *accumulate(rate * factor for factor in factors)],
        known=weight,
        seen=[0.0, *accumulate(seen)],
        learned_until=known,
    )


def tail(count: int, expected: float, scatter: float) -> float:
    """The chance of this count or a lower one, if `expected` articles are expected."""
    if expected <= 0:
        return 1.0
    if count > MOST_TERMS:
        deviation = (count + BETWEEN_COUNTS - expected) / math.sqrt(expected + scatter * expected**2)
        return HALF * math.erfc(-deviation / math.sqrt(2))
    size = 1 / scatter
    share = expected / (size + expected)
    term = math.exp(-size * math.log1p(expected / size))
    total = term
    for n in range(1, count + 1):
        term *= (size + n - 1) / n * share
        total += term
    return min(1.0, total)


def usual_range(expected: float, scatter: float) -> tuple[int, int]:
    """The range in which the counts of nine in ten spans lie: the lowest and the highest count."""
    low, high = policy.USUAL_SHARES
    if expected > MOST_TERMS:
        deviation = math.sqrt(expected + scatter * expected**2)
        return max(0, round(expected - policy.NORMAL_NINE_TENTHS * deviation)), round(
            expected + policy.NORMAL_NINE_TENTHS * deviation
        )
    bounds, count = [], 0
    for share in (low, high):
        while tail(count, expected, scatter) < share:
            count += 1
        bounds.append(count)
    return bounds[0], bounds[1]


def usual_gap(looks: Sequence[SourceLook], *, but_newest: bool = False) -> timedelta | None:
    """The usual gap between two looks with new articles: 95 % of the source's time passes in gaps up to this length.

    but_newest: the last of several gaps is left out.
    """
    gaps = [later.at - earlier.at for earlier, later in pairwise(_yielding(looks))]
    gaps = sorted(gaps[:-1] if but_newest and len(gaps) > 1 else gaps)
    if not gaps:
        return None
    passed = list(accumulate(gap.total_seconds() for gap in gaps))
    return gaps[min(len(gaps) - 1, bisect_right(passed, policy.USUAL_TIME_SHARE * passed[-1]))]


def longest_empty(looks: Sequence[SourceLook], pace: UsualPace) -> float:
    """The highest expected count of a span of looks without an article; the newest span is left out."""
    longest, start, last = 0.0, None, None
    for look in (look for look in looks if look.heard):
        if look.new:
            if start is not None and last is not None:
                longest = max(longest, pace.count_expected(start, last))
            start, last = look.at, None
        else:
            last = look.at
    return longest


def _yielding(looks: Sequence[SourceLook]) -> list[SourceLook]:
    return [look for look in looks if look.heard and look.new]


def _spread(seen: list[float], exposed: list[float], start: float, end: float, count: int) -> None:
    """Spread a count evenly over the hours between two looks."""
    if end <= start:
        return
    for hour in range(int(start), min(len(seen), math.ceil(end))):
        part = min(end, hour + 1) - max(start, hour)
        exposed[hour] += part
        seen[hour] += count * part / (end - start)


def _profile(
    begin: datetime, known: int, hours: int, seen: Sequence[float], exposed: Sequence[float], zone: str
) -> tuple[list[float], float, float]:
    """Three values: the factor of each hour, the average number of articles an hour, and the weighted number of
    articles. Newer articles weigh more.
    """
    clock = ZoneInfo(zone)
    # The zone's clock is read once a day: an hour more or less on the day of a clock change makes no difference here.
    local = [(begin + hour * HOUR).astimezone(clock) for hour in range(0, hours, 24)]
    at = [
        (day.weekday() * 24 + day.hour + hour) % HOURS_OF_WEEK for day in local for hour in range(24)
    ][:hours]  # fmt: skip
    fade, weight = HALF ** (HOUR / policy.FADES_IN), 1.0
    articles, time = [0.0] * HOURS_OF_WEEK, [0.0] * HOURS_OF_WEEK
    for hour in range(known - 1, -1, -1):
        articles[at[hour]] += weight * seen[hour]
        time[at[hour]] += weight * exposed[hour]
        weight *= fade
    rate = sum(articles) / sum(time) if sum(time) else 0.0
    by_day, by_hour = [1.0] * DAYS_OF_WEEK, [1.0] * 24
    # If news comes in floods, more articles are needed to trust the factor of a day.
    floods = _floods(seen[:known], exposed[:known])
    # The factors of days and of hours are learned in turn, twice, each from what the others do not explain.
    for _ in range(2):
        by_day = _factors(policy.DRAWN_BY_DAY * floods, [
            [(articles[place], time[place] * rate * by_hour[place % 24]) for place in range(day * 24, day * 24 + 24)]
            for day in range(DAYS_OF_WEEK)])  # fmt: skip
        by_hour = _factors(policy.DRAWN_BY_HOUR * floods, [
            [(articles[place], time[place] * rate * by_day[place // 24]) for place in range(hour, HOURS_OF_WEEK, 24)]
            for hour in range(24)])  # fmt: skip
    return [by_day[place // 24] * by_hour[place % 24] for place in at], rate, sum(articles)


def _floods(seen: Sequence[float], exposed: Sequence[float]) -> float:
    """How strongly the counts of days vary, as a multiple of what chance alone gives; at least 1."""
    days = [sum(seen[hour : hour + 24]) for hour in range(0, len(seen) - 24, 24) if all(exposed[hour : hour + 24])]
    mean = sum(days) / len(days) if days else 0.0
    return max(1.0, sum((day - mean) ** 2 for day in days) / len(days) / mean) if mean else 1.0


def _factors(drawn: float, parts: Sequence[Sequence[tuple[float, float]]]) -> list[float]:
    """For each part, its articles divided by its expected articles, with `drawn` added to both."""
    return [
        (drawn + sum(seen for seen, _ in cells)) / (drawn + sum(expected for _, expected in cells)) for cells in parts
    ]

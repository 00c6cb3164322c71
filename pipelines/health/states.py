"""The state of a source, judged by its own history. `judge` reads no database and stores nothing.

The usual pace is learned (usual.py); nobody sets a threshold for a source by hand. The reason of a state is a sentence
with the figure and the usual range.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise, takewhile
from statistics import median
from zoneinfo import ZoneInfo

from pipelines.codes import SourceState
from pipelines.health import policy, usual
from pipelines.health.usual import SourceLook, UsualPace

# A source in one of these states has no trouble.
WELL = (SourceState.HEALTHY, SourceState.LEARNING)
# A source in one of these states gives less than usual. It is well again once its count is likely again; one article is
# not enough.
LOW = (SourceState.QUIET, SourceState.SILENT)


@dataclass(frozen=True, kw_only=True)
class StateReport:
    """A state, its beginning (None: unknown), and a sentence that says why.

    `figure`: the count. `low`, `high`: its usual range, if that is learned. `usual`: for a silence, the usual gap.
    `cause`: one word that says why the source does not answer. `suspected`: since when its lists do not answer,
    although that is no trouble yet.
    """

    state: SourceState
    since: datetime | None = None
    reason: str = ""
    figure: int | None = None
    low: int | None = None
    high: int | None = None
    usual: timedelta | None = None
    cause: str = ""
    suspected: datetime | None = None


def judge(
    looks: Sequence[SourceLook],
    now: datetime,
    *,
    zone: str = "UTC",
    gap: timedelta,
    yielded_at: datetime | None = None,
    was: SourceState | None = None,
    was_since: datetime | None = None,
    ended: datetime | None = None,
    learned: UsualPace | None = None,
) -> StateReport:
    """The state of a source, judged by its looks, oldest first.

    gap: the usual gap while nothing is learned.
    yielded_at: when the source last gave an article, if that is before the looks.
    was: the source's state before. If a low count was told then, the count stays unusual until it is likely again.
    was_since: since when it was in that state. Lists that do not answer and were a trouble already stay one until they
    answer, even if the sources that failed beside this one are well again.
    ended: when the source last stopped being silent or quiet. After this moment, a count is told only if it is lower
    than all counts before this moment.
    learned: the source's pace, if the caller knows it.
    """
    if not looks:
        return StateReport(state=SourceState.LEARNING, reason="No crawl of it has ended yet.")
    given = [look for look in looks if look.heard and look.new]
    last = max(filter(None, (given[-1].at if given else None, yielded_at)), default=None)
    # The first look finds a whole list, so it says nothing about the pace.
    paced = without_first(looks)
    # The newest gap is left out: it is the one that is judged, so it must not lengthen the wait.
    own = usual.usual_gap(paced, but_newest=True)
    pace = (learned or usual.learn(paced, now, zone)) if is_learned(paced) else None
    latest = _latest(own, gap)
    failing = _failing(looks, latest, now, was_since if was in (SourceState.ERRORING, SourceState.BLOCKED) else None)
    found = (
        (failing if failing and not failing.suspected else None)
        or _barren(looks)
        or _silent(looks, paced, now, last, pace, own, gap)
        or _drifting(looks)
        or (_quiet(paced, now, zone, pace, was, ended) if pace else None)
        or _behind(looks)
        or (_healthy(paced, pace, zone) if pace else _learning(looks))
    )
    if (
        was == SourceState.QUIET
        and found.state in WELL
        and not next((one.new for one in reversed(looks) if one.heard), 0)
    ):
        # A source recovers only by a new article, not because fewer articles are expected.
        found = StateReport(
            state=was, since=last, reason=f"no new article since {last:%Y-%m-%d %H:%M} UTC." if last else ""
        )
    if failing and failing.suspected and found.state in WELL:
        return StateReport(**{**vars(found), "suspected": failing.suspected, "cause": failing.cause})
    return found


def lasting(span: timedelta) -> str:
    """The words for a span of time: `40 minutes`, `6 hours`, `3 days`."""
    hours = span / usual.HOUR
    if hours < 2:
        count, unit = round(hours * 60), "minute"
    elif hours < policy.HOURS_IN_DAYS_FROM:
        count, unit = round(hours), "hour"
    else:
        count, unit = round(hours / 24), "day"
    return f"{count} {unit}" + ("" if count == 1 else "s")


def without_first(looks: Sequence[SourceLook]) -> Sequence[SourceLook]:
    """The looks, beginning with the first that found articles. In the result, the count of this first look is 0."""
    first = next((n for n, look in enumerate(looks) if look.heard and look.new), len(looks) - 1)
    return [SourceLook(at=looks[first].at), *looks[first + 1 :]]


def is_learned(paced: Sequence[SourceLook]) -> bool:
    """Whether the looks cover enough time to know the usual pace of a source."""
    heard = [look for look in paced if look.heard]
    return (
        len(heard) > 1
        and heard[-1].at - heard[0].at >= policy.LEARNED_AFTER
        and sum(look.new > 0 for look in heard) >= policy.LEARNED_YIELDS
    )


def _latest(own: timedelta | None, gap: timedelta) -> timedelta:
    """The time after which a trouble is told in any case."""
    return max(policy.TELL_AT_LATEST, policy.TELL_AT_LATEST_GAPS * (own or gap))


def _failing(
    looks: Sequence[SourceLook], latest: timedelta, now: datetime, trouble_since: datetime | None
) -> StateReport | None:
    """The state if the lists do not answer: erroring or blocked, with `suspected` set if that is no trouble yet."""
    streak = list(takewhile(lambda look: not look.heard, reversed(looks)))
    if not streak:
        return None
    begun, newest = streak[-1].at, streak[0]
    before = looks[: len(looks) - len(streak)]
    patience = min(latest, max(policy.ERROR_AT_LEAST, policy.ERROR_TIMES * _longest_failure(before)))
    heard = next((look for look in reversed(before) if look.heard), None)
    told = len(streak) >= policy.ERROR_LOOKS and newest.at - begun >= patience
    # If crawls are rare, a second failure may come too late, so one is enough after the time `latest`.
    told = told or now - (heard.at if heard else begun) > latest or trouble_since == begun
    cause = newest.cause or "no reason was given"
    many = f"{len(streak)} crawls" if len(streak) > 1 else "1 crawl"
    usually = f"; before, its lists answered, last {heard.at:%Y-%m-%d %H:%M} UTC" if heard else ""
    said = "the site refuses us" if newest.refused else "its lists do not answer"
    return StateReport(
        state=SourceState.BLOCKED if newest.refused else SourceState.ERRORING,
        since=begun,
        reason=f"{said} since {begun:%Y-%m-%d %H:%M} UTC, in {many} ({cause}){usually}.",
        figure=len(streak),
        cause=cause,
        suspected=None if told else begun,
    )


def _longest_failure(looks: Sequence[SourceLook]) -> timedelta:
    """The longest failure of the lists that has ended."""
    longest, begun = timedelta(), None
    for look in looks:
        if look.heard:
            longest, begun = max(longest, (look.at - begun) if begun else timedelta()), None
        else:
            begun = begun or look.at
    return longest


def _barren(looks: Sequence[SourceLook]) -> StateReport | None:
    """The state if pages came since the last article but none of them is an article: blocked if they are walls, else
    not extracting."""
    since = list(takewhile(lambda look: not look.articles, reversed(looks)))
    pages, before = sum(look.pages for look in since), looks[: len(looks) - len(since)]
    walls = sum(look.walls for look in since)
    if pages < policy.BARREN_PAGES:
        return None
    known, found = sum(look.pages for look in before), sum(look.articles for look in before)
    # Two pages, one of them an article, are added to the counts, so that few pages decide nothing (a prior).
    share = (found + 1) / (known + 2)
    if (1 - share) ** pages > policy.BARREN_UNLIKELY:
        return None
    begun = next(look for look in reversed(since) if look.pages).at
    usually = f"usually {round(100 * share)} of 100 are articles"
    if walls >= policy.WALLED_SHARE * pages:
        said = f"{walls} of {pages} pages since {begun:%Y-%m-%d %H:%M} UTC are walls or not there, none an article"
        return StateReport(
            state=SourceState.BLOCKED, since=begun, reason=f"{said}; {usually}.", figure=walls, cause="walls"
        )
    said = f"{pages} pages since {begun:%Y-%m-%d %H:%M} UTC, and no article on them"
    return StateReport(state=SourceState.NOT_EXTRACTING, since=begun, reason=f"{said}; {usually}.", figure=0)


def _silent(
    looks: Sequence[SourceLook],
    paced: Sequence[SourceLook],
    now: datetime,
    last: datetime | None,
    pace: UsualPace | None,
    own: timedelta | None,
    gap: timedelta,
) -> StateReport | None:
    first = looks[0].at
    since = last or first
    empty = [look for look in looks if look.heard and look.at > since]
    if not empty:
        return None
    listened = empty[-1].at
    usually = (own or gap) if pace else max(gap, _gap_so_far(looks, gap))
    if pace:
        # A silence that would be too long at the next look is told now. It is counted from the earliest moment at which
        # the last article can have come.
        late = now + _spacing(paced) - _came_at_least(looks, since) > _latest(own, gap)
    else:
        late = now - since > max(policy.LEARNING_WAITS, policy.LEARNING_SILENT_GAPS * usually)
    late = late and listened > since + usually
    expected = 0.0
    if pace and len(empty) >= policy.SILENT_LOOKS and listened - since >= policy.SILENT_AT_LEAST:
        expected = pace.count_expected(since, listened)
        least = policy.SILENT_MORE_ARTICLES
        if not late and expected > least:
            most = usual.longest_empty([look for look in paced if look.at <= since], pace)
            late = expected > policy.SILENT_GAP_FACTOR * most + least
    if not late:
        return None
    what = "no new article" if last else "not one article so far"
    awaited = f", and some {round(expected)} were to be expected" if expected >= 2 else ""
    return StateReport(
        state=SourceState.SILENT,
        since=since,
        reason=f"{what} since {since:%Y-%m-%d %H:%M} UTC; usual is one every {lasting(usually)}{awaited}.",
        figure=0,
        usual=usually,
    )


def _came_at_least(looks: Sequence[SourceLook], since: datetime) -> datetime:
    """The earliest moment at which the last article can have come: its own time if that is known, else the look
    before."""
    found = next((n for n in range(len(looks) - 1, -1, -1) if looks[n].at == since), 0)
    before = next((look.at for look in reversed(looks[:found]) if look.heard), since - _spacing(looks))
    newest = looks[found].newest
    # If the article's time is before the previous look, it is a mistake of its page.
    return min(newest, since) if newest and newest >= before else before


def _gap_so_far(looks: Sequence[SourceLook], gap: timedelta) -> timedelta:
    """The median gap between looks with new articles, from the first look on, for a source of which little is known."""
    given = [look.at for look in looks if look.heard and look.new]
    gaps = [two - one for one, two in pairwise([looks[0].at, *given]) if two > one]
    if len(gaps) == 1 and gaps[0] > gap:
        # The first look came at any moment of that gap, on average in its middle, so the whole gap is twice as long.
        return 2 * gaps[0]
    return _median(gaps) if gaps else gap


def _spacing(looks: Sequence[SourceLook]) -> timedelta:
    """The usual time between two looks."""
    return _median([two.at - one.at for one, two in pairwise(looks)])


def _median(spans: Sequence[timedelta]) -> timedelta:
    return timedelta(seconds=median(span.total_seconds() for span in spans))


def _drifting(looks: Sequence[SourceLook]) -> StateReport | None:
    held = list(takewhile(lambda look: look.held or not look.articles, reversed(looks)))
    held = [look for look in held if look.held]
    if not held:
        return None
    count, begun = sum(look.held for look in held), held[-1].at
    many = f"{count} articles are" if count > 1 else "1 article is"
    return StateReport(
        state=SourceState.DRIFTING,
        since=begun,
        reason=f"{many} held since {begun:%Y-%m-%d %H:%M} UTC, because they are not like those before: "
        "release or reject them on the source's page of the Desk, or by `nightdesk quarantine`.",
        figure=count,
    )


def _quiet(
    paced: Sequence[SourceLook],
    now: datetime,
    zone: str,
    pace: UsualPace,
    was: SourceState | None,
    ended: datetime | None,
) -> StateReport | None:
    heard = [look for look in paced if look.heard]
    end = heard[-1].at
    pause = policy.UNHEARD_PAUSES * _spacing(heard)
    # After a long pause between looks, a list may have dropped older articles, so windows must begin after the last
    # such pause.
    missed = max((two.at for one, two in pairwise(heard) if two.at - one.at > pause), default=heard[0].at)
    windows, low = [], was in LOW
    for span in policy.WINDOWS if low or end - pace.begin >= policy.COUNTS_AFTER else ():
        start = max((look.at for look in heard if look.at <= end - span), default=None)
        if start is None or start < max(pace.begin, missed):
            continue
        expected = pace.count_expected(start, end)
        if expected >= policy.LEAST_AWAITED:
            windows.append((start, expected, sum(look.new for look in heard if look.at > start)))
    if not windows:
        return None
    start, expected, count = windows[0]
    if count >= expected or usual.tail(count, expected, pace.windows(end - start)[0]) >= policy.USUAL_AGAIN:
        # The present count is usual, so earlier counts do not matter.
        return None
    if not low and count > policy.LOW_SHARE * expected:
        # The count of the shortest window is about as expected. If a longer window has a low count, its cause is over,
        # such as a holiday.
        return None
    for start, expected, count in windows:
        if count > policy.LOW_SHARE * expected and not low:
            continue
        if ended and start < ended and not low:
            # This window begins before the end of a low count that was told already.
            continue
        scatter, lowest = pace.windows(end - start, ended)
        # A count is usual if an earlier count was about as low, such as on a holiday. If the source is low already, it
        # stays low until its count is likely again.
        seen = not low and usual.tail(count, lowest * expected, scatter) >= policy.LIKELY_AGAIN
        bound = policy.LIKELY_AGAIN if low else policy.UNLIKELY
        if seen or usual.tail(count, expected, scatter) >= bound:
            continue
        least, most = usual.usual_range(expected, scatter)
        return StateReport(
            state=SourceState.QUIET,
            since=start,
            reason=f"{count} new since {_day(start, now, zone)}; usually {least} to {most}.",
            figure=count,
            low=least,
            high=most,
        )
    return None


def _behind(looks: Sequence[SourceLook]) -> StateReport | None:
    newest = [look for look in reversed(looks) if look.heard]
    lagging = list(takewhile(lambda look: look.behind, newest))
    if len(lagging) < policy.BEHIND_CRAWLS:
        return None
    begun = lagging[-1].at
    reason = f"its feed lacks what its sitemap names since {begun:%Y-%m-%d}, in {len(lagging)} crawls."
    return StateReport(state=SourceState.BEHIND, since=begun, reason=reason, figure=len(lagging))


def _learning(looks: Sequence[SourceLook]) -> StateReport:
    span = looks[-1].at - looks[0].at
    reason = f"{lasting(span)} of crawls so far: what is usual for it is not known yet."
    return StateReport(state=SourceState.LEARNING, since=looks[0].at, reason=reason)


def _healthy(paced: Sequence[SourceLook], pace: UsualPace, zone: str) -> StateReport:
    heard = [look for look in paced if look.heard]
    end = heard[-1].at
    start = max((look.at for look in heard if look.at <= end - policy.WEEK), default=heard[0].at)
    count = sum(look.new for look in heard if look.at > start)
    least, most = usual.usual_range(pace.count_expected(start, end), pace.windows(end - start)[0])
    reason = f"{count} new in {lasting(end - start)}; usually {least} to {most}."
    return StateReport(state=SourceState.HEALTHY, reason=reason, figure=count, low=least, high=most)


def _day(at: datetime, now: datetime, zone: str) -> str:
    """A moment as people name it: its weekday if it was in the last days, else its date."""
    local = at.astimezone(ZoneInfo(zone))
    # The name of a weekday means the last such day.
    return f"{local:%A}" if now - at < policy.WEEK - timedelta(days=1) else f"{local:%Y-%m-%d}"

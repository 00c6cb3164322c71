"""How soon a source that dies is told, and how often one that lives: ninety simulated days of fifty sources.

python -m bench silences [--seeds N] [--first N]   each seed is fifty histories, each cut at a moment of its own

A history is when articles came out (steady, by weekday, in bursts, one a week, with holidays, growing, dying slowly,
by office hours), and when it was crawled: every three or six hours, or by night. The state is judged after each crawl,
as the night and upkeep do, from what was known then (the pace is learned once a day). A source is dead from its cut on.
It must be told within 24 hours or three times its usual gap, whichever is more: the gap in which, or a shorter one,
95 % of the source's own time passed before the cut, as its crawls could see it. Until the cut, each time that it leaves
the good states is a false alarm; of a source that dies slowly only what comes while its pace is still above half of
what it was.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from pipelines.codes import SourceState
from pipelines.health import policy, usual
from pipelines.health.states import LOW, WELL, StateReport, is_learned, judge, without_first
from pipelines.health.usual import SourceLook, UsualPace, learn

BEGIN = datetime(2026, 8, 31, tzinfo=UTC)
DAYS, SOURCES = 90, 50
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# A step in which articles come out, of an hour.
STEPS = 4
EIGHT = 8 * STEPS
# Seeds that nothing was fitted to: those from 0, 1000, 3000, 5000, 7000 and 20000 on were looked at.
HELD_OUT = 30000


@dataclass(frozen=True)
class DrawnHistory:
    """One simulated source: its kind, when it came out and was looked at, and when it died."""

    kind: str
    every: timedelta
    zone: str
    looks: list[SourceLook]
    cut: datetime
    faded: datetime
    usual: timedelta


@dataclass(frozen=True)
class ToldSilence:
    """What was told of a history. false: alarms before its time. after: from the cut to the first word of it."""

    history: DrawnHistory
    false: list[StateReport]
    after: timedelta | None
    recovered: int

    @property
    def allowed(self) -> timedelta:
        """The longest that it may take."""
        return max(policy.TELL_AT_LATEST, policy.TELL_AT_LATEST_GAPS * self.history.usual)

    @property
    def late(self) -> bool:
        """Whether it was told too late, or never."""
        return self.after is None or self.after > self.allowed


def steady(random: Random) -> Callable[[float], float]:
    """Articles a day at any time, three to sixty."""
    rate = math.exp(random.uniform(math.log(3), math.log(60)))
    return lambda day: rate


def weekdays(random: Random) -> Callable[[float], float]:
    """Much on working days and little or nothing at weekends, by day more than by night."""
    rate, weekend, night = random.uniform(8, 40), random.choice((0, 0.05, 0.3)), random.choice((0.05, 0.5))
    first = random.choice((4, 5))

    def pace(day: float) -> float:
        off = int(day) % 7 in (first, first + 1)
        awake = 1.6 if 6 <= day % 1 * 24 < 21 else night
        return rate * (weekend if off else 1) * awake

    return pace


def bursts(random: Random) -> Callable[[float], float]:
    """Days of five and days of forty: the news comes in floods."""
    rate = random.uniform(3, 12)
    floods = [random.random() < 0.15 for _ in range(DAYS + 1)]
    sizes = [random.uniform(3, 8) if flood else random.uniform(0.6, 1.2) for flood in floods]
    return lambda day: rate * sizes[int(day)]


def weekly(random: Random) -> Callable[[float], float]:
    """One article a week, on its day or the day after."""
    of_week = random.randrange(6)
    days = {week * 7 + of_week + random.randrange(2) for week in range(DAYS // 7 + 1) if random.random() > 0.04}
    return lambda day: -1.0 if int(day) in days else 0.0


def holidays(random: Random) -> Callable[[float], float]:
    """A steady source with holidays: two to four days with a tenth of it, once or twice a quarter."""
    rate = random.uniform(8, 40)
    off = set()
    for first in random.sample(range(15, DAYS - 5), random.choice((1, 2))):
        off |= set(range(first, first + random.randint(2, 4)))
    return lambda day: rate * (0.1 if int(day) in off else 1)


def growth(random: Random) -> Callable[[float], float]:
    """Three times as much at the end as at the beginning."""
    rate = random.uniform(3, 15)
    return lambda day: rate * 3 ** (day / DAYS)


def dying(random: Random) -> Callable[[float], float]:
    """Steady, and from a day on less and less, until nothing comes."""
    rate, first, half = random.uniform(8, 40), random.uniform(30, 45), random.uniform(3, 8)
    return lambda day: rate * (1 if day < first else 0.5 ** ((day - first) / half))


def office(random: Random) -> Callable[[float], float]:
    """Two to six a day, by office hours, five days a week."""
    rate = random.uniform(2, 6)
    return lambda day: rate * 3 if int(day) % 7 < 5 and 8 <= day % 1 * 24 < 16 else 0.0


KINDS = (steady, weekdays, bursts, weekly, holidays, growth, dying, office)
CRAWLED = (3 * HOUR, 6 * HOUR, DAY)


def simulate(seed: int, count: int = SOURCES) -> list[DrawnHistory]:
    """So many histories of one seed, all kinds and rhythms of crawls in turn."""
    return [_history(Random(f"{seed}/{n}"), n) for n in range(count)]


def tell(history: DrawnHistory) -> ToldSilence:
    """Judge a history after each of its looks, and note what would be told."""
    state, false, after, recovered, on = SourceState.LEARNING, [], None, 0, history.looks[0].at.date()
    learned: UsualPace | None = None
    ended: datetime | None = None
    for number in range(1, len(history.looks) + 1):
        now = history.looks[number - 1].at + HOUR / 6
        looks = history.looks[max(0, number - round(policy.HISTORY / history.every)) : number]
        if learned is None or now.date() != on:
            paced = without_first(looks)
            learned, on = learn(paced, now, history.zone) if is_learned(paced) else None, now.date()
        judged = judge(looks, now, zone=history.zone, gap=history.every, was=state, ended=ended, learned=learned)
        turned = judged.state not in WELL and state in WELL
        if state in LOW and judged.state not in LOW:
            ended = now
        if turned and now < history.faded:
            false.append(judged)
        if now >= history.cut:
            if judged.state not in WELL:
                after = after if after is not None else max(timedelta(), now - history.cut)
            elif state not in WELL and after is not None:
                recovered += 1
        state = judged.state
        if after is not None and now > history.cut + 3 * after + 7 * DAY:
            break
    return ToldSilence(history, false, after, recovered)


def main(words: Sequence[str]) -> int:
    """Simulate, tell, and say how it went; 1 where something was told too late, or too often."""
    parser = argparse.ArgumentParser(prog="python -m bench silences")
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--first", type=int, default=HELD_OUT)
    parser.add_argument("--sources", type=int, default=SOURCES)
    asked = parser.parse_args(words)
    told = [
        tell(one) for seed in range(asked.first, asked.first + asked.seeds) for one in simulate(seed, asked.sources)
    ]
    print(report(told))
    return int(any(one.late or one.recovered or len(one.false) > 1 for one in told))


def report(told: Sequence[ToldSilence]) -> str:
    """A line for each kind of source, and one for all."""
    lines = ["kind       sources  late  never  recovered  false  >1 false  median told after / allowed"]
    for kind in [*sorted({one.history.kind for one in told}), "all"]:
        of_kind = [one for one in told if kind in (one.history.kind, "all")]
        shares = sorted(one.after / one.allowed for one in of_kind if one.after is not None)
        lines.append(
            f"{kind:10} {len(of_kind):7}  {sum(one.late for one in of_kind):4}  "
            f"{sum(one.after is None for one in of_kind):5}  {sum(one.recovered for one in of_kind):9}  "
            f"{sum(len(one.false) for one in of_kind):5}  {sum(len(one.false) > 1 for one in of_kind):8}  "
            f"{shares[len(shares) // 2] if shares else math.nan:.2f}"
        )
    return "\n".join(lines)


def _history(random: Random, number: int) -> DrawnHistory:
    made = KINDS[number % len(KINDS)]
    pace, every = made(random), CRAWLED[number // len(KINDS) % len(CRAWLED)]
    cut = random.uniform(45, DAYS - 30) if made in (weekly,) else random.uniform(45, DAYS - 10)
    came: list[float] = []
    for step in range(int(cut * 24 * STEPS)):
        day = step / (24 * STEPS)
        # Of a source that gives one at most it is said for the day: at eight in the morning.
        wanted = pace(day)
        if wanted < 0:
            came += [day] if step % (24 * STEPS) == EIGHT else []
        else:
            came += [day] * _poisson(random, wanted / (24 * STEPS))
    faded = cut
    if made is dying:
        at_first = pace(0)
        faded = next((step / 24 for step in range(DAYS * 24) if pace(step / 24) < at_first / 2), cut)
        cut = min(cut, came[-1] + 0.001)
    begins = random.uniform(0, 1) if every == DAY else 0.0
    looks, taken, at = [], 0, begins
    while at < DAYS:
        new = sum(1 for day in came[taken:] if day <= at)
        taken += new
        newest = BEGIN + came[taken - 1] * DAY if new else None
        looks.append(SourceLook(at=BEGIN + at * DAY, new=new, pages=new, articles=new, newest=newest))
        at += every / DAY
    last = BEGIN + cut * DAY
    before = [look for look in looks if look.at <= last][1:]
    gap = usual.usual_gap(before) or DAY
    # Whoever is cut near the end is listened to for as long as it may take.
    allowed = max(policy.TELL_AT_LATEST, policy.TELL_AT_LATEST_GAPS * gap)
    while looks[-1].at < last + allowed + DAY:
        looks.append(SourceLook(at=looks[-1].at + every))
    return DrawnHistory(made.__name__, every, "UTC", looks, last, BEGIN + min(faded, cut) * DAY, gap)


def _poisson(random: Random, mean: float) -> int:
    limit, count, product = math.exp(-mean), 0, random.random()
    while product > limit:
        count += 1
        product *= random.random()
    return count

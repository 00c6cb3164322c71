"""Cron expressions in a time zone: whether an expression can be used, when it last struck, and when it strikes next.
Only this module knows croniter.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from croniter import croniter

# A cron expression has these fields: minute, hour, day, month, weekday.
FIELDS = 5
# An expression is tried from this day on, to see whether it ever strikes, and whether its first two strikes have the
# same time of day. Any day would do.
SOME_DAY = datetime(2024, 1, 1, tzinfo=UTC)
# No change of a clock (such as summer time) is larger than this.
CLOCK_CHANGE = timedelta(hours=3)


def problem(expression: str) -> str:
    """What is wrong with a cron expression, as the end of a sentence; empty if it can be used."""
    if len(expression.split()) != FIELDS or not croniter.is_valid(expression):
        return "is no cron expression; write five fields: minute hour day month weekday, for example 0 2 * * *"
    try:
        croniter(expression, SOME_DAY).get_next(datetime)
    except ValueError:
        return "never comes: no calendar has such a day"
    return ""


def last_strike(expression: str, timezone: str, at: datetime) -> datetime:
    """The last moment at which the expression struck by the clock of a zone, not later than `at` (aware). The result is
    in UTC.

    When a clock is changed, the result is the same as in Airflow. An expression with one time of day strikes once on
    the day of the change. If the clock shows that time twice, the second counts. If the clock skips that time, the
    expression strikes later, by as much as the clock was put forward. An expression that strikes more often goes on as
    if nothing had changed.
    """
    zone, once = ZoneInfo(timezone), _has_one_time(expression)
    wall = at.astimezone(zone).replace(tzinfo=None, microsecond=0)
    around = {(at + hours).astimezone(zone).utcoffset() for hours in (-CLOCK_CHANGE, timedelta(), CLOCK_CHANGE)}
    if len(around) == 1:
        last: datetime = croniter(expression, wall + timedelta(seconds=1)).get_prev(datetime)
        return max(_moments(last, zone, once=once))
    times, last = croniter(expression, wall + CLOCK_CHANGE), wall
    found: set[datetime] = set()
    while not found or last > wall - CLOCK_CHANGE:
        last = times.get_prev(datetime)
        found |= {moment for moment in _moments(last, zone, once=once) if moment <= at}
    return max(found)


def next_strike(expression: str, timezone: str, at: datetime) -> datetime:
    """The first moment after `at` (aware) at which the expression strikes by the clock of a zone. The result is in UTC.
    Changes of the clock count as in `last_strike`.
    """
    zone, once = ZoneInfo(timezone), _has_one_time(expression)
    wall = at.astimezone(zone).replace(tzinfo=None, microsecond=0)
    times, found = croniter(expression, wall - CLOCK_CHANGE), set[datetime]()
    first = last = times.get_next(datetime)
    # When a clock is put back, a later time on it may be an earlier moment. So the search goes on until CLOCK_CHANGE
    # after the first strike.
    while not found or last <= first + CLOCK_CHANGE:
        later = {moment for moment in _moments(last, zone, once=once) if moment > at}
        first = first if found or not later else last
        found |= later
        last = times.get_next(datetime)
    return min(found)


def _has_one_time(expression: str) -> bool:
    times = croniter(expression, SOME_DAY)
    first, second = times.get_next(datetime), times.get_next(datetime)
    return bool((first.hour, first.minute) == (second.hour, second.minute))


def _moments(wall: datetime, zone: ZoneInfo, *, once: bool) -> set[datetime]:
    """The moments at which a clock shows this time. A time in the hour that comes twice has two moments; with `once`,
    only the second is given.
    """
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    # For a time that the clock skips, `first` is the later moment.
    return {first, second} if first < second and not once else {max(first, second)}

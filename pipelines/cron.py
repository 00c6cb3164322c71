"""Cron expressions in a time zone: whether one can be used, when it last struck; alone knows croniter."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from croniter import croniter

# Fields of a cron expression: minute, hour, day, month, weekday.
FIELDS = 5


def problem(expression: str) -> str:
    """What is wrong with a cron expression, as the end of a sentence; empty when it can be used."""
    if len(expression.split()) != FIELDS or not croniter.is_valid(expression):
        return "is no cron expression; write five fields: minute hour day month weekday, for example 0 2 * * *"
    try:
        croniter(expression, datetime(2024, 1, 1, tzinfo=ZoneInfo("UTC"))).get_next(datetime)
    except ValueError:
        return "never comes: no calendar has such a day"
    return ""


def struck(expression: str, timezone: str, at: datetime) -> datetime:
    """The last moment up to and including `at` (aware) at which the expression struck, in its own time zone."""
    local = at.astimezone(ZoneInfo(timezone)) + timedelta(seconds=1)
    found: datetime = croniter(expression, local).get_prev(datetime)
    return found

"""When a schedule strikes on the days on which a clock is changed: as Airflow starts it, once, and never backwards."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from pipelines import cron
from tests.later import Later

cron_of_airflow = Later("airflow.timetables._cron")


@pytest.mark.parametrize(
    ("expression", "zone", "day", "struck"),
    [
        ("30 2 * * *", "Europe/Berlin", "2026-03-28", ["28 01:30", "29 01:30", "30 00:30"]),
        ("30 2 * * *", "Europe/Berlin", "2026-10-24", ["24 00:30", "25 01:30", "26 01:30"]),
        ("0 2 * * *", "America/New_York", "2026-10-31", ["31 06:00", "01 07:00", "02 07:00"]),
        ("45 1 * * *", "America/New_York", "2026-10-31", ["31 05:45", "01 06:45", "02 06:45"]),
        ("30 23 * * *", "Africa/Cairo", "2026-10-29", ["28 20:30", "29 21:30", "30 21:30"]),
        ("45 1 * * *", "Australia/Lord_Howe", "2026-04-04", ["03 14:45", "04 15:15", "05 15:15"]),
    ],
)
def test_where_a_clock_is_changed_a_night_strikes_once_and_when_airflow_starts_it(
    expression: str, zone: str, day: str, struck: list[str]
) -> None:
    start = datetime.fromisoformat(f"{day}T08:00+00:00")

    seen = [cron.last_strike(expression, zone, start + timedelta(minutes=5 * step)) for step in range(12 * 50)]

    told = [moment.strftime("%d %H:%M") for moment in dict.fromkeys(seen)]
    assert seen == sorted(seen)
    assert told == struck
    timetable = cron_of_airflow.CronMixin(expression, zone)
    assert [timetable._get_next(moment) for moment in dict.fromkeys(seen)][:-1] == list(dict.fromkeys(seen))[1:]


@pytest.mark.parametrize("day", ["2026-03-28", "2026-10-24"])
def test_what_strikes_more_often_goes_on_through_the_hour_that_comes_twice_or_never(day: str) -> None:
    start = datetime.fromisoformat(f"{day}T22:00+00:00")

    seen = [cron.last_strike("*/20 * * * *", "Europe/Berlin", start + timedelta(minutes=step)) for step in range(360)]

    assert list(dict.fromkeys(seen)) == [start + timedelta(minutes=20 * step) for step in range(18)]

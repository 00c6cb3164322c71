"""Converts days of the solar and the lunar Hijri calendar to the Gregorian calendar.

The lunar months follow Umm al-Qura, the civil calendar of the Arabian Peninsula: a month begins on the evening of
the new moon's day if the new moon is before 17:00 in Mecca, and otherwise one evening later.
"""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta

# The solar calendar begins on this day.
JALALI_EPOCH = datetime(622, 3, 21, tzinfo=UTC)
# JALALI_YEARS_BEHIND: the solar calendar is this many years behind ours after its New Year. JALALI_MONTHS: its year has
# this many months.
JALALI_YEARS_BEHIND, JALALI_MONTHS = 621, 12
# Astronomers count time from this moment.
J2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)
# The month Muharram 1420 begins with this new moon, if the first new moon of 2000 has the number 0.
MUHARRAM_1420 = -9
# If the new moon is before this time (UTC; 17:00 in Mecca), the moon sets after the sun on the same evening.
AFTERNOON = timedelta(hours=14)
# Dynamical time, in which astronomers calculate, is this many seconds ahead of UTC.
AHEAD = 67
# Each row is one term of the sum that corrects the mean new moon. Its numbers are the amplitude in days; the multiples
# of the sun's anomaly, of the moon's anomaly and of the moon's argument of latitude; and the power of the eccentricity
# (J. Meeus, Astronomical Algorithms, chapter 49).
TERMS = (
    (-0.40720, 0, 1, 0, 0), (0.17241, 1, 0, 0, 1), (0.01608, 0, 2, 0, 0), (0.01039, 0, 0, 2, 0),
    (0.00739, -1, 1, 0, 1), (-0.00514, 1, 1, 0, 1), (0.00208, 2, 0, 0, 2), (-0.00111, 0, 1, -2, 0),
    (-0.00057, 0, 1, 2, 0), (0.00056, 1, 2, 0, 1), (-0.00042, 0, 3, 0, 0), (0.00042, 1, 0, 2, 1),
    (0.00038, 1, 0, -2, 1), (-0.00024, -1, 2, 0, 1),
)  # fmt: skip


def jalali(year: int, month: int, day: int) -> tuple[int, int, int]:
    """Convert a date of the solar Hijri calendar to the Gregorian one; correct for the solar years 1200 to 1500."""
    past = year - 1
    # A cycle has 33 years. Its eight leap years are those with these remainders.
    leaps = past // 33 * 8 + sum(1 for rest in (1, 5, 9, 13, 17, 22, 26, 30) if rest <= past % 33)
    # The first six months have 31 days, the others 30.
    within = (month - 1) * 31 if month < 7 else (month - 7) * 30 + 186
    at = JALALI_EPOCH + timedelta(days=365 * past + leaps + within + day - 1)
    return at.year, at.month, at.day


def in_jalali(at: date) -> tuple[int, int, int]:
    """Convert a Gregorian date to the solar Hijri year, month and day; correct for the solar years 1200 to 1500."""
    year = at.year - JALALI_YEARS_BEHIND
    if at < date(*jalali(year, 1, 1)):
        year -= 1
    month = next(month for month in range(JALALI_MONTHS, 0, -1) if date(*jalali(year, month, 1)) <= at)
    return year, month, (at - date(*jalali(year, month, 1))).days + 1


def hijri(year: int, month: int, day: int) -> tuple[int, int, int]:
    """Convert a date of the lunar Hijri calendar to the Gregorian one.

    In countries where people must see the moon, the date may be a day later.
    """
    # The months since Muharram 1420 give the number of the new moon.
    moon = _new_moon((year - 1420) * 12 + month - 1 + MUHARRAM_1420)
    midnight = moon.replace(hour=0, minute=0, second=0, microsecond=0)
    at = midnight + timedelta(days=day if moon - midnight <= AFTERNOON else day + 1)
    return at.year, at.month, at.day


def _new_moon(lunation: int) -> datetime:
    """The moment of a new moon, to a minute or two."""
    # A century has this many lunations. The formulas below are also from Meeus; their angles are in degrees.
    centuries = lunation / 1236.85
    # This is the eccentricity of the earth's orbit.
    eccentricity = 1 - 0.002516 * centuries
    # This is the mean anomaly of the sun.
    sun = 2.5534 + 29.10535670 * lunation
    # This is the mean anomaly of the moon.
    moon = 201.5643 + 385.81693528 * lunation
    # This is the argument of latitude of the moon.
    latitude = 160.7108 + 390.67050284 * lunation
    # This is the mean new moon, in days after J2000.
    days = 5.09766 + 29.530588861 * lunation + 0.00015437 * centuries**2
    for amplitude, suns, moons, latitudes, power in TERMS:
        angle = math.radians(suns * sun + moons * moon + latitudes * latitude)
        days += amplitude * eccentricity**power * math.sin(angle)
    return J2000 + timedelta(days=days, seconds=-AHEAD)

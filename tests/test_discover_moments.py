"""Dates in lists: every form that is sure, and nothing where it is not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from spiders.discover import moment

TEN = datetime(2026, 11, 22, 10, tzinfo=UTC)
DAY = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["2026-11-22T10:00:00Z", "2026-11-22T10:00:00.123+00:00", "2026-11-22T13:00:00+0300", "2026-11-22 13:00:00 +03:00",
     "2026-11-22T13:00+03:00", "20261122T100000Z", "Sun, 22 Nov 2026 10:00:00 GMT", "Sun, 22 Nov 2026 10:00:00 Z",
     "22 Nov 2026 10:00 UT", "Sunday, 22 November 2026 13:00:00 +0300", "Sun, 22 Nov 26 05:00:00 EST",
     "Sun,22 Nov 2026 02:00:00 PST", "Sun, 22 Nov 2026 11:00:00 CET", "Sun, 22 Nov 2026 13:00:00 MSK",
     "Sun, 22 Nov 2026 13:00:00 +03:00", "Sun, 22 Nov 2026 13:00:00 GMT+3", "Sun, 22 Nov 2026 13:00:00 +0300 (AST)",
     "Nov 22, 2026 10:00 AM GMT", "November 22, 2026 at 10:00 UTC", "Sun Nov 22 10:00:00 GMT 2026",
     "22-Nov-2026 10:00:00 GMT", "  Sun,  22 Nov 2026\n10:00:00   GMT ", "dim., 22 nov. 2026 11:00:00 +0100",
     "dimanche 22 novembre 2026 11:00:00 +0100", "Pazar, 22 Kasım 2026 13:00:00 +0300",
     "Paz, 22 KASIM 2026 13:00 +0300",
     "الأحد، 22 نوفمبر 2026 13:00:00 +0300", "الأحد, ٢٢ تشرين الثاني ٢٠٢٦ 13:00:00 +0300",
     "یکشنبه 22 نوامبر 2026 13:30:00 +0330",
     "22/11/2026 13:00:00 +0300", "11/22/2026 13:00 +0300", "2026/11/22 13:00:00 +0300"],
)  # fmt: skip
def test_a_time_with_its_zone_is_that_moment(text: str) -> None:
    assert moment(text) is not None
    assert (moment(text) or DAY).replace(microsecond=0) == TEN


@pytest.mark.parametrize(
    "text",
    ["2026-11-22", "20261122", "22 Nov 2026", "22/11/2026", "2026-11-22 10:00:00", "2026-11-22T23:59:59",
     "Sun, 22 Nov 2026 23:00:00", "Sun, 22 Nov 2026 23:00:00 -0000", "Sun, 22 Nov 2026 23:00:00 IST",
     "Sun, 22 Nov 2026 23:00:00 AST", "Sun, 22 Nov 2026 23:00:00 CST", "Sun, 22 Nov 2026 23:00:00 X"],
)  # fmt: skip
def test_a_time_whose_zone_nobody_can_know_says_its_day_alone(text: str) -> None:
    assert moment(text) == DAY


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2026", "2026-11", "2026-13-01", "2026-02-30", "05/06/2026", "5.6.2026 10:00", "22 Foo 2026",
     "Sun, 22 Nov 2026 25:00:00 GMT", "Sun, 22 Nov 2026 10:61:00 GMT", "1405-09-01", "1 آذر 1405", "1 محرم 1448",
     "Sun, 22 Nov 1926 10:00:00 GMT", "2126-11-22", "0000-00-00 00:00:00", "1970-01-01T00:00:00Z", "3 hours ago",
     "22 Nov 2026 13:00 PM GMT", "9" * 100, "22 Nov 2026 10:00:00 GMT and then", "-1", "9999-12-31T23:59:59-14:00",
     "1795341600", "Nov 2026", "\ud800", "٢٢"],
)  # fmt: skip
def test_a_date_in_doubt_is_none(text: str) -> None:
    assert moment(text) is None

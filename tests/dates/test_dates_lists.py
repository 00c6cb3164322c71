"""Dates in lists: every form that is sure, and nothing where it is not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from babel.dates import format_date

from pipelines.dates.list_dates import Local, moment, read_date
from pipelines.dates.written import parse_date

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
     "Sun, 22 Nov 2026 10:00:00 -0000",
     "Sun, 22 Nov 2026 04:00:00 CST",
     "2569-11-22T17:00:00+07:00", "Sun, 22 Nov 2569 17:00:00 +0700", "22/11/2569 17:00:00 +0700",
     "22/11/2026 13:00:00 +0300", "11/22/2026 13:00 +0300", "2026/11/22 13:00:00 +0300"],
)  # fmt: skip
def test_a_time_with_its_zone_is_that_moment(text: str) -> None:
    assert moment(text) is not None
    assert (moment(text) or DAY).replace(microsecond=0) == TEN


@pytest.mark.parametrize(
    "text",
    ["2026-11-22", "20261122", "22 Nov 2026", "22/11/2026", "2026-11-22 10:00:00", "2026-11-22T23:59:59",
     "Sun, 22 Nov 2026 23:00:00", "Sun, 22 Nov 2026 23:00:00 IST", "Sun, 22 Nov 2026 23:00:00 AST",
     "Sun, 22 Nov 2026 23:00:00 X", "Sun, 22 Nov 2026 23:00:00 +2500"],
)  # fmt: skip
def test_a_time_whose_zone_nobody_can_know_says_its_day_alone(text: str) -> None:
    assert moment(text) == DAY


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2026", "2026-11", "2026-13-01", "2026-02-30", "05/06/2026", "5.6.2026 10:00", "22 Foo 2026",
     "Sun, 22 Nov 2026 25:00:00 GMT", "Sun, 22 Nov 2026 10:61:00 GMT", "1305-09-01", "1 آذر 1305", "1 محرم 1348",
     "Sun, 22 Nov 1926 10:00:00 GMT", "2126-11-22", "0000-00-00 00:00:00", "1970-01-01T00:00:00Z", "3 hours ago",
     "22 Nov 2026 13:00 PM GMT", "9" * 100, "22 Nov 2026 10:00:00 GMT and then the market opened again",
     "-1", "9999-12-31T23:59:59-14:00",
     "1795341600", "Nov 2026", "\ud800", "٢٢"],
)  # fmt: skip
def test_a_date_in_doubt_is_none(text: str) -> None:
    assert moment(text) is None


@pytest.mark.parametrize(
    ("language", "text"),
    [("ru", "Ср, 14 окт 2026 14:30:00 +0300"), ("uk", "Ср, 14 жовт 2026 14:30:00 +0300"),
     ("de", "Mi, 14 Okt 2026 13:30:00 +0200"), ("de", "Mittwoch, 14. Oktober 2026, 14:30 Uhr"),
     ("de", "14.10.2026 14:30"), ("es", "mié, 14 oct 2026 13:30:00 +0200"), ("it", "mer, 14 ott 2026 13:30:00 +0200"),
     ("pt", "quarta-feira, 14 de outubro de 2026 às 14:30"), ("nl", "wo, 14 okt 2026 13:30:00 +0200"),
     ("pl", "śr., 14 paź 2026 13:30:00 +0200"), ("cs", "st, 14 říj 2026 13:30:00 +0200"),
     ("hr", "sri, 14 lis 2026 13:30:00 +0200"), ("el", "Τετ, 14 Οκτ 2026 14:30:00 +0300"),
     ("he", "יום רביעי, 14 אוקטובר 2026 14:30:00 +0300"), ("he", "ד׳, 14 אוק׳ 2026 14:30:00 +0300"),
     ("fa", "چهارشنبه, ۲۲ مهر ۱۴۰۵ 15:00:00 +0330"), ("fa", "1405/07/22 14:30"),
     ("ar", "الأربعاء, 3 جمادى الأولى 1448 14:30:00 +0300"), ("ar", "الأربعاء، 14 التمور 2026 13:30:00 +0200"),
     ("ar", "الأربعاء 3 جمادى الأولى 1448 هـ الموافق 14 أكتوبر 2026 14:30"),
     ("ar", "الأربعاء, 14 10 2026 14:30:00 +0300"), ("ar", "١٤/١٠/٢٠٢٦ ١٤:٣٠"),
     ("ur", "بدھ، 14 اکتوبر 2026 16:30:00 +0500"), ("ckb", "چوارشەممە، 14 تشرینی یەکەم 2026 14:30:00 +0300"),
     ("hi", "बुध, 14 अक्टूबर 2026 17:00:00 +0530"), ("zh", "星期三, 14 十月 2026 19:30:00 +0800"),
     ("zh", "周三, 14 10月 2026 19:30:00 +0800"), ("ja", "2026年10月14日(水) 14時30分"),
     ("ko", "수, 14 10월 2026 20:30:00 +0900"), ("id", "Rab, 14 Okt 2026 18:30:00 +0700"),
     ("fi", "ke, 14 loka 2026 14:30:00 +0300"), ("hu", "2026. október 14. 14:30"),
     ("vi", "Thứ Tư, 14 Tháng Mười 2026 14:30"),
     ("th", "พ., 14 ต.ค. 2026 18:30:00 +0700"), ("lt", "tr, 14 spal 2026 14:30:00 +0300")],
)  # fmt: skip
def test_a_list_writes_its_dates_in_the_language_of_its_source(language: str, text: str) -> None:
    found = moment(text, Local(language, "Asia/Damascus"))

    assert found == datetime(2026, 10, 14, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-28 14:30:00",
        "Sat, 28 Nov 2026 14:30:00",
        "2026-11-28T14:30:00",
        "28 Nov 2026 14:30",
        "28.11.2026 14:30",
    ],
)
def test_a_time_without_a_zone_is_on_the_clock_of_the_source(text: str) -> None:
    assert moment(text, Local("ar", "Asia/Damascus")) == datetime(2026, 11, 28, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "name", "hour"),
    [("Asia/Kolkata", "IST", 17), ("Asia/Jerusalem", "IST", 21), ("Asia/Riyadh", "AST", 20),
     ("Asia/Shanghai", "CST", 15),
     ("Asia/Damascus", "CST", 29), ("Asia/Damascus", "IST", 0), ("Asia/Damascus", "GMT", 23)],
)  # fmt: skip
def test_a_zone_that_several_places_call_theirs_is_the_source_s_own(zone: str, name: str, hour: int) -> None:
    found = moment(f"Sun, 22 Nov 2026 23:00:00 {name}", Local("en", zone))

    at = DAY + timedelta(hours=hour)
    assert found is not None and (found == at or found == at + timedelta(minutes=30))


def test_how_exactly_a_date_was_given_is_told() -> None:
    texts = ["2026-11-22", "2026-11-22T00:00:00Z", "Sat, 21 Nov 2026 19:00:00 -0500", "22 Nov 2026 13:00 +0300"]

    told = [read_date(text) for text in texts]

    assert [precision for _, precision in told] == ["", "", "second", "minute"]
    assert told[0][0] == told[1][0] == told[2][0] == DAY


def test_a_day_between_dots_has_the_month_second_but_in_english() -> None:
    assert moment("5.6.2026", Local("ru", "Europe/Moscow")) == datetime(2026, 6, 5, tzinfo=UTC)
    assert moment("5.6.2026", Local("en", "Europe/London")) is None
    assert moment("5/6/2026", Local("ru", "Europe/Moscow")) is None


PAPERS_LANGUAGES = """
am ar az be bg bn bs ca ckb cs cy da de el en es et eu fa fi fr ga gl gu he hi hr hu hy id is it ja ka kk km kn ko
ku ky lo lt lv mk ml mn mr ms mt my nb ne nl nn pa pl ps pt ro ru sk sl so sq sr sv sw ta te tg th tk tr uk ur uz
vi yi zh
"""


def test_the_long_date_of_every_month_is_read_in_the_languages_that_papers_are_in() -> None:
    codes = PAPERS_LANGUAGES.split()
    days = [date(2026, month, 17) for month in range(1, 13)]

    unread = [
        (code, text)
        for code in codes
        for day in days
        if (text := format_date(day, "long", locale=code))
        and ((found := parse_date(text, None, "Asia/Damascus", code)) is None or found[0].date() != day)
    ]

    assert unread == []


@pytest.mark.parametrize(
    ("language", "month", "number"),
    [("pl", "lis.", 11), ("cs", "lis.", 11), ("hr", "lis.", 10), ("he", "נוב׳", 11), ("he", "בנוב׳", 11),
     ("hi", "नव॰", 11), ("hi", "जन॰", 1), ("ca", "ag.", 8)],
)  # fmt: skip
@pytest.mark.parametrize("year", ["2026", "26"])
def test_a_short_month_with_its_sign_is_read_in_the_language_of_the_source(
    language: str, month: str, number: int, year: str
) -> None:
    found = moment(f"28 {month} {year} 14:30:00 +0000", Local(language, "Europe/Paris"))

    assert found == datetime(2026, number, 28, 14, 30, tzinfo=UTC)

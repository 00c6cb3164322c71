"""Dates as sites write them; relative ones are read as of Saturday, 10 January 2015, noon in UTC."""

from datetime import UTC, datetime

import pytest

from pipelines.extract.dates import hijri, jalali, only_a_date, parse_date

NOW = datetime(2015, 1, 10, 12, tzinfo=UTC)


def read(text: str, timezone: str = "UTC", language: str = "ar") -> tuple[str, str] | None:
    found = parse_date(text, NOW, timezone, language)
    return (found[0].strftime("%Y-%m-%d %H:%M"), found[1]) if found else None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("9 كانون الثاني 2016", "2016-01-09"),
        ("9 شباط 2016", "2016-02-09"),
        ("9 آذار 2016", "2016-03-09"),
        ("الأحد ٩ نيسان ٢٠١٧", "2017-04-09"),
        ("9 أيار/مايو 2016", "2016-05-09"),
        ("9 تشرين الأول 2016", "2016-10-09"),
        ("9 تشرين الثاني 2016", "2016-11-09"),
        ("9 كانون الأول 2016", "2016-12-09"),
        ("9 جوان 2016", "2016-06-09"),
        ("9 جويلية 2016", "2016-07-09"),
        ("9 غشت 2016", "2016-08-09"),
        ("9 نونبر 2016", "2016-11-09"),
        ("أكتوبر 9, 2016", "2016-10-09"),
        ("9 يوليو 2016 م", "2016-07-09"),
        ("2016/07/09", "2016-07-09"),
        ("09.07.2016", "2016-07-09"),
        ("نشر في 9 يوليو 2016، آخر تحديث 11 يوليو 2016", "2016-07-09"),
        ("12 رمضان 1440", "2019-05-17"),
        ("12 رمضان 1440 هـ الموافق 18 مايو 2019", "2019-05-18"),
        ("پنجشنبه ۱ فروردین ۱۳۹۸", "2019-03-21"),
        ("1398/01/01", "2019-03-21"),
        ("9 Temmuz 2016", "2016-07-09"),
        ("9 جولائی 2016", "2016-07-09"),
        ("٩ی ئابی ٢٠١٦", "2016-08-09"),
        ("July 9th, 2016", "2016-07-09"),
        ("9 juillet 2016", "2016-07-09"),
        ("9. März 2016", "2016-03-09"),
        ("9 июля 2016 г.", "2016-07-09"),
        ("9 de julio de 2016", "2016-07-09"),
        ("2016年7月9日", "2016-07-09"),
    ],
)
def test_the_day_is_read_in_every_way_of_writing_it(text: str, day: str) -> None:
    assert read(text) == (f"{day} 00:00", "day")


@pytest.mark.parametrize(
    ("text", "at", "precision"),
    [
        ("منذ ساعتين", "2015-01-10 10:00", "hour"),
        ("قبل 20 دقيقة", "2015-01-10 11:40", "minute"),
        ("منذ أسبوعين", "2014-12-27 12:00", "day"),
        ("منذ شهر", "2014-12-10 12:00", "day"),
        ("قبل 3 سنوات", "2012-01-10 12:00", "day"),
        ("أمس", "2015-01-09 00:00", "day"),
        ("يوم أمس الجمعة الساعة 18:30", "2015-01-09 18:30", "minute"),
        ("أول أمس", "2015-01-08 00:00", "day"),
        ("3 hours ago", "2015-01-10 09:00", "hour"),
        ("2 yıl önce", "2013-01-10 12:00", "day"),
    ],
)
def test_a_relative_date_is_read_as_of_the_fetch(text: str, at: str, precision: str) -> None:
    assert read(text) == (at, precision)


@pytest.mark.parametrize(
    ("text", "at", "precision"),
    [
        ("2016-07-09T10:15:30+02:00", "2016-07-09 08:15", "second"),
        ("2016-07-09T10:15:30.123Z", "2016-07-09 10:15", "second"),
        ("2016-07-09T10:15", "2016-07-09 07:15", "minute"),
        ("Sat, 09 Jul 2016 10:15:00 GMT", "2016-07-09 10:15", "second"),
        ("السبت 9 يوليو 2016 - 10:15 مساءً", "2016-07-09 19:15", "minute"),
        ("الساعة 12:05 ص، السبت 9 يوليو 2016", "2016-07-08 21:05", "minute"),
        ("9 يناير 2016 10:15", "2016-01-09 08:15", "minute"),
    ],
)
def test_a_time_without_zone_is_the_zones_own_summer_and_winter(text: str, at: str, precision: str) -> None:
    assert read(text, "Asia/Damascus") == (at, precision)


def test_what_comes_first_is_the_month_in_american_english_alone() -> None:
    assert read("05/01/2015", language="en-US") == ("2015-05-01 00:00", "day")
    assert read("05/01/2015", language="en") == ("2015-01-05 00:00", "day")
    assert read("12/27/2014", language="ar") == ("2014-12-27 00:00", "day")


@pytest.mark.parametrize(
    "text", ["", "2014", "31/02/2014", "شباط", "في عام 2014 فاز بثلاث جوائز", "0000-00-00", "12:30"]
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert read(text) is None


def test_the_calendars_meet_on_known_days() -> None:
    assert [jalali(1403, 1, 1), jalali(1399, 12, 30), jalali(1357, 11, 22)] == [
        (2024, 3, 20),
        (2021, 3, 20),
        (1979, 2, 11),
    ]
    assert [hijri(1445, 9, 1), hijri(1436, 3, 5)] == [(2024, 3, 11), (2014, 12, 27)]


def test_a_line_that_is_a_date_alone_is_told_from_a_sentence() -> None:
    lines = ["السبت 9 يوليو 2016 - 10:15", "July 9, 2016", "قتل 16 شخصا في 9 يوليو 2016", "2016"]
    labelled = ["تاريخ النشر: 9 يوليو 2016", "Last updated: July 9, 2016 10:15", "He said: come on July 9, 2016 to us"]

    assert [only_a_date(line) for line in lines] == [True, True, False, False]
    assert [only_a_date(line) for line in labelled] == [True, True, False]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Ημερομηνία δημοσίευσης: 28 Δεκεμβρίου 2011", "2011-12-28"),
        ("Παρασκευή 30 Δεκέμβρη 2011", "2011-12-30"),
        ("ΠΕΜΠΤΗ 5 ΙΑΝΟΥΑΡΙΟΥ 2012", "2012-01-05"),
        ("3 Μάη 2012", "2012-05-03"),
        ("Gepubliceerd op 3 maart 2012", "2012-03-03"),
        ("06.01.12", "2012-01-06"),
        ("Source: 06/01/12", "2012-01-06"),
        ("12.01.06.04", None),
        ("Version 5.0.12", None),
        ("06.01.123", None),
    ],
)
def test_greek_months_and_years_of_two_digits_are_read(text: str, day: str | None) -> None:
    found = read(text, language="el")

    assert (found and found[0][:10]) == day

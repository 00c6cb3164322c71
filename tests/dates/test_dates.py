"""Dates as sites write them; relative ones are read as of Saturday, 10 January 2015, noon in UTC."""

from datetime import UTC, date, datetime, timedelta

import pytest

from pipelines.dates import calendars
from pipelines.dates.written import hijri, jalali, names_update, only_a_date, parse_date

NOW = datetime(2015, 1, 10, 12, tzinfo=UTC)


def read(text: str, timezone: str = "UTC", language: str = "ar") -> tuple[str, str] | None:
    found = parse_date(text, NOW, timezone, language)
    return (found[0].strftime("%Y-%m-%d %H:%M"), found[1]) if found else None


def written(text: str, timezone: str) -> str:
    found = parse_date(text, NOW, timezone, "ar")
    return found[0].isoformat(timespec="minutes") if found else ""


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("9 كانون الثاني 2016", "2016-01-09"),
        ("9 شباط 2016", "2016-02-09"),
        ("9كانون الثاني 2016", "2016-01-09"),
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
        ("12 رمضان 1440 هـ - 18/5/2019", "2019-05-18"),
        ("12/9/1440 هـ 18/5/2019 م", "2019-05-18"),
        ("12 رمضان 1440، آخر تحديث 20/5/2019", "2019-05-17"),
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
        ("9 تشرين اول 2016", "2016-10-09"),
        ("9 مايس 2016", "2016-05-09"),
        ("9 يوليوز 2016", "2016-07-09"),
        ("9 أفريل 2016", "2016-04-09"),
        ("9 إبريل 2016", "2016-04-09"),
        ("9 كانون الثاني (يناير) 2016", "2016-01-09"),
        ("9 ديسمبر/كانون الأول 2016", "2016-12-09"),
        ("آخر تحديث: 11 يوليو 2016 - نشر في: 9 يوليو 2016", "2016-07-09"),
        ("الجمعة 11 رمضان 1440", "2019-05-17"),
        ("12/09/1440 هـ", "2019-05-17"),
        ("12 ذي القعدة 1440هـ", "2019-07-15"),
        ("۱ فروردین‌ماه ۱۳۹۸", "2019-03-21"),
        ("۱ حمل ۱۳۹۸", "2019-03-21"),
        ("۹ ژوئیه ۲۰۱۶", "2016-07-09"),
        ("٩ی ئازاری ٢٠١٦", "2016-03-09"),
        ("9ê Tîrmehê 2016", "2016-07-09"),
        ("9 Kanûna Pêşîn 2016", "2016-12-09"),
        ("9 Ağu 2016", "2016-08-09"),
        ("9 lipca 2016", "2016-07-09"),
        ("9. července 2016", "2016-07-09"),
        ("9 липня 2016", "2016-07-09"),
        ("2016. július 9.", "2016-07-09"),
        ("2016 m. liepos 9 d.", "2016-07-09"),
        ("2016. gada 9. jūlijs", "2016-07-09"),
        ("9. heinäkuuta 2016", "2016-07-09"),
        ("9 iulie 2016", "2016-07-09"),
        ("9 ביולי 2016", "2016-07-09"),
        ("9 जुलाई 2016", "2016-07-09"),
        ("9 tháng 7, 2016", "2016-07-09"),
        ("9 กรกฎาคม 2559", "2016-07-09"),
        ("9/7/2559", "2016-07-09"),
        ("2559/07/09", "2016-07-09"),
        ("2559-07-09", "2016-07-09"),
        ("2016년 7월 9일", "2016-07-09"),
        ("平成28年7月9日", "2016-07-09"),
        ("二〇一六年七月九日", "2016-07-09"),
        ("9-Jul-16", "2016-07-09"),
        ("20160709", "2016-07-09"),
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
        ("الآن", "2015-01-10 12:00", "minute"),
        ("منذ ثلاثة أيام", "2015-01-07 12:00", "day"),
        ("il y a 2 heures", "2015-01-10 10:00", "hour"),
        ("vor einer Stunde", "2015-01-10 11:00", "hour"),
        ("vor 3 Tagen", "2015-01-07 12:00", "day"),
        ("hace 2 días", "2015-01-08 12:00", "day"),
        ("há 3 dias", "2015-01-07 12:00", "day"),
        ("2 ore fa", "2015-01-10 10:00", "hour"),
        ("3 часа назад", "2015-01-10 09:00", "hour"),
        ("час назад", "2015-01-10 11:00", "hour"),
        ("вчера, 10:15", "2015-01-09 10:15", "minute"),
        ("2 dni temu", "2015-01-08 12:00", "day"),
        ("πριν από 3 ώρες", "2015-01-10 09:00", "hour"),
        ("2 saat önce", "2015-01-10 10:00", "hour"),
        ("dün", "2015-01-09 00:00", "day"),
        ("לפני יומיים", "2015-01-08 12:00", "day"),
        ("۳ ساعت پیش", "2015-01-10 09:00", "hour"),
        ("دیروز", "2015-01-09 00:00", "day"),
        ("3 گھنٹے پہلے", "2015-01-10 09:00", "hour"),
        ("پێش ٣ ڕۆژ", "2015-01-07 12:00", "day"),
        ("3 saet berê", "2015-01-10 09:00", "hour"),
        ("3天前", "2015-01-07 12:00", "day"),
        ("3時間前", "2015-01-10 09:00", "hour"),
        ("3일 전", "2015-01-07 12:00", "day"),
    ],
)
def test_a_relative_date_is_read_as_of_the_fetch(text: str, at: str, precision: str) -> None:
    assert read(text) == (at, precision)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2016-07-09T10:15:30+02:00", "2016-07-09T10:15+02:00"),
        ("2016-07-09T23:15:30.123Z", "2016-07-10T02:15+03:00"),
        ("2016-07-09T10:15", "2016-07-09T10:15+03:00"),
        ("2559-07-09T10:15:30+07:00", "2016-07-09T10:15+07:00"),
        ("2016-01-09 10:15", "2016-01-09T10:15+02:00"),
        ("Sat, 09 Jul 2016 22:15:00 GMT", "2016-07-10T01:15+03:00"),
        ("July 9, 2016 10:15 PM EDT", "2016-07-09T22:15-04:00"),
        ("9 July 2016 at 10:15 (UTC+5:30)", "2016-07-09T10:15+05:30"),
        ("السبت 9 يوليو 2016 - 10:15 بتوقيت غرينتش", "2016-07-09T13:15+03:00"),
        ("1468052130", "2016-07-09T11:15+03:00"),
    ],
)
def test_the_offset_that_is_written_is_kept_and_else_the_day_is_the_zone_s_own(text: str, at: str) -> None:
    assert written(text, "Asia/Damascus") == at


@pytest.mark.parametrize(
    ("text", "clock", "precision"),
    [
        ("2016-07-09T10:15:30", "10:15", "second"),
        ("السبت 9 يوليو 2016 - 10:15 مساءً", "22:15", "minute"),
        ("الساعة 12:05 ص، السبت 9 يوليو 2016", "00:05", "minute"),
        ("9 يوليو 2016 - 10:15 ص", "10:15", "minute"),
        ("9 يوليو 2016 الساعة 6:30 م", "18:30", "minute"),
        ("۱۹ تیر ۱۳۹۵ - ۱۰:۱۵ ب.ظ", "22:15", "minute"),
        ("9 July 2016, 3pm", "15:00", "hour"),
        ("9. Juli 2016, 10.15 Uhr", "10:15", "minute"),
        ("9 juillet 2016 à 10h15", "10:15", "minute"),
        ("2016年7月9日 下午3:15", "15:15", "minute"),
        ("2016년 7월 9일 오후 3:15", "15:15", "minute"),
        ("9 Ιουλίου 2016, 10:15 μ.μ.", "22:15", "minute"),
        ("9 Temmuz 2016, 10:15 ÖS", "22:15", "minute"),
        ("9 Temmuz 2016 ÖÖ 12:05", "00:05", "minute"),
        ("2016-07-09 PM 10:15:30", "22:15", "second"),
        ("9 Temmuz 2016 ÖS 3:05", "15:05", "minute"),
        ("9 Temmuz 2016, O\u0308S 3:05", "15:05", "minute"),
        ("9. Juli 2016, am 12:05 Uhr", "12:05", "minute"),
        ("9. JULI 2016, AM 12:05 UHR", "12:05", "minute"),
        ("Os 3:05 9 de julho de 2016", "03:05", "minute"),
        ("9 Temmuz 2016 Cumartesi, Saat 10.15", "10:15", "minute"),
        ("9 июля 2016 в 10.15", "10:15", "minute"),
        ("9 يوليو 2016 م", "00:00", "day"),
        ("9 juli 2016 om 10.15.", "10:15", "minute"),
        ("9. juli 2016kl. 10.15", "10:15", "minute"),
        ("9 يوليو 2016 والساعة 10.15", "10:15", "minute"),
        ("09.07.2016 (Update vom 13.11.)", "00:00", "day"),
        ("2016年7月9日 14点05分", "14:05", "minute"),
        ("2016年7月9日，14点5分", "14:05", "minute"),
        ("2016年7月9日 下午3點05分", "15:05", "minute"),
        ("2016年7月9日 14時5分", "14:05", "minute"),
        ("2016년 7월 9일 오후 3시 5분", "15:05", "minute"),
        ("2016年7月9日 14点5人", "00:00", "day"),
        ("9.7.2016 14 Uhr", "14:00", "hour"),
        ("12 Uhr am 9. Juli 2016", "12:00", "hour"),
        ("12:05 Uhr am 9. Juli 2016", "12:05", "minute"),
        ("9 juli 2016, 14 uur", "14:00", "hour"),
        ("9 juli 2016, binnen 24 uur", "00:00", "day"),
        ("9 July 2016 from 9.30", "00:00", "day"),
        ("9 July 2016, room 10.15", "00:00", "day"),
        ("9. juli 2016, Rom 12.30", "00:00", "day"),
    ],
)
def test_the_time_of_day_is_read_on_clocks_of_twelve_and_24_hours(text: str, clock: str, precision: str) -> None:
    found = read(text)

    assert found == (f"2016-07-09 {clock}", precision)


@pytest.mark.parametrize("text", ["hier", "Mehr dazu hier", "Hier"])
def test_a_word_that_is_yesterday_only_in_french_is_a_day_in_french_or_with_a_time(text: str) -> None:
    assert read("Hier", language="fr") == read("hier", language="fr_CA") == ("2015-01-09 00:00", "day")
    assert read("hier à 14h30", language="") == ("2015-01-09 14:30", "minute")
    assert read("gestern", language="de") == ("2015-01-09 00:00", "day")
    assert [read(text, language=language) for language in ("de", "nl", "")] == [None, None, None]


def test_yesterday_in_french_is_read_on_french_pages_of_a_source_in_an_unknown_or_another_language() -> None:
    assert [read("Publié hier", language=language) for language in ("", "ar")] == [("2015-01-09 00:00", "day")] * 2
    assert [read("Hier", language=language) for language in ("ar", "en")] == [("2015-01-09 00:00", "day")] * 2
    assert [read("Mehr dazu hier", language=language) for language in ("", "ar")] == [None, None]


def test_what_comes_first_is_the_month_in_american_english_alone() -> None:
    assert read("05/01/2015", language="en-US") == ("2015-05-01 00:00", "day")
    assert read("05/01/2015", language="en") == ("2015-01-05 00:00", "day")
    assert read("12/27/2014", language="ar") == ("2014-12-27 00:00", "day")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2014",
        "31/02/2014",
        "شباط",
        "في عام 2014 فاز بثلاث جوائز",
        "0000-00-00",
        "12:30",
        "الصفحة 3 من 2014",
        "لم يفز منذ 1990",
        "Jailed for 3 years",
        "Today's word",
        "Heute, 21. Januar",
        "32 Juli 2014",
        "12/2014",
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert read(text) is None


def test_the_calendars_meet_on_known_days() -> None:
    assert [jalali(1403, 1, 1), jalali(1399, 12, 30), jalali(1357, 11, 22)] == [
        (2024, 3, 20),
        (2021, 3, 20),
        (1979, 2, 11),
    ]
    assert [hijri(1445, 9, 1), hijri(1436, 3, 5), hijri(1443, 1, 1), hijri(1446, 9, 1), hijri(1435, 5, 10)] == [
        (2024, 3, 11),
        (2014, 12, 27),
        (2021, 8, 9),
        (2025, 3, 1),
        (2014, 3, 11),
    ]


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


def test_a_date_of_a_change_is_told_from_one_of_publication() -> None:
    changes = [
        "Last updated: July 9, 2016",
        "آخر تحديث 9 يوليو 2016",
        "Aktualisiert am 9. Juli 2016",
        "更新：2016-07-09",
        "نوێکردنەوە: 9/7/2016",
    ]
    others = [
        "Published July 9, 2016, updated July 11",
        "9 July 2016",
        "نشر في 9 يوليو 2016",
        "Stand by on July 9, 2016",
    ]

    assert [names_update(text) for text in changes] == [True] * len(changes)
    assert [names_update(text) for text in others] == [False] * len(others)


def test_the_first_of_the_month_stays_a_day_where_only_the_month_is_odd() -> None:
    assert read("1 ديسمبر 2016") == ("2016-12-01 00:00", "day")
    assert read("1 Florpember 2016", language="") is None


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("Tue, 07 Apr 2020 07:36:07 +0530", "2020-04-07T07:36:07+05:30"),
        ("Tue, 07 Apr 2020 07:36:07 -0500", "2020-04-07T07:36:07-05:00"),
        ("Tue, 07 Apr 2020 07:36:07 −0500", "2020-04-07T07:36:07-05:00"),
        ("Tue, 07 Apr 2020 07:36:07 GMT+0530", "2020-04-07T07:36:07+05:30"),
        ("Tue Apr 07 07:36:07 +0530 2020", "2020-04-07T07:36:07+05:30"),
        ("Tue Apr 07 07:36:07 PDT 2020", "2020-04-07T07:36:07-07:00"),
        ("April 7, 2020 7:36 am +0100", "2020-04-07T07:36:00+01:00"),
        ("7 أبريل 2020 07:36 +0300", "2020-04-07T07:36:00+03:00"),
        ("7 أبريل 2020 07:36 بتوقيت مكة", "2020-04-07T07:36:00+03:00"),
        ("7 апреля 2020 07:36 МСК", "2020-04-07T07:36:00+03:00"),
        ("7 April 2020 07:36 +0300, updated 9 April 2020 10:10 +0200", "2020-04-07T07:36:00+03:00"),
        ("07/04/2020 07:36 +0300", "2020-04-07T07:36:00+03:00"),
        ("2020年4月7日 07:36 +0800", "2020-04-07T07:36:00+08:00"),
        ("2018-10-29T10:15-500", "2018-10-29T10:15:00-05:00"),
        ("2020-04-07 07:36:07 +5:30", "2020-04-07T07:36:07+05:30"),
        ("2020-04-07 07:36:07 EST", "2020-04-07T07:36:07-05:00"),
        ("2020-04-07T073607+0300", "2020-04-07T07:36:07+03:00"),
        ("2004-05-25 오후 11:23:17", "2004-05-25T23:23:17+09:00"),
        ("2004-05-25, 11:23 PM", "2004-05-25T23:23:00+09:00"),
        ("2004-05-25T24:00:00", "2004-05-26T00:00:00+09:00"),
        ("7 April 2020 07:36 -1130", "2020-04-07T07:36:00+09:00"),
        ("14 מאי 2020", "2020-05-14T00:00:00+09:00"),
        ("2020-05-14T09:05:00 UTC+3", "2020-05-14T09:05:00+03:00"),
        ("2020-05-14 09:05 GMT+03:00", "2020-05-14T09:05:00+03:00"),
        ("2020-05-14 09:05:00 (GMT-5)", "2020-05-14T09:05:00-05:00"),
        ("2020-05-14 09:05:00 GMT+0300 (Arabian Standard Time)", "2020-05-14T09:05:00+03:00"),
        ("2020-05-14 09:05 UTC", "2020-05-14T18:05:00+09:00"),
        ("14 مايو 2020 09:05 توقيت غرينتش", "2020-05-14T18:05:00+09:00"),
        ("14 Mei 2020 09.05 WITA", "2020-05-14T09:05:00+08:00"),
        ("14 mei 2020 om 09.05 uur", "2020-05-14T09:05:00+09:00"),
        ("14 maja 2020 r., godz. 09.05", "2020-05-14T09:05:00+09:00"),
    ],
)
def test_the_offset_and_the_half_of_the_day_are_read_wherever_they_stand(text: str, at: str) -> None:
    found = parse_date(text, NOW, "Asia/Tokyo", "ar")

    assert found and found[0].isoformat() == at


@pytest.mark.parametrize(
    ("language", "text", "month"),
    [("hr", "14 lip 2020", 6), ("pl", "14 lip 2020", 7), ("hr", "14 lis 2020", 10), ("pl", "14 lis 2020", 11),
     ("th", "14 ม.ค. 2563", 1), ("th", "14 มี.ค. 2563", 3), ("hi", "14 जन॰ 2020", 1), ("hi", "14 जून 2020", 6),
     ("my", "14 ဇန် 2020", 1), ("my", "14 ဇွန် 2020", 6), ("lo", "14 ມ.ກ. 2020", 1), ("lo", "14 ມິ.ຖ. 2020", 6),
     ("lo", "14 ກ.ພ. 2020", 2), ("yi", "14 יאַנ 2020", 1), ("yi", "14 פֿעב 2020", 2), ("yi", "14 אַפּר 2020", 4)],
)  # fmt: skip
def test_a_short_month_is_that_of_its_own_language(language: str, text: str, month: int) -> None:
    found = parse_date(text, NOW, "UTC", language)

    assert found and (found[0].year, found[0].month, found[0].day) == (2020, month, 14)


def test_each_day_of_150_years_goes_into_the_solar_calendar_and_back() -> None:
    first = date(1921, 3, 21)
    days = [first + timedelta(days=n) for n in range(0, 150 * 365, 7)]

    assert [date(*jalali(*calendars.in_jalali(day))) for day in days] == days
    assert calendars.in_jalali(date(2026, 11, 22)) == (1405, 9, 1) and calendars.in_jalali(first) == (1300, 1, 1)
    assert [calendars.in_jalali(date(2025, 3, day)) for day in (20, 21)] == [(1403, 12, 30), (1404, 1, 1)]

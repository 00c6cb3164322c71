"""Language, country and time zone of a site by its evidence; what is not known is asked and never guessed."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from pipelines.follow import date_offsets, names, site_place
from pipelines.follow.probing_records import FrontPage

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
EVERY = 3 * 60


@pytest.mark.parametrize(
    ("url", "code", "front", "offsets", "zone", "country"),
    [
        ("https://example.sy/", "ar", FrontPage(), [(EVERY, 20)], "Asia/Damascus", "SY"),
        ("https://example.com.lb/", "ar", FrontPage(), [(0, 20)], "Asia/Beirut", "LB"),
        ("https://example.news/", "fa", FrontPage(), [(210, 30)], "Asia/Tehran", "IR"),
        ("https://example.com/", "tr", FrontPage(), [(EVERY, 30)], "Europe/Istanbul", "TR"),
        ("https://example.com/", "ar", FrontPage(locale="ar_IQ"), [(EVERY, 30)], "Asia/Baghdad", "IQ"),
        ("https://example.ru/", "ru", FrontPage(), [(180, 9)], "Europe/Moscow", "RU"),
        ("https://example.br/", "pt", FrontPage(), [], "America/Sao_Paulo", "BR"),
    ],
)
def test_a_zone_is_known_where_the_evidence_agrees(
    url: str, code: str, front: FrontPage, offsets: list[tuple[int, int]], zone: str, country: str
) -> None:
    found = site_place.find(url, code, [front], [offsets], NOW)

    assert (found.timezone, found.country) == (zone, country), found
    assert found.timezone_why


@pytest.mark.parametrize(
    ("url", "code", "front", "offsets", "among", "not_among"),
    [
        ("https://example.com/", "ar", FrontPage(language="ar"), [(EVERY, 20)], "Asia/Baghdad", "Africa/Tunis"),
        ("https://example.com/", "en", FrontPage(locale="en_US"), [(0, 20)], "Europe/London", ""),
        ("https://example.com/", "ar", FrontPage(locale="ar_IQ"), [(0, 20)], "Asia/Baghdad", "Asia/Amman"),
        ("https://example.com/", "en", FrontPage(), [(0, 20), (60, 9)], "Europe/London", "Africa/Lagos"),
        ("https://example.tv/", "", FrontPage(), [], "", ""),
        ("https://example.sy/", "ar", FrontPage(), [(60, 20)], "Asia/Damascus", ""),
    ],
)
def test_what_is_not_known_has_candidates_and_says_why(
    url: str, code: str, front: FrontPage, offsets: list[tuple[int, int]], among: str, not_among: str
) -> None:
    found = site_place.find(url, code, [front], [offsets], NOW)

    assert found.timezone == ""
    assert found.unsure
    assert not among or among in found.candidates
    assert not not_among or not_among not in found.candidates


def test_what_somebody_says_counts() -> None:
    found = site_place.find("https://example.com/", "ar", [], [[(0, 9)]], NOW, timezone="Asia/Amman")
    by_country = site_place.find("https://example.com/", "ar", [], [], NOW, country="IQ")

    assert (found.timezone, found.country, found.country_why) == ("Asia/Amman", "JO", "where Asia/Amman is")
    assert (by_country.timezone, by_country.country) == ("Asia/Baghdad", "IQ")


def test_an_old_name_of_a_zone_is_in_a_country_too() -> None:
    found = site_place.find("https://example.com/", "fr", [], [], NOW, timezone="America/Montreal")

    assert (found.timezone, found.country) == ("America/Montreal", "CA")


def test_the_language_is_that_of_the_articles_before_that_of_the_markup() -> None:
    assert site_place.language([FrontPage(language="en-US")], ["ar", "ar", "en"], []) == (
        "ar",
        "2 of 3 samples are in it, others in en; its markup says en",
    )
    assert site_place.language([FrontPage(language="ckb")], [], ["ckb"])[0] == "ckb"
    assert site_place.language([], [], []) == ("", "")


def test_the_table_of_languages_names_countries_that_have_a_zone() -> None:
    countries = {country for own in site_place.COUNTRIES.values() for country in own.split()}

    assert [country for country in countries if country != "XK" and not site_place._zones_of(country)] == []
    assert all(ZoneInfo(zone) for country in countries for zone in site_place._zones_of(country))


def test_offsets_are_read_from_what_lists_print() -> None:
    feed = b"""<rss><item><pubDate>Sun, 22 Nov 2026 10:00:00 +0300</pubDate></item>
    <item><pubDate><![CDATA[Sun, 22 Nov 2026 09:00:00 +03:00]]></pubDate></item>
    <item><dc:date>2026-11-22T08:00:00Z</dc:date></item><item><pubDate>22/11/2026 08:00</pubDate></item></rss>"""

    assert date_offsets.offsets(feed) == ((180, 2), (0, 1))


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.example.co.uk/", "example"),
        ("https://arabic.example.com/", "arabic-example"),
        ("http://127.0.0.1:8790/", "127-0-0-1-8790"),
        ("https://xn--mgbh0fb.xn--mgbaam7a8h/", "xn-mgbh0fb"),
    ],
)
def test_a_source_is_named_by_its_host(url: str, name: str) -> None:
    assert names.name(url) == name
    assert names.free(name, [name, f"{name}-2"]) == f"{name}-3"


def test_a_site_is_called_what_its_pages_agree_on() -> None:
    fronts = [FrontPage(title=f"{title} - The Shore") for title in ("Home", "Rain", "A storm")]

    assert names.title(fronts, [], "shore.test") == ("The Shore", "in the titles of 3 of 3 pages")
    assert names.title([FrontPage(title="x", site="Shore")], [], "shore.test")[0] == "Shore"
    assert names.title([FrontPage(title="Shore | News of the coast")], [], "shore.test")[0] == "Shore"
    assert names.title([], [], "shore.test") == ("shore.test", "its host")

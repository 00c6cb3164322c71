"""A feed that is cut or lags is told from one that tells all, by what the sitemap names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pipelines.listings.formats import compare
from pipelines.model import Entry

NOW = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def entry(number: int, *, lastmod: bool = False, path: str = "/news/{}-the-story") -> Entry:
    """An article published so many hours ago; lastmod: its list says only when it was changed."""
    url, at = "http://a.test" + path.format(number), NOW - number * HOUR
    return Entry(url=url, modified_at=at) if lastmod else Entry(url=url, published_at=at)


def several(numbers: range, **how: bool) -> list[Entry]:
    return [entry(number, **how) for number in numbers]


def test_a_feed_that_tells_all_of_its_time_says_nothing() -> None:
    assert compare(several(range(20)), several(range(200))) == ""


def test_a_feed_that_leaves_articles_out_is_told() -> None:
    fed = [entry(n) for n in range(41) if n % 10 not in (1, 2, 3)]

    said = compare(fed, several(range(200)))

    assert said == "the feed lacks 12 of the 41 articles of its own time span that the sitemap names"


def test_a_feed_that_lags_is_told() -> None:
    said = compare(several(range(9, 40)), several(range(200)))

    assert said == "the feed lags: the sitemap names 8 articles newer than the feed's newest, by up to 9 hours"


def test_one_article_lags_when_it_is_a_day_ahead() -> None:
    assert "1 article newer than the feed's newest, by up to 3 days" in compare(several(range(72, 90)), [entry(0)])
    assert compare(several(range(5, 40)), [entry(0)]) == ""


def test_what_came_in_the_last_hour_is_no_lag() -> None:
    fresh = [Entry(url=f"http://a.test/news/{n}-so-new", published_at=NOW + timedelta(minutes=n)) for n in range(50)]

    assert compare(several(range(20)), fresh) == ""


def test_few_that_are_lacking_are_no_news() -> None:
    assert compare([entry(n) for n in range(40) if n not in (5, 6)], several(range(40))) == ""


def test_addresses_are_the_same_whatever_trackers_they_carry() -> None:
    fed = [Entry(url=f"{one.url}?utm_source=rss", published_at=one.published_at) for one in several(range(20))]

    assert compare(fed, several(range(100))) == ""


def test_pages_that_are_shaped_like_no_article_are_not_lacking() -> None:
    pages = [entry(n, path="/info/{}") for n in range(20)]

    assert compare(several(range(20)), several(range(20)) + pages) == ""


def test_a_day_at_the_edge_of_the_time_span_is_in_doubt() -> None:
    midnight = datetime(2026, 11, 21, tzinfo=UTC)
    named = [Entry(url=f"http://a.test/news/{n}-of-the-day", published_at=midnight) for n in range(10)]

    assert compare(several(range(20)), named) == ""
    assert "lacks 10 of the 10" in compare(several(range(40)), named)


def test_a_change_is_taken_for_the_publication_only_where_it_proves_to_be() -> None:
    fed = [entry(n) for n in range(40) if n % 10 not in (1, 2, 3)]
    honest = several(range(60), lastmod=True)
    lying = [Entry(url=one.url, modified_at=NOW + timedelta(days=9)) for one in honest]

    assert "lacks 12 of the" in compare(fed, honest)
    assert compare(fed, lying) == ""


def test_a_feed_without_dates_takes_them_from_the_sitemap() -> None:
    fed = [Entry(url=entry(n).url) for n in range(20) if n % 4]

    assert "lacks 4 of the 19" in compare(fed, several(range(50)))


@pytest.mark.parametrize("fed", [[], [entry(1)], [Entry(url="http://a.test/1")], [Entry(url="javascript:x")] * 3])
def test_where_nobody_can_know_nothing_is_said(fed: list[Entry]) -> None:
    assert compare(fed, several(range(9))) == ""
    assert compare(several(range(9)), []) == ""


def test_another_form_of_an_address_is_the_same_article() -> None:
    plain = "/news/{}48-the-story"
    fed = [entry(n, path=f"{plain}?amp=1" if n % 3 else plain) for n in range(1, 25)]
    mapped = [entry(n, path=plain) for n in range(1, 25)]

    assert compare(fed, mapped) == ""

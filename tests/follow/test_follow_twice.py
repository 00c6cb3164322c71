"""A site that is followed already, under another name: told with that name, by its address or by what both read."""

import pytest

from pipelines.follow import already_followed
from pipelines.sources import folders
from tests.factories import source

FOLLOWED = [source("sana", url="https://www.sana.sy/"), source("world", url="https://bbc.test/arabic")]


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("http://sana.sy", "sana"),
        ("https://bbc.test/arabic/", "world"),
        ("https://sana.sy/en/", ""),
        ("https://bbc.test/persian", ""),
        ("https://news.sana.sy/", ""),
        ("https://example.org/", ""),
    ],
)
def test_one_host_and_path_is_one_site_and_editions_of_a_host_are_not(url: str, name: str) -> None:
    told = str(already_followed.find_twice(FOLLOWED, url) or "")

    assert (f"is followed already, as {name}. `nightdesk sources check {name}`" in told) == bool(name)
    assert bool(told) == bool(name)


def test_two_addresses_that_read_one_feed_are_one_site() -> None:
    told = already_followed.find_twice(
        FOLLOWED, "https://sana.example/", ["http://www.sana.test/feed/", "https://sana.example/map.xml"]
    )

    assert str(told).startswith(
        "sana.example is followed already, as sana, which reads http://www.sana.test/feed/ as well."
    )
    assert told and "--twice" in told.what_to_do


def test_another_edition_or_host_of_the_same_publisher_is_said_and_not_refused() -> None:
    assert (
        already_followed.beside(FOLLOWED, "https://en.sana.sy/") == "beside it: sana, at sana.sy too, with other lists"
    )
    assert already_followed.beside(FOLLOWED, "https://bbc.test/persian").startswith("beside it: world, at bbc.test too")
    assert already_followed.beside(FOLLOWED, "https://example.org/") == ""


def test_no_two_outlets_of_the_catalogue_are_taken_for_one_site() -> None:
    catalogue = folders.catalogue()

    for number, one in enumerate(catalogue):
        others = catalogue[:number] + catalogue[number + 1 :]
        assert already_followed.find_twice(others, one.url, (*one.feeds, *one.sitemaps, *one.sections)) is None

"""The whole catalogue: every entry is read, none is there twice, and the file says what it is."""

import re
from collections import Counter
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest

from pipelines.model import Source
from pipelines.sources import folders


@pytest.fixture(scope="module")
def catalogue() -> list[Source]:
    return folders.catalogue()


def test_the_catalogue_has_at_least_the_126_outlets_it_began_with(catalogue: list[Source]) -> None:
    assert len(catalogue) >= 126
    assert [s.name for s in catalogue] == folders.catalogue_names()


@pytest.mark.parametrize("key", ["name", "title", "url"])
def test_no_outlet_is_there_twice(catalogue: list[Source], key: str) -> None:
    times = Counter(getattr(s, key).rstrip("/").casefold() for s in catalogue)

    assert [value for value, count in times.items() if count > 1] == []


def test_no_feed_or_sitemap_belongs_to_two_outlets(catalogue: list[Source]) -> None:
    times = Counter(url for s in catalogue for url in s.feeds + s.sitemaps)

    assert [url for url, count in times.items() if count > 1] == []


def test_every_outlet_has_a_clock(catalogue: list[Source]) -> None:
    assert all(ZoneInfo(s.timezone).key == s.timezone for s in catalogue)


def test_an_outlet_without_feed_and_sitemap_is_read_from_its_home_page(catalogue: list[Source]) -> None:
    bare = [s for s in catalogue if not s.feeds and not s.sitemaps]

    assert bare
    assert all(s.sections == (s.url,) for s in bare)


def test_an_outlet_has_its_title_in_its_own_script(catalogue: list[Source]) -> None:
    arabic, cyrillic = "[\u0600-\u06ff]", "[\u0400-\u04ff]"
    scripts = dict.fromkeys(("ar", "fa", "ckb"), arabic) | dict.fromkeys(("ru", "uk"), cyrillic)

    foreign = [s.name for s in catalogue if s.language in scripts and not re.search(scripts[s.language], s.title)]

    assert sum(s.language == "ar" for s in catalogue) == 79
    assert foreign == []


def test_every_entry_begins_with_its_title_as_a_comment_and_stays_short() -> None:
    for path in sorted(folders.CATALOGUE.glob("*.toml")):
        lines = path.read_text(encoding="utf-8").splitlines()

        assert lines[0] == f"# {folders.load(path).title}", path.name
        assert len(lines) <= 16, path.name


def test_only_addresses_on_the_open_web_are_in_the_catalogue(catalogue: list[Source]) -> None:
    hosts = {urlsplit(url).hostname or "" for s in catalogue for url in (s.url, *s.feeds, *s.sitemaps, *s.sections)}

    assert [host for host in hosts if "." not in host or host.endswith(".test")] == []

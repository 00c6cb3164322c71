"""What is extracted from the demo newsroom never falls below the floors that tests/floors.toml pins."""

from pathlib import Path

import pytest

from bench import demo_pages, floors
from demo.sites import SITES, DemoSite

FLOORS = floors.read_pinned()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[demo_pages.DemoPage]]:
    """Every article of the newsroom as it is served, by site."""
    return demo_pages.read(Path(tmp_path_factory.mktemp("newsroom")))


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)
def test_a_site_gives_no_less_than_its_floors(pages: dict[str, list[demo_pages.DemoPage]], site: DemoSite) -> None:
    assert len(pages[site.name]) == site.articles

    measured = floors.figures(pages[site.name])

    assert floors.drops({site.name: FLOORS[site.name]}, {site.name: measured}) == []
    assert measured.keys() == FLOORS[site.name].keys()


def test_every_site_has_floors() -> None:
    assert FLOORS.keys() == {site.name for site in SITES}

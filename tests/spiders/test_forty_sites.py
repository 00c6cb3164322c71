"""Forty sites, followed from their bare addresses, and four nights: what was published is found, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import time
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest

from demo import newsroom, structures
from demo.newsroom import NewsroomTurn
from demo.pages import sameness, target_of
from demo.server import accesses
from demo.sites import DemoSite
from demo.structures import FORTY, family_parts
from demo.truth import Truth
from pipelines import urls
from pipelines.crawl.stage import crawl
from pipelines.extract.stage import extract
from pipelines.follow.onboard import FollowedSite, follow
from pipelines.load.stage import load
from pipelines.model import Source, Tally
from pipelines.settings import Settings
from pipelines.stores import postgres
from tests import databases

NIGHTS = ("2026-11-22T0200", "2026-11-23T0200", "2026-11-24T0200", "2026-12-02T0200")
NEW, EDITED, DELETED = 5, 3, 1
FOLLOWED, GOOD, AT_A_TIME = 0.95, 9, 4
FOUND, MAX_AGE = 0.99, timedelta(days=30)
SITES = {site.name: site for site in FORTY}
WITH_ROBOTS = {site.name for site in FORTY if site.robots}
Key = tuple[str, int | None]

pytestmark = pytest.mark.timeout(900)


@dataclass(frozen=True)
class Night:
    """What one night did: the crawl's tallies, and the requests it made, by site."""

    tallies: dict[str, Tally]
    requests: dict[str, list[str]]


@dataclass(frozen=True)
class Row:
    """A stored article: its number in the truth (None: it is none of the site's), revision, whether it is gone."""

    site: str
    url: str
    number: int | None
    revision: int
    gone: bool


@dataclass
class Desk:
    """The newsroom while it is open, and what follows its sites."""

    settings: Settings
    folder: Path
    sources: dict[str, Source] = field(default_factory=dict)

    def truths(self, site: str) -> list[Truth]:
        """The articles that stand and are not too old, newest first."""
        return [t for t in newsroom.articles(self.folder, site) if datetime.now(UTC) - t.published_at < MAX_AGE]

    def night(self, run: str) -> Night:
        """Crawl all of them in one child process, then extract and load."""
        began, chosen = time(), list(self.sources.values())
        tallies = {tally.source: tally for tally in crawl(self.settings, chosen, run, budget=240)}
        for source in chosen:
            for stage in (extract, load):
                done = stage(self.settings, source, run)
                assert done.state == "done", done
        asked: dict[str, list[str]] = {name: [] for name in self.sources}
        for line in accesses(self.folder):
            if line["time"] >= began and (site := _site_of(line["host"])):
                asked[site].append(f"http://{line['host']}{line['path']}")
        return Night(tallies, asked)

    def rows(self) -> list[Row]:
        """Every stored article."""
        known = {
            (site.name, urls.key(address)): truth.number
            for site in FORTY
            for truth in newsroom.truth.truths(newsroom.state.read(self.folder), site.name)
            for address in structures.addresses(site, truth)
        }
        with postgres.connection(self.settings) as conn, conn, conn.cursor() as cursor:
            cursor.execute("select source, url, revision, gone_at is not null as gone from articles order by id")
            return [
                Row(r["source"], r["url"], known.get((r["source"], urls.key(r["url"]))), r["revision"], r["gone"])
                for r in cursor.fetchall()
            ]


@pytest.fixture(scope="module")
def desk(server: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Forty sites on loopback, and settings of a fresh installation that follows none of them yet."""
    folder = tmp_path_factory.mktemp("forty")
    with (
        databases.database(server, template) as address,
        newsroom.open_newsroom(folder / "newsroom", sites=FORTY) as opened,
    ):
        settings = Settings(
            data=folder / "data",
            sources=folder / "sources",
            database_url=address,
            contact="mailto:tests@newsroom.test",
            host_map=opened.host_map,
            min_free_mb=0,
        )
        settings.sources.mkdir()
        settings.data.mkdir()
        yield Desk(settings, opened.folder)


@pytest.fixture(scope="module")
def onboard(desk: Desk) -> dict[str, FollowedSite]:
    """What became of each site's bare address, nothing else being known of it."""
    return onboarded(desk, FORTY)


@pytest.fixture(scope="module")
def followed(desk: Desk, onboard: dict[str, FollowedSite]) -> Desk:
    """The desk that follows them."""
    desk.sources.update({name: found.source for name, found in onboard.items() if found.source})
    return desk


@pytest.fixture(scope="module")
def first(followed: Desk) -> Night:
    """The first night."""
    return followed.night(NIGHTS[0])


@pytest.fixture(scope="module")
def published(followed: Desk) -> dict[Key, str]:
    """What stood on the sites before the first night and is young enough, with its URLs."""
    return {(site, truth.number): truth.url for site in followed.sources for truth in followed.truths(site)}


@pytest.fixture(scope="module")
def after_first(followed: Desk, published: dict[Key, str], first: Night) -> list[Row]:
    """What was stored after the first night."""
    return followed.rows()


@pytest.fixture(scope="module")
def quiet(followed: Desk, after_first: list[Row]) -> Night:
    """The night after, when nothing has happened and nothing is due."""
    return followed.night(NIGHTS[1])


@pytest.fixture(scope="module")
def turns(followed: Desk, quiet: Night) -> dict[str, NewsroomTurn]:
    """What the sites did the next day."""
    chosen = [SITES[name] for name in followed.sources]
    return newsroom.turn(followed.folder, chosen, new=NEW, edited=EDITED, deleted=DELETED)


@pytest.fixture(scope="module")
def third(followed: Desk, turns: dict[str, NewsroomTurn]) -> Night:
    """The night after that day."""
    return followed.night(NIGHTS[2])


@pytest.fixture(scope="module")
def after_third(followed: Desk, third: Night) -> list[Row]:
    """What was stored after the third night."""
    return followed.rows()


@pytest.fixture(scope="module")
def fourth(followed: Desk, after_third: list[Row]) -> Night:
    """The night on which every re-check that was planned has become due."""
    with postgres.connection(followed.settings) as conn, conn, conn.cursor() as cursor:
        cursor.execute("update urls set next_at = next_at - interval '8 days' where next_at is not null")
    return followed.night(NIGHTS[3])


def onboarded(desk: Desk, sites: Sequence[DemoSite]) -> dict[str, FollowedSite]:
    """Follow each site from its bare address, a few at a time; who is asked for the time zone knows it."""

    def one(site: DemoSite) -> FollowedSite:
        return follow(desk.settings, site.bare, name=site.name, delay=0.1, ask=lambda *_: (site.timezone, ""))

    with ThreadPoolExecutor(AT_A_TIME) as threads:
        return dict(zip((site.name for site in sites), threads.map(one, sites), strict=True))


def test_nearly_all_sites_give_nine_good_samples_of_ten_and_the_rest_say_why(
    desk: Desk, onboard: dict[str, FollowedSite]
) -> None:
    good = {name: sum(sample.good for sample in found.samples) for name, found in onboard.items()}

    poor = {name: (good[name], found.problem) for name, found in onboard.items() if good[name] < GOOD}

    assert len(poor) <= (1 - FOLLOWED) * len(FORTY), poor
    # Without a problem it is that some of its pages are no articles, and their verdicts say so.
    for name in (name for name, (_, problem) in poor.items() if not problem):
        articles = {urls.key(url) for url in _addresses(desk, name)}
        bad = [sample for sample in onboard[name].samples if not sample.good]
        assert [sample for sample in bad if urls.key(sample.url) in articles] == []


def test_language_and_clock_of_a_followed_site_are_its_own(onboard: dict[str, FollowedSite]) -> None:
    found = {name: (each.source.language, each.source.timezone) for name, each in onboard.items() if each.source}

    told = {name: (language, *_clock(zone)) for name, (language, zone) in found.items()}

    assert told == {name: (SITES[name].language, *_clock(SITES[name].timezone)) for name in found}


def test_the_first_night_finds_what_was_published(published: dict[Key, str], after_first: list[Row]) -> None:
    stored = {(row.site, row.number) for row in after_first}

    lost = [url for key, url in published.items() if key not in stored]

    assert len(published) > 10 * FOLLOWED * len(FORTY)
    assert len(lost) <= (1 - FOUND) * len(published), _by_family(lost)


def test_the_first_night_stores_nothing_but_articles_and_each_once(after_first: list[Row]) -> None:
    times = Counter((row.site, row.number) for row in after_first if row.number is not None)

    strangers = [row.url for row in after_first if row.number is None]

    assert strangers == []
    assert {key: count for key, count in times.items() if count > 1} == {}


def test_every_crawl_of_the_first_night_ends_well(first: Night) -> None:
    states = {name: (tally.state, tally.message) for name, tally in first.tallies.items() if tally.state != "done"}

    assert states == {}


def test_a_night_with_nothing_new_and_nothing_due_asks_for_no_article(followed: Desk, quiet: Night) -> None:
    articles = {(site, sameness(target_of(url))) for site in followed.sources for url in _addresses(followed, site)}

    asked = [u for site, own in quiet.requests.items() for u in own if (site, sameness(target_of(u))) in articles]

    assert asked == []
    assert [t.source for t in quiet.tallies.values() if "nothing new" not in t.message] == []


def test_a_quiet_night_asks_no_list_twice_and_no_robots_txt(quiet: Night) -> None:
    asked = Counter(url for own in quiet.requests.values() for url in own)

    assert [url for url, count in asked.items() if count > 1 or url.endswith("/robots.txt")] == []


def test_new_articles_are_found_the_next_night(turns: dict[str, NewsroomTurn], after_third: list[Row]) -> None:
    fresh = {(site, truth.number): truth.url for site, turn in turns.items() for truth in turn.new}

    stored = {(row.site, row.number) for row in after_third}

    lost = [url for key, url in fresh.items() if key not in stored]
    assert len(lost) <= (1 - FOUND) * len(fresh), _by_family(lost)


def test_edits_are_found_by_their_due_look_and_nothing_else_is_taken_for_one(
    followed: Desk, turns: dict[str, NewsroomTurn], after_first: list[Row], fourth: Night
) -> None:
    known = {(row.site, row.number) for row in after_first}
    edited = {(site, truth.number) for site, turn in turns.items() for truth in turn.edited} & known

    revised = {(row.site, row.number) for row in followed.rows() if row.revision > 1}

    assert revised == edited, f"missed: {_named(edited - revised)}; invented: {_named(revised - edited)}"


def test_deletions_are_found_by_their_due_look_and_nothing_else_is_taken_for_one(
    followed: Desk, turns: dict[str, NewsroomTurn], after_first: list[Row], fourth: Night
) -> None:
    known = {(row.site, row.number) for row in after_first}
    deleted = {(site, truth.number) for site, turn in turns.items() for truth in turn.deleted} & known

    gone = {(row.site, row.number) for row in followed.rows() if row.gone}

    assert gone == deleted, f"missed: {_named(deleted - gone)}; invented: {_named(gone - deleted)}"


def test_after_four_nights_each_article_is_still_stored_once_and_nothing_else(followed: Desk, fourth: Night) -> None:
    rows = followed.rows()

    times = Counter((row.site, row.number) for row in rows if row.number is not None)

    assert [row.url for row in rows if row.number is None] == []
    assert {key: count for key, count in times.items() if count > 1} == {}


def test_nothing_that_robots_txt_disallows_is_asked_for_in_any_night(followed: Desk, fourth: Night) -> None:
    lines = accesses(followed.folder)

    assert len(lines) > 10 * len(FORTY)
    assert [line for line in lines if family_parts.BAIT in line["path"] and _site_of(line["host"]) in WITH_ROBOTS] == []


def test_no_host_is_ever_asked_for_two_things_at_once(followed: Desk, fourth: Night) -> None:
    lines = accesses(followed.folder)

    assert [line for line in lines if line["at_once"] > 1] == []


def _addresses(desk: Desk, site: str) -> list[str]:
    return [url for truth in newsroom.articles(desk.folder, site) for url in structures.addresses(SITES[site], truth)]


def _clock(zone: str) -> list[timedelta | None]:
    """How far a zone is from UTC in winter and in summer."""
    return [datetime(2026, month, 15, tzinfo=ZoneInfo(zone)).utcoffset() for month in (1, 7)]


def _site_of(host: str) -> str:
    return next((site.name for site in FORTY if host in structures.hosts(site)), "")


def _named(keys: set[Key]) -> list[str]:
    return sorted(f"{SITES[site].structure}: {site} {number}" for site, number in keys)


def _by_family(lost: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for url in lost:
        found.setdefault(SITES[_site_of(urlsplit(url).netloc)].structure, []).append(url)
    return found

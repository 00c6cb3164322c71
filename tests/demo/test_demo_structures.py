"""The crawl families of the demo: every article can be reached by the lists its family promises, and by little else."""

from __future__ import annotations

import gzip
import json
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urljoin
from urllib.robotparser import RobotFileParser

import pytest
from lxml import etree

from demo import newsroom, structures
from demo.newsroom import Newsroom
from demo.pages import target_of
from demo.server import Request, SiteAnswer, accesses
from demo.sites import DemoSite, SiteFault
from demo.structures import FORTY, STRUCTURES, family_parts
from pipelines import urls
from pipelines.sources import sourcefile

Ask = Callable[[str], SiteAnswer]
SITES = {site.name: site for site in FORTY}


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    with newsroom.open_newsroom(tmp_path_factory.mktemp("structures"), sites=FORTY) as opened:
        yield opened


@pytest.fixture(scope="module")
def ask(room: Newsroom) -> Ask:
    """What a site answers to a URL, without a network."""
    answering = newsroom.answering(room.folder)

    def ask(url: str) -> SiteAnswer:
        host = url.split("/")[2]
        return answering(Request(host=host, target=target_of(urls.clean(url)), headers={}))

    return ask


@pytest.mark.parametrize("site", FORTY, ids=lambda site: site.name)
def test_every_young_article_stands_in_a_list_its_family_names(room: Newsroom, ask: Ask, site: DemoSite) -> None:
    truths = [t for t in newsroom.articles(room.folder, site.name) if t.number > site.old]

    named = _named(ask, site)

    lost = [t.url for t in truths if not {urls.key(a) for a in structures.addresses(site, t)} & named]
    assert len(truths) == site.articles
    assert lost == []


@pytest.mark.parametrize("site", FORTY, ids=lambda site: site.name)
def test_every_address_of_an_article_leads_to_its_text(room: Newsroom, ask: Ask, site: DemoSite) -> None:
    truth = newsroom.articles(room.folder, site.name)[0]

    pages = [_arrived(ask, address) for address in structures.addresses(site, truth)]

    for page in pages:
        shown = _text(page, site)
        assert [p for p in truth.paragraphs if p not in shown] == []


@pytest.mark.parametrize("site", FORTY, ids=lambda site: site.name)
def test_the_address_pattern_matches_articles_and_no_list(room: Newsroom, site: DemoSite) -> None:
    truths = newsroom.articles(room.folder, site.name)
    others = [site.url, f"{site.url}calendar/2026/11/", f"{site.url}tag/a/", f"{site.url}author/1/"]

    pattern = re.compile(family_parts.allow(site))

    assert [t.url for t in truths if not pattern.search(t.url)] == []
    assert [url for url in others if pattern.search(url)] == []
    assert len({t.url for t in truths}) == len(truths)


@pytest.mark.parametrize("site", [s for s in FORTY if s.robots], ids=lambda site: site.name)
def test_baits_are_whole_articles_that_robots_txt_disallows(ask: Ask, site: DemoSite) -> None:
    rules = RobotFileParser()
    rules.parse(ask(f"{site.url}robots.txt").body.decode().splitlines())

    baits = family_parts.baits(site)

    for bait in baits:
        assert not rules.can_fetch("nightdesk", bait.url)
        assert rules.can_fetch("nightdesk", site.url)
        assert bait.paragraphs[0] in _text(ask(bait.url), site)


@pytest.mark.parametrize("site", FORTY, ids=lambda site: site.name)
def test_a_site_has_pages_that_are_no_articles(ask: Ask, site: DemoSite) -> None:
    paths = ["about/", "contact/", "privacy/", "login/", "search?q=x", "author/1/", "videos/", "calendar/2026/11/"]
    paths += [f"videos/{slug}" for slug, _ in family_parts.films(site)]

    answers = {path: ask(site.url + path) for path in paths}

    assert {path: answer.status for path, answer in answers.items()} == dict.fromkeys(paths, 200)
    assert ask(f"{site.url}no/such/page").status == 404


def test_there_are_four_sites_of_every_family_and_no_name_twice() -> None:
    sizes = {name: len(family.sites) for name, family in STRUCTURES.items()}

    assert set(sizes.values()) == {4}
    assert {site.structure for site in FORTY} == set(STRUCTURES)
    assert len(SITES) == len(FORTY)


def test_the_sources_of_all_sites_can_be_written_and_read(tmp_path: Path) -> None:
    for site in FORTY:
        source = structures.source(site)

        path = tmp_path / f"{site.name}.toml"
        path.write_text(sourcefile.render(source), encoding="utf-8")

        assert sourcefile.load(path) == source


def test_a_calendar_never_ends(ask: Ask) -> None:
    months, address = 0, "http://lantern.test/calendar/2026/11/"

    while months < 200 and (answer := ask(address)).status == 200:
        address = urljoin(address, re.findall(r'href="(/calendar/[^"?]+)"', answer.body.decode())[-1])
        months += 1

    assert months == 200


def test_a_turn_publishes_edits_and_deletes_exactly_so_many(tmp_path: Path) -> None:
    sites = [SITES["lantern"], SITES["furat"]]
    with newsroom.open_newsroom(tmp_path, sites=sites):
        before = {t.url: t for t in newsroom.articles(tmp_path)}

    turns = newsroom.turn(tmp_path, sites, new=5, edited=3, deleted=1)

    after = {t.url: t for t in newsroom.articles(tmp_path)}
    assert {site.name: [len(vars(turns[site.name])[kind]) for kind in newsroom.TURN] for site in sites} == {
        "lantern": [5, 3, 1],
        "furat": [5, 3, 1],
    }
    assert set(after) - set(before) == {t.url for turn in turns.values() for t in turn.new}
    assert set(before) - set(after) == {t.url for turn in turns.values() for t in turn.deleted}
    edited = {url for url in {*before} & {*after} if before[url].paragraphs != after[url].paragraphs}
    assert edited == {t.url for turn in turns.values() for t in turn.edited}


def test_the_log_says_how_many_requests_a_host_was_answering_at_once(tmp_path: Path) -> None:
    slow = SiteFault(kind="delay", value="1", where="front")
    site = DemoSite(**{**vars(SITES["lantern"]), "faults": (slow,)})

    with newsroom.open_newsroom(tmp_path, sites=[site]) as opened, ThreadPoolExecutor(2) as two:
        for _ in range(2):
            two.submit(_get, opened, site.url)
        two.shutdown()
        deadline = time.monotonic() + 10
        while len(accesses(tmp_path)) < 2 and time.monotonic() < deadline:
            time.sleep(0.02)

    assert sorted(line["at_once"] for line in newsroom.requests(tmp_path, site)) == [1, 2]


def _get(room: Newsroom, url: str) -> None:
    connection = HTTPConnection(room.address, timeout=10)
    connection.request("GET", url)
    connection.getresponse().read()
    connection.close()


def _named(ask: Ask, site: DemoSite) -> set[str]:
    """The keys of all URLs that a site's lists name, with the maps and pages behind them."""
    lists = STRUCTURES[site.structure].lists(site)
    waiting, seen, named = [*lists.feeds, *lists.sitemaps, *lists.sections], set(), set()
    while waiting and len(seen) < 100:
        url = waiting.pop(0)
        if url in seen:
            continue
        seen.add(url)
        answer = ask(url)
        assert answer.status == 200, url
        for kind, found in _links(answer):
            address = urljoin(url, found)
            named.add(urls.key(address))
            if kind == "map" or (kind == "page" and _further(site, url, address)):
                waiting.append(address)
    return named


def _further(site: DemoSite, url: str, address: str) -> bool:
    """Whether an address is a further page of the list at a URL."""
    first = url.split("?")[0].rstrip("/") if "?" not in site.menu else url
    spelled = re.escape(site.pages.split("{path}")[1]).replace(r"\{page\}", r"\d+").replace(r"\{start\}", r"\d+")
    return bool(re.search(spelled + "$", address)) and len(address) - len(first) < 40


def _links(answer: SiteAnswer) -> list[tuple[str, str]]:
    body = gzip.decompress(answer.body) if answer.body.startswith(b"\x1f\x8b") else answer.body
    if body.startswith(b"{"):
        return [("entry", item["url"]) for item in json.loads(body)["items"]]
    if body.startswith(b"<?xml"):
        root = etree.fromstring(body)
        kind = "map" if root.tag.endswith("sitemapindex") else "entry"
        found = [(kind, node.text or "") for node in root.iter("{*}loc", "{*}link")]
        return found + [("entry", node.get("href")) for node in root.iter("{*}link") if node.get("href")]
    links = etree.HTML(body).iterfind(".//a[@href]")
    return [("page", a.get("href")) for a in links if a.get("href").startswith(("/", "http"))]


def _arrived(ask: Ask, url: str) -> SiteAnswer:
    answer = ask(url)
    while answer.status in (301, 302):
        answer = ask(dict(answer.headers)["Location"])
    return answer


def _text(answer: SiteAnswer, site: DemoSite) -> str:
    return unescape(answer.body.decode(site.charset))

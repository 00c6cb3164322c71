"""The demo newsroom's sites look as promised, and publish, edit and delete show at once."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from html import unescape
from http.client import HTTPConnection, HTTPException
from itertools import combinations
from pathlib import Path
from urllib.parse import urlsplit

import feedparser
import pytest
from lxml import etree

from demo import newsroom, server, texts
from demo.families import FAMILIES, jalali
from demo.inbox import messages
from demo.newsroom import Newsroom
from demo.sites import SITES, WATCHES, DemoSite, SiteFault
from demo.truth import extras
from pipelines.sources import sourcefile


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with newsroom.open_newsroom(tmp_path / "demo") as opened:
        yield opened


def get(room: Newsroom, url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Ask as a crawler behind a proxy does: with the absolute form."""
    connection = HTTPConnection(room.address, timeout=10)
    connection.request("GET", url, headers={name.replace("_", "-"): value for name, value in headers.items()})
    response = connection.getresponse()
    found = response.status, {k.lower(): v for k, v in response.getheaders()}, response.read()
    connection.close()
    return found


def waited_for(condition: object, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.02)
    return False


def test_a_site_answers_by_absolute_form_and_by_host_header(room: Newsroom) -> None:
    connection = HTTPConnection(room.address, timeout=10)
    connection.request("GET", "/feed/", headers={"Host": "sabah.newsroom.test"})

    by_host = connection.getresponse().read()
    by_proxy = get(room, "http://sabah.newsroom.test/feed/")[2]

    assert by_host == by_proxy
    connection.close()
    assert get(room, "http://nobody.newsroom.test/")[0] == 404


@pytest.mark.parametrize("site", [s for s in SITES if s.name != "fanous"], ids=lambda s: s.name)
def test_every_paragraph_of_the_truth_stands_on_its_page(room: Newsroom, site: DemoSite) -> None:
    truths = newsroom.articles(room.folder, site.name)

    pages = [get(room, truth.url)[2].decode(site.charset) for truth in truths]

    assert len(truths) == site.articles
    for truth, page in zip(truths, pages, strict=True):
        shown = unescape(page)
        assert truth.title in shown
        assert [p for p in truth.paragraphs if p not in shown] == []
        assert 120 <= sum(len(p.split()) for p in truth.paragraphs) <= 400


def test_articles_are_two_days_old_at_most_with_their_site_s_clock(room: Newsroom) -> None:
    now = datetime.now(UTC)

    truths = newsroom.articles(room.folder)

    assert all(timedelta() <= now - truth.published_at <= timedelta(days=2) for truth in truths)
    assert {str(t.published_at.utcoffset()) for t in truths if t.site == "roozan"} == {"3:30:00"}
    assert len({truth.url for truth in truths}) == len({truth.title for truth in truths}) == len(truths)


def test_the_same_seed_gives_the_same_newsroom_and_another_seed_another(tmp_path: Path) -> None:
    at = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)

    for folder, seed in (("a", "one"), ("b", "one"), ("c", "two")):
        with newsroom.open_newsroom(tmp_path / folder, seed=seed, now=at):
            pass

    first, again, other = (newsroom.articles(tmp_path / folder) for folder in "abc")
    assert first == again
    assert not {truth.paragraphs for truth in first} & {truth.paragraphs for truth in other}


def test_the_legacy_site_sends_windows_1256_without_saying_so(room: Newsroom) -> None:
    truth = newsroom.articles(room.folder, "nahr")[0]

    _, headers, page = get(room, truth.url)
    feed = get(room, "http://nahr.newsroom.test/rss.php")[2]

    assert headers["content-type"] == "text/html"
    assert truth.paragraphs[0].encode("windows-1256") in page
    assert b"<p>" not in page
    assert b"<br>\n<br>" in page
    assert feed.startswith(b'<?xml version="1.0" encoding="windows-1256"?>')
    assert feedparser.parse(feed).entries[0].title == truth.title


def test_persian_keeps_its_zero_width_non_joiners(room: Newsroom) -> None:
    truth = newsroom.articles(room.folder, "roozan")[0]

    page = get(room, truth.url)[2].decode()

    assert "\u200c" in "".join(truth.paragraphs)
    assert "~" not in page
    assert page.count("\u200c") >= "".join(truth.paragraphs).count("\u200c")


def test_the_hand_edited_theme_puts_its_boilerplate_into_the_box_of_the_text(room: Newsroom) -> None:
    truth = newsroom.articles(room.folder, "sabah")[0]

    box = etree.HTML(get(room, truth.url)[2]).find(".//div[@class='box']")

    lines = [" ".join("".join(line.itertext()).split()) for line in box.iterfind("*")]
    assert lines[:3] == [truth.title, "0", ""]
    assert lines[3 : 3 + len(truth.paragraphs)] == [*truth.paragraphs]
    assert lines[3 + len(truth.paragraphs)] == "مشاركة المقال !"
    assert "اترك تعليق" in lines
    assert "Akismet" in lines[-1]


def test_the_usual_theme_marks_its_boilerplate(room: Newsroom) -> None:
    truth = newsroom.articles(room.folder, "ufuk")[0]

    tree = etree.HTML(get(room, truth.url)[2])

    assert tree.xpath("string(//span[@class='post-comments'])") == "0"
    assert tree.xpath("string(//span[@class='share-text'])") == "Haberi paylaş"
    assert "Akismet" in tree.xpath("string(//p[contains(@class, 'akismet')])")
    assert len(tree.xpath("//section[@id='related_posts']//h3/a")) == 3
    assert tree.xpath("//div[contains(@class, 'newsletter')]//input[@type='email']")


@pytest.mark.parametrize("url", ["http://sabah.newsroom.test/feed/", "http://roozan.newsroom.test/fa/rss/allnews"])
def test_a_feed_lists_the_articles_newest_first_with_zoned_dates(room: Newsroom, url: str) -> None:
    truths = newsroom.articles(room.folder, urlsplit(url).netloc.split(".")[0])

    parsed = feedparser.parse(get(room, url)[2])

    assert not parsed.bozo
    assert [entry.link for entry in parsed.entries] == [truth.url for truth in truths]
    assert parsed.entries[0].author == truths[0].authors[0]
    assert datetime(*parsed.entries[0].published_parsed[:6], tzinfo=UTC) == truths[0].published_at


def test_the_sitemap_index_leads_to_every_article(room: Newsroom) -> None:
    index = etree.fromstring(get(room, "http://sabah.newsroom.test/wp-sitemap.xml")[2])

    child = etree.fromstring(get(room, index.findtext(".//{*}loc"))[2])

    assert {loc.text for loc in child.iterfind(".//{*}loc")} == {t.url for t in newsroom.articles(room.folder, "sabah")}


def test_the_news_sitemap_also_lists_pages_that_are_no_articles(room: Newsroom) -> None:
    site = next(site for site in SITES if site.name == "harbour")
    listed = etree.fromstring(get(room, "http://harbour.newsroom.test/sitemap-news.xml")[2])

    addresses = {loc.text for loc in listed.iterfind("{*}url/{*}loc")}

    assert addresses == {t.url for t in newsroom.articles(room.folder, "harbour")} | set(extras(site).values())
    assert {kind: get(room, url)[0] for kind, url in extras(site).items()} == dict.fromkeys(site.extras, 200)
    assert b"could not be found" in get(room, extras(site)["soft-404"])[2]
    assert b"Disallow: /members/" in get(room, "http://harbour.newsroom.test/robots.txt")[2]


def test_the_modern_site_describes_its_article_in_json_ld(room: Newsroom) -> None:
    truth = newsroom.articles(room.folder, "harbour")[0]

    linked = etree.HTML(get(room, truth.url)[2]).findtext(".//script[@type='application/ld+json']")

    about = json.loads(linked)
    assert about["headline"] == truth.title
    assert datetime.fromisoformat(about["datePublished"]) == truth.published_at


def test_list_pages_reach_every_article(room: Newsroom) -> None:
    found: set[str] = set()
    address = "http://sabah.newsroom.test/"

    while address:
        tree = etree.HTML(get(room, address)[2])
        found |= set(tree.xpath("//div[@class='teaser']//a/@href"))
        older = tree.xpath("//a[@rel='next']/@href")
        address = f"http://sabah.newsroom.test{older[0]}" if older else ""

    assert found == {truth.url for truth in newsroom.articles(room.folder, "sabah")}


def test_the_broken_site_has_no_feed_and_no_readable_sitemap(room: Newsroom) -> None:
    status, _, _ = get(room, "http://fanous.newsroom.test/feed/")

    body = get(room, "http://fanous.newsroom.test/wp-sitemap.xml")[2]

    assert status == 503
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(body)


def test_what_is_published_stands_at_the_head_of_feed_and_sitemap(room: Newsroom) -> None:
    before = get(room, "http://sabah.newsroom.test/feed/")[2]

    url = newsroom.publish(room.folder)

    feed = get(room, "http://sabah.newsroom.test/feed/")[2]
    assert url.encode() not in before
    assert feedparser.parse(feed).entries[0].link == url
    assert url.encode() in get(room, "http://sabah.newsroom.test/wp-sitemap-posts-post-1.xml")[2]
    assert newsroom.articles(room.folder, "sabah")[0].url == url


def test_a_published_article_matches_the_watch_through_a_prefix_only(room: Newsroom) -> None:
    term = WATCHES[0].term

    urls = [newsroom.publish(room.folder) for _ in range(6)]

    for truth in [t for t in newsroom.articles(room.folder) if t.url in urls]:
        words = " ".join([truth.title, *truth.paragraphs]).split()
        forms = {word.strip("،.:") for word in words if term in word}
        assert forms
        assert term not in forms
    assert len({t.paragraphs for t in newsroom.articles(room.folder) if t.url in urls}) == 6


def test_the_first_night_has_no_article_that_a_demo_watch_finds(room: Newsroom) -> None:
    shown = [" ".join([t.title, *t.paragraphs]) for t in newsroom.articles(room.folder)]

    assert [watch.term for watch in WATCHES if any(watch.term in text for text in shown)] == []


def test_a_given_title_and_site_are_used(room: Newsroom) -> None:
    url = newsroom.publish(room.folder, "harbour", "Seals return to the fish quay")

    page = get(room, url)[2].decode()

    assert "Seals return to the fish quay" in page
    assert WATCHES[1].term in page
    with pytest.raises(ValueError, match="it has sabah, nahr"):
        newsroom.publish(room.folder, "nowhere")


def test_an_edit_changes_the_text_and_nothing_else(room: Newsroom) -> None:
    before = newsroom.articles(room.folder, "sabah")[3]

    after = newsroom.edit(room.folder, before.url)

    page = get(room, before.url)[2].decode()
    assert (after.url, after.title, after.published_at) == (before.url, before.title, before.published_at)
    assert after.modified_at > before.modified_at
    assert after.paragraphs[-1] in page
    assert sum(p not in after.paragraphs for p in before.paragraphs) == 1


def test_a_deleted_article_is_gone_and_listed_nowhere(room: Newsroom) -> None:
    url = newsroom.articles(room.folder, "sabah")[0].url

    newsroom.delete(room.folder, url)

    assert get(room, url)[0] == 410
    assert url.encode() not in get(room, "http://sabah.newsroom.test/feed/")[2]
    assert url.encode() not in get(room, "http://sabah.newsroom.test/")[2]


def test_an_unchanged_page_answers_304_until_it_is_edited(room: Newsroom) -> None:
    url = newsroom.articles(room.folder, "harbour")[0].url
    _, headers, _ = get(room, url)

    by_tag = get(room, url, If_None_Match=headers["etag"])[0]
    by_date = get(room, url, If_Modified_Since=headers["last-modified"])[0]
    newsroom.edit(room.folder, url, now=parsedate_to_datetime(headers["last-modified"]) + timedelta(hours=1))

    assert (by_tag, by_date) == (304, 304)
    assert get(room, url, If_None_Match=headers["etag"])[0] == 200
    assert get(room, url, If_Modified_Since=headers["last-modified"])[0] == 200


def test_pages_are_zipped_for_who_accepts_it(room: Newsroom) -> None:
    url = newsroom.articles(room.folder, "sabah")[0].url

    _, headers, zipped = get(room, url, Accept_Encoding="gzip, deflate")

    assert headers["content-encoding"] == "gzip"
    assert zlib.decompress(zipped, 31) == get(room, url)[2]


def test_the_access_log_tells_who_asked_for_what_and_when(room: Newsroom) -> None:
    began = time.time()

    get(room, "http://sabah.newsroom.test/feed/?x=1", User_Agent="Nightdesk/0 (+mailto:a@example.org)")

    assert waited_for(lambda: server.accesses(room.folder))
    (line,) = server.accesses(room.folder)
    assert (line["host"], line["path"], line["status"]) == ("sabah.newsroom.test", "/feed/?x=1", 404)
    assert line["user_agent"] == "Nightdesk/0 (+mailto:a@example.org)"
    assert began - 1 <= line["time"] <= line["done"] <= time.time() + 1


@pytest.mark.parametrize(
    ("fault", "status", "what"),
    [
        (SiteFault(kind="status", value="429 120"), 429, "retry-after: 120"),
        (SiteFault(kind="loop"), 302, "location: http://sabah.newsroom.test/feed/"),
        (SiteFault(kind="redirect", value="http://169.254.169.254/"), 301, "location: http://169.254.169.254/"),
        (SiteFault(kind="charset", value="iso-8859-1"), 200, "content-type: application/rss+xml; charset=iso-8859-1"),
        (SiteFault(kind="badgzip"), 200, "content-encoding: gzip"),
        (SiteFault(kind="delay", value="0.2"), 200, "content-type: application/rss+xml"),
    ],
    ids=lambda value: value.kind if isinstance(value, SiteFault) else "",
)
def test_a_fault_shows_in_status_and_headers(room: Newsroom, fault: SiteFault, status: int, what: str) -> None:
    newsroom.break_site(room.folder, "sabah", [fault])

    found, headers, _ = get(room, "http://sabah.newsroom.test/feed/")

    assert found == status
    assert what in [f"{name}: {value}" for name, value in headers.items()]


def test_a_dropped_or_cut_answer_breaks_off(room: Newsroom) -> None:
    for kind in ("drop", "truncate"):
        newsroom.break_site(room.folder, "sabah", [SiteFault(kind=kind, where="feed")])

        with pytest.raises((HTTPException, ConnectionError)):
            get(room, "http://sabah.newsroom.test/feed/")


def test_a_bomb_is_small_on_the_wire_and_large_unpacked(room: Newsroom) -> None:
    newsroom.break_site(room.folder, "sabah", [SiteFault(kind="bomb", where="/feed/*", value="20")])

    body = get(room, "http://sabah.newsroom.test/feed/")[2]

    assert len(body) < 100_000
    assert len(zlib.decompress(body, 31)) == 20 * 1024 * 1024


def test_an_endless_body_goes_on_until_the_client_leaves(room: Newsroom) -> None:
    newsroom.break_site(room.folder, "sabah", [SiteFault(kind="endless", where="front")])
    host, port = room.address.split(":")

    with socket.create_connection((host, int(port)), timeout=10) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: sabah.newsroom.test\r\n\r\n")
        taken = 0
        while taken < 2_000_000:
            taken += len(client.recv(65536))

    assert waited_for(lambda: server.accesses(room.folder))


def test_a_fault_with_a_number_of_times_heals(room: Newsroom) -> None:
    newsroom.break_site(room.folder, "sabah", [SiteFault(kind="status", where="feed", value="500", times=2)])

    statuses = [get(room, "http://sabah.newsroom.test/feed/")[0] for _ in range(3)]

    assert statuses == [500, 500, 200]


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_every_family_speaks_every_language(tmp_path: Path, family: str, language: str) -> None:
    site = DemoSite(name="any", title="Any", language=language, country="GB", timezone="UTC", family=family, articles=4)

    with newsroom.open_newsroom(tmp_path, sites=[site]) as room:
        for truth in newsroom.articles(tmp_path):
            page = unescape(get(room, truth.url)[2].decode())
            assert [p for p in (truth.title, *truth.paragraphs) if p not in page] == []


@pytest.mark.parametrize(("language", "limit"), [("ar", 0.4), ("en", 0.4), ("fa", 0.4)])
def test_articles_of_one_site_are_no_copies_of_each_other(language: str, limit: float) -> None:
    shingles = []
    for number in range(1, 15):
        words = " ".join(texts.write(language, "seed", number).paragraphs).split()
        shingles.append(set(zip(words, words[1:], words[2:], strict=False)))

    shares = [len(a & b) / min(len(a), len(b)) for a, b in combinations(shingles, 2)]

    assert max(shares) < limit


def test_the_source_files_keep_the_form(tmp_path: Path) -> None:
    paths = newsroom.sources(tmp_path / "sources")

    loaded = {path.stem: sourcefile.load(path) for path in paths}

    assert list(loaded) == ["sabah", "nahr", "harbour", "roozan", "ufuk", "fanous"]
    assert loaded["sabah"].feeds == ("http://sabah.newsroom.test/feed/",)
    assert loaded["harbour"].sitemaps == ("http://harbour.newsroom.test/sitemap-news.xml",)
    assert {source.delay for source in loaded.values()} == {0.1}


@pytest.mark.parametrize(
    ("day", "solar"), [((2026, 11, 22), (1405, 9, 1)), ((2024, 3, 20), (1403, 1, 1)), ((2025, 3, 20), (1403, 12, 30))]
)
def test_the_persian_calendar(day: tuple[int, int, int], solar: tuple[int, int, int]) -> None:
    assert jalali(*day) == solar


def test_the_command_line_serves_publishes_and_stops(tmp_path: Path) -> None:
    demo = [sys.executable, "-m", "demo"]
    server_process = subprocess.Popen(
        [*demo, "serve", "--folder", tmp_path, "--with-parent"], stdout=subprocess.PIPE, text=True
    )
    line = json.loads(server_process.stdout.readline())

    url = subprocess.run([*demo, "publish", "--folder", tmp_path], check=True, capture_output=True, text=True).stdout
    room = Newsroom(address=line["address"], host_map=line["host_map"], folder=tmp_path)
    status = get(room, url.strip())[0]
    listed = subprocess.run([*demo, "list", "--folder", tmp_path], check=True, capture_output=True, text=True).stdout
    server_process.send_signal(signal.SIGTERM)

    assert server_process.wait(10) == 0
    assert status == 200
    assert url.strip() in listed
    assert line["host_map"] == f"*.newsroom.test={line['address']}"


def test_newsroom_and_inbox_listen_where_they_are_told_for_others_on_a_network_of_their_own(tmp_path: Path) -> None:
    demo = [sys.executable, "-m", "demo"]
    where = ["--folder", tmp_path, "--host", "127.0.0.2"]
    verbs = ("serve", "receive")

    opened = [subprocess.Popen([*demo, verb, *where], stdout=subprocess.PIPE, text=True) for verb in verbs]
    room, inbox = (urlsplit(json.loads(each.stdout.readline())["url"]) for each in opened)
    for _ in range(2):
        asked = HTTPConnection(inbox.hostname, inbox.port, timeout=10)
        asked.request("POST", "/", body='{"subject": "x"}', headers={"Idempotency-Key": "one"})
        assert asked.getresponse().status == 204
    asked = HTTPConnection(room.hostname, room.port, timeout=10)
    asked.request("GET", "/", headers={"Host": "sabah.newsroom.test"})
    status = asked.getresponse().status
    for each in opened:
        each.send_signal(signal.SIGTERM)

    assert (room.hostname, inbox.hostname, status) == ("127.0.0.2", "127.0.0.2", 200)
    assert [each.wait(10) for each in opened] == [0, 0]
    assert messages(tmp_path / "inbox.jsonl") == [{"key": "one", "message": {"subject": "x"}}]


def test_the_server_dies_with_its_parent(tmp_path: Path) -> None:
    script = (
        "import subprocess, sys; c = subprocess.Popen([sys.executable, '-m', 'demo', 'serve', '--with-parent', "
        f"'--folder', {str(tmp_path)!r}], stdout=subprocess.PIPE, text=True); "
        "print(c.stdout.readline(), flush=True); sys.stdin.read()"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    pid = json.loads(parent.stdout.readline())["pid"]

    parent.kill()
    parent.wait()

    assert waited_for(lambda: not Path(f"/proc/{pid}").exists() or "Z" in os.popen(f"ps -o stat= -p {pid}").read())


def test_a_wrong_site_is_one_sentence_and_exit_1(tmp_path: Path) -> None:
    with newsroom.open_newsroom(tmp_path):
        pass

    done = subprocess.run(
        [sys.executable, "-m", "demo", "publish", "--folder", tmp_path, "--site", "x"], capture_output=True, text=True
    )

    assert done.returncode == 1
    assert done.stderr.startswith("demo publish: the newsroom has no site 'x'")

"""Sources that need a browser: pages that exist only after their scripts ran, and scripts that want more."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil
import pytest

from pipelines.codes import Kind
from pipelines.crawl import stage as crawl
from pipelines.errors import SettingsError
from pipelines.model import Page, Source, Tally
from pipelines.settings import Settings
from pipelines.stores import postgres, warc
from spiders import render
from tests import clock, databases, sites
from tests.browsers import needs_browser
from tests.databases import states
from tests.faults.holds import spiders
from tests.sites import NEXT, RUN, Sites

SHELL = b"""<!doctype html><html><head><meta charset="windows-1256"><title>-</title>
<script src="/app.js"></script></head><body><div id="app"></div></body></html>"""
APP = """
document.addEventListener('DOMContentLoaded', async () => {
  const answer = await fetch('/api' + location.pathname + '.json', {headers: {'X-App': '1'}});
  const story = await answer.json();
  document.title = story.title;
  setTimeout(() => { document.getElementById('app').innerHTML = '<h1>' + story.title + '</h1><p>' + story.text; }, 50);
});
"""
# What the site's thread is late by, beside a browser.
LATE = 0.1
TEXT = "قال الوزير إن الجسر يفتح غداً أمام المشاة"


def of_scripts(web: Sites, host: str, articles: int, **fields: Any) -> Source:
    """A site whose articles are empty until its script has asked for their text."""
    source = sites.site(web, host, articles, render=True, **fields)
    web.pages[f"http://{host}/app.js"] = sites.answer(200, APP.encode(), "text/javascript")
    for number in range(1, articles + 1):
        story = json.dumps({"title": f"خبر {number}", "text": TEXT}).encode()
        web.pages[f"http://{host}/news/{number}"] = sites.answer(200, SHELL, ETag='"shell"', Set_Cookie="who=you")
        web.pages[f"http://{host}/api/news/{number}.json"] = sites.answer(200, story, "application/json")
    return source


def scripted(web: Sites, *scripts: str, host: str = "a.test", **fields: Any) -> Source:
    """A site with one article for each of these scripts, which it runs."""
    source = sites.site(web, host, len(scripts), render=True, **fields)
    for number, script in enumerate(scripts, 1):
        page = f"<html><body><p id=p>before</p><script>{script}</script></body></html>"
        web.pages[f"http://{host}/news/{number}"] = sites.answer(200, page.encode(), "text/html; charset=utf-8")
    return source


def stored(here: Settings, part: str = "/news/") -> list[tuple[Page, dict[str, Any]]]:
    """The pages whose URL has this part, with what the raw store says of them."""
    files = sorted(here.raw.rglob("*.warc.gz"))
    return [(page, facts) for file in files for _, page, facts in warc.pages(file) if part in page.url]


def test_only_articles_and_sections_of_a_marked_source_are_rendered() -> None:
    marked, plain = sites.source("a.test", render=True), sites.source("b.test")

    rendered = [kind for kind in Kind if render.meta_for(marked, kind)]

    assert rendered == [Kind.SECTION, Kind.ARTICLE]
    assert [kind for kind in Kind if render.meta_for(plain, kind)] == []


def test_a_crawl_without_such_a_source_knows_nothing_of_browsers(settings: Settings) -> None:
    found = render.crawl_settings(settings, [sites.source("b.test")])

    assert [name for name in found if "PLAYWRIGHT" in name] == []


ESCAPES = """
const p = document.getElementById('p');
const said = name => answer => { p.append(' reached:' + name); };
const quiet = () => {};
for (const url of ['http://127.0.0.1:PORT/', 'http://localhost:PORT/', 'http://2130706433:PORT/', 'http://[::1]:PORT/',
    'http://169.254.169.254/latest/meta-data/', 'file:///etc/hostname', 'http://escaping.test/away']) {
  fetch(url).then(said(url), quiet);
  fetch(url, {mode: 'no-cors'}).then(said(url), quiet);
  try { const x = new XMLHttpRequest(); x.open('GET', url); x.onload = said(url); x.send(); } catch (e) {}
  try { const w = new WebSocket(url.replace('http', 'ws')); w.onopen = said(url); } catch (e) {}
  try { const s = new EventSource(url); s.onopen = said(url); } catch (e) {}
  try { navigator.sendBeacon(url, 'x'); } catch (e) {}
  for (const tag of ['script', 'img', 'iframe', 'link', 'object']) {
    const e = document.createElement(tag); e.src = e.href = e.data = url; e.rel = 'preconnect';
    if (tag !== 'iframe' && tag !== 'object') e.onload = said(tag + url);
    document.body.append(e);
  }
  window.open(url);
}
try {
  const peer = new RTCPeerConnection({iceServers: [{urls: 'stun:127.0.0.1:PORT'},
    {urls: 'turn:127.0.0.1:PORT?transport=tcp', username: 'a', credential: 'b'}]});
  peer.createDataChannel('x'); peer.createOffer().then(offer => peer.setLocalDescription(offer));
} catch (e) {}
const code = "fetch('http://127.0.0.1:PORT/').then(() => postMessage('x'), () => 0); importScripts('http://127.0.0.1:PORT/')";
new Worker(URL.createObjectURL(new Blob([code]))).onmessage = said('worker');
navigator.serviceWorker && navigator.serviceWorker.register('/sw.js').then(said('service worker'), quiet);
const form = document.createElement('form'); form.method = 'post'; form.action = 'http://127.0.0.1:PORT/';
document.body.append(form); form.submit();
setTimeout(() => p.append(' after'), 300);
"""

WINDOWS = """
for (let n = 0; n < 20; n++) window.open('http://elsewhere.test/' + n);
alert('x'); confirm('x'); prompt('x'); print();
const a = document.createElement('a'); a.href = 'http://elsewhere.test/file.zip'; a.download = 'file.zip'; a.click();
const blob = document.createElement('a'); blob.href = URL.createObjectURL(new Blob(['x'])); blob.download = 'x';
blob.click();
setTimeout(() => { p.append(' after'); location.href = 'http://elsewhere.test/elsewhere'; }, 50);
setTimeout(() => p.append(' still here'), 300);
"""


@dataclass(frozen=True)
class Visit:
    """Sites that one crawl visited with one browser, what became of their URLs, and what knocked on a port of ours."""

    settings: Settings
    web: Sites
    sources: dict[str, Source]
    tallies: dict[str, Tally]
    states: dict[str, str]
    port: int
    heard: list[str]

    def stored(self, host: str) -> list[tuple[Page, dict[str, Any]]]:
        return stored(self.settings, f"//{host}.test/news/")

    def hits(self, host: str) -> list[tuple[float, str, dict[str, str]]]:
        return [hit for hit in self.web.hits if f"//{host}.test/" in hit[1]]

    def asked(self, part: str) -> list[str]:
        return self.web.asked(part)


@pytest.fixture(scope="module")
def visit(server: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    """A crawl of eleven sites, each for one of the tests below: a browser for each of them takes two seconds of CPU."""
    folder = tmp_path_factory.mktemp("visit")
    with databases.database(server, template) as address, sites.sites() as web, listening() as (port, heard):
        settings = Settings(
            data=folder / "data",
            sources=folder / "sources",
            database_url=address,
            contact="mailto:tests@newsroom.test",
            min_free_mb=0,
            # A browser reads ten pages at once, beside all other tests.
            fetch_timeout=120,
        )
        settings.data.mkdir()
        settings.sources.mkdir()
        here = sites.mapped(settings, web)
        sources = [
            of_scripts(web, "story.test", 2),
            slow(web),
            barred(web),
            scripted(web, ESCAPES.replace("PORT", str(port)), host="escaping.test"),
            scripted(web, WINDOWS, host="windows.test"),
            scripted(
                web, "document.body.textContent = 'x'.repeat(11e6)", "document.body.textContent = 'a\\ud800b'",
                "document.documentElement.remove()", host="leaving.test",
            ),
            keeping(web),
            resting(web),
            without_a_page(web),
            listing(web),
            of_scripts(web, "again.test", 1),
        ]  # fmt: skip
        web.pages["http://escaping.test/away"] = sites.answer(302, b"", Location=f"http://127.0.0.1:{port}/")
        tallies = crawl.crawl(here, sources, RUN, on_line=print)
        with postgres.connection(here) as conn:
            found = states(conn)
        by_name = {source.name: source for source in sources}
        yield Visit(here, web, by_name, {tally.source: tally for tally in tallies}, found, port, heard)


def slow(web: Sites) -> Source:
    """A site with a delay, one page of which asks for all kinds of things."""
    source = of_scripts(web, "slow.test", 3, delay=0.4)
    extras = b'<img src="/a.png"><link rel=stylesheet href="/a.css"><link rel=preload as=font href="/a.woff">'
    web.pages["http://slow.test/news/1"] = sites.answer(200, SHELL.replace(b"<div", extras + b"<div"))
    return source


def barred(web: Sites) -> Source:
    """A site whose robots.txt forbids what its script asks for."""
    rules = b"User-agent: *\nDisallow: /api/\n"
    web.pages["http://barred.test/robots.txt"] = sites.answer(200, rules, "text/plain")
    return of_scripts(web, "barred.test", 1)


def keeping(web: Sites) -> Source:
    """A site that would know a browser again."""
    script = "p.append(' ' + document.cookie + localStorage.a + navigator.webdriver + navigator.userAgent);"
    page = f"<p id=p>before</p><script>{script} document.cookie = 'a=b'; localStorage.a = 'kept'</script>".encode()
    source = sites.site(web, "keeping.test", 2, render=True)
    web.pages |= {f"http://keeping.test/news/{n}": sites.answer(200, page) for n in (1, 2)}
    return source


def resting(web: Sites) -> Source:
    """A site that asks for a rest where a page's script asks for more."""
    source = of_scripts(web, "resting.test", 2)
    web.pages["http://resting.test/api/news/1.json"] = sites.answer(429, b"", Retry_After="2")
    return source


def without_a_page(web: Sites) -> Source:
    """A site whose articles are all something else."""
    source = of_scripts(web, "none.test", 4)
    web.pages |= {
        "http://none.test/news/1": sites.answer(403, SHELL),
        "http://none.test/news/2": sites.answer(200, b"%PDF-1.7", "application/pdf"),
        "http://none.test/news/3": sites.answer(302, b"", Location="http://127.0.0.1:1/"),
        "http://none.test/news/4": sites.answer(301, b"", Location="http://none.test/moved"),
        "http://none.test/moved": sites.page("moved"),
    }
    return source


def listing(web: Sites) -> Source:
    """A site whose only list is written by a script."""
    body = b"<div id=p></div><script>p.innerHTML = '<a href=/news/1>one</a>'</script>"
    web.pages["http://listing.test/politics"] = sites.answer(200, body)
    source = of_scripts(web, "listing.test", 1)
    return replace(source, feeds=(), sections=("http://listing.test/politics",), allow=("/news/",))


@needs_browser
def test_an_article_that_needs_its_scripts_is_kept_as_they_left_it(visit: Visit) -> None:
    tally, found = visit.tallies["story"], visit.stored("story")

    assert (tally.state, tally.counts["fetched"], len(found)) == ("done", 2, 2), tally
    for page, facts in found:
        headers = {name.lower(): value for name, value in page.headers}
        assert TEXT in page.body.decode("utf-8") and "<h1>خبر" in page.body.decode("utf-8")
        assert headers["x-nightdesk-rendered"].startswith("Chromium/")
        assert headers["content-type"] == "text/html; charset=utf-8" and "etag" not in headers
        assert facts["rendered"]["requests"] in (1, 2) and facts["rendered"]["refused"] == []


@needs_browser
def test_what_a_page_asks_for_keeps_delay_and_limits_like_everything_else(visit: Visit) -> None:
    hits = visit.hits("slow")

    asked = [url for _, url, _ in hits if not url.endswith("/robots.txt")]
    agents = {headers.get("User-Agent") for _, _, headers in hits}
    assert clock.apart([later - earlier for (earlier, *_), (later, *_) in pairwise(hits)], 0.4, LATE)
    assert sum("/app.js" in url for url in asked) == 1 and sum("/api/" in url for url in asked) == 3 and len(asked) == 8
    assert len(agents) == 1 and "Nightdesk" in agents.pop()
    assert [headers for _, _, headers in hits if "Cookie" in headers] == []


@needs_browser
def test_what_robots_txt_forbids_is_not_asked_for_by_a_script_either(visit: Visit) -> None:
    ((_, facts),) = visit.stored("barred")

    assert visit.asked("//barred.test/api/") == []
    assert facts["rendered"]["refused"] == ["robots.txt: http://barred.test/api/news/1.json"]


@needs_browser
def test_scripts_reach_nothing_that_the_crawl_may_not_reach(visit: Visit) -> None:
    ((page, facts),) = visit.stored("escaping")

    assert visit.tallies["escaping"].counts["fetched"] == 1 and b'<p id="p">before after</p>' in page.body
    assert visit.heard == []
    refused = f"guard: 127.0.0.1 is no public address: http://127.0.0.1:{visit.port}/"
    assert refused in facts["rendered"]["refused"]


@needs_browser
def test_windows_dialogs_downloads_and_departures_lead_nowhere(visit: Visit) -> None:
    ((page, facts),) = visit.stored("windows")

    assert b"before after still here" in page.body and page.final_url == "http://windows.test/news/1"
    assert visit.asked("elsewhere.test") == []
    assert "navigation: http://elsewhere.test/elsewhere" in facts["rendered"]["refused"]


@needs_browser
def test_what_a_script_leaves_behind_ends_in_the_ledger(visit: Visit) -> None:
    assert [visit.states[f"http://leaving.test/news/{n}"] for n in (1, 2, 3)] == [
        "failed: larger than 10485760 bytes once its scripts had run",
        "failed: render: its scripts wrote what is no text",
        "failed: empty answer",
    ]


@needs_browser
def test_nothing_is_kept_from_one_page_to_the_next_and_the_robot_is_not_hidden(visit: Visit) -> None:
    texts = [page.body.decode("utf-8").partition("<script>")[0] for page, _ in visit.stored("keeping")]

    assert len(texts) == 2
    assert all(" undefinedtrueNightdesk/" in text for text in texts), texts


@needs_browser
def test_a_host_that_asks_for_rest_inside_a_page_gets_it(visit: Visit) -> None:
    hits = visit.hits("resting")

    busy = next(at for at, url, _ in hits if "/api/news/1" in url)
    assert clock.apart([at - busy for at, _, _ in hits if at > busy], 2, LATE)
    assert "429" in visit.states["http://resting.test/news/1"]
    assert visit.states["http://resting.test/news/2"] == "fetched"


@needs_browser
def test_answers_that_are_no_page_never_see_the_browser(visit: Visit) -> None:
    where, kept = "http://none.test/news/", {page.url: page for page, _ in visit.stored("none")}

    assert visit.states[where + "1"] == "blocked: status 403"
    assert visit.states[where + "3"] == "excluded: guard: 127.0.0.1 is no public address"
    assert kept[where + "2"].body == b"%PDF-1.7"
    assert kept[where + "4"].final_url == "http://none.test/moved"
    assert "moved قال" in kept[where + "4"].body.decode("utf-8")
    assert visit.asked("//none.test/app.js") == []


@needs_browser
def test_a_rendered_section_leads_to_articles_that_a_script_lists(visit: Visit) -> None:
    assert visit.tallies["listing"].counts["fetched"] == 1
    assert visit.states["http://listing.test/news/1"] == "fetched"


@needs_browser
def test_a_second_crawl_asks_for_the_page_whole_since_its_shell_never_changes(visit: Visit) -> None:
    again = "http://again.test/news/1"

    crawl.crawl(visit.settings, [visit.sources["again"]], NEXT, only=again)

    asked = [headers for _, url, headers in visit.web.hits if url == again]
    assert len(asked) == 2 and "If-None-Match" not in asked[1]


@needs_browser
def test_a_script_that_never_ends_costs_its_page_and_one_that_never_stops_asking_is_cut_off(
    here: Settings, web: Sites, conn: postgres.Connection
) -> None:
    source = of_scripts(web, "a.test", 3)
    web.pages["http://a.test/news/1"] = sites.answer(200, b"<p>text<script>while (true) {}</script>")
    web.pages["http://a.test/news/2"] = sites.answer(
        200, b"<p>text<script>setTimeout(() => { while (true) {} })</script>"
    )
    asking = "let n = 0; setInterval(() => fetch('/more?' + n++).then(() => p.append(' more')), 5)"
    other = scripted(web, asking, host="b.test")

    tally, _ = crawl.crawl(here.model_copy(update={"fetch_timeout": 5}), [source, other], RUN, on_line=print)

    found = states(conn)
    reason = "failed: render: its scripts did not end within 6 seconds"
    assert [found[f"http://a.test/news/{n}"] for n in (1, 2, 3)] == [reason, reason, "fetched"]
    assert tally.state == "done"
    ((page, facts),) = stored(here, "//b.test/news/")
    assert facts["rendered"]["unfinished"] and b"before more" in page.body
    assert 1 <= facts["rendered"]["requests"] <= 60


@needs_browser
def test_a_browser_that_dies_costs_its_page_and_no_other(here: Settings, web: Sites, conn: postgres.Connection) -> None:
    source = of_scripts(web, "a.test", 2)
    web.pages["http://a.test/api/news/1.json"] = lambda handler: (kill_browser(), sites.answer(404, b"")(handler))[1]

    (tally,) = crawl.crawl(here, [source], RUN)

    found = states(conn)
    assert found["http://a.test/news/1"].startswith("failed: render: ") and tally.state == "done"
    assert found["http://a.test/news/2"] == "fetched"


@needs_browser
def test_a_page_whose_host_comes_to_rest_under_it_is_read_again(
    here: Settings, web: Sites, conn: postgres.Connection
) -> None:
    script = "(async () => { while (await (await fetch('/more')).text() !== 'enough'); p.append(' after') })()"
    source = scripted(web, script, delay=0.3)
    other = sites.source("b.test", url="http://a.test/")
    web.pages["http://a.test/busy"] = sites.answer(429, b"", Retry_After="1")
    web.pages["http://b.test/feed"] = lambda handler: (
        web.wait_for(1, "/more"),
        sites.answer(200, sites.feed("http://a.test/busy"), "application/rss+xml")(handler),
    )[1]
    web.pages["http://a.test/more"] = lambda handler: sites.answer(
        200, b"enough" if web.asked("/busy") else b"", "text/plain"
    )(handler)

    crawl.crawl(here, [source, other], RUN)

    ((page, facts),) = stored(here)
    assert len(web.asked("/news/1")) == 2 and b"before after" in page.body
    assert states(conn)["http://a.test/news/1"] == "fetched" and facts["rendered"]["refused"] == []


@needs_browser
def test_one_page_without_the_ledger_is_rendered_too(here: Settings, web: Sites) -> None:
    page = crawl.fetch(here, of_scripts(web, "a.test", 1), "http://a.test/news/1")

    assert TEXT in page.body.decode("utf-8")


@needs_browser
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL, None])
def test_no_browser_outlives_its_crawl(
    how: signal.Signals | None, here: Settings, web: Sites, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = of_scripts(web, "a.test", 1)
    hung = threading.Event()
    story = web.pages["http://a.test/api/news/1.json"]
    web.pages["http://a.test/api/news/1.json"] = lambda handler: (hung.wait(20), story(handler))[1]
    # Longer than the path of a socket may be, and Chromium puts one into it.
    folder = tmp_path / ("long" * 20)
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))

    with spiders(here, source) as child:
        web.wait_for(1, "/api/")
        family = psutil.Process(child.pid).children(recursive=True)
        if how:
            child.send_signal(how)
        hung.set()
        code = child.wait(60)

    _, alive = psutil.wait_procs(family, timeout=30)
    assert alive == [] and len(family) > 3
    assert code == {signal.SIGTERM: 3, signal.SIGKILL: -9, None: 0}[how]
    assert how == signal.SIGKILL or [path.name for path in folder.iterdir()] == []


def test_a_source_without_a_browser_fails_alone_and_says_what_to_install(here: Settings, web: Sites) -> None:
    marked, plain = of_scripts(web, "a.test", 1), sites.site(web, "b.test", 1)
    settings = here.model_copy(update={"chromium": "/nowhere/chromium"})

    tallies = crawl.crawl(settings, [marked, plain], RUN)

    assert [tally.state for tally in tallies] == ["failed", "done"]
    assert tallies[0].message == (
        "It is marked render = true, and NIGHTDESK_CHROMIUM names no program: /nowhere/chromium."
    )
    assert web.asked("a.test") == []
    with pytest.raises(SettingsError, match="NIGHTDESK_CHROMIUM names no program"):
        crawl.fetch(settings, marked, "http://a.test/news/1")


def test_a_missing_extra_and_a_missing_browser_are_named(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    bare = settings.model_copy(update={"chromium": ""})

    without_browser = render.trouble(bare)
    monkeypatch.setitem(sys.modules, "scrapy_playwright", None)

    assert "apt-get install chromium" in without_browser
    assert "pip install 'nightdesk[render]'" in render.trouble(bare)


@needs_browser
def test_a_browser_that_does_not_start_fails_its_pages_and_no_other_source(
    here: Settings, web: Sites, conn: postgres.Connection
) -> None:
    marked, plain = of_scripts(web, "a.test", 2), sites.site(web, "b.test", 1)
    settings = here.model_copy(update={"chromium": shutil.which("false")})

    tallies = crawl.crawl(settings, [marked, plain], RUN)

    found = states(conn)
    assert [tally.state for tally in tallies] == ["failed", "done"]
    assert found["http://a.test/news/2"].startswith("failed: render: the browser does not start: ")


def test_the_browser_is_given_a_sandbox_unless_we_are_root_and_none_of_our_secrets(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NIGHTDESK_DATABASE_URL", "postgresql://somebody:secret@127.0.0.1/x")

    as_it_is = render.launch_options(settings)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    assert "secret" not in str(as_it_is) and "PATH" in as_it_is["env"]
    assert render.launch_options(settings)["chromium_sandbox"] is True


def kill_browser() -> None:
    """Kill the browser that this process's crawl has started."""
    for process in psutil.Process().children(recursive=True):
        if "chrom" in process.name() and "--type=" not in " ".join(process.cmdline()):
            process.kill()


class listening:
    """A port of loopback for TCP and UDP, and what knocked on it."""

    def __enter__(self) -> tuple[int, list[str]]:
        self.heard: list[str] = []
        self.sockets = [socket.socket(socket.AF_INET, kind) for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM)]
        self.sockets[0].bind(("127.0.0.1", 0))
        self.sockets[1].bind(self.sockets[0].getsockname())
        self.sockets[0].listen()
        for each in self.sockets:
            threading.Thread(target=self._listen, args=(each,), daemon=True).start()
        return self.sockets[0].getsockname()[1], self.heard

    def __exit__(self, *_: object) -> None:
        for each in self.sockets:
            each.close()

    def _listen(self, own: socket.socket) -> None:
        try:
            while True:
                got = own.accept() if own.type == socket.SOCK_STREAM else own.recvfrom(100)
                self.heard.append(str(got))
        except OSError:
            return

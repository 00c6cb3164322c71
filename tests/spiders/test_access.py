"""Sources that are asked with a login: who sees it, and that nothing which is kept or said holds it."""

from __future__ import annotations

import base64
import gzip
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from pipelines import settings as settings_module
from pipelines.codes import TroubleKind
from pipelines.crawl import stage as crawl
from pipelines.errors import NightdeskError, SettingsError, SourceError
from pipelines.extract.stage import extract
from pipelines.health import troubles
from pipelines.load import stage as load
from pipelines.model import Source
from pipelines.settings import Settings
from pipelines.sources import access, sourcefile
from pipelines.stores import postgres
from tests import hostile_tls, sites
from tests.browsers import needs_browser
from tests.sites import NEXT, RUN, Answer, Sites

PASSWORD = "bridge7/Over&Water"
TOKEN = "tok9-EYJhbGciOiJIUzI1NiJ9"
SESSION = "s3ssion-0f2c9a81"
KEY = "k3y-55aa77"
LOGIN = "Basic " + base64.b64encode(f"reader:{PASSWORD}".encode()).decode()
# Whatever form a value may have somewhere.
TRACES = [PASSWORD, quote(PASSWORD, safe=""), LOGIN[6:], TOKEN, SESSION, KEY]


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NIGHTDESK_SECRET_PAPER_LOGIN", f"reader:{PASSWORD}")
    monkeypatch.setenv("NIGHTDESK_SECRET_PAPER_TOKEN", TOKEN)
    monkeypatch.setenv("NIGHTDESK_SECRET_PAPER_COOKIES", f"session={SESSION}; lang=ar")
    monkeypatch.setenv("NIGHTDESK_SECRET_PAPER_KEY", KEY)


def guarded(answer: Answer, name: str = "Authorization", value: str = LOGIN) -> Answer:
    """The answer for whoever has the login, 401 for others; it repeats what it got, as sites do."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        if handler.headers.get(name) == value:
            answer(handler)
        else:
            sites.answer(401, b"<p>log in</p>", WWW_Authenticate='Basic realm="paper"')(handler)

    return send


def telling(**headers: str) -> Answer:
    """An article that repeats every secret it was asked with: in the page, in a cookie, and where it is gzip."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        got = " ".join(f"{k}: {v}" for k, v in handler.headers.items())
        text = f"<html><body><p>قال الوزير {got} {PASSWORD} {quote(PASSWORD)}</p></body></html>"
        sites.answer(
            200,
            gzip.compress(text.encode()),
            "text/html; charset=utf-8",
            Content_Encoding="gzip",
            Set_Cookie=f"session={SESSION}x9; Path=/",
            X_Login=LOGIN[6:],
            **headers,
        )(handler)

    return send


def kept(current: Settings, conn: postgres.Connection) -> str:
    """Everything that a crawl left: raw files unpacked, every table, every file of the installation."""
    found: list[str] = []
    for path in [path for folder in (current.data, current.sources) for path in folder.rglob("*") if path.is_file()]:
        content = path.read_bytes()
        found.append(content.decode("latin-1"))
        if path.suffix == ".gz":
            raw = gzip.decompress(content)
            found.append(raw.decode("latin-1"))
            # Bodies stand in it as they came, compressed once more.
            for start in [at for at in range(len(raw)) if raw.startswith(b"\x1f\x8b", at)]:
                with suppress(OSError, EOFError):
                    found.append(gzip.decompress(raw[start:]).decode("latin-1"))
    conn.rollback()
    with conn.cursor() as cursor:
        cursor.execute("select table_name from information_schema.tables where table_schema = 'public'")
        for row in cursor.fetchall():
            cursor.execute(f'select * from "{row["table_name"]}"')
            found += [str(dict(one)) for one in cursor.fetchall()]
    return "\n".join(found)


def traces(text: str) -> list[str]:
    return [trace for trace in TRACES if trace in text or trace.encode().decode("latin-1") in text]


def asked_with(web: Sites, name: str, part: str = "") -> dict[str, str]:
    """URL -> the value of a header it was asked with."""
    return {url: headers.get(name, "") for _, url, headers in web.hits if part in url}


def test_a_login_is_sent_to_the_source_and_is_in_nothing_that_is_kept_or_said(
    here: Settings, web: Sites, conn: postgres.Connection, secrets: None, capfd: pytest.CaptureFixture[str]
) -> None:
    paper = sites.site(web, "paper.test", 3, auth="basic paper_login", cookies="paper_cookies")
    paper = replace(paper, headers=("X-Api-Key: paper_key",))
    web.pages["http://paper.test/news/1"] = telling()
    for url, answer in list(web.pages.items()):
        web.pages[url] = guarded(answer)
    lines: list[str] = []

    (tally,) = crawl.crawl(here, [paper], RUN, on_line=lines.append)

    assert (tally.state, tally.counts["fetched"]) == ("done", 3)
    assert set(asked_with(web, "Authorization", "/news/").values()) == {LOGIN}
    assert set(asked_with(web, "Cookie", "/news/").values()) == {f"session={SESSION}; lang=ar"}
    assert set(asked_with(web, "X-Api-Key", "/news/").values()) == {KEY}
    everything = kept(here, conn)
    assert "(secret)" in everything and "قال الوزير".encode().decode("latin-1") in everything
    assert traces(everything) == []
    assert traces("\n".join(lines) + str(tally) + str(capfd.readouterr())) == []


def test_a_login_is_not_sent_after_a_redirect_to_another_host(here: Settings, web: Sites, secrets: None) -> None:
    paper = sites.site(
        web, "paper.test", 4, auth="bearer paper_token", cookies="paper_cookies", url="http://paper.test/"
    )
    paper = replace(paper, headers=("X-Api-Key: paper_key",))
    elsewhere = [
        "http://other.test/news/1",
        "http://comments.paper.test/news/2",
        "http://paper.test:8080/news/3",
    ]
    for n, url in enumerate(elsewhere, 1):
        web.pages[f"http://paper.test/news/{n}"] = sites.answer(302, b"", Location=url)
        web.pages[url] = sites.page(str(n))
    web.pages["http://paper.test/news/4"] = sites.answer(301, b"", Location="http://www.paper.test/news/4")
    web.pages["http://www.paper.test/news/4"] = sites.page("4")

    crawl.crawl(here, [paper], RUN)

    seen = [headers for _, url, headers in web.hits if url in elsewhere]
    assert len(seen) == 3
    assert [set(headers) & {"Authorization", "Cookie", "X-Api-Key"} for headers in seen] == [set()] * 3
    assert asked_with(web, "Authorization", "www.paper.test/news/4") == {
        "http://www.paper.test/news/4": f"Bearer {TOKEN}"
    }


def test_a_login_is_sent_for_its_own_source_alone(here: Settings, web: Sites, secrets: None) -> None:
    paper = sites.site(
        web, "paper.test", 2, auth="basic paper_login", feeds=("http://paper.test/feed", "http://hub.test/paper")
    )
    web.pages["http://hub.test/paper"] = sites.answer(
        200, sites.feed("http://paper.test/news/1"), "application/rss+xml"
    )
    other = sites.source("other.test", feeds=("http://other.test/feed",))
    web.pages["http://other.test/feed"] = sites.answer(200, sites.feed("http://other.test/a"), "application/rss+xml")
    web.pages["http://other.test/a"] = sites.answer(302, b"", Location="http://paper.test/news/2?from=other")
    web.pages["http://paper.test/news/2?from=other"] = sites.page("2")

    crawl.crawl(here, [paper, other], RUN)

    assert set(asked_with(web, "Authorization", "other").values()) == {""}
    assert asked_with(web, "Authorization", "hub.test/paper") == {"http://hub.test/paper": ""}
    assert asked_with(web, "Authorization", "paper.test/feed") == {"http://paper.test/feed": LOGIN}


def test_robots_txt_of_a_closed_site_is_asked_for_with_the_login_and_obeyed(
    here: Settings, web: Sites, secrets: None
) -> None:
    paper = sites.site(web, "paper.test", 2, auth="basic paper_login")
    web.pages["http://paper.test/robots.txt"] = sites.answer(200, b"User-agent: *\nDisallow: /news/2\n", "text/plain")
    for url, answer in list(web.pages.items()):
        web.pages[url] = guarded(answer)

    crawl.crawl(here, [paper], RUN)

    assert web.asked("/news/") == ["http://paper.test/news/1"]


def test_a_redirect_that_names_a_token_names_it_nowhere(
    here: Settings, web: Sites, conn: postgres.Connection, secrets: None
) -> None:
    paper = sites.site(web, "paper.test", 1, auth="bearer paper_token")
    web.pages["http://paper.test/news/1"] = sites.answer(302, b"", Location=f"http://paper.test/login?t={TOKEN}")

    (tally,) = crawl.crawl(here, [paper], RUN)

    assert traces(kept(here, conn) + str(tally)) == []
    assert [url for url in web.asked() if TOKEN in url] == []


def test_a_missing_secret_fails_its_source_in_one_sentence_and_no_other(here: Settings, web: Sites) -> None:
    paper = sites.site(web, "paper.test", 1, cookies="paper_cookies")
    other = sites.site(web, "other.test", 1)

    first, second = crawl.crawl(here, [paper, other], RUN)

    assert (first.state, second.state) == ("failed", "done")
    assert first.message == (
        f"{here.sources / 'paper.toml'}: cookies names the secret paper_cookies, and there is none: set "
        "NIGHTDESK_SECRET_PAPER_COOKIES in the environment or in nightdesk.env, or as the password of an Airflow "
        "connection nightdesk_secret_paper_cookies."
    )
    assert web.asked("paper.test") == []


@pytest.mark.parametrize(
    ("key", "value", "why"),
    [
        ("cookies", "justavalue", "it is what a browser sends, like `name=value; other=value`"),
        ("cookies", "a=1\r\nX-Evil: 2", "it is empty, or has control characters or line breaks"),
        ("cookies", "a=كعكة", "it has letters that a header cannot have"),
        ("auth", "nopassword1", "it is like `user:password`"),
        ("proxy", "socks5://10.0.0.1:99", "it is an address like http://user:password@proxy.example.org:3128"),
        ("proxy", "http://p.test:99999", "it is an address like"),
    ],
)
def test_a_secret_that_cannot_be_used_is_named_and_not_shown(
    settings: Settings, key: str, value: str, why: str
) -> None:
    paper = sites.source("paper.test", **{key: "basic the_one" if key == "auth" else "the_one"})

    with pytest.raises(SourceError) as refused:
        access.of(settings, paper, {"the_one": value})

    assert f"paper.toml: {key} names the secret the_one, and what NIGHTDESK_SECRET_THE_ONE holds" in str(refused.value)
    assert why in str(refused.value) and value not in str(refused.value)


@pytest.mark.parametrize(
    "line",
    [
        f'cookies = "session={SESSION}"',
        f'auth = "basic reader:{PASSWORD}"',
        f'auth = "{TOKEN}"',
        f'headers = ["X-Api-Key: {KEY}"]',
        f'headers = ["{KEY}", "{KEY}"]',
        f'headers = {{ "X-Api-Key" = "{KEY}" }}',
        f'proxy = "http://reader:{quote(PASSWORD)}@p.test:1"',
        f'proxy = ["{PASSWORD}"]',
    ],
)
def test_a_value_in_the_place_of_a_name_is_refused_and_not_repeated(line: str) -> None:
    text = 'title = "P"\nurl = "https://p.test/"\ncountry = "SY"\nlanguage = "ar"\ntimezone = "UTC"\n'
    text += f'feeds = ["https://p.test/feed"]\n{line}\n'

    with pytest.raises(SourceError) as refused:
        sourcefile.parse(text, "paper", "paper.toml")

    assert str(refused.value).startswith(f"paper.toml: {line.split()[0]} ")
    assert traces(str(refused.value)) == []


@pytest.mark.parametrize("name", ["User-Agent", "host", "Cookie", "X-Forwarded-For"])
def test_who_asks_is_told_truly_whatever_a_file_wants(name: str) -> None:
    assert access.header_problem(f"{name}: paper_key").startswith("sets a header that cannot be set here")


def test_what_could_be_a_word_of_an_article_is_left_in_it(settings: Settings) -> None:
    paper = sites.source("paper.test", cookies="c", auth="basic a")

    known = access.of(settings, paper, {"c": f"consent=accepted; lang=arabic; session={SESSION}", "a": "me:football"})

    assert known is not None
    assert access.without(known, f"accepted arabic football {SESSION}") == "accepted arabic football (secret)"
    assert traces(repr(known)) == [] and "football" not in repr(known)


def test_a_value_stands_in_no_environment_file_but_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "nightdesk.env"
    path.write_text("NIGHTDESK_SECRET_PAPER_LOGIN='reader:pa${HOME}ss$1'\n", encoding="utf-8")
    monkeypatch.setenv("NIGHTDESK_ENV_FILE", str(path))

    assert settings_module.secrets() == {"paper_login": "reader:pa${HOME}ss$1"}


def test_one_page_is_fetched_with_the_login_too(here: Settings, web: Sites, secrets: None) -> None:
    paper = sites.site(web, "paper.test", 1, auth="basic paper_login")
    web.pages["http://paper.test/news/1"] = guarded(telling())

    page = crawl.fetch(here, paper, "http://paper.test/news/1")

    assert page.status == 200 and traces(page.body.decode() + str(page.headers)) == []
    with pytest.raises(NightdeskError, match="names the secret nobody, and there is none"):
        crawl.fetch(here, replace(paper, auth="basic nobody"), "http://paper.test/news/1")


def test_a_site_is_looked_at_with_the_login_too(here: Settings, web: Sites, secrets: None) -> None:
    paper = sites.site(web, "paper.test", 2, auth="basic paper_login")
    for url, answer in list(web.pages.items()):
        web.pages[url] = guarded(answer)
    events: list[dict[str, Any]] = []

    crawl.probe(here, paper, "http://paper.test/", budget=20.0, known=True, on_event=events.append)

    assert set(asked_with(web, "Authorization").values()) == {LOGIN}
    assert traces(json.dumps(events)) == []


@contextmanager
def proxy(web: Sites, login: str) -> Iterator[tuple[str, list[str]]]:
    """A proxy that sends everything to these sites, for whoever has the login; its address and the heads it got."""
    heads: list[str] = []
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                client, _ = server.accept()
                threading.Thread(target=one, args=(client,), daemon=True).start()

    def one(client: socket.socket) -> None:
        with client, suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                piece = client.recv(65536)
                if not piece:
                    return
                head += piece
            heads.append(head.decode())
            if f"Proxy-Authorization: {login}" not in heads[-1]:
                refused = (
                    f"HTTP/1.1 407 {login.partition(' ')[2]} {server.getsockname()[1]}\r\nContent-Length: 0\r\n\r\n"
                )
                client.sendall(refused.encode())
                return
            address, _, port = web.address.rpartition(":")
            with socket.create_connection((address, int(port))) as site:
                site.sendall(head.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
                while piece := site.recv(65536):
                    client.sendall(piece)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.getsockname()[1]}", heads
    finally:
        server.close()


def test_a_source_is_asked_through_its_proxy_whose_login_no_site_and_no_record_gets(
    settings: Settings, web: Sites, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = sites.site(web, "paper.test", 2, proxy="paper_proxy")
    lines: list[str] = []

    with proxy(web, LOGIN) as (address, heads):
        monkeypatch.setenv("NIGHTDESK_SECRET_PAPER_PROXY", f"http://reader:{quote(PASSWORD, safe='')}@{address}")
        (tally,) = crawl.crawl(settings, [paper], RUN, on_line=lines.append)

    assert (tally.state, tally.counts["fetched"]) == ("done", 2)
    assert len(heads) >= 4 and all(f"Proxy-Authorization: {LOGIN}" in head for head in heads)
    assert web.hits[0][1] == "http://paper.test/robots.txt"
    everything = kept(settings, conn) + "\n".join(lines)
    assert traces(everything) == [] and address not in everything


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_refuses_is_told_without_its_address(
    settings: Settings, web: Sites, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    paper = sites.source("paper.test", proxy="paper_proxy", feeds=(f"{scheme}://paper.test/feed",))
    lines: list[str] = []

    with proxy(web, LOGIN) as (address, _):
        monkeypatch.setenv("NIGHTDESK_SECRET_PAPER_PROXY", f"http://reader:{quote(TOKEN)}@{address}")
        (tally,) = crawl.crawl(settings, [paper], RUN, on_line=lines.append)

    assert tally.state == "failed" and ("407" in tally.message or "robots.txt" in tally.message)
    everything = kept(settings, conn) + "\n".join(lines) + tally.message
    assert TOKEN not in everything and address not in everything


def test_a_proxy_that_is_not_there_is_told_as_the_proxy(
    settings: Settings, web: Sites, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    monkeypatch.setenv("NIGHTDESK_SECRET_PAPER_PROXY", f"http://{address}")

    (tally,) = crawl.crawl(settings, [sites.source("paper.test", proxy="paper_proxy")], RUN)

    assert tally.state == "failed" and "proxy: connection refused" in tally.message and address not in tally.message


def test_a_page_cannot_reach_a_private_proxy_as_if_it_were_a_site() -> None:
    from spiders.guard import GuardPolicy, check_address, refusal

    rules = GuardPolicy(proxies=frozenset({"proxy.internal"}))

    assert str(refusal(rules, "http://proxy.internal/")) == "guard: a proxy is no site"
    assert check_address(rules, "proxy.internal", "10.0.0.9") is None
    assert check_address(rules, "news.test", "10.0.0.9") is not None


def test_a_site_whose_certificate_our_own_authority_signed_is_trusted_by_a_setting(
    settings: Settings, tmp_path: Path
) -> None:
    with hostile_tls.servers(tmp_path) as ports:
        allowed = f"{hostile_tls.ADDRESS}/32:{ports['untrusted']}"
        current = settings.model_copy(update={"allow_networks": allowed})
        paper = sites.source("paper.test", feeds=(f"https://{hostile_tls.ADDRESS}:{ports['untrusted']}/feed",))
        (strange,) = crawl.crawl(current, [paper], RUN)
        trusting = current.model_copy(update={"ca_file": str(tmp_path / hostile_tls.CERTIFICATE)})
        (known,) = crawl.crawl(trusting, [paper], NEXT)

    assert "tls: " in strange.message and "tls: " not in known.message
    assert "not a feed: it is neither a feed nor a sitemap" in known.message


def test_a_file_without_authorities_is_refused_before_anything_is_fetched(
    here: Settings, web: Sites, tmp_path: Path
) -> None:
    (tmp_path / "ca.pem").write_text("no certificate", encoding="utf-8")

    with pytest.raises(SettingsError, match=r"NIGHTDESK_CA_FILE cannot be used: .*ca.pem holds no certificates in PEM"):
        crawl.crawl(here.model_copy(update={"ca_file": str(tmp_path / "ca.pem")}), [sites.site(web, "a.test", 1)], RUN)

    assert web.hits == []


@needs_browser
def test_a_page_that_a_browser_reads_gets_its_data_with_the_login_and_never_sees_it(
    here: Settings, web: Sites, conn: postgres.Connection, secrets: None
) -> None:
    paper = sites.site(web, "paper.test", 1, auth="basic paper_login", render=True)
    script = "fetch('/data').then(r => r.text()).then(t => document.body.append(t + ' ' + document.cookie))"
    evil = "fetch('http://other.test/data').then(r => r.text()).then(t => document.body.append(t))"
    page = f"<html><body><p>shell</p><script>{script};{evil}</script></body></html>"
    web.pages["http://paper.test/news/1"] = guarded(sites.answer(200, page.encode()))
    web.pages["http://paper.test/data"] = guarded(telling())
    web.pages["http://other.test/data"] = sites.answer(200, b"elsewhere", Access_Control_Allow_Origin="*")

    (tally,) = crawl.crawl(here, [paper], RUN)

    assert tally.counts["fetched"] == 1
    assert asked_with(web, "Authorization", "/data") == {
        "http://paper.test/data": LOGIN,
        "http://other.test/data": "",
    }
    everything = kept(here, conn)
    assert "elsewhere" in everything and "(secret)" in everything and traces(everything) == []


@pytest.mark.parametrize(
    ("wall", "why"),
    [
        (sites.answer(401, b"<p>log in</p>"), "status 401"),
        (sites.answer(302, b"", Location="http://paper.test/login"), "redirected to a login"),
        (sites.answer(200, b"<form>Name <input name=u> <input id=p type='password'></form>"), "shows a login"),
        (
            sites.answer(
                200, "<h1>الجسر</h1><p>افتتح الجسر.</p><p>للمشتركين فقط</p>".encode(), "text/html; charset=utf-8"
            ),
            "only the start of the article is shown",
        ),
    ],
)
def test_a_login_that_ran_out_is_told_to_the_operators_once_and_over_when_pages_are_shown(
    here: Settings, web: Sites, conn: postgres.Connection, secrets: None, wall: Answer, why: str
) -> None:
    current = here.model_copy(update={"operators": "desk"})
    paper = sites.site(web, "paper.test", 3, cookies="paper_cookies")
    web.pages["http://paper.test/login"] = sites.answer(200, b"<form><input type=password></form>")
    runs = ["2026-11-22T0200", "2026-11-23T0200", "2026-11-24T0200"]
    found = []

    for run, shut in zip(runs, (False, True, True), strict=True):
        fresh = [f"http://paper.test/{run}/{n}" for n in range(3)]
        web.pages["http://paper.test/feed"] = sites.answer(200, sites.feed(*fresh), "application/rss+xml")
        web.pages |= dict.fromkeys(fresh, wall if shut else story())
        found.append(night(current, paper, run))
    web.pages["http://paper.test/feed"] = sites.answer(200, sites.feed("http://paper.test/new"), "application/rss+xml")
    web.pages["http://paper.test/new"] = story()
    found.append(night(current, paper, "2026-11-25T0200"))

    assert [[trouble.told for trouble in each] for each in found] == [[], [True], [False], []]
    message = found[1][0].message
    assert "paper.test (paper): its login has run out or is not accepted: 3 of the 3 pages looked at" in message
    assert f": {why}.\n" in message and "NIGHTDESK_SECRET_PAPER_COOKIES" in message
    assert traces(kept(here, conn) + message) == []


def test_a_feed_that_no_longer_takes_the_login_says_so_in_the_run_and_to_the_operators(
    here: Settings, web: Sites, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NIGHTDESK_SECRET_PAPER_LOGIN", "reader:expired-9")
    paper = sites.site(web, "paper.test", 1, auth="basic paper_login")
    web.pages["http://paper.test/feed"] = guarded(web.pages["http://paper.test/feed"])

    (tally,) = crawl.crawl(here, [paper], RUN)
    (trouble,) = troubles.check(here, [paper])

    assert tally.state == "failed"
    assert tally.message.endswith("Its login was not accepted: put a new one into NIGHTDESK_SECRET_PAPER_LOGIN.")
    assert "http://paper.test/feed: status 401.\n" in trouble.message


def story() -> Answer:
    """An article that extraction takes for one."""
    text = "".join(
        f"<p>قال الوزير إن الجسر رقم {n} افتتح أمام المشاة بعد عام من العمل على ضفتي النهر.</p>" for n in range(9)
    )
    body = f"<html><head><title>افتتاح الجسر</title></head><body><article>{text}</article></body></html>"
    return sites.answer(200, body.encode(), "text/html; charset=utf-8")


def night(current: Settings, paper: Source, run: str) -> list[troubles.Trouble]:
    """A run over one source, and the trouble with its login afterwards."""
    crawl.crawl(current, [paper], run)
    extract(current, paper, run, processes=1)
    load.load(current, paper, run)
    return [trouble for trouble in troubles.check(current, [paper]) if trouble.kind == TroubleKind.LOGIN]

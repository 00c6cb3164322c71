"""What hostile or broken sites, hooks and settings must not do: cost anybody but themselves, or say a secret."""

from __future__ import annotations

import json
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import process_time

import pytest

from pipelines.codes import Reason
from pipelines.crawl import stage as crawl
from pipelines.errors import ChannelError, DatabaseError
from pipelines.extract import extraction, fetched_pages, markup
from pipelines.extract.stage import extract
from pipelines.listings import formats
from pipelines.model import Article, Rejection
from pipelines.notify import delivery
from pipelines.settings import Settings
from pipelines.stores import articlefile, migrations, postgres
from tests import clock, factories
from tests.jisr import crawled
from tests.sites import NEXT, RUN, answer, feed, mapped, page, site, sites, source

BAD = "http://bad.test/feed"


def json_feed(**item: object) -> bytes:
    return json.dumps({"items": [{"url": "http://bad.test/a/1", **item}, {"url": "http://bad.test/a/2"}]}).encode()


@pytest.mark.parametrize(
    ("body", "headers", "fetched"),
    [
        (json_feed(title="half \ud800 a pair"), {}, 2),
        (json_feed(title="no\x00thing", tags=["\x00"]), {}, 2),
        (json_feed(url="http://bad.test\\[x"), {}, 1),
        (feed("http://bad.test/a/1"), {"ETag": "a\x00b"}, 1),
        (b"[" * 200_000, {}, 0),
    ],
)
def test_a_hostile_feed_costs_no_other_source_anything(
    settings: Settings, body: bytes, headers: dict[str, str], fetched: int
) -> None:
    with sites() as at:
        good, bad = site(at, "good.test", 2), source("bad.test")
        at.pages[BAD] = answer(200, body, "application/json", **headers)
        at.pages |= {f"http://bad.test/a/{n}": page(str(n)) for n in (1, 2)}
        tallies = crawl.crawl(mapped(settings, at), [bad, good], RUN)
        again = crawl.crawl(mapped(settings, at), [bad, good], NEXT)

    assert [tally.counts["fetched"] for tally in tallies] == [fetched, 2]
    assert [tally.state for tally in (*tallies, *again)] == ["done" if fetched else "failed", "done"] * 2


def test_a_304_that_nobody_asked_for_is_a_failure_not_nothing_new(settings: Settings) -> None:
    with sites() as at:
        at.pages[BAD] = answer(304, b"")
        (tally,) = crawl.crawl(mapped(settings, at), [source("bad.test")], RUN)

    assert tally.state == "failed"
    assert "304" in tally.message


@pytest.mark.parametrize("body", [b"  <urlset", b"<urlset><url><loc>http://x.test/ha", b"<rss version='2.0'><channel>"])
def test_a_list_broken_before_its_first_entry_is_not_nothing_new(body: bytes) -> None:
    with pytest.raises(ValueError, match="without one whole entry"):
        formats.read_list(body, "http://x.test/feed")


def test_a_well_formed_feed_may_be_empty() -> None:
    assert (
        formats.read_list(b"<rss version='2.0'><channel><title>x</title></channel></rss>", "http://x.test/feed") == []
    )


def test_wrong_types_in_a_json_feed_cost_only_what_they_are_of() -> None:
    found = formats.read_list(json_feed(tags=5, authors=7, title={"a": 1}), BAD)

    assert [entry.url for _, entry in found] == ["http://bad.test/a/1", "http://bad.test/a/2"]


def test_one_broken_link_or_base_does_not_cost_a_section() -> None:
    body = b'<base href="http://[x"><a href="http://[bad">x</a><a href="/news/12345">y</a>'

    found = formats.read_links(body, "http://x.test/news")

    assert [entry.url for _, entry in found] == ["http://x.test/news/12345"]


def test_a_feed_of_ampersands_is_refused_before_it_takes_a_minute() -> None:
    with pytest.raises(ValueError, match="broken"):
        formats.read_list(b"<rss>" + b"&" * 300_000, BAD)


@pytest.mark.parametrize("label", ["undefined", "idna", "punycode"])
def test_a_label_that_is_no_charset_is_passed_over(label: str) -> None:
    body = f'<meta charset="{label}"><p>قال الوزير إن الحكومة ستعمل'.encode("cp1256")

    text, charset = markup.decode(body, "text/html", "ar")

    assert "قال الوزير إن الحكومة ستعمل" in text
    assert charset == "cp1256"


def test_a_page_whose_time_limit_does_not_reach_it_costs_its_own_article_alone(
    settings: Settings, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetched_pages, "CPU_SECONDS", 1.0)
    monkeypatch.setattr(fetched_pages, "BEYOND_CPU_SECONDS", 1.0)
    jisr = source("jisr.test")
    crawled(settings, conn, ["<html><body>" + "<a href=/x>" * 190_000, "<html><body><p>لا شيء</p></body></html>"])

    tally = extract(settings, jisr, RUN, apart=True)

    lines = articlefile.read(articlefile.path(settings, "jisr", RUN))
    rejected = [(line.rejection.reason, line.rejection.detail) for line in lines if line.rejection]
    assert rejected == [(Reason.TOO_SLOW, "not done after 2 s"), (Reason.TOO_SHORT, "0 words")]
    assert tally.state == "done"


STORY = "<h1>Bridge</h1><p>" + "The old bridge was opened again on Monday after two years of repairs. " * 6 + "</p>"
MANY: dict[str, Callable[[], str]] = {
    "links": lambda: "<a href=x>y</a>" * 300_000,
    "paragraphs": lambda: "<p>word" * 600_000,
    "breaks": lambda: "x<br>" * 900_000,
    "tables": lambda: "<table><tr><td>x" * 300_000,
    "angles": lambda: "<" * 4_000_000,
    "comments": lambda: "<!--" * 1_000_000,
    "attributes": lambda: "<div " + " ".join(f"a{n}=1" for n in range(400_000)) + ">",
    "one attribute": lambda: "<div " + "a=1 " * 1_000_000 + ">",
    "bare attributes": lambda: "<div " + "a " * 1_000_000 + ">",
}


@pytest.mark.parametrize("kind", MANY)
def test_a_page_of_more_than_a_parser_should_be_given_is_refused_at_once(kind: str) -> None:
    body = STORY + MANY[kind]()

    with clock.cpu_below(3):
        made = judged(body, 20.0)

    assert isinstance(made, Rejection)
    assert made.reason == Reason.TOO_LARGE


def in_json(text: str) -> str:
    return f'<script type="application/ld+json">{text}</script>'


SLOW: dict[str, Callable[[int], str]] = {
    "boxes in boxes": lambda by: "<div>" * (100_000 // by),
    "closed boxes in boxes": lambda by: "<div>" * (50_000 // by) + "</div>" * (50_000 // by),
    "paragraphs in articles": lambda by: "<article><p>" * (40_000 // by),
    "bold in bold": lambda by: "<b>" * (100_000 // by),
    "links in links": lambda by: "<a href=x>" * (100_000 // by),
    "tables in tables": lambda by: "<table><tr><td>" * (30_000 // by),
    "headings in headings": lambda by: "<h2><a href=/n>" * (30_000 // by),
    "vectors in vectors": lambda by: "<svg><math>" * (50_000 // by),
    "one class of many words": lambda by: f'<div class="{"a " * (1_000_000 // by)}">',
    "one class of one word": lambda by: f'<div class="{"a" * (4_000_000 // by)}">',
    "short lines": lambda by: "a\n" * (1_000_000 // by),
    "short paragraphs": lambda by: "<p>w x" * (60_000 // by),
    "blanks": lambda by: "<p>" + " " * (4_000_000 // by) + "x",
    "blanks and breaks": lambda by: "<p>" + " \n\u00a0\t" * (700_000 // by) + "x",
    "days": lambda by: "<div class=date>" + "12/12/2024 - " * (200_000 // by) + "</div>",
    "digits": lambda by: "<p class=date>" + "1" * (3_000_000 // by),
    "times": lambda by: "<time datetime=2024-01-01T10:00>x</time>" * (60_000 // by),
    "marks": lambda by: "<p>ب" + "\u064b\u0301" * (500_000 // by) + "ـ",
    "marks as references": lambda by: "<p>x" + "&#1611;&#769;" * (350_000 // by),
    "joiners": lambda by: "<p>" + "\u200c\u200d" * (400_000 // by),
    "one word": lambda by: "<p>" + "ا" * (1_500_000 // by),
    "references": lambda by: "<p>" + "&amp;" * (800_000 // by),
    "unknown references": lambda by: "<p>" + "&" * (3_000_000 // by),
    "entities": lambda by: (
        "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]><p>" + "&b;" * (300_000 // by)
    ),
    "json objects": lambda by: in_json(
        "[" + ",".join(['{"@type":"NewsArticle","headline":"x"}'] * (90_000 // by)) + "]"
    ),
    "json scripts": lambda by: in_json('{"@type":"NewsArticle"}') * (60_000 // by),
    "json lists in lists": lambda by: in_json("[" * (2_000_000 // by)),
    "json objects in objects": lambda by: in_json('{"@graph":[' * (100_000 // by) + "]}" * (100_000 // by)),
    "json commas": lambda by: in_json("[" + ", " * (1_500_000 // by) + "]"),
    "json markup": lambda by: in_json('{"@type":"Article","articleBody":"' + "<a " * (150_000 // by) + '"}'),
    "linked headings": lambda by: "".join(
        f"<h2><a href=/n/{n}>head {n}</a></h2><p>text of it</p>" for n in range(25_000 // by)
    ),
}


# CPU seconds after which a page is cut off, and within which it ends: what cannot be stopped may take the difference.
CUT_SECONDS, DONE_SECONDS = 2.0, 10.0
# Each is first made a quarter as long, and cut off after a quarter of the time. What takes the difference as a whole
# with the square of its length takes a 16th of it as that part.
PART = 4
SUSPECT = CUT_SECONDS / PART + (DONE_SECONDS - CUT_SECONDS) / PART**2
ENDS = (Reason.TOO_SLOW, Reason.TOO_LARGE, Reason.TOO_SHORT, Reason.EMPTY, Reason.LISTING)


@pytest.mark.parametrize("kind", SLOW)
def test_a_page_built_to_be_slow_is_done_or_cut_off(kind: str) -> None:
    for by in (PART, 1):
        began = process_time()
        with clock.cpu_below(DONE_SECONDS):
            made = judged(SLOW[kind](by) + STORY, CUT_SECONDS / by)
        assert isinstance(made, Article) or made.reason in ENDS
        if process_time() - began < SUSPECT:
            break


def judged(inside: str, seconds: float) -> Article | Rejection:
    body = f"<html><head><title>Bridge</title></head><body>{inside}</body></html>".encode()
    return extraction.extract_page(
        factories.page("jisr", "http://jisr.test/1", body), source("jisr.test"), seconds=seconds
    )


def test_a_webhook_that_never_ends_its_answer_holds_nobody_up() -> None:
    with dripping() as port:
        delivery.send("desk", f"webhook+http://127.0.0.1:{port}/", delivery.plain("k", "subject", "body"))


def test_a_line_break_in_a_mail_address_is_an_unusable_channel() -> None:
    with pytest.raises(ChannelError, match="desk has an address that cannot be used"):
        delivery.send("desk", "smtp://127.0.0.1:1/?to=a@b.test%0ABcc:c@d.test", delivery.plain("k", "s", "b"))


@pytest.mark.parametrize(
    "address",
    [
        "postgresql+psycopg2://desk:s3cret@127.0.0.1:1/news",
        "postgresql://desk:s3c@s3cret@127.0.0.1:1/news",
        "postgresql://127.0.0.1:1/news?user=desk&password=s3cret",
        "host=127.0.0.1 port=1 user=desk password='s3cret x'",
    ],
)
def test_no_form_of_address_gives_its_password_away(address: str) -> None:
    with pytest.raises(DatabaseError) as caught:
        postgres.connect(Settings(database_url=address))

    assert "s3cret" not in str(caught.value)


def test_the_embedded_postgres_stands_in_a_folder_with_blanks() -> None:
    with tempfile.TemporaryDirectory(prefix="night desk ") as folder:
        Path(folder).chmod(0o755)
        settings = Settings(data=Path(folder))
        try:
            assert migrations.migrate(settings)
        finally:
            postgres.stop_embedded(settings)


def test_a_data_folder_that_cannot_be_made_is_one_sentence() -> None:
    with pytest.raises(DatabaseError, match=r"did not start.*NIGHTDESK_DATA"):
        migrations.migrate(Settings(data=Path("/proc/nowhere")))


@contextmanager
def dripping() -> Iterator[int]:
    """A server that answers 200 at once and then sends a byte every now and then, for ever."""
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                client, _ = server.accept()
                with client:
                    client.recv(65536)
                    client.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                    while not done.wait(0.2):
                        client.sendall(b"1\r\nx\r\n")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        done.set()

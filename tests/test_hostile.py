"""What hostile or broken sites, hooks and settings must not do: cost anybody but themselves, or say a secret."""

from __future__ import annotations

import json
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from pipelines import articlefile, crawl, db, notify, warc
from pipelines.errors import ChannelError, DatabaseError
from pipelines.extract import extract, markup, stage
from pipelines.ledger import record
from pipelines.model import Kind, Page, Reason
from pipelines.settings import Settings
from spiders import discover, outcome
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
        discover.listed(body, "http://x.test/feed")


def test_a_well_formed_feed_may_be_empty() -> None:
    assert discover.listed(b"<rss version='2.0'><channel><title>x</title></channel></rss>", "http://x.test/feed") == []


def test_wrong_types_in_a_json_feed_cost_only_what_they_are_of() -> None:
    found = discover.listed(json_feed(tags=5, authors=7, title={"a": 1}), BAD)

    assert [entry.url for _, entry in found] == ["http://bad.test/a/1", "http://bad.test/a/2"]


def test_one_broken_link_or_base_does_not_cost_a_section() -> None:
    body = b'<base href="http://[x"><a href="http://[bad">x</a><a href="/news/12345">y</a>'

    found = discover.linked(body, "http://x.test/news")

    assert [entry.url for _, entry in found] == ["http://x.test/news/12345"]


def test_a_feed_of_ampersands_is_refused_before_it_takes_a_minute() -> None:
    with pytest.raises(ValueError, match="broken"):
        discover.listed(b"<rss>" + b"&" * 300_000, BAD)


@pytest.mark.parametrize("label", ["undefined", "idna", "punycode"])
def test_a_label_that_is_no_charset_is_passed_over(label: str) -> None:
    body = f'<meta charset="{label}"><p>قال الوزير إن الحكومة ستعمل'.encode("cp1256")

    text, charset = markup.decode(body, "text/html", "ar")

    assert "قال الوزير إن الحكومة ستعمل" in text
    assert charset == "cp1256"


def test_a_page_that_hangs_in_a_parser_costs_its_own_article_alone(
    settings: Settings, conn: db.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "SECONDS", 3.0)
    monkeypatch.setattr(stage, "GRACE", 3.0)
    many = "<html><body><div " + " ".join(f"a{n}=1" for n in range(400_000)) + ">x</div></body></html>"
    jisr = source("jisr.test")
    stored(settings, conn, [many, "<html><body><p>لا شيء</p></body></html>"])

    tally = extract(settings, jisr, RUN, apart=True)

    lines = articlefile.read(articlefile.path(settings, "jisr", RUN))
    reasons = [line.rejection.reason for line in lines if line.rejection]
    assert reasons == [Reason.TOO_SLOW, Reason.TOO_SHORT]
    assert tally.state == "done"


def test_a_webhook_that_never_ends_its_answer_holds_nobody_up() -> None:
    with dripping() as port:
        notify.send("desk", f"webhook+http://127.0.0.1:{port}/", notify.plain("k", "subject", "body"))


def test_a_line_break_in_a_mail_address_is_an_unusable_channel() -> None:
    with pytest.raises(ChannelError, match="desk has an address that cannot be used"):
        notify.send("desk", "smtp://127.0.0.1:1/?to=a@b.test%0ABcc:c@d.test", notify.plain("k", "s", "b"))


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
        db.connect(Settings(database_url=address))

    assert "s3cret" not in str(caught.value)


def test_the_embedded_postgres_stands_in_a_folder_with_blanks() -> None:
    with tempfile.TemporaryDirectory(prefix="night desk ") as folder:
        Path(folder).chmod(0o755)
        settings = Settings(data=Path(folder))
        try:
            assert db.migrate(settings)
        finally:
            db.stop_embedded(settings)


def test_a_data_folder_that_cannot_be_made_is_one_sentence() -> None:
    with pytest.raises(DatabaseError, match=r"did not start.*NIGHTDESK_DATA"):
        db.connect(Settings(data=Path("/proc/nowhere")))


def stored(settings: Settings, conn: db.Connection, bodies: list[str]) -> None:
    writer = warc.begin(settings.raw, "jisr", RUN)
    with conn, conn.cursor() as cursor:
        for number, body in enumerate(bodies):
            url, raw = f"http://jisr.test/{number}", body.encode()
            made = Page(
                source="jisr",
                run=RUN,
                url=url,
                final_url=url,
                fetched_at=datetime.now(UTC),
                status=200,
                headers=(("Content-Type", "text/html; charset=utf-8"),),
                body=raw,
                digest=sha256(raw).hexdigest(),
            )
            cursor.execute(
                "insert into urls (source, url_key, url, host, kind, discovered_run)"
                " values ('jisr', %s, %s, 'jisr.test', 'article', %s) returning id",
                (url, url, RUN),
            )
            facts = {"url_id": cursor.fetchone()["id"], "kind": str(Kind.ARTICLE), "redirects": [], "ms": 1}  # type: ignore[index,call-overload]
            look = outcome.look_at(made, facts, source("jisr.test"), pointer=warc.append(writer, made, facts))
            record(conn, RUN, [look])
    warc.finish(writer)


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

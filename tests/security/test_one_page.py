"""What one page, or one answer, does to our own code costs that page alone: no other page, source or night."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

import pytest

from pipelines import encodings
from pipelines.codes import Kind, State
from pipelines.crawl import ledger
from pipelines.crawl import stage as crawl
from pipelines.crawl.ledger import FetchResult, Lease
from pipelines.model import Entry, Page
from pipelines.settings import Settings
from pipelines.stores import postgres
from pipelines.stores.clock import of_machine
from spiders import guard, outcome, source_lifecycle, store
from tests import clock, sites
from tests.sites import NEXT, RUN, Sites

EMPTY_MEMBER = gzip.compress(b"")
# CPU seconds: 9.5 MB of empty members took six minutes.
AT_ONCE = 2.0


@pytest.mark.parametrize(
    "host",
    [
        "_x.evil.test", "x_.evil.test", "a%00b.test", "a%20b.test", "-a-.test", "%5f.test", "a..b.test", "a%2fb.test",
        "xn--.test",
    ],
)  # fmt: skip
def test_an_article_that_redirects_to_a_host_that_is_none_costs_that_article_alone(
    here: Settings, web: Sites, conn: postgres.Connection, host: str
) -> None:
    good, bad = sites.site(web, "good.test", 2), sites.site(web, "bad.test", 2)
    web.pages["http://bad.test/news/1"] = sites.answer(302, b"", Location=f"http://{host}/story")

    tallies = [*crawl.crawl(here, [bad, good], RUN), *crawl.crawl(here, [bad, good], NEXT)]

    assert [tally.state for tally in tallies] == ["done"] * 4
    assert [tally.counts["fetched"] for tally in tallies[:2]] == [1, 2]
    (look,) = _looks(conn, "http://bad.test/news/1")
    assert look[0] in ("excluded", "failed", "gone") and look[1]


@pytest.mark.parametrize("host", ["_x.test", "a%00b.test", "-a-.test", "a b.test", ""])
def test_no_request_is_made_for_an_address_that_the_ledger_could_not_write_down(host: str) -> None:
    assert str(guard.refusal(guard.GuardPolicy(), f"http://{host}/story")).startswith("guard:")


def test_a_page_on_which_our_own_code_fails_has_failed_with_that_as_its_reason() -> None:
    # No crawl lets such an address pass; whatever does, it is one page.
    page = replace(_page(b"<p>x</p>"), final_url="http://_x.test/2")

    look = outcome.judge_answer(
        page, {"kind": "article", "url_id": 1, "redirects": [page.url], "ms": 1}, sites.source("a.test")
    )

    assert (look.outcome, look.final_url) == (State.FAILED, page.final_url)
    assert look.reason.startswith("unexpected ValueError: ")


def test_a_look_that_cannot_be_written_costs_none_of_those_it_came_with(
    here: Settings, conn: postgres.Connection
) -> None:
    followed = sites.source("a.test")
    kept = store.CrawlSession(here, conn, RUN)
    assert source_lifecycle.take(kept, followed)
    with conn:
        named = [Entry(url=f"http://a.test/news/{n}") for n in range(3)]
        store.discovery.discover(conn, followed, RUN, [(Kind.ARTICLE, one) for one in named], "http://a.test/feed")
        # Its lists were read: no article is asked for before.
        conn.cursor().execute("update urls set state = 'fetched', next_at = null where kind <> 'article'")
    leased = ledger.lease(conn, "a", RUN, 9, per_host=9)

    store.record(kept, [_look(one, etag="a\x00b" if one.url.endswith("1") else "") for one in leased])

    ends = {one.url: _looks(conn, one.url) for one in leased}
    assert [states[0][0] for states in ends.values()] == ["fetched", "failed", "fetched"]
    assert ends["http://a.test/news/1"][0][1].startswith("unexpected ValueError: ")
    assert kept.sources["a"].counts["fetched"] == 2 and kept.sources["a"].counts["failed"] == 1


@pytest.mark.parametrize(
    ("name", "make", "names", "said"),
    [
        ("empty members", lambda: EMPTY_MEMBER * 475_000, "gzip", "it is gzip of more than 10000 members"),
        ("tiny members", lambda: gzip.compress(b"x") * 450_000, "gzip", "it is gzip of more than 10000 members"),
        (
            "one after the other",
            lambda: gzip.compress(b"x" * 100),
            ", ".join(["gzip"] * 3000),
            "it is encoded 3000 times",
        ),
        ("empty blocks", lambda: gzip.compress(b"")[:10] + b"\0\0\0\xff\xff" * 1_900_000, "gzip", "it ends early"),
        ("a bomb", lambda: gzip.compress(bytes(60_000_000)), "gzip", "it is more than 10000000 bytes without its gzip"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 30 else "",
)
def test_what_is_packed_to_hurt_is_refused_at_once(name: str, make: Callable[[], bytes], names: str, said: str) -> None:
    body = make()
    with clock.cpu_below(AT_ONCE, name), pytest.raises(ValueError, match=said):
        encodings.decode(body, names, 10_000_000)


@pytest.mark.parametrize("name", ["none", "utf-8", "text/html", "ISO-8859-1", "chunked", "null", "UTF-8, identity"])
def test_what_is_no_encoding_is_taken_for_none_as_browsers_do(name: str) -> None:
    assert encodings.decode(b"<p>x</p>", name, 100) == b"<p>x</p>"
    assert encodings.decode(gzip.compress(b"<p>x</p>"), f"{name}, gzip", 100) == b"<p>x</p>"


@pytest.mark.parametrize("name", ["compress", "xz", "dcz"])
def test_an_encoding_that_nothing_here_undoes_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is not known"):
        encodings.decode(b"<p>x</p>", name, 100)


@pytest.mark.parametrize("path", ["/robots.txt", "/feed", "/news/1"])
def test_a_site_of_packed_nothing_holds_up_no_other_source(here: Settings, web: Sites, path: str) -> None:
    good, bad = sites.site(web, "good.test", 3), sites.site(web, "bad.test", 1)
    web.pages[f"http://bad.test{path}"] = sites.answer(200, EMPTY_MEMBER * 475_000, Content_Encoding="gzip")

    # With the quadratic reading it was beyond its budget and its grace.
    with clock.wall_below(60):
        tallies = crawl.crawl(here, [bad, good], RUN, budget=60)

    assert (tallies[1].state, tallies[1].counts["fetched"]) == ("done", 3)


def _looks(conn: postgres.Connection, url: str) -> list[tuple[str, str]]:
    with conn, conn.cursor() as cursor:
        cursor.execute("select outcome, reason from fetches where url = %s order by id", (url,))
        return [(row["outcome"], row["reason"]) for row in cursor.fetchall()]  # type: ignore[call-overload]


def _page(body: bytes) -> Page:
    return Page(
        source="a",
        run=RUN,
        url="http://a.test/1",
        final_url="http://a.test/1",
        fetched_at=of_machine().now(),
        status=200,
        headers=(),
        body=body,
        digest=sha256(body).hexdigest(),
    )


def _look(lease: Lease, *, etag: str) -> FetchResult:
    return FetchResult(
        url_id=lease.id,
        source=lease.source,
        url=lease.url,
        kind=lease.kind,
        fetched_at=of_machine().now(),
        outcome=State.FETCHED,
        etag=etag,
    )

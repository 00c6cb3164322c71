"""How a look at a URL is judged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from scrapy.exceptions import CannotResolveHostError, DownloadFailedError, DownloadTimeoutError

from pipelines.codes import Kind, State
from pipelines.crawl.ledger import FetchResult, Lease
from pipelines.model import Page
from pipelines.stores.clock import of_machine
from spiders.guard import RefusedRequest
from spiders.outcome import cause, judge_answer, judge_failure, rest_asked
from tests import sites

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
LEASE = Lease(id=1, source="a", url="http://a.test/1", host="a.test", kind=Kind.ARTICLE)


def judged(
    status: int = 200,
    body: bytes = b"<p>x</p>",
    *,
    kind: Kind = Kind.ARTICLE,
    known: str = "",
    url: str = "http://a.test/1",
    final_url: str = "",
    **headers: str,
) -> FetchResult:
    page = Page(
        source="a",
        run=sites.RUN,
        url=url,
        final_url=final_url or url,
        fetched_at=NOW,
        status=status,
        headers=tuple((name.replace("_", "-"), value) for name, value in headers.items()),
        body=body,
        digest=sha256(body).hexdigest(),
    )
    return judge_answer(
        page,
        {"kind": kind, "url_id": 1, "redirects": [final_url] if final_url else [], "ms": 5},
        sites.source("a.test"),
        known_digest=known,
    )


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(200, "fetched"), (304, "unchanged"), (404, "gone"), (410, "gone"), (401, "blocked"),
     (403, "blocked"), (429, "blocked"), (451, "blocked"), (500, "failed"), (503, "failed"),
     (400, "failed"), (300, "failed"), (402, "blocked"), (418, "blocked"), (999, "blocked"), (204, "failed"),
     (206, "failed"), (203, "fetched")],
)  # fmt: skip
def test_a_status_has_an_outcome(status: int, outcome: str) -> None:
    assert judged(status, known="digest of the last look").outcome == outcome


def test_a_503_that_names_a_time_asks_for_rest() -> None:
    look = judged(503, Retry_After="120")

    assert (look.outcome, look.rest) == ("blocked", timedelta(minutes=2))


def test_the_same_bytes_as_last_time_are_unchanged() -> None:
    assert judged(known=sha256(b"<p>x</p>").hexdigest()).outcome == "unchanged"


def test_a_304_keeps_the_digest_of_what_we_have() -> None:
    assert judged(304, b"", known="abc").digest == "abc"


def test_a_feed_that_is_a_page_failed_with_what_it_is() -> None:
    look = judged(body=b"<html>no feed", kind=Kind.FEED)

    assert (look.outcome, look.reason) == ("failed", "not a feed: it is an HTML page, no feed or sitemap")


def test_a_feed_gives_what_it_names() -> None:
    assert [entry.url for _, entry in judged(body=sites.feed("http://a.test/2"), kind=Kind.FEED).found] == [
        "http://a.test/2"
    ]


def test_a_short_challenge_page_is_blocked_and_an_article_about_one_is_not() -> None:
    assert judged(body=b"<title>Just a moment...</title>").reason == "challenge page"
    assert judged(body=b"<title>Just a moment...</title>" + b"x" * 70_000).outcome == "fetched"


def test_a_page_that_shows_much_text_is_no_challenge_whatever_script_it_has() -> None:
    script = b"<script src=https://ct.captcha-delivery.com/c.js></script>"

    assert judged(body=script + b"<p>wait</p>").reason == "challenge page"
    assert judged(body=script + b"<p>" + b"word " * 200).outcome == "fetched"


def test_an_answer_without_a_byte_of_content_failed() -> None:
    assert judged(body=b" \r\n").reason == "empty answer"


@pytest.mark.parametrize(
    ("final_url", "ended"),
    [
        ("http://a.test/2", "fetched"),
        ("http://a.test/", "fetched: redirected to the home page"),
        ("http://a.test/user/login?to=1", "blocked: redirected to a login"),
        ("https://consent.b.test/c?to=1", "blocked: redirected to a consent page"),
        ("http://b.test/offer", "excluded: redirected to another site: b.test"),
        ("http://b.test/1", "fetched"),
        ("http://www.a.org/other", "fetched"),
    ],
)
def test_where_a_redirect_leads_decides_how_the_look_ends(final_url: str, ended: str) -> None:
    look = judged(final_url=final_url)

    assert f"{look.outcome}: {look.reason}".removesuffix(": ") == ended


@pytest.mark.parametrize("url", ["http://privacy.a.test/1", "http://a.test/consent/1", "http://a.test/sso/1"])
def test_an_article_below_the_name_of_a_wall_may_be_redirected_to_https_and_its_closing_slash(url: str) -> None:
    look = judged(url=url, final_url=url.replace("http:", "https:") + "/")

    assert (look.outcome, look.reason) == (State.FETCHED, "")


@pytest.mark.parametrize(
    ("error", "outcome", "reason"),
    [
        (DownloadTimeoutError("slow"), State.FAILED, "timeout"),
        (CannotResolveHostError("a.test"), State.FAILED, "dns"),
        (
            ValueError("Missing scheme in request url: x"),
            State.FAILED,
            "no usable URL: Missing scheme in request url: x",
        ),
        (RefusedRequest("robots.txt"), State.EXCLUDED, "robots.txt"),
        (RefusedRequest("robots.txt unreachable", blocked=True), State.BLOCKED, "robots.txt unreachable"),
        (ConnectionResetError("reset"), State.FAILED, "connection lost: reset"),
    ],
)
def test_a_failure_has_an_outcome_and_a_reason(error: Exception, outcome: State, reason: str) -> None:
    look = judge_failure(error, LEASE, of_machine())

    assert (look.outcome, look.reason) == (outcome, reason)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("120", 120), ("Sun, 22 Nov 2026 02:10:00 GMT", 600), ("999999", 86400), ("9" * 400, 86400),
     ("Sun, 22 Nov 2026 02:10:00 -0000", 600), ("-5", None), ("soon", None), ("", None),
     ("Sun, 22 Nov 2020 02:10:00 GMT", 0)],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_date_and_at_most_a_day(value: str, seconds: int | None) -> None:
    assert rest_asked(value, NOW) == (None if seconds is None else timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (CannotResolveHostError("DNS lookup failed: no results for hostname lookup: a.test."), "DNS lookup failed"),
        (RefusedRequest("guard: a.test leads to 10.0.0.1", blocked=True), "guard: a.test leads to 10.0.0.1"),
        (DownloadTimeoutError("slow"), "timeout"),
        (
            DownloadFailedError(
                "[<twisted.python.failure.Failure twisted.internet.error.ConnectionLost: It was lost.>]"
            ),
            "connection lost: It was lost.",
        ),
    ],
)
def test_the_cause_of_a_failure_is_told_in_words(error: Exception, words: str) -> None:
    assert cause(error)[1] == words

"""How a look at a URL ended: a page or a failure becomes the ledger's outcome, a code, and a reason for people."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import Any

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from scrapy.http import Headers, Response

from pipelines import encodings
from pipelines.codes import Cause, Kind, State
from pipelines.crawl import rhythm
from pipelines.crawl.ledger import FetchResult, Lease
from pipelines.errors import StoreError
from pipelines.listings import formats
from pipelines.listings.asked_pauses import NONE_ASKED, fresh_seconds
from pipelines.model import Page, Pointer, Source
from pipelines.sources import access
from pipelines.stores import entries, warc
from pipelines.stores.clock import Clock
from spiders import challenges, policy
from spiders.guard import RefusedRequest
from spiders.handler import TOO_LARGE, UnservedRequest

# At most this many characters of an error's text are kept. Chosen: they fit in two lines, and the log has the whole
# text.
DETAIL_CHARACTERS = 300
# After a few words of Nightdesk, at most this many characters of an error's text are kept. Chosen: they fit in one
# line.
SHORT_CHARACTERS = 200
# At most this many digits of a Retry-After are read. Chosen: nine digits are thirty years, and any rest is shortened to
# a day.
SECONDS_DIGITS = 9

# Sites refuse robots with these statuses, whatever the statuses properly mean.
BLOCKED = {401, 402, 403, 407, 418, 420, 429, 451, 999}
# An answer with one of these statuses has no page, or has a part of a page that was not requested.
PAGELESS = {204, 205, 206}
# Twisted writes a failure inside another failure like this: [<twisted.python.failure.Failure some.Error: what
# happened>].
FAILURE = re.compile(r"\[?<twisted\.python\.failure\.Failure [\w.]+: ?([^>]*)>\]?")
# Outcome, code, reason, whether the outcome is final, and the rest that the host asked for.
Judgement = tuple[State, Cause, str, bool, timedelta | None]
# Under this key, a request's meta has the moment when the request was sent, in monotonic seconds.
SENT = "nightdesk_sent"
# For these exceptions of Scrapy the code says everything, and no further words are kept.
FAILURES = (
    (DownloadTimeoutError, Cause.TIMEOUT),
    (CannotResolveHostError, Cause.DNS),
    (DownloadConnectionRefusedError, Cause.CONNECTION_REFUSED),
    (ResponseDataLossError, Cause.TRUNCATED),
)

log = logging.getLogger(__name__)


def page_of(response: Response, lease: Lease, run: str, clock: Clock) -> Page:
    """The response in the form for the store. Its `fetched_at` is the moment of its request, by this clock."""
    sent = response.meta.get(SENT)
    return Page(
        source=lease.source,
        run=run,
        url=lease.url,
        final_url=response.url,
        fetched_at=clock.now() if sent is None else clock.of(sent),
        status=response.status,
        headers=pairs(response.headers),
        body=response.body,
        digest=sha256(response.body).hexdigest(),
        via=lease.via,
        entry=lease.entry,
    )


def pairs(headers: Headers) -> tuple[tuple[str, str], ...]:
    """Headers as (name, value) pairs, one for each value."""
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1")) for name, values in headers.items() for value in values
    )


def record_facts(response: Response, lease: Lease) -> dict[str, Any]:
    """The facts that are stored with a page. With the page and these facts alone, judge_answer can judge the page
    again."""
    return {
        "url_id": lease.id,
        "kind": str(lease.kind),
        "redirects": response.meta.get("redirect_urls", []),
        "ms": round(response.meta.get("download_latency", 0) * 1000),
        **({"rendered": response.meta["rendered"]} if "rendered" in response.meta else {}),
        **({"past": True} if lease.past else {}),
    }


def judge_answer(
    page: Page, facts: dict[str, Any], source: Source, *, known_digest: str = "", pointer: Pointer | None = None
) -> FetchResult:
    """The result of a page, with what the page names if it is a list.

    known_digest: the digest of the page at the last look.

    If our own code fails on a page, the page counts as failed with the code OUR_FAULT, and other pages are not
    affected.
    """
    try:
        return _judge_answer(page, facts, source, known_digest, pointer)
    except Exception as error:  # noqa: BLE001 -- a page from the web is hostile, and the next one is not
        return end_broken(page, facts, error, pointer=pointer)


def end_broken(page: Page, facts: dict[str, Any], error: Exception, *, pointer: Pointer | None = None) -> FetchResult:
    """The result of a page on which our own code failed. The log gets all that is known."""
    log.error("%s could not be judged", page.url, exc_info=error)
    return FetchResult(
        url_id=facts["url_id"],
        source=page.source,
        url=page.url,
        kind=Kind(facts["kind"]),
        fetched_at=page.fetched_at,
        outcome=State.FAILED,
        final_url=page.final_url,
        status=page.status,
        code=Cause.OUR_FAULT,
        reason=entries.holdable(_fault(error)),
        digest=page.digest,
        bytes=len(page.body),
        ms=facts["ms"],
        pointer=pointer,
    )


def unwritable(result: FetchResult, error: Exception) -> FetchResult:
    """The result to keep instead of one that the ledger could not take."""
    log.error("%s could not be written down", result.url, exc_info=error)
    return replace(
        result, outcome=State.FAILED, code=Cause.OUR_FAULT, reason=entries.holdable(_fault(error)), final_url="",
        etag="", last_modified="", found=(), rest=None,
    )  # fmt: skip


def _judge_answer(
    page: Page, facts: dict[str, Any], source: Source, known_digest: str, pointer: Pointer | None
) -> FetchResult:
    kind = Kind(facts["kind"])
    headers = {name.lower(): value for name, value in page.headers}
    outcome, code, reason, final, rest = _judge(page, headers, facts, source)
    if page.status == 304 and not known_digest:
        outcome, code, reason = State.FAILED, Cause.STATUS, "status 304, though nothing of it is known here"
    found: list[formats.KindAndEntry] = []
    left_out, pauses = 0, NONE_ASKED
    if outcome == State.FETCHED and known_digest and known_digest == page.digest:
        outcome, code, reason = State.UNCHANGED, Cause.SAME_BYTES, "same bytes"
    elif outcome == State.FETCHED and kind != Kind.ARTICLE:
        try:
            found, pauses, left_out = formats.of_source(
                page, warc.decode_body(page), kind, source, whole=bool(facts.get("past"))
            )
        except Exception as error:  # noqa: BLE001 -- parsers meet whatever a site sends; one list must not cost the others
            outcome, code, reason = State.FAILED, Cause.NO_LIST, f"not a {kind}: {_describe(error)}"
    return FetchResult(
        url_id=facts["url_id"],
        source=page.source,
        url=page.url,
        kind=kind,
        fetched_at=page.fetched_at,
        outcome=outcome,
        final_url=page.final_url,
        status=page.status,
        code=code,
        reason=entries.holdable(reason),
        digest=known_digest if page.status == 304 else page.digest,
        bytes=len(page.body),
        ms=facts["ms"],
        pointer=pointer,
        etag=entries.holdable(headers.get("etag", "")),
        last_modified=entries.holdable(headers.get("last-modified", "")),
        rest=rest,
        final=final,
        found=tuple(found),
        left_out=left_out,
        asks={} if kind == Kind.ARTICLE else rhythm.asks(fresh_seconds(headers, page.fetched_at), pauses),
    )


def judge_failure(error: BaseException, lease: Lease, clock: Clock) -> FetchResult:
    """The result of a look that brought no response. clock: gives the time of the look."""
    outcome, (code, reason) = State.FAILED, _failure(error)
    if isinstance(error, RefusedRequest):
        outcome = State.BLOCKED if error.blocked else State.EXCLUDED
    return FetchResult(
        url_id=lease.id,
        source=lease.source,
        url=lease.url,
        kind=lease.kind,
        fetched_at=clock.now(),
        outcome=outcome,
        code=code,
        reason=entries.holdable(reason),
    )


def cause(error: BaseException) -> tuple[Cause, str]:
    """Why a request got no answer: a code, and a sentence for people."""
    code, reason = _failure(error)
    return code, "DNS lookup failed" if code == Cause.DNS else reason


def worth_keeping(result: FetchResult) -> bool:
    """Whether the page goes to the raw store: not if its status or its bytes show that we have it already."""
    return result.outcome != State.UNCHANGED


def rest_asked(value: str, now: datetime) -> timedelta | None:
    """The Retry-After header as a time span, at most a day; None if it says nothing usable."""
    value = value.strip()
    try:
        if value.isdigit():
            return min(timedelta(seconds=int(value[:SECONDS_DIGITS])), policy.LONGEST_REST)
        at = parsedate_to_datetime(value)
        rest = (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(rest, timedelta(0)), policy.LONGEST_REST)


def _judge(page: Page, headers: dict[str, str], facts: dict[str, Any], source: Source) -> Judgement:
    """Outcome, code, reason, whether the outcome is final, and how long the host wants to be left alone."""
    status = page.status
    rest = rest_asked(headers.get("retry-after", ""), page.fetched_at)
    if status == 304:
        return State.UNCHANGED, Cause.NOT_MODIFIED, "status 304", False, None
    if status in (404, 410):
        for_good = status == 410
        return State.GONE, Cause.GONE_FOR_GOOD if for_good else Cause.NOT_FOUND, f"status {status}", for_good, None
    if status == 429 or (status == 503 and rest):
        return State.BLOCKED, Cause.REST_ASKED, f"status {status}", False, rest or policy.USUAL_REST
    if challenges.challenges(page, headers):
        return State.BLOCKED, Cause.CHALLENGE, "challenge page", False, None
    if status in BLOCKED:
        return State.BLOCKED, Cause.REFUSED, f"status {status}", False, None
    if 300 <= status < 400 and headers.get("location"):
        # Scrapy follows redirects to http and https only. A redirect to any other scheme arrives here.
        return State.EXCLUDED, Cause.GUARD_REDIRECT, f"guard: redirected to {headers['location'][:100]}", False, None
    if not 200 <= status < 300 or status in PAGELESS:
        return State.FAILED, Cause.STATUS, f"status {status}", False, None
    if not page.body.strip():
        return State.FAILED, Cause.EMPTY, "empty answer", False, None
    if _cut_short(page):
        return State.FAILED, Cause.TRUNCATED, "truncated", False, None
    state, code, reason = State.FETCHED, Cause.NONE, ""
    if Kind(facts["kind"]) == Kind.ARTICLE and facts["redirects"]:
        state, code, reason = challenges.end_redirected(page, source)
    if state == State.FETCHED and access.has_login(source) and challenges.shows_login(page):
        state, code, reason = State.BLOCKED, Cause.LOGIN_SHOWN, "shows a login"
    return state, code, reason, False, None


def _cut_short(page: Page) -> bool:
    """Whether a compressed body lacks its end, although it is as long as the server said."""
    try:
        warc.decode_body(page)
    except StoreError as error:
        return isinstance(error.__cause__, encodings.CutShort)
    return False


def _describe(error: Exception) -> str:
    known = isinstance(error, ValueError | StoreError)
    return " ".join(str(error).split())[:DETAIL_CHARACTERS] if known else f"it cannot be read ({type(error).__name__})"


def _failure(error: BaseException) -> tuple[Cause, str]:
    """Why no response came: a code, and a sentence for people."""
    if isinstance(error, RefusedRequest):
        return error.code, error.reason
    text = FAILURE.sub(r"\1", " ".join(str(error).split()))
    known = next((code for kind, code in FAILURES if isinstance(error, kind)), None)
    if known is not None:
        return known, str(known)
    if isinstance(error, DownloadCancelledError):
        return Cause.TOO_LARGE, f"larger than {policy.MAX_RECEIVED_BYTES} bytes"
    if TOO_LARGE in text:
        return Cause.TOO_LARGE, TOO_LARGE
    if isinstance(error, ValueError):
        # The page redirected to an address that cannot be requested.
        return Cause.NO_URL, f"no usable URL: {text[:SHORT_CHARACTERS]}"
    if isinstance(error, UnservedRequest):
        return error.code, text
    if isinstance(error, UnsupportedURLSchemeError):
        return Cause.NO_URL, text or "no usable URL"
    if isinstance(error, IgnoreRequest):
        return Cause.REDIRECTS, text or "redirected too often"
    if "ssl" in text.lower() or "certificate" in text.lower() or "tls" in text.lower():
        return Cause.TLS, f"tls: {text[:SHORT_CHARACTERS]}"
    if isinstance(error, DownloadFailedError | OSError):
        return Cause.CONNECTION_LOST, f"connection lost: {text[:SHORT_CHARACTERS]}"
    # This is a fault of ours or of Scrapy, not of the site. It is reported, and the other pages are still fetched.
    log.error("unexpected %s", type(error).__name__, exc_info=error)
    return Cause.OUR_FAULT, _fault(error)


def _fault(error: BaseException) -> str:
    """The sentence that is kept about a fault of our own."""
    return f"unexpected {type(error).__name__}: {' '.join(str(error).split())[:SHORT_CHARACTERS]}"

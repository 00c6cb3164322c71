"""ProbeSpider: fetch what `pipelines.follow.probe_plan` asks for of one site, one request at a time, without the
ledger.

The spider fetches through guard and robots.txt, and reports the answers. The plan decides what to ask for next, and
what the answers mean.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

from scrapy import Spider
from scrapy.http import Request, Response

from pipelines import urls
from pipelines.codes import Cause, Kind, State
from pipelines.crawl.ledger import Lease
from pipelines.errors import StoreError
from pipelines.follow import date_offsets, list_worth, probe_plan
from pipelines.follow.front_page import front
from pipelines.follow.probing_records import Part, ProbeAnswer, ProbeRequest, Robots, as_json
from pipelines.listings import formats, xmltree
from pipelines.listings.entry_fields import join_link
from pipelines.model import Entry, Page, Source
from pipelines.stores import clock, warc
from spiders import handler, outcome
from spiders.crawler_settings import ROBOT
from spiders.pacing import HostPacer, Take
from spiders.robots import read_rules

# For the estimate of how many requests there is time for, one request takes at least this many seconds. Chosen: on
# loopback a request takes about that long.
LEAST_GAP_SECONDS = 0.05
# A list's form is searched in HEAD_BYTES bytes, its encoding in ENCODING_BYTES, and a page's first tag in HTML_BYTES.
# Chosen: no preamble is longer.
HEAD_BYTES, ENCODING_BYTES, HTML_BYTES = 20_000, 200, 2000
# At most this many feeds of a robots.txt are examined. Chosen: the first feeds are the site's own.
MAX_FEEDS_NAMED = 3
# The longest answer time so far counts less with each later answer: this share of it is left. Chosen: so a few quick
# answers in a row lower the estimate.
FADING_SHARE = 0.7

RUN = "probe"
# One site gets at most this many requests. Chosen: at one request a second, they take a minute.
MAX_REQUESTS = 60
# One page may take at most this many seconds. A probe has less than two minutes, which are too short for slower pages.
TIMEOUT = 15
# At most this many articles of a list are reported. Chosen: they are enough to learn a pattern.
MAX_FOUND = 2000
# At most this many characters of a robots.txt are reported.
MAX_ROBOTS_CHARACTERS = 20_000
KINDS = {Part.FEED: Kind.FEED, Part.SITEMAP: Kind.SITEMAP}
FORMS = (
    ("news sitemap", re.compile(rb"sitemap-news|<news:news", re.IGNORECASE)),
    ("sitemap index", re.compile(rb"<(?:\w+:)?sitemapindex", re.IGNORECASE)),
    ("sitemap", re.compile(rb"<(?:\w+:)?urlset", re.IGNORECASE)),
    ("RSS", re.compile(rb"<(?:rss|rdf:RDF)\b", re.IGNORECASE)),
    ("Atom", re.compile(rb"<(?:\w+:)?feed\b", re.IGNORECASE)),
    ("JSON Feed", re.compile(rb"^\s*\{", re.IGNORECASE)),
)
CHANNEL = re.compile(rb"<(?:channel|feed)\b")
TITLE = re.compile(rb"<title[^<>]*>\s*(?:<!\[CDATA\[\s*)?([^<\]]{1,200})")
# A channel's title is searched in this many bytes after the channel's beginning.
TITLE_WITHIN = 2000
HTML = re.compile(rb"<(?:!doctype html|html|head|body)\b", re.IGNORECASE)
ENCODING = re.compile(rb"encoding\s*=\s*[\"']([\w.:-]+)", re.IGNORECASE)
# These patterns take little time on any line or word, because a robots.txt may contain anything.
SITEMAP_LINE = re.compile(r"sitemaps?\s*:\s*(\S+)", re.IGNORECASE)
ADDRESS = re.compile(r"https?://|/", re.IGNORECASE)
FEED_WORD = re.compile(r"rss|feed|atom", re.IGNORECASE)
RULE = re.compile(r"(?:dis)?allow\s*:", re.IGNORECASE)


class ProbeSpider(Spider):
    """Probes the site of `url` and writes its pages below `into`.

    known: whether `source` is followed already.
    take_turns: the function that takes the turn at a host, if crawls may ask the same host; else None.
    """

    name = "probe"

    def __init__(
        self, *, source: Source, url: str, into: str, budget: float, take_turns: Take | None = None, known: bool = False
    ) -> None:
        super().__init__()
        self.take_turns = take_turns
        self.source = source
        self.url = url
        self.known = source if known else None
        self.began = monotonic()
        self.deadline = self.began + budget
        self.seen: list[ProbeAnswer] = []
        self.robots: list[Robots] = []
        self.requests = 0
        self.pacer: HostPacer | None = None
        self.took = 0.0
        self.writer = warc.begin(Path(into), source.name, RUN)
        self.came = asyncio.Event()

    def use_pacer(self, pacer: HostPacer) -> None:
        """Take the pacer of spiders.robots, which knows the gap at each host."""
        self.pacer = pacer

    async def start(self) -> AsyncIterator[Request]:
        """One request after the other; all earlier answers decide what is requested next."""
        while want := probe_plan.next_want(self.url, self.seen, self.robots, self._count_left(), self.known):
            self.came.clear()
            self.requests += 1
            sent = monotonic()
            yield self._request(want)
            await self.came.wait()
            self.took = max(FADING_SHARE * self.took, monotonic() - sent)
        warc.finish(self.writer)
        rest = (
            probe_plan.left_out(self.seen, self.robots, self.known)
            if self._count_left() <= probe_plan.LEAST_HELD_REQUESTS
            else []
        )
        self._say("probed", left_out=rest, requests=self.requests, seconds=monotonic() - self.began)

    def handle_response(self, response: Response, want: ProbeRequest) -> None:
        """Keep a page, read what it lists, and report it."""
        lease = self._lease(want)
        page = outcome.page_of(response, lease, RUN, clock.of_machine())
        facts = outcome.record_facts(response, lease)
        if want.part in (Part.ARTICLE, Part.HOME):
            warc.append(self.writer, page, facts)
        try:
            body = warc.decode_body(page)
        except StoreError as error:
            self._keep(
                ProbeAnswer(
                    want=want, at=page.fetched_at, final_url=page.final_url, problem=str(error), code=Cause.TRUNCATED
                )
            )
            return
        form = "" if want.part in (Part.SECTION, Part.ARTICLE) or HTML.search(body[:HTML_BYTES]) else _form(body)
        kind = KINDS.get(want.part, Kind.FEED if form and want.part == Part.HOME else Kind.ARTICLE)
        result = outcome.judge_answer(page, {**facts, "kind": str(kind)}, self.source)
        if want.part == Part.HOME and result.outcome == State.EXCLUDED and result.status and result.status < 300:
            # A home page that moved to another site still answers this request.
            result = outcome.judge_answer(page, {**facts, "kind": str(kind), "redirects": []}, self.source)
        found = [entry for kind, entry in result.found if kind == Kind.ARTICLE]
        shown = (
            front(body, page.final_url, _header(page, "content-type"), _header(page, "link"))
            if kind == Kind.ARTICLE
            else None
        )
        self._keep(
            ProbeAnswer(
                want=want,
                at=page.fetched_at,
                final_url=page.final_url,
                status=page.status,
                problem="" if result.outcome == State.FETCHED else result.reason,
                code=Cause.NONE if result.outcome == State.FETCHED else result.code,
                blocked=result.outcome == State.BLOCKED,
                size=len(body),
                form=form if kind != Kind.ARTICLE else "",
                title=_title(body) if kind == Kind.FEED else "",
                language=next((entry.language for entry in found if entry.language), ""),
                found=tuple(_newest(found)),
                total=len(found),
                maps=tuple(entry for kind, entry in result.found if kind == Kind.SITEMAP and list_worth.key(entry.url)),
                offsets=_offsets(body) if form else (),
                front=shown,
                following=_following(body, page.final_url) if shown and want.part != Part.ARTICLE else "",
            )
        )

    def handle_failure(self, failure: Any) -> None:
        """Report why no response came."""
        want: ProbeRequest = failure.request.cb_kwargs["want"]
        result = outcome.judge_failure(failure.value, self._lease(want), clock.of_machine())
        blocked = result.outcome == State.BLOCKED
        # If robots.txt or the guard forbade the request, nothing was sent.
        self.requests -= result.outcome == State.EXCLUDED
        self._keep(
            ProbeAnswer(want=want, at=result.fetched_at, problem=result.reason, code=result.code, blocked=blocked)
        )

    def delay_of(self, host: str) -> float:
        """Seconds between two requests to a host."""
        return self.source.delay

    async def robots_of(self, place: str) -> None:
        """Nothing is cached for a probe."""

    async def keep_robots(self, place: str, status: int, body: str) -> None:
        """Report a robots.txt: its text, its delay, and the sitemaps and feeds that it names."""
        rules = read_rules(body if status < 300 else "", self)
        delay = float(rules.crawl_delay(ROBOT) or 0.0)
        self.requests += 1
        said = Robots(
            place=place,
            status=status,
            body=body[:MAX_ROBOTS_CHARACTERS] if status < 300 else "",
            delay=delay,
            sitemaps=_usable(_sitemaps_named(body), f"http://{place}/") if status < 300 else (),
            feeds=_usable(_feeds_named(body), f"http://{place}/") if status < 300 else (),
        )
        self.robots.append(said)
        self._say("robots", **asdict(said))

    def _count_left(self) -> int:
        """How many requests there is time for."""
        seconds = self.deadline - monotonic()
        host = urls.host(self.seen[-1].url) if self.seen else ""
        each = max(
            self.source.delay, self.pacer.gap(host) if host and self.pacer else 0.0, self.took, LEAST_GAP_SECONDS
        )
        return max(0, min(MAX_REQUESTS - self.requests, int(seconds / each)))

    def _request(self, want: ProbeRequest) -> Request:
        return Request(
            urls.clean(want.url),
            callback=self.handle_response,
            errback=self.handle_failure,
            cb_kwargs={"want": want},
            meta={
                **handler.made_for(self.source),
                "download_timeout": min(TIMEOUT, max(1.0, self.deadline - monotonic())),
                "max_retry_times": 0,
            },
            dont_filter=True,
        )

    def _lease(self, want: ProbeRequest) -> Lease:
        kind = KINDS.get(want.part, Kind.ARTICLE)
        entry = next((e for one in self.seen for e in one.found if e.url == want.url), None)
        return Lease(
            id=0,
            source=self.source.name,
            url=urls.clean(want.url),
            host=urls.host(want.url),
            kind=kind,
            entry=entry if want.part == Part.ARTICLE else None,
        )

    def _keep(self, one: ProbeAnswer) -> None:
        self.seen.append(one)
        self._say("seen", seen=as_json(one))
        self.came.set()

    def _say(self, event: str, **facts: Any) -> None:
        print(json.dumps({"event": event, **facts}), flush=True)


def _form(body: bytes) -> str:
    if body.startswith(b"\x1f\x8b"):
        return "sitemap"
    head = body[:HEAD_BYTES]
    return next((name for name, mark in FORMS if mark.search(head)), "")


def _offsets(body: bytes) -> tuple[tuple[int, int], ...]:
    """The time offsets of the dates in a list, which may be a gzip file."""
    try:
        return date_offsets.offsets(xmltree.plain(body))
    except ValueError:
        return ()


def _newest(found: list[Entry]) -> list[Entry]:
    oldest = datetime.min.replace(tzinfo=UTC)
    return sorted(found, key=lambda entry: entry.published_at or entry.modified_at or oldest, reverse=True)[:MAX_FOUND]


def _title(body: bytes) -> str:
    channel = CHANNEL.search(body[:HEAD_BYTES])
    match = TITLE.search(body, channel.end(), channel.end() + TITLE_WITHIN) if channel else None
    if not match:
        return ""
    label = ENCODING.search(body[:ENCODING_BYTES])
    try:
        title = match[1].decode(label[1].decode() if label else "utf-8", "replace")
        return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", title).split())
    except LookupError:
        return ""


def _sitemaps_named(body: str) -> list[str]:
    return [said[1] for line in body.splitlines() if (said := SITEMAP_LINE.match(line.strip()))]


def _feeds_named(body: str) -> list[str]:
    lines = [line for line in map(str.strip, body.splitlines()) if not RULE.match(line)]
    words = (word for line in lines if not SITEMAP_LINE.match(line) for word in line.split())
    starts = ((word, begin) for word in words if (begin := ADDRESS.search(word)))
    return list(dict.fromkeys(word[at.start() :] for word, at in starts if FEED_WORD.search(word, at.end())))[
        :MAX_FEEDS_NAMED
    ]


def _usable(named: Iterable[str], base: str = "") -> tuple[str, ...]:
    """The addresses in a robots.txt that can be requested, each once. base: where relative addresses start."""
    return tuple(dict.fromkeys(one for one in named if list_worth.key(join_link(base, one))))


def _following(body: bytes, url: str) -> str:
    """The next page of a page that lists articles; empty if there is none, or the page lists none."""
    try:
        found = formats.read_links(body, url)
    except ValueError:
        return ""
    return next((entry.url for kind, entry in found if kind == Kind.SECTION), "")


def _header(page: Page, wanted: str) -> str:
    """The values of all headers with this name, joined."""
    return ", ".join(value for name, value in page.headers if name.lower() == wanted)

"""robots.txt, as RFC 9309 says: kept in the ledger for a while, obeyed on every hop, with its crawl delay."""

from __future__ import annotations

import asyncio
import codecs
import logging
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.robotstxt import ProtegoRobotParser

from pipelines import encodings, urls
from pipelines.codes import GUARDED, NO_ANSWER, Cause
from pipelines.crawl.host_locks import KeptRobots
from spiders import handler, outcome, policy
from spiders.crawler_settings import ROBOT
from spiders.guard import RefusedRequest
from spiders.pacing import HostPacer, NotNow
from spiders.render import RENDERED

log = logging.getLogger(__name__)

# A copy is valid for this many seconds. It stays in use longer if the host gives no new copy.
HOLDS_SECONDS = policy.ROBOTS_TXT_HOLDS.total_seconds()
# This is a line with a robot's name and anything that follows it, such as its version.
AGENT = re.compile(
    r"^([ \t]{0,9}user-?agent[ \t]{0,9}:[ \t]{0,9}[A-Za-z_-]{1,60})[/*][^\r\n#]{0,60}", re.IGNORECASE | re.MULTILINE
)
# This is a line with a delay, which may have a unit, or a comma in its number. It matches in ASCII only: in Unicode a
# dotless i is an i as well, and no key of UNIT_SECONDS has a dotless i.
DELAY = re.compile(
    r"^([ \t]{0,9}crawl-?delay[ \t]{0,9}:[ \t]{0,9})(\d{1,9})(?:[.,](\d{1,9}))?[ \t]{0,9}"
    r"(ms|milli|min|m\b|hour|h\b|)[^\r\n#]{0,60}",
    re.ASCII | re.IGNORECASE | re.MULTILINE,
)
# Each key is the beginning of a delay's unit, and each value says how many seconds the unit has.
UNIT_SECONDS = {"": 1, "ms": 0.001, "milli": 0.001, "min": 60, "m": 60, "hour": 3600, "h": 3600}


@dataclass(frozen=True)
class NotHad:
    """Why a robots.txt cannot be fetched: the sentence, and the code that the ledger keeps for the host's pages."""

    why: str
    code: Cause


class RobotsMiddleware:
    """Sends a request on when its host's robots.txt allows it and it is our turn at that host.

    It calls these methods of its spider:
        use_pacer(pacer): take the pacer, which knows the pace of each host.
        delay_of(host): seconds between two requests there.
        robots_of(place): the kept robots.txt (host_locks.KeptRobots), or None.
        keep_robots(place, status, body): keep a robots.txt.
        take_turns(hosts), rest_host(host, seconds, why): only if other crawls may be at the same hosts; `rest_host` is
            for a host that asks for rest.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.pacer = HostPacer(crawler)
        self.known: dict[str, asyncio.Future[Any]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Built by Scrapy, which has made the spider before."""
        made = cls(crawler)
        spider: Any = crawler.spider
        made.pacer.take = getattr(spider, "take_turns", None)
        spider.use_pacer(made.pacer)
        return made

    async def process_request(self, request: Request) -> None:
        """Wait for our turn at the host. Raise RefusedRequest if robots.txt says no, or cannot be fetched, which means
        no for now.
        """
        if RENDERED in request.meta:
            # This request fetches nothing by itself: other requests fetch what the browser shows.
            return
        parts = urlsplit(request.url)
        host = parts.hostname or ""
        if not request.meta.get("robots"):
            place = f"{parts.scheme}://{parts.netloc.lower()}"
            if place not in self.known:
                self.known[place] = asyncio.ensure_future(self._rules(place, host, handler.passed_on(request)))
            rules = await asyncio.shield(self.known[place])
            if isinstance(rules, NotNow):
                self.known.pop(place, None)
                raise NotNow(str(rules))
            if isinstance(rules, NotHad):
                raise RefusedRequest(f"robots.txt unreachable: {rules.why}", blocked=True, code=rules.code)
            if not all(rules.allowed(form, ROBOT) for form in {request.url, urls.as_servers_read(request.url)}):
                raise RefusedRequest("robots.txt", code=Cause.ROBOTS)
        # After a redirect the meta still has the slot of the host before, so it is set anew.
        request.meta["download_slot"] = host
        # The turn is taken last, so that nothing waits between this and the slot.
        await self.pacer.enter(host)

    async def _rules(self, place: str, host: str, meta: dict[str, Any]) -> Any:
        """The host's rules; NotHad if the rules cannot be fetched; NotNow if robots.txt may not be asked for now."""
        spider: Any = self.crawler.spider
        key = urlsplit(place).netloc
        self.pacer.require_gap(host, spider.delay_of(host))
        try:
            # Another process may be fetching this robots.txt: the ledger has it when our turn comes.
            await self.pacer.enter(host)
            kept: KeptRobots | None = await spider.robots_of(key)
            fresh = kept if kept and kept.age_seconds < HOLDS_SECONDS else None
            robots = fresh[:2] if fresh else await self._fetch(place, host, meta)
        except NotNow as later:
            return later
        if isinstance(robots, NotHad):
            if not kept:
                log.warning("%s/robots.txt cannot be fetched: %s", place, robots.why)
                return robots
            log.warning("%s/robots.txt cannot be fetched: %s; the copy that is kept stays in use", place, robots.why)
            robots = kept[:2]
        elif not fresh:
            await spider.keep_robots(key, *robots)
        status, body = robots
        # This runs in a thread, like unpacking: a robots.txt may be half a megabyte of anything.
        rules = await asyncio.to_thread(read_rules, body if status < 300 else "", spider)
        self.pacer.require_gap(host, _asked_gap(rules), "robots.txt")
        return rules

    async def _fetch(self, place: str, host: str, meta: dict[str, Any]) -> tuple[int, str] | NotHad:
        """Status and text of a robots.txt, or why it cannot be fetched. It is asked for with the login of the source
        that needs it first.
        """
        headers = {"Accept-Encoding": "identity", "Accept": "text/plain,*/*;q=0.5"}
        request = Request(place + "/robots.txt", headers=headers, meta={**meta, "robots": True, "max_retry_times": 0})
        try:
            response = await self.crawler.engine.download_async(request)
        except NotNow:
            raise
        except Exception as error:  # noqa: BLE001 -- whatever keeps us from it means unreachable
            if isinstance(error, IgnoreRequest) and "max redirections" in str(error):
                # After five redirects a robots.txt counts as not there (RFC 9309 2.3.1.2).
                return 404, ""
            code, why = outcome.cause(error)
            return NotHad(why, code if code in NO_ANSWER or code in GUARDED else Cause.ROBOTS_UNREADABLE)
        if response.status in (429, 503):
            await self._rest_host(host, response)
        if 400 <= response.status < 500 and response.status != 429:
            return response.status, ""
        if response.status >= 500 or response.status == 429 or 300 <= response.status < 400:
            code = Cause.REST_ASKED if response.status == 429 else Cause.ROBOTS_ERROR
            return NotHad(f"status {response.status}", code)
        try:
            encoding = response.headers.get("Content-Encoding") or b""
            return response.status, await asyncio.to_thread(_text, response.body, encoding)
        except ValueError as error:
            return NotHad(f"it cannot be decoded ({error})", Cause.ROBOTS_UNREADABLE)

    async def _rest_host(self, host: str, response: Response) -> None:
        """Leave a host alone if even its robots.txt asks for rest."""
        rest = outcome.rest_asked((response.headers.get("Retry-After") or b"").decode("latin-1"), datetime.now(UTC))
        if response.status == 429:
            rest = rest or policy.USUAL_REST
        rest_host = getattr(self.crawler.spider, "rest_host", None)
        if rest and rest_host:
            await rest_host(host, rest.total_seconds(), f"status {response.status} on robots.txt")


def read_rules(text: str, spider: Any) -> ProtegoRobotParser:
    """The rules of a robots.txt. A group that names our robot with a version (Nightdesk/1.0) counts too, and a delay
    with a unit is read in seconds.
    """
    # The text is split into lines as the parser does it, because some files end lines with a carriage return alone.
    text = "\n".join(text.removeprefix("\ufeff").splitlines())
    return ProtegoRobotParser(DELAY.sub(_write_delay, AGENT.sub(r"\1", text)).encode(), spider)


def _write_delay(line: re.Match[str]) -> str:
    """A line with a delay, in seconds."""
    return f"{line[1]}{float(f'{line[2]}.{line[3] or 0}') * UNIT_SECONDS[line[4].lower()]}"


def _asked_gap(rules: ProtegoRobotParser) -> float:
    """The seconds between two requests by Crawl-delay or Request-rate of robots.txt; 0 if it has neither."""
    rate = rules.rp.request_rate(ROBOT)
    return max(rules.crawl_delay(ROBOT) or 0.0, rate.seconds / rate.requests if rate and rate.requests else 0.0)


def _text(body: bytes, encoding: bytes) -> str:
    body = encodings.unpack(body, encoding.decode("latin-1"), policy.MAX_UNPACKED_FACTOR * policy.MAX_ROBOTS_TXT_BYTES)
    # RFC 9309 knows UTF-8 alone; what a file in UTF-16 forbids is forbidden all the same.
    codec = "utf-16" if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    text = body[: policy.MAX_ROBOTS_TXT_BYTES].decode(codec, "replace").replace("\x00", "")
    if len(body) > policy.MAX_ROBOTS_TXT_BYTES:
        # A rule that is cut in half would be another rule.
        text = text[: max(text.rfind("\n"), text.rfind("\r")) + 1]
    return text

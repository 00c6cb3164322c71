"""What hostile and broken sites answer: raw bytes on a socket, redirects, walls, traps, bombs; each under its own host.

Every case has a host of its own below its family's site, `gzip-bomb.bodies.test`, and one article there, `/news/1`. The
markup of walls is ours, with no more of the vendors' than the names that give them away.
"""

from __future__ import annotations

import gzip
import json
import re
import struct
import time
import zlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.sites import Answer, answer, feed

SECONDS = 8
CROWD = 50_000
# A section's pages in one run, and the section itself.
MOST_SECTIONS = 21
STORY = (
    "The council of the old harbour town met on Monday and agreed on a new ferry line to the islands. ",
    "Fishermen had asked for it for years, because the last boat leaves long before their day is over. ",
    "The mayor said the first crossing is planned for the spring, when the northern quay is repaired. ",
    "Tickets will cost as much as a bus ride, and children travel for nothing until the end of next year. ",
    "Shop owners near the market hope for more guests, while some neighbours fear the noise at night. ",
    "A second meeting about the timetable is announced for the first week of the coming month. ",
)


@dataclass(frozen=True)
class Case:
    """One hostile site: what its article ends as in the crawl and, where load has the last word, after it."""

    article: Answer
    crawled: str
    ends: str = ""
    pages: dict[str, Answer] = field(default_factory=dict)

    @property
    def end(self) -> str:
        """Where the URL stands when the night is over."""
        return self.ends or self.crawled


class Traps(dict[str, Answer]):
    """Sites without an end: a calendar, facets, sitemaps that name sitemaps, a feed of a crowd of entries."""

    def get(self, url: str, default: Any = None) -> Any:
        """What a URL answers, made up for whichever is asked."""
        host, _, path = url.removeprefix("http://").partition("/")
        number = sum(map(int, re.findall(r"\d+", path)))
        if host in ("calendar.test", "facets.test") and not path.startswith("robots"):
            return answer(200, days(number) if host == "calendar.test" else facets(number))
        if host == "maps.test" and "sitemap" in path:
            return answer(200, maps(number), "text/xml")
        if host == "crowd.test" and path == "feed":
            return answer(200, feed(*(f"http://crowd.test/news/{n}" for n in range(CROWD))))
        if host in ("maps.test", "crowd.test") and path.startswith("news"):
            return answer(200, story(path))
        return super().get(url, default)


def days(number: int) -> bytes:
    """A month of a calendar: articles of its own, and the months after it."""
    links = "".join(
        f'<a href="/news/{number}/the-day-of-the-{n}-boats">Day {n} of month {number}</a>' for n in range(30)
    )
    ahead = "".join(f'<a href="/news?page={number + n}">{n}</a>' for n in range(1, 9))
    return f'<html><body>{links}{ahead}<a rel="next" href="/news?page={number + 1}">Next</a></body></html>'.encode()


def facets(number: int) -> bytes:
    """A list that can be sorted and filtered for ever."""
    links = "".join(
        f'<a href="/list?page={number}&colour={n}&size={number + n}&sort=10{n}">{n}</a>' for n in range(200)
    )
    return f'<html><body>{links}<a rel="next" href="/list?page={number + 1}">Next</a></body></html>'.encode()


def maps(number: int) -> bytes:
    """A sitemap index that names ever new ones."""
    named = "".join(
        f"<sitemap><loc>http://maps.test/sitemap-{20 * number + n}.xml</loc></sitemap>" for n in range(1, 20)
    )
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{named}</sitemapindex>'.encode()


def story(name: str = "Harbour", more: str = "", head: str = "") -> bytes:
    """An article as a plain site prints it."""
    text = "".join(f"<p>{name}: {line * 2}</p>" for line in STORY)
    return (
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{name} gets a ferry line</title>{head}"
        f'<meta property="og:type" content="article"><meta property="article:published_time" '
        f'content="2026-11-21T10:00:00Z"></head><body><article><h1>{name} gets a ferry line</h1>{text}</article>'
        f"{more}</body></html>"
    ).encode()


def wall(title: str, text: str, more: str = "", head: str = "") -> bytes:
    """A page that stands where an article should."""
    return (
        f"<!doctype html><html lang=en><head><title>{title}</title>{head}</head>"
        f"<body><h1>{title}</h1><p>{text}</p>{more}</body></html>"
    ).encode()


def raw(*pieces: bytes, pause: float = 0.0, reset: bool = False) -> Answer:
    """These bytes as they are, and the end of the connection; reset: not a clean one."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        for piece in pieces:
            handler.wfile.write(piece)
            handler.wfile.flush()
            time.sleep(pause)
        if reset:
            # Zero seconds to linger: what is unsent is dropped, and the other side gets a reset.
            handler.connection.setsockopt(1, 13, b"\x01\x00\x00\x00\x00\x00\x00\x00")

    return send


def endless(start: bytes, pieces: Callable[[], bytes], *, pause: float = 0.0, seconds: float = 60) -> Answer:
    """An answer that goes on until nobody listens any more."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        deadline = time.monotonic() + seconds
        with suppress(OSError):
            handler.wfile.write(start)
            while time.monotonic() < deadline:
                handler.wfile.write(pieces())
                handler.wfile.flush()
                time.sleep(pause)

    return send


def head(*lines: str, status: str = "200 OK", length: int | None = None) -> bytes:
    """The head of an answer."""
    size = [] if length is None else [f"Content-Length: {length}"]
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, *size, "", ""]).encode("latin-1")


def to(where: str, status: int = 302) -> Answer:
    """A redirect."""
    return answer(status, b"", Location=where)


@cache
def bomb(size: int) -> bytes:
    """Zeros, gzipped: a thousandth of their size; a part of them is squeezed once, for it takes seconds."""
    part = bytes(1 << 20)
    squeezed, end = zlib.compressobj(9, wbits=-15), zlib.compressobj(wbits=-15)
    once = squeezed.compress(part) + squeezed.flush(zlib.Z_FULL_FLUSH)
    check = 0
    for _ in range(size >> 20):
        check = zlib.crc32(part, check)
    head = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
    return head + once * (size >> 20) + end.flush() + struct.pack("<II", check, size)


def laughs() -> bytes:
    """Ten entities, each ten of the one before."""
    lines = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return (
        f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "lol">{lines}]><rss><channel><title>&l9;</title>'.encode()
        + (b"<item><title>&l9;</title><link>http://feed-laughs.lists.test/news/1</link></item></channel></rss>")
    )


def json_feed(items: Iterable[object]) -> bytes:
    """A JSON Feed."""
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": list(items)}).encode()


def gzipped(body: bytes, **headers: str) -> Answer:
    """A page as most servers send it."""
    return answer(200, gzip.compress(body), "text/html; charset=utf-8", Content_Encoding="gzip", **headers)


STATUS: dict[str, Case] = {
    **{
        f"status-{n}": Case(answer(n, b"no", Connection="close"), f"blocked: status {n}")
        for n in (401, 402, 403, 407, 418, 429, 451)
    },
    **{f"status-{n}": Case(answer(n, b"no", Connection="close"), f"gone: status {n}") for n in (404, 410)},
    **{
        f"status-{n}": Case(answer(n, b"no", Connection="close"), f"failed: status {n}")
        for n in (400, 405, 500, 502, 503, 599)
    },
    "status-204": Case(raw(head(status="204 No Content")), "failed: status 204"),
    "status-206": Case(answer(206, story("status-206"), Content_Range="bytes 0-99/5000"), "failed: status 206"),
    "status-304": Case(raw(head(status="304 Not Modified")), "failed: status 304, though nothing of it is known here"),
    "status-300": Case(answer(300, b"choose"), "failed: status 300"),
    "status-999": Case(raw(head(status="999 No", length=2) + b"no"), "blocked: status 999"),
    "early-hints": Case(
        raw(
            head("Link: </a.css>", status="103 Early Hints") * 3
            + head(length=len(story("early-hints")))
            + story("early-hints")
        ),
        "fetched",
        "stored",
    ),
    "endless-hints": Case(
        endless(b"", lambda: head("Link: </a.css>", status="103 Early Hints") * 100),
        "failed: headers of more than 30720 bytes",
    ),
    "no-length": Case(raw(head("Connection: close") + story("no-length")), "fetched", "stored"),
    "rest-seconds": Case(answer(429, b"", Retry_After="120"), "blocked: status 429"),
    "rest-date": Case(answer(503, b"", Retry_After="Fri, 01 Jan 2100 00:00:00 GMT"), "blocked: status 503"),
    "rest-absurd": Case(answer(429, b"", Retry_After="9" * 400), "blocked: status 429"),
    "rest-nonsense": Case(answer(503, b"", Retry_After="-soon"), "failed: status 503"),
}

BODIES: dict[str, Case] = {
    "endless-body": Case(
        endless(head("Content-Type: text/html"), lambda: b"<p>more</p>" * 10_000), "failed: larger than 10485760 bytes"
    ),
    "endless-chunks": Case(
        endless(head("Transfer-Encoding: chunked"), lambda: b"10000\r\n" + b"x" * 0x10000 + b"\r\n"),
        "failed: larger than 10485760 bytes",
    ),
    "claims-2-gigabytes": Case(raw(head(length=1 << 31) + b"x" * 1000), "failed: larger than 10485760 bytes"),
    "slow-drip": Case(endless(head(length=100_000), lambda: b"x", pause=0.2), "failed: timeout"),
    "says-nothing": Case(endless(b"", lambda: b"", pause=0.2), "failed: timeout"),
    "slow-headers": Case(endless(head()[:-2], lambda: b"X-Slow: 1\r\n", pause=0.2), "failed: timeout"),
    "endless-headers": Case(
        endless(head()[:-2], lambda: b"X-More: and more\r\n" * 1000), "failed: headers of more than 30720 bytes"
    ),
    "endless-header": Case(endless(head()[:-2] + b"X-One: ", lambda: b"x" * 10_000), "failed: connection lost"),
    "folded-headers": Case(
        endless(head()[:-2] + b"X-One: a\r\n", lambda: b" and more\r\n" * 1000),
        "failed: headers of more than 30720 bytes",
    ),
    "many-headers": Case(
        raw(head(*(f"X-{n}: {n}" for n in range(5000)), length=len(story("many-headers"))) + story("many-headers")),
        "failed: headers of more than 30720 bytes",
    ),
    "quite-a-few-headers": Case(
        raw(
            head(*(f"X-{n}: {n}" for n in range(1800)), length=len(story("quite-a-few-headers")))
            + story("quite-a-few-headers")
        ),
        "fetched",
        "stored",
    ),
    "gzip-bomb": Case(
        # Packed only when somebody asks for it: each worker of a run of tests imports this module.
        lambda handler: answer(200, bomb(1 << 28), "text/html", Content_Encoding="gzip")(handler),
        "fetched",
        "rejected: too large",
    ),
    "deflate-bomb": Case(
        lambda handler: answer(200, zlib.compress(bytes(1 << 26), 9), "text/html", Content_Encoding="deflate")(handler),
        "fetched",
        "rejected: too large",
    ),
    "bomb-in-a-bomb": Case(
        lambda handler: answer(200, gzip.compress(bomb(1 << 28)), "text/html", Content_Encoding="gzip, gzip")(handler),
        "fetched",
        "rejected: too large",
    ),
    "broken-gzip": Case(
        answer(200, gzip.compress(story("broken-gzip"))[:-40], "text/html", Content_Encoding="gzip"),
        "failed: truncated",
    ),
    "not-gzip": Case(answer(200, story("not-gzip"), "text/html", Content_Encoding="gzip"), "fetched", "stored"),
    "unasked-encoding": Case(
        answer(200, b"\x1f\x9d" + gzip.compress(story("unasked-encoding")), "text/html", Content_Encoding="compress"),
        "fetched",
        "rejected: unreadable",
    ),
    "not-compressed": Case(
        answer(200, story("not-compressed"), "text/html", Content_Encoding="compress"), "fetched", "stored"
    ),
    "length-too-long": Case(raw(head(length=100_000) + story("length-too-long")), "failed: truncated"),
    "length-too-short": Case(raw(head(length=100) + story("length-too-short")), "fetched", "rejected"),
    "two-lengths": Case(
        raw(head("Content-Length: 5", length=50_000) + story("two-lengths")), "failed: connection lost"
    ),
    "negative-length": Case(raw(head(length=-5) + story("negative-length")), "failed: connection lost"),
    "bad-chunks": Case(raw(head("Transfer-Encoding: chunked") + b"zz\r\nhello\r\n"), "failed: truncated"),
    "unknown-transfer": Case(
        raw(head("Transfer-Encoding: gzip") + story("unknown-transfer")), "failed: connection lost"
    ),
    "reset-in-the-middle": Case(
        raw(head(length=50_000) + story("reset-in-the-middle"), pause=0.1, reset=True), "failed: truncated"
    ),
    "reset-at-once": Case(raw(b"", reset=True), "failed: connection lost"),
    "closes-at-once": Case(raw(), "failed: connection lost"),
    "http-0.9": Case(raw(b"<html>" + story("http-0.9")), "failed: connection lost"),
    "garbage": Case(raw(bytes(range(256)) * 100), "failed: connection lost"),
    "no-number": Case(raw(b"HTTP/1.1 abc OK\r\n\r\n"), "failed: connection lost"),
    "empty": Case(answer(200, b""), "failed: empty answer"),
    "blanks": Case(answer(200, b" \r\n\t" * 1000), "failed: empty answer"),
    "nuls": Case(answer(200, b"\0" * 50_000), "fetched", "rejected"),
    "nuls-between": Case(answer(200, story("nuls-between").replace(b"Tickets", b"Ti\0ckets")), "fetched", "stored"),
    "nul-in-header": Case(answer(200, story("nul-in-header"), X_Odd="a\0b", ETag='"a\0b"'), "fetched", "stored"),
    "utf-16-unsaid": Case(answer(200, story("utf-16-unsaid").decode().encode("utf-16")), "fetched", "stored"),
    "charset-invented": Case(answer(200, story("charset-invented"), "text/html; charset=klingon"), "fetched", "stored"),
    "charset-is-code": Case(answer(200, story("charset-is-code"), "text/html; charset=rot13"), "fetched", "stored"),
    "bytes-of-no-charset": Case(
        answer(200, story("bytes-of-no-charset").replace(b"Monday", b"Mon\xff\xfe\xc3day"), "text/html; charset=utf-8"),
        "fetched",
        "stored",
    ),
    "pdf-as-html": Case(
        answer(200, b"%PDF-1.7\n" + bytes(range(256)) * 50, "text/html"), "fetched", "rejected: not html"
    ),
    "pdf": Case(
        answer(200, b"%PDF-1.7\n" + bytes(range(256)) * 50, "application/pdf"), "fetched", "rejected: not html"
    ),
    "image": Case(answer(200, b"\x89PNG\r\n\x1a\n" + bytes(5000), "image/png"), "fetched", "rejected: not html"),
    "image-as-html": Case(
        answer(200, b"\x89PNG\r\n\x1a\n" + bytes(5000), "text/html"), "fetched", "rejected: not html"
    ),
    "json": Case(answer(200, b'{"a": 1}', "application/json"), "fetched", "rejected: not html"),
    "html-as-text": Case(answer(200, story("html-as-text"), "text/plain"), "fetched", "stored"),
}

REDIRECTS: dict[str, Case] = {
    "to-itself": Case(to("/news/1"), "failed: max redirections reached"),
    "in-circles": Case(
        to("/news/a"), "failed: max redirections reached", pages={"/news/a": to("/news/b"), "/news/b": to("/news/1")}
    ),
    "for-ever": Case(
        to("/hop/0"), "failed: max redirections reached", pages={f"/hop/{n}": to(f"/hop/{n + 1}") for n in range(30)}
    ),
    "a-few-times": Case(
        to("/hop/0", 301),
        "duplicate: alias",
        pages={**{f"/hop/{n}": to(f"/hop/{n + 1}", 307) for n in range(3)}, "/hop/3": answer(200, story("Afew"))},
    ),
    "to-a-file": Case(to("file:///etc/passwd"), "excluded: guard: redirected to file:///etc/passwd"),
    "to-data": Case(to("data:text/html,<h1>x"), "excluded: guard: redirected to data:text/html,<h1>x"),
    "to-ftp": Case(to("ftp://127.0.0.1/x"), "excluded: guard: redirected to ftp://127.0.0.1/x"),
    "to-script": Case(
        to("javascript:alert(1)"), "failed: no usable URL: Missing scheme in request url: javascript:alert(1)"
    ),
    "to-nowhere": Case(to("http://[::1"), "failed: no usable URL: Invalid IPv6 URL"),
    "to-nothing": Case(to(""), "failed: max redirections reached"),
    "to-a-long-url": Case(to("/" + "a" * 3000), "excluded: guard: a URL of more than 2083 characters"),
    "to-garbage": Case(raw(head("Location: /\xff\xfe\x80 x", status="302 Found", length=0)), "gone: status 404"),
    "to-home": Case(
        to("/"), "fetched: redirected to the home page", "rejected: home page", pages={"/": answer(200, story("Home"))}
    ),
    "to-login": Case(
        to("/login?next=1"), "blocked: redirected to a login", pages={"/login?next=1": answer(200, story("Login"))}
    ),
    "to-consent": Case(to("http://consent.redirects.test/v2?from=1"), "blocked: redirected to a consent page"),
    "to-another-site": Case(to("http://stranger.test/offer"), "excluded: redirected to another site: stranger.test"),
    "moved-house": Case(to("http://moved-there.test/news/1", 301), "fetched", "stored"),
    "to-loopback": Case(to("http://127.0.0.1/admin"), "excluded: guard: 127.0.0.1 is no public address"),
    "to-metadata": Case(
        to("http://169.254.169.254/latest/meta-data/"), "excluded: guard: 169.254.169.254 is no public address"
    ),
    "to-a-number": Case(to("http://2130706433/"), "excluded: guard: 2130706433 is an address in disguise"),
    "to-a-name": Case(
        to("http://localhost/"),
        "blocked: robots.txt unreachable: guard: localhost leads to 127.0.0.1, which is no public address",
    ),
    "to-a-port": Case(to("http://example.org:22/"), "excluded: guard: port 22"),
    "to-a-user": Case(to("http://desk:pw@example.org/"), "excluded: guard: user name in the URL"),
    "second-hop": Case(
        to("/a"), "excluded: guard: 10.0.0.1 is no public address", pages={"/a": to("http://10.0.0.1/")}
    ),
}

CHALLENGE_TEXT = "This takes a moment. The page opens by itself."
WALLS: dict[str, Case] = {
    "wall-cloudflare": Case(
        answer(200, wall("Just a moment...", CHALLENGE_TEXT, "<script>window._cf_chl_opt={}</script>")),
        "blocked: challenge page",
    ),
    "wall-cloudflare-header": Case(
        answer(403, wall("One moment", "x"), cf_mitigated="challenge"), "blocked: challenge page"
    ),
    "wall-akamai": Case(
        answer(200, wall("News", CHALLENGE_TEXT, '<div id="sec-if-cpt-container"></div>')), "blocked: challenge page"
    ),
    "wall-akamai-denied": Case(
        answer(403, wall("Access Denied", "You may not see this page. See https://errors.edgesuite.net/18.2f")),
        "blocked: challenge page",
    ),
    "wall-datadome": Case(
        answer(200, wall("x.test", CHALLENGE_TEXT, '<script src="https://ct.captcha-delivery.com/c.js"></script>')),
        "blocked: challenge page",
    ),
    "wall-imperva": Case(
        answer(200, b'<html><iframe src="/_Incapsula_Resource?x=1">Incapsula incident ID: 1-2</iframe></html>'),
        "blocked: challenge page",
    ),
    "wall-perimeterx": Case(
        answer(200, wall("Are you there?", "Hold the button.", '<div id="px-captcha"></div>')),
        "blocked: challenge page",
    ),
    "wall-aws": Case(answer(202, b"<html></html>", x_amzn_waf_action="challenge"), "blocked: challenge page"),
    "wall-gzipped": Case(gzipped(wall("Checking your browser", CHALLENGE_TEXT)), "blocked: challenge page"),
    "wall-unknown": Case(
        answer(200, wall("Security verification", "Verify you are human by completing the action below.")),
        "fetched",
        "rejected: challenge page",
    ),
    "article-about-walls": Case(
        answer(200, story("Captcha", '<script src="https://ct.captcha-delivery.com/tag.js"></script>')),
        "fetched",
        "stored",
    ),
    "wall-consent": Case(
        answer(
            200,
            wall(
                "Before you continue",
                "We and our partners store and access cookies and personal data on your device. "
                "You can give your consent or change your privacy preferences at any time.",
                "<button>Accept all</button><button>Reject all</button>",
            ),
        ),
        "fetched",
        "rejected: consent wall",
    ),
    "wall-paywall": Case(
        answer(
            200,
            wall(
                "Ferry line agreed",
                STORY[0],
                "<div>Subscribe to continue reading</div><div>Already a subscriber? Log in</div>",
            ),
        ),
        "fetched",
        "rejected: paywall",
    ),
    "wall-soft-404": Case(
        answer(200, wall("Page not found", "The page you are looking for does not exist. Try the search.")),
        "fetched",
        "rejected: soft 404",
    ),
    "wall-parked": Case(
        answer(
            200,
            wall(
                "parked.test",
                "This domain is for sale. Buy this domain today.",
                "<ul><li>Loans<li>Hotels<li>Flights</ul>",
            ),
        ),
        "fetched",
        "rejected: error page",
    ),
    "wall-maintenance": Case(
        answer(200, wall("Site is under maintenance", "We are back soon.")), "fetched", "rejected: error page"
    ),
    "wall-region": Case(
        answer(200, wall("Sorry", "This content is not available in your region.")),
        "fetched",
        "rejected: not shown in this region",
    ),
}

FAMILIES = {"status": STATUS, "bodies": BODIES, "redirects": REDIRECTS, "walls": WALLS}

ADDRESSES = {
    "http://127.0.0.1:5432/news/1": "guard: 127.0.0.1 is no public address",
    "http://10.1.2.3/news/1": "guard: 10.1.2.3 is no public address",
    "http://172.16.0.1/news/1": "guard: 172.16.0.1 is no public address",
    "http://192.168.1.1/router": "guard: 192.168.1.1 is no public address",
    "http://169.254.169.254/latest/news/1": "guard: 169.254.169.254 is no public address",
    "http://100.100.100.200/news/1": "guard: 100.100.100.200 is no public address",
    "http://192.0.0.192/opc/news/1": "guard: 192.0.0.192 is no public address",
    "http://168.63.129.16/news/1": "guard: 168.63.129.16 is no public address",
    "http://[::1]/news/1": "guard: ::1 is no public address",
    "http://[::]/news/1": "guard: :: is no public address",
    "http://[fe80::1]/news/1": "guard: fe80::1 is no public address",
    "http://[fd00:ec2::254]/news/1": "guard: fd00:ec2::254 is no public address",
    "http://[::ffff:127.0.0.1]/news/1": "guard: ::ffff:7f00:1 is no public address",
    "http://[64:ff9b::7f00:1]/news/1": "guard: 64:ff9b::7f00:1 is no public address",
    "http://[2002:7f00:1::]/news/1": "guard: 2002:7f00:1:: is no public address",
    "http://2130706433/news/1": "guard: 2130706433 is an address in disguise",
    "http://0x7f000001/news/1": "guard: 0x7f000001 is an address in disguise",
    "http://0177.0.0.1/news/1": "guard: 0177.0.0.1 is an address in disguise",
    "http://127.1/news/1": "guard: 127.1 is an address in disguise",
    "http://0/news/1": "guard: 0 is an address in disguise",
    "http://desk:secret@example.org/news/1": "guard: user name in the URL",
    "http://example.org:6379/news/1": "guard: port 6379",
    "https://example.org:22/news/1": "guard: port 22",
}
UNUSABLE = ("file:///etc/passwd", "ftp://example.org/", "data:text/html,x", "javascript:alert(1)", "gopher://x/",
            "http://[::1")  # fmt: skip
TOO_LONG = "http://x.test/" + "a" * 3000

LISTS: dict[str, tuple[Answer, str]] = {
    "feed-laughs": (answer(200, laughs(), "text/xml"), "stored"),
    "feed-external": (
        answer(
            200,
            b'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel><item><title>&x;</title>'
            b"<link>http://feed-external.lists.test/news/1</link></item></channel></rss>",
            "text/xml",
        ),
        "stored",
    ),
    "feed-external-dtd": (
        answer(
            200,
            b'<!DOCTYPE rss SYSTEM "http://feed-external-dtd.lists.test/evil.dtd">'
            + feed("http://feed-external-dtd.lists.test/news/1").partition(b"?>")[2],
            "text/xml",
        ),
        "stored",
    ),
    "feed-quadratic": (
        answer(
            200,
            b'<!DOCTYPE rss [<!ENTITY a "'
            + b"a" * 50_000
            + b'">]><rss><channel><title>'
            + b"&a;" * 50_000
            + b"</title></channel></rss>",
            "text/xml",
        ),
        "failed: not a feed",
    ),
    "feed-deep": (answer(200, b"<rss>" + b"<a>" * 200_000, "text/xml"), "failed: not a feed"),
    "feed-empty": (answer(200, b""), "failed: empty answer"),
    "feed-204": (raw(head(status="204 No Content")), "failed: status 204"),
    "feed-html": (answer(200, story("feed-html")), "failed: not a feed: it is an HTML page, no feed or sitemap"),
    "feed-pdf": (answer(200, b"%PDF-1.7\n" + bytes(range(256)) * 99, "application/rss+xml"), "failed: not a feed"),
    "feed-bomb": (answer(200, bomb(1 << 28), "text/xml", Content_Encoding="gzip"), "failed: not a feed"),
    "feed-gz-bomb": (answer(200, bomb(1 << 28), "application/gzip"), "failed: not a feed"),
    "feed-broken-gzip": (
        answer(200, gzip.compress(feed("http://x.test/1"))[:-20], Content_Encoding="gzip"),
        "failed: truncated",
    ),
    "feed-json-deep": (answer(200, b"[" * 100_000), "failed: not a feed"),
    "feed-challenge": (WALLS["wall-cloudflare"].article, "blocked: challenge page"),
    "feed-endless": (BODIES["endless-body"].article, "failed: larger than 10485760 bytes"),
    "feed-drip": (BODIES["slow-drip"].article, "failed: timeout"),
}

ROBOTS: dict[str, tuple[Answer, str]] = {
    "robots-html": (answer(200, story("robots-html")), "stored"),
    "robots-huge": (
        answer(200, b"User-agent: *\nDisallow: /private\n" + b"# padding, and more of it\n" * 300_000, "text/plain"),
        "stored",
    ),
    "robots-huge-rules": (
        answer(200, b"User-agent: *\nDisallow: /news\n" + b"Disallow: /x/*a*a*a*a*a*b$\n" * 20_000, "text/plain"),
        "excluded: robots.txt",
    ),
    "robots-endless": (BODIES["endless-body"].article, "blocked: robots.txt unreachable: larger than 10485760 bytes"),
    "robots-drip": (BODIES["slow-drip"].article, "blocked: robots.txt unreachable: timeout"),
    "robots-500": (answer(500, b""), "blocked: robots.txt unreachable: status 500"),
    "robots-circle": (to("/robots.txt"), "stored"),
    "robots-moved": (to("/robots-are-here.txt", 301), "stored"),
    "robots-inside": (
        to("http://127.0.0.1/robots.txt"),
        "blocked: robots.txt unreachable: guard: 127.0.0.1 is no public address",
    ),
    "robots-404": (answer(404, b""), "stored"),
    "robots-403": (answer(403, b"no"), "stored"),
    "robots-empty": (answer(200, b""), "stored"),
    "robots-nuls": (answer(200, b"\0" * 5000, "text/plain"), "stored"),
    "robots-bomb": (
        answer(200, bomb(1 << 28), "text/plain", Content_Encoding="gzip"),
        "blocked: robots.txt unreachable: it cannot be decoded (it is more than 5120000 bytes without its gzip)",
    ),
}

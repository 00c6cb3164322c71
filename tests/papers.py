"""A site that is crawled night after night; time passes by moving everything the database knows into the past."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler

from pipelines.crawl import ledger
from pipelines.crawl import stage as crawl
from pipelines.extract.stage import extract
from pipelines.load import stage as load
from pipelines.model import Source, Tally
from pipelines.settings import Settings
from pipelines.stores import postgres
from tests import sites
from tests.sites import Answer, Sites

HOST = "http://a.test"
PLACES = ("البصرة", "الموصل", "كركوك", "أربيل", "النجف", "كربلاء", "الرمادي", "سامراء", "تكريت", "الحلة", "الكوت")
MOVED = {
    "urls": ("next_at", "fetched_at", "whole_at", "discovered_at", "decided_at", "missed_at"),
    "fetches": ("fetched_at",),
    "articles": ("fetched_at", "seen_at", "first_fetched_at", "gone_at"),
    "hosts": ("robots_fetched_at", "cooldown_until", "asked_at"),
    "runs": ("started_at", "ended_at"),
    "run_plans": ("begun_at",),
}


@dataclass
class Paper:
    """A site that is crawled night after night: its feed, its articles, and the nights so far."""

    settings: Settings
    conn: postgres.Connection
    web: Sites
    source: Source = field(default_factory=lambda: sites.source("a.test"))
    night: int = 0

    def prints(self, *numbers: int, **changed: str) -> None:
        """Its articles and its feed, newest first; changed: nN=text for another text of article N."""
        for n in numbers:
            text = changed.get(f"n{n}", "")
            self.web.pages[f"{HOST}/news/{n}"] = conditional(story(n, text))
        self.lists(*numbers)

    def lists(self, *numbers: int) -> None:
        """Its feed alone."""
        self.web.pages[f"{HOST}/feed"] = conditional(feed(*numbers), kind="application/rss+xml")

    def comes_out(self, days: float = 1, *, ends: str = "done", due: bool = False) -> tuple[Tally, list[str]]:
        """One night, so many days after the last: the crawl's tally, and the paths that the site's log has.

        due: the night began by itself, and asks only the lists that are due.
        """
        self.night += 1
        if self.night > 1:
            pass_time(self.conn, timedelta(days=days))
        before = len(self.web.hits)
        run = f"2026-11-{self.night:02}T0200"
        (tally,) = crawl.crawl(self.settings, [self.source], run, due=due)
        assert tally.state == ends, tally.message
        assert extract(self.settings, self.source, run).state == "done"
        assert load.load(self.settings, self.source, run).state == "done"
        assert ledger.find_unaccounted(self.conn, run) == []
        return tally, sorted(url.removeprefix(HOST) for _, url, _ in self.web.hits[before:])


def conditional(body: bytes, etag: str = "", kind: str = "text/html; charset=utf-8", **headers: str) -> Answer:
    """An answer with an ETag, 304 to who has it."""
    tag = etag or f'"{sha256(body).hexdigest()[:16]}"'

    def send(handler: BaseHTTPRequestHandler) -> None:
        if handler.headers.get("If-None-Match") == tag:
            sites.answer(304, b"", kind, ETag=tag)(handler)
        else:
            sites.answer(200, body, kind, ETag=tag, **headers)(handler)

    return send


def story(n: int, text: str = "", canonical: str = "") -> bytes:
    """An article page with a text that no other number has."""
    place = PLACES[n % len(PLACES)]
    lines = [
        f"قال شهود في {place} إن الطريق رقم {n * 7 + k} أغلق مساء أمس بعد أن غمرت المياه الجسر القديم، وإن البلدية "
        f"أرسلت {n + k} من عمالها إلى المكان لفتح المجاري ومساعدة العائلات التي بقيت في بيوتها طوال الليل."
        for k in range(6)
    ]
    link = f'<link rel="canonical" href="{canonical}">' if canonical else ""
    body = "".join(f"<p>{line}</p>" for line in [*lines, text])
    return (
        f'<html lang="ar"><head><title>فيضان في {place} رقم {n}</title>{link}</head>'
        f"<body><article><h1>فيضان في {place} رقم {n}</h1>{body}</article></body></html>"
    ).encode()


def feed(*numbers: int) -> bytes:
    """A feed of these articles, an hour apart, the first the newest."""
    newest = datetime.now(UTC)
    items = "".join(
        f"<item><title>{n}</title><link>{HOST}/news/{n}</link>"
        f"<pubDate>{newest - timedelta(hours=100 - n):%a, %d %b %Y %H:%M:%S} +0000</pubDate></item>"
        for n in numbers
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>'.encode()


def sitemap(modified: dict[int, datetime]) -> bytes:
    """A sitemap of these articles with the dates it says they changed at."""
    items = "".join(
        f"<url><loc>{HOST}/news/{n}</loc><lastmod>{at.isoformat()}</lastmod></url>" for n, at in modified.items()
    )
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{items}</urlset>'.encode()


def pass_time(conn: postgres.Connection, span: timedelta) -> None:
    with conn, conn.cursor() as cursor:
        for table, columns in MOVED.items():
            moved = ", ".join(f"{column} = {column} - %(span)s" for column in columns)
            cursor.execute(f"update {table} set {moved}", {"span": span})

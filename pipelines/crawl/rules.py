"""Which rule keeps a URL out of a source's crawl: another site, too old, the home page, the patterns of its file."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from pipelines import patterns, urls
from pipelines.model import Entry, Kind, Source, State
from pipelines.stores import postgres as db


def excluded(source: Source, kind: Kind, entry: Entry, by: Kind, now: datetime) -> str:
    """The rule that keeps a URL out of the crawl, or nothing."""
    if by != Kind.FEED and urls.site(urls.host(entry.url)) not in sites(source):
        return f"other site: {urls.site(urls.host(entry.url))}"
    said = entry.published_at or entry.modified_at
    if said and said < now - timedelta(days=source.max_age):
        return f"older than {source.max_age} days"
    if kind != Kind.ARTICLE:
        return ""
    parts = urlsplit(entry.url)
    if parts.path in ("", "/") and not parts.query:
        return "home page"
    return ruled_out(source, entry.url)


def ruled_out(source: Source, url: str) -> str:
    """The pattern of the source's file that keeps an article's address out, or nothing."""
    for pattern in source.deny:
        if patterns.matches(pattern, url):
            return f"deny: {pattern}"
    if source.allow and not any(patterns.matches(pattern, url) for pattern in source.allow):
        return "allow: no pattern matches"
    return ""


def reconsider(conn: db.Connection, source: Source) -> None:
    """Apply the patterns as the file has them now to what earlier ones kept out or let in, part of the caller's
    transaction: a list that did not change since is not read again."""
    let_in: list[int] = []
    kept_out: list[tuple[int, str]] = []
    for row in db.query(conn, "rules_of_source", source=source.name, days=source.max_age):
        reason = ruled_out(source, row["url"])
        if row["state"] == State.EXCLUDED and not reason:
            let_in.append(row["id"])
        elif row["state"] != State.EXCLUDED and reason:
            kept_out.append((row["id"], reason))
    if let_in:
        db.execute(conn, "readmit_urls", ids=let_in)
    db.execute_values(conn, "rule_out_urls", kept_out)
    let_in_by_robots(conn, source)


def let_in_by_robots(conn: db.Connection, source: Source) -> int:
    """Make due what a robots.txt kept out that has changed since, part of the caller's transaction; how many URLs."""
    return db.execute(conn, "readmit_by_robots", source=source.name, days=source.max_age)


@lru_cache(maxsize=64)
def sites(source: Source) -> set[str]:
    """The registered domains of a source: of its home page and of all lists it names."""
    listed = [source.url, *source.feeds, *source.sitemaps, *source.sections]
    return {urls.site(urls.host(url)) for url in listed}

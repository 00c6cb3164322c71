"""The rules that keep a URL out of a source's crawl: the URL is at another site, is too old, is the home page, or does
not fit the patterns of the source's file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from pipelines import patterns, urls
from pipelines.codes import NOT_OURS, Cause, Kind, State
from pipelines.model import Entry, Source
from pipelines.stores import postgres


@dataclass(frozen=True)
class Rule:
    """What keeps a URL out of the crawl: the code, and the rule in words. A Rule is false if nothing keeps the URL out.

    pattern: the pattern of `deny` that matches.
    """

    code: Cause = Cause.NONE
    words: str = ""
    pattern: str = ""

    def __bool__(self) -> bool:
        return self.code != Cause.NONE


FREE = Rule()


def excluding_rule(source: Source, kind: Kind, entry: Entry, by: Kind, now: datetime) -> Rule:
    """The rule that keeps a URL out of the crawl, or FREE. ValueError if it is no URL."""
    if by != Kind.FEED and urls.site(urls.host(entry.url)) not in sites(source):
        return Rule(Cause.OTHER_SITE, f"other site: {urls.site(urls.host(entry.url))}")
    said = entry.published_at or entry.modified_at
    if said and said < now - timedelta(days=source.max_age):
        return Rule(Cause.TOO_OLD, f"older than {source.max_age} days")
    if kind != Kind.ARTICLE:
        return FREE
    parts = urlsplit(entry.url)
    if parts.path in ("", "/") and not parts.query:
        return Rule(Cause.HOME_PAGE, "home page")
    return ruled_out(source, entry.url)


def ruled_out(source: Source, url: str) -> Rule:
    """The pattern of the source's file that keeps an article's address out, or FREE."""
    for pattern in source.deny:
        if patterns.matches(pattern, url):
            return Rule(Cause.DENY, f"deny: {pattern}", pattern)
    if source.allow and not any(patterns.matches(pattern, url) for pattern in source.allow):
        return Rule(Cause.ALLOW, "allow: no pattern matches")
    return FREE


def reconsider(conn: postgres.Connection, source: Source) -> None:
    """Apply the present patterns of the source's file to URLs that earlier patterns kept out or let in. Part of the
    caller's transaction.

    Without this, an excluded URL would stay excluded until its list changes, because an unchanged list is not read
    again.
    """
    let_in: list[int] = []
    kept_out: list[tuple[int, str, str]] = []
    for row in postgres.query(conn, "rules_of_source", source=source.name, days=source.max_age):
        rule = ruled_out(source, row["url"])
        if row["state"] == State.EXCLUDED and not rule:
            let_in.append(row["id"])
        elif row["state"] != State.EXCLUDED and rule:
            kept_out.append((row["id"], str(rule.code), rule.words))
    if let_in:
        postgres.execute(conn, "readmit_urls", ids=let_in, not_ours=list(map(str, NOT_OURS)))
    postgres.execute_values(conn, "rule_out_urls", kept_out)
    let_in_by_robots(conn, source)


def let_in_by_robots(conn: postgres.Connection, source: Source) -> int:
    """Make URLs due that a robots.txt kept out, if that robots.txt has changed since. Part of the caller's transaction;
    gives how many URLs were made due.
    """
    return postgres.execute(conn, "readmit_by_robots", source=source.name, days=source.max_age)


@lru_cache(maxsize=64)
def sites(source: Source) -> set[str]:
    """The registered domains of a source: of its home page, and of all lists that its file names."""
    listed = [source.url, *source.feeds, *source.sitemaps, *source.sections]
    return {urls.site(urls.host(url)) for url in listed}

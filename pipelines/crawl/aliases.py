"""Redirects: decides to which article a page belongs if it came from another address than the requested one. Only this
module knows which redirects are believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipelines import urls
from pipelines.codes import Kind, State
from pipelines.crawl import policy, rules
from pipelines.crawl.ledger import FetchResult
from pipelines.model import Entry, Source
from pipelines.stores import clock, entries, postgres

REASON = "alias: redirected"


def follow_redirects(
    conn: postgres.Connection, source: Source, run: str, results: Sequence[FetchResult]
) -> list[FetchResult]:
    """The same results, but if a redirect is believed, its result now belongs to the article at the redirect's target.
    Part of the caller's transaction.

    The requested address becomes an alias of that article. If it was fetched before, the result stays with its own
    article instead.
    """
    led = [(result.final_url, result.url) for result in results if _was_redirected(result)]
    return [
        _at_its_own_address(conn, source, run, result, led) if _was_redirected(result) else result for result in results
    ]


def plausible(
    conn: postgres.Connection, source: Source, url: str, target: str, led: Sequence[tuple[str, str]] = ()
) -> bool:
    """Whether a redirect from `url` to `target` shows that both are addresses of one article.

    The target must be no home page, no list, and no foreign or excluded address. Besides, either the target is akin to
    `url` (`urls.akin`), or fewer than MAX_STRANGERS other addresses redirect to it.
    led: (target, URL) of redirects that the ledger does not have yet.
    """
    now = clock.of_ledger(conn).at
    lists = {urls.key(one) for one in (source.url, *source.feeds, *source.sitemaps, *source.sections)}
    # The target is checked as if a section had named it, because a section, unlike a feed, may not name a foreign site.
    if urls.key(target) in lists or rules.excluding_rule(source, Kind.ARTICLE, Entry(url=target), Kind.SECTION, now):
        return False
    if urls.akin(url, target):
        return True
    rows = postgres.query(conn, "strangers_led_to", source=source.name, target=target, count=policy.STRANGERS_READ)
    others = {row["url"] for row in rows} | {other for where, other in led if urls.clean(where) == target}
    return len(others - {url}) < policy.MAX_STRANGERS


def _was_redirected(result: FetchResult) -> bool:
    """Whether an article's page came from an address that the ledger counts as another URL than the requested one."""
    if (
        result.kind != Kind.ARTICLE
        or result.outcome != State.FETCHED
        or not result.final_url
        or result.final_url == result.url
    ):
        return False
    try:
        return urls.key(result.final_url) != urls.key(result.url)
    except ValueError:
        return False


def _at_its_own_address(
    conn: postgres.Connection, source: Source, run: str, result: FetchResult, led: Sequence[tuple[str, str]]
) -> FetchResult:
    """A redirected result, given to the article to which it belongs. led: as in `plausible`."""
    target, key = urls.clean(result.final_url), urls.key(result.final_url)
    asked = postgres.row(conn, "url_of_look", id=result.url_id)
    if asked is None or not plausible(conn, source, result.url, target, led):
        return result
    known = postgres.row(conn, "main_of_key", source=source.name, key=key)
    if asked["alias_of"] or asked["fetched_at"]:
        # The requested address is already an alias, or was fetched before it redirected: the result stays with its
        # article.
        if asked["alias_of"]:
            return replace(result, url_id=asked["alias_of"])
        if known is None or known["state"] == State.DISCOVERED:
            _alias(conn, source, run, target, main=result.url_id)
        return result
    if known is None:
        entry = entries.of_json(asked["entry"])
        facts = postgres.json(entries.as_json(replace(entry, url=target) if entry else Entry(url=target)))
        variant = urls.variant(target)[0]
        row = (
            source.name, key, variant, target, urls.host(target), str(Kind.ARTICLE), str(State.DISCOVERED), "", "",
            asked["via"], facts, run, False, None,
        )  # fmt: skip
        (known,) = postgres.execute_values(conn, "discover_urls", [row], fetch=True)
    elif known["kind"] != Kind.ARTICLE or known["state"] == State.EXCLUDED or known["id"] == result.url_id:
        return result
    postgres.execute_values(conn, "become_aliases", [(result.url_id, known["id"], REASON, run)])
    return replace(result, url_id=known["id"])


def _alias(conn: postgres.Connection, source: Source, run: str, url: str, *, main: int) -> None:
    row = (source.name, urls.key(url), urls.variant(url)[0], url, urls.host(url), main, REASON, run)
    postgres.execute_values(conn, "note_aliases", [row])

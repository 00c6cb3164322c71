"""Redirects: to which article a page belongs if it came from another address than the one that was requested. Only this
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
    """The results, with each believed redirect given to the article that the redirect led to. Part of the caller's
    transaction.

    The address that was asked for becomes an alias of that article. Rows that are already stored under this address
    stay there.
    """
    led = [(result.final_url, result.url) for result in results if _was_redirected(result)]
    return [
        _at_its_own_address(conn, source, run, result, led) if _was_redirected(result) else result for result in results
    ]


def plausible(
    conn: postgres.Connection, source: Source, url: str, target: str, led: Sequence[tuple[str, str]] = ()
) -> bool:
    """Whether a redirect to this address says that both addresses are one article.

    The target is no home page, no list, and no foreign or excluded address. It is akin to this address, or fewer than
    MAX_STRANGERS other articles lead there.
    led: (target, URL) of redirects that the ledger does not have yet.
    """
    now = clock.of_ledger(conn).at
    lists = {urls.key(one) for one in (source.url, *source.feeds, *source.sitemaps, *source.sections)}
    # Checked as if a section had named it, because only a feed may name a foreign site.
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
    """A redirected result at the address that it belongs to. led: as in `plausible`."""
    target, key = urls.clean(result.final_url), urls.key(result.final_url)
    asked = postgres.row(conn, "url_of_look", id=result.url_id)
    if asked is None or not plausible(conn, source, result.url, target, led):
        return result
    known = postgres.row(conn, "main_of_key", source=source.name, key=key)
    if asked["alias_of"] or asked["fetched_at"]:
        # The requested address is an alias already, or its article has moved: the result stays with that article.
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

"""The ledger of the crawl: the state of every URL, which crawl works on it, and how each look at it ended."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pipelines import urls
from pipelines.codes import Cause, Kind, State
from pipelines.crawl import discovery, policy, rhythm, rules
from pipelines.crawl.named_urls import KindAndEntry
from pipelines.model import Entry, Pointer, Source
from pipelines.stores import entries, postgres

LISTS = {Kind.FEED: "feeds", Kind.SITEMAP: "sitemaps", Kind.SECTION: "sections"}


@dataclass(frozen=True, kw_only=True)
class Lease:
    """A URL that only this crawl may fetch for a while (policy.LEASE), with what is known about it.

    via: the list that named the URL; empty for a list that the source's file names.
    past: whether a backfill or an import wants it.
    """

    id: int
    source: str
    url: str
    host: str
    kind: Kind
    via: str = ""
    entry: Entry | None = None
    etag: str = ""
    last_modified: str = ""
    digest: str = ""
    past: bool = False


@dataclass(frozen=True, kw_only=True)
class FetchResult:
    """How one look at a URL ended: a row of `fetches`, and what it changes in `urls`.

    outcome: how the look ended (fetched, unchanged, blocked, failed, gone, excluded); what load decides is in the table
    `outcomes`.
    code: the reason, for programs.
    reason: the reason, for people.
    rest: no further look before this time is over (None: the usual pause).
    final: whether a page that is gone is never asked for again.
    found: what a feed, sitemap or section named.
    left_out: how many links of a section page were not read, because the page has too many.
    asks: what a list says about when to ask again, as `rhythm.asks` gives it.
    """

    url_id: int
    source: str
    url: str
    kind: Kind
    fetched_at: datetime
    outcome: State
    final_url: str = ""
    status: int | None = None
    code: Cause = Cause.NONE
    reason: str = ""
    digest: str = ""
    bytes: int = 0
    ms: int = 0
    pointer: Pointer | None = None
    etag: str = ""
    last_modified: str = ""
    rest: timedelta | None = None
    final: bool = False
    found: tuple[KindAndEntry, ...] = ()
    left_out: int = 0
    asks: Mapping[str, Any] = field(default_factory=dict)


def begin(conn: postgres.Connection, source: Source, run: str, *, due: bool = False) -> dict[str, datetime]:
    """Begin the crawl of a source, whose lock the caller has: make its feeds, sitemaps and sections due, and the
    articles with a look that is planned for soon. Free what a killed crawl had leased.

    due: make due only the lists whose time has come. Gives the other lists by key, each with the moment when it is due.
    """
    rows = []
    for kind, key in LISTS.items():
        for url in dict.fromkeys(getattr(source, key)):
            rows.append((source.name, urls.key(url), urls.clean(url), urls.host(url), str(kind), run))
    rows = list({row[1]: row for row in reversed(rows)}.values())[::-1]
    with conn:
        release(conn, source.name)
        discovery.add_missing_variant_keys(conn, source.name)
        postgres.execute(conn, "leave_lists", source=source.name, keys=[row[1] for row in rows])
        not_due = rhythm.not_due(conn, source, run, [row[1] for row in rows]) if due else {}
        postgres.execute_values(conn, "due_listings", [row for row in rows if row[1] not in not_due])
        postgres.execute(
            conn, "due_sitemaps", source=source.name, whole_after=policy.WHOLE_AFTER, not_due=list(not_due)
        )
        postgres.execute(
            conn,
            "due_looks",
            source=source.name,
            look_ahead=policy.LOOK_AHEAD,
            apart=policy.LOOK_AHEAD_APART,
        )
        rules.reconsider(conn, source)
    return not_due


def want(conn: postgres.Connection, source: Source, run: str, url: str) -> None:
    """Make one article URL due that somebody asked for by hand, whatever the rules say. The caller has the source's
    lock.

    If the URL is an alias, the address of the article itself is made due.
    """
    row = (source.name, urls.key(url), urls.variant(url)[0], urls.clean(url), urls.host(url), str(Kind.ARTICLE), run)
    with conn:
        release(conn, source.name)
        if not postgres.execute(conn, "want_main", source=source.name, key=urls.key(url)):
            postgres.execute_values(conn, "want_urls", [row])


def lease(
    conn: postgres.Connection,
    source: str,
    run: str,
    count: int,
    *,
    per_host: int,
    skip: Sequence[str] = (),
    articles: bool = True,
    sitemaps: int = policy.MAX_SITEMAPS,
    only: str = "",
    past: bool = False,
) -> list[Lease]:
    """Lease up to `count` due URLs of a source, at most `per_host` of one host and none of the hosts to skip. The
    leases are committed at once.

    articles: False leases only feeds, sitemaps and sections.
    sitemaps: at most this many of the sitemaps that an index named are leased. Those that the source's file lists are
    always leased.
    past: lease the URLs that a backfill or an import wants, and no others.
    only: lease only this URL; if it is an alias, lease the URL of its article.

    Now and then a lease has no ETag and date, so that the page is sent in full, because some servers call a page
    unchanged although it has changed.
    """
    with conn:
        rows = postgres.query(
            conn,
            "lease_urls",
            source=source,
            run=run,
            count=count,
            per_host=per_host,
            skip=list(skip),
            articles=articles,
            sitemaps=sitemaps,
            only=urls.key(only) if only else "",
            past=past,
            lease=policy.LEASE,
            whole_after=policy.WHOLE_AFTER,
        )
    return [_lease(source, row, past) for row in sorted(rows, key=lambda r: r["turn"])]


def record(conn: postgres.Connection, run: str, results: Sequence[FetchResult]) -> list[FetchResult]:
    """Write results into `fetches` and `urls`, part of the caller's transaction; gives those that were not there yet.

    If the pointer of a result is in the ledger already, the result changes nothing. So it does no harm if the pages of
    a raw file are written into the ledger twice.
    """
    rows = [_fetch_row(run, result) for result in results]
    new = postgres.execute_values(conn, "record_fetches", rows, fetch=True)
    added = {(row["url_id"], row["warc_file"], row["warc_offset"]) for row in new}
    fresh = [result for result in results if (result.url_id, *_place(result)[:2]) in added]
    # A URL with two looks in one batch takes the state of the later look.
    last = {result.url_id: result for result in sorted(fresh, key=lambda result: result.fetched_at)}
    # First it is counted how many dates of change in lists proved true, because `update_url_states` clears which list
    # made a URL due.
    statuses = [(result.url_id, result.status) for result in last.values()]
    postgres.execute_values(conn, "forgive_lists", statuses, whole_after=policy.WHOLE_AFTER)
    postgres.execute_values(conn, "credit_lists", [(result.url_id, str(result.outcome)) for result in last.values()])
    postgres.execute_values(
        conn,
        "update_url_states",
        [_settled_row(run, result) for result in last.values()],
        max_tries=policy.MAX_TRIES,
        retry_pause=policy.RETRY_PAUSE,
        retry_growth=policy.RETRY_GROWTH,
        blocked_pause=policy.BLOCKED_PAUSE,
        blocked_growth=policy.BLOCKED_GROWTH,
        same_crawl_pause=policy.SAME_CRAWL_PAUSE,
        max_gone_looks=policy.MAX_GONE_LOOKS,
        gone_second_look=policy.GONE_SECOND_LOOK,
    )
    return fresh


def known_of_file(conn: postgres.Connection, name: str) -> int:
    """The byte of a raw file up to which the ledger knows the file's pages; 0 if it knows none. name: as warc.name_of
    gives it.
    """
    row = postgres.row(conn, "known_of_file", file=name)
    return int(row["known"]) if row else 0


def release(conn: postgres.Connection, source: str, *, past: bool = False) -> int:
    """Give back leases of a source: with `past` those of its backfills and imports, without it all others. Part of the
    caller's transaction; gives how many leases.
    """
    return postgres.execute(conn, "release_leases", source=source, past=past)


def rest_host(conn: postgres.Connection, host: str, rest: timedelta, reason: str) -> None:
    """Leave a host alone for the time `rest`, part of the caller's transaction."""
    postgres.execute(conn, "rest_host", host=host, rest=rest, reason=reason)


def count_asked(conn: postgres.Connection, source: str, run: str) -> int:
    """How often a run has asked a source for article pages so far."""
    return _count(postgres.row(conn, "articles_of_run", source=source, run=run))


def count_asked_sitemaps(conn: postgres.Connection, source: str, run: str) -> int:
    """How often a run has asked a source for sitemaps so far; only sitemaps that an index named are counted."""
    return _count(postgres.row(conn, "sitemaps_of_run", source=source, run=run))


def count_waiting(conn: postgres.Connection, source: str, *, sitemaps: bool = False, past: bool = False) -> int:
    """How many URLs of a source are due.

    sitemaps: count only sitemaps that an index named.
    past: count only the URLs that a backfill or an import wants; without this, they are not counted.
    """
    return _count(postgres.row(conn, "waiting_urls", source=source, sitemaps=sitemaps, past=past))


def retired_of_run(conn: postgres.Connection, run: str) -> list[postgres.Row]:
    """What retention deleted of a run besides raw files: source, what, retired_at, why, count (of deleted fetches)."""
    return postgres.query(conn, "retired_of_run", run=run)


def find_unaccounted(conn: postgres.Connection, run: str, *sources: str) -> list[postgres.Row]:
    """The URLs of a run that have no final state and that nothing will look at again: id, source, url, state, problem.

    sources: if there are any, only the URLs of these sources.
    """
    return postgres.query(conn, "unaccounted_urls", run=run, sources=list(sources))


def ends_of_run(conn: postgres.Connection, run: str, source: str = "") -> list[postgres.Row]:
    """The present states of the URLs that a run discovered: source, kind, state, code, urls (how many)."""
    return postgres.query(conn, "ends_of_run", run=run, source=source)


def urls_of_run(conn: postgres.Connection, run: str, source: str = "") -> Iterator[postgres.Row]:
    """The URLs that a run discovered, one by one, in the order of their discovery. They are read in batches."""
    after = 0
    while rows := postgres.query(conn, "urls_of_run", run=run, source=source, after=after, count=postgres.ROWS_AT_ONCE):
        yield from rows
        after = rows[-1]["id"]


def history_of_url(conn: postgres.Connection, url: str) -> list[postgres.Row]:
    """All that happened to a URL and to the other addresses of its article, in time order. The last rows have the
    present states.

    Rows: at, source, run, what, reason, pointer.
    """
    url = urls.shorten(url)
    return postgres.query(conn, "history_of_url", key=urls.key(url), variant=urls.variant(url)[0], url=urls.clean(url))


def find_retired(conn: postgres.Connection, url: str, sources: Sequence[str]) -> list[postgres.Row]:
    """The short row that the ledger keeps of an address after retention deleted the full row: source, day, state, code,
    retired_at.
    """
    return postgres.query(conn, "retired_url", key=urls.key(urls.shorten(url)), sources=list(sources))


def find_unfinished_renames(conn: postgres.Connection, names: Sequence[str]) -> dict[str, str]:
    """Sources whose rename or merge was begun and is not finished: name -> the sentence that says how to finish it."""
    found = {}
    for row in postgres.query(conn, "moves_begun", sources=list(names)):
        what = f"sources {'merge' if row['merged'] else 'rename'} {row['old']} {row['new']}"
        for name in {row["old"], row["new"]} & set(names):
            found[name] = f"Its move was begun and not finished: `nightdesk {what}` finishes it."
    return found


def _lease(source: str, row: postgres.Row, past: bool) -> Lease:
    known = {name: row[name] for name in ("id", "url", "host", "via", "etag", "last_modified", "digest")}
    return Lease(source=source, kind=Kind(row["kind"]), entry=entries.of_json(row["entry"]), past=past, **known)


def _fetch_row(run: str, result: FetchResult) -> tuple[object, ...]:
    """A row whose values have the order of the columns in the statement `record_fetches`."""
    return (
        run, result.source, result.url_id, result.url, result.final_url, result.fetched_at, result.status,
        str(result.outcome), str(result.code), result.reason, result.digest, result.bytes, result.ms, *_place(result),
    )  # fmt: skip


def _settled_row(run: str, result: FetchResult) -> tuple[object, ...]:
    """A row whose values have the order of the columns in the statement `update_url_states`."""
    return (
        result.url_id, run, str(result.outcome), str(result.code), result.reason, result.fetched_at, result.etag,
        result.last_modified, result.digest, result.rest, result.final, result.status, json.dumps(dict(result.asks)),
    )  # fmt: skip


def _place(result: FetchResult) -> tuple[str | None, int | None, int | None]:
    at = result.pointer
    return (at.warc_file, at.warc_offset, at.warc_length) if at else (None, None, None)


def _count(row: Mapping[str, int] | None) -> int:
    return row["count"] if row else 0

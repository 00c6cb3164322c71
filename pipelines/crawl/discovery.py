"""Writes what lists name into the ledger: new URLs, and further addresses of known articles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipelines import urls
from pipelines.codes import NOT_OURS, Kind, State
from pipelines.crawl import policy
from pipelines.crawl.known_urls import look_for_vanished, make_due_again, move_urls
from pipelines.crawl.named_urls import ALIAS, KindAndEntry, ListReading, NamedUrl, as_json, read_named, row_of
from pipelines.model import Entry, Source
from pipelines.stores import clock, postgres

LIVING = {State.DISCOVERED, State.FETCHED, State.STORED, State.UNCHANGED}


def discover(
    conn: postgres.Connection,
    source: Source,
    run: str,
    found: Iterable[KindAndEntry],
    via: str,
    *,
    by: Kind = Kind.FEED,
    shown: set[str] | None = None,
) -> dict[str, int]:
    """Write what a list named into the ledger, part of the caller's transaction.

    Gives counts of articles: new (the ledger did not know them), excluded, of this run (another list of the run named
    them before), alias (other forms of known addresses), again (due again), known (an earlier run knew them), and
    unusable (no URL at all).
    by: the kind of the list; only a feed may name URLs of other sites.
    shown: the keys that earlier pages of the same section named in this run; the keys of this page are added.
    """
    shown = set() if shown is None else shown
    counts = {"new": 0, "of this run": 0, "excluded": 0, "alias": 0, "again": 0, "known": 0, "unusable": 0}
    now = clock.of_ledger(conn).at
    reading = ListReading(conn=conn, source=source, run=run, via=via)
    named = read_named(source, found, by, now, counts)
    rows = postgres.query(
        conn,
        "known_urls",
        source=source.name,
        run=run,
        keys=list(named),
        not_ours=list(map(str, NOT_OURS)),
        revive_after=policy.REVIVE_AFTER,
        max_revive_doublings=policy.MAX_REVIVE_DOUBLINGS,
        max_gone_looks=policy.MAX_GONE_LOOKS,
        max_tries=policy.MAX_TRIES,
        variants=[one.variant for one in named.values() if one.kind == Kind.ARTICLE],
    )
    rows_by_key = {row["url_key"]: row for row in rows if row["url_key"] in named}
    fresh = [one for key, one in named.items() if key not in rows_by_key]
    moved = move_urls(reading, fresh, named, rows_by_key)
    fresh = [one for one in fresh if one.key not in moved]
    mains = _mains(rows)
    _insert(reading, fresh, mains, counts)
    # If an article was not fetched yet, what this list says of it is added to its row.
    lent = {
        row["main_id"]: as_json(named[key].entry) for key, row in rows_by_key.items() if row["main_fetched_at"] is None
    }
    postgres.execute_values(conn, "lend_entries", list(lent.items()))
    # An article that another page, such as the front page, named earlier in this run counts as `of this run`.
    ours = [row for key, row in rows_by_key.items() if row["discovered_run"] == run and key not in shown]
    counts["known"] = sum(row["discovered_run"] != run for row in rows)
    counts["of this run"] = sum(row["state"] != State.EXCLUDED for row in ours)
    shown.update(named)
    counts["again"] = make_due_again(reading, [(named[key], row) for key, row in rows_by_key.items()]) + len(moved)
    maps = [one.key for one in named.values() if one.kind == Kind.SITEMAP]
    if maps:
        postgres.execute(conn, "named_sitemaps", source=source.name, via=via, keys=maps)
    if by in (Kind.FEED, Kind.SITEMAP):
        still_named = [*moved.values(), *(row["main_id"] for row in (*rows_by_key.values(), *mains.values()))]
        look_for_vanished(reading, named.values(), still_named)
    return counts


def first_page(conn: postgres.Connection, source: Source, page: str) -> str:
    """The first page of a section, which the source's file names, given any page of that section."""
    row = postgres.row(conn, "list_of_source", source=source.name, key=urls.key(page))
    return str(row["via"] or row["url"]) if row else page


def next_page(conn: postgres.Connection, source: Source, run: str, first: str, entry: Entry) -> bool:
    """Make the next page of a section due, unless this run has fetched it already. Gives False if MAX_SECTION_PAGES
    further pages of the section are due or were fetched in this run.

    Part of the caller's transaction. first: the section's first page, as `first_page` gives it.
    """
    had = postgres.row(conn, "pages_of_section", source=source.name, via=first, run=run) or {"count": 0}
    if had["count"] >= policy.MAX_SECTION_PAGES:
        return False
    try:
        where = {"key": urls.key(entry.url), "url": urls.clean(entry.url), "host": urls.host(entry.url)}
    except ValueError:
        return True
    postgres.execute(conn, "next_section_page", source=source.name, run=run, via=first, **where)
    return True


def add_missing_variant_keys(conn: postgres.Connection, source: str) -> None:
    """Give variant keys to articles that were stored before variant keys existed, part of the caller's transaction."""
    while rows := postgres.query(conn, "unmarked_variants", source=source, count=policy.VARIANTS_BATCH):
        postgres.execute_values(conn, "mark_variants", [(row["id"], urls.variant(row["url"])[0]) for row in rows])


def _mains(rows: Sequence[postgres.Row]) -> dict[str, postgres.Row]:
    """For each variant key (the key that all forms of an address share), a row of the article that has this key."""
    mains: dict[str, postgres.Row] = {}
    for row in rows:
        if row["kind"] == Kind.ARTICLE and row["main_state"] in LIVING:
            mains.setdefault(row["variant_key"], row)
    return mains


def _insert(
    reading: ListReading, fresh: Sequence[NamedUrl], mains: dict[str, postgres.Row], counts: dict[str, int]
) -> None:
    """Write the new URLs into the ledger: first those under which articles are kept, then other forms of these
    addresses, as aliases."""
    chosen = _choose_forms(fresh, mains)

    def is_alias(one: NamedUrl) -> bool:
        return one.kind == Kind.ARTICLE and not one.rule and chosen.get(one.variant) != one.key

    added = reading.insert([row_of(reading, one) for one in fresh if not is_alias(one)])
    lists = {one.key for one in fresh if one.kind != Kind.ARTICLE}
    counts["excluded"] += sum(row["state"] == State.EXCLUDED for row in added)
    # A sitemap that an index names does not count as new: it leads to articles, but is no article itself.
    articles = [row for row in added if row["state"] != State.EXCLUDED and row["url_key"] not in lists]
    ids = {row["variant_key"]: row["id"] for row in added if row["state"] != State.EXCLUDED}
    swapped = [(mains[v]["id"], ids[v], ALIAS, reading.run) for v in chosen if v in mains and v in ids]
    postgres.execute_values(reading.conn, "become_aliases", swapped)
    # An article that only got a row with a plainer address (`swapped`) is not new: it was counted when a list named its
    # other address.
    counts["new"] += len(articles) - len(swapped)

    standing = {variant: row["main_id"] for variant, row in mains.items()} | ids
    others = [one for one in fresh if is_alias(one) and one.variant in standing]
    aliases = reading.insert([row_of(reading, one, alias_of=standing[one.variant]) for one in others])
    counts["alias"] += len(aliases)
    # What the entries of the aliases say is added to the article's entry: a feed may name the author, and a sitemap the
    # plain address.
    lending = [*(row["id"] for row in aliases), *(alias_id for alias_id, *_ in swapped)]
    if lending:
        postgres.execute(reading.conn, "lend_of_aliases", aliases=lending)


def _choose_forms(fresh: Sequence[NamedUrl], mains: dict[str, postgres.Row]) -> dict[str, str]:
    """For each variant key of a new article, the key of the address under which the article is kept; a plain address is
    preferred."""
    chosen: dict[str, str] = {}
    for one in sorted(fresh, key=lambda one: one.special):
        if one.kind == Kind.ARTICLE and not one.rule and not _keeps_its_row(mains.get(one.variant), one):
            chosen.setdefault(one.variant, one.key)
    return chosen


def _keeps_its_row(main: postgres.Row | None, one: NamedUrl) -> bool:
    """Whether the known row stays the main row of the article. It does not if it has a special form of the address
    (such as AMP) that nobody has fetched, and the list names the plain address.
    """
    if main is None:
        return False
    untouched = main["state"] == State.DISCOVERED and not main["alias_of"] and not main["leased"]
    return not (untouched and not one.special and urls.variant(main["url"])[1])

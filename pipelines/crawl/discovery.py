"""What lists name, into the ledger: which URL is another address of a known article, and what a list tells of articles
that are known already (that they changed, or that they are gone).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from pipelines import urls
from pipelines.codes import NOT_OURS, Cause, Kind, State
from pipelines.crawl import policy, rules
from pipelines.crawl.rules import Rule
from pipelines.model import Entry, Source
from pipelines.stores import clock, entries, postgres
from pipelines.text import tokens

Found = tuple[Kind, Entry]
ALIAS = "alias: another form of a known address"
BEFORE = "alias: the address it had before"
# A guid that is hardly another entry's: with a number of four digits or more, or of hexadecimal ones.
OWN_GUID = re.compile(r"\d{4}|[0-9a-fA-F]{8}")
LIVING = {State.DISCOVERED, State.FETCHED, State.STORED, State.UNCHANGED}
LOST = {State.REJECTED, State.EXCLUDED, State.BLOCKED, State.FAILED, State.GONE}


@dataclass(frozen=True, kw_only=True)
class Named:
    """One URL a list named, with its keys and the rule that keeps it out.

    special: whether its address is another form of a plain one: AMP, mobile, print … (urls.variant).
    """

    kind: Kind
    entry: Entry
    key: str
    url: str
    host: str
    variant: str
    special: bool
    rule: Rule


def discover(
    conn: postgres.Connection,
    source: Source,
    run: str,
    found: Iterable[Found],
    via: str,
    *,
    by: Kind = Kind.FEED,
    shown: set[str] | None = None,
) -> dict[str, int]:
    """Write what a list named into the ledger, part of the caller's transaction; how many articles were discovered,
    excluded, discovered by another list of this very run, aliases, due again, or no URL at all (unusable).

    by: what kind of list it was; only feeds may name other sites. shown: the keys that earlier pages of the same
    section named in this run; those of this one are added.
    """
    shown = set() if shown is None else shown
    counts = {"discovered": 0, "of this run": 0, "excluded": 0, "alias": 0, "again": 0, "unusable": 0}
    now = clock.of_ledger(conn).at
    named = _named(source, found, by, now, counts)
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
    known = {row["url_key"]: row for row in rows if row["url_key"] in named}
    fresh = [one for key, one in named.items() if key not in known]
    moved = _moved(conn, source, run, via, fresh, named, known)
    fresh = [one for one in fresh if one.key not in moved]
    mains = _mains(rows)
    _insert(conn, source, run, via, fresh, mains, counts)
    lent = {row["main_id"]: _json(named[key].entry) for key, row in known.items() if row["main_fetched_at"] is None}
    postgres.execute_values(conn, "lend_entries", list(lent.items()))
    # A section names what the front page named a moment ago: it is new to this run all the same.
    ours = [row for key, row in known.items() if row["discovered_run"] == run and key not in shown]
    counts["of this run"] = sum(row["state"] != State.EXCLUDED for row in ours)
    shown.update(named)
    counts["again"] = _make_due_again(conn, source, via, [(named[key], row) for key, row in known.items()]) + len(moved)
    maps = [one.key for one in named.values() if one.kind == Kind.SITEMAP]
    if maps:
        postgres.execute(conn, "named_sitemaps", source=source.name, via=via, keys=maps)
    if by in (Kind.FEED, Kind.SITEMAP):
        standing = [*moved.values(), *(row["main_id"] for row in (*known.values(), *mains.values()))]
        _vanished(conn, source, via, named.values(), standing)
    return counts


def first_page(conn: postgres.Connection, source: Source, page: str) -> str:
    """The listed page of a section, of whose pages this is one."""
    row = postgres.row(conn, "list_of_source", source=source.name, key=urls.key(page))
    return str(row["via"] or row["url"]) if row else page


def next_page(conn: postgres.Connection, source: Source, run: str, first: str, entry: Entry) -> bool:
    """Make the next page of a section due, unless this run had it; False where the section had its share of pages.

    Part of the caller's transaction. first: the section's first page, as first_page gives it.
    """
    had = postgres.row(conn, "pages_of_section", source=source.name, via=first, run=run) or {"count": 0}
    if had["count"] >= policy.MAX_SECTION_PAGES:
        return False
    try:
        where = {"key": urls.key(entry.url), "url": urls.cleaned(entry.url), "host": urls.host(entry.url)}
    except ValueError:
        return True
    postgres.execute(conn, "next_section_page", source=source.name, run=run, via=first, **where)
    return True


def fill(conn: postgres.Connection, source: str) -> None:
    """Give the articles of before variant keys theirs, part of the caller's transaction."""
    while rows := postgres.query(conn, "unmarked_variants", source=source, count=policy.VARIANTS_BATCH):
        postgres.execute_values(conn, "mark_variants", [(row["id"], urls.variant(row["url"])[0]) for row in rows])


def _named(source: Source, found: Iterable[Found], by: Kind, now: datetime, counts: dict[str, int]) -> dict[str, Named]:
    """By key, in the list's order; the first of two entries of one URL counts."""
    named: dict[str, Named] = {}
    for kind, said in found:
        try:
            entry, own = _shortened(said)
            key, url, host = urls.key(entry.url), urls.cleaned(entry.url), urls.host(entry.url)
            variant, special = urls.variant(entry.url)
            rule = own or rules.excluding_rule(source, kind, entry, by, now)
        except ValueError:
            counts["unusable"] += 1
            continue
        one = Named(kind=kind, entry=entry, key=key, url=url, host=host, variant=variant, special=special, rule=rule)
        named.setdefault(key, one)
    return named


def _shortened(entry: Entry) -> tuple[Entry, rules.Rule]:
    """An entry as the ledger can hold it, and why it is not asked for where that is for the length of its address."""
    try:
        urls.key(entry.url)
    except urls.TooLongError:
        words = f"address too long: {len(entry.url)} characters, more than {urls.LONGEST_CHARACTERS}"
        return replace(entry, url=urls.shortened(entry.url)), rules.Rule(Cause.TOO_LONG, words)
    return entry, rules.FREE


def _mains(rows: Sequence[postgres.Row]) -> dict[str, postgres.Row]:
    """By variant key, the article row that other forms of its address are aliases of."""
    mains: dict[str, postgres.Row] = {}
    for row in rows:
        if row["kind"] == Kind.ARTICLE and row["main_state"] in LIVING:
            mains.setdefault(row["variant_key"], row)
    return mains


def _insert(
    conn: postgres.Connection,
    source: Source,
    run: str,
    via: str,
    fresh: Sequence[Named],
    mains: dict[str, postgres.Row],
    counts: dict[str, int],
) -> None:
    """Write the URLs that are new: first those that stand for themselves, then the other forms of an address."""
    chosen: dict[str, str] = {}
    for one in sorted(fresh, key=lambda one: one.special):
        if one.kind == Kind.ARTICLE and not one.rule and not _keeps_its_row(mains.get(one.variant), one):
            chosen.setdefault(one.variant, one.key)

    def alias(one: Named) -> bool:
        return one.kind == Kind.ARTICLE and not one.rule and chosen.get(one.variant) != one.key

    own = [_row(source, run, via, one) for one in fresh if not alias(one)]
    added = postgres.execute_values(conn, "discover_urls", own, fetch=True)
    lists = {one.key for one in fresh if one.kind != Kind.ARTICLE}
    for row in added:
        if row["state"] == State.EXCLUDED:
            counts["excluded"] += 1
        # A sitemap that an index names is on the way to articles, and none itself.
        elif row["url_key"] not in lists:
            counts["discovered"] += 1
    ids = {row["variant_key"]: row["id"] for row in added if row["state"] != State.EXCLUDED}
    swapped = [(mains[v]["id"], ids[v], ALIAS, run) for v in chosen if v in mains and v in ids]
    postgres.execute_values(conn, "become_aliases", swapped)
    # The article was new when its other form was named.
    counts["discovered"] -= len(swapped)
    standing = {variant: row["main_id"] for variant, row in mains.items()} | ids
    others = [
        _row(source, run, via, one, alias_of=standing[one.variant])
        for one in fresh
        if alias(one) and one.variant in standing
    ]
    aliases = postgres.execute_values(conn, "discover_urls", others, fetch=True)
    counts["alias"] += len(aliases)
    # What one list says of an article another one need not know: the feed has the author, the sitemap the address.
    told = [*(row["id"] for row in aliases), *(alias_id for alias_id, *_ in swapped)]
    if told:
        postgres.execute(conn, "lend_of_aliases", aliases=told)


def _moved(
    conn: postgres.Connection,
    source: Source,
    run: str,
    via: str,
    fresh: Sequence[Named],
    named: dict[str, Named],
    known: dict[str, postgres.Row],
) -> dict[str, int]:
    """Articles that a feed names by another address than before, under the same guid: they stay the articles they are.

    The old address becomes an alias. By key, the row of each. Not where the feed still names the old address, uses the
    guid twice or writes one that is hardly its own, nor where no word of the titles is the same: some feeds number
    their places.
    """
    used = Counter(one.entry.guid for one in named.values())
    wanted = {
        one.entry.guid: one
        for one in fresh
        if one.kind == Kind.ARTICLE and not one.rule and used[one.entry.guid] == 1 and OWN_GUID.search(one.entry.guid)
    }
    rows = postgres.query(conn, "known_guids", source=source.name, guids=list(wanted)) if wanted else []
    had = Counter(row["guid"] for row in rows)
    still = {row["main_id"] for row in known.values()}
    moved: dict[str, int] = {}
    for row in rows:
        one = wanted[row["guid"]]
        titles = [{token.form for token in tokens(title)} for title in (row["title"], one.entry.title)]
        if had[row["guid"]] > 1 or row["id"] in still or (all(titles) and not titles[0] & titles[1]):
            continue
        facts = {"url": one.url, "key": one.key, "variant": one.variant, "host": one.host, "entry": _json(one.entry)}
        postgres.execute(conn, "move_url", id=row["id"], via=via, **facts)
        before = (
            source.name, row["url_key"], row["variant_key"], row["url"], row["host"], str(Kind.ARTICLE),
            str(State.DUPLICATE), str(Cause.ALIAS), BEFORE, via, postgres.json({"url": row["url"]}), run, False,
            row["id"],
        )  # fmt: skip
        postgres.execute_values(conn, "discover_urls", [before])
        moved[one.key] = row["id"]
    return moved


def _keeps_its_row(main: postgres.Row | None, one: Named) -> bool:
    """Whether the row that is known stays the article's own; an AMP page nobody fetched yields to the page itself."""
    if main is None:
        return False
    untouched = main["state"] == State.DISCOVERED and not main["alias_of"] and not main["leased"]
    return not (untouched and not one.special and urls.variant(main["url"])[1])


def _row(source: Source, run: str, via: str, one: Named, *, alias_of: int | None = None) -> tuple[object, ...]:
    """A row in the order of the statement `discover_urls`."""
    state = State.DUPLICATE if alias_of else State.EXCLUDED if one.rule else State.DISCOVERED
    variant = one.variant if one.kind == Kind.ARTICLE else None
    code, reason = (Cause.ALIAS, ALIAS) if alias_of else (one.rule.code, one.rule.words)
    return (
        source.name, one.key, variant, one.url, one.host, str(one.kind), str(state), str(code), reason, via,
        postgres.json(entries.as_json(one.entry)), run, state == State.DISCOVERED, alias_of,
    )  # fmt: skip


def _make_due_again(
    conn: postgres.Connection, source: Source, via: str, pairs: Sequence[tuple[Named, postgres.Row]]
) -> int:
    """Known URLs that are due once more: let in now, or called modified by a list that is believed; how many."""
    open_now = [row["id"] for one, row in pairs if not one.rule and _readmitted(row)]
    if open_now:
        postgres.execute(conn, "readmit_urls", ids=open_now, not_ours=list(map(str, NOT_OURS)))
    # Who was refused or failed so often that nobody would ask again is still news to somebody: a list names it. It has
    # rested where the pause before such a revival is over (policy.REVIVE_AFTER).
    rested = [row["id"] for one, row in pairs if not one.rule and row["rested"]]
    if rested:
        postgres.execute(conn, "try_again", ids=rested)
        open_now += rested
    claims: list[tuple[Named, postgres.Row]] = []
    for one, row in pairs:
        if not one.rule and row["id"] not in open_now and _modified(one.entry, row):
            claims.append((one, row))
    if not claims:
        return len(open_now)
    naming = postgres.row(conn, "list_of_source", source=source.name, key=urls.key(via))
    sitemaps = [pair for pair in claims if pair[0].kind != Kind.ARTICLE]
    pages = sorted((pair for pair in claims if pair[0].kind == Kind.ARTICLE), key=_latest, reverse=True)
    believed = [*sitemaps, *pages[: believable(naming)]]
    rows = {
        row["main_id"]: (row["id"], row["main_id"], naming["id"] if naming else None, _json(one.entry))
        for one, row in reversed(believed)
    }
    postgres.execute_values(conn, "claim_modified", list(rows.values()))
    return len(open_now) + len(rows)


def believable(naming: postgres.Row | None) -> int | None:
    """How many of the pages that a list calls modified are looked at for that (None: all of them)."""
    held, failed = (naming["lastmod_true"], naming["lastmod_false"]) if naming else (0, 0)
    if failed >= policy.TRUSTED_LOOKS and failed > held:
        return 0
    return policy.TRUSTED_LOOKS if held < policy.TRUSTED_LOOKS else None


def _readmitted(row: postgres.Row) -> bool:
    """Whether what a rule kept out is let in now, or an alias looked at itself, for its article is none."""
    if row["state"] == State.EXCLUDED:
        return row["code"] not in NOT_OURS
    if not row["alias_of"] or row["fetched_at"] or row["looks"] >= policy.TRUSTED_LOOKS:
        return False
    if row["main_next_at"] or row["main_state"] not in LOST:
        return False
    return row["main_fetched_at"] is None or row["main_state"] in (State.REJECTED, State.GONE)


def _modified(entry: Entry, row: postgres.Row) -> bool:
    """Whether the list's date is newer than the last look and than what lists said before; not where one is due."""
    if entry.modified_at is None or row["main_fetched_at"] is None:
        return False
    if row["main_state"] in (State.DISCOVERED, State.FETCHED, State.EXCLUDED):
        return False
    planned = row["main_state"] in (State.STORED, State.UNCHANGED) and row["main_next_at"] is not None
    if row["main_next_at"] is not None and (row["main_due"] or not planned):
        return False
    before = datetime.fromisoformat(row["modified_at"]) if row["modified_at"] else None
    return entry.modified_at > row["main_fetched_at"] and (before is None or entry.modified_at > before)


def _vanished(
    conn: postgres.Connection, source: Source, via: str, named: Iterable[Named], standing: Sequence[int]
) -> None:
    """Have a look at articles this list named before and does not now, though they are not older than its oldest."""
    dates = [one.entry.published_at or one.entry.modified_at for one in named if one.kind == Kind.ARTICLE]
    dated = sorted(at for at in dates if at is not None)
    naming = postgres.row(conn, "list_of_source", source=source.name, key=urls.key(via)) if dated else None
    if naming is None or len(dated) * 2 < len(dates):
        return
    wanted: dict[str, Any] = {
        "list": naming["id"],
        "oldest": dated[len(dated) // policy.PINNED_ONE_IN],
        "named": list(standing),
    }
    postgres.execute(
        conn,
        "vanished_urls",
        source=source.name,
        via=via,
        most=policy.MAX_VANISHED,
        apart=policy.VANISHED_APART,
        ahead=policy.DATED_AHEAD,
        **wanted,
    )


def _latest(pair: tuple[Named, postgres.Row]) -> datetime:
    return pair[0].entry.modified_at or datetime.min.replace(tzinfo=UTC)


def _json(entry: Entry) -> Any:
    return postgres.json(entries.as_json(entry))

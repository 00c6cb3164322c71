"""What a list tells about known articles: they have another address, are due again, or are no longer named."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from pipelines.codes import NOT_OURS, Cause, Kind, State
from pipelines.crawl import policy
from pipelines.crawl.named_urls import ListReading, NamedUrl, as_json, new_row
from pipelines.model import Entry
from pipelines.stores import postgres
from pipelines.text import tokens

BEFORE = "alias: the address it had before"
# A guid probably belongs to one entry alone if it has four decimal digits in a row, or eight hexadecimal digits.
OWN_GUID = re.compile(r"\d{4}|[0-9a-fA-F]{8}")
LOST = {State.REJECTED, State.EXCLUDED, State.BLOCKED, State.FAILED, State.GONE}


def move_urls(
    reading: ListReading, fresh: Sequence[NamedUrl], named: dict[str, NamedUrl], known: dict[str, postgres.Row]
) -> dict[str, int]:
    """Give articles their new address if a feed names them at a new address under their old guid. Gives the numbers of
    their rows, by the new key.

    The old address becomes an alias. An article is not moved in four cases: the feed still names the old address, the
    feed or the ledger has the guid twice, the guid is one that other entries may get too (such as a place in the list),
    or the titles share no word.
    """
    used = Counter(one.entry.guid for one in named.values())
    wanted = {
        one.entry.guid: one
        for one in fresh
        if one.kind == Kind.ARTICLE and not one.rule and used[one.entry.guid] == 1 and OWN_GUID.search(one.entry.guid)
    }
    rows = postgres.query(reading.conn, "known_guids", source=reading.source.name, guids=list(wanted)) if wanted else []
    had = Counter(row["guid"] for row in rows)
    still = {row["main_id"] for row in known.values()}
    moved: dict[str, int] = {}
    for row in rows:
        one = wanted[row["guid"]]
        titles = [{token.form for token in tokens(title)} for title in (row["title"], one.entry.title)]
        if had[row["guid"]] > 1 or row["id"] in still or (all(titles) and not titles[0] & titles[1]):
            continue
        facts = {
            "url": one.url,
            "key": one.key,
            "variant": one.variant,
            "host": one.host,
            "entry": as_json(one.entry),
        }
        postgres.execute(reading.conn, "move_url", id=row["id"], via=reading.via, **facts)
        before = new_row(
            reading,
            {name: row[name] for name in ("url_key", "variant_key", "url", "host")},
            kind=Kind.ARTICLE,
            state=State.DUPLICATE,
            code=Cause.ALIAS,
            reason=BEFORE,
            entry=postgres.json({"url": row["url"]}),
            alias_of=row["id"],
        )
        reading.insert([before])
        moved[one.key] = row["id"]
    return moved


def make_due_again(reading: ListReading, pairs: Sequence[tuple[NamedUrl, postgres.Row]]) -> int:
    """Make known URLs due again if the rules now let them in, if their pause after failures is over, or if a believed
    list calls them modified; gives how many.
    """
    pairs = [(one, row) for one, row in pairs if not one.rule]
    readmitted = [row["id"] for _, row in pairs if _is_readmitted(row)]
    if readmitted:
        postgres.execute(reading.conn, "readmit_urls", ids=readmitted, not_ours=list(map(str, NOT_OURS)))
    # A URL that was given up, because it was refused or failed too often, is tried again if a list still names it.
    # `rested`: whether its pause (policy.REVIVE_AFTER) is over.
    rested = [row["id"] for _, row in pairs if row["rested"]]
    if rested:
        postgres.execute(reading.conn, "try_again", ids=rested)
    due = {*readmitted, *rested}
    claims = [(one, row) for one, row in pairs if row["id"] not in due and _is_modified(one.entry, row)]
    return len(readmitted) + len(rested) + _believe(reading, claims)


def _believe(reading: ListReading, claims: Sequence[tuple[NamedUrl, postgres.Row]]) -> int:
    """Make due what the list calls modified, as far as the list is believed; gives how many articles and lists."""
    if not claims:
        return 0
    naming = reading.own_row()
    lists = [pair for pair in claims if pair[0].kind != Kind.ARTICLE]
    pages = sorted((pair for pair in claims if pair[0].kind == Kind.ARTICLE), key=_latest, reverse=True)
    rows = {
        row["main_id"]: (row["id"], row["main_id"], naming["id"] if naming else None, as_json(one.entry))
        for one, row in reversed([*lists, *pages[: believable(naming)]])
    }
    postgres.execute_values(reading.conn, "claim_modified", list(rows.values()))
    return len(rows)


def believable(naming: postgres.Row | None) -> int | None:
    """How many of the pages that a list calls modified are looked at for this reason (None: all of them)."""
    held, failed = (naming["lastmod_true"], naming["lastmod_false"]) if naming else (0, 0)
    if failed >= policy.TRUSTED_LOOKS and failed > held:
        return 0
    return policy.TRUSTED_LOOKS if held < policy.TRUSTED_LOOKS else None


def _is_readmitted(row: postgres.Row) -> bool:
    """Whether a URL that a rule kept out is let in now; or whether an alias is to be fetched itself, because the main
    address of its article is gone, was rejected, or never answered with a page.
    """
    if row["state"] == State.EXCLUDED:
        return row["code"] not in NOT_OURS
    # `looks` of an alias: how often its page was fetched and turned out to be the article of the main row.
    if not row["alias_of"] or row["fetched_at"] or row["looks"] >= policy.TRUSTED_LOOKS:
        return False
    if row["main_next_at"] or row["main_state"] not in LOST:
        return False
    return row["main_fetched_at"] is None or row["main_state"] in (State.REJECTED, State.GONE)


def _is_modified(entry: Entry, row: postgres.Row) -> bool:
    """Whether the list's date of change is newer than the last fetch, and newer than the date of change that the ledger
    has from an earlier list. False if a look is due already.
    """
    if entry.modified_at is None or row["main_fetched_at"] is None:
        return False
    if row["main_state"] in (State.DISCOVERED, State.FETCHED, State.EXCLUDED):
        return False
    planned = row["main_state"] in (State.STORED, State.UNCHANGED) and row["main_next_at"] is not None
    if row["main_next_at"] is not None and (row["main_due"] or not planned):
        return False
    before = datetime.fromisoformat(row["modified_at"]) if row["modified_at"] else None
    return entry.modified_at > row["main_fetched_at"] and (before is None or entry.modified_at > before)


def look_for_vanished(reading: ListReading, named: Iterable[NamedUrl], still_named: Sequence[int]) -> None:
    """Make articles due that this list named before and does not name now, although the list has older entries.
    still_named: the row numbers of the articles that the list does name.
    """
    dates = [one.entry.published_at or one.entry.modified_at for one in named if one.kind == Kind.ARTICLE]
    dated = sorted(at for at in dates if at is not None)
    naming = reading.own_row() if dated else None
    if naming is None or len(dated) * 2 < len(dates):
        return
    postgres.execute(
        reading.conn,
        "vanished_urls",
        source=reading.source.name,
        via=reading.via,
        list=naming["id"],
        oldest=dated[len(dated) // policy.PINNED_ONE_IN],
        still_named=list(still_named),
        most=policy.MAX_VANISHED,
        apart=policy.VANISHED_APART,
        ahead=policy.DATED_AHEAD,
    )


def _latest(pair: tuple[NamedUrl, postgres.Row]) -> datetime:
    return pair[0].entry.modified_at or datetime.min.replace(tzinfo=UTC)

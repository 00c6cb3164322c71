"""Records of the URLs that a list names, and the rows that are written into the ledger for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pipelines import urls
from pipelines.codes import Cause, Kind, State
from pipelines.crawl import rules
from pipelines.crawl.rules import Rule
from pipelines.model import Entry, Source
from pipelines.stores import entries, postgres

KindAndEntry = tuple[Kind, Entry]
ALIAS = "alias: another form of a known address"


@dataclass(frozen=True, kw_only=True)
class NamedUrl:
    """One URL that a list named, with its keys and the rule that keeps it out, if there is one.

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


@dataclass(frozen=True, kw_only=True)
class ListReading:
    """One reading of one list: its source, run and address. What it names is written in the caller's transaction."""

    conn: postgres.Connection
    source: Source
    run: str
    via: str

    def insert(self, rows: Sequence[tuple[object, ...]]) -> list[postgres.Row]:
        """Write new URLs, each in the form that `row_of` makes; gives the rows that were written."""
        return postgres.execute_values(self.conn, "discover_urls", rows, fetch=True)

    def own_row(self) -> postgres.Row | None:
        """The list's own row in the ledger; None if the ledger has no row for this list."""
        return postgres.row(self.conn, "list_of_source", source=self.source.name, key=urls.key(self.via))


def read_named(
    source: Source, found: Iterable[KindAndEntry], by: Kind, now: datetime, counts: dict[str, int]
) -> dict[str, NamedUrl]:
    """What a list named, by key and in the list's order. If two entries have one URL, the first counts.

    counts: the number of entries without a usable URL is added here as `unusable`.
    """
    named: dict[str, NamedUrl] = {}
    for kind, said in found:
        try:
            entry, own = _shorten_entry(said)
            key, url, host = urls.key(entry.url), urls.clean(entry.url), urls.host(entry.url)
            variant, special = urls.variant(entry.url)
            rule = own or rules.excluding_rule(source, kind, entry, by, now)
        except ValueError:
            counts["unusable"] += 1
            continue
        one = NamedUrl(kind=kind, entry=entry, key=key, url=url, host=host, variant=variant, special=special, rule=rule)
        named.setdefault(key, one)
    return named


def _shorten_entry(entry: Entry) -> tuple[Entry, rules.Rule]:
    """The entry and FREE. If the entry's address is too long for the ledger: the entry with a shortened address, and
    the rule that keeps this address out."""
    try:
        urls.key(entry.url)
    except urls.TooLongError:
        words = f"address too long: {len(entry.url)} characters, more than {urls.LONGEST_CHARACTERS}"
        return replace(entry, url=urls.shorten(entry.url)), rules.Rule(Cause.TOO_LONG, words)
    return entry, rules.FREE


def row_of(reading: ListReading, one: NamedUrl, *, alias_of: int | None = None) -> tuple[object, ...]:
    """The row of a new URL. alias_of: if the URL is another form of an article's address, the number of that article's
    row."""
    code, reason = (Cause.ALIAS, ALIAS) if alias_of else (one.rule.code, one.rule.words)
    variant = one.variant if one.kind == Kind.ARTICLE else None
    return new_row(
        reading,
        {"url_key": one.key, "variant_key": variant, "url": one.url, "host": one.host},
        kind=one.kind,
        state=State.DUPLICATE if alias_of else State.EXCLUDED if one.rule else State.DISCOVERED,
        code=code,
        reason=reason,
        entry=as_json(one.entry),
        alias_of=alias_of,
    )


def new_row(
    reading: ListReading,
    address: Mapping[str, str | None],
    *,
    kind: Kind,
    state: State,
    code: str,
    reason: str,
    entry: Any,
    alias_of: int | None,
) -> tuple[object, ...]:
    """A row whose values have the order of the columns in the statement `discover_urls`; address: url_key, variant_key,
    url and host."""
    return (
        reading.source.name,
        *(address[name] for name in ("url_key", "variant_key", "url", "host")),
        *(str(kind), str(state), str(code), reason),
        *(reading.via, entry, reading.run),
        state == State.DISCOVERED,
        alias_of,
    )


def as_json(entry: Entry) -> Any:
    """What a list said of an article, for a column of json."""
    return postgres.json(entries.as_json(entry))

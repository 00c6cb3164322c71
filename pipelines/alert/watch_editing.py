"""Checks a watch that a person writes in a terminal or at the Desk, tries the watch on a text, and notes likely
mistakes."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pipelines.alert import name_check, synonyms, watches
from pipelines.alert.watches import Watch
from pipelines.errors import WatchError
from pipelines.model import Match
from pipelines.query import evaluation, explanation, matcher
from pipelines.query.evaluation import QueriedArticle
from pipelines.query.grammar import Node
from pipelines.query.terms import Term
from pipelines.settings import Settings
from pipelines.sources import folders
from pipelines.stores import postgres

# CHANGEABLE has the fields of a watch that a person writes.
CHANGEABLE = (
    "query", "terms", "unless", "sources", "languages", "kinds", "channels", "cap", "digest", "quiet", "timezone",
    "messages_in", "owner",
)  # fmt: skip
# WHEN and STAYS have the fields that stay unchanged if they are not given. WHEN: when and how people are told. STAYS:
# the fields of WHEN, and the owner.
WHEN = ("digest", "quiet", "timezone", "messages_in")
STAYS = (*WHEN, "owner")
SPAN = re.compile(r"(\d{1,4})\s*(min|h|d|w)")
UNITS = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


@dataclass(frozen=True, kw_only=True)
class TextTest:
    """The result of trying a query on a text.

    `failed`: the parts of the query that did not match.
    `left_out`: the parts that a text alone cannot decide.
    """

    matched: bool
    matches: Sequence[Match]
    failed: Sequence[str]
    left_out: Sequence[str]


def make(settings: Settings, conn: postgres.Connection, name: str, written: Mapping[str, Any]) -> Watch:
    """Make a watch from written fields with the names of CHANGEABLE; a field of STAYS that is not given is unchanged.

    WatchError, QueryError and NightdeskError say what cannot be used, for example an unknown source or group.
    """
    name_check.check(settings, conn, written.get("sources") or ())
    lists = synonyms.lists(conn)
    before = watches.by_name(conn, [name]).get(name)
    stays = {field: getattr(before, field) for field in STAYS} if before else {}
    given = {field: value for field, value in written.items() if field not in STAYS or value is not None}
    made = watches.make(name, **{"terms": (), **stays, **given}, synonyms=lists)
    name_check.check_scope(settings, conn, watches.node(made, lists))
    return made


def test(node: Node, *, title: str, text: str) -> TextTest:
    """The result of a query on a single text."""
    of_text, left_out = explanation.of_text(node)
    lookup = evaluation.read_article(QueriedArticle(title=title, description="", text=text))
    hits = evaluation.places(of_text, lookup) if of_text else []
    return TextTest(
        matched=hits is not None,
        matches=matcher.matches(hits or (), lookup.reading.fields),
        failed=explanation.explain_failed(of_text, lookup) if of_text else [],
        left_out=left_out,
    )


def notes(watch: Watch) -> list[str]:
    """Sentences about common misunderstandings: words side by side, several terms, a watch that tells nobody."""
    told = []
    words = watches.side_by_side(watch.query) if watch.query else []
    if words:
        row, two = " ".join(words), words[:2]
        told.append(
            f"All of these words must be there, anywhere in the article: {row}. For one directly after the other write "
            f'"{row}" in quotes, for near each other {two[0]} NEAR/5 {two[1]}, for any of them {" OR ".join(words)}.'
        )
    if len(watch.terms) > 1:
        told.append("Any of these terms is enough; for all of them write a --query.")
    if not watch.channels:
        told.append("It has no channel, so it only lists.")
    return told


def find_unaddressed(watch: Watch, addressed: Collection[str]) -> list[str]:
    """A sentence for each channel of the watch that has no address."""
    return [
        f"Channel {name} has no address yet{folders.near(name, addressed)}: set NIGHTDESK_CHANNEL_{name.upper()}."
        for name in watch.channels
        if name not in addressed
    ]


def span(written: str) -> timedelta:
    """A span of time as a person writes it: 30min, 8h, 1d, 2w; WatchError if the text is no span."""
    found = SPAN.fullmatch(written.strip().lower())
    if not found or not int(found[1]):
        raise WatchError(f"{written!r} is no span of time; write it like 30min, 8h, 1d or 2w.")
    return int(found[1]) * UNITS[found[2]]


def show_field(value: object) -> str:
    """A field of a watch as a sentence shows it."""
    if isinstance(value, (tuple, list)):
        return ", ".join(one.written if isinstance(one, Term) else str(one) for one in value) or "none"
    return "none" if value in (None, "") else str(value)


def change_told(row: postgres.Row) -> str:
    """A change of a row of `watches` in words."""
    before, after = row["before"], row["after"]
    if after is None:
        return "removed"
    if before is None:
        return "added"
    told = [
        f"{field} {_show_column(before.get(field))} → {_show_column(after.get(field))}"
        for field in (*CHANGEABLE, "paused_at", "muted_until")
        if _show_column(before.get(field)) != _show_column(after.get(field))
    ]
    return "; ".join(told)


def _show_column(value: Any) -> str:
    """A column of `watches` as a sentence shows it."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return show_field([Term(**{**term, "aliases": tuple(term["aliases"])}) for term in value])
    return show_field(value)

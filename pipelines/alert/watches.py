"""Watches: what somebody wants to be told of, how it is written down, and where it is kept.

A term is written as words; `exact:`, `suffix:`, `sub:` and `keep:` before it change how it is looked for, `|` after it
adds other spellings, and a final `*` finds every word that begins so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipelines.errors import WatchError
from pipelines.model import Match
from pipelines.query import matcher
from pipelines.query.terms import Term, parse_term
from pipelines.stores import postgres

KINDS = ("new", "revised", "removed")
NAME = re.compile(r"[^\W_][\w .-]{0,79}")
LANGUAGE = re.compile(r"[a-z]{2,3}")

__all__ = ["Term", "Watch", "add", "all_watches", "make", "parse_term", "remove", "test_text"]


@dataclass(frozen=True, kw_only=True)
class Watch:
    """What somebody wants to be told of.

    terms: any of them is enough.
    unless: around a mention it takes that mention away; elsewhere in the article it takes the whole article away.
    sources, languages: only these; empty means all.
    kinds: of changes.
    cap: single messages an hour, None for the installation's own.
    """

    name: str
    terms: tuple[Term, ...]
    unless: tuple[Term, ...] = ()
    sources: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    kinds: tuple[str, ...] = KINDS
    channels: tuple[str, ...] = ()
    cap: int | None = None


def make(
    name: str,
    terms: Iterable[str],
    unless: Iterable[str] = (),
    *,
    sources: Sequence[str] | None = None,
    languages: Sequence[str] | None = None,
    kinds: Sequence[str] | None = None,
    channels: Sequence[str] | None = None,
    cap: int | None = None,
) -> Watch:
    """A watch from what a person wrote; WatchError names the watch, what cannot be used and what is allowed."""
    if not NAME.fullmatch(name):
        raise WatchError(f"{name!r} is no name for a watch: up to 80 letters, digits, blanks, dots and dashes.")
    try:
        wanted, unwanted = tuple(map(parse_term, terms)), tuple(map(parse_term, unless))
    except WatchError as error:
        raise WatchError(f"Watch {name}: {error}") from None
    if not wanted:
        raise WatchError(f"Watch {name} has no term: give it at least one word to look for.")
    for language in languages or ():
        if not LANGUAGE.fullmatch(language):
            raise WatchError(f"Watch {name}: {language!r} is no language code; write it like ar or ckb.")
    for kind in kinds or ():
        if kind not in KINDS:
            raise WatchError(f"Watch {name}: {kind!r} is no kind of change; allowed are {', '.join(KINDS)}.")
    if cap is not None and cap < 1:
        raise WatchError(f"Watch {name}: a cap of {cap} is too small; the least is 1 message an hour.")
    return Watch(
        name=name,
        terms=wanted,
        unless=unwanted,
        sources=tuple(sources or ()),
        languages=tuple(languages or ()),
        kinds=tuple(kinds or KINDS),
        channels=tuple(dict.fromkeys(channel.lower() for channel in channels or ())),
        cap=cap,
    )


def add(conn: postgres.Connection, watch: Watch) -> None:
    """Keep a watch, in place of the one of that name; part of the caller's transaction."""
    postgres.execute(
        conn,
        "add_watch",
        watch=watch.name,
        terms=postgres.json([_json(term) for term in watch.terms]),
        unless=postgres.json([_json(term) for term in watch.unless]),
        sources=list(watch.sources),
        languages=list(watch.languages),
        kinds=list(watch.kinds),
        channels=list(watch.channels),
        cap=watch.cap,
    )


def remove(conn: postgres.Connection, name: str) -> None:
    """Forget a watch; its alerts stay. WatchError where there is none of that name."""
    if not postgres.execute(conn, "remove_watch", watch=name):
        raise WatchError(f"There is no watch {name}; `nightdesk watch list` names them.")


def all_watches(conn: postgres.Connection) -> list[Watch]:
    """Every watch, by name."""
    return [_watch(row) for row in postgres.query(conn, "all_watches")]


def test_text(watch: Watch, text: str) -> list[Match]:
    """What a watch finds in a text, whatever source or language it is of; nothing where `unless` takes it away."""
    index = matcher.index([(watch.name, watch.terms, watch.unless)])
    return list(matcher.find(index, {"text": text}).get(watch.name, ()))


def _json(term: Term) -> dict[str, object]:
    return {"text": term.text, "mode": term.mode, "article": term.article, "aliases": list(term.aliases)}


def _watch(row: postgres.Row) -> Watch:
    return Watch(
        name=row["name"],
        terms=tuple(_term(term) for term in row["terms"]),
        unless=tuple(_term(term) for term in row["unless"]),
        cap=row["cap"],
        **{name: tuple(row[name]) for name in ("sources", "languages", "kinds", "channels")},
    )


def _term(fields: dict[str, object]) -> Term:
    return Term(**{**fields, "aliases": tuple(fields["aliases"])})  # type: ignore[arg-type]

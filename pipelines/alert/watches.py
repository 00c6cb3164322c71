"""Watches: what somebody wants to be told of, how a watch is written, and where it is kept.

A watch has a query of `nightdesk search`, or terms, of which any is enough. A term is written as words. `exact:`,
`suffix:`, `sub:` and `keep:` before the words change how they are looked for. `|` after them adds other spellings. A
final `*` finds every word that begins so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from zoneinfo import available_timezones

from pipelines.alert import send_times
from pipelines.errors import QueryError, WatchError
from pipelines.notify import message_languages
from pipelines.query import grammar, lexer
from pipelines.query.grammar import Either, Every, Except, Find, Node, Without
from pipelines.query.terms import Term, parse_term
from pipelines.settings import Settings
from pipelines.stores import postgres

# What a watch is told of where it does not say, and what it may ask for besides: kinds of edits, of which `revised` is
# all, and each further outlet of a story that was told.
KINDS = ("new", "revised", "removed", "restored")
OUTLET = "outlet"
FINER_KINDS = ("correction", "substantial", "headline", "minor", OUTLET)
NAME = re.compile(r"[^\W_][\w .-]{0,79}")
# Airflow's logins are free text; what cannot be shown in a line is none.
OWNER = re.compile(r"[^\x00-\x1f\x7f]{0,80}")
LANGUAGE = re.compile(r"[a-z]{2,3}")
# Filters of a search that say nothing of what is yet to come, and what says it of a watch.
NOT_IN_WATCHES = {
    "from": "a watch is told of what comes after it was made; `nightdesk watch try --days 30` looks back",
    "to": "a watch is told of what comes after it was made; `nightdesk watch try --days 30` looks back",
    "is": "which changes a watch is told of says --kind: new, revised, removed, restored",
}


@dataclass(frozen=True, kw_only=True)
class Watch:
    """What somebody wants to be told of.

    query: as `nightdesk search` takes it; empty if there are terms.
    terms: any of them is enough.
    unless: if such a term stands around a mention, this mention does not count; elsewhere in the article, the article
        does not count.
    sources, languages: only these; empty means all.
    kinds: of changes.
    cap: single messages an hour; None: as the installation has it.
    digest: when collected alerts go out, as `send_times` writes it; empty: at once.
    quiet: when nothing goes out.
    timezone: the clock for digest, quiet and the times in messages; empty: as the installation has it.
    messages_in: the language of messages; empty: as the installation has it.
    owner: whose watch it is, by the login name in Airflow; empty: nobody's in particular.
    paused_at: since when it looks at nothing.
    muted_until: until when what it finds is only listed.
    """

    name: str
    query: str = ""
    terms: tuple[Term, ...] = ()
    unless: tuple[Term, ...] = ()
    sources: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    kinds: tuple[str, ...] = KINDS
    channels: tuple[str, ...] = ()
    cap: int | None = None
    digest: str = ""
    quiet: tuple[str, ...] = ()
    timezone: str = ""
    messages_in: str = ""
    owner: str = ""
    paused_at: datetime | None = None
    muted_until: datetime | None = None

    @property
    def written(self) -> str:
        """What the watch looks for, as a person reads it."""
        return self.query or ", ".join(term.written for term in self.terms)


def make(
    name: str,
    terms: Iterable[str] = (),
    unless: Iterable[str] = (),
    *,
    query: str = "",
    synonyms: Mapping[str, Sequence[str]] = MappingProxyType({}),
    sources: Sequence[str] | None = None,
    languages: Sequence[str] | None = None,
    kinds: Sequence[str] | None = None,
    channels: Sequence[str] | None = None,
    cap: int | None = None,
    digest: str = "",
    quiet: Sequence[str] | None = None,
    timezone: str = "",
    messages_in: str = "",
    owner: str = "",
) -> Watch:
    """A watch from what a person wrote. WatchError names the watch, what cannot be used, and what is allowed.

    QueryError points at the place where a query cannot be used.
    """
    if not NAME.fullmatch(name):
        raise WatchError(f"{name!r} is no name for a watch: up to 80 letters, digits, blanks, dots and dashes.")
    try:
        wanted, unwanted = tuple(map(parse_term, terms)), tuple(map(parse_term, unless))
    except WatchError as error:
        raise WatchError(f"Watch {name}: {error}") from None
    query = " ".join(grammar.UNWRITABLE.sub(" ", query).split())
    if query:
        parse_query(query, synonyms)
    if query and (wanted or unwanted):
        raise WatchError(
            f"Watch {name}: a query takes no terms and no --unless beside it; write them into the query, -word for "
            "what must not be there."
        )
    if not wanted and not query:
        raise WatchError(f"Watch {name} has no term: give it at least one word to look for, or a --query.")
    for language in languages or ():
        if not LANGUAGE.fullmatch(language):
            raise WatchError(f"Watch {name}: {language!r} is no language code; write it like ar or ckb.")
    for kind in kinds or ():
        if kind not in (*KINDS, *FINER_KINDS):
            allowed = ", ".join((*KINDS, *FINER_KINDS))
            raise WatchError(f"Watch {name}: {kind!r} is no kind of change; allowed are {allowed}.")
    if cap is not None and cap < 1:
        raise WatchError(f"Watch {name}: a cap of {cap} is too small; the least is 1 message an hour.")
    try:
        when, silences = send_times.digest(digest), send_times.quiet(quiet or ())
    except ValueError as error:
        raise WatchError(f"Watch {name}: {error}.") from None
    if timezone and timezone not in available_timezones():
        raise WatchError(f"Watch {name}: {timezone!r} is no time zone; write a name like Asia/Damascus.")
    if messages_in and messages_in not in message_languages.NAMES:
        known = ", ".join(f"{code} ({said})" for code, said in message_languages.NAMES.items())
        raise WatchError(f"Watch {name}: there are no messages in {messages_in!r}; there are: {known}.")
    if not OWNER.fullmatch(owner):
        raise WatchError(f"Watch {name}: {owner!r} is no name of a person: up to 80 characters, no line breaks.")
    return Watch(
        name=name,
        query=query,
        terms=wanted,
        unless=unwanted,
        sources=tuple(sources or ()),
        languages=tuple(languages or ()),
        kinds=tuple(kinds or KINDS),
        channels=tuple(dict.fromkeys(channel.lower() for channel in channels or ())),
        cap=cap,
        digest=when,
        quiet=silences,
        timezone=timezone,
        messages_in=messages_in,
        owner=owner,
    )


def parse_query(written: str, synonyms: Mapping[str, Sequence[str]] = MappingProxyType({})) -> Node:
    """The query of a watch. QueryError also if it uses what only a search can use, or names nothing to be told of."""
    node = grammar.parse(written, synonyms)
    for piece in lexer.pieces(written):
        for prefix in piece.prefixes:
            if prefix.lower() in NOT_IN_WATCHES:
                said = f"{prefix.lower()}: makes no sense in a watch: {NOT_IN_WATCHES[prefix.lower()]}."
                raise QueryError(said, written, piece.start, piece.end)
    if not _asks_for_something(node):
        raise QueryError(
            "This watch would be told of every article that lacks something: write a word or a filter that must be "
            "there.",
            written,
            0,
            len(written),
        )
    return node


def node(watch: Watch, synonyms: Mapping[str, Sequence[str]] = MappingProxyType({})) -> Node:
    """What a watch looks for, as the tree of a query."""
    if watch.query:
        return grammar.parse(watch.query, synonyms)
    wanted, unwanted = (tuple(map(Find, terms)) for terms in (watch.terms, watch.unless))
    if not unwanted:
        return wanted[0] if len(wanted) == 1 else Either(wanted)
    # A mention within an `unless` does not count; an `unless` around no mention silences the watch.
    return Every((Except(wanted, unwanted), Without(Except(unwanted, wanted))))


def side_by_side(written: str) -> list[str]:
    """The first words of a query that stand side by side with nothing between. All of them must be in an article."""
    run: list[str] = []
    for piece in lexer.pieces(written):
        if piece.kind == lexer.TokenKind.TERM and not piece.prefixes:
            run.append(piece.text)
            continue
        if len(run) > 1:
            break
        # What NEAR or NOT stands before is no word of a row.
        run = []
    return run if len(run) > 1 else []


def add(conn: postgres.Connection, watch: Watch) -> None:
    """Keep a watch in place of the earlier one of that name; part of the caller's transaction."""
    postgres.execute(
        conn,
        "add_watch",
        watch=watch.name,
        query=watch.query,
        terms=postgres.json([_json(term) for term in watch.terms]),
        unless=postgres.json([_json(term) for term in watch.unless]),
        sources=list(watch.sources),
        languages=list(watch.languages),
        kinds=list(watch.kinds),
        channels=list(watch.channels),
        cap=watch.cap,
        digest=watch.digest,
        quiet=list(watch.quiet),
        timezone=watch.timezone,
        messages_in=watch.messages_in,
        owner=watch.owner,
    )


def remove(conn: postgres.Connection, name: str) -> None:
    """Remove a watch; its alerts stay. WatchError if there is none of that name."""
    if not postgres.execute(conn, "remove_watch", watch=name):
        raise WatchError(f"There is no watch {name}; `nightdesk watch list` names them.")


def pause(conn: postgres.Connection, name: str, *, paused: bool) -> None:
    """Let a watch look at nothing; or let it look again, at what comes from now on. It never tells what came
    meanwhile.
    """
    postgres.execute(conn, "pause_watch", watch=name, paused=paused)


def mute(conn: postgres.Connection, name: str, span: timedelta | None) -> datetime | None:
    """For this long, list what a watch finds and tell nobody; None ends the mute. Gives when the mute ends."""
    row = postgres.row(conn, "mute_watch", watch=name, span=span)
    return row["muted_until"] if row else None


def written_in(watch: Watch, settings: Settings) -> tuple[str, str]:
    """The language and time zone in which people read what a watch tells."""
    return watch.messages_in or settings.messages_in, watch.timezone or settings.schedule_timezone


def all_watches(conn: postgres.Connection) -> list[Watch]:
    """Every watch, by name."""
    return [_watch(row) for row in postgres.query(conn, "all_watches")]


def by_name(conn: postgres.Connection, names: Iterable[str]) -> dict[str, Watch]:
    """The watches of these names, by name. A watch that was removed is missing."""
    return {row["name"]: _watch(row) for row in postgres.query(conn, "watches_named", names=list(names))}


def history(conn: postgres.Connection, name: str = "") -> list[postgres.Row]:
    """Who changed which watch when, newest first: at, who, name, before and after (rows of `watches`)."""
    return postgres.query(conn, "history_of_watches", watch=name)


def history_of_transaction(conn: postgres.Connection) -> list[postgres.Row]:
    """The changes of the current transaction to watches and lists of synonyms, in order."""
    return postgres.query(conn, "history_of_transaction")


def changed_by(conn: postgres.Connection, who: str) -> None:
    """Set who makes the changes of this connection, for the history."""
    postgres.query(conn, "say_who", who=who)


def _asks_for_something(node: Node) -> bool:
    """Whether an article must have something, a word or a filter, to answer the query."""
    if isinstance(node, Every):
        return any(map(_asks_for_something, node.parts))
    if isinstance(node, Either):
        return all(map(_asks_for_something, node.parts))
    return not isinstance(node, Without)


def _json(term: Term) -> dict[str, object]:
    return {"text": term.text, "mode": term.mode, "article": term.article, "aliases": list(term.aliases)}


def _watch(row: postgres.Row) -> Watch:
    lists: dict[str, Any] = {name: tuple(row[name]) for name in ("sources", "languages", "kinds", "channels", "quiet")}
    others: dict[str, Any] = {
        name: row[name]
        for name in ("name", "query", "cap", "digest", "timezone", "messages_in", "owner", "paused_at", "muted_until")
    }
    terms, unless = (tuple(_term(term) for term in row[name]) for name in ("terms", "unless"))
    return Watch(terms=terms, unless=unless, **lists, **others)


def _term(fields: dict[str, object]) -> Term:
    return Term(**{**fields, "aliases": tuple(fields["aliases"])})  # type: ignore[arg-type]

"""Watches: what a person wants to be told of. The module reads, checks and stores them.

A watch has a query of `nightdesk search`, or terms; any one term is enough. A term is written as words. `exact:`,
`suffix:`, `sub:` and `keep:` before the words change how they are searched. Other spellings follow, each after a `|`. A
final `*` finds every word with this beginning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from pipelines import timezones
from pipelines.alert import send_times
from pipelines.errors import QueryError, WatchError
from pipelines.notify import message_languages
from pipelines.query import grammar, lexer
from pipelines.query.grammar import Either, Every, Except, Find, Node, Without
from pipelines.query.terms import Term, parse_term
from pipelines.settings import Settings
from pipelines.stores import postgres

# KINDS: a watch tells changes of these kinds if it names no kinds. FINER_KINDS: a watch may also name these kinds. Most
# are kinds of edits (`revised` stands for all edits). OUTLET means each further outlet of a story that the watch has
# told.
KINDS = ("new", "revised", "removed", "restored")
OUTLET = "outlet"
FINER_KINDS = ("correction", "substantial", "headline", "minor", OUTLET)
NAME = re.compile(r"[^\W_][\w .-]{0,79}")
# An owner is a login of Airflow, which may be any text of one line.
OWNER = re.compile(r"[^\x00-\x1f\x7f]{0,80}")
LANGUAGE = re.compile(r"[a-z]{2,3}")
# These filters of a search make no sense for future articles. The text beside each filter says what a watch has in its
# place.
NOT_IN_WATCHES = {
    "from": "a watch is told of what comes after it was made; `nightdesk watch try --days 30` looks back",
    "to": "a watch is told of what comes after it was made; `nightdesk watch try --days 30` looks back",
    "is": "--kind says which changes a watch is told of: new, revised, removed, restored",
}


@dataclass(frozen=True, kw_only=True)
class Watch:
    """A watch: what a person wants to be told of.

    `query`: in the syntax of `nightdesk search`; empty if there are terms.
    `terms`: any one of them is enough.
    `unless`: a mention that is part of one of these terms does not count; if one of these terms is elsewhere in the
        article, the article does not count.
    `sources`, `languages`: only these; empty means all.
    `kinds`: the kinds of change that the watch tells.
    `cap`: single messages an hour; None: the installation's value.
    `digest`: when collected alerts go out, in the form of `send_times`; empty: at once.
    `quiet`: times in which nothing goes out.
    `timezone`: the clock for digest, quiet times and the times in messages; empty: the installation's value.
    `messages_in`: the language of messages; empty: the installation's value.
    `owner`: the login name in Airflow of the watch's owner; empty: no owner.
    `paused_at`: since when the watch matches nothing.
    `muted_until`: until when its matches are only listed.
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
        """The query or the terms of the watch, in a form for people."""
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
    """Make a watch from written values. WatchError names the watch, the unusable value, and the allowed ones.

    QueryError points at the place in a query that cannot be used.
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
            f"Watch {name}: a query excludes terms and --unless; write them into the query, with -word for "
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
    if timezone and timezone not in timezones.names():
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
    """Parse the query of a watch. QueryError if it cannot be parsed, has a filter that only searches have, or requires
    nothing."""
    node = grammar.parse(written, synonyms)
    for piece in lexer.pieces(written, grammar.NAMES):
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
    """The tree of a watch's query."""
    if watch.query:
        return grammar.parse(watch.query, synonyms)
    wanted, unwanted = (tuple(map(Find, terms)) for terms in (watch.terms, watch.unless))
    if not unwanted:
        return wanted[0] if len(wanted) == 1 else Either(wanted)
    # A mention that is a part of an `unless` term does not count. If an `unless` term stands anywhere in the article
    # without containing a mention, the watch does not match.
    return Every((Except(wanted, unwanted), Without(Except(unwanted, wanted))))


def side_by_side(written: str) -> list[str]:
    """The first row of two or more words in a query that have no operator between them; an article must have all of
    them. Words of an excluded part are left out."""
    run: list[str] = []
    excluded, depth = False, 0
    for piece in lexer.pieces(written, grammar.NAMES):
        if depth or (excluded and piece.kind == lexer.TokenKind.OPEN):
            depth += (piece.kind == lexer.TokenKind.OPEN) - (piece.kind == lexer.TokenKind.CLOSE)
        elif piece.kind == lexer.TokenKind.TERM and not piece.prefixes and not excluded:
            run.append(piece.text)
            continue
        if len(run) > 1:
            break
        # An operator ends a row of words. The word after it may begin another row.
        run = []
        excluded = piece.kind in (lexer.TokenKind.NOT, lexer.TokenKind.EXCEPT)
    return run if len(run) > 1 else []


def add(conn: postgres.Connection, watch: Watch) -> None:
    """Store a watch in place of the earlier one of that name, in the caller's transaction."""
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
    """Remove a watch; its alerts stay. WatchError if no watch has this name."""
    if not postgres.execute(conn, "remove_watch", watch=name):
        raise WatchError(f"There is no watch {name}; `nightdesk watch list` names them.")


def pause(conn: postgres.Connection, name: str, *, paused: bool) -> None:
    """Stop a watch from matching, or let it match new changes again; changes that came during the pause are never
    told."""
    postgres.execute(conn, "pause_watch", watch=name, paused=paused)


def mute(conn: postgres.Connection, name: str, span: timedelta | None) -> datetime | None:
    """Mute a watch for this span: its matches are listed, but nobody is told. None ends the mute. Gives the end of the
    mute."""
    row = postgres.row(conn, "mute_watch", watch=name, span=span)
    return row["muted_until"] if row else None


def language_and_zone(watch: Watch, settings: Settings) -> tuple[str, str]:
    """The language and time zone of a watch's messages."""
    return watch.messages_in or settings.messages_in, watch.timezone or settings.schedule_timezone


def all_watches(conn: postgres.Connection) -> list[Watch]:
    """Every watch, by name."""
    return [_watch(row) for row in postgres.query(conn, "all_watches")]


def by_name(conn: postgres.Connection, names: Iterable[str]) -> dict[str, Watch]:
    """The watches of these names, by name. A watch that was removed is missing."""
    return {row["name"]: _watch(row) for row in postgres.query(conn, "watches_named", names=list(names))}


def history(conn: postgres.Connection, name: str = "") -> list[postgres.Row]:
    """The changes of watches, newest first: `at`, `who`, `name`, `before` and `after` (rows of `watches`)."""
    return postgres.query(conn, "history_of_watches", watch=name)


def history_of_transaction(conn: postgres.Connection) -> list[postgres.Row]:
    """The changes of the current transaction to watches and lists of synonyms, in order."""
    return postgres.query(conn, "history_of_transaction")


def changed_by(conn: postgres.Connection, who: str) -> None:
    """Set the name of the person who makes the changes of this connection, for the history."""
    postgres.query(conn, "say_who", who=who)


def _asks_for_something(node: Node) -> bool:
    """Whether the query requires a word or a filter, so that not every article matches."""
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

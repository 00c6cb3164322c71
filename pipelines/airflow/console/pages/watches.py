"""The page of watches: it stores, pauses and mutes watches, opens their feeds, and shows their history."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict, Field

from pipelines import steering, text
from pipelines.airflow.console import permissions, policy
from pipelines.airflow.console.audited_actions import Acting, Actor, AuditedAction
from pipelines.airflow.console.database_door import DESK
from pipelines.airflow.console.parameters import LONGEST_NAME
from pipelines.alert import name_check, send_times, synonyms, watch_editing, watch_feeds, watches
from pipelines.alert.watch_feeds import Form
from pipelines.alert.watches import Watch
from pipelines.codes import Act, Thing
from pipelines.desk import lookups
from pipelines.errors import DatabaseError, NightdeskError, QueryError, WatchError
from pipelines.notify import channel_states, message_languages
from pipelines.settings import Settings, settings
from pipelines.settings import channels as addressed_channels
from pipelines.sources import folders
from pipelines.stores import postgres

router = APIRouter(prefix="/api")

Name = Annotated[str, Field(max_length=LONGEST_NAME)]
Names = Annotated[list[Name], Field(max_length=policy.WATCH_VALUES)]


class WatchForm(BaseModel):
    """The fields of a watch that a person wrote."""

    model_config = ConfigDict(extra="forbid")

    query: Annotated[str, Field(max_length=policy.QUERY_CHARACTERS)] = ""
    terms: Names = []
    unless: Names = []
    sources: Names = []
    languages: Names = []
    kinds: Names = []
    channels: Names = []
    cap: int | None = None
    digest: Name | None = None
    quiet: Names | None = None
    timezone: Name | None = None
    messages_in: Name | None = None


class MuteForm(BaseModel):
    """The length of a mute."""

    model_config = ConfigDict(extra="forbid")

    span: Annotated[str, Field(max_length=LONGEST_NAME)]


class SynonymsForm(BaseModel):
    """The spellings of a list of synonyms."""

    model_config = ConfigDict(extra="forbid")

    spellings: Names


@router.get("/watches")
def _watches() -> Any:
    """Every watch, and the choices of a form: channels by name, sources, kinds, lists of synonyms."""
    current = settings()
    followed, _ = folders.readable(current)
    with DESK.reading(current) as conn:
        rows = [_record(watch) for watch in watches.all_watches(conn)]
        told = lookups.told_by_watch(conn)
        used = {row["name"] for row in channel_states.list_channels(conn, addressed_channels())}
        lists = synonyms.lists(conn)
    nothing = {"alerts": 0, "last_at": None, "has_feed": False}
    return steering.strip_steering({
        "watches": [{**row, **told.get(row["name"], nothing)} for row in rows],
        "channels": sorted(used),
        "sources": [{"name": one.name, "title": one.title} for one in followed],
        "languages": sorted({one.language for one in followed}),
        "kinds": list(watches.KINDS),
        "finer_kinds": list(watches.FINER_KINDS),
        "digest_how": send_times.DIGEST_HOW,
        "quiet_how": send_times.QUIET_HOW,
        "messages_in": list(message_languages.NAMES),
        "synonyms": [{"name": name, "spellings": spellings} for name, spellings in lists.items()],
    })  # fmt: skip


@router.post("/synonyms/{name}")
def _keep_synonyms(name: str, spelled: SynonymsForm, acting: Acting) -> Any:
    """Store a list of synonyms; delete the list if there is no spelling."""
    with acting.doing(settings(), Act.SYNONYMS, Thing.WATCH, f"syn:{name}") as done:
        watches.changed_by(done.conn, acting.user)
        if spelled.spellings:
            made, given = synonyms.make(name, spelled.spellings)
            synonyms.keep(done.conn, made, given)
        else:
            given = []
            synonyms.remove(done.conn, name.lower())
        done.detail = {"spellings": given}
    return done.detail


@router.get("/watches/{name}")
def _watch(name: str, user: permissions.User) -> Any:
    """One watch, whether its feed has an address, its history of changes, and whether the user may change it."""
    with DESK.reading(settings()) as conn:
        watch = _find_watch(conn, name)
        feed = lookups.feed_of_watch(conn, name)
        changes = watches.history(conn, name)[: policy.BESIDE]
    history = [{"at": row["at"], "who": row["who"], "what": watch_editing.change_told(row)} for row in changes]
    more = {"feed_opened_at": feed and feed["opened_at"], "history": history}
    return steering.strip_steering({**_record(watch), **more, "may_change": _may_change(watch, Actor.of(user))})


@router.post("/watches/{name}/keep")
def _keep(name: str, written: WatchForm, acting: Acting) -> Any:
    """Store a watch: a new one belongs to the user; otherwise it replaces the watch of that name."""
    current = settings()
    with acting.doing(current, Act.WATCH, Thing.WATCH, name) as done:
        before = watches.by_name(done.conn, [name]).get(name)
        if before:
            _check_own(before, acting)
        watch = make_watch(current, done.conn, name, written, owner=None if before else acting.user)
        watches.changed_by(done.conn, acting.user)
        watches.add(done.conn, watch)
        done.detail = {"looks_for": watch.written, "channels": list(watch.channels)}
        unknown = name_check.find_unknown_excluded(current, done.conn, watch)
    notes = [*watch_editing.notes(watch), *unknown, *watch_editing.find_unaddressed(watch, addressed_channels())]
    return steering.strip_steering({"name": watch.name, "notes": notes})


@router.post("/watches/{name}/remove")
def _remove(name: str, acting: Acting) -> Any:
    """Delete a watch; its alerts stay."""
    with _changing(acting, Act.REMOVE, name) as done:
        watches.remove(done.conn, name)
    return {"name": name}


@router.post("/watches/{name}/pause")
def _pause(name: str, acting: Acting) -> Any:
    """Pause a watch: it matches nothing until it is resumed."""
    with _changing(acting, Act.PAUSE, name) as done:
        watches.pause(done.conn, name, paused=True)
    return {"name": name}


@router.post("/watches/{name}/resume")
def _resume(name: str, acting: Acting) -> Any:
    """Resume a paused or muted watch: people are told of changes from now on."""
    with _changing(acting, Act.RESUME, name) as done:
        watches.pause(done.conn, name, paused=False)
        watches.mute(done.conn, name, None)
    return {"name": name}


@router.post("/watches/{name}/mute")
def _mute(name: str, spanned: MuteForm, acting: Acting) -> Any:
    """Mute a watch for a while: its matches are listed, but nobody is told."""
    length = watch_editing.span(spanned.span)
    with _changing(acting, Act.MUTE, name) as done:
        until = watches.mute(done.conn, name, length)
        done.detail = {"until": until.isoformat() if until else None}
    return {"name": name, "until": until}


@router.post("/watches/{name}/feed/open")
def _open_feed(name: str, acting: Acting) -> Any:
    """A new secret address for the feed of a watch; it is shown only now, and the earlier address stops working."""
    with _changing(acting, Act.OPEN_FEED, name) as done:
        token = watch_feeds.open_address(done.conn, name)
    return {"addresses": [f"nightdesk/feeds/{token}.{form}" for form in Form]}


@router.post("/watches/{name}/feed/close")
def _close_feed(name: str, acting: Acting) -> Any:
    """Remove the address of a watch's feed."""
    with _changing(acting, Act.CLOSE_FEED, name) as done:
        watch_feeds.close_address(done.conn, name)
    return {"name": name}


@contextmanager
def _changing(acting: Actor, act: Act, name: str) -> Iterator[AuditedAction]:
    """Change a watch in the block, in the actor's name; WatchError if no watch has this name."""
    with acting.doing(settings(), act, Thing.WATCH, name) as done:
        _check_own(name_check.watch_of(done.conn, name), acting)
        watches.changed_by(done.conn, acting.user)
        yield done


def _may_change(watch: Watch, acting: Actor) -> bool:
    """Whether a user may change a watch: it is their own, or they may act on sources and runs."""
    return watch.owner == acting.user or permissions.may(acting.login, permissions.Permission.OPERATE)


def _check_own(watch: Watch, acting: Actor) -> None:
    if not _may_change(watch, acting):
        whose = f"of {watch.owner}" if watch.owner else "the desk's, nobody's in particular"
        raise HTTPException(403, f"The watch {watch.name} is {whose}: to change it takes Airflow's role Op.")


def _find_watch(conn: postgres.Connection, name: str) -> Watch:
    try:
        return name_check.watch_of(conn, name)
    except WatchError as error:
        raise HTTPException(404, str(error)) from None


def make_watch(
    current: Settings, conn: postgres.Connection, name: str, written: WatchForm, *, owner: str | None = None
) -> Watch:
    """Make a watch of the written fields; a bad value is refused with a sentence. owner: None keeps the owner."""
    usual = [field for field in watch_editing.CHANGEABLE if field not in ("query", "cap", *watch_editing.STAYS)]
    fields = {field: getattr(written, field) or None for field in usual}
    fields |= {field: getattr(written, field) for field in watch_editing.WHEN}
    try:
        return watch_editing.make(
            current, conn, name,
            {**fields, "terms": written.terms, "unless": written.unless, "query": written.query, "cap": written.cap,
                "owner": owner},
        )  # fmt: skip
    except (QueryError, DatabaseError):
        raise
    except NightdeskError as error:
        raise HTTPException(422, str(error)) from None


def _record(watch: Watch) -> dict[str, Any]:
    return {
        **{field: getattr(watch, field) for field in (*watch_editing.CHANGEABLE, "name", "paused_at", "muted_until")},
        "terms": [term.written for term in watch.terms],
        "unless": [term.written for term in watch.unless],
        "looks_for": watch.written,
        "direction": text.direction(watch.written),
    }

"""The pages of sources: the list, one source in full, and the actions on a source."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from fastapi import APIRouter, HTTPException
from fastapi import Path as InPath

from pipelines import steering, text
from pipelines.airflow.console import dag_runs, permissions, policy
from pipelines.airflow.console.audited_actions import Acting
from pipelines.airflow.console.database_door import DESK
from pipelines.airflow.console.parameters import LONGEST_NAME, NAME
from pipelines.codes import Act, HeldState, Thing
from pipelines.desk import source_records
from pipelines.errors import DatabaseError, NightdeskError, SourceError
from pipelines.health import golden
from pipelines.load import quarantine
from pipelines.model import Article, Source
from pipelines.settings import Settings, settings
from pipelines.sources import folders
from pipelines.stores import postgres, runs

router = APIRouter(prefix="/api/sources")

SourceWork = Literal["check", "learn", "reread"]
Decision = Literal["release", "reject"]
Key = Annotated[str, InPath(max_length=LONGEST_NAME, pattern=NAME)]
Name = Annotated[str, InPath(max_length=LONGEST_NAME, pattern=NAME)]


@router.get("")
def _sources(user: permissions.User) -> Any:
    """Every followed source, as a line of the list."""
    current, now = settings(), datetime.now(UTC)
    followed, broken = folders.readable(current)
    with DESK.reading(current) as conn:
        rows = source_records.list_followed(conn, followed, now=now)
    page = {"now": now, "sources": rows, "broken": [str(error) for error in broken], "may": permissions.names_of(user)}
    return steering.strip_steering(page)


@router.get("/days")
def _days() -> Any:
    """How many new articles each source had on each of the last days; the page requests these counts after the list."""
    current = settings()
    names = [source.name for source in folders.readable(current)[0]]
    with DESK.reading(current) as conn:
        return {"days": source_records.days(conn, names, now=datetime.now(UTC))}


@router.get("/{name}")
def _source(name: Name, user: permissions.User) -> Any:
    """One source in full, with its file and Airflow's tasks of its runs."""
    current, now = settings(), datetime.now(UTC)
    source = _find_source(current, name)
    with DESK.reading(current) as conn:
        page = source_records.in_full(conn, source, now=now)
        held = [vars(one) for one in quarantine.list_held(conn) if one.source == name]
    keys = [run["run"] for run in page["runs"]]
    file = folders.path_of(current, name)
    return steering.strip_steering(
        {
            **page,
            "held": held,
            "now": now,
            "file": file.read_text(encoding="utf-8"),
            **_read_golden(file.parent, name),
            "tasks": dag_runs.tasks_of(keys, name, current.schedule_timezone),
            "may": permissions.names_of(user),
        }
    )


@router.post("/{name}/crawl")
def _crawl(name: Name, acting: Acting) -> Any:
    """Crawl a source now, even if it is not due; gives the Dag and its run."""
    current = settings()
    (source,) = folders.read_named(current, [name])
    with acting.doing(current, Act.CRAWL, Thing.SOURCE, source.name) as done:
        done.detail = dag_runs.start("news_crawl", acting.user, sources=[source.name])
    return done.detail


@router.post("/{name}/by-hand/{work}")
def _work(name: Name, work: SourceWork, acting: Acting) -> Any:
    """Start the Dag `by_hand` for a piece of work with a source."""
    source = _find_source(settings(), name)
    with acting.doing(settings(), Act(work), Thing.SOURCE, source.name) as done:
        done.detail = dag_runs.start("by_hand", acting.user, work=work, source=source.name)
    return done.detail


@router.post("/{name}/trials/{key}/{work}")
def _trial(name: Name, key: Key, work: Literal["apply", "undo"], acting: Acting) -> Any:
    """Load the result of a trial (`extract --again`) as a correction of the source's stored articles, or undo it."""
    current = settings()
    source = _find_source(current, name)
    runs.check_key(key)
    with acting.doing(current, Act(work), Thing.SOURCE, source.name) as done:
        started = dag_runs.start("by_hand", acting.user, work=work, source=source.name, key=key)
        done.detail = {**started, "key": key}
    return done.detail


@router.get("/{name}/held/{key}")
def _held_articles(name: Name, key: Key) -> Any:
    """The articles of a held run as they would be stored; `more`: how many more articles the run has."""
    current = settings()
    try:
        with DESK.reading(current) as conn:
            held = quarantine.of_run(conn, name, key)
        shown = [_held_article(one) for one in islice(quarantine.read_articles(current, held), policy.HELD_SHOWN)]
    except DatabaseError:
        raise
    except NightdeskError as error:
        raise HTTPException(404, str(error)) from None
    # Only the first articles of the file are read, because an open page asks for them again every minute.
    return steering.strip_steering({"articles": shown, "more": max(0, held.articles - len(shown))})


@router.post("/{name}/held/{key}/{work}")
def _end_hold(name: Name, key: Key, work: Decision, acting: Acting) -> Any:
    """Load the articles of a held run, or leave them out."""
    current = settings()
    source = _find_source(current, name)
    with acting.doing(current, Act(work), Thing.SOURCE, source.name) as done:
        # The lock ends with the transaction, after the Dag was started, so the next request that gets the lock sees the
        # started run. No request waits for the lock, because a waiting request would hold one of the Desk's few
        # connections.
        locked = quarantine.lock_decision(done.conn, source.name, key)
        _check_held(done.conn, source.name, key)
        if not locked or any(
            dag_runs.is_under_way("by_hand", work=one, source=source.name, key=key) for one in get_args(Decision)
        ):
            raise HTTPException(409, f"Run {key} of {source.name} is being decided on already.")
        started = dag_runs.start("by_hand", acting.user, work=work, source=source.name, key=key)
        done.detail = {**started, "key": key}
    return done.detail


@router.post("/{name}/unfollow")
def _unfollow(name: Name, acting: Acting) -> Any:
    """Stop following a source; its articles stay."""
    current = settings()
    folders.check_writable(current)
    source = _find_source(current, name)
    with acting.doing(current, Act.UNFOLLOW, Thing.SOURCE, source.name):
        path = folders.unfollow(current, source.name)
    kept = f"its file is kept as {path.name}" if path else "the catalogue has its file"
    return {"said": f"{source.name} is not followed any more: {kept}, its articles stay."}


@router.post("/{name}/{work}")
def _leave_out_or_take(name: Name, work: Literal["pause", "resume"], acting: Acting) -> Any:
    """Leave a source out of automatic runs, or include it again."""
    current = settings()
    source = _find_source(current, name)
    with acting.doing(current, Act(work), Thing.SOURCE, source.name) as done:
        (folders.pause if work == "pause" else folders.resume)(done.conn, source.name)
    return {"paused": work == "pause"}


def _check_held(conn: postgres.Connection, name: str, run: str) -> None:
    """Answer 409 if this run of a source is not held, or not any more."""
    try:
        held = quarantine.of_run(conn, name, run)
    except NightdeskError as error:
        raise HTTPException(409, str(error)) from None
    if held.state != HeldState.HELD:
        work = "release" if held.state == HeldState.RELEASED else "reject"
        raise HTTPException(
            409,
            f"Run {run} of {name} was {held.state} already. If that failed before its end, "
            f"`nightdesk quarantine {work} {name} --run {run}` does the rest.",
        )


def _held_article(article: Article) -> dict[str, Any]:
    return {
        "title": article.title,
        "url": article.url,
        "language": article.language,
        "direction": text.direction(article.title),
        "published_at": article.published_at,
        "words": text.words(article.text),
        "beginning": article.text[: policy.BEGINNING_CHARACTERS],
    }


def _read_golden(folder: Path, name: str) -> dict[str, Any]:
    """The golden pages of a source, `golden`; `golden_error` says what is wrong with their file."""
    try:
        pages = golden.load(golden.path(folder, name))
    except SourceError as error:
        return {"golden": [], "golden_error": str(error)}
    shown = ("url", "reviewed", "title", "published", "note")
    return {"golden": [{key: getattr(page, key) for key in shown} for page in pages], "golden_error": ""}


def _find_source(current: Settings, name: str) -> Source:
    """The followed source of a name; 404 if there is none."""
    try:
        (source,) = folders.read_named(current, [name])
    except SourceError as error:
        raise HTTPException(404, str(error)) from None
    return source

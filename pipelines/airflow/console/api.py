"""The app under /nightdesk in Airflow's API server: read-only JSON for the Desk page, and the page's scripts.

The read API for programs stands beside it (`v1`). Every answer of both, refusals too, goes through here.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Query, Request
from fastapi.responses import FileResponse, JSONResponse
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipelines import steering
from pipelines.airflow.console import policy, v1, watch_feeds
from pipelines.airflow.console.access import readers
from pipelines.airflow.console.reading import BusyError, Door
from pipelines.desk import records as desk
from pipelines.errors import CostlyError, CursorError, NightdeskError, QueryError, SettingsError
from pipelines.settings import settings
from pipelines.sources import folders as files
from pipelines.stores import postgres

# What Postgres' bigint can hold, without its sign.
BIGINT_BITS = 63

SCRIPTS = {path.name: path for path in Path(__file__).parent.glob("*.js")}
DOOR = Door(policy.DESK_CONNECTIONS, "nightdesk desk")
# Nothing that Postgres, a log or a terminal would stumble over.
NAME, LONGEST_NAME = r"^[^\x00-\x1f\x7f-\x9f]*$", 200
PRIVATE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}

log = logging.getLogger(__name__)


def app() -> FastAPI:
    """The app; every endpoint wants Airflow's login and a role, and there is nothing to write."""
    made = FastAPI(title="Nightdesk", dependencies=readers(), docs_url=None, redoc_url=None, openapi_url=None)
    made.get("/{name}.js")(_script)
    made.get("/api/desk")(_desk)
    made.get("/api/articles/{number}")(_article)
    made.include_router(v1.router)
    made.mount(watch_feeds.PREFIX, _as_here(watch_feeds.app()))
    made.add_middleware(Private)
    return _as_here(made)


def _as_here(made: FastAPI) -> FastAPI:
    """An app that answers in our sentences where it cannot answer."""
    made.add_exception_handler(Exception, _broken)
    made.add_exception_handler(SettingsError, _unusable)
    made.add_exception_handler(BusyError, _busy)
    made.add_exception_handler(QueryError, v1.mistaken)
    made.add_exception_handler(CursorError, _refused)
    made.add_exception_handler(CostlyError, _busy)
    made.add_exception_handler(NightdeskError, _unready)
    made.add_exception_handler(postgres.Error, _unready)
    return made


class Private:
    """Every answer, refusals too, is for nobody's cache and no browser's guess; one that says otherwise is left."""

    def __init__(self, inner: ASGIApp) -> None:
        self.inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app does, with the headers."""

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in PRIVATE.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.inner(scope, receive, sent)


def _script(name: str) -> FileResponse:
    path = SCRIPTS.get(f"{name}.js")
    if path is None:
        raise HTTPException(404, "There is no such script.")
    headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
    return FileResponse(path, media_type="text/javascript; charset=utf-8", headers=headers)


def _desk(
    source: Annotated[str | None, Query(max_length=LONGEST_NAME, pattern=NAME)] = None,
    count: Annotated[int, Query(ge=1, le=policy.MAX_ROWS)] = policy.ROWS,
) -> Any:
    current = settings()
    followed, broken = files.readable(current)
    with DOOR.reading(current) as conn:
        page = desk.overview(
            conn,
            followed,
            schedule=current.schedule,
            timezone=current.schedule_timezone,
            count=count,
            source=source or None,
        )
    return steering.stripped({**page, "broken": [str(error) for error in broken]})


def _article(number: int) -> Any:
    with DOOR.reading(settings()) as conn:
        found = desk.article(conn, number) if 0 < number < 2**BIGINT_BITS else None
    if found is None:
        raise HTTPException(404, "There is no such article; it may have been removed.")
    return steering.stripped(found)


def _busy(request: Request, error: Exception) -> JSONResponse:
    """Say that others are before."""
    return JSONResponse({"detail": str(error)}, status_code=503)


def _refused(request: Request, error: Exception) -> JSONResponse:
    """Say what is wrong with what was asked."""
    return JSONResponse({"detail": str(error)}, status_code=422)


def _broken(request: Request, error: Exception) -> JSONResponse:
    """Say that something broke, and nothing of it; the server logs it by itself."""
    return JSONResponse({"detail": "Something broke; the log of Airflow's API server says what."}, 500, PRIVATE)


def _unusable(request: Request, error: Exception) -> JSONResponse:
    """Say which setting is wrong: no Dag can be built with it either, so nothing runs until it is mended."""
    log.warning("%s cannot be answered: %s", request.url.path, error)
    detail = f"{error} Until then no Dag can be built, and nothing runs."
    return JSONResponse({"detail": detail}, status_code=503)


def _unready(request: Request, error: Exception) -> JSONResponse:
    """Say that there is nothing to show; the reason may name hosts, so it goes to the log of the API server."""
    log.warning("%s cannot be answered: %s", request.url.path, " ".join(str(error).split()))
    detail = "Nightdesk's database is not ready or too slow; the log of Airflow's API server says why."
    return JSONResponse({"detail": detail}, status_code=503)

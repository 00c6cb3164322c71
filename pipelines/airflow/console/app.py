"""The app under /nightdesk in Airflow's API server: the endpoints of the Desk's pages, and the pages' scripts.

The read API for programs (`v1`) is a part of it. Every answer of both, including refusals, passes through this module.
"""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from pathlib import Path

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse, Response
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipelines.airflow.console import feed_endpoint, permissions, policy, v1
from pipelines.airflow.console.dag_runs import DagRefusedError
from pipelines.airflow.console.database_door import BusyError
from pipelines.airflow.console.pages import (
    add,
    alerts,
    article,
    ledger,
    overview,
    past,
    search,
    sources,
    trials,
    watches,
    work,
)
from pipelines.errors import (
    CostlyError,
    CursorError,
    DatabaseError,
    HoldError,
    NightdeskError,
    QueryError,
    SettingsError,
    SourceError,
    WatchError,
)
from pipelines.stores import postgres

# These pages have endpoints; a new page needs a line here.
PAGES = (overview, sources, add, search, article, watches, trials, alerts, ledger, work, past)
FOLDER = Path(__file__).parent
# The words of the pages are in one file for each language.
LANGUAGES = {path.stem: path for path in (FOLDER / "languages").glob("*.json")}
SCRIPTS = {path.relative_to(FOLDER).with_suffix("").as_posix(): path for path in FOLDER.rglob("*.js")}
# This app serves data and scripts, never a page. If a browser is made to show an answer as a page, nothing in the
# answer runs.
NOTHING_ACTS = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox"
PRIVATE = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": NOTHING_ACTS,
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}

log = logging.getLogger(__name__)


def app() -> FastAPI:
    """The app. Every endpoint except the feeds requires Airflow's login, and the permission that `permissions` names
    for it.
    """
    made = FastAPI(
        title="Nightdesk", dependencies=[Depends(permissions.check)], docs_url=None, redoc_url=None, openapi_url=None
    )
    made.get("/{name:path}.js")(_script)
    made.get("/languages/{name}.json")(_language)
    for page in PAGES:
        made.include_router(page.router)
    made.include_router(v1.router)
    made.mount(feed_endpoint.PREFIX, _as_here(feed_endpoint.app()))
    made.add_middleware(Private)
    return _as_here(made)


def _as_here(made: FastAPI) -> FastAPI:
    """The app with Nightdesk's own handlers, so that its errors are sentences for people."""
    made.add_exception_handler(Exception, _answer_error)
    made.add_exception_handler(RequestValidationError, _answer_mistyped)
    made.add_exception_handler(SettingsError, _unusable)
    made.add_exception_handler(BusyError, _busy)
    made.add_exception_handler(QueryError, v1.mistaken)
    for mistake in (CursorError, HoldError, SourceError, WatchError):
        made.add_exception_handler(mistake, _answer_refusal)
    made.add_exception_handler(DagRefusedError, _not_now)
    made.add_exception_handler(CostlyError, _busy)
    made.add_exception_handler(DatabaseError, _unready)
    made.add_exception_handler(NightdeskError, _unready)
    made.add_exception_handler(postgres.Error, _unready)
    return made


class Private:
    """Forbids browsers to keep an answer or to guess its type, also if the answer is a refusal. Headers that an answer
    sets itself stay.
    """

    def __init__(self, inner: ASGIApp) -> None:
        self.inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app does, with the headers; a request with a body that is too long is not read."""

        async def send_private(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in PRIVATE.items():
                    headers.setdefault(name, value)
            await send(message)

        asked = Headers(scope=scope) if scope["type"] == "http" else Headers()
        size = asked.get("content-length", "0")
        if "transfer-encoding" in asked or not size.isdecimal() or int(size) > policy.ACTION_BYTES:
            detail = f"Send at most {policy.ACTION_BYTES:,} bytes, and say how many."
            told = JSONResponse({"detail": detail}, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            await told(scope, receive, send_private)
            return
        await self.inner(scope, receive, send_private)


def _script(request: Request, name: str) -> Response:
    return _file(request, SCRIPTS.get(name), "text/javascript; charset=utf-8")


def _language(request: Request, name: str) -> Response:
    return _file(request, LANGUAGES.get(name), "application/json")


def _file(request: Request, path: Path | None, media_type: str) -> Response:
    """Answer with a file of the pages, or with "not modified" if the browser has it already."""
    if path is None:
        raise HTTPException(404, "There is no such file.")
    headers = {"Cache-Control": "no-cache", "ETag": f'"{path.stat().st_mtime_ns:x}-{path.stat().st_size:x}"'}
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return FileResponse(path, media_type=media_type, headers=headers)


def _busy(request: Request, error: Exception) -> JSONResponse:
    """Answer that all connections are in use, or that a search would read too much; the error says which."""
    return JSONResponse({"detail": str(error)}, status_code=503)


def _answer_refusal(request: Request, error: Exception) -> JSONResponse:
    """Answer with what is wrong with the request."""
    return JSONResponse({"detail": str(error)}, status_code=422)


def _answer_mistyped(request: Request, error: Exception) -> Response:
    """Answer which part of the request is invalid. The value is left out, because it may have half a surrogate pair,
    which cannot be sent.
    """
    assert isinstance(error, RequestValidationError)
    detail = [{name: one[name] for name in ("type", "loc", "msg")} for one in error.errors()]
    return Response(json.dumps({"detail": detail}), HTTPStatus.UNPROCESSABLE_ENTITY, media_type="application/json")


def _not_now(request: Request, error: Exception) -> JSONResponse:
    """Answer with the reason why Airflow refuses."""
    return JSONResponse({"detail": str(error)}, status_code=409)


def _answer_error(request: Request, error: Exception) -> JSONResponse:
    """Answer that an error happened, without details. The server itself logs them."""
    return JSONResponse(
        {"detail": "Something broke; the log of Airflow's API server says what."},
        HTTPStatus.INTERNAL_SERVER_ERROR,
        PRIVATE,
    )


def _unusable(request: Request, error: Exception) -> JSONResponse:
    """Answer which setting is wrong. No Dag can be built with it either, so nothing runs until a person corrects it."""
    log.warning("%s cannot be answered: %s", request.url.path, error)
    detail = f"{error} Until then no Dag can be built, and nothing runs."
    return JSONResponse({"detail": detail}, status_code=503)


def _unready(request: Request, error: Exception) -> JSONResponse:
    """Answer that there is nothing to show. The reason may name hosts, so it goes to the log of the API server."""
    log.warning("%s cannot be answered: %s", request.url.path, " ".join(str(error).split()))
    detail = "Nightdesk's database is not ready or too slow; the log of Airflow's API server says why."
    return JSONResponse({"detail": detail}, status_code=503)

"""The read API under /nightdesk/api/v1 for programs: search, articles with versions, sources, the ledger of a URL.

It uses Airflow's own tokens and roles, like the Desk; nothing can be written. Every answer has an ETag of its content.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from http import HTTPStatus
from importlib.metadata import version
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel

from pipelines import steering
from pipelines.airflow.console import documents, openapi_page, policy
from pipelines.airflow.console.database_door import Allowance, Door
from pipelines.airflow.console.parameters import BIGINT_BITS, LONGEST_NAME, LONGEST_URL, NAME
from pipelines.airflow.console.permissions import reader
from pipelines.archive import api_records, search
from pipelines.archive.search import Order
from pipelines.errors import QueryError
from pipelines.query import grammar, lexer
from pipelines.query.grammar import Field
from pipelines.query.selection import Scopes
from pipelines.settings import Settings, settings
from pipelines.sources import folders

PREFIX = "/api/v1"
# A cursor in a request has at most this many characters. Chosen: a usual cursor is a few times shorter.
LONGEST_CURSOR = 500
# An ETag has this many hexadecimal digits. Chosen: no two answers have the same digits.
DIGEST_DIGITS = 32

DOOR = Door(policy.API_CONNECTIONS, "nightdesk api")
ALLOWANCE = Allowance(policy.REQUESTS_AT_ONCE, policy.REQUESTS_A_MINUTE)

Written = Annotated[str, Query(description="the query; docs/queries.md has the language")]
# Revisions below 1 exist: when two sources are merged, the texts that only the other source's article had are numbered
# 0, -1 and so on.
Before = Annotated[int | None, Query(ge=-(2**31), lt=2**31, description="only versions before this revision")]
Number = Annotated[int, Query(ge=1, le=policy.MAX_ANSWERS, description="how many on a page")]


def _check_allowance(name: Annotated[str, Depends(reader)]) -> None:
    """Limit a user's requests to the allowance; the answer 429 says after how many seconds to try again."""
    wait = ALLOWANCE.take(name)
    if wait:
        seconds = str(int(wait) + 1)
        raise HTTPException(
            429, f"Too many requests: ask again in {seconds} seconds.", headers={"Retry-After": seconds}
        )


def _describe_refusal(
    status: HTTPStatus, why: str, model: type[BaseModel] = documents.Refusal
) -> dict[int | str, dict[str, Any]]:
    return {int(status): {"description": why, "model": model}}


router = APIRouter(
    prefix=PREFIX,
    dependencies=[Depends(_check_allowance)],
    responses={
        304: {"description": "what If-None-Match names has not changed"},
        **_describe_refusal(HTTPStatus.UNAUTHORIZED, "no login: send Airflow's token as Authorization: Bearer"),
        **_describe_refusal(HTTPStatus.FORBIDDEN, "the user's role may not see Airflow's website"),
        **_describe_refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "the answer would be too large: ask for fewer"),
        **_describe_refusal(HTTPStatus.TOO_MANY_REQUESTS, "too many requests: Retry-After says when to ask again"),
        **_describe_refusal(
            HTTPStatus.SERVICE_UNAVAILABLE, "the database is not ready, is busy, or the question would read too much"
        ),
    },
)


@router.get(
    "/search",
    response_model=documents.SearchPage,
    responses=_describe_refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "a mistake in the query", documents.Mistake),
)
def _search(
    request: Request,
    q: Written,
    order: Annotated[Order, Query(description="which answers come first")] = Order.NEWEST,
    count: Number = policy.ANSWERS,
    after: Annotated[str, Query(max_length=LONGEST_CURSOR, description="the cursor that the page before gave")] = "",
) -> Response:
    """The articles that match a query, page by page; each with the passages around the matches."""
    current = settings()
    scopes = _scopes(current, q)
    with DOOR.reading(current) as conn:
        page = search.search(
            conn, q, order=order, count=count, after=after, scopes=scopes, patience=policy.STATEMENT_SECONDS
        )
    said = documents.SearchPage(
        answers=[documents.Answer.model_validate(api_records.answer(found)) for found in page.answers],
        after=page.after,
        read_to=page.read_to,
        ranked_newest=page.ranked,
        complete=page.complete,
    )
    # The cursor contains the time of the request, and is left out of the ETag: two cursors for the same place are
    # equally good.
    return _answer(request, said, of=said.model_copy(update={"after": str(bool(said.after))}))


@router.get(
    "/search/count",
    response_model=documents.Count,
    responses=_describe_refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "a mistake in the query", documents.Mistake),
)
def _count(request: Request, q: Written) -> Response:
    """The number of articles that match a query, counted up to 10,000."""
    current = settings()
    scopes = _scopes(current, q)
    with DOOR.reading(current) as conn:
        counted = search.count(conn, q, scopes=scopes, patience=policy.STATEMENT_SECONDS)
    return _answer(request, documents.Count(number=counted.number, more=counted.more))


@router.get(
    "/articles/{number}",
    response_model=documents.Article,
    responses=_describe_refusal(HTTPStatus.NOT_FOUND, "there is no such article"),
)
def _article(
    request: Request,
    number: int,
    versions: Annotated[int, Query(ge=0, le=policy.MAX_ANSWERS, description="how many versions")] = policy.VERSIONS,
    after: Before = None,
) -> Response:
    """An article with its present wording, the parts that were cut, and its versions with their origins."""
    current = settings()
    with DOOR.reading(current) as conn:
        return _answer(request, _whole(conn, current, number, versions, after))


@router.get(
    "/articles",
    response_model=documents.Article,
    responses=_describe_refusal(HTTPStatus.NOT_FOUND, "there is no such article"),
)
def _article_of(
    request: Request,
    url: Annotated[str, Query(max_length=LONGEST_URL, pattern=NAME, description="the article's address")],
    versions: Annotated[int, Query(ge=0, le=policy.MAX_ANSWERS, description="how many versions")] = policy.VERSIONS,
    after: Before = None,
) -> Response:
    """The article of an address: the address that was found, the canonical one, or another one of the article."""
    current = settings()
    with DOOR.reading(current) as conn:
        number = api_records.number_of_url(conn, url)
        return _answer(request, _whole(conn, current, number or 0, versions, after))


@router.get(
    "/stories/{number}",
    response_model=documents.Story,
    responses=_describe_refusal(HTTPStatus.NOT_FOUND, "there is no such story"),
)
def _story(
    request: Request,
    number: int,
    count: Number = policy.MAX_ANSWERS,
    after: Annotated[int, Query(ge=0, lt=2**31, description="only articles behind this place")] = 0,
) -> Response:
    """The articles of a story, in the order of publication; a single article is the story with its own number.

    The number of any article of the story finds the story too. So does the number of a story that was joined to it.
    """
    with DOOR.reading(settings()) as conn:
        known = 0 < number < 2**BIGINT_BITS
        rows = api_records.story(conn, number, count + 1, after=after) if known else []
    if not rows:
        raise HTTPException(404, "There is no such story, or nothing behind this place.")
    more = rows[count - 1]["place"] if len(rows) > count else None
    told = [documents.Telling.model_validate(row) for row in rows[:count]]
    return _answer(request, documents.Story(story_id=rows[0]["story_id"], articles=told, after=more))


@router.get("/sources", response_model=documents.SourcePage)
def _sources(
    request: Request,
    count: Number = policy.MAX_ANSWERS,
    after: Annotated[str, Query(max_length=LONGEST_NAME, pattern=NAME, description="only names behind this one")] = "",
) -> Response:
    """The sources by name, followed or no longer followed, with the result of their last run."""
    current = settings()
    followed, _ = folders.readable(current)
    with DOOR.reading(current) as conn:
        rows = api_records.sources(conn, followed, count=count + 1, after=after)
    more = rows[count - 1]["source"] if len(rows) > count else ""
    shown = [documents.Source.model_validate(row) for row in rows[:count]]
    return _answer(request, documents.SourcePage(sources=shown, after=more))


@router.get(
    "/sources/{name}",
    response_model=documents.Source,
    responses=_describe_refusal(HTTPStatus.NOT_FOUND, "there is no such source"),
)
def _source(request: Request, name: str) -> Response:
    """One source."""
    current = settings()
    followed, _ = folders.readable(current)
    with DOOR.reading(current) as conn:
        rows = api_records.sources(conn, followed, count=1, name=name)
    if not rows:
        raise HTTPException(404, "There is no such source.")
    return _answer(request, documents.Source.model_validate(rows[0]))


@router.get(
    "/ledger",
    response_model=documents.Ledger,
    responses=_describe_refusal(HTTPStatus.NOT_FOUND, "the ledger does not have this address"),
)
def _ledger(
    request: Request,
    url: Annotated[str, Query(max_length=LONGEST_URL, pattern=NAME, description="the whole address")],
) -> Response:
    """The states and all events of an address and of the other addresses of its article."""
    with DOOR.reading(settings()) as conn:
        try:
            found = api_records.url(conn, url)
        except ValueError as error:
            raise HTTPException(422, f"{error}; write the whole address, like https://example.org/news/1.") from None
    if found is None:
        raise HTTPException(404, "The ledger does not have it: no list of a followed source named it.")
    return _answer(request, documents.Ledger.model_validate(found))


@router.get("/openapi.json", include_in_schema=False)
def _openapi(request: Request) -> JSONResponse:
    """The requests and answers of this API, in the form of OpenAPI."""
    return JSONResponse(_describe_api(request))


@router.get("/docs", include_in_schema=False)
def _docs(request: Request) -> HTMLResponse:
    """The OpenAPI description as a page for people; it runs no script and loads nothing from elsewhere."""
    return HTMLResponse(openapi_page.write_page(_describe_api(request)), headers=openapi_page.SAFE)


def mistaken(request: Request, error: Exception) -> JSONResponse:
    """Answer with the mistake in a query, and its place."""
    assert isinstance(error, QueryError)
    said = {
        "detail": error.reason,
        "query": error.written,
        "start": error.start,
        "end": error.end,
        "shown": str(error).removeprefix(error.reason).lstrip("\n"),
    }
    return JSONResponse(said, status_code=422)


def _scopes(current: Settings, written: str) -> Scopes:
    """The scopes (country, groups) of the followed sources. If the query asks for neither, they are left empty, because
    reading the source files takes time.
    """
    prefixes = {prefix.lower() for piece in lexer.pieces(written, grammar.NAMES) for prefix in piece.prefixes}
    asks = prefixes & {Field.COUNTRY, Field.GROUP}
    return folders.scopes(current) if asks else {}


def _whole(conn: Any, current: Settings, number: int, count: int, before: int | None) -> documents.Article:
    found = api_records.article(conn, number) if 0 < number < 2**BIGINT_BITS else None
    if found is None:
        raise HTTPException(404, "There is no such article; it may have been removed.")
    rows = api_records.versions(conn, current.raw, number, count + 1, before=before)
    after = rows[count - 1]["revision"] if 0 < count < len(rows) else None
    return documents.Article.model_validate({**found, "versions": rows[:count], "after": after})


def _answer(request: Request, said: BaseModel, *, of: BaseModel | None = None) -> Response:
    """An answer, or "not modified" if the program has it already. of: what the ETag is made of, if not of `said`."""
    body = _json(said)
    if len(body) > policy.ANSWER_BYTES:
        raise HTTPException(
            413, f"The answer would have {len(body):,} bytes; {policy.ANSWER_BYTES:,} are the most: ask for fewer."
        )
    # The ETag is weak, because the same answer may be written in other bytes.
    tag = f'W/"{sha256(_json(of) if of else body).hexdigest()[:DIGEST_DIGITS]}"'
    if _has(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers={"ETag": tag})
    return Response(body, media_type="application/json", headers={"ETag": tag})


def _json(said: BaseModel) -> bytes:
    return steering.as_json(said.model_dump(), default=_moment).encode()


def _moment(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value)} has no place in an answer")


def _has(named: str, tag: str) -> bool:
    known = [one.strip().removeprefix("W/") for one in named.split(",")]
    return "*" in known or tag.removeprefix("W/") in known


def _describe_api(request: Request) -> dict[str, Any]:
    below = str(request.scope.get("root_path", ""))
    return get_openapi(
        title="Nightdesk read API",
        version=version("nightdesk"),
        description=(__doc__ or "").strip(),
        routes=router.routes,
        servers=[{"url": below}] if below else None,
    )

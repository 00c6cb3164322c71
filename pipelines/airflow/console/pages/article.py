"""The endpoints of an article's page: its text, the cut parts, its wordings and their differences, the received page,
its story, its alerts, the origin of each wording, and its evidence as a file.
"""

from __future__ import annotations

import html
import tempfile
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import FileResponse, HTMLResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.background import BackgroundTask

from pipelines import steering, text
from pipelines.airflow.console import policy
from pipelines.airflow.console.audited_actions import Acting
from pipelines.airflow.console.database_door import DESK
from pipelines.airflow.console.parameters import BIGINT_BITS
from pipelines.archive import api_records, differences, evidence, kept_wordings, received_page
from pipelines.codes import Act, Thing
from pipelines.desk import lookups
from pipelines.errors import DatabaseError, NightdeskError, StoreError
from pipelines.health import golden
from pipelines.model import Page
from pipelines.settings import settings
from pipelines.sources import folders
from pipelines.stores import postgres

# Postgres' integer has this many bits without the sign.
INTEGER_BITS = 31
# A received page is shown in an inner frame, inside an outer frame of Nightdesk. The outer frame forbids the inner one
# to load anything and to navigate. Neither frame runs scripts, has forms, or has the origin of the Desk.
ASIDE = {
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "frame-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
    "Referrer-Policy": "no-referrer",
    "X-DNS-Prefetch-Control": "off",
    "X-Frame-Options": "SAMEORIGIN",
    "Cross-Origin-Resource-Policy": "same-origin",
}
FRAME = (
    "<!doctype html><meta charset=utf-8><title>{title}</title><style>html,body{{margin:0;height:100%;background:#fff}}"
    'iframe{{border:0;width:100%;height:100%}}</style><iframe sandbox title="{title}" srcdoc="{page}"></iframe>'
)
WACZ = "application/wacz"

# Revisions below 1 exist: when two sources are merged, the texts that only the other source's article had are numbered
# 0, -1 and so on.
Revision = Annotated[int, Query(ge=-(2**INTEGER_BITS), lt=2**INTEGER_BITS)]


class NotedRequest(BaseModel):
    """A note on the mistake in an extracted article."""

    model_config = ConfigDict(extra="forbid")

    note: Annotated[str, Field(min_length=1, max_length=policy.NOTE_CHARACTERS)]


router = APIRouter(prefix="/api/articles/{number}")


@router.get("")
def _article(number: int) -> Any:
    """An article with its present wording, its earlier wordings, its story and its alerts."""
    current = settings()
    titles = folders.titles(current)
    with DESK.reading(current) as conn:
        found = _find_article(conn, number)
        versions = lookups.versions(conn, number)
        story = api_records.story(conn, found["story_id"], policy.BESIDE)
        alerts = lookups.alerts_of_article(conn, number)
    told = {
        "url": _link(found["url"]),
        "source_title": titles.get(found["source"], found["source"]),
        "cut": [{**block, "direction": text.direction(block["text"])} for block in found["cut"]],
        "versions": [{**row, "direction": text.direction(row["title"])} for row in versions],
        "story": [
            {**row, "url": _link(row["url"]), "source_title": titles.get(row["source"], row["source"])} for row in story
        ],
        "alerts": alerts,
    }
    return steering.strip_steering({**found, **told})


@router.get("/cuts")
def _cuts(number: int) -> Any:
    """The paragraphs with the cut parts between them, in page order. `lost`: cut parts not found in the page."""
    current = settings()
    with DESK.reading(current) as conn:
        found = _find_article(conn, number)
        page = _page(conn, current.raw, number, found["revision"])
    try:
        blocks, lost = received_page.blocks(page, found["language"], found["text"].split("\n"), found["cut"])
    except StoreError as error:
        raise HTTPException(404, str(error)) from None
    return steering.strip_steering({"blocks": [_block(one) for one in blocks], "lost": [_block(one) for one in lost]})


@router.get("/differences")
def _differences(number: int, before: Revision, after: Revision) -> Any:
    """The differences between two wordings, word by word: title, description, and the text by paragraph.

    not_kept: which of the two have lost their words to retention, and when. If one has, only the titles are compared.
    """
    with DESK.reading(settings()) as conn:
        _find_article(conn, number)
        rows = lookups.wordings(conn, number, [before, after])
    if {before, after} - set(rows):
        raise HTTPException(404, "This article has no such revision.")
    old, new = rows[before], rows[after]
    not_kept = [
        {"revision": number, "at": at} for number, row in sorted(rows.items()) if (at := kept_wordings.retired_at(row))
    ]
    told: dict[str, Any] = {
        "title": _pieces(differences.words(old["title"], new["title"])),
        "description": [],
        "text": [],
    }
    if not not_kept:
        told["description"] = _pieces(differences.words(old["description"], new["description"]))
        told["text"] = [_pieces(one) for one in differences.paragraphs(old["text"], new["text"])]
    direction = text.direction(f"{new['title']} {new['text']}")
    return steering.strip_steering({**told, "not_kept": not_kept, "direction": direction, "before": old["fetched_at"],
                              "after": new["fetched_at"]})  # fmt: skip


@router.get("/provenance")
def _provenance(number: int) -> Any:
    """The origin of each of the newest wordings: digests and places in the raw store."""
    current = settings()
    with DESK.reading(current) as conn:
        _find_article(conn, number)
        rows = api_records.versions(conn, current.raw, number, policy.VERSIONS)
    left = ("text", "title", "description")
    return steering.strip_steering([{name: value for name, value in row.items() if name not in left} for row in rows])


@router.get("/page", response_class=HTMLResponse)
def _show_received(number: int, revision: Revision | None = None) -> HTMLResponse:
    """The page from which a wording was made, as its site sent it, but made harmless."""
    current = settings()
    with DESK.reading(current) as conn:
        found = _find_article(conn, number)
        page = _page(conn, current.raw, number, found["revision"] if revision is None else revision)
    try:
        shown = received_page.harmless(page, found["language"])
    except StoreError as error:
        raise HTTPException(404, str(error)) from None
    title = html.escape(steering.one_line(page.url))
    return HTMLResponse(FRAME.format(title=title, page=html.escape(steering.strip(shown))), headers=ASIDE)


@router.get("/evidence", response_class=FileResponse)
def _evidence(number: int) -> FileResponse:
    """All the evidence of an article as one file, which players of web archives open."""
    current = settings()
    folder = tempfile.TemporaryDirectory(prefix="nightdesk-desk-")
    try:
        with DESK.reading(current) as conn:
            found = _find_article(conn, number)
            day = (found["published_at"] or found["first_fetched_at"]).date()
            out = Path(folder.name) / f"{found['source']}-{day}-article-{number}.wacz"
            evidence.collect(current, conn, [number], out, why=f"Asked for at the Desk: article {number}")
    except NightdeskError as error:
        folder.cleanup()
        raise HTTPException(404, str(error)) from None
    except BaseException:
        folder.cleanup()
        raise
    return FileResponse(out, media_type=WACZ, filename=out.name, background=BackgroundTask(folder.cleanup))


@router.post("/golden")
def _keep_golden(number: int, noted: NotedRequest, acting: Acting) -> Any:
    """Keep the page of an article as a golden page without review, with a note for the person who corrects it."""
    current = settings()
    with acting.doing(current, Act.KEEP_GOLDEN, Thing.ARTICLE, str(number)) as done:
        found = _find_article(done.conn, number)
        try:
            (source,) = folders.read_named(current, [found["source"]])
            golden.sample_article(current, done.conn, source, number, note=noted.note)
        except DatabaseError:
            raise
        except NightdeskError as error:
            raise HTTPException(422, str(error)) from None
        done.detail = {"note": noted.note, "url": found["url"]}
    return {"file": str(golden.path(Path("sources"), found["source"]))}


def _find_article(conn: postgres.Connection, number: int) -> dict[str, Any]:
    found = api_records.article(conn, number) if 0 < number < 2**BIGINT_BITS else None
    if found is None:
        raise HTTPException(404, "There is no such article; it may have been removed.")
    return found


def _page(conn: postgres.Connection, raw: Path, number: int, revision: int) -> Page:
    try:
        page = received_page.page_of(conn, raw, number, revision)
    except StoreError as error:
        raise HTTPException(404, f"The page is not in the raw store any more: {error}") from None
    if page is None:
        raise HTTPException(404, "The ledger knows no page of this wording.")
    return page


def _block(block: received_page.ReceivedBlock) -> dict[str, str]:
    return {"text": block.text, "reason": block.reason, "direction": text.direction(block.text)}


def _pieces(pieces: tuple[differences.DifferencePiece, ...]) -> list[dict[str, str]]:
    return [{"fate": str(piece.fate), "text": piece.text} for piece in pieces]


def _link(url: str) -> str:
    """The address if a browser may open it safely, else empty; it comes from other people's pages."""
    return url if url.lower().startswith(("http://", "https://")) else ""

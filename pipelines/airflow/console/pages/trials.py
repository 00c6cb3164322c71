"""Trials of a watch that a person is writing: its matches in a text, and the alerts that it would have sent in the last
days.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field

from pipelines import steering, text
from pipelines.airflow.console import policy
from pipelines.airflow.console.database_door import DESK
from pipelines.airflow.console.pages import watches as watches_page
from pipelines.airflow.console.pages.watches import WatchForm
from pipelines.airflow.console.parameters import LONGEST_NAME
from pipelines.alert import synonyms, watch_editing, watches
from pipelines.archive import passages, watch_trial
from pipelines.archive.watch_trial import FoundArticle, TriedQuery
from pipelines.settings import settings
from pipelines.sources import folders

router = APIRouter(prefix="/api/trials")


class WatchWithText(WatchForm):
    """The form of a watch, with a text to try it on."""

    title: Annotated[str, Field(max_length=LONGEST_NAME)] = ""
    text: Annotated[str, Field(max_length=policy.TEST_CHARACTERS)] = ""


class TrialRequest(WatchForm):
    """The form of a watch, with the number of days to look back."""

    days: Annotated[int, Field(ge=1, le=policy.MOST_TRY_DAYS)] = policy.TRY_DAYS


@router.post("/test")
def _test(written: WatchWithText) -> Any:
    """The matches of a watch in a text, or the part of its query that failed."""
    current = settings()
    with DESK.reading(current) as conn:
        watch = watches_page.make_watch(current, conn, "tried", written)
        node = watches.node(watch, synonyms.lists(conn))
    found = watch_editing.test(node, title=written.title, text=written.text)
    matches = [
        {"term": one.term, "surface": one.surface, "field": one.field, "snippet": one.snippet} for one in found.matches
    ]
    return steering.strip_steering(
        {"matched": found.matched, "matches": matches, "failed": found.failed, "left_out": found.left_out}
    )


@router.post("/try")
def _try(written: TrialRequest) -> Any:
    """The alerts that a watch would have sent in the last days: number, days, terms, and the newest stories."""
    current = settings()
    with DESK.reading(current) as conn, conn:
        watch = watches_page.make_watch(current, conn, "tried", written)
        node = watches.node(watch, synonyms.lists(conn))
        found = watch_trial.try_watch(conn, watch, node, written.days, scopes=folders.scopes(current))
    return steering.strip_steering({"notes": watch_editing.notes(watch), **_show_tried(found, folders.titles(current))})


def _show_tried(found: TriedQuery, titles: Mapping[str, str]) -> dict[str, Any]:
    today = datetime.now(UTC).date()
    days = [today - timedelta(days=back) for back in range(found.days, -1, -1)]
    return {
        "days": found.days,
        "stories": len(found.found),
        "alerts": sum(found.alerts.values()),
        "listed": [{"why": why, "alerts": count} for why, count in found.listed.most_common()],
        "more": found.more,
        "per_day": [{"day": day.isoformat(), "alerts": found.alerts[day]} for day in days],
        "terms": [
            {"term": term, "articles": count, "alone": found.alone[term]}
            for term, count in found.terms.most_common(policy.TRY_TERMS)
        ],
        "newest": [_story(one, titles) for one in found.found[: policy.TRY_STORIES]],
    }


def _story(one: FoundArticle, titles: Mapping[str, str]) -> dict[str, Any]:
    places = {name: [(mark.start, mark.end) for mark in one.marks if mark.field == name] for name in one.fields}
    parts = [
        [{"text": piece.text, "marked": piece.marked} for piece in passage]
        for passage in passages.beside_title(one.fields["description"], one.fields["text"], places)
    ]
    title = passages.whole(one.fields["title"], places["title"])
    return {
        **{name: getattr(one, name) for name in ("id", "source", "at", "alerts")},
        "source_title": titles.get(one.source, one.source),
        "direction": text.direction(one.fields["title"]),
        "title_pieces": [{"text": piece.text, "marked": piece.marked} for piece in title],
        "passages": parts[: policy.TRY_PASSAGES],
    }

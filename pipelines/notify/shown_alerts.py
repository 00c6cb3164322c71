"""Alerts in the form for a message: each story and each change once, without control characters, and with what an edit
changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from pipelines import edits, steering
from pipelines.codes import AlertKind
from pipelines.edits import Edit


def join_alerts(alerts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Alerts for people: one for a new story or a change of an article, however many watches found it.

    Each has `watches`, and `also_in`: the articles of other outlets.
    alerts: in the order of their numbers; each has `kind` and, if known, `watch`, `story_id`, `article_id`, `revision`,
    `repeat`, `quiet` and `lead_id`.
    """
    told: dict[tuple[Any, ...], dict[str, Any]] = {}
    for number, alert in enumerate(alerts):
        article = alert.get("article_id") or f"#{number}"
        place: tuple[Any, ...] = (alert["kind"], article, alert.get("revision"), alert.get("repeat"))
        if alert["kind"] == AlertKind.NEW and (alert.get("quiet") or not alert.get("lead_id")):
            place = (alert["kind"], "story", alert.get("story_id") or article)
        names = [alert["watch"]] if alert.get("watch") and not alert.get("quiet") else []
        first = told.get(place)
        if first is None:
            told[place] = {**alert, "watches": names, "also_in": []}
            continue
        first["watches"] += [name for name in names if name not in first["watches"]]
        if article == first.get("article_id"):
            first["matches"] = _join_matches(first.get("matches", ()), alert.get("matches", ()))
        elif article not in [one["article_id"] for one in first["also_in"]]:
            first["also_in"].append(alert)
    return list(told.values())


def show(alert: Mapping[str, Any]) -> dict[str, Any]:
    """An alert without control characters, title and address in one line each, with the changes of its edit."""
    lines = {name: steering.one_line(alert[name]) for name in ("title", "url")}
    before, now = alert.get("before"), alert.get("now")
    edit = edits.compare(before, now) if before and now else None
    clean = steering.strip_steering({name: value for name, value in alert.items() if name not in ("before", "now")})
    source = steering.one_line(alert.get("source_title") or alert["source"])
    also = [_outlet(one) for one in alert.get("also_in", ())]
    said = edit and Edit(**steering.strip_steering(asdict(edit)))
    return {"watches": [], "revision_kind": "", **clean, **lines, "source_title": source, "also_in": also, "edit": said}


def _join_matches(matches: Sequence[Mapping[str, Any]], more: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The matches of several watches in one article, each place once."""
    places = {(match.get("field"), match.get("offset"), match["surface"]) for match in matches}
    return [*matches, *(m for m in more if (m.get("field"), m.get("offset"), m["surface"]) not in places)]


def _outlet(alert: Mapping[str, Any]) -> dict[str, Any]:
    """The article of another outlet that tells the same story."""
    return {
        "article": alert.get("article_id"),
        "source": alert["source"],
        "source_title": steering.one_line(alert.get("source_title") or alert["source"]),
        **{name: steering.one_line(alert[name]) for name in ("title", "url")},
    }

"""Writes each message in four forms: as text, as HTML, as the parts for a chat, and as JSON."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from html import escape
from typing import Any

from pipelines import steering
from pipelines.edits import Edit
from pipelines.notify import alert_lines, html, message_languages, subjects
from pipelines.notify.alert_lines import MessageLine
from pipelines.notify.message import MARK_BEGINS, MARK_ENDS, Message
from pipelines.notify.shown_alerts import join_alerts, show
from pipelines.notify.subjects import LONGEST_SUBJECT_CHARACTERS

# A title in a chat has at most this many characters, because the chat's messages have room for some 2,000.
LONGEST_TITLE = 300
# In some services this character begins or ends bold type. A found word that contains it is not marked.
_BOLD = "*"


def plain(key: str, subject: str, body: str) -> Message:
    """A message without alerts: a subject and a body."""
    subject, body = steering.one_line(subject, LONGEST_SUBJECT_CHARACTERS), steering.strip(body)
    paragraphs = "".join(f'<p dir="auto">{escape(line)}</p>' for line in body.splitlines() if line.strip())
    nobody: dict[str, Any] = {"watch": "", "watches": [], "alerts": []}
    payload = {"key": key, "kind": "message", "subject": subject, "text": body, **nobody}
    parts = [steering.inert(line, links=True) for line in body.splitlines() if line.strip()]
    return Message(
        key=key,
        subject=subject,
        text=body,
        html=html.page(subject, paragraphs),
        payload=payload,
        parts=parts or [subject],
    )


def render(
    key: str,
    watch: str,
    subject: str,
    alerts: Sequence[Mapping[str, Any]],
    *,
    collected: bool = False,
    language: str = message_languages.USUAL,
    clock: str = "UTC",
) -> Message:
    """The message for alerts; watch: the watch of the first alert, which is also in `key`; collected: whether the
    message is a digest.

    alerts: each has `kind`, `title`, `url`, `source`, `language`, `published_at`, `published_precision` and `matches`
    (as JSON). If known, also `article_id`, `removed_at`, `before` and `now` (title, description and text of two
    revisions), `source_title` and `timezone` of the source, and the fields that `join_alerts` needs.
    language, clock: the reader's language and time zone.
    """
    alerts, watch = [show(alert) for alert in join_alerts(alerts)], steering.one_line(watch)
    names = sorted({steering.one_line(name) for alert in alerts for name in alert["watches"]} | {watch})
    kinds = {str(alert["kind"]) for alert in alerts}
    if not subject:
        subject = subjects.subject(watch, subjects.count_alerts(language, alerts))
    subject = steering.one_line(subject, LONGEST_SUBJECT_CHARACTERS)
    payload = {
        "key": key,
        "watch": watch,
        "watches": names,
        "kind": kinds.pop() if len(kinds) == 1 and not collected else "digest",
        "subject": subject,
        "alerts": [_payload(alert) for alert in alerts],
    }
    signed = _sign(language, names)
    reader = (language or message_languages.USUAL, clock or "UTC")
    texts = ["\n".join(filter(None, map(str, _lines(alert, *reader)))) for alert in alerts]
    return Message(
        key=key,
        subject=subject,
        text="\n\n".join(texts) + f"\n\n-- \n{signed[0]}\n{signed[1]}\n",
        html=html.page(
            subject,
            "".join(html.block(alert, *reader) for alert in alerts)
            + html.paragraph(MessageLine(signed[0]), reader[0], None)
            + html.paragraph(MessageLine(signed[1]), reader[0], None),
            reader[0],
        ),
        payload=payload,
        parts=[*(_part(alert, *reader) for alert in alerts), "\n".join(steering.inert(line) for line in signed)],
        thread=_thread(watch, alerts),
    )


def for_feed(alert: Mapping[str, Any], language: str = message_languages.USUAL, clock: str = "UTC") -> tuple[str, str]:
    """An alert in a feed: its title; and, as HTML, its origin and the matching sentences with the found words
    marked."""
    shown = show(alert)
    surfaces = html.surfaces_of(shown["matches"])
    told = [
        MessageLine(alert_lines.where(shown, language, clock)),
        *(MessageLine(quoted=one) for one in alert_lines.excerpts(shown)),
    ]
    told += [alert_lines.also_in(shown, language)] if shown["also_in"] else []
    return subjects.name_edit(shown, language) + shown["title"], "".join(
        html.paragraph(line, language, surfaces) for line in told
    )


def _sign(language: str, watches: Sequence[str]) -> tuple[str, str]:
    """The last two lines of a message: which watches sent it, and how to mute the first of them for a day."""
    text = message_languages.say(language, "Nightdesk, watch {names}", names=", ".join(watches))
    if len(watches) > 1:
        text = message_languages.say(language, "Nightdesk, watches {names}", names=", ".join(watches))
    command = f"nightdesk watch mute {shlex.quote(watches[0])} --for 1d"
    return text, message_languages.say(language, "To hear nothing of it for a day: {command}", command=command)


def _thread(watch: str, alerts: Sequence[Mapping[str, Any]]) -> str:
    """A key that a new article, its changes and its removal share; empty if the alerts are about several articles."""
    articles = {alert.get("article_id") for alert in alerts}
    return f"{watch}/{articles.pop()}" if len(articles) == 1 and None not in articles else ""


def _payload(alert: Mapping[str, Any]) -> dict[str, Any]:
    published: datetime | None = alert["published_at"]
    removed: datetime | None = alert.get("removed_at")
    edit: Edit | None = alert["edit"]
    return {
        "kind": alert["kind"],
        "article": alert.get("article_id"),
        "title": alert["title"],
        "url": alert["url"],
        "source": alert["source"],
        "source_title": alert["source_title"],
        "language": alert["language"],
        "published_at": published.isoformat() if published else None,
        "removed_at": removed.isoformat() if removed else None,
        "changes": asdict(edit) if edit else None,
        "revision_kind": alert.get("revision_kind", ""),
        "moved": alert.get("moved", []),
        "matches": alert["matches"],
        "snippets": alert_lines.excerpts(alert),
        "watches": alert["watches"],
        "also_in": alert["also_in"],
    }


def _lines(alert: Mapping[str, Any], language: str, clock: str) -> list[MessageLine]:
    """An alert as separate lines, so that each is shown in the direction of its own language."""
    return [
        MessageLine(quoted=alert["title"]),
        MessageLine(alert_lines.where(alert, language, clock)),
        *alert_lines.body(alert, language),
        alert_lines.address(alert, language),
        alert_lines.also_in(alert, language),
        alert_lines.line_of_kept(alert, language),
    ]


def _part(alert: Mapping[str, Any], language: str, clock: str) -> str:
    """An alert for a chat: the page's words are plain text with the found ones marked; its address is the only link."""
    title = steering.inert(alert["title"])
    cut = title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1] + "…"
    address = str(alert_lines.address(alert, language))
    told = steering.inert(address) if alert["kind"] == "removed" else steering.inert_address(address)
    found = [{"surface": steering.inert(match["surface"])} for match in alert["matches"]]
    surfaces = html.surfaces_of([match for match in found if _BOLD not in match["surface"]])
    body = [
        MessageLine(alert_lines.where(alert, language, clock)),
        *alert_lines.body(alert, language),
        alert_lines.also_in(alert, language),
        alert_lines.line_of_kept(alert, language),
    ]
    all_lines = [
        _mark(cut, surfaces),
        *(str(MessageLine(steering.inert(line.said), _mark(steering.inert(line.quoted), surfaces))) for line in body),
        told,
    ]
    return "\n".join(line for line in all_lines if line)


def _mark(line: str, surfaces: re.Pattern[str]) -> str:
    """A line with the found words marked; the marks are control characters, which were removed from the page's words
    before."""
    return surfaces.sub(lambda found: f"{MARK_BEGINS}{found[0]}{MARK_ENDS}", line)

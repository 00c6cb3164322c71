"""Messages: what a person reads of alerts, as a subject, as text, as HTML and as JSON, each in its own direction."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from itertools import pairwise
from typing import Any

from pipelines import steering
from pipelines.message import Message
from pipelines.text import direction

LONGEST_SUBJECT = 160
# In a chat, where a whole message has some 2,000 characters.
LONGEST_TITLE = 300
SNIPPETS = 3
SAID = {"new": "New", "revised": "Changed", "removed": "Removed from the site", "health": "Source"}


def plain(key: str, subject: str, body: str) -> Message:
    """A message that is one text."""
    subject, body = steering.one_line(subject, LONGEST_SUBJECT), steering.strip(body)
    paragraphs = "".join(f'<p dir="auto">{escape(line)}</p>' for line in body.splitlines() if line.strip())
    payload = {"key": key, "watch": "", "kind": "message", "subject": subject, "text": body, "alerts": []}
    lines = [steering.inert(line, links=True) for line in body.splitlines() if line.strip()]
    return Message(
        key=key, subject=subject, text=body, html=_page(subject, paragraphs), payload=payload, parts=lines or [subject]
    )


def render(key: str, watch: str, subject: str, alerts: Sequence[Mapping[str, Any]]) -> Message:
    """The message for alerts of one watch.

    alerts: kind, title, url, source, language, published_at, published_precision and matches (as JSON) of each.
    """
    alerts, watch = list(map(_shown, alerts)), steering.one_line(watch)
    kinds = {str(alert["kind"]) for alert in alerts}
    number = f"{len(alerts)} alert" + ("" if len(alerts) == 1 else "s")
    subject = steering.one_line(subject or f"{watch}: {number}", LONGEST_SUBJECT)
    payload = {
        "key": key,
        "watch": watch,
        "kind": kinds.pop() if len(kinds) == 1 else "digest",
        "subject": subject,
        "alerts": [_payload(alert) for alert in alerts],
    }
    return Message(
        key=key,
        subject=subject,
        text="\n\n".join(map(_text, alerts)) + f"\n\n-- \nNightdesk, watch {watch}\n",
        html=_page(subject, "".join(map(_html, alerts)) + f"<p>Nightdesk, watch {escape(watch)}</p>"),
        payload=payload,
        parts=list(map(_part, alerts)),
    )


def _shown(alert: Mapping[str, Any]) -> dict[str, Any]:
    """An alert without what steers, its title and its address in one line each."""
    lines = {name: steering.one_line(alert[name]) for name in ("title", "url")}
    return {**steering.stripped(alert), **lines}


def _payload(alert: Mapping[str, Any]) -> dict[str, Any]:
    published: datetime | None = alert["published_at"]
    return {
        "kind": alert["kind"],
        "title": alert["title"],
        "url": alert["url"],
        "source": alert["source"],
        "language": alert["language"],
        "published_at": published.isoformat() if published else None,
        "matches": alert["matches"],
        "snippets": _snippets(alert),
    }


def _text(alert: Mapping[str, Any]) -> str:
    lines = [f"{SAID[alert['kind']]}: {alert['title']}", _where(alert), *_snippets(alert), alert["url"]]
    return "\n".join(line for line in lines if line)


def _part(alert: Mapping[str, Any]) -> str:
    """An alert for a chat: what a page wrote of it is text, and its address is the only link."""
    title = steering.inert(alert["title"])
    cut = title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1] + "…"
    snippets = [steering.inert(snippet) for snippet in _snippets(alert)]
    lines = [f"{SAID[alert['kind']]}: {cut}", _where(alert), *snippets, steering.inert_address(alert["url"])]
    return "\n".join(line for line in lines if line)


def _html(alert: Mapping[str, Any]) -> str:
    way = direction(alert["title"] or alert["language"])
    language = f' lang="{escape(alert["language"])}"' if alert["language"] else ""
    title = escape(alert["title"])
    if alert["url"].startswith(("http://", "https://")):
        title = f'<a href="{escape(alert["url"])}">{title}</a>'
    snippets = "".join(
        f'<p dir="{direction(snippet)}">{_marked(snippet, alert["matches"])}</p>' for snippet in _snippets(alert)
    )
    where = f'<p dir="auto">{escape(SAID[alert["kind"]])} · {escape(_where(alert))}</p>'
    return f'<div dir="{way}"{language}><h3>{title}</h3>{where}{snippets}</div>'


def _where(alert: Mapping[str, Any]) -> str:
    published: datetime | None = alert["published_at"]
    if not published:
        return str(alert["source"])
    form = "%Y-%m-%d %H:%M UTC" if alert["published_precision"] in ("minute", "second") else "%Y-%m-%d"
    return f"{alert['source']}, {published.strftime(form)}"


def _snippets(alert: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys(steering.one_line(str(match["snippet"])) for match in alert["matches"]))[:SNIPPETS]


def _marked(snippet: str, matches: Sequence[Mapping[str, Any]]) -> str:
    """A snippet as HTML with what was found in it marked."""
    surfaces = sorted({" ".join(str(match["surface"]).split()) for match in matches}, key=len, reverse=True)
    found = re.compile("|".join(map(re.escape, surfaces)) or r"\Z(?!\Z)")
    ends = [0, *(end for match in found.finditer(snippet) for end in match.span()), len(snippet)]
    parts = [escape(snippet[start:end]) for start, end in pairwise(ends)]
    return "".join(f"<mark>{part}</mark>" if n % 2 else part for n, part in enumerate(parts))


def _page(title: str, body: str) -> str:
    head = f'<head><meta charset="utf-8"><title>{escape(title)}</title></head>'
    return f"<!doctype html><html>{head}<body>{body}</body></html>"

"""Messages: what a person reads of alerts, as a subject, as text, as HTML and as JSON, each in its own direction."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from html import escape
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from pipelines import edits, steering
from pipelines.edits import Edit
from pipelines.notify.message import Message
from pipelines.text import direction, normal

# Characters of a subject. Chosen: what mail and chat programs show of one.
LONGEST_SUBJECT_CHARACTERS = 160
# In a chat, where a whole message has some 2,000 characters.
LONGEST_TITLE = 300
# A message is read on a phone: what is beyond is said as a number.
MOST_EXCERPTS = 5
# Passages that changed, of one alert. Chosen: as above.
MOST_EDITED = 3
# Characters of one of them. Chosen: four lines on a phone.
LONGEST_EDITED = 300
SAID = {
    "new": "New",
    "revised": "Changed",
    "removed": "Removed from the site",
    "restored": "Back on the site",
    "health": "Source",
}
# In a subject, between the watch and the title: what is new needs no word.
IN_SUBJECT = {"new": "", "revised": "changed: ", "removed": "removed: ", "restored": "back: ", "health": ""}
STOPS = " .。…!؟?"
COUNTED = {"new": "new", "revised": "changed", "removed": "removed", "restored": "back", "health": "of sources"}


def plain(key: str, subject: str, body: str) -> Message:
    """A message that is one text."""
    subject, body = steering.one_line(subject, LONGEST_SUBJECT_CHARACTERS), steering.strip(body)
    paragraphs = "".join(f'<p dir="auto">{escape(line)}</p>' for line in body.splitlines() if line.strip())
    payload = {"key": key, "watch": "", "kind": "message", "subject": subject, "text": body, "alerts": []}
    lines = [steering.inert(line, links=True) for line in body.splitlines() if line.strip()]
    return Message(
        key=key, subject=subject, text=body, html=_page(subject, paragraphs), payload=payload, parts=lines or [subject]
    )


def subject_of(watch: str, kind: str, title: str) -> str:
    """The subject of a message of one alert: it says whether the article is new, was changed or was removed.

    That of a message that collects alerts is written with them: `count_digests` in alert/queries.sql.
    """
    return steering.one_line(f"{watch}: {IN_SUBJECT[kind]}{title}", LONGEST_SUBJECT_CHARACTERS)


def moment(at: datetime, precision: str, timezone: str) -> str:
    """A moment to the minute, in UTC and saying so; a day, which has no zone, as the source's own calendar has it."""
    if precision in ("day", "month", "year"):
        form = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}[precision]
        return at.astimezone(ZoneInfo(timezone)).strftime(form)
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def render(key: str, watch: str, subject: str, alerts: Sequence[Mapping[str, Any]]) -> Message:
    """The message for alerts of one watch.

    alerts: kind, title, url, source, language, published_at, published_precision and matches (as JSON) of each, and
    where known article_id, removed_at, before and now (title, description and text of two revisions), source_title and
    timezone of the source.
    """
    alerts, watch = list(map(_shown, alerts)), steering.one_line(watch)
    kinds = {str(alert["kind"]) for alert in alerts}
    subject = steering.one_line(subject or f"{watch}: {_number(alerts)}", LONGEST_SUBJECT_CHARACTERS)
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
        thread=_thread(watch, alerts),
    )


def for_feed(alert: Mapping[str, Any]) -> tuple[str, str]:
    """An alert in a feed: its title, and as HTML where it is from and the sentences that matched, marked."""
    shown = _shown(alert)
    surfaces = _surfaces(shown["matches"])
    lines = "".join(f'<p dir="{direction(line)}">{_marked(line, surfaces)}</p>' for line in _excerpts(shown))
    return IN_SUBJECT[shown["kind"]] + shown["title"], f'<p dir="auto">{escape(_where(shown))}</p>{lines}'


def _thread(watch: str, alerts: Sequence[Mapping[str, Any]]) -> str:
    """What a new article, its changes and its removal have in common; nothing for several articles."""
    articles = {alert.get("article_id") for alert in alerts}
    return f"{watch}/{articles.pop()}" if len(articles) == 1 and None not in articles else ""


def _number(alerts: Sequence[Mapping[str, Any]]) -> str:
    """How many alerts, and of which kinds where there are several."""
    number = f"{len(alerts)} alert" + ("" if len(alerts) == 1 else "s")
    kinds = Counter(str(alert["kind"]) for alert in alerts)
    if set(kinds) <= {"new"}:
        return number
    return f"{number} ({', '.join(f'{kinds[kind]} {COUNTED[kind]}' for kind in COUNTED if kinds[kind])})"


def _shown(alert: Mapping[str, Any]) -> dict[str, Any]:
    """An alert without what steers, its title and its address in one line each, with what its edit changed."""
    lines = {name: steering.one_line(alert[name]) for name in ("title", "url")}
    before, now = alert.get("before"), alert.get("now")
    edit = edits.compare(before, now) if before and now else None
    clean = steering.stripped({name: value for name, value in alert.items() if name not in ("before", "now")})
    source = steering.one_line(alert.get("source_title") or alert["source"])
    return {**clean, **lines, "source_title": source, "edit": edit and Edit(**steering.stripped(asdict(edit)))}


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
        "snippets": _excerpts(alert),
    }


def _text(alert: Mapping[str, Any]) -> str:
    # A line for itself, so that each is shown in the direction of its own language.
    lines = [alert["title"], _where(alert), *_body(alert), _address(alert)]
    return "\n".join(line for line in lines if line)


def _part(alert: Mapping[str, Any]) -> str:
    """An alert for a chat: what a page wrote of it is text, and its address is the only link."""
    title = steering.inert(alert["title"])
    cut = title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1] + "…"
    address = _address(alert)
    told = steering.inert(address) if alert["kind"] == "removed" else steering.inert_address(address)
    lines = [cut, steering.inert(_where(alert)), *map(steering.inert, _body(alert)), told]
    return "\n".join(line for line in lines if line)


def _html(alert: Mapping[str, Any]) -> str:
    way = direction(alert["title"] or alert["language"])
    language = f' lang="{escape(alert["language"])}"' if alert["language"] else ""
    title = escape(alert["title"])
    if alert["url"].startswith(("http://", "https://")) and alert["kind"] != "removed":
        title = f'<a href="{escape(alert["url"])}">{title}</a>'
    surfaces = _surfaces(alert["matches"])
    lines = "".join(f'<p dir="{direction(line)}">{_marked(line, surfaces)}</p>' for line in _body(alert))
    where = f'<p dir="auto">{escape(_where(alert))}</p>'
    address = f'<p dir="ltr">{escape(_address(alert))}</p>' if alert["kind"] == "removed" else ""
    return f'<div dir="{way}"{language}><h3>{title}</h3>{where}{lines}{address}</div>'


def _where(alert: Mapping[str, Any]) -> str:
    """What happened, at which source, and when, each moment with its zone."""
    told = [SAID[alert["kind"]], alert["source_title"]]
    if alert["published_at"]:
        told.append(f"published {moment(alert['published_at'], alert['published_precision'], _zone(alert))}")
    if alert.get("removed_at"):
        told.append(f"gone when looked at {moment(alert['removed_at'], 'minute', _zone(alert))}")
    return " · ".join(told)


def _zone(alert: Mapping[str, Any]) -> str:
    return str(alert.get("timezone") or "UTC")


def _address(alert: Mapping[str, Any]) -> str:
    """The article's address; of one that is gone it is said that it stood there, and where its text is."""
    if alert["kind"] != "removed":
        return str(alert["url"])
    kept = f" Its text is kept: nightdesk articles {alert['article_id']}" if alert.get("article_id") else ""
    return f"It stood at {alert['url']} (the site no longer has it).{kept}"


def _body(alert: Mapping[str, Any]) -> list[str]:
    """What an edit changed, then the sentences in which the terms stand and that were not said yet."""
    edit: Edit | None = alert["edit"]
    lines: list[str] = []
    if edit:
        lines += [f"Title before: {edit.title_before}"] if edit.title_before else []
        lines += _edited("New in it:", edit.added) + _edited("No longer in it:", edit.removed)
        if not lines:
            lines = ["Only spelling, spacing or the order of sentences changed."]
    elif alert["kind"] == "revised":
        lines = ["What changed is not known: the revision before it is not kept."]
    said = {normal(line) for line in lines}
    excerpts = [one for one in _excerpts(alert) if normal(one) not in said]
    more = len(excerpts) - MOST_EXCERPTS
    lines += ["Found in it:"] if lines and excerpts else []
    return lines + excerpts[:MOST_EXCERPTS] + ([f"… and {_many(more, 'more sentence')}"] if more > 0 else [])


def _edited(what: str, sentences: Sequence[str]) -> list[str]:
    """A line that says what follows, and the sentences, each a line of its own for the sake of its direction."""
    if not sentences:
        return []
    more = len(sentences) - MOST_EDITED
    shown = [steering.one_line(one, LONGEST_EDITED) for one in sentences[:MOST_EDITED]]
    return [what, *shown, *([f"… and {_many(more, 'more sentence')}"] if more > 0 else [])]


def _excerpts(alert: Mapping[str, Any]) -> list[str]:
    """The sentences in which the terms stand, each once, and none that the title or another one says already."""
    said = [normal(alert["title"])]
    kept: list[str] = []
    for match in alert["matches"]:
        sentence = steering.one_line(str(match["snippet"]))
        form = normal(sentence.strip("… "))
        if any(form in other or _ends_alike(form, other) for other in said):
            continue
        said.append(form)
        kept.append(sentence)
    return kept


def _ends_alike(one: str, other: str) -> bool:
    """Whether two differ in the stop at their end alone."""
    return one.rstrip(STOPS) == other.rstrip(STOPS)


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _surfaces(matches: Sequence[Mapping[str, Any]]) -> re.Pattern[str]:
    found = sorted({" ".join(str(match["surface"]).split()) for match in matches}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, found)) or r"\Z(?!\Z)")


def _marked(line: str, surfaces: re.Pattern[str]) -> str:
    """A line as HTML with what was found in it marked."""
    ends = [0, *(end for found in surfaces.finditer(line) for end in found.span()), len(line)]
    parts = [escape(line[start:end]) for start, end in pairwise(ends)]
    return "".join(f"<mark>{part}</mark>" if n % 2 else part for n, part in enumerate(parts))


def _page(title: str, body: str) -> str:
    head = f'<head><meta charset="utf-8"><title>{escape(title)}</title></head>'
    return f"<!doctype html><html>{head}<body>{body}</body></html>"

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
from pipelines.codes import AlertKind
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
# Outlets of a story that are named. Chosen: a line or two.
MOST_OUTLETS = 12
SAID = {
    "new": "New",
    "revised": "Changed",
    "correction": "Corrected",
    "headline": "Headline changed",
    "removed": "Removed from the site",
    "restored": "Back on the site",
    "health": "Source",
}
# In a subject, between the watch and the title: what is new needs no word.
IN_SUBJECT = {
    "new": "",
    "revised": "changed: ",
    "correction": "corrected: ",
    "headline": "new headline: ",
    "removed": "removed: ",
    "restored": "back: ",
    "health": "",
}
STOPS = " .。…!؟?"
COUNTED = {"new": "new", "revised": "changed", "removed": "removed", "restored": "back", "health": "of sources"}


def plain(key: str, subject: str, body: str) -> Message:
    """A message that is one text."""
    subject, body = steering.one_line(subject, LONGEST_SUBJECT_CHARACTERS), steering.strip(body)
    paragraphs = "".join(f'<p dir="auto">{escape(line)}</p>' for line in body.splitlines() if line.strip())
    nobody: dict[str, Any] = {"watch": "", "watches": [], "alerts": []}
    payload = {"key": key, "kind": "message", "subject": subject, "text": body, **nobody}
    lines = [steering.inert(line, links=True) for line in body.splitlines() if line.strip()]
    return Message(
        key=key, subject=subject, text=body, html=_page(subject, paragraphs), payload=payload, parts=lines or [subject]
    )


def subject_of(alerts: Sequence[Mapping[str, Any]], *, collected: bool) -> str:
    """The subject of a message: the watches, and what happened to which article; of a collected one how many alerts.

    alerts: watch, kind, revision_kind, title and what `told_once` asks for, of each.
    """
    told = told_once(alerts)
    watches = ", ".join(sorted({name for one in told for name in one["watches"]}))
    if collected:
        # What was told before a cap was reached is more than nothing; a digest begins with nothing.
        what = "alert" if alerts[0].get("due_at") else "more alert"
        return steering.one_line(f"{watches}: {_many(len(told), what)}", LONGEST_SUBJECT_CHARACTERS)
    first = told[0]
    return steering.one_line(f"{watches}: {_happened(first)}{first['title']}", LONGEST_SUBJECT_CHARACTERS)


def told_once(alerts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Alerts as they are told: one for a story that is new or a change of an article, whoever looks for it.

    Each has `watches`, and `also_in`: the articles of further outlets. alerts, in the order of their numbers: kind, and
    where known watch, story_id, article_id, revision, quiet and lead_id.
    """
    told: dict[tuple[Any, ...], dict[str, Any]] = {}
    for number, alert in enumerate(alerts):
        article = alert.get("article_id") or f"#{number}"
        place = (alert["kind"], article, alert.get("revision"))
        if alert["kind"] == AlertKind.NEW and (alert.get("quiet") or not alert.get("lead_id")):
            place = (alert["kind"], "story", alert.get("story_id") or article)
        names = [alert["watch"]] if alert.get("watch") and not alert.get("quiet") else []
        first = told.get(place)
        if first is None:
            told[place] = {**alert, "watches": names, "also_in": []}
            continue
        first["watches"] += [name for name in names if name not in first["watches"]]
        if article == first.get("article_id"):
            first["matches"] = _joined(first.get("matches", ()), alert.get("matches", ()))
        elif article not in [one["article_id"] for one in first["also_in"]]:
            first["also_in"].append(alert)
    return list(told.values())


def moment(at: datetime, precision: str, timezone: str) -> str:
    """A moment to the minute, in UTC and saying so; a day, which has no zone, as the source's own calendar has it."""
    if precision in ("day", "month", "year"):
        form = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}[precision]
        return at.astimezone(ZoneInfo(timezone)).strftime(form)
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def render(
    key: str, watch: str, subject: str, alerts: Sequence[Mapping[str, Any]], *, collected: bool = False
) -> Message:
    """The message for alerts, named by the watch that its key has; collected: it has those of some time.

    alerts: kind, title, url, source, language, published_at, published_precision and matches (as JSON) of each, and
    where known article_id, removed_at, before and now (title, description and text of two revisions), source_title and
    timezone of the source, and what `told_once` asks for.
    """
    alerts, watch = [_shown(alert) for alert in told_once(alerts)], steering.one_line(watch)
    names = sorted({name for alert in alerts for name in alert["watches"]} | {watch})
    kinds = {str(alert["kind"]) for alert in alerts}
    subject = steering.one_line(subject or f"{watch}: {_number(alerts)}", LONGEST_SUBJECT_CHARACTERS)
    payload = {
        "key": key,
        "watch": watch,
        "watches": names,
        "kind": kinds.pop() if len(kinds) == 1 and not collected else "digest",
        "subject": subject,
        "alerts": [_payload(alert) for alert in alerts],
    }
    return Message(
        key=key,
        subject=subject,
        text="\n\n".join(map(_text, alerts)) + f"\n\n-- \nNightdesk, {_signed(names)}\n",
        html=_page(subject, "".join(map(_html, alerts)) + f"<p>Nightdesk, {escape(_signed(names))}</p>"),
        payload=payload,
        parts=list(map(_part, alerts)),
        thread=_thread(watch, alerts),
    )


def for_feed(alert: Mapping[str, Any]) -> tuple[str, str]:
    """An alert in a feed: its title, and as HTML where it is from and the sentences that matched, marked."""
    shown = _shown(alert)
    surfaces = _surfaces(shown["matches"])
    lines = "".join(f'<p dir="{direction(line)}">{_marked(line, surfaces)}</p>' for line in _excerpts(shown))
    also = f'<p dir="auto">{escape(_also_in(shown))}</p>' if shown["also_in"] else ""
    return _happened(shown) + shown["title"], f'<p dir="auto">{escape(_where(shown))}</p>{lines}{also}'


def _joined(matches: Sequence[Mapping[str, Any]], more: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """What several watches found in one article, each place once."""
    places = {(match.get("field"), match.get("offset"), match["surface"]) for match in matches}
    return [*matches, *(m for m in more if (m.get("field"), m.get("offset"), m["surface"]) not in places)]


def _signed(watches: Sequence[str]) -> str:
    return f"watch{'es' if len(watches) > 1 else ''} {', '.join(watches)}"


def _happened(alert: Mapping[str, Any]) -> str:
    """What stands before a title: what an edit was, where that is known; nothing before what is new."""
    if alert["kind"] == AlertKind.NEW and alert.get("lead_id"):
        return "also in: "
    return IN_SUBJECT.get(alert.get("revision_kind") or alert["kind"], "") or IN_SUBJECT[alert["kind"]]


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
    also = [_outlet(one) for one in alert.get("also_in", ())]
    said = edit and Edit(**steering.stripped(asdict(edit)))
    return {"watches": [], "revision_kind": "", **clean, **lines, "source_title": source, "also_in": also, "edit": said}


def _outlet(alert: Mapping[str, Any]) -> dict[str, Any]:
    """An article of a further outlet that tells a story."""
    return {
        "article": alert.get("article_id"),
        "source": alert["source"],
        "source_title": steering.one_line(alert.get("source_title") or alert["source"]),
        **{name: steering.one_line(alert[name]) for name in ("title", "url")},
    }


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
        "watches": alert["watches"],
        "also_in": alert["also_in"],
    }


def _text(alert: Mapping[str, Any]) -> str:
    # A line for itself, so that each is shown in the direction of its own language.
    also = _also_in(alert)
    lines = [alert["title"], _where(alert), *_body(alert), _address(alert), also]
    return "\n".join(line for line in lines if line)


def _part(alert: Mapping[str, Any]) -> str:
    """An alert for a chat: what a page wrote of it is text, and its address is the only link."""
    title = steering.inert(alert["title"])
    cut = title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1] + "…"
    address = _address(alert)
    told = steering.inert(address) if alert["kind"] == "removed" else steering.inert_address(address)
    lines = [cut, steering.inert(_where(alert)), *map(steering.inert, (*_body(alert), _also_in(alert))), told]
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
    links = ", ".join(map(_link, alert["also_in"][:MOST_OUTLETS]))
    more = len(alert["also_in"]) - MOST_OUTLETS
    also = f'<p dir="auto">Also in: {links}{escape(_beyond(more))}</p>' if links else ""
    return f'<div dir="{way}"{language}><h3>{title}</h3>{where}{lines}{address}{also}</div>'


def _link(outlet: Mapping[str, Any]) -> str:
    name = f"<bdi>{escape(outlet['source_title'])}</bdi>"
    return (
        f'<a href="{escape(outlet["url"])}">{name}</a>' if outlet["url"].startswith(("http://", "https://")) else name
    )


def _also_in(alert: Mapping[str, Any]) -> str:
    """The further outlets of a story, in a line; empty where there is none."""
    names = [outlet["source_title"] for outlet in alert["also_in"]]
    return f"Also in: {', '.join(names[:MOST_OUTLETS])}{_beyond(len(names) - MOST_OUTLETS)}" if names else ""


def _beyond(number: int) -> str:
    return f" … and {_many(number, 'more outlet')}" if number > 0 else ""


def _where(alert: Mapping[str, Any]) -> str:
    """What happened, at which source, and when, each moment with its zone."""
    told = [SAID.get(alert.get("revision_kind") or alert["kind"], SAID[alert["kind"]]), alert["source_title"]]
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
        lines += [f"Changed in it: {told}"] if (told := ", ".join(map(edits.told, alert.get("moved", ())))) else []
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

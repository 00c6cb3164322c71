"""Messages: what a person reads of alerts, as a subject, as text, as HTML and as JSON, each in its own direction."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from html import escape
from itertools import pairwise
from typing import Any

from pipelines import edits, steering
from pipelines.codes import AlertKind
from pipelines.edits import Edit
from pipelines.notify import languages
from pipelines.notify.languages import message
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
# What happened, by the kind of an edit or of an alert.
SAID = {
    "new": message("New"),
    "revised": message("Changed"),
    "correction": message("Corrected"),
    "headline": message("Headline changed"),
    "removed": message("Removed from the site"),
    "restored": message("Back on the site"),
    "health": message("Source"),
}
# The same in a subject, between the watch and the title: what is new needs no word.
IN_SUBJECT = {
    "new": "",
    "revised": message("changed:"),
    "correction": message("corrected:"),
    "headline": message("new headline:"),
    "removed": message("removed:"),
    "restored": message("back:"),
    "health": "",
}
# How many of which kind, in the subject of a message that tells of several.
COUNTED = {
    "new": message("{n} new"),
    "revised": message("{n} changed"),
    "removed": message("{n} removed"),
    "restored": message("{n} back"),
    "health": message("{n} of sources"),
}
STOPS = " .。…!؟?"
# An address or a command of ours in a line: it reads from the left wherever it stands.
_ADDRESS = re.compile(r"https?://[^\s<>]+|nightdesk (?:articles|watch mute) .*")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a message: what we say of it, in the reader's language, and what a page wrote, in its own."""

    said: str = ""
    quoted: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.said, self.quoted) if part)


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


def subject_of(alerts: Sequence[Mapping[str, Any]], *, collected: bool, language: str = languages.USUAL) -> str:
    """The subject of a message: the watches, and what happened to which article; of a collected one how many alerts.

    alerts: watch, kind, revision_kind, title and what `told_once` asks for, of each.
    """
    told = told_once(alerts)
    watches = ", ".join(sorted({name for one in told for name in one["watches"]}))
    if not collected:
        return _subject(watches, f"{_happened(told[0], language)}{told[0]['title']}")
    # What was told before a cap was reached is more than nothing; a digest begins with nothing.
    if alerts[0].get("due_at"):
        return _subject(watches, languages.count(language, "{n} alert", "{n} alerts", len(told)))
    return _subject(watches, languages.count(language, "{n} more alert", "{n} more alerts", len(told)))


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


def moment(at: datetime, precision: str, timezone: str, language: str = languages.USUAL, clock: str = "UTC") -> str:
    """A moment to the minute by the reader's clock; a day, which has no zone, as the source's own calendar has it."""
    if precision in languages.FORMS:
        return languages.day(language, at, precision, timezone)
    return languages.moment(language, at, clock)


def render(
    key: str,
    watch: str,
    subject: str,
    alerts: Sequence[Mapping[str, Any]],
    *,
    collected: bool = False,
    language: str = languages.USUAL,
    clock: str = "UTC",
) -> Message:
    """The message for alerts, named by the watch that its key has; collected: it has those of some time.

    alerts: kind, title, url, source, language, published_at, published_precision and matches (as JSON) of each, and
    where known article_id, removed_at, before and now (title, description and text of two revisions), source_title and
    timezone of the source, and what `told_once` asks for. language, clock: the reader's, and the time zone.
    """
    alerts, watch = [_shown(alert) for alert in told_once(alerts)], steering.one_line(watch)
    names = sorted({steering.one_line(name) for alert in alerts for name in alert["watches"]} | {watch})
    kinds = {str(alert["kind"]) for alert in alerts}
    if not subject:
        subject = _subject(watch, _number(language, alerts))
    subject = steering.one_line(subject, LONGEST_SUBJECT_CHARACTERS)
    payload = {
        "key": key,
        "watch": watch,
        "watches": names,
        "kind": kinds.pop() if len(kinds) == 1 and not collected else "digest",
        "subject": subject,
        "alerts": [_payload(alert) for alert in alerts],
    }
    signed = _signed(language, names)
    reader = (language or languages.USUAL, clock or "UTC")
    texts = ["\n".join(filter(None, map(str, _lines(alert, *reader)))) for alert in alerts]
    return Message(
        key=key,
        subject=subject,
        text="\n\n".join(texts) + f"\n\n-- \n{signed[0]}\n{signed[1]}\n",
        html=_page(
            subject,
            "".join(_html(alert, *reader) for alert in alerts)
            + _paragraph(Line(signed[0]), reader[0], None)
            + _paragraph(Line(signed[1]), reader[0], None),
            reader[0],
        ),
        payload=payload,
        parts=[_part(alert, *reader) for alert in alerts],
        thread=_thread(watch, alerts),
    )


def for_feed(alert: Mapping[str, Any], language: str = languages.USUAL, clock: str = "UTC") -> tuple[str, str]:
    """An alert in a feed: its title, and as HTML where it is from and the sentences that matched, marked."""
    shown = _shown(alert)
    surfaces = _surfaces(shown["matches"])
    lines = [Line(_where(shown, language, clock)), *(Line(quoted=one) for one in _excerpts(shown))]
    lines += [_also_in(shown, language)] if shown["also_in"] else []
    html = "".join(_paragraph(line, language, surfaces) for line in lines)
    return _happened(shown, language) + shown["title"], html


def _joined(matches: Sequence[Mapping[str, Any]], more: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """What several watches found in one article, each place once."""
    places = {(match.get("field"), match.get("offset"), match["surface"]) for match in matches}
    return [*matches, *(m for m in more if (m.get("field"), m.get("offset"), m["surface"]) not in places)]


def _subject(watches: str, rest: str) -> str:
    return steering.one_line(f"{watches}: {rest}", LONGEST_SUBJECT_CHARACTERS)


def _signed(language: str, watches: Sequence[str]) -> tuple[str, str]:
    """Who writes, and how to have it stop for a day."""
    text = languages.say(language, "Nightdesk, watch {names}", names=", ".join(watches))
    if len(watches) > 1:
        text = languages.say(language, "Nightdesk, watches {names}", names=", ".join(watches))
    command = f"nightdesk watch mute {shlex.quote(watches[0])} --for 1d"
    return text, languages.say(language, "To hear nothing of it for a day: {command}", command=command)


def _happened(alert: Mapping[str, Any], language: str) -> str:
    """What stands before a title: what an edit was, where that is known; nothing before what is new."""
    if alert["kind"] == AlertKind.NEW and alert.get("lead_id"):
        return languages.say(language, "also in:") + " "
    kind = alert.get("revision_kind")
    text = IN_SUBJECT.get(kind or alert["kind"], "") or IN_SUBJECT[alert["kind"]]
    return languages.say(language, text) + " " if text else ""


def _thread(watch: str, alerts: Sequence[Mapping[str, Any]]) -> str:
    """What a new article, its changes and its removal have in common; nothing for several articles."""
    articles = {alert.get("article_id") for alert in alerts}
    return f"{watch}/{articles.pop()}" if len(articles) == 1 and None not in articles else ""


def _number(language: str, alerts: Sequence[Mapping[str, Any]]) -> str:
    """How many alerts, and of which kinds where there are several."""
    number = languages.count(language, "{n} alert", "{n} alerts", len(alerts))
    kinds = Counter(str(alert["kind"]) for alert in alerts)
    if set(kinds) <= {"new"}:
        return number
    told = (
        languages.say(language, said, n=languages.amount(language, kinds[kind]))
        for kind, said in COUNTED.items()
        if kinds[kind]
    )
    return f"{number} ({', '.join(told)})"


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


def _lines(alert: Mapping[str, Any], language: str, clock: str) -> list[Line]:
    """An alert line by line, each for itself, so that it is shown in the direction of its own language."""
    return [
        Line(quoted=alert["title"]),
        Line(_where(alert, language, clock)),
        *_body(alert, language),
        _address(alert, language),
        _also_in(alert, language),
        _kept(alert, language),
    ]


def _part(alert: Mapping[str, Any], language: str, clock: str) -> str:
    """An alert for a chat: what a page wrote of it is text, and its address is the only link."""
    title = steering.inert(alert["title"])
    cut = title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1] + "…"
    address = str(_address(alert, language))
    told = steering.inert(address) if alert["kind"] == "removed" else steering.inert_address(address)
    body = [_where(alert, language, clock), *_body(alert, language), _also_in(alert, language)]
    lines = [cut, *(steering.inert(str(line)) for line in body), told]
    return "\n".join(line for line in lines if line)


def _html(alert: Mapping[str, Any], language: str, clock: str) -> str:
    way = direction(alert["title"] or alert["language"])
    written = f' lang="{escape(alert["language"])}"' if alert["language"] else ""
    title = escape(alert["title"])
    if alert["url"].startswith(("http://", "https://")) and alert["kind"] != "removed":
        title = f'<a href="{escape(alert["url"])}">{title}</a>'
    surfaces = _surfaces(alert["matches"])
    lines = [Line(_where(alert, language, clock)), *_body(alert, language)]
    lines += [_address(alert, language)] if alert["kind"] == "removed" else []
    told = "".join(_paragraph(line, language, surfaces) for line in lines)
    links = ", ".join(map(_link, alert["also_in"][:MOST_OUTLETS]))
    also = languages.say(language, "Also in:")
    more = escape(_beyond(len(alert["also_in"]) - MOST_OUTLETS, language))
    told += f"<p {_reading(language)}>{escape(also)} {links}{more}</p>" if links else ""
    told += _paragraph(_kept(alert, language), language, None)
    return f'<div dir="{way}"{written}><h3>{title}</h3>{told}</div>'


def _paragraph(line: Line, language: str, surfaces: re.Pattern[str] | None) -> str:
    """A line as HTML: what we say in the direction of the reader's language, what a page wrote in its own."""
    if not str(line):
        return ""
    quoted = _marked(line.quoted, surfaces) if surfaces else escape(line.quoted)
    if not line.said:
        return f'<p dir="{direction(line.quoted)}">{quoted}</p>'
    parts = [_ADDRESS.sub(r'<bdi dir="ltr">\g<0></bdi>', escape(part)) for part in line.said.split(" · ")]
    said = " · ".join(f"<bdi>{part}</bdi>" for part in parts) if len(parts) > 1 else parts[0]
    quoted = f' <bdi dir="{direction(line.quoted)}">{quoted}</bdi>' if quoted else ""
    return f"<p {_reading(language)}>{said}{quoted}</p>"


def _reading(language: str) -> str:
    """How what we say is read, as attributes of HTML."""
    return f'dir="{direction(language)}" lang="{language}"'


def _link(outlet: Mapping[str, Any]) -> str:
    name = f"<bdi>{escape(outlet['source_title'])}</bdi>"
    is_address = outlet["url"].startswith(("http://", "https://"))
    return f'<a href="{escape(outlet["url"])}">{name}</a>' if is_address else name


def _also_in(alert: Mapping[str, Any], language: str) -> Line:
    """The further outlets of a story, in a line; empty where there is none."""
    names = [outlet["source_title"] for outlet in alert["also_in"]]
    if not names:
        return Line()
    more = _beyond(len(names) - MOST_OUTLETS, language)
    return Line(languages.say(language, "Also in:"), ", ".join(names[:MOST_OUTLETS]) + more)


def _beyond(number: int, language: str) -> str:
    if number <= 0:
        return ""
    return " " + languages.count(language, "… and {n} more outlet", "… and {n} more outlets", number)


def _where(alert: Mapping[str, Any], language: str, clock: str) -> str:
    """What happened, at which source, and when, each moment with its zone."""
    happened = SAID.get(alert.get("revision_kind") or alert["kind"], SAID[alert["kind"]])
    told = [languages.say(language, happened), alert["source_title"]]
    if alert["published_at"]:
        zone = str(alert.get("timezone") or "UTC")
        when = moment(alert["published_at"], alert["published_precision"], zone, language, clock)
        told.append(languages.say(language, "published {when}", when=when))
    if alert.get("removed_at"):
        when = languages.moment(language, alert["removed_at"], clock)
        told.append(languages.say(language, "gone when looked at {when}", when=when))
    return " · ".join(told)


def _address(alert: Mapping[str, Any], language: str) -> Line:
    """The article's address; of one that is gone it is said that it stood there."""
    if alert["kind"] != "removed":
        return Line(quoted=str(alert["url"]))
    text = message("It stood at {url} (the site no longer has it).")
    return Line(languages.say(language, text, url=alert["url"]))


def _kept(alert: Mapping[str, Any], language: str) -> Line:
    """How the article is seen as it is kept."""
    if not alert.get("article_id"):
        return Line()
    command = f"nightdesk articles {alert['article_id']}"
    return Line(languages.say(language, "In the archive: {command}", command=command))


def _body(alert: Mapping[str, Any], language: str) -> list[Line]:
    """What an edit changed, then the sentences in which the terms stand and that were not said yet."""
    edit: Edit | None = alert["edit"]
    lines: list[Line] = []
    if edit:
        if edit.title_before:
            lines.append(Line(languages.say(language, "Title before:"), edit.title_before))
        if alert.get("moved"):
            lines.append(Line(languages.say(language, "Changed in it:"), ", ".join(map(edits.told, alert["moved"]))))
        lines += _edited(languages.say(language, "New in it:"), edit.added, language)
        lines += _edited(languages.say(language, "No longer in it:"), edit.removed, language)
        if not lines:
            lines = [Line(languages.say(language, "Only spelling, spacing or the order of sentences changed."))]
    elif alert["kind"] == "revised":
        text = message("What changed is not known: the revision before it is not kept.")
        lines = [Line(languages.say(language, text))]
    if alert["kind"] == "revised" and not alert["matches"]:
        lines.append(Line(languages.say(language, "What the watch looks for is no longer in it.")))
    said = {normal(line.quoted) for line in lines}
    excerpts = [one for one in _excerpts(alert) if normal(one) not in said]
    more = len(excerpts) - MOST_EXCERPTS
    lines += [Line(languages.say(language, "Found in it:"))] if lines and excerpts else []
    lines += [Line(quoted=one) for one in excerpts[:MOST_EXCERPTS]]
    return lines + ([_further(more, language)] if more > 0 else [])


def _further(number: int, language: str) -> Line:
    return Line(languages.count(language, "… and {n} more sentence", "… and {n} more sentences", number))


def _edited(what: str, sentences: Sequence[str], language: str) -> list[Line]:
    """A line that says what follows, and the sentences, each a line of its own for the sake of its direction."""
    if not sentences:
        return []
    more = len(sentences) - MOST_EDITED
    shown = [Line(quoted=steering.one_line(one, LONGEST_EDITED)) for one in sentences[:MOST_EDITED]]
    return [Line(what), *shown, *([_further(more, language)] if more > 0 else [])]


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


def _surfaces(matches: Sequence[Mapping[str, Any]]) -> re.Pattern[str]:
    found = sorted({" ".join(str(match["surface"]).split()) for match in matches}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, found)) or r"\Z(?!\Z)")


def _marked(line: str, surfaces: re.Pattern[str]) -> str:
    """A line as HTML with what was found in it marked."""
    ends = [0, *(end for found in surfaces.finditer(line) for end in found.span()), len(line)]
    parts = [escape(line[start:end]) for start, end in pairwise(ends)]
    return "".join(f"<mark>{part}</mark>" if n % 2 else part for n, part in enumerate(parts))


def _page(title: str, body: str, language: str = languages.USUAL) -> str:
    head = f'<head><meta charset="utf-8"><title>{escape(title)}</title></head>'
    whole = f'{head}<body style="overflow-wrap: anywhere">{body}</body>'
    return f"<!doctype html><html {_reading(language)}>{whole}</html>"

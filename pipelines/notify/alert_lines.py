"""Writes an alert as lines: its source, the changes of an edit, the sentences found, the other outlets of its story."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines import edits, steering
from pipelines.edits import Edit
from pipelines.notify import message_languages
from pipelines.notify.message_languages import translatable
from pipelines.text import normal

# A message shows at most this many sentences of one alert, and says how many others there are. Chosen: messages are
# read on a phone.
MOST_EXCERPTS = 5
# A message shows at most this many new passages of one alert, and at most as many removed ones. Chosen: messages are
# read on a phone.
MOST_EDITED = 3
# A changed passage has at most this many characters. Chosen: they take four lines on a phone.
LONGEST_EDITED = 300
# A message names at most this many outlets of a story. Chosen: they take a line or two.
MOST_OUTLETS = 12
# SAID has the words for what happened, by the kind of an edit or of an alert.
SAID = {
    "new": translatable("New"),
    "revised": translatable("Changed"),
    "correction": translatable("Corrected"),
    "headline": translatable("Headline changed"),
    "removed": translatable("Removed from the site"),
    "restored": translatable("Back on the site"),
    "health": translatable("Source"),
}
STOPS = " .。…!؟?"


@dataclass(frozen=True, slots=True)
class MessageLine:
    """A line of a message: our words in the reader's language, and the words of a page in the page's own language."""

    said: str = ""
    quoted: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.said, self.quoted) if part)


def where(alert: Mapping[str, Any], language: str, clock: str) -> str:
    """What happened, at which source, and when; each moment with its zone."""
    happened = SAID.get(alert.get("revision_kind") or alert["kind"], SAID[alert["kind"]])
    told = [message_languages.say(language, happened), alert["source_title"]]
    if alert["published_at"]:
        zone = str(alert.get("timezone") or "UTC")
        when = message_languages.write_published(
            language, alert["published_at"], alert["published_precision"], zone, clock
        )
        told.append(message_languages.say(language, "published {when}", when=when))
    if alert.get("removed_at"):
        when = message_languages.moment(language, alert["removed_at"], clock)
        told.append(message_languages.say(language, "gone when looked at {when}", when=when))
    return " · ".join(told)


def body(alert: Mapping[str, Any], language: str) -> list[MessageLine]:
    """The lines about what an edit changed, then the sentences that contain the terms and are not among those lines."""
    edit: Edit | None = alert["edit"]
    lines: list[MessageLine] = []
    if edit:
        if edit.title_before:
            lines.append(MessageLine(message_languages.say(language, "Title before:"), edit.title_before))
        if alert.get("moved"):
            lines.append(
                MessageLine(
                    message_languages.say(language, "Changed in it:"), ", ".join(map(edits.show_moved, alert["moved"]))
                )
            )
        lines += _lines_of_edit(message_languages.say(language, "New in it:"), edit.added, language)
        lines += _lines_of_edit(message_languages.say(language, "No longer in it:"), edit.removed, language)
        if not lines:
            lines = [
                MessageLine(
                    message_languages.say(language, "Only spelling, spacing or the order of sentences changed.")
                )
            ]
    elif alert["kind"] == "revised":
        text = translatable("What changed is not known: the revision before it is not kept.")
        lines = [MessageLine(message_languages.say(language, text))]
    if alert["kind"] == "revised" and not alert["matches"]:
        lines.append(MessageLine(message_languages.say(language, "What the watch looks for is no longer in it.")))
    said = {normal(line.quoted) for line in lines}
    found = [one for one in excerpts(alert) if normal(one) not in said]
    more = len(found) - MOST_EXCERPTS
    lines += [MessageLine(message_languages.say(language, "Found in it:"))] if lines and found else []
    lines += [MessageLine(quoted=one) for one in found[:MOST_EXCERPTS]]
    return lines + ([_further(more, language)] if more > 0 else [])


def address(alert: Mapping[str, Any], language: str) -> MessageLine:
    """The line with the article's address. If the article is gone, the line says that this was its address."""
    if alert["kind"] != "removed":
        return MessageLine(quoted=str(alert["url"]))
    text = translatable("It stood at {url} (the site no longer has it).")
    return MessageLine(message_languages.say(language, text, url=alert["url"]))


def also_in(alert: Mapping[str, Any], language: str) -> MessageLine:
    """A line of the other outlets of a story; empty if there are none."""
    names = [outlet["source_title"] for outlet in alert["also_in"]]
    if not names:
        return MessageLine()
    more = beyond(len(names) - MOST_OUTLETS, language)
    return MessageLine(message_languages.say(language, "Also in:"), ", ".join(names[:MOST_OUTLETS]) + more)


def beyond(number: int, language: str) -> str:
    if number <= 0:
        return ""
    return " " + message_languages.count(language, "… and {n} more outlet", "… and {n} more outlets", number)


def line_of_kept(alert: Mapping[str, Any], language: str) -> MessageLine:
    """The line that says how to see the stored article."""
    if not alert.get("article_id"):
        return MessageLine()
    command = f"nightdesk articles {alert['article_id']}"
    return MessageLine(message_languages.say(language, "In the archive: {command}", command=command))


def excerpts(alert: Mapping[str, Any]) -> list[str]:
    """The sentences that contain the terms. Each stands once, and none repeats the title or another sentence."""
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


def _further(number: int, language: str) -> MessageLine:
    return MessageLine(message_languages.count(language, "… and {n} more sentence", "… and {n} more sentences", number))


def _lines_of_edit(what: str, sentences: Sequence[str], language: str) -> list[MessageLine]:
    """A heading line, and each sentence as a line of its own, because each may be written in another direction."""
    if not sentences:
        return []
    more = len(sentences) - MOST_EDITED
    shown = [MessageLine(quoted=steering.one_line(one, LONGEST_EDITED)) for one in sentences[:MOST_EDITED]]
    return [MessageLine(what), *shown, *([_further(more, language)] if more > 0 else [])]


def _ends_alike(one: str, other: str) -> bool:
    """Whether two texts differ only in the stop at their end."""
    return one.rstrip(STOPS) == other.rstrip(STOPS)

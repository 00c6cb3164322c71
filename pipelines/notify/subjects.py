"""The subject of a message: the watches, and what happened to which article, or how many alerts of which kinds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from pipelines import steering
from pipelines.codes import AlertKind
from pipelines.notify import message_languages
from pipelines.notify.message_languages import translatable
from pipelines.notify.shown_alerts import join_alerts

# A subject has at most this many characters. Chosen: mail and chat programs show this many.
LONGEST_SUBJECT_CHARACTERS = 160
# IN_SUBJECT has the word for the event, which stands between the watch and the title. A new article needs no such word.
IN_SUBJECT = {
    "new": "",
    "revised": translatable("changed:"),
    "correction": translatable("corrected:"),
    "headline": translatable("new headline:"),
    "removed": translatable("removed:"),
    "restored": translatable("back:"),
    "health": "",
}
# COUNTED has the words that tell how many alerts of a kind there are, for the subject of a message with several alerts.
COUNTED = {
    "new": translatable("{n} new"),
    "revised": translatable("{n} changed"),
    "removed": translatable("{n} removed"),
    "restored": translatable("{n} back"),
    "health": translatable("{n} of sources"),
}


def subject_of(alerts: Sequence[Mapping[str, Any]], *, collected: bool, language: str = message_languages.USUAL) -> str:
    """The subject of a message: the watches, and what happened to which article; or how many alerts it has, if
    collected.

    alerts: each has `watch`, `kind`, `revision_kind`, `title`, and the fields that `join_alerts` needs.
    """
    told = join_alerts(alerts)
    watches = ", ".join(sorted({name for one in told for name in one["watches"]}))
    if not collected:
        return subject(watches, f"{name_edit(told[0], language)}{told[0]['title']}")
    # Alerts beyond a cap follow single messages, so the subject says "more". A digest with a due time follows no single
    # messages.
    if alerts[0].get("due_at"):
        return subject(watches, message_languages.count(language, "{n} alert", "{n} alerts", len(told)))
    return subject(watches, message_languages.count(language, "{n} more alert", "{n} more alerts", len(told)))


def subject(watches: str, rest: str) -> str:
    """The watches and the text about them, in one line that mail programs show completely."""
    return steering.one_line(f"{watches}: {rest}", LONGEST_SUBJECT_CHARACTERS)


def name_edit(alert: Mapping[str, Any], language: str) -> str:
    """The words before a title: the event, with the kind of an edit if it is known. For a new article they are empty,
    or `also in:` if it joined the alert of another article.
    """
    if alert["kind"] == AlertKind.NEW and alert.get("lead_id"):
        return message_languages.say(language, "also in:") + " "
    kind = alert.get("revision_kind")
    text = IN_SUBJECT.get(kind or alert["kind"], "") or IN_SUBJECT[alert["kind"]]
    return message_languages.say(language, text) + " " if text else ""


def count_alerts(language: str, alerts: Sequence[Mapping[str, Any]]) -> str:
    """How many alerts, and of which kinds if there are several."""
    number = message_languages.count(language, "{n} alert", "{n} alerts", len(alerts))
    kinds = Counter(str(alert["kind"]) for alert in alerts)
    if set(kinds) <= {"new"}:
        return number
    told = (
        message_languages.say(language, said, n=message_languages.amount(language, kinds[kind]))
        for kind, said in COUNTED.items()
        if kinds[kind]
    )
    return f"{number} ({', '.join(told)})"

"""Puts alerts into messages: one message for a story and channel, for any number of watches; other alerts go into
collected messages (digests).

An alert can be added to a message until a sender begins to send the message. After that the message stays unchanged,
because a receiver takes a second message with the same key for a repetition, and drops it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pipelines.alert import policy, send_times, watches
from pipelines.alert.watches import Watch
from pipelines.codes import AlertKind, DeliveryKind, Quiet
from pipelines.notify import outbox
from pipelines.notify.subjects import subject_of
from pipelines.settings import Settings
from pipelines.stores import clock, postgres, story_records

# A message is named by its number, or by its key if it is not written yet.
MessageRef = int | str
# The topic of one message consists of a channel, the kind of an alert, its story or article, the revision, and the
# repeat: how often the article was removed, or restored, before while it had this revision.
Topic = tuple[str, str, int, int, int]


@dataclass(slots=True)
class _OpenMessages:
    """The messages that can still take alerts, and the messages to write.

    `singles`: messages of one story or change, by topic.
    `telling`: by the id of an alert, the messages that tell of it.
    `digests`: by channel, language, time zone and moment, the collected messages, each with its number of alerts.
    `rows`: the messages to write, by key.
    """

    run: str
    singles: dict[Topic, MessageRef] = field(default_factory=dict)
    telling: dict[int, set[MessageRef]] = field(default_factory=dict)
    digests: dict[tuple[Any, ...], dict[MessageRef, int]] = field(default_factory=dict)
    rows: dict[str, Sequence[Any]] = field(default_factory=dict)


def put(
    conn: postgres.Connection,
    settings: Settings,
    run: str,
    watches_by_name: Mapping[str, Watch],
    alerts: Sequence[postgres.Row],
) -> None:
    """Put messages for alerts into the outbox, in the transaction in which `alert_choice.write` wrote the alerts.

    A watch may send a limited number of single messages an hour. Three kinds of alerts go into a collected message,
    which several watches of one channel may share: alerts beyond that number, alerts that a watch wants collected, and
    alerts found in the quiet times of a watch. A collected message goes out when it is due.
    """
    loud = [alert for alert in alerts if not alert["quiet"] and watches_by_name[alert["watch"]].channels]
    joining = [alert for alert in alerts if alert["quiet"] == Quiet.ALSO_IN and alert["kind"] == AlertKind.NEW]
    if not loud and not joining:
        return
    open_messages = _find_open(conn, run, watches_by_name, [*loud, *joining])
    single_alerts = {
        row["watch"]: row["alerts"]
        for row in postgres.query(
            conn, "single_alerts_of_hour", watches=sorted({alert["watch"] for alert in loud}), within=policy.CAP_TIME
        )
    }
    now = clock.of_ledger(conn).at
    # A watch's `quiet` holds its quiet times; an alert's `quiet` says why nobody is told of the alert.
    due = {
        one: send_times.due(w.digest, w.quiet, w.timezone or settings.schedule_timezone, now)
        for one, w in watches_by_name.items()
    }
    pairs: list[tuple[MessageRef, int]] = []
    for topic, alerts_of_topic in _by_topic(watches_by_name, loud).items():
        message = open_messages.singles.get(topic)
        if message is None:
            at_once = [
                one
                for one in alerts_of_topic
                if not due[one["watch"]]
                and single_alerts.get(one["watch"], 0) < _cap(watches_by_name[one["watch"]], settings)
            ]
            single_alerts.update({one["watch"]: single_alerts.get(one["watch"], 0) + 1 for one in at_once})
            # The alert that is due first decides when the topic goes out. An alert without a time in `due` is due now.
            first = min(at_once or alerts_of_topic, key=lambda one: due[one["watch"]] or now)
            language_and_zone = watches.language_and_zone(watches_by_name[first["watch"]], settings)
            message = (
                _single(open_messages, topic[0], first, language_and_zone)
                if at_once
                else _digest(
                    open_messages, topic[0], first, language_and_zone, due[first["watch"]], len(alerts_of_topic), now
                )
            )
        for alert in alerts_of_topic:
            pairs.append((message, alert["id"]))
            open_messages.telling.setdefault(alert["id"], set()).add(message)
    pairs += [
        (message, alert["id"]) for alert in joining for message in open_messages.telling.get(alert["lead_id"], ())
    ]
    ids = {
        row["key"]: row["id"]
        for row in postgres.execute_values(
            conn, "write_alert_deliveries", list(open_messages.rows.values()), fetch=True
        )
    }
    written = [(ids.get(message) if isinstance(message, str) else message, alert) for message, alert in pairs]
    postgres.execute_values(conn, "write_delivered_alerts", [pair for pair in written if pair[0]])
    say_subjects(conn, sorted({message for message, _ in written if message}))


def say_subjects(conn: postgres.Connection, deliveries: Sequence[int]) -> None:
    """Write the subjects of messages again, from their present alerts."""
    alerts_of: dict[int, list[postgres.Row]] = {}
    for row in postgres.query(conn, "told_by_messages", ids=list(deliveries)) if deliveries else []:
        alerts_of.setdefault(row["delivery_id"], []).append(row)
    subjects = {
        delivery: subject_of(
            rows, collected=rows[0]["delivery_kind"] == DeliveryKind.DIGEST, language=rows[0]["language"]
        )
        for delivery, rows in alerts_of.items()
    }
    postgres.execute(conn, "say_subjects", ids=list(subjects), subjects=list(subjects.values()))


def _by_topic(watches_by_name: Mapping[str, Watch], loud: Sequence[postgres.Row]) -> dict[Topic, list[postgres.Row]]:
    """The alerts by topic of a message: a new story, or one change of an article, on one channel."""
    by_topic: dict[Topic, list[postgres.Row]] = {}
    for alert in loud:
        for channel in watches_by_name[alert["watch"]].channels:
            by_topic.setdefault(_topic(channel, alert), []).append(alert)
    return by_topic


def _topic(channel: str, alert: Mapping[str, Any]) -> Topic:
    # An article that joins a story gets a message of its own, and only for watches with the kind `outlet`.
    if alert["kind"] == AlertKind.NEW and alert["lead_id"] is None:
        return channel, alert["kind"], alert["story_id"], 0, 0
    return channel, alert["kind"], alert["article_id"], alert["revision"], alert["repeat"]


def _find_open(
    conn: postgres.Connection, run: str, watches_by_name: Mapping[str, Watch], alerts: Sequence[postgres.Row]
) -> _OpenMessages:
    open_messages = _OpenMessages(run)
    pairs = sorted({(alert["article_id"], alert["story_id"]) for alert in alerts})
    articles, stories = (list(column) for column in zip(*pairs, strict=True))
    rows = postgres.query(conn, "open_messages", articles=articles, stories=stories, most=story_records.MOST_COUNTED)
    for row in rows:
        open_messages.telling.setdefault(row["alert_id"], set()).add(row["id"])
        if row["delivery_kind"] == DeliveryKind.SINGLE:
            open_messages.singles.setdefault(_topic(row["channel"], row), row["id"])
    channels = {channel for alert in alerts for channel in watches_by_name[alert["watch"]].channels}
    for row in postgres.query(conn, "open_digests", channels=sorted(channels), most=policy.MOST_IN_DIGEST):
        place = (row["channel"], row["language"], row["timezone"], row["due_at"])
        open_messages.digests.setdefault(place, {})[row["id"]] = row["alerts"]
    return open_messages


def _cap(watch: Watch, settings: Settings) -> int:
    return watch.cap or settings.alert_cap


def _single(
    open_messages: _OpenMessages, channel: str, first: postgres.Row, language_and_zone: tuple[str, str]
) -> MessageRef:
    """A new message that tells one story or change."""
    key = outbox.key(
        first["watch"], first["article_id"], first["kind"], first["revision"], channel, _moment(first["changed_at"])
    )
    open_messages.rows[key] = (
        key,
        channel,
        first["watch"],
        DeliveryKind.SINGLE,
        open_messages.run,
        *language_and_zone,
        None,
    )
    return key


def _digest(
    open_messages: _OpenMessages,
    channel: str,
    first: postgres.Row,
    language_and_zone: tuple[str, str],
    due: datetime | None,
    alerts: int,
    now: datetime,
) -> MessageRef:
    """The collected message that is due at `due` and is not full, or a new one. Its key ends with `now`: after a
    restore the same change can begin another message, with other alerts.
    """
    there = open_messages.digests.setdefault((channel, *language_and_zone, due), {})
    message = next((one for one, alerts_in_it in there.items() if alerts_in_it < policy.MOST_IN_DIGEST), None)
    if message is None:
        message = outbox.key(first["watch"], "digest", first["id"], channel, _moment(now))
        open_messages.rows[message] = (
            message,
            channel,
            first["watch"],
            DeliveryKind.DIGEST,
            open_messages.run,
            *language_and_zone,
            due,
        )
    there[message] = there.get(message, 0) + alerts
    return message


def _moment(at: datetime) -> str:
    """The moment at the end of a key. For a single message it is when load wrote the change. It keeps apart the
    removals of one wording, and the messages before and after a restore: a restored database gives out numbers again
    that it gave out after its backup, and receivers drop a message whose key they have seen.
    """
    return f"{at:%Y%m%dT%H%M%S%f}"

"""A story is told once to a watch and once to a channel; further outlets join it, and what was told stays told."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import feedparser
import pytest
from typer.testing import Result

from pipelines.alert import stage as alert
from pipelines.alert import watches
from pipelines.notify import channel_states, outbox
from pipelines.settings import Settings
from pipelines.stores import postgres
from tests import archives, commands
from tests.archives import RUN
from tests.databases import rows, timeless

NEXT, THIRD = "2026-11-23T0200", "2026-11-24T0200"
WIRE = " ".join(
    f"Rescue workers in the northern town said on day {n} that the flood of Raqqa had carried off house number {n * 7}."
    for n in range(12)
)
OTHER = " ".join(f"The council of the port debated the price of bread for the {n}th hour, calmly." for n in range(12))


@pytest.fixture
def nightdesk(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """`nightdesk` on an installation with the channels desk and mail."""
    commands.use(settings, monkeypatch, NIGHTDESK_CHANNEL_DESK="log://", NIGHTDESK_CHANNEL_MAIL="log://")
    return commands.run_to


@pytest.fixture
def told(settings: Settings, conn: postgres.Connection) -> Iterator[Callable[..., dict[str, int]]]:
    """Load articles (source, path, title, text) and match them as if no source were new; what match counts."""
    days = iter(range(22, 30))

    def told(*articles: tuple[str, str, str, str], match: bool = True) -> dict[str, int]:
        day = next(days)
        run = f"2026-11-{day}T0200"
        made = [archives.article(path, text, title, source, language="en") for source, path, title, text in articles]
        archives.keep(settings, conn, made, run=run, at=datetime(2026, 11, day, 2, tzinfo=UTC))
        rows(conn, "update changes set quiet = '' where matched_at is null")
        return dict(alert.match(settings, run).counts) if match else {}

    yield told


def watch(conn: postgres.Connection, name: str, *terms: str, **more: Any) -> None:
    with conn:
        watches.add(conn, watches.make(name, terms or ("raqqa",), **{"channels": ["desk"], **more}))


def sent(conn: postgres.Connection) -> list[dict[str, Any]]:
    """What would be sent, as a webhook gets it, in the order of the messages."""
    with conn:
        due = [{**row} for row in _deliveries(conn)]
        told = outbox._alerts_by_message(conn, due, lambda name: (name.title(), "UTC"))
    return [dict(outbox._message(one, told.get(one["id"], [])).payload) for one in due]


def _deliveries(conn: postgres.Connection) -> list[Any]:
    with conn.cursor() as cursor:
        cursor.execute("select * from deliveries order by id")
        return list(cursor.fetchall())


def begin(conn: postgres.Connection) -> None:
    """A sender has begun with all that waits."""
    rows(conn, "update deliveries set begun_at = now(), state = 'sent', sent_at = now()")


def outlets(payload: dict[str, Any]) -> list[tuple[str, list[str]]]:
    return [(one["source"], [also["source"] for also in one["also_in"]]) for one in payload["alerts"]]


def test_copies_of_one_run_are_one_message_that_names_the_outlets(
    conn: postgres.Connection, told: Callable[..., dict[str, int]]
) -> None:
    watch(conn, "raqqa")

    counted = told(("sana", "1", "Flood", WIRE), ("nahr", "1", "Flood", WIRE), ("ufuk", "1", "Flood in town", WIRE))

    (message,) = sent(conn)
    assert (counted["alerts"], counted["quiet"], counted["deliveries"]) == (1, 2, 1)
    assert outlets(message) == [("sana", ["nahr", "ufuk"])]
    assert (timeless(message["key"]), message["subject"]) == ("raqqa/1/new/1/desk", "raqqa: Flood")


def test_an_outlet_that_comes_later_joins_without_a_message_and_the_alert_shows_it_everywhere(
    conn: postgres.Connection, told: Callable[..., dict[str, int]], nightdesk: Callable[..., Result]
) -> None:
    watch(conn, "raqqa")
    told(("sana", "1", "Flood", WIRE))
    begin(conn)

    counted = told(("nahr", "1", "Flood", WIRE))

    assert (counted["alerts"], counted["quiet"], counted["deliveries"]) == (0, 1, 0)
    assert rows(conn, "select lead_id, quiet from alerts order by id") == [(None, ""), (1, "also in")]
    assert [outlets(one) for one in sent(conn)] == [[("sana", [])]]
    (listed,) = json.loads(nightdesk("alerts", "--json").stdout)
    assert (listed["id"], listed["also_in"]) == (1, ["nahr"])
    assert "also in" in nightdesk("alerts").stdout
    (entry,) = feedparser.parse(nightdesk("watch", "feed", "raqqa").stdout, sanitize_html=False).entries
    assert 'Also in: <bdi dir="ltr">nahr</bdi>' in entry.summary


def test_an_outlet_that_comes_before_the_message_is_begun_stands_in_it(
    conn: postgres.Connection, told: Callable[..., dict[str, int]]
) -> None:
    watch(conn, "raqqa")
    told(("sana", "1", "Flood", WIRE))

    told(("nahr", "1", "Flood", WIRE))

    assert [outlets(one) for one in sent(conn)] == [[("sana", ["nahr"])]]


def test_a_watch_may_want_each_outlet(conn: postgres.Connection, told: Callable[..., dict[str, int]]) -> None:
    watch(conn, "raqqa", kinds=["new", "outlet"])
    told(("sana", "1", "Flood", WIRE))
    begin(conn)

    told(("nahr", "1", "Flood", WIRE))

    assert [one["subject"] for one in sent(conn)] == ["raqqa: Flood", "raqqa: also in: Flood"]


def test_watches_of_one_channel_are_named_in_one_message(
    conn: postgres.Connection, told: Callable[..., dict[str, int]]
) -> None:
    watch(conn, "flood", "flood")
    watch(conn, "raqqa", channels=["desk", "mail"])
    watch(conn, "rescue", "rescue")

    counted = told(("sana", "1", "Flood", WIRE), ("nahr", "1", "Flood", WIRE))

    assert (counted["alerts"], counted["deliveries"]) == (3, 2)
    keys_and_subjects = rows(conn, "select key, subject from deliveries order by channel")
    assert [(timeless(key), subject) for key, subject in keys_and_subjects] == [
        ("flood/1/new/1/desk", "flood, raqqa, rescue: Flood"), ("raqqa/1/new/1/mail", "raqqa: Flood"),
    ]  # fmt: skip
    desk = next(one for one in sent(conn) if one["watch"] == "flood")
    assert (desk["watches"], outlets(desk)) == (["flood", "raqqa", "rescue"], [("sana", ["nahr"])])
    assert desk["alerts"][0]["watches"] == ["flood", "raqqa", "rescue"]
    assert {match["term"] for match in desk["alerts"][0]["matches"]} == {"flood", "raqqa", "rescue"}


def test_stories_that_turn_out_to_be_one_are_not_told_again(
    conn: postgres.Connection, told: Callable[..., dict[str, int]]
) -> None:
    watch(conn, "raqqa")
    told(("sana", "1", "Flood", WIRE), ("nahr", "1", "Bread in Raqqa", OTHER))
    begin(conn)
    with conn, conn.cursor() as cursor:
        cursor.execute("insert into story_articles (article_id, story_id, told_at) values (1, 1, now()), (2, 1, now())")

    counted = told(("ufuk", "1", "Bread in Raqqa", OTHER), ("roozan", "1", "Flood", WIRE))

    assert (counted["alerts"], counted["quiet"]) == (0, 2)
    assert rows(conn, "select lead_id from alerts where id > 2 order by id") == [(1,), (1,)]


def test_what_was_told_before_stories_were_told_once_is_not_told_again(
    settings: Settings, conn: postgres.Connection, told: Callable[..., dict[str, int]]
) -> None:
    watch(conn, "raqqa")
    told(("sana", "1", "Flood", WIRE), ("nahr", "1", "Flood", WIRE))
    # As the version before wrote them: an alert for each article, none of which knows another.
    rows(conn, "update alerts set quiet = '', lead_id = null")
    begin(conn)

    again = told(("ufuk", "1", "Flood", WIRE))
    rows(conn, "update changes set matched_at = null")
    alert.match(settings, THIRD)

    assert (again["alerts"], again["quiet"]) == (0, 1)
    assert rows(conn, "select count(*) from deliveries where state = 'waiting'") == [(0,)]


def test_changes_of_the_told_article_are_told_as_what_they_are_and_those_of_outlets_only_listed(
    conn: postgres.Connection, told: Callable[..., dict[str, int]]
) -> None:
    watch(conn, "raqqa")
    watch(conn, "corrections", kinds=["correction"], channels=["mail"])
    told(("sana", "1", "Flood", WIRE), ("nahr", "1", "Flood", WIRE))
    begin(conn)
    corrected = f"Correction: an earlier version of this article named the wrong town. {WIRE}".replace("Raqqa", "Homs")

    told(("sana", "1", "Flood", corrected), ("nahr", "1", "Flood of Raqqa", WIRE))

    assert rows(conn, "select watch, kind, quiet, source from alerts where run = '2026-11-23T0200' order by id") == [
        ("raqqa", "revised", "", "sana"), ("raqqa", "revised", "also in", "nahr"),
    ]  # fmt: skip
    message = sent(conn)[-1]
    assert message["subject"] == "raqqa: corrected: Flood"
    assert (
        "Correction: an earlier version of this article named the wrong town."
        in message["alerts"][0]["changes"]["added"]
    )


def test_two_matchers_at_once_tell_a_story_once(
    settings: Settings, conn: postgres.Connection, told: Callable[..., dict[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alert.policy, "BATCH", 1)
    watch(conn, "raqqa")
    told(*((f"s{n}", "1", "Flood", WIRE) for n in range(8)), match=False)

    threads = [threading.Thread(target=alert.match, args=(settings, RUN)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert rows(conn, "select quiet, count(*) from alerts group by quiet order by quiet") == [("", 1), ("also in", 7)]
    (message,) = sent(conn)
    assert len(message["alerts"][0]["also_in"]) == 7


def test_an_alert_is_acknowledged_by_the_first_who_does_with_what_joined_it(
    conn: postgres.Connection, told: Callable[..., dict[str, int]], nightdesk: Callable[..., Result]
) -> None:
    watch(conn, "raqqa")
    told(("sana", "1", "Flood", WIRE), ("nahr", "1", "Flood", WIRE), ("sana", "2", "Bread in Raqqa", OTHER))

    said = nightdesk("alerts", "ack", "1", "--by", "Rana").stdout
    nightdesk("alerts", "ack", "1", "--by", "Omar")
    seen = json.loads(nightdesk("alerts", "--acked", "--json").stdout)
    unseen = json.loads(nightdesk("alerts", "--unacked", "--json").stdout)
    refused = nightdesk("alerts", "ack", "1", "99", code=1)
    nightdesk("alerts", "ack", "1", "--undo")

    assert said == "2 alerts are acknowledged.\n"
    assert [(row["id"], row["acked_by"]) for row in seen] == [(1, "Rana")] and seen[0]["acked_at"]
    assert [row["title"] for row in unseen] == ["Bread in Raqqa"]
    assert "There is no alert 99; nothing was changed." in str(refused.exception)
    with conn:
        assert channel_states.alerts(conn, acked=True) == []

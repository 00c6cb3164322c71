"""What the Overview lists for a person, the list of sources with their month, and a source in full."""

from __future__ import annotations

from collections import namedtuple
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.codes import Act, Need, Thing
from pipelines.desk import actions, desk_records, needs, policy, source_records
from pipelines.errors import SourceError
from pipelines.settings import Settings
from pipelines.sources import folders
from pipelines.stores import postgres
from tests import commands, factories
from tests.factories import AT, NIGHT, NOW, delivery, fetch, insert, outcome, ran, source, url

Usage = namedtuple("Usage", "total used free")


def needed(conn: postgres.Connection, *names: str, schedule: str = "", now: Any = NOW) -> list[desk_records.Record]:
    rows, latest = desk_records.sources(conn, [source(name) for name in names], now=now), desk_records.runs(conn, 5)
    return list(needs.of_night(conn, rows, latest, schedule=schedule, timezone="UTC", now=now))


def test_a_night_that_went_well_needs_nobody(conn: postgres.Connection) -> None:
    ran(conn, "sana", "crawl", "done")
    ran(conn, "sana", "load", "done")

    assert needed(conn, "sana", schedule="0 2 * * *") == []


def test_what_went_wrong_is_named_with_its_source_and_its_reason(conn: postgres.Connection) -> None:
    ran(conn, "fanous", "crawl", "failed", "Its feed answers 503.")
    ran(conn, "roj", "load", "failed", "1 URL is not accounted for.", counts=postgres.json({"unaccounted": 1}))
    ran(conn, "sana", "load", "done")
    ran(conn, "", "alert", "failed", "No channel is called desk.")
    insert(conn, "health", source="sana", kind="silent", since=AT)
    insert(conn, "health", source="sana", kind="behind", since=AT, recovered_at=AT)
    # The held run is a need of its own, with its decision.
    insert(conn, "health", source="sana", kind="drifting", since=AT)

    found = needed(conn, "fanous", "roj", "sana")

    told = [(need["code"], need.get("source", ""), need["sentence"]) for need in found]
    assert told == [
        (Need.LEDGER, "roj", "1 URL is not accounted for."),
        (Need.FAILED, "fanous", "Its feed answers 503."),
        (Need.TROUBLE, "sana", ""),
        (Need.ALERTING, "", "No channel is called desk."),
    ]


def test_a_night_that_did_not_begin_is_needed_first(conn: postgres.Connection) -> None:
    ran(conn, "sana", "load", "done")

    (late,) = needed(conn, "sana", schedule="0 2 * * *", now=NOW + timedelta(days=1))

    assert (late["code"], late["since"].isoformat()) == (Need.LATE, "2026-11-23T02:00:00+00:00")


def test_messages_files_sites_and_the_disk_are_needs_too(
    conn: postgres.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery(conn, "a", "failed")
    delivery(conn, "b", "waiting")
    insert(conn, "channels", "name", name="newsdesk", paused_at=AT)
    monkeypatch.setattr("shutil.disk_usage", lambda path: Usage(total=1024**4, used=0, free=1024**3))

    found = [
        *needs.of_messages(desk_records.deliveries(conn, now=NOW)["failed"], desk_records.channels(conn)),
        *needs.of_files([SourceError("roj.toml: title: is no text.")]),
        *needs.of_approvals([{"url": "https://sana.test", "run_id": "manual", "since": AT}]),
        *needs.of_disk(tmp_path),
    ]

    assert [need["code"] for need in found] == [Need.GIVEN_UP, Need.CHANNEL, Need.FILE, Need.APPROVAL, Need.DISK]
    assert (found[1]["of"], found[1]["detail"]) == ({"channel": "newsdesk", "messages": 1}, "paused")
    assert found[4]["of"] == {"free": "1.0", "size": "1024"}


def test_a_source_is_listed_with_its_month_and_in_full_with_where_its_urls_ended(conn: postgres.Connection) -> None:
    ran(conn, "sana", "crawl", "done", "", counts=postgres.json({"new": 7}))
    ran(conn, "sana", "load", "done", counts=postgres.json({"new": 3}))
    before = {"run": "2026-11-20T0200", "started_at": NOW - timedelta(days=2)}
    ran(conn, "sana", "load", "done", counts=postgres.json({"new": 4}), **before)
    ran(conn, "roj", "load", "failed", "broken", counts=postgres.json({"new": 0}))
    feed = url(conn, "sana", "feed", "failed", kind="feed", reason="status 503")
    fetch(conn, "sana", feed, outcome="failed", status=503)
    for number in range(2):
        page = url(conn, "sana", str(number), "rejected")
        outcome(conn, fetch(conn, "sana", page), "rejected", "listing")
    actions.write(conn, "noor", Act.CRAWL, Thing.SOURCE, "sana", {"run_id": "manual"})
    folders.pause(conn, "sana")

    roj, sana = source_records.list_followed(conn, [source("sana"), source("roj")], now=NOW)
    page = source_records.in_full(conn, source("sana"), now=NOW)

    assert (roj["name"], roj["paused_at"], sana["rejected"], bool(sana["paused_at"])) == ("roj", None, 2, True)
    assert list(source_records.days(conn, ["sana", "roj"], now=NOW)) == ["sana"]
    assert (len(page["days"]), page["days"][-3:]) == (policy.DAYS_SHOWN.days, [4, 0, 3])
    assert [(run["run"], run["state"], run["new"]) for run in page["runs"]] == [
        (NIGHT, "done", 3),
        ("2026-11-20T0200", "done", 4),
    ]
    assert [(end["state"], end["reason"], end["urls"]) for end in page["ends"]] == [("rejected", "listing", 2)]
    assert [(one["kind"], one["state"], one["status"]) for one in page["lists"]] == [("feed", "failed", 503)]
    assert [(one["done_by"], one["act"], one["detail"]) for one in page["history"]] == [
        ("noor", "crawl", {"run_id": "manual"})
    ]


def test_the_history_of_a_thing_has_its_newest_actions_alone(conn: postgres.Connection) -> None:
    for n in range(policy.ACTIONS_SHOWN + 1):
        actions.write(conn, "noor", Act.CRAWL, Thing.SOURCE, "sana", {"run_id": f"manual {n}"})

    shown = actions.history(conn, Thing.SOURCE, "sana")

    assert len(shown) == policy.ACTIONS_SHOWN
    assert shown[0]["detail"] == {"run_id": f"manual {policy.ACTIONS_SHOWN}"}


def test_a_paused_source_is_left_out_unless_it_is_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    commands.use(settings, monkeypatch)
    for name in ("sana", "roj"):
        factories.follow(settings, source(name))

    said = CliRunner().invoke(app, ["sources", "pause", "sana"], catch_exceptions=False).output
    wrong = CliRunner().invoke(app, ["sources", "pause", "nobody"])
    with postgres.connection(settings) as conn:
        paused = folders.find_paused(conn)
    CliRunner().invoke(app, ["sources", "resume", "sana"], catch_exceptions=False)

    with postgres.connection(settings) as conn:
        assert (list(paused), folders.find_paused(conn)) == (["sana"], {})
    assert said.startswith("Paused: sana. Only what a person starts crawls them")
    assert (wrong.exit_code, "nobody is not followed" in str(wrong.exception or wrong.output)) == (1, True)


def test_a_release_neither_lengthens_its_night_nor_makes_it_the_last_run_of_its_source(
    conn: postgres.Connection,
) -> None:
    released, newer = AT + timedelta(hours=30), "2026-11-23T0200"
    again = {"started_at": released, "ended_at": released + timedelta(minutes=1)}
    ran(conn, "sana", "crawl", "done")
    ran(conn, "sana", "load", "done", **again)
    ran(conn, "", "alert", "done", **again | {"started_at": released + timedelta(seconds=40)})
    next_night = {"run": newer, "started_at": AT + timedelta(days=1), "ended_at": AT + timedelta(days=1, minutes=2)}
    ran(conn, "sana", "crawl", "done", **next_night)
    ran(conn, "sana", "load", "done", **next_night)
    decided = {"state": "released", "decided_at": released + timedelta(seconds=30), "decided_by": "olga"}
    insert(conn, "quarantine", source="sana", run=NIGHT, reason="", articles=8, since=AT, **decided)

    took = {run["run"]: run["ended_at"] - run["started_at"] for run in desk_records.runs(conn, 5)}
    page = source_records.in_full(conn, source("sana"), now=released)

    assert took == {NIGHT: timedelta(minutes=5), newer: timedelta(minutes=2)}
    assert (page["run"], [run["run"] for run in page["runs"]]) == (newer, [newer, NIGHT])

"""When messages go out: digests by the reader's clock, quiet times, and the days on which a clock is changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from typer.testing import Result

from pipelines import cron
from pipelines.alert import send_times
from pipelines.alert import stage as alert
from pipelines.settings import Settings
from pipelines.stores import postgres
from tests import archives, commands
from tests.archives import RUN
from tests.databases import rows, timeless
from tests.examples import drawn

Nightdesk = Callable[..., Result]
CHANGES = ["2026-03-28", "2026-10-24", "2026-06-10"]


@pytest.fixture
def nightdesk(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Nightdesk:
    """`nightdesk` on an installation whose channel desk is a file."""
    commands.use(settings, monkeypatch, NIGHTDESK_CHANNEL_DESK=f"file://{tmp_path}/desk.jsonl")
    return commands.run_to


@pytest.mark.parametrize("day", CHANGES)
@pytest.mark.parametrize("zone", ["Europe/Berlin", "Africa/Cairo", "Asia/Tehran"])
@pytest.mark.parametrize("expression", ["0 * * * *", "30 2 * * *", "0 7 * * sun"])
def test_the_next_strike_is_the_first_that_will_have_been_the_last(day: str, zone: str, expression: str) -> None:
    start = datetime.fromisoformat(f"{day}T12:00+00:00")
    moments = [start + timedelta(minutes=25 * step) for step in range(60)]

    nexts = [cron.next_strike(expression, zone, at) for at in moments]

    assert all(at < strike for at, strike in zip(moments, nexts, strict=True))
    assert [cron.last_strike(expression, zone, strike) for strike in nexts] == nexts
    before = [cron.last_strike(expression, zone, strike - timedelta(seconds=1)) for strike in nexts]
    assert all(last <= at for at, last in zip(moments, before, strict=True))


@drawn(100)
@given(
    spans=some.lists(
        some.tuples(some.sampled_from(["", *send_times.DAYS]), some.integers(0, 95), some.integers(0, 95)).filter(
            lambda span: span[1] != span[2]
        ),
        max_size=3,
    ),
    zone=some.sampled_from(["Europe/Berlin", "Africa/Cairo", "Asia/Kabul", "Australia/Lord_Howe"]),
    day=some.sampled_from(CHANGES),
    minutes=some.integers(0, 2880),
)
def test_what_is_found_in_quiet_times_goes_out_in_the_first_minute_that_is_not(
    spans: list[tuple[str, int, int]], zone: str, day: str, minutes: int
) -> None:
    written = [f"{day} {b // 4}:{b % 4 * 15:02}-{e // 4}:{e % 4 * 15:02}".strip() for day, b, e in spans]
    at = datetime.fromisoformat(f"{day}T00:00+00:00") + timedelta(minutes=minutes)
    try:
        quiet = send_times.quiet(written)
    except ValueError as error:
        assert "no time at all" in str(error)
        return

    due = send_times.due("", quiet, zone, at)

    silent = 0
    while send_times.is_quiet(quiet, zone, at + timedelta(minutes=silent)):
        silent += 1
    assert due == (at + timedelta(minutes=silent) if silent else None)


@pytest.mark.parametrize(
    ("digest", "quiet", "zone", "at", "due"),
    [
        ("", [], "UTC", "2026-11-23T10:00", ""),
        ("", ["22:00-07:00"], "Asia/Damascus", "2026-11-23T18:59", ""),
        ("", ["22:00-07:00"], "Asia/Damascus", "2026-11-23T19:00", "2026-11-24T04:00"),
        ("", ["fri", "22:00-07:00"], "Asia/Damascus", "2026-11-26T20:00", "2026-11-28T04:00"),
        ("hourly", [], "Asia/Kolkata", "2026-11-23T10:00", "2026-11-23T10:30"),
        ("hourly", ["12:00-14:15"], "UTC", "2026-11-23T11:30", "2026-11-23T14:15"),
        ("nightly 07:00", [], "Europe/Berlin", "2026-11-23T06:00", "2026-11-24T06:00"),
        ("nightly 02:30", [], "Europe/Berlin", "2026-03-29T00:00", "2026-03-29T01:30"),
        ("nightly 02:30", [], "Europe/Berlin", "2026-10-24T22:00", "2026-10-25T01:30"),
        ("weekly mon 07:00", [], "Asia/Tehran", "2026-11-24T00:00", "2026-11-30T03:30"),
    ],
)
def test_a_message_is_due_by_the_clock_of_its_reader(
    digest: str, quiet: list[str], zone: str, at: str, due: str
) -> None:
    found = send_times.due(digest, send_times.quiet(quiet), zone, datetime.fromisoformat(f"{at}+00:00"))

    assert found == (datetime.fromisoformat(f"{due}+00:00") if due else None)


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--digest", "daily", "is no time for a digest; write hourly, nightly 07:00, or weekly mon 07:00"),
        ("--digest", "hourly 07:00", "is no time for a digest"),
        ("--digest", "nightly 24:00", "has 24:00, which is no time of a day"),
        ("--quiet", "22-7", "'22-7' is no quiet time; write 22:00-07:00, fri, or fri 12:00-15:00"),
        ("--quiet", "7:00-7:00", "'7:00-7:00' lasts no time"),
        ("--quiet", "0:00-24:00", "leaves no time at all in which a message may go out"),
        ("--timezone", "Damascus", "'Damascus' is no time zone; write a name like Asia/Damascus"),
        ("--messages-in", "de", "there are no messages in 'de'; there are: en (English)"),
    ],
)
def test_what_is_no_time_is_said_with_how_it_is_written(
    nightdesk: Nightdesk, option: str, value: str, said: str
) -> None:
    refused = nightdesk("watch", "add", "w", "rain", option, value, code=1)

    assert str(refused.exception).startswith("Watch w: ") and said in str(refused.exception)


def test_when_a_watch_speaks_is_shown_changed_exported_and_taken_away(nightdesk: Nightdesk, tmp_path: Path) -> None:
    nightdesk("watch", "add", "w", "rain", "--digest", "Nightly 7:30", "--quiet", "22:00-7:00", "--quiet", "Fri",
              "--timezone", "Asia/Damascus", "--messages-in", "ar")  # fmt: skip
    shown = nightdesk("watch", "show", "w").stdout
    file = nightdesk("watch", "export").stdout
    nightdesk("watch", "edit", "w", "--cap", "5")
    kept = json.loads(nightdesk("watch", "show", "w", "--json").stdout)
    nightdesk("watch", "edit", "w", "--digest", "-", "--quiet", "-", "--timezone", "-", "--messages-in", "-")
    away = nightdesk("watch", "show", "w").stdout
    (tmp_path / "w.toml").write_text(file, encoding="utf-8")
    back = nightdesk("watch", "import", str(tmp_path / "w.toml")).stdout

    assert "nightly 07:30" in shown and "22:00-07:00, fri" in shown and "Asia/Damascus" in shown and "العربية" in shown
    assert 'digest = "nightly 07:30"' in file and 'quiet = ["22:00-07:00", "fri"]' in file
    assert (kept["digest"], kept["quiet"], kept["messages_in"]) == ("nightly 07:30", ["22:00-07:00", "fri"], "ar")
    assert "at once" in away and "never" in away and "UTC, as NIGHTDESK_SCHEDULE_TIMEZONE says" in away
    assert "digest none → nightly 07:30" in back


def test_whose_a_watch_is_stays_until_it_is_said_otherwise_and_who_took_it_away_is_known(
    nightdesk: Nightdesk, tmp_path: Path
) -> None:
    nightdesk("watch", "add", "w", "rain", "--owner", "amina")
    nightdesk("watch", "add", "all", "snow")
    nightdesk("watch", "add", "w", "hail")
    kept = nightdesk("watch", "list", "--owner", "amina", "--json").stdout
    nobodys = nightdesk("watch", "list", "--owner", "-", "--json").stdout
    (tmp_path / "w.toml").write_text(nightdesk("watch", "export").stdout, encoding="utf-8")
    nightdesk("watch", "edit", "w", "--owner", "-")
    back = nightdesk("watch", "import", str(tmp_path / "w.toml")).stdout
    refused = nightdesk("watch", "edit", "w", "--owner", "a\nb", code=1)

    assert [(one["name"], one["owner"]) for one in json.loads(kept)] == [("w", "amina")]
    assert [(one["name"], one["owner"]) for one in json.loads(nobodys)] == [("all", "")]
    assert "amina" in nightdesk("watch", "list").stdout and "amina" in nightdesk("watch", "show", "w").stdout
    assert "owner none → amina" in back and "owner amina → none" in nightdesk("watch", "history", "w").stdout
    assert "is no name of a person" in str(refused.exception)


def keep(settings: Settings, conn: postgres.Connection, *articles: Any) -> None:
    archives.keep(settings, conn, articles)
    rows(conn, "update changes set quiet = '' where matched_at is null")
    alert.match(settings, RUN)


def test_a_digest_collects_for_all_watches_of_a_channel_and_goes_out_once_when_it_is_due(
    nightdesk: Nightdesk, settings: Settings, conn: postgres.Connection, tmp_path: Path
) -> None:
    nightdesk("watch", "add", "rain", "rain", "--to", "desk", "--digest", "weekly")
    nightdesk("watch", "add", "snow", "snow", "--to", "desk", "--digest", "weekly")
    keep(settings, conn, archives.article("1", "rain in the north", "One"))
    keep(settings, conn, archives.article("2", "snow and rain", "Two"), archives.article("3", "snow", "Three"))

    early = nightdesk("notify", "send").stdout
    nightdesk("notify", "resume", "desk")
    early += nightdesk("notify", "send").stdout
    why = nightdesk("alerts", "--json").stdout
    rows(conn, "update deliveries set due_at = now() - interval '1 minute', next_at = now()")
    in_time = nightdesk("notify", "send").stdout
    keep(settings, conn, archives.article("4", "rain again", "Four"))

    assert early == "0 sent, 0 retried, 0 failed, 1 waiting.\n" * 2
    assert json.loads(why)[0]["due_at"] and "collected until" in nightdesk("alerts").stdout
    assert in_time.startswith("1 sent")
    (line,) = (tmp_path / "desk.jsonl").read_text(encoding="utf-8").splitlines()
    message = json.loads(line)
    assert (message["subject"], message["kind"], message["watches"]) == (
        "rain, snow: 3 alerts",
        "digest",
        ["rain", "snow"],
    )
    assert [(one["title"], one["watches"]) for one in message["alerts"]] == [
        ("One", ["rain"]), ("Two", ["rain", "snow"]), ("Three", ["snow"]),
    ]  # fmt: skip
    written = rows(conn, "select key, state, subject from deliveries order by id")
    assert [(timeless(key), *told) for key, *told in written] == [
        ("rain/digest/1/desk", "sent", "rain, snow: 3 alerts"), ("rain/digest/5/desk", "waiting", "rain: 1 alert"),
    ]  # fmt: skip


def test_who_is_told_at_once_takes_others_of_the_channel_along(
    nightdesk: Nightdesk, settings: Settings, conn: postgres.Connection
) -> None:
    nightdesk("watch", "add", "rain", "rain", "--to", "desk")
    nightdesk("watch", "add", "snow", "snow", "--to", "desk", "--digest", "nightly")

    keep(settings, conn, archives.article("2", "snow and rain", "Two"))

    assert rows(conn, "select kind, subject, due_at from deliveries") == [("single", "rain, snow: Two", None)]


def test_more_than_a_digest_holds_goes_into_another_one(
    nightdesk: Nightdesk, settings: Settings, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.alert.policy.MOST_IN_DIGEST", 2)
    nightdesk("watch", "add", "rain", "rain", "--to", "desk", "--digest", "nightly")

    for n in range(2):
        keep(settings, conn, *(archives.article(f"{n}{m}", f"rain {n} {m} " * 9, f"{n} {m}") for m in range(3)))

    assert rows(conn, "select count(*) from delivered_alerts group by delivery_id order by delivery_id") == [(2,)] * 3
    assert datetime.now(UTC) < rows(conn, "select min(due_at) from deliveries")[0][0]

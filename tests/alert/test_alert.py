"""Alert: who hears of what, once, and what happens when a channel does not take it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import pytest

from pipelines.alert import stage as alert
from pipelines.alert import watches
from pipelines.notify import delivery, outbox
from pipelines.settings import Settings
from pipelines.stores import postgres
from tests import factories
from tests.databases import rows, timeless
from tests.faults.holds import until

RUN = "2026-11-22T0200"
Change = Callable[..., int]
STORY = "insert into story_articles (article_id, story_id, told_at) values (%(article)s, %(story)s, now())"


@dataclass
class Receiver:
    """A webhook on loopback: what it got, and what it answers."""

    address: str = ""
    status: int = 200
    got: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    state = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.got.append((self.headers["Idempotency-Key"], body))
            self.send_response(state.status)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Nothing on the test's output."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    state.address = f"webhook+http://user:secret@127.0.0.1:{server.server_port}/hook"
    yield state
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def change(conn: postgres.Connection) -> Change:
    """An article of the source `sana` and a change of it as load writes them; the article's id."""

    def change(
        title: str,
        kind: str = "new",
        quiet: str = "",
        *,
        text: str = "نص",
        source: str = "sana",
        language: str = "ar",
        of: int = 0,
        revision: int = 1,
    ) -> int:
        stored = bool(of) and known(conn, of, revision)
        with conn:
            article = of or factories.article(
                conn, source, f"{title}/{text}/{language}/{uuid4()}", title, text, run=RUN, language=language,
                first_run=RUN, loaded_run=RUN, url="https://sana.test/1",
            )  # fmt: skip
            if not stored:
                factories.revision(conn, article, revision, title, text, source=source)
            factories.change(conn, article, kind, revision, run=RUN, source=source, quiet=quiet)
        return article

    return change


def known(conn: postgres.Connection, article: int, revision: int) -> bool:
    """Whether a revision is stored already."""
    return bool(rows(conn, f"select 1 from revisions where article_id = {article} and revision = {revision}"))


def follow(conn: postgres.Connection, name: str = "raqqa", terms: tuple[str, ...] = ("الرقة",), **more: Any) -> None:
    with conn:
        watches.add(conn, watches.make(name, terms, **{"channels": ["desk"], **more}))


def counts(settings: Settings) -> dict[str, int]:
    tally = alert.match(settings, RUN)
    return {name: count for name, count in tally.counts.items() if name != "seconds"}


def test_a_new_article_that_matches_is_one_alert_and_one_message_a_channel(
    settings: Settings, conn: postgres.Connection, change: Change
) -> None:
    follow(conn, channels=["desk", "mail"])
    change("غارة على الرقّة")
    change("وفد في حلب")

    found = counts(settings)

    assert found == {"changes": 2, "alerts": 1, "quiet": 0, "deliveries": 2}
    assert rows(conn, "select watch, kind, quiet, matches -> 0 ->> 'surface' from alerts") == [
        ("raqqa", "new", "", "الرقّة")
    ]
    written = rows(conn, "select key, state, subject from deliveries order by id")
    assert [(timeless(key), *told) for key, *told in written] == [
        ("raqqa/1/new/1/desk", "waiting", "raqqa: غارة على الرقّة"),
        ("raqqa/1/new/1/mail", "waiting", "raqqa: غارة على الرقّة"),
    ]
    assert rows(conn, "select count(*) from changes where matched_at is null") == [(0,)]


@pytest.mark.parametrize("digest", ["", "hourly"])
def test_after_a_restore_no_message_has_the_key_of_another_one(
    settings: Settings, conn: postgres.Connection, change: Change, digest: str
) -> None:
    follow(conn, digest=digest)
    change("غارة على الرقة")
    counts(settings)
    lost = rows(conn, "select key from deliveries")
    # As a backup brings it back that was made before the article was found.
    rows(conn, "truncate urls, articles, alerts, deliveries restart identity cascade")

    number = change("فيضان في الرقة")
    counts(settings)

    assert number == 1
    assert [timeless(key) for (key,) in rows(conn, "select key from deliveries")] == [timeless(key) for (key,) in lost]
    assert rows(conn, "select key from deliveries") != lost


def test_after_a_restore_a_collected_message_has_a_key_of_its_own_though_it_begins_with_the_same_change(
    settings: Settings, conn: postgres.Connection, change: Change
) -> None:
    follow(conn, digest="hourly")
    change("غارة على الرقة")
    counts(settings)
    lost = rows(conn, "select key from deliveries")
    # As a backup brings it back that was made before the change was matched.
    rows(conn, "truncate alerts, deliveries restart identity cascade")
    rows(conn, "update changes set matched_at = null")
    counts(settings)

    assert [timeless(key) for (key,) in rows(conn, "select key from deliveries")] == [timeless(key) for (key,) in lost]
    assert rows(conn, "select key from deliveries") != lost


def test_matching_again_tells_nothing_twice_and_counts_the_same(
    settings: Settings, conn: postgres.Connection, change: Change
) -> None:
    follow(conn)
    change("غارة على الرقة")
    first = counts(settings)
    rows(conn, "update changes set matched_at = null")

    second = counts(settings)

    assert first == second
    assert rows(conn, "select count(*) from deliveries") == [(1,)]


def test_a_quiet_change_is_listed_and_told_to_nobody(
    settings: Settings, conn: postgres.Connection, change: Change
) -> None:
    follow(conn)
    change("غارة على الرقة", quiet="first run")

    found = counts(settings)

    assert (found["alerts"], found["quiet"], found["deliveries"]) == (0, 1, 0)
    assert rows(conn, "select quiet from alerts") == [("first run",)]


def test_a_revision_and_a_removal_are_told_where_the_watch_wants_them(
    settings: Settings, conn: postgres.Connection, change: Change
) -> None:
    follow(conn)
    follow(conn, "only new", kinds=["new"])
    article = change("غارة على الرقة")
    change("غارة على الرقة: قتيلان", "revised", of=article, revision=2)
    change("قتيلان في غارة", "revised", of=article, revision=3)
    change("غارة على الرقة: قتيلان", "removed", of=article, revision=2)

    counts(settings)

    assert rows(conn, "select watch, kind, revision from alerts order by watch, id") == [
        ("only new", "new", 1),
        ("raqqa", "new", 1),
        ("raqqa", "revised", 2),
        ("raqqa", "removed", 2),
    ]


def test_a_watch_hears_of_its_own_sources_and_languages(
    settings: Settings, conn: postgres.Connection, change: Change
) -> None:
    follow(conn, "sana", sources=["sana"])
    follow(conn, "arabic", languages=["ar"])
    change("الرقة", source="sana", language="fa")
    change("الرقة", source="enab", language="ar-SY")
    change("الرقة", source="enab", language="")

    counts(settings)

    assert rows(conn, "select watch, subject_id from alerts order by watch, subject_id") == [
        ("arabic", 2),
        ("arabic", 3),
        ("sana", 1),
    ]


def test_beyond_the_cap_the_rest_goes_out_in_one_message(
    settings: Settings, conn: postgres.Connection, change: Change, receiver: Receiver
) -> None:
    follow(conn, cap=2)
    for n in range(5):
        change(f"غارة {n} على الرقة")

    found = counts(settings)
    change("غارة أخرى على الرقة")
    alert.match(settings, "2026-11-22T0215")
    sent = alert.send(settings, channels={"desk": receiver.address})

    assert (found["alerts"], found["deliveries"]) == (5, 3)
    assert [len(body["alerts"]) for _, body in receiver.got] == [1, 1, 4]
    assert rows(conn, "select subject from deliveries where kind = 'digest'") == [("raqqa: 4 more alerts",)]
    assert sent.counts["sent"] == 3


def test_one_alert_beyond_the_cap_is_one_more_alert_and_a_run_shows_all_that_it_did(
    settings: Settings, conn: postgres.Connection, change: Change, receiver: Receiver
) -> None:
    follow(conn, cap=2)
    for n in range(3):
        change(f"غارة {n} على الرقة")

    alert.match(settings, RUN)
    sent = alert.send(settings, RUN, channels={"desk": receiver.address})

    assert [body["subject"] for _, body in receiver.got][-1] == "raqqa: 1 more alert"
    shown = {name: sent.counts[name] for name in ("changes", "alerts", "deliveries", "sent", "waiting")}
    assert shown == {"changes": 3, "alerts": 3, "deliveries": 3, "sent": 3, "waiting": 0}


def test_a_collected_message_that_was_begun_is_not_added_to(
    settings: Settings, conn: postgres.Connection, change: Change
) -> None:
    follow(conn, cap=1)
    change("الرقة 1")
    change("الرقة 2")
    counts(settings)
    rows(conn, "update deliveries set begun_at = now() where kind = 'digest'")

    change("الرقة 3")
    counts(settings)

    assert [timeless(key) for (key,) in rows(conn, "select key from deliveries where kind = 'digest' order by id")] == [
        "raqqa/digest/2/desk",
        "raqqa/digest/3/desk",
    ]


def test_a_message_says_what_was_found_where_and_by_whom(
    settings: Settings, conn: postgres.Connection, change: Change, receiver: Receiver
) -> None:
    follow(conn, "رصد الرقة")
    change("غارة على الرقّة", text="قُتل ثلاثة في الرقة.")
    alert.match(settings, RUN)

    tally = alert.send(settings, RUN, channels={"desk": receiver.address})

    ((key, body),) = receiver.got
    assert key == body["key"]
    assert timeless(key) == outbox.key("رصد الرقة", 1, "new", 1, "desk")
    assert (body["watch"], body["kind"]) == ("رصد الرقة", "new")
    assert body["alerts"][0]["title"] == "غارة على الرقّة"
    assert body["alerts"][0]["url"] == "https://sana.test/1"
    assert body["alerts"][0]["snippets"] == ["قُتل ثلاثة في الرقة."]
    assert (tally.counts["sent"], tally.counts["waiting"], tally.message) == (1, 0, "")
    assert rows(conn, "select counts ->> 'alerts' as alerts, counts ->> 'sent' as sent from runs") == [("1", "1")]


def test_what_was_sent_is_not_sent_again(
    settings: Settings, conn: postgres.Connection, change: Change, receiver: Receiver
) -> None:
    follow(conn)
    change("الرقة")
    alert.match(settings, RUN)

    sent = [alert.send(settings, channels={"desk": receiver.address}).counts["sent"] for _ in range(2)]

    assert sent == [1, 0]
    assert len(receiver.got) == 1


def test_two_senders_at_once_send_each_message_once(
    settings: Settings, conn: postgres.Connection, change: Change, receiver: Receiver
) -> None:
    follow(conn)
    for n in range(12):
        change(f"الرقة {n}")
    alert.match(settings, RUN)

    threads = [
        threading.Thread(target=alert.send, args=(settings,), kwargs={"channels": {"desk": receiver.address}})
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(receiver.got) == len({key for key, _ in receiver.got}) == 12


def test_a_message_that_is_refused_is_tried_again_later_with_the_same_key(
    settings: Settings, conn: postgres.Connection, change: Change, receiver: Receiver
) -> None:
    follow(conn)
    change("الرقة")
    alert.match(settings, RUN)
    receiver.status = 500

    first = alert.send(settings, channels={"desk": receiver.address})
    too_soon = alert.send(settings, channels={"desk": receiver.address})
    rows(conn, "update deliveries set next_at = now()")
    receiver.status = 200
    then = alert.send(settings, channels={"desk": receiver.address})

    assert [t.counts["retried"] for t in (first, too_soon, then)] == [1, 0, 0]
    assert first.message == "1 waiting: Channel desk did not take the message: it answered 500."
    assert [timeless(key) for key, _ in receiver.got] == ["raqqa/1/new/1/desk"] * 2
    assert len({key for key, _ in receiver.got}) == 1
    assert rows(conn, "select state, attempts, error from deliveries") == [("sent", 2, "")]


def test_the_wait_doubles_from_a_minute_to_six_hours() -> None:
    waits = [outbox._wait(attempts) for attempts in range(1, 13)]

    assert 48 <= waits[0] <= 72 and 96 <= waits[1] <= 144
    assert all(0.8 * 6 * 3600 <= wait <= 1.2 * 6 * 3600 for wait in waits[9:])


def test_a_message_is_given_up_after_twelve_attempts(
    settings: Settings, conn: postgres.Connection, change: Change, receiver: Receiver
) -> None:
    follow(conn)
    change("الرقة")
    alert.match(settings, RUN)
    receiver.status = 422

    tallies = []
    for _ in range(13):
        rows(conn, "update deliveries set next_at = now()")
        tallies.append(alert.send(settings, channels={"desk": receiver.address}))

    assert [t.counts["failed"] for t in tallies[-3:]] == [0, 1, 0]
    assert rows(conn, "select state, attempts from deliveries") == [("failed", 12)]


def test_a_channel_without_an_address_keeps_its_messages_waiting(
    settings: Settings, conn: postgres.Connection, change: Change, receiver: Receiver
) -> None:
    follow(conn, "a", channels=["chat"])
    follow(conn, "b")
    change("الرقة 1")
    change("الرقة 2")
    alert.match(settings, RUN)

    tally = alert.send(settings, channels={"desk": receiver.address})

    assert (tally.counts["sent"], tally.counts["waiting"], tally.counts["retried"]) == (2, 2, 0)
    assert tally.message == "2 waiting: Channel chat is not configured: set NIGHTDESK_CHANNEL_CHAT."
    assert alert.send(settings, channels={"chat": receiver.address}).counts["sent"] == 2


def test_a_dead_channel_is_left_alone_after_three_failures_in_a_row(
    settings: Settings, conn: postgres.Connection, change: Change, receiver: Receiver
) -> None:
    follow(conn)
    for n in range(6):
        change(f"الرقة {n}")
    alert.match(settings, RUN)
    receiver.status = 503

    tally = alert.send(settings, channels={"desk": receiver.address})

    assert (tally.counts["retried"], tally.counts["waiting"], len(receiver.got)) == (3, 6, 3)


def test_the_operators_are_told_once_for_each_key(
    settings: Settings, conn: postgres.Connection, receiver: Receiver
) -> None:
    told = settings.model_copy(update={"operators": "desk"})

    said = [outbox.tell_operators(told, f"failed/{RUN}", "The night failed", "news_load: sana") for _ in range(2)]
    alert.send(told, channels={"desk": receiver.address})

    assert said == [True, True]
    assert outbox.tell_operators(settings, "x", "x", "x") is False
    assert [(key, body["subject"], body["text"]) for key, body in receiver.got] == [
        (f"message/failed/{RUN}/desk", "The night failed", "news_load: sana")
    ]


def test_a_kill_between_sending_and_marking_repeats_that_message_alone(
    settings: Settings, conn: postgres.Connection, change: Change, receiver: Receiver
) -> None:
    follow(conn)
    change("الرقة 1")
    change("الرقة 2")
    alert.match(settings, RUN)
    with postgres.connection(settings) as killed:
        killed.autocommit = True
        sender = outbox._sender(killed)
        given = {"sender": sender, "senders": outbox.SENDERS, "channel": "desk", "patience": 3, "count": 1}
        (taken,) = postgres.query(killed, "claim_deliveries", **given)
        told = postgres.query(killed, "alerts_of_deliveries", ids=[taken["id"]])
        delivery.send("desk", receiver.address, outbox._message(taken, told))
        # The killed sender has one in hand; for as long as it lives nobody else touches that one.
        assert [d["id"] for d in postgres.query(conn, "claim_deliveries", **given | {"sender": sender + 1})] == [2]
        conn.rollback()
    until(lambda: rows(conn, f"select from pg_locks where locktype = 'advisory' and objid = {sender}") == [])
    alert.send(settings, channels={"desk": receiver.address})

    keys = [key for key, _ in receiver.got]
    assert list(map(timeless, keys)) == ["raqqa/1/new/1/desk", "raqqa/1/new/1/desk", "raqqa/2/new/1/desk"]
    assert keys[0] == keys[1]


def test_single_messages_of_more_than_an_hour_ago_do_not_count(
    settings: Settings, conn: postgres.Connection, change: Change
) -> None:
    follow(conn, cap=1)
    change("الرقة 1")
    counts(settings)
    with conn, conn.cursor() as cursor:
        cursor.execute("update deliveries set created_at = created_at - %s", (timedelta(minutes=61),))

    change("الرقة 2")
    counts(settings)

    assert rows(conn, "select kind from deliveries order by id") == [("single",), ("single",)]


def test_changes_that_are_shared_out_to_tasks_give_the_same_alerts_once(
    settings: Settings, conn: postgres.Connection, change: Change
) -> None:
    follow(conn, kinds=["new", "correction", "outlet"])
    told = "select watch, kind, article_id, revision, quiet, lead_id is null from alerts order by 1, 3, 4"
    articles = [change(f"غارة على الرقة {number}", source=f"sana{number % 3}") for number in range(12)]
    with conn, conn.cursor() as cursor:
        # Three outlets tell each of two stories.
        for story in (articles[:3], articles[3:6]):
            for article in story:
                cursor.execute(STORY, {"article": article, "story": story[0]})
    alert.match(settings, RUN)
    once = rows(conn, told)
    with conn, conn.cursor() as cursor:
        cursor.execute("delete from delivered_alerts; delete from deliveries; delete from alerts")
        cursor.execute("update changes set matched_at = null, matched_run = null")

    with ThreadPoolExecutor(4) as pool:
        tallies = list(pool.map(lambda n: alert.match(settings, RUN, alert.Share(n, 4)), range(4)))

    assert rows(conn, told) == once and len(once) == 12
    assert max(tally.counts["changes"] for tally in tallies) == 12
    assert rows(conn, "select count(*) from changes where matched_at is null") == [(0,)]

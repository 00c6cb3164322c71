"""Channels that refuse, lie, hang, are down for a day or slow: what waits is sent, what is sent is sent once."""

from __future__ import annotations

import json
import os
import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import apprise
import psutil
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from typer.testing import CliRunner

from pipelines.alert import stage as alert
from pipelines.cli import app
from pipelines.codes import Figure
from pipelines.desk import desk_records
from pipelines.errors import ChannelError
from pipelines.health import metrics
from pipelines.notify import channel_states, chat, delivery, mail, message, outbox, policy, webhook
from pipelines.notify.message import ReceiptCode
from pipelines.settings import Settings
from pipelines.stores import postgres
from tests import clock, commands, hostile_tls
from tests.databases import rows
from tests.faults.holds import beside, until

DAY = 24 * 60


@pytest.fixture
def conn(settings: Settings) -> Iterator[postgres.Connection]:
    """A connection to the database of `settings`."""
    with postgres.connection(settings, application="test") as connection:
        yield connection


class Mailbox:
    """A mail server on loopback: whom and what it refuses, how it answers to QUIT, and what it got, for whom."""

    def __init__(self) -> None:
        self.refused: dict[str, str] = {}
        self.quit = "221 bye"
        self.largest = 0
        self.got: list[tuple[list[str], bytes]] = []
        self.port = 0

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        size = next((int(option[5:]) for option in options if option.upper().startswith("SIZE=")), 0)
        if size > self.largest > 0:
            return "552 too large"
        envelope.mail_from = address
        return "250 fine"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address not in self.refused:
            envelope.rcpt_tos.append(address)
        return self.refused.get(address, "250 fine")

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.got.append((envelope.rcpt_tos, envelope.content))
        return "250 kept"

    async def handle_QUIT(self, server: Any, session: Any, envelope: Any) -> str:
        if not self.quit:
            server.transport.close()
        return self.quit


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        box.port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=box.port)
    server.start()
    yield box
    server.stop()


class Hook:
    """A webhook on loopback: how it answers, and the keys it was asked with and those it took."""

    def __init__(self) -> None:
        self.answer: Callable[[int], tuple[int, dict[str, str]]] = lambda number: (204, {})
        self.asked: list[str] = []
        self.taken: list[str] = []
        self.bodies: list[Any] = []
        self.pause = 0.0
        self.port = 0


@contextmanager
def hooked(hook: Hook, port: int = 0) -> Iterator[str]:
    """A running webhook; the address of a channel to it."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            time.sleep(hook.pause)
            with lock:
                key = self.headers["Idempotency-Key"] or ""
                hook.asked.append(key)
                hook.bodies.append(body)
                status, headers = hook.answer(len(hook.asked))
                hook.taken += [key] if status < 300 else []
            self.send_response(status)
            for name, value in {**headers, "Content-Length": "0"}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    hook.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"webhook+http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def dripping(line: bytes, every: float = 0.5) -> Iterator[int]:
    """A server that says a line, then again and again, and comes to no end."""
    over = threading.Event()

    def drip(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.sendall(b"HTTP/1.1 204 No Content\r\n" if line.startswith(b"X-") else b"")
            while not over.wait(every):
                connection.sendall(line)

    def serve(listener: socket.socket) -> None:
        with suppress(OSError):
            while not over.is_set():
                connection, _ = listener.accept()
                threading.Thread(target=drip, args=(connection,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        yield listener.getsockname()[1]
        over.set()


def put(conn: postgres.Connection, number: int, channel: str = "desk") -> None:
    with conn:
        for n in range(number):
            outbox.put_message(conn, channel, f"{channel}{n}", f"subject {n}", f"body {n}")


def pass_minutes(conn: postgres.Connection, minutes: float, *, failing: bool = False) -> None:
    """Let time pass for what waits; failing: for what a channel is known by as well, so that it counts as another."""
    columns_of = {
        "deliveries": ["created_at", "next_at", "waiting_since", "failed_at"],
        "channels": ["rests_until"] + ["failing_since"] * failing,
    }
    for table, columns in columns_of.items():
        moved = ", ".join(f"{column} = {column} - interval '{minutes} minutes'" for column in columns)
        rows(conn, f"update {table} set {moved}")


def test_of_two_recipients_the_one_that_was_refused_is_known_and_tried_alone(
    settings: Settings, conn: postgres.Connection, mailbox: Mailbox
) -> None:
    address = {"mail": f"smtp://127.0.0.1:{mailbox.port}/?from=desk@news.test&to=a@news.test,b@news.test"}
    mailbox.refused = {"b@news.test": "450 b@news.test: try later"}
    put(conn, 1, "mail")

    first = alert.send(settings, channels=address)
    said = rows(conn, "select state, error from deliveries")
    pass_minutes(conn, 5)
    mailbox.refused = {}
    second = alert.send(settings, channels=address)

    assert [t.counts["sent"] for t in (first, second)] == [0, 1]
    assert [t.counts["retried"] for t in (first, second)] == [1, 0]
    assert [to for to, _ in mailbox.got] == [["a@news.test"], ["b@news.test"]]
    (state, error) = said[0]
    assert state == "waiting"
    assert "number 2 of 2 recipients with 450; the others have it" in error
    assert "news.test" not in error + json.dumps(rows(conn, "select taken from deliveries"))
    assert rows(conn, "select state, error from deliveries") == [("sent", "")]


def test_a_recipient_who_is_never_taken_is_given_up_alone_and_said(
    settings: Settings, conn: postgres.Connection, mailbox: Mailbox
) -> None:
    address = {"mail": f"smtp://127.0.0.1:{mailbox.port}/?to=a@news.test,b@news.test"}
    mailbox.refused = {"b@news.test": "550 nobody here"}
    put(conn, 1, "mail")

    for _ in range(policy.MAX_ATTEMPTS):
        alert.send(settings, channels=address)
        pass_minutes(conn, DAY)

    assert [to for to, _ in mailbox.got] == [["a@news.test"]]
    assert rows(conn, "select state, attempts from deliveries") == [("failed", policy.MAX_ATTEMPTS)]
    (lost,) = channel_states.given_up(conn)
    assert "number 2 of 2 recipients with 550" in lost["error"]


def test_a_letter_that_is_too_large_holds_up_no_other_and_rests_no_channel(
    settings: Settings, conn: postgres.Connection, mailbox: Mailbox
) -> None:
    mailbox.largest = 50_000
    with conn:
        outbox.put_message(conn, "mail", "large", "a digest", "a long line of it " * 5_000)

    for _ in range(policy.MAX_ATTEMPTS):
        alert.send(settings, channels={"mail": f"smtp://127.0.0.1:{mailbox.port}/?to=a@news.test"})
        pass_minutes(conn, DAY)

    assert mailbox.got == []
    assert rows(conn, "select state, attempts, error from deliveries") == [
        ("failed", policy.MAX_ATTEMPTS, "Channel mail did not take the message: the mail server answered 552.")
    ]
    assert rows(conn, "select count(*) from channels where failures > 0") == [(0,)]


def test_a_recipient_who_is_named_twice_is_one(settings: Settings, conn: postgres.Connection, mailbox: Mailbox) -> None:
    address = f"smtp://127.0.0.1:{mailbox.port}/?to=a@news.test,b@news.test,Desk%20%3CA@news.test%3E"
    mailbox.refused = {"b@news.test": "450 later"}
    put(conn, 1, "mail")

    alert.send(settings, channels={"mail": address})

    assert [to for to, _ in mailbox.got] == [["A@news.test"]]
    assert "number 2 of 2 recipients with 450" in rows(conn, "select error from deliveries")[0][0]


@pytest.mark.parametrize(
    ("server", "scheme", "said"),
    [
        ("untrusted", "webhook+https", "the certificate of its server is not trusted"),
        ("untrusted", "jsons", "the certificate of the service is not trusted"),
        ("garbage", "jsons", "no encrypted connection to the service"),
        ("hangs-up", "json", "the service closed the connection"),
        ("untrusted", "smtps", "the certificate of the mail server is not trusted"),
        ("plain", "webhook+https", "no encrypted connection"),
        ("garbage", "webhook+https", "no encrypted connection"),
        ("garbage", "webhook+http", "its answer is no HTTP"),
        ("hangs-up", "webhook+http", "it closed the connection"),
    ],
)
def test_a_server_that_cannot_be_trusted_or_understood_is_said_in_words(server: str, scheme: str, said: str) -> None:
    with hostile_tls.servers() as ports, pytest.raises(ChannelError) as refused:
        delivery.test("desk", f"{scheme}://{hostile_tls.ADDRESS}:{ports[server]}/?to=a@news.test")

    assert str(refused.value) == f"Channel desk did not take the message: {said}."


def test_a_chat_that_answers_late_has_the_message_and_does_not_get_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    hook = Hook()
    hook.pause = 1.0
    monkeypatch.setattr(apprise.URLBase, "socket_read_timeout", 0.1)

    with hooked(hook) as address, chat.open_carrier(f"json://{address.partition('://')[2]}") as carry:
        receipt = carry(message.Message(key="k", subject="s", text="t", html="<p>t</p>"), (), lambda _: None)

    assert receipt.code == ReceiptCode.SENT
    assert len(hook.asked) == 1


# Without a farewell the server is gone before it said one.
@pytest.mark.parametrize("farewell", ["421 too busy to say goodbye", "554 no", ""])
def test_a_mail_that_was_accepted_is_sent_whatever_the_server_says_to_a_quit(
    settings: Settings, conn: postgres.Connection, mailbox: Mailbox, farewell: str
) -> None:
    mailbox.quit = farewell
    put(conn, 2, "mail")

    tally = alert.send(settings, channels={"mail": f"smtp://127.0.0.1:{mailbox.port}/?to=a@news.test"})
    pass_minutes(conn, DAY)
    alert.send(settings, channels={"mail": f"smtp://127.0.0.1:{mailbox.port}/?to=a@news.test"})

    assert tally.counts["sent"] == 2
    assert len(mailbox.got) == 2


def test_a_server_that_is_gone_at_the_farewell_undoes_nothing_for_whoever_holds_the_connection(
    mailbox: Mailbox,
) -> None:
    mailbox.quit = ""
    letter = message.Message(key="k", subject="subject", text="text", html="<p>text</p>")

    with mail.open_carrier(f"smtp://127.0.0.1:{mailbox.port}/?to=a@news.test") as carry:
        receipt = carry(letter, (), lambda _: None)

    assert receipt.code == message.ReceiptCode.SENT
    assert len(mailbox.got) == 1


def test_a_mail_server_that_closes_after_each_mail_is_asked_anew(
    settings: Settings, conn: postgres.Connection, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def closing(self: SMTP, arg: str) -> None:
        await self.push("421 idle for too long")
        self.transport.close()  # type: ignore[union-attr]

    monkeypatch.setattr(SMTP, "smtp_NOOP", closing)
    put(conn, 3, "mail")

    tally = alert.send(settings, channels={"mail": f"smtp://127.0.0.1:{mailbox.port}/?to=a@news.test"})

    assert tally.counts["sent"] == len(mailbox.got) == 3


def test_a_webhook_that_is_down_for_a_day_loses_nothing_and_costs_few_tries(
    settings: Settings, conn: postgres.Connection
) -> None:
    hook = Hook()
    hook.answer = lambda number: (503, {})
    put(conn, 36)

    with hooked(hook) as address:
        for _ in range(DAY // 40):
            alert.send(settings, channels={"desk": address})
            pass_minutes(conn, 40)
        tries = len(hook.asked)
        states = rows(conn, "select state, count(*), max(attempts) from deliveries group by state")
        hook.answer = lambda number: (204, {})
        pass_minutes(conn, policy.LONGEST_REST_SECONDS * 1.2 / 60)
        tally = alert.send(settings, channels={"desk": address})

    assert states == [("waiting", 36, 1)]
    assert tries < 36
    assert tally.counts["sent"] == 36 == len(set(hook.taken)) == len(hook.taken)
    assert rows(conn, "select failures, rests_until, error from channels") == [(0, None, "")]


def test_while_a_channel_is_down_its_messages_say_why_and_the_operators_hear_of_it_once(
    settings: Settings, conn: postgres.Connection
) -> None:
    hook = Hook()
    told = settings.model_copy(update={"operators": "phone"})
    with socket.socket() as nobody, hooked(hook) as phone:
        nobody.bind(("127.0.0.1", 0))
        known = {"desk": f"webhook+http://127.0.0.1:{nobody.getsockname()[1]}/", "phone": phone}
        put(conn, 5)
        alert.send(told, channels=known)
        rows(conn, "update channels set failing_since = failing_since - interval '1 hour'")
        for _ in range(5):
            pass_minutes(conn, 60)
            tally = alert.send(told, channels=known)

    assert tally.counts["waiting"] == 5
    assert tally.message == "5 waiting: Channel desk did not take the message: no connection."
    assert [body["subject"] for body in hook.bodies] == ["The channel desk takes no messages"]
    (desk,) = (row for row in channel_states.list_channels(conn) if row["name"] == "desk")
    assert (desk["state"], desk["waiting"], desk["held"], desk["failed"]) == ("rests", 5, 5, 0)


def test_a_message_that_is_not_wanted_holds_up_no_other_and_rests_no_channel(
    settings: Settings, conn: postgres.Connection
) -> None:
    hook = Hook()
    hook.answer = lambda number: (422 if hook.asked[-1].startswith("message/desk0/") else 204, {})
    put(conn, 6)

    with hooked(hook) as address:
        for _ in range(policy.MAX_ATTEMPTS):
            alert.send(settings, channels={"desk": address})
            pass_minutes(conn, DAY)

    assert len(hook.taken) == 5
    assert rows(conn, "select state, attempts from deliveries order by id limit 1") == [("failed", policy.MAX_ATTEMPTS)]
    assert rows(conn, "select count(*) from channels where failures > 0") == [(0,)]


def test_a_channel_that_asks_for_a_pause_gets_it_and_nobody_is_charged_for_it(
    settings: Settings, conn: postgres.Connection
) -> None:
    hook = Hook()
    hook.answer = lambda number: (429, {"Retry-After": "7200"}) if number == 2 else (204, {})
    put(conn, 4)

    with hooked(hook) as address:
        sent = []
        for minutes in (0, 60, 59, 2):
            pass_minutes(conn, minutes)
            sent.append(alert.send(settings, channels={"desk": address}).counts["sent"])

    assert sent == [1, 0, 0, 3]
    assert len(hook.asked) == 5
    assert rows(conn, "select max(attempts) from deliveries") == [(1,)]


def test_a_paused_channel_is_left_alone_until_it_is_resumed(settings: Settings, conn: postgres.Connection) -> None:
    hook = Hook()
    put(conn, 3)
    with conn:
        channel_states.pause(conn, "Desk")

    with hooked(hook) as address:
        paused = alert.send(settings, channels={"desk": address})
        with conn:
            resumed = channel_states.resume(conn, "desk")
        sent = alert.send(settings, channels={"desk": address})

    assert (paused.counts["sent"], paused.counts["waiting"], resumed) == (0, 3, 3)
    assert paused.message == "3 waiting: Channel desk is paused: `nightdesk notify resume desk` ends that."
    assert sent.counts["sent"] == len(hook.taken) == 3


@pytest.mark.parametrize(
    ("scheme", "status", "more"),
    [
        ("webhook+http", 204, policy.MARKED_TOGETHER + policy.HANDED_TOGETHER),
        ("webhook+http", 422, policy.HANDED_TOGETHER),
        ("webhook+http", 500, policy.HANDED_TOGETHER),
        ("json", 204, 1),
    ],
)
def test_a_channel_that_is_paused_while_a_sender_is_at_it_gets_only_what_is_on_its_way(
    settings: Settings, conn: postgres.Connection, scheme: str, status: int, more: int
) -> None:
    hook = Hook()
    put(conn, policy.BATCH)

    def answer(number: int) -> tuple[int, dict[str, str]]:
        if number == 2:
            with conn:
                channel_states.pause(conn, "desk")
        return status if number == 2 else 204, {}

    hook.answer = answer
    with hooked(hook) as address:
        tally = alert.send(settings, channels={"desk": f"{scheme}://{address.partition('://')[2]}"})

    assert 2 <= len(hook.asked) <= 2 + more
    assert tally.counts["waiting"] == policy.BATCH - len(hook.taken)
    assert rows(conn, "select count(*) from deliveries where claimed_by is not null") == [(0,)]


def test_what_was_given_up_can_be_sent_again_by_channel_or_by_number(
    settings: Settings, conn: postgres.Connection
) -> None:
    hook = Hook()
    put(conn, 3)
    put(conn, 2, "chat")
    rows(conn, "update deliveries set state = 'failed', attempts = 12, error = 'x'")

    with hooked(hook) as address:
        with conn:
            one = channel_states.resend(conn, "", [2])
        with pytest.raises(ChannelError, match="No message of channel desk that was given up has the number 4"), conn:
            channel_states.resend(conn, "desk", [1, 4])
        with conn:
            rest = channel_states.resend(conn, "desk")
        waiting = {row["name"]: (row["waiting"], row["held"]) for row in channel_states.list_channels(conn)}
        alert.send(settings, channels={"desk": address, "chat": address})

    assert ([row["id"] for row in one], sorted(row["id"] for row in rest)) == ([2], [1, 3])
    assert waiting == {"desk": (3, 0), "chat": (0, 0)}
    assert sorted(hook.taken) == [f"message/desk{n}/desk" for n in range(3)]
    assert rows(conn, "select channel, count(*) from deliveries where state = 'failed' group by 1") == [("chat", 2)]


@pytest.mark.parametrize("address", ["refused", "missing"])
def test_what_a_dead_channel_did_not_take_for_a_week_is_given_up_told_once_and_can_be_sent_again(
    settings: Settings, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    commands.use(settings, monkeypatch)
    hook, phone = Hook(), Hook()
    hook.answer = lambda number: (404, {})
    told = settings.model_copy(update={"operators": "phone"})
    put(conn, 3)

    with hooked(hook) as desk, hooked(phone) as operators:
        known = {"phone": operators, **({"desk": desk} if address == "refused" else {})}
        days = []
        for day in range(10):
            if day == 2:
                with conn:
                    outbox.put_message(conn, "desk", "late", "s", "b")
            days.append([alert.send(told, channels=known).counts["failed"] for _ in range(2)])
            pass_minutes(conn, DAY, failing=True)
        lost = channel_states.given_up(conn)
        hook.answer = lambda number: (204, {})
        said = " ".join(body["text"] for body in phone.bodies)
        for words in sorted(set(re.findall("`nightdesk (notify re[^`]*)`", said))):
            assert CliRunner().invoke(app, words.split()).exit_code == 0, words
        again = alert.send(told, channels={**known, "desk": desk})

    assert days == [[0, 0]] * 7 + [[3, 0], [0, 0], [1, 0]]
    assert {row["error"] for row in lost} == {
        "Channel desk did not take the message: it answered 404."
        if address == "refused"
        else "Channel desk is not configured: set NIGHTDESK_CHANNEL_DESK."
    }
    # A day that is moved is another outage by its name: eight days are told of, and two on which messages were lost.
    assert Counter(body["subject"] for body in phone.bodies) == {
        "The channel desk takes no messages": 9,
        "Messages to the channel desk are given up": 2,
    }
    assert (again.counts["sent"], again.counts["failed"], len(set(hook.taken))) == (4, 0, 4)


@pytest.mark.parametrize(
    ("status", "attempts"),
    [
        pytest.param(404, 0, id="the channel took nothing for a week"),
        pytest.param(422, policy.MAX_ATTEMPTS - 1, id="the channel refused it once too often"),
        pytest.param(500, policy.MAX_ATTEMPTS - 1, id="the channel was down once too often"),
    ],
)
def test_a_message_counts_as_given_up_from_the_day_on_which_it_was_however_long_it_had_waited(
    settings: Settings, conn: postgres.Connection, status: int, attempts: int
) -> None:
    hook = Hook()
    hook.answer = lambda number: (status, {})
    put(conn, 1)
    rows(conn, f"update deliveries set attempts = {attempts}")

    counted = [given_up_lately(conn)]
    with hooked(hook) as address:
        if attempts:
            pass_minutes(conn, 9 * DAY)
        for _ in range(1 if attempts else 9):
            alert.send(settings, channels={"desk": address})
            pass_minutes(conn, 0 if attempts else DAY - 1, failing=True)
        counted.append(given_up_lately(conn))
        (lost,) = channel_states.given_up(conn)
        with conn:
            channel_states.resend(conn)
        counted.append(given_up_lately(conn))
        rows(conn, f"update deliveries set attempts = {policy.MAX_ATTEMPTS - 1}")
        rows(conn, "delete from channels")
        hook.answer = lambda number: (422, {})
        alert.send(settings, channels={"desk": address})
        pass_minutes(conn, DAY)
        counted.append(given_up_lately(conn))

    assert counted == [(0, 0), (1, 1), (0, 0), (0, 1)]
    assert lost["failed_at"] - lost["created_at"] > timedelta(days=7)


def test_what_an_older_version_gave_up_counts_by_when_it_was_written(conn: postgres.Connection) -> None:
    put(conn, 2)
    rows(conn, "update deliveries set state = 'failed'")
    rows(conn, "update deliveries set created_at = created_at - interval '2 days' where id = 1")

    assert given_up_lately(conn) == (1, 2)
    assert [row["id"] for row in channel_states.given_up(conn)] == [2, 1]


def given_up_lately(conn: postgres.Connection) -> tuple[float, int]:
    """How many messages were given up: in the last day by the metrics, in the last week by the Desk."""
    (unsent,) = (one.value for one in metrics.waiting(conn, []) if one.figure == Figure.UNSENT)
    return unsent, desk_records.deliveries(conn)["failed"]


def test_what_a_paused_channel_holds_is_never_given_up_nor_what_waits_while_the_machine_is_off(
    settings: Settings, conn: postgres.Connection
) -> None:
    hook = Hook()
    hook.answer = lambda number: (404, {})
    put(conn, 2)
    put(conn, 2, "chat")

    with hooked(hook) as address:
        alert.send(settings, channels={"chat": address, "desk": address})
        with conn:
            channel_states.pause(conn, "desk")
        pass_minutes(conn, 30 * DAY, failing=True)
        hook.answer = lambda number: (204, {})
        after = alert.send(settings, channels={"chat": address, "desk": address})

    assert (after.counts["sent"], after.counts["failed"], after.counts["waiting"]) == (2, 0, 2)


def test_nobody_outlasts_the_limit_of_an_exchange_and_a_slow_channel_holds_up_no_other(
    settings: Settings, conn: postgres.Connection
) -> None:
    hook = Hook()
    for channel in ("desk", "drips", "mail", "chat"):
        put(conn, 20 if channel == "desk" else 1, channel)

    with (
        hooked(hook) as address,
        dripping(b"X-More: of it\r\n") as web,
        dripping(b"220-still here\r\n") as smtp,
        beside(
            alert.send,
            settings,
            channels={
                "desk": address,
                "drips": f"webhook+http://127.0.0.1:{web}/",
                "chat": f"json://127.0.0.1:{web}/",
                "mail": f"smtp://127.0.0.1:{smtp}/?to=a@news.test",
            },
        ) as sending,
    ):
        started = time.monotonic()
        until(lambda: len(hook.taken) == 20)
        fast = time.monotonic() - started
        tally = sending.result(timeout=60)
        slow = time.monotonic() - started

    assert clock.fits(fast, webhook.TIMEOUT_SECONDS / 2, time.monotonic)
    assert clock.fits(slow, mail.TIMEOUT_SECONDS + 10, time.monotonic)
    assert (tally.counts["sent"], tally.counts["retried"]) == (20, 3)
    assert {error for (error,) in rows(conn, "select error from deliveries where state = 'waiting'")} == {
        f"Channel {channel} did not take the message: no answer in time." for channel in ("drips", "mail", "chat")
    }


def test_two_senders_share_a_channel_and_send_nothing_twice(settings: Settings, conn: postgres.Connection) -> None:
    hook = Hook()
    hook.pause = 0.03
    put(conn, 3 * policy.BATCH)

    with (
        hooked(hook) as address,
        beside(alert.send, settings, channels={"desk": address}) as one,
        beside(alert.send, settings, channels={"desk": address}) as other,
    ):
        counts = [one.result().counts["sent"], other.result().counts["sent"]]

    assert len(hook.taken) == len(set(hook.taken)) == sum(counts) == 3 * policy.BATCH
    assert min(counts) > 0


@pytest.mark.parametrize(
    ("scheme", "unmarked"),
    [
        # They are marked while those after them are on their way.
        pytest.param(
            "webhook+http",
            range(policy.MARKED_TOGETHER - 1, policy.MARKED_TOGETHER + policy.HANDED_TOGETHER + 1),
            id="a program, which knows them by their keys",
        ),
        pytest.param("json", range(1), id="people"),
    ],
)
def test_a_kill_repeats_a_few_messages_of_a_program_and_only_the_one_on_its_way_of_people(
    settings: Settings,
    conn: postgres.Connection,
    monkeypatch: pytest.MonkeyPatch,
    scheme: str,
    unmarked: range,
) -> None:
    hook, most = Hook(), []
    put(conn, 3 * policy.MARKED_TOGETHER)
    # However busy the machine is.
    monkeypatch.setattr(policy, "QUICK_SECONDS", 30.0)

    def answer(number: int) -> tuple[int, dict[str, str]]:
        with postgres.connection(settings) as looking:
            marked = rows(looking, "select count(*) from deliveries where state = 'sent'")[0][0]
        most.append(number - 1 - marked)
        return 204, {}

    hook.answer = answer
    with hooked(hook) as address:
        alert.send(settings, channels={"desk": f"{scheme}://{address.partition('://')[2]}"})

    assert len(most) == 3 * policy.MARKED_TOGETHER
    assert max(most) in unmarked
    assert rows(conn, "select distinct state from deliveries") == [("sent",)]


def couriers() -> Iterator[psutil.Process]:
    for child in psutil.Process().children(True):
        # One that has just ended has no command line any more.
        with suppress(psutil.NoSuchProcess):
            if "pipelines.notify.courier" in child.cmdline():
                yield child


def test_a_courier_that_is_killed_with_several_messages_in_hand_is_charged_to_one_of_them(
    settings: Settings, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook, number = Hook(), 5 * policy.HANDED_TOGETHER
    put(conn, number)
    monkeypatch.setattr(policy, "QUICK_SECONDS", 30.0)

    def answer(count: int) -> tuple[int, dict[str, str]]:
        if count == 3 * policy.HANDED_TOGETHER:
            (courier,) = couriers()
            courier.kill()
        return 204, {}

    hook.answer = answer
    with hooked(hook) as address:
        tally = alert.send(settings, channels={"desk": address})

    assert (tally.counts["sent"], tally.counts["retried"]) == (number - 1, 1)
    assert len(hook.asked) == len(set(hook.asked)) == number
    assert rows(conn, "select error from deliveries where state = 'waiting'") == [
        ("Channel desk did not take the message: its courier ended with -9.",)
    ]


def test_a_courier_that_ended_before_an_earlier_receipt_was_read_is_charged_to_the_message_in_hand() -> None:
    hook, killed = Hook(), threading.Event()

    def answer(count: int) -> tuple[int, dict[str, str]]:
        if count == 2:
            (courier,) = couriers()
            courier.kill()
            # It has ended, and stays to be waited for.
            os.waitid(os.P_PID, courier.pid, os.WEXITED | os.WNOWAIT)
            killed.set()
        return 204, {}

    hook.answer = answer
    with hooked(hook) as address, delivery.open_courier("desk", address) as hand:
        handed = [hand(delivery.plain(f"key/{n}", "A subject", "A text")) for n in range(3)]
        assert killed.wait(60)
        receipts = [one.receive() for one in handed]

    assert [one.code for one in receipts] == [ReceiptCode.SENT, ReceiptCode.DOWN, ReceiptCode.UNTRIED]


@pytest.mark.parametrize("status", [400, 500])
def test_a_message_that_is_erased_while_it_is_sent_ends_nothing(
    settings: Settings, conn: postgres.Connection, status: int
) -> None:
    hook = Hook()
    put(conn, 2)

    def answer(count: int) -> tuple[int, dict[str, str]]:
        if count == 1:
            with postgres.connection(settings, application="test") as aside:
                rows(aside, "delete from deliveries where id = (select min(id) from deliveries)")
        return status if count == 1 else 204, {}

    hook.answer = answer
    with hooked(hook) as address:
        tally = alert.send(settings, channels={"desk": address})

    assert (tally.counts["sent"], tally.counts["retried"], tally.counts["failed"]) == (1, 0, 0)
    assert rows(conn, "select state from deliveries") == [("sent",)]

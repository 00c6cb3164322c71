"""kill -9 of matcher and sender at drawn moments, whatever the receiver does: each story is told once to each watch.

Twenty moments of a fixed seed here; `make faults-told` draws two hundred of a new one, in some of which the receiver
says nothing until the sender's own limit has passed.
"""

from __future__ import annotations

import json
import os
import random
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from pipelines.alert import stage as alert
from pipelines.alert import watches
from pipelines.notify import channel_states, webhook
from pipelines.settings import Settings
from pipelines.stores import postgres
from tests import factories
from tests.databases import rows
from tests.faults.holds import ALERT, gone, stage, until

# Moments, and the seed they are drawn of: a fixed one, but a new one where somebody asks for a number of moments.
GIVEN = os.environ.get("NIGHTDESK_TESTS_MOMENTS", "")
MOMENTS, SEED = (int(GIVEN), time.time_ns()) if GIVEN else (20, 15)
# Stories of a moment, each told by two outlets.
STORIES = 3
# The first ones are not killed: one makes the interpreter warm, the other one is timed. Within so many times what that
# took, from when it is at Postgres, a process is killed: some match, some send, some are done.
UNKILLED = 2
LONGEST_SHARE = 1.1
# Seconds of a process that hangs.
HANGS = 600
MODES = ("takes all", "500", "429", "closes", "takes it and dies", "hangs", "refuses")
# Beyond the sender's limit of fifteen seconds: too long for the usual run of the tests.
TIMES_OUT = "times out"


@dataclass
class Receiver:
    """A webhook on loopback that does what its mode says: what it took, by key, and what it was given under each.

    port: where it listens. closed: a port on which nobody does.
    """

    port: int = 0
    closed: int = 0
    mode: str = MODES[0]
    taken: dict[str, Any] = field(default_factory=dict)
    given: dict[str, set[str]] = field(default_factory=dict)
    over: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def conn(settings: Settings) -> Iterator[postgres.Connection]:
    with postgres.connection(settings, application="test") as connection:
        yield connection


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    state = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            mode, body = state.mode, self.rfile.read(int(self.headers["Content-Length"])).decode()
            key = self.headers["Idempotency-Key"]
            state.given.setdefault(key, set()).add(body)
            if mode in ("hangs", TIMES_OUT):
                state.over.wait(60)
            if mode in ("closes", "hangs", TIMES_OUT):
                self.close_connection = True
                return
            if mode in ("takes all", "takes it and dies"):
                state.taken.setdefault(key, json.loads(body))
            if mode == "takes it and dies":
                self.close_connection = True
                return
            self.send_response(int(mode) if mode.isdigit() else 204)
            self.send_header("Retry-After", "30")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Nothing on the test's output."""

        def handle(self) -> None:
            with suppress(ConnectionError):
                super().handle()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        state.port, state.closed = server.server_port, unheard.getsockname()[1]
        yield state
    state.over.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.timeout(120 + 20 * MOMENTS)
def test_whenever_it_is_killed_each_story_is_told_once_to_each_watch(
    settings: Settings, conn: postgres.Connection, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw, found = random.Random(SEED), Counter[str]()
    patient = settings.model_copy(update={"alert_cap": 10_000})
    with conn:
        watches.add(conn, watches.make("now", ["flood"], channels=["desk"]))
        watches.add(conn, watches.make("also", ["water"], channels=["desk"]))
        watches.add(conn, watches.make("later", ["flood"], channels=["mail"], digest="weekly"))

    listen(receiver, monkeypatch, receiver.port)
    for number in range(UNKILLED):
        publish(conn, number)
        with stage(patient, ALERT, run(number)) as child:
            began = at_work(conn, child)
            said, _ = child.communicate(timeout=HANGS)
            assert child.returncode == 0, said
        longest = LONGEST_SHARE * (time.monotonic() - began)
    whole(patient, conn, 0)

    for number in range(UNKILLED, UNKILLED + MOMENTS):
        publish(conn, number)
        receiver.mode, receiver.over = draw.choice((*MODES, TIMES_OUT) if GIVEN else MODES), threading.Event()
        listen(receiver, monkeypatch, receiver.closed if receiver.mode == "refuses" else receiver.port)
        at = draw.uniform(0, longest + webhook.TIMEOUT_SECONDS * (receiver.mode == TIMES_OUT))
        with stage(patient, ALERT, run(number)) as child:
            at_work(conn, child)
            with suppress(subprocess.TimeoutExpired):
                child.wait(at)
            child.kill()
            # A courier that waits for an answer outlives its sender until then.
            receiver.over.set()
        until(
            lambda: gone(conn, "nightdesk alert") and gone(conn, "nightdesk send"), "Postgres let go of whom it served"
        )
        where = reached(conn, number)
        found[where] += 1
        receiver.mode = MODES[0]
        listen(receiver, monkeypatch, receiver.port)
        whole(patient, conn, number)

        assert amiss(receiver, number) == [], f"seed {SEED}, moment {number}: killed after {at:.2f} s"
        print(f"seed {SEED}, moment {number - UNKILLED + 1} of {MOMENTS}: {where} after {at:.2f} s")

    places = ", ".join(f"{count} {where}" for where, count in found.most_common())
    print(f"told once: {MOMENTS} moments, nothing lost or doubled; killed {places}")
    changed = [key for key, bodies in receiver.given.items() if len(bodies) > 1]
    assert changed == [], "a message said something else on another attempt"


def at_work(conn: postgres.Connection, child: subprocess.Popen[str]) -> float:
    """The moment from which a process is at Postgres, or has ended: until then it only begins."""
    until(lambda: child.poll() is not None or not gone(conn, "nightdesk alert"), "the process began")
    return time.monotonic()


def listen(receiver: Receiver, monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    """Where the two channels are, for whoever is started from now on."""
    for name in ("DESK", "MAIL"):
        monkeypatch.setenv(f"NIGHTDESK_CHANNEL_{name}", f"webhook+http://127.0.0.1:{port}/{name}")


def reached(conn: postgres.Connection, number: int) -> str:
    """How far a killed process had come."""
    ((unmatched,),) = rows(conn, "select count(*) from changes where matched_at is null")
    ((begun, sent, all_of_it),) = rows(
        conn,
        "select count(*) filter (where begun_at is not null or attempts > 0 or state = 'sent') as begun,"
        " count(*) filter (where state = 'sent') as sent, count(*) as number"
        f" from deliveries where run = '{run(number)}' and channel = 'desk'",
    )
    if unmatched:
        return "before it had matched"
    if not begun:
        return "before it sent"
    return "while it sent" if sent < all_of_it else "when all was sent"


def run(number: int) -> str:
    return f"2026-11-{number % 28 + 1:02}T{number // 28:02}00"


def publish(conn: postgres.Connection, number: int) -> None:
    """New stories, each by two outlets, as load leaves them."""
    with conn:
        for story in range(STORIES):
            first = 0
            for source in ("sana", "nahr"):
                title = f"flood and water {number} {story}"
                article = factories.article(
                    conn, source, f"{number}/{story}/{source}", title, title, run=run(number), language="en",
                    first_run=run(number), loaded_run=run(number), url=f"https://{source}.test/{number}/{story}",
                )  # fmt: skip
                first = first or article
                factories.revision(conn, article, 1, title, title, source=source)
                factories.change(conn, article, "new", 1, run=run(number), source=source)
                with conn.cursor() as cursor:
                    cursor.execute(
                        "insert into story_articles (article_id, story_id, told_at) values (%s, %s, now())",
                        (article, first),
                    )


def whole(settings: Settings, conn: postgres.Connection, number: int) -> None:
    """The same run again, to its end; what is collected is due by now."""
    alert.match(settings, run(number))
    for channel in ("desk", "mail"):
        with conn:
            channel_states.resume(conn, channel)
    rows(conn, "update deliveries set due_at = now(), next_at = now() where state = 'waiting'")
    alert.send(settings, run(number))
    assert rows(conn, "select count(*) from deliveries where state <> 'sent'") == [(0,)]


def amiss(receiver: Receiver, number: int) -> list[str]:
    """What was told other than once so far, of each watch and story."""
    told = Counter(
        (watch, one["title"])
        for message in receiver.taken.values()
        for one in message["alerts"]
        for watch in one["watches"]
    )
    titles = [f"flood and water {n} {story}" for n in range(number + 1) for story in range(STORIES)]
    return [
        f"{watch}: {title} {told[watch, title]} times"
        for watch in ("now", "also", "later")
        for title in titles
        if told[watch, title] != 1
    ]

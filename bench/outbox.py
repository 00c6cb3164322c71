"""Sending many alerts to a webhook beside httpx alone: the same bodies to the same receiver, in the same run.

python -m bench outbox [--alerts 10000]: posts a second of httpx with one kept connection, of one sender and of two that
share the outbox; and of one sender while another channel answers after five seconds each time. Senders and httpx work
in turns of a second.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress

import httpx

from bench import fresh
from pipelines import settings as configuration
from pipelines import steering
from pipelines.notify import delivery
from pipelines.settings import Settings
from pipelines.stores import postgres

# What must be reached of what httpx does.
LEAST = 0.5
SLOW_SECONDS, SLOW_ALERTS = 5.0, 3
# Seconds that senders and httpx have in turn.
TURN = 1.0
SENDER = """
from pipelines.alert import stage as alert
from pipelines.settings import settings
print("ready", flush=True)
input()
alert.send(settings())
"""
RUN = "2026-11-22T0200"
TITLE = "غارة على الرقّة تقتل ثلاثة مدنيين وتصيب آخرين"
ARTICLE = """
with url as (
    insert into urls (source, url_key, url, host, kind, state, discovered_run)
    values ('sana', 'k', 'https://sana.test/news/1', 'sana.test', 'article', 'stored', %(run)s) returning id
), fetched as (
    insert into fetches (run, source, url_id, url, fetched_at, outcome)
    select %(run)s, 'sana', id, 'https://sana.test/news/1', now(), 'fetched' from url returning id, url_id
)
insert into articles (source, url_id, url, canonical_url, canonical_key, title, text, language, page_digest,
    title_digest, text_digest, extractor, fetch_id, fetched_at, seen_at, first_run, first_fetched_at, loaded_run)
select 'sana', url_id, 'https://sana.test/news/1', '', '', %(title)s, 'نص', 'ar', '', '', '', 'x1', id, now(), now(),
    %(run)s, now(), %(run)s
from fetched returning id
"""
ALERTS = """
with made as (
    insert into alerts (watch, kind, subject_id, article_id, revision, run, source, matches)
    select %(channel)s, 'new', n, %(article)s, 1, %(run)s, 'sana', %(matches)s from generate_series(1, %(count)s) n
    returning id, subject_id
), sent as (
    insert into deliveries (key, channel, watch, kind, run, subject)
    select %(channel)s || '/' || subject_id || '/new/1', %(channel)s, %(channel)s, 'single', %(run)s, %(title)s
    from made order by subject_id
    returning id, key
)
insert into delivered_alerts (delivery_id, alert_id)
select sent.id, made.id from sent join made on sent.key = %(channel)s || '/' || made.subject_id || '/new/1'
"""
MATCHES = [{"term": "الرقة", "surface": "الرقّة", "field": "title", "offset": 9, "snippet": TITLE}]


def main(words: list[str]) -> int:
    """Measure and print; exit 1 where one sender is slower than it must be, or a slow channel holds another up."""
    parser = argparse.ArgumentParser(prog="python -m bench outbox", description=__doc__)
    parser.add_argument("--alerts", type=int, default=10_000)
    parser.add_argument("--serve", type=float, default=None, help=argparse.SUPPRESS)
    given = parser.parse_args(words)
    if given.serve is not None:
        asyncio.run(_serve(given.serve))
        return 0
    with _receiver(0.0) as fast, _receiver(SLOW_SECONDS) as slow, fresh.installation() as settings:
        with postgres.connection(settings) as conn, conn, conn.cursor() as cursor:
            cursor.execute(ARTICLE, {"run": RUN, "title": TITLE})
            article = cursor.fetchone()["id"]  # type: ignore[index,call-overload]
        return _measure(settings, article, given.alerts, fast, slow)


def _measure(settings: Settings, article: int, count: int, fast: str, slow: str) -> int:
    known = {"one": fast, "two": fast, "beside": fast, "slow": slow}
    worst = 1.0
    for name, senders, said in (
        ("one", 1, "one sender"),
        ("two", 2, "two senders together"),
        ("beside", 1, f"one sender while another channel answers after {SLOW_SECONDS:.0f} seconds"),
    ):
        _fill(settings, article, name, count)
        if name == "beside":
            _fill(settings, article, "slow", SLOW_ALERTS)
        rate, alone = _in_turns(settings, known, name, senders, count, fast)
        worst = min(worst, rate / alone)
        print(
            f"outbox: {said} {rate:,.0f} posts a second, httpx alone {alone:,.0f}: {rate / alone:.2f} of it", flush=True
        )
    print(f"outbox: {count:,} posts of one alert each, httpx and senders in turns of {TURN:.0f} s; {LEAST} is asked")
    return int(worst < LEAST)


def _in_turns(
    settings: Settings, known: dict[str, str], name: str, senders: int, count: int, url: str
) -> tuple[float, float]:
    """Posts a second of so many senders until the last message of a channel is marked, and of httpx alone meanwhile.

    The senders stand still while httpx has its turn: what else the machine does changes, and so both meet the same.
    """
    channels = {f"NIGHTDESK_CHANNEL_{channel.upper()}": f"webhook+{at}" for channel, at in known.items()}
    ours = {**os.environ, **configuration.export(settings), **channels}
    took = alone_took = 0.0
    posts = 0
    with ExitStack() as stack:
        children = [stack.enter_context(_sender(ours)) for _ in range(senders)]
        conn = stack.enter_context(postgres.connection(settings))
        client = stack.enter_context(httpx.Client())
        left = count
        while left:
            began = time.monotonic()
            _signal(children, signal.SIGCONT)
            while time.monotonic() < began + TURN and any(child.poll() is None for child in children):
                time.sleep(0.01)
            _signal(children, signal.SIGSTOP)
            took += time.monotonic() - began
            left = count - _count(conn, name)
            if left and all(child.poll() is not None for child in children):
                raise SystemExit(f"not all messages of the channel {name} were sent")
            began, body = time.monotonic(), _body()
            while time.monotonic() < began + TURN:
                client.post(url, content=body, headers={"Idempotency-Key": str(posts)}).raise_for_status()
                posts += 1
            alone_took += time.monotonic() - began
    return count / took, posts / alone_took


@contextmanager
def _sender(ours: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A sender in a process of its own, ready, and standing still until it is told to go on."""
    child = subprocess.Popen(
        [sys.executable, "-c", SENDER], env=ours, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    assert child.stdin and child.stdout
    try:
        child.stdout.readline()
        os.killpg(child.pid, signal.SIGSTOP)
        child.stdin.write("go\n")
        child.stdin.flush()
        yield child
    finally:
        _signal([child], signal.SIGKILL)
        child.communicate()


def _signal(children: Sequence[subprocess.Popen[str]], number: int) -> None:
    """To the senders and their couriers."""
    for child in children:
        if child.poll() is None:
            os.killpg(child.pid, number)


def _count(conn: postgres.Connection, name: str) -> int:
    with conn, conn.cursor() as cursor:
        cursor.execute("select count(*) as n from deliveries where channel = %s and state = 'sent'", (name,))
        return int(cursor.fetchone()["n"])  # type: ignore[index,call-overload]


def _body() -> bytes:
    """What a sender posts of one alert."""
    alert_ = {"kind": "new", "title": TITLE, "url": "https://sana.test/news/1", "source": "sana", "language": "ar"}
    message = delivery.render(
        "one/1/new/1", "one", TITLE, [{**alert_, "published_at": None, "published_precision": "", "matches": MATCHES}]
    )
    return steering.as_json(message.payload).encode()


def _fill(settings: Settings, article: int, channel: str, count: int) -> None:
    given = {"channel": channel, "article": article, "run": RUN, "count": count, "title": TITLE}
    with postgres.connection(settings) as conn, conn, conn.cursor() as cursor:
        cursor.execute(ALERTS, {**given, "matches": postgres.json(MATCHES)})


@contextmanager
def _receiver(seconds: float) -> Iterator[str]:
    """A process that takes every post, after so many seconds."""
    command = [sys.executable, "-m", "bench", "outbox", "--serve", str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        try:
            yield f"http://127.0.0.1:{int(child.stdout.readline())}/"
        finally:
            child.terminate()


async def _serve(seconds: float) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower().split(b"\r\n")
                length = next(int(line.split(b":")[1]) for line in head if line.startswith(b"content-length:"))
                await reader.readexactly(length)
                await asyncio.sleep(seconds)
                writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
                await writer.drain()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

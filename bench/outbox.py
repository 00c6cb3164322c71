"""Sending many alerts to a webhook beside httpx alone: the same bodies to the same receiver, in the same run.

python -m bench outbox [--alerts 10000]: posts a second of httpx with one kept connection, of one sender and of two that
share the outbox; and of one sender while another channel answers after five seconds each time.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

import httpx

from bench import fresh
from pipelines import steering
from pipelines.alert import stage as alert
from pipelines.notify import delivery
from pipelines.settings import Settings
from pipelines.stores import postgres as db

# What must be reached of what httpx does.
LEAST = 0.5
SLOW_SECONDS, SLOW_ALERTS = 5.0, 3
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
    insert into alerts (watch, kind, story, article_id, revision, run, source, matches)
    select %(channel)s, 'new', n, %(article)s, 1, %(run)s, 'sana', %(matches)s from generate_series(1, %(count)s) n
    returning id, story
), sent as (
    insert into deliveries (key, channel, watch, kind, run, subject)
    select %(channel)s || '/' || story || '/new/1', %(channel)s, %(channel)s, 'single', %(run)s, %(title)s
    from made order by story
    returning id, key
)
insert into delivered_alerts (delivery_id, alert_id)
select sent.id, made.id from sent join made on sent.key = %(channel)s || '/' || made.story || '/new/1'
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
        with db.connection(settings) as conn, conn, conn.cursor() as cursor:
            cursor.execute(ARTICLE, {"run": RUN, "title": TITLE})
            article = cursor.fetchone()["id"]  # type: ignore[index,call-overload]
        return _measured(settings, article, given.alerts, fast, slow)


def _measured(settings: Settings, article: int, count: int, fast: str, slow: str) -> int:
    known = {"one": fast, "two": fast, "beside": fast, "slow": slow}
    known = {name: f"webhook+{url}" for name, url in known.items()}
    alone = [_alone(fast, count)]
    worst = 1.0
    for name, senders, said in (
        ("one", 1, "one sender"),
        ("two", 2, "two senders together"),
        ("beside", 1, f"one sender while another channel answers after {SLOW_SECONDS:.0f} seconds"),
    ):
        _fill(settings, article, name, count)
        if name == "beside":
            _fill(settings, article, "slow", SLOW_ALERTS)
        rate = _sent(settings, known, name, senders, count)
        alone.append(_alone(fast, count))
        # What else the machine does changes in minutes: beside what httpx did just before and just after.
        share = rate / ((alone[-2] + alone[-1]) / 2)
        worst = min(worst, share)
        print(f"outbox: {said} {rate:,.0f} posts a second, {share:.2f} of httpx alone", flush=True)
    each = ", ".join(f"{rate:,.0f}" for rate in alone)
    print(f"outbox: {count:,} posts of one alert each; httpx alone, before, between and after: {each} posts a second")
    print(f"outbox: at least {LEAST} is asked of each")
    return int(worst < LEAST)


def _alone(url: str, count: int) -> float:
    """Posts a second of httpx, one after the other over one connection."""
    alert_ = {"kind": "new", "title": TITLE, "url": "https://sana.test/news/1", "source": "sana", "language": "ar"}
    message = delivery.render(
        "one/1/new/1", "one", TITLE, [{**alert_, "published_at": None, "published_precision": "", "matches": MATCHES}]
    )
    body = steering.as_json(message.payload).encode()
    with httpx.Client() as client:
        began = time.monotonic()
        for number in range(count):
            client.post(url, content=body, headers={"Idempotency-Key": str(number)}).raise_for_status()
        return count / (time.monotonic() - began)


def _sent(settings: Settings, known: dict[str, str], name: str, senders: int, count: int) -> float:
    """Posts a second until the last message of a channel is marked as sent, by the clock that marks it.

    Nobody asks meanwhile how far it is: counting the rows of a large outbox takes time from who works it off.
    """
    send: Callable[[int], object] = lambda _: alert.send(settings, channels=known)  # noqa: E731
    with db.connection(settings) as conn, ThreadPoolExecutor(senders) as pool:
        began = _asked(conn, "select clock_timestamp() as said")
        for done in [pool.submit(send, number) for number in range(senders)]:
            done.result()
        sent = "select count(*) as said from deliveries where channel = %s and state = 'sent'"
        if _asked(conn, sent, name) != count:
            raise SystemExit(f"not all messages of the channel {name} were sent")
        ended = _asked(conn, "select max(sent_at) as said from deliveries where channel = %s", name)
    return count / float((ended - began).total_seconds())


def _asked(conn: db.Connection, statement: str, *given: str) -> Any:
    with conn, conn.cursor() as cursor:
        cursor.execute(statement, given)
        return cursor.fetchone()["said"]  # type: ignore[index,call-overload]


def _fill(settings: Settings, article: int, channel: str, count: int) -> None:
    given = {"channel": channel, "article": article, "run": RUN, "count": count, "title": TITLE}
    with db.connection(settings) as conn, conn, conn.cursor() as cursor:
        cursor.execute(ALERTS, {**given, "matches": db.json(MATCHES)})


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

"""Many hosts at one request per second each in one crawl process, one of them with a long backlog, then SIGTERM.

python -m bench hosts [--hosts 200] [--seconds 30]: requests per host and second as the server counts them, the CPU
share of the crawl's process (Postgres and the server are others), and how long it takes to close.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from bench import fresh
from pipelines.model import Source
from pipelines.settings import Settings, export
from pipelines.stores import postgres

DOMAIN = "bench.test"
RUN = "2026-11-22T0200"
BACKLOG = 2000
RATE, CLOSE = 0.95, 5.0
# robots.txt, the feed and a first page of every host come before the measurement.
WARM = 3
START_WITHIN = 180.0
PARAGRAPH = "The council said on Monday that the bridge would stay closed until the spring. " * 12
PAGE = f"<html><head><title>%s</title></head><body>{'<p>' + PARAGRAPH + '</p>'}</body></html>"


def main(words: list[str]) -> int:
    """Measure and print; exit 1 where the rate or the close misses what it must be."""
    parser = argparse.ArgumentParser(prog="python -m bench hosts", description=__doc__)
    parser.add_argument("--hosts", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args(words)
    if given.serve:
        asyncio.run(_serve(int(given.seconds) + 60))
        return 0
    with (
        _server(given.seconds) as (address, log),
        fresh.installation(host_map=f"*.{DOMAIN}={address}") as settings,
    ):
        return _measure(settings, log, given.hosts, given.seconds)


def _measure(settings: Settings, log: list[tuple[float, str]], hosts: int, seconds: float) -> int:
    """Crawl, count, stop."""
    env = {**os.environ, **export(settings), "NIGHTDESK_DATABASE_URL": postgres.url(settings)}
    command = [sys.executable, "-m", "spiders", "crawl", "--run", RUN, "--budget", "3600"]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=env, text=True)
    assert child.stdin
    # The ledger is not what is measured here: as many URLs as can be asked for, and a few.
    child.stdin.write(json.dumps([asdict(_source(n, int(seconds * 1.2) + 30)) for n in range(hosts)]))
    child.stdin.close()
    deadline = time.monotonic() + START_WITHIN
    while (begun := sum(count >= WARM for count in Counter(host for _, host in list(log)).values())) < hosts:
        if time.monotonic() > deadline or child.poll() is not None:
            print(f"hosts: only {begun} of {hosts} got as far as their first page", file=sys.stderr)
            child.kill()
            return 1
        time.sleep(0.1)
    begin, used = time.time(), _cpu(child.pid)
    time.sleep(seconds)
    end, used = time.time(), _cpu(child.pid) - used
    child.send_signal(signal.SIGTERM)
    stopped = time.monotonic()
    child.wait()
    close = time.monotonic() - stopped
    counted = Counter(host for at, host in list(log) if begin <= at < end)
    rate = sum(counted.values()) / (hosts * (end - begin))
    least = min(counted.get(f"h{n}.{DOMAIN}", 0) for n in range(hosts)) / (end - begin)
    cpu = used / (end - begin)
    per_request = 1000 * used / max(sum(counted.values()), 1)
    print(
        f"hosts: {hosts} hosts at 1 request/s each in one process: {rate:.3f} of the intended rate (at least {RATE}), "
        f"the slowest host {least:.2f}/s; {cpu:.0%} of a core, {per_request:.1f} ms a request"
    )
    print(f"hosts: closed {close:.1f} s after SIGTERM with {BACKLOG} URLs left at one host (within {CLOSE:.0f} s)")
    return int(rate < RATE or close > CLOSE)


def _source(number: int, pages: int) -> Source:
    host = f"h{number}.{DOMAIN}"
    return Source(
        name=f"h{number}",
        title=host,
        url=f"http://{host}/",
        country="GB",
        language="en",
        timezone="Europe/London",
        feeds=(f"http://{host}/feed/{BACKLOG if number == 0 else pages}",),
        delay=1.0,
        max_pages=10_000,
    )


def _cpu(pid: int) -> float:
    """Seconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _server(seconds: float) -> Iterator[tuple[str, list[tuple[float, str]]]]:
    """A server in a process of its own: its address, and what it was asked for, (time, host), as it comes."""
    command = [sys.executable, "-m", "bench.hosts", "--serve", "--seconds", str(seconds + START_WITHIN)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        address = server.stdout.readline().strip()
        log: list[tuple[float, str]] = []

        def read() -> None:
            assert server.stdout
            for line in server.stdout:
                at, _, host = line.strip().partition(" ")
                log.append((float(at), host))

        threading.Thread(target=read, daemon=True).start()
        try:
            yield address, log
        finally:
            server.terminate()


async def _serve(seconds: int) -> None:
    """Answer as a proxy does for every host: /feed/N, else an article; print what was asked."""
    server = await asyncio.start_server(_answer, "127.0.0.1", 0, backlog=1024)
    address, port = server.sockets[0].getsockname()[:2]
    print(f"{address}:{port}", flush=True)
    await asyncio.sleep(seconds)


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            host, _, path = head.split(b" ", 2)[1].decode().removeprefix("http://").partition("/")
            print(f"{time.time():.4f} {host}", flush=True)
            status, body = "200 OK", gzip.compress((PAGE % path).encode(), 1)
            if path == "robots.txt":
                status, body = "404 Not Found", gzip.compress(b"")
            elif path.startswith("feed/"):
                links = "".join(f"<item><link>http://{host}/news/{n}</link></item>" for n in range(int(path[5:])))
                body = gzip.compress(f"<rss version='2.0'><channel>{links}</channel></rss>".encode(), 1)
            lines = f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n"
            writer.write(f"{lines}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        return
    finally:
        writer.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""A line to Postgres of one process' own: it knows which processes use it, and can be cut as a network is."""

from __future__ import annotations

import asyncio
import socket
import struct
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit, urlunsplit

PORT = 5432
READ_BYTES = 65536
# struct ucred of the Linux kernel: pid, uid, gid.
UCRED = "3i"
# The first words of what a client sends: the message's length and the version of the protocol.
STARTUP = "!ii"


@dataclass
class Line:
    """address: that of the database by this line. owner: whose connection one is, by the client's pid.

    open: the connections of each owner now, by database. most: the most of each owner at one time, by database.
    peak: the most of all together at one time.
    """

    address: str
    owner: Callable[[int], str]
    loop: asyncio.AbstractEventLoop
    whole: asyncio.Event
    open: Counter[tuple[str, str]] = field(default_factory=Counter)
    most: Counter[tuple[str, str]] = field(default_factory=Counter)
    peak: int = 0

    def cut(self) -> None:
        """Let nothing through from now on, in neither direction; nobody is told."""
        self.loop.call_soon_threadsafe(self.whole.clear)

    def mend(self) -> None:
        """Let everything through again, what waits first."""
        self.loop.call_soon_threadsafe(self.whole.set)


@contextmanager
def line(address: str, owner: Callable[[int], str] = lambda pid: "") -> Iterator[Line]:
    """A line to the server of this address, over a Unix socket."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    # The path of a socket has at most 107 bytes, which a test's own folder may use up.
    with tempfile.TemporaryDirectory(prefix="nightdesk-line-") as folder:
        made = Line(_by(address, Path(folder)), owner, loop, asyncio.Event())
        made.whole.set()
        serving = asyncio.run_coroutine_threadsafe(
            asyncio.start_unix_server(
                lambda reader, writer: _carry(made, address, reader, writer), f"{folder}/.s.PGSQL.{PORT}"
            ),
            loop,
        ).result()
        try:
            yield made
        finally:
            loop.call_soon_threadsafe(serving.close)
            asyncio.run_coroutine_threadsafe(_end_all(), loop).result()
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()


def _by(address: str, folder: Path) -> str:
    parts = urlsplit(address)
    login = parts.netloc.rpartition("@")[0]
    return urlunsplit(
        parts._replace(netloc=f"{login}@" if login else "", query=f"host={quote(str(folder))}&port={PORT}")
    )


async def _carry(made: Line, address: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Carry one connection, both ways."""
    credentials = writer.get_extra_info("socket").getsockopt(
        socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize(UCRED)
    )
    pid, _, _ = struct.unpack(UCRED, credentials)
    begins = b""
    with suppress(OSError, asyncio.IncompleteReadError):
        begins = await reader.readexactly(struct.calcsize(STARTUP))
        begins += await reader.readexactly(struct.unpack(STARTUP, begins)[0] - len(begins))
        named = begins[struct.calcsize(STARTUP) :].split(b"\0")
        facts = dict(zip(named[::2], named[1::2], strict=False))
        whose = (made.owner(pid), facts.get(b"database", b"").decode())
        made.open[whose] += 1
        made.most[whose] = max(made.most[whose], made.open[whose])
        made.peak = max(made.peak, made.open.total())
        try:
            await made.whole.wait()
            there, back = await _reach(address)
            back.write(begins)
            await asyncio.gather(_pump(made, reader, back), _pump(made, there, writer))
        finally:
            made.open[whose] -= 1
    writer.close()


async def _reach(address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    parts = urlsplit(address)
    asked = parse_qs(parts.query)
    host, port = parts.hostname or asked["host"][0], parts.port or int(asked.get("port", [str(PORT)])[0])
    if host.startswith("/"):
        return await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
    return await asyncio.open_connection(host, port)


async def _pump(made: Line, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Carry one way until its end, which is passed on too."""
    with suppress(OSError):
        while read := await reader.read(READ_BYTES):
            await made.whole.wait()
            writer.write(read)
            await writer.drain()
    await made.whole.wait()
    writer.close()


async def _end_all() -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)

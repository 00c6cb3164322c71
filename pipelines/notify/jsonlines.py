"""A file as a channel, `file:///folder/alerts.jsonl`: one line of JSON for each message, each message once."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from pipelines import steering
from pipelines.notify.message import Carry, Message, Receipt, ReceiptCode

# To write to a file may take this many seconds. Chosen: a disk over a network that takes longer is down.
TIMEOUT_SECONDS = 15.0
# An earlier copy of a message is searched for in this many bytes at the end of the file, because after a kill the copy
# is among the last few lines.
TAIL_BYTES = 1024 * 1024


@contextmanager
def open_carrier(address: str) -> Iterator[Carry]:
    """A function that adds messages to a file; ValueError if the address cannot be used."""
    path = check(address)

    def carry(message: Message, _: Sequence[str], __: Callable[[str], None]) -> Receipt:
        line = steering.as_json(message.payload).encode() + b"\n"
        try:
            with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600), "r+b") as file:
                # Other senders may write to the file at the same time.
                fcntl.flock(file, fcntl.LOCK_EX)
                if not _is_there(file, message.key):
                    file.write(line)
                    file.flush()
                    os.fsync(file.fileno())
        except OSError as error:
            return Receipt(code=ReceiptCode.DOWN, said=f"the file cannot be written: {error.strerror}")
        return Receipt(code=ReceiptCode.SENT)

    yield carry


def check(address: str) -> Path:
    """The file that an address names; ValueError if it names none."""
    parts = urlsplit(address)
    path = Path(unquote(parts.path))
    if parts.netloc or not path.is_absolute() or not path.name or "\0" in str(path):
        raise ValueError("it names no file by its whole path")
    return path


def _is_there(file: BinaryIO, key: str) -> bool:
    """Whether one of the newest lines is the message with this key. Removes a torn last line, and leaves the position
    at the file's end."""
    size = file.seek(0, os.SEEK_END)
    begin = file.seek(max(size - TAIL_BYTES, 0))
    tail = file.read()
    end = begin + tail.rfind(b"\n") + 1 if b"\n" in tail or not begin else size
    file.truncate(file.seek(end))
    return any(_key(line) == key for line in tail[: end - begin].splitlines())


def _key(line: bytes) -> str:
    """The key of a line; empty if the line is not ours, or only the end of one."""
    try:
        found = json.loads(line)
    except ValueError:
        return ""
    return str(found.get("key", "")) if isinstance(found, dict) else ""

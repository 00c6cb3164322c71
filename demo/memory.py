"""How much memory a night takes: this process, all it started, and the embedded Postgres, looked at now and then."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]

SECONDS = 1.0


@dataclass(kw_only=True)
class Peak:
    """The most memory seen so far, in bytes.

    total: of all processes at one moment, what they share counted once. largest: of one process, with its command.
    """

    total: int = 0
    processes: int = 0
    largest: int = 0
    command: str = ""


@contextmanager
def watch_memory(data: Path | None = None, *, every: float = SECONDS) -> Iterator[Peak]:
    """Look every so many seconds while the block runs, and at its end; data: the folder of an embedded Postgres."""
    peak = Peak()
    over = threading.Event()
    thread = threading.Thread(target=_look, args=(peak, data, every, over), daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        over.set()
        thread.join()


def _look(peak: Peak, data: Path | None, every: float, over: threading.Event) -> None:
    ended = False
    while not ended:
        ended = over.wait(every)
        total = count = 0
        for process in _ours(data):
            # A process may end while it is looked at.
            with suppress(psutil.Error):
                shared = process.memory_full_info()
                total += shared.pss
                count += 1
                if shared.rss > peak.largest:
                    peak.largest, peak.command = shared.rss, _command(process.cmdline())
        if total > peak.total:
            peak.total, peak.processes = total, count


def _ours(data: Path | None) -> Iterator[psutil.Process]:
    roots = [os.getpid()]
    # The embedded server is nobody's child.
    with suppress(OSError, ValueError, IndexError):
        if data:
            roots.append(int((data / "postgres" / "postmaster.pid").read_text(encoding="utf-8").split()[0]))
    for root in roots:
        with suppress(psutil.Error):
            parent = psutil.Process(root)
            yield from (parent, *parent.children(recursive=True))


def _command(words: Sequence[str]) -> str:
    """A command without folders and addresses; Airflow writes one word over all of them, then `--` and a key."""
    shown = [Path(word).name for word in words[:4] if word and "://" not in word]
    return " ".join(shown).split(" --")[0].strip()

"""Limits of time that hold on any machine: where it is slow or busy, a known piece of work takes longer too.

A limit is written in seconds of the machine that REFERENCE_SECONDS was measured on. Nothing is measured where a limit
holds as it stands; where it does not, it grows by as much as the known work takes longer here and now.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from statistics import median

Clock = Callable[[], float]
# What `_known_work` takes on the machine that the tests were written on: CPU seconds, the least of twenty.
REFERENCE_SECONDS = 0.11
# So often the known work is done: one disturbance says nothing.
TIMES = 3


@contextmanager
def cpu_below(seconds: float, what: str = "", *, clock: Clock = time.process_time) -> Iterator[None]:
    """Assert that the block takes less CPU of this process; a clock that counts in hundredths of a second will do."""
    began = clock()
    yield
    took = clock() - began
    assert fits(took, seconds, clock), f"{what} took {took:.2f} s".strip()


def wall_below(seconds: float, what: str = "") -> AbstractContextManager[None]:
    """Assert that the block takes less time by the clock on the wall."""
    return cpu_below(seconds, what, clock=time.monotonic)


def fits(took: float, seconds: float, clock: Clock = time.process_time) -> bool:
    """Whether what took so long by a clock is within a limit."""
    return took < seconds or took < seconds * pace(clock)


def apart(gaps: Iterable[float], seconds: float, late: float) -> bool:
    """Whether what was written down came so far apart, where a thread may write a thing down so much too late.

    Half of it at the least, on the slowest machine.
    """
    short = seconds - min(gaps)
    return short < seconds / 2 and fits(short, late, time.monotonic)


def pace(clock: Clock = time.process_time) -> float:
    """How many times longer than on the machine of the limits something takes here and now; 1 at the least."""
    return max(1.0, median(_took(clock) for _ in range(TIMES)) / REFERENCE_SECONDS)


def _took(clock: Clock) -> float:
    began = clock()
    _known_work()
    return clock() - began


def _known_work() -> None:
    """Some of what our own code does all the time: patterns, words, dictionaries, sorting."""
    text = "The bridge was opened on 22/11/2026, said the mayor; قال رئيس البلدية إن الجسر فتح. " * 120
    for turn in range(80):
        words = re.findall(r"\w+", text)
        known = {f"{word}{turn}{number % 50}": number for number, word in enumerate(words)}
        sorted(known, key=lambda word: (len(word), word))
        re.sub(r"(\d+)/(\d+)/(\d+)", r"\3-\2-\1", text).split(" ")

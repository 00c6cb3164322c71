"""A limit on the CPU time of one page, by a timer of the operating system. Waiting does not count."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

# When the time of a page is up, the timer raises TooSlow, and again after each further span of this many seconds of CPU
# time. Chosen: code that swallows the first error is stopped soon by the next one.
AGAIN_SECONDS = 0.25


class TooSlow(BaseException):
    """The time is up. This is not an Exception, because the called libraries catch Exceptions and would go on."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TooSlow in the block when this process has used `seconds` of CPU time. Outside a process's main thread
    there is no limit."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(number: int, frame: FrameType | None) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGPROF, ring)
    # The signal comes again, because a library's bare except can swallow the first.
    signal.setitimer(signal.ITIMER_PROF, seconds, AGAIN_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)

"""Connects the pages and the read API to the database: one short connection for each request, a few at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from pipelines.airflow.console import policy
from pipelines.settings import Settings
from pipelines.stores import migrations, postgres


class BusyError(Exception):
    """All connections are in use. The text is for the user."""


class Door:
    """Lets only a few requests at a time use the database, so that slow ones cannot block the API server."""

    def __init__(self, connections: int, application: str) -> None:
        self._places = threading.BoundedSemaphore(connections)
        self._application = application

    def reading(self, current: Settings) -> AbstractContextManager[postgres.Connection]:
        """A connection that only reads, with a time limit; BusyError if other requests use all connections."""
        return self._open(current, read_only=True)

    def writing(self, current: Settings) -> AbstractContextManager[postgres.Connection]:
        """Like `reading`, for a connection that may write."""
        return self._open(current, read_only=False)

    @contextmanager
    def _open(self, current: Settings, *, read_only: bool) -> Iterator[postgres.Connection]:
        if not self._places.acquire(timeout=policy.CONNECTION_WAIT_SECONDS):
            raise BusyError("Nightdesk is busy: others wait for the database already. Try again in a moment.")
        try:
            with postgres.connection(current, application=self._application) as conn:
                postgres.query(conn, "desk_limits", ms=policy.STATEMENT_SECONDS * 1000, read_only=read_only)
                conn.commit()
                migrations.check_migrated(conn)
                yield conn
        finally:
            self._places.release()


# This door is for the pages of the Desk.
DESK = Door(policy.DESK_CONNECTIONS, "nightdesk desk")


class Allowance:
    """The requests that each user may make: `at_once` without a pause, and after that `a_minute` in each minute.

    Each process counts for itself, so with several processes a user may make more.
    """

    def __init__(self, at_once: int, a_minute: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._at_once, self._a_second, self._clock = at_once, a_minute / 60, clock
        self._lock = threading.Lock()
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, name: str) -> float:
        """Count a request of a user; gives 0 if it may be made, else the seconds until one may."""
        now = self._clock()
        with self._lock:
            if len(self._left) >= policy.REMEMBERED:
                # There are too many users to remember, so each of them begins anew with all requests left.
                self._left.clear()
            left, since = self._left.get(name, (float(self._at_once), now))
            left = min(float(self._at_once), left + (now - since) * self._a_second)
            if left < 1:
                self._left[name] = (left, now)
                return (1 - left) / self._a_second
            self._left[name] = (left - 1, now)
            return 0.0

"""All times in the ledger come from one clock, that of Postgres, even if the crawling machine's clock is wrong.
`since_boot` is another clock, to measure how long a process has been silent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import CLOCK_BOOTTIME, clock_gettime, monotonic

from pipelines.stores import postgres


@dataclass(frozen=True)
class Clock:
    """A time, and the moment of this process (in monotonic seconds) at which it was that time. All other times follow
    from these two."""

    at: datetime
    moment: float

    def now(self) -> datetime:
        """The time now."""
        return self.of(monotonic())

    def of(self, moment: float) -> datetime:
        """The time at a moment of this process."""
        return self.at + timedelta(seconds=moment - self.moment)


def of_ledger(conn: postgres.Connection) -> Clock:
    """The clock of Postgres. Within a transaction too, it gives the present time, not the time when the transaction
    began."""
    row = postgres.row(conn, "clock") or {}
    # The process's clock is read after Postgres' answer, so a time of this Clock may be a little behind Postgres' time,
    # and is never ahead of it. In statements it is compared with the time of Postgres.
    return Clock(row["at"], monotonic())


def of_machine() -> Clock:
    """The clock of this machine, for work without a ledger."""
    return Clock(datetime.now(UTC), monotonic())


def since_boot() -> float:
    """Seconds since the machine started. This clock also runs while the process or the machine sleeps."""
    return clock_gettime(CLOCK_BOOTTIME)

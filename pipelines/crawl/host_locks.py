"""Whose turn it is at a host: one process at a time sends to it, however many sources and crawls share it.

A turn is an advisory lock of the crawl's own session. Nobody waits inside Postgres, so there is no deadlock. If a
process is killed, its turns are free at once. `hosts.asked_at` tells the next process when the host was last asked.
While a process has the turn, the column has the value `infinity`: this time is not known yet. If that process is killed
and cannot write the time, the host counts as asked just now.

spiders.pacing knows how fast the process that has the turn asks. Its `HostPacer` says when a turn is taken or given
back here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from pipelines.crawl import policy
from pipelines.stores import postgres

# A host that was never asked gets this many seconds, which are three years. Postgres has no interval without end.
NEVER_SECONDS = 1e8


@dataclass
class HostLocks:
    """The turns that one session has, and the hosts where it waits for one. One thread at a time uses it."""

    conn: postgres.Connection
    ours: set[str] = field(default_factory=set)
    waits: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Turn:
    """A turn that was just taken: how many seconds ago the host was last asked (infinite: never), and how many it still
    rests.
    """

    ago: float
    rest: float


class KeptRobots(NamedTuple):
    """A robots.txt that the ledger has."""

    status: int
    body: str
    age_seconds: float


def take(turns: HostLocks, hosts: Iterable[str]) -> dict[str, Turn]:
    """Take the turn at hosts that are free, without waiting. If another process has the turn, that process learns that
    this one waits.
    """
    wanted = sorted(set(hosts) - turns.ours)
    if not wanted:
        return {}
    with turns.conn:
        got = [row["host"] for row in postgres.query(turns.conn, "take_hosts", hosts=wanted)]
        turns.ours.update(got)
        rows = postgres.query(turns.conn, "turn_of_hosts", hosts=got) if got else []
        missed = sorted(set(wanted) - set(got) - turns.waits)
        if missed:
            turns.waits.update(row["host"] for row in postgres.query(turns.conn, "want_hosts", hosts=missed))
    _unwant(turns, turns.waits & set(got))
    # For an overloaded host the noted time may lie in the future: `ago` would be negative, and is set to 0.
    return {row["host"]: Turn(max(row["ago"], 0.0), row["rest"]) for row in rows}


def leave(turns: HostLocks, asked: Mapping[str, float]) -> None:
    """Give back the turn at hosts. asked: how many seconds ago each host was last asked, infinite if never."""
    gone = {host: ago for host, ago in asked.items() if host in turns.ours}
    if not gone:
        return
    with turns.conn:
        postgres.execute_values(
            turns.conn, "leave_hosts", [(host, min(ago, NEVER_SECONDS)) for host, ago in gone.items()]
        )
    with turns.conn:
        postgres.query(turns.conn, "free_hosts", hosts=list(gone))
    turns.ours -= gone.keys()


def forgo(turns: HostLocks, hosts: Iterable[str]) -> None:
    """Stop waiting for the turn at hosts."""
    _unwant(turns, turns.waits & set(hosts))


def find_wanted(turns: HostLocks) -> set[str]:
    """Those of our hosts at which another process waits."""
    if not turns.ours:
        return set()
    with turns.conn:
        return {row["host"] for row in postgres.query(turns.conn, "wanted_hosts", hosts=sorted(turns.ours))}


def robots(conn: postgres.Connection, place: str) -> KeptRobots | None:
    """The last robots.txt of a host that may still be used."""
    with conn:
        row = postgres.row(conn, "robots_of_host", host=place, stands=policy.ROBOTS_TXT_STANDS)
    return KeptRobots(row["status"], row["body"], row["age"]) if row else None


def count_left(conn: postgres.Connection, sources: Iterable[str], *, past: bool = False) -> dict[str, dict[str, int]]:
    """How many URLs of sources are due and still to be fetched: source -> host -> count."""
    found: dict[str, dict[str, int]] = {}
    with conn:
        for row in postgres.query(conn, "left_by_host", sources=list(sources), past=past):
            found.setdefault(row["source"], {})[row["host"]] = row["count"]
    return found


def _unwant(turns: HostLocks, hosts: set[str]) -> None:
    if not hosts:
        return
    with turns.conn:
        postgres.query(turns.conn, "unwant_hosts", hosts=sorted(hosts))
    turns.waits -= hosts

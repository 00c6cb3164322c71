"""Decides whose turn it is at a host: one process at a time sends to a host, however many sources and crawls share it.

A turn is an advisory lock of Postgres that the crawl's own session holds. Nobody waits inside Postgres, so there is no
deadlock. If a process is killed, its turns are free at once. `hosts.asked_at` tells the next process when the host was
last asked. While a process has the turn, the column has the value `infinity`, because the time of its last request is
not known yet. If the process is killed and cannot write the time, the host counts as asked just now.

How fast the process with the turn sends requests, and when it takes or gives back a turn, is decided by `HostPacer` in
spiders.pacing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

from pipelines.stores import postgres

# For a host that was never asked, `asked_at` gets a time that lies this many seconds (three years) in the past, because
# Postgres does not take an infinite interval.
NEVER_SECONDS = 1e8


@dataclass
class HostLocks:
    """The turns of one session, and the hosts where it waits for a turn. Only one thread at a time may use them."""

    conn: postgres.Connection
    ours: set[str] = field(default_factory=set)
    waits: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Turn:
    """A turn that was just taken: how many seconds ago the host was last asked (infinite: never), and for how many
    seconds the host still rests.
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
    # A process may store a time in the future, so that an overloaded host rests. Then `ago` is negative, and 0 is
    # given.
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
    """The hosts at which this session has the turn and another process waits for it."""
    if not turns.ours:
        return set()
    with turns.conn:
        return {row["host"] for row in postgres.query(turns.conn, "wanted_hosts", hosts=sorted(turns.ours))}


def robots(conn: postgres.Connection, place: str, stands: timedelta) -> KeptRobots | None:
    """The stored robots.txt of a host; None if there is none, or if it is older than `stands`."""
    with conn:
        row = postgres.row(conn, "robots_of_host", host=place, stands=stands)
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

"""Carries out a person's decision about a held run, from the command line or the Desk: load it, or leave it out.

If the process is killed, the same call again finishes the work.
"""

from __future__ import annotations

from functools import partial

from pipelines.alert import stage as alert
from pipelines.load import quarantine, stage
from pipelines.model import Tally
from pipelines.settings import Settings
from pipelines.sources import folders
from pipelines.stores import articlefile, postgres


def release(settings: Settings, held: quarantine.HeldRun, who: str) -> Tally:
    """Load the articles of a held run, and write the alerts that follow. The caller sends the alerts.

    NightdeskError, and nothing is changed, if the run was rejected, also if that happened while this function waited
    for another load.
    """
    (source,) = folders.read_named(settings, [held.source])
    check = partial(_check_release, held=held)
    note = partial(quarantine.let_go, sources=[held.source], run=held.run, who=who)
    tally = stage.load(settings, source, held.run, check=check, prepare=note)
    alert.match(settings, held.run)
    return tally


def reject(settings: Settings, conn: postgres.Connection, held: quarantine.HeldRun, who: str) -> int:
    """Leave out the articles of a held run, in a transaction of this function; gives how many URLs it rejected."""
    fetches = [line.fetch_id for line in articlefile.read(articlefile.path(settings, held.source, held.run))]
    with conn:
        return quarantine.reject(conn, held, fetches, who)


def _check_release(conn: postgres.Connection, held: quarantine.HeldRun) -> None:
    quarantine.check_release(quarantine.of_run(conn, held.source, held.run))

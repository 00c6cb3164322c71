"""Retention of Airflow's own records: old records of runs and old log files of tasks are deleted.

No task can do this, because tasks may not reach Airflow's database. A timer outside of Airflow does it, by `nightdesk
clean`.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.airflow import airflow_home
from pipelines.airflow.api_client import AirflowError
from pipelines.errors import SettingsError
from pipelines.settings import Settings

# An approval (of the Dags `follow`, `import` and `backfill`) may wait this many days. Airflow's records are kept longer
# than that, because an approval cannot be answered without its records.
LONGEST_WAIT_DAYS = 7
DATABASE = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"
# Deleting old records may take this many seconds. Chosen: they are enough for a first deletion after years.
LIMIT_SECONDS = 3600
# If the deletion failed, this many lines of its output are shown. Chosen: they have the end of a traceback.
LAST_LINES = 15


@dataclass(frozen=True, kw_only=True)
class InstalledAirflow:
    """An Airflow to clean: the environment that its commands need, and the folder of its log files."""

    env: Mapping[str, str]
    logs: Path


def check_days(days: int) -> None:
    """Raise SettingsError if this number of days would delete needed records. 0 means for ever."""
    if days and days <= LONGEST_WAIT_DAYS:
        raise SettingsError(
            f"Airflow's records can't be deleted after {days} days, because an approval may wait "
            f"{LONGEST_WAIT_DAYS} days: keep them for {LONGEST_WAIT_DAYS + 1} days or longer, or for ever (0)."
        )


def place(settings: Settings) -> InstalledAirflow | None:
    """The Airflow that the environment names, as in a container; else the Airflow of this data folder, if any.

    The Airflow of the data folder need not be running. If that Airflow uses the embedded Postgres, the Postgres is
    started.
    """
    if os.environ.get(DATABASE):
        folder = Path(os.environ.get("AIRFLOW_HOME", "~/airflow")).expanduser() / "logs"
        return InstalledAirflow(env=os.environ, logs=Path(os.environ.get("AIRFLOW__LOGGING__BASE_LOG_FOLDER", folder)))
    if not airflow_home.home(settings).exists():
        return None
    return InstalledAirflow(
        env=airflow_home.environment(settings, airflow_home.prepare(settings), port=0), logs=airflow_home.logs(settings)
    )


def clean(where: InstalledAirflow, days: int, now: datetime, *, on_line: Callable[[str], None]) -> int:
    """Delete records and logs older than `days` (0: nothing); gives the number of deleted logs. AirflowError if a
    command of Airflow fails."""
    check_days(days)
    if not days:
        on_line("Airflow's records and log files are kept for ever.")
        return 0
    before = now - timedelta(days=days)
    moment = before.astimezone(UTC).isoformat(timespec="seconds")
    _airflow(
        where, "db", "clean", "--clean-before-timestamp", moment, "--skip-archive", "--error-on-cleanup-failure", "-y"
    )
    _airflow(where, "state-store", "clean")
    files = _logs(where.logs, before.timestamp())
    on_line(f"Airflow's records from before {before:%Y-%m-%d} are deleted, and {files} log files with them.")
    return files


def _airflow(where: InstalledAirflow, *words: str) -> None:
    done = subprocess.run(
        airflow_home.command(*words),
        env={**where.env, "PYTHONWARNINGS": "ignore"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LIMIT_SECONDS,
    )
    if done.returncode:
        last = "\n".join(done.stdout.rstrip().splitlines()[-LAST_LINES:])
        raise AirflowError(f"`airflow {' '.join(words[:2])}` ended with {done.returncode}:\n{last}")


def _logs(folder: Path, before: float) -> int:
    """Delete the files of a folder that were last written before `before`, and the folders that become empty."""
    walked = [(Path(name), files) for name, _, files in os.walk(folder, topdown=False)]
    # The ages of the folders are read before anything is deleted, because a deletion gives the folder a new time of
    # change. An empty folder that is new stays: its first file may be about to come.
    old = [name for name, _ in walked if name != folder and _older(name, before)]
    gone = 0
    for name, files in walked:
        for file in files:
            if _older(name / file, before):
                (name / file).unlink(missing_ok=True)
                gone += 1
    for name in old:
        # A folder that still has files cannot be removed, and stays.
        with suppress(OSError):
            name.rmdir()
    return gone


def _older(path: Path, before: float) -> bool:
    try:
        return path.lstat().st_mtime < before
    except FileNotFoundError:
        return False

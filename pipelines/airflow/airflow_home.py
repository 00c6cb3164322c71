"""Airflow's home in the data folder, and Airflow's secrets, environment and database. Only this module knows AIRFLOW_*
variables.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from pipelines import private
from pipelines.airflow.api_client import AirflowError
from pipelines.settings import Settings, export
from pipelines.stores import postgres

# Creating or migrating Airflow's database may take this many seconds. Chosen: they are enough for a slow disk.
MIGRATE_SECONDS = 600
# If the migration failed, this many lines of its log are shown. Chosen: they have the end of a traceback.
LAST_LINES = 15
# The admin's password has PASSWORD_BYTES random bytes, the key that signs tokens JWT_BYTES, and each other key
# KEY_BYTES (Fernet requires 32).
PASSWORD_BYTES, JWT_BYTES, KEY_BYTES = 12, 64, 32

# In a wheel the Dags are inside the package `pipelines`; in a checkout they are beside it.
DAGS = next(up / "dags" for up in Path(__file__).parents[1:3] if (up / "dags").is_dir())
USER = "admin"
# Airflow runs this many tasks at the same time, or two more than NIGHTDESK_CRAWL_SLOTS if that is more. Chosen: these
# keep two cores busy.
PARALLELISM = 6
VERSIONS = ("apache-airflow", "apache-airflow-core")
# Of Airflow's variables in the environment, only those that begin like this are passed on: connections, variables, and
# where figures and traces are sent.
KEPT = ("AIRFLOW_CONN_", "AIRFLOW_VAR_", "AIRFLOW__METRICS__", "AIRFLOW__TRACES__")


@dataclass(frozen=True, kw_only=True)
class Secrets:
    """The random values of a data folder: the login of `make ui`, and the keys by which Airflow signs and encrypts."""

    password: str
    jwt: str
    session: str
    fernet: str


def home(settings: Settings) -> Path:
    """AIRFLOW_HOME of this data folder."""
    return settings.data / "airflow"


def passwords(settings: Settings) -> Path:
    """The file with the login of `make ui`."""
    return home(settings) / "passwords.json"


def logs(settings: Settings) -> Path:
    """The folder of the components' own logs, one file for each."""
    return home(settings) / "logs"


def command(*words: str) -> list[str]:
    """The airflow command of this Python environment."""
    return [sys.executable, "-m", "airflow", *words]


def prepare(settings: Settings) -> Secrets:
    """Make the home and, the first time, its secrets, which only their owner can read. Gives the secrets."""
    folder = home(settings)
    private.data_folder(settings.data)
    private.folder(logs(settings))
    path = folder / "secrets.json"
    if not path.exists():
        fresh = Secrets(
            password=secrets.token_urlsafe(PASSWORD_BYTES),
            jwt=secrets.token_hex(JWT_BYTES),
            session=secrets.token_hex(KEY_BYTES),
            fernet=base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode(),
        )
        _write_private(path, json.dumps(vars(fresh)))
    found = Secrets(**json.loads(path.read_text(encoding="utf-8")))
    _write_private(passwords(settings), json.dumps({USER: found.password}))
    return found


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Lock the home during the block; AirflowError if another process has the lock, because two schedulers conflict."""
    folder = home(settings)
    private.folder(folder)
    with private.open_private(folder / "lock", "w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AirflowError(
                f"Airflow is running already on {settings.data}: stop the `make run` or `make ui` that started it."
            ) from None
        yield


def environment(settings: Settings, keys: Secrets, *, port: int) -> dict[str, str]:
    """The environment of every component, and so of every task: this database, a server on this port of loopback only,
    and no usage statistics for Airflow's makers.
    """
    address = f"http://127.0.0.1:{port}"
    metadata = postgres.airflow_url(settings)
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("AIRFLOW_") or k.startswith(KEPT)}
    airflow = {
        "core__dags_folder": str(DAGS),
        "core__load_examples": "False",
        "core__dags_are_paused_at_creation": "False",
        "core__executor": "LocalExecutor",
        "core__parallelism": str(max(PARALLELISM, settings.crawl_slots + 2)),
        "core__auth_manager": "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager",
        "core__simple_auth_manager_users": f"{USER}:admin",
        "core__simple_auth_manager_passwords_file": str(passwords(settings)),
        "core__fernet_key": keys.fernet,
        "core__execution_api_server_url": f"{address}/execution/",
        "database__sql_alchemy_conn": sync_address(metadata),
        "database__sql_alchemy_conn_async": async_address(metadata),
        "api__host": "127.0.0.1",
        "api__port": str(port),
        "api__base_url": address,
        "api__workers": "1",
        "api__secret_key": keys.session,
        "api__instance_name": "Nightdesk",
        "api_auth__jwt_secret": keys.jwt,
        "dag_processor__refresh_interval": "10",
        "dag_processor__parsing_processes": "1",
        # An unchanged Dag file is read again after this many seconds; Airflow's own value is 30. Chosen: the files
        # change with an installation alone, and a file that changed is read at once.
        "dag_processor__min_file_process_interval": "600",
        "logging__base_log_folder": str(logs(settings) / "tasks"),
        "logging__dag_processor_child_process_log_directory": str(logs(settings) / "dag_processor"),
        "logging__file_task_handler_new_folder_permissions": f"0o{private.FOLDER_MODE:o}",
        "logging__file_task_handler_new_file_permissions": f"0o{private.FILE_MODE:o}",
        "scheduler__enable_health_check": "False",
        # A task's supervisor notices after this many seconds that the task ended or was marked failed in the UI.
        # Airflow's own value is 5.
        "workers__min_heartbeat_interval": "1",
    }
    return {
        **inherited,
        **export(settings),
        **{f"AIRFLOW__{name.upper()}": value for name, value in airflow.items()},
        "NIGHTDESK_DATABASE_URL": postgres.url(settings),
        "AIRFLOW_HOME": str(home(settings)),
        "PYTHONWARNINGS": "ignore",
        "PYTHONUNBUFFERED": "1",
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
        "NO_PROXY": ",".join(filter(None, ["127.0.0.1", "localhost", os.environ.get("NO_PROXY", "")])),
        "SCARF_ANALYTICS": "false",
        "DO_NOT_TRACK": "true",
    }


def sync_address(address: str) -> str:
    """A Postgres address in the form of SQLAlchemy with psycopg2."""
    return urlunsplit(urlsplit(address)._replace(scheme="postgresql+psycopg2"))


def async_address(address: str) -> str:
    """A Postgres address in the form of SQLAlchemy with asyncpg, which writes `ssl` instead of libpq's `sslmode`."""
    parts = urlsplit(address)
    known = {"sslmode": "ssl", "host": "host", "port": "port"}
    query = urlencode([(known[k], v) for k, v in parse_qsl(parts.query) if k in known], safe="/")
    return urlunsplit(parts._replace(scheme="postgresql+asyncpg", query=query))


def migrate(settings: Settings, env: dict[str, str], *, on_line: Callable[[str], None]) -> bool:
    """Migrate Airflow's database to this Airflow's schema, if it differs; gives whether anything was done."""
    record = home(settings) / "migrated.json"
    wanted = {name: version(name) for name in VERSIONS}
    recorded = json.loads(record.read_text(encoding="utf-8")) if record.exists() else {}
    if recorded == {**wanted, "revision": _revision(settings)} and recorded["revision"]:
        return False
    on_line("preparing Airflow's database (once)")
    log = logs(settings) / "migrate.log"
    with private.open_private(log, "wb") as output:
        code = subprocess.call(
            command("db", "migrate"),
            env=env,
            cwd=home(settings),
            stdout=output,
            stderr=subprocess.STDOUT,
            timeout=MIGRATE_SECONDS,
            umask=private.UMASK,
        )
    if code:
        last = log.read_text(encoding="utf-8", errors="replace").rstrip().splitlines()[-LAST_LINES:]
        raise AirflowError(f"Airflow's database could not be prepared ({log}):\n" + "\n".join(last))
    _write_private(record, json.dumps({**wanted, "revision": _revision(settings)}))
    return True


def count_unfinished(settings: Settings) -> int:
    """The number of runs that an earlier Airflow on this data folder left running; 0 before its first start."""
    with postgres.connection(_metadata(settings)) as conn, conn:
        there = postgres.row(conn, "airflow_tables", table="dag_run")
        found = postgres.row(conn, "airflow_unfinished_runs") if there and there["there"] else None
    return int(found["count"]) if found else 0


def _revision(settings: Settings) -> str:
    with postgres.connection(_metadata(settings)) as conn, conn:
        there = postgres.row(conn, "airflow_tables", table="alembic_version")
        found = postgres.row(conn, "airflow_revision") if there and there["there"] else None
    return str(found["version_num"]) if found else ""


def _metadata(settings: Settings) -> Settings:
    return settings.model_copy(update={"database_url": postgres.airflow_url(settings)})


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)

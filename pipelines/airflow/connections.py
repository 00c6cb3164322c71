"""Secrets that are kept in Airflow connections. Only the field `password` of a connection is read, because Airflow
masks it in its logs."""

from __future__ import annotations

from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowNotFoundException


def password(name: str) -> str:
    """The password of a connection; empty if there is no such connection."""
    try:
        return Connection.get(name).password or ""
    except AirflowNotFoundException:
        return ""

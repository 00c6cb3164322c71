"""Who may see our pages: Airflow's own login and roles; it alone imports them, for they are no public interface."""

from __future__ import annotations

from typing import Annotated, Any

from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
from airflow.api_fastapi.auth.managers.models.resource_details import AccessView
from airflow.api_fastapi.core_api.security import get_user, requires_access_view
from fastapi import Depends


def readers() -> list[Any]:
    """Dependencies for an app whose every endpoint is for people: no login is a 401, a user without a role a 403."""
    return [Depends(get_user), Depends(requires_access_view(AccessView.WEBSITE))]


def reader(user: Annotated[BaseUser, Depends(get_user)]) -> str:
    """The name of whoever asks, as Airflow's login knows it."""
    return str(user.get_id())

"""The permissions of the Desk's endpoints, checked by Airflow's own login and roles.

Only this module imports Airflow's login, which is no public interface. A GET only reads. Every other endpoint has its
line in `ACTIONS`; an endpoint without a line is refused to everybody.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Annotated, Any

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.base_auth_manager import BaseAuthManager
from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
from airflow.api_fastapi.auth.managers.models.resource_details import AccessView, TeamDetails
from airflow.api_fastapi.core_api.security import get_user
from fastapi import Depends, HTTPException, Request

READING = ("GET", "HEAD")
# Every action must have this header, which pages of other sites cannot send. docs/decisions.md says why that is enough.
ACTION_HEADER = "Nightdesk-Action"
# No team can have this name, because Airflow separates a user's teams by the colon.
NO_TEAM = "nightdesk:nobody"

User = Annotated[BaseUser, Depends(get_user)]


class Permission(Enum):
    """A permission that a role of Airflow holds. Each permission includes all permissions that are listed before it."""

    READ = "read the Desk", "Viewer"
    WATCH = "set and run watches of their own", "User"
    OPERATE = "act on sources and runs", "Op"
    ADMINISTER = "set channels and what is kept", "Admin"

    def __init__(self, words: str, role: str) -> None:
        self.words = words
        self.role = role


# ACTIONS has the endpoints other than GET, and the permission that each requires. A page with actions adds its lines
# here.
ACTIONS: dict[str, Permission] = {
    "/api/alerts/{number}/ack": Permission.WATCH,
    "/api/alerts/{number}/resend": Permission.WATCH,
    "/api/articles/{number}/golden": Permission.OPERATE,
    "/api/follow": Permission.OPERATE,
    "/api/follow/{run_id}/approve": Permission.OPERATE,
    "/api/follow/{run_id}/refuse": Permission.OPERATE,
    "/api/holds": Permission.ADMINISTER,
    "/api/holds/{number}/release": Permission.ADMINISTER,
    "/api/past/backfill": Permission.OPERATE,
    "/api/past/import": Permission.OPERATE,
    "/api/past/{dag}/{run_id}/approve": Permission.OPERATE,
    "/api/past/{dag}/{run_id}/refuse": Permission.OPERATE,
    "/api/retention": Permission.ADMINISTER,
    "/api/sources/{name}/crawl": Permission.OPERATE,
    "/api/sources/{name}/held/{key}/{work}": Permission.OPERATE,
    "/api/sources/{name}/{work}": Permission.OPERATE,
    "/api/sources/{name}/trials/{key}/{work}": Permission.OPERATE,
    "/api/sources/{name}/unfollow": Permission.OPERATE,
    "/api/sources/{name}/by-hand/{work}": Permission.OPERATE,
    # Several watches may share a list of synonyms, and some of them may belong to other people.
    "/api/synonyms/{name}": Permission.OPERATE,
    "/api/trials/test": Permission.READ,
    "/api/trials/try": Permission.READ,
    "/api/watches/{name}/feed/close": Permission.WATCH,
    "/api/watches/{name}/feed/open": Permission.WATCH,
    "/api/watches/{name}/keep": Permission.WATCH,
    "/api/watches/{name}/mute": Permission.WATCH,
    "/api/watches/{name}/pause": Permission.WATCH,
    "/api/watches/{name}/remove": Permission.WATCH,
    "/api/watches/{name}/resume": Permission.WATCH,
}


def permission_of(method: str, path: str) -> Permission | None:
    """The permission that an endpoint requires; None for an action without a line here, which nobody may do."""
    return Permission.READ if method in READING else ACTIONS.get(path)


def check(request: Request, user: User) -> None:
    """Let a request of this user through, or refuse it with a reason. Every endpoint of the app except the feeds
    depends on this.
    """
    asked = permission_of(request.method, request.scope["route"].path)
    if asked is None:
        raise HTTPException(403, "Nobody may do this.")
    if not may(user, asked):
        raise HTTPException(403, f"Your account may not {asked.words}: that takes Airflow's role {asked.role}.")
    if asked is not Permission.READ or request.method not in READING:
        _check_own_page(request)


def _check_own_page(request: Request) -> None:
    """Refuse requests that another site's page makes a browser send with this user's cookie.

    A form of another site cannot add a header. A script of another site could add the header only if this server's
    answer to the browser's preflight request allowed that.
    """
    if request.headers.get(ACTION_HEADER) is None:
        raise HTTPException(403, f"An action needs the header {ACTION_HEADER}: no page of another site can send it.")
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise HTTPException(403, "An action is asked for by a page of this site, not by one of another.")


def may(user: BaseUser, permission: Permission) -> bool:
    """Whether this user's role in Airflow holds the permission."""
    return HOLDS[permission](get_auth_manager(), user)


def names_of(user: BaseUser) -> list[str]:
    """The names of a user's permissions, for a page that shows only allowed actions."""
    return [permission.name.lower() for permission in Permission if may(user, permission)]


def reader(user: User) -> str:
    """The user's name in Airflow's login."""
    return str(user.get_id())


def name_of(user: BaseUser) -> str:
    """The name of a user for people to read."""
    return str(user.get_name())


def _may_administer(manager: BaseAuthManager[Any], user: BaseUser) -> bool:
    """Whether a user is an administrator. In Airflow's FAB manager, such a user may change roles; in its simple
    manager, such a user has access even to NO_TEAM.
    """
    if not manager.is_authorized_custom_view(method="PUT", resource_name="Roles", user=user):
        return False
    try:
        return manager.is_authorized_team(method="PUT", details=TeamDetails(name=NO_TEAM), user=user)
    except NotImplementedError:
        return True


# HOLDS has one right for each permission. In both of Airflow's auth managers (the simple one and FAB's), the
# permission's role has this right and no lower role has it. The rights are, in order: to see the website; to set up
# Dags and their runs; to set variables; to assign roles.
HOLDS: dict[Permission, Callable[[BaseAuthManager[Any], BaseUser], bool]] = {
    Permission.READ: lambda manager, user: manager.is_authorized_view(access_view=AccessView.WEBSITE, user=user),
    Permission.WATCH: lambda manager, user: manager.is_authorized_dag(method="PUT", user=user),
    Permission.OPERATE: lambda manager, user: manager.is_authorized_variable(method="PUT", user=user),
    Permission.ADMINISTER: _may_administer,
}

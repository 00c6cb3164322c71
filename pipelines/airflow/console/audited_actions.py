"""Actions at the Desk: each is done in a person's name, and is noted in the table `actions` and in Airflow's own audit
log.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any

from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
from airflow.models.log import Log
from airflow.utils.session import create_session
from fastapi import Depends

from pipelines import steering
from pipelines.airflow.console import permissions
from pipelines.airflow.console.database_door import DESK
from pipelines.codes import Act, Thing
from pipelines.desk import actions
from pipelines.settings import Settings
from pipelines.stores import postgres


@dataclass
class AuditedAction:
    """An action on a thing.

    `conn`: the connection for the action. Its transaction also has the note of the action.
    `detail`: what else the note says about the action.
    """

    conn: postgres.Connection
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Actor:
    """The person who acts: the name that people read, and the login in Airflow."""

    user: str
    login: BaseUser

    @classmethod
    def of(cls, user: BaseUser) -> Actor:
        """The actor for a user of Airflow."""
        return cls(permissions.name_of(user), user)

    @contextmanager
    def doing(self, current: Settings, act: Act, thing: Thing, name: str) -> Iterator[AuditedAction]:
        """Run the block in one transaction with its line in the history: both are written, or neither."""
        with DESK.writing(current) as conn, conn:
            done = AuditedAction(conn)
            yield done
            actions.write(conn, self.user, act, thing, name, done.detail)
        told = steering.as_json({"thing": thing, "name": name, **done.detail}, default=str)
        with create_session() as session:
            session.add(Log(event=f"nightdesk {act}", owner=self.user, owner_display_name=self.user, extra=told))


def _actor(user: permissions.User) -> Actor:
    return Actor.of(user)


Acting = Annotated[Actor, Depends(_actor)]

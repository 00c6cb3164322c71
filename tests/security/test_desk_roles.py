"""Who may do what at the Desk: every endpoint, asked in every role of both of Airflow's managers of logins."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from pipelines.alert import watches
from pipelines.settings import Settings
from pipelines.stores import postgres
from tests import factories as rows
from tests.console_app import ACTING, ANSWERED_WITHIN, FAB, airflow, desk_process, endpoints, get, logged

__all__ = ["airflow", "get"]

pytestmark = pytest.mark.airflow

# From the least to the most; what a role may do, all behind it may.
ROLES = ("viewer", "user", "op", "admin")
MANAGERS = ({}, {"AIRFLOW__CORE__AUTH_MANAGER": FAB})
PERMISSIONS = Path(__file__).parents[2] / "pipelines/airflow/console/permissions.py"
# What each permission takes, as docs/desk.md says it.
TAKES = {"READ": "viewer", "WATCH": "user", "OPERATE": "op", "ADMINISTER": "admin"}


@pytest.fixture(scope="module", params=MANAGERS, ids=["simple", "fab"])
def process(request: pytest.FixtureRequest) -> Iterator[ProcessPoolExecutor]:
    """A manager of logins is chosen once in a process."""
    with desk_process(request.param) as pool:
        yield pool


def test_every_endpoint_lets_in_the_roles_that_it_names_and_nobody_else(
    process: ProcessPoolExecutor, get: Any, conn: postgres.Connection
) -> None:
    allowed = lines_of_permissions()
    wrong = []

    for method, path in process.submit(endpoints).result(timeout=ANSWERED_WITHIN):
        needed = "viewer" if method in ("GET", "HEAD") else TAKES[allowed[path]]
        here = re.sub(r"{[^}]*}", "1", path)
        for role in (None, "", *ROLES):
            status = get(here, role, method, ACTING, {} if method == "POST" else None)[0]
            may = role in ROLES and ROLES.index(role) >= ROLES.index(needed)
            expected = 401 if role is None else 403 if not may else None
            if status != expected and (expected or status in (401, 403)):
                wrong.append((method, path, role, status))

    assert wrong == []


def test_every_action_has_a_line_that_says_whom_it_lets_in_and_no_line_is_left_over(
    process: ProcessPoolExecutor, get: Any
) -> None:
    found = process.submit(endpoints).result(timeout=ANSWERED_WITHIN)
    actions = {path for method, path in found if method not in ("GET", "HEAD")}

    assert actions == set(lines_of_permissions())


@pytest.mark.parametrize(
    "headers",
    [{}, {**ACTING, "Sec-Fetch-Site": "cross-site"}, {**ACTING, "Sec-Fetch-Site": "same-site"}],
    ids=["a form of another site", "a script of another site", "a neighbour"],
)
def test_what_a_page_of_another_site_sends_is_refused_whoever_looks_at_it(get: Any, headers: dict[str, str]) -> None:
    status, _, body = get("/api/sources/sana/crawl", "admin", "POST", headers, {})

    assert status == 403
    assert "of another" in json.loads(body)["detail"]


def test_an_action_that_airflow_does_not_take_says_why_and_leaves_no_line_in_any_history(
    process: ProcessPoolExecutor, get: Any, settings: Settings, conn: postgres.Connection
) -> None:
    rows.follow(settings, rows.source("sana"))
    before = process.submit(logged).result(timeout=ANSWERED_WITHIN)

    status, _, body = get("/api/sources/sana/crawl", "op", "POST", ACTING, {})

    assert (status, "Airflow does not know the Dag news_crawl yet" in body) == (409, True), body
    assert json.loads(get("/api/sources/sana")[2])["history"] == []
    assert process.submit(logged).result(timeout=ANSWERED_WITHIN) == before


def test_a_source_that_is_not_followed_is_named_and_a_body_of_megabytes_is_not_read(get: Any) -> None:
    status, _, body = get("/api/sources/nobody/crawl", "op", "POST", ACTING, {})
    flood = get("/api/sources/nobody/crawl", "op", "POST", ACTING, {"text": "x" * 2**20})[0]

    assert (status, "nobody" in body) == (422, True), body
    assert flood == 413


def lines_of_permissions() -> dict[str, str]:
    """The lines of `ACTIONS`: path -> permission; read as text, for the module imports Airflow."""
    (table,) = (
        node.value
        for node in ast.parse(PERMISSIONS.read_text(encoding="utf-8")).body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "ACTIONS"
    )
    assert isinstance(table, ast.Dict)
    pairs = zip(table.keys, table.values, strict=True)
    return {ast.literal_eval(key): value.attr for key, value in pairs if key and isinstance(value, ast.Attribute)}


def test_a_user_changes_watches_of_their_own_and_an_operator_everybodys(
    get: Any, settings: Settings, conn: postgres.Connection
) -> None:
    def act(name: str, what: str, role: str, body: dict[str, Any] | None = None) -> int:
        return int(get(f"/api/watches/{name}/{what}", role, "POST", ACTING, body or {})[0])

    with conn:
        for name, owner in (("desks", ""), ("another", "noor")):
            watches.add(conn, watches.make(name, ["داعش"], owner=owner))

    kept = [act("own", "keep", "user", {"query": "الكهرباء"}), act("own", "keep", "user", {"query": "الماء"})]
    own = [act("own", what, "user") for what in ("pause", "resume", "feed/open", "remove")]
    others = {
        role: [act(name, what, role) for name in ("desks", "another") for what in ("pause", "resume", "feed/open")]
        for role in ("user", "op")
    }
    taken = [act("another", "keep", role, {"query": "الماء"}) for role in ("user", "op")]
    shown = [json.loads(get("/api/watches/another", role)[2]) for role in ("user", "op")]

    assert (kept, own, others) == ([200] * 2, [200] * 4, {"user": [403] * 6, "op": [200] * 6})
    assert taken == [403, 200]
    assert [(one["owner"], one["may_change"]) for one in shown] == [("noor", False), ("noor", True)]

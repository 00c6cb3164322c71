"""Every answer of the Desk, refusals and failures too, is kept by no cache, guessed at by no browser, and no crash."""

from __future__ import annotations

import itertools
import json
import os
import re
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any
from urllib.parse import quote

import pytest

from pipelines.settings import settings as settings_of_this_process
from tests.console_app import ACTING, airflow, app_of_airflow, get, process, reader

__all__ = ["airflow", "get", "process"]

pytestmark = pytest.mark.airflow


@pytest.mark.parametrize(
    ("path", "role", "method", "status"),
    [
        ("/api/overview", "viewer", "GET", 200),
        ("/api/overview", None, "GET", 401),
        ("/api/overview", "", "GET", 403),
        ("/api/overview", "viewer", "POST", 405),
        ("/api/articles/1", "viewer", "DELETE", 405),
        ("/api/articles/1", "viewer", "GET", 404),
        ("/api/articles/one", "viewer", "GET", 422),
        ("/api/articles/%00", "viewer", "GET", 422),
        ("/api/articles/99999999999999999999999", "viewer", "GET", 404),
        ("/api/search?count=0", "viewer", "GET", 422),
        ("/api/search?count=%00", "viewer", "GET", 422),
        ("/api/search?source=%00", "viewer", "GET", 422),
        ("/api/search?source=a%00b", "viewer", "GET", 422),
        ("/api/search?source=%1b[2J", "viewer", "GET", 422),
        ("/api/search?source=%C2%9B", "viewer", "GET", 422),
        ("/api/search?source=" + "x" * 201, "viewer", "GET", 422),
        ("/api/search?source=%FF%FE", "viewer", "GET", 422),
        ("/api/search?source=nobody", "viewer", "GET", 200),
        ("/nothing", "viewer", "GET", 404),
        ("/%00.js", "viewer", "GET", 404),
        ("/docs", None, "GET", 404),
        ("/openapi.json", None, "GET", 404),
    ],
)
def test_every_answer_is_private_and_expected(get: Any, path: str, role: str | None, method: str, status: int) -> None:
    answered, headers, body = get(path, role, method)

    assert answered == status, body
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert "Traceback" not in body


@pytest.mark.parametrize(
    "broken",
    [
        {"NIGHTDESK_DATABASE_URL": "postgresql://desk:s3cret@127.0.0.1:9/nightdesk"},
        {"NIGHTDESK_SCHEDULE": "99 2 * * *"},
        {"NIGHTDESK_SOURCES": "/dev/null"},
    ],
)
def test_what_breaks_is_said_privately_and_without_a_secret(get: Any, broken: dict[str, str]) -> None:
    answered, headers, body = get("/api/overview", **broken)

    assert answered in (200, 500, 503)
    assert (headers["cache-control"], headers["x-content-type-options"]) == ("no-store", "nosniff")
    assert "s3cret" not in body and "Traceback" not in body


# What is sent by turns in each part of each question; the first, half a character, in each part of each body as well.
HOSTILE = (
    "\ud800",
    "a\x00b",
    "9" * 40,
    "../../../etc/passwd",
    "' or 1=1 --",
    {"a": [1] * 100},
    None,
    "x" * 20_000,
    [],
    -1,
)


def test_no_part_of_any_question_or_action_breaks_an_endpoint(
    process: ProcessPoolExecutor, airflow: dict[str, str], conn: object
) -> None:
    asked, broken = process.submit(attacked, airflow).result(timeout=300)

    assert broken == []
    assert asked > 150


def attacked(environment: dict[str, str]) -> tuple[int, list[tuple[str, str, str, int]]]:
    """In the other process: how many questions were asked, and those that were answered by a failure of ours."""
    os.environ.update(environment)
    settings_of_this_process.cache_clear()
    client, login = app_of_airflow()
    client.app.dependency_overrides[login] = lambda: reader("admin", "an attacker")
    questions, broken = list(_questions(client.app.routes)), []
    for method, path, content, where in questions:
        answer = client.request(method, path, headers=ACTING, content=content)
        if answer.status_code >= 500 or answer.headers["cache-control"] != "no-store":
            broken.append((method, path[:80], where, int(answer.status_code)))
    return len(questions), broken


def _questions(routes: Any) -> Iterator[tuple[str, str, str | None, str]]:
    """Method, path, body and the part that is hostile, for each part of all endpoints."""
    turn = itertools.count()
    for route in (one for one in routes if hasattr(one, "dependant")):
        queries, fields = _parts(route.dependant)
        names = [one.name for one in route.dependant.path_params]
        places = [("path", "")] * bool(names) + [("query", name) for name in queries]
        places += [("body", name) for name in fields]
        half = [("body", fields[0]), ("whole body", "")] if fields else []
        values = [*[HOSTILE[next(turn) % len(HOSTILE)] for _ in places], *[HOSTILE[0] for _ in half]]
        for (place, name), value in zip([*places, *half], values, strict=True):
            said = quote(value if isinstance(value, str) else json.dumps(value), safe="", errors="surrogatepass")
            path = re.sub(r"{\w+(?::path)?}", said[:500] if place == "path" else "1", route.path)
            body = {one: value if (place, one) == ("body", name) else "1" for one in fields}
            content = json.dumps(value if place == "whole body" else body) if fields else None
            query = f"?{name}={said}" if place == "query" else ""
            yield sorted(route.methods)[0], path + query, content, f"{place} {name}: {ascii(value)[:20]}"


def _parts(dependant: Any) -> tuple[list[str], list[str]]:
    """The names of the parameters and of the fields of the body that an endpoint takes."""
    queries, fields = [], []
    for one in dependant.query_params:
        queries += getattr(one.field_info.annotation, "model_fields", None) or [one.name]
    for one in dependant.body_params:
        fields += getattr(one.field_info.annotation, "model_fields", None) or [one.name]
    for inner in dependant.dependencies:
        more = _parts(inner)
        queries, fields = queries + more[0], fields + more[1]
    return queries, fields

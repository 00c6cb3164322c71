"""Every answer of the Desk, refusals and failures too, is kept by no cache, guessed at by no browser, and no crash."""

from __future__ import annotations

from typing import Any

import pytest

from tests.console_app import airflow, get, process

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

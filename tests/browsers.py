"""The mark of tests that need a browser, which not every machine has, and a login by it."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from pipelines.settings import Settings
from spiders import render

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from pipelines.airflow import standalone

CHROMIUM = render.chromium(Settings())
EXTRA = find_spec("scrapy_playwright")
MISSING = "no Chromium or no extra: set NIGHTDESK_CHROMIUM, or put chromium on PATH, and `make render`"


def needs_browser(test: Callable[..., None]) -> Callable[..., None]:
    return pytest.mark.browser(pytest.mark.skipif(not CHROMIUM or not EXTRA, reason=MISSING)(test))


def log_in(page: Page, airflow: standalone.Airflow) -> Page:
    """The page, logged in to Airflow as the user that it was started for."""
    page.goto(airflow.address)
    page.locator("input[name=username]").fill(airflow.user)
    page.locator("input[name=password]").fill(airflow.password)
    page.locator("button[type=submit]").click()
    page.get_by_role("link", name="Desk").wait_for()
    return page

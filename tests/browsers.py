"""The mark of tests that need a browser, which not every machine has."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec

import pytest

from pipelines.settings import Settings
from spiders import render

CHROMIUM = render.chromium(Settings())
EXTRA = find_spec("scrapy_playwright")
MISSING = "no Chromium or no extra: set NIGHTDESK_CHROMIUM, or put chromium on PATH, and `make render`"


def needs_browser(test: Callable[..., None]) -> Callable[..., None]:
    return pytest.mark.browser(pytest.mark.skipif(not CHROMIUM or not EXTRA, reason=MISSING)(test))

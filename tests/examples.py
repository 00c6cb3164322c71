"""How many examples a property is tried with: a few of a fixed seed in a usual run, all of a new one in a long one.

A fixed seed makes a run of all tests give the same twice; `make test-long` looks for what
nobody has found yet.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

LONG = bool(os.environ.get("NIGHTDESK_TESTS_LONG"))
# Each costs up to a tenth of a second: six properties of whole pages take some ten seconds with so many.
FEW = 25


def drawn(examples: int, **more: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Try a property with so many examples; in a usual run with FEW at the most. Stands above @given."""
    known = settings(
        max_examples=examples if LONG else min(examples, FEW),
        derandomize=not LONG,
        deadline=None,
        database=None,
        # A crowded machine draws slowly, which says nothing of the property.
        **{"suppress_health_check": [HealthCheck.too_slow], **more},
    )

    def mark(test: Callable[..., None]) -> Callable[..., None]:
        return pytest.mark.examples(known(test))

    return mark

"""Limits of time hold on a slow machine and by a coarse clock, and break where something takes too long."""

from __future__ import annotations

import time

import pytest

from tests import clock

SLOWER = 5.0
TICK = 0.01


def slow() -> float:
    """The clock of a machine that takes five times as long, and counts in hundredths of a second."""
    return SLOWER * time.process_time() // TICK * TICK


def test_a_machine_that_is_five_times_slower_is_within_the_limit() -> None:
    with clock.cpu_below(0.4, clock=slow):
        spend(0.2)


def test_what_takes_far_longer_is_too_slow_on_any_machine() -> None:
    for each in (slow, time.process_time):
        with pytest.raises(AssertionError, match=r"the work took \d"), clock.cpu_below(0.05, "the work", clock=each):
            spend(1.0)


def test_a_fast_machine_has_no_smaller_limit() -> None:
    assert clock.pace(lambda: time.process_time() / 100) == 1


def test_what_comes_too_soon_is_not_apart_however_slow_the_machine_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "REFERENCE_SECONDS", 1e-6)

    assert clock.apart([0.5, 0.3], 0.5, 0.01)
    assert not clock.apart([0.5, 0.2], 0.5, 0.01)


def spend(seconds: float) -> None:
    """Use so much CPU."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass

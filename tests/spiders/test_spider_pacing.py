"""The pace of hosts and their turns, without a network: Scrapy's downloader is a pair of dictionaries here."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy.signalmanager import SignalManager

from pipelines.crawl.host_locks import Turn
from spiders import pacing, policy
from spiders.pacing import HostPacer


@pytest.fixture
def hosts() -> HostPacer:
    downloader = SimpleNamespace(slots={}, per_slot_settings={})
    crawler: Any = SimpleNamespace(signals=SignalManager(), engine=SimpleNamespace(downloader=downloader))
    return HostPacer(crawler)


def answers(hosts: HostPacer, latency: float, count: int, status: int = 200) -> list[float]:
    found = []
    for _ in range(count):
        hosts.judge(hosts.of("a.test"), latency, status)
        found.append(round(hosts.gap("a.test"), 2))
    return found


def test_a_gap_grows_while_a_host_is_slow_and_returns_to_the_delay_but_never_below(hosts: HostPacer) -> None:
    hosts.require_gap("a.test", 1.0)

    usual, slow, after = answers(hosts, 0.2, 5), answers(hosts, 1.5, 4), answers(hosts, 0.2, 8)

    assert usual == [1.0] * 5 and slow == [2.0, 4.0, 8.0, 8.0]
    assert after == sorted(after, reverse=True) and after[-1] == 1.0


def test_errors_of_the_server_and_too_many_requests_make_the_gap_grow(hosts: HostPacer) -> None:
    hosts.require_gap("a.test", 1.0)

    assert answers(hosts, 0.1, 2, 502) + answers(hosts, 0.1, 1, 429) == [2.0, 4.0, 8.0]
    assert answers(hosts, 0.1, 1) == [5.6]


def test_a_host_that_is_always_slow_is_not_slower_than_usual(hosts: HostPacer) -> None:
    hosts.require_gap("a.test", 1.0)

    assert answers(hosts, 4.0, 10) == [1.0] * 10


def test_the_longest_delay_wins_and_an_absurd_one_is_shortened(
    hosts: HostPacer, caplog: pytest.LogCaptureFixture
) -> None:
    for delay in (0.5, 2.0, 1.0):
        hosts.require_gap("a.test", delay)
    hosts.require_gap("b.test", 86_400, "robots.txt")

    assert (hosts.gap("a.test"), hosts.gap("b.test")) == (2.0, policy.LONGEST_DELAY_SECONDS)
    assert "robots.txt asks for 86400 s" in caplog.text


def test_a_turn_that_others_wait_for_is_given_up_after_a_while_or_when_there_is_no_work(
    hosts: HostPacer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def take(names: Collection[str]) -> dict[str, Turn]:
        return {name: Turn(float("inf"), 0.0) for name in names}

    hosts.take = take
    asyncio.run(hosts.try_for(["a.test", "b.test"]))

    early = hosts.overdue(["a.test", "b.test", "c.test"], busy=["a.test"])
    monkeypatch.setattr(policy, "TURN_SECONDS", 0.0)
    late = hosts.overdue(["a.test"], busy=["a.test"])
    hosts.give_up(late)

    assert (early, late) == (["b.test"], ["a.test"])
    assert not hosts.ready("a.test") and hosts.ready("b.test")
    assert list(hosts.release_idle()) == ["a.test"] and not hosts.of("a.test").ours


def test_a_host_is_entered_when_its_turn_comes_and_not_while_it_rests(hosts: HostPacer) -> None:
    offered = iter([{}, {"a.test": Turn(0.0, 0.0)}])

    async def take(names: Collection[str]) -> dict[str, Turn]:
        return next(offered)

    hosts.take = take
    asyncio.run(hosts.enter("a.test"))
    entered = hosts.ready("a.test")
    hosts.rest("a.test", 30)

    with pytest.raises(pacing.NotNow, match=r"a\.test asked for rest"):
        asyncio.run(hosts.enter("a.test"))
    assert entered and not hosts.ready("a.test")


def test_whoever_waits_for_a_redirects_host_waits_longer_than_another_ones_turn_lasts() -> None:
    assert policy.REDIRECT_TURN_SECONDS > policy.TURN_SECONDS + policy.TURN_AGAIN_SECONDS + policy.TURN_CHECK_SECONDS

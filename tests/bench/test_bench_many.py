"""What the benches of many sources stand on: sites that the crawl may ask, nights of a site, how sleeps are shared."""

import os
import subprocess
import sys
import time

import httpx
import pytest

from bench import crawl_site, fresh, many_site, process_cpu
from pipelines.settings import Settings
from spiders import guard
from tests.later import Later

asleep = Later("bench.asleep")

# A component that starts a crawl, which burns 0.35 s of CPU and ends, and reaps it a second later.
BURN = "import time\nwhile time.process_time() < 0.35: pass"
STARTS_A_CRAWL = f"""
import os, subprocess, sys, time
with subprocess.Popen([sys.executable, "-c", {BURN!r}, "-m", "spiders"]) as crawl:
    os.waitid(os.P_PID, crawl.pid, os.WEXITED | os.WNOWAIT)
    time.sleep(1)
"""


def test_the_guard_lets_the_sites_of_benches_through() -> None:
    rules = guard.guard_policy(Settings(allow_networks=fresh.NETWORKS, contact="mailto:a@b.org"))

    with crawl_site.serving(2, 1, 1) as site:
        assert [guard.refusal(rules, f"http://{host}/feed/1") for host in site.hosts] == [None, None]


def test_a_feed_names_the_pages_of_this_night_and_the_last_and_each_site_has_its_own_texts() -> None:
    def read(host: str, path: str) -> str:
        return httpx.get(f"http://{sites.address}{path}", headers={"Host": host}, trust_env=False).text

    with many_site.serving(2) as sites:
        for night in (1, 2, 3):
            sites.begin_night()
            deadline = time.monotonic() + 20
            while f"/news/{(night - 1) * many_site.NIGHT}<" not in read("s7.many.test", "/feed"):
                assert time.monotonic() < deadline
        feed = read("s7.many.test", "/feed")
        texts = {read(host, path) for host in ("s7.many.test", "s8.many.test") for path in ("/news/0", "/news/2001")}

    assert [f"/news/{number}<" in feed for number in (0, 1000, 1001, 2000, 2001)] == [False, True, True, True, True]
    assert len(texts) == 4


@pytest.mark.parametrize(
    ("tasks", "workers", "least"), [([3.0, 1.0, 2.0], 1, 6.0), ([3.0, 1.0, 2.0], 2, 3.0), ([5.0], 3, 5.0)]
)
def test_sleeps_are_shared_among_workers_the_longest_first(tasks: list[float], workers: int, least: float) -> None:
    assert asleep.share_out(tasks, workers) == least


def test_the_cpu_of_a_session_is_counted_by_what_its_processes_are() -> None:
    busy = [sys.executable, "-c", "while True: pass"]
    with subprocess.Popen(busy, start_new_session=True) as process:
        try:
            with process_cpu.sampling({process.pid: "api-server"}, os.getpid(), {}) as samples:
                deadline = time.monotonic() + 60
                while not samples.used or samples.used[-1].get("api-server", 0.0) < 0.2:
                    assert time.monotonic() < deadline
                    time.sleep(0.05)
        finally:
            process.kill()


def test_the_cpu_of_a_crawl_that_has_ended_is_counted_once_beside_its_component() -> None:
    with (
        subprocess.Popen([sys.executable, "-c", STARTS_A_CRAWL], start_new_session=True) as process,
        process_cpu.sampling({process.pid: "scheduler"}, os.getpid(), {}) as samples,
    ):
        assert process.wait(timeout=60) == 0

    assert 0.3 <= samples.used[-1][process_cpu.CRAWLS] <= 0.6

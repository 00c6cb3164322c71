"""What is read from a robots.txt that is not written as the RFC says."""

from __future__ import annotations

import pytest

from spiders.crawler_settings import ROBOT
from spiders.robots import read_rules


@pytest.mark.parametrize("agent", ["Nightdesk/1.0", "nightdesk* # the archive", "Nightdesk"])
def test_a_group_for_any_version_of_this_robot_is_for_it(agent: str) -> None:
    rules = read_rules(f"User-agent: {agent}\nDisallow: /closed/\n\nUser-agent: other/2\nDisallow: /\n", None)

    assert not rules.allowed("http://a.test/closed/1", ROBOT)
    assert rules.allowed("http://a.test/news/1", ROBOT)


@pytest.mark.parametrize(
    ("delay", "seconds"),
    [("10s", 10), ("1,5", 1.5), ("2.25 # slowly", 2.25), ("3 seconds", 3), ("4", 4), ("500ms", 0.5), ("2m", 120),
     ("250 milliseconds", 0.25), ("5 Minutes", 300), ("1.5 min", 90), ("1 hour", 3600), ("1h", 3600), ("6 # min", 6),
     ("3 m\u0131n", 180)],
)  # fmt: skip
def test_a_delay_with_a_unit_or_a_comma_is_kept(delay: str, seconds: float) -> None:
    rules = read_rules(f"User-agent: *\nCrawl-delay: {delay}\nDisallow: /closed/\n", None)

    assert rules.crawl_delay(ROBOT) == seconds
    assert not rules.allowed("http://a.test/closed/1", ROBOT)


def test_lines_are_found_behind_a_byte_order_mark_and_with_carriage_returns_alone() -> None:
    rules = read_rules("\ufeffUser-agent: Nightdesk/1.0\rCrawl-delay: 10s\rDisallow: /closed/\r", None)

    assert rules.crawl_delay(ROBOT) == 10
    assert not rules.allowed("http://a.test/closed/1", ROBOT)
    assert rules.allowed("http://a.test/news/1", ROBOT)

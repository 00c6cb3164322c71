"""What `bench desk-nights` makes of its pairs, and how it counts the CPU seconds of a process tree."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.desk_nights import MeasuredNight, cpu_seconds, publishing, tell_pairs
from demo import newsroom, pages
from demo.sites import SITES

# More than what is asserted: each of the four counts of a process is in whole ticks, 0.01 s.
BURN = "import time\nwhile time.process_time() < .35: pass"


@pytest.mark.parametrize(("beside", "new", "too_much"), [(104.0, 120, False), (106.0, 120, True), (104.0, 119, True)])
def test_an_open_desk_may_add_five_in_a_hundred_to_nights_that_are_alike(
    beside: float, new: int, too_much: bool
) -> None:
    pairs = [(_night(100.0, 120), _night(beside, 120)), (_night(100.0, 120), _night(beside, new))]

    assert tell_pairs(pairs, lambda line: None) is too_much


def test_the_server_that_answers_the_desk_is_told_apart() -> None:
    said: list[str] = []

    tell_pairs([(_night(100.0, 120, server=5.0), _night(100.0, 120, server=50.0))], said.append)

    assert any("api-server" in line and "50.0" in line for line in said)
    assert "+0.0 %" in said[-1]


def test_the_cpu_seconds_of_a_tree_hold_those_of_children_that_ended() -> None:
    before = cpu_seconds(os.getpid())

    subprocess.run([sys.executable, "-c", BURN], check=True)

    assert cpu_seconds(os.getpid()) - before >= 0.3


def test_a_feed_names_all_articles_of_a_night_however_many_nights_were_before(tmp_path: Path) -> None:
    with newsroom.open_newsroom(tmp_path):
        for _ in publishing(tmp_path, 20, 9):
            for site in SITES:
                standing = newsroom.articles(tmp_path, site.name)
                tonight = {one.number for one in standing if one.number > len(standing) - 20}
                assert len(tonight) == 20
                assert tonight <= {one.number for one in standing[: pages.FEED_LENGTH]}


def _night(own: float, new: int, *, server: float = 5.0) -> MeasuredNight:
    return MeasuredNight(cpu={"scheduler": own, "api-server": server}, seconds=100.0, new=new, asked=30, load=1.0)

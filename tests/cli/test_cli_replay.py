"""Saved pages become sites that a night can be run over, and what the night took is told."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from demo import memory, replay
from pipelines.cli.replay import summary
from pipelines.errors import NightdeskError
from pipelines.model import Tally
from pipelines.stores import postgres, runs

RUN = "2026-11-22T0200"
STORY = "The council of {0} voted on Tuesday to open the {0} bridge to carts again after the flood of last winter. "


def index(folder: Path, *towns: str) -> Path:
    """An index of pages that are saved beside it, one per town, on two hosts by turns."""
    rows = []
    for number, town in enumerate(towns):
        title = f"The bridge of {town} opens again"
        page = f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>{STORY.format(town) * 3}</p></body>"
        (folder / f"{number}.html").write_text(page + "</html>", encoding="utf-8")
        rows.append({"url": f"https://paper{number % 2}.test/{town}.html", "path": f"{number}.html", "language": "en"})
    path = folder / "index.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


def test_saved_pages_are_served_and_followed_until_ctrl_c(tmp_path: Path, database_url: str) -> None:
    folder = tmp_path / "replay"
    env = {**os.environ, "NIGHTDESK_DATABASE_URL": database_url}
    nightdesk = [sys.executable, "-c", "from pipelines.cli import main; main()"]
    words = ["demo", "replay", "--pages", index(tmp_path, "Aldmere", "Brackwater", "Corvale"), "--folder", folder]

    serving = subprocess.Popen([*nightdesk, *words], env=env, stdout=subprocess.PIPE, text=True)
    said = serving.stdout.readline()
    looking = {**env, "NIGHTDESK_ENV_FILE": str(folder / "nightdesk.env")}
    done = subprocess.run([*nightdesk, "run", "--run", RUN, "--json"], env=looking, capture_output=True, text=True)
    serving.send_signal(signal.SIGINT)

    assert (serving.wait(20), done.returncode, done.stderr) == (0, 0, "")
    assert said == "3 pages of 2 hosts are served as sites.\n"
    loaded = [tally for tally in json.loads(done.stdout) if tally["stage"] == "load"]
    assert {tally["source"]: tally["counts"]["new"] for tally in loaded} == {"paper0_test": 2, "paper1_test": 1}


def test_nothing_to_serve_is_said(tmp_path: Path) -> None:
    with pytest.raises(NightdeskError, match="--pages"):
        replay.gather([], [])

    with pytest.raises(NightdeskError, match=r"no .*gold\.jsonl"):
        replay.gather([], [tmp_path])


def test_a_run_is_summed_over_its_sources(conn: postgres.Connection) -> None:
    with conn:
        for source in ("a", "b"):
            counts = {"articles": 2, "rejected": 1, "rejected: listing": 1, "words": 90}
            runs.end(conn, Tally(run=RUN, source=source, stage="extract", state="done", counts=counts))

    assert summary(conn, RUN) == {"articles": 4, "rejected": 2, "rejected: listing": 2}


def test_the_memory_of_what_was_started_is_seen() -> None:
    held = "import sys; there = bytearray(b'x') * (80 << 20); print('there', flush=True); sys.stdin.read()"

    with memory.watch_memory() as peak:
        child = subprocess.Popen([sys.executable, "-c", held], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        child.stdout.readline()
    child.communicate()

    assert peak.total > peak.largest > 80 << 20
    assert peak.processes >= 2

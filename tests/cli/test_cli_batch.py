"""`nightdesk try --batch` as a person runs it: lines in, lines out in order, and nothing else on standard output."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipelines.extract.site import observations

Result = subprocess.CompletedProcess[bytes]
PROGRAM = [sys.executable, "-c", "from pipelines.cli import main; main()"]
TEXT = "The town opened the old bridge to walkers on Monday after two years of repairs that a hundred people worked on."
# Nothing on a single page tells it from the article.
BOX = "The bridge letter comes out every Monday and costs nothing."


def html(number: int) -> str:
    title = f"The bridge is open for the {number}th time"
    own = " ".join(f"{word}{number}" for word in (TEXT + TEXT).split())
    lines = f"<p>{TEXT} It was opening number {number} of the old bridge.</p><p>{own}.</p><p>{BOX}</p>"
    return f"<html><head><title>{title}</title></head><body><h1>{title}</h1><div>{lines}</div></body></html>"


def pages(folder: Path, count: int, source: str = "bridge") -> list[dict[str, Any]]:
    """Saved pages of a source, and the lines that name them."""
    asked = []
    for number in range(count):
        (folder / f"{number}.html.gz").write_bytes(gzip.compress(html(number).encode()))
        asked.append({"path": f"{number}.html.gz", "url": f"https://bridge.test/{number}", "source": source})
    return asked


def environment(folder: Path) -> dict[str, str]:
    """No Postgres can be reached, and none can be started: the data folder is a file."""
    (folder / "data").write_text("", encoding="utf-8")
    own = {"NIGHTDESK_DATA": str(folder / "data"), "NIGHTDESK_SOURCES": str(folder / "sources"), "COLUMNS": "200"}
    return {**{k: v for k, v in os.environ.items() if not k.startswith("NIGHTDESK_")}, **own}


def tried(folder: Path, lines: list[Any], *words: str, code: int = 0, typed: bool = False) -> Result:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines) + "\n"
    file = folder / "pages.jsonl"
    file.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [*PROGRAM, "try", "--batch", "-" if typed else str(file), *words],
        cwd=folder,
        env=environment(folder),
        input=text.encode() if typed else b"",
        capture_output=True,
        timeout=200,
    )
    assert done.returncode == code, done.stderr.decode()
    return done


def answers(done: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_line_is_answered_in_order_without_postgres(tmp_path: Path) -> None:
    lines = [{**line, "id": number} for number, line in enumerate(pages(tmp_path, 5))]

    done = tried(tmp_path, lines, "--processes", "2")

    assert [answer["id"] for answer in answers(done)] == [0, 1, 2, 3, 4]
    assert [answer["article"]["url"][-1] for answer in answers(done)] == list("01234")
    assert all(list(answer) == ["article", "ms", "id"] and answer["ms"] > 0 for answer in answers(done))
    assert "5 pages: 5 articles, 0 rejected." in done.stderr.decode()


def test_what_a_sources_pages_share_is_cut_unless_that_is_switched_off(tmp_path: Path) -> None:
    lines = pages(tmp_path, observations.LEAST_PAGES + 10)

    learned = answers(tried(tmp_path, lines))
    without = answers(tried(tmp_path, lines, "--no-site"))

    assert [BOX in answer["article"]["text"] for answer in learned] == [False] * len(lines)
    assert BOX in [removed["text"] for removed in learned[0]["article"]["removed"]]
    assert [BOX in answer["article"]["text"] for answer in without] == [True] * len(lines)


def test_pages_that_name_no_source_teach_nothing_but_by_the_option(tmp_path: Path) -> None:
    lines = pages(tmp_path, observations.LEAST_PAGES + 10, source="")

    apart = answers(tried(tmp_path, lines))
    together = answers(tried(tmp_path, lines, "--source", "bridge"))

    assert BOX in apart[0]["article"]["text"]
    assert BOX not in together[0]["article"]["text"]


def test_a_line_that_cannot_be_used_is_answered_with_its_number_and_costs_no_other(tmp_path: Path) -> None:
    (good, *_) = pages(tmp_path, 1)
    lines = [
        good, "{not json", "[1]", "", {"url": "https://bridge.test/"}, {"path": "gone.html", "id": "g"}, {"path": 7},
        {**good, "html_encoding": "klingon"}, "[" * 100_000, good,
    ]  # fmt: skip

    done = tried(tmp_path, lines)

    told = [answer.get("rejection", {}).get("detail", "") for answer in answers(done)]
    assert ["article" in answer for answer in answers(done)] == [True, *[False] * 7, True]
    for detail, number in zip(told[1:-1], (2, 3, 5, 6, 7, 8, 9), strict=True):
        assert detail.startswith(f"Line {number} of {tmp_path / 'pages.jsonl'} "), detail
    assert "gone.html" in told[4]
    assert "7 line(s) could not be used" in done.stderr.decode()


def test_lines_are_read_from_standard_input_with_paths_from_here(tmp_path: Path) -> None:
    done = tried(tmp_path, pages(tmp_path, 2), typed=True)

    assert len(answers(done)) == 2
    assert b"articles" not in done.stdout


def test_a_rejected_page_carries_the_text_that_was_found(tmp_path: Path) -> None:
    (tmp_path / "short.html").write_text("<html><title>Weather</title><p>Rain today.</p></html>", encoding="utf-8")

    (answer,) = answers(tried(tmp_path, [{"path": "short.html", "url": "https://bridge.test/weather"}]))

    assert answer["rejection"]["reason"] == "too short"
    assert answer["rejection"]["text"] == "Rain today."


def test_a_date_begins_with_the_day_that_the_page_says(tmp_path: Path) -> None:
    meta = '<meta property="article:published_time" content="2026-11-21T01:15:00+03:00">'
    (tmp_path / "a.html").write_text(html(1).replace("<head>", f"<head>{meta}"), encoding="utf-8")

    (answer,) = answers(tried(tmp_path, [{"path": "a.html", "url": "https://bridge.test/a"}]))

    assert answer["article"]["published_at"] == "2026-11-21T01:15:00+03:00"
    assert answer["article"]["published_precision"] == "second"


def test_half_a_character_in_an_id_comes_back_as_it_came(tmp_path: Path) -> None:
    (good,) = pages(tmp_path, 1)

    (answer,) = answers(tried(tmp_path, [{**good, "id": "\ud800"}]))

    assert answer["id"] == "\ud800"


def test_a_page_built_to_hold_up_the_parser_is_answered_and_so_are_the_others(tmp_path: Path) -> None:
    (good,) = pages(tmp_path, 1)
    (tmp_path / "deep.html").write_text("<div>" * 200_000 + TEXT, encoding="utf-8")

    done = answers(tried(tmp_path, [{"path": "deep.html", "url": "https://bridge.test/deep"}, good]))

    assert len(done) == 2
    assert "article" in done[1]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--batch", "nowhere.jsonl"), "nowhere.jsonl cannot be read"),
        (("--batch", "pages.jsonl", "page.html"), "takes its pages"),
        ((), "Name a page"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_1(tmp_path: Path, words: tuple[str, ...], sentence: str) -> None:
    done = subprocess.run(
        [*PROGRAM, "try", *words], cwd=tmp_path, env=environment(tmp_path), capture_output=True, text=True, timeout=100
    )

    assert done.returncode == 1
    assert sentence in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_ctrl_c_ends_it_after_whole_lines_with_a_sentence(tmp_path: Path) -> None:
    lines = pages(tmp_path, 3, source="") * 400
    (tmp_path / "pages.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    child = subprocess.Popen(
        [*PROGRAM, "try", "--batch", "pages.jsonl", "--processes", "1"],
        cwd=tmp_path, env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    assert child.stdout
    first = child.stdout.readline()

    os.killpg(child.pid, signal.SIGINT)
    rest, said = child.communicate(timeout=60)

    got = [json.loads(line) for line in (first + rest).splitlines()]
    assert child.returncode == 130
    assert 0 < len(got) < len(lines)
    assert b"Stopped after" in said
    assert b"Traceback" not in said

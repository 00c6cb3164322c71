"""Every statement of the night, the command line and the Desk, timed on a large archive, its plan kept.

python -m bench statements --at FOLDER [--articles N]: FOLDER keeps an archive of N articles (`python -m bench scale
--at` makes the same), with a night more each time. All that `tests/asked.py` asks is asked twice; each statement is
explained and then run, so that what is timed is warm. FOLDER/plans has the plan of the slowest run of each. Exit 1 if a
statement takes more CPU than it may.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench import archive, grown, page
from pipelines.settings import Settings, export
from pipelines.settings import settings as settings_of_this_process
from tests import asked
from tests.explained import Cost, explaining

TITLE = "Every statement on a large archive"
ARTICLES = 1_000_000
# What a statement may take, warm on two idle cores, and the rows that it may read for each that it gives. On a busy
# machine the clock tells how long others took as well, so CPU is what is judged.
LIMIT_MS, READ_FOR_ONE = 300.0, 50
# Fewer rows than this are read in a millisecond or two, whatever is shown.
FEW_ROWS = 1_000
# How many of the slowest are told.
TOLD = 15
# What reads more, by what it is for: statement -> why.
REPORTS = {
    "search_ranked": "best first ranks the newest 5,000",
    "search_named": "names the articles of a word before the newest of them are taken",
    "search_window": "looks for a common word in the newest articles",
    "search_of_state": "looks for the words in the newest articles in the state",
    "search_of_kind": "all articles with a change of the kind, to be sorted",
    "words_rare": "the words of the newest thousand articles need not be looked up one by one",
    "words_with_part": "a part of a word is looked for in all known words",
    "erase_lists": "the answers of the lists since the article was found, once",
}

Costs = Mapping[tuple[str, str], Cost]


def main(words: list[str]) -> int:
    """Measure, print, write docs/benchmarks.md; exit 1 where a statement takes more CPU than it may."""
    parser = argparse.ArgumentParser(prog="python -m bench statements", description=__doc__)
    parser.add_argument("--at", type=Path, required=True)
    parser.add_argument("--articles", type=int, default=ARTICLES)
    given = parser.parse_args(words)
    with grown.open_archive(given.at, given.articles) as settings:
        found = _ask_all(settings, archive.Size(given.articles))
    _keep_plans(given.at / "plans", found)
    said = list(_tell(found, given.articles))
    print("\n".join(said))
    page.write({TITLE: "```\n" + "\n".join(said) + "\n```"}, "python -m bench statements")
    return int(any(_is_slow(cost) for cost in found.values()))


def _ask_all(settings: Settings, size: archive.Size) -> Costs:
    """Everything twice; what the second time cost."""
    os.environ.update(export(settings))
    settings_of_this_process.cache_clear()
    sources = asked.follow(settings, size)
    for _warm in (True, False):
        with pytest.MonkeyPatch.context() as patch, explaining(patch) as found:
            asked.everything(settings, size, sources, f"{datetime.now(UTC):%Y-%m-%dT%H%M%S}")
            costs = dict(found)
    return costs


def _is_slow(cost: Cost) -> bool:
    return cost.cpu_seconds * 1000 > LIMIT_MS


def _tell(found: Costs, articles: int) -> Iterator[str]:
    load = os.getloadavg()[0]
    yield f"statements: {articles:,} articles, {len(found)} statements of {len({name for _, name in found})} names"
    slow = sum(map(_is_slow, found.values()))
    yield f"statements: {slow} take more than {LIMIT_MS:.0f} ms of CPU; the machine has a load of {load:.0f}"
    yield "statements: the slowest, ms of CPU and by the clock; rows read for rows given; blocks of all its runs"
    slowest = sorted(found.items(), key=lambda item: -item[1].cpu_seconds)[:TOLD]
    yield from (_line(what, name, cost) for (what, name), cost in slowest)
    many = [
        (key, cost)
        for key, cost in sorted(found.items(), key=lambda item: -item[1].read)
        if cost.read > max(FEW_ROWS, READ_FOR_ONE * max(cost.gave, 1))
    ]
    yield f"statements: {len(many)} read more than {READ_FOR_ONE} rows for each that they give, and {FEW_ROWS:,} in all"
    for (what, name), cost in many:
        yield _line(what, name, cost) + (f"; {REPORTS[name]}" if name in REPORTS else "")


def _line(what: str, name: str, cost: Cost) -> str:
    return (
        f"statements: {cost.cpu_seconds * 1000:7.1f} {cost.seconds * 1000:7.1f} ms"
        f" {cost.read:>9,} for {cost.gave:>6,} {cost.blocks:>9,} blocks"
        f"  {name} ({what})"
    )


def _keep_plans(folder: Path, found: Costs) -> None:
    folder.mkdir(exist_ok=True)
    for (what, name), cost in found.items():
        told = {
            "for": what, "ms": cost.seconds * 1000, "ms of CPU": cost.cpu_seconds * 1000, "runs": cost.times,
            "blocks": cost.blocks, "plan": cost.plan,
        }  # fmt: skip
        place = folder / f"{name} {what.replace('/', ' ')}.json"
        place.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main([]))

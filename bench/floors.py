"""The floors under what is extracted from the demo newsroom: they guard against regressions and say nothing of quality.

The newsroom's pages are ours, so anything less than all of it is a fault that somebody made. `python -m bench floors`
raises the floors to what is measured; to lower one needs `--lower`, and a reason in the commit.
"""

from __future__ import annotations

import math
import statistics
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench import score
from bench.demo_pages import DemoPage, read
from pipelines.extract.extraction import extract_page
from pipelines.extract.site import observations
from pipelines.model import Article, Template

FILE = Path(__file__).resolve().parent.parent / "tests" / "floors.toml"
HEAD = """# What every site of the demo newsroom must give at least: shares of its articles, and the mean word F1 of
# their text; without what was learned of the site, and with it (learned). `python -m bench floors` raises them.
"""
SECONDS = 60.0
SCALE = 10_000
Figures = Mapping[str, float]


def main(*, lower: bool, file: Path = FILE) -> int:
    """Measure, and write the floors that rose or may fall; 1 where a figure is below its floor and must not be."""
    with tempfile.TemporaryDirectory() as folder:
        measured = {name: figures(pages) for name, pages in read(Path(folder)).items()}
    floors = read_pinned(file) if file.exists() else {}
    fallen = drops(floors, measured)
    for line in fallen:
        print(f"floors: {line}{' (lowered)' if lower else ''}")
    file.write_text(write_floors(move(floors, measured, lower=lower)), encoding="utf-8")
    each = [figure for found in measured.values() for figure in found.values()]
    print(f"floors: {len(each) - len(fallen)} of {len(each)} figures of {len(measured)} sites are at least their floor")
    return int(bool(fallen) and not lower)


def figures(pages: Sequence[DemoPage]) -> dict[str, float]:
    """What is measured of one site, without and with its own template."""
    observed = [found for each in pages if (found := observations.observe(each.page, each.source))]
    template = observations.learn(pages[0].source.name, observed)
    return {**_figures(pages, None), **{f"learned_{name}": value for name, value in _figures(pages, template).items()}}


def read_pinned(file: Path = FILE) -> dict[str, dict[str, float]]:
    """The floors by site."""
    return {name: dict(found) for name, found in tomllib.loads(file.read_text(encoding="utf-8")).items()}


def drops(floors: Mapping[str, Figures], measured: Mapping[str, Figures]) -> list[str]:
    """A sentence for every figure that is below its floor, or not measured any more."""
    return [
        f"{name}: {figure} is {measured.get(name, {}).get(figure, 0.0):.4f}, its floor is {floor:.4f}"
        for name, found in floors.items()
        for figure, floor in found.items()
        if _down(measured.get(name, {}).get(figure, 0.0)) < floor
    ]


def move(floors: Mapping[str, Figures], measured: Mapping[str, Figures], *, lower: bool) -> dict[str, dict[str, float]]:
    """The floors after a measurement: those that rose raised, those that fell kept unless they may be lowered."""
    if lower:
        return {name: {figure: _down(value) for figure, value in found.items()} for name, found in measured.items()}
    after = {name: dict(found) for name, found in floors.items()}
    for name, found in measured.items():
        for figure, value in found.items():
            there = after.setdefault(name, {})
            there[figure] = max(there.get(figure, 0.0), _down(value))
    return after


def write_floors(floors: Mapping[str, Figures]) -> str:
    """The floors as the file that pins them."""
    parts = [HEAD]
    for name, found in sorted(floors.items()):
        parts.append(f"[{name}]\n" + "".join(f"{figure} = {value}\n" for figure, value in found.items()))
    return "\n".join(parts)


def _figures(pages: Sequence[DemoPage], template: Template | None) -> dict[str, float]:
    columns: dict[str, list[float]] = {name: [] for name in ("article", "text", "f1", "title", "language", "time")}
    for each in pages:
        made, truth = extract_page(each.page, each.source, template=template), each.truth
        article = made if isinstance(made, Article) else None
        wanted = "\n".join(truth.paragraphs)
        published = article.published_at if article else None
        columns["article"].append(article is not None)
        columns["text"].append(article is not None and article.text == wanted)
        columns["f1"].append(score.f1(score.words(wanted), score.words(article.text if article else "")))
        columns["title"].append(article is not None and article.title == truth.title)
        columns["language"].append(article is not None and article.language == truth.language)
        columns["time"].append(
            published is not None and abs((published - truth.published_at).total_seconds()) < SECONDS
        )
    return {name: statistics.fmean(column) for name, column in columns.items()}


def _down(value: float) -> float:
    """Rounded down, so that a floor is never above what it was measured from."""
    return math.floor(value * SCALE + 1e-9) / SCALE

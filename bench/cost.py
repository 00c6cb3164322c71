"""What the extract stage costs beside bare trafilatura: CPU per page, on the same pages, in one warm process.

A page is read a few times by each in turn, and the least time counts; what is compared is the ratio of each page. Pages
that needed no second opinion, for which trafilatura ran only once, are shown apart.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from trafilatura import bare_extraction

from bench import demo_pages
from pipelines.extract.extraction import extract_page
from pipelines.extract.text import by_trafilatura
from pipelines.model import Page, Source, Template

# What our chain calls trafilatura by.
EXTRACTOR = "bare_extraction"
ROUNDS = 3
WARM = 5
# Five steps of the coarsest CPU clock seen (10 ms).
MIN_COUNTED_SECONDS = 0.05


@dataclass(frozen=True)
class PageCost:
    """CPU seconds for one page, ours and bare trafilatura's; single: whether one run of trafilatura was enough."""

    ours: float
    bare: float
    single: bool

    @property
    def ratio(self) -> float:
        """How many times bare trafilatura we take."""
        return self.ours / self.bare


def main() -> int:
    """Print one line per demo site and one for all."""
    costs = []
    with tempfile.TemporaryDirectory() as folder:
        sites = demo_pages.read(Path(folder))
    for name, pages in sites.items():
        found = measure([(each.page, each.source, None) for each in pages])
        costs += found
        print(f"cost: {name:8} {summary(found)}")
    print(f"cost: {'all':8} {summary(costs)}")
    return 0


def measure(pages: Sequence[tuple[Page, Source, Template | None]]) -> list[PageCost]:
    """What each page costs; the first few are read once beforehand, to warm up."""
    for page, source, template in pages[:WARM]:
        extract_page(page, source, template=template)
        _bare(page.body)
    return [_cost(page, source, template) for page, source, template in pages]


def summary(costs: Sequence[PageCost]) -> str:
    """The medians in a sentence; the ratio is the median of the pages' ratios."""
    if not costs:
        return "no pages"
    ms = 1000 * statistics.median(cost.ours for cost in costs)
    single = [cost.ratio for cost in costs if cost.single]
    alone = f"{statistics.median(single):.2f} where" if single else "none where"
    return (
        f"{len(costs):4} pages, {ms:5.1f} ms a page, {statistics.median(cost.ratio for cost in costs):.2f} times bare "
        f"trafilatura; {alone} no second opinion was needed ({len(single)} pages)"
    )


def _cost(page: Page, source: Source, template: Template | None) -> PageCost:
    with _count_runs() as calls:
        extract_page(page, source, template=template)
    ours = bare = float("inf")
    for _ in range(ROUNDS):
        ours = min(ours, _cpu(partial(extract_page, page, source, template=template)))
        bare = min(bare, _cpu(partial(_bare, page.body)))
    return PageCost(ours, bare, len(calls) <= 1)


@contextmanager
def _count_runs() -> Iterator[list[None]]:
    """A list that grows with every run of trafilatura in our own chain."""
    calls: list[None] = []
    asked = getattr(by_trafilatura, EXTRACTOR)

    def counting(*words: Any, **switches: Any) -> Any:
        calls.append(None)
        return asked(*words, **switches)

    setattr(by_trafilatura, EXTRACTOR, counting)
    try:
        yield calls
    finally:
        setattr(by_trafilatura, EXTRACTOR, asked)


def _bare(content: bytes) -> object:
    return bare_extraction(content, with_metadata=True, include_comments=False)


def _cpu(call: Callable[[], object]) -> float:
    """CPU seconds of one call: some kernels count in steps of 10 ms, so short calls are counted together."""
    began = time.process_time()
    calls, spent = 0, 0.0
    while spent < MIN_COUNTED_SECONDS:
        call()
        calls, spent = calls + 1, time.process_time() - began
    return spent / calls


if __name__ == "__main__":
    sys.exit(main())

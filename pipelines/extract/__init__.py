"""A page in, an article or a rejection out: the only package that imports trafilatura, and only when it is used."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pipelines.model import Article, Page, Rejection, Source, Tally, Template

if TYPE_CHECKING:
    from pipelines.settings import Settings
    from pipelines.stores.articlefile import Line


def extract(
    settings: Settings,
    source: Source,
    run: str,
    *,
    processes: int = 1,
    apart: bool = False,
    on_line: Callable[[Line], None] | None = None,
) -> Tally:
    """The extract stage for one source of one run: raw pages in, its article file out, however often it is run.

    processes: with 1 the work is done here, else in that many workers, of which one that dies or hangs costs its page
    alone; apart: a single worker is a process of its own too, for no time limit reaches into a parser; on_line hears
    of every page as it is done, in order. Counts: pages, articles, rejected, `rejected: <reason>`, words, cut (blocks
    of boilerplate removed), seconds.
    """
    from pipelines.extract import stage

    return stage.extract(settings, source, run, processes=processes, apart=apart, on_line=on_line)


def extract_page(page: Page, source: Source, template: Template | None = None) -> Article | Rejection:
    """What a page is: an article, or a rejection with its reason; a page built to be slow is cut off."""
    from pipelines.extract import extraction

    return extraction.extract_page(page, source, template=template)

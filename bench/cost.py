"""What the extract stage costs beside bare trafilatura: CPU per page, on the same demo pages, in the same process."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path

import httpx
from trafilatura import bare_extraction

from demo import newsroom
from demo.sites import SITES, source
from pipelines.extract import extract_page
from pipelines.model import Page

ROUNDS = 5


def main() -> int:
    """Print one line per site and one for all."""
    ratios = []
    with newsroom.open_newsroom(Path(tempfile.mkdtemp())) as opened:
        for site in SITES:
            truths = newsroom.articles(opened.folder, site.name)
            pages = [_page(opened.address, site.name, truth.url) for truth in truths]
            ours = [_cpu(partial(extract_page, page, source(site))) for page in pages]
            bare = [
                _cpu(partial(bare_extraction, page.body, with_metadata=True, include_comments=False)) for page in pages
            ]
            ratio = statistics.median(ours) / statistics.median(bare)
            ratios.append(ratio)
            print(
                f"cost: {site.name:8} {len(pages):3} pages, {1000 * statistics.median(ours):5.1f} ms a page, "
                f"{ratio:.2f} times bare trafilatura"
            )
    print(f"cost: {statistics.median(ratios):.2f} times bare trafilatura, median of {len(SITES)} sites")
    return 0


def _cpu(call: Callable[[], object]) -> float:
    """The least CPU seconds of a call over a few rounds, the first of which only warms up."""
    best = float("inf")
    for turn in range(ROUNDS + 1):
        began = time.process_time()
        call()
        if turn:
            best = min(best, time.process_time() - began)
    return best


def _page(proxy: str, name: str, url: str) -> Page:
    answer = httpx.get(url, proxy=f"http://{proxy}", headers={"Accept-Encoding": "identity"}, trust_env=False)
    return Page(
        source=name,
        run="bench",
        url=url,
        final_url=url,
        fetched_at=datetime.now(UTC),
        status=answer.status_code,
        headers=tuple(answer.headers.items()),
        body=answer.content,
        digest=sha256(answer.content).hexdigest(),
    )


if __name__ == "__main__":
    sys.exit(main())

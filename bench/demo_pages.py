"""The articles of the demo newsroom as they are served, beside what their writers wrote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import httpx

from demo import newsroom
from demo.sites import SITES, source
from demo.truth import Truth
from pipelines.model import Page, Source


@dataclass(frozen=True)
class DemoPage:
    """A page of a demo site, the source that follows the site, and the truth about the page."""

    source: Source
    page: Page
    truth: Truth


def read(folder: Path) -> dict[str, list[DemoPage]]:
    """Every article of every demo site, by the site's name; folder: an empty one for the newsroom."""
    with newsroom.open_newsroom(folder) as opened:
        return {
            site.name: [
                DemoPage(source(site), _page(opened.address, site.name, truth.url), truth)
                for truth in newsroom.articles(opened.folder, site.name)
            ]
            for site in SITES
        }


def _page(proxy: str, name: str, url: str) -> Page:
    answer = httpx.get(url, proxy=f"http://{proxy}", headers={"Accept-Encoding": "identity"}, trust_env=False)
    return Page(
        source=name,
        run="2026-11-22T0200",
        url=url,
        final_url=url,
        fetched_at=datetime.now(UTC),
        status=answer.status_code,
        headers=tuple(answer.headers.items()),
        body=answer.content,
        digest=sha256(answer.content).hexdigest(),
    )

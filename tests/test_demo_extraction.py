"""What is extracted from the demo newsroom is what its writers wrote: no line more, no line less."""

from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from demo import newsroom
from demo.sites import SITES, Site, source
from pipelines.extract import extract_page
from pipelines.model import Article, Page


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[newsroom.Newsroom]:
    """The newsroom, open for this module."""
    with newsroom.open_newsroom(tmp_path_factory.mktemp("newsroom")) as room:
        yield room


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)
def test_every_article_of_a_site_comes_out_as_written(opened: newsroom.Newsroom, site: Site) -> None:
    truths = newsroom.articles(Path(opened.folder), site.name)

    made = [extract_page(_page(opened.address, site.name, truth.url), source(site)) for truth in truths]

    assert len(made) == site.articles
    for article, truth in zip(made, truths, strict=True):
        assert isinstance(article, Article)
        assert article.text.split("\n") == list(truth.paragraphs)
        assert (article.title, article.language) == (truth.title, truth.language)
        assert article.published_at is not None
        assert abs((article.published_at - truth.published_at).total_seconds()) < 60


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

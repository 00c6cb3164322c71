"""Scrapy as it comes, doing nothing with what it fetches, aiohttp alone, and news-please: the rivals, by name.

URLs come on standard input, one a line; a JSON line says how many pages came and how many bytes they had. Each imports
nothing but what it needs, since bench.crawl measures the process from its start.
"""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

# Scrapy's own default, for both.
AT_ONCE = 16


def main(name: str) -> None:
    """Fetch what is asked for, and say what came."""
    pages, size = BY_NAME[name](sys.stdin.read().split())
    print(json.dumps({"pages": pages, "bytes": size}))


def scrapy(urls: Sequence[str]) -> tuple[int, int]:
    """Scrapy's defaults and a spider that does nothing; only the log is quieter and its two open ports are shut."""
    from scrapy import Spider
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.http import Request, Response

    came: list[int] = []

    class Nothing(Spider):
        name = "nothing"

        async def start(self) -> AsyncIterator[Any]:
            for url in urls:
                yield Request(url)

        def parse(self, response: Response) -> None:
            came.append(len(response.body))

    quiet = {"LOG_LEVEL": "WARNING", "TELNETCONSOLE_ENABLED": False, "REMOTE_CONTROL_ENABLED": False}
    process = AsyncCrawlerProcess(quiet)
    process.crawl(Nothing)
    process.start()
    return len(came), sum(came)


def aiohttp(urls: Sequence[str]) -> tuple[int, int]:
    """One session, as many loops as Scrapy has requests at once."""
    import asyncio

    from aiohttp import ClientSession

    came: list[int] = []
    left = iter(urls)

    async def loop(session: ClientSession) -> None:
        for url in left:
            async with session.get(url) as response:
                came.append(len(await response.read()))

    async def run() -> None:
        async with ClientSession() as session:
            await asyncio.gather(*(loop(session) for _ in range(AT_ONCE)))

    asyncio.run(run())
    return len(came), sum(came)


def newsplease(urls: Sequence[str]) -> tuple[int, int]:
    """news-please's own two steps, fetching with its threads, then reading one page after the other as we do.

    Without images, which it would fetch as well. Its `from_urls`, which reads in processes, gives nothing here.
    """
    from newsplease import NewsPlease
    from newsplease.crawler.simple_crawler import SimpleCrawler

    pages = SimpleCrawler.fetch_urls(list(urls))
    found = [NewsPlease.from_html(html, url=url, fetch_images=False) for url, html in pages.items()]
    texts = [text for one in found if (text := getattr(one, "maintext", None))]
    return len(texts), sum(map(len, texts))


RIVALS: dict[str, Callable[[Sequence[str]], tuple[int, int]]] = {"scrapy": scrapy, "aiohttp": aiohttp}
BY_NAME = {**RIVALS, "newsplease": newsplease}

if __name__ == "__main__":
    main(sys.argv[1])

"""How we behave towards sites: the Scrapy settings, each with its reason."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from pipelines.settings import Settings
from spiders import policy

ROBOT = "Nightdesk"


def user_agent(settings: Settings) -> str:
    """Our name, and how to reach the operator."""
    contact = f" (+{settings.contact})" if settings.contact else ""
    return f"{ROBOT}/{version('nightdesk')}{contact}"


def scrapy_settings(settings: Settings) -> dict[str, Any]:
    """The settings of a crawl; all other settings have Scrapy's defaults."""
    return {
        "USER_AGENT": user_agent(settings),
        # Nothing is decoded here: the raw store keeps the bytes as sent, and extraction knows gzip.
        "COMPRESSION_ENABLED": False,
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "Accept-Encoding": "gzip",
        },
        # spiders.robots obeys robots.txt: Scrapy's own middleware fetches a page even if robots.txt cannot be read.
        "ROBOTSTXT_OBEY": False,
        # These are all of Scrapy's own parts that a crawl needs. Every other part costs an import (such as aiohttp's),
        # and most of them cost time at every page, even if they are switched off or set to None.
        "EXTENSIONS_BASE": {"scrapy.extensions.memusage.MemoryUsage": 0},
        # Without this middleware Scrapy warns at every start that no Referer headers are sent.
        "SPIDER_MIDDLEWARES_BASE": {"scrapy.spidermiddlewares.referer.RefererMiddleware": 700},
        "DOWNLOADER_MIDDLEWARES_BASE": {
            "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": 350,
            "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
            "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500,
            "scrapy.downloadermiddlewares.retry.RetryMiddleware": 550,
            "spiders.redirects.Redirects": 600,
        },
        "DOWNLOADER_MIDDLEWARES": {
            "spiders.guard.GuardMiddleware": 10,
            "spiders.robots.RobotsMiddleware": 100,
        },
        # A request to a name that leads to a private address fails when it connects, however the name is spelled.
        "TWISTED_DNS_RESOLVER": "spiders.guard.GuardedResolver",
        "DOWNLOAD_HANDLERS": {
            "http": "spiders.handler.Handler",
            "https": "spiders.handler.Handler",
            **dict.fromkeys(("file", "data", "ftp", "s3")),
        },
        # A proxy in the environment would resolve names behind the guard's back.
        "HTTPPROXY_ENABLED": False,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        # There is only one request to a host at a time. A delay of zero would switch that off. The source and
        # robots.txt set the real delay.
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": 1.0,
        # Scrapy draws a random delay whenever the slot wakes: with its default of 0.5 the real gap is a quarter longer
        # than requested.
        "DOWNLOAD_DELAY_JITTER": 0.1,
        # This number is enough for 250 hosts at one request a second.
        "CONCURRENT_REQUESTS": 64,
        # Scrapy starts this many workers for every response. Our spiders give no items, and Scrapy's default of 100
        # would cost a third of the CPU.
        "CONCURRENT_ITEMS": 1,
        # The time of a request counts from the first byte sent to the last byte received, so that an answer that comes
        # byte by byte ends as well.
        "DOWNLOAD_TIMEOUT": settings.fetch_timeout,
        "DNS_TIMEOUT": 10,
        # A larger body ends the request, and the URL fails as too large; no article is this long.
        "DOWNLOAD_MAXSIZE": policy.MAX_RECEIVED_BYTES,
        "DOWNLOAD_WARNSIZE": 0,
        "REDIRECT_MAX_TIMES": 5,
        "METAREFRESH_ENABLED": False,
        # The ledger retries later; immediate retries are only for short faults. 429 and 503 are not among the statuses,
        # because they ask for a pause.
        "RETRY_TIMES": 1,
        "RETRY_HTTP_CODES": [500, 502, 504, 522, 524, 408],
        # A time-out is not among these exceptions: a server that was silent for so long would be silent again.
        "RETRY_EXCEPTIONS": [
            "scrapy.exceptions.CannotResolveHostError",
            "scrapy.exceptions.DownloadConnectionRefusedError",
            "scrapy.exceptions.DownloadFailedError",
            "scrapy.exceptions.ResponseDataLossError",
        ],
        # Every status reaches the spider, because the ledger has an outcome for each.
        "HTTPERROR_ALLOW_ALL": True,
        # The ledger knows the fetched pages. Scrapy's default would drop redirects to known pages silently.
        "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",
        "COOKIES_ENABLED": False,
        "REFERER_ENABLED": True,
        "REFERRER_POLICY": "no-referrer",
        "URLLENGTH_LIMIT": 2083,
        # Both consoles are on by default, and would run code for anybody who reaches their port.
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "LOG_LEVEL": "INFO",
        "LOG_INSTALL_ROOT_HANDLER": False,
        # The line with the versions of installed packages, which nobody reads, took a twentieth of a small crawl's CPU.
        "LOG_VERSIONS": [],
        "STATS_DUMP": False,
        "LOGSTATS_INTERVAL": 0,
        "MEMUSAGE_ENABLED": True,
        "MEMUSAGE_LIMIT_MB": 2048,
        "REACTOR_THREADPOOL_MAXSIZE": 20,
        "NIGHTDESK": settings,
    }

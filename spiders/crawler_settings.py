"""How we behave towards sites: the Scrapy settings, each with its reason."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from pipelines.settings import Settings

ROBOT = "Nightdesk"
# Bytes of one response. Chosen: large sitemaps fit; memory has to end somewhere.
MAX_BODY_BYTES = 10 * 1024 * 1024


def user_agent(settings: Settings) -> str:
    """Who we are and how to reach whoever runs this."""
    contact = f" (+{settings.contact})" if settings.contact else ""
    return f"{ROBOT}/{version('nightdesk')}{contact}"


def scrapy_settings(settings: Settings) -> dict[str, Any]:
    """The settings of a crawl; what is not here is Scrapy's default."""
    return {
        "USER_AGENT": user_agent(settings),
        # We decode nothing: the raw store keeps what was sent, and extraction knows gzip.
        "COMPRESSION_ENABLED": False,
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "Accept-Encoding": "gzip",
        },
        # robots.txt is obeyed by spiders.robots: Scrapy's own middleware fetches anyway when it cannot be read.
        "ROBOTSTXT_OBEY": False,
        # All of Scrapy's own parts that a crawl needs; each of the others costs its import, aiohttp's for one, and most
        # something at every page, even where they are switched off or set to None.
        "EXTENSIONS_BASE": {"scrapy.extensions.memusage.MemoryUsage": 0},
        # Without it Scrapy warns at every start that none are sent.
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
        # Names that lead to private addresses fail at connect, however they are written.
        "TWISTED_DNS_RESOLVER": "spiders.guard.GuardedResolver",
        "DOWNLOAD_HANDLERS": {
            "http": "spiders.handler.Handler",
            "https": "spiders.handler.Handler",
            **dict.fromkeys(("file", "data", "ftp", "s3")),
        },
        # A proxy in the environment would resolve names behind the guard's back.
        "HTTPPROXY_ENABLED": False,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        # One request to a host at a time; zero delay would switch that off too. Source and robots.txt set the real one.
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": 1.0,
        # Redrawn whenever the slot wakes: Scrapy's 0.5 makes the real gap a quarter longer than asked.
        "DOWNLOAD_DELAY_JITTER": 0.1,
        # Enough for 250 hosts at one request a second.
        "CONCURRENT_REQUESTS": 64,
        # Scrapy starts this many workers for every response, and ours give no items; 100 costs a third of the CPU.
        "CONCURRENT_ITEMS": 1,
        # From the first byte sent to the last received, so that a drip ends as well.
        "DOWNLOAD_TIMEOUT": settings.fetch_timeout,
        "DNS_TIMEOUT": 10,
        # Larger bodies are cut off at once; no article is this long.
        "DOWNLOAD_MAXSIZE": MAX_BODY_BYTES,
        "DOWNLOAD_WARNSIZE": 0,
        "REDIRECT_MAX_TIMES": 5,
        "METAREFRESH_ENABLED": False,
        # The ledger retries later; what is repeated at once is only a hiccup. 429 and 503 ask for rest, not for more.
        "RETRY_TIMES": 1,
        "RETRY_HTTP_CODES": [500, 502, 504, 522, 524, 408],
        # Whoever let us wait for so long would do it again.
        "RETRY_EXCEPTIONS": [
            "scrapy.exceptions.CannotResolveHostError",
            "scrapy.exceptions.DownloadConnectionRefusedError",
            "scrapy.exceptions.DownloadFailedError",
            "scrapy.exceptions.ResponseDataLossError",
        ],
        # Every status reaches the spider: the ledger has an outcome for each.
        "HTTPERROR_ALLOW_ALL": True,
        # The ledger knows what was fetched; the default drops redirects to known pages without a word.
        "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",
        "COOKIES_ENABLED": False,
        "REFERER_ENABLED": True,
        "REFERRER_POLICY": "no-referrer",
        "URLLENGTH_LIMIT": 2083,
        # Both are on by default and would run code for whoever reaches the port.
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "LOG_LEVEL": "INFO",
        "LOG_INSTALL_ROOT_HANDLER": False,
        "STATS_DUMP": False,
        "LOGSTATS_INTERVAL": 0,
        "MEMUSAGE_ENABLED": True,
        "MEMUSAGE_LIMIT_MB": 2048,
        "REACTOR_THREADPOOL_MAXSIZE": 20,
        "NIGHTDESK": settings,
    }

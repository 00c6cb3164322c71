"""The download handler: Scrapy's own, with a bound on what comes before the body, which Scrapy does not count."""

from __future__ import annotations

from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
)
from scrapy.crawler import Crawler
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.web._newclient import Request
from twisted.web.iweb import IResponse

# Servers and proxies give up between 8 and 64 KB, and fastwarc, which reads it again from the raw file, at 32.
LARGEST_HEAD = 30 * 1024
TOO_LARGE = f"headers of more than {LARGEST_HEAD} bytes"


class Handler(HTTP11DownloadHandler):
    """Fetches over HTTP/1.1 as Scrapy does; a response whose headers do not end fails."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _Factory


class _Parser(_LenientHTTPClientParser):
    # Over all heads of one answer: a server can send interim ones (1xx) for ever.
    head = 0

    def lineReceived(self, line: bytes) -> None:
        # With its line break and the blank behind its colon, as it is stored.
        self.head += len(line) + 3
        if self.head > LARGEST_HEAD:
            raise ValueError(TOO_LARGE)
        super().lineReceived(line)


class _Protocol(_LenientHTTP11ClientProtocol):
    def request(self, request: Request) -> Deferred[IResponse]:
        answer = super().request(request)
        # As in Scrapy's own: the parser's class is written into Twisted, so that of the object is changed.
        assert self._parser is not None
        self._parser.__class__ = _Parser
        return answer


class _Factory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: IAddress | None) -> _Protocol:
        return _Protocol(self._quiescentCallback)  # type: ignore[no-untyped-call]

"""The download handler: Scrapy's own, with a limit on the bytes before the body, which Scrapy does not count.

Only in this module does a request have the secrets of its source. They are put into a copy of the request that nothing
else sees, for one hop, and are removed from the response. So no redirect, record, log or ledger has them.

This is also the last place before the network. If the crawl was suspended for so long that others may have its turns,
nothing more is sent from here.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any

from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
)
from scrapy.core.downloader.handlers.http11 import TunnelError as NoTunnel
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    IgnoreRequest,
)
from scrapy.http import Request as Asked
from scrapy.http import Response
from scrapy.utils.misc import build_from_crawler
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.web._newclient import Request
from twisted.web.iweb import IResponse

from pipelines import encodings
from pipelines.codes import Cause
from pipelines.model import Source
from pipelines.sources import access
from pipelines.sources.access import Access
from pipelines.stores import warc
from spiders import trust

# ACCESS is the setting with the access of each source, by name. FOR is the key of a request's meta with the source of
# the request.
ACCESS = "NIGHTDESK_ACCESS"
FOR = "nightdesk_source"
# A body with more bytes than this is examined in a thread, because in the loop other requests would wait for that.
AT_ONCE_BYTES = 256 * 1024
# The headers of an answer have at most this many bytes together. Servers and proxies give up between 8 and 64 KB;
# fastwarc, which later reads the raw file, gives up at 32 KB.
LARGEST_HEAD = 30 * 1024
TOO_LARGE = f"headers of more than {LARGEST_HEAD} bytes"


class UnservedRequest(IgnoreRequest):
    """A request that brought no page, although the connection worked. code and words go into the ledger."""

    def __init__(self, code: Cause, words: str) -> None:
        super().__init__(words)
        self.code = code


class Handler(HTTP11DownloadHandler):
    """Fetches over HTTP/1.1 as Scrapy does. A response whose headers do not end fails."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.crawler = crawler
        self._pool._factory = _Factory
        self.access: Mapping[str, Access] = crawler.settings.get(ACCESS) or {}
        authorities = crawler.settings["NIGHTDESK"].ca_file
        if authorities:
            factory: Any = build_from_crawler(trust.OwnAuthorities, crawler)
            factory.roots = trust.Roots(authorities)
            self._contextFactory = factory

    async def download_request(self, request: Asked) -> Response:
        """The response to a request, sent with the login of the source that the request is made for. If this crawl may
        have lost its turn at the host, `check_turns` of the spider raises.
        """
        check_turns = getattr(self.crawler.spider, "check_turns", None)
        if check_turns:
            check_turns()
        own = self.access.get(request.meta.get(FOR, ""))
        if own is None:
            return await super().download_request(request)
        # A mapped host is reached at its mapped address, not by the proxy of the source.
        proxied = bool(own.proxy) and not request.meta.get("proxy")
        asked = request.replace(meta={**request.meta, "proxy": own.proxy} if proxied else request.meta)
        for name, value in access.headers_for(own, request.url):
            # Cookies from redirects come after the source's own.
            on_the_way = asked.headers.get(name) if name.lower() == "cookie" else None
            asked.headers[name] = b"; ".join(filter(None, (value.encode("latin-1"), on_the_way)))
        if proxied and own.proxy_login:
            asked.headers["Proxy-Authorization"] = own.proxy_login
        try:
            response = await super().download_request(asked)
        except Exception as error:
            told = _replace_error(error, own, proxied=proxied)
            if told is None:
                raise
            raise told from None
        if "download_latency" in asked.meta:
            request.meta["download_latency"] = asked.meta["download_latency"]
        if len(response.body) > AT_ONCE_BYTES:
            return await asyncio.to_thread(_without_secrets, response, own)
        return _without_secrets(response, own)


def made_for(source: Source) -> dict[str, Any]:
    """The meta of a request that is made for a source."""
    return {FOR: source.name}


def passed_on(request: Asked) -> dict[str, Any]:
    """The meta that a request hands to a further request for the same source."""
    return {FOR: request.meta[FOR]} if FOR in request.meta else {}


def _without_secrets(response: Response, own: Access) -> Response:
    """The response without the secrets, in the form that everybody may see."""
    headers = response.headers.copy()
    for name in list(headers):
        clean = access.cookie_without_value if name.lower() == b"set-cookie" else _cleaner(own)
        headers.setlist(name, [clean(value) for value in headers.getlist(name)])
    coding = b",".join(headers.getlist("Content-Encoding")).decode("latin-1")
    try:
        body = encodings.unpack(response.body, coding, warc.MAX_BODY_BYTES)
    except ValueError:
        # This body cannot be decoded, here or later, so no secret in it can be found.
        return response.replace(headers=headers)
    clean_body = access.bytes_without(own, body)
    if clean_body is body:
        return response.replace(headers=headers)
    headers.pop("Content-Encoding", None)
    return response.replace(headers=headers, body=clean_body)


def _cleaner(own: Access) -> Any:
    return lambda value: access.bytes_without(own, value)


def _replace_error(error: Exception, own: Access, *, proxied: bool) -> Exception | None:
    """The error to raise instead, if an error would show a secret or would blame the site for the proxy's fault."""
    if isinstance(error, NoTunnel):
        status = re.search(r"'status': (\d+)", str(error))
        said = f"status {status[1]}" if status else "no HTTP"
        return UnservedRequest(Cause.PROXY, f"proxy: it opens no way to the site ({said})")
    if proxied and isinstance(error, DownloadConnectionRefusedError):
        return UnservedRequest(Cause.PROXY, "proxy: connection refused")
    if proxied and isinstance(error, CannotResolveHostError):
        return UnservedRequest(Cause.PROXY, "proxy: its name is not known")
    said = access.without(own, str(error))
    return DownloadFailedError(said) if said != str(error) else None


class _Parser(_LenientHTTPClientParser):
    # The limit is for all headers of one answer together, because a server can send interim answers (1xx) for ever.
    head = 0

    def lineReceived(self, line: bytes) -> None:
        # A header counts with its line break and the blank after its colon, as it is stored.
        self.head += len(line) + 3
        if self.head > LARGEST_HEAD:
            raise ValueError(TOO_LARGE)
        super().lineReceived(line)


class _Protocol(_LenientHTTP11ClientProtocol):
    def request(self, request: Request) -> Deferred[IResponse]:
        answer = super().request(request)
        # Twisted chooses the parser's class, so the class of the finished object is changed, as Scrapy's own code does.
        assert self._parser is not None
        self._parser.__class__ = _Parser
        return answer


class _Factory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: IAddress | None) -> _Protocol:
        return _Protocol(self._quiescentCallback)  # type: ignore[no-untyped-call]

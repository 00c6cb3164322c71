"""What may be fetched: schemes, ports, addresses and mapped hosts, before and after redirects and name resolution."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from ipaddress import ip_address
from types import SimpleNamespace
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, IgnoreRequest
from scrapy.http import Request
from scrapy.resolver import CachingThreadedResolver
from twisted.internet._resolver import SimpleResolverComplexifier
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError

from pipelines import urls
from pipelines.codes import Cause
from pipelines.errors import SettingsError
from pipelines.model import Source
from pipelines.networks import Address, Network, is_public
from pipelines.settings import Settings
from spiders.handler import ACCESS

# An error shows at most this many characters of a host's name. Chosen: they fit in one line.
HOST_CHARACTERS = 80

# These are the ports of the two schemes of the web.
HTTP, HTTPS = 80, 443
# These are the usual ports of the web. docs/operations.md names them too. Another port may be that of a mail server or
# a database.
PORTS = {HTTP, HTTPS, 8080, 8443}
# For each host name that the resolver refused: the reason, until `GuardMiddleware.process_exception` takes it.
_refused: dict[str, RefusedRequest] = {}


@dataclass(frozen=True)
class GuardPolicy:
    """What the settings allow.

    networks: private networks that are allowed, each with the one port that is open there; 0 means the usual ports.
    hosts: pattern -> address and port of the proxy that answers for these hosts.
    proxies: the hosts of the proxies of sources. They may be private, and no page is requested from them. contact:
    whether a contact is set.
    """

    networks: tuple[tuple[Network, int], ...] = ()
    hosts: Mapping[str, str] = field(default_factory=dict)
    proxies: frozenset[str] = frozenset()
    contact: bool = True


class RefusedRequest(IgnoreRequest):
    """A request that is not made. blocked: whether its URL counts as blocked, and is tried again; otherwise it is
    excluded. code and reason go into the ledger.
    """

    def __init__(self, reason: str, *, blocked: bool = False, code: Cause = Cause.GUARD) -> None:
        super().__init__(reason)
        self.reason = reason
        self.blocked = blocked
        self.code = code


def guard_policy(settings: Settings) -> GuardPolicy:
    """The policy that these settings make; SettingsError if a mapped host leads to an address that is not allowed."""
    networks = tuple(settings.networks)
    for pattern, proxy in settings.hosts.items():
        address = _literal(proxy.rpartition(":")[0])
        if not address or not proxy.rpartition(":")[2].isdigit():
            raise SettingsError(
                f"NIGHTDESK_HOST_MAP: {pattern}={proxy} does not end in address:port, like 127.0.0.1:8790."
            )
        if not address.is_loopback and not any(address in network for network, _ in networks):
            raise SettingsError(f"NIGHTDESK_HOST_MAP: {proxy} is neither loopback nor in NIGHTDESK_ALLOW_NETWORKS.")
    return GuardPolicy(networks=networks, hosts=dict(settings.hosts), contact=bool(settings.contact.strip()))


def check_contact(rules: GuardPolicy, sources: Iterable[Source]) -> None:
    """SettingsError if a source lies outside loopback and mapped hosts, and no contact is set."""
    for source in sources:
        for url in (*source.feeds, *source.sitemaps, *source.sections):
            if not rules.contact and not _at_home(rules, urlsplit(url).hostname or ""):
                raise SettingsError(
                    f"NIGHTDESK_CONTACT is empty, and {source.name} is on the internet: a site must be able to reach "
                    "the person who crawls it. Set it to a mail or web address, like mailto:desk@example.org."
                )


def refusal(rules: GuardPolicy, url: str) -> RefusedRequest | None:
    """Why a URL may not be fetched; None if it may."""
    if len(url) > urls.LONGEST_CHARACTERS:
        return RefusedRequest(f"guard: a URL of more than {urls.LONGEST_CHARACTERS} characters")
    try:
        parts = urlsplit(url)
        port = parts.port if parts.port is not None else HTTPS if parts.scheme == "https" else HTTP
    except ValueError:
        return RefusedRequest("guard: no URL")
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https"):
        return RefusedRequest(f"guard: scheme {parts.scheme or 'missing'}")
    if "@" in parts.netloc:
        return RefusedRequest("guard: user name in the URL")
    if not host:
        return RefusedRequest("guard: no host")
    try:
        urls.clean(url)
    except ValueError:
        # A redirect may lead to a URL that the ledger cannot store. Such a URL is not fetched either.
        return RefusedRequest(f"guard: {host[:HOST_CHARACTERS]!r} is no usable host name")
    if not rules.contact and not _at_home(rules, host):
        return RefusedRequest("guard: no contact is set, so nothing on the internet is fetched")
    if proxy_of(rules, host):
        return None
    address = _literal(host)
    if address:
        return _shut(rules, address, port, f"guard: {address}")
    if host in rules.proxies:
        return RefusedRequest("guard: a proxy is no site")
    if _written_oddly(host):
        return RefusedRequest(f"guard: {host} is an address in disguise")
    # A port may be allowed in one network only. Whether the host is in this network shows when its name is resolved, so
    # the resolver checks the port again.
    known = port in PORTS or any(port == opened for _, opened in rules.networks)
    return None if known else RefusedRequest(f"guard: port {port}", code=Cause.GUARD_NETWORK)


def proxy_of(rules: GuardPolicy, host: str) -> str:
    """The address and port of the server that answers for a mapped host, or nothing."""
    return next((proxy for pattern, proxy in rules.hosts.items() if fnmatchcase(host.lower(), pattern.lower())), "")


def check_address(rules: GuardPolicy, name: str, answer: str, port: int = HTTP) -> RefusedRequest | None:
    """Why a name may not lead to this port of this address; None if it may."""
    if name in rules.proxies:
        return None
    # The proxy of a mapped host is reached by its address, never by a name.
    if name == answer and any(proxy.rpartition(":")[0] == answer for proxy in rules.hosts.values()):
        return None
    # The URL counts as blocked and is tried again, because a resolver may give another answer tomorrow.
    return _shut(rules, ip_address(answer), port, f"guard: {name} leads to {answer}, which", blocked=True)


class GuardMiddleware:
    """Refuses what may not be fetched, and sends mapped hosts to their server, on every hop of every request."""

    def __init__(self, rules: GuardPolicy) -> None:
        self.rules = rules

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Built by Scrapy."""
        return cls(_policy_of(crawler))

    def process_request(self, request: Request) -> Request | None:
        """Raise RefusedRequest, or set where the request goes. A host with a dot at its end counts as the host without
        the dot."""
        refused = refusal(self.rules, request.url)
        if refused:
            raise refused
        parts = urlsplit(request.url)
        # robots.txt and the ledger have the address without a dot at the end of the host and without dot segments in
        # the path.
        if (parts.hostname or "").endswith(".") or urls.drop_dots(parts.path) != parts.path:
            return request.replace(url=urls.clean(request.url))
        request.meta.pop("proxy", None)
        proxy = proxy_of(self.rules, urlsplit(request.url).hostname or "")
        if proxy:
            request.meta["proxy"] = f"http://{proxy}"
        return None

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Raise RefusedRequest if the resolver refused the name. Twisted loses the resolver's own reason, so it is
        looked up here."""
        refused = _refused.pop(urlsplit(request.url).hostname or "", None)
        if refused and isinstance(exception, CannotResolveHostError):
            raise refused


class GuardedResolver(CachingThreadedResolver):
    """Resolves names, but not to private addresses, and not for a port that is closed at the address."""

    rules: GuardPolicy

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> Self:
        """Built by Scrapy."""
        made = super().from_crawler(crawler, reactor)
        made.rules = _policy_of(crawler)
        return made

    def install_on_reactor(self) -> None:
        """Make Twisted call `resolveHostName`, which gets the port too. The older of Twisted's two interfaces for
        resolvers has no port.
        """
        super().install_on_reactor()
        self.reactor.installNameResolver(self)  # type: ignore[arg-type]

    def resolveHostName(self, resolutionReceiver: Any, hostName: str, portNumber: int = 0, *more: Any) -> Any:
        """The address of a name for a connection to a port; Twisted's endpoints call this."""
        at_port = SimpleNamespace(getHostByName=lambda name: self.getHostByName(name, port=portNumber))
        simple = SimpleResolverComplexifier(at_port)  # type: ignore[arg-type]
        return simple.resolveHostName(resolutionReceiver, hostName, portNumber, *more)

    def getHostByName(self, name: str, timeout: Any = (), port: int = HTTP) -> Deferred[str]:
        """The address of a name; Twisted calls this."""
        return super().getHostByName(name, timeout).addCallback(self._check_addresses, name, port)

    def _check_addresses(self, answer: str, name: str, port: int) -> str:
        refused = check_address(self.rules, name, answer, port)
        if refused:
            _refused[name] = refused
            raise DNSLookupError(refused.reason)
        return answer


def _policy_of(crawler: Crawler) -> GuardPolicy:
    known = (crawler.settings.get(ACCESS) or {}).values()
    proxies = frozenset(urlsplit(one.proxy).hostname or "" for one in known if one.proxy)
    return replace(guard_policy(crawler.settings["NIGHTDESK"]), proxies=proxies)


def _at_home(rules: GuardPolicy, host: str) -> bool:
    address = _literal(host)
    return bool(proxy_of(rules, host)) or host == "localhost" or bool(address and address.is_loopback)


def _shut(rules: GuardPolicy, address: Address, port: int, who: str, *, blocked: bool = False) -> RefusedRequest | None:
    """Why this port of this address is not used; None if it may be used."""
    opened = {own for network, own in rules.networks if address in network}
    if port in opened or (port in PORTS and (0 in opened or is_public(address))):
        return None
    reason = f"guard: port {port}" if opened or is_public(address) else f"{who} is no public address"
    return RefusedRequest(reason, blocked=blocked, code=Cause.GUARD_NETWORK)


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host.strip("[]").split("%")[0])
    except ValueError:
        return None


def _written_oddly(host: str) -> bool:
    """Whether a host is an address in an odd form: the system reads 127.1, 0x7f000001 and 2130706433 as loopback."""
    try:
        socket.inet_aton(host)
    except OSError:
        return False
    return True

"""What may be fetched, and what not, however it is written."""

from types import SimpleNamespace
from typing import Any

import pytest
from scrapy.exceptions import CannotResolveHostError
from scrapy.http import Request
from scrapy.resolver import dnscache
from scrapy.utils.test import get_crawler
from twisted.internet import reactor
from twisted.internet.base import ThreadedResolver
from twisted.internet.defer import succeed

from pipelines.errors import SettingsError
from pipelines.settings import Settings
from pipelines.settings import settings as settings_of_this_process
from spiders.crawler_settings import scrapy_settings
from spiders.guard import (
    GuardedResolver,
    GuardMiddleware,
    GuardPolicy,
    RefusedRequest,
    check_address,
    check_contact,
    guard_policy,
    proxy_of,
    refusal,
)
from tests import sites

HOME = GuardPolicy(hosts={"*.newsroom.test": "127.0.0.1:8790"})


@pytest.mark.parametrize(
    "url",
    ["http://example.org/", "https://example.org/a?b", "http://example.org:8080/", "http://8.8.8.8/", "http://a.newsroom.test:99/"],
)  # fmt: skip
def test_the_open_web_and_mapped_hosts_may_be_fetched(url: str) -> None:
    assert refusal(HOME, url) is None


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://example.org/", "data:,x", "http://user:pw@example.org/", "http://example.org:22/",
     "http://127.0.0.1/", "http://10.0.0.1/", "http://169.254.169.254/latest", "http://[::1]/", "http://[::ffff:127.0.0.1]/",
     "http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://0.0.0.0/", "http://[fe80::1]/", "http://", "http://[::1",
     "http://100.64.0.1/", "http://[2002:7f00:1::]/", "http://224.0.0.1/", "http://0177.0.0.1/", "http://0x7f.1/", "http://0/",
     "http://[::7f00:1]/", "http://[64:ff9b::7f00:1]/", "http://[64:ff9b:1::1]/", "http://[2001:0:7f00:1::]/", "http://[fec0::1]/",
     "http://[fd00:ec2::254]/", "http://[ff02::1]/", "http://[::ffff:0:7f00:1]/", "http://192.0.0.192/", "http://168.63.129.16/",
     "http://100.100.100.200/", "http://240.0.0.1/", "http://x.org/" + "a" * 2100, "javascript:alert(1)", "http://x.org:0/"],
)  # fmt: skip
def test_everything_else_is_refused_with_a_reason(url: str) -> None:
    assert str(refusal(HOME, url)).startswith("guard: ")


def test_a_network_of_the_settings_is_let_through() -> None:
    rules = guard_policy(
        Settings(contact="mailto:tests@newsroom.test", allow_networks="127.0.0.0/8, 10.1.0.0/16:4567, [fd00::/8]:8000")
    )

    assert refusal(rules, "http://127.0.0.1:8080/") is None
    assert str(refusal(rules, "http://127.0.0.1:4567/")) == "guard: port 4567"
    assert refusal(rules, "http://10.1.2.3:4567/") is None
    assert str(refusal(rules, "http://10.1.2.3/")) == "guard: port 80"
    assert refusal(rules, "http://[fd00::1]:8000/") is None
    assert str(refusal(rules, "http://10.0.0.1/")) == "guard: 10.0.0.1 is no public address"


def test_a_port_that_is_open_in_a_network_is_open_for_a_name_that_leads_there_and_for_no_other() -> None:
    rules = guard_policy(Settings(contact="mailto:tests@newsroom.test", allow_networks="10.1.0.0/16:4567"))

    assert refusal(rules, "http://news.intern:4567/") is None
    assert str(refusal(rules, "http://news.intern:4568/")) == "guard: port 4568"
    assert check_address(rules, "news.intern", "10.1.2.3", 4567) is None
    assert str(check_address(rules, "news.intern", "93.184.216.34", 4567)) == "guard: port 4567"
    assert str(check_address(rules, "news.intern", "10.2.0.1", 4567)).endswith("10.2.0.1, which is no public address")
    assert str(check_address(rules, "news.intern", "10.1.2.3", 443)) == "guard: port 443"


@pytest.mark.parametrize(
    "entry", ["10.0.0.0/8:x", "10.0.0.0/8:0", "10.0.0.0/8:70000", "intern:8000", "10.0.0.1/8", "[fd00::"]
)
def test_a_network_that_is_none_is_refused_and_shown_how_it_is_written(
    entry: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NIGHTDESK_ALLOW_NETWORKS", entry)

    with pytest.raises(SettingsError, match=r"which is no network; write 10\.0\.0\.0/8, 10\.0\.0\.0/8:8000 or \["):
        settings_of_this_process()


def test_a_connection_is_checked_together_with_its_port(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    open_here = settings.model_copy(update={"allow_networks": "10.1.0.0/16:4567"})
    resolver = GuardedResolver.from_crawler(crawler_of(open_here), reactor)
    monkeypatch.setitem(dnscache, "news.intern", "10.1.2.3")
    heard: list[tuple[int, list[str]]] = []

    for port in (4567, 443):
        came: list[str] = []
        receiver = SimpleNamespace(
            resolutionBegan=lambda _: None,
            addressResolved=lambda at, came=came: came.append(f"{at.host}:{at.port}"),
            resolutionComplete=lambda came=came, port=port: heard.append((port, came)),
        )
        resolver.resolveHostName(receiver, "news.intern", port)

    assert heard == [(4567, ["10.1.2.3:4567"]), (443, [])]


def test_names_that_lead_to_private_addresses_are_refused() -> None:
    assert check_address(HOME, "evil.example.org", "127.0.0.1") is not None
    assert check_address(HOME, "evil.example.org", "10.1.2.3") is not None
    assert check_address(HOME, "example.org", "93.184.216.34") is None
    assert check_address(HOME, "127.0.0.1", "127.0.0.1") is None


def test_without_a_contact_only_loopback_and_mapped_hosts_are_fetched() -> None:
    rules = GuardPolicy(hosts=HOME.hosts, contact=False)

    check_contact(rules, [sites.source("a.newsroom.test")])
    with pytest.raises(SettingsError, match="NIGHTDESK_CONTACT is empty, and www is on the internet"):
        check_contact(rules, [sites.source("www.example.org")])
    assert str(refusal(rules, "http://example.org/")).startswith("guard: no contact")


def test_a_mapped_host_goes_to_its_server_and_no_other_does() -> None:
    assert proxy_of(HOME, "A.newsroom.test") == "127.0.0.1:8790"
    assert proxy_of(HOME, "newsroom.test.example.org") == ""


@pytest.mark.parametrize("proxy", ["10.0.0.1:80", "example.org:80", "127.0.0.1", "127.0.0.1:x"])
def test_a_host_map_that_leads_elsewhere_is_a_settings_error(settings: Settings, proxy: str) -> None:
    with pytest.raises(SettingsError, match="NIGHTDESK_HOST_MAP"):
        guard_policy(settings.model_copy(update={"host_map": f"*.a.test={proxy}"}))


def test_a_name_that_leads_elsewhere_the_second_time_is_refused_then(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter(["93.184.216.34", "169.254.169.254"])
    monkeypatch.setattr(ThreadedResolver, "getHostByName", lambda *_: succeed(next(answers)))
    resolver = GuardedResolver.from_crawler(crawler_of(settings), reactor)
    monkeypatch.setattr("scrapy.resolver.dnscache.limit", 0)

    first, second = outcome_of(resolver), outcome_of(resolver)

    assert first == "93.184.216.34"
    assert second == "guard: rebinding.example.org leads to 169.254.169.254, which is no public address"


def test_what_is_remembered_of_a_name_is_checked_again(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    resolver = GuardedResolver.from_crawler(crawler_of(settings), reactor)
    monkeypatch.setitem(dnscache, "rebinding.example.org", "127.0.0.1")

    assert outcome_of(resolver).startswith("guard: rebinding.example.org leads to 127.0.0.1")


def test_the_reason_of_a_refused_name_reaches_the_request(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    crawler = crawler_of(settings)
    monkeypatch.setitem(dnscache, "rebinding.example.org", "127.0.0.1")
    outcome_of(GuardedResolver.from_crawler(crawler, reactor))
    middleware, lost = GuardMiddleware.from_crawler(crawler), CannotResolveHostError("no results")

    with pytest.raises(RefusedRequest, match="leads to 127") as refused:
        middleware.process_exception(Request("http://rebinding.example.org/"), lost)

    assert refused.value.blocked
    assert middleware.process_exception(Request("http://rebinding.example.org/"), lost) is None


def crawler_of(settings: Settings) -> Any:
    return get_crawler(settings_dict=scrapy_settings(settings))


def outcome_of(resolver: GuardedResolver) -> str:
    said: list[str] = []
    resolver.getHostByName("rebinding.example.org").addCallbacks(said.append, lambda why: said.append(str(why.value)))
    return said[0].removeprefix("DNS lookup failed: ").rstrip(".")

"""Keys, fetchable forms and sites of URLs."""

import pytest

from pipelines import urls


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://Example.com:80/a", "http://example.com/a"),
        ("https://example.com:443/a", "https://example.com/a"),
        ("http://example.com", "http://example.com/"),
        ("http://example.com/a#comments", "http://example.com/a"),
        ("http://example.com/a?b=1&a=2", "http://example.com/a?a=2&b=1"),
        ("http://example.com/a?utm_source=x&id=5&fbclid=y", "http://example.com/a?id=5"),
        ("http://example.com/a?ref=rss", "http://example.com/a"),
        ("http://example.com/خبر", "http://example.com/%D8%AE%D8%A8%D8%B1"),
        ("http://example.com/%d8%ae", "http://example.com/%D8%AE"),
        ("http://خبر.example.com/", "http://xn--ngblk.example.com/"),
        ("  http://example.com/a\n", "http://example.com/a"),
        ("http://example.com/a;jsessionid=9?x=1", "http://example.com/a?x=1"),
    ],
)
def test_two_ways_to_write_one_address_have_one_key(one: str, other: str) -> None:
    assert urls.key(one) == urls.key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://example.com/a?newsid=55", "http://example.com/a?newsid=56"),
        ("http://example.com/a?ref=5", "http://example.com/a"),
        ("http://example.com/a", "https://example.com/a"),
        ("http://example.com/a%20b", "http://example.com/ab"),
        ("http://example.com/a?amp=1", "http://example.com/a"),
    ],
)
def test_different_addresses_keep_different_keys(one: str, other: str) -> None:
    assert urls.key(one) != urls.key(other)


@pytest.mark.parametrize(
    "url",
    ["", "x", "//example.com/a", "javascript:alert(1)", "file:///etc/passwd", "http://", "http:///a", "http://[::1",
     "http://a:99999/", "http://exa mple.com/", "http://example.com/\ud800", "http://%31/", "http://a:0/",
     "http://example.com/" + "a" * 3000],
)  # fmt: skip
def test_what_is_no_web_address_is_a_value_error_that_says_so(url: str) -> None:
    with pytest.raises(ValueError, match=r"is no|no usable|longer|port 0"):
        urls.key(url)


def test_the_fetchable_form_keeps_trackers_and_order_but_encodes() -> None:
    assert urls.cleaned(" HTTP://Example.com/خبر?b=1&utm_source=x#top ") == (
        "http://example.com/%D8%AE%D8%A8%D8%B1?b=1&utm_source=x"
    )


@pytest.mark.parametrize(
    ("host", "site"),
    [("www.bbc.co.uk", "bbc.co.uk"), ("arabic.example.com", "example.com"), ("example.com", "example.com"),
     ("a.b.gov.iq", "b.gov.iq"), ("a.b.de", "b.de"), ("127.0.0.1", "127.0.0.1"), ("[::1]", "[::1]")],
)  # fmt: skip
def test_hosts_of_one_publisher_share_a_site(host: str, site: str) -> None:
    assert urls.site(host) == site

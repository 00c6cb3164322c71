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
    assert urls.clean(" HTTP://Example.com/خبر?b=1&utm_source=x#top ") == (
        "http://example.com/%D8%AE%D8%A8%D8%B1?b=1&utm_source=x"
    )


@pytest.mark.parametrize(
    ("host", "site"),
    [("www.bbc.co.uk", "bbc.co.uk"), ("arabic.example.com", "example.com"), ("example.com", "example.com"),
     ("a.b.gov.iq", "b.gov.iq"), ("a.b.de", "b.de"), ("127.0.0.1", "127.0.0.1"), ("[::1]", "[::1]")],
)  # fmt: skip
def test_hosts_of_one_publisher_share_a_site(host: str, site: str) -> None:
    assert urls.site(host) == site


PLAIN = "https://example.com/news/flood-in-the-old-town-48151"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (PLAIN, f"{PLAIN}/amp"),
        (PLAIN, f"{PLAIN}/amp/"),
        (PLAIN, f"{PLAIN}?amp=1"),
        (PLAIN, f"{PLAIN}?outputType=amp"),
        (PLAIN, "https://amp.example.com/news/flood-in-the-old-town-48151"),
        (PLAIN, "https://m.example.com/news/flood-in-the-old-town-48151"),
        (PLAIN, "https://mobile.example.com/news/flood-in-the-old-town-48151"),
        (PLAIN, "https://example.com/amp/news/flood-in-the-old-town-48151"),
        (PLAIN, f"{PLAIN}?print=1"),
        (PLAIN, f"{PLAIN}/print/"),
        (PLAIN, "http://www.example.com/news/flood-in-the-old-town-48151/"),
        ("http://example.com/a.html", "http://example.com/a.amp.html"),
        ("http://example.com/?p=51", "http://example.com/?p=51&print=1"),
    ],
)
def test_the_forms_of_an_address_share_a_variant_key_and_keep_their_own_keys(one: str, other: str) -> None:
    assert urls.variant(one)[0] == urls.variant(other)[0]
    assert urls.key(one) != urls.key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://example.com/news/1", "http://m.example.com/news/1"),
        ("http://example.com/news/1", "http://example.com/mobile/news/1"),
        ("http://example.com/News/1", "http://example.com/news/1"),
        ("http://example.com/news?page=2", "http://example.com/news"),
        ("http://example.com/amp", "http://example.com/"),
        ("http://example.com/?m=202611", "http://example.com/"),
    ],
)
def test_what_may_be_another_article_has_another_variant_key(one: str, other: str) -> None:
    assert urls.variant(one)[0] != urls.variant(other)[0]


@pytest.mark.parametrize(
    ("one", "other", "akin"),
    [
        ("http://a.com/?p=123456", "http://a.com/news/123456-flood", True),
        ("http://a.com/x/flood-in-town", "http://a.com/2026/11/flood-in-town.html", True),
        ("http://a.com/خبر-عاجل-من-بغداد", "http://a.com/x/%D8%AE%D8%A8%D8%B1-عاجل-من-بغداد", True),
        ("http://a.com/2026/11/22/one", "http://a.com/2026/11/22/two", False),
        ("http://a.com/a/20261122", "http://a.com/b/20261122", False),
        ("http://a.com/news-detail.php?id=55", "http://a.com/news-detail.php", False),
        ("http://a.com/cat/10001/one", "http://a.com/cat/10001/two", False),
        ("http://a.com/news/12345", "http://a.com/login?next=/news/12345", False),
    ],
)
def test_addresses_are_akin_where_they_share_what_only_one_article_has(one: str, other: str, akin: bool) -> None:
    assert urls.akin(one, other) is akin


@pytest.mark.parametrize(
    ("host", "site"), [("a.github.io", "a.github.io"), ("x.blogspot.com", "x.blogspot.com"), ("www.a.test", "a.test")]
)
def test_publishers_under_one_provider_are_sites_of_their_own(host: str, site: str) -> None:
    assert urls.site(host) == site


@pytest.mark.parametrize(
    ("path", "plain"),
    [("/a/../private/1", "/private/1"), ("/a/%2E%2e/private/1", "/private/1"), ("/a/./b/", "/a/b/"), ("/../../x", "/x"),
     ("/a/b/..", "/a/"), ("/a/b/.", "/a/b/"), ("/a..b/.c/...", "/a..b/.c/..."), ("/a//b/../c", "/a//c")],
)  # fmt: skip
def test_dots_of_a_path_are_resolved_as_browsers_do(path: str, plain: str) -> None:
    assert urls.clean(f"http://a.test{path}?x=../y") == f"http://a.test{plain}?x=../y"
    assert urls.key(f"http://a.test{path}") == urls.key(f"http://a.test{plain}")

"""Patterns of source files: none takes longer than an address is long, and what cannot be promised is refused."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

from pipelines import patterns
from pipelines.errors import SourceError
from pipelines.sources import sourcefile
from pipelines.urls import LONGEST_CHARACTERS
from tests import clock

# CPU seconds for one address; Python's own engine took five and more for these.
AT_ONCE = 0.2
HOSTILE = (
    ".*.*.*.*.*=.*",
    "(?:(?:a{0,9}){0,9}){0,9}b",
    "(a+)+$",
    "(a|a)*b",
    "(a|aa)+$",
    "(.*a){9}b",
    "^(([a-z])+.)+[A-Z]([a-z])+$",
    "a*a*a*a*a*a*b",
    "(?:a?){99}a{99}",
    r"(\w+\s?)*$",
    "([^/]+/?)*x$",
)
BAITS = (
    "a" * LONGEST_CHARACTERS,
    "=" * LONGEST_CHARACTERS,
    "/" * LONGEST_CHARACTERS,
    "a/" * (LONGEST_CHARACTERS // 2),
    "http://a.test/" + "a-1" * 680,
)
SOURCE = """
title = "A"
url = "http://a.test/"
country = "GB"
language = "en"
timezone = "Europe/London"
feeds = ["http://a.test/feed"]
{key} = ['''{pattern}''']
"""


@pytest.mark.parametrize("pattern", HOSTILE)
def test_no_pattern_takes_longer_than_the_address_is_long(pattern: str) -> None:
    with clock.cpu_below(AT_ONCE * len(BAITS)):
        for bait in BAITS:
            patterns.matches(pattern, bait)


@pytest.mark.parametrize("key", ["allow", "deny"])
@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        (r"(a)\1", "refers back to a group"),
        ("(?<=news)/1", "looks behind itself"),
        ("(?<!news)/1", "looks behind itself"),
        ("news/(?!live)", "holds the look-ahead (?!live)"),
        ("^a(?:b(?=c))", "holds the look-ahead (?=c)"),
        ("^a(?!b)|c", "alternatives outside of brackets"),
        ("^a(?!b", "a bracket is not closed"),
        ("a(", "is no regular expression"),
        ("(?>a+)b", "is no regular expression"),
        ("a{0,2000}", "is no regular expression"),
    ],
)
def test_what_no_engine_can_promise_is_refused_with_file_key_and_reason(key: str, pattern: str, said: str) -> None:
    with pytest.raises(SourceError) as refused:
        sourcefile.parse(SOURCE.format(key=key, pattern=pattern), "a", "sources/a.toml")

    assert str(refused.value).startswith(f"sources/a.toml: {key} is ") and said in str(refused.value)


@pytest.mark.parametrize(
    "pattern",
    [
        r"^https?://(?:www\.)?a\.test/news/[^/?#]+/?(?:[?#]|$)",
        r"^https?://(?:www\.)?a\.test/(?!(?:gallery|video)/)[^/?#]+/\d+/?(?:[?#]|$)",
        r"^https?://a\.test/?\?(?=(?:[^#]*&)?do=read(?:[&#]|$))(?:[^#]*&)?id=\d+(?:[&#]|$)",
        r"/(?:خبر|%D8%AE%D8%A8%D8%B1)/\w+",
        r"(?i)/NEWS/",
        r"/[\w-]+-\d{3,}\Z",
        r"/(?P<year>\d{4})/",
    ],
)
def test_what_follow_and_people_write_means_what_it_meant(pattern: str) -> None:
    hosts, paths = ("http://a.test", "https://www.a.test"), ("news/a-b", "gallery/12", "story/12", "Video/9", "خبر/نص")
    queries = ("", "/", "?id=4", "?do=read&id=4", "?id=4&do=read", "?id=4&do=edit", "#x", "-1234", "/2026/1")
    urls = [f"{host}/{path}{query}" for host, path, query in product(hosts, paths, queries)]
    urls += [f"{host}/{query}" for host, query in product(hosts, queries)]

    assert [patterns.matches(pattern, url) for url in urls] == [bool(re.search(pattern, url)) for url in urls]
    assert any(patterns.matches(pattern, url) for url in urls)


def test_every_pattern_of_the_catalogue_can_be_used() -> None:
    files = sorted((Path(__file__).parents[2] / "spiders" / "catalogue").rglob("*.toml"))

    found = [
        pattern for file in files for source in [sourcefile.load(file)] for pattern in (*source.allow, *source.deny)
    ]

    assert all(patterns.compile_pattern(pattern) for pattern in found) and files

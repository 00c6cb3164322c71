"""Whatever a site sends, a page is an article or a rejection, in time, and costs no other page anything."""

from __future__ import annotations

import json
import pickle
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.extract import extraction, markup
from pipelines.extract.site import observations
from pipelines.extract.stage import extract
from pipelines.model import Article, Rejection, Template
from pipelines.settings import Settings
from pipelines.stores import articlefile, postgres
from tests.examples import drawn
from tests.jisr import crawled
from tests.pages import BODY, SHAPES, SOURCE, TITLE, html, page, story
from tests.printed_pages import SHAPES as PRINTED
from tests.sites import RUN, source

PAGES = [html(shape) for shape in (*SHAPES.values(), *PRINTED.values())]
TAGS = (
    *(
        "p",
        "div",
        "a",
        "b",
        "table",
        "tr",
        "td",
        "ul",
        "li",
        "h1",
        "h2",
        "article",
        "main",
        "section",
        "span",
        "br",
        "img",
    ),
    *("title", "head", "body", "html", "svg", "math", "template", "noscript", "iframe", "form", "select", "option"),
    *(
        "textarea",
        "style",
        "script",
        "plaintext",
        "frameset",
        "o:p",
        "x-y",
        "figure",
        "figcaption",
        "time",
        "blockquote",
    ),
    *("video", "object", "base", "link", "meta", "pre", "font", "center", "button", "dl", "dd", "ruby", "rt"),
)
NAMES = (
    "class",
    "id",
    "style",
    "href",
    "datetime",
    "itemprop",
    "rel",
    "content",
    "name",
    "property",
    "lang",
    "hidden",
    "x:y",
)
VALUES = (
    *(
        "",
        "comment",
        "share related",
        "entry-content",
        "author",
        "date",
        "display:none",
        "http://[::1",
        "//[",
        "javascript:x",
    ),
    *("9999-99-99T99:99:99+99:99", "-0001", "0000-00-00", "2026-11-20T10:00:00Z", "article:published_time", "og:title"),
    *(
        "canonical",
        "datePublished",
        "\u0661\u0662/\u0661\u0662/\u0662\u0660\u0662\u0666",
        "a" * 300,
        "\u200c",
        "\u202e",
    ),
)
TEXTS = (
    *(
        *BODY,
        TITLE,
        "404",
        "منذ يومين",
        "20 نوفمبر 2026",
        "Subscribe to continue",
        "\u200c\u200d\u200c",
        "\ufffe\uffff",
    ),
    *("&#xD800;", "&#0;", "&#x110000;", "&nbsp" * 40, "&amp;lt;", "]]>", "-->", "\x00\x0b\x0c\x1c\x1d\x1e\x1f\x7f\x85"),
    *(
        "\u2028\u2029",
        "\U0001f468\u200d\U0001f469",
        "a\u0301\u0327" * 30,
        "桥" * 50,
        " \t\n" * 50,
        "<",
        ">",
        '"',
        "'",
        "=",
        "/",
    ),
)
PIECES = (
    *(
        "<!--",
        "-->",
        "</body>",
        "</html>",
        "</p>",
        "</div>",
        "</td>",
        "<title>",
        "<svg><title>",
        "<plaintext>",
        "<![CDATA[",
    ),
    *("<?xml version='1.0' encoding='x'?>", "<p " * 5, "<a>" * 30, "<table><tr><td>" * 5, "<b><i>" * 40, "<div>" * 300),
    '<script type="application/ld+json">' + "[" * 3000 + "</script>",
    '<script type="application/ld+json">{"@type":"Article","articleBody":"<!-- x"}</script>',
    '<script type="application/ld+json">{"@type":"Article","articleBody":"<?xml encoding=\\"x\\"?><p>a"}</script>',
    '<meta property="article:published_time" content="2026-02-30T25:61:61+99:99">',
    '<meta http-equiv="Content-Type" content="text/html; charset=utf-7">',
    '<base href="http://[">',
    *TEXTS,
)
CHARSETS = ("utf-8", "cp1256", "utf-16", "utf-16-le", "cp1251", "gb18030", "shift_jis", "iso8859-9", "utf-7")

attributes = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES)), max_size=4).map(
    lambda pairs: "".join(f' {name}="{value}"' for name, value in pairs)
)
opened = st.tuples(st.sampled_from(TAGS), attributes).map(lambda made: f"<{made[0]}{made[1]}>")
soup = st.lists(
    st.one_of(opened, st.sampled_from(TAGS).map("</{}>".format), st.sampled_from(TEXTS), st.text(max_size=20)),
    max_size=60,
).map("".join)
changes = st.lists(
    st.tuples(
        st.sampled_from(("insert", "cut", "repeat", "end", "flip")),
        st.floats(0, 1),
        st.integers(0, 400),
        st.sampled_from(PIECES),
    ),
    min_size=1,
    max_size=8,
)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.sampled_from((*TEXTS, *VALUES))),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(("@type", "name", "url", "@value", "@graph", "item", "headline", "articleBody", "x")),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=8,
)
FIELDS = (
    *(
        "headline",
        "articleBody",
        "datePublished",
        "dateModified",
        "dateCreated",
        "author",
        "creator",
        "publisher",
        "image",
    ),
    *("keywords", "articleSection", "description", "isAccessibleForFree", "mainEntityOfPage", "@graph", "hasPart"),
    "liveBlogUpdate",
)


def mutated(body: bytes, given_changes: list[tuple[str, float, int, str]]) -> bytes:
    for what, where, size, piece in given_changes:
        at = int(where * len(body))
        inserted = piece.encode("utf-8", "surrogatepass")
        body = {
            "insert": lambda b, a, s, i: b[:a] + i + b[a:],
            "cut": lambda b, a, s, i: b[:a] + b[a + s :],
            "repeat": lambda b, a, s, i: b[:a] + b[a : a + s] * 3 + b[a:],
            "end": lambda b, a, s, i: b[:a] if s > 200 else b,
            "flip": lambda b, a, s, i: b[:a] + bytes((byte + s) % 256 for byte in b[a : a + 9]) + b[a + 9 :],
        }[what](body, at, size, inserted)
    return body


def judged(body: bytes, content_type: str = "text/html") -> Article | Rejection:
    """What a page is; whole enough to be written to a file and to Postgres."""
    made = extraction.extract_page(page(body, content_type), SOURCE, seconds=10.0)
    told = json.dumps(asdict(made), default=str, ensure_ascii=False)
    assert "\x00" not in told.encode().decode()
    assert "\\u0000" not in told
    return made


@drawn(400)
@given(
    body=st.binary(max_size=600),
    content_type=st.sampled_from(("", "text/html", "text/html; charset=utf-16", "\xff; charset=")),
)
def test_any_bytes_are_an_article_or_a_rejection(body: bytes, content_type: str) -> None:
    assert isinstance(judged(b"<p>" + body, content_type), Article | Rejection)


@drawn(400)
@given(made=soup, charset=st.sampled_from(CHARSETS))
def test_any_soup_of_tags_is_an_article_or_a_rejection(made: str, charset: str) -> None:
    body = (made + story() + made).encode(charset, "replace")

    assert isinstance(judged(body), Article | Rejection)


@drawn(400)
@given(shape=st.sampled_from(PAGES), charset=st.sampled_from(CHARSETS), changed=changes)
def test_any_mutation_of_a_page_is_an_article_or_a_rejection(
    shape: str, charset: str, changed: list[tuple[str, float, int, str]]
) -> None:
    body = mutated(shape.encode(charset, "xmlcharrefreplace"), changed)

    assert isinstance(judged(body), Article | Rejection)


@drawn(400)
@given(
    node=st.dictionaries(st.sampled_from(FIELDS), values, max_size=6), kind=st.sampled_from(("NewsArticle", "ItemList"))
)
def test_any_json_ld_leaves_the_text_of_the_page_alone(node: dict[str, Any], kind: str) -> None:
    script = json.dumps({**node, "@type": kind}).replace("</", "<\\/")

    made = judged(html(story(), f'<script type="application/ld+json">{script}</script>').encode())

    assert made.text.split("\n")[: len(BODY)] == BODY


@drawn(250)
@given(changed=st.lists(st.tuples(st.sampled_from(PAGES), changes), min_size=10, max_size=12))
def test_a_source_is_learned_from_any_mutation_of_its_pages(
    changed: list[tuple[str, list[tuple[str, float, int, str]]]],
) -> None:
    pages = [page(mutated(shape.encode(), made)) for shape, made in changed]

    seen = [observations.observe(one, SOURCE) for one in pages]
    template = observations.learn("jisr", [pickle.loads(pickle.dumps(one)) for one in seen if one is not None])

    assert template is None or isinstance(template, Template)
    assert isinstance(extraction.extract_page(page(PAGES[0]), SOURCE, template=template), Article | Rejection)


@drawn(400)
@given(
    body=st.binary(max_size=300), label=st.text(max_size=12), language=st.sampled_from(("ar", "zh", "", "tr-TR", "xx"))
)
def test_any_bytes_decode_with_any_label(body: bytes, label: str, language: str) -> None:
    marked = b"<meta charset=" + label.encode() + b">" + body

    text, charset = markup.decode(marked, f"text/html; charset={label}", language)

    assert text or not body
    assert charset


@pytest.mark.parametrize("processes", [1, 2])
def test_broken_pages_lose_none_of_the_others(settings: Settings, conn: postgres.Connection, processes: int) -> None:
    good = html(story())
    broken = [piece * 20 for piece in PIECES if piece.isprintable()] + ["<div>" * 10_000, "<a>" * 5_000, "[" * 100_000]
    crawled(settings, conn, [page for one in broken for page in (f"<html><body>{one}", good)])

    tally = extract(settings, source("jisr.test"), RUN, processes=processes)

    lines = list(articlefile.read(articlefile.path(settings, "jisr", RUN)))
    assert (tally.state, tally.counts["pages"]) == ("done", 2 * len(broken))
    assert {line.article.text for line in lines[1::2] if line.article} == {"\n".join(BODY)}
    assert all(line.article for line in lines[1::2])

"""trafilatura's expressions over names: answered from memory as it would answer them, as they are for all others."""

from __future__ import annotations

from itertools import product

from lxml.etree import XPath
from lxml.html import HtmlElement
from trafilatura import xpaths

from pipelines.extract import markup
from pipelines.extract.text import by_trafilatura, name_tests

TAGS = ("div", "section", "p", "span", "ul", "list", "details", "article", "main", "aside", "header", "st1:place")
NAMES = (
    "", "post", "entry-content", "comments-area", "Comment", "commentary", "sidebar-left", "share-bar", "nav top",
    "hide-m", "meta", "teaser", "bottom-bar", "link", "article-body", "story-body", "page-Content", "infinite-scroll",
    "cookie",
)  # fmt: skip
STYLES = ("", ' style="border: 0"', ' style="display:none"', ' aria-hidden="true"', ' role="Navigation"')
EXPRESSIONS = [one for lists in vars(xpaths).values() if isinstance(lists, list) for one in lists]


def page(inside: str) -> HtmlElement:
    tree = markup.parse(f"<html><body>{inside}</body></html>")
    assert tree is not None
    return tree


def named() -> str:
    """A page of elements with all sorts of names, the class before the id in every other one."""
    found = []
    for number, (tag, one, other) in enumerate(product(TAGS, NAMES, NAMES[::9])):
        both = [f' id="{one}"' if one else "", f' class="{other}"' if other else ""]
        style = STYLES[number % len(STYLES)]
        heading = "<h1>x</h1>" if number % 7 == 0 else ""
        found.append(f"<{tag}{''.join(both[:: 1 if number % 2 else -1])}{style}>{heading}text {number}</{tag}>")
    half = len(found) // 2
    return f"<div>{''.join(found[:half])}</div><div class='nested'>{''.join(found[half:])}</div>"


def test_every_expression_of_trafilatura_finds_from_memory_what_it_finds_itself() -> None:
    tree, other = page(named()), page("<div class='sidebar'><p id='share'>a</p></div><article>b</article>")
    quick = [(one, name_tests.remember(one)) for one in EXPRESSIONS]

    told = [(one, [each(tree), each(other), each(tree)], [one(tree), one(other), one(tree)]) for one, each in quick]

    assert [one.path for one, from_memory, asked in told if from_memory != asked] == []
    assert sum(one is not each for one, each in quick) >= 9
    assert sum(bool(asked[0]) for one, _, asked in told) >= 15


def test_an_expression_that_asks_for_more_than_names_is_left_as_it_is() -> None:
    of_children = XPath(".//*[re:test(@class, 'a')][p]", namespaces=name_tests.NAMESPACES)
    of_another = XPath(".//*[p][re:test(@class, 'a')]", namespaces=name_tests.NAMESPACES)
    tree = page("<div class='a'><p>x</p></div><div class='a'>y</div><div class='a'><p>z</p></div>")

    found = name_tests.remember(of_children)(tree)

    assert [element.text_content() for element in found] == ["x", "z"]
    assert name_tests.remember(of_another) is of_another


def test_more_names_than_are_remembered_are_answered_all_the_same() -> None:
    expression = XPath(".//*[self::div][re:test(@id, '^a1')]", namespaces=name_tests.NAMESPACES)
    quick = name_tests.remember(expression)
    first = page("<div id='a1'>x</div><div id='b'>y</div>")
    many = page("".join(f"<div id='a{number}'>x</div>" for number in range(name_tests.MAX_NAMES)))

    assert [quick(first), quick(many), quick(first)] == [expression(first), expression(many), expression(first)]


def test_whoever_else_uses_trafilatura_in_this_process_has_its_expressions_as_they_are() -> None:
    before = [one for lists, _, _ in by_trafilatura.EXPRESSIONS for one in lists]

    lines = by_trafilatura.lines(page(f"<article><p>{'A sentence of the article. ' * 20}</p></article>"), precise=True)

    assert lines
    assert [one for lists, _, _ in by_trafilatura.EXPRESSIONS for one in lists] == before
    assert all(isinstance(one, XPath) for one in before)

"""XPath expressions that depend only on tags and attributes, evaluated once for each combination of these.

trafilatura applies a hundred regular expressions to every element's id and class, which takes a third of its time. But
the elements of a page, and of all pages of a site, share a few names. The answers come from trafilatura's own
expressions, applied to elements that are made for this: one for each name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from lxml.etree import Element, SubElement, XPath
from lxml.html import HtmlElement

NAMESPACES = {"re": "http://exslt.org/regular-expressions"}
# FORM matches an expression that tests all elements inside an element. If the expression is in brackets and [1]
# follows, it finds only the first element.
FORM = re.compile(r"\.//\*(?P<tests>\[.*\])|\(\.//\*(?P<of_first>\[.*\])\)\[1\]", re.DOTALL)
FIRST = "[1]"
LITERAL = re.compile(r"'[^']*'")
ATTRIBUTE, TAG = re.compile(r"@([\w-]+)"), re.compile(r"self::(\w+)")
ONE_OF_TAGS = re.compile(r"\[\s*self::\w+(?:\s+or\s+self::\w+)*\s*\]")
# A test that consists of these words and signs concerns only the element itself.
OF_ITSELF = re.compile(r"(?:self::\w+|@[\w-]+|re:test|contains|starts-with|translate|not|or|and|[\[\](),|=\s])*")
# If an element has both attributes of such a pair, an expression may read only the one that the element has first.
EITHER = re.compile(r"@([\w-]+)\|@([\w-]+)")
# The answers for this many names are remembered for one expression. Chosen: a site has some hundreds; all of them take
# a few megabytes.
MAX_NAMES = 4000

Name = tuple[object, ...]
Expression = XPath | Callable[[HtmlElement], list[HtmlElement]]


def remember(expression: XPath) -> Expression:
    """An expression that finds the same elements more quickly; the given one if its first test does not depend on names
    alone."""
    form = FORM.fullmatch(" ".join(expression.path.split()))
    tests = list(_split(form["tests"] or form["of_first"])) if form else []
    asked = [test for test in tests if OF_ITSELF.fullmatch(LITERAL.sub("", test))]
    # Without a regular expression in it, lxml's own expression is as quick.
    if not form or not asked or asked != tests[: len(asked)] or "re:test" not in "".join(asked):
        return expression
    return _NameAnswers(expression, asked, tests[len(asked) :], only_first=form["of_first"] is not None)


class _NameAnswers:
    """An expression with its earlier answers. It is a class because it replaces a class of lxml."""

    def __init__(self, expression: XPath, asked: list[str], others: list[str], *, only_first: bool) -> None:
        # The type is Any, because lxml does not say more about the results of an expression.
        self._expression: Any = expression
        self._others, self._only_first = others, only_first
        said = LITERAL.sub("", "".join(asked))
        self._attributes = tuple(dict.fromkeys(ATTRIBUTE.findall(said)))
        places = {name: number for number, name in enumerate(self._attributes)}
        self._pairs = [(places[one], places[other]) for one, other in dict.fromkeys(EITHER.findall(said))]
        of_tags = asked[0] if ONE_OF_TAGS.fullmatch(asked[0]) else ""
        self._tagged = bool(TAG.search(said.removeprefix(of_tags)))
        self._tags = tuple(TAG.findall(of_tags))
        self._asked: Any = XPath(f".//*{''.join(asked)}", namespaces=NAMESPACES)
        self._known: dict[Name, bool] = {}
        # Nearly all expressions reject elements without attributes. If this one does, such elements are skipped, in C.
        alone = Element("html")
        SubElement(alone, "p")
        some = "" if self._asked(alone) else f"[{' or '.join(f'@{name}' for name in self._attributes)}]"
        self._some: Any = XPath(f".//*{some}")

    def __call__(self, tree: HtmlElement) -> list[HtmlElement]:
        elements = list(tree.iterdescendants(*self._tags)) if self._tags else self._some(tree)
        attributes, known = self._attributes, self._known
        names: list[Name] = [tuple(map(element.get, attributes)) for element in elements]
        if self._tagged:
            names = [(*name, element.tag) for name, element in zip(names, elements, strict=True)]
        for one, other in self._pairs:
            for number, name in enumerate(names):
                if name[one] is not None and name[other] is not None:
                    names[number] = (*name, *elements[number].keys())
        new = {name: element for name, element in zip(names, elements, strict=True) if name not in known}
        if new:
            if len(known) + len(new) > MAX_NAMES:
                known.clear()
                new = dict(zip(names, elements, strict=True))
            self._ask(new)
        found = [element for element, name in zip(elements, names, strict=True) if known[name]]
        if self._others == [FIRST]:
            firsts: dict[HtmlElement | None, HtmlElement] = {}
            for element in found:
                firsts.setdefault(element.getparent(), element)
            return list(firsts.values())
        if found and self._others:
            return list(self._expression(tree))
        return found[:1] if self._only_first else found

    def _ask(self, new: dict[Name, HtmlElement]) -> None:
        """The expression's own answers for elements with these names."""
        alone = Element("html")
        for element in new.values():
            # A parser accepts tags that a new element cannot have, so the new element has the tag p if the tests do not
            # ask for one.
            tag = element.tag if self._tags else "p"
            SubElement(alone, tag, {key: said for key, said in element.items() if key in self._attributes})
        told = set(self._asked(alone))
        self._known.update((name, made in told) for name, made in zip(new, alone, strict=True))


def _split(tests: str) -> Iterator[str]:
    """The tests of an expression, each with its brackets."""
    depth, start, quoted = 0, 0, False
    for place, letter in enumerate(tests):
        quoted ^= letter == "'"
        if quoted:
            continue
        depth += (letter == "[") - (letter == "]")
        if letter == "]" and not depth:
            yield tests[start : place + 1].strip()
            start = place + 1

"""JSON-LD: what a page says about itself for machines. Only this module knows schema.org."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from html import unescape
from typing import Any

from lxml.html import HtmlElement, fromstring

from pipelines.extract.blocks import TAIL_CHARACTERS, has_stop

ARTICLES = re.compile(r"(?:Article|BlogPosting|LiveBlogPosting|Posting|Report)$")
WRAPPING = re.compile(r"^\s*(?:<!--|//<!\[CDATA\[|/\*<!\[CDATA\[\*/|<!\[CDATA\[)|(?:-->|//\]\]>|/\*\]\]>\*/|\]\]>)$")
TRAILING = re.compile(r",\s*([}\]])")
Node = dict[str, Any]
# Nested objects are read to this depth. Chosen: schema.org's objects are less deep; and recursion has a limit.
MAX_DEPTH = 12
# The markup in a text for machines may be escaped this many times. Chosen: some systems escape it twice.
MAX_ESCAPES = 2
ESCAPED = re.compile(
    r"&(?:amp;)?(?:lt|#60|#x3c);/?(?:p|br|div|strong|b|em|h\d|li|ul|a|span|blockquote)\b", re.IGNORECASE
)
# A value has at most this many characters. Chosen: no title, name or date is longer; article bodies are not read here.
LONGEST_CHARACTERS = 5000
# A script may hold an article's data if it has more than LEAST_SCRIPT_CHARACTERS and fewer than MOST_SCRIPT_CHARACTERS
# characters. Chosen: a shorter script holds no text; a page with a longer one is built to do harm.
LEAST_SCRIPT_CHARACTERS, MOST_SCRIPT_CHARACTERS = 400, 3_000_000
STRING = re.compile(r'(?<!\\)"(?:[^"\\\n]|\\.){400,}+"')
MARKED = re.compile(r"(?:<|\\u003[cC])p\b")
ESCAPED_BREAK = re.compile(r"(?:\\r)?\\n")
# A text that is continued elsewhere ends with these dots.
DOTS = re.compile(r"(?:…|\.\.)\W{0,7}$")


def nodes(tree: HtmlElement) -> list[Node]:
    """Every JSON-LD object of a page, in order; scripts that are not JSON are skipped."""
    found: list[Node] = []
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text:
            found.extend(_objects(_parse_json(script.text), MAX_DEPTH))
    return found


def article(found: list[Node]) -> Node:
    """The object for the article: the one with the most to say about itself. An empty object if there is none."""
    articles = [node for node in found if any(ARTICLES.search(name) for name in types(node))]
    return max(
        articles, key=lambda node: (bool(node.get("headline")) + bool(node.get("datePublished")), len(node)), default={}
    )


def types(node: Node) -> list[str]:
    """The types of an object."""
    given = node.get("@type") or ""
    return [str(name) for name in (given if isinstance(given, list) else [given])]


def text(value: Any) -> str:
    """A value as text: the first item of a list, the name or address of an object."""
    if isinstance(value, list):
        value = next(iter(value), "")
    if isinstance(value, dict):
        value = value.get("name") or value.get("@value") or value.get("url") or ""
    return " ".join(unescape(str(value)[:LONGEST_CHARACTERS]).split()) if isinstance(value, str | int) else ""


def people(value: Any) -> tuple[list[str], list[str]]:
    """The names of persons and of organisations among authors."""
    persons: list[str] = []
    others: list[str] = []
    for author in value if isinstance(value, list) else [value]:
        if isinstance(author, dict):
            names = author.get("name") or _join_names(author)
            target = others if any("Organization" in name for name in types(author)) else persons
            target.extend(name for name in (names if isinstance(names, list) else [names]) if isinstance(name, str))
        elif isinstance(author, str):
            persons.append(author)
    return persons, others


def body(node: Node) -> list[str]:
    """The paragraphs of an object's articleBody."""
    given = node.get("articleBody")
    if isinstance(given, list):
        given = "\n".join(part for part in given if isinstance(part, str))
    if not isinstance(given, str) or not given.strip():
        return []
    # Some systems escape twice: then a line break is written as two characters.
    return list(_lines(given if "\n" in given else ESCAPED_BREAK.sub("\n", given)))


def is_free(node: Node) -> bool:
    """False if an object says that one has to pay for it; else True."""
    return str(node.get("isAccessibleForFree", "true")).lower().rpartition("/")[2] != "false"


def is_all_free(node: Node) -> bool:
    """Whether neither an object nor a part of it says that one has to pay for it."""
    parts = node.get("hasPart")
    parts = parts if isinstance(parts, list) else [parts]
    return all(is_free(part) for part in (node, *parts) if isinstance(part, dict))


def is_whole(node: Node) -> bool:
    """Whether an object's articleBody ends as a text does, and no part of the article has to be paid for."""
    given = body(node)
    return is_all_free(node) and bool(given) and has_stop(given[-1]) and not DOTS.search(given[-1][-TAIL_CHARACTERS:])


def posts(found: list[Node]) -> list[str]:
    """The headings and paragraphs of live blogs' posts. A heading that several posts have is the blog's, and is left
    out."""
    given = [node.get("liveBlogUpdate") for node in found]
    told = [post for some in given for post in (some if isinstance(some, list) else [some]) if isinstance(post, dict)]
    headings = Counter(text(post.get("headline")) for post in told)
    lines = [heading for heading, count in headings.items() if heading and count == 1]
    return [*lines, *(line for post in told for line in body(post))]


def find_embedded_text(tree: HtmlElement) -> list[str]:
    """The paragraphs of the longest piece of HTML in a script. A page that scripts draw has no other paragraphs before
    they run."""
    longest = ""
    for script in tree.iter("script"):
        source = script.text or ""
        if LEAST_SCRIPT_CHARACTERS < len(source) < MOST_SCRIPT_CHARACTERS and "ld+json" not in (
            script.get("type") or ""
        ):
            for found in STRING.finditer(source):
                if len(found[0]) > len(longest) and MARKED.search(found[0]):
                    longest = found[0]
    try:
        given = json.loads(longest, strict=False) if longest else ""
    except ValueError:
        return []
    return list(_lines(given)) if isinstance(given, str) else []


def _join_names(person: Node) -> str:
    return " ".join(name for part in ("givenName", "familyName") if isinstance(name := person.get(part), str) and name)


# The steps of one page ask for the same articleBody one after the other.
@lru_cache(maxsize=1)
def _lines(given: str) -> tuple[str, ...]:
    # Some systems escape the markup of a text, once or more.
    for _ in range(MAX_ESCAPES):
        if not ESCAPED.search(given) or re.search(r"<(?:p|br|div)\b", given):
            break
        given = unescape(given)
    if re.search(r"</?\w[^<>]*>", given) or re.search(r"&[#\w]+;", given):
        marked = re.sub(r"</(?:p|div|li|h\d|blockquote)>|<br\s*/?>", "\n", given)
        given = str(fromstring(f"<div>{marked}</div>").xpath("string()"))
    lines = (" ".join(line.split()) for line in re.split(r"[\n\r\u2028\u2029]+", given))
    return tuple(line for line in lines if line)


def _parse_json(script: str) -> Any:
    raw = WRAPPING.sub("", script.strip().rstrip("; \n\r\t")).strip().rstrip(";")
    for attempt in (raw, TRAILING.sub(r"\1", raw)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _objects(value: Any, depth: int) -> Iterator[Node]:
    if depth == 0:
        return
    if isinstance(value, list):
        for part in value:
            yield from _objects(part, depth - 1)
    elif isinstance(value, dict):
        if value.get("@type"):
            yield value
        for name in ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement", "item", "hasPart"):
            if name in value:
                yield from _objects(value[name], depth - 1)

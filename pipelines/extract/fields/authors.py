"""Who wrote an article: people only, without roles, offices, agencies, addresses and the site's own names.

The evidence, best first: JSON-LD, meta elements, the names in the feed, bylines on the page. `person_names` reads the
names in a line, `bylines` finds such lines on the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from lxml.html import HtmlElement

from pipelines.extract.fields import bylines, json_ld
from pipelines.extract.fields.person_names import (
    COMMA,
    LONGEST_LINE_CHARACTERS,
    NAME_WORDS,
    OFFICES,
    is_full,
    may_be_called,
    people,
    without_by,
)
from pipelines.extract.phrases import key, key_of_name
from pipelines.text import bare as without_accents

METAS = (
    "author", "article:author", "byl", "dc.creator", "dcterms.creator", "parsely-author", "sailthru.author",
    "article:author_name", "article:author:name", "cxenseparse:author", "mrf:authors", "og:article:author", "authors",
    "citation_author", "dcsext.author", "shareaholic:article_author_name", "rbauthors",
)  # fmt: skip
# Cards for social networks carry pairs of label and value. One of the first two pairs may name who wrote the page; its
# label is in the page's language.
LABELS = (("twitter:label1", "twitter:data1"), ("twitter:label2", "twitter:data2"))
WRITTEN_BY = re.compile(
    r"(?:written|posted|published) by|authors?|by|(?:geschrieben|verfasst) von|autor(?:in|en|a|es)?|escrito por|"
    r"[ée]crit par|auteur|scritto da|autore|geschreven door|napisane przez|skre?vet av|skrevet af|kirjoittanut|"
    r"napsal[ai]?|yazan|yazar|автор|написано|كتب بواسطة|كُتب بواسطة|الكاتب|نویسنده|נכתב על ידי|作者|投稿者|"
    r"執筆者|글쓴이",
    re.IGNORECASE,
)
LAST_NAME_FIRST = ("citation_author", "dc.creator", "dcterms.creator")
# These words may follow the author: who else worked on the article, and where or for whom it was written.
ASIDE_OF_BYLINE = re.compile(
    r"[;,.|]?\s(?:(?:photos?|photographs?|pictures?|video|graphics|illustrations?|additional reporting|edit(?:ed|ing))"
    r"(?: and \w+)? by|(?:in|for|at|aus|für|à|pour|desde|para|da|per)(?= (?:the )?[A-ZÄÖÜÉ]))\s[^.:!?]*$",
)
JOINED = re.compile(r"(?<!\w)(?:and|und|et|y|ve|и|و|og|och|en|e|i|oraz|with|by|von|par|por|di|door)(?!\w)")
# These letters mean `and`: Arabic and Hebrew write them onto the name.
GLUED_ANDS = ("و", "ו")
# The author's place may follow the name: `By Ann Writer, New York`.
PLACE_BEHIND = re.compile(r",\s[^\W\d_a-zß-ÿ]\w+(?: [^\W\d_a-zß-ÿ]\w+)?$")
# A role has at most this many words. Chosen: a longer text is a sentence.
ROLE_WORDS = 4


def find(
    tree: HtmlElement,
    meta: dict[str, list[str]],
    node: json_ld.Node,
    nodes: Sequence[json_ld.Node],
    given: Sequence[str],
    sites: set[str],
) -> tuple[str, ...]:
    """The names of an article's authors in order, at most ten.

    meta, node, nodes: what the page says for machines.
    given: the names in the feed.
    sites: keys (key_of_name) of the site's own names and of its host.
    """
    persons, others = _authors_of_json_ld(node, nodes)
    nobody = sites | {key_of_name(name) for name in (*others, json_ld.text(node.get("publisher")))}
    # If a site is called after its author, the author may have the site's name.
    nobody -= {key_of_name(name) for name in persons if 1 < len(name.split()) <= NAME_WORDS}
    told: tuple[Callable[[], Iterable[str]], ...] = (
        lambda: persons, lambda: _metas(meta), lambda: _find_labelled(meta), lambda: given,
    )  # fmt: skip
    said = next(filter(None, (_people_of(names(), nobody) for names in told)), ())
    if len(said) == 1 and " " not in said[0]:
        # If the name is only a first name or a handle, the page may have it in full.
        shown = (*_people_of(bylines.find_bylines(tree), nobody), *_people_of(bylines.find_profiled(tree), nobody))
        said = next(((name,) for name in shown if is_full(name) and may_be_called(name, said[0])), said)
    shown_at = (bylines.find_bylines, bylines.find_profiled, bylines.find_beside_day)
    said = said or next(filter(None, (_people_of(find_shown(tree), nobody) for find_shown in shown_at)), ())
    return said[: bylines.MAX_AUTHORS]


def only_names(line: str, names: Sequence[str]) -> bool:
    """Whether a line says only that the article is by some of these people."""
    if not names or len(line) > LONGEST_LINE_CHARACTERS:
        return False
    bare = ASIDE_OF_BYLINE.sub("", line.strip(" ([（)]）"))
    said = without_by(bare)
    if said != bare:
        said = PLACE_BEHIND.sub("", said)
    rest = _without_names(key(said).split(), names)
    left = JOINED.sub(" ", " ".join(rest)).split()
    named = len(rest) < len(key(said).split())
    # The person's role may follow the name: `senior political correspondent`.
    return named and (not left or (len(left) <= ROLE_WORDS and bool(OFFICES.search(" ".join(left)))))


def _without_names(said: Sequence[str], names: Sequence[str]) -> list[str]:
    """The words of a key without the words of these names. Accents may differ; the words that are left keep their
    accents."""
    rest = list(said)
    for name in sorted((key_of_name(name).split() for name in names), key=len, reverse=True):
        for start in range(len(rest) - len(name), -1, -1):
            there = [without_accents(word) for word in rest[start : start + len(name)]]
            if name and there in (name, *([and_ + name[0], *name[1:]] for and_ in GLUED_ANDS)):
                del rest[start : start + len(name)]
    return rest


def _people_of(lines: Iterable[str], nobody: set[str]) -> tuple[str, ...]:
    """The people in lines, each once, without those in `nobody`: the keys of the names of sites and publishers."""
    found: dict[str, str] = {}
    for line in lines:
        for person in people(line):
            if key_of_name(person) not in nobody:
                found.setdefault(key_of_name(person), person)
    return tuple(found.values())


def _authors_of_json_ld(node: json_ld.Node, nodes: Sequence[json_ld.Node]) -> tuple[list[str], list[str]]:
    """The persons and organisations that JSON-LD names as authors. References are resolved. If no author is named and
    the page describes one person, this person is taken.
    """
    by_id = {str(one["@id"]): one for one in nodes if one.get("@id") and one.get("name")}
    given: Any = node.get("author") or node.get("creator") or []
    listed = given if isinstance(given, list) else [given]
    resolved = [
        by_id.get(str(one["@id"]), one) if isinstance(one, dict) and one.get("@id") and not one.get("name") else one
        for one in listed
    ]
    persons, others = json_ld.people(resolved)
    # Personal blogs call themselves person and organisation at once.
    both = [one for one in resolved if isinstance(one, dict) and "Person" in json_ld.types(one)]
    persons += [name for name in (json_ld.text(one.get("name")) for one in both) if name in others]
    others = [name for name in others if name not in persons]
    if not persons and not given:
        alone = [json_ld.text(one.get("name")) for one in nodes if "Person" in json_ld.types(one)]
        persons = [name for name in dict.fromkeys(alone) if name] if len(set(alone)) == 1 else []
    return persons, others


def _metas(meta: dict[str, list[str]]) -> Iterator[str]:
    for name in METAS:
        for value in meta.get(name, ()):
            turned = COMMA.split(value)
            if name in LAST_NAME_FIRST and len(turned) == 2 and " " not in turned[0]:
                yield f"{turned[1]} {turned[0]}"
            elif not value.startswith(("http", "/")):
                yield value


def _find_labelled(meta: dict[str, list[str]]) -> Iterator[str]:
    for label, said in LABELS:
        if any(WRITTEN_BY.fullmatch(text.strip(" :：")) for text in meta.get(label, ())):
            yield from meta.get(said, ())

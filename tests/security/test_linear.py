"""Every regular expression of the project, given what hurts it: none takes longer than its text is long.

What it is given is made of its own characters and beginnings, repeated: that makes one try again and again.
"""

from __future__ import annotations

import importlib
import pkgutil
import random
import re
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from itertools import product
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest

import pipelines
import spiders
from pipelines.dates import relative
from pipelines.dates.written import SHORT_LINE
from pipelines.extract import lexicon
from pipelines.listings.entry_fields import SUMMARY_CHARACTERS
from pipelines.load.revisions import BEFORE
from pipelines.sources.source_values import LONGEST_PATTERN_CHARACTERS
from pipelines.text import compose, normal
from pipelines.urls import LONGEST_CHARACTERS
from spiders.probe import _feeds_named, _sitemaps_named
from tests import clock

SIZE = 24_000
# CPU seconds: a pattern that begins anew at every character takes one and more for so much text.
AT_ONCE = 0.2
# Every pattern is first given so much. One that takes AT_ONCE for SIZE with the square of the length takes a 256th
# of that here, and one that takes it with the length a sixteenth: who takes half of a 256th is given all.
FIRST = 1_500
SUSPECT = AT_ONCE * (FIRST / SIZE) ** 2 / 2
# What only ever sees less, or is asked at one place alone; and where that is said.
BOUNDED = {
    "pipelines.cli.init.CONTACT": ("fullmatch", SIZE, "what a person typed"),
    "pipelines.cli.follow.PHRASE": ("sub", 600, "reasons of our own"),
    "pipelines.dates.written.PARTS": ("search", SHORT_LINE, "without_year cuts the line"),
    "pipelines.dates.written.HIJRI_MARK": ("match", SIZE, "behind a day that was read"),
    "pipelines.encodings.PLAIN": ("match", SIZE, "at the beginning of a body"),
    "pipelines.listings.entry_fields.SCHEME": ("match", LONGEST_CHARACTERS, "join_listed passes longer addresses on"),
    "pipelines.listings.entry_fields.WWW": ("match", LONGEST_CHARACTERS, "join_listed passes longer addresses on"),
    "pipelines.extract.fields.bylines.NAME": ("fullmatch", SIZE, "a whole line"),
    "pipelines.extract.fields.person_names.ALSO_NAMES": ("fullmatch", SIZE, "a whole line"),
    "pipelines.extract.fields.person_names.PHOTO": ("match", SIZE, "at the beginning of a line"),
    "pipelines.extract.fields.bylines.JOINING": ("fullmatch", SIZE, "what stands between two names"),
    "pipelines.extract.phrases.COUNTER": ("fullmatch", SIZE, "a whole line"),
    "pipelines.patterns.TOKEN": ("search", LONGEST_PATTERN_CHARACTERS, "sourcefile refuses longer ones"),
    "pipelines.load.revisions.OPENS": ("search", BEFORE, "what stands before a word"),
    "pipelines.query.lexer.PLAIN": ("match", SIZE, "where a piece of a query begins"),
    "pipelines.query.lexer.PREFIX": ("match", SIZE, "where a piece of a query begins"),
    "pipelines.query.terms.WRITTEN": ("fullmatch", SIZE, "a term as a person wrote it"),
    "pipelines.urls.NUMBERED": ("fullmatch", LONGEST_CHARACTERS, "the name of a parameter"),
    "pipelines.listings.feeds.MAILED": ("fullmatch", SUMMARY_CHARACTERS, "read cuts it"),
    "pipelines.listings.paging.NAMED": ("fullmatch", LONGEST_CHARACTERS, "the path of an address"),
    "pipelines.listings.paging.BARE": ("fullmatch", LONGEST_CHARACTERS, "the path of an address"),
    "pipelines.listings.shapes.IDENTIFIER": ("fullmatch", LONGEST_CHARACTERS, "a part of an address"),
    "pipelines.listings.xmltree.DOCTYPE": ("match", SIZE, "at the beginning"),
}
USUAL = (
    "a", "A", "1", " ", "\n", "/", "<", ">", "-", ".", "_", "=", "&", "\u0640", "ا", "<!--", "<script", "<a ", "a ",
    "1 ", ", ", "://", "http://", "\t", '"', "'", "(", "[", "{", "\r\n", ":", "2026",
)  # fmt: skip


class TooLate(Exception):
    """A pattern took too long."""


def _patterns() -> dict[str, re.Pattern[Any]]:
    """The project's patterns by module and name; those of Airflow's pages are asked for by nobody from outside."""
    found: dict[str, re.Pattern[Any]] = {}
    for package in (pipelines, spiders):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            # The last one reads a page when it is imported, and has no pattern.
            if module.name.endswith(("__main__", ".warm")) or module.name.startswith("pipelines.airflow"):
                continue
            for name, value in vars(importlib.import_module(module.name)).items():
                if name.isupper() or name.startswith("_"):
                    for one in _within(value):
                        if one not in found.values():
                            found[f"{module.name}.{name}" + f" {len(found)}" * (value is not one)] = one
    return found


def _within(value: Any) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    # Compiled when they are first asked for, as a record.
    elif getattr(value, "__name__", "") == "_patterns" and is_dataclass(record := value()):
        value = tuple(getattr(record, field.name) for field in fields(record))
    if isinstance(value, Mapping):
        value = tuple(value.values())
    if isinstance(value, tuple | list):
        for part in value:
            yield from _within(part)


PATTERNS = _patterns()


def test_patterns_that_are_compiled_when_first_asked_for_are_among_them() -> None:
    assert relative._patterns().ago in PATTERNS.values()


@pytest.mark.parametrize("name", PATTERNS)
def test_no_pattern_takes_longer_than_its_text_is_long(name: str) -> None:
    pattern = PATTERNS[name]
    how, size, _ = BOUNDED.get(name.split(" ")[0], ("search", SIZE, ""))

    asked = [bait for bait in _baits(pattern) if size <= FIRST or _took(pattern, how, bait, FIRST) > SUSPECT]
    slow = {bait: took for bait in asked if (took := _took(pattern, how, bait, size)) > AT_ONCE}
    # A slow machine is slow with all of them; what disturbed one of them does so once.
    at_once = AT_ONCE * clock.pace() if slow else AT_ONCE
    still = {bait: took for bait in slow if (took := _took(pattern, how, bait, size, at_once)) > at_once}

    assert still == {}


def _took(pattern: re.Pattern[Any], how: str, bait: str, size: int, at_once: float = AT_ONCE) -> float:
    """CPU seconds for a text of this bait and one character that nobody expects; cut off where it takes far longer."""
    said: Any = bait * (size // len(bait)) + "\x01"
    if isinstance(pattern.pattern, bytes):
        said = said.encode("utf-8", "ignore")
    before = signal.signal(signal.SIGVTALRM, _ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, 3 * at_once)
    began = time.process_time()
    try:
        if how in ("match", "fullmatch"):
            getattr(pattern, how)(said)
        else:
            for _ in pattern.finditer(said):
                pass
    except TooLate:
        pass
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    return time.process_time() - began


def _ring(*_: object) -> None:
    raise TooLate


def _baits(pattern: re.Pattern[Any]) -> list[str]:
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    tree = parser.parse(text, pattern.flags & ~re.UNICODE if isinstance(pattern.pattern, bytes) else pattern.flags)
    choose = random.Random(1)
    examples = sorted({_example(tree, choose) for _ in range(8)} - {""})
    own = sorted({character for example in examples for character in example})[:6]
    starts = [
        example[:count] for example in examples for count in (2, len(example) // 2, len(example) - 1, len(example))
    ]
    return list(dict.fromkeys(filter(None, (*USUAL, *own, *map("".join, product(own, own)), *starts))))


def _example(tree: Any, choose: random.Random) -> str:
    """A text that a pattern matches, or nearly."""
    text = ""
    for kind, value in tree:
        if kind is op.LITERAL:
            text += chr(value)
        elif kind is op.IN:
            text += _member(value, choose)
        elif kind in (op.NOT_LITERAL, op.ANY):
            text += "q"
        elif kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            least, most, inner = value
            count = min(least + choose.choice((0, 1, 2)), least + 2 if most is op.MAXREPEAT else most)
            text += "".join(_example(inner, choose) for _ in range(count))
        elif kind is op.SUBPATTERN:
            text += _example(value[3], choose)
        elif kind is op.ATOMIC_GROUP:
            text += _example(value, choose)
        elif kind is op.BRANCH:
            text += _example(choose.choice(value[1]), choose)
    return text


def _member(choices: Any, choose: random.Random) -> str:
    if choices[0][0] is op.NEGATE:
        return "q"
    kind, value = choose.choice(choices)
    if kind is op.LITERAL:
        return chr(value)
    if kind is op.RANGE:
        return chr(value[0])
    return {op.CATEGORY_SPACE: " ", op.CATEGORY_DIGIT: "1"}.get(value, "q")


@pytest.mark.parametrize("bait", ["\n", "/", "rss ", "http://", "Sitemap:", "sitemap", "\x85 ", "Allow: /\n", "feed/"])
def test_a_robots_txt_of_400_kilobytes_is_read_at_once_by_follow(bait: str) -> None:
    body = bait * (400_000 // len(bait))

    assert _spent(lambda: (_sitemaps_named(body), _feeds_named(body))) < 1.0


@pytest.mark.parametrize("around", [("", ""), ("ا", ""), ("", "a"), ("كـ", "1"), ("a ", " ب")])
def test_a_line_of_200000_tatweels_is_brought_to_its_normal_form_at_once(around: tuple[str, str]) -> None:
    text = around[0] + "\u0640" * 200_000 + around[1]

    assert _spent(lambda: (normal(text), lexicon.key(text))) < 1.0


def _spent(work: Callable[[], object]) -> float:
    """CPU seconds."""
    began = time.process_time()
    work()
    return time.process_time() - began


@pytest.mark.parametrize("mark", ["\u0301\u0316", "\u064e\u0650", "\u05b0\u05bc"])
def test_a_letter_with_200000_marks_costs_what_its_length_costs_and_keeps_those_that_a_reader_sees(mark: str) -> None:
    letter, kept = "\u05d0" + mark * 100_000, "\u05d0" + mark * 15

    assert _spent(lambda: (normal(letter), compose(letter), lexicon.key(letter))) < 1.0
    assert compose(letter) == compose(kept)


def test_what_is_bounded_is_still_there() -> None:
    assert BOUNDED.keys() <= {name.split(" ")[0] for name in PATTERNS}

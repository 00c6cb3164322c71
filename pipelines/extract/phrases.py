"""What sites print around their articles: the phrase list, and which lines of a text it cuts.

It alone knows the form of data/boilerplate.tsv. Short phrases are matched against whole lines only: many of them also
stand inside true sentences.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

from pipelines.extract.dates import only_a_date
from pipelines.text import normal

EDGE = 6
SUBSTR_EXTRA = 14
PREFIX_WORDS = 30
WORDS_WORDS = 30
SLOTS_WORDS = 10
BYLINE_WORDS = 7
DATE_WORDS = 9
BAR_PARTS = 8
BAR = re.compile(r"\s*[|•·]\s*")
COUNTER = re.compile(r"(?!- )[^\w|]*\d[\d\s.,:/()+k-]*[^\w|]*", re.IGNORECASE)
YEAR = re.compile(r"(?:1[3-9]|20)\d\d")
SEPARATOR = r"\s*(?:[:|»›>©\u2013\u2014-]|$)"
PUNCTUATION = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Lexicon:
    """The phrase list, prepared: each kind of match looks up the key of a line and gives the reason."""

    line: dict[str, str] = field(default_factory=dict)
    edge: dict[str, str] = field(default_factory=dict)
    line_patterns: list[tuple[re.Pattern[str], str]] = field(default_factory=list)
    edge_patterns: list[tuple[re.Pattern[str], str]] = field(default_factory=list)
    substr: list[tuple[str, int, str]] = field(default_factory=list)
    prefix: dict[str, list[tuple[re.Pattern[str], str]]] = field(default_factory=dict)
    words: list[tuple[list[re.Pattern[str]], str]] = field(default_factory=list)
    bylines: list[tuple[re.Pattern[str], str]] = field(default_factory=list)


def key(text: str) -> str:
    """A line as it is compared: its normal form without punctuation."""
    return PUNCTUATION.sub(" ", normal(text)).strip()


def reasons(lines: Sequence[str], own: Sequence[str] = ()) -> list[str]:
    """Why each line is to be cut, empty where it stays; `own` are lines of the source's own boilerplate."""
    known = lexicon()
    mine = {key(phrase) for phrase in own} - {""}
    keys = [key(line) for line in lines]
    found = []
    for number, (line, its_key) in enumerate(zip(lines, keys, strict=True)):
        edge = number < EDGE or number >= len(lines) - EDGE
        if its_key in mine:
            found.append("source: own phrase")
        elif not its_key:
            found.append("no words")
        else:
            found.append(_reason(known, line, its_key, edge) or _of_parts(known, line, edge))
    return found


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The phrase list of data/boilerplate.tsv."""
    made = Lexicon()
    text = (files("pipelines.extract") / "data" / "boilerplate.tsv").read_text(encoding="utf-8")
    for row in text.splitlines():
        if row and not row.startswith("# "):
            language, phrase, kind, match = row.split("\t")
            _add(made, phrase, match, f"phrase: {kind} ({language})")
    return made


def _reason(known: Lexicon, line: str, its_key: str, edge: bool) -> str:
    count = its_key.count(" ") + 1
    if edge and COUNTER.fullmatch(line) and not YEAR.fullmatch(its_key):
        return "counter"
    if edge and count <= DATE_WORDS and only_a_date(line):
        return "date"
    exact = known.line.get(its_key) or (edge and known.edge.get(its_key)) or ""
    if exact:
        return exact
    if count <= SLOTS_WORDS:
        for pattern, reason in [*known.line_patterns, *(known.edge_patterns if edge else [])]:
            if pattern.fullmatch(its_key):
                return reason
    if edge and count <= BYLINE_WORDS:
        for pattern, reason in known.bylines:
            if pattern.match(normal(line)):
                return reason
    if count <= PREFIX_WORDS:
        plain = normal(line)
        for pattern, reason in known.prefix.get(its_key.split(" ", 1)[0], []) + known.prefix.get(plain[:1], []):
            if pattern.match(plain):
                return reason
        padded = f" {its_key} "
        for patterns, reason in known.words:
            if all(pattern.search(padded) for pattern in patterns):
                return reason
    for phrase, size, reason in known.substr:
        if count <= size + SUBSTR_EXTRA and phrase in its_key:
            return reason
    return ""


def _of_parts(known: Lexicon, line: str, edge: bool) -> str:
    """The reason of a bar of several phrases: `27/12/2014 | Views: 1284 | Comments (0)`."""
    parts = [part for part in BAR.split(line) if key(part)]
    if not edge or not 2 <= len(parts) <= BAR_PARTS or line.startswith("|"):
        return ""
    found = [_reason(known, part, key(part), edge) for part in parts]
    return f"bar of {found[0]}" if all(found) else ""


def _add(made: Lexicon, phrase: str, match: str, reason: str) -> None:
    if match in ("line", "cut", "edge"):
        exact, patterns = (made.edge, made.edge_patterns) if match == "edge" else (made.line, made.line_patterns)
        if "{}" in phrase:
            patterns.append((_with_number(phrase), reason))
        elif key(phrase):
            exact.setdefault(key(phrase), reason)
    elif match == "slots":
        made.line_patterns.append((_slots(phrase), reason))
    elif match == "words":
        made.words.append(([re.compile(f" (?:{_alternatives(slot)})(?= )") for slot in phrase.split()], reason))
    elif match == "byline":
        made.bylines.append((re.compile(re.escape(normal(phrase)) + r"\s*:\s*\w"), reason))
    elif match == "substr":
        made.substr.append((key(phrase), key(phrase).count(" ") + 1, reason))
    elif match == "prefix":
        bare = normal(phrase).rstrip(" :|»-")
        first = key(phrase).split(" ", 1)[0] or bare
        end = SEPARATOR if key(phrase) else ""
        made.prefix.setdefault(first, []).append((re.compile(re.escape(bare) + end), reason))
    else:
        raise ValueError(f"boilerplate.tsv: {match!r} is no kind of match ({phrase!r})")


def _with_number(phrase: str) -> re.Pattern[str]:
    before, after = (key(part) for part in phrase.split("{}", 1))
    slot = r"(?=\D*\d)(?:\S+ ?){1,8}" if not after else r"\d[\d ]*k?"
    return re.compile(" ".join(part for part in (re.escape(before), slot, re.escape(after)) if part))


def _slots(phrase: str) -> re.Pattern[str]:
    pattern = ""
    for slot in phrase.split():
        optional = slot.endswith("?")
        one = f" (?:{_alternatives(slot.removesuffix('?'))})"
        pattern += f"(?:{one})?" if optional else one
    return re.compile(pattern.replace(" ", "(?:^| )"))


def _alternatives(slot: str) -> str:
    parts = []
    for part in slot.split("|"):
        if part == "#":
            parts.append(r"\d+")
        elif part.endswith("*"):
            parts.append(re.escape(key(part[:-1])) + r"\S*")
        else:
            parts.append(re.escape(key(part)))
    return "|".join(parts)

"""The phrase lists, prepared for lookup.

Only this module knows the form of data/phrases_*.tsv, which phrases_any.tsv describes.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from itertools import product
from math import prod

from pipelines.text import UNSPACED, normal
from pipelines.text import bare as without_accents

# A line is compared with a phrase only if it has at most this many words; the number depends on the kind of match.
MOST = {
    "prefix": 30,
    "label": 24,
    "byline": 7,
    "start": 30,
    "brief": 12,
    "few": 7,
    "credit": 16,
    "end": 40,
    "words": 30,
    "whole": 12,
}
# A line with a phrase of the match `substr` has at most this many words besides the phrase. Chosen: there is room for a
# name or a number.
BESIDE_WORDS = 14
# A row that stands for at most this many wordings is written out; a row for more wordings becomes a pattern. Chosen: a
# pattern takes less memory than so many wordings.
MAX_COMBINATIONS = 1000
# Rules for the start or the end of a line are looked up by at most this many letters.
HEAD = 5
# A phrase that may be anywhere in a line is looked up by the first letters of its first word: by four, or by three if
# the word is shorter. Chosen: only few words share so many first letters.
STEM_LETTERS = (4, 3)
# In scripts without blanks, one letter is a syllable or a word: there a phrase is looked up by this many letters.
PAIR_LETTERS = 2
# `forms` remembers its results for texts with up to this many characters. Chosen: the results then take only a few
# megabytes.
LONGEST_KNOWN = 1000
SEPARATOR = r"\s*(?:[:|»›>©\u2013\u2014-]|$)"
PUNCTUATION = re.compile(r"[\W_]+")
# This table does the same as PUNCTUATION for texts in ASCII, and is many times faster.
SPACES = {code: " " for code in range(128) if not chr(code).isalnum()}
LETTER = re.compile(f"[{UNSPACED}]")


@dataclass(frozen=True)
class PhraseRule:
    """One phrase as a pattern.

    most: the most words that a line with the phrase may have.
    edge: whether the phrase counts only among the first and last lines of a text.
    """

    pattern: str
    most: int
    reason: str
    edge: bool = False


Index = dict[str, list[PhraseRule]]


@dataclass(frozen=True)
class Lexicon:
    """The phrase lists, prepared: whole lines, and rules by the first letters of what they match.

    line, edge: by key, why a line with this key is cut. A key of `edge` counts only near the ends of a text, and in
    lines of several phrases.
    tiles: for the first letters of a key, the lengths of all known keys that begin with them.
    opening, inside, closing: rules for the start of a key, for any part of it, and for its end. Those for the end are
    compared with the key read backwards.
    marked: rules for the start of a line's normal form, which has its punctuation.
    sets: the words of each named set, separated by bars.
    """

    line: dict[str, str] = field(default_factory=dict)
    edge: dict[str, str] = field(default_factory=dict)
    tiles: dict[str, set[int]] = field(default_factory=dict)
    opening: Index = field(default_factory=dict)
    marked: Index = field(default_factory=dict)
    closing: Index = field(default_factory=dict)
    inside: dict[str, list[tuple[list[str], int, str]]] = field(default_factory=dict)
    sets: dict[str, str] = field(default_factory=dict)


def key(text: str) -> str:
    """A line in the form for comparison: its normal form without punctuation."""
    return forms(text)[1]


def key_of_name(name: str) -> str:
    """A name in the form for comparison, without accents: capitals are often written without them (ΚΑΘΗΜΕΡΙΝΗ)."""
    return without_accents(key(name))


def forms(text: str) -> tuple[str, str]:
    """The normal form of a line and its key. Both are remembered: several steps need them for the same lines."""
    return _known_forms(text) if len(text) <= LONGEST_KNOWN else _forms(text)


def size(its_key: str) -> int:
    """How many words a key has; in a script without spaces, two letters are about one word."""
    spaced = its_key.count(" ") + 1
    return spaced if its_key.isascii() else spaced + len(LETTER.findall(its_key)) // 2


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The phrase lists of data/phrases_*.tsv."""
    made = Lexicon()
    folder = files("pipelines.extract") / "data"
    rows = []
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.startswith("phrases_") and file.name.endswith(".tsv"):
            language = file.name.removeprefix("phrases_").removesuffix(".tsv").replace("any", "*")
            for row in file.read_text(encoding="utf-8").splitlines():
                if "\t" in row:
                    rows.append((language, *row.split("\t")))
    for language, phrase, kind, match in sorted(rows, key=lambda row: row[3] != "set"):
        _add(made, phrase, kind, match, f"phrase: {kind} ({language})")
    for phrase in (*made.line, *made.edge):
        if len(phrase) > 1:
            made.tiles.setdefault(phrase[:PAIR_LETTERS], set()).add(len(phrase))
    return made


def _forms(text: str) -> tuple[str, str]:
    plain = normal(text)
    if plain.isascii():
        return plain, " ".join(plain.translate(SPACES).split())
    return plain, PUNCTUATION.sub(" ", plain).strip()


_known_forms = lru_cache(maxsize=4096)(_forms)


def _add(made: Lexicon, phrase: str, kind: str, match: str, reason: str) -> None:
    its_key = key(phrase)
    bound = "" if LETTER.search(its_key[-1:]) else r"(?= |$)"
    most = MOST.get(match, 0)
    if match == "set":
        made.sets[phrase] = "|".join(filter(None, [made.sets.get(phrase), kind]))
    elif match in ("line", "edge") and "{}" in phrase:
        begin = f"# {its_key}" if phrase.startswith("{}") else its_key
        _open(made, _with_number(phrase), MOST["whole"], reason, match == "edge", [begin])
    elif match in ("line", "edge"):
        exact = made.edge if match == "edge" else made.line
        for line in _alternatives(made, phrase) if phrase in made.sets else [its_key]:
            exact.setdefault(line, reason)
    elif match == "slots":
        _add_slots(made, phrase, reason)
    elif match == "words":
        slots = [_alternatives(made, slot) for slot in phrase.split()]
        patterns = [f" (?:{'|'.join(map(_word, slot))})(?= )" for slot in slots]
        _keep(made, patterns, most, reason, [word.removesuffix("*") for word in slots[0]])
    elif match in ("start", "brief", "few", "credit"):
        pattern, begins = _slots(made, phrase)
        _open(made, pattern + bound, most, reason, match == "credit", begins)
    elif match in ("prefix", "label", "byline"):
        plain = normal(phrase).rstrip(" :|»-")
        end = r"\s*:\s*\w" if match == "byline" else SEPARATOR if its_key else ""
        made.marked.setdefault(plain[:HEAD], []).append(
            PhraseRule(re.escape(plain) + end, most, reason, match != "prefix")
        )
    elif match == "end":
        backwards = its_key[::-1]
        rule = PhraseRule(re.escape(backwards) + (bound and r"(?= |$)"), most, reason)
        made.closing.setdefault(backwards[:HEAD], []).append(rule)
    elif match == "substr":
        _keep(made, [re.escape(its_key)], size(its_key) + BESIDE_WORDS, reason, [its_key.split(" ")[0]])
    else:
        raise ValueError(f"phrases_*.tsv: {match!r} is no kind of match ({phrase!r})")


def _keep(made: Lexicon, patterns: list[str], most: int, reason: str, begins: list[str]) -> None:
    firsts = (begin.split(" ")[0] for begin in begins)
    for head in {first[: PAIR_LETTERS if LETTER.match(first) else STEM_LETTERS[0]] for first in firsts}:
        made.inside.setdefault(head, []).append((patterns, most, reason))


def _open(made: Lexicon, pattern: str, most: int, reason: str, edge: bool, begins: Collection[str]) -> None:
    rule = PhraseRule(pattern, most, reason, edge)
    for head in sorted({begin.rstrip("*")[:HEAD] for begin in begins}):
        made.opening.setdefault(head, []).append(rule)


def _with_number(phrase: str) -> str:
    before, after = (key(part) for part in phrase.split("{}", 1))
    slot = r"(?=\D*\d)\S+(?: \S+){0,7}" if not after else r"\d[\d ]*k?"
    return " ?".join(part for part in (re.escape(before), slot, re.escape(after)) if part) + "$"


def _add_slots(made: Lexicon, phrase: str, reason: str) -> None:
    """Add one row that stands for many lines: written out if possible, else as a pattern."""
    slots = _choices(made, phrase)
    open_ended = any(word == "#" or word.endswith("*") for slot in slots for word in slot)
    if open_ended or prod(len(slot) for slot in slots) > MAX_COMBINATIONS:
        pattern, begins = _slots(made, phrase)
        _open(made, pattern + "$", MOST["whole"], reason, False, begins)
        return
    for words in product(*slots):
        line = ("" if LETTER.search("".join(words)) else " ").join(filter(None, words))
        if line:
            made.line.setdefault(line, reason)


def _slots(made: Lexicon, phrase: str) -> tuple[str, set[str]]:
    """The pattern for a row's slots, and the possible beginnings of a matching line."""
    slots = _choices(made, phrase)
    begins = {""}
    pattern = ""
    for slot in slots:
        space = "(?:^| ?)" if any(LETTER.search(word) for word in slot) else "(?:^|(?<=.) )"
        one = f"{space}(?:{'|'.join(_word(word) for word in slot if word)})"
        pattern += f"(?:{one})?" if "" in slot else one
        begins = {_next(begin, word) for begin in begins for word in slot}
    return pattern, {begin for begin in begins if begin}


def _next(begin: str, word: str) -> str:
    """The beginning of a line, with one more word. A beginning that is long enough, or that ends with `*`, gets no more
    words."""
    if len(begin) >= HEAD or begin.endswith("*") or not word:
        return begin
    space = "" if not begin or LETTER.match(word) else " "
    return begin + space + word


def _choices(made: Lexicon, phrase: str) -> list[list[str]]:
    """The possible words of each slot of a row; an empty word if the slot may be missing."""
    return [
        _alternatives(made, slot.removesuffix("?")) + ([""] if slot.endswith("?") else []) for slot in phrase.split()
    ]


def _alternatives(made: Lexicon, slot: str) -> list[str]:
    """The words of a slot; the name of a set gives the words of the set. A word with a hyphen, such as whats-app,
    stands for two words in a row."""
    words: list[str] = []
    for part in slot.split("|"):
        if part in made.sets:
            words += _alternatives(made, made.sets[part])
        elif part in ("#", "*"):
            words.append(part)
        else:
            words.append(key(part) + ("*" if part.endswith("*") else ""))
    return words


def _word(word: str) -> str:
    return r"\d+" if word == "#" else re.escape(word[:-1]) + r"\S*" if word.endswith("*") else re.escape(word)

"""Terms: how a person writes one thing to look for, and which of its written forms are searched."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from pipelines import text
from pipelines.errors import WatchError
from pipelines.query import variants

# PREFIXES has, for each prefix of a term, its mode and how the grammatical article (ال) is treated.
PREFIXES = {
    "clitics": ("clitics", "optional"),
    "exact": ("exact", "optional"),
    "suffix": ("suffix", "optional"),
    "stem": ("stem", "optional"),
    "sub": ("substring", "apart"),
    "substring": ("substring", "apart"),
    "keep": ("clitics", "keep"),
}
WRITTEN_AS = {"exact": "exact", "suffix": "suffix", "stem": "stem", "substring": "sub"}
WRITTEN = re.compile(r"([a-z]+):(?=\S)(.*)", re.DOTALL)
# A `sub:`, or the beginning of a word before a `*`, has at least this many letters. Chosen: any two letters are in
# nearly every text.
SHORTEST_PART_LETTERS = 3
# SYLLABLE finds a Korean syllable, which is one character.
SYLLABLE = re.compile("[\uac00-\ud7a3]")
# This many terms are remembered, because many watches look for the same words. Chosen: these are enough for some ten
# thousand watches, and take 20 MB.
REMEMBERED_TERMS = 1 << 16


@dataclass(frozen=True, kw_only=True)
class Term:
    """One thing to look for: a word or a phrase, and its other spellings.

    mode: `clitics` finds the word, also with the letters that Arabic or Hebrew writes before it; `exact` finds the word
    alone; `suffix` finds the word also with letters written after it; `stem` finds the word with any ending in the
    language of the text; `substring` finds the letters at any place in a word.
    article: how the grammatical article (ال) is treated. With `optional`, the article may stand before the word too.
    With `keep`, it may not: حماس is found, الحماس is not. `apart` stands only with `substring`: the term is looked for
    without the article at its beginning.

    A word that ends in `*` finds every word with this beginning.
    """

    text: str
    mode: str = "clitics"
    article: str = "optional"
    aliases: tuple[str, ...] = ()

    def __hash__(self) -> int:
        # Each look-up of a term needs a hash. A str remembers its own hash, and few terms share the same text.
        return hash(self.text)

    @property
    def written(self) -> str:
        """The term in the written form, which `parse_term` reads back."""
        way = "keep" if self.article == "keep" else WRITTEN_AS.get(self.mode, "")
        return (f"{way}:" if way else "") + "|".join((self.text, *self.aliases))


def parse_term(written: str) -> Term:
    """The term that a person wrote; WatchError says what is allowed.

    Examples: `داعش`, `exact:حماس`, `keep:حماس`, `suffix:غارة`, `sub:ديمقراط`, `سوريا|سورية`, `terror*`.
    """
    match = WRITTEN.fullmatch(written.strip())
    mode, article, rest = "clitics", "optional", written.strip()
    if match:
        if match[1] not in PREFIXES:
            raise WatchError(
                f"{match[1]}: is no prefix of a term; allowed are {', '.join(map('{}:'.format, PREFIXES))}."
            )
        (mode, article), rest = PREFIXES[match[1]], match[2]
    return _check_term(written, tuple(rest.split("|")), mode, article)


def checked_term(spellings: Iterable[str], prefix: str) -> Term:
    """The term with these spellings and the mode of the prefix; WatchError says what is allowed."""
    return _check_term("|".join(spellings := tuple(spellings)), spellings, *PREFIXES[prefix])


@lru_cache(maxsize=REMEMBERED_TERMS)
def _check_term(written: str, spellings: tuple[str, ...], mode: str, article: str) -> Term:
    given = [part.strip() for part in spellings if part.strip()]
    if not given:
        raise WatchError(f"{written!r} is no term: write at least one word.")
    for spelling in given:
        _check(spelling, mode)
    if article == "apart" and not any(text.normal(spelling).startswith(variants.ARTICLE) for spelling in given):
        article = "optional"
    return Term(text=given[0], mode=mode, article=article, aliases=tuple(given[1:]))


def _check(spelling: str, mode: str) -> None:
    letters = _count_letters("".join(token.form for token in text.tokens(spelling)))
    if not letters:
        raise WatchError(f"{spelling!r} has no letter or digit to look for.")
    if mode == "substring" and letters < SHORTEST_PART_LETTERS:
        raise WatchError(f"sub:{spelling} is too short: a part of a word needs {SHORTEST_PART_LETTERS} letters.")
    if spelling.endswith("*") and letters < SHORTEST_PART_LETTERS:
        raise WatchError(f"{spelling} is too short: the beginning of a word needs {SHORTEST_PART_LETTERS} letters.")
    if "*" in spelling.removesuffix("*"):
        raise WatchError(f"{spelling}: a * can only stand at the end.")


def _count_letters(form: str) -> int:
    """How many letters a normal form counts as. A Korean syllable counts as two, because it has at least two sounds. In
    a script without spaces, each letter counts as SHORTEST_PART_LETTERS, because it is a word.
    """
    bare = text.bare(form)
    return (len(bare) + len(SYLLABLE.findall(bare))) * (SHORTEST_PART_LETTERS if text.has_unspaced(form) else 1)

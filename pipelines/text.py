"""The one normal form of text: for search, for matching and for telling whether two texts are the same.

Only this module knows which letters are spellings of one another, what a word is, and in which direction a language is
written. Stored text stays as it was written; only its normal form is folded.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Literal

RTL_LANGUAGES = (
    " ar arc arz ary apc ars acm aeb azb bal bqi ckb dv fa glk he ks lrc mzn"
    " nqo pnb prs ps rhg sd sdh skr syr ug ur yi "
)
# MOST_MARKS: this many marks in a row stay. UAX 15 (Stream-Safe Text) has the same number. MARKS finds longer runs of
# characters that are neither letters nor blanks. Only in these runs are marks counted.
MOST_MARKS = 30
MARKS = re.compile(rf"[^\w\s]{{{MOST_MARKS + 1},}}")
NormalForm = Literal["NFC", "NFD", "NFKC", "NFKD"]
LETTERS = {
    **dict.fromkeys("أإآٱٲٳٵ", "ا"),
    **dict.fromkeys("ىیېۍێ", "ي"),
    **dict.fromkeys("کڪ", "ك"),
    **dict.fromkeys("ةۀەۃہھۂ", "ه"),
    "ı": "i",
    "’": "'",
    "‘": "'",
    "ʼ": "'",
}
# These signs are dropped: tashkeel, Quranic marks, tatweel, Hebrew points, variation selectors.
DROPPED = (
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u08ca-\u08ff\u0640"
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\ufe00-\ufe0f"
)
# These scripts are written without spaces. So each letter counts as a word, and a name is several such words in a row.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
    "\u3005\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d"
)
# These marks of half-width kana are letters for Unicode: ﾀﾞ is ダ.
VOICED = "\uff9e\uff9f"
# `_TABLE` and `_INSIDE` contain marks, digits, controls and invisible characters from among these code points only: the
# basic plane without Chinese, Korean and private letters; then musical controls and tags.
EXAMINED = (
    range(0x3100), range(0xA490, 0xAC00), range(0xFB00, 0x10000), range(0x1D173, 0x1D17B), range(0xE0000, 0xE0080),
)  # fmt: skip
# These are the letters of Latin, Greek and Cyrillic that can have accents, and the accents as characters of their own.
ACCENTED = re.compile("[a-z\u00df-\u024f\u0370-\u052f\u1e00-\u1fff\u0300-\u036f]")
# These letters are replaced or kept before accents are dropped. In the first row are letters that Unicode does not
# split into letter and accent (a stroke is no accent for Unicode), and the Greek s that ends a word. The Cyrillic
# letters of the second row stay: there the sign above or at the letter makes another letter.
LIKE = {
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "æ": "ae", "œ": "oe", "ə": "e", "ς": "σ",
    "й": "й", "ї": "ї", "ў": "ў", "ґ": "ґ", "ќ": "ќ", "ѓ": "ѓ",
}  # fmt: skip
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
# A sentence ends with the end of a line, a full stop of a script without spaces, or a stop with a blank after it.
_END = re.compile("\\n+|[。！？]+[」』”）]*|(?<![.!?؟۔…])[.!?؟۔…]++[\"'»”’)\\]]*+(?=\\s)")
# A full stop after one of these short forms ends no sentence: Mr, Dr, and the initials of names and states.
_SHORT = re.compile(r"(?:^|[^\w])(?:[^\W\d_]|[A-ZÄÖÜ][^\W\d_])$")
# Short forms are searched in this many characters before a full stop. Chosen: the longest short form fits, with the
# character before it.
SHORT_CHARACTERS = 4
# For texts of up to this many characters the number of words is remembered, because the words of the same line of a
# page are counted often. Chosen: the remembered texts then take a few megabytes.
LONGEST_COUNTED_CHARACTERS = 1000
# Only the first tatweel of a row is tried: if no Latin letter follows the row, none follows a part of it.
TATWEEL_BEFORE_LATIN = re.compile("(?<!\u0640)\u0640+(?=[A-Za-z0-9])")


@dataclass(frozen=True, slots=True)
class Token:
    """A word: its normal form, and its place text[start:end] in the given text."""

    form: str
    start: int
    end: int


def clean(value: str) -> str:
    """Text without NULs and without halves of surrogate pairs: Postgres can hold neither."""
    without = value.replace("\x00", "")
    return without if without.isascii() else without.encode("utf-8", "ignore").decode()


def compose(text: str, form: NormalForm = "NFC") -> str:
    """A text in a normal form of Unicode, in time that grows with its length.

    Of a run of marks on one letter, only MOST_MARKS stay, because the time to sort marks grows with the square of their
    number.
    """
    if len(text) > MOST_MARKS and not text.isascii():
        text = MARKS.sub(_thin, text)
    return unicodedata.normalize(form, text)


def normal(text: str) -> str:
    """The normal form: one spelling per letter, no diacritics, tatweel or invisible characters, digits in ASCII."""
    if text.isascii():
        return " ".join(text.translate(_CONTROLS).lower().split())
    text = TATWEEL_BEFORE_LATIN.sub(" ", text)
    folded = compose(text, "NFKC").replace("İ", "i").casefold().translate(_TABLE)
    return " ".join(folded.split())


def tokens(text: str) -> list[Token]:
    """The words of a text in order, each with its place in the text."""
    return [
        # One ligature can be a whole phrase (ﷺ); all words of the phrase then have the ligature's place.
        Token(form, match.start(), match.end())
        for match in _WORD.finditer(text)
        for form in _forms(match.group())
    ]


@lru_cache(maxsize=1 << 16)
def bare(form: str) -> str:
    """A normal form without the accents of Latin, Greek and Cyrillic letters: `Čeština` is searched as `cestina`.

    This form is only for looking up words: a text with other accents is another text.
    """
    if form.isascii() or not ACCENTED.search(form):
        return form
    parted = "".join(LIKE.get(c) or _drop_accents(c) for c in compose(form))
    return compose(parted)


def forms(text: str) -> list[str]:
    """The normal forms of a text's words, in order: as from `tokens`, without their places and far cheaper."""
    return _WORD.findall(normal(text))


def has_unspaced(text: str) -> bool:
    """Whether a text has letters of scripts that are written without spaces."""
    return not text.isascii() and _UNSPACED.search(text) is not None


def words(text: str) -> int:
    """How many words a text has; a letter of a script without spaces counts as one."""
    if text.isascii():
        return len(text.translate(_SPACES).split())
    return _count_words(text) if len(text) <= LONGEST_COUNTED_CHARACTERS else len(_WORD.findall(text))


def sentences(text: str) -> list[str]:
    """The sentences of a text, in order. The end of a line ends a sentence, the point of an abbreviation does not."""
    return [one for start, end in _sentence_spans(text) if (one := text[start:end].strip())]


def sentence_around(text: str, start: int, end: int, most: int) -> tuple[int, int]:
    """The start and end of the sentence that contains text[start:end]; only `most` characters on each side are
    examined."""
    left, right = max(0, start - most), min(len(text), end + most)
    spans = list(_sentence_spans(text[left:right]))
    first = max((a for a, _ in spans if a <= start - left), default=0)
    last = min((b for _, b in spans if b >= end - left), default=right - left)
    return left + first, left + last


def digest(text: str) -> str:
    """The sha256, in hex, of the normal form: equal for texts that differ in spelling variants and spacing alone."""
    return hashlib.sha256(normal(text).encode()).hexdigest()


def direction(text_or_language: str) -> str:
    """`rtl` or `ltr`: of a language by its code (`ar`, `ckb`, `fa-IR`), of any other text by most of its letters."""
    given = text_or_language.strip()
    if LANGUAGE.fullmatch(given) and "arab" in given.lower():
        return "rtl"
    if LANGUAGE.fullmatch(given) and re.split("[-_]", given)[0].lower().join("  ") in RTL_LANGUAGES:
        return "rtl"
    balance = 0
    for letter in given[:2000]:
        kind = unicodedata.bidirectional(letter)
        balance += (kind in ("R", "AL")) - (kind == "L")
    return "rtl" if balance > 0 else "ltr"


def _sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for found in _END.finditer(text):
        before = text[max(start, found.start() - SHORT_CHARACTERS) : found.start()]
        if found[0][0] == "." and _SHORT.search(before):
            continue
        yield start, found.end()
        start = found.end()
    yield start, len(text)


def _thin(run: re.Match[str]) -> str:
    """A run without its surplus marks."""
    kept, marks = [], 0
    for character in run[0]:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def _drop_accents(letter: str) -> str:
    """A letter without its accents; a mark by itself is dropped."""
    parts = unicodedata.normalize("NFD", letter)
    if ACCENTED.match(parts) or unicodedata.category(parts[0]) == "Mn":
        return "".join(part for part in parts if not ("\u0300" <= part <= "\u036f"))
    return letter


@lru_cache(maxsize=4096)
def _count_words(text: str) -> int:
    return len(_WORD.findall(text))


@lru_cache(maxsize=1 << 16)
def _forms(word: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(normal(word)))


def _table() -> dict[int, str | None]:
    table: dict[int, str | None] = {}
    for character, category in _CATEGORIES.items():
        if category == "Cf":
            table[ord(character)] = None
        elif category == "Cc":
            table[ord(character)] = " "
        elif category == "Nd":
            table[ord(character)] = str(unicodedata.digit(character))
    table.update(dict.fromkeys(map(ord, re.findall(f"[{DROPPED}]", "".join(_CATEGORIES)))))
    table.update({ord(letter): fold for letter, fold in LETTERS.items()})
    return table


_CATEGORIES = {chr(code): unicodedata.category(chr(code)) for code in chain(*EXAMINED)}
_TABLE = _table()
_CONTROLS = dict.fromkeys((*range(32), 127), " ")
# These ASCII characters are neither letter nor digit. To replace them by blanks and split the text is many times faster
# than to search for words.
_SPACES = {code: " " for code in range(128) if not chr(code).isalnum()}
_INSIDE = (
    "".join(
        re.escape(character)
        for character, category in _CATEGORIES.items()
        if ord(character) < 0x10000 and category in ("Mn", "Mc", "Me", "Cf")
    )
    + "\u0640"
)
_MARKS = "".join(c for c in _INSIDE if unicodedata.category(c) != "Cf")
_LETTER = rf"[^\W_\u0640{UNSPACED}]"
_LETTER_ALONE = f"[{UNSPACED}][{_MARKS}{VOICED}]*"
_UNSPACED = re.compile(f"[{UNSPACED}]")
# A word is letters and digits with the marks and invisible characters inside it; a tatweel before Latin letters ends
# it.
_WORD = re.compile(rf"{_LETTER_ALONE}|{_LETTER}+(?:(?!\u0640+[A-Za-z0-9])[{_INSIDE}]+{_LETTER}+)*[{_MARKS}]*")

"""Stems: which words of a European language are one word with different endings. Only this module knows the stemmers.

The rules are Snowball's, as in Postgres' own configurations, but they run in Python, for watches and for searches. So a
term means the same in both. A text is read with the rules of its own language. The search index only gives candidates:
the words with the same beginning.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import snowballstemmer

# LANGUAGES has the name of the stemmer for each language that has a stemmer. Arabic has its own rules (variants).
LANGUAGES = {
    "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "et": "estonian", "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hu": "hungarian",
    "hy": "armenian", "it": "italian", "lt": "lithuanian", "nb": "norwegian", "nl": "dutch", "nn": "norwegian",
    "no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian",
    "sv": "swedish", "tr": "turkish",
}  # fmt: skip
# The index is asked for beginnings of at least this many letters; a shorter common beginning is lengthened. Chosen:
# with fewer letters the index names every article.
SHORTEST_LETTERS = 3


@lru_cache(maxsize=1 << 14)
def beginning(word: str) -> str:
    """The letters with which every word of the same stem begins, in any of the languages."""
    return min((_beginning(word, language) for language in LANGUAGES), key=len)


def alike(form: str, word: str, language: str) -> bool:
    """Whether a form is the word with any ending, in a text of this language. If the language has no stemmer, form and
    word must be equal."""
    code = language.split("-")[0].lower()
    if form == word or code not in LANGUAGES:
        return form == word
    return form.startswith(beginning(word)) and _stem(form, code) == _stem(word, code)


def _beginning(word: str, language: str) -> str:
    stem = _stem(word, language)
    shared = word[: next((at for at, letter in enumerate(word) if not stem.startswith(letter, at)), len(word))]
    return shared if len(shared) >= SHORTEST_LETTERS else word[:SHORTEST_LETTERS]


# The stems of words are remembered: to compute a stem takes 0.1 ms in Python, and the common words of a few languages
# are soon all in memory.
@lru_cache(maxsize=1 << 16)
def _stem(word: str, language: str) -> str:
    return str(_stemmer(LANGUAGES[language]).stemWord(word))


@lru_cache(maxsize=len(LANGUAGES))
def _stemmer(name: str) -> Any:
    return snowballstemmer.stemmer(name)

"""The written forms of a term. Only this module knows which letters Arabic and Hebrew write onto a word."""

from __future__ import annotations

import re
from functools import lru_cache

ARABIC = re.compile("[\u0621-\u064a]")
HEBREW = re.compile("[\u05d0-\u05ea]")
# Each of these prefixes can also have ו before it.
HEBREW_PREFIXES = ("", "ה", "ב", "ל", "מ", "כ", "ש", "שה", "שב", "של", "שמ", "מה")
HEBREW_AND = "ו"
CONJUNCTIONS = ("", "و", "ف")
PREPOSITIONS = ("", "ب", "ك", "ل")
ARTICLE, LAM = "ال", "ل"
# In the last of these, ل and the article are written together: للعراق.
ARTICLES = ("ال", "بال", "كال", "لل")
PREFIXES = frozenset(c + p for c in CONJUNCTIONS for p in (*PREPOSITIONS, *ARTICLES))
PRONOUNS = ("ه", "ها", "هم", "هن", "هما", "ك", "كم", "نا", "ي")
PLURALS = ("ات", "ين", "ان", "ون", "تين", "تان")
# Before a pronoun or another noun, a plural or a dual loses its ن: لاجئوهم, غارتي الأمس. JOINED has the endings that
# come of this, and the plural ات with each pronoun.
JOINED = (
    *("و", "تا", "تي", "ينا", "ونا"),
    *(f"ات{pronoun}" for pronoun in PRONOUNS),
    *(letter + pronoun for letter in "وي" for pronoun in ("ه", "ها", "هم")),
)
NISBA = ("ي", "يه", "يا", "يين", "يون", "يات")
ENDINGS = ("", "ا", *PRONOUNS, *PLURALS, *NISBA, *JOINED)


def is_arabic(form: str) -> bool:
    """Whether a normal form is written in the Arabic script."""
    return bool(ARABIC.search(form))


def add_prefixes(form: str, *, add_article: bool) -> set[str]:
    """A normal form with every conjunction, preposition and article that can be written before it.

    A word without the article has 24 forms, or 12 without add_article. A word with the article always keeps it, so
    `العراق` is not found as `عراق`; it has 12 forms, or 15 if ل follows the article.
    """
    bare = {c + p + form for c in CONJUNCTIONS for p in PREPOSITIONS}
    if form.startswith(ARTICLE) and len(form) > len(ARTICLE) + 1:
        noun = form.removeprefix(ARTICLE)
        forms = {c + a + noun for c in CONJUNCTIONS for a in ARTICLES}
        # If such a word gets a ل before it, two of the three ل remain: اللجنة becomes للجنة.
        return forms | {c + LAM + noun for c in CONJUNCTIONS if noun.startswith(LAM)}
    if not add_article:
        return bare
    return bare | {c + a + form for c in CONJUNCTIONS for a in ARTICLES}


def add_hebrew_prefixes(form: str) -> set[str]:
    """A normal form with every conjunction, preposition and article that Hebrew writes onto it: 24 forms."""
    return {conjunction + prefix + form for conjunction in ("", HEBREW_AND) for prefix in HEBREW_PREFIXES}


def inner(form: str, *, add_article: bool) -> set[str]:
    """The forms of a word inside a phrase: unchanged, or with the article if one may be added."""
    return {form, ARTICLE + form} if add_article and not form.startswith(ARTICLE) else {form}


def endings(form: str) -> set[str]:
    """A normal form with the endings of number, possession and origin; before an ending, a final ة (written ه here)
    becomes ت."""
    found = {form + ending for ending in ENDINGS}
    if form.endswith("ه"):
        stem = form[:-1]
        found |= {stem + "ت" + pronoun for pronoun in PRONOUNS}
        found |= {stem + ending for ending in (*PLURALS, *NISBA, *JOINED)}
    if form.endswith(("يا", "يه")):
        # An adjective of origin drops the ending of the place's name: سوري comes from سوريا.
        found |= {form[:-1] + ending for ending in ("", "ه", "ا", *PLURALS)}
    elif form.endswith("ا"):
        found |= {form[:-1] + ending for ending in NISBA}
    if form.endswith("ي"):
        found |= {form[:-1] + "ا" + pronoun for pronoun in PRONOUNS}
    return found


def without_article(form: str) -> str:
    """A normal form without the article before it; unchanged if the rest could not be a word."""
    return form[len(ARTICLE) :] if form.startswith(ARTICLE) and len(form) > len(ARTICLE) + 2 else form


@lru_cache(maxsize=1 << 16)
def without_prefix(form: str) -> frozenset[str]:
    """All forms that may be left of a written form without its prefix. From each of them, `add_prefixes` must give the
    written form again."""
    found = {form[len(p) :] for p in PREFIXES if form.startswith(p) and len(form) > len(p) + 1}
    # After لل, the article may be restored, because a term with the article keeps it: للعراق also gives العراق.
    lil = [form[len(p) :] for p in PREFIXES if p.endswith("لل") and form.startswith(p)]
    return frozenset(found | {ARTICLE + rest for rest in lil} | {ARTICLE + LAM + rest for rest in lil})

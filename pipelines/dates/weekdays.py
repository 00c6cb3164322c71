"""The names of weekdays as sites write them beside dates, in their folded form (pipelines.dates.months).

Babel has most of them. OTHER_FORMS and MORE have what it lacks.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from pipelines.dates import months

# Babel calls Kurmanji `ku`. Serbian has two scripts and two pronunciations; `hr` has the words of the second
# pronunciation.
LOCALES = """
ar bg bn cs ckb da de el en es fa fi fr he hi hr hu id it ja ko ku nl no pl pt ro ru sr sr_Latn sv th tr uk ur vi zh
zh_Hant
"""
# In these languages the short names are taken too. In other languages short names are ordinary words, for example `sex`
# and `ter` in Portuguese and `min` in Indonesian, or single letters.
LOCALES_WITH_SHORT_NAMES = "da de en es fi fr he it ja ko nl no ru sv tr zh zh_Hant"
# Babel has two forms of a name: inside a date, and alone.
CONTEXTS: tuple[Literal["format", "stand-alone"], ...] = ("format", "stand-alone")
# These signs show that a name is cut short.
SIGNS_OF_SHORT_NAME = ".\u05f3"
# Some sites write a part of the name differently: without the word for `day`, with a blank before this word, or with an
# ending. Each row has the language, a pattern for the part, and what sites write instead.
OTHER_FORMS = (
    ("fa", "\u200c?شنبه$", " شنبه"),
    ("he", r"^יום (?=\w\w)", ""),
    ("ku", "em$", "emî"),
    ("pt", "-feira$", ""),
    ("th", "^วัน", ""),
    ("th", "$", "ที่"),
)
MORE = {
    "cs": "středu sobotu neděli", "da": "tir tor", "de": "sonnabend", "en": "tues thur thurs",
    "fi": "sunnuntaina", "he": "יום|ש", "ku": "în", "pl": "środę sobotę niedzielę", "ru": "среду пятницу субботу",
    "th": "พฤหัส", "uk": "середу п’ятницю суботу неділю", "ur": "سوموار", "zh": "星期天",
}  # fmt: skip


@lru_cache(maxsize=1)
def read_names() -> frozenset[str]:
    """The folded names of weekdays in all our languages."""
    # Babel is imported only here, because it takes a tenth of a second to read its languages, and only load needs the
    # names of weekdays.
    from babel.dates import get_day_names

    names = {name.replace("|", " ") for of_language in MORE.values() for name in of_language.split()}
    for locale in LOCALES.split():
        written = [name for context in CONTEXTS for name in get_day_names("wide", context, locale).values()]
        if locale in LOCALES_WITH_SHORT_NAMES.split():
            written += [name for context in CONTEXTS for name in get_day_names("abbreviated", context, locale).values()]
        own = {name.rstrip(SIGNS_OF_SHORT_NAME) for name in written}
        names |= own
        names |= {re.sub(part, other, name) for code, part, other in OTHER_FORMS if code == locale for name in own}
    return frozenset(months.fold(name) for name in names)

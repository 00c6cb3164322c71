"""The language of a text. Only this module knows py3langid and its names for languages."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from pipelines.text import words

# The keys are py3langid's names of some languages, and the values are the codes that we use.
CODES = {"sdh": "ckb", "pnb": "ur", "ku": "kmr", "prs": "fa", "wuu": "zh", "yue": "zh", "nan": "zh", "no": "nb"}
CODES |= dict.fromkeys(("arz", "ary", "apc", "ars", "acm", "aeb", "ajp", "acq", "arb"), "ar")
# A language is guessed only if there are at least this many words. Chosen: the language of a short title is often
# guessed wrong.
LEAST_WORDS = 8
# A guess with at least this certainty outweighs the source's own language. Half of this certainty is enough if the
# source has no language. Chosen: related languages are easily confused.
CLEAR_CERTAINTY = 0.8
# This many characters of a text are examined. Chosen: more characters would cost time and hardly change a guess.
SAMPLE_CHARACTERS = 1000


def language_of(title: str, text: str, prior: str) -> str:
    """The language of an article by its title and beginning.

    prior: the source's own language, which is the result unless the article is clearly in another.
    """
    sample = f"{title}\n{text[:SAMPLE_CHARACTERS]}"
    known = re.split("[-_]", prior)[0].lower()
    if words(sample) < LEAST_WORDS:
        return known
    name, certainty = _identifier().classify(sample)
    found = CODES.get(name, name)
    if not known:
        return found if certainty >= CLEAR_CERTAINTY / 2 else ""
    return found if certainty >= CLEAR_CERTAINTY else known


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)

"""Finds the real charset of a text that was read as western European because its label says so. In all charsets here a
letter has one byte.
"""

from __future__ import annotations

import re
from collections import Counter

WESTERN = "cp1252"
# This many bytes are examined. Chosen: more bytes would cost time and hardly change a guess.
SAMPLE = 200_000
# A text in one of these languages of central Europe is not in the western charset, even if it is labelled so.
CENTRAL = {"pl", "cs", "sk", "hu", "hr", "sl", "bs", "sq", "ro", "dsb", "hsb"}
# These signs usually separate words. Inside a word they are letters of another charset. With fewer than LEAST_INSIDE of
# them, a text counts as western, unless its language is in CENTRAL.
INSIDE = re.compile("(?<=[a-zà-ÿ])[³¹¿¶±¾¼µ¦](?=[a-zà-ÿ])")
LEAST_INSIDE = 3
# In these letters the two charsets of central Europe differ. The letters are written as they look when read as western.
OF_ISO = re.compile("(?<=[a-zà-ÿ])[±¶¾¼»µ]|[±¶¾¼»µ](?=[a-zà-ÿ])")
OF_WINDOWS = re.compile("(?<=[a-zà-ÿ])[¹œšžŸŠŽŒ]|[¹œšžŠŽŒ](?=[a-zà-ÿ])")


def charset(western: str, language: str = "") -> str:
    """The charset of a text that was read as western. language: the expected language, if it is known."""
    if is_turkish(western):
        return "cp1254"
    sample = western[:SAMPLE].lower()
    central = re.split("[-_]", language)[0].lower() in CENTRAL
    if not central and len(INSIDE.findall(sample)) < LEAST_INSIDE:
        return WESTERN
    return "iso8859-2" if len(OF_ISO.findall(sample)) > len(OF_WINDOWS.findall(sample)) else "cp1250"


def is_turkish(western: str) -> bool:
    """Whether a text that was read as western is Turkish: it then shows þ, ý or ð, and ü or ç. Icelandic has æ or á as
    well.
    """
    found = Counter(western[:SAMPLE].lower())
    return (
        found["þ"] + found["ý"] + found["ð"] > 2 and bool(found["ü"] or found["ç"]) and not (found["æ"] or found["á"])
    )

"""Finds the real charset of a list's bytes. Apart from UTF-16 and ISO-2022-JP, which are recognised by their marks,
a list that decodes as UTF-8 is UTF-8, whatever its label says.
"""

from __future__ import annotations

import codecs
import re
import string

from resiliparse.parse.encoding import detect_encoding

from pipelines import singlebyte

# The label with a list's charset is searched in this many bytes. Chosen: no preamble is longer.
LABEL_BYTES = 2000

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
LABEL = re.compile(rb"<(?:meta|\?xml)[^<>]{0,300}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
TAG = re.compile(rb"<[^<>]*>")
# Only letters have these bytes. In the Latin charsets, dashes and quotation marks have lower bytes. In other scripts,
# every word has at least one of these bytes.
LETTER_BYTE = re.compile(rb"[\xc0-\xff]")
ASCII_LETTERS = string.ascii_letters.encode()
TAGGED = re.compile(r"<[^<>]*>")
WORD = re.compile(rb"[A-Za-z\x80-\xff]{2,}")
# If a list's label is a key here, the list is read in the wider charset that is the value, as other programs do.
WIDER = {
    "iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030",
    "shift_jis": "cp932", "euc_kr": "cp949",
}  # fmt: skip
KOREAN = "cp949"
LATIN = {"cp1252", "cp1250", "cp1254", "iso8859-15", "iso8859-2"}
# These codecs of Python are not tried: no list is written in them, or they were tried before.
NO_CHARSETS = {"undefined", "idna", "punycode", "utf-8", "utf-7", "utf-16", "utf-32"}
# The charset is guessed from this many bytes. Chosen: more bytes would cost time and hardly change a guess.
SAMPLE_BYTES = 200_000
# If a text has at least this many whole letters beyond ASCII for each broken one, it is UTF-8 with stray bytes. Chosen:
# a text in another charset would have far more broken letters.
STRAY_ONE_IN = 4
# At least this many bytes beyond ASCII are needed as evidence of another alphabet. Chosen: fewer may be quotation
# marks.
LEAST_HIGH_LETTERS = 20


def in_utf8(body: bytes, charset: str = "", language: str = "") -> bytes:
    """The same text as UTF-8 without a byte order mark.

    charset: what the HTTP header says, if anything.
    language: the expected language, if it is known; it helps because programs label texts in many other charsets as
    western.
    """
    for mark, name in BOMS:
        if body.startswith(mark):
            return body[len(mark) :] if name == "utf-8" else body.decode(name, "replace").lstrip("\ufeff").encode()
    if b"\x1b$" in body and body.isascii():
        return body.decode("iso2022_jp", "replace").encode()
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return _recode(body, charset, language)
    return body


def _recode(body: bytes, charset: str, language: str) -> bytes:
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    # The text is UTF-8 with a stray byte, or was cut in the middle of a letter.
    if broken * STRAY_ONE_IN <= len(text) - len(text.encode("ascii", "ignore")) - broken:
        return text.encode()
    label = LABEL.search(body[:LABEL_BYTES])
    for name in (_find_codec(label[1].decode("ascii")) if label else "", _find_codec(charset)):
        # A text whose words have more than half of their letters above ASCII is in no Latin alphabet.
        if name and not (name in LATIN and _dense(body)):
            western = body.decode(name, "replace")
            if name != singlebyte.WESTERN:
                return western.encode()
            return body.decode(singlebyte.charset(TAGGED.sub(" ", western), language), "replace").encode()
    guess = str(detect_encoding(TAG.sub(b" ", body[:SAMPLE_BYTES]), from_html_meta=False) or "")
    # The detector takes Korean for UTF-8, which was tried above.
    guess = KOREAN if guess == "utf-8" and _dense(body) else guess
    return body.decode(_find_codec(guess) or "cp1252", "replace").encode()


def _find_codec(label: str) -> str:
    try:
        found = codecs.lookup(label)
    except (LookupError, ValueError):
        return ""
    name = WIDER.get(found.name, found.name)
    return name if found._is_text_encoding and name not in NO_CHARSETS else ""


def _dense(body: bytes) -> bool:
    # Words of ASCII alone are no evidence: most of a feed's bytes may be addresses.
    words = [word for word in WORD.findall(TAG.sub(b" ", body[:SAMPLE_BYTES])) if LETTER_BYTE.search(word)]
    high = sum(len(word.translate(None, ASCII_LETTERS)) for word in words)
    return high >= LEAST_HIGH_LETTERS and 2 * high > sum(map(len, words))

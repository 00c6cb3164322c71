"""Bytes in, a tree out: which charset a page is really in, and the HTML parsed once.

It alone knows charsets. Labels lie more often than bytes: what decodes as UTF-8 is UTF-8, whatever it is called, and a
label that gives words no language has is not believed.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from lxml.html import HtmlElement
from lxml.html import fromstring as html_of
from trafilatura import load_html
from trafilatura.utils import detect_encoding

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
LABEL = re.compile(rb"<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
# What browsers take these labels for.
WIDER = {
    "iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874", "gb2312": "gb18030",
    "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949", "iso8859-6": "cp1256",
}  # fmt: skip
OF_LANGUAGE = {
    "ar": "cp1256", "fa": "cp1256", "ur": "cp1256", "ckb": "cp1256", "he": "cp1255", "tr": "cp1254", "ku": "cp1254",
    "kmr": "cp1254", "ru": "cp1251", "uk": "cp1251", "bg": "cp1251", "el": "cp1253", "zh": "gb18030", "ja": "cp932",
    "ko": "cp949", "pl": "cp1250", "cs": "cp1250", "hu": "cp1250", "th": "cp874", "vi": "cp1258",
}  # fmt: skip
# Codecs to Python that fail on the bytes of a page; scripts write `undefined` where a variable was empty.
NO_CHARSETS = {"undefined", "idna", "punycode"}
STRANGE = 0.15
SAMPLE = 200_000
WORD = re.compile(r"[^\W\d_]{2,}")
LATIN = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
CASES = re.compile("[a-zß-öø-ÿа-яёα-ω][A-ZÀ-ÖØ-ÞА-ЯЁΑ-Ω]")


def decode(body: bytes, content_type: str, language: str) -> tuple[str, str]:
    """The text of a page's bytes and the charset they are in; what no charset explains is replaced, never lost."""
    for mark, name in BOMS:
        if body.startswith(mark):
            return body.decode(name, "replace").lstrip("\ufeff"), name
    if b"\x1b$" in body and "iso2022_jp" in _labels(body, content_type):
        return body.decode("iso2022_jp", "replace"), "iso2022_jp"
    utf8 = body.decode("utf-8", "replace")
    broken = utf8.count("\ufffd")
    if not broken or broken * 20 <= sum(1 for c in utf8 if c > "\x7f") - broken:
        return utf8, "utf-8"
    best, best_name, least = utf8, "utf-8", _strange(utf8)
    for name in _candidates(body, content_type, language):
        text = body.decode(name, "replace")
        strange = _strange(text)
        if strange < least:
            best, best_name, least = text, name, strange
        if strange < STRANGE:
            break
    return best, best_name


def parse(html: str) -> HtmlElement | None:
    """The tree of a page, or None where there is nothing to make one of."""
    if not html.strip():
        return None
    tree = load_html(html.replace("\x00", ""))
    # A fragment without <html> is refused by the first look; a page of a few paragraphs is a page all the same.
    if tree is None:
        tree = load_html(f"<html><body><div>{html}</div></body></html>")
    if tree is not None and tree.tag != "html":
        # A page that begins with <svg> has that for its root, which the readers of pages cannot bear.
        root = html_of("<html><body></body></html>")
        root[0].append(tree)
        tree = root
    return tree


def looks_like_html(body: bytes, content_type: str) -> bool:
    """Whether a response is a web page: by what it begins with, and only where that says nothing by its label."""
    start = body[:2048].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower().replace(b"\x00", b"")
    if start.startswith((b"%pdf", b"\x89png", b"gif8", b"\xff\xd8", b"pk\x03\x04", b"{", b"[", b"riff")):
        return False
    if start.startswith((b"<?xml", b"<rss", b"<feed", b"<urlset", b"<sitemapindex")):
        return b"<html" in start
    if re.search(rb"<(?:!doctype html|html|head|body|title|meta|div|p|table|h1|article|main)\b", start):
        return True
    return not content_type or "html" in content_type.lower()


def _candidates(body: bytes, content_type: str, language: str) -> Iterator[str]:
    """Charsets to try, the likeliest first, each once; utf-8 was ruled out before."""
    given = [*_labels(body, content_type), OF_LANGUAGE.get(re.split("[-_]", language)[0], "cp1252")]
    seen = {"utf-8"}
    for name in given:
        if name not in seen:
            seen.add(name)
            yield name
    for guess in [*detect_encoding(body), "cp1256", "cp1251", "cp1252"]:
        known = _known(guess)
        if known and known not in seen:
            seen.add(known)
            yield known


def _labels(body: bytes, content_type: str) -> list[str]:
    found = [m[1] for m in [HEADER.search(content_type)] if m]
    found += [m[1].decode("ascii", "ignore") for m in LABEL.finditer(body[:8192])]
    return [name for name in map(_known, found) if name]


def _known(label: str) -> str:
    try:
        name = codecs.lookup(label.strip().lower().replace("windows-", "cp").replace("x-sjis", "cp932")).name
    except LookupError:
        return ""
    return WIDER.get(name, name) if not name.endswith("_codec") and name not in NO_CHARSETS else ""


def _strange(text: str) -> float:
    """The share of words no language has: scripts or cases mixed inside a word, accents on nearly every letter."""
    words = strange = 0
    for match in WORD.finditer(text[:SAMPLE]):
        word = match.group()
        if word.isascii():
            continue
        words += 1
        latin = len(LATIN.findall(word))
        foreign = sum(1 for c in word if c > "\x7f")
        if 0 < latin < len(word) or CASES.search(word) or (latin and len(word) > 2 and foreign > 0.6 * len(word)):
            strange += 1
    broken = len(re.findall("[\x80-\x9f\ufffd]", text[:SAMPLE]))
    return (strange + broken) / words if words else float(broken)

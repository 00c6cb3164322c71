"""Makes a tree of a page's bytes: finds their charset, and parses the HTML once.

Only this module knows the charsets of pages; listings/charsets.py knows the charsets of lists. The bytes are trusted
more than the labels: bytes that decode as UTF-8 are UTF-8 under any label, and a label that turns the bytes into words
of no language is not believed.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from html import escape, unescape

from lxml.etree import ElementDefaultClassLookup, HTMLParser, LxmlError, XPath
from lxml.html import HtmlComment, HtmlElement
from lxml.html import fromstring as html_of
from trafilatura.utils import detect_encoding, is_dubious_html, repair_faulty_html

from pipelines import singlebyte

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
LABEL = re.compile(rb"<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
QUOTED = re.compile(rb"\"[^\"]*\"|'[^']*'")
HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
# Browsers read pages with these labels in a larger charset that contains the labelled one.
WIDER = {
    "iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874", "gb2312": "gb18030",
    "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949",
}  # fmt: skip
OF_LANGUAGE = {
    "ar": "cp1256 iso8859-6", "fa": "cp1256", "ur": "cp1256", "ckb": "cp1256", "he": "cp1255", "yi": "cp1255",
    "tr": "cp1254", "ku": "cp1254", "kmr": "cp1254", "az": "cp1254", "ru": "cp1251 koi8-r", "uk": "cp1251 koi8-u",
    "bg": "cp1251", "sr": "cp1251 cp1250", "el": "cp1253", "zh": "gb18030 big5", "ja": "cp932 euc_jp", "ko": "cp949",
    "pl": "cp1250 iso8859-2", "cs": "cp1250 iso8859-2", "hu": "cp1250 iso8859-2", "th": "cp874", "vi": "cp1258",
}  # fmt: skip
# Pages are written in these charsets. A charset that trafilatura guesses counts only if it is one of them.
PAGE_CHARSETS = """
cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 cp874 cp932 cp949 big5 big5hkscs gb18030 euc_jp
koi8-r koi8-u iso8859-2 iso8859-5 iso8859-6 iso8859-15
"""
OF_PAGES = frozenset(PAGE_CHARSETS.split())
# Python has codecs of these names that fail on a page's bytes; scripts write `undefined` if a variable was empty.
NO_CHARSETS = {"undefined", "idna", "punycode"}
LAST_RESORT = ["cp1256", "cp1251", "cp1252", "cp1250", "iso8859-2", "iso8859-6", "koi8-r", "big5", "euc_jp"]
# A page has at most this many tags. The largest real pages have a tenth as many; beyond the limit, parsers take seconds
# and gigabytes.
MOST_TAGS = 200_000
# A tag may have at most this many attributes. They are counted only in a tag that is longer than this number of bytes.
# Chosen: parsers are slow with more attributes.
MAX_ATTRIBUTE_BYTES = 20_000
# Elements are nested at most this deep. The parser itself stops at 255; a browser's own limit is 512, and no real page
# comes near one of these limits.
DEEPEST = 200
# lxml.html's own parser calls Python for the class of every element at every walk. This parser gives all elements one
# class. The rest is as in trafilatura's parser, because trafilatura reads the tree.
PARSER = HTMLParser(  # type: ignore[call-arg]
    collect_ids=False, default_doctype=False, encoding="utf-8", remove_comments=True, remove_pis=True
)
PARSER.set_element_class_lookup(ElementDefaultClassLookup(element=HtmlElement, comment=HtmlComment))
# An <html> that has a body beside its head has at least this many children. The number is trafilatura's.
LEAST_CHILDREN = 2
# trafilatura examines this many characters to tell whether a text is HTML.
LOOKED_AT_CHARACTERS = 50
# trafilatura repairs a page's first lines within this many characters.
REPAIRED_CHARACTERS = 4096
DEEP = XPath(f"boolean({'/*' * DEEPEST})")
# A charset is good if less than this share of the text's words (of those not in ASCII) looks broken, see `_strange`.
# Chosen: foreign names look broken too, but they are a smaller share of the words.
STRANGE_SHARE = 0.15
# This many characters of a page are examined to judge a charset. Chosen: more characters would cost time and hardly
# change a guess.
SAMPLE_CHARACTERS = 200_000
# These are the control characters except tab, line feed and carriage return.
UNWRITABLE = bytes((*range(9), 11, 12, *range(14, 32)))
UNWRITABLE_REFERENCE = re.compile(
    r"&#(?:0{0,9}(?:[0-8]|1[124-9]|2\d|3[01]|6553[45])(?!\d)|"
    r"[xX]0{0,9}(?:[0-8bcefBCEF]|1[0-9a-fA-F]|[fF]{3}[eEfF])(?![0-9a-fA-F]));?"
)
# These marks stand on or below letters. To bring a text into a Unicode normal form, the marks of each letter are
# sorted. The time for this grows with the square of their number, and no time limit stops the sorting.
MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0711\u0730-\u074a"
    "\u08ca-\u08ff\u093c\u094d\u0e38-\u0e4b\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\u302a-\u302f\u3099\u309a"
    "\ufe20-\ufe2f"
)
# One letter has at most this many marks. Chosen: no script has so many; more marks are "zalgo" text.
MAX_MARKS = 20
MARK = re.compile(f"[{MARKS}]")
PILED = re.compile(f"((?:[{MARKS}]){{{MAX_MARKS}}})[{MARKS}]+")
# A row of at least this many character references may be a pile of marks. Chosen: real text that is written in
# references has blanks, which end a row.
MAX_REFERENCES = 60
REFERENCE = r"&#[xX]?[0-9a-fA-F]{2,6};?"
# The pattern begins with fixed characters and not with a group, so the search is fast.
REFERENCES = re.compile(rf"{REFERENCE}(?:{REFERENCE}){{{MAX_REFERENCES - 1},}}")
WORD = re.compile(r"[^\W\d_]{2,}")
LATIN = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
CASES = re.compile("[a-zß-öø-ÿа-яёα-ω][A-ZÀ-ÖØ-ÞА-ЯЁΑ-Ω]")
# These signs usually separate words. Inside a word they are letters of another charset.
INSIDE = re.compile("(?<=[^\\W\\d_])(?:[±¶¦]|[¡-©«-´¸¹»-¿×÷ˇ˘˙˛˝](?=[^\\W\\d_]))")
BROKEN = re.compile("[\x80-\x9f\u2500-\u257f\ue000-\uf8ff\ufffd]")
HAN = re.compile("[\u4e00-\u9fff]")
# A Chinese or Japanese page has very many of these signs; bytes read in the wrong charset give rare signs.
USUAL = re.compile(
    "[的一是不了人在有我他这這个個们們中来來上大为為和国國地到以说說时時要就出会會可也你年市日月の、。，\u3040-\u30ff]"
)
# A form with more than this share of the page's text is a frame around the page.
PAGE_SHARE = 0.6
KANA = re.compile("[\u3040-\u30ff]")
# A Chinese or Japanese text has at least this many signs of USUAL for each sign of HAN. Chosen: bytes read in the wrong
# charset give nearly none.
LEAST_USUAL_SHARE = 0.03
# The signs of a script are evidence if there are more of them than this. Chosen: a name or two have fewer signs.
LEAST_SIGNS = 20
# Bytes are UTF-8 if they give at least this many good letters beyond ASCII for each broken one. Then the broken ones
# come from stray bytes. Chosen: in another charset most of these letters would be broken.
BROKEN_ONE_IN = 20
# The case of a Cyrillic word is evidence only if the word has at least this many letters. Chosen: shorter words are
# abbreviations.
LEAST_CASED_LETTERS = 4
# A word in Latin letters looks broken if more than this share of its letters is not in ASCII.
FOREIGN_SHARE = 0.7
# Read in the right charset, a text may have this many Cyrillic words that are all in capitals. Chosen: the names of
# firms are written so.
LEAST_SHOUTED = 5
# A page names its charset in its first LABEL_BYTES bytes. START_BYTES bytes are examined as its beginning. Chosen: both
# are longer than any preamble.
LABEL_BYTES, START_BYTES = 8192, 2048
# Read in the right charset, a text has at most this share of its Cyrillic words all in capitals, if there are more than
# LEAST_SHOUTED such words. Chosen: a wrong Cyrillic charset swaps small letters and capitals.
SHOUTED_SHARE = 0.7


def decode(body: bytes, content_type: str, language: str) -> tuple[str, str]:
    """The text of a page's bytes, and their charset. Bytes that the charset does not have become replacement
    characters, and are never dropped."""
    for mark, name in BOMS:
        if body.startswith(mark):
            return body.decode(name, "replace").lstrip("\ufeff"), name
    if b"\x1b$" in body and (body.isascii() or "iso2022_jp" in _labels(body, content_type)):
        return body.decode("iso2022_jp", "replace"), "iso2022_jp"
    utf8 = body.decode("utf-8", "replace")
    broken = utf8.count("\ufffd")
    if not broken or broken * BROKEN_ONE_IN <= sum(1 for c in utf8 if c > "\x7f") - broken:
        return utf8, "utf-8"
    best, best_name, least = utf8, "utf-8", _strange(utf8)
    labels = _labels(body, content_type)
    for names in _candidates(body, labels, language):
        for name in names:
            text = body.decode(name, "replace")
            # gb18030 has kana too, at the same bytes as a Japanese charset: a text with many kana is Japanese.
            strange = _strange(text) + (name == "gb18030" and len(KANA.findall(text[:SAMPLE_CHARACTERS])) > LEAST_SIGNS)
            # A guess must be clearly better than the page's label.
            if strange < (least if name in labels or best_name not in labels else least / 2):
                best, best_name, least = text, name, strange
        if least < STRANGE_SHARE:
            break
    if best_name == singlebyte.WESTERN and singlebyte.is_turkish(best):
        return body.decode("cp1254", "replace"), "cp1254"
    return best, best_name


def alike(label: str, name: str) -> bool:
    """Whether a label means the charset `name`, which is a name that `decode` gives."""
    return _find_codec(label) == name


def overgrown(body: bytes) -> str:
    """What is too large on the page for any parser, in a few words; empty for every real page."""
    tags = body.count(b"<")
    if tags > MOST_TAGS:
        return f"{tags} tags"
    # The parser compares each attribute of a tag with all attributes before it, and no time limit stops this. A tag
    # that is too long fills at least one whole stretch of half that length. Real pages have a `>` in every stretch, and
    # need not be split.
    stretch = MAX_ATTRIBUTE_BYTES // 2
    if all(body.find(b">", start, start + stretch) >= 0 for start in range(0, len(body) - stretch + 1, stretch)):
        return ""
    for piece in body.split(b">"):
        if len(piece) > MAX_ATTRIBUTE_BYTES:
            attributes = len(QUOTED.sub(b"", piece[max(piece.find(b"<"), 0) :]).split())
            if attributes > MAX_ATTRIBUTE_BYTES and re.search(rb"<[a-zA-Z]", piece):
                return f"a tag of {attributes} attributes"
    return ""


def deep(tree: HtmlElement) -> bool:
    """Whether elements are nested deeper than in any real page."""
    return bool(DEEP(tree))


def parse(html: str) -> HtmlElement | None:
    """The tree of a page; None if there is nothing to make a tree of."""
    if not html.strip():
        return None
    html = _spread(_writable(html))
    tree = _load(html)
    # `_load` refuses a fragment without <html>; but a page of a few paragraphs is a page too.
    if tree is None:
        tree = _load(f"<html><body><div>{html}</div></body></html>")
    if tree is not None and tree.tag != "html":
        # A page that begins with <svg> has this as its root, and the readers of pages cannot handle it.
        root = html_of("<html><body></body></html>")
        root[0].append(tree)
        tree = root
    if tree is not None:
        _without_page_form(tree)
    return tree


def _load(html: str) -> HtmlElement | None:
    """What trafilatura's load_html would give with our parser: None if the text is not HTML."""
    beginning = html[:LOOKED_AT_CHARACTERS].lower()
    # trafilatura repairs only what is in the first lines, and needs the whole first line.
    head = html[:REPAIRED_CHARACTERS]
    head = head if "\n" in head else html
    html = repair_faulty_html(head, beginning) + html[len(head) :]
    try:
        tree = html_of(html.encode("utf-8", "surrogatepass"), parser=PARSER)
    except (ValueError, LxmlError):
        return None
    return None if is_dubious_html(beginning) and len(tree) < LEAST_CHILDREN else tree


def _without_page_form(tree: HtmlElement) -> None:
    """Turn a form that holds the whole page into a `div`. Some systems put every page into a form, which has no
    meaning."""
    body = tree.find("body")
    forms = [] if body is None else list(body.iter("form"))
    whole = len(str(body.xpath("string()"))) if forms else 0
    for form in forms:
        names, kinds = form.xpath(".//input/@name"), form.xpath(".//input/@type")
        most = len(str(form.xpath("string()"))) > PAGE_SHARE * whole
        # A form that asks for a password is a real form, even if it holds nearly all of the page's text.
        if "__VIEWSTATE" in names or (most and "password" not in kinds):
            form.tag = "div"


def prune(tree: HtmlElement, expressions: Sequence[str]) -> list[str]:
    """Take out the parts that the source excludes from its articles, and give the text of each."""
    texts = []
    for expression in expressions:
        found = _xpath(expression)(tree)
        for part in found if isinstance(found, list) else []:
            # An attribute, an element inside one that was taken out already, and the whole page are not taken out.
            if (
                isinstance(part, HtmlElement)
                and part.getparent() is not None
                and part.getroottree().getroot() is tree
                and part.tag != "body"
            ):
                texts.append(" ".join(part.text_content().split()))
                part.drop_tree()
    return [text for text in texts if text]


def looks_like_html(body: bytes, content_type: str) -> bool:
    """Whether a response is a web page: by its beginning; by its label only if the beginning says nothing."""
    start = body[:START_BYTES].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower().replace(b"\x00", b"")
    if start.startswith((b"%pdf", b"\x89png", b"gif8", b"\xff\xd8", b"pk\x03\x04", b"{", b"[", b"riff")):
        return False
    if start.startswith((b"<?xml", b"<rss", b"<feed", b"<urlset", b"<sitemapindex")):
        return b"<html" in start
    if re.search(rb"<(?:!doctype html|html|head|body|title|meta|div|p|table|h1|article|main)\b", start):
        return True
    return not content_type or "html" in content_type.lower()


def _writable(html: str) -> str:
    """The page without characters that the parser accepts, but that cannot be set as a text of the tree."""
    try:
        raw = html.encode()
    except UnicodeEncodeError:
        raw = html.encode("utf-8", "ignore")
        html = raw.decode()
    kept = raw.translate(None, UNWRITABLE).replace(b"\xef\xbf\xbe", b"").replace(b"\xef\xbf\xbf", b"")
    html = html if len(kept) == len(raw) else kept.decode()
    return UNWRITABLE_REFERENCE.sub("", html) if "&#" in html else html


def _spread(html: str) -> str:
    """The page without piles of marks on one letter, whether the marks are written as characters or as references."""
    # Only every 20th character is examined: a pile is longer than that, so none is missed.
    marked = () if html.isascii() else MARK.finditer(html[::MAX_MARKS])
    places = (MAX_MARKS * match.start() for match in marked)
    if any(PILED.search(html, max(0, place - MAX_MARKS), place + MAX_MARKS + 1) for place in places):
        html = PILED.sub(r"\1", html)
    return REFERENCES.sub(_spell_out, html) if html.count("&#") >= MAX_REFERENCES else html


def _spell_out(run: re.Match[str]) -> str:
    """A row of character references, written as characters if it piles up marks."""
    text = unescape(run.group())
    return escape(PILED.sub(r"\1", text)) if PILED.search(text) else run.group()


def _candidates(body: bytes, labels: list[str], language: str) -> Iterator[list[str]]:
    """Groups of charsets to try: each charset once, and not utf-8. The caller takes the best of the first group that
    has a good one."""
    groups = [[label] for label in labels]
    groups.append(OF_LANGUAGE.get(re.split("[-_]", language)[0], "cp1252").split())
    groups.append([name for name in map(_find_codec, detect_encoding(body)) if name in OF_PAGES])
    groups.append(LAST_RESORT)
    seen = {"utf-8"}
    for group in groups:
        yield [name for name in dict.fromkeys(group) if name not in seen]
        seen.update(group)


def _labels(body: bytes, content_type: str) -> list[str]:
    found = [m[1] for m in [HEADER.search(content_type)] if m]
    found += [m[1].decode("ascii", "ignore") for m in LABEL.finditer(body[:LABEL_BYTES])]
    return [name for name in map(_find_codec, found) if name]


def _find_codec(label: str) -> str:
    try:
        name = codecs.lookup(label.strip().lower().replace("windows-", "cp").replace("x-sjis", "cp932")).name
    except LookupError:
        return ""
    return WIDER.get(name, name) if not name.endswith("_codec") and name not in NO_CHARSETS else ""


def _strange(text: str) -> float:
    """How much of a text fits no language: scripts, cases or signs mixed inside words, and very rare letters."""
    sample = text[:SAMPLE_CHARACTERS]
    words = strange = shouted = cased = 0
    for match in WORD.finditer(sample):
        word = match.group()
        if word.isascii():
            continue
        words += 1
        latin = len(LATIN.findall(word))
        foreign = sum(1 for c in word if c > "\x7f")
        if (
            0 < latin < len(word)
            or CASES.search(word)
            or (latin and len(word) > 2 and foreign > FOREIGN_SHARE * len(word))
        ):
            strange += 1
        if len(word) >= LEAST_CASED_LETTERS and "\u0400" <= word[0] <= "\u04ff":
            cased += 1
            shouted += word.isupper()
    broken = len(BROKEN.findall(sample)) + len(INSIDE.findall(sample))
    share = (strange + broken) / words if words else float(broken)
    han = len(HAN.findall(sample))
    rare = han > LEAST_SIGNS and len(USUAL.findall(sample)) < LEAST_USUAL_SHARE * han
    # In a wrong charset, a Cyrillic text has small letters and capitals swapped.
    return share + (rare or shouted > max(LEAST_SHOUTED, SHOUTED_SHARE * cased)) * 2 * STRANGE_SHARE


@lru_cache(maxsize=256)
def _xpath(expression: str) -> XPath:
    return XPath(expression)

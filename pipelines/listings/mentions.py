"""Finds every address that a list mentions, in whatever place and spelling: in its entries, links, texts and scripts.
The modules that read lists for a crawl take only some of these addresses. Erasure needs all of them, because it has to
find each stored list that names an article.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator
from itertools import islice
from urllib.parse import unquote

from pipelines.listings import xmltree
from pipelines.listings.entry_fields import join_link, join_listed
from pipelines.urls import LONGEST_CHARACTERS

# In markup, JSON and plain text, these characters stand around an address.
AROUND = re.compile(r"[\s\"'<>`]+|!\[CDATA\[|\]\]")
# These marks may stand behind an address, because they end a sentence or close a bracket.
BEHIND = ".,;:!?)]}"
# If an attribute's value has no quotes, the attribute's name stands before the address like this.
UNQUOTED = re.compile(r"^[A-Za-z-]+=")
ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})|\\(.)")
HEXADECIMAL = 16
BASE = re.compile(r"<base\s[^<>]*?href\s*=\s*[\"']?([^\"'<>\s]+)|\bxml:base\s*=\s*[\"']([^\"'<>\s]+)", re.IGNORECASE)
# At most this many bases of relative links are tried. Chosen: a page has one, and a feed seldom has more.
MOST_BASES = 5
# Addresses are searched in this many forms of a text: as it stands, after one unescaping (of JSON or markup), and after
# a second one. Chosen: the HTML inside a feed is itself escaped.
LEVELS = 3


def mentions(body: bytes, url: str, pieces: Collection[str], *, charset: str = "", language: str = "") -> Iterator[str]:
    """The absolute addresses that contain one of the `pieces`; each may come several times.

    body: what the site sent, without its content encoding. pieces: parts of addresses in ASCII; an empty piece is in
    every address.
    """
    try:
        text = xmltree.plain(body, charset, language).decode("utf-8", "replace")
    except ValueError:
        return
    bases = [url, *(join_link(url, one[1] or one[2]) for one in islice(BASE.finditer(text), MOST_BASES))]
    for _ in range(LEVELS):
        for said in _words(text, pieces):
            for base in bases:
                yield join_listed(base, said)
        text, escaped = html.unescape(ESCAPED.sub(_letter, text)), text
        if text == escaped:
            return


def _words(text: str, pieces: Collection[str]) -> Iterator[str]:
    """The words of a text that can be addresses with one of these pieces."""
    for word in set(AROUND.split(text)):
        if 0 < len(word) <= LONGEST_CHARACTERS:
            plain = unquote(word)
            if any(piece in plain for piece in pieces):
                yield from {word, word.rstrip(BEHIND), UNQUOTED.sub("", word)}


def _letter(found: re.Match[str]) -> str:
    return chr(int(found[1], HEXADECIMAL)) if found[1] else found[2]

"""What a list says about an article, prepared for an Entry: absolute addresses, text without markup, limited size."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urljoin, urlsplit

from pipelines.urls import LONGEST_CHARACTERS

# A summary has at most this many characters. Chosen: some feeds have the whole article as a summary.
SUMMARY_CHARACTERS = 2000
# A title has at most this many characters. Chosen: no headline is that long.
TITLE_CHARACTERS = 500
# The name of an author or a tag has at most this many characters.
NAME_CHARACTERS = 200
# An entry has at most this many authors or tags. Chosen: a longer list names all authors or tags of the site.
MAX_NAMES = 50
# Of a text with markup, this many characters are read for each character of plain text that is wanted.
RAW = 4
ABSOLUTE = ("http://", "https://")
# An ampersand that a list has escaped twice looks like this.
AMPERSAND = re.compile(r"&(?:amp|#0?38);")
# This finds the scheme before a host, even if it is written twice, or without a colon or a slash:
# https://https://a.test, http//a.test/1. If the scheme is written wrong, the name behind it is a host only if a slash
# follows the name; otherwise it is a file: http:/index.html.
SCHEME = re.compile(
    r"(?:https?:?/{1,3}){0,2}(https?)(?:://(?=[^/?#\s.]{1,63}\.[^/?#\s])|:?/{1,3}(?=[^/?#\s.]{1,63}\.[^/?#\s]{1,190}/))",
    re.IGNORECASE,
)
WWW = re.compile(r"www\.[^/?#\s.]{1,63}\.[^/?#\s]{1,190}/", re.IGNORECASE)
BLOCK = re.compile(r"</?(?:p|div|br|li|ul|ol|h[1-6]|tr|td|th|table|blockquote|figcaption)\b[^<>]*>", re.IGNORECASE)
UNSEEN = re.compile(r"<(?:script|style)\b[^<>]*>[^<]*</(?:script|style)>", re.IGNORECASE)
TAG = re.compile(r"</?[a-zA-Z!?][^<>]*>")


def join_link(base: str, link: str) -> str:
    """A link of a page as an absolute address. A link that cannot be joined is given unchanged; the ledger then counts
    it as unusable.
    """
    link = link.strip()
    if link.startswith(ABSOLUTE):
        return link
    try:
        return urljoin(base, link) if link else ""
    except ValueError:
        return link


def join_listed(base: str, link: str) -> str:
    """A link of a feed or sitemap as an absolute address, without the usual mistakes of programs that write such lists.

    Browsers do not open the links of feeds and sitemaps, so nobody notices, for example, that a scheme is missing.
    """
    link = AMPERSAND.sub("&", link.strip())
    # The ledger refuses an address that is so long, and a search for the pattern WWW takes a time that grows with the
    # square of the length.
    if len(link) > LONGEST_CHARACTERS:
        return join_link(base, link)
    link = SCHEME.sub(lambda said: said[1].lower() + "://", link, count=1) if SCHEME.match(link) else link
    try:
        here = urlsplit(base)
        host = (here.hostname or "").removeprefix("www.")
    except ValueError:
        return join_link(base, link)
    # The host is compared only if it has a dot: a site whose host has none may have a folder of the same name.
    if WWW.match(link) or ("." in host and link.lower().startswith(host + "/")):
        link = f"{here.scheme}://{link}"
    return join_link(base, link)


def plain(markup: str, most: int) -> str:
    """At most `most` characters of the text in a piece of HTML or in plain text."""
    text = markup[: most * RAW]
    if "<" in text:
        text = TAG.sub("", BLOCK.sub(" ", UNSEEN.sub(" ", text)))
    if "&" in text:
        text = unescape(text[: max(most, 2 * TITLE_CHARACTERS)])
    return " ".join(text.split())[:most]


def known_as(guid: str, *addresses: str) -> str:
    """A feed's own identifier of an entry, independent of the entry's address; empty if the identifier is the address,
    or is too long."""
    guid = guid.strip()
    return "" if guid in addresses or len(guid) > TITLE_CHARACTERS else guid


def names(said: list[str]) -> tuple[str, ...]:
    """Names of people or tags: each once, without markup and needless blanks."""
    return tuple(dict.fromkeys(filter(None, (plain(name, NAME_CHARACTERS) for name in said[:MAX_NAMES]))))

"""What a list says about an article, prepared for an Entry: absolute addresses, text without markup, limited size."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urljoin, urlsplit

from pipelines.urls import LONGEST_CHARACTERS

# A summary has at most this many characters. Chosen: some feeds have the whole article there.
SUMMARY_CHARACTERS = 2000
# A title has at most this many characters. Chosen: no headline has as many.
TITLE_CHARACTERS = 500
# The name of an author or a tag has at most this many characters.
NAME_CHARACTERS = 200
# An entry has at most this many authors or tags. Chosen: a longer list is a list of the whole site.
MAX_NAMES = 50
# A text's markup may be this many times as long as the text.
RAW = 4
ABSOLUTE = ("http://", "https://")
# This is an ampersand that a list has escaped twice.
AMPERSAND = re.compile(r"&(?:amp|#0?38);")
# These are schemes that are written twice or without a colon or a slash, before a host: https://https://a.test,
# http//a.test/1. After a scheme that is written wrong, a name that no slash follows is a file: http:/index.html.
SCHEME = re.compile(
    r"(?:https?:?/{1,3}){0,2}(https?)(?:://(?=[^/?#\s.]{1,63}\.[^/?#\s])|:?/{1,3}(?=[^/?#\s.]{1,63}\.[^/?#\s]{1,190}/))",
    re.IGNORECASE,
)
WWW = re.compile(r"www\.[^/?#\s.]{1,63}\.[^/?#\s]{1,190}/", re.IGNORECASE)
BLOCK = re.compile(r"</?(?:p|div|br|li|ul|ol|h[1-6]|tr|td|th|table|blockquote|figcaption)\b[^<>]*>", re.IGNORECASE)
UNSEEN = re.compile(r"<(?:script|style)\b[^<>]*>[^<]*</(?:script|style)>", re.IGNORECASE)
TAG = re.compile(r"</?[a-zA-Z!?][^<>]*>")


def join_link(base: str, link: str) -> str:
    """A link of a page as an absolute address; unchanged if it cannot be joined: the ledger counts it as unusable."""
    link = link.strip()
    if link.startswith(ABSOLUTE):
        return link
    try:
        return urljoin(base, link) if link else ""
    except ValueError:
        return link


def join_listed(base: str, link: str) -> str:
    """A link of a feed or sitemap as an absolute address, without the mistakes of the programs that write these.

    No browser opens such links, so nobody sees an address without its scheme.
    """
    link = AMPERSAND.sub("&", link.strip())
    # The ledger refuses such an address, and WWW would take the square of its length.
    if len(link) > LONGEST_CHARACTERS:
        return join_link(base, link)
    link = SCHEME.sub(lambda said: said[1].lower() + "://", link, count=1) if SCHEME.match(link) else link
    try:
        here = urlsplit(base)
        host = (here.hostname or "").removeprefix("www.")
    except ValueError:
        return join_link(base, link)
    # A host without a dot may have a folder with its name.
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
    """Names of people or tags: each once, without markup and blanks."""
    return tuple(dict.fromkeys(filter(None, (plain(name, NAME_CHARACTERS) for name in said[:MAX_NAMES]))))

"""Finds the stored answers that name an article, however they spell its address. Such an answer is what a site sent as
a list (a feed, a sitemap or a section). It may have the article's title and text, so it has to be erased too.

An address is compared by its keys, as in the ledger. So it is also found as a relative link, in another script, with
escapes, or in another form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from pipelines import urls
from pipelines.dates.list_dates import Local
from pipelines.errors import StoreError
from pipelines.listings import formats
from pipelines.model import Page, Pointer
from pipelines.settings import Settings
from pipelines.stores import postgres, warc

PIECE = re.compile(r"[0-9A-Za-z]+")
# For this many addresses it is remembered whether they are the article's, because a list names most of its addresses
# again each time that it is fetched.
REMEMBERED = 1 << 17


def find(
    settings: Settings, lists: Sequence[postgres.Row], names: set[str], language: str, stays: list[str]
) -> list[postgres.Row]:
    """The answers in `lists` that name one of these addresses, and those that an earlier, killed erasing has marked.

    stays: gets a sentence on answers that cannot be read.
    """
    # An erasing that was killed may have cleared some of the addresses already.
    names = {name for name in names if name.startswith("http")}
    is_named = _named_by(names)
    # If an address has no piece in ASCII, each word of an answer may be the address.
    pieces = {piece for name in names for piece in _pieces(name) or [""]}
    telling, unread = [], []
    for row in lists:
        if row["marked"]:
            telling.append(row)
            continue
        pointer = Pointer(**{name: row[name] for name in ("warc_file", "warc_offset", "warc_length")})
        try:
            page = warc.read(settings.raw, pointer)
            body = warc.decode_body(page)
        except StoreError:
            unread.append(row)
            continue
        if any(is_named(address) for address in _addresses(page, body, pieces, language)):
            telling.append(row)
    if unread:
        first = unread[0]
        stays.append(
            f"{len(unread)} answers of lists cannot be read, so whether they name it is not known: the first is "
            f"{first['url']} in {first['warc_file']}, at byte {first['warc_offset']}"
        )
    return telling


def _named_by(names: set[str]) -> Callable[[str], bool]:
    """A function that says whether an address is one of these addresses, or another form of one of them."""
    keys = {urls.key(name) for name in names}
    variants = {urls.variant(name)[0] for name in names}

    @lru_cache(maxsize=REMEMBERED)
    def is_named(address: str) -> bool:
        try:
            return urls.key(address) in keys or urls.variant(address)[0] in variants
        except ValueError:
            return False

    return is_named


def _pieces(name: str) -> list[str]:
    """The pieces of an address in ASCII that are the same in every spelling and form of the address."""
    parts = urlsplit(urls.plain(name)[0])
    return PIECE.findall(unquote(f"{parts.path} {parts.query}"))


def _addresses(page: Page, body: bytes, pieces: set[str], language: str) -> Iterator[str]:
    """The addresses that the crawl reads from a list, and all others that the text of the list mentions."""
    charset = formats.charset_of(page)
    try:
        found = formats.read(body, page.final_url, charset=charset, local=Local(language), whole=True).found
    except ValueError:
        # A section page is no feed; `mentions` finds its links.
        found = []
    for _, entry in found:
        yield entry.url
        yield entry.guid
    yield from formats.mentions(body, page.final_url, pieces, charset=charset, language=language)

"""Digests of an article, from which load knows whether the article or its wording has changed, without reading the text
again.

Extract makes them and writes them into the article file, so that load need not make the normal form of a text, which
costs more than to store the article. Load makes the digests that an older file lacks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from pipelines import text, urls
from pipelines.model import Article

# This is the version of the digests. It changes with the normal form of texts and with the keys of addresses.
VERSION = 1


class Digests(NamedTuple):
    """The values by which articles are compared.

    title, text: sha256 of their normal forms.
    canonical_key: the key of the article's canonical address; None if that is no address.
    akin: whether the article's canonical address and its own address may be of the same article.
    words: how many words the text has.
    """

    title: str
    text: str
    canonical_key: str | None
    akin: bool
    words: int


def of_article(article: Article) -> Digests:
    """The digests of an article, made from its texts in the form that Postgres stores."""
    body = text.clean(article.text)
    return Digests(
        title=text.digest(text.clean(article.title)),
        text=text.digest(body),
        canonical_key=key(article.canonical_url),
        akin=_akin(article.url, article.canonical_url),
        words=text.words(body),
    )


def write_digests(made: Digests) -> list[Any]:
    """Digests as an article file has them: a list that begins with the version."""
    return [VERSION, *made]


def read(value: Sequence[Any]) -> Digests | None:
    """The digests in an article file; None if the file has none of this version."""
    return Digests(*value[1:]) if value and value[0] == VERSION else None


def key(url: str) -> str | None:
    """The key of an address; None if the text is no address."""
    try:
        return urls.key(url)
    except ValueError:
        return None


def _akin(url: str, canonical: str) -> bool:
    try:
        return urls.akin(url, canonical)
    except ValueError:
        return False

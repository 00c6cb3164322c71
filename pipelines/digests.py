"""Digests of an article: what tells load whether it is another one, or another wording, without reading its text again.

Extract makes them and writes them into the article file, since to make the normal form of a text costs more than to
store it. Load makes those that an older file lacks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Any

from pipelines import text, urls
from pipelines.model import Article

# The version of what digests are made of: it changes with the normal form of texts and with the keys of addresses.
VERSION = 1


@dataclass(frozen=True, slots=True)
class Digests:
    """What is compared of an article.

    title, text: sha256 of their normal forms.
    canonical_key: the key of its canonical address; None if that is no address.
    akin: whether its canonical address may well be of the same article as its own.
    words: of the text.
    """

    title: str
    text: str
    canonical_key: str | None
    akin: bool
    words: int


def of_article(article: Article) -> Digests:
    """The digests of an article, of its texts as Postgres stores them."""
    body = text.clean(article.text)
    return Digests(
        title=text.digest(text.clean(article.title)),
        text=text.digest(body),
        canonical_key=key(article.canonical_url),
        akin=_akin(article.url, article.canonical_url),
        words=text.words(body),
    )


def write_digests(made: Digests) -> list[Any]:
    """Digests in the form for an article file, in JSON."""
    return [VERSION, *astuple(made)]


def read(value: Sequence[Any]) -> Digests | None:
    """The digests in an article file; None if the file has none of this version."""
    return Digests(*value[1:]) if value and value[0] == VERSION else None


def key(url: str) -> str | None:
    """The key of an address; None if it is none."""
    try:
        return urls.key(url)
    except ValueError:
        return None


def _akin(url: str, canonical: str) -> bool:
    try:
        return urls.akin(url, canonical)
    except ValueError:
        return False

"""The words of an article with their places. They are read once, and any number of terms is then looked up in them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pipelines import text
from pipelines.query import variants

# This is the zero-width non-joiner. Persian and Kurdish write parts of one word with it, or with a space.
JOINER = "\u200c"


@dataclass(slots=True)
class FieldWords:
    """The words of one field in order: tokens, their forms without accents, and the places of each form.

    whole: the character offsets at which a match may begin, and those at which it may end; None if a match may begin
    and end at every word.

    If joiners keep words of the field together, the field is read a second time as if these words were separate. In
    this second reading a match must begin where a word of the first reading begins, and end where such a word ends,
    because a piece of a joined word is no complete word.
    """

    name: str
    content: str
    tokens: list[text.Token]
    forms: list[str]
    places: dict[str, list[int]]
    whole: tuple[frozenset[int], frozenset[int]] | None = None
    ordered: list[str] = field(default_factory=list)
    stems: dict[str, list[str]] = field(default_factory=dict)

    def beginning(self, start: str) -> Iterator[str]:
        """The forms in the field that begin with this text."""
        if not self.ordered:
            self.ordered = sorted(self.places)
        at = bisect_left(self.ordered, start)
        while at < len(self.ordered) and self.ordered[at].startswith(start):
            yield self.ordered[at]
            at += 1

    def with_stem(self, stem: str) -> list[str]:
        """The forms in the field that may be `stem` with a prefix."""
        if not self.stems:
            for form in self.places:
                for rest in variants.without_prefix(form):
                    self.stems.setdefault(rest, []).append(form)
        return self.stems.get(stem, [])


@dataclass(slots=True)
class ArticleWords:
    """The fields of an article, name -> text, and their words; language: the code of its language, empty if it is
    unknown."""

    fields: Mapping[str, str]
    streams: list[FieldWords]
    language: str = ""

    def forms(self) -> set[str]:
        """Every word in the article, without accents."""
        return {form for stream in self.streams for form in stream.places}


def read(fields: Mapping[str, str], language: str = "") -> ArticleWords:
    """The words of these fields of an article; language: the code of the article's language."""
    streams = []
    for name, content in fields.items():
        first = _stream(name, content, content)
        streams.append(first)
        if JOINER in content:
            apart = _stream(name, content, content.replace(JOINER, " "))
            tokens = first.tokens
            apart.whole = frozenset(token.start for token in tokens), frozenset(token.end for token in tokens)
            streams.append(apart)
    return ArticleWords(fields, streams, language)


def _stream(name: str, content: str, read_as: str) -> FieldWords:
    tokens = text.tokens(read_as)
    forms = [text.bare(token.form) for token in tokens]
    places: dict[str, list[int]] = {}
    for place, form in enumerate(forms):
        places.setdefault(form, []).append(place)
    return FieldWords(name, content, tokens, forms, places)

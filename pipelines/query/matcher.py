"""Matching: the places of a term in an article. Only this module knows how terms are looked up.

Every written form of a term is in a dictionary, and so is every word of the article. So a term needs one look-up for
each of its forms, however long the article is. `query_set` selects which of many watches are examined.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from pipelines import text
from pipelines.model import Match
from pipelines.query import stems, variants
from pipelines.query.article_words import JOINER, ArticleWords, FieldWords
from pipelines.query.terms import Term

# An alert lists at most this many places of its terms. Chosen: a message shows only a few places, and the rest can be
# seen in the article.
MAX_ALERT_MATCHES = 20
# A sentence with at most this many characters is shown whole. Chosen: it takes four lines on a phone.
LONGEST_SENTENCE = 300
# Of a longer sentence, this many characters are shown on each side of the place. Chosen: they take a line on a phone.
SNIPPET_CHARACTERS = 70
# This is the sign of tanwin. Without it, the accusative of a common noun (درعاً, a shield) looks like a name that ends
# in alef (درعا, a city).
TANWIN = "\u064b"


@dataclass(frozen=True, slots=True)
class Word:
    """The words that can fill a place in a phrase: one of these forms, or any word that begins with `start`.

    stem_of: if this is set, only words with the same stem as `stem_of` in the language of the text fill the place.
    """

    forms: frozenset[str]
    start: str = ""
    stem_of: str = ""


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way to write a term: the term is looked up by its first word; `rest` are the words that follow.

    bare_alef: the term ends in an alef of its own, so a word with tanwin on the alef does not match.
    stem_of: as in a `Word`.
    """

    rest: tuple[Word, ...] = ()
    add_article: bool = True
    bare_alef: bool = False
    stem_of: str = ""

    @property
    def stemmed(self) -> bool:
        """Whether the possible words depend on the language of the text."""
        return bool(self.stem_of or any(word.stem_of for word in self.rest))


class Hit(NamedTuple):
    """A term at a place: content[start:end] of a field. A hit is a tuple, which is cheap to make, because an article
    has thousands of hits."""

    term: Term
    field: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Forms:
    """By which words of an article a term is looked up.

    forms: a written form -> the spellings that begin with it.
    starts: the beginning of a word -> the spellings.
    stems: a form with an ending and without a prefix -> the spellings.
    parts: the parts of words that a `sub:` looks for."""

    forms: dict[str, list[Spelling]] = field(default_factory=dict)
    starts: dict[str, list[Spelling]] = field(default_factory=dict)
    stems: dict[str, list[Spelling]] = field(default_factory=dict)
    parts: dict[str, None] = field(default_factory=dict)


@lru_cache(maxsize=1 << 14)
def forms(term: Term) -> Forms:
    """Everything by which a term is looked up. Callers share it and must not change it."""
    made = Forms()
    for written in (term.text, *term.aliases):
        _add(made, term, written)
    return made


def hits(term: Term, reading: ArticleWords) -> list[Hit]:
    """Every place of a term in an article, in no order; several spellings may share one place."""
    made, found = forms(term), []
    for stream in reading.streams:
        if not stream.places:
            continue
        found += [Hit(term, stream.name, start, end) for start, end in _places(made, stream, reading.language)]
        if made.parts and not stream.whole:
            found += [Hit(term, stream.name, start, end) for start, end in _parts(made, stream)]
    return found


def matches(hits: Iterable[Hit], fields: Mapping[str, str]) -> tuple[Match, ...]:
    """The places that are shown, in order, MAX_ALERT_MATCHES at most. Of several hits of a term that begin at one
    place, the longest is shown."""
    order = {name: number for number, name in enumerate(fields)}
    best: dict[tuple[Term, str, int], Hit] = {}
    for hit in sorted(hits, key=lambda hit: (order[hit.field], hit.start)):
        key = (hit.term, hit.field, hit.start)
        if key not in best or best[key].end < hit.end:
            best[key] = hit
    return tuple(_match(hit, fields[hit.field]) for hit in list(best.values())[:MAX_ALERT_MATCHES])


def overlap(one: Hit, other: Hit) -> bool:
    """Whether two places share a letter."""
    return one.field == other.field and one.start < other.end and other.start < one.end


def _add(made: Forms, term: Term, written: str) -> None:
    if JOINER in written:
        # Words with a joiner are also written as separate words.
        _add(made, term, written.replace(JOINER, " "))
        written = written.replace(JOINER, "")
    open_end = written.endswith("*")
    words = [text.bare(token.form) for token in text.tokens(written)]
    add_article = term.article != "keep"
    if term.mode == "substring":
        if term.article == "apart":
            words[0] = variants.without_article(words[0])
        made.parts[" ".join(words)] = None
        return
    arabic = any(map(variants.is_arabic, words))
    stemmed = term.mode == "stem" and not arabic
    rest = tuple(
        Word(frozenset(), word)
        if open_end and place == len(words) - 1
        else Word(frozenset(), stems.beginning(word), word)
        if stemmed
        else Word(_inner(word, term, arabic, add_article))
        for place, word in enumerate(words)
        if place
    )
    bare_alef = term.mode == "exact" and arabic and not open_end and words[-1].endswith("ا") and TANWIN not in written
    first = words[0]
    by_stem = stemmed and not (open_end and not rest)
    spelling = Spelling(rest, add_article, bare_alef, first if by_stem else "")
    starts = _first(first, term, arabic, add_article)
    if open_end and not rest:
        table = made.starts
    elif by_stem:
        table, starts = made.starts, {stems.beginning(first)}
    elif term.mode == "suffix" and arabic:
        table, starts = made.stems, variants.endings(first)
    else:
        table = made.forms
    for form in starts:
        table.setdefault(form, []).append(spelling)


def _first(word: str, term: Term, arabic: bool, add_article: bool) -> set[str]:
    if term.mode == "exact":
        return {word}
    if arabic:
        return variants.add_prefixes(word, add_article=add_article)
    return variants.add_hebrew_prefixes(word) if variants.HEBREW.search(word) else {word}


def _inner(word: str, term: Term, arabic: bool, add_article: bool) -> frozenset[str]:
    if not arabic or term.mode == "exact":
        return frozenset([word])
    forms = variants.inner(word, add_article=add_article)
    if term.mode == "suffix":
        forms = {ended for form in forms for ended in variants.endings(form)}
    return frozenset(forms)


def _places(made: Forms, stream: FieldWords, language: str) -> Iterator[tuple[int, int]]:
    for form, spellings in _find_spelled(made, stream):
        for spelling in spellings:
            if spelling.stem_of and not stems.alike(form, spelling.stem_of, language):
                continue
            if not (spelling.rest or spelling.bare_alef or stream.whole):
                # Most terms are a single word, and need no more checks.
                for place in stream.places[form]:
                    yield stream.tokens[place].start, stream.tokens[place].end
                continue
            for place in stream.places[form]:
                last = place + len(spelling.rest)
                following = stream.forms[place + 1 : last + 1]
                if len(following) < len(spelling.rest) or not all(
                    _fits(word, held, language) for word, held in zip(spelling.rest, following, strict=True)
                ):
                    continue
                start, end = stream.tokens[place].start, stream.tokens[last].end
                if stream.whole and not (start in stream.whole[0] and end in stream.whole[1]):
                    continue
                if spelling.bare_alef and TANWIN in stream.content[stream.tokens[last].start : end]:
                    continue
                yield start, end


def _find_spelled(made: Forms, stream: FieldWords) -> Iterator[tuple[str, list[Spelling]]]:
    """Each word of a stream that can be the first word of a spelling, with the spellings that it can begin."""
    for form in made.forms.keys() & stream.places.keys():
        yield form, made.forms[form]
    for start, spellings in made.starts.items():
        for form in stream.beginning(start):
            yield form, spellings
    for stem, spellings in made.stems.items():
        for form in stream.with_stem(stem):
            for spelling in spellings:
                if form in variants.add_prefixes(stem, add_article=spelling.add_article):
                    yield form, [spelling]


def _fits(word: Word, form: str, language: str) -> bool:
    if word.stem_of:
        return stems.alike(form, word.stem_of, language)
    return form in word.forms or bool(word.start and form.startswith(word.start))


def _parts(made: Forms, stream: FieldWords) -> Iterator[tuple[int, int]]:
    """The places of the complete words that contain a wanted part."""
    joined = " ".join(stream.forms)
    begins: list[int] | None = None
    for part in made.parts:
        at = joined.find(part)
        while at >= 0:
            begins = begins or _begins(stream.forms)
            first, last = _word_at(begins, at), _word_at(begins, at + len(part) - 1)
            yield stream.tokens[first].start, stream.tokens[last].end
            at = joined.find(part, at + len(part))


def _begins(forms: list[str]) -> list[int]:
    places, at = [], 0
    for form in forms:
        places.append(at)
        at += len(form) + 1
    return places


def _word_at(begins: list[int], at: int) -> int:
    return bisect_right(begins, at) - 1


def _match(hit: Hit, content: str) -> Match:
    return Match(
        term=hit.term.text,
        surface=content[hit.start : hit.end],
        field=hit.field,
        offset=hit.start,
        snippet=_snippet(content, hit.start, hit.end),
    )


def _snippet(content: str, start: int, end: int) -> str:
    """The sentence around a place, in one line; of a long sentence, the words around the place, with … for omitted
    words."""
    first, last = text.sentence_around(content, start, end, LONGEST_SENTENCE)
    left, right = first, last
    if last - first > LONGEST_SENTENCE:
        left, right = max(first, start - SNIPPET_CHARACTERS), min(last, end + SNIPPET_CHARACTERS)
    before, after = content[left:start], content[end:right]
    if left > first:
        before = "… " + (before.split(maxsplit=1)[-1] if before.split() and " " in before.strip() else before)
    if right < last:
        after = (after.rsplit(maxsplit=1)[0] if " " in after.strip() else after) + " …"
    return " ".join((before + content[start:end] + after).split())

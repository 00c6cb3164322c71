"""Matching: many watches against one article at once; it alone knows how terms are looked up.

Every written form of every term stands in a dictionary, so an article costs a look-up a word however many terms there
are. Only parts of words (`sub:`) are searched for one by one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pipelines import text
from pipelines.model import Match
from pipelines.query import variants
from pipelines.query.terms import Term

# Places of one alert. Chosen: a message shows a few; the rest is in the article.
MAX_ALERT_MATCHES = 20
# Zero-width non-joiner: Persian and Kurdish write what belongs together with it, or with a space.
JOINER = "\u200c"
# Characters of a sentence that is shown whole. Chosen: four lines on a phone.
LONGEST_SENTENCE = 300
# Characters of a longer one on each side of what was found. Chosen: a line on a phone.
SNIPPET_CHARACTERS = 70
# Words that are remembered. Chosen: the words of a language; memory has to end somewhere.
MAX_REMEMBERED = 100_000


@dataclass(frozen=True, slots=True)
class Word:
    """What a place in a phrase may hold: one of these forms, or any word that begins with start."""

    forms: frozenset[str]
    start: str = ""


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way to write a term of a watch: its first word is what it is looked up by, rest are the words that follow."""

    watch: str
    term: str
    unwanted: bool
    rest: tuple[Word, ...] = ()
    add_article: bool = True


@dataclass(frozen=True, slots=True)
class Hit:
    """A spelling at a place: text[start:end] of a field."""

    spelling: Spelling
    field: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Index:
    """Spellings by written form, by the beginning of a word, by form with ending, and by part; made by `index`."""

    forms: dict[str, list[Spelling]] = field(default_factory=dict)
    starts: dict[str, list[Spelling]] = field(default_factory=dict)
    stems: dict[str, list[Spelling]] = field(default_factory=dict)
    parts: dict[str, list[Spelling]] = field(default_factory=dict)
    looked_up: dict[str, tuple[Spelling, ...]] = field(default_factory=dict)


def index(watches: Iterable[tuple[str, Iterable[Term], Iterable[Term]]]) -> Index:
    """What `find` needs to look for (name, terms, unless) of every watch; built once for many articles."""
    made = Index()
    for name, terms, unless in watches:
        for term, unwanted in [(t, False) for t in terms] + [(t, True) for t in unless]:
            for written in (term.text, *term.aliases):
                _add(made, name, term, written, unwanted=unwanted)
    return made


def find(made: Index, fields: Mapping[str, str]) -> dict[str, tuple[Match, ...]]:
    """Watch name -> where its terms are in these fields (name -> text), in order; no key without a match.

    MAX_ALERT_MATCHES of one watch at most.

    A mention that an `unless` of its watch overlaps does not count; an `unless` anywhere else silences the watch.
    """
    places_of: dict[str, list[Hit]] = {}
    for name, content in fields.items():
        for hit in hits(made, name, content):
            places_of.setdefault(hit.spelling.watch, []).append(hit)
    found = {}
    for watch, places in places_of.items():
        wanted = [hit for hit in places if not hit.spelling.unwanted]
        around = [hit for hit in places if hit.spelling.unwanted]
        if any(not any(_overlap(hit, other) for hit in wanted) for other in around):
            continue
        kept = [hit for hit in wanted if not any(_overlap(hit, other) for other in around)]
        if kept:
            found[watch] = tuple(_match(hit, fields[hit.field]) for hit in _distinct(kept)[:MAX_ALERT_MATCHES])
    return found


def hits(made: Index, name: str, content: str) -> Iterator[Hit]:
    """Every place of a field where a spelling stands, in no order; one place can be of several spellings."""
    tokens = text.tokens(content)
    yield from _spelled(made, name, tokens)
    if made.parts:
        yield from _parts(made, name, tokens)
    if JOINER in content:
        # As if its words stood apart; a part of one is no word.
        begins, ends = {token.start for token in tokens}, {token.end for token in tokens}
        apart = _spelled(made, name, text.tokens(content.replace(JOINER, " ")))
        yield from (hit for hit in apart if hit.start in begins and hit.end in ends)


def _add(made: Index, watch: str, term: Term, written: str, *, unwanted: bool) -> None:
    if JOINER in written:
        # Words that a joiner keeps together are written apart as well.
        _add(made, watch, term, written.replace(JOINER, " "), unwanted=unwanted)
        written = written.replace(JOINER, "")
    open_end = written.endswith("*")
    words = [text.bare(token.form) for token in text.tokens(written)]
    add_article = term.article != "keep"
    if term.mode == "substring":
        spelling = Spelling(watch, term.text, unwanted)
        made.parts.setdefault(" ".join(words), []).append(spelling)
        return
    arabic = any(map(variants.is_arabic, words))
    rest = tuple(
        Word(frozenset(), word)
        if open_end and place == len(words) - 1
        else Word(_inner(word, term, arabic, add_article))
        for place, word in enumerate(words)
        if place
    )
    spelling = Spelling(watch, term.text, unwanted, rest, add_article)
    first = words[0]
    starts = _first(first, term, arabic, add_article)
    if open_end and not rest:
        table = made.starts
    elif term.mode == "suffix" and arabic:
        table, starts = made.stems, variants.endings(first)
    else:
        table = made.forms
    for form in starts:
        table.setdefault(form, []).append(spelling)


def _first(word: str, term: Term, arabic: bool, add_article: bool) -> set[str]:
    return variants.prefixed(word, add_article=add_article) if arabic and term.mode != "exact" else {word}


def _inner(word: str, term: Term, arabic: bool, add_article: bool) -> frozenset[str]:
    if not arabic or term.mode == "exact":
        return frozenset([word])
    forms = variants.inner(word, add_article=add_article)
    if term.mode == "suffix":
        forms = {ended for form in forms for ended in variants.endings(form)}
    return frozenset(forms)


def _spelled(made: Index, name: str, tokens: list[text.Token]) -> Iterator[Hit]:
    known = made.looked_up
    for place, token in enumerate(tokens):
        spellings = known.get(token.form)
        if spellings is None:
            spellings = _remember(made, token.form)
        for spelling in spellings:
            following = tokens[place + 1 : place + 1 + len(spelling.rest)]
            if len(following) == len(spelling.rest) and all(map(_fits, spelling.rest, following)):
                yield Hit(spelling, name, token.start, (following[-1] if following else token).end)


def _fits(word: Word, token: text.Token) -> bool:
    form = text.bare(token.form)
    return form in word.forms or bool(word.start and form.startswith(word.start))


def _remember(made: Index, form: str) -> tuple[Spelling, ...]:
    """The spellings whose first word a token can be."""
    written, form = form, text.bare(form)
    found = list(made.forms.get(form, ()))
    if made.starts:
        found += [s for end in range(1, len(form) + 1) for s in made.starts.get(form[:end], ())]
    if made.stems:
        for rest in variants.without_prefix(form):
            for spelling in made.stems.get(rest, ()):
                if form in variants.prefixed(rest, add_article=spelling.add_article):
                    found.append(spelling)
    if len(made.looked_up) >= MAX_REMEMBERED:
        made.looked_up.clear()
    made.looked_up[written] = tuple(found)
    return made.looked_up[written]


def _parts(made: Index, name: str, tokens: list[text.Token]) -> Iterator[Hit]:
    """Parts of words: the words they stand in are what is found."""
    forms = [text.bare(token.form) for token in tokens]
    joined = " ".join(forms)
    begins: list[int] | None = None
    for part, spellings in made.parts.items():
        at = joined.find(part)
        while at >= 0:
            begins = begins or _begins(forms)
            first, last = _word_at(begins, at), _word_at(begins, at + len(part) - 1)
            yield from (Hit(spelling, name, tokens[first].start, tokens[last].end) for spelling in spellings)
            at = joined.find(part, at + len(part))


def _begins(forms: list[str]) -> list[int]:
    places, at = [], 0
    for form in forms:
        places.append(at)
        at += len(form) + 1
    return places


def _word_at(begins: list[int], at: int) -> int:
    return bisect_right(begins, at) - 1


def _overlap(one: Hit, other: Hit) -> bool:
    return one.field == other.field and one.start < other.end and other.start < one.end


def _distinct(hits: list[Hit]) -> list[Hit]:
    """One hit a term and place: the longest."""
    best: dict[tuple[str, str, int], Hit] = {}
    for hit in hits:
        key = (hit.spelling.term, hit.field, hit.start)
        if key not in best or best[key].end < hit.end:
            best[key] = hit
    return list(best.values())


def _match(hit: Hit, content: str) -> Match:
    return Match(
        term=hit.spelling.term,
        surface=content[hit.start : hit.end],
        field=hit.field,
        offset=hit.start,
        snippet=_snippet(content, hit.start, hit.end),
    )


def _snippet(content: str, start: int, end: int) -> str:
    """The sentence with a place, on one line; of a long one the words around it, with … where some were left out."""
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

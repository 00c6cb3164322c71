"""Which of a page's lines are its article: every block is judged, and what is cut says why.

It alone knows which text wins where several are to be had: the judged blocks, trafilatura's lines where the judge keeps
little of what two extractors agree on, and the page's own articleBody or script data where the page shows less.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from lxml.html import HtmlElement

from pipelines.extract import blocks, markup, phrases
from pipelines.extract.fields import authors, json_ld
from pipelines.extract.fields.metadata import Facts
from pipelines.extract.text import (
    by_trafilatura,
    choice,
    classifier,
    features,
    other_articles,
    particulars,
    place_sums,
    tables,
)
from pipelines.extract.text.coverage import coverage
from pipelines.extract.text.features import Sign
from pipelines.model import Removed, Source, Template
from pipelines.text import words

STEPS = ("second extractor", "judge", "phrases", "title", "choice", "json-ld", "script data", "site")
# Words of a text that is more than nothing. Chosen: as of an article.
LEAST_WORDS = 15
# The chance from which on a block is part of the article. Chosen together with the classifier, on the pages it was
# fitted to (bench/fit.py).
LIKELY_CHANCE = 0.47
# More is asked of a block that stands in a place with a telling name, more still where trafilatura lacks it too, and
# of a short one that is mostly link.
PLACED, PLACED_ALONE, DENSE = 0.68, 0.75, 0.8
# A block is mostly link from this share of its words, and short below so many. Chosen: a sentence with a link in it is
# neither.
MOSTLY_SHARE, FEW_WORDS = 0.6, 25
# What a live blog names as its posts is a part of it, far from its head as it may stand.
POSTED = 0.9
# A path that the source's pages agree on counts as much as the page itself does.
AGREED = 2.0
# The second extractor has this much more: the first one takes a second look.
SHARE = 0.5
# The share of a block's words from which on an extractor has chosen it, or it is a link.
HALF_SHARE = 0.5
# Lines at the head among which the title may stand again. Chosen: kicker, title and two lines of byline.
TITLE_LINES = 4
# Words from which on a line that comes twice is cut. Chosen: shorter ones may be said twice.
REPEATED_WORDS = 12
# Of a standfirst: the least chance where its place is called so, and elsewhere; its words.
LEAD, NEARLY, LEAD_WORDS, LONGEST_LEAD = 0.2, 0.4, 6, 70
CALLED_LEAD = re.compile(
    r"(?<![a-z])(?:stand-?first|summary|deck|dek|lead|lede|intro|sub-?title|sub-?head(?:line)?|chapo|entradilla|bajada|"
    r"spot|ingress|sapo|vorspann|excerpt)(?![a-z])",
    re.IGNORECASE,
)
# What stands in a text so often is a refrain; twice is what a page shows for two sizes of screen.
REFRAIN = 3
# Elements that a paragraph stands in alone. Chosen: a div may be a whole box, and stand twice.
PARAGRAPHS = frozenset(("p", "li", "blockquote", "dd", "dt", "h2", "h3", "h4"))
# Lines from either end among which particulars stand.
EDGE = 4
# How much longer than what was found a text in JSON-LD has to be to take its place. Chosen: a few lines of difference
# are boilerplate.
LINKED_LONGER_FACTOR = 1.3
# Share of its lines, or runs of words, that a text says once. Chosen: less repeats itself.
NEW_SHARE = 0.85
# Chances that are weighed: nothing is certain.
LEAST_CHANCE, MOST_CHANCE = 0.005, 0.995
# Words of a run by which a text is seen to repeat itself. Chosen: shorter ones are phrases.
RUN_WORDS = 4
# Characters of HTML that the second extractor reads. Chosen: it is slow on what is larger.
LONGEST_PLAIN_CHARACTERS = 1_000_000
REASONS = {
    "comment": "comment", "related": "related articles", "share": "share bar", "subscribe": "subscribe box",
    "ad": "advertisement", "footer": "footer", "navigation": "navigation", "author": "author box", "tags": "tags",
    "aside": "aside", "button": "button", "form": "form", "caption": "caption", "hidden": "hidden",
}  # fmt: skip


# Where a line stands: an element, and what it is called there.
Home = tuple[int, str] | None


@dataclass(frozen=True)
class Text:
    """A text with what was cut from it.

    extracted: what reads like text at all, before anything was cut. fits: whether the source's template agreed with
    the page, None where there is none to agree. others: whether other articles on the page were cut.
    """

    lines: tuple[str, ...]
    removed: tuple[Removed, ...]
    extracted: tuple[str, ...] = ()
    fits: bool | None = None
    others: bool = False

    @property
    def words(self) -> int:
        """How many words stay."""
        return sum(words(line) for line in self.lines)


@dataclass(frozen=True)
class Seen:
    """A page's blocks, and what is known of it by itself, without its source.

    chosen, second: how much of each block two extractors have, whose texts are lines and plain; chances: how likely
    each is a part of the article; kinds: what the place around each is called; compared: the blocks as texts are
    chosen by.
    """

    found: Sequence[blocks.Block]
    kinds: Sequence[str]
    chosen: Sequence[float]
    second: Sequence[float]
    chances: Sequence[float]
    lines: Sequence[str]
    plain: Sequence[str]
    compared: choice.Blocks | None = None

    @property
    def text(self) -> Sequence[str]:
        """What of the page reads like text at all: trafilatura's lines, or the second extractor's where it has none."""
        return self.lines if sum(map(words, self.lines)) >= 2 * LEAST_WORDS else self.plain


def look(tree: HtmlElement, html: str, facts: Facts, without: frozenset[str] = frozenset()) -> Seen:
    """The blocks of a page, each judged."""
    found = blocks.blocks(tree)
    lines, plain = opinions(tree, html, without)
    rows = features.rows(found, lines, plain, facts.titles, facts.description, json_ld.body(facts.node))
    if not len(rows):
        return Seen((), (), (), (), (), lines, plain)
    chances = np.zeros(len(rows), dtype=np.float32)
    able = features.worth(rows)
    chances[able] = classifier.probabilities(rows[able])
    if facts.posts:
        chances[post_blocks(found, facts.posts)] = POSTED
    kinds = place_sums.kinds_of(found, rows[:, Sign.LINES].tolist())
    compared = compare(found, kinds, rows)
    return Seen(
        found,
        kinds,
        rows[:, Sign.LINES].tolist(),
        rows[:, Sign.PLAIN].tolist(),
        chances.tolist(),
        lines,
        plain,
        compared,
    )


def compare(found: Sequence[blocks.Block], kinds: Sequence[str], rows: features.Rows) -> choice.Blocks:
    """The blocks of a page as whole texts are chosen by, as far as every page is read."""
    chosen = rows[:, Sign.LINES].tolist()
    return choice.Blocks(
        words=np.array([block.words for block in found], dtype=np.float64),
        linked=np.array([block.linked for block in found], dtype=np.float64),
        least=np.array([least_chance(*one) for one in zip(found, kinds, chosen, strict=True)]),
        signs=features.signs(rows),
        shares={"lines": rows[:, Sign.LINES].astype(np.float64), "plain": rows[:, Sign.PLAIN].astype(np.float64)},
    )


def opinions(
    tree: HtmlElement, html: str, without: frozenset[str] = frozenset()
) -> tuple[Sequence[str], Sequence[str]]:
    """The lines of two extractors; the first takes a second look where it has much less than the second."""
    # No time limit reaches into it, and on a page of this size or depth it can take minutes.
    if "second extractor" in without or len(html) > LONGEST_PLAIN_CHARACTERS or markup.deep(tree):
        lines = by_trafilatura.lines(tree, precise=True, alone=False)
        return lines, lines
    plain = by_trafilatura.extract_plainly(html)
    lines = by_trafilatura.lines(tree, precise=True)
    if not lines or sum(map(words, lines)) < SHARE * sum(map(words, plain)):
        lines = by_trafilatura.lines(tree, precise=True, alone=False)
    return lines, plain


def post_blocks(found: Sequence[blocks.Block], posts: Sequence[str]) -> list[bool]:
    """Which blocks are of a live blog's posts; a list of links to them is none."""
    shares = coverage(found, posts)
    return [
        share >= HALF_SHARE and block.linked < HALF_SHARE * block.words
        for share, block in zip(shares, found, strict=True)
    ]


def read(
    tree: HtmlElement,
    html: str,
    facts: Facts,
    source: Source,
    template: Template | None = None,
    without: frozenset[str] = frozenset(),
) -> Text:
    """The text of a page's article, as far as there is one."""
    return settle(look(tree, html, facts, without), tree, facts, source, template, without)


def settle(
    seen: Seen,
    tree: HtmlElement,
    facts: Facts,
    source: Source,
    template: Template | None = None,
    without: frozenset[str] = frozenset(),
    trees: classifier.Trees | None = None,
) -> Text:
    """The text of a page whose blocks were judged; trees: those to choose between whole texts by, if not ours."""
    own = () if "phrases" in without else source.phrases
    template = None if "site" in without else template
    if "judge" in without:
        best = _cut_lines(seen.lines, facts, own, without)
    else:
        best = _judge_blocks(seen, facts, own, template, without)
        # A source whose pages agree on their places knows better, and so does a page that names its posts.
        sure = best.others or facts.posts or "choice" in without or (template and template.inside)
        better = None if sure or markup.deep(tree) else _choose(seen, tree, template, trees)
        if better is not None:
            better = sorted({*better, *_leads(seen, seen.chances, better, facts)})
            best = replace(_cut_blocks(seen, better, {}, facts, own, without), fits=best.fits)
    if "json-ld" not in without:
        best = _longer(best, _cut_lines(json_ld.body(facts.node), facts, own, without))
    if "script data" not in without and best.words < LEAST_WORDS:
        best = _longer(best, _cut_lines(json_ld.find_embedded_text(tree), facts, own, without))
    return replace(best, extracted=tuple(seen.text))


def _judge_blocks(
    seen: Seen, facts: Facts, own: Sequence[str], template: Template | None, without: frozenset[str]
) -> Text:
    chances, why, fits = _of_site(seen, template)
    kept = [
        n for n, chance in enumerate(chances) if chance >= least_chance(seen.found[n], seen.kinds[n], seen.chosen[n])
    ]
    kept = sorted({*kept, *_leads(seen, chances, kept, facts)})
    return replace(_cut_blocks(seen, kept, why, facts, own, without), fits=fits)


def _cut_blocks(
    seen: Seen,
    kept: Sequence[int],
    why: Mapping[int, str],
    facts: Facts,
    own: Sequence[str],
    without: frozenset[str],
) -> Text:
    """The text that some of a page's blocks make, without the title, boilerplate, repetitions and other articles; why:
    why a block is cut, where its source says it."""
    lines = [seen.found[number].text for number in kept]
    homes = [_home(seen.found[number]) for number in kept]
    cut = dict(zip(kept, _reasons(lines, facts, own, without, homes), strict=True))
    stays = [number for number in kept if not cut[number]]
    titles = {phrases.key(title) for title in facts.titles}
    passed = _passed_over(seen, stays, titles)
    others = {} if facts.posts else other_articles.strangers(seen.found, [*passed, *stays], titles, facts.canonical_url)
    cut.update(others)
    if others and passed:
        # What was kept was a stream of other stories, and the article is the brief above it.
        cut.update(dict.fromkeys(passed, ""))
        kept = [*passed, *kept]
    added, left = tables.complete_tables(seen.found, {number for number in kept if not cut[number]}, titles)
    cut.update(dict.fromkeys(left, tables.REASON) | dict.fromkeys(added, ""))
    kept = sorted({*kept, *added})
    stays = [number for number in kept if not cut[number]]
    first, last = (stays[0], stays[-1]) if stays else (0, len(seen.found))
    # A standfirst that is cut stands between the title and what stays.
    first = next((n for n in range(first, -1, -1) if seen.found[n].key in titles), first) if seen.found else first
    # What stands far from the article and trafilatura did not take for it is not worth telling.
    told = [n for n in range(len(seen.found)) if cut.get(n, seen.chosen[n] >= HALF_SHARE or first < n < last)]
    known = dict(zip(told, phrases.reasons([seen.found[n].text for n in told], own), strict=True))
    removed = [
        Removed(text=block.text, reason=cut.get(n) or known[n] or why.get(n) or _why(block, seen.kinds[n]))
        for n, block in ((n, seen.found[n]) for n in told)
    ]
    return Text(tuple(_nfc(seen.found[number].text) for number in stays), tuple(removed), others=bool(others))


def _passed_over(seen: Seen, stays: Sequence[int], titles: Collection[str]) -> list[int]:
    """The prose between the title and the first block that stays, where that is far from nothing."""
    title = next(
        (n for n, block in enumerate(seen.found) if block.key in titles and block.tag in other_articles.HEADINGS), None
    )
    if title is None or not stays:
        return []
    return [
        n
        for n in range(title + 1, stays[0])
        if seen.found[n].words >= LEAST_WORDS and not seen.kinds[n] and 2 * seen.found[n].linked < seen.found[n].words
    ]


def _leads(seen: Seen, chances: Sequence[float], kept: Sequence[int], facts: Facts) -> list[int]:
    """The standfirst: what stands between the title and the first paragraph, which is asked less.

    The judge is never sure of it, and what stands elsewhere on the page would decide from look to look.
    """
    first = next((n for n in kept if seen.found[n].words >= LEAST_WORDS), None)
    titles = {phrases.key(title) for title in facts.titles}
    title = next((n for n in range(first or 0, -1, -1) if seen.found[n].key in titles), None) if first else None
    if first is None or title is None:
        return []
    between = [n for n in range(title + 1, first) if not seen.kinds[n] and not seen.found[n].linked]
    leads = [n for n in between if LEAD_WORDS <= seen.found[n].words <= LONGEST_LEAD and n not in kept]
    called = [n for n in leads if CALLED_LEAD.search(seen.found[n].place.name) and chances[n] >= LEAD]
    return called[:1] or [n for n in leads if chances[n] >= NEARLY][:1]


def least_chance(block: blocks.Block, kind: str, chosen: float) -> float:
    """The least chance with which a block is taken for a part of the article; kind: what its place is called; chosen:
    how much of it trafilatura has."""
    if kind and chosen < HALF_SHARE:
        return PLACED_ALONE
    if block.linked >= MOSTLY_SHARE * block.words and block.words < FEW_WORDS:
        return DENSE
    return PLACED if kind else LIKELY_CHANCE


def _of_site(seen: Seen, template: Template | None) -> tuple[Sequence[float], dict[int, str], bool | None]:
    """The chances of the blocks with what was learned of the source; why it cuts a block; whether it fits the page."""
    if template is None:
        return seen.chances, {}, None
    lines, inside, outside = dict(template.lines), frozenset(template.inside), frozenset(template.outside)
    chances = list(seen.chances)
    why: dict[int, str] = {}
    likely = there = 0
    for number, block in enumerate(seen.found):
        chance = chances[number]
        if block.key in lines:
            chances[number] = 0.0
            why[number] = f"repeated on this site: {lines[block.key]} of {template.pages} pages"
        elif block.path in inside:
            chances[number] = _shifted(chance, AGREED)
        elif block.path in outside:
            chances[number] = _shifted(chance, -AGREED)
            why[number] = "outside the article on this site"
        if chance >= LIKELY_CHANCE:
            likely += block.words
            there += block.words if block.path in inside else 0
    fits = there >= HALF_SHARE * likely if inside and likely >= LEAST_WORDS else None
    # What no longer fits has nothing to say of this page but which lines it knows.
    if fits is False:
        chances = [0.0 if block.key in lines else old for block, old in zip(seen.found, seen.chances, strict=True)]
    return chances, why, fits


def _shifted(chance: float, by: float) -> float:
    chance = min(max(chance, LEAST_CHANCE), MOST_CHANCE)
    return 1 / (1 + math.exp(-(math.log(chance / (1 - chance)) + by)))


def _choose(
    seen: Seen, tree: HtmlElement, template: Template | None, trees: classifier.Trees | None
) -> list[int] | None:
    """The blocks of a text that is better than what the judge keeps; None where none is."""
    if seen.compared is None:
        return None

    def ask() -> dict[str, choice.Floats]:
        return {name: np.array(coverage(seen.found, lines)) for name, lines in witnesses(tree).items()}

    better = choice.chosen(seen.compared, np.array(seen.chances, dtype=np.float64), ask, trees)
    repeated = dict(template.lines) if template else {}
    return None if better is None else [n for n, one in enumerate(better) if one and seen.found[n].key not in repeated]


def witnesses(tree: HtmlElement) -> dict[str, list[str]]:
    """The lines of the extractors that are asked where there is doubt, by name."""
    return {
        "precise": by_trafilatura.lines(tree, precise=True, alone=False),
        "default": by_trafilatura.lines(tree, precise=False, alone=False),
        "read": by_trafilatura.readability_lines(tree),
    }


def _longer(best: Text, given: Text) -> Text:
    """The text a page gives for machines, where that is longer, the same article, and does not repeat itself."""
    if given.words < LINKED_LONGER_FACTOR * best.words + LEAST_WORDS:
        return best
    if len(set(given.lines)) < NEW_SHARE * len(given.lines) or _echoes(given.lines):
        return best
    if best.words >= LEAST_WORDS and not by_trafilatura.agrees(given.lines, best.lines):
        return best
    return replace(given, fits=best.fits)


def _echoes(lines: Sequence[str]) -> bool:
    """Whether a good part of a text stands in it twice."""
    tokens = phrases.key(" ".join(lines)).split()
    runs = [tuple(tokens[at : at + RUN_WORDS]) for at in range(len(tokens) - RUN_WORDS + 1)]
    return bool(runs) and len(set(runs)) < NEW_SHARE * len(runs)


def _cut_lines(lines: Sequence[str], facts: Facts, own: Sequence[str], without: frozenset[str]) -> Text:
    """The lines without the title, boilerplate and repetitions; what was cut, in page order."""
    reasons = _reasons(lines, facts, own, without)
    return Text(
        tuple(_nfc(line) for line, reason in zip(lines, reasons, strict=True) if not reason),
        tuple(Removed(text=line, reason=reason) for line, reason in zip(lines, reasons, strict=True) if reason),
    )


def _reasons(
    lines: Sequence[str], facts: Facts, own: Sequence[str], without: frozenset[str], homes: Sequence[Home] = ()
) -> list[str]:
    """Why each line of a text is cut; empty where it stays. homes: where each stands, as far as that is known.

    A line that is said again in the very same place is said twice by its author: a refrain, a list of days, a question.
    What a page has twice for two sizes of screen stands in two places.
    """
    found = [""] * len(lines) if "phrases" in without else phrases.reasons(lines, own)
    title_keys = set() if "title" in without else {phrases.key(title) for title in facts.titles}
    names = [phrases.key(name) for name in facts.authors]
    seen: dict[str, set[Home]] = {}
    often = {its_key for its_key, count in Counter(map(phrases.key, lines)).items() if count >= REFRAIN}
    for number, line in enumerate(lines):
        its_key = phrases.key(line)
        if not found[number] and "phrases" not in without and (number < EDGE or number >= len(lines) - EDGE):
            by = authors.only_names(line, facts.authors)
            found[number] = "author" if by else particulars.reason(line, names)
        if number < TITLE_LINES and its_key in title_keys and len(lines) > 1:
            found[number] = "title"
            continue
        known, home = seen.get(its_key), homes[number] if homes else None
        if not found[number] and known is not None and its_key not in often and (home is None or home not in known):
            found[number] = "repeated"
        elif not found[number] and its_key.count(" ") >= REPEATED_WORDS:
            seen.setdefault(its_key, set()).add(home)
    return found


def _home(block: blocks.Block) -> Home:
    """The place that a line shares with those around it: the element that its paragraph stands in, and what such
    paragraphs are called there; the element itself for lines of one."""
    place = block.place
    if block.tag in PARAGRAPHS and place.parent is not None:
        return id(place.parent.element), place.name
    return id(place.element), ""


def _why(block: blocks.Block, kind: str) -> str:
    if kind:
        return REASONS[kind]
    return "link list" if block.linked > HALF_SHARE * block.words else "outside the article"


def _nfc(line: str) -> str:
    return unicodedata.normalize("NFC", line)

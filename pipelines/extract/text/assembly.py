"""Decides which of several texts of a page is that of its article, and what the source's template changes in it.

Only this module knows when something else replaces the judged blocks: a whole text of another extractor, or the page's
own articleBody or script data if the page shows less. `block_chances` judges the blocks; `line_cuts` cuts lines from a
text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from lxml.html import HtmlElement

from pipelines.extract import markup, phrases
from pipelines.extract.blocks import around, has_stop
from pipelines.extract.fields import json_ld
from pipelines.extract.fields.metadata import Facts
from pipelines.extract.text import by_trafilatura, classifier, text_choice
from pipelines.extract.text.between import find_between
from pipelines.extract.text.block_chances import LIKELY_CHANCE, JudgedBlock, JudgedPage, judge_page
from pipelines.extract.text.block_coverage import coverages
from pipelines.extract.text.line_cuts import Text, cut_blocks, cut_lines
from pipelines.model import Source, Template

STEPS = ("second extractor", "judge", "phrases", "title", "choice", "calls", "json-ld", "script data", "site")
# Readers' comments, and short blocks in boxes with a telling name, are taken out of a text (`_is_remark`), unless fewer
# words than this remain: a box that is called comments may contain the article. A block with fewer words than this is
# short. Chosen: the shortest articles, briefs, have about 50 words.
BRIEF_WORDS = 50
# A text, or the first paragraph of one, has at least this many words; with fewer it counts as nothing. Chosen:
# only news flashes have fewer.
LEAST_WORDS = 15
# If the source's pages agree that the article is at a path (Template.inside), the log odds of the blocks at this path
# are raised by this number. If they agree that it is not (Template.outside), the log odds are lowered by it. Chosen: so
# the template weighs about as much as the page itself.
AGREED = 2.0
# The page fits the template if at least this share of the likely article's words is in the places of the source's
# articles.
HALF_SHARE = 0.5
# A standfirst, which is a summary between title and text, has at least the chance LEAD if its place is called so or it
# is a sentence right below the title, and elsewhere at least the chance NEARLY. It has from LEAD_WORDS to LONGEST_LEAD
# words. Measured: with the chance 0.1 in place of 0.2, 36 of 2,185 real pages have a line more; 33 of these lines are
# standfirsts.
LEAD, NEARLY, LEAD_WORDS, LONGEST_LEAD = 0.1, 0.4, 6, 70
CALLED_LEAD = re.compile(
    r"(?<![a-z])(?:stand-?first|summary|deck|dek|lead|lede|intro|sub-?title|sub-?head(?:line)?|chapo|entradilla|bajada|"
    r"spot|ingress|sapo|vorspann|excerpt)(?![a-z])",
    re.IGNORECASE,
)
# A text for machines (JSON-LD, script data) replaces the text that was found only if it is longer by this factor, and
# by LEAST_WORDS words more. Chosen: a difference of a few lines is boilerplate.
LINKED_LONGER_FACTOR = 1.3
# A text repeats itself if the number of its different lines is less than this share of all its lines, or if this holds
# for its sequences of RUN_WORDS words. Chosen: every text has some phrases twice.
NEW_SHARE = 0.85
# Below this chance the classifier is sure that a block is outside of the article. Chosen: this value suits pages to
# which the classifier was not fitted.
SURELY_OUTSIDE = 0.3
# A chance below LEAST_CHANCE is raised to it, and one above MOST_CHANCE is lowered to it, because nothing is certain.
LEAST_CHANCE, MOST_CHANCE = 0.005, 0.995
# Sequences of this many words show whether a text repeats itself. Chosen: shorter sequences are phrases.
RUN_WORDS = 4


def read(
    tree: HtmlElement,
    html: str,
    facts: Facts,
    source: Source,
    template: Template | None = None,
    without: frozenset[str] = frozenset(),
) -> Text:
    """The text of a page's article, as far as the page has one."""
    return settle(judge_page(tree, html, facts, without), tree, facts, source, template, without)


def settle(
    page: JudgedPage,
    tree: HtmlElement,
    facts: Facts,
    source: Source,
    template: Template | None = None,
    without: frozenset[str] = frozenset(),
    choice_trees: classifier.Trees | None = None,
) -> Text:
    """The text of a page whose blocks were judged; choice_trees: the trees that choose a whole text; None: those of
    data/choice.json."""
    own = () if "phrases" in without else source.phrases
    template = None if "site" in without else template
    if "judge" in without:
        best = cut_lines(page.trafilatura_lines, facts, own, without)
    else:
        taught, fits = _teach(page, template)
        best = replace(cut_blocks(taught, _keep(taught, facts), facts, own, without), fits=fits)
        # Whole texts are chosen without the template. Only its repeated lines are taken out of the chosen text. No
        # whole text is chosen where there is better evidence: other articles were found on the page, the page names the
        # posts of a live blog, or the template has places inside the article.
        sure = best.others or facts.posts or "choice" in without or (template and template.inside)
        better = None if sure else _choose(page, tree, template, choice_trees)
        if better is not None:
            better = sorted({*better, *_find_leads(page.blocks, better, facts), *find_between(page.blocks, better)})
            best = replace(cut_blocks(page, better, facts, own, without), fits=fits)
    if "json-ld" not in without and json_ld.is_all_free(facts.node):
        best = _take_longer(best, cut_lines(json_ld.body(facts.node), facts, own, without))
    if "script data" not in without and best.words < LEAST_WORDS:
        best = _take_longer(best, cut_lines(json_ld.find_embedded_text(tree), facts, own, without))
    return replace(best, extracted=tuple(page.readable_lines))


def ask_witnesses(tree: HtmlElement) -> dict[str, list[str]]:
    """The lines of the extractors that are called only in doubt, by name."""
    return {
        "precise": by_trafilatura.lines(tree, precise=True, alone=False),
        "default": by_trafilatura.lines(tree, precise=False, alone=False),
        "read": by_trafilatura.readability_lines(tree),
    }


def _keep(page: JudgedPage, facts: Facts) -> list[int]:
    """The numbers of the blocks that are likely part of the article, belong to its standfirst, or are between such
    blocks."""
    kept = [number for number, one in enumerate(page.blocks) if one.likely]
    return sorted({*kept, *_find_leads(page.blocks, kept, facts), *find_between(page.blocks, kept)})


def _find_leads(found: Sequence[JudgedBlock], kept: Sequence[int], facts: Facts) -> list[int]:
    """The number of the standfirst, a block between the title and the first paragraph; empty if there is none. A
    lower chance is enough for it than for other blocks.

    The classifier is never sure of a standfirst. Without this rule it would come and go from one look to the next.
    """
    titles = {phrases.key(title) for title in facts.titles}
    first = next((number for number in kept if found[number].block.words >= LEAST_WORDS), None)
    title = next((n for n in range(first or 0, -1, -1) if found[n].block.key in titles), None) if first else None
    if first is None or title is None:
        return []
    leads = [number for number in range(title + 1, first) if _may_lead(found[number]) and number not in kept]
    called = [n for n in leads if found[n].chance >= LEAD and _is_called_lead(found, n)]
    # A sentence right below the title belongs to the article, whatever element and picture stand around it.
    below = [n for n in leads if n == title + 1 and found[n].chance >= LEAD and has_stop(found[n].block.text)]
    return called[:1] or [n for n in leads if found[n].chance >= NEARLY][:1] or below


def _is_called_lead(found: Sequence[JudgedBlock], number: int) -> bool:
    """Whether a block's place is called a standfirst, or the box around the place is called so and holds nothing
    else."""
    place = found[number].block.place
    if CALLED_LEAD.search(place.name):
        return True
    if place.parent is None or not CALLED_LEAD.search(place.parent.name):
        return False
    beside = (found[one].block.place for one in (number - 1, number + 1))
    return not any(place.parent is box for its_place in beside for box in around(its_place))


def _may_lead(one: JudgedBlock) -> bool:
    return not one.kind and not one.block.linked and LEAD_WORDS <= one.block.words <= LONGEST_LEAD


def _teach(page: JudgedPage, template: Template | None) -> tuple[JudgedPage, bool | None]:
    """The page judged anew with its source's template, and whether the template fits the page (None: unknown).

    If the template does not fit the page, only its repeated lines count.
    """
    if template is None:
        return page, None
    lines, inside, outside = dict(template.lines), frozenset(template.inside), frozenset(template.outside)

    def teach_block(one: JudgedBlock) -> JudgedBlock:
        block = one.block
        if block.key in lines:
            repeated = f"repeated on this site: {lines[block.key]} of {template.pages} pages"
            return replace(one, chance=0.0, why=repeated)
        if block.path in inside:
            return replace(one, chance=_shift(one.chance, AGREED))
        if block.path in outside:
            return replace(one, chance=_shift(one.chance, -AGREED), why="outside the article on this site")
        return one

    made = [teach_block(one) for one in page.blocks]
    fits = _fits(page, template)
    if fits is False:
        made = [
            new if new.block.key in lines else replace(new, chance=old.chance)
            for new, old in zip(made, page.blocks, strict=True)
        ]
    return replace(page, blocks=made), fits


def _fits(page: JudgedPage, template: Template) -> bool | None:
    """Whether half of the likely article is in the places of the source's articles; None if this is unknown."""
    inside = frozenset(template.inside)
    likely = [one.block for one in page.blocks if one.chance >= LIKELY_CHANCE]
    words = sum(block.words for block in likely)
    if not inside or words < LEAST_WORDS:
        return None
    return sum(block.words for block in likely if block.path in inside) >= HALF_SHARE * words


def _shift(chance: float, by: float) -> float:
    chance = min(max(chance, LEAST_CHANCE), MOST_CHANCE)
    return 1 / (1 + math.exp(-(math.log(chance / (1 - chance)) + by)))


def _choose(
    page: JudgedPage, tree: HtmlElement, template: Template | None, choice_trees: classifier.Trees | None
) -> list[int] | None:
    """The blocks of a text that is better than the classifier's; None if there is none."""
    chances = np.array([one.chance for one in page.blocks], dtype=np.float64)
    # On a very deep page the extractors can take minutes.
    if page.compared is None or not text_choice.in_doubt(page.compared, chances) or markup.deep(tree):
        return None
    found = page.bare

    def ask() -> dict[str, text_choice.Floats]:
        asked = ask_witnesses(tree)
        return {name: np.array(its) for name, its in zip(asked, coverages(found, asked.values()), strict=True)}

    better = text_choice.choose_text(page.compared, chances, ask, choice_trees)
    if better is None:
        return None
    repeated = dict(template.lines) if template else {}
    chosen = [n for n, one in enumerate(better) if one and found[n].key not in repeated]
    kept = [n for n in chosen if not _is_remark(page.blocks[n])]
    return kept if sum(found[n].words for n in kept) >= BRIEF_WORDS else chosen


def _is_remark(one: JudgedBlock) -> bool:
    """Whether a block is a remark, and no part of the article. It is one if it is among the page's comments and the
    classifier does not take it for the article. A short block in another place with a telling name is one if the
    classifier is sure that it is outside.

    For comments the name of any box counts, also of a box that holds half of the text (Block.kind, not
    JudgedBlock.kind). Extractors may take a long comment as the end of the article, and then its words count as
    evidence when texts are compared.
    """
    short = one.block.words < BRIEF_WORDS
    return (one.block.kind == "comment" and not one.likely) or (
        short and bool(one.kind) and one.chance < SURELY_OUTSIDE
    )


def _take_longer(best: Text, given: Text) -> Text:
    """The text that a page gives for machines, if it is much longer, does not repeat itself, and is the same article;
    else the best text so far. If the best text so far counts as nothing, nobody asks whether it is the same article.
    """
    if given.words < LINKED_LONGER_FACTOR * best.words + LEAST_WORDS:
        return best
    if len(set(given.lines)) < NEW_SHARE * len(given.lines) or _echoes(given.lines):
        return best
    if best.words >= LEAST_WORDS and not by_trafilatura.agrees(given.lines, best.lines):
        return best
    return replace(given, fits=best.fits)


def _echoes(lines: Sequence[str]) -> bool:
    """Whether a good part of a text occurs in it twice."""
    tokens = phrases.key(" ".join(lines)).split()
    runs = [tuple(tokens[at : at + RUN_WORDS]) for at in range(len(tokens) - RUN_WORDS + 1)]
    return bool(runs) and len(set(runs)) < NEW_SHARE * len(runs)

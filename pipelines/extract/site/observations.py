"""What a source's own pages teach about it: the lines that repeat across its articles, and the places on a page in
which its articles stand.

Only this module knows how a template is learned. No labelled pages are needed. A template is learned from lines that
repeat across the pages, and from the places in which the classifier finds the article on most pages. A quarter
of the pages is first kept out of the learning. If this quarter does not agree with what was learned, the places are not
used.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lxml.html import tostring

from pipelines.extract import markup
from pipelines.extract.fields import metadata
from pipelines.extract.text import block_chances
from pipelines.model import Page, Source, Template
from pipelines.stores import warc

# A source is learned from at least this many pages. Chosen: fewer pages may agree by chance.
LEAST_PAGES = 8
# A source is learned from at most this many pages. Chosen: more pages would cost time and teach nothing else.
MAX_PAGES = 60
# A line repeats if it is on at least this many pages. Chosen: two pages may be the same article.
REPEATED_ON_PAGES = 3
# A line that repeats has fewer words than this. A longer line on several pages is more likely a part of one article
# that came twice.
LONG_LINE = 60
# Two pages are one article if more than this share of the shorter one's sequences of RUN_WORDS words is in the longer
# one. Chosen: two articles on one event have less in common.
COPY_SHARE = 0.5
# A place is inside the article if at least the share INSIDE_SHARE of its words is in articles, and outside if at most
# the share OUTSIDE_SHARE is in articles. Chosen: for a place between the two shares, each page has to decide by itself.
INSIDE_SHARE, OUTSIDE_SHARE = 0.7, 0.2
# A place is learned only if it is on at least this many pages. Chosen: the same number holds for lines
# (REPEATED_ON_PAGES).
LEAST_SEEN_PAGES = 3
# One block counts with at most this many words. Chosen: a long paragraph is no better evidence than a short one.
MAX_WORDS = 60
# The learned places are used only if the template keeps at least this share of the article on the pages that were kept
# out of the learning. Chosen: a template that keeps less would do harm.
AGREE_SHARE = 0.8
# A block likely belongs to the article if its chance is at least LIKELY_CHANCE, and surely from SURE_CHANCE on.
LIKELY_CHANCE, SURE_CHANCE = 0.5, 0.75
# A line on fewer than this share of the pages is not learned if it is in the middle of the article on each page that
# has it: the line may belong to several articles.
FEW = 1 / 3
# One page in this many is kept out of the learning, to test what was learned. Chosen: a quarter is enough.
HELD_BACK = 4
# A stored share has this many decimals.
DECIMALS = 3
# Pages are compared by their sequences of this many words. Chosen: shorter sequences are phrases that all articles
# have.
RUN_WORDS = 5


@dataclass(frozen=True)
class Observation:
    """What learning needs of one page: for each block its key, number of words, path and block chance. The record can
    be pickled."""

    url: str
    blocks: tuple[tuple[str, int, str, float], ...]


def observe(page: Page, source: Source) -> Observation | None:
    """What one page teaches; None if it has nothing to read."""
    content_type = next((value for name, value in page.headers if name.lower() == "content-type"), "")
    content = warc.decode_body(page)
    if markup.overgrown(content):
        return None
    html, _ = markup.decode(content, content_type, source.language)
    tree = markup.parse(html)
    if tree is None:
        return None
    if markup.prune(tree, source.prune):
        html = tostring(tree, encoding="unicode")
    judged = block_chances.judge_page(tree, html, metadata.facts_of(tree, page, source))
    return Observation(
        page.url,
        tuple((one.block.key, one.block.words, one.block.path, round(one.chance, DECIMALS)) for one in judged.blocks),
    )


def learn(source: str, observations: Sequence[Observation]) -> Template | None:
    """The template of a source; None if there are too few pages, or if they have nothing in common."""
    different = _different(observations)
    if len(different) < LEAST_PAGES:
        return None
    held = different[::HELD_BACK]
    kept = [one for one in different if one not in held]
    agreement = _agreement(_learn(source, kept), held) if len(kept) >= LEAST_SEEN_PAGES else 1.0
    made = replace(_learn(source, different), agreement=round(agreement, DECIMALS))
    if agreement < AGREE_SHARE:
        made = replace(made, inside=(), outside=())
    return made if made.lines or made.inside or made.outside else None


def _learn(source: str, observations: Sequence[Observation]) -> Template:
    on = Counter(key for seen in observations for key in {key for key, size, _, _ in seen.blocks if size < LONG_LINE})
    told = _told_again(observations)
    few = FEW * len(observations)
    lines = {
        key: count
        for key, count in on.items()
        if count >= REPEATED_ON_PAGES and not (count < few and told[key] == count)
    }
    share, weight = _places(observations, lines)
    pages = Counter(path for seen in observations for path in {path for _, _, path, _ in seen.blocks})
    often = [path for path, count in pages.items() if count >= LEAST_SEEN_PAGES and weight.get(path)]
    return Template(
        source=source,
        pages=len(observations),
        lines=tuple(sorted(lines.items())),
        inside=tuple(sorted(path for path in often if share[path] >= INSIDE_SHARE * weight[path])),
        outside=tuple(sorted(path for path in often if share[path] <= OUTSIDE_SHARE * weight[path])),
    )


def _told_again(observations: Sequence[Observation]) -> Counter[str]:
    """For each line: on how many pages it is in the middle of the article, and the classifier is sure that it belongs
    there.

    A later article on the same subject repeats, in its middle, background and subheads of an earlier one. A site prints
    its own lines at the ends of an article.
    """
    found: Counter[str] = Counter()
    for seen in observations:
        likely = [number for number, (_, _, _, chance) in enumerate(seen.blocks) if chance >= LIKELY_CHANCE]
        inner = {seen.blocks[number][0] for number in likely[1:-1] if seen.blocks[number][3] >= SURE_CHANCE}
        ends = {seen.blocks[number][0] for number in (*likely[:1], *likely[-1:])}
        found.update(inner - ends)
    return found


def _places(observations: Sequence[Observation], lines: Mapping[str, int]) -> tuple[dict[str, float], dict[str, float]]:
    """For each path, how many words likely belong to an article, and how many words there are. Lines that repeat are
    not counted."""
    share: dict[str, float] = defaultdict(float)
    weight: dict[str, float] = defaultdict(float)
    for seen in observations:
        for key, size, path, chance in seen.blocks:
            if key not in lines:
                share[path] += min(size, MAX_WORDS) * chance
                weight[path] += min(size, MAX_WORDS)
    return share, weight


def _agreement(template: Template, held: Sequence[Observation]) -> float:
    """Which share of the article, as the classifier sees it, the template leaves on the pages that were kept out of the
    learning."""
    outside, lines = set(template.outside), dict(template.lines)
    likely = kept = 0
    for seen in held:
        for key, size, path, chance in seen.blocks:
            if chance >= LIKELY_CHANCE:
                likely += size
                kept += size if path not in outside and key not in lines else 0
    return kept / likely if likely else 0.0


def _different(observations: Sequence[Observation]) -> list[Observation]:
    """The pages without copies. If an article were there twice, each of its lines would count as repeated."""
    found: list[tuple[Observation, set[tuple[str, ...]]]] = []
    for seen in observations:
        tokens = " ".join(key for key, _, _, chance in seen.blocks if chance >= LIKELY_CHANCE).split()
        runs = {tuple(tokens[at : at + RUN_WORDS]) for at in range(len(tokens) - RUN_WORDS + 1)}
        if runs and any(len(runs & other) > COPY_SHARE * min(len(runs), len(other)) for _, other in found):
            continue
        if runs:
            found.append((seen, runs))
    return [seen for seen, _ in found]

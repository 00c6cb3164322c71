"""Title, day and authors of the pages of a corpus: ours in two halves by site, beside the kept answers of peers.

python -m bench fields CORPUS

A rule is made by what the first half shows, and taken by the second: then it carries over. Only the fields of a page
are read, so that a run takes a minute. A page that extraction rejects counts here all the same.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha1
from pathlib import Path

from bench import page, rivals, score
from bench.corpus import Corpus, Gold, content
from bench.corpus import read as read_corpora
from bench.examples import NOWHERE
from pipelines.extract import markup, preview
from pipelines.extract.fields import metadata, publication_date
from pipelines.extract.fields.dated_page import DatedPage

TITLE = "Real pages, title, day and authors"
MEASURES = ("title", "day", "authors")
PEERS = ("trafilatura", "readability", "newspaper4k", "goose3", "htmldate")
# What an extractor gives none of is no answer that is wrong.
SILENT_ON = {"readability": ("day", "authors"), "htmldate": ("title", "authors")}
HALVES = ("developed on", "confirmed on")
EXPLAINED = """A title is right but for case and punctuation; authors are the F1 of the names. Ours is that of two
halves of the sites too: rules were made by what the first half shows, and taken by the second. Gold that names an
agency, a publisher or a role counts against us: our authors are people. A peer has a figure where its answers are
kept."""


def main(words: Sequence[str], file: Path = page.FILE) -> int:
    """Read the fields of every page whose gold has one; write the table into the docs."""
    (corpus,) = words
    peers = PEERS if rivals.there() else ()
    rows = [row for one in read_corpora(Path(corpus)) for row in _rows(one, peers)]
    rows.sort(key=lambda row: MEASURES.index(row[0]))
    said = f"{EXPLAINED}\n\n{page.table(['measure', 'corpus', 'pages', *HALVES, 'nightdesk', *peers], rows)}"
    print(said)
    page.write({TITLE: said}, "python -m bench fields CORPUS", file)
    return 0


def find_fields(gold: Gold) -> score.ScoredText:
    """The title, day and authors that we find on a page; none where it is no page."""
    url = gold.url or NOWHERE
    source = preview.anonymous(url)
    saved = preview.read_saved(content(gold), url, source, "utf-8")
    tree = markup.parse(markup.decode(saved.body, "text/html; charset=utf-8", "")[0])
    if tree is None:
        return score.ScoredText()
    facts = metadata.facts_of(tree, saved, source)
    when = publication_date.find_published(DatedPage.of(tree, facts, saved, source))
    return score.ScoredText(title=facts.title, date=str(when.day) if when.at else "", authors=facts.authors)


def half_of(site: str) -> int:
    """The half in which a site always is, by chance."""
    return int(sha1(site.encode()).hexdigest(), 16) % 2


def _rows(corpus: Corpus, peers: Sequence[str]) -> list[list[str]]:
    # Without its text, which costs most of a comparison.
    golds = [
        replace(gold, paragraphs=(), present=(), absent=(), leaks=None, places=None)
        for gold in corpus.pages
        if gold.title or gold.date or gold.authors
    ]
    ours = _worth(golds, {gold.id: find_fields(gold) for gold in golds})
    theirs = {
        name: _worth(golds, rivals.answers(corpus, name)[0]) if rivals.is_kept(corpus, name) else [] for name in peers
    }
    rows = []
    for measure in MEASURES:
        told = [
            (half_of(gold.site), worth[measure]) for gold, worth in zip(golds, ours, strict=True) if measure in worth
        ]
        halves = [[figure for its, figure in told if its == half] for half in (0, 1)]
        if any(halves):
            kept = ([] if measure in SILENT_ON.get(name, ()) else theirs[name] for name in peers)
            figures = [*halves, [each for half in halves for each in half]]
            figures += [[worth[measure] for worth in their if measure in worth] for their in kept]
            rows.append([measure, corpus.name, str(sum(map(len, halves))), *map(_mean, figures)])
    return rows


def _worth(golds: Sequence[Gold], said: Mapping[str, score.ScoredText]) -> list[dict[str, float]]:
    return [score.score(score.WantedText(gold), said.get(gold.id)) for gold in golds]


def _mean(figures: Sequence[float]) -> str:
    return f"{statistics.fmean(figures):.4f}" if figures else ""

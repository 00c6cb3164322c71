"""Who wrote the pages of a corpus: ours, corpus by corpus, in two halves by site, with kept answers of peers beside.

python -m bench authors CORPUS

A rule is made by what the first half shows, and taken by the second: then it carries over. Only the fields of a page
are read, so that a run takes seconds. A page that extraction rejects counts here all the same.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import sha1
from pathlib import Path

from bench import page, rivals, score
from bench.corpus import Corpus, Gold, content
from bench.corpus import read as read_corpora
from bench.examples import NOWHERE
from pipelines.extract import markup, preview
from pipelines.extract.fields import metadata

TITLE = "Real pages, authors"
PEERS = ("trafilatura", "newspaper4k", "goose3")
HALVES = ("developed on", "confirmed on")


def main(words: Sequence[str], file: Path = page.FILE) -> int:
    """Read the fields of every page whose authors are known; write the table into the docs."""
    (corpus,) = words
    rows = [row for one in read_corpora(Path(corpus)) for row in _rows(one)]
    said = (
        "The F1 of authors' names, on two halves of the sites: rules were made by what the first half shows, and\n"
        "taken by the second. Gold that names an agency, a publisher or a role counts against us: our authors are\n"
        "people.\n\n" + page.table(["corpus", "pages", *HALVES, "all", "best peer", "which"], rows)
    )
    print(said)
    page.write({TITLE: said}, "python -m bench authors CORPUS", file)
    return 0


def find_names(gold: Gold) -> tuple[str, ...]:
    """The authors that we find on a page; none where it is no page."""
    url = gold.url or NOWHERE
    source = preview.anonymous(url)
    saved = preview.read_saved(content(gold), url, source, "utf-8")
    tree = markup.parse(markup.decode(saved.body, "text/html; charset=utf-8", "")[0])
    return metadata.facts_of(tree, saved, source).authors if tree is not None else ()


def half_of(site: str) -> int:
    """The half in which a site always is, by chance."""
    return int(sha1(site.encode()).hexdigest(), 16) % 2


def _rows(corpus: Corpus) -> list[list[str]]:
    golds = [gold for gold in corpus.pages if gold.authors]
    if not golds:
        return []
    ours = _worth(golds, {gold.id: find_names(gold) for gold in golds})
    halves = [[worth for gold, worth in zip(golds, ours, strict=True) if half_of(gold.site) == half] for half in (0, 1)]
    best, which = 0.0, ""
    for name in PEERS if rivals.there() else ():
        if rivals.is_kept(corpus, name):
            answers, _ = rivals.answers(corpus, name)
            theirs = statistics.fmean(_worth(golds, {its: answer.authors for its, answer in answers.items()}))
            best, which = max((best, which), (theirs, name))
    figures = [f"{statistics.fmean(half):.4f}" if half else "" for half in (*halves, ours)]
    return [[corpus.name, str(len(golds)), *figures, f"{best:.4f}" if which else "", which]]


def _worth(golds: Sequence[Gold], named: Mapping[str, Sequence[str]]) -> list[float]:
    return [
        score.f1(Counter(set(map(score.normal, gold.authors))), Counter(set(map(score.normal, named.get(gold.id, ())))))
        for gold in golds
    ]

"""The tables of `make bench-extraction`: real pages by corpus, by language, by why they were rejected and by step."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bench import score, unseen
from bench.ablation import ALL, NO_SITE
from bench.corpus import Corpus, Gold
from bench.ours import NAME
from bench.ours import NO_SITE as WITHOUT_SITE
from bench.page import table

MANY = 10
LEAK = 0.01
HALF = 0.5
LABELS = {
    "f1": "word F1",
    "shingle4": "shingle-4",
    "truncated": "truncated",
    "leak": "leak by phrase",
    "place": "leak by place",
    "segments": "with/without",
    "title": "title",
    "day": "day",
    "authors": "authors",
    "ms": "ms a page",
}
PLAIN = "trafilatura"
DATES_ONLY = "htmldate"
# Whose own answers are the gold of a corpus cannot be the best there.
GOLD_MAKERS = {"newspaper4k": ("newspaper4k", "newsplease")}
EXPLAINED = """Word F1 is the mean over pages, shingle-4 F1 pooled. Truncated is the share of pages that lack more than
a fifth of the gold. Leaks are the share of pages whose text holds a boilerplate block of its own page that the gold
lacks, found by phrase or by where it stands. With/without is the share of strings rightly in and out. A title is
right but for case and punctuation; authors are the F1 of the names. Milliseconds are the median of CPU time, with
metadata where the extractor gives any. Pages with suspect gold are left out. A page that we reject counts with the text
its rejection carries. The best peer is the one that is best in that line, whichever it is, but for one whose own
answers are that corpus' gold."""


@dataclass(frozen=True)
class JudgedAnswer:
    """A page, what one extractor's answer to it is worth, and why it was rejected."""

    gold: Gold
    figures: Mapping[str, float]
    reason: str = ""


Scored = dict[str, dict[str, list[JudgedAnswer]]]


def judge(wanted: Iterable[score.WantedText], answers: Mapping[str, score.ScoredText]) -> list[JudgedAnswer]:
    """Every page with the worth of its answer."""
    found = []
    for each in wanted:
        answer = answers.get(each.gold.id)
        found.append(JudgedAnswer(each.gold, score.score(each, answer), answer.reason if answer else "no answer"))
    return found


def sections(corpora: Sequence[Corpus], scored: Scored, asked: Mapping[str, str]) -> dict[str, str]:
    """The sections of the docs page that the scores alone make; asked: version and day of each peer."""
    return {
        "Real pages": f"{_summary(corpora, scored)}\n\n{EXPLAINED}\n\n{_show_asked(asked)}",
        "Real pages, by corpus": _by_corpus(scored),
        "Real pages, by language": _by_language(scored),
        "Real pages, rejected": _show_rejected(scored),
    }


def unseen_sites(found: Mapping[str, Sequence[Sequence[Mapping[str, float]]]], scored: Scored) -> str:
    """What our chain makes of sites it was not fitted to, beside what it makes of those it was, and the best peer."""
    rows = []
    for corpus, splits in sorted(found.items()):
        parts = [corpus] if corpus in scored else [name for name in scored if name not in found]
        pages = {name: [one for part in parts for one in scored[part][name]] for name in scored[parts[0]]}
        means = {name: _mean(own) for name, own in pages.items()}
        for measure in ("f1", "shingle4", "truncated", "leak", "place"):
            mean, spread = unseen.spread(splits, measure)
            least = measure in ("truncated", "leak", "place")
            peers = {name: m[measure] for name, m in means.items() if measure in m and _is_peer(name, corpus)}
            best = (min if least else max)(peers, key=lambda name: peers[name]) if peers else ""
            shown = [mean, spread, means[NAME].get(measure), peers.get(best)]
            rows.append([LABELS[measure], corpus, str(len(splits[0])), *map(_cell, shown), best])
    head = ["measure", "corpus", "pages", "sites never seen", "spread", "sites seen", "best peer", "which"]
    said = (
        "Estimated for sites that the trees were not fitted to: sites are dealt into five folds, each fold read with "
        "trees that were fitted to the others alone, the choice between texts to judges that saw neither; once for "
        "every split, without what is learned of a source. Spread is the standard deviation between the splits."
    )
    return f"{said}\n\n" + table(head, sorted(rows, key=lambda row: list(LABELS.values()).index(row[0])))


def steps(found: Mapping[str, Mapping[str, Mapping[str, float]]]) -> str:
    """The ablation: the loss of word F1 and the leaks, by what was switched off."""
    names = list(found)
    if not names:
        return "No corpus here has a body in its gold."
    out = []
    rest = [name for name in found[names[0]] if name != ALL]
    rows = [["(none)", *(f"{found[name][ALL]['f1']:.4f}" for name in names)]]
    rows += [[step, *(f"{found[name][step]['f1'] - found[name][ALL]['f1']:+.4f}" for name in names)] for step in rest]
    rows.append(["pages", *(str(int(found[name][ALL]["pages"])) for name in names)])
    out.append("Word F1 with every step, and how it changes without each.\n\n" + table(["without", *names], rows))
    for measure in ("leak", "place"):
        having = [name for name in names if measure in found[name][ALL]]
        rows = [[step, *(f"{found[name][step][measure]:.3f}" for name in having)] for step in (ALL, *rest)]
        rows[0][0] = "(none)"
        out.append(f"{LABELS[measure].capitalize()}.\n\n" + table(["without", *having], rows))
    site = f"`{NO_SITE}` is what was learned of each source from its own pages."
    return "\n\n".join([*out, site])


def _summary(corpora: Sequence[Corpus], scored: Scored) -> str:
    groups = [(corpus.name, label, pages) for corpus in corpora for label, pages in _groups(corpus.name, scored)]
    out = [_bars(scored)]
    for measures in (("f1",), ("leak", "place"), ("truncated", "segments"), ("day", "title", "authors")):
        rows = []
        for measure in measures:
            for corpus, label, pages in groups:
                if any(measure in each.figures for each in pages[NAME]):
                    rows.append([LABELS[measure], label, *_compare(corpus, pages, measure)])
        if rows:
            head = ["measure", "corpus", "pages", "nightdesk", "no site layer", "trafilatura", "best peer", "which"]
            out.append(table(head, rows))
    return "\n\n".join(part for part in out if part)


def _bars(scored: Scored) -> str:
    """What has to hold on every corpus: no peer is better, hardly a leak by phrase, half of trafilatura's by place."""
    rows = []
    for corpus, pages in scored.items():
        means = {name: _mean(found) for name, found in pages.items()}
        mine = means[NAME]
        if "f1" not in mine:
            continue
        best = max((m["f1"] for name, m in means.items() if "f1" in m and _is_peer(name, corpus)), default=None)
        leak, place, plain = mine.get("leak"), mine.get("place"), means.get(PLAIN, {}).get("place")
        held = [
            best is None or mine["f1"] >= best,
            not leak or leak <= LEAK,
            not place or plain is None or place < HALF * plain,
        ]
        ahead = "" if best is None else f"{mine['f1'] - best:+.4f}"
        shown = (leak, place, HALF * plain if plain is not None else None)
        rows.append([corpus, ahead, *map(_cell, shown), "yes" if all(held) else "no"])
    if not rows:
        return ""
    head = [
        "corpus",
        "word F1 over the best peer",
        "leak by phrase",
        "leak by place",
        "half of trafilatura's",
        "all hold",
    ]
    wanted = (
        f"What has to hold: no peer is better, leak by phrase at most {LEAK}, by place under half of trafilatura's."
    )
    return f"{wanted}\n\n" + table(head, rows)


def _groups(corpus: str, scored: Scored) -> list[tuple[str, dict[str, list[JudgedAnswer]]]]:
    """The pages of a corpus; where some of its sites have many of them, those and the rest as well."""
    extractors = scored[corpus]
    many = Counter(each.gold.site for each in extractors[NAME])
    groups = [(corpus, extractors)]
    if any(count >= MANY for count in many.values()):
        for label, is_in in ((f"{corpus}, sites with {MANY} pages", True), (f"{corpus}, the rest", False)):
            part = {
                name: [each for each in pages if (many[each.gold.site] >= MANY) is is_in]
                for name, pages in extractors.items()
            }
            if part[NAME]:
                groups.append((label, part))
    return groups


def _compare(corpus: str, pages: Mapping[str, Sequence[JudgedAnswer]], measure: str) -> list[str]:
    """Cells: how many pages, ours, ours without the site layer, trafilatura, the best peer and its name."""
    means = {name: _mean(found).get(measure) for name, found in pages.items()}
    least = measure in ("leak", "place", "truncated")
    peers = [
        (value, name)
        for name, value in means.items()
        if value is not None and _is_peer(name, corpus) and _says(pages[name], measure, name)
    ]
    # Of equals the first, in the order in which they are asked.
    best, which = (min if least else max)(peers, key=lambda peer: peer[0]) if peers else (None, "")
    count = sum(measure in each.figures for each in pages[NAME])
    return [str(count), *map(_cell, (means[NAME], means.get(WITHOUT_SITE), means.get(PLAIN), best)), which]


def _is_peer(name: str, corpus: str) -> bool:
    return name not in (NAME, WITHOUT_SITE) and name not in GOLD_MAKERS.get(corpus, ())


def _says(pages: Sequence[JudgedAnswer], measure: str, name: str) -> bool:
    """Whether an extractor gives this at all: some say no date, and one says nothing else."""
    if name == DATES_ONLY:
        return measure == "day"
    if measure in ("day", "title", "authors"):
        return any(each.figures.get(measure) for each in pages)
    return True


def _by_corpus(scored: Scored) -> str:
    out = []
    for corpus, extractors in scored.items():
        measures = list(_mean(extractors[NAME]))
        rows = []
        for name, pages in extractors.items():
            means = _mean(pages)
            rows.append(
                [name, *(_cell(means.get(m), m) if m == "ms" or _says(pages, m, name) else "" for m in measures)]
            )
        title = f"### {corpus}, {len(extractors[NAME])} pages"
        out.append(f"{title}\n\n" + table(["extractor", *(LABELS[measure] for measure in measures)], rows))
    return "\n\n".join(out)


def _by_language(scored: Scored) -> str:
    rows = []
    measures = ("f1", "leak", "place", "truncated")
    for corpus, extractors in scored.items():
        by_language: dict[str, dict[str, list[JudgedAnswer]]] = defaultdict(lambda: defaultdict(list))
        for name, pages in extractors.items():
            for each in pages:
                if each.gold.paragraphs:
                    by_language[each.gold.language][name].append(each)
        for language, part in sorted(by_language.items(), key=lambda item: (-len(item[1][NAME]), item[0])):
            means = _mean(part[NAME])
            rows.append(
                [
                    corpus,
                    language,
                    *_compare(corpus, part, "f1"),
                    *(_cell(means.get(measure)) for measure in measures[1:]),
                ]
            )
    head = ["corpus", "language", "pages", "word F1: nightdesk", "no site layer", "trafilatura", "best peer", "which"]
    return table([*head, *(f"{LABELS[measure]}: nightdesk" for measure in measures[1:])], rows)


def _show_rejected(scored: Scored) -> str:
    rows = []
    for corpus, extractors in scored.items():
        for name in (NAME, WITHOUT_SITE):
            pages = [each for each in extractors.get(name, ()) if each.gold.paragraphs]
            if pages:
                reasons = Counter(each.reason for each in pages if each.reason)
                said = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())
                rows.append([corpus, name, str(len(pages)), f"{reasons.total() / len(pages):.4f}", said])
    said = "Every page with a body in its gold is an article to those who made the gold; these we reject all the same."
    return f"{said}\n\n" + table(["corpus", "extractor", "pages", "rejected", "reasons"], rows)


def _show_asked(asked: Mapping[str, str]) -> str:
    if not asked:
        return "No peer was asked."
    return (
        "Peers, each with its version and the day it was asked: "
        + "; ".join(f"{n} {at}" for n, at in asked.items())
        + "."
    )


def _mean(pages: Iterable[JudgedAnswer]) -> dict[str, float]:
    return score.mean(each.figures for each in pages)


def _cell(value: float | None, measure: str = "") -> str:
    if value is None:
        return ""
    return f"{value:.1f}" if measure == "ms" else f"{value:.4f}"

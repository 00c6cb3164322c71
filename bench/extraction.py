"""Us and the peers side by side on real pages, wherever a corpus in the common form is: `make bench-extraction`.

Nothing of the gold reaches an extractor. Our sources are learned within the batch, from the same pages without their
gold, and once more not at all. Peers whose environment was not made are left out, and that is said.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha1
from pathlib import Path

from bench import ablation, corpus, cost, fit, ours, page, report, rivals, score, unseen
from bench.ablation import learn
from pipelines.extract import preview

COMMAND = "make bench-extraction CORPUS=dir"
PER_PAGE = Path(__file__).resolve().parent / ".cache" / "pages.tsv"
TIMED = 40


@dataclass(frozen=True)
class Options:
    """What was asked for on the command line."""

    corpus: Path
    only: tuple[str, ...]
    sample: int
    processes: int
    peers: tuple[str, ...]
    kept: bool
    ablation: bool
    steps_sample: int
    splits: int
    speed: bool
    write: bool


def main(words: Sequence[str]) -> int:
    """Measure what the words ask for, print it, and write it into the docs unless it was only a part."""
    options = _options(words)
    try:
        whole = [each for each in corpus.read(options.corpus) if not options.only or each.name in options.only]
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 2
    chosen = [take_sample(each, options.sample) for each in whole] if options.sample else whole
    scored, asked = _score(whole, chosen, options)
    sections = report.sections(chosen, scored, asked)
    if options.splits and fit.there():
        _say("sites never seen")
        found = unseen.run(chosen, options.corpus, options.splits, options.processes)
        sections["Real pages, sites never seen"] = report.unseen_sites(found, scored)
    if options.ablation:
        _say("step by step")
        few = [take_sample(each, options.steps_sample) for each in chosen] if options.steps_sample else chosen
        sections["Real pages, step by step"] = report.steps(ablation.run(few, options.processes))
    if options.speed:
        _say("cost")
        sections["Real pages, cost"] = _speed(chosen, options.processes)
    for title, body in sections.items():
        print(f"## {title}\n\n{body}\n")
    _per_page(scored)
    if options.write and not options.sample and not options.only:
        page.write(sections, COMMAND)
    return 0


def take_sample(whole: corpus.Corpus, pages: int) -> corpus.Corpus:
    """Some sites of a corpus, each with all of its pages, until there are so many pages; always the same ones."""
    kept: list[corpus.Gold] = []
    for site in sorted({gold.site for gold in whole.every}, key=lambda name: sha1(name.encode()).digest()):
        if len(kept) >= pages:
            break
        kept += [gold for gold in whole.every if gold.site == site]
    return replace(whole, every=tuple(kept))


def _score(
    whole: Sequence[corpus.Corpus], chosen: Sequence[corpus.Corpus], options: Options
) -> tuple[report.Scored, dict[str, str]]:
    """The figures of every extractor on every page, and when and in which version each peer was asked."""
    made = {}
    for name, site in ((ours.NAME, True), (ours.NO_SITE, False)):
        _say(name)
        made[name] = ours.answers(chosen, site=site, processes=options.processes)
    peers = options.peers
    if peers and not rivals.there():
        print(f"no peers: {rivals.PYTHON.parent.parent} was not made; `{COMMAND}` makes it.", file=sys.stderr)
        peers = ()
    scored: report.Scored = {}
    asked: dict[str, str] = {}
    for every, part in zip(whole, chosen, strict=True):
        # What the gold is prepared to for comparing is large: one corpus at a time.
        wanted = [score.WantedText(gold) for gold in part.pages]
        scored[part.name] = {name: report.judge(wanted, answers) for name, answers in made.items()}
        for name in peers:
            if options.kept and not rivals.is_kept(every, name):
                continue
            _say(f"{name}, {every.name}")
            said, day = rivals.answers(every, name)
            scored[part.name][name] = report.judge(wanted, said)
            asked[name] = f"{rivals.version_of(name)}, {day}"
    return scored, asked


def _speed(chosen: Sequence[corpus.Corpus], processes: int) -> str:
    """What pages spread over every corpus cost us beside bare trafilatura, with what was learned of their sources."""
    found, lines = [], []
    for each in chosen:
        golds = [gold for gold in each.pages if gold.paragraphs]
        golds = golds[:: max(1, len(golds) // TIMED)][:TIMED]
        if not golds:
            continue
        templates = learn(each, processes)
        pages = []
        for gold in golds:
            source = preview.anonymous(gold.url, ours.source_name(gold))
            saved = preview.read_saved(corpus.content(gold), gold.url, source, "utf-8")
            pages.append((saved, source, templates.get(source.name)))
        costs = cost.measure(pages)
        found += costs
        lines.append(f"{each.name:12} {cost.summary(costs)}")
    return "```\n" + "\n".join([*lines, f"{'all':12} {cost.summary(found)}"]) + "\n```"


def _per_page(scored: report.Scored) -> None:
    """Every page's figures, a line for each extractor, for whoever looks into the worst of them."""
    PER_PAGE.parent.mkdir(parents=True, exist_ok=True)
    names = [name for name in score.MEASURES if name != "shingle4"]
    with PER_PAGE.open("w", encoding="utf-8") as out:
        print("id", "extractor", "rejected", *names, sep="\t", file=out)
        for extractors in scored.values():
            for extractor, pages in extractors.items():
                for each in pages:
                    figures = (f"{each.figures[name]:.4f}" if name in each.figures else "" for name in names)
                    print(each.gold.id, extractor, each.reason, *figures, sep="\t", file=out)
    print(f"Each page's figures are in {PER_PAGE}.", file=sys.stderr)


def _options(words: Sequence[str]) -> Options:
    names = (*rivals.USUAL, rivals.MEDOID)
    parser = argparse.ArgumentParser(prog="python -m bench extraction", description=__doc__)
    parser.add_argument("corpus", type=Path, help="the folder of a corpus, or of several")
    parser.add_argument("--only", default="", help="of several corpora these, comma-separated")
    parser.add_argument(
        "--sample", type=int, default=0, metavar="N", help="about N pages of each, whole sites; no docs"
    )
    parser.add_argument("--processes", type=int, default=2, help="workers for our own runs (2)")
    parser.add_argument("--peers", default=",".join(names), help=f"comma-separated, or none; of {', '.join(names)}")
    parser.add_argument("--slow", action="store_true", help=f"also {', '.join(rivals.SLOW)}")
    parser.add_argument("--kept", action="store_true", help="only peers whose answers are kept from an earlier run")
    parser.add_argument("--no-ablation", action="store_true", help="leave out the steps switched off in turn")
    parser.add_argument("--steps-sample", type=int, default=0, metavar="N", help="about N pages of each for the steps")
    parser.add_argument(
        "--splits",
        type=int,
        default=10,
        metavar="N",
        help="fit anew without each fifth of the sites, N times (10); 0: not",
    )
    parser.add_argument("--no-speed", action="store_true", help="leave out the cost beside bare trafilatura")
    parser.add_argument("--no-docs", action="store_true", help="print, and leave docs/benchmarks.md as it is")
    given = parser.parse_args(list(words))
    peers = tuple(name for name in given.peers.split(",") if name and name != "none")
    unknown = [name for name in peers if name not in (*names, *rivals.SLOW)]
    if unknown:
        parser.error(f"no such peer: {', '.join(unknown)}")
    return Options(
        corpus=given.corpus,
        only=tuple(name for name in given.only.split(",") if name),
        sample=given.sample,
        processes=given.processes,
        peers=(*peers, *(rivals.SLOW if given.slow else ())),
        kept=given.kept,
        ablation=not given.no_ablation,
        steps_sample=given.steps_sample,
        splits=given.splits,
        speed=not given.no_speed,
        write=not given.no_docs,
    )


def _say(what: str) -> None:
    print(f"... {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Every step of the chain switched off in turn, and the site layer with it: what each is worth on real pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench import score
from bench.corpus import Corpus, Gold, content
from bench.ours import source_name
from pipelines.extract import extraction, preview, workers
from pipelines.model import Article, Template

ALL, NO_SITE = "all steps", "site layer"
SECONDS = 300.0


@dataclass(frozen=True)
class AblationJob:
    """A page, and what was learned of its source."""

    gold: Gold
    template: Template | None


def run(corpora: Sequence[Corpus], processes: int) -> dict[str, dict[str, dict[str, float]]]:
    """Figures by corpus and by what was left out: ALL for nothing, NO_SITE for what was learned, else a step's name.

    Only pages with a body in their gold are read. What is learned is learned once, with every step on.
    """
    found: dict[str, dict[str, dict[str, float]]] = {}
    for corpus in corpora:
        pages = [gold for gold in corpus.pages if gold.paragraphs]
        if not pages:
            continue
        templates = learn(corpus, processes)
        jobs = [AblationJob(gold, templates.get(source_name(gold))) for gold in pages]
        scored = list(workers.each(_each, jobs, processes, SECONDS, _end_lost))
        found[corpus.name] = {
            name: {**score.mean(page[name] for page in scored), "pages": len(scored)} for name in variants()
        }
    return found


def variants() -> list[str]:
    """All that is switched off in turn, after nothing."""
    return [ALL, NO_SITE, *extraction.STEPS]


def learn(corpus: Corpus, processes: int) -> dict[str, Template]:
    """The templates of a corpus' sources, by the name each has in a batch."""
    trials = _trials(corpus.every)
    lessons = preview.lessons(trials, processes, lambda: None)
    return {lesson.source: lesson.template for lesson in lessons if lesson.template}


def _trials(pages: Iterable[Gold]) -> list[preview.Trial]:
    return [
        preview.Trial(
            source=preview.anonymous(gold.url, source_name(gold)),
            url=gold.url,
            path=str(gold.path),
            encoding="utf-8",
            learns=True,
        )
        for gold in pages
    ]


def _each(job: AblationJob) -> dict[str, dict[str, float]]:
    """The figures of one page, by what was left out."""
    source = preview.anonymous(job.gold.url, source_name(job.gold))
    page = preview.read_saved(content(job.gold), job.gold.url, source, "utf-8")
    wanted = score.WantedText(job.gold)
    found = {}
    for name in variants():
        template = None if name == NO_SITE else job.template
        without = frozenset({name} & set(extraction.STEPS))
        made = extraction.extract_page(page, source, template=template, without=without)
        found[name] = score.score(wanted, _answer(made))
    return found


def _end_lost(job: AblationJob, loss: workers.Loss, detail: str) -> dict[str, dict[str, float]]:
    """A page on which the worker died or hung is no answer, whatever was left out."""
    return dict.fromkeys(variants(), score.score(score.WantedText(job.gold), None))


def _answer(made: object) -> score.ScoredText:
    if isinstance(made, Article):
        day = made.published_at.date().isoformat() if made.published_at else ""
        return score.ScoredText(made.text, made.title, day, made.authors)
    return score.ScoredText(getattr(made, "text", ""))

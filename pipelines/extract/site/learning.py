"""Learns a source from its own stored pages: each page is observed, and what the pages have in common becomes a
template.

A page that cannot be observed is left out and counted. If learning fails altogether, the failure is reported, and no
page is lost.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.errors import NightdeskError
from pipelines.extract import fetched_pages, workers
from pipelines.extract.cpu_limit import TooSlow, time_limit
from pipelines.extract.extraction import CPU_SECONDS, extractor
from pipelines.extract.site import observations
from pipelines.model import Source, Template
from pipelines.settings import Settings
from pipelines.stores import postgres, runs, templates

# This many characters of an error's text are kept. Chosen: they fill two lines, which are enough to tell what went
# wrong.
DETAIL_CHARACTERS = 300

# If the timer's signal cannot stop a job at its limit, the worker is ended this many seconds of CPU later. Chosen: what
# the timer does not cover, such as reading the stored page, takes less.
GRACE_SECONDS = 10.0
# Learning may take this many seconds of CPU time. Chosen: only work that hangs takes longer.
LEARNING_SECONDS = 120.0
# Observing the pages of one source may take this many seconds of CPU time. Chosen: this time is enough for all pages
# from which a source is learned, or for fifteen that are built to be slow.
OBSERVING = 300.0


@dataclass(frozen=True)
class LearningJob:
    """One page to observe: the row of its fetch, the folder of the raw store, its source."""

    row: postgres.Row
    raw: Path
    source: Source


@dataclass(frozen=True)
class LearningLook:
    """What a page tells about its source, and the CPU seconds that the look took.

    found: None if the page has nothing to read; the reason, as text, if it cannot be read.
    """

    found: observations.Observation | str | None
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """The result of learning: the version that is now the newest (None: none), whether it is new, and why it was
    learned.

    observed: how many pages it was learned from.
    skipped: for each page that could not be observed, its address and the reason.
    """

    stored: templates.TemplateVersion | None
    new: bool
    why: str
    observed: int
    skipped: tuple[tuple[str, str], ...] = ()

    @property
    def is_new(self) -> bool:
        """Whether pages will be read in a new way."""
        return self.new and self.stored is not None and self.stored.template is not None

    def sentence(self, source: str) -> str:
        """The result as a sentence for people."""
        if self.stored is None or (self.new and not self.is_new):
            return f"Looked at {self.observed} pages of {source}, and nothing in them helps to read the others."
        still = "" if self.new else " still holds"
        return f"Learned {source} from {self.observed} pages: version {self.stored.version}{still}."


def learn(
    settings: Settings,
    conn: postgres.Connection,
    source: Source,
    reason: templates.LearningDue,
    *,
    run: str = "",
    processes: int = 1,
    apart: bool = False,
    attempt: runs.Attempt | None = None,
) -> Lesson:
    """Learn a source from its pages in the raw store, and keep the result; NightdeskError if this is not possible.

    processes, apart: as in `stage.extract`. attempt: as in `templates.save`.
    """
    with conn:
        rows = templates.pages(conn, source.name, reason.since)
    here = processes == 1 and not apart
    jobs = [LearningJob(row, settings.raw, source) for row in rows]
    seen = _within(
        map(look, jobs) if here else workers.each(look, jobs, processes, CPU_SECONDS + GRACE_SECONDS, _unseen),
        len(jobs),
    )
    skipped = tuple((row["url"], found) for row, found in zip(rows, seen, strict=True) if isinstance(found, str))
    observed = [found for found in seen if isinstance(found, observations.Observation)]
    template = None
    if len(observed) >= templates.LEAST_PAGES:
        work = (source.name, observed)
        made = (
            teach(work) if here else next(workers.each(teach, [work], 1, LEARNING_SECONDS + GRACE_SECONDS, _untaught))
        )
        if isinstance(made, str):
            raise NightdeskError(f"The template of {source.name} could not be learned: {made}.")
        template = made
    stored, new = templates.save(
        conn, source.name, template, reason, extractor=extractor(), pages=len(observed), run=run, attempt=attempt
    )
    return Lesson(stored=stored, new=new, why=reason.why, observed=len(observed), skipped=skipped)


def look(job: LearningJob) -> LearningLook:
    """What one page tells of its source."""
    started = time.process_time()
    found = _observe(job)
    return LearningLook(found, time.process_time() - started)


def teach(work: tuple[str, Sequence[observations.Observation]]) -> Template | str | None:
    """What the pages of a source have in common; None if they have nothing in common; the reason, as text, if learning
    failed."""
    try:
        with time_limit(LEARNING_SECONDS):
            return observations.learn(*work)
    except TooSlow:
        return f"not done after {LEARNING_SECONDS:g} s"
    except Exception as error:  # noqa: BLE001 -- learning meets whatever the site sent; the caller reports it
        return _describe(error)


def _within(looks: Iterable[LearningLook], many: int) -> list[observations.Observation | str | None]:
    """The results for all `many` pages. When the pages have cost more than OBSERVING, no further page is read; the
    result for each of the others is this reason."""
    found: list[observations.Observation | str | None] = []
    left = OBSERVING
    for seen in looks:
        found.append(seen.found)
        left -= seen.seconds
        if left <= 0:
            break
    return found + [f"not looked at: those before it took {OBSERVING:.0f} s of CPU"] * (many - len(found))


def _observe(job: LearningJob) -> observations.Observation | str | None:
    try:
        page = fetched_pages.stored_page(job.raw, job.row)
        with time_limit(CPU_SECONDS):
            return observations.observe(page, job.source)
    except TooSlow:
        return f"not done after {CPU_SECONDS:g} s"
    except Exception as error:  # noqa: BLE001 -- parsers meet whatever a site sends; one page must not cost the others
        return _describe(error)


def _unseen(job: LearningJob, loss: workers.Loss, detail: str) -> LearningLook:
    return LearningLook(detail, CPU_SECONDS + GRACE_SECONDS if loss == workers.Loss.TOO_SLOW else 0.0)


def _untaught(work: Any, loss: workers.Loss, detail: str) -> str:
    return detail


def _describe(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:DETAIL_CHARACTERS].removesuffix(".")

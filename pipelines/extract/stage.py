"""The extract stage: the fetched pages of a source and run out of the raw store, an article file in.

Before its pages are read, a source is learned from them where that is due; an article names the version of the template
it was read with. Where a newer look at a stored article gives another text than another extractor gave, the stored look
is read again as well: load can then tell what the site changed from what is only read otherwise.
"""

from __future__ import annotations

import logging
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines import articlefile, db, outbox, runs, templates, warc
from pipelines.articlefile import Line
from pipelines.errors import DiskFullError, NightdeskError, StoreError
from pipelines.extract import learning, workers
from pipelines.extract.chain import SECONDS, extractor, read_page
from pipelines.model import Article, Pointer, Reason, Rejection, Source, Tally, Template
from pipelines.settings import Settings
from pipelines.text import digest, words

STAGE = "extract"
GRACE = 10.0

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """One page to extract: the row of its fetch, where its bytes are, whose it is and what was learned of that.

    extractor: what its article names as its maker.
    """

    row: db.Row
    raw: Path
    source: Source
    template: Template | None
    extractor: str


@dataclass(frozen=True)
class Made:
    """What became of a page; fits: whether it agrees with the template, None where that could not be told."""

    result: Article | Rejection
    fits: bool | None = None


def extract(
    settings: Settings,
    source: Source,
    run: str,
    *,
    processes: int = 1,
    apart: bool = False,
    site: bool = True,
    on_line: Callable[[Line], None] | None = None,
) -> Tally:
    """Extract every page of the run, and every earlier one still undecided, and put the article file in place.

    site: false reads every page by itself, whatever was learned of the source, and learns nothing.
    """
    runs.checked(run)
    started = time.monotonic()
    with db.connection(settings, application="nightdesk extract") as conn:
        runs.begin(conn, run, source.name, STAGE)
        counts: Counter[str] = Counter()
        state, message = "done", ""
        try:
            _check_disk(settings)
            with conn:
                rows = db.query(conn, "fetches_to_extract", source=source.name, run=run)
            stored = None
            if site and rows:
                stored, message = _learned(settings, conn, source, run, counts, processes, apart)
            jobs, before = _jobs(settings, conn, source, rows, stored)
            lines = _lines(jobs, before, counts, processes, apart)
            articlefile.write(articlefile.path(settings, source.name, run), _heard(lines, on_line))
        except DiskFullError as error:
            state, message = "stopped", str(error)
        except NightdeskError as error:
            state, message = "failed", str(error)
        except BaseException as error:
            with conn:
                what = f"{type(error).__name__}: {error}"[:500]
                runs.end(conn, Tally(run=run, source=source.name, stage=STAGE, state="failed", message=what))
            raise
        counts["seconds"] = round(time.monotonic() - started)
        with conn:
            tally = Tally(run=run, source=source.name, stage=STAGE, state=state, counts=dict(counts), message=message)
            runs.end(conn, tally)
            judged = templates.judge(conn, source.name)
        if judged and judged.drifted_run:
            log.warning("The template of %s no longer fits since run %s.", source.name, judged.drifted_run)
        return tally


def work(job: Job) -> Made:
    """What one page is; whatever goes wrong with it is its own rejection and nobody else's."""
    pointer = Pointer(**{name: job.row[name] for name in ("warc_file", "warc_offset", "warc_length")})
    try:
        page = warc.read(job.raw, pointer)
        read = read_page(page, job.source, template=job.template)
    except StoreError as error:
        return _no(job, Reason.UNREADABLE, str(error))
    except Exception as error:  # noqa: BLE001 -- parsers meet whatever a site sends; one page must not cost the others
        return _no(job, Reason.UNREADABLE, f"{type(error).__name__}: {error}")
    return Made(replace(read.made, extractor=job.extractor), read.fits)


def lost(job: Job, loss: workers.Loss, detail: str) -> Made:
    """The rejection of a page that could not be looked at."""
    return _no(job, Reason.TOO_SLOW if loss == workers.Loss.TOO_SLOW else Reason.UNREADABLE, detail)


def _no(job: Job, reason: Reason, detail: str) -> Made:
    return Made(
        Rejection(
            source=job.source.name,
            url=job.row["url"],
            reason=reason,
            detail=" ".join(detail.split())[:300],
            page_digest=job.row["digest"],
            extractor=job.extractor,
        )
    )


def _learned(
    settings: Settings,
    conn: db.Connection,
    source: Source,
    run: str,
    counts: Counter[str],
    processes: int,
    apart: bool,
) -> tuple[templates.Stored | None, str]:
    """What is known of a source, learned now where that is due, and what went wrong with that: it costs no page."""
    message = ""
    try:
        with conn:
            reason = templates.due(conn, source.name, extractor())
        if reason:
            lesson = learning.learn(settings, conn, source, reason, run=run, processes=processes, apart=apart)
            counts["learned from"] = lesson.observed
            if lesson.skipped:
                counts["not observed"] = len(lesson.skipped)
    except Exception as error:  # a page is read without a template rather than not at all; the tally says so
        counts["not learned"] = 1
        message = str(error) if isinstance(error, NightdeskError) else f"{type(error).__name__}: {error}"[:500]
        log.exception("%s could not be learned", source.name)
        told = outbox.key("not-learned", source.name, type(error).__name__, extractor())
        outbox.tell_operators(settings, told, f"{source.name} could not be learned", f"Run {run}: {message}")
    with conn:
        return templates.newest(conn, source.name), message


def _jobs(
    settings: Settings,
    conn: db.Connection,
    source: Source,
    rows: Sequence[db.Row],
    stored: templates.Stored | None,
) -> tuple[list[Job], dict[int, tuple[Job, db.Row]]]:
    """The pages of the run, and by URL the stored look at it that another extractor read, with what that gave."""
    template, name = stored.in_use if stored else None, templates.label(extractor(), stored)
    fetches = [row["fetch_id"] for row in rows]
    with conn:
        others = db.query(conn, "fetches_to_read_again", source=source.name, extractor=name, fetches=fetches)
    jobs = [Job(row, settings.raw, source, template, name) for row in rows]
    return jobs, {row["url_id"]: (Job(row, settings.raw, source, template, name), row) for row in others}


def _lines(
    jobs: Sequence[Job], before: dict[int, tuple[Job, db.Row]], counts: Counter[str], processes: int, apart: bool
) -> Iterator[Line]:
    """A line for every page in the order of the fetches, then one for every stored look that had to be read again."""
    counts.update(pages=0, articles=0, rejected=0, words=0, cut=0)
    again: dict[int, Job] = {}
    for job, made in _made(jobs, processes, apart):
        _count(counts, made)
        job_before, row = before.get(job.row["url_id"], (job, None))
        if row and isinstance(made.result, Article) and _differs(made.result, row):
            again[job_before.row["url_id"]] = job_before
        yield _line(job, made)
    for job, made in _made(list(again.values()), processes, apart):
        readable = isinstance(made.result, Article)
        counts["read again" if readable else "not read again"] += 1
        if readable:
            yield _line(job, made)


def _made(jobs: Sequence[Job], processes: int, apart: bool) -> Iterator[tuple[Job, Made]]:
    here = processes == 1 and not apart
    results = map(work, jobs) if here else workers.each(work, jobs, processes, SECONDS + GRACE, lost)
    return zip(jobs, results, strict=True)


def _differs(article: Article, stored: db.Row) -> bool:
    return (digest(article.title), digest(article.text)) != (stored["title_digest"], stored["text_digest"])


def _line(job: Job, made: Made) -> Line:
    row, result = job.row, made.result
    return Line(
        fetch_id=row["fetch_id"],
        url_id=row["url_id"],
        run=row["run"],
        fetched_at=row["fetched_at"],
        article=result if isinstance(result, Article) else None,
        rejection=result if isinstance(result, Rejection) else None,
    )


def _count(counts: Counter[str], made: Made) -> None:
    counts["pages"] += 1
    if isinstance(made.result, Article):
        counts["articles"] += 1
        counts["words"] += words(made.result.text)
        counts["cut"] += len(made.result.removed)
    else:
        counts["rejected"] += 1
        counts[f"rejected: {made.result.reason}"] += 1
    if made.fits is not None:
        counts["template agrees" if made.fits else "template disagrees"] += 1


def _heard(lines: Iterator[Line], on_line: Callable[[Line], None] | None) -> Iterator[Line]:
    for line in lines:
        if on_line:
            on_line(line)
        yield line


def _check_disk(settings: Settings) -> None:
    settings.data.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.data).free // (1 << 20)
    if free < settings.min_free_mb:
        raise DiskFullError(
            f"{settings.data} has {free} MB free, NIGHTDESK_MIN_FREE_MB wants {settings.min_free_mb}: "
            "make room, then run `nightdesk extract` again."
        )

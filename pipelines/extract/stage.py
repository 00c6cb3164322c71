"""The extract stage: the fetched pages of a source and run out of the raw store, an article file in."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines import articlefile, db, runs, warc
from pipelines.articlefile import Line
from pipelines.errors import DiskFullError, NightdeskError, StoreError
from pipelines.extract import workers
from pipelines.extract.chain import SECONDS, extract_page, extractor
from pipelines.model import Article, Pointer, Reason, Rejection, Source, Tally
from pipelines.settings import Settings
from pipelines.text import words

STAGE = "extract"
GRACE = 10.0


@dataclass(frozen=True)
class Job:
    """One page to extract: the row of its fetch, where its bytes are, whose it is."""

    row: db.Row
    raw: Path
    source: Source


def extract(
    settings: Settings,
    source: Source,
    run: str,
    *,
    processes: int = 1,
    apart: bool = False,
    on_line: Callable[[Line], None] | None = None,
) -> Tally:
    """Extract every page of the run, and every earlier one still undecided, and put the article file in place."""
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
            jobs = [Job(row, settings.raw, source) for row in rows]
            lines = _counted(_lines(jobs, processes, apart), counts, on_line)
            articlefile.write(articlefile.path(settings, source.name, run), lines)
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
            return runs.end(conn, tally)


def work(job: Job) -> Article | Rejection:
    """What one page is; whatever goes wrong with it is its own rejection and nobody else's."""
    pointer = Pointer(**{name: job.row[name] for name in ("warc_file", "warc_offset", "warc_length")})
    try:
        page = warc.read(job.raw, pointer)
        return extract_page(page, job.source)
    except StoreError as error:
        return lost(job, Reason.UNREADABLE, str(error))
    except Exception as error:  # noqa: BLE001 -- parsers meet whatever a site sends; one page must not cost the others
        return lost(job, Reason.UNREADABLE, f"{type(error).__name__}: {error}")


def lost(job: Job, reason: Reason, detail: str) -> Rejection:
    """The rejection of a page that could not be looked at."""
    return Rejection(
        source=job.source.name,
        url=job.row["url"],
        reason=reason,
        detail=" ".join(detail.split())[:300],
        page_digest=job.row["digest"],
        extractor=extractor(),
    )


def _lines(jobs: list[Job], processes: int, apart: bool) -> Iterator[Line]:
    here = processes == 1 and not apart
    made = map(work, jobs) if here else workers.each(work, jobs, processes, SECONDS + GRACE, lost)
    for job, result in zip(jobs, made, strict=True):
        row = job.row
        yield Line(
            fetch_id=row["fetch_id"],
            url_id=row["url_id"],
            run=row["run"],
            fetched_at=row["fetched_at"],
            article=result if isinstance(result, Article) else None,
            rejection=result if isinstance(result, Rejection) else None,
        )


def _counted(lines: Iterator[Line], counts: Counter[str], on_line: Callable[[Line], None] | None) -> Iterator[Line]:
    counts.update(pages=0, articles=0, rejected=0, words=0, cut=0)
    for line in lines:
        counts["pages"] += 1
        if line.article:
            counts["articles"] += 1
            counts["words"] += words(line.article.text)
            counts["cut"] += len(line.article.removed)
        elif line.rejection:
            counts["rejected"] += 1
            counts[f"rejected: {line.rejection.reason}"] += 1
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

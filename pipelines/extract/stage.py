"""The extract stage reads the pages that a run fetched from a source, and writes the results to an article file.

When the source's template is due to be learned, this is done before the pages are read. An article names the version
of the template with which it was read. A run may look again at an article that another extractor or another template
has read. If its title or text is different now, the stored page of the earlier look is read again too. So load can tell
what the site changed from what only the extractor changed.

Three faults are not the page's own: a raw file that is missing or damaged, a worker that was killed, time that ran out.
After such a fault nothing is decided about the page. The page stays undecided, the source has failed, and the next run
looks at the page again.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from pipelines import digests, signatures
from pipelines.codes import RunState
from pipelines.crawl import policy
from pipelines.errors import DiskFullError, NightdeskError, StoreError, TakenOverError
from pipelines.extract import fetched_pages
from pipelines.extract.extraction import extractor
from pipelines.extract.fetched_pages import ExtractedFetch, Fault, Job
from pipelines.extract.site import learning
from pipelines.model import Article, Rejection, Source, Tally
from pipelines.notify import outbox
from pipelines.query import evaluation, index_rows, vectors
from pipelines.settings import Settings
from pipelines.stores import articlefile, bucket, disk_room, postgres, runs, templates
from pipelines.stores.articlefile import Line
from pipelines.text import clean, digest, words

# The key of a message has this many hexadecimal digits of a digest. Chosen: no two digests of one installation begin
# with the same 16 digits.
DIGEST_DIGITS = 16
# A message has at most this many characters of an error's text. Chosen: they fill a few lines; the log has the whole
# text.
ERROR_CHARACTERS = 500

STAGE = "extract"
# A message names at most this many reasons why pages are undecided. Chosen: three fill the message; further reasons are
# only counted.
REASONS_SHOWN = 3

log = logging.getLogger(__name__)


@dataclass
class UndecidedFetches:
    """The fetches of a source that stay undecided: the id of each, and why it is undecided (`fault`, `why`)."""

    fetches: dict[int, ExtractedFetch] = field(default_factory=dict)

    @property
    def why(self) -> Counter[str]:
        """Each reason, with the number of fetches that have it."""
        return Counter(extracted.why for extracted in self.fetches.values())

    def sentence(self) -> str:
        """Sentences for people: how many pages are undecided, and why."""
        why, many = self.why, len(self.fetches)
        pages = "1 page stays undecided and is" if many == 1 else f"{many} pages stay undecided and are"
        more = f" And {len(why) - REASONS_SHOWN} reasons more." if len(why) > REASONS_SHOWN else ""
        reasons = " ".join(
            f"{each} ({count})" if count < many else each for each, count in why.most_common(REASONS_SHOWN)
        )
        return f"{pages} looked at again by the next run. {reasons}{more}"


def extract(
    settings: Settings,
    source: Source,
    run: str,
    *,
    processes: int = 1,
    apart: bool = False,
    site: bool = True,
    others: bool = True,
    on_page: Callable[[Line], None] | None = None,
) -> Tally:
    """Extract every page of the run, and every earlier page that is still undecided, and put the article file in place.

    - processes: with 1, the work is done in this process; with more, in that many workers. If a worker dies or hangs,
        only its page is lost
    - apart: even with `processes=1`, the work is done in a worker. A time limit inside this process cannot stop every
        parser
    - site: False reads every page by itself, whatever was learned of the source, and learns nothing
    - others: False leaves the undecided pages of earlier runs to those runs
    - on_page: called with the line of every finished page, in order

    The tally counts pages, articles, rejected, `rejected: <reason>`, words, cut (removed blocks of boilerplate),
    undecided and seconds. Learning adds `learned from`, `not observed` and `not learned`. If there are any, the tally
    also counts `read again`, `not read again`, `template agrees` and `template disagrees`.
    """
    runs.check_key(run)
    started = time.monotonic()
    with postgres.connection(settings, application="nightdesk extract", silent_seconds=runs.SILENT_SECONDS) as conn:
        attempt = runs.begin(conn, run, source.name, STAGE)
        counts: Counter[str] = Counter()
        state, message = RunState.DONE, ""
        try:
            disk_room.check(settings, "nightdesk extract")
            with conn:
                rows = postgres.query(conn, "fetches_to_extract", source=source.name, run=run, others=others)
            version = None
            if site and rows:
                version, message = _learn_source(settings, conn, source, attempt, counts, processes, apart)
            jobs, stored_looks = _jobs(settings, conn, source, rows, version)
            file = articlefile.path(settings, source.name, run)
            undecided = UndecidedFetches()
            lines = _lines(jobs, stored_looks, counts, undecided, _EarlierLines(file), processes, apart)
            with bucket.patient():
                articlefile.write(file, _pass_on(lines, on_page), holding=partial(runs.ours, conn, attempt))
            if undecided.fetches:
                state, message = RunState.FAILED, undecided.sentence()
                _tell(settings, conn, source, attempt, undecided)
        except TakenOverError as error:
            log.warning("%s", error)
            return runs.tell_taken_over(error, run, source.name, STAGE)
        except DiskFullError as error:
            state, message = RunState.STOPPED, str(error)
        except NightdeskError as error:
            state, message = RunState.FAILED, str(error)
        except OSError as error:
            state, message = RunState.FAILED, _of_disk(error, settings)
        except BaseException as error:
            what = f"{type(error).__name__}: {error}"[:ERROR_CHARACTERS]
            tally = Tally(run=run, source=source.name, stage=STAGE, state=RunState.FAILED, message=what)
            with suppress(TakenOverError), conn:
                runs.end(conn, tally, attempt)
            raise
        counts["seconds"] = round(time.monotonic() - started)
        tally = Tally(run=run, source=source.name, stage=STAGE, state=state, counts=dict(counts), message=message)
        try:
            with conn:
                runs.end(conn, tally, attempt)
                judged = templates.note_agreement(conn, source.name)
        except TakenOverError as error:
            log.warning("%s", error)
            return runs.tell_taken_over(error, run, source.name, STAGE)
        if judged and judged.drifted_run:
            log.warning("The template of %s no longer fits since run %s.", source.name, judged.drifted_run)
        return tally


def _learn_source(
    settings: Settings,
    conn: postgres.Connection,
    source: Source,
    attempt: runs.Attempt,
    counts: Counter[str],
    processes: int,
    apart: bool,
) -> tuple[templates.TemplateVersion | None, str]:
    """The newest template of a source, which is learned first if it is time to; and what went wrong with the learning,
    or an empty text. A fault in learning loses no page."""
    message = ""
    try:
        with conn:
            reason = templates.due(conn, source.name, extractor())
        if reason:
            lesson = learning.learn(
                settings, conn, source, reason, run=attempt.run, processes=processes, apart=apart, attempt=attempt
            )
            counts["learned from"] = lesson.observed
            if lesson.skipped:
                counts["not observed"] = len(lesson.skipped)
    except TakenOverError:
        raise
    except Exception as error:  # a page is read without a template rather than not at all; the tally says so
        counts["not learned"] = 1
        message = (
            str(error) if isinstance(error, NightdeskError) else f"{type(error).__name__}: {error}"[:ERROR_CHARACTERS]
        )
        log.exception("%s could not be learned", source.name)
        message_key = outbox.key("not-learned", source.name, type(error).__name__, extractor())
        with runs.ours(conn, attempt):
            subject = f"{source.name} could not be learned"
            outbox.tell_operators(settings, message_key, subject, f"Run {attempt.run}: {message}")
    with conn:
        version = templates.newest(conn, source.name)
    return version, message or (version.problem if version else "")


def _jobs(
    settings: Settings,
    conn: postgres.Connection,
    source: Source,
    rows: Sequence[postgres.Row],
    version: templates.TemplateVersion | None,
) -> tuple[list[Job], dict[int, tuple[Job, postgres.Row]]]:
    """The pages of the run; and for each URL whose stored article another extractor read, the page of that article with
    its row of `fetches_to_read_again`."""
    template, name = version.in_use if version else None, templates.label(extractor(), version)
    fetches = [row["fetch_id"] for row in rows]
    with conn:
        others = postgres.query(conn, "fetches_to_read_again", source=source.name, extractor=name, fetches=fetches)
    jobs = [Job(row, settings.raw, source, template, name) for row in rows]
    return jobs, {row["url_id"]: (Job(row, settings.raw, source, template, name), row) for row in others}


def _lines(
    jobs: Sequence[Job],
    stored_looks: dict[int, tuple[Job, postgres.Row]],
    counts: Counter[str],
    undecided: UndecidedFetches,
    earlier_lines: _EarlierLines,
    processes: int,
    apart: bool,
) -> Iterator[Line]:
    """A line for every page in the order of the fetches, then one for every stored look that had to be read again.

    An undecided page has no line, unless an earlier extraction of the same run wrote one. If a newer look at the same
    URL was decided, the undecided page does not make the source fail.
    """
    counts.update(pages=0, articles=0, rejected=0, words=0, cut=0)
    # By the number of a URL: `again` has the stored look that has to be read again, `decided` the newest fetch that was
    # decided on.
    again: dict[int, Job] = {}
    decided: dict[int, int] = {}
    open_looks: list[tuple[Job, ExtractedFetch]] = []
    for job, extracted in fetched_pages.each(jobs, processes, apart):
        counts["pages"] += 1
        line = _line(job, extracted) if extracted.result else earlier_lines.line(job.row["fetch_id"])
        if line is None:
            open_looks.append((job, extracted))
            continue
        decided[job.row["url_id"]] = job.row["fetch_id"]
        _count(counts, extracted)
        stored_look = stored_looks.get(job.row["url_id"])
        if stored_look and isinstance(extracted.result, Article) and _differs(extracted.result, stored_look[1]):
            again[job.row["url_id"]] = stored_look[0]
        yield line
    for job, extracted in open_looks:
        if decided.get(job.row["url_id"], 0) < job.row["fetch_id"]:
            undecided.fetches[job.row["fetch_id"]] = extracted
    counts["undecided"] = len(undecided.fetches)
    for job, extracted in fetched_pages.each(list(again.values()), processes, apart):
        readable = isinstance(extracted.result, Article)
        counts["read again" if readable else "not read again"] += 1
        if readable:
            yield _line(job, extracted)


def _differs(article: Article, stored: postgres.Row) -> bool:
    """Whether an article has another title or text than the stored one."""
    return (digest(article.title), digest(article.text)) != (stored["title_digest"], stored["text_digest"])


def _line(job: Job, extracted: ExtractedFetch) -> Line:
    row, result = job.row, extracted.result
    article = result if isinstance(result, Article) else None
    return Line(
        fetch_id=row["fetch_id"],
        url_id=row["url_id"],
        run=row["run"],
        fetched_at=row["fetched_at"],
        article=article,
        signature=signatures.write_signature(signatures.of_text(article.text)) if article else "",
        words=_index_rows(article) if article else (),
        digests=digests.write_digests(digests.of_article(article)) if article else (),
        rejection=result if isinstance(result, Rejection) else None,
    )


def _index_rows(article: Article) -> Sequence[Any]:
    """The rows of the search index for the text as Postgres stores it. They are made here, so that load need not make
    them.
    """
    fields = {name: clean(getattr(article, name)) for name in evaluation.FIELDS}
    return index_rows.write_rows(*vectors.vectors(fields, [clean(author) for author in article.authors]))


def _count(counts: Counter[str], extracted: ExtractedFetch) -> None:
    if isinstance(extracted.result, Article):
        counts["articles"] += 1
        counts["words"] += words(extracted.result.text)
        counts["cut"] += len(extracted.result.removed)
    elif extracted.result:
        counts["rejected"] += 1
        counts[f"rejected: {extracted.result.reason}"] += 1
    if extracted.fits is not None:
        counts["template agrees" if extracted.fits else "template disagrees"] += 1


class _EarlierLines:
    """The lines of a run's earlier article file. The file is read when the first line is asked for."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.lines: dict[int, Line] | None = None

    def line(self, fetch_id: int) -> Line | None:
        """The earlier result of a fetch; None if there is none, or none that can be read."""
        if self.lines is None:
            self.lines = {}
            with suppress(StoreError):
                self.lines.update((line.fetch_id, line) for line in articlefile.read(self.file))
        return self.lines.get(fetch_id)


def _tell(
    settings: Settings,
    conn: postgres.Connection,
    source: Source,
    attempt: runs.Attempt,
    undecided: UndecidedFetches,
) -> None:
    """Tell the operators why pages stay undecided, but not twice for the same reasons. A page without a raw record
    becomes due again if it was fetched more than a day ago."""
    message = undecided.sentence()
    log.error("%s: %s", source.name, message)
    message_key = outbox.key("undecided", source.name, digest(" ".join(sorted(undecided.why)))[:DIGEST_DIGITS])
    lost = [fetch for fetch, extracted in undecided.fetches.items() if extracted.fault == Fault.STORE]
    with runs.ours(conn, attempt):
        subject = f"{source.name}: pages stay undecided"
        outbox.tell_operators(settings, message_key, subject, f"Run {attempt.run}: {message}")
        postgres.execute_values(
            conn, "note_undecided", [(fetch, extracted.why) for fetch, extracted in undecided.fetches.items()]
        )
        postgres.execute(conn, "refetch_lost", fetches=lost, lost_after=policy.LOST_RECORD_AFTER)


def _of_disk(error: OSError, settings: Settings) -> str:
    """The sentence about a file that cannot be read or written."""
    where = error.filename or settings.data
    return f"{where} cannot be used: {error.strerror or error}. Mend that, then run `nightdesk extract` again."


def _pass_on(lines: Iterator[Line], on_page: Callable[[Line], None] | None) -> Iterator[Line]:
    """The same lines; `on_page` is called with each as it passes."""
    for line in lines:
        if on_page:
            on_page(line)
        yield line

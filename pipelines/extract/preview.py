"""Tries pages outside of a run: takes a saved file or a fetched page, and gives the result. Nothing is stored.

Only this module knows how a saved page is read. Every page is read and parsed in a worker process, so a page that hangs
or breaks the parser loses only its own result. If pages of one source are tried together, Nightdesk learns from them as
in a run.
"""

from __future__ import annotations

import codecs
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from pipelines import encodings
from pipelines.codes import Reason
from pipelines.errors import StoreError, TooLargeError
from pipelines.extract import workers
from pipelines.extract.workers import Loss
from pipelines.model import Article, Page, Rejection, Source, Template
from pipelines.sources import zones
from pipelines.stores import warc

# This many characters of an error's text are kept. Chosen: they fill two lines, which are enough to tell what went
# wrong.
DETAIL_CHARACTERS = 300

RUN = "try"
# If the timer's signal cannot stop a page or a lesson at its limit, the worker is ended this many seconds of CPU later.
# Chosen: what the timer does not cover, such as reading a file, takes less.
GRACE_SECONDS = 10.0
# What is observed of pages is kept in memory until their sources are learned. So sources are learned in groups, and a
# group ends with the source that brings it to this many pages.
TOGETHER = 600


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """A page to try: the page itself, or the path of its saved file.

    encoding: the charset of the file, whatever the page says. If it is empty, the page itself tells its charset.
    learns: whether the page may be used to learn its source, and is read with what was learned.
    problem: why the page cannot be tried, if that is known already.
    """

    source: Source
    url: str
    page: Page | None = None
    path: str = ""
    encoding: str = ""
    learns: bool = False
    problem: str = ""
    template: Template | None = None


@dataclass(frozen=True)
class TriedPage:
    """The result for a page, and the milliseconds of CPU that it took."""

    made: Article | Rejection
    ms: float


@dataclass(frozen=True)
class SourceLesson:
    """What a source's pages taught: a template; or none, with the reason if learning failed."""

    source: str
    pages: int
    template: Template | None
    problem: str = ""


def each(trials: Sequence[Trial], processes: int) -> Iterator[TriedPage]:
    """The result for every page, in order. Each page is read and parsed in one of `processes` workers."""
    from pipelines.extract import extraction

    return workers.each(work, trials, processes, extraction.CPU_SECONDS + GRACE_SECONDS, _end_lost)


def one(trial: Trial) -> TriedPage:
    """The result for one page."""
    return next(each([trial], 1))


def lessons(trials: Sequence[Trial], processes: int, on_page: Callable[[], None]) -> Iterator[SourceLesson]:
    """One lesson for every source with enough pages; see `teach_pages`.

    on_page: called for every page that was read.
    """
    from pipelines.extract import extraction
    from pipelines.extract.site import learning

    for group in _groups(trials):
        chosen = [trial for own in group.values() for trial in own]
        seen = workers.each(observe, chosen, processes, extraction.CPU_SECONDS + GRACE_SECONDS, _unseen)
        observed: dict[str, list[Any]] = {name: [] for name in group}
        for trial, observation in zip(chosen, seen, strict=True):
            on_page()
            if observation is not None:
                observed[trial.source.name].append(observation)
        lessons_of = workers.each(
            learning.teach, list(observed.items()), processes, learning.LEARNING_SECONDS + GRACE_SECONDS, _end_unlearned
        )
        for (name, own), made in zip(observed.items(), lessons_of, strict=True):
            yield SourceLesson(name, len(own), *((None, made) if isinstance(made, str) else (made, "")))


def pages_to_learn(trials: Sequence[Trial]) -> int:
    """How many pages `lessons` will read."""
    return sum(len(own) for group in _groups(trials) for own in group.values())


def teach_pages(trials: Sequence[Trial], found: Sequence[SourceLesson]) -> list[Trial]:
    """The given trials, each with the template of its source if one was learned."""
    templates = {lesson.source: lesson.template for lesson in found if lesson.template}
    return [
        replace(trial, template=templates[trial.source.name])
        if trial.learns and trial.source.name in templates
        else trial
        for trial in trials
    ]


def work(trial: Trial) -> TriedPage:
    """The result for one page; called in a worker. Whatever goes wrong rejects only this page."""
    from pipelines.extract import extraction

    try:
        page = _page(trial)
        started = time.process_time()
        made = extraction.extract_page(page, trial.source, template=trial.template)
    except StoreError as error:
        return _no(trial, Reason.TOO_LARGE if isinstance(error, TooLargeError) else Reason.UNREADABLE, str(error))
    except Exception as error:  # noqa: BLE001 -- parsers meet whatever a site sends; one page must not cost the others
        return _no(trial, Reason.UNREADABLE, f"{type(error).__name__}: {error}")
    return TriedPage(made, _ms(started))


def observe(trial: Trial) -> Any:
    """What one page tells about its source; called in a worker. None if the page cannot be read."""
    from pipelines.extract import cpu_limit, extraction
    from pipelines.extract.site import observations

    try:
        with cpu_limit.time_limit(extraction.CPU_SECONDS):
            return observations.observe(_page(trial), trial.source)
    except cpu_limit.TooSlow:
        return None
    except Exception:  # noqa: BLE001 -- as in `work`, which says of the same page what is wrong with it
        return None


def anonymous(url: str, name: str = RUN) -> Source:
    """A source of which only a page is known: no language; country and time zone come from the page's address."""
    country, clock = zones.country_of(url), zones.zone_of(url)
    return Source(name=name, title="", url=url, country=country, language="", timezone=clock)


def charset(name: str) -> str:
    """The codec for a charset's label, as browsers read labels; empty if the label is unknown."""
    from pipelines.extract import markup

    try:
        codec = codecs.lookup(name.strip()).name
        b" ".decode(codec, "replace")
    except (LookupError, ValueError):
        return ""
    return "" if codec in markup.NO_CHARSETS else markup.WIDER.get(codec, codec)


def read_saved(body: bytes, url: str, source: Source, encoding: str = "") -> Page:
    """A page from the bytes of a file, which may be gzipped; StoreError says why they cannot be a page.

    encoding: the charset of the bytes; it wins over every label.
    """
    digest = sha256(body).hexdigest()
    try:
        body = encodings.decode(body, "gzip", warc.MAX_BODY_BYTES)
    except ValueError as error:
        kind = TooLargeError if isinstance(error, encodings.OverLimit) else StoreError
        raise kind(f"{url} cannot be read: {error}.") from None
    return Page(
        source=source.name,
        run=RUN,
        url=url,
        final_url=url,
        fetched_at=datetime.now(UTC),
        status=200,
        headers=(("Content-Type", "text/html"),),
        body=_in_utf8(body, encoding) if encoding else body,
        digest=digest,
    )


def _page(trial: Trial) -> Page:
    if trial.problem:
        raise StoreError(trial.problem)
    if trial.page is not None:
        return trial.page
    path = Path(trial.path)
    try:
        if not path.is_file():
            raise StoreError(f"There is no file {trial.path}.")
        if path.stat().st_size > warc.MAX_BODY_BYTES:
            raise TooLargeError(f"{trial.path} has more than {warc.MAX_BODY_BYTES} bytes.")
        body = path.read_bytes()
    except (OSError, ValueError) as error:
        raise StoreError(f"{trial.path} cannot be read: {error}.") from None
    return read_saved(body, trial.url, trial.source, trial.encoding)


def _in_utf8(body: bytes, encoding: str) -> bytes:
    """The bytes as UTF-8 with a byte order mark, which wins over every label inside the page."""
    codec = charset(encoding)
    if not codec:
        raise StoreError(f"{encoding!r} is no charset that is known here.")
    text = body.decode(codec, "replace")
    return codecs.BOM_UTF8 + text.removeprefix("\ufeff").encode("utf-8", "replace")


def _groups(trials: Sequence[Trial]) -> Iterator[dict[str, list[Trial]]]:
    """The pages to learn from, by source, in groups that fit into memory. Of a source with too many pages, evenly
    spread ones are taken."""
    from pipelines.extract.site import observations

    by_source: dict[str, list[Trial]] = {}
    for trial in trials:
        if trial.learns and not trial.problem:
            by_source.setdefault(trial.source.name, []).append(trial)
    group: dict[str, list[Trial]] = {}
    for name, own in by_source.items():
        if len(own) < observations.LEAST_PAGES:
            continue
        many = min(observations.MAX_PAGES, len(own))
        group[name] = [own[place * len(own) // many] for place in range(many)]
        if sum(map(len, group.values())) >= TOGETHER:
            yield group
            group = {}
    if group:
        yield group


def _end_lost(trial: Trial, loss: Loss, detail: str) -> TriedPage:
    from pipelines.extract import extraction

    if loss == Loss.TOO_SLOW:
        return _no(trial, Reason.TOO_SLOW, detail, 1000 * (extraction.CPU_SECONDS + GRACE_SECONDS))
    return _no(trial, Reason.UNREADABLE, detail)


def _no(trial: Trial, reason: Reason, detail: str, ms: float = 0.0) -> TriedPage:
    from pipelines.extract import extraction

    rejection = Rejection(
        source=trial.source.name,
        url=trial.url,
        reason=reason,
        detail=" ".join(detail.split())[:DETAIL_CHARACTERS],
        page_digest=trial.page.digest if trial.page else "",
        extractor=extraction.extractor(),
    )
    return TriedPage(rejection, ms)


def _unseen(trial: Trial, loss: Loss, detail: str) -> None:
    return None


def _end_unlearned(work: tuple[str, Any], loss: Loss, detail: str) -> str:
    return detail


def _ms(started: float) -> float:
    return round(1000 * (time.process_time() - started), 1)

"""Follows a list of sites, a few at a time. The results are on disk, so a second call goes on where the first ended."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import IO

from pipelines import private, urls
from pipelines.errors import NightdeskError, SourceError
from pipelines.follow import names, probing
from pipelines.follow.opml import ListedSite
from pipelines.settings import Settings
from pipelines.sources import folders

FOLDER = "lists"
# This many sites are looked at in parallel. Each look is a process that mostly waits for its site. On two cores, more
# processes would wait for each other.
TOGETHER = 4
HearsLine = Callable[[str], None]


class Became(StrEnum):
    """The result for a site of a list."""

    FOLLOWED = "followed"
    ALREADY = "followed already"
    ASKS = "needs an answer"
    FAILED = "cannot be followed"


@dataclass(frozen=True, kw_only=True)
class SiteOutcome:
    """The result for one site.

    `missing`: facts that were not found and that a person can give with an option, such as the time zone. `others`:
    further addresses of the same host in the list that the user gave; only the first address is looked at.
    """

    url: str
    became: Became
    title: str = ""
    name: str = ""
    path: str = ""
    problem: str = ""
    tries: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


def each(
    settings: Settings,
    listed: Sequence[ListedSite],
    *,
    write: bool,
    anew: bool = False,
    delay: float = 1.0,
    budget: float = probing.BUDGET_SECONDS,
    on_line: HearsLine = lambda line: None,
) -> list[SiteOutcome]:
    """Look at every site of a list, a few at a time, and follow those that can be followed; gives the results in list
    order.

    write: also write the source files, and keep the results: without `anew`, a later call skips sites that have one.
    on_line: gets a line when a site is done.

    Raises SourceError if another process works on the same list. A kill or an interrupt loses no finished site.
    """
    with _notes(settings, listed) as file:
        done = {} if anew or not write else _read(settings, file)
        rest = [one for one in listed if one.url not in done]
        if done:
            on_line(f"{len(done)} of {len(listed)} were done by an earlier call; {len(rest)} are left")
        lock, stopped = threading.Lock(), threading.Event()

        def work(one: ListedSite) -> SiteOutcome | None:
            found = _one(settings, one, delay, budget, anew=anew, stopped=stopped)
            with lock:
                # An interrupt also ends the looks in progress; what they found so far is no result.
                if stopped.is_set():
                    return None
                outcome = _keep_file(settings, found) if write else found[0]
                if write:
                    _note(file, outcome)
            return outcome

        with ThreadPoolExecutor(TOGETHER, thread_name_prefix="follow") as pool:
            waiting: set[Future[SiteOutcome | None]] = set()
            try:
                waiting = {pool.submit(work, one) for one in rest}
                while waiting:
                    over, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                    for future in over:
                        outcome = future.result()
                        if outcome:
                            done[outcome.url] = outcome
                            on_line(f"[{len(done)}/{len(listed)}] {sentence(outcome)}")
            except BaseException:
                stopped.set()
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    return [done[one.url] for one in listed]


def sentence(outcome: SiteOutcome) -> str:
    """The result for a site in one line."""
    where = urls.readable(outcome.url)
    if outcome.became == Became.FOLLOWED:
        return f"{where}: followed as {outcome.name}"
    if outcome.became == Became.ASKS:
        return f"{where}: needs an answer: {' and '.join(outcome.missing)}"
    return f"{where}: {outcome.became}: {outcome.problem}"


SiteResult = tuple[SiteOutcome, str]


def _one(
    settings: Settings, one: ListedSite, delay: float, budget: float, *, anew: bool, stopped: threading.Event
) -> SiteResult:
    """Look at a site; gives the result and the text of its file. An error here does not stop the other sites."""

    def go_on(_: str) -> None:
        if stopped.is_set():
            raise NightdeskError("Stopped.")

    from pipelines.follow.onboard import follow

    plain = SiteOutcome(url=one.url, title=one.title, others=one.others, became=Became.FAILED, problem=one.problem)
    if one.problem:
        return plain, ""
    already = _already(settings, one.url)
    if already:
        return replace(plain, became=Became.ALREADY, name=already, problem=f"as {already}"), ""
    try:
        go_on("")
        made = follow(settings, one.url, delay=delay, budget=budget, anew=anew, on_line=go_on)
    except NightdeskError as error:
        return replace(plain, problem=str(error)), ""
    if made.source:
        return replace(plain, became=Became.FOLLOWED, name=made.source.name), made.toml
    became = Became.ASKS if made.missing else Became.FAILED
    return replace(plain, became=became, problem=made.problem, tries=made.tries, missing=made.missing), ""


def _already(settings: Settings, url: str) -> str:
    host = urls.host(url).removeprefix("www.")
    good, _ = folders.readable(settings)
    return next((source.name for source in good if urls.host(source.url).removeprefix("www.") == host), "")


def _keep_file(settings: Settings, found: SiteResult) -> SiteOutcome:
    """Write the source file and give the outcome. The caller holds a lock, because two sites may want the same name."""
    outcome, toml = found
    if not toml:
        return outcome
    try:
        name = names.free(outcome.name, folders.names_taken(settings))
        path = folders.keep(settings, name, toml)
    except SourceError as error:
        return replace(outcome, became=Became.FAILED, problem=str(error))
    return replace(outcome, name=name, path=str(path))


@contextmanager
def _notes(settings: Settings, listed: Sequence[ListedSite]) -> Iterator[IO[str]]:
    """The file with the results of this list's sites, locked for this process."""
    private.data_folder(settings.data)
    folder = private.folder(settings.data / FOLDER)
    key = hashlib.sha256("\n".join(sorted(one.url for one in listed)).encode()).hexdigest()[:24]
    with private.open_private(folder / f"{key}.jsonl", "a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SourceError("Another `nightdesk follow` is at this list already; wait for it, or stop it.") from None
        yield file


def _read(settings: Settings, file: IO[str]) -> dict[str, SiteOutcome]:
    """The results so far, by address. A result that no longer holds is left out: its source was unfollowed, or somebody
    followed the site by hand since."""
    file.seek(0)
    taken = set(folders.names_taken(settings))
    found: dict[str, SiteOutcome] = {}
    for line in file:
        try:
            facts = json.loads(line)
            lists = {name: tuple(facts.pop(name)) for name in ("tries", "missing", "others")}
            outcome = SiteOutcome(**{**facts, **lists, "became": Became(facts["became"])})
        except (ValueError, KeyError, TypeError):
            # A kill cut the line, or another version wrote it: the site is looked at again.
            continue
        found[outcome.url] = outcome
    return {url: one for url, one in found.items() if one.became == Became.FAILED or _stands(settings, one, taken)}


def _stands(settings: Settings, one: SiteOutcome, taken: set[str]) -> bool:
    # A person may have followed the site by hand in the meantime.
    return one.name in taken if one.name else not _already(settings, one.url)


def _note(file: IO[str], outcome: SiteOutcome) -> None:
    """Write the result for a site to disk, so that a kill does not lose it."""
    file.seek(0, os.SEEK_END)
    file.write("\n" * (file.tell() > 0) + json.dumps(asdict(outcome), ensure_ascii=False))
    file.flush()
    os.fsync(file.fileno())

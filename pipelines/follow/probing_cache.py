"""Keeps a look at a site for an hour. If `follow` asks for a fact, such as the time zone, the person gives it in a
second call, which then sends no more requests."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from pipelines import private
from pipelines.errors import StoreError
from pipelines.follow.probing_records import Probe, as_json, of_json, robots_of_json
from pipelines.model import Page, Source
from pipelines.settings import Settings
from pipelines.stores import warc

# A second has this many nanoseconds.
NANOSECONDS = 1e9

FOLDER = "follow"
PROBE = "probe.json"
# A look is kept for this many seconds. Chosen: a person needs less time to find out the country or time zone of a site,
# and the front page hardly changes within this time.
FRESH = 3600.0


def write(settings: Settings, seed: Source, looked: Probe, pages: dict[str, Page]) -> None:
    """Store a look at a site; a reader finds all of it or nothing.

    seed: the provisional Source that the requests were made with: the address, a name and the delay.
    """
    sweep(settings)
    target = settings.data / FOLDER / f"{_key(settings, seed)}-{time.time_ns()}"
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    private.folder(beside)
    facts = asdict(looked) | {"seen": [as_json(one) for one in looked.seen]}
    with private.open_private(beside / PROBE, "x", encoding="utf-8") as file:
        json.dump(facts, file)
    for run in dict.fromkeys(page.run for page in pages.values()):
        writer = warc.begin(beside, seed.name, run)
        for page in pages.values():
            if page.run == run:
                warc.append(writer, page, {"kind": FOLDER})
        warc.finish(writer)
    beside.replace(target)


def read(settings: Settings, seed: Source) -> tuple[Probe, dict[str, Page], float] | None:
    """The stored look at the site of a seed, and its age in seconds; None if there is none of the last hour."""
    for folder in sorted(_find_folders(settings, seed), reverse=True):
        age = _age(folder)
        if not 0 <= age < FRESH:
            continue
        try:
            facts = json.loads((folder / PROBE).read_text(encoding="utf-8"))
            looked = Probe(
                seen=tuple(map(of_json, facts["seen"])),
                robots=tuple(map(robots_of_json, facts["robots"])),
                left_out=tuple(facts["left_out"]),
                requests=facts["requests"],
                seconds=facts["seconds"],
            )
            pages = [page for path in sorted(folder.rglob(f"*{warc.CLOSED}")) for _, page, _ in warc.pages(path)]
        except (OSError, ValueError, KeyError, TypeError, StoreError):
            # Another version wrote the files, or a sweep deleted them: the site is requested again.
            continue
        return looked, {page.url: page for page in pages}, age
    return None


def drop(settings: Settings, seed: Source) -> None:
    """Delete the stored looks at the site of a seed."""
    for folder in _find_folders(settings, seed):
        shutil.rmtree(folder, ignore_errors=True)


def sweep(settings: Settings) -> None:
    """Delete all looks that are older than an hour, and unfinished files of killed processes."""
    for folder in (settings.data / FOLDER).glob("*"):
        if _age(folder) >= FRESH:
            shutil.rmtree(folder, ignore_errors=True)


def _find_folders(settings: Settings, seed: Source) -> Iterator[Path]:
    """The folders of all stored looks with this seed's key."""
    return (settings.data / FOLDER).glob(f"{_key(settings, seed)}-*")


def _age(folder: Path) -> float:
    number = folder.name.lstrip(".").partition("-")[2].partition(".")[0]
    return time.time() - int(number) / NANOSECONDS if number.isdigit() else FRESH


def _key(settings: Settings, seed: Source) -> str:
    """A key of the address, the delay, the contact and the allowed hosts; a look with the same values has the same
    key."""
    asked = [seed.url, seed.delay, settings.contact, settings.host_map, settings.allow_networks]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:24]

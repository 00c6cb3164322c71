"""The newsroom's state file: which articles exist, what was edited and deleted. The only place that knows its form."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from demo.sites import SITES, DemoSite, SiteFault
from pipelines import private

STATE = "state.json"
LOCK = "state.lock"
SPREAD = timedelta(hours=46)
YOUNGEST = timedelta(minutes=20)
OLD = timedelta(days=90)


@dataclass(kw_only=True)
class Item:
    """One article of a site: its text follows from the newsroom's seed, its site and its number.

    title: what it is called instead of the title that was written for it. edits: when it was edited.
    """

    site: str
    number: int
    published_at: datetime
    breaking: bool = False
    title: str = ""
    edits: list[datetime] = field(default_factory=list)
    deleted_at: datetime | None = None


@dataclass(kw_only=True)
class Edition:
    """Everything the newsroom's sites show follows from this."""

    seed: str
    opened_at: datetime
    sites: list[DemoSite]
    items: list[Item]

    def site(self, name: str) -> DemoSite:
        """The site of this name; ValueError names the ones there are."""
        for site in self.sites:
            if site.name == name:
                return site
        raise ValueError(f"the newsroom has no site {name!r}; it has {', '.join(s.name for s in self.sites)}")


def prepare(
    folder: Path, *, sites: Sequence[DemoSite] = SITES, seed: str = "nightdesk", now: datetime | None = None
) -> Edition:
    """The edition in a folder; a new one with articles of the last two days where there is none yet."""
    private.folder(folder)
    with _lock(folder):
        if not (folder / STATE).exists():
            _write(folder, _open_edition(sites, seed, now or datetime.now(UTC)))
    return read(folder)


def read(folder: Path) -> Edition:
    """The edition in a folder as it is now; FileNotFoundError where no newsroom was opened."""
    raw = json.loads((folder / STATE).read_text(encoding="utf-8"))
    return Edition(
        seed=raw["seed"],
        opened_at=datetime.fromisoformat(raw["opened_at"]),
        sites=[_site(value) for value in raw["sites"]],
        items=[_item(value) for value in raw["items"]],
    )


def stamp(folder: Path) -> tuple[int, int]:
    """Changes whenever the state file does."""
    found = (folder / STATE).stat()
    return found.st_mtime_ns, found.st_ino


@contextmanager
def changing(folder: Path) -> Iterator[Edition]:
    """The edition, to be changed in place: written whole when the block ends, not at all when it raises."""
    with _lock(folder):
        edition = read(folder)
        yield edition
        _write(folder, edition)


def _open_edition(sites: Sequence[DemoSite], seed: str, now: datetime) -> Edition:
    now = now.replace(microsecond=0)
    items = []
    for site in sites:
        rng = Random(f"{seed}/{site.name}/dates")
        ages = sorted((YOUNGEST + (SPREAD - YOUNGEST) * rng.random() for _ in range(site.articles)), reverse=True)
        ages = [OLD + timedelta(days=nth) for nth in range(site.old, 0, -1)] + ages
        items += [
            Item(site=site.name, number=number, published_at=now - timedelta(seconds=int(age.total_seconds())))
            for number, age in enumerate(ages, start=1)
        ]
    return Edition(seed=seed, opened_at=now, sites=list(sites), items=items)


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    with private.open_private(folder / LOCK, "a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _write(folder: Path, edition: Edition) -> None:
    beside = folder / f".{STATE}.{os.getpid()}"
    with private.open_private(beside, "w", encoding="utf-8") as handle:
        json.dump(asdict(edition), handle, ensure_ascii=False, indent=1, default=datetime.isoformat)
        handle.flush()
        os.fsync(handle.fileno())
    beside.replace(folder / STATE)


def _site(value: dict[str, Any]) -> DemoSite:
    faults = tuple(SiteFault(**fault) for fault in value["faults"])
    listed = {name: tuple(value.get(name, ())) for name in ("extras", "options")}
    return DemoSite(**{**value, "faults": faults, **listed})


def _item(value: dict[str, Any]) -> Item:
    deleted = value["deleted_at"]
    return Item(
        **{
            **value,
            "published_at": datetime.fromisoformat(value["published_at"]),
            "edits": [datetime.fromisoformat(edit) for edit in value["edits"]],
            "deleted_at": datetime.fromisoformat(deleted) if deleted else None,
        }
    )

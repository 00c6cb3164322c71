"""`nightdesk sources pull|push|sets`: the sources of a bucket as files to edit, and the history of their sets."""

from __future__ import annotations

import json as js
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from pipelines.bucket_paths import address_of
from pipelines.cli.show import Json, as_json, say, table
from pipelines.errors import SourceError
from pipelines.settings import Settings, of_installation
from pipelines.sources import folders, sourcefile
from pipelines.stores import postgres, source_sets
from pipelines.stores.source_sets import SourceSet

# This file in a pulled folder says of which set the folder is a copy.
COPY_OF = ".nightdesk-set.json"

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder on this machine.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("pull")(pull)
    app.command("push")(push)
    app.command("sets")(sets)


def pull(folder: Folder) -> None:
    """Copy the sources from their bucket into a folder to edit; `sources push` brings the changes back."""
    sources = _in_bucket(of_installation())
    if folder.exists() and any(folder.iterdir()):
        raise SourceError(f"{folder} is not empty: name a new folder, or empty this one after a `sources push`.")
    newest, _ = source_sets.read_newest(sources)
    if newest.version:
        shutil.copytree(
            source_sets.folder_of(sources, newest.version), folder, copy_function=shutil.copyfile, dirs_exist_ok=True
        )
    folder.mkdir(parents=True, exist_ok=True)
    facts = {"address": address_of(sources), "version": newest.version, "files": dict(newest.files)}
    (folder / COPY_OF).write_text(js.dumps(facts), encoding="utf-8")
    say(f"Set {newest.version} of {address_of(sources)}, {len(newest.files)} files, is in {folder}.")


def push(
    folder: Folder, why: Annotated[str, typer.Option("--why", help="What was changed; `sources sets` shows it.")] = ""
) -> None:
    """Bring the changes in a pulled folder to the bucket as the next set; a folder that was not pulled may only add
    files."""
    sources = _in_bucket(of_installation())
    if not folder.is_dir():
        raise SourceError(f"{folder} is no folder.")
    base = _base(folder, address_of(sources))
    for path in sorted(folder.glob("*.toml")):
        sourcefile.load(path)
    before, _ = source_sets.read_newest(sources)
    after = source_sets.put(sources, folder, base, why or f"push of {folder.name}")
    if after == before.version:
        say(f"Nothing in {folder} differs from set {base.version}, of which it is a copy; the newest is set {after}.")
        return
    newest, _ = source_sets.read_newest(sources)
    facts = {"address": address_of(sources), "version": after, "files": dict(newest.files)}
    (folder / COPY_OF).write_text(js.dumps(facts), encoding="utf-8")
    say(f"{address_of(sources)} has set {after} now: {_tell_changes(before.files, newest.files)}.")


def sets(json: Json = False) -> None:
    """List the sets of sources in the bucket, newest first: when, what changed, and which runs read them."""
    current = of_installation()
    found = source_sets.history(_in_bucket(current))
    with postgres.connection(current) as conn:
        read_by = folders.runs_by_set(conn)
    none = {"runs": 0, "newest_run": ""}
    rows = [
        {"version": one.version, "at": one.at, "why": one.why, "files": len(one.files)}
        | {name: value for name, value in read_by.get(one.version, none).items() if name in none}
        for one in found
    ]
    if json:
        as_json(rows)
        return
    table(
        ("set", "since", "what", "files", "runs", "newest run"),
        (tuple(map(str, row.values())) for row in rows),
        empty="There is no set yet: `nightdesk follow` makes the first, or `nightdesk sources push FOLDER`.",
    )


def _in_bucket(current: Settings) -> Path:
    """The place of the sources, if they are in a bucket; else SourceError says where the files are."""
    if not address_of(current.sources):
        raise SourceError(
            f"The sources are files in {current.sources}: edit them there. Only those of a bucket "
            "(NIGHTDESK_SOURCES=s3://bucket/prefix) are pulled and pushed."
        )
    folders.check_writable(current)
    return current.sources


def _base(folder: Path, address: str) -> SourceSet:
    """The set from which a folder was copied; the empty set if the folder is no copy of a set of this bucket."""
    file = folder / COPY_OF
    facts = js.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    if facts.get("address") != address:
        return SourceSet()
    return SourceSet(version=facts["version"], files=facts["files"])


def _tell_changes(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    new, gone = sorted(after.keys() - before.keys()), sorted(before.keys() - after.keys())
    other = sorted(name for name in after.keys() & before.keys() if after[name] != before[name])
    parts = {"new": new, "changed": other, "gone": gone}
    return "; ".join(f"{word}: {', '.join(names)}" for word, names in parts.items() if names)

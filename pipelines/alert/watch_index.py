"""All watches as one `QuerySet`; the data folder keeps it between runs until a watch or a list of synonyms changes."""

from __future__ import annotations

import logging
import os
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines import private
from pipelines.alert import policy, synonyms, watches
from pipelines.errors import QueryError
from pipelines.query import query_conditions, query_set
from pipelines.query.grammar import Node
from pipelines.query.query_set import QuerySet
from pipelines.settings import Settings
from pipelines.stores import postgres

FILE = "watches.npz"

log = logging.getLogger(__name__)


def current(settings: Settings, conn: postgres.Connection) -> QuerySet:
    """The QuerySet of all present watches: the stored one if nothing changed, else a new one, which is then stored."""
    row = postgres.row(conn, "digest_of_watches")
    digest = str(row["digest"]) if row else ""
    file = settings.data / FILE
    return _load(file, digest) or _build(conn, file, digest)


def unreadable(all_watches: QuerySet) -> list[str]:
    """A sentence for each watch whose query can no longer be read. The watch then finds nothing."""
    return bytes(all_watches.arrays["unreadable"]).decode().splitlines()


def _load(file: Path, digest: str) -> QuerySet | None:
    """The QuerySet in a file; None if the file is damaged, or is of other watches or another version of the program."""
    try:
        with np.load(file, allow_pickle=False) as arrays:
            if bytes(arrays["digest"]).decode() != digest or int(arrays["form"][0]) != query_set.FORM:
                return None
            return QuerySet({name: arrays[name] for name in arrays.files})
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile):
        return None


def _build(conn: postgres.Connection, file: Path, digest: str) -> QuerySet:
    rows = postgres.query(conn, "usual_words", newest=policy.COUNTED_ARTICLES)
    shares = {row["word"]: row["articles"] / max(1, row["of"]) for row in rows}
    problems: list[str] = []
    queries = query_conditions.compile_queries(_nodes(conn, problems), shares)
    sentences = np.frombuffer("\n".join(problems).encode(), np.uint8)
    arrays = {**queries.arrays, "digest": np.frombuffer(digest.encode(), np.uint8), "unreadable": sentences}
    try:
        _keep(file, arrays)
    except OSError as error:
        # A full disk must not stop alerts. Without the file, the next run builds the arrays again.
        log.warning("%s cannot be kept: %s", file, error.strerror or error)
    return QuerySet(arrays)


def _keep(file: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    private.folder(file.parent)
    beside = file.with_name(f".{FILE}.{os.getpid()}")
    try:
        with private.open_private(beside, "wb") as stream:
            np.savez(stream, **arrays)  # type: ignore[arg-type]
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)
    for abandoned in file.parent.glob(f".{FILE}.*"):
        # A file older than ABANDONED_SECONDS is from a killed run: a living run finishes its file sooner.
        with suppress(FileNotFoundError):
            if time.time() - abandoned.stat().st_mtime > policy.ABANDONED_SECONDS:
                abandoned.unlink()


def _nodes(conn: postgres.Connection, problems: list[str]) -> Iterator[tuple[str, Node]]:
    lists = synonyms.lists(conn)
    for watch in watches.all_watches(conn):
        try:
            yield watch.name, watches.node(watch, lists)
        except QueryError as error:
            problems.append(f"The watch {watch.name} cannot be looked for: {error.reason}")

"""The newest digests of the chains, to be kept where this machine cannot change them.

A chain shows that no line within it was changed. But somebody could write the complete chain again, or cut its end.
Only a digest that is kept elsewhere shows this. A kept digest is a line such as `2026-11-22T02:14:09+00:00 sana 41
9f2c…`: the time, the folder of the raw store, the number of a line in the folder's chain, and that line's SHA-256.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipelines import private
from pipelines.errors import StoreError
from pipelines.stores import chain
from pipelines.stores.chain import Break, ChainLink

KEPT = re.compile(r"(?<!\S)(\S+) (\d+) ([0-9a-f]{64})(?!\S)")


def newest(raw: Path) -> list[str]:
    """The newest link of each chain, as a line of text in the form that the module's docstring shows."""
    heads = ((folder, chain.head(raw, folder)) for folder in chain.folders(raw))
    return [f"{head.at} {folder} {head.number} {head.digest}" for folder, head in heads if head]


def keep(file: Path, lines: Sequence[str]) -> list[str]:
    """Add to a file the lines that it does not have yet, and sync it to disk; gives the added lines. OSError if this
    fails.
    """
    known = {found[0] for found in KEPT.finditer(file.read_text(encoding="utf-8"))} if file.exists() else set()
    added = [line for line in lines if line.partition(" ")[2] not in known]
    if added:
        with private.open_private(file, "a", encoding="utf-8") as stream:
            stream.write("".join(f"{line}\n" for line in added))
            stream.flush()
            os.fsync(stream.fileno())
    return added


def read(file: Path) -> list[tuple[str, int, str]]:
    """The folder, number and digest from each line of a file. Lines without a digest of a chain are ignored."""
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise StoreError(
            f"{file}, which keeps digests of the chains, cannot be read: {error.strerror or error}."
        ) from None
    return [(folder, int(number), digest) for folder, number, digest in KEPT.findall(text)]


def differing(kept: Sequence[tuple[str, int, str]], folder: str, links: Sequence[ChainLink]) -> Iterator[Break]:
    """The lines of a folder's chain that differ from the digests kept elsewhere (`kept`, as `read` gives them), or are
    missing."""
    known = {link.number: link.digest for link in links}
    for of, number, digest in kept:
        if of == folder and known.get(number) != digest:
            why = (
                "it is not the line that was kept elsewhere" if number in known else "it was kept elsewhere and is gone"
            )
            yield Break(line=number, why=why)

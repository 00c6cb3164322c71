"""The same articles and queries in tantivy: run in bench/.venv-readers, which has nothing of ours.

A line of what comes in is an article (its date and its text), then an empty one, then queries, one a line. What goes
out is a line with the seconds and bytes of the index, then the milliseconds of the newest 20 answers of each query,
each the second time that it is asked.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import tantivy

PAGE = 20
# Bytes that its writer may hold. Chosen: a good part of a small machine's memory.
HEAP_BYTES = 400_000_000


def main(folder: str) -> int:
    """Index what comes in, then answer."""
    made = tantivy.SchemaBuilder()
    made.add_text_field("text", stored=False)
    made.add_integer_field("dated", stored=True, indexed=True, fast=True)
    index = tantivy.Index(made.build(), path=folder)
    began = time.monotonic()
    writer = index.writer(HEAP_BYTES)
    for line in sys.stdin:
        dated, _, text = line.rstrip("\n").partition("\t")
        if not dated:
            break
        writer.add_document(tantivy.Document(text=text, dated=int(dated)))
    writer.commit()
    writer.wait_merging_threads()
    size = sum(path.stat().st_size for path in Path(folder).iterdir())
    print(f"{time.monotonic() - began:.1f}\t{size}", flush=True)
    index.reload()
    searcher = index.searcher()
    for line in sys.stdin:
        query = index.parse_query(line.strip(), ["text"])
        for _warm in range(2):
            began = time.perf_counter()
            searcher.search(query, PAGE, order_by_field="dated", order=tantivy.Order.Desc)
            took = time.perf_counter() - began
        print(f"{took * 1000:.3f}", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))

"""The origin of each wording of an article: the page in the raw store, when and from where it was fetched, digests."""

from __future__ import annotations

from pathlib import Path

from pipelines.archive import kept_wordings
from pipelines.errors import StoreError
from pipelines.model import Pointer
from pipelines.stores import postgres, warc


def of_article(conn: postgres.Connection, raw: Path, number: int) -> list[postgres.Row]:
    """A row for each revision, newest first: `run`, `fetched_at`, `url`, `final_url`, `status`, `warc_file`,
    `warc_offset`, `record`, `page_sha256` of the bytes, `text_sha256` and `normal_form_sha256`, `extractor` with the
    template's version.

    record: the WARC-Record-ID, empty if the raw file is gone. text_retired_at: when retention deleted the text, else
    null; then `text_sha256` is empty.
    redirected_from: the requested address, if another one answered.
    """
    made = []
    for row in postgres.query(conn, "provenance_of_article", id=number):
        digest = kept_wordings.digest_text(row)
        del row["text"]
        redirected = row["url"] if row["final_url"] and row["final_url"] != row["url"] else ""
        made.append({**row, "text_sha256": digest, "redirected_from": redirected, "record": record_of(raw, row)})
    return made


def record_of(raw: Path, row: postgres.Row) -> str:
    """The WARC-Record-ID of a page in the raw store; empty if its file is not there."""
    if not row["warc_file"]:
        return ""
    pointer = Pointer(warc_file=row["warc_file"], warc_offset=row["warc_offset"], warc_length=row["warc_length"] or 0)
    try:
        return warc.record_id(raw, pointer)
    except StoreError:
        return ""

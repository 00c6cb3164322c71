"""Files on this machine that belong in the bucket: files from before a bucket was set, and files whose upload
failed.
"""

from __future__ import annotations

from pathlib import Path

from pipelines.settings import Settings
from pipelines.stores import bucket, chain, warc


def bring(settings: Settings) -> int:
    """Bring closed raw files, chains and article files of this machine to the bucket; gives the number of files, 0 if
    no bucket is set.

    If the bucket has a chain or an article file already, the file on this machine is not brought and stays, because the
    bucket's file is newer.
    """
    if not settings.raw_bucket:
        return 0
    sent = 0
    raw, articles = settings.raw, settings.articles
    for folder in sorted(path.name for path in Path(raw).glob("*") if path.is_dir()):
        sent += _bring_once(raw / folder / chain.NAME)
        for path in warc.unsent(raw, folder):
            warc.send(path)
            sent += 1
    for path in sorted(Path(articles).glob("*/[!.]*.jsonl")):
        sent += _bring_once(articles / path.relative_to(articles))
    return sent


def _bring_once(path: Path) -> int:
    if not path.exists() or bucket.is_in_bucket(path):
        return 0
    bucket.upload(path, path)
    path.unlink(missing_ok=True)
    return 1

"""Files that may be in a bucket (NIGHTDESK_RAW). All access to object storage is here; only this module knows boto3.

A path here is a `Place` (`bucket_paths.py`): a path on this disk that also knows its address in the bucket. A file is
first written and synced on this disk. `upload` puts the complete file into the bucket and checks its digest there. To
read a file that never changes, this module looks on this disk first, then in the bucket. If no bucket is set,
everything happens on the disk, and boto3 need not be installed.

If a bucket does not answer, the request is repeated as long as `patient` says. After that an AwayError is raised, and
nothing is decided about the file.
"""

from __future__ import annotations

import hashlib
import os
import socket
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from typing import Any

from pipelines import private
from pipelines.bucket_paths import address_of
from pipelines.errors import AwayError, SettingsError, StoreError

SCHEME = "s3://"
# A stage repeats a request for this many seconds before it gives up. Chosen: a store that restarts is back by then. A
# waiting crawl keeps its session in Postgres, which may be silent for longer than this (SILENT_SECONDS in
# stores/runs.py). While a crawl waits, it sends nothing to its sites (`has_turns` in spiders/store.py).
PATIENCE_SECONDS = 90.0
# The pause between two tries grows from FIRST_PAUSE_SECONDS to LONGEST_PAUSE_SECONDS. Chosen: tries with such pauses
# add little load to a busy store.
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.2, 5.0
# After a request to a bucket was given up, further requests in this many seconds are tried once and not repeated.
# Chosen: each page of a source makes a request, and each would wait PATIENCE_SECONDS in vain.
GIVEN_UP_SECONDS = 60.0
# A connection may take CONNECT_SECONDS seconds, and the next bytes of an answer may take READ_SECONDS seconds. Chosen:
# the store is expected in the same data centre, where it answers much sooner.
CONNECT_SECONDS, READ_SECONDS = 5, 30
# boto3 itself sends a request at most this many times. Chosen: the second time is for a connection that had gone stale;
# all other repeats are done in this module.
ATTEMPTS = 2
# A worker's name is the host's name and this many random bytes. Chosen: they make two workers of one host differ.
WORKER_BYTES = 2
# This file, below the raw store's folder, holds a worker's name.
WORKER = ".worker"
# These are statuses of S3's answers. MISSING: there is no such file. CHANGED: the file has another version than the one
# to be replaced. BEHIND: the file ends before the asked bytes. CONFLICT: a write met another write. The other statuses
# in PASSING mean that the request may be sent again later.
MISSING, CHANGED, CONFLICT, BEHIND = 404, 412, 409, 416
PASSING = {408, CONFLICT, 429, 500, 502, 503, 504}

_patience: ContextVar[float] = ContextVar("patience", default=0.0)
# When each bucket was last given up, by this process' monotonic clock.
_given_up: dict[str, float] = {}


class ChangedError(Exception):
    """Another process has meanwhile written the file that was to be replaced."""


@contextmanager
def patient() -> Iterator[None]:
    """Within this block, requests to a bucket that does not answer are repeated for a while."""
    token = _patience.set(PATIENCE_SECONDS)
    try:
        yield
    finally:
        _patience.reset(token)


def worker(raw: Path) -> str:
    """The name of this machine's part of a shared raw store: its host's name and some hexadecimal digits. The name is
    kept in the file WORKER of the store's folder."""
    file = private.folder(Path(raw)) / WORKER
    if not file.exists():
        host = "".join(letter if letter.isalnum() else "-" for letter in socket.gethostname().partition(".")[0])
        beside = file.with_name(f"{WORKER}.{os.getpid()}")
        with private.open_private(beside, "w", encoding="utf-8") as stream:
            stream.write(f"{host}-{token_hex(WORKER_BYTES)}")
        # If two crawls begin at the same time, the name of the first stays: os.link never replaces a file.
        with suppress(FileExistsError):
            os.link(beside, file)
        beside.unlink()
    return file.read_text(encoding="utf-8")


def is_there(path: Path) -> bool:
    """Whether a file is on this disk or in the bucket."""
    return path.exists() or is_in_bucket(path)


def is_in_bucket(path: Path) -> bool:
    """Whether a file is in the bucket. This disk is not looked at."""
    return bool(address_of(path)) and _head(path) is not None


def size(path: Path) -> int:
    """The number of bytes of a file; FileNotFoundError if it is neither on this disk nor in the bucket."""
    if address_of(path) and not path.exists() and (found := _head(path)):
        return int(found["ContentLength"])
    return path.stat().st_size


@contextmanager
def whole(path: Path, *, newest: bool = False) -> Iterator[Path]:
    """The complete file, on this disk for the length of the block; FileNotFoundError if it is nowhere.

    newest: look in the bucket first, because the file may have been replaced there.
    """
    if not address_of(path) or (path.exists() and not newest):
        yield path
        return
    with TemporaryDirectory(prefix="nightdesk-bucket-") as folder:
        # The copy's path ends with the last three parts of `path`, because they are the name of a raw file.
        copy = Path(folder, *path.parts[-3:])
        private.folder(copy.parent)
        try:
            _answer(path, lambda client, of: client.download_file(*of, str(copy)))
        except FileNotFoundError:
            if not path.exists():
                raise
            copy = path
        yield copy


def read_from(path: Path, at: int, length: int) -> bytes:
    """`length` bytes of a file in the bucket from the byte `at` on, fewer at the file's end; FileNotFoundError if the
    file is not there."""
    asked = f"bytes={at}-{at + length - 1}"
    return bytes(_answer(path, lambda client, of: _get(client, of, Range=asked)[0]))


def list_files(folder: Path, suffix: str) -> list[str]:
    """The files below a folder whose names end with `suffix`, on this disk and in the bucket, as paths relative to the
    folder."""
    found = {path.relative_to(folder).as_posix() for path in Path(folder).rglob(f"*{suffix}") if path.is_file()}
    if address_of(folder):
        found |= {name for name in _answer(folder, _names) if name.endswith(suffix)}
    return sorted(found)


def folders(folder: Path) -> list[str]:
    """The names of the folders in a folder, on this disk and in the bucket."""
    found = {path.name for path in Path(folder).glob("*") if path.is_dir()}
    if address_of(folder):
        found |= set(_answer(folder, _prefixes))
    return sorted(found)


def remove(path: Path) -> None:
    """Delete a file from this disk and from the bucket."""
    if address_of(path):
        _answer(path, lambda client, of: client.delete_object(Bucket=of[0], Key=of[1]))
    path.unlink(missing_ok=True)


def upload(path: Path, content: Path, *, over: str | None = None) -> None:
    """Put the complete file `content` into the bucket, at the address of `path`, and return when exactly these bytes
    are there.

    over: the version of the file in the bucket that is to be replaced; empty if the bucket has no such file.
        ChangedError if the bucket has another version by now. None: replace whatever is there.
    """
    with content.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").digest()
    checksum = b64encode(digest).decode()
    if_so = {} if over is None else _condition(over)

    def put(client: Any, of: tuple[str, str]) -> Any:
        with content.open("rb") as file:
            return client.put_object(
                Bucket=of[0], Key=of[1], Body=file, ChecksumSHA256=checksum, Metadata={"sha256": digest.hex()}, **if_so
            )

    try:
        put_there = _answer(path, put)
    except ChangedError:
        if ((_head(path) or {}).get("Metadata") or {}).get("sha256") == digest.hex():
            # These bytes were written before, and only the answer was lost.
            return
        raise
    if put_there.get("ChecksumSHA256") != checksum:
        # This store gives no checksums, so the content is read back.
        got = _answer(path, lambda client, of: _get(client, of)[0])
        if hashlib.sha256(got).digest() != digest:
            raise StoreError(f"{address_of(path)} has other bytes than {content}. {content} stays; look at that store.")


def version_now(path: Path) -> str:
    """The version of a file in the bucket; empty if it is not there."""
    return str((_head(path) or {}).get("ETag", ""))


def version_of(path: Path) -> tuple[bytes, str]:
    """The content of a small file in the bucket, and its version; both are empty if the file is not there."""
    try:
        content, version = _answer(path, _get)
    except FileNotFoundError:
        return b"", ""
    return content, version


def replace(path: Path, content: bytes, version: str) -> None:
    """Replace a small file in the bucket if it still has this version, which is empty for a new file; else
    ChangedError."""
    if_so = _condition(version)
    _answer(path, lambda client, of: client.put_object(Bucket=of[0], Key=of[1], Body=content, **if_so))


def _condition(version: str) -> dict[str, str]:
    return {"IfMatch": version} if version else {"IfNoneMatch": "*"}


def _head(path: Path) -> dict[str, Any] | None:
    try:
        return dict(_answer(path, lambda client, of: client.head_object(Bucket=of[0], Key=of[1])))
    except FileNotFoundError:
        return None


def _get(client: Any, of: tuple[str, str], **asked: str) -> tuple[bytes, str]:
    got = client.get_object(Bucket=of[0], Key=of[1], **asked)
    return got["Body"].read(), got["ETag"]


def _names(client: Any, of: tuple[str, str]) -> list[str]:
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=of[0], Prefix=of[1] + "/")
    return [one["Key"].removeprefix(of[1] + "/") for page in pages for one in page.get("Contents", ())]


def _prefixes(client: Any, of: tuple[str, str]) -> list[str]:
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=of[0], Prefix=of[1] + "/", Delimiter="/")
    return [
        one["Prefix"].removeprefix(of[1] + "/").rstrip("/") for page in pages for one in page.get("CommonPrefixes", ())
    ]


def _answer(path: Path, ask: Callable[[Any, tuple[str, str]], Any]) -> Any:
    """The bucket's answer. If the bucket does not answer, the request is repeated as long as `patient` allows."""
    address = address_of(path)
    name, _, key = address.removeprefix(SCHEME).partition("/")
    client = _client(os.getpid())
    from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, NoCredentialsError

    lately = time.monotonic() - _given_up.get(name, float("-inf")) < GIVEN_UP_SECONDS
    deadline, pause = time.monotonic() + (0.0 if lately else _patience.get()), FIRST_PAUSE_SECONDS
    while True:
        try:
            got = ask(client, (name, key))
        except ClientError as error:
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            code = error.response.get("Error", {}).get("Code", "")
            if status == MISSING and code != "NoSuchBucket":
                raise FileNotFoundError(f"{address} is not there") from None
            if status == BEHIND:
                raise StoreError(f"{address} is shorter than the ledger says; the file was changed.") from None
            if status == CHANGED:
                raise ChangedError(address) from None
            if status not in PASSING:
                raise StoreError(
                    f"{address} cannot be used: {error}. Mend NIGHTDESK_RAW or the bucket's rights."
                ) from None
            why = str(error)
        except NoCredentialsError:
            raise StoreError(
                f"{address} cannot be used: there is no AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY here."
            ) from None
        except (HTTPClientError, BotoCoreError) as error:
            why = str(error)
        else:
            _given_up.pop(name, None)
            return got
        if time.monotonic() + pause > deadline:
            _given_up[name] = time.monotonic()
            raise AwayError(f"{SCHEME}{name} does not answer ({why}); the next run goes on from here.")
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


@lru_cache(maxsize=1)
def _session() -> Any:
    """The session that makes clients. Forked workers share what it has loaded."""
    try:
        import boto3
    except ImportError:
        raise SettingsError(
            "NIGHTDESK_RAW names a bucket, and boto3 is not installed: install nightdesk[s3], or "
            "requirements-cluster.lock."
        ) from None
    return boto3.session.Session()


@lru_cache(maxsize=1)
def _client(pid: int) -> Any:
    """The client of this process: connections are never shared with a fork."""
    session = _session()
    from botocore.config import Config

    how = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
    )
    return session.client("s3", config=how)

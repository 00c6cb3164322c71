"""Article files: what extract read from each page of a source in a run, one line for each page. Only this module knows
their form.

A file is JSON Lines in UTF-8, in the order of the fetches. It is only ever replaced completely.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec

from pipelines import private
from pipelines.bucket_paths import address_of
from pipelines.errors import StoreError
from pipelines.model import Article, Rejection, RemovedBlock
from pipelines.query import index_rows
from pipelines.settings import Settings
from pipelines.stores import bucket
from pipelines.text import clean

# If nothing was written to a half-written file for this many seconds, the extract that wrote it was killed. Chosen: a
# living extract writes more often, because it gives up a slow page much sooner.
ABANDONED_SECONDS = 3600.0
# Reading a line that another program wrote may raise these errors.
NO_LINE = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One page of a run, and its result: exactly one of article and rejection.

    The fields have the same names in the file. These names stay, because earlier versions wrote files with them. Older
    files lack some of these fields:

    signature: the signature of the article's text, as `signatures.write_signature` makes it.
    words: the article's rows of the search index, as `index_rows.write_rows` makes them (not a number of words). In a
    file, `index_rows.leave_out` has removed the words that an earlier line of the file lists.
    digests: as `digests.write_digests` makes them.
    """

    fetch_id: int
    url_id: int
    run: str
    fetched_at: datetime
    article: Article | None = None
    rejection: Rejection | None = None
    signature: str = ""
    words: Sequence[Any] = ()
    digests: Sequence[Any] = ()


class ArticleInFile(msgspec.Struct, frozen=True, gc=False):
    """An article whose texts are left in JSON, as they stand in the file, because decoding costs more than copying."""

    source: str
    url: str
    canonical_url: str
    title: msgspec.Raw
    description: msgspec.Raw
    text: msgspec.Raw
    authors: tuple[str, ...]
    language: str
    published_at: datetime | None
    published_precision: str
    published_from: msgspec.Raw
    modified_at: datetime | None
    image: msgspec.Raw
    tags: tuple[str, ...]
    section: msgspec.Raw
    removed: tuple[RemovedBlock, ...]
    page_digest: str
    extractor: str


class LineInFile(msgspec.Struct, frozen=True, gc=False):
    """A Line whose article is an ArticleInFile, and whose words are left in JSON."""

    fetch_id: int
    url_id: int
    run: str
    fetched_at: datetime
    article: ArticleInFile | None = None
    rejection: Rejection | None = None
    signature: str = ""
    words: msgspec.Raw = msgspec.Raw()
    digests: Sequence[Any] = ()


# This many bytes are read at once. Chosen: they hold some twenty lines of twelve thousand bytes. When load's reading
# thread asks for bytes, its other thread gets its turn at the interpreter.
READ_BYTES = 1 << 18
# These texts of an article are left in JSON.
TEXTS_IN_FILE = ("title", "description", "text", "published_from", "image", "section")
LineRead = TypeVar("LineRead", Line, LineInFile)
_DECODER, _DECODER_IN_FILE = msgspec.json.Decoder(Line), msgspec.json.Decoder(LineInFile)
_decode_text = msgspec.json.Decoder(str).decode
# A word in a tsvector of Postgres has at most this many bytes.
LONGEST_WORD_BYTES = 2046
# A row of the search index has the number of its part of the article, which is a smallint in Postgres.
_Part = Annotated[int, msgspec.Meta(ge=0, lt=1 << 15)]
# msgspec reads bytes from base64.
_decode_words = msgspec.json.Decoder(tuple[int, list[tuple[_Part, index_rows.Shape, bytes]], str]).decode


def path(settings: Settings, source: str, run: str) -> Path:
    """The path of the article file of a source and run."""
    return settings.articles / source / f"{run}.jsonl"


def read(file: Path) -> Iterator[Line]:
    """The lines of an article file, one at a time; StoreError names the missing file or the unreadable line."""
    return _read(file, from_json)


def read_in_file(file: Path) -> Iterator[LineInFile]:
    """Like `read`, but the texts of articles are left in JSON."""
    return _read(file, _from_json_in_file)


def read_texts(article: ArticleInFile) -> Iterator[str]:
    """The texts of an article, in the order of TEXTS_IN_FILE; one of the errors in NO_LINE if a value is no text."""
    for name in TEXTS_IN_FILE:
        yield _decode_text(getattr(article, name))


def read_words(line: LineInFile) -> tuple[list[index_rows.PackedVector], bytes]:
    """The rows of the search index in a line, and the distinct words in these rows, separated by blanks, without
    those that an earlier line of the file has; one of the errors in NO_LINE if the line has something else.
    """
    _, rows, distinct = _decode_words(line.words)
    if "\0" in distinct:
        raise ValueError("a word has a NUL")
    words = distinct.encode()
    # Most lines have so few words that even all together they are shorter than the limit, and need not be divided.
    if len(words) > LONGEST_WORD_BYTES and max(map(len, words.split()), default=0) > LONGEST_WORD_BYTES:
        raise ValueError(f"a word has more than {LONGEST_WORD_BYTES:,} bytes")
    return [index_rows.PackedVector(*row) for row in rows], words


def write_removed(article: ArticleInFile) -> bytes:
    """The blocks that were cut from an article, in JSON, without the characters that Postgres cannot store."""
    cleaned = [RemovedBlock(text=clean(one.text), reason=clean(one.reason)) for one in article.removed]
    return msgspec.json.encode(cleaned)


def whole_article(article: ArticleInFile) -> Article:
    """The article with all of its texts; one of the errors in NO_LINE if a value is no text."""
    fields = {name: getattr(article, name) for name in article.__struct_fields__}
    return Article(**fields | dict(zip(TEXTS_IN_FILE, read_texts(article), strict=True)))


def _read(file: Path, parse: Callable[[bytes], LineRead]) -> Iterator[LineRead]:
    try:
        with bucket.whole(file, newest=True) as here, here.open("rb", READ_BYTES) as stream:
            for number, text in enumerate(stream, 1):
                try:
                    line = parse(text)
                except NO_LINE as error:
                    raise unreadable(file, number, error) from None
                yield line
    except FileNotFoundError:
        raise StoreError(f"There is no article file {file}: run `nightdesk extract` for this run first.") from None
    except OSError as error:
        raise StoreError(
            f"{file} cannot be read: {error.strerror or error}. Mend that, then run the same again."
        ) from None


def unreadable(file: Path, number: int, error: Exception) -> StoreError:
    """The error for a line that cannot be read."""
    return StoreError(
        f"Line {number} of {file} cannot be read ({error}); the {number - 1} lines before it are complete. "
        "Run `nightdesk extract` for this run again."
    )


def write(
    file: Path, lines: Iterable[Line], *, holding: Callable[[], AbstractContextManager[None]] = nullcontext
) -> int:
    """Put a complete article file in place and on disk, or leave the earlier one; gives the number of lines.

    holding: gives a block, within which the file is put in place. The block raises an error if another process has
    taken over the work on this file.
    """
    private.folder(file.parent)
    _sweep(file.parent)
    version = bucket.version_now(file) if address_of(file) else ""
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    count, words = 0, set[bytes]()
    try:
        with private.open_private(beside, "w", encoding="utf-8") as stream:
            for line in lines:
                # Words that an earlier line lists are left out, so load handles each word once for a file.
                shorter = index_rows.leave_out(line.words, words) if index_rows.is_current(line.words) else line.words
                stream.write(to_json(replace(line, words=shorter)) + "\n")
                count += 1
            stream.flush()
            os.fsync(stream.fileno())
        while not _put_in_place(file, beside, version, holding):
            version = bucket.version_now(file)
    finally:
        beside.unlink(missing_ok=True)
    private.sync_folder(file.parent)
    return count


def _put_in_place(file: Path, beside: Path, version: str, holding: Callable[[], AbstractContextManager[None]]) -> bool:
    """Put the finished file in place; False if the bucket has another version than `version` by now."""
    with holding():
        if not address_of(file):
            beside.replace(file)
            return True
        try:
            bucket.upload(file, beside, over=version)
        except bucket.ChangedError:
            return False
        # A file on this disk is from the time before a bucket was used; the file in the bucket is newer.
        file.unlink(missing_ok=True)
        return True


def to_json(line: Line) -> str:
    """One line of an article file, without its line feed."""
    record: dict[str, Any] = {
        "fetch_id": line.fetch_id,
        "url_id": line.url_id,
        "run": line.run,
        "fetched_at": _stamp(line.fetched_at),
    }
    if line.article:
        record["article"] = article_fields(line.article)
    if line.signature:
        record["signature"] = line.signature
    if line.words:
        record["words"] = line.words
    if line.digests:
        record["digests"] = line.digests
    if line.rejection:
        record["rejection"] = rejection_fields(line.rejection)
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def from_json(text: bytes) -> Line:
    """The line that `to_json` wrote; one of the errors in NO_LINE if the text is no such line."""
    try:
        line = _DECODER.decode(text)
    except msgspec.DecodeError:
        # The text may have half of a surrogate pair. Load drops such a half.
        line = msgspec.convert(json.loads(text), Line)
    if (line.article is None) == (line.rejection is None):
        raise ValueError("a line holds an article or a rejection")
    return line


def _from_json_in_file(text: bytes) -> LineInFile:
    try:
        line = _DECODER_IN_FILE.decode(text)
    except msgspec.DecodeError:
        # The text may have half of a surrogate pair, as in `from_json`. Here the half is dropped at once.
        line = _DECODER_IN_FILE.decode(json.dumps(json.loads(text), ensure_ascii=False).encode("utf-8", "ignore"))
    if (line.article is None) == (line.rejection is None):
        raise ValueError("a line holds an article or a rejection")
    return line


def article_fields(article: Article) -> dict[str, Any]:
    """An article in the form for JSON: the record's field names, dates as ISO 8601 in UTC."""
    return {name: _stamp(v) if isinstance(v, datetime) else v for name, v in asdict(article).items()}


def rejection_fields(rejection: Rejection) -> dict[str, Any]:
    """A rejection in the form for JSON: the record's field names."""
    return {**asdict(rejection), "reason": rejection.reason.value}


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _sweep(folder: Path) -> None:
    """Remove the unfinished files of killed extractions, to which nothing was written for ABANDONED_SECONDS."""
    for left in folder.glob(".*.jsonl.*"):
        with suppress(FileNotFoundError):
            if time.time() - left.stat().st_mtime > ABANDONED_SECONDS:
                left.unlink()

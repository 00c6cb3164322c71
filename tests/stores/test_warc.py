"""The raw store: what is written can be read, a killed file is cut to its whole pages, bombs do not go off."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import brotli
import pytest
from backports import zstd

from pipelines import encodings
from pipelines.errors import StoreError
from pipelines.model import Entry, Page, Pointer
from pipelines.stores import warc

RUN = "2026-11-22T0200"


def made(number: int = 1, body: bytes = b"<p>text</p>", **fields: object) -> Page:
    known = {
        "source": "a",
        "run": RUN,
        "url": f"http://a.test/{number}",
        "final_url": f"http://a.test/final/{number}",
        "fetched_at": datetime(2026, 11, 22, 2, 0, tzinfo=UTC),
        "status": 200,
        "headers": (("Content-Type", "text/html"), ("Set-Cookie", "a"), ("Set-Cookie", "b"), ("X-Name", "é")),
        "body": body,
        "digest": sha256(body).hexdigest(),
        "via": "http://a.test/feed",
        "entry": Entry(
            url=f"http://a.test/{number}", title="خبر", tags=("x",), published_at=datetime(2026, 1, 1, tzinfo=UTC)
        ),
    }
    return Page(**{**known, **fields})  # type: ignore[arg-type]


def written(raw: Path, count: int) -> tuple[warc.Writer, list[Pointer]]:
    writer = warc.begin(raw, "a", RUN)
    pointers = [warc.append(writer, made(n, b"x" * 1000 * n), {"url_id": n}) for n in range(1, count + 1)]
    warc.sync(writer)
    return writer, pointers


def test_a_page_is_read_as_it_was_written(tmp_path: Path) -> None:
    writer = warc.begin(tmp_path, "a", RUN)
    pointer = warc.append(writer, made(), {"url_id": 1})
    warc.finish(writer)

    page = warc.read(tmp_path, pointer)

    assert page == made(headers=(*made().headers, ("Content-Length", "11")))


def test_headers_agree_with_the_stored_bytes(tmp_path: Path) -> None:
    body = gzip.compress(b"text")
    sent = (("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked"), ("Content-Length", "999"))
    writer = warc.begin(tmp_path, "a", RUN)
    pointer = warc.append(writer, made(body=body, headers=sent), {})
    warc.sync(writer)

    page = warc.read(tmp_path, pointer)

    assert page.headers == (("Content-Encoding", "gzip"), ("Content-Length", str(len(body))))
    assert page.body == body and warc.decode_body(page) == b"text"


def test_a_file_gets_its_name_when_it_is_closed_and_the_next_one_another(tmp_path: Path) -> None:
    names = []
    for _ in range(2):
        writer, _ = written(tmp_path, 1)
        assert writer.path.name.endswith(".warc.gz.open")
        closed = warc.finish(writer)
        assert closed
        names.append(closed.name)

    assert names == [f"a-{RUN}-1.warc.gz", f"a-{RUN}-2.warc.gz"]


def test_a_file_without_a_page_is_not_kept(tmp_path: Path) -> None:
    assert warc.finish(warc.begin(tmp_path, "a", RUN)) is None

    assert list(tmp_path.rglob("*.gz*")) == []


def test_pages_come_with_their_place_and_facts(tmp_path: Path) -> None:
    writer, pointers = written(tmp_path, 3)
    closed = warc.finish(writer)
    assert closed

    found = list(warc.pages(closed))

    assert [pointer for pointer, _, _ in found] == pointers
    assert [meta["url_id"] for _, _, meta in found] == [1, 2, 3]


@pytest.mark.parametrize(("record", "whole"), [(1, 0), (2, 1), (3, 2), (4, 3)])
def test_a_killed_file_is_cut_to_its_last_whole_page(tmp_path: Path, record: int, whole: int) -> None:
    writer, pointers = written(tmp_path, 4)
    with writer.path.open("r+b") as file:
        file.truncate(pointers[record - 1].warc_offset + 5)

    found = [page.url for _, page, _ in warc.recover(writer.path)]

    assert found == [f"http://a.test/{n}" for n in range(1, whole + 1)]
    assert warc.seal(writer.path).name == f"a-{RUN}-1.warc.gz"


def test_a_page_in_a_file_still_open_can_be_read(tmp_path: Path) -> None:
    _, pointers = written(tmp_path, 2)

    assert warc.read(tmp_path, pointers[1]).url == "http://a.test/2"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"b-1.warc.gz.*is not there"):
        warc.read(tmp_path, Pointer(warc_file="b/r/b-1.warc.gz", warc_offset=0, warc_length=1))


def test_the_other_standard_reader_agrees(tmp_path: Path) -> None:
    """The layout by the standard alone: gzip members, a blank line after the headers, the stated length."""
    writer, pointers = written(tmp_path, 2)
    closed = warc.finish(writer)
    assert closed

    member = zlib.decompressobj(wbits=31).decompress(closed.read_bytes()[pointers[1].warc_offset :])
    head, _, block = member.partition(b"\r\n\r\n")

    fields = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:])
    assert fields[b"WARC-Type"] == b"response" and fields[b"WARC-Target-URI"] == b"http://a.test/final/2"
    assert fields[b"WARC-Payload-Digest"].startswith(b"sha1:") and len(block) == int(fields[b"Content-Length"]) + 4


# Gzip writes the time into what it packs: such a body makes no name for a test.
@pytest.mark.parametrize(
    ("encoding", "body"),
    [("gzip", gzip.compress(b"text")), ("x-gzip", gzip.compress(b"te") + gzip.compress(b"xt")),
     ("deflate", zlib.compress(b"text")),
     ("deflate", zlib.compress(b"text")[2:-4]), ("br", brotli.compress(b"text")), ("identity", b"text"), ("", b"text"),
     ("gzip", b"text"), ("gzip, gzip", gzip.compress(gzip.compress(b"text")))],
    ids=["gzip", "x-gzip of two members", "deflate", "raw deflate", "br", "identity", "none", "not gzip", "twice"],
)  # fmt: skip
def test_known_content_encodings_are_undone(encoding: str, body: bytes) -> None:
    assert warc.decode_body(made(body=body, headers=(("content-encoding", encoding),))) == b"text"


def test_all_frames_of_a_zstd_body_are_read_and_skippable_ones_left_out() -> None:
    skippable = b"\x50\x2a\x4d\x18" + (3).to_bytes(4, "little") + b"abc"
    frames = [zstd.compress(b"one" * 400), skippable, zstd.compress(b"two" * 400)]
    for body in (b"".join(frames), skippable + b"".join(frames)):
        assert encodings.decode(body, "zstd", 10_000) == b"one" * 400 + b"two" * 400
    with pytest.raises(ValueError, match="ends early"):
        encodings.decode(b"".join(frames)[:-1], "zstd", 10_000)
    with pytest.raises(encodings.OverLimit):
        encodings.decode(b"".join(frames), "zstd", 2_000)
    with pytest.raises(encodings.OverLimit):
        encodings.decode(zstd.compress(b"") * 200, "zstd", 2_000)


@pytest.mark.parametrize("encoding", ["br", "deflate", "zstd", "compress"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_markup_and_gzip_with_the_label_of_another_encoding_are_read(
    encoding: str, pack: Callable[[bytes], bytes]
) -> None:
    text = b"<!doctype html><html><head><title>Bridge</title></head></html>"

    assert warc.decode_body(made(body=pack(text), headers=(("content-encoding", encoding),))) == text


@pytest.mark.parametrize("times", [1, 2])
def test_gzip_that_no_header_names_is_undone_up_to_the_limit(times: int) -> None:
    body = b"text" * 1000
    for _ in range(times):
        body = gzip.compress(body)

    assert warc.decode_body(made(body=body)) == b"text" * 1000
    with pytest.raises(StoreError, match=r"more than 100 bytes"):
        warc.decode_body(made(body=body), limit=100)


@pytest.mark.parametrize(
    ("encoding", "make"),
    [("gzip", lambda: gzip.compress(b"x" * 10_000_000)), ("br", lambda: brotli.compress(b"x" * 10_000_000)),
     ("gzip", lambda: gzip.compress(b"text")[:-5]),
     ("br", lambda: brotli.compress(b"text" * 99)[:-3]), ("gzip", lambda: b"\x1f\x8bno"),
     ("compress", lambda: b"grkg")],
    ids=["gzip bomb", "br bomb", "gzip cut short", "br cut short", "broken gzip", "unknown"],
)  # fmt: skip
def test_bombs_and_broken_bodies_are_store_errors(encoding: str, make: Callable[[], bytes]) -> None:
    page = replace(made(body=make()), headers=(("Content-Encoding", encoding),))

    with pytest.raises(StoreError, match=r"http://a.test/final/1"):
        warc.decode_body(page, limit=1_000_000)

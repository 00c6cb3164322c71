"""Undoes the content encodings of HTTP bodies, up to a limit: a small body can unpack to gigabytes."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from importlib import import_module
from io import BytesIO
from typing import Any

# These are the modes of zlib: gzip, zlib's own form, and the bare stream, which servers also call deflate.
GZIP, ZLIB, DEFLATE = 31, 15, -15

# A body may have at most this many encodings. Real servers use one or two, and the result of each decoding may be as
# large as the limit.
MOST_ENCODINGS = 4
# Gzip that no header names is undone at most this many times. Chosen: a server may send a packed file as it is, and the
# file may have been packed twice.
MOST_UNNAMED = 2
# A gzip body begins with these bytes.
MAGIC = b"\x1f\x8b"
# A body that begins so is not encoded as its label says: it is markup, JSON or a gzip file.
PLAIN = re.compile(rb"(?:\xef\xbb\xbf)?\s{0,20}(?:<[!?A-Za-z][\t\n\r -\xff]{30}|[{\[]\s{0,20}\")|\x1f\x8b\x08")
# A gzip body consists of members (RFC 1952), and may have at most this many. Real bodies have far fewer: with one
# member for every 64 KB, 50 MB have 800.
MOST_MEMBERS = 10_000
# A member is read in pieces. The first piece has LEAST_PIECE bytes, and each next piece is twice as large, up to
# LARGEST_PIECE. If a member ends inside a piece, the rest of the piece is copied, so small first pieces keep the copies
# small.
LEAST_PIECE, LARGEST_PIECE = 256, 1 << 16
# FRAME finds the beginning of a zstd frame. SKIPPABLE finds the head of a skippable frame (RFC 8878), which says the
# length of the frame. The content of such a frame is no part of the body.
FRAME = re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18")
SKIPPABLE = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18(.{4})", re.DOTALL)
# A zstd body may have at most this many frames, because the rest of the body is copied after each frame. Chosen:
# programs that pack in pieces make one frame for some megabytes, so real bodies have far fewer.
MOST_FRAMES = 100
# These encodings are in use, and nothing here undoes them. Any other unknown name, such as utf-8 or text/html, is
# ignored, as in browsers.
NOT_SUPPORTED = {
    "compress", "x-compress", "bzip2", "x-bzip2", "xz", "lzma", "lz4", "sdch", "exi", "aes128gcm", "dcb", "dcz",
    "pack200-gzip",
}  # fmt: skip


class OverLimit(ValueError):
    """An encoded body that holds more than may be read."""


class CutShort(ValueError):
    """An encoded body that ends before it should: the rest of it did not arrive."""


def decode(body: bytes, names: str, limit: int) -> bytes:
    """The body without the encodings in Content-Encoding; ValueError if it is incomplete, OverLimit if it is larger
    than `limit`.
    """
    known = [name for n in names.split(",") if (name := n.strip().lower()) in {*DECODERS, *NOT_SUPPORTED}]
    if len(known) > MOST_ENCODINGS:
        raise ValueError(f"it is encoded {len(known)} times")
    for name in reversed(known):
        try:
            body = _decoder(name)(body, limit + 1)
        except ImportError:
            raise ValueError(f"{name} is not supported here") from None
        except (OverLimit, MemoryError):
            raise
        except ValueError:
            if not _is_mislabelled(name, body):
                raise
        except Exception as error:  # noqa: BLE001 -- each decoder has an exception of its own
            if not _is_mislabelled(name, body):
                raise ValueError(f"it is not whole {name}: {error}") from None
        if len(body) > limit:
            raise OverLimit(f"it is more than {limit} bytes without its {name}")
    return body


def unpack(body: bytes, names: str, limit: int) -> bytes:
    """As `decode`; gzip that no header names is undone too, because servers send files such as page.html.gz as they
    are.
    """
    body = decode(body, names, limit)
    for _ in range(MOST_UNNAMED):
        if body.startswith(MAGIC):
            body = decode(body, "gzip", limit)
    return body


def _is_mislabelled(name: str, body: bytes) -> bool:
    # A body that begins as gzip and cannot be unpacked is damaged gzip: its label is right.
    return DECODERS.get(name) is not _gunzip and PLAIN.match(body) is not None


def _decoder(name: str) -> Callable[[bytes, int], bytes]:
    if name not in DECODERS:
        raise ValueError(f"the content encoding {name!r} is not known; gzip, deflate, br and zstd are")
    return DECODERS[name]


def _gunzip(body: bytes, limit: int) -> bytes:
    # Some servers label plain bodies as gzip. A real gzip body always begins with MAGIC.
    if not body.startswith(MAGIC):
        return body
    out, at, members = BytesIO(), 0, 0
    with memoryview(body) as view:
        while body.startswith(MAGIC, at) and out.tell() < limit:
            members += 1
            if members > MOST_MEMBERS:
                raise OverLimit(f"it is gzip of more than {MOST_MEMBERS} members")
            at = _member(view, at, out, limit)
    return out.getvalue()


def _member(view: memoryview, at: int, out: BytesIO, limit: int) -> int:
    """Write the content of one gzip member, up to the limit; gives the place where the next one begins."""
    decoder, size = zlib.decompressobj(wbits=GZIP), LEAST_PIECE
    while not decoder.eof and out.tell() < limit:
        piece = decoder.unconsumed_tail or view[at : at + size]
        if not piece:
            raise CutShort("it ends early")
        if not decoder.unconsumed_tail:
            at, size = at + len(piece), min(2 * size, LARGEST_PIECE)
        out.write(decoder.decompress(piece, limit - out.tell()))
    return at - len(decoder.unused_data)


def _inflate(body: bytes, limit: int) -> bytes:
    cut = False
    for wbits in (ZLIB, DEFLATE):
        decoder = zlib.decompressobj(wbits=wbits)
        try:
            data = decoder.decompress(body, limit)
        except zlib.error:
            continue
        if decoder.eof or len(data) >= limit:
            return data
        cut = True
    raise CutShort("it ends early") if cut else zlib.error("neither zlib nor raw deflate")


def _unbrotli(body: bytes, limit: int) -> bytes:
    brotli = import_module("brotli")

    decoder: Any = brotli.Decompressor()
    out = b""
    while not decoder.is_finished() and len(out) < limit:
        piece = decoder.process(body, output_buffer_limit=limit)
        if not piece and not body:
            raise CutShort("it ends early")
        out, body = out + piece, b""
    return out


def _unzstd(body: bytes, limit: int) -> bytes:
    """Several frames are one body (RFC 8878). Bytes after the last frame are ignored, as in browsers."""
    zstd = import_module("backports.zstd")

    out, frames = BytesIO(), 0
    while not frames or (FRAME.match(body) and out.tell() < limit):
        frames += 1
        if frames > MOST_FRAMES:
            raise OverLimit(f"it is zstd of more than {MOST_FRAMES} frames")
        if skipped := SKIPPABLE.match(body):
            length = skipped.end() + int.from_bytes(skipped[1], "little")
            if len(body) < length:
                raise CutShort("it ends early")
            body = body[length:]
            continue
        decoder = zstd.ZstdDecompressor()
        out.write(decoder.decompress(body, limit - out.tell()))
        if not decoder.eof and out.tell() < limit:
            raise CutShort("it ends early")
        body = decoder.unused_data
    return out.getvalue()


DECODERS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _inflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}

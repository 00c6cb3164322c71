"""Content encodings of HTTP bodies, undone within a limit: a small body can hold gigabytes."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from importlib import import_module
from io import BytesIO
from typing import Any


def decode(body: bytes, names: str, limit: int) -> bytes:
    """The body without the encodings a Content-Encoding names; ValueError where it is not whole or over the limit."""
    for name in reversed([n.strip().lower() for n in names.split(",")]):
        if name in ("", "identity"):
            continue
        try:
            body = _decoder(name)(body, limit + 1)
        except ImportError:
            raise ValueError(f"{name} is not supported here") from None
        except ValueError:
            raise
        except Exception as error:  # noqa: BLE001 -- each decoder has an exception of its own
            raise ValueError(f"it is not whole {name}: {error}") from None
        if len(body) > limit:
            raise ValueError(f"it is more than {limit} bytes without its {name}")
    return body


def _decoder(name: str) -> Callable[[bytes, int], bytes]:
    known: dict[str, Callable[[bytes, int], bytes]] = {
        "gzip": _gunzip,
        "x-gzip": _gunzip,
        "deflate": _inflate,
        "br": _unbrotli,
        "zstd": _unzstd,
    }
    if name not in known:
        raise ValueError(f"the content encoding {name!r} is not known; gzip, deflate, br and zstd are")
    return known[name]


def _gunzip(body: bytes, limit: int) -> bytes:
    # Servers label plain bodies as gzip; a gzip body always begins like this.
    if not body.startswith(b"\x1f\x8b"):
        return body
    out = BytesIO()
    while body.startswith(b"\x1f\x8b") and out.tell() < limit:
        decoder = zlib.decompressobj(wbits=31)
        out.write(decoder.decompress(body, limit - out.tell()))
        if not decoder.eof and out.tell() < limit:
            raise zlib.error("it ends early")
        body = decoder.unused_data
    return out.getvalue()


def _inflate(body: bytes, limit: int) -> bytes:
    for wbits in (15, -15):
        decoder = zlib.decompressobj(wbits=wbits)
        try:
            data = decoder.decompress(body, limit)
        except zlib.error:
            continue
        if decoder.eof or len(data) >= limit:
            return data
    raise zlib.error("neither zlib nor raw deflate, or it ends early")


def _unbrotli(body: bytes, limit: int) -> bytes:
    brotli = import_module("brotli")

    decoder: Any = brotli.Decompressor()
    out = b""
    while not decoder.is_finished() and len(out) < limit:
        piece = decoder.process(body, output_buffer_limit=limit)
        if not piece and not body:
            raise ValueError("it ends early")
        out, body = out + piece, b""
    return out


def _unzstd(body: bytes, limit: int) -> bytes:
    zstd = import_module("backports.zstd")

    decoder = zstd.ZstdDecompressor()
    data: bytes = decoder.decompress(body, limit)
    if not decoder.eof and len(data) < limit:
        raise ValueError("it ends early")
    return data

"""What a hostile server sends as its head makes no raw file unreadable, and no page another."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from pipelines.model import Entry, Page
from pipelines.stores import warc

RUN = "2026-11-22T0200"
NAMES = (
    "Content-Length",
    "content-length ",
    "Content-Encoding",
    "Transfer-Encoding",
    "WARC-Type",
    "X\r\nY",
    "",
    ":",
    "é",
)
PARTS = (
    "",
    "\r\n", "\n", "\r", "\r\n\r\n", "\r\n ", "\x00", "\x0b", "\x85", "\u2028", "€", "\udcff", ":", "Content-Length: 3",
    "HTTP/1.1 404 Not Found", "WARC/1.1\r\nWARC-Type: response\r\n\r\n", "\x1f\x8b", "x" * 9_000, "y" * 70_000,
)  # fmt: skip
BODIES = (b"", b"<html>news</html>", b"\x1f\x8b\x08\x00broken", b"\r\n\r\n", b"WARC/1.1\r\n\r\n", bytes(range(256)))


@pytest.mark.parametrize("seed", range(4))
def test_every_page_comes_back_as_its_body_whatever_heads_stand_before_it(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    sent = [
        page(number, headers(dice), dice.choice(BODIES), dice.choice([200, 299, 404, 999])) for number in range(150)
    ]

    writer = warc.begin(tmp_path, "s", RUN)
    pointers = [warc.append(writer, each, {}) for each in sent]
    path = warc.finish(writer)

    assert path is not None
    known = [(each.url, each.status, each.body) for each in sent]
    assert [(read.url, read.status, read.body) for _, read, _ in warc.pages(path)] == known
    assert [warc.read(tmp_path, pointer).body for pointer in pointers] == [each.body for each in sent]


def headers(dice: random.Random) -> tuple[tuple[str, str], ...]:
    return tuple(
        (dice.choice(NAMES), "".join(dice.choice(PARTS) for _ in range(dice.randrange(5))))
        for _ in range(dice.randrange(7))
    )


def page(number: int, head: tuple[tuple[str, str], ...], body: bytes, status: int) -> Page:
    url = f"http://hostile.test/{number}"
    return Page(
        source="s", run=RUN, url=url, final_url=url, fetched_at=datetime(2026, 11, 22, tzinfo=UTC), status=status,
        headers=head, body=body, digest=sha256(body).hexdigest(), via="feed", entry=Entry(url=url),
    )  # fmt: skip

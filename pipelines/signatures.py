"""Signatures of texts: small records that tell how much of one text stands in another, whatever was cut or changed.

A signature is MinHash in its bottom-k form. The shingles of a text are its sequences of three words, in normal form.
The signature keeps the lowest hashes of the shingles. If two texts share shingles, they share some of the lowest
hashes. So signatures tell what part of either text stands in the other, and two near copies nearly always share some of
their very lowest hashes.
"""

from __future__ import annotations

import re
import struct
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import groupby

from pipelines import text

# This is the version of a signature's content and of its written form. It changes if either of them does.
VERSION = 1
# A signature keeps this many hashes. Chosen: 128 hashes measure a share of a text to within some hundredths, in half a
# kilobyte.
KEPT = 128
# A shingle has WORDS words (three, as measured on Arabic news). In Chinese and Japanese it has LETTERS letters, and in
# Thai and similar scripts SYLLABLES letters: both are about as long as three words.
WORDS, LETTERS, SYLLABLES = 3, 5, 9
FIRST_IDEOGRAPH = "\u3000"
# Each number of a text is hashed twice: with the NUMBER_WORDS words before it, and with the NUMBER_WORDS words after
# it. At most NUMBERS_KEPT of these hashes are kept.
NUMBERS_KEPT, NUMBER_WORDS = 64, 2
HASH_BYTES = 4
HASH_BITS = 8 * HASH_BYTES
DIGIT = re.compile(r"\d")
_HEAD = struct.Struct(">BIB")


@dataclass(frozen=True, slots=True)
class Signature:
    """What is stored of a text, to compare it with others.

    shingles: how many shingles the text has.
    least: the lowest of their hashes, in order.
    numbers: the numbers of the text; each value is a hash of the two words beside a number, joined with a hash of the
    number.
    """

    shingles: int
    least: tuple[int, ...]
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Likeness:
    """What two texts have in common: the part of each that stands in the other.

    samples: on how many shingles of the shorter text these parts are based.
    agreeing, differing: places in both texts, known by the words beside them, with the same number or with different
        numbers.
    """

    of_one: float
    of_other: float
    samples: int
    agreeing: int
    differing: int

    @property
    def contained(self) -> float:
        """The part of the shorter text that stands in the longer one."""
        return max(self.of_one, self.of_other)


def of_text(written: str) -> Signature:
    """The signature of a text. It is the same on every machine, and in every release with the same VERSION."""
    forms = text.forms(written)
    hashes = {_hash(shingle) for shingle in _shingles(forms)}
    return Signature(len(hashes), tuple(sorted(hashes)[:KEPT]), tuple(sorted(set(_numbers(forms)))[:NUMBERS_KEPT]))


def compare(one: Signature, other: Signature) -> Likeness:
    """What two texts have in common, by their signatures."""
    # Up to this hash, both signatures have all hashes of their texts.
    known = min((s.least[-1] for s in (one, other) if s.shingles > len(s.least)), default=1 << HASH_BITS)
    left, right = ({value for value in s.least if value <= known} for s in (one, other))
    shared = len(left & right)
    ours, theirs = _by_place(one.numbers), _by_place(other.numbers)
    agrees = [not ours[place].isdisjoint(theirs[place]) for place in ours.keys() & theirs.keys()]
    return Likeness(
        of_one=shared / len(left) if left else 0.0,
        of_other=shared / len(right) if right else 0.0,
        samples=min(len(left), len(right)),
        agreeing=sum(agrees),
        differing=len(agrees) - sum(agrees),
    )


def pack(signature: Signature) -> bytes:
    """A signature as Postgres keeps it."""
    numbers, least = signature.numbers, signature.least
    return _HEAD.pack(VERSION, signature.shingles, len(numbers)) + struct.pack(
        f">{len(numbers)}Q{len(least)}I", *numbers, *least
    )


def unpack(kept: bytes) -> Signature | None:
    """The signature from `pack`; None if it is of another version."""
    kept = bytes(kept)
    if len(kept) < _HEAD.size or kept[0] != VERSION or (len(kept) - _HEAD.size) % HASH_BYTES:
        return None
    _, shingles, numbers = _HEAD.unpack_from(kept)
    least = (len(kept) - _HEAD.size) // HASH_BYTES - 2 * numbers
    if least < 0:
        return None
    values = struct.unpack_from(f">{numbers}Q{least}I", kept, _HEAD.size)
    return Signature(shingles, values[numbers:], values[:numbers])


def write_signature(signature: Signature) -> str:
    """A signature as an article file has it."""
    return b64encode(pack(signature)).decode()


def read(written: str) -> Signature | None:
    """The signature that an article file has; None if it has none of this version."""
    try:
        return unpack(b64decode(written, validate=True))
    except ValueError:
        return None


def _shingles(forms: Sequence[str]) -> Iterator[str]:
    """The word sequences that are compared. If a text has too few words for one, all its words are one shingle."""
    unspaced = text.has_unspaced(" ".join(forms))
    lengths = [_length(form) if unspaced else WORDS for form in forms]
    whole = [" ".join(forms[at : at + length]) for at, length in enumerate(lengths) if at + length <= len(forms)]
    yield from whole or filter(None, [" ".join(forms)])


def _numbers(forms: Sequence[str]) -> Iterator[int]:
    """Each number of a text with the words beside it. Numbers in a row (3-1, 12.5, a date) count as one number."""
    at = 0
    for is_number, run in groupby(forms, lambda form: DIGIT.search(form) is not None):
        start, at = at, at + len(list(run))
        if is_number:
            number = _hash(" ".join(forms[start:at]))
            before, behind = forms[max(0, start - NUMBER_WORDS) : start], forms[at : at + NUMBER_WORDS]
            for mark, beside in (("<", before), (">", behind)):
                if len(beside) == NUMBER_WORDS:
                    yield _hash(" ".join((mark, *beside))) << HASH_BITS | number


def _by_place(numbers: Sequence[int]) -> dict[int, set[int]]:
    places: dict[int, set[int]] = {}
    for number in numbers:
        places.setdefault(number >> HASH_BITS, set()).add(number & (1 << HASH_BITS) - 1)
    return places


def _length(form: str) -> int:
    if not text.has_unspaced(form):
        return WORDS
    return SYLLABLES if form < FIRST_IDEOGRAPH else LETTERS


def _hash(shingle: str) -> int:
    return int.from_bytes(blake2b(shingle.encode("utf-8", "surrogatepass"), digest_size=HASH_BYTES).digest())

"""Time stamps of a third party on the newest digests of the chains (RFC 3161). A stamp proves the state of the chains
at its time.

A stamp is a pair of files in `raw-stamps` of the data folder: the stamped digests, as `anchors` writes them, and the
authority's answer to their SHA-256. With both, and the authority's certificate, anybody can check them without
Nightdesk: `openssl ts -verify` does this.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pipelines import private
from pipelines.errors import StoreError
from pipelines.settings import Settings
from pipelines.stores import anchors

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

FOLDER = "raw-stamps"
# LINES is the suffix of the stamped text, and STAMP is the suffix of its stamp.
LINES, STAMP = ".txt", ".tsr"
# The authority must answer within PATIENCE_SECONDS seconds, with at most LARGEST_BYTES bytes. Chosen: this is far more
# than the ten thousand bytes of an answer with its certificates.
PATIENCE_SECONDS, LARGEST_BYTES = 30, 200_000
QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"


@dataclass(frozen=True, kw_only=True)
class StampCheck:
    """A stamp: its file, its own time, and what is wrong with it, if anything."""

    file: str
    at: datetime | None
    problem: str = ""


def stamp(settings: Settings, lines: Sequence[str], now: datetime) -> Path | None:
    """Have these digests stamped, unless a stamp was made today or the last stamp is of the same digests; gives the
    file of the new stamp, or None.

    StoreError if the authority does not answer as it should: the next call tries again.
    """
    folder = private.folder(settings.data / FOLDER)
    text = "".join(f"{line}\n" for line in lines).encode()
    last = max(folder.glob(f"*{STAMP}"), default=None)
    if not lines or (last and (last.name.startswith(f"{now:%Y-%m-%d}") or _is_of(last, text))):
        return None
    answer = _ask(settings.timestamp_url, text)
    # A kill between the two writes leaves a text without a stamp, which proves nothing. The next call makes a stamp.
    path = folder / f"{now:%Y-%m-%dT%H%M%S}{STAMP}"
    for name, content in ((path.with_suffix(LINES), text), (path, answer)):
        beside = name.with_name(f".{name.name}")
        with private.open_private(beside, "wb") as file:
            file.write(content)
            file.flush()
        beside.replace(name)
    private.sync_folder(folder)
    return path


def stamps(settings: Settings) -> list[Path]:
    """The existing stamps, oldest first."""
    return sorted((settings.data / FOLDER).glob(f"*{STAMP}"))


def check(settings: Settings) -> tuple[list[StampCheck], list[tuple[str, int, str]]]:
    """Every existing stamp, and the digests that the valid stamps prove, as `anchors.read` gives them.

    Both are empty if NIGHTDESK_TIMESTAMP_CA names no certificates for the check. StoreError if the certificates cannot
    be read.
    """
    files = stamps(settings)
    if not files or not settings.timestamp_ca:
        return [], []
    roots = _roots(settings.timestamp_ca)
    found = [_check_stamp(file, roots) for file in files]
    kept: list[tuple[str, int, str]] = []
    for file, one in zip(files, found, strict=True):
        if not one.problem:
            kept += anchors.read(file.with_suffix(LINES))
    return found, kept


def _check_stamp(file: Path, roots: Sequence[Certificate]) -> StampCheck:
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

    at = None
    try:
        text = _read_stamp(file)
        answer = decode_timestamp_response(file.read_bytes())
        at = answer.tst_info.gen_time.astimezone(UTC)
        builder = VerifierBuilder(roots=list(roots))
        builder.build().verify_message(answer, text)
    except (VerificationError, ValueError) as error:
        return StampCheck(file=file.name, at=at, problem=str(error).rstrip("."))
    except OSError as error:
        return StampCheck(file=file.name, at=at, problem=f"its digests cannot be read: {error.strerror or error}")
    return StampCheck(file=file.name, at=at)


def _is_of(stamp: Path, text: bytes) -> bool:
    """Whether a stamp belongs to this text; False if its text is gone, because the stamp then proves nothing."""
    try:
        return _read_stamp(stamp) == text
    except FileNotFoundError:
        return False


def _read_stamp(stamp: Path) -> bytes:
    return stamp.with_suffix(LINES).read_bytes()


def _ask(url: str, text: bytes) -> bytes:
    """The answer of an authority to the SHA-256 of a text. Nothing else is sent."""
    import urllib3
    from rfc3161_client import HashAlgorithm, PKIStatus, TimestampRequestBuilder, decode_timestamp_response

    request = TimestampRequestBuilder().data(text).hash_algorithm(HashAlgorithm.SHA256).build()
    where = urlsplit(url).netloc
    try:
        with urllib3.PoolManager(retries=False, timeout=PATIENCE_SECONDS) as pool:
            got = pool.request(
                "POST", url, body=request.as_bytes(), headers={"Content-Type": QUERY, "Accept": REPLY},
                preload_content=False,
            )  # fmt: skip
            content = got.read(LARGEST_BYTES)
            got.release_conn()
    except urllib3.exceptions.HTTPError as error:
        raise StoreError(f"The time stamp authority {where} does not answer ({type(error).__name__}).") from None
    try:
        answer = decode_timestamp_response(content)
        given = PKIStatus(answer.status) == PKIStatus.GRANTED
        told = given and (answer.tst_info.message_imprint.message, answer.tst_info.nonce)
    except ValueError:
        raise StoreError(f"The time stamp authority {where} answers {got.status} with no time stamp.") from None
    if told != (sha256(text).digest(), request.nonce):
        raise StoreError(f"The time stamp authority {where} refuses, or stamps something else.")
    return content


def _roots(path: str) -> list[Certificate]:
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificates(Path(path).read_bytes())
    except (OSError, ValueError) as error:
        raise StoreError(f"NIGHTDESK_TIMESTAMP_CA, {path}, holds no certificates: {error}") from None

"""A time stamp authority on loopback: it answers RFC 3161 requests, signed by a certificate of its own root."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SHA256, ECDSA_SHA256 = "2.16.840.1.101.3.4.2.1", "1.2.840.10045.4.3.2"
SIGNED_DATA, TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
CONTENT_TYPE, MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
POLICY = "1.2.3.4.1"


def der(tag: int, *parts: bytes) -> bytes:
    """One element of DER."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def oid(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    content = b""
    for number in (first * 40 + second, *rest):
        digits = [number & 0x7F]
        while number := number >> 7:
            digits.append(0x80 | (number & 0x7F))
        content += bytes(reversed(digits))
    return der(0x06, content)


def integer(number: int) -> bytes:
    return der(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def sequence(*parts: bytes) -> bytes:
    return der(0x30, *parts)


def parts_of(content: bytes) -> list[tuple[int, bytes]]:
    """The elements that stand one after the other."""
    found = []
    while content:
        tag, size, at = content[0], content[1], 2
        if size & 0x80:
            at += size & 0x7F
            size = int.from_bytes(content[2:at], "big")
        found.append((tag, content[at : at + size]))
        content = content[at + size :]
    return found


@dataclass
class Authority:
    """The authority's root, as PEM, its address, and the requests it was asked; refuse: it answers with 500."""

    root: bytes
    url: str = ""
    asked: list[bytes] = field(default_factory=list)
    refuse: bool = False


@contextmanager
def authority() -> Iterator[Authority]:
    """An authority that answers for the length of the block."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _certificate("root", root_key, "root", root_key)
    leaf = _certificate("stamps", key, "root", root_key)
    made = Authority(root=root.public_bytes(serialization.Encoding.PEM))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = self.rfile.read(int(self.headers["Content-Length"]))
            made.asked.append(request)
            answer = _answer(request, leaf, key)
            self.send_response(500 if made.refuse else 200)
            self.end_headers()
            self.wfile.write(b"no" if made.refuse else answer)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_port}/"
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _certificate(name: str, key: Any, issuer: str, signer: Any) -> x509.Certificate:
    now, own = datetime.now(UTC), name == issuer
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=own, path_length=None), critical=True)
    )
    if not own:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(usage, critical=True)
    return builder.sign(signer, hashes.SHA256())


def _answer(request: bytes, leaf: x509.Certificate, key: Any) -> bytes:
    ((_, body),) = parts_of(request)
    asked = parts_of(body)
    imprint = der(0x30, asked[1][1])
    # Behind the imprint an optional policy, the nonce, whether the certificate is wanted.
    nonce = b"".join(der(0x02, content) for tag, content in asked[2:] if tag == 0x02)
    at = datetime.now(UTC).strftime("%Y%m%d%H%M%SZ").encode()
    told = sequence(integer(1), oid(POLICY), imprint, integer(len(request)), der(0x18, at), nonce)
    attributes = b"".join(
        sorted(
            (
                sequence(oid(CONTENT_TYPE), der(0x31, oid(TST_INFO))),
                sequence(oid(MESSAGE_DIGEST), der(0x31, der(0x04, sha256(told).digest()))),
            )
        )
    )
    signature = key.sign(der(0x31, attributes), ec.ECDSA(hashes.SHA256()))
    algorithm = sequence(oid(SHA256))
    signer = sequence(
        integer(1),
        sequence(leaf.issuer.public_bytes(), integer(leaf.serial_number)),
        algorithm,
        der(0xA0, attributes),
        sequence(oid(ECDSA_SHA256)),
        der(0x04, signature),
    )
    signed = sequence(
        integer(3),
        der(0x31, algorithm),
        sequence(oid(TST_INFO), der(0xA0, der(0x04, told))),
        der(0xA0, leaf.public_bytes(serialization.Encoding.DER)),
        der(0x31, signer),
    )
    token = sequence(oid(SIGNED_DATA), der(0xA0, signed))
    return sequence(sequence(integer(0)), token)

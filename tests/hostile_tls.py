"""Servers that speak no TLS, or one that nobody should trust, on a loopback address of their own."""

from __future__ import annotations

import socket
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

ADDRESS = "127.0.0.5"
CERTIFICATE = "self-signed.pem"
ENDS = {
    "garbage": "tls: ",
    "plain": "tls: ",
    "untrusted": "tls: ",
    "silent": "timeout",
    "hangs-up": "connection lost: ",
}
Talk = Callable[[socket.socket], None]


@contextmanager
def servers(folder: Path | None = None) -> Iterator[dict[str, int]]:
    """The port of each kind of server while the block runs; folder: where CERTIFICATE, which nobody trusts, is put."""
    over = threading.Event()
    with ExitStack() as stack:
        trust = _self_signed(folder or Path(stack.enter_context(tempfile.TemporaryDirectory())))
        talks: dict[str, Talk] = {
            "garbage": lambda client: client.sendall(bytes(range(256)) * 20),
            "plain": lambda client: client.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"),
            "untrusted": partial(_answer, trust),
            "silent": lambda client: (over.wait(60), None)[1],
            "hangs-up": lambda client: None,
        }
        listening = {name: stack.enter_context(socket.create_server((ADDRESS, 0))) for name in talks}
        for name, server in listening.items():
            threading.Thread(target=_serve, args=(server, talks[name]), daemon=True).start()
        yield {name: server.getsockname()[1] for name, server in listening.items()}
        over.set()


def _serve(server: socket.socket, talk: Talk) -> None:
    with suppress(OSError):
        while True:
            client, _ = server.accept()
            threading.Thread(target=_one, args=(client, talk), daemon=True).start()


def _one(client: socket.socket, talk: Talk) -> None:
    with client, suppress(OSError):
        client.recv(65536, socket.MSG_PEEK)
        talk(client)


def _answer(trust: ssl.SSLContext, client: socket.socket) -> None:
    with trust.wrap_socket(client, server_side=True) as secure:
        secure.recv(65536)
        secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")


def _self_signed(folder: Path) -> ssl.SSLContext:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, ADDRESS)])
    made = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1)
    )
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(ADDRESS))])
    certificate = made.add_extension(names, critical=False).sign(key, hashes.SHA256())
    form, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    path = folder / CERTIFICATE
    path.write_bytes(key.private_bytes(form, serialization.PrivateFormat.PKCS8, plain) + certificate.public_bytes(form))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context

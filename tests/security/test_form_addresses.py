"""An address of a channel that somebody gave in a web form leads to no program, file, loopback or private network."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import ChannelError
from pipelines.notify import delivery
from pipelines.notify.form_addresses import ConnectionGuard, FormAddress
from pipelines.notify.message import ReceiptCode
from pipelines.settings import Settings
from pipelines.stores import postgres
from tests.later import Later

channel_connections = Later("pipelines.airflow.channel_connections")

LOOPBACK = ip_network("127.0.0.1/32")
MESSAGE = delivery.plain("key", "A subject", "A text")


@contextmanager
def listening(location: str = "") -> Iterator[tuple[int, list[str]]]:
    """A server on loopback that takes all, or redirects: its port, and what it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.do_GET()

        def do_GET(self) -> None:
            asked.append(f"{self.command} {self.path}")
            self.send_response(302 if location else 200)
            self.send_header("Location", location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_port, asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("where", "allowed"),
    [
        (("8.8.8.8", 443), True),
        (("2a00:1450:4001::1", 443, 0, 0), True),
        (("::ffff:8.8.8.8", 443, 0, 0), True),
        (("10.1.2.3", 8065), True),
        (("::ffff:10.1.2.3", 8065, 0, 0), True),
        (("10.1.2.3", 443), False),
        (("127.0.0.1", 443), False),
        (("0.0.0.0", 443), False),
        (("169.254.169.254", 80), False),
        (("168.63.129.16", 80), False),
        (("100.64.0.1", 443), False),
        (("192.168.1.1", 443), False),
        (("224.0.0.1", 443), False),
        (("255.255.255.255", 443), False),
        (("::1", 443, 0, 0), False),
        (("::", 443, 0, 0), False),
        (("::ffff:127.0.0.1", 443, 0, 0), False),
        (("::127.0.0.1", 443, 0, 0), False),
        (("64:ff9b::7f00:1", 443, 0, 0), False),
        (("2002:7f00:1::", 443, 0, 0), False),
        (("fe80::1%eth0", 443, 0, 2), False),
        (("fe80::1", 443, 0, 2), False),
        (("fd00::1", 443, 0, 0), False),
        (("localhost", 443), False),
        ("/run/dbus/system_bus_socket", False),
        (b"\0abstract", False),
    ],
)
def test_a_connection_is_let_through_by_the_address_that_it_goes_to(where: Any, allowed: bool) -> None:
    guard = ConnectionGuard([(ip_network("10.0.0.0/8"), 8065)])

    for event in ("socket.connect", "socket.sendto"):
        with ExitStack() as stack:
            if not allowed:
                stack.enter_context(pytest.raises(PermissionError))
            guard.check(event, (None, where))

    assert guard.refused is not allowed


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1", "0x7f000001"])
def test_whatever_name_an_address_has_it_is_the_connection_that_is_checked(host: str) -> None:
    with listening() as (port, asked):
        address = FormAddress.of(f"webhook+http://{host}:{port}/hook", ["webhook+http"], [])

        with pytest.raises(ChannelError, match="leads to this machine or into a private network; NIGHTDESK_FORM_NET"):
            delivery.send("desk", address, MESSAGE)

    assert asked == []


def test_a_redirect_leads_nowhere_else() -> None:
    with listening() as (inner, asked), listening(f"http://127.0.0.1:{inner}/secret") as (outer, asked_first):
        address = FormAddress.of(f"json://127.0.0.1:{outer}/", ["json"], [(LOOPBACK, outer)])

        with pytest.raises(ChannelError, match="leads to this machine or into a private network"):
            delivery.send("desk", address, MESSAGE)
        delivery.send("desk", FormAddress.of(f"json://127.0.0.1:{inner}/", ["json"], [(LOOPBACK, 0)]), MESSAGE)

    assert asked_first == ["POST /"]
    assert asked == ["POST /"]


@pytest.mark.parametrize("address", ["file:///{folder}/alerts.jsonl", "log://", "syslog://", "json://news.test/"])
def test_a_kind_that_the_setting_does_not_name_is_refused_with_the_settings_name(address: str, tmp_path: Path) -> None:
    given = FormAddress.of(address.format(folder=tmp_path), ["webhook+https", "slack"], [(LOOPBACK, 0)])

    with delivery.open_courier("desk", given) as hand:
        receipt = hand(MESSAGE, ()).receive()

    assert receipt.code == ReceiptCode.UNUSABLE
    assert receipt.said.startswith("Channel desk has an address in an Airflow connection")
    assert "NIGHTDESK_FORM_SCHEMES" in receipt.said
    assert list(tmp_path.iterdir()) == []


def test_the_address_of_an_airflow_connection_is_such_an_address_and_one_of_the_environment_is_not(
    settings: Settings, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    current = settings.model_copy(update={"operators": "ops", "form_networks": "10.0.0.0/8:8065"})
    monkeypatch.setenv("NIGHTDESK_CHANNEL_DESK", "log://")
    monkeypatch.setattr("pipelines.airflow.connections.password", lambda name: f"slack://{name}")

    known = channel_connections.addresses(current)

    assert not isinstance(known["desk"], FormAddress)
    given = known["ops"]
    assert isinstance(given, FormAddress) and given == "slack://nightdesk_channel_ops"
    assert "slack" in given.schemes and "file" not in given.schemes and "log" not in given.schemes
    assert given.networks == ((ip_network("10.0.0.0/8"), 8065),)

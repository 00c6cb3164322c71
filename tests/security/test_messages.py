"""What a page wrote is text in every message: it sets no header, steers no terminal, calls nobody and links nothing."""

from __future__ import annotations

import json
import random
import re
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import apprise
import pytest
import requests
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from pipelines import steering
from pipelines.alert import stage as alert
from pipelines.cli import show
from pipelines.errors import ChannelError
from pipelines.notify import chat, delivery, mail, outbox
from pipelines.notify.message import Message, ReceiptCode
from pipelines.settings import Settings
from tests.databases import rows
from tests.examples import LONG

HEADERS = [
    "Content-Type", "MIME-Version", "Subject", "From", "To", "Date", "Message-ID", "In-Reply-To", "References",
    "List-Id", "List-Unsubscribe", "Auto-Submitted", "X-Nightdesk-Key",
]  # fmt: skip
SUBJECTS = [
    "=?utf-8?q?=0D=0AReply-To:_x@y?=",
    "=?utf-8?q?=0D=0A=0D=0Abody?=",
    "=?utf-8?b?DQpCY2M6IGFAYi50ZXN0?=",
    "=?iso-8859-1?q?a=0Ab?= =?utf-8?q?=0D=0AX-Evil:_1?=",
    "=?utf-7?q?+AA0ACg-X:?=",
    "=?unknown?q?=00?=",
    "=?utf-8?b?//8=?=",
    "=?utf-8?q?",
    "x\r\nBcc: a@b.test",
    "x\nBcc: a@b.test",
    "x\u2028Bcc: a@b.test\x85Cc: c@d.test",
    "half \ud800 a pair",
    "\x00\x1b[2J\x9b2J",
    "‏\u202eevil\u202c 12",
    "\t=?=?=??=",
    "قصف =?utf-8?q?=0D=0AX:1?= على الرقّة " * 9,
    "a" * 3000,
    "😀" * 200,
    " ",
]
PIECES = [
    "=?", "?=", "?q?", "?b?", "?Q?", "utf-8", "us-ascii", "utf-16", "=0D=0A", "=0A", "DQo=", "_", "=00", "\r\n",
    "\n", "\r", "\x0b", "\x85", "\u2028", "\x00", "\x9b", "\u202e", "\ud83d", "😀", "ع", "é", " ", "\t", ":", ",", ";",
    "<", ">", "@", '"', "\\", "Bcc: a@b.test", "X-Evil: 1", "\r\n\r\n.\r\n", "x" * 80,
]  # fmt: skip
# Subjects put together of pieces: of a fixed seed, and ten times as many of a new one by make test-long.
MANY, SEED = (3000, time.time_ns()) if LONG else (300, 10)


# An alert without anything hostile.
ALERT = {
    "kind": "new", "title": "خبر", "url": "https://sana.test/1", "source": "sana", "language": "ar",
    "published_at": None, "published_precision": "", "matches": [],
}  # fmt: skip


class Letters:
    """Keeps letters as they arrive, byte for byte."""

    def __init__(self) -> None:
        self.got: list[bytes] = []
        self.port = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.got.append(envelope.content)
        return "250 kept"


@pytest.fixture
def letters() -> Iterator[Letters]:
    box = Letters()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        box.port = free.getsockname()[1]
    server = Controller(
        box,
        hostname="127.0.0.1",
        port=box.port,
        auth_require_tls=False,
        authenticator=lambda *_: AuthResult(success=True),
    )
    server.start()
    yield box
    server.stop()


def hostile(text: str, url: str = "") -> Message:
    """A message of which a page wrote everything that it can write; url: but for its address."""
    found = {
        "kind": "new",
        "article_id": 7,
        "title": text,
        "url": url or f"https://evil.test/{text}",
        "source": "evil",
        "language": text,
        "published_at": datetime(2026, 11, 22, 1, 30, tzinfo=UTC),
        "published_precision": "minute",
        "matches": [{"term": text, "surface": text, "field": "title", "offset": 0, "snippet": text}],
    }
    return delivery.render(outbox.key(text.encode("utf-8", "replace")), text, f"{text}: {text}", [found])


@pytest.mark.examples
def test_whatever_a_page_wrote_the_headers_that_leave_are_ours_and_the_subject_is_its_text(letters: Letters) -> None:
    source = random.Random(SEED)
    written = SUBJECTS + ["".join(source.choices(PIECES, k=source.randint(1, 12))) for _ in range(MANY)]
    messages = [hostile(text) for text in written]

    address = f"smtp://127.0.0.1:{letters.port}/?from=desk@news.test&to=a@news.test"
    with delivery.open_courier("mail", address) as hand:
        outcomes = {hand(message, ()).receive().code for message in messages}

    assert outcomes == {ReceiptCode.SENT}
    assert len(letters.got) == len(messages)
    for raw, message in zip(letters.got, messages, strict=True):
        head = raw.split(b"\r\n\r\n", 1)[0].decode("ascii").split("\r\n")
        ours = [name for name in HEADERS if message.payload["watch"] or not name.startswith("List-")]
        names = [line.split(":", 1)[0] for line in head if not line.startswith((" ", "\t"))]
        assert names == ours, f"seed {SEED}: {message.subject}"
        parsed = message_from_bytes(raw)
        shown = str(make_header(decode_header(str(parsed["Subject"]))))
        assert shown.split() == message.subject.split(), message.subject
        assert message_from_bytes(raw, policy=policy.default)["To"] == "a@news.test"
        text, html = parsed.get_payload()
        assert text.get_payload(decode=True).decode().split() == message.text.split()
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", message.text + message.html)
        assert html.get_content_type() == "text/html"


def test_a_password_goes_in_clear_to_this_machine(letters: Letters) -> None:
    delivery.send("mail", f"smtp://desk:s3cret@127.0.0.1:{letters.port}/?to=a@news.test", delivery.plain("k", "s", "b"))

    assert len(letters.got) == 1


@pytest.mark.parametrize(
    ("address", "outcome"),
    [
        ("smtp://desk:s3cret@mail.news.test:{port}/?to=a@news.test", ReceiptCode.DOWN),
        ("smtp://desk:s3cret@mail.news.test:{port}/?to=a@news.test&password_in_clear=no", ReceiptCode.DOWN),
        ("smtp://desk:s3cret@mail.news.test:{port}/?to=a@news.test&password_in_clear=yes", ReceiptCode.SENT),
        ("smtp://mail.news.test:{port}/?to=a@news.test", ReceiptCode.SENT),
    ],
)
def test_a_password_goes_to_a_server_elsewhere_over_tls_or_where_it_is_asked_for(
    letters: Letters, monkeypatch: pytest.MonkeyPatch, address: str, outcome: ReceiptCode
) -> None:
    # The other end is on loopback, as all ends here are; the socket says it is not.
    elsewhere = type("Elsewhere", (socket.socket,), {"getpeername": lambda self: ("203.0.113.7", 25)})
    connect = socket.create_connection

    def connected(where: Any, *given: Any, **more: Any) -> socket.socket:
        found = connect(("127.0.0.1", letters.port), *given, **more)
        moved = elsewhere(fileno=found.detach())
        moved.settimeout(5)
        return moved  # type: ignore[no-any-return]

    monkeypatch.setattr(socket, "create_connection", connected)
    with mail.open_carrier(address.format(port=letters.port)) as carry:
        receipt = carry(delivery.plain("k", "s", "b"), (), lambda _: None)

    assert receipt.code == outcome
    assert len(letters.got) == (outcome == ReceiptCode.SENT)
    if outcome == ReceiptCode.DOWN:
        assert "password_in_clear=yes" in receipt.said
        assert "s3cret" not in receipt.said and "news.test" not in receipt.said


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("plain", "plain"),
        ("a\x1b]0;x\x07b", "a�]0;x�b"),
        ("a\x9b2Jb", "a�2Jb"),
        ("a\x7fb\x00c", "a�b�c"),
        ("a\x85b\u2028c\r\nd", "a\nb\nc\nd"),
        ("\u202egpj.exe", "gpj.exe"),
        ("\u2066a\u2069 \u202ab\u202c", "a b"),
        ("half \ud800", "half �"),
        ("قصف\u200f على\u200c الرقّة", "قصف\u200f على\u200c الرقّة"),
        ("tab\tand\nline", "tab\tand\nline"),
    ],
)
def test_what_steers_is_left_out_where_it_is_shown_and_escaped_where_it_is_data(
    written: str, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    steering_characters = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")

    assert steering.strip(written) == shown
    show.as_json({"title": written})
    data = capsys.readouterr().out
    assert not steering_characters.search(data)
    assert json.loads(data) == {"title": written}
    show.say(written)
    told = capsys.readouterr().out.replace("\t", "")
    assert not steering_characters.search(told)


SERVICES = {
    "discord": "discord://123456789012345678/abcdefghijklmnopqrstuvwxyz0123456789",
    "slack": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#desk",
    "mattermost": "mmosts://chat.news.test/3ccdd113474722377935511fc85d3dd4",
    "rocketchat": "rockets://webhooktokenpart1/webhooktokenpart2@chat.news.test",
    "teams": "workflows://host.news.test:443/643fae5/ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "google chat": "gchat://space/key/token",
    "telegram": "tgram://123456789:abcdefg_hijklmnop/12315544/",
    "ntfy": "ntfys://ntfy.news.test/topic",
    "matrix": "matrixs://0123456789abcdef0123456789abcdef@matrix.news.test/?mode=hookshot",
    "signal": "signals://signal.news.test/+15551234567/+15557654321",
    "zulip": "zulip://botname@organization/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/stream",
    "webex": "wxteams://" + "a" * 80,
}
# How each makes a word bold; the others of these have no bold type for what is sent to them.
BOLD = {
    "discord": "**{}**", "slack": "*{}*", "mattermost": "**{}**", "rocketchat": "**{}**", "teams": "**{}**",
    "google chat": "*{}*", "telegram": "<b>{}</b>", "matrix": "<b>{}</b>", "zulip": "**{}**", "webex": "**{}**",
}  # fmt: skip
ACTS = [
    "@everyone", "@here", "@all", "@channel", "<!channel>", "<!everyone>", "<@U012AB3CD>", "<@&123456789012345678>",
    "[click](http://evil.test/)", "[click] (http://evil.test/)", "[click][1]", "[1]: http://evil.test/",
    "![pic](http://evil.test/p.png)", "<http://evil.test/|click>", '<a href="http://evil.test/">click</a>',
    "http://evil.test/path", "www.evil.test",
]  # fmt: skip


@pytest.fixture
def requested(monkeypatch: pytest.MonkeyPatch) -> list[requests.PreparedRequest]:
    """What would leave for a service, whose every answer is yes."""
    got: list[requests.PreparedRequest] = []

    def sent(self: Any, request: requests.PreparedRequest, **_: Any) -> requests.Response:
        got.append(request)
        answer = requests.Response()
        answer.status_code = 200
        answer._content = b"ok" if "slack" in (request.url or "") else b'{"ok": true, "success": true}'
        answer.url, answer.request, answer.encoding = request.url or "", request, "utf-8"
        return answer

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", sent)
    return got


def said(request: requests.PreparedRequest) -> str:
    """A request's body as the service reads it."""
    body = request.body.decode() if isinstance(request.body, bytes) else str(request.body or "")
    try:
        return json.dumps(json.loads(body), ensure_ascii=False).replace("&lt;", "<").replace("&gt;", ">")
    except ValueError:
        return body


@pytest.mark.parametrize("service", SERVICES)
def test_what_a_page_wrote_never_acts_in_a_chat(service: str, requested: list[requests.PreparedRequest]) -> None:
    for act in ACTS:
        requested.clear()
        with chat.open_carrier(SERVICES[service]) as carry:
            # An address within an address is one link, the article's.
            url = "https://news.test/1" if "evil" in act else ""
            receipt = carry(hostile(f"Bread {act} dearer", url), (), lambda _: None)

        assert receipt.code == ReceiptCode.SENT
        told = "\n".join(map(said, requested))
        assert "dearer" in told
        for active in ("@everyone", "@here", "@all", "@channel", "<!", "<@", "](", "] (", "][", "]:", "<http", "<a "):
            assert active not in told, (act, active, told)
        assert "evil" not in act or not re.search(r"(://|www\\?\.)evil", told), told
        assert "apprise" not in told.lower(), told


@pytest.mark.parametrize("service", SERVICES)
def test_a_chat_gets_the_found_words_bold_the_address_whole_the_number_in_the_archive_and_how_to_mute(
    service: str, requested: list[requests.PreparedRequest]
) -> None:
    url = "https://news.test/a_b-c.d/2026?x=1&y_z=(2)"
    found = [{"surface": "بداعش", "snippet": "قتال بداعش & \x02غيره\x03 5 < 6 في الرقّة"}]
    alert = {**ALERT, "article_id": 7, "title": "خبر *عن* الرقّة", "url": url, "matches": found}
    message = delivery.render("raqqa/7", "raqqa", "raqqa: خبر", [alert])

    with chat.open_carrier(SERVICES[service]) as carry:
        receipt = carry(message, (), lambda _: None)

    told = "\n".join(unescape(text) for request in requested for text in _words(request))
    assert receipt.code == ReceiptCode.SENT
    assert f"قتال {BOLD.get(service, '{}').format('بداعش')} & �غيره� 5 ‹ 6 في الرقّة" in told
    assert url in told
    assert "nightdesk articles 7" in told and "nightdesk watch mute raqqa --for 1d" in told
    assert not re.search("[\x02\x03]", told)


def test_what_is_cut_ends_in_no_open_bold_type(requested: list[requests.PreparedRequest]) -> None:
    found = [{"surface": "بداعش", "snippet": f"{number} " + "بداعش " * 9} for number in range(99)]
    message = delivery.render("raqqa/7", "raqqa", "raqqa: خبر", [{**ALERT, "matches": found}])

    with chat.open_carrier(SERVICES["teams"]) as carry:
        receipt = carry(message, (), lambda _: None)

    texts = [max(_texts(json.loads(request.body or "{}")), key=len) for request in requested]
    assert receipt.code == ReceiptCode.SENT
    assert any("…" in text for text in texts)
    assert all(text.count("**") % 2 == 0 and len(text) <= 1000 for text in texts)


@pytest.mark.parametrize(
    ("service", "most"), [("telegram", 4096), ("discord", 2000), ("teams", 1000), ("mattermost", 4000)]
)
def test_a_collected_message_goes_out_in_pieces_that_the_service_takes(
    service: str, most: int, requested: list[requests.PreparedRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    # apprise waits 5.5 s between two posts to Teams, for the service's sake; none gets these.
    monkeypatch.setattr(apprise.NotifyBase, "request_rate_per_sec", 0)
    alerts = [
        {
            "kind": "new",
            "title": f"خبر {n} " + "من الرقّة & <ريفها> " * 4,
            "url": f"https://sana.test/news/{n}/" + "x" * 80,
            "source": "sana",
            "language": "ar",
            "published_at": None,
            "published_precision": "",
            "matches": [{"surface": "الرقّة", "snippet": "… قتلى في الرقّة & ريفها 😀 … " * 3}],
        }
        for n in range(66)
    ]
    message = delivery.render("raqqa/digest/1/desk", "raqqa", "raqqa: 66 more alerts", alerts)
    taken: list[str] = []

    with chat.open_carrier(SERVICES[service]) as carry:
        receipt = carry(message, (), taken.append)

    texts = [max(_texts(json.loads(r.body or "{}")), key=len) for r in requested]
    assert receipt.code == ReceiptCode.SENT
    assert list(receipt.taken) == taken
    assert all(len(text) <= most for text in texts)
    assert [len(re.findall(rf"/news/{n}/x{{80}}", "\n".join(texts))) for n in range(66)] == [1] * 66


def _words(request: requests.PreparedRequest) -> list[str]:
    """The texts that a request carries, as JSON or as a form."""
    body = request.body.decode() if isinstance(request.body, bytes) else str(request.body or "")
    return list(_texts(json.loads(body))) if body.startswith("{") else [text for _, text in parse_qsl(body)]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(one)


def test_pieces_that_were_taken_are_not_sent_again(requested: list[requests.PreparedRequest]) -> None:
    message = delivery.plain("k", "s", "\n".join("line " + "x" * 500 for _ in range(9)))

    with chat.open_carrier(SERVICES["discord"]) as carry:
        whole = carry(message, (), lambda _: None)
        requested.clear()
        rest = carry(message, list(whole.taken)[:-1], lambda _: None)

    assert len(whole.taken) > 2
    assert rest.code == ReceiptCode.SENT
    assert len(requested) == 1


def test_nothing_that_lists_messages_or_channels_says_an_address(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    from typer.testing import CliRunner

    from pipelines.cli import app
    from pipelines.stores import postgres

    addresses = {
        "hook": "webhook+http://u:s3cret@127.0.0.1:1/s3cret",
        "mail": "smtp://u:s3cret@127.0.0.1:1/?to=s3cret@news.test",
        "chat": "json://u:s3cret@127.0.0.1:1/s3cret",
        "wrong": "nosuchthing://s3cret",
    }
    for name, value in settings.model_dump().items():
        monkeypatch.setenv(f"NIGHTDESK_{name.upper()}", str(value))
    for name, address in addresses.items():
        monkeypatch.setenv(f"NIGHTDESK_CHANNEL_{name.upper()}", address)
    with postgres.connection(settings) as conn:
        with conn:
            for name in addresses:
                outbox.put_message(conn, name, name, "subject", "body")
        alert.send(settings)
        kept = json.dumps(
            rows(conn, "select d.*, c.* from deliveries d join channels c on c.name = d.channel"), default=str
        )

    printed = ""
    for words in (
        ["notify", "list"],
        ["notify", "list", "--json"],
        ["status"],
        ["status", "--json"],
        ["notify", "test", "hook"],
    ):
        result = CliRunner().invoke(app, words)
        printed += result.output + str(result.exception)

    assert len(rows_of(kept)) == 4
    for text in (kept, printed, "".join(capfd.readouterr())):
        assert "s3cret" not in text and "news.test" not in text and "127.0.0.1:1" not in text


def rows_of(kept: str) -> list[Any]:
    return list(json.loads(kept))


@pytest.mark.parametrize("name", ["from", "to"])
def test_an_address_with_a_line_break_is_refused(name: str) -> None:
    with pytest.raises(ChannelError, match="cannot be used"):
        delivery.send(
            "mail", f"smtp://127.0.0.1:1/?to=a@b.test&{name}=a@b.test%0D%0ABcc:c@d.test", delivery.plain("k", "s", "b")
        )

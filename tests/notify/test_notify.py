"""Channels: mail and webhooks as they arrive, and errors that say nothing of an address."""

from __future__ import annotations

import base64
import hmac
import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from pipelines import steering
from pipelines.errors import ChannelError
from pipelines.notify import channel_kinds, delivery, subjects, webhook

ALERT: dict[str, Any] = {
    "kind": "new",
    "title": "غارة <على> الرقّة",
    "url": "https://sana.test/1?a=1&b=2",
    "source": "sana",
    "language": "ar",
    "published_at": datetime(2026, 11, 22, 1, 30, tzinfo=UTC),
    "published_precision": "minute",
    "matches": [
        {"term": "الرقة", "surface": "بالرقّة", "field": "text", "offset": 4, "snippet": "… قتلى بالرقّة & ريفها …"},
        {"term": "الرقة", "surface": "الرقّة", "field": "title", "offset": 11, "snippet": "غارة <على> الرقّة"},
    ],
}
MESSAGE = delivery.render("raqqa/1/new/1/desk", "رصد الرقة", "رصد الرقة: غارة على الرقّة", [ALERT])


class Mailbox:
    """Keeps what the mail server on loopback is given."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answer = "250 kept"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answer.startswith("250"):
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        return self.answer


def _checked(password: bytes) -> AuthResult:
    return AuthResult(success=password == b"s3:cret", handled=False)


@pytest.fixture
def mail() -> Iterator[tuple[Mailbox, int]]:
    box = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(
        box,
        hostname="127.0.0.1",
        port=port,
        auth_require_tls=False,
        authenticator=lambda s, session, envelope, mechanism, data: _checked(data.password),
    )
    server.start()
    yield box, port
    server.stop()


def test_a_mail_arrives_with_subject_text_and_html_in_their_own_direction(mail: tuple[Mailbox, int]) -> None:
    box, port = mail

    delivery.send("desk", f"smtp://127.0.0.1:{port}/?from=desk@news.test&to=a@news.test,b@news.test", MESSAGE)

    (got,) = box.mails
    assert got["Subject"] == "رصد الرقة: غارة على الرقّة"
    assert got["To"] == "a@news.test, b@news.test"
    text = got.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    html = got.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert "غارة <على> الرقّة\nNew · sana · published 2026-11-22 01:30 UTC\n… قتلى بالرقّة & ريفها …\nhttps://" in text
    assert (
        '<div dir="rtl" lang="ar"><h3><a href="https://sana.test/1?a=1&amp;b=2">غارة &lt;على&gt; <mark>الرقّة</mark></a>'
        in html
    )
    assert "… قتلى <mark>بالرقّة</mark> &amp; ريفها …" in html


def test_the_message_id_is_made_from_the_key_alone(mail: tuple[Mailbox, int]) -> None:
    box, port = mail
    address = f"smtp://desk%40news.test:s3%3Acret@127.0.0.1:{port}/?to=a@news.test"

    for _ in range(2):
        delivery.send("desk", address, MESSAGE)
    delivery.send("desk", address, delivery.plain("other", "x", "x"))

    first, second, other = (got["Message-ID"] for got in box.mails)
    assert first == second != other
    assert box.mails[0]["From"] == "desk@news.test"


def test_mailto_is_mail_through_the_server_it_names(mail: tuple[Mailbox, int]) -> None:
    box, port = mail

    delivery.send("desk", f"mailto:a@news.test?server=127.0.0.1&port={port}", MESSAGE)

    assert box.mails[0]["To"] == "a@news.test"


def test_a_subject_cannot_add_a_header(mail: tuple[Mailbox, int]) -> None:
    box, port = mail

    delivery.send(
        "desk",
        f"smtp://127.0.0.1:{port}/?to=a@news.test",
        delivery.plain("k", "x\r\nBcc: b@news.test" + "y" * 300, "body"),
    )

    assert box.mails[0]["Bcc"] is None
    assert len(box.mails[0]["Subject"]) == 160


@pytest.mark.parametrize(
    ("answer", "user", "said"),
    [
        ("550 no <a@news.test> here", "", "the mail server answered 550"),
        ("250 kept", "desk:wrong-secret@", "the mail server answered 535"),
    ],
)
def test_what_a_mail_server_refuses_is_said_without_the_address(
    mail: tuple[Mailbox, int], answer: str, user: str, said: str
) -> None:
    box, port = mail
    box.answer = answer

    with pytest.raises(ChannelError) as caught:
        delivery.send("desk", f"smtp://{user}127.0.0.1:{port}/?to=a@news.test", MESSAGE)

    assert str(caught.value) == f"Channel desk did not take the message: {said}."
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    "address",
    [
        "webhook+http://user:s3cret@127.0.0.1:1/token",
        "webhook+http://s3cret\x00.test/",
        "webhook+http://[s3cret/",
        "smtp://user:s3cret@127.0.0.1:1/?to=a@news.test",
        "smtp://user:s3cret@127.0.0.1:x/?to=a@news.test",
        "smtp://user:s3cret@127.0.0.1/",
        "smtps://user:s3cret@127.0.0.1:1/?to=a@news.test",
        "nosuchservice://s3cret",
        "json://user:s3cret@127.0.0.1:1/token",
        "s3cret",
    ],
)
def test_no_error_and_no_log_line_says_an_address(address: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    with pytest.raises(ChannelError) as caught:
        delivery.send("desk", address, MESSAGE)

    assert "Channel desk" in str(caught.value)
    assert "s3cret" not in str(caught.value) + caplog.text
    assert "127.0.0.1" not in str(caught.value) + caplog.text


def test_a_message_of_several_kinds_is_a_digest_and_removals_say_so() -> None:
    gone = datetime(2026, 11, 23, 4, tzinfo=UTC)
    removed = {**ALERT, "kind": "removed", "published_precision": "day", "removed_at": gone, "article_id": 7}

    message = delivery.render("k", "w", "", [ALERT, removed])

    assert (message.payload["kind"], message.subject) == ("digest", "w: 2 alerts (1 new, 1 removed)")
    said = message.text.splitlines()
    where = said.index("غارة <على> الرقّة", 1) + 1
    assert said[where] == (
        "Removed from the site · sana · published 2026-11-22 · gone when looked at 2026-11-23 04:00 UTC"
    )
    assert said[where + 2 : where + 4] == [
        "It stood at https://sana.test/1?a=1&b=2 (the site no longer has it).",
        "In the archive: nightdesk articles 7",
    ]
    assert message.html.count("<a ") == 1
    assert message.payload["alerts"][1]["removed_at"] == "2026-11-23T04:00:00+00:00"


def test_a_day_is_that_of_the_source_and_a_source_has_its_own_name() -> None:
    midnight = datetime(2026, 11, 21, 21, tzinfo=UTC)
    alert = {**ALERT, "published_at": midnight, "published_precision": "day", "timezone": "Asia/Damascus"}

    message = delivery.render("k", "w", "", [{**alert, "source_title": "وكالة سانا"}])

    assert "New · وكالة سانا · published 2026-11-22\n" in message.text
    assert (message.payload["alerts"][0]["source"], message.payload["alerts"][0]["source_title"]) == (
        "sana", "وكالة سانا",
    )  # fmt: skip


def test_excerpts_are_sentences_that_were_not_said_yet() -> None:
    title = "غارة على الرقة"
    snippets = [title, "غارة على الرقّة.", "قُتل ثلاثة في الرقة", "قتل ثلاثة في الرقة.", "… ثلاثة في الرقة …"]
    matches = [{"surface": "الرقة", "snippet": one} for one in [*snippets, *(f"الرقة {n}" for n in range(6))]]

    message = delivery.render("k", "w", "", [{**ALERT, "title": title, "matches": matches}])

    said = message.text.splitlines()
    assert said[2:8] == ["قُتل ثلاثة في الرقة", "الرقة 0", "الرقة 1", "الرقة 2", "الرقة 3", "… and 2 more sentences"]
    assert len(message.payload["alerts"][0]["snippets"]) == 7


def test_a_change_says_what_changed() -> None:
    before = {
        "title": "Two dead in Raqqa",
        "description": "",
        "text": "A strike hit Raqqa. Two people died.\nRescue goes on.",
    }
    now = {
        "title": "Three dead in Raqqa",
        "description": "",
        "text": "A strike hit  Raqqa. Three people died.\nRescue goes on.",
    }
    matches = [{"surface": "Raqqa", "snippet": now["title"]}, {"surface": "Raqqa", "snippet": "A strike hit Raqqa."}]
    alert = {**ALERT, "kind": "revised", "title": now["title"], "language": "en", "matches": matches}

    message = delivery.render("k", "w", "", [{**alert, "before": before, "now": now}])

    assert message.text.splitlines()[2:9] == [
        "Title before: Two dead in Raqqa",
        "New in it:",
        "Three people died.",
        "No longer in it:",
        "Two people died.",
        "Found in it:",
        "A strike hit Raqqa.",
    ]
    assert message.payload["alerts"][0]["changes"] == {
        "title_before": "Two dead in Raqqa", "added": ["Three people died."], "removed": ["Two people died."],
    }  # fmt: skip


def test_new_changed_and_removed_have_subjects_of_their_own() -> None:
    alert = {"watch": "raqqa", "article_id": 1, "title": "A\nstrike"}
    kinds = [("new", ""), ("revised", "minor"), ("revised", "correction"), ("revised", "headline"), ("removed", "")]

    said = [
        subjects.subject_of([{**alert, "kind": kind, "revision_kind": edit}], collected=False) for kind, edit in kinds
    ]

    assert said == [
        "raqqa: A strike", "raqqa: changed: A strike", "raqqa: corrected: A strike", "raqqa: new headline: A strike",
        "raqqa: removed: A strike",
    ]  # fmt: skip


def test_an_address_that_is_no_web_address_is_no_link() -> None:
    message = delivery.render("k", "w", "", [{**ALERT, "url": "javascript:alert(1)", "title": "Strike on Raqqa"}])

    assert "<a " not in message.html
    assert '<div dir="ltr"' in message.html


def test_marking_does_not_touch_what_it_put_in() -> None:
    matches = [{"surface": "mark", "snippet": "a mark & <mark>"}, {"surface": "a mark", "snippet": "a mark & <mark>"}]

    message = delivery.render("k", "w", "", [{**ALERT, "matches": matches}])

    assert "<mark>a mark</mark> &amp; &lt;<mark>mark</mark>&gt;" in message.html


def test_a_test_message_reaches_the_channel(mail: tuple[Mailbox, int]) -> None:
    box, port = mail

    answered = delivery.test("desk", f"smtp://127.0.0.1:{port}/?to=a@news.test,b@news.test")

    assert answered == "the mail server answered 250, for 2 recipients"
    assert box.mails[0]["Subject"] == "Nightdesk: test of desk"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("webhok+https://s3cret.test/x", "begins with webhok+https://, which is no kind of channel; did you mean we"),
        ("https://s3cret.test/x", "did you mean webhook+https://?"),
        ("slak://s3cret/b/c", "did you mean slack://"),
        ("webhook+https://", "what follows webhook+ is no URL with a host"),
        ("smtp://user:s3cret@127.0.0.1/", "it names no recipient"),
        ("smtp://user:s3cret@127.0.0.1:x/?to=a@news.test", "its host or its port is none"),
        ("tgram://s3cret", "has an address that tgram:// cannot be used with"),
        ("s3cret", "has an address of no known kind"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_address_is_told_with_the_near_kinds_and_nothing_of_it(address: str, said: str) -> None:
    with pytest.raises(ChannelError) as caught:
        delivery.send("desk", address, MESSAGE)

    assert said in str(caught.value)
    assert "s3cret" not in str(caught.value)


@pytest.fixture
def hook() -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """The address of a webhook on loopback, and the headers and bodies that it got."""
    got: list[tuple[dict[str, str], bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append(({"path": self.path, **{name.lower(): value for name, value in self.headers.items()}}, body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Nothing on the test's output."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"webhook+http://127.0.0.1:{server.server_port}/hook?a=b", got
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_request_is_signed_as_standard_webhooks_writes_in_its_example() -> None:
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")

    signed = webhook.signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')

    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("written", "secret"),
    [("s3cret+/=ü", "s3cret+/=ü".encode()), ("whsec_c2VjcmV0Kw==", b"secret+"), ("a%20b", b"a b")],
)
def test_a_webhook_with_a_secret_is_signed_and_its_secret_never_sent(
    hook: tuple[str, list[tuple[dict[str, str], bytes]]], written: str, secret: bytes
) -> None:
    address, got = hook

    answered = delivery.send("desk", f"{address}#secret={written}", MESSAGE)

    assert answered.startswith("it answered 2")
    ((headers, body),) = got
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    right = base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()
    assert headers["webhook-signature"] == f"v1,{right}"
    assert headers["webhook-id"] == headers["idempotency-key"] == MESSAGE.key
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
    assert headers["path"] == "/hook?a=b"


def test_a_webhook_without_a_secret_is_not_signed(hook: tuple[str, list[tuple[dict[str, str], bytes]]]) -> None:
    address, got = hook

    delivery.send("desk", address, MESSAGE)

    assert not [name for name in got[0][0] if name.startswith("webhook-")]


def test_a_webhook_goes_through_the_proxy_of_the_environment_with_its_login_and_without_its_secret(
    hook: tuple[str, list[tuple[dict[str, str], bytes]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, got = hook
    monkeypatch.setenv("HTTP_PROXY", address.removeprefix("webhook+"))
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)

    delivery.send("desk", "webhook+http://chief:p%40ss@desk.newsroom.test/in?x=1#secret=quiet", MESSAGE)

    headers = got[0][0]
    assert headers["path"] == "http://desk.newsroom.test/in?x=1"
    assert headers["host"] == "desk.newsroom.test"
    assert base64.b64decode(headers["authorization"].removeprefix("Basic ")) == b"chief:p@ss"
    assert headers["webhook-id"] == headers["idempotency-key"] == MESSAGE.key
    assert "quiet" not in str(got)


def test_messages_are_as_their_schema_says() -> None:
    schema = json.loads(Path("docs/webhook.schema.json").read_text())
    removed = {**ALERT, "kind": "removed", "removed_at": datetime(2026, 11, 23, 4, tzinfo=UTC), "article_id": 7}
    was = {"title": "قبل", "description": "", "text": "نص"}
    revised = {**ALERT, "kind": "revised", "before": was, "now": {**was, "title": "بعد"}}
    messages = [MESSAGE, delivery.render("k", "w", "", [removed, revised]), delivery.plain("k", "Failed", "Because.")]

    for message in messages:
        payload = json.loads(steering.as_json(message.payload))

        jsonschema.validate(payload, schema)
        assert payload.keys() <= schema["properties"].keys()
        for alert in payload["alerts"]:
            assert alert.keys() == schema["$defs"]["alert"]["properties"].keys()


def test_a_file_gets_each_message_once_as_a_line_and_loses_what_a_kill_tore(tmp_path: Path) -> None:
    file = tmp_path / "alerts.jsonl"
    second = delivery.render("raqqa/2/new/1/desk", "رصد الرقة", "", [ALERT])
    delivery.send("desk", f"file://{file}", MESSAGE)
    whole = file.read_bytes()
    file.write_bytes(whole + whole[:40])

    for message in (second, MESSAGE, second):
        delivery.send("desk", f"file://{file}", message)

    assert [json.loads(line)["key"] for line in file.read_text().splitlines()] == [MESSAGE.key, second.key]
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("address", ["file://alerts.jsonl", "file:///", "file:///tmp/%00", "log://x"])
def test_an_address_of_no_file_and_of_no_log_is_refused(address: str) -> None:
    with pytest.raises(ChannelError, match="has an address that cannot be used"):
        if problem := channel_kinds.problem(address):
            raise ChannelError(f"Channel desk {problem}.")


def test_a_file_that_cannot_be_written_is_down(tmp_path: Path) -> None:
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "elsewhere")

    for name in ("missing/alerts.jsonl", "link.jsonl"):
        with pytest.raises(ChannelError, match="the file cannot be written"):
            delivery.send("desk", f"file://{tmp_path}/{name}", MESSAGE)


def test_the_log_gets_a_line_with_subject_and_address(caplog: pytest.LogCaptureFixture) -> None:
    delivery.send("desk", "log://", MESSAGE)

    assert [record.getMessage() for record in caplog.records] == [
        "رصد الرقة: غارة على الرقّة https://sana.test/1?a=1&b=2"
    ]


def test_letters_on_one_article_are_one_thread_of_a_list_that_can_be_left(mail: tuple[Mailbox, int]) -> None:
    box, port = mail
    of_seven = {**ALERT, "article_id": 7}
    removed = {**of_seven, "kind": "removed", "removed_at": datetime(2026, 11, 23, 4, tzinfo=UTC)}
    other = {**ALERT, "article_id": 8}
    messages = [
        delivery.render(f"k{n}", "رصد", "", alerts)
        for n, alerts in enumerate([[of_seven], [removed], [other], [of_seven, other]])
    ]

    for message in messages:
        delivery.send("desk", f"smtp://127.0.0.1:{port}/?from=Desk <desk@news.test>&to=a@news.test", message)

    first, second, third, digest = (letter["References"] for letter in box.mails)
    assert first == second and first not in (None, third) and digest is None
    assert len({letter["Message-ID"] for letter in box.mails} | {first, third}) == 6
    assert len({letter["List-Id"] for letter in box.mails}) == 1
    assert {letter["List-Unsubscribe"].strip() for letter in box.mails} == {
        "<mailto:desk@news.test?subject=unsubscribe%20%D8%B1%D8%B5%D8%AF>"
    }

"""A page as it was received, for a person to look at: nothing of it acts, and what was cut is found in its place."""

from __future__ import annotations

import re

import pytest

from pipelines.archive import received_page
from pipelines.archive.received_page import ReceivedBlock
from pipelines.errors import StoreError
from tests.factories import page
from tests.hostile_page import HOSTILE


def test_nothing_of_a_hostile_page_is_left_that_acts_and_its_text_is() -> None:
    shown = received_page.harmless(page("sana", "https://sana.test/1", HOSTILE), "ar")

    for text in ("نص الخبر", "further", "a picture", "Log in", "read without scripts"):
        assert text in shown
    assert 'style="color:green"' in shown and 'src="data:image/png;base64,iVBORw0KGgo="' in shown
    assert not re.search(
        r"evil|steal|javascript:|svg|<(?:script|link|meta|base|iframe|form|input|button|object|embed)", shown
    )
    assert not re.search(r"\s(?:on\w+|href|srcset|ping|target|action|background)=|<!--", shown)


def test_what_was_cut_stands_where_the_page_has_it_and_what_is_not_found_is_named() -> None:
    body = "<p>أعلن الوزير القرار</p><p>اقرأ أيضا: خبر آخر</p><p>وقال إن التنفيذ يبدأ غدا</p><div>شارك الخبر</div>"
    sent = page(
        "sana", "https://sana.test/1", f"<html><body><nav>الرئيسية</nav><article>{body}</article></body></html>"
    )
    cut = [
        {"text": t, "reason": r} for t, r in (("اقرأ أيضا: خبر آخر", "teaser"), ("شارك الخبر", "share"), ("غائب", "x"))
    ]

    blocks, lost = received_page.blocks(sent, "ar", ["أعلن الوزير القرار", "وقال إن التنفيذ يبدأ غدا"], cut)

    assert blocks == [
        ReceivedBlock("أعلن الوزير القرار"),
        ReceivedBlock("اقرأ أيضا: خبر آخر", "teaser"),
        ReceivedBlock("وقال إن التنفيذ يبدأ غدا"),
        ReceivedBlock("شارك الخبر", "share"),
    ]
    assert lost == [ReceivedBlock("غائب", "x")]


@pytest.mark.parametrize(
    ("body", "more"),
    [
        (b"%PDF-1.7 binary", {"headers": (("Content-Type", "application/pdf"),)}),
        (b"<html><body>" + b"<i>" * 200_000, {}),
        (b"<html><body><p>" + b"a=b " * 50_000, {}),
        (b"", {}),
    ],
)
def test_what_no_parser_should_be_given_is_not_shown(body: bytes, more: dict[str, object]) -> None:
    sent = page("sana", "https://sana.test/1", body, **more)

    try:
        shown = received_page.harmless(sent, "ar")
    except StoreError as error:
        assert "https://sana.test/1" in str(error)
    else:
        assert len(shown) < 10 * len(body)

"""A page as it was received, for a person to look at: nothing of it acts, and what was cut is found in its place."""

from __future__ import annotations

import re

import pytest

from pipelines.archive import received
from pipelines.archive.received import Block
from pipelines.errors import StoreError
from tests.factories import page

# One of each thing that a page could do: run, load, lead away, connect ahead, send, or pretend.
HOSTILE = """<!doctype html><html onload="steal()" manifest="/m"><head><title>خبر</title>
<base href="https://evil.test/"><meta http-equiv="refresh" content="0;url=https://evil.test/">
<link rel=preconnect href="https://evil.test"><link rel="stylesheet" href="https://evil.test/a.css">
<script>steal()</script><script src="https://evil.test/a.js"></script>
<style>body{color:red}</style><style>a{}<!--</style><link rel=dns-prefetch href="//evil.test">--></head>
<body background="https://evil.test/b.png"><!--><img src=x onerror=steal()>-->
<p onclick="steal()" style="color:green">نص الخبر</p>
<a href="https://evil.test/" ping="https://evil.test/p" target="_top">further</a><a href="javascript:steal()">here</a>
<img src="https://evil.test/i.png" srcset="https://evil.test/i2.png 2x" alt="a picture">
<img src="data:image/png;base64,iVBORw0KGgo=" alt="its own"><img src="data:image/svg+xml;base64,PHN2Zz4=">
<form action="https://evil.test/"><input name=password><button formaction="https://evil.test/">Log in</button></form>
<iframe src="https://evil.test/f"></iframe><object data="https://evil.test/o"></object><embed src="https://evil.test/e">
<video poster="https://evil.test/v" autoplay><source src="https://evil.test/s"></video>
<audio src="https://evil.test/u"></audio>
<svg><script>steal()</script><image href="https://evil.test/x"/></svg><math><mi xlink:href="javascript:steal()">x</mi>
</math>
<template><script>steal()</script></template><noscript><p>read without scripts</p><img src="https://evil.test/n"></noscript>
<dialog open>Session expired</dialog><xmp><script>steal()</script></xmp><portal src="https://evil.test"></portal>
</body></html>"""


def test_nothing_of_a_hostile_page_is_left_that_acts_and_its_text_is() -> None:
    shown = received.harmless(page("sana", "https://sana.test/1", HOSTILE), "ar")

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

    blocks, lost = received.blocks(sent, "ar", ["أعلن الوزير القرار", "وقال إن التنفيذ يبدأ غدا"], cut)

    assert blocks == [
        Block("أعلن الوزير القرار"),
        Block("اقرأ أيضا: خبر آخر", "teaser"),
        Block("وقال إن التنفيذ يبدأ غدا"),
        Block("شارك الخبر", "share"),
    ]
    assert lost == [Block("غائب", "x")]


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
        shown = received.harmless(sent, "ar")
    except StoreError as error:
        assert "https://sana.test/1" in str(error)
    else:
        assert len(shown) < 10 * len(body)

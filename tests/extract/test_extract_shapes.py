"""The six page shapes that Arabic newsrooms print most, one sentence for another: the text comes out exactly."""

from __future__ import annotations

import pytest

from tests.pages import BODY, TITLE, article, page
from tests.printed_pages import FOOT, FORM, MENU, SHAPES, SITE


@pytest.mark.parametrize("charset", ["utf-8", "windows-1256"])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_text_of_every_shape_is_exact_in_either_charset(shape: str, charset: str) -> None:
    body = (
        f'<!doctype html><html dir="rtl" lang="ar"><head><meta charset="{charset}"><title>{TITLE} - {SITE}</title>'
        f'<meta property="og:title" content="{TITLE}"><meta property="og:type" content="article"></head>'
        f'<body class="rtl single">{MENU}{SHAPES[shape]}{FOOT}</body></html>'
    )

    made = article(body.encode(charset))

    assert (made.title, made.text.split("\n")) == (TITLE, BODY)


def test_a_sentence_with_two_readers_comments_is_the_sentence() -> None:
    comments = "".join(
        f'<li class="comment"><article class="comment-body"><footer class="comment-meta"><b '
        f'class="fn">{name}</b> <span '
        f'class="says">يقول</span>: <time>27 نوفمبر، 2026 الساعة 11:02</time></footer><div '
        f'class="comment-content"><p>{said}'
        '</p></div><div class="reply"><a href="#">رد</a></div></article></li>'
        for name, said in [("أبو سليم", "ننتظر افتتاحه منذ عامين كاملين، والحمد لله أنه صار آمناً لأولادنا وأهلنا."),
                           ("قارئة", "نرجو أن تبقى السيارات بعيدة عنه كما وعدتنا البلدية في بيانها الأخير.")]
    )  # fmt: skip
    shape = (
        f'<main><article class="post hentry"><h1 class="entry-title">{TITLE}</h1><div '
        f'class="entry-content"><p>{BODY[0]}</p>'
        f'</div></article><div id="comments"><h2>تعليقان على “{TITLE}”</h2><ol '
        f'class="comment-list">{comments}</ol>{FORM}</div>'
        "</main>"
    )

    made = article(f"<html lang=ar><head><title>{TITLE}</title></head><body>{MENU}{shape}{FOOT}</body></html>")

    assert made.text == BODY[0]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_fifth_time_gives_what_the_first_gave(shape: str) -> None:
    given = page(f"<html lang=ar><head><title>{TITLE}</title></head><body>{MENU}{SHAPES[shape]}{FOOT}</body></html>")

    assert len({article(given.body).text for _ in range(5)}) == 1

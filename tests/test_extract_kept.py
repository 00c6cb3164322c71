"""What looks like the frame of a page and is the article's all the same."""

from __future__ import annotations

import json

import pytest

from pipelines.extract.site.observations import Observation, learn
from tests.pages import BODY, TITLE, article, html, story

REFRAIN = "فيا نهر خذ الجسر واحفظ لنا الضفتين وعد بنا إلى بيوتنا القديمة قبل حلول هذا الشتاء الطويل"


def test_a_form_around_the_whole_page_changes_nothing() -> None:
    rows = "<br><br>".join(BODY)
    inside = (
        f"<table><tr><td><a href=/>الرئيسية</a></td></tr></table><div><h1>{TITLE}</h1><div class=txt>{rows}</div></div>"
    )
    hidden = "<input type=hidden name=__VIEWSTATE value=x>"

    boxed = article(html(f"<div>{hidden}{inside}</div>"))
    formed = article(html(f"<form method=post action=News.aspx>{hidden}{inside}</form>"))

    assert formed.text == boxed.text
    assert len(formed.text) > len(" ".join(BODY)) / 2


def test_a_small_form_is_still_no_text() -> None:
    form = "<form action=/subscribe><p>اكتب بريدك هنا ليصلك ملخص الأخبار كل صباح</p><input name=mail></form>"

    assert "بريدك" not in article(html(story() + form)).text


@pytest.mark.parametrize("times", [3, 4])
def test_a_refrain_stays_as_often_as_it_is_sung(times: int) -> None:
    lines = [line for verse in BODY[:times] for line in (verse, REFRAIN)]

    assert article(html(story(lines))).text.split("\n").count(REFRAIN) == times


def test_what_stands_there_twice_is_cut_once() -> None:
    lines = [BODY[0], REFRAIN, *BODY[1:], REFRAIN]

    assert article(html(story(lines))).text.split("\n").count(REFRAIN) == 1


@pytest.mark.parametrize("depth", [1, 2])
def test_markup_that_json_ld_escaped_is_markup(depth: int) -> None:
    given = "".join(f"<p>{line}</p>" for line in BODY)
    for _ in range(depth):
        given = given.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    node = json.dumps({"@type": "NewsArticle", "headline": TITLE, "articleBody": given}, ensure_ascii=False)
    head = f'<script type="application/ld+json">{node}</script>'

    assert article(html(f"<h1>{TITLE}</h1><div id=root></div>", head)).text.split("\n") == BODY


def seen(number: int, inner: str, last: str, promoted: str) -> Observation:
    """A page of five paragraphs of its own; inner, promoted: lines in its middle, last: its last line."""
    own = [f"paragraph {part} of story {number} {'tells ' * 3}{number * 7 + part}" for part in range(5)]
    rows = [*own[:2], *filter(None, (inner, promoted)), *own[2:], *filter(None, (last,))]
    return Observation(f"https://tide.test/{number}", tuple((row, 20, "body>div", 0.9) for row in rows))


def test_a_background_that_some_articles_share_is_no_line_of_the_site() -> None:
    pages = [
        seen(
            number,
            "the dredger sank in spring" if number in (1, 4, 16) else "",
            "our desk is open" if number in (2, 8, 11) else "",
            "walk with us" if 5 <= number < 19 else "",
        )
        for number in range(21)
    ]

    template = learn("tide", pages)

    assert template is not None
    assert dict(template.lines) == {"our desk is open": 3, "walk with us": 14}


LEAD = "المجلس يقول إن المال متوفر، والأهالي يسألون عن موعد البدء وعن الممر البديل"
BELOW = {
    "nothing": "",
    "comments": "<div class=comments><p>خبر جيد يا جماعة.</p><p>متى يبدأ العمل؟</p></div>",
    "most read": ""
    "<ul class=most-read><li><a href=/1>خبر أول عن المدينة</a></li><li><a href=/2>خبر ثان عن الميناء</a></li></ul>",
}


@pytest.mark.parametrize(
    "where", ["<div class=deck>{}</div>", "<p class=summary>{}</p>", "<p><b>{}</b></p>", "<h2>{}</h2>"]
)
def test_a_standfirst_does_not_depend_on_what_stands_below_the_article(where: str) -> None:
    texts = {
        article(
            html(
                f"<main><article><header><h1>{TITLE}</h1>{where.format(LEAD)}</header>"
                + "".join(f"<p>{line}</p>" for line in BODY)
                + f"</article>{below}</main>"
            )
        ).text
        for below in BELOW.values()
    }

    assert texts == {"\n".join([LEAD, *BODY])}

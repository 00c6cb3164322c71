"""What looks like the frame of a page and is the article's all the same."""

from __future__ import annotations

import json

import pytest

from pipelines.extract.blocks import blocks
from pipelines.extract.markup import parse
from pipelines.extract.site.observations import Observation, learn
from tests.pages import BODY, TITLE, article, html, story
from tests.quay import LIBRARY, QUAY, every_language

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


@pytest.mark.parametrize("tag", ["p", "li", "blockquote"])
def test_what_is_said_twice_in_one_place_stays(tag: str) -> None:
    lines = [BODY[0], REFRAIN, *BODY[1:], REFRAIN, BODY[0]]
    inside = "".join(f"<{tag}>{line}</{tag}>" for line in lines)

    made = article(html(f"<article><h1>{TITLE}</h1><div class=text>{inside}</div></article>"))

    assert made.text.split("\n") == lines


@pytest.mark.parametrize(
    "again",
    ["<div class=quote><p>{}</p></div>", "<p class=mobile-only>{}</p>", "<aside><p>{}</p></aside>", "<div>{}</div>"],
)
def test_what_stands_in_two_places_is_cut_once(again: str) -> None:
    lines = [f"<p>{line}</p>" for line in (BODY[0], REFRAIN, BODY[1])]

    made = article(html(f"<article><h1>{TITLE}</h1>{''.join(lines)}{again.format(REFRAIN)}<p>{BODY[2]}</p></article>"))

    assert made.text.split("\n").count(REFRAIN) == 1


CAPTIONS = [
    "وقال المهندس المشرف على المشروع في حديث إلى الصحيفة إن الفريق أمضى الشتاء كله تحت الجسر، وإن الصور التي التقطت في "
    "تلك الأسابيع تظهر كيف رفعت الأعمدة القديمة واحدا بعد الآخر ثم أعيدت إلى مكانها بعد أن فحصت وطليت.",
    "وتروي أم خالد التي تسكن عند طرف السوق أن أولادها كانوا يعبرون النهر كل صباح في قارب صغير يقوده جارهم، وأن القارب "
    "كان يتأخر حين يرتفع الماء فيصلون إلى المدرسة بعد الجرس، وأنهم لن يصدقوا أن الجسر عاد حتى يمشوا عليه.",
    "وفي المقهى القديم الذي أغلق يوم انقطع الطريق علق صاحبه على الجدار صورة للقوسين قبل أن يهدمهما الفيضان، وقال إنه "
    "سيفتح أبوابه من جديد يوم الجمعة وإن القهوة ستكون في ذلك اليوم على حسابه لكل من شارك في العمل.",
]


def gallery(name: str) -> str:
    """A long article with a gallery in it, whose slides have this class."""
    lines = "".join(f"<p>{line}</p>" for line in BODY)
    slides = "".join(f"<div class='slide {name}'><div class=layout><p>{line}</p></div></div>" for line in CAPTIONS)
    return html(f"<article><h1>{TITLE}</h1>{lines}<section class=slideshow>{slides}</section></article>")


@pytest.mark.parametrize(
    "name",
    ["the-navigation-system-of-the-new-ferry", "a-menu-for-the-crew-of-the-ferry", "what-the-share-of-the-port-will-be",
     "the_sidebar_of_the_bridge_at_dawn", "read-all-comments-of-the-mayor-in-full"],
)  # fmt: skip
def test_a_headline_that_was_made_into_a_name_says_nothing_of_its_place(name: str) -> None:
    made = article(gallery(name))

    assert made.text == article(gallery("number")).text
    assert set(CAPTIONS[:2]) <= set(made.text.split("\n"))


@pytest.mark.parametrize(
    "name", ["comments", "c-article-body__related-content-links--with-image", "article-related-links"]
)
def test_a_name_of_a_place_still_says_what_it_is(name: str) -> None:
    box = f"<div class='{name}'><p>{CAPTIONS[0]}</p></div>"
    rows = blocks(parse(html(f"<article>{box}</article>")))

    assert [row.kind for row in rows] == ["comment" if name == "comments" else "related"]


@pytest.mark.parametrize("name", ["sidebar-fixed", "tabs", "has-menu"])
def test_a_name_that_stands_around_the_whole_article_is_no_reason(name: str) -> None:
    inside = "".join(f"<p>{line}</p>" for line in [*BODY, "سبعون لوحا"])

    made = article(html(f"<div class={name}><h1>{TITLE}</h1><div class=col>{inside}</div></div>"))

    assert made.text.split("\n")[: len(BODY)] == BODY
    assert "navigation" not in {cut.reason for cut in made.removed}


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


@every_language
@pytest.mark.parametrize("lead", ["<div><em>{}</em></div>", "<div class=x>{}</div>", "<div><span>{}</span></div>"])
@pytest.mark.parametrize("side", ["", "<div><a href=/1>One story</a> <a href=/2>Another one</a></div>"])
def test_a_standfirst_above_a_picture_is_a_part_of_the_text_whatever_its_element(
    language: str, lead: str, side: str
) -> None:
    quay = QUAY[language]
    first, *others = [*quay.lines, *LIBRARY[language].lines]
    picture = "<figure><img src=/a.jpg><figcaption>Photo: A. Writer</figcaption></figure>"
    text = "".join(f"<p>{line}</p>" for line in others)

    made = article(
        html(f"<main><h1>{quay.title}</h1>{lead.format(first)}{picture}{text}</main>{side}", title=quay.title)
    )

    assert made.text.split("\n") == [first, *others]


@pytest.mark.parametrize("pier", [4, 27, 140])
@pytest.mark.parametrize("lead", ["Nobody at pier {} has seen a bill.", "Mira longs to see lamps hung above pier {}."])
def test_a_short_standfirst_does_not_come_and_go_with_a_word_or_a_number_in_it(lead: str, pier: int) -> None:
    title, lead = f"Pier {pier} gets its lamps back", lead.format(pier)
    lines = [
        f"Tariq Haddad said on the {day} of the month that the lamps of pier {pier} had been stored in a shed since "
        f"the storm, and that {40 + day} people had written to the port."
        for day in range(2, 7)
    ]
    first, second, *others = [f"<div class=par>{line}</div>" for line in lines]
    more = "".join(f"<li><a href=/news/{n}>Pier {n} is painted</a></li>" for n in range(4))
    page = (
        "<header class=top><nav><a href=/>Front</a> <a href=/port>Port</a></nav></header><main>"
        f'<article class=story-card><header><h1>{title}</h1><p class="summary">{lead}</p></header><section class=rich>'
        f"{first}{second}<h2>What pier {pier} lacks</h2>{''.join(others)}"
        "<ul class=facts><li>Lamps: 44</li><li>Price: 7 crowns</li></ul>"
        f"</section></article><section class=more><h2>More from the port</h2><ul>{more}</ul></section></main>"
    )

    assert article(html(page, title=f"{title} - The Paper")).text.split("\n")[:2] == [lead, lines[0]]

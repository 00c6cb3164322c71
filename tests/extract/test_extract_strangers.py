"""Other articles that stand whole on an article's page."""

from __future__ import annotations

import json

import pytest

from pipelines.codes import Reason
from tests.pages import BODY, TITLE, article, html, rejection
from tests.quay import LIBRARY, QUAY, every_language

OTHER = "المجلس يقر موازنة المكتبات العامة"
PROSE = [
    "أقر المجلس البلدي مساء الثلاثاء موازنة المكتبات العامة للعام المقبل بعد نقاش دام ثلاث ساعات في القاعة الكبرى.",
    "وتنص الموازنة على شراء أربعة آلاف كتاب جديد وتمديد ساعات العمل في فروع الأحياء الشرقية حتى العاشرة ليلا.",
]


def told(lines: list[str]) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


@pytest.mark.parametrize(
    "unit",
    [
        "<article><h1>{}</h1><div class=text>{}</div></article>",
        "<div class=post><h1>{}</h1><div class=entry>{}</div></div>",
        "<section><div><h1>{}</h1></div>{}</section>",
    ],
)
@pytest.mark.parametrize("heading", [OTHER, f"<a href=/n/2>{OTHER}</a>"])
def test_the_next_article_under_the_first_is_another_one(unit: str, heading: str) -> None:
    other = unit.format(heading, told(PROSE))
    between = "<hr><h4>المقال التالي</h4>"

    made = article(html(f"<main>{unit.format(TITLE, told(BODY))}{between}{other}</main>"))

    assert made.text.split("\n") == BODY
    assert {cut.reason for cut in made.removed if cut.text in PROSE} == {"another article"}


def test_the_parts_of_one_article_in_units_of_their_own_stay() -> None:
    unit = "<section><h2>{}</h2>{}</section>"
    parts = unit.format("ما قبل ذلك", told(PROSE[:1])) + unit.format("ما بعده", told(PROSE[1:]))
    inside = f"<article><h1>{TITLE}</h1>{told(BODY)}{parts}</article>"

    assert article(html(inside)).text.split("\n") == [*BODY, "ما قبل ذلك", PROSE[0], "ما بعده", PROSE[1]]


def item(number: int, tag: str, link: str) -> str:
    about = ["الحديقة", "المخبز", "العبارة", "المدرسة", "المحجر", "البستان"][number]
    head = f"<{tag}><a href={link}>{about} تنتظر المجلس رقم {number}</a></{tag}>"
    return head + f"<p>ستغلق {about} القديمة أبوابها {number + 2} أسابيع بدءا من الاثنين إلى أن يبنى المجلس.</p>"


@pytest.mark.parametrize("tag", ["h2", "h3", "h4"])
@pytest.mark.parametrize("shape", ["<div class=item>{}</div>", "<li>{}</li>", "{}"])
def test_a_stream_of_other_stories_below_a_brief_is_not_its_text(tag: str, shape: str) -> None:
    stream = "".join(shape.format(item(number, tag, f"/n/{number}")) for number in range(6))
    box = f"<div>{stream}</div>" if shape != "{}" else stream

    made = article(html(f"<main><h1>{TITLE}</h1>{told(BODY)}{box}</main>"))

    assert made.text.split("\n") == BODY


def test_a_ranking_whose_headings_lead_to_places_on_the_page_is_an_article() -> None:
    ranking = "".join(f"<div class=item>{item(number, 'h3', f'#n{number}')}</div>" for number in range(6))

    made = article(html(f"<main><h1>{TITLE}</h1>{told(BODY)}<div>{ranking}</div></main>"))

    assert sum("ستغلق" in line for line in made.text.split("\n")) >= 3
    assert not {"another article", "related articles"} & {cut.reason for cut in made.removed}


@pytest.mark.parametrize("shape", ["<h2 id=p{0}><a href=#p{0}>{1}</a></h2>", "<a href=#p{0}><h3 id=p{0}>{1}</h3></a>"])
def test_headings_that_are_links_to_themselves_are_headings_of_the_article(shape: str) -> None:
    headings = ["ما قبل ذلك", "ما جرى في السوق", "ما بعده"]
    parts = "".join(shape.format(n, heading) + told([PROSE[n % 2]]) for n, heading in enumerate(headings))

    made = article(html(f"<main><article><h1>{TITLE}</h1>{told(BODY)}{parts}</article></main>"))

    assert [line for line in made.text.split("\n") if line in headings] == headings


@pytest.mark.parametrize(
    ("page", "chapter", "stays"),
    [
        ("/guide", "/guide/{}", True),
        ("/guide/", "/guide/{}", True),
        ("/guide/index.html", "/guide/{}.html", True),
        ("/guide.html", "/guide/{}.html", True),
        ("/guide.html", "/guides/{}.html", False),
        ("/guide/1", "/guide/2{}", False),
    ],
)
def test_the_chapters_of_a_guide_lie_below_its_address_and_are_no_other_stories(
    page: str, chapter: str, stays: bool
) -> None:
    parts = "".join(f"<div class=item>{item(n, 'h3', chapter.format(n))}</div>" for n in range(6))
    url = f"https://jisr.test{page}"

    made = article(html(f"<main><h1>{TITLE}</h1>{told(BODY)}<div>{parts}</div></main>"), url=url, final_url=url)

    assert ("related articles" in {cut.reason for cut in made.removed}) is not stays
    assert (sum("ستغلق" in line for line in made.text.split("\n")) >= 3) is stays


def tease(number: int, shape: str) -> str:
    about = ["الحديقة", "المخبز", "العبارة", "المدرسة", "المحجر", "البستان"][number]
    heading = f"{about} تنتظر المجلس رقم {number}"
    said = f"ستغلق {about} القديمة أبوابها {number + 2} أسابيع بدءا من الاثنين إلى أن يبنى المجلس."
    return shape.format(heading=heading, said=said, link=f"/n/{number}")


@pytest.mark.parametrize(
    "shape",
    [
        "<article class=item><h3>{heading}</h3><p>{said}</p><a href={link}>المزيد</a></article>",
        "<div class=item><a href={link}><img src=/i.jpg></a><h2>{heading}</h2><p>{said}</p></div>",
        "<p><strong><a href={link}>{heading}</a></strong></p><p>{said}</p>",
        "<li><a href={link}><b>{heading}</b></a><br>{said}</li>",
        "<h3>{heading}</h3><p>{said} <a href={link}>المزيد</a></p>",
        "<dt><a href={link}>{heading}</a></dt><dd>{said}</dd>",
        "<section><i>محليات</i><p>21/11/2026</p><h2><a href={link}>{heading}</a></h2><p>{said}</p></section>",
    ],
)
def test_a_stream_whose_headings_are_no_links_or_only_bold_is_not_the_brief_above_it(shape: str) -> None:
    stream = "".join(tease(number, shape) for number in range(6))

    made = article(html(f"<main><h1>{TITLE}</h1><div class=con>{told(BODY[:2])}</div><div>{stream}</div></main>"))

    assert made.text.split("\n") == BODY[:2]


@pytest.mark.parametrize("heading", ["<h4><a href=/n/{0}>{1}</a></h4>", "<p><b><a href=/n/{0}>{1}</a></b></p>"])
def test_of_a_stream_in_one_place_the_last_text_is_cut_to_its_end(heading: str) -> None:
    stream = "".join(
        f"{heading.format(number, f'سكان {about} ينتظرون قرار المجلس')}"
        f"<p>ستغلق {about} القديمة أسابيع إلى أن يصدر قرار المجلس يوم الاثنين.</p>"
        f"<p>وقال متحدث باسم الورشة رقم {number} إن الأشغال ستكلف {number + 3} ملايين في هذه السنة.</p>"
        for number, about in enumerate(["المعصرة", "المكتبة", "المدرسة", "المنارة", "العبارة"])
    )

    made = article(html(f"<main><h1>{TITLE}</h1><div class=con>{told(BODY[:2])}{stream}</div></main>"))

    assert made.text.split("\n") == BODY[:2]


@pytest.mark.parametrize(("lengths", "goes_on"), [((3, 3, 3, 1), True), ((1, 3, 3, 1), False)])
def test_the_end_of_an_article_behind_the_last_story_that_it_links_to_stays(
    lengths: tuple[int, ...], goes_on: bool
) -> None:
    parts = ""
    for number, (about, length) in enumerate(zip(["المعصرة", "المكتبة", "المدرسة", "المنارة"], lengths, strict=True)):
        further = about if goes_on else "ورشتها"
        lines = [
            f"ستغلق {about} القديمة أسابيع إلى أن يصدر قرار المجلس يوم الاثنين.",
            f"وكانت {further} قد فتحت أبوابها للزوار قبل سبعين سنة بمال جمعه التجار.",
            f"ويخشى جيران {further} أن تبقى مغلقة حتى نهاية الصيف المقبل.",
        ]
        parts += f"<h3><a href=/n/{number}>سكان {about} ينتظرون قرار المجلس</a></h3>{told(lines[:length])}"
    closing = [
        "وتقول البلدية إنها دفعت ثمن الحجارة كلها، وإنها لا تنوي رفع الرسوم.",
        "وسيزور وفد من الوزارة الضفتين في الربيع ليرى ما تم فيهما.",
    ]

    made = article(html(f"<main><h1>{TITLE}</h1><div class=con>{told(BODY[:2])}{parts}{told(closing)}</div></main>"))

    assert made.text.split("\n") == [*BODY[:2], *closing]


def test_a_stream_in_a_script_without_spaces_is_told_by_pairs_of_letters() -> None:
    names = ["花园", "灯塔", "磨坊", "剧院", "市场"]
    stream = "".join(
        f"<h4><a href=/n/{n}>{name}和{names[n - 1]}等待学校重新开张</a></h4>"
        f"<p>旧{names[n - 1]}旁边的{name}从星期二起停业{n}周，等待学校翻修，商贩们还不知道要搬到哪里去。</p>"
        for n, name in enumerate(names)
    )
    brief = [
        "市政府周一上午重新向行人开放老桥。这座桥因桥墩、桥面和照明施工已经关闭了八个月，两岸居民只好绕行三公里。",
        "负责施工的工程师说，一共更换了七十块生锈的钢板，最后的费用比预算少了大约一成，剩下的钱将用来修理码头的台阶。",
    ]
    title = "老桥维修八个月后重新开放"

    made = article(html(f"<main><article><h1>{title}</h1>{told(brief)}</article>{stream}</main>", title=title))

    assert made.text.split("\n") == brief


NAMES = ["clinic", "ferry", "quarry", "orchard", "school", "harbour", "market", "library", "depot", "station"]
INTRO = (
    "Confidence among the mill owners of the town held steady in November, a survey showed on Friday, but most of "
    "them said that dearer wool and coal were eating into what they earn in a year."
)


def page_of_teasers(title: str) -> str:
    teasers = "".join(
        f"<div class=item><h2><a href=/n{n}>The old {name} waits for the council</a></h2>"
        f"<p>The old {name} will be closed for {n + 2} weeks from Monday, the council said after its meeting.</p></div>"
        for n, name in enumerate(NAMES)
    )
    inside = f"<main><h1>{title}</h1><p>{INTRO}</p><div class=list><h2>More from the town</h2>{teasers}</div></main>"
    return html(inside, title=title)


def test_a_brief_above_a_list_is_an_article_and_a_section_with_an_introduction_is_none() -> None:
    brief = page_of_teasers("Mill owners stay calm")
    section = page_of_teasers("Business")

    made = article(brief, url="https://jisr.test/mill-1001", final_url="https://jisr.test/mill-1001")
    refused = rejection(section, url="https://jisr.test/business", final_url="https://jisr.test/business")

    assert made.text == INTRO
    assert refused.reason == Reason.LISTING


@pytest.mark.parametrize(
    ("title", "heading", "link"),
    [
        ("أفضل ستة أماكن في المدينة", "{number}. {about} القديمة عند النهر", "/n/{number}"),
        ("أفضل 6 أماكن في المدينة", "{about} القديمة عند النهر", "/n/{number}"),
        ("أماكن في المدينة للزيارة", "{about} القديمة عند النهر", "https://other.test/{number}"),
    ],
)
def test_a_ranking_whose_entries_lead_to_pages_of_their_own_stays(title: str, heading: str, link: str) -> None:
    names = ["الحديقة", "المخبز", "العبارة", "المدرسة", "المحجر", "البستان"]
    entries = "".join(
        f"<article class=item><h3>{heading.format(number=n + 1, about=name)}</h3>"
        f"<p>تفتح {name} أبوابها للزوار كل صباح من السادسة حتى الظهر، ويجد الزائر فيها مقاعد تحت الشجر وماء باردا.</p>"
        f"<a href={link.format(number=n)}>المزيد</a></article>"
        for n, name in enumerate(names)
    )

    made = article(html(f"<main><h1>{title}</h1>{told(BODY[:2])}<div>{entries}</div></main>", title=title))

    assert sum("تفتح" in line for line in made.text.split("\n")) == len(names)


@pytest.mark.parametrize(
    "shape",
    [
        "<article>{}</article><article><h2>{}</h2><p>20/11/2026</p>{}</article>",
        "<div class=story>{}</div><hr><div class=story><h2>{}</h2><p>بقلم منى سالم | 20/11/2026</p>{}</div>",
        "{}<h1>{}</h1><p>بقلم منى سالم | 20/11/2026</p>{}",
    ],
)
def test_a_unit_beside_the_article_with_a_heading_and_a_day_of_its_own_is_another_one(shape: str) -> None:
    own = f"<h1>{TITLE}</h1><p>21/11/2026</p>{told(BODY)}"

    made = article(html(f"<main>{shape.format(own, OTHER, told(PROSE))}</main>"))

    assert made.text.split("\n") == BODY


def test_a_part_beside_the_article_and_a_second_h1_about_the_same_subject_stay() -> None:
    part = [
        "وكان الجسر القديم قد بني قبل أربعة قرون من حجارة النهر، وتوقف المرور عليه مرارا بسبب أعمال الترميم.",
        "ويقول مؤرخو المدينة إن افتتاح الجسر القديم بعد عامين يعيد إلى الضفتين سوقا كان يقام كل أسبوع.",
    ]
    own = f"<h1>{TITLE}</h1>{told(BODY)}"

    for shape in ("<section>{}</section><section><h2>{}</h2>{}</section>", "{}<h1>{}</h1>{}"):
        made = article(html(f"<main>{shape.format(own, 'مؤرخو المدينة والسوق', told(part))}</main>"))

        assert made.text.split("\n")[-2:] == part


def test_what_is_cut_between_the_title_and_the_first_paragraph_is_told() -> None:
    lead = "المجلس يقول إن المال موجود، لكن النهر تغير منذ وضعت الخطة قبل عامين."

    made = article(html(f"<main><h1>{TITLE}</h1><div class=teaser><p>{lead}</p></div>{told(BODY)}</main>"))

    assert lead in made.text or lead in [cut.text for cut in made.removed]


@every_language
@pytest.mark.parametrize(
    "inside",
    [
        "<main><h1>{0}</h1>{1}<h1>{2}</h1>{3}</main>",
        "<h1>{0}</h1><div>{1}</div><hr><h1>{2}</h1><div>{3}</div>",
        "<main><h1>{0}</h1>{1}<hr><h2>{2}</h2>{3}</main>",
        "<main><h1>{0}</h1>{1}<h2><a href=/news/2>{2}</a></h2>{3}</main>",
        "<main><h1>{0}</h1>{1}<h2>{2}</h2><p>20/11/2026</p>{3}</main>",
        "<main><h1>{0}</h1>{1}<article><h2>{2}</h2>{3}</article></main>",
        "<main><h1>{0}</h1>{1}<h2>{2}</h2><p>Written by: Ann Writer</p>{3}</main>",
        "<main><section><h1>{0}</h1>{1}</section><section><h2>{2}</h2>{3}</section></main>",
        "<article><header><h1>{0}</h1></header>{1}<header><h1>{2}</h1></header>{3}</article>",
    ],
)
def test_a_text_about_its_own_heading_alone_is_another_article(language: str, inside: str) -> None:
    quay, library = QUAY[language], LIBRARY[language]

    made = article(html(inside.format(quay.title, quay.text, library.title, library.text), title=quay.title))

    assert made.text.split("\n") == quay.lines


@every_language
@pytest.mark.parametrize("level", ["h1", "h2"])
def test_an_article_ends_where_its_text_for_machines_does_if_a_heading_follows(language: str, level: str) -> None:
    quay, library = QUAY[language], LIBRARY[language]
    heading = f"<{level}>{quay.title} {library.title}</{level}>"
    inside = f"<main><h1>{quay.title}</h1>{quay.text}{heading}{library.text}</main>"
    node = {"@type": "NewsArticle", "headline": quay.title, "articleBody": " ".join(quay.lines)}
    cut_short = node | {"articleBody": " ".join(quay.lines)[:-9]}
    head = '<script type="application/ld+json">{}</script>'

    made = article(html(inside, head.format(json.dumps(node)), title=quay.title))
    doubted = article(html(inside, head.format(json.dumps(cut_short)), title=quay.title))

    assert made.text.split("\n") == quay.lines
    assert set(library.lines) < set(doubted.text.split("\n"))


@every_language
def test_parts_of_an_article_under_headings_of_their_own_stay(language: str) -> None:
    quay, library = QUAY[language], LIBRARY[language]
    part = f"<h2>{library.title}</h2>{library.text}"
    parts = f"<main><h1>{quay.title}</h1>{quay.text}{part}<h2>{quay.section} {quay.site}</h2>{quay.text}</main>"
    same = f"<main><h1>{quay.title}</h1>{quay.text}<h2>{library.title}</h2>{library.text}<p>{quay.title}.</p></main>"

    for inside in (parts, same):
        made = article(html(inside, title=quay.title))

        assert set(library.lines) < set(made.text.split("\n"))


BLACKOUT = [
    "Storm Aurel cut the power of nineteen thousand homes on the coast of Harlow during the night to Monday.",
    "The grid company said that storm repairs on the coast would take crews until Wednesday evening at least.",
]
ADVICE = [
    "A household should prepare for a long blackout with water for three days, a torch and a radio on batteries.",
    "Keep the fridge closed, and fill flasks with hot drinks for neighbours while a stove still works.",
]
REPAIRS = [
    "Along the coast of Harlow the storm broke forty masts, and for each of them the company needs half a day.",
    "Where cuts of power last longest, the town has opened two halls with heating, and with soup for all who come.",
]
SERVICE = {
    "en": (
        "Storm Aurel cuts power on the coast of Harlow",
        BLACKOUT,
        "How to prepare a household for a long blackout",
        ADVICE,
    ),
    "de": (
        "Stadtrat beschließt neue Hafengebühr mit knapper Mehrheit",
        [
            "Der Stadtrat hat am Abend die neue Hafengebühr beschlossen, mit knapper Mehrheit von zwei Stimmen.",
            "Die Hafengebühr steigt damit im März um ein Fünftel, wie es die Kämmerei seit Jahren gefordert hatte.",
        ],
        "Was kleinere Werkstätten jetzt wissen müssen",
        [
            "Kleinere Werkstätten müssen jetzt bis Januar einen Antrag stellen, wenn sie einen Nachlass haben wollen.",
            "Wissen sollten Werkstätten außerdem, dass der Nachlass nur für zwei Jahre gilt und dann geprüft wird.",
        ],
    ),
    "ar": (
        "مجلس المدينة يرفع أجرة العبارات في الميناء",
        [
            "رفع مجلس المدينة أجرة العبارات في الميناء بنسبة عشرين في المئة اعتبارا من مطلع شهر مارس المقبل.",
            "وقال المجلس إن أجرة العبارات لم تتغير منذ عشر سنوات وإن كلفة صيانة المراكب تضاعفت خلال ذلك.",
        ],
        "أصحاب القوارب الصغيرة يهددون بإضراب مفتوح",
        [
            "وهدد أصحاب القوارب الصغيرة بإضراب مفتوح يبدأ صباح الأحد إذا لم تستجب الجهات المعنية لمطالبهم.",
            "ويقول أصحاب القوارب إن الزبائن سيبحثون عن وسيلة أخرى، وإن الإضراب هو آخر ما بقي لهم.",
        ],
    ),
}


@pytest.mark.parametrize("language", SERVICE)
def test_advice_and_reactions_below_one_subhead_stay(language: str) -> None:
    title, news, subhead, part = SERVICE[language]
    inside = f"<article><h1>{title}</h1>{told(news)}<h2>{subhead}</h2>{told(part)}</article>"

    assert article(html(inside, title=title)).text.split("\n") == [*news, subhead, *part]


@every_language
@pytest.mark.parametrize(
    "inside",
    [
        "<article><h1>{0}</h1>{1}<h1>{2}</h1>{3}</article>",
        "<article><section><h1>{0}</h1>{1}</section><section><h2>{2}</h2>{3}</section></article>",
        "<article><h1>{0}</h1>{1}<hr><h2>{2}</h2>{3}</article>",
    ],
)
def test_a_part_inside_the_element_of_one_article_stays_whatever_parts_it(language: str, inside: str) -> None:
    quay, library = QUAY[language], LIBRARY[language]

    made = article(html(inside.format(quay.title, quay.text, library.title, library.text), title=quay.title))

    assert made.text.split("\n") == [*quay.lines, library.title, *library.lines]


@every_language
def test_parts_below_headings_of_the_first_rank_stay(language: str) -> None:
    quay, library = QUAY[language], LIBRARY[language]
    parts = f"<h1>{quay.section} {quay.site} 2026</h1>{quay.text}<h1>{library.title}</h1>{library.text}"

    made = article(html(f"<article><h1>{quay.title}</h1>{quay.text}{parts}</article>", title=quay.title))

    assert set(library.lines) < set(made.text.split("\n"))


@every_language
@pytest.mark.parametrize("above", ["<h1>", "<hr><h2>"])
def test_a_part_that_machines_are_given_too_stays(language: str, above: str) -> None:
    quay, library = QUAY[language], LIBRARY[language]
    inside = f"<main><h1>{quay.title}</h1>{quay.text}{above}{library.title}</{above[-3:]}{library.text}</main>"
    node = {"@type": "NewsArticle", "headline": quay.title, "articleBody": "\n".join([*quay.lines, library.lines[0]])}
    head = f'<script type="application/ld+json">{json.dumps(node)}</script>'

    made = article(html(inside, head, title=quay.title))

    assert set(library.lines) < set(made.text.split("\n"))


@pytest.mark.parametrize(
    ("parts", "more"),
    [
        (f"<h2>How long the repairs on the coast take</h2>{told(REPAIRS)}", {}),
        (f"<h2>What a household needs</h2>{told(ADVICE)}<h2>What neighbours can do</h2>{told(ADVICE)}", {}),
        (f"<h2>What a household needs now</h2>{told(ADVICE)}", {"isAccessibleForFree": False}),
        (
            f"<h2>What a household needs now</h2>{told(ADVICE)}",
            {"hasPart": {"@type": "WebPageElement", "isAccessibleForFree": "http://schema.org/False"}},
        ),
    ],
    ids=["same subject", "two parts", "not free", "a part is not free"],
)
def test_parts_below_the_first_subhead_stay_if_machines_are_given_only_what_is_above_it(
    parts: str, more: dict[str, object]
) -> None:
    title, news = "Storm Aurel cuts power on the coast of Harlow", [*BLACKOUT, "Schools stay closed until Thursday."]
    node = {"@type": "NewsArticle", "headline": title, "articleBody": "\n".join(news), **more}
    head = f'<script type="application/ld+json">{json.dumps(node)}</script>'

    made = article(html(f"<article><h1>{title}</h1>{told(news)}{parts}</article>", head, title=title))

    assert made.text.split("\n")[-1] in (REPAIRS[1], ADVICE[1])

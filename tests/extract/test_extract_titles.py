"""The title of a page whose heading, or title element, is the name of its site or section."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.pages import SOURCE, article, html
from tests.quay import LIBRARY, QUAY, Printed, every_language


def title(inside: str, printed: Printed, element: str, head: str = "") -> str:
    """The title of a page; in what is given, {0} stands for the title, {1} for the site, {2} for the section."""
    broken = "<br><br>".join(printed.lines)
    body = inside.format(printed.title, printed.site, printed.section, text=printed.text, broken=broken)
    named = element.format(printed.title, printed.site, printed.section)
    head = head.format(printed.title)
    return article(f"<!doctype html><html><head><title>{named}</title>{head}</head><body>{body}</body></html>").title


@every_language
@pytest.mark.parametrize("element", ["{1}", "", "{0} - {1}", "{1} - {0}"])
@pytest.mark.parametrize(
    "inside",
    [
        "<h1>{1}</h1><h1>{0}</h1>{text}",
        "<header><h1>{1}</h1></header><article><h1>{0}</h1>{text}</article>",
        "<div class=top><h1>{1}</h1></div><div id=c><h1>{0}</h1>{text}</div>",
    ],
)
def test_of_two_headings_the_one_that_the_text_is_about_is_the_title(language: str, element: str, inside: str) -> None:
    assert title(inside, QUAY[language], element) == QUAY[language].title


@every_language
@pytest.mark.parametrize("element", ["{1}", "", "{0} - {1}"])
@pytest.mark.parametrize(
    "inside",
    [
        "<table><tr><td><font size=5>{0}</font><br>{text}</td></tr></table>",
        "<table><tr><td>{0}</td></tr><tr><td>{text}</td></tr></table>",
        "<table><tr><td align=center><b>{0}</b></td></tr><tr><td>{broken}</td></tr></table>",
        "<table><tr><td><span style='font-size:22px'>{0}</span></td></tr><tr><td><font size=2>{broken}</font></td></tr>"
        "</table>",
        "<h2>{0}</h2>{text}",
    ],
)
def test_a_title_in_large_letters_or_in_a_cell_of_its_own_is_found(language: str, element: str, inside: str) -> None:
    assert title(inside, QUAY[language], element) == QUAY[language].title


@every_language
@pytest.mark.parametrize(
    ("element", "head"),
    [
        ("{0} | {2} | {1}", ""),
        ("{0} - {1}", ""),
        ("{1}", "<meta property=og:title content='{0}'>"),
        ("{0} | {1}", "<meta property=og:title content='{0}'>"),
    ],
)
@pytest.mark.parametrize("heading", ["<h1>{2}</h1>", "<nav><a href=/s>{2}</a></nav><div><h1>{2} {1}</h1></div>"])
def test_a_heading_that_names_the_section_gives_way_to_the_title_in_the_head(
    language: str, element: str, head: str, heading: str
) -> None:
    assert title(f"{heading}{{text}}", QUAY[language], element, head) == QUAY[language].title


@pytest.mark.parametrize("heading", ["东码头重建", "码头旧石块展出"])
def test_a_short_paragraph_without_spaces_is_no_title(heading: str) -> None:
    told = ["渔民们周二表示欢迎东码头重建。", "他们多年来一直要求加高码头。", "旧石块将在市场广场展出。"]
    inside = f"<div class=title>{heading}</div><div class=title-text>{''.join(f'<p>{line}</p>' for line in told)}</div>"

    made = article(f"<html><head><title>海港邮报</title></head><body>{inside}</body></html>")

    assert made.title == heading


def test_a_short_headline_stays_the_title_although_search_engines_are_told_more() -> None:
    printed, told = QUAY["en"], "{0} | {1}"
    menu = "<nav><a href=/business>{2}</a> <a href=/culture/>Culture</a></nav>"

    assert title(f"{menu}<h1>Hard times again</h1>{{text}}", printed, told) == "Hard times again"
    assert title(f"{menu}<h1>{{2}}</h1>{{text}}", printed, "{0} | {1}") == printed.title


def test_the_heading_of_an_article_below_the_text_is_not_the_title() -> None:
    quay, library = QUAY["en"], LIBRARY["en"]
    inside = f"<h1>Stones and steps</h1>{library.text}<h1>{library.title}</h1>{library.text}"

    assert title(inside, quay, "Stones and steps") == "Stones and steps"


def test_a_short_heading_stays_the_title_if_nothing_else_says_what_the_text_is_about() -> None:
    printed = QUAY["en"]

    assert title("<h1>East quay</h1>{text}", printed, "East quay | {1}") == "East quay"
    assert title("<h1>East quay</h1><h1>New stones and higher walls</h1>{text}", printed, "East quay") == "East quay"


PLAYFUL = {
    "ar": (
        "فوضى عارمة مع وصول العاصفة",
        "انقطاع الكهرباء عن آلاف المنازل في المدينة",
        ["انقطعت الكهرباء عن آلاف المنازل في المدينة القديمة صباح الجمعة بعد سقوط أعمدة الشبكة في الشوارع الضيقة."],
    ),
    "en": (
        "Chaos as Eunice hits the west",
        "Power lines down, thousands of homes in Cornwall without electricity",
        [
            "Thousands of homes in Cornwall were without electricity on Friday, as trees brought power lines down.",
            "Engineers hope to mend the lines before the evening, but some villages will have to wait until Sunday.",
        ],
    ),
}


@pytest.mark.parametrize("behind", ["", " - The Harbour Post"])
@pytest.mark.parametrize("language", PLAYFUL)
def test_a_playful_headline_does_not_give_way_to_the_stand_first_below_it(language: str, behind: str) -> None:
    headline, below, lines = PLAYFUL[language]
    text = "".join(f"<p>{line}</p>" for line in lines)
    head = f"<title>{headline}{behind}</title><meta property=og:site_name content='The Harbour Post'>"

    made = article(f"<html><head>{head}</head><body><h1>{headline}</h1><h1 class=sub>{below}</h1>{text}</body></html>")

    assert made.title == headline


def test_a_long_name_of_a_site_gives_way_if_it_is_known_as_such() -> None:
    source = replace(SOURCE, title="Harbour Post")
    named, printed = "Harbour Post for town and coast", QUAY["en"]
    body = f"<h1>{named}</h1><h1>{printed.title}</h1>{printed.text}"

    made = article(f"<html><head><title>{named}</title></head><body>{body}</body></html>", source=source)

    assert made.title == printed.title


TYPHOON = (
    "<p>大型の台風が関東を直撃し、千葉県では停電が続いています。鉄道各社は朝から運転を見合わせています。</p>"
    "<p>電力会社によりますと、停電の復旧のめどは立っておらず、全面的な復旧には数日かかる見通しです。</p>"
)


@pytest.mark.parametrize(
    ("whole", "shown"),
    [
        ("台風が関東直撃｜復旧のめどは", ""),
        ("台风登陆千葉県 - 停電九十万戸", ""),
        ("台風が関東直撃｜復旧のめどは", "<h2>台風が関東直撃｜復旧のめどは</h2>"),
        (
            "台風が関東直撃｜復旧のめどは",
            "<div class=title>台風が関東直撃｜<br>復旧のめどは</div><h2>台風が関東直撃</h2>",
        ),
    ],
)
def test_the_second_half_of_a_title_without_spaces_is_no_name_of_a_site(whole: str, shown: str) -> None:
    made = article(f"<html><head><title>{whole}</title></head><body>{shown}{TYPHOON}</body></html>")

    assert made.title == whole


@pytest.mark.parametrize("last", ["湾岸の便り", "湾岸郵報", "湾岸青年报", "湾岸周刊"])
def test_the_name_of_a_site_at_the_end_of_a_title_without_spaces_is_cut(last: str) -> None:
    home = f"<a href=/>{last}</a>" if last == "湾岸の便り" else ""
    element = f"<title>台風が関東直撃｜{last}</title>"

    made = article(f"<html><head>{element}</head><body>{home}{TYPHOON}</body></html>")

    assert made.title == "台風が関東直撃"


def test_an_article_with_2000_headings_is_not_too_slow() -> None:
    printed = QUAY["en"]
    headings = "".join(f"<h1>East quay {n} to be rebuilt</h1>" for n in range(2000))

    assert title(f"<h1>{{1}}</h1><h1>{{0}}</h1>{headings}{{text}}", printed, "") == printed.title


@pytest.mark.parametrize("called", ["page-title", "page-header", "blog-title", "text-brand-700", "catalogo"])
@pytest.mark.parametrize("element", ["The Herald", "The eastern quay is rebuilt… | The Herald"])
def test_a_headline_whose_class_is_that_of_many_site_names_is_the_title(called: str, element: str) -> None:
    headline, quay = "The eastern quay is rebuilt after two winters of storms", QUAY["en"]
    inside = f'<a href="/">The Herald</a><article><h1 class="{called}">{headline}</h1>{quay.text}</article>'

    made = article(html(inside, title=element))

    assert made.title == headline
    assert headline not in made.text


def test_a_heading_with_such_a_class_and_no_word_of_the_title_is_a_section() -> None:
    quay = QUAY["en"]
    inside = f'<main><h1 class="page-title">Our district</h1><h2>{quay.title}</h2>{quay.text}</main>'

    assert article(html(inside, title=f"{quay.title} | The Herald")).title == quay.title


def test_a_heading_whose_ampersand_was_escaped_twice_is_read_as_its_title() -> None:
    inside = f"<h1>Quay &amp;amp; library are rebuilt at last</h1>{QUAY['en'].text}"

    made = article(html(inside, title="Quay &amp; library are rebuilt at last | The Herald"))

    assert made.title == "Quay & library are rebuilt at last"


def test_markup_in_a_title_that_is_nested_without_end_is_read_in_time() -> None:
    title = "Quay" + "&lt;b" * 60_000 + "&gt;" * 60_000

    made = article(html(f"<h1>{QUAY['en'].title}</h1>{QUAY['en'].text}", title=title))

    assert made.title


@pytest.mark.parametrize(
    "called", ["navbar-brand", "brand", "topbar", "blog-title", "page-header", "toplogo", "logotype"]
)
@pytest.mark.parametrize("element", ["The Harbour Post", "Quay back | The Harbour Post", ""])
def test_a_site_name_in_a_heading_with_such_a_class_gives_way_to_the_headline(called: str, element: str) -> None:
    quay = QUAY["en"]
    inside = f"<h1 class={called}>The Harbour Post</h1><h2>{quay.title}</h2>{quay.text}"

    assert article(html(inside, title=element)).title in (quay.title, "Quay back")

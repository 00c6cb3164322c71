"""Kinds of page that extraction was wrong on once, each in some shapes, with a floor under what is kept of its text.

The floors are what was measured; where one is below 1, that is what is not solved yet. They may rise, never fall.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from pipelines.extract.extraction import extract_page
from pipelines.text import forms
from tests.pages import SOURCE, page

NOUNS_SAID = "harbour council bridge market school river ferry station library museum orchard bakery garden theatre"
VERBS_SAID = "opened closed repaired painted expanded inspected funded delayed approved surveyed moved"
LOOKS_SAID = "old new northern quiet crowded narrow wooden public private historic modern small"
NOUNS, VERBS, LOOKS = NOUNS_SAID.split(), VERBS_SAID.split(), LOOKS_SAID.split()
HAN = "市政府昨天宣布旧桥将在明年春天重新开放供行人使用并计划河岸修建图书馆和公园以方便附近居民生活"
KANA = "市は昨日古い橋を来年の春に歩行者のために再び開くと発表し川岸に図書館と公園を作る計画だ"
TITLES = {
    "en": "Two lanes of the ring road stay shut until spring",
    "zh": "旧桥将于明年春天重新开放供行人使用",
    "ja": "古い橋を来年の春に歩行者のために再び開く",
}
NAVIGATION = "".join(f'<li><a href="/s{number}">Section {number}</a></li>' for number in range(8))

# What stands in the main part of a page, and what of it is the article's text.
Told = tuple[str, list[str]]
Shape = Callable[[random.Random], Told]


def sentence(chance: random.Random, length: int = 14) -> str:
    said = ["The"]
    while len(said) < length:
        said += [chance.choice(LOOKS), chance.choice(NOUNS), chance.choice(VERBS), "the", chance.choice(LOOKS)]
        said += [chance.choice(NOUNS), chance.choice(["after", "before", "while", "because", "near"]), "the"]
    return f"{' '.join(said[: length - 1])} {chance.choice(NOUNS)}."


def prose(chance: random.Random, sentences: int = 2) -> str:
    return " ".join(sentence(chance, chance.randint(9, 17)) for _ in range(sentences))


def signs(chance: random.Random, letters: str, length: int = 40) -> str:
    return "".join(chance.choice(letters) for _ in range(length)) + "。"


def title(inside: str, language: str = "en") -> str:
    return f"<main><article><h1>{TITLES[language]}</h1>{inside}</article></main>"


def brief_above(unit: str, box: str = "{}") -> Shape:
    def make(chance: random.Random) -> Told:
        own = [prose(chance), prose(chance, 1)]
        told = "".join(f"<p>{line}</p>" for line in own)
        units = "".join(unit.format(number, sentence(chance, 8)[:-1], prose(chance)) for number in range(12))
        return f"<div><div class=post><h1>{TITLES['en']}</h1>{told}</div>{box.format(units)}</div>", own

    return make


def short_text(letters: str, language: str, line: str, between: str = "") -> Shape:
    def make(chance: random.Random) -> Told:
        own = [signs(chance, letters), signs(chance, letters)]
        links = "".join(f"<li><a href=/z{number}>{signs(chance, letters, 14)}</a></li>" for number in range(30))
        told = between.join(line.format(one) for one in own)
        return f"<div><h1>{TITLES[language]}</h1><div class=con>{told}</div></div><div><ul>{links}</ul></div>", own

    return make


def parts(part: str, count: int = 9) -> Shape:
    """An introduction, then so many parts with a heading and a text."""

    def make(chance: random.Random) -> Told:
        own, inside = [prose(chance)], ""
        for number in range(1, count + 1):
            said = {"heading": sentence(chance, 5)[:-1], "one": prose(chance, 1), "other": prose(chance, 1)}
            own += [line for name, line in said.items() if f"{{{name}}}" in part]
            inside += part.format(number=number, **said)
        return title(f"<p>{own[0]}</p>{inside}"), own

    return make


def beside_links(item: str, box: str) -> Shape:
    def make(chance: random.Random) -> Told:
        own = [prose(chance)]
        links = "".join(item.format(number, sentence(chance, 9)) for number in range(40))
        return f"<div><div><h1>{TITLES['en']}</h1><p>{own[0]}</p></div>{box.format(links)}</div>", own

    return make


def table(row: str, box: str) -> Shape:
    def make(chance: random.Random) -> Told:
        own, rows = [prose(chance)], ""
        for _ in range(12):
            cells = [chance.choice(NOUNS).title(), sentence(chance, 6)]
            own += cells
            rows += row.format(*cells)
        return title(f"<p>{own[0]}</p>{box.format(rows)}"), own

    return make


def results(box: str, row: str, head: str) -> Shape:
    def make(chance: random.Random) -> Told:
        names = [noun.title() for noun in chance.sample(NOUNS, 4)]
        own, inside = [prose(chance), *names], head.format(*names)
        for place in range(1, 11):
            cells = [
                f"{chance.choice(LOOKS).title()} {chance.choice(NOUNS).title()}",
                f"{chance.randint(20, 90)}.{place}",
            ]
            cells = [str(place), *cells, str(chance.randint(1, 40))]
            own += cells
            inside += row.format(*cells)
        own.append(prose(chance))
        return title(f"<p>{own[0]}</p>{box.format(inside)}<p>{own[-1]}</p>"), own

    return make


def with_standfirst(lead: str) -> Shape:
    def make(chance: random.Random) -> Told:
        own = [sentence(chance, 18), *(prose(chance, 3) for _ in range(4))]
        picture = "<figure><img src=/b.jpg><figcaption>The bridge. Photo: A. Novak</figcaption></figure>"
        return title(lead.format(own[0]) + picture + "".join(f"<p>{line}</p>" for line in own[1:])), own

    return make


def with_something_after_each(something: str, *, is_text: bool = False) -> Shape:
    def make(chance: random.Random) -> Told:
        own, inside = [], ""
        for number in range(6):
            line, said = prose(chance, 3), prose(chance, 1)
            own += [line, said] if is_text else [line]
            inside += f"<p>{line}</p>{something.format(number, said)}"
        return title(inside), own

    return make


def of_links(line: str, linked: int, every: int) -> Shape:
    """Paragraphs in which so many words of every so many are links."""

    def make(chance: random.Random) -> Told:
        own, inside = [prose(chance) for _ in range(7)], ""
        for said in own:
            words = enumerate(said.split())
            parts = (f'<a href="/t{n}">{word}</a>' if n % every < linked else word for n, word in words)
            inside += line.format(" ".join(parts))
        return title(inside), own

    return make


def recipe(ingredients: str, ingredient: str, method: str, step: str) -> Shape:
    def make(chance: random.Random) -> Told:
        things = [(f"{chance.randint(1, 9)} cups", f"{chance.choice(LOOKS)} {chance.choice(NOUNS)}") for _ in range(9)]
        steps, own = [prose(chance, 1) for _ in range(7)], [prose(chance)]
        listed = ingredients.format("".join(ingredient.format(*thing) for thing in things))
        told = method.format("".join(step.format(number, said) for number, said in enumerate(steps, start=1)))
        names = [f"{much} {what}" for much, what in things]
        return title(f"<p>{own[0]}</p>{listed}{told}"), [*own, "Ingredients", *names, "Method", *steps]

    return make


GALLERY = "<div class=gallery>" + "<figure><img src=/{0}.jpg><figcaption>Photo</figcaption></figure>" * 4 + "</div>"
SLIDES = "<ul class=slides>" + "<li><a href=/big{0}.jpg><img src=/{0}.jpg></a><span>{0} / 24</span></li>" * 3 + "</ul>"
CELLS = "<table><tr>" + "<td><img src=/{0}.jpg><br><small>Photo: agency</small></td>" * 3 + "</tr></table>"
BOXED = '<div class=row><h2><a href="/n/{0}">{1}</a></h2><p>{2}</p></div>'
TEASED = '<article><h3>{1}</h3><p>{2}</p><a href="/n/{0}">more</a></article>'
LISTED = '<li><a href="/n/{0}"><b>{1}</b></a><br>{2}</li>'
CARD = (
    "<div class=card><div class=card-head><h3>{heading}</h3></div>"
    "<div class=card-body><div>{one}</div><div>{other}</div></div></div>"
)
POST = "<div class=update><time>1{number}:30</time><h3>{heading}</h3><p>{one}</p><p>{other}</p></div>"
PART = "<section><header><h2>{heading}</h2></header><ul><li>{one}</li><li>{other}</li></ul></section>"
OFFER = "<div class=offer><a href=/o{number}><h3>{heading}</h3></a><div class=text>{one}</div></div>"
SOLD = (
    "<dl class=deal><dt><img src=/{number}.jpg>{heading}</dt><dd>{one}</dd>"
    '<dd><a href="https://shop.example/{number}">€ {number}9</a></dd></dl>'
)
TWEET, QUOTE = "<blockquote class=twitter-tweet><p>{1}</p></blockquote>", "<blockquote>{1}</blockquote>"
CITED = "<figure class=quote><blockquote><p>{1}</p></blockquote></figure>"
EMBEDDED = "<div class=embed><blockquote class=twitter-video><p>{1}</p></blockquote></div>"
CAPTION = "<p><img src=/{0}.jpg></p><p class=caption>Photo {0}: agency</p>"
SLANTED = "<p align=center><img src=/{0}.jpg><br><em>Photo: agency</em></p>"
SMALL = "<center><img src=/{0}.jpg></center><p><small>(Photo: A. Novak/agency)</small></p>"
SPECIFIED = "<tr><th>{}</th><td>{}</td></tr>"
RANKED = "<tr><th scope=row>{}</th><td>{}</td><td>{}</td><td>{}</td></tr>"
NAMES = "<caption></caption><thead><tr><th>{}</th><th>{}</th><th>{}</th><th>{}</th></tr></thead>"
OLD_ROW = "<tr><td align=right>{}<td><font size=2>{}</font><td>{}<td>{}</tr>"
OLD_NAMES = "<tr bgcolor=silver><td>{}<td><font size=2>{}</font><td>{}<td>{}</tr>"
# The shape, and the least share of the text that is kept, and of what is kept that is text.
KINDS: dict[str, tuple[str, Shape, float, float]] = {
    "a brief above a stream in boxes": ("en", brief_above(BOXED, "<div class=all>{}</div>"), 1, 1),
    "a brief above a stream of articles": ("en", brief_above(TEASED, "<div>{}</div>"), 1, 1),
    "a brief above a stream in a list": ("en", brief_above(LISTED, "<ul>{}</ul>"), 1, 1),
    "a short Chinese text in paragraphs": ("zh", short_text(HAN, "zh", "<p>{}</p>"), 1, 1),
    "a short Chinese text between breaks": ("zh", short_text(HAN, "zh", "{}", "<br><br>"), 1, 1),
    "a short Japanese text in boxes": ("ja", short_text(KANA, "ja", "<div>{}</div>"), 1, 1),
    "a listicle": ("en", parts("<h2>{heading}</h2><img src=/{number}.jpg><p>{one}</p>"), 1, 1),
    "a guide of lists": ("en", parts(PART), 1, 1),
    "cards": ("en", parts(CARD), 1, 1),
    "posts of a live blog": ("en", parts(POST), 1, 1),
    "a short text beside paragraphs of links": (
        "en",
        beside_links('<p><a href="/l{}">{}</a></p>', "<div>{}</div>"),
        1,
        1,
    ),
    "a short text beside a list of links": ("en", beside_links('<li><a href="/l{}">{}</a></li>', "<ul>{}</ul>"), 1, 1),
    "a short text beside links between breaks": ("en", beside_links('<a href="/l{}">{}</a><br>', "<td>{}</td>"), 1, 1),
    "a specification": ("en", table("<dt>{}</dt><dd>{}</dd>", "<dl>{}</dl>"), 1, 1),
    "a specification in a table": ("en", table(SPECIFIED, "<table>{}</table>"), 1, 1),
    "a specification in lines": ("en", table("<p><b>{}</b><br>{}</p>", "<div class=data>{}</div>"), 1, 1),
    "results below a caption": ("en", results("<table>{}</table>", RANKED, NAMES), 0.5, 1),
    "results in an old table": ("en", results("<table border=1 width=90%>{}</table>", OLD_ROW, OLD_NAMES), 0.5, 1),
    "a standfirst that is called so": ("en", with_standfirst("<p class=standfirst>{}</p>"), 1, 1),
    "a standfirst in a box": ("en", with_standfirst("<div class=lead><div>{}</div></div>"), 1, 1),
    "a standfirst in a heading": ("en", with_standfirst("<h2 class=sub>{}</h2>"), 1, 1),
    "galleries in a review": ("en", with_something_after_each(GALLERY), 1, 1),
    "slides in a review": ("en", with_something_after_each(SLIDES), 1, 1),
    "pictures in cells of a review": ("en", with_something_after_each(CELLS), 1, 1),
    "captions in paragraphs": ("en", with_something_after_each(CAPTION), 1, 1),
    "slanted captions": ("en", with_something_after_each(SLANTED), 1, 1),
    "small captions": ("en", with_something_after_each(SMALL), 1, 1),
    "tweets": ("en", with_something_after_each(TWEET, is_text=True), 0.96, 1),
    "tweets in boxes": ("en", with_something_after_each(EMBEDDED, is_text=True), 0.87, 1),
    "quotes": ("en", with_something_after_each(QUOTE, is_text=True), 1, 1),
    "quotes in figures": ("en", with_something_after_each(CITED, is_text=True), 0.87, 1),
    "paragraphs of links to topics": ("en", of_links("<p>{}</p>", 5, 8), 1, 1),
    "boxes with links to topics": ("en", of_links("<div>{}</div>", 3, 7), 1, 1),
    "a recipe": (
        "en",
        recipe("<h2>Ingredients</h2><ul>{}</ul>", "<li>{} {}</li>", "<h2>Method</h2><ol>{}</ol>", "<li>{1}</li>"),
        1,
        1,
    ),
    "a recipe in boxes": (
        "en",
        recipe(
            "<section><h5>Ingredients</h5><div>{}</div></section>",
            "<div><i>{}</i> {}</div>",
            "<section><h5>Method</h5>{}</section>",
            "<div><div>{1}</div></div>",
        ),
        1,
        1,
    ),
    "offers": ("en", parts(OFFER), 0.14, 1),
    "offers with prices": ("en", parts(SOLD), 0.97, 1),
}


@pytest.mark.parametrize("kind", KINDS)
def test_of_every_kind_as_much_is_kept_as_was(kind: str) -> None:
    language, shape, least_kept, least_right = KINDS[kind]
    inside, wanted = shape(random.Random(5))
    head = f'<title>{TITLES[language]} - The Paper</title><meta property="og:type" content="article">'
    whole = f"<html lang={language}><head>{head}</head><body><nav><ul>{NAVIGATION}</ul></nav>{inside}</body></html>"

    made = extract_page(page(whole), replace(SOURCE, language=language))

    told, kept = Counter(forms("\n".join(wanted))), Counter(forms(made.text))
    right = (told & kept).total()
    found = round(right / told.total(), 2), round(right / max(1, kept.total()), 2)
    assert found >= (least_kept, least_right) and found[1] >= least_right, (found, made.text[:500])

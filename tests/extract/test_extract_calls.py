"""Boxes and lines inside an article that call its reader away from it are no part of it."""

from __future__ import annotations

import pytest

from pipelines.extract.blocks import blocks
from pipelines.extract.markup import parse
from pipelines.extract.text.calls import find_calls

PROSE = "<p>The ferry was back on the river on Monday, two years after the flood that had sunk it at its mooring.</p>"
BOX = "<div class={}><h4>Want to cross with less effort?</h4><p>Book your seats with our river pass today.</p></div>"


POINTING = "<p>→ <a href=/a>What the flood left of the lower town</a></p>"


def called_away(inside: str) -> list[str]:
    """What is cut of an article of twenty paragraphs with this in its middle, all of it kept so far."""
    tree = parse(f"<html><body><article>{PROSE * 10}{inside}{PROSE * 10}</article></body></html>")
    assert tree is not None
    found = blocks(tree)
    return [found[number].text for number in find_calls(found, range(len(found)))]


@pytest.mark.parametrize("name", ["cta", "post-cta", "sb-cta-box", "callToAction", "call-to-action"])
def test_a_box_that_is_called_after_what_it_asks_for_is_cut(name: str) -> None:
    cut = called_away(BOX.format(name))

    assert cut == ["Want to cross with less effort?", "Book your seats with our river pass today."]


@pytest.mark.parametrize(
    "line",
    [
        "<p>» <a href=/a>What the flood left of the lower town</a></p>",
        "<p>👉 <a href=/a>What the flood left of the lower town</a></p>",
        "<p>&gt;&gt; More: <a href=/a>What the flood left of the lower town</a></p>",
        "<p><a href=/a>WHAT THE FLOOD LEFT OF THE LOWER TOWN&gt;&gt;</a></p>",
        "<p>»» <a href=/a>What the flood left of the lower town</a></p>",
        "<p>← <a href=/a>ما تركه الفيضان من المدينة السفلى</a></p>",
        "<p><a href=/a>מה השאיר השיטפון בעיר התחתית ◄</a></p>",
        "<p>Read our full <a href=/a>River Ferry 12</a> review</p>",
        "<p><a href=/a>Buy the Ferry 12 from its yard</a></p>",
        "<p><a href=/a>Jetzt den Newsletter der Fähre bestellen</a></p>",
        "<p><a href=/a>اقرأ أيضا ما تركه الفيضان</a></p>",
        "<p><a href=/a>شاهد أيضًا ما تركه الفيضان</a></p>",
        "<p><a href=/a>Comprar la barca en su astillero</a></p>",
        "<p><a href=/a>View all ferries</a></p>",
        "<p><a href=/a>Jetzt die Zeitung der Fähre bestellen!</a></p>",
        "<p><a href=/a>Lire toute la suite de l'histoire du bac...</a></p>",
        "<p><a href=/a>Leggi il seguito della storia del traghetto …</a></p>",
        "<p>See <a href=/a>What the flood left</a> | <a href=/b>Who raised the ferry</a> | <a href=/c>Its crew</a></p>",
    ],
)
def test_a_line_that_is_hardly_more_than_a_link_to_somewhere_else_is_cut(line: str) -> None:
    assert len(called_away(line)) == 1


@pytest.mark.parametrize(
    "name", ["newsletter-signup", "newsletter-sign-up", "newsletter_sign_up", "newsletterOptIn", "optin", "mailchimp"]
)
def test_the_box_to_sign_up_in_is_cut(name: str) -> None:
    cut = called_away(f"<div class={name}><p>Once a week, all of the river.</p><p>Free of charge.</p></div>")

    assert cut == ["Once a week, all of the river.", "Free of charge."]


def test_up_to_three_lines_in_a_row_are_no_list_and_cut() -> None:
    assert len(called_away(POINTING * 3)) == 3


def test_a_button_that_stands_beside_every_thing_is_cut() -> None:
    cut = called_away("".join(f"<p>Ferry {n}</p><div><a href=/{n}>Ferry prices</a></div>" for n in range(3)))

    assert cut == ["Ferry prices"] * 3


def test_a_button_that_asks_is_cut_where_half_of_it_is_link_and_prose_follows() -> None:
    cut = called_away("".join(f"<div>Check <a href=/{n}>price</a></div>{PROSE}" for n in range(3)))

    assert cut == ["Check price"] * 3


def test_a_button_in_a_table_is_cut_if_it_asks_for_something_in_two_words() -> None:
    assert called_away(f"<table>{'<tr><td>Ferry</td><td><div><a href=/c>CHECK PRICE</a></div></td></tr>' * 3}</table>")


@pytest.mark.parametrize(
    "box",
    [
        "<div class=newsletter-box><p>Once a week, all of the river.</p><form action=/></form></div>",
        "<div class=newsletter-box><p>Once a week, <a href=/a>all of the river</a>.</p></div>",
        "<div class=subscribe><p>Join those who read of the river every week, in their mail, before all others do.</p>"
        "<input></div>",
    ],
)
def test_a_box_of_a_newsletter_is_cut_if_it_holds_what_one_signs_up_with(box: str) -> None:
    assert len(called_away(box)) == 1


@pytest.mark.parametrize(
    "inside",
    [
        "<div><a href=/a>Ferry prices</a></div>" * 2,
        "<p>Ferry | <a href=/b>raised</a> | 12 seats | a bell</p>",
        "<p class=subscribe-only>Once a week, <a href=/a>all of the river</a>.</p>",
        "<div class=paywall><p>Once a week, all of the river.</p></div>",
        BOX.format("voctape"),
        BOX.format("facta"),
        f"<div class=cta>{PROSE * 10}</div>",
        BOX.format("cta") * 12,
        f"<div class=cta><p>{'The ferry crosses the river at noon. ' * 6}</p></div>",
        "<p>» The ferry is back, said the captain, and it will stay.</p>",
        "<p>Buy the <a href=/a>Ferry 12</a> when it is new, for the yard builds only ten of them in a year.</p>",
        "<ul><li><a href=/a>Buy the ferry</a></li></ul>",
        "<h3><a href=/a>Get the ferry</a></h3>",
        "<div class=subscriber-only><p>The minister resigned the same night, as the flood came to the lower town.</p>"
        "<form></form></div>",
        "<div class=subscriber-only><p>The minister resigned.</p><form></form></div>",
        "<div class='paywall subscribed'><p>The minister resigned.</p><form></form></div>",
        "<div class=subscription-wall><p>The minister resigned the same night, as <a href=/f>the flood</a> came to "
        "the lower town.</p></div>",
        "<div class=newsletter-intro><p>Good morning. Today we look at the river.</p></div>",
        "<div class=newsletter-signup><p>The minister resigned the same night, as the flood came to the lower town.</p>"
        "</div>",
        "<div class='newsletter design-updates'><p>The minister resigned.</p></div>",
        "<div class=newsletter-signup><p>昨天渡船又回到河上，许多人来到岸边看它！</p></div>",
        "<p><a href=/a>Get Out wins the prize of the critics</a></p>",
        "<p><a href=/a>Order restored in the capital after three days</a></p>",
        "<p><a href=/a>View from the bridge</a></p>",
        "<p><a href=/a>Book of the year: the flood</a></p>",
        "<p><a href=/a>Try as they might, the crew could not raise her</a></p>",
        "<p><a href=/a>Compras públicas bajo sospecha</a></p>",
        "<p><a href=/a>شاهد عيان يروي ما جرى</a></p>",
        "<p><a href=/a>Buy nothing day was a success, he wrote.</a></p>",
        "<p><a href=/a>« Nous ne céderons jamais »</a></p>",
        "<p><a href=/a>‹ Nous ne céderons jamais ›</a></p>",
        "<p>»<a href=/a>Wir geben niemals auf und bleiben hier</a>«</p>",
        "<p>»<a href=/a>Wir geben niemals auf</a>«, sagte er.</p>",
        "<p>›<a href=/a>Wir geben niemals auf und bleiben hier</a>‹</p>",
        "<p>»<a href=/a>Emme anna koskaan periksi</a>», hän sanoi.</p>",
        "<p>« <a href=/a>ما تركه الفيضان من المدينة السفلى</a></p>",
        "<p><a href=/a>Lakers 101-99 Bulls</a> | <a href=/b>Heat 88-90 Nets</a> | <a href=/c>Jazz 99-70 Suns</a></p>",
        "<h4>Dough</h4><ul><li><a href=/salt>sea salt flakes</a></li></ul>" * 3,
        f"<table>{'<tr><td><a href=/c>River Club</a></td><td>1</td></tr>' * 3}</table>",
        f"<table>{'<tr><td>Ferries Inc.</td><td><a href=/c>Buy</a></td></tr>' * 3}</table>",
        f"<table>{'<tr><td><p><a href=/c>River Club</a></p></td><td>1</td></tr>' * 3}</table>",
        f"<dl>{'<dt><a href=/c>Captain</a></dt><dd>Ferry</dd>' * 3}</dl>",
        f"<p><a href=/c>Ann Captain</a></p>{PROSE}" * 3,
        "<p><a href=/c>Captain:</a></p><p>No.</p>" * 3,
        "<h3><a href=/c>The verdict</a></h3><p>No.</p>" * 3,
        "<p>On the <a href=/c>ferry</a></p><p>No.</p>" * 3,
        POINTING * 4,
        f"<p>» <a href=/a>{'The lower town after the flood ' * 4}</a></p>",
        "<div><a href=/a>The ferry and its prices</a></div>" * 3,
        f"<div class=cta>{'<p>Book your seats with our river pass today.</p>' * 16}</div>{PROSE * 60}",
    ],
)
def test_what_only_looks_like_it_stays(inside: str) -> None:
    assert called_away(inside) == []

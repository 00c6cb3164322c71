"""What the tables of real pages say, from figures to sentences."""

from pathlib import Path

from bench import report
from bench.corpus import Corpus, Gold
from bench.report import JudgedAnswer


def pages(count: int, *, site: str = "", f1: float = 1.0, place: float = 0.0, reason: str = "") -> list[JudgedAnswer]:
    """So many pages of one site (or each of its own) with the same figures."""
    figures = {"f1": f1, "place": place, "leak": 0.0, "ms": 5.0}
    golds = [
        Gold(f"c/{number}", Path("none"), "", site or str(number), "en", (("text", False),)) for number in range(count)
    ]
    return [JudgedAnswer(gold, figures, reason) for gold in golds]


def sections(**extractors: list[JudgedAnswer]) -> dict[str, str]:
    """The report on one corpus, our answers first."""
    scored = {"c": {"nightdesk": extractors["ours"], "nightdesk --no-site": extractors["ours"], **extractors}}
    scored["c"].pop("ours")
    return report.sections([Corpus("c", ())], scored, {"trafilatura": "2.3.1, 2026-11-22"})


def test_a_corpus_holds_where_no_peer_is_better_and_half_of_the_leaks_are_gone() -> None:
    good = sections(ours=pages(4, f1=0.9, place=0.1), trafilatura=pages(4, f1=0.9, place=0.3))
    worse = sections(ours=pages(4, f1=0.9), trafilatura=pages(4, f1=0.8), goose3=pages(4, f1=0.95))
    leaking = sections(ours=pages(4, place=0.2), trafilatura=pages(4, place=0.3))

    assert "| c | +0.0000 | 0.0000 | 0.1000 | 0.1500 | yes |" in good["Real pages"]
    assert "| c | -0.0500 |" in worse["Real pages"]
    assert "| 0.2000 | 0.1500 | no |" in leaking["Real pages"]


def test_the_best_peer_is_named_and_of_equals_the_first() -> None:
    found = sections(ours=pages(4), trafilatura=pages(4, f1=0.8), readability=pages(4, f1=0.8))

    assert "| word F1 | c | 4 | 1.0000 | 1.0000 | 0.8000 | 0.8000 | trafilatura |" in found["Real pages"]


def test_a_peer_whose_own_answers_are_the_gold_is_not_the_best_peer() -> None:
    extractors = {"nightdesk": pages(4), "trafilatura": pages(4, f1=0.8), "newspaper4k": pages(4)}

    found = report.sections([Corpus("newspaper4k", ())], {"newspaper4k": extractors}, {})

    assert "| 0.8000 | 0.8000 | trafilatura |" in found["Real pages"]


def test_sites_with_ten_pages_are_shown_apart_from_the_rest() -> None:
    found = sections(ours=pages(10, site="big") + pages(3))

    assert "| word F1 | c, sites with 10 pages | 10 |" in found["Real pages"]
    assert "| word F1 | c, the rest | 3 |" in found["Real pages"]


def test_what_we_reject_of_the_gold_is_counted_by_reason() -> None:
    found = sections(ours=pages(3) + pages(1, reason="listing"))

    assert "| c | nightdesk | 4 | 0.2500 | listing 1 |" in found["Real pages, rejected"]


def test_an_extractor_that_says_no_date_has_an_empty_cell() -> None:
    silent = [JudgedAnswer(each.gold, {**each.figures, "day": 0.0}) for each in pages(2)]
    telling = [JudgedAnswer(each.gold, {**each.figures, "day": 1.0}) for each in pages(2)]

    found = sections(ours=telling, readability=silent)

    assert "| readability | 1.0000 | 0.0000 | 0.0000 |  | 5.0 |" in found["Real pages, by corpus"]


def test_every_peer_is_named_with_its_version_and_the_day_it_was_asked() -> None:
    assert "trafilatura 2.3.1, 2026-11-22." in sections(ours=pages(1))["Real pages"]

"""`make bench-extraction` from a folder of pages with gold to tables, on the demo newsroom's pages as a corpus."""

import gzip
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from bench import corpus, cost, demo_pages, extraction, page, peers, report
from bench.memory import Many
from demo.sites import SITES


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[demo_pages.DemoPage]]:
    """Every article of the newsroom as it is served, by site."""
    return demo_pages.read(Path(tmp_path_factory.mktemp("newsroom")))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, pages: dict[str, list[demo_pages.DemoPage]]) -> Path:
    """The articles of two sites as a corpus called demo, the first page of which has suspect gold."""
    top = tmp_path_factory.mktemp("corpora")
    few = [each for name in ("sabah", "harbour") for each in pages[name]]
    write(top / "demo", few)
    (top / "suspects.tsv").write_text("id\twhy\ndemo/0\tcopy\n", encoding="utf-8")
    (top / "leaks.jsonl").write_text(json.dumps({"id": "demo/1", "blocks": ["read more"]}) + "\n", encoding="utf-8")
    return top


def write(folder: Path, few: Sequence[demo_pages.DemoPage]) -> None:
    """A corpus in the common form: the pages in UTF-8, and the truth about them as gold."""
    charsets = {site.name: site.charset for site in SITES}
    (folder / "html").mkdir(parents=True)
    with (folder / "gold.jsonl").open("w", encoding="utf-8") as out:
        for number, each in enumerate(few):
            text = each.page.body.decode(charsets[each.truth.site])
            (folder / "html" / f"{number}.html.gz").write_bytes(gzip.compress(text.encode()))
            gold = {
                "id": f"{folder.name}/{number}", "url": each.truth.url, "site": each.truth.site,
                "lang": each.truth.language, "paras": [[line, False] for line in each.truth.paragraphs],
                "title": each.truth.title, "date": None, "authors": list(each.truth.authors),
            }  # fmt: skip
            out.write(json.dumps(gold) + "\n")


def test_a_folder_of_corpora_and_a_corpus_are_read_alike(folder: Path) -> None:
    [one], [same] = corpus.read(folder), corpus.read(folder / "demo")

    assert one == same
    assert (one.name, len(one.every), len(one.pages)) == ("demo", 24, 23)
    assert one.pages[0].leaks == ("read more",)
    assert one.pages[0].places is None


def test_a_folder_without_gold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"gold\.jsonl"):
        corpus.read(tmp_path)


def test_an_extractor_is_told_nothing_of_the_gold(folder: Path) -> None:
    line = corpus.batch_line(corpus.read(folder)[0].every[0])

    assert sorted(line) == ["html_encoding", "id", "language", "path", "source", "url"]


def test_a_sample_takes_whole_sites_and_the_same_ones_again(folder: Path) -> None:
    [whole] = corpus.read(folder)

    few = extraction.take_sample(whole, 5)

    assert len(few.every) == 12
    assert len({gold.site for gold in few.every}) == 1
    assert extraction.take_sample(whole, 5) == few


def test_our_own_pages_are_scored_with_and_without_the_site_layer(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(extraction, "PER_PAGE", tmp_path / "pages.tsv")

    done = extraction.main(
        [str(folder), "--peers", "none", "--processes", "1", "--sample", "5", "--no-speed", "--splits", "0"]
    )

    printed = capsys.readouterr().out
    rows = [line.split("\t") for line in (tmp_path / "pages.tsv").read_text(encoding="utf-8").splitlines()]
    assert done == 0
    assert "| word F1 | demo | " in printed
    assert "| site layer | " in printed
    assert {row[1] for row in rows[1:]} == {"nightdesk", "nightdesk --no-site"}
    assert all(float(row[3]) > 0.9 for row in rows[1:])


def test_a_peer_answers_line_by_line_and_is_told_where_the_page_is(folder: Path, tmp_path: Path) -> None:
    golds = corpus.read(folder)[0].every[:2]
    batch = tmp_path / "batch.jsonl"
    batch.write_text("".join(json.dumps(corpus.batch_line(gold)) + "\n" for gold in golds), encoding="utf-8")

    runner = Path(extraction.__file__).with_name("peers.py")
    done = subprocess.run(
        [sys.executable, "-P", runner, "trafilatura", batch], capture_output=True, text=True, check=True
    )

    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["id"] for row in rows] == ["demo/0", "demo/1"]
    assert all(row["text"] and row["cms"] > 0 and not row["error"] for row in rows)


def test_the_cost_says_whether_one_run_of_trafilatura_was_enough(pages: dict[str, list[demo_pages.DemoPage]]) -> None:
    costs = cost.measure([(each.page, each.source, None) for each in pages["harbour"][:2]])

    assert all(each.ours > 0 and each.bare > 0 for each in costs)
    assert cost.summary(costs).startswith("   2 pages, ")


def test_pages_for_the_memory_are_all_different(pages: dict[str, list[demo_pages.DemoPage]]) -> None:
    many = Many(pages["harbour"], 30)

    assert len({many[number].page.digest for number in range(len(many))}) == 30


def test_a_section_of_the_docs_is_replaced_and_the_others_stay(tmp_path: Path) -> None:
    file = tmp_path / "benchmarks.md"
    page.write({"Dates": "50 of 50", "Watches": "61"}, "make bench", file)

    page.write({"Dates": "51 of 51", "Real pages": "| a |"}, "make other", file)

    there = page.read(file)
    assert list(there) == ["Real pages", "Dates", "Watches"]
    assert there["Dates"].startswith("`make other`, ")
    assert there["Dates"].endswith("\n\n51 of 51")
    assert "50 of 50" not in file.read_text(encoding="utf-8")


def test_a_table_sets_figures_to_the_right() -> None:
    assert page.table(["who", "F1"], [["us", "0.98"], ["them", ""]]).splitlines()[1] == "| --- | ---: |"


def test_the_ablation_shows_what_each_step_changes() -> None:
    found = {
        "demo": {"all steps": {"f1": 0.9, "leak": 0.0, "pages": 9}, "title": {"f1": 0.85, "leak": 0.1, "pages": 9}}
    }

    assert "| title | -0.0500 |" in report.steps(found)
    assert "| title | 0.100 |" in report.steps(found)


def test_the_authors_of_a_peer_are_names_however_deep_it_lists_them() -> None:
    assert peers._names([["Ann Lee", "Bo Ek"], "Cy", None]) == ("Ann Lee", "Bo Ek", "Cy")
    assert peers._names(None) == ()

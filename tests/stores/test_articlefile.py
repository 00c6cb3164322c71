"""Article files: what is written is read, and a file is there whole or not at all."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.codes import Reason
from pipelines.errors import StoreError
from pipelines.model import Article, Rejection, RemovedBlock
from pipelines.query import index_rows, vectors
from pipelines.settings import Settings
from pipelines.stores import articlefile
from pipelines.stores.articlefile import Line

AT = datetime(2026, 11, 22, 2, 0, 5, 250000, tzinfo=UTC)
REJECTED = Line(
    fetch_id=2,
    url_id=8,
    run="2026-11-22T0200",
    fetched_at=AT,
    rejection=Rejection(source="sana", url="https://sana.test/b", reason=Reason.SOFT_404, detail="404"),
)
STORED = Line(
    fetch_id=1,
    url_id=7,
    run="2026-11-22T0200",
    fetched_at=AT,
    article=Article(
        source="sana",
        url="https://sana.test/a",
        canonical_url="https://sana.test/a",
        title="عنوان «الخبر»",
        description="",
        text="سطر أول\nاصلاح\u200cطلبان\u2028 \\n",
        authors=("ليلى حداد",),
        language="ar",
        published_at=AT,
        published_precision="second",
        published_from="json-ld",
        modified_at=None,
        image="",
        tags=("سوريا", "a,b"),
        section="",
        removed=(RemovedBlock(text="0", reason="counter"),),
        page_digest="00",
        extractor="nightdesk 0",
    ),
)


def test_what_was_written_is_read(settings: Settings) -> None:
    file = articlefile.path(settings, "sana", "2026-11-22T0200")

    count = articlefile.write(file, [STORED, REJECTED])

    assert count == 2
    assert list(articlefile.read(file)) == [STORED, REJECTED]
    assert file.relative_to(settings.data).as_posix() == "articles/sana/2026-11-22T0200.jsonl"


def with_words(line: Line, words: str) -> Line:
    made = vectors.vectors({"title": words, "description": "", "text": words}, ["كاتب"])
    return replace(line, words=index_rows.write_rows(*made))


def distinct_words(file: Path) -> list[str]:
    return [line.words[2] for line in articlefile.read(file) if line.words]


def test_a_distinct_word_stands_in_the_first_line_that_has_it_also_when_lines_are_left_out(settings: Settings) -> None:
    file = articlefile.path(settings, "sana", "2026-11-22T0200")
    texts = ("زلزال في الشمال", "ثلوج في الشمال", "ثلوج في الجنوب")

    articlefile.write(file, [with_words(STORED, texts[0]), REJECTED, *(with_words(STORED, one) for one in texts[1:])])
    _, _, *others = articlefile.read(file)

    assert distinct_words(file)[0].split() == sorted(texts[0].split())
    assert distinct_words(file)[1:] == ["ثلوج", "الجنوب"]
    assert index_rows.read(others[1].words) == index_rows.read(with_words(STORED, texts[2]).words)
    articlefile.write(file, others)
    assert [set(words.split()) for words in distinct_words(file)] == [set(texts[1].split()), {"الجنوب"}]


def test_a_file_that_breaks_off_leaves_the_one_before(settings: Settings) -> None:
    file = articlefile.path(settings, "sana", "2026-11-22T0200")
    articlefile.write(file, [STORED])

    def lines() -> Iterator[Line]:
        yield REJECTED
        raise RuntimeError("the worker was stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        articlefile.write(file, lines())

    assert list(articlefile.read(file)) == [STORED]
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_line_that_cannot_be_read_is_named(settings: Settings) -> None:
    file = articlefile.path(settings, "sana", "2026-11-22T0200")
    articlefile.write(file, [STORED, REJECTED])
    file.write_text(file.read_text(encoding="utf-8")[:-40], encoding="utf-8")

    with pytest.raises(StoreError, match=r"Line 2 of .* the 1 lines before it are complete"):
        list(articlefile.read(file))


def test_a_missing_file_says_which_stage_makes_it(settings: Settings) -> None:
    with pytest.raises(StoreError, match="nightdesk extract"):
        list(articlefile.read(articlefile.path(settings, "sana", "2026-11-22T0200")))

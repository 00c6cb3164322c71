"""Golden pages: drafted from a stored article, held to once a person has reviewed them, offline."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from pipelines.errors import NightdeskError, SourceError
from pipelines.health import golden
from pipelines.model import Page, Source
from pipelines.settings import Settings

SOURCE = Source(
    name="jisr", title="صحيفة {الجسر}", url="https://jisr.test/", country="SY", language="ar", timezone="Asia/Damascus"
)
TITLE = 'افتتاح "الجسر القديم" أمام المشاة'
TEXT = [
    "أعلنت بلدية المدينة يوم الاثنين افتتاح الجسر القديم أمام المشاة بعد عامين من ترميم شارك فيه مئة عامل.",
    "وقالت رئيسة البلدية في مؤتمر صحفي إن الجسر سيبقى مغلقاً أمام السيارات حتى الربيع المقبل على الأقل.",
]


def page(number: int = 1, lines: list[str] = TEXT, published: str = "2026-11-21T23:30:00Z") -> Page:
    date = f'<meta property="article:published_time" content="{published}">' if published else ""
    text = "".join(f"<p>{line}</p>" for line in lines)
    html = (
        f"<html><head><title>{TITLE}</title>{date}</head><body><article><h1>{TITLE}</h1>{text}</article></body></html>"
    )
    url = f"https://jisr.test/news/{number}"
    return Page(
        source="jisr",
        run="2026-11-22T0200",
        url=url,
        final_url=url,
        fetched_at=datetime(2026, 11, 22, 2, tzinfo=UTC),
        status=200,
        headers=(("Content-Type", "text/html"),),
        body=html.encode(),
        digest=sha256(html.encode()).hexdigest(),
    )


def file_of(settings: Settings) -> Path:
    return golden.path(settings.sources, "jisr")


def checked(settings: Settings, source: Source = SOURCE) -> list[golden.GoldenResult]:
    return golden.check(settings, [(source, page) for page in golden.load(file_of(settings))])


def mended(settings: Settings, *changes: tuple[str, str]) -> None:
    """The golden file as a person leaves it: reviewed, and changed."""
    text = file_of(settings).read_text(encoding="utf-8")
    for old, new in (("reviewed = false", "reviewed = true"), *changes):
        assert old in text
        text = text.replace(old, new)
    file_of(settings).write_text(text, encoding="utf-8")


def test_a_draft_says_what_a_page_gives_and_that_nobody_has_reviewed_it(settings: Settings) -> None:
    drafted = golden.sample(settings, SOURCE, page(), None)

    assert golden.load(file_of(settings)) == [drafted]
    assert (drafted.reviewed, drafted.title, drafted.language) == (False, TITLE, "ar")
    assert drafted.published == "2026-11-22"
    assert drafted.begins == " ".join(TEXT[0].split()[:12])
    assert drafted.ends == " ".join(TEXT[1].split()[-12:])


def test_a_page_that_gives_what_it_gave_differs_in_nothing(settings: Settings) -> None:
    golden.sample(settings, SOURCE, page(), None)
    golden.sample(settings, SOURCE, page(2, published=""), None)

    found = checked(settings)

    assert [page.differs for page in found] == [(), ()]
    assert golden.load(file_of(settings))[1].published == ""


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("title = ", 'title = "شيء آخر" # '), "title is “"),
        (('published = "2026-11-22"', "published = 2026-11-20"), "published is “2026-11-22”, not “2026-11-20”"),
        (('language = "ar"', 'language = "fa"'), "language is “ar”, not “fa”"),
        (("begins = ", 'begins = "قهوة" # '), "the text begins “أعلنت"),
        (("ends = ", 'ends = "شاي" # '), "the text ends “"),
        (("page_digest = ", 'page_digest = "0" # '), "its raw page is not in this data folder"),
    ],
)
def test_a_fact_that_is_no_longer_given_is_named(settings: Settings, change: tuple[str, str], sentence: str) -> None:
    golden.sample(settings, SOURCE, page(), None)
    mended(settings, change)

    (found,) = checked(settings)

    assert found.golden.reviewed
    assert [difference.startswith(sentence) for difference in found.differs] == [True], found.differs


def test_a_line_that_a_person_takes_out_is_not_checked_and_words_may_be_fewer(settings: Settings) -> None:
    golden.sample(settings, SOURCE, page(), None)
    mended(settings, ("title = ", "# title = "), ("begins = ", 'begins = "أعلنت  بلدية" # '))

    (found,) = checked(settings)

    assert found.golden.title is None
    assert found.differs == ()


def test_a_page_that_is_no_article_any_more_says_why(settings: Settings) -> None:
    golden.sample(settings, SOURCE, page(), None)
    picky = Source(**{**vars(SOURCE), "expect": type(SOURCE.expect)(languages=("en",))})

    (found,) = checked(settings, picky)

    assert found.differs == ("it is no article any more: wrong language, ar, not en",)


def test_golden_pages_outlive_the_raw_store(settings: Settings) -> None:
    golden.sample(settings, SOURCE, page(), None)
    shutil.rmtree(settings.raw, ignore_errors=True)

    (found,) = checked(settings)

    assert found.differs == ()


def test_a_second_draft_leaves_what_a_person_wrote(settings: Settings) -> None:
    golden.sample(settings, SOURCE, page(), None)
    mended(settings, ('language = "ar"', 'language = "ar" # seen with my own eyes'))

    golden.sample(settings, SOURCE, page(2), None)

    text = file_of(settings).read_text(encoding="utf-8")
    assert "# seen with my own eyes" in text
    assert [g.reviewed for g in golden.load(file_of(settings))] == [True, False]


def test_an_address_is_golden_once(settings: Settings) -> None:
    golden.sample(settings, SOURCE, page(), None)

    with pytest.raises(NightdeskError, match="already"):
        golden.sample(settings, SOURCE, page(lines=[*TEXT, *TEXT]), None)


def test_a_page_that_is_no_article_cannot_be_golden(settings: Settings) -> None:
    with pytest.raises(NightdeskError, match="gives no article to keep: too short"):
        golden.sample(settings, SOURCE, page(lines=["مطر."], published=""), None)

    assert not file_of(settings).exists()


def test_without_golden_pages_no_postgres_is_needed(tmp_path: Path) -> None:
    nowhere = Settings(data=tmp_path / "none", database_url="postgresql://127.0.0.1:1/none")

    assert golden.load(tmp_path / "golden" / "jisr.toml") == []
    assert golden.check(nowhere, []) == []


def test_a_raw_file_that_is_damaged_is_named(settings: Settings) -> None:
    golden.sample(settings, SOURCE, page(), None)
    (raw,) = (settings.data / "golden").rglob("*.warc.gz")
    raw.write_bytes(b"WARC/1.1 and then something else")

    (found,) = checked(settings)

    assert "raw page" in found.differs[0]


def test_words_of_a_script_without_spaces_are_cut_to_length() -> None:
    assert golden._short("橋" * 300) == "橋" * golden.LONGEST_CHARACTERS
    assert golden._short("old bridges " * 30, end=True).startswith(("old", "bridges"))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[[page]]\nurl = 'u'\npage_digest = 'd'\nheadline = 'x'", "page 1: headline is no key"),
        ("[[page]]\nurl = 'u'", "page 1: page_digest is missing"),
        ("[[page]]\nurl = 'u'\npage_digest = 'd'\nreviewed = 'yes'", "it is true or false"),
        ("[[page]]\nurl = 'u'\npage_digest = 'd'\ntitle = 5", "it is a text"),
        ("page = 5", "holds [[page]] tables"),
        ("pages = []", "holds [[page]] tables"),
        ("not toml", "is no file of golden pages"),
    ],
)
def test_a_mistake_in_the_file_is_one_sentence_that_names_it(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "jisr.toml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(SourceError) as caught:
        golden.load(file)

    assert str(file) in str(caught.value)
    assert sentence in str(caught.value)

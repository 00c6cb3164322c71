"""Pages tried apart from the night: read and parsed in workers, learned of per source, nothing written."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from pipelines.codes import Reason
from pipelines.errors import StoreError
from pipelines.extract import preview
from pipelines.extract.preview import Trial
from pipelines.extract.site import observations
from pipelines.model import Article, Rejection
from pipelines.stores import warc

TITLE = "افتتاح الجسر القديم أمام المشاة"
TEXT = "أعلنت بلدية المدينة يوم الاثنين افتتاح الجسر القديم أمام المشاة بعد عامين من ترميم شارك فيه مئة عامل من هنا."
BOX = "قهوة الصباح مع نشرة البريد من بيت الجسر كل يوم اثنين"


def html(number: int = 0, head: str = "", box: str = "") -> str:
    title = f"{TITLE} رقم {number}"
    own = " ".join(f"{word}{number}" for word in (TEXT + TEXT).split())
    lines = f"<p>{TEXT} وهذا هو الخبر رقم {number} من أخباره.</p><p>{own}.</p><p>{box}</p>"
    body = f"<h1>{title}</h1><div class=body>{lines}</div>"
    return f"<html><head>{head}<title>{title}</title></head><body><main>{body}</main></body></html>"


def file(folder: Path, name: str, content: str, encoding: str = "utf-8") -> str:
    path = folder / name
    body = content.encode(encoding)
    path.write_bytes(gzip.compress(body) if name.endswith(".gz") else body)
    return str(path)


def trial_of(path: str, name: str = "jisr", **fields: object) -> Trial:
    url = f"https://jisr.test/{Path(path).name}"
    return Trial(source=preview.anonymous(url, name), url=url, path=path, **fields)  # type: ignore[arg-type]


def test_pages_come_back_in_order_with_the_milliseconds_they_took(tmp_path: Path) -> None:
    trials = [trial_of(file(tmp_path, f"{n}.html", html(n))) for n in range(4)]

    done = list(preview.each(trials, 2))

    assert [d.made.title for d in done if isinstance(d.made, Article)] == [f"{TITLE} رقم {n}" for n in range(4)]
    assert all(0 < d.ms < 20_000 for d in done)


def test_a_gzipped_page_is_read_like_the_page(tmp_path: Path) -> None:
    plain, packed = (file(tmp_path, name, html()) for name in ("a.html", "a.html.gz"))

    first, second = (d.made for d in preview.each([trial_of(plain), trial_of(packed)], 1))

    assert isinstance(first, Article)
    assert isinstance(second, Article)
    assert first.text == second.text


def test_a_given_charset_wins_over_the_label_inside_the_page(tmp_path: Path) -> None:
    wrong = "<meta charset=koi8-r>"
    path = file(tmp_path, "a.html", html(head=wrong), "cp1256")

    done = preview.one(trial_of(path, encoding="windows-1256"))

    assert isinstance(done.made, Article)
    assert TEXT in done.made.text


@pytest.mark.parametrize(
    ("label", "codec"),
    [("windows-1256", "cp1256"), ("ISO-8859-1", "cp1252"), (" utf8 ", "utf-8"), ("klingon", ""), ("hex", ""), ("", "")],
)
def test_a_charset_is_known_by_its_label_as_browsers_take_it(label: str, codec: str) -> None:
    assert preview.charset(label) == codec


@pytest.mark.parametrize(
    ("path", "fields", "reason", "detail"),
    [
        ("missing.html", {}, Reason.UNREADABLE, "There is no file"),
        ("folder", {}, Reason.UNREADABLE, "There is no file"),
        ("a\x00b", {}, Reason.UNREADABLE, ""),
        ("good.html", {"encoding": "klingon"}, Reason.UNREADABLE, "klingon"),
        ("good.html", {"problem": "Line 7 names no path."}, Reason.UNREADABLE, "Line 7 names no path."),
        ("cut.html.gz", {}, Reason.UNREADABLE, "it ends early"),
        ("bomb.html.gz", {}, Reason.TOO_LARGE, "more than"),
    ],
)
def test_a_page_that_cannot_be_read_is_a_rejection_that_says_why(
    tmp_path: Path, path: str, fields: dict[str, str], reason: Reason, detail: str
) -> None:
    (tmp_path / "folder").mkdir()
    file(tmp_path, "good.html", html())
    (tmp_path / "cut.html.gz").write_bytes(gzip.compress(html().encode())[:60])
    (tmp_path / "bomb.html.gz").write_bytes(gzip.compress(bytes(warc.MAX_BODY_BYTES + 1)))

    done = preview.one(trial_of(str(tmp_path / path), **fields))

    assert isinstance(done.made, Rejection)
    assert done.made.reason == reason
    assert detail in done.made.detail


def test_bytes_that_are_no_whole_gzip_are_refused_with_a_sentence() -> None:
    with pytest.raises(StoreError, match="cannot be read"):
        preview.read_saved(
            gzip.compress(b"<html></html>")[:-8], "https://jisr.test/", preview.anonymous("https://jisr.test/")
        )


def test_a_source_is_learned_of_its_own_pages_and_of_no_others(tmp_path: Path) -> None:
    many = observations.LEAST_PAGES + 2
    own = [trial_of(file(tmp_path, f"{n}.html", html(n, box=BOX)), learns=True) for n in range(many)]
    few = [trial_of(file(tmp_path, "few.html", html(90, box=BOX)), "few", learns=True)]
    nobody = [trial_of(file(tmp_path, f"x{n}.html", html(100 + n, box=BOX)), "try") for n in range(many)]
    seen: list[None] = []

    lessons = list(preview.lessons([*own, *few, *nobody], 1, lambda: seen.append(None)))
    taught = preview.teach_pages([*own, *few, *nobody], lessons)

    assert [(lesson.source, lesson.pages, lesson.problem) for lesson in lessons] == [("jisr", many, "")]
    assert len(seen) == preview.pages_to_learn([*own, *few, *nobody]) == many
    assert {t.source.name for t in taught if t.template} == {"jisr"}


def test_what_repeats_on_the_pages_of_a_source_is_cut_once_it_is_learned(tmp_path: Path) -> None:
    trials = [
        trial_of(file(tmp_path, f"{n}.html", html(n, box=BOX)), learns=True)
        for n in range(observations.LEAST_PAGES + 10)
    ]

    before = preview.one(trials[0]).made
    after = preview.one(preview.teach_pages(trials, list(preview.lessons(trials, 2, lambda: None)))[0]).made

    assert isinstance(before, Article)
    assert isinstance(after, Article)
    assert BOX in before.text
    assert BOX not in after.text
    assert BOX in [removed.text for removed in after.removed]

"""Messages in the reader's language: no catalogue lacks one, each is said, and each part reads in its own direction."""

from __future__ import annotations

import json
import re
import string
import subprocess
from datetime import UTC, datetime
from html import escape, unescape
from pathlib import Path
from typing import Any, get_args

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from pipelines.notify import message_languages, message_wording
from pipelines.settings import Settings
from tests.browsers import CHROMIUM, needs_browser

FOLDER = Path(message_languages.__file__).parent
OTHERS = [code for code in message_languages.NAMES if code != "en"]
# What marks a text as one of ours, and which of its arguments is one.
MARKED = {"say": (2,), "translatable": None, "count": (2, 3)}
AT = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
WAS = {"title": "غارة", "description": "", "text": "قُتل ثلاثة في الرقة. سقط أربعة."}
ALERT: dict[str, Any] = {
    "kind": "revised", "revision_kind": "correction", "title": "غارة على الرقّة", "url": "https://sana.test/1",
    "source": "sana", "source_title": "SANA", "timezone": "Asia/Damascus", "language": "ar", "published_at": AT,
    "published_precision": "minute", "article_id": 7, "watch": "raqqa", "before": WAS,
    "now": {"title": "غارة على الرقّة", "description": "", "text": "قُتل خمسة في الرقة. Fighting went on."},
    "moved": [{"what": "number", "before": "3", "after": "5", "beside": "قتلى"}],
    "matches": [{"term": "الرقة", "surface": "الرقة", "field": "text", "offset": 4, "snippet": "بالرقة مدنيون"}],
}  # fmt: skip
REMOVED = {**ALERT, "kind": "removed", "revision_kind": "", "removed_at": AT, "article_id": 8, "before": None}
NEW = {**ALERT, "kind": "new", "revision_kind": "", "article_id": 9, "before": None, "story_id": 9}
COPY = {
    **NEW,
    "article_id": 10,
    "quiet": "also in",
    "source": "nahr",
    "source_title": "نهر",
    "url": "https://nahr.test/1",
}


def texts() -> set[str | tuple[str, str]]:
    """Every text of ours that a message may have."""
    found = (extract_from_file("python", path, keywords=MARKED) for path in FOLDER.glob("*.py"))
    return {text for texts_of_file in found for _, text, _, _ in texts_of_file}


@pytest.mark.parametrize("code", OTHERS)
def test_a_catalogue_has_every_message_with_the_same_places_and_no_other(code: str) -> None:
    with (FOLDER / f"locale/{code}.po").open("rb") as file:
        catalogue = read_po(file)

    assert {entry.id for entry in catalogue if entry.id} == texts() and len(texts()) > 30
    for entry in (entry for entry in catalogue if entry.id):
        forms = entry.string if isinstance(entry.string, tuple) else (entry.string,)
        assert all(forms) and not entry.fuzzy, entry.id
        one = entry.id if isinstance(entry.id, str) else entry.id[1]
        for form in forms:
            # A form for none, one or two may say the number as a word.
            assert places(form) == places(one) or (not isinstance(entry.id, str) and not places(form)), entry.id


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_the_setting_knows_the_languages_that_there_are() -> None:
    assert set(get_args(Settings.model_fields["messages_in"].annotation)) == set(message_languages.NAMES)


@pytest.mark.parametrize("code", OTHERS)
def test_no_word_of_english_is_left_in_a_message_of_another_language(code: str) -> None:
    said = message_wording.render("k", "raqqa", "", [ALERT, REMOVED, NEW, COPY], language=code, clock="Asia/Damascus")

    ours = re.sub(
        r"nightdesk (articles|watch mute) [^\n]*|https?://\S+|Nightdesk|Fighting went on\.|SANA|raqqa|UTC",
        "",
        said.text,
    )
    english = {word for text in texts() for one in ([text] if isinstance(text, str) else text) for word in one.split()}
    left = {word for word in re.findall(r"[A-Za-z]{3,}", ours) if word in english}
    assert left <= ({"site"} if code == "fr" else set())
    assert all(said.subject.startswith("raqqa: ") and "{" not in text for text in (said.text, said.html, said.subject))


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("en", "published 2026-11-22 04:30 UTC+03:00"),
        ("ar", "نُشر 22 نوفمبر 2026 04:30 UTC+03:00"),
        ("fr", "publié le 22 novembre 2026 04:30 UTC+03:00"),
        ("tr", "yayım: 22 Kasım 2026 04:30 UTC+03:00"),
        ("fa", "منتشرشده ۱ آذر ۱۴۰۵ (۲۲ نوامبر ۲۰۲۶) ۰۴:۳۰ UTC+03:00"),
        ("ckb", "بڵاوکراوەتەوە ٢٢ تشرینی دووەم ٢٠٢٦ ٠٤:٣٠ UTC+03:00"),
    ],
)
def test_dates_are_by_the_readers_clock_in_the_readers_words_and_digits(code: str, said: str) -> None:
    assert said in message_wording.render("k", "raqqa", "", [NEW], language=code, clock="Asia/Damascus").text


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "تنبيه واحد"), (2, "تنبيهان"), (3, "3 تنبيهات"), (11, "11 تنبيهًا"), (100, "100 تنبيه"), (103, "103 تنبيهات")],
)
def test_arabic_counts_in_its_six_forms(number: int, said: str) -> None:
    assert message_languages.count("ar", "{n} alert", "{n} alerts", number) == said


def test_each_part_reads_in_its_own_direction() -> None:
    html = message_wording.render("k", "raqqa", "", [ALERT], language="en").html
    arabic = message_wording.render(
        "k", "raqqa", "", [{**ALERT, "title": "A strike", "language": "en"}], language="ar"
    ).html

    assert html.startswith('<!doctype html><html dir="ltr" lang="en">') and '<div dir="rtl" lang="ar">' in html
    assert '<p dir="ltr" lang="en">Title before: <bdi dir="rtl">غارة</bdi></p>' in html
    assert '<p dir="ltr">Fighting went on.</p>' in html and '<p dir="rtl">قُتل خمسة في الرقة.</p>' in html.replace(
        "<mark>", ""
    ).replace("</mark>", "")
    assert arabic.startswith('<!doctype html><html dir="rtl" lang="ar">') and '<div dir="ltr" lang="en">' in arabic
    assert '<p dir="rtl" lang="ar"><bdi>مصحَّح</bdi> · <bdi>SANA</bdi>' in arabic


LOOK = """
addEventListener("load", () => {
  const told = [...document.querySelectorAll("iframe")].map((frame) => {
    const page = frame.contentDocument, view = frame.contentWindow
    const at = (one) => one.getBoundingClientRect()
    const way = (one) => view.getComputedStyle(one).direction
    return {
      wide: page.documentElement.scrollWidth > view.innerWidth,
      way: way(page.documentElement),
      titles: [...page.querySelectorAll("h3")].map(way),
      ends: [...page.querySelectorAll("p")].every((one) => at(one).left >= 0 && at(one).right <= view.innerWidth),
    }
  })
  document.body.textContent = JSON.stringify(told)
})
"""


@needs_browser
def test_a_mail_fits_a_wide_and_a_narrow_page_and_each_part_stands_on_its_side(tmp_path: Path) -> None:
    far = {**REMOVED, "url": "https://sana.test/" + "x" * 300}
    alerts = [{**ALERT, "title": "A strike", "language": "en"}, far, NEW, COPY]
    written = {
        code: escape(message_wording.render("k", "w", "", alerts, language=code).html)
        for code in ("ar", "ckb", "fa", "en")
    }
    frames = "".join(
        f'<iframe width="{width}" srcdoc="{written[code]}"></iframe>' for code in written for width in (1000, 320)
    )
    page = tmp_path / "mails.html"
    page.write_text(f"<!doctype html><meta charset=utf-8><script>{LOOK}</script><body>{frames}", encoding="utf-8")

    seen = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", page.as_uri()],
        capture_output=True, text=True, check=True, timeout=120,
    ).stdout  # fmt: skip

    told = json.loads(unescape(re.search(r"<body>(.*?)</body>", seen, re.DOTALL)[1]))  # type: ignore[index]
    assert [one["way"] for one in told] == ["rtl"] * 6 + ["ltr"] * 2
    assert [one["titles"] for one in told] == [["ltr", "rtl", "rtl"]] * 8
    assert [(one["wide"], one["ends"]) for one in told] == [(False, True)] * 8

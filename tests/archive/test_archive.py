"""One article in full: what changed between its wordings, and where each comes from."""

from __future__ import annotations

import hashlib
import random
import time
from datetime import UTC, datetime, timedelta

import pytest

from pipelines.archive import differences, passages, provenance
from pipelines.archive.differences import Fate
from pipelines.archive.passages import PassagePiece
from pipelines.model import Page
from pipelines.settings import Settings
from pipelines.stores import postgres, warc
from tests.archives import RUN, T0, article, keep


def _read(pieces: tuple[differences.DifferencePiece, ...]) -> str:
    marks = {Fate.SAME: "{}", Fate.REMOVED: "[-{}-]", Fate.ADDED: "{{+{}+}}"}
    return "".join(marks[piece.fate].format(piece.text) for piece in pieces)


@pytest.mark.parametrize(
    ("before", "after", "read"),
    [
        ("قتل ثلاثة مدنيين", "قتل خمسة مدنيين", "قتل [-ثلاثة -]{+خمسة +}مدنيين"),
        ("a b", "a b c", "a b{+ c+}"),
        ("مركز في البيدر يستقبل 31 يومياً", "تأجيل مركز في البيدر", "{+تأجيل +}مركز في البيدر[- يستقبل 31 يومياً-]"),
        ("a b", "c d", "[-a b-]{+c d+}"),
        ("a b c", "b c", "[-a -]b c"),
        ("東京で会談", "大阪で会談", "[-東京-]{+大阪+}で会談"),
        ("", "a", "{+a+}"),
        ("a", "a", "a"),
    ],
)
def test_a_difference_is_told_word_by_word(before: str, after: str, read: str) -> None:
    assert _read(differences.words(before, after)) == read


def test_paragraphs_that_stayed_are_told_apart_from_those_that_changed() -> None:
    before, after = "one\ntwo words\nthree", "one\ntwo other words\nthree\nfour"

    compared = [_read(pieces) for pieces in differences.paragraphs(before, after)]

    assert compared == ["one", "two {+other +}words", "three", "{+four+}"]


def test_either_wording_can_be_read_from_the_difference() -> None:
    dice = random.Random(5)
    for _ in range(300):
        before, after = ("".join(dice.choices("ab قت\n", k=dice.randint(0, 30))) for _ in range(2))

        compared = differences.paragraphs(before, after)

        for wording, without in ((before, Fate.ADDED), (after, Fate.REMOVED)):
            left = [[p.text for p in pieces if p.fate != without] for pieces in compared]
            whole = [
                "".join(texts)
                for texts, pieces in zip(left, compared, strict=True)
                if texts or not any(piece.fate == without for piece in pieces)
            ]
            assert [line for line in wording.split("\n") if line] == [line for line in whole if line]


def test_two_wordings_of_a_megabyte_are_compared_in_seconds() -> None:
    dice = random.Random(5)
    before, after = (" ".join(str(dice.randint(0, 9)) for _ in range(200_000)) for _ in range(2))
    begun = time.process_time()

    differences.paragraphs(before, after)
    differences.paragraphs(before.replace(" ", "\n"), after.replace(" ", "\n"))

    assert time.process_time() - begun < 20


def test_passages_show_what_was_found_with_the_words_around_it() -> None:
    text = "word " * 30 + "FOUND and FOUND " + "word " * 100 + "FOUND"
    places = [(at, at + 5) for at in range(len(text)) if text.startswith("FOUND", at)]

    first, second = passages.passages(text, places)

    assert [piece.text for piece in first if piece.marked] == ["FOUND", "FOUND"]
    assert first[0] == PassagePiece("… ")
    assert first[-1] == PassagePiece(" …")
    assert "".join(piece.text for piece in second).endswith("word FOUND")


@pytest.mark.parametrize("letters", ["東京都議会", "กรุงเทพ", "日本ABC中文"])
def test_a_passage_of_a_script_without_spaces_has_the_letters_around_what_was_found(letters: str) -> None:
    text = letters * 40 + "安倍" + letters * 40
    at = text.index("安倍")

    (passage,) = passages.passages(text, [(at, at + 2)])

    shown = "".join(piece.text for piece in passage)
    assert len(shown) > 130
    assert f"{letters}安倍{letters}" in shown


def test_what_a_description_has_from_its_text_is_told_once() -> None:
    text = "word " * 30 + "FOUND here. " + "word " * 100
    places = {"text": [(150, 155)], "description": [(20, 25)]}

    same = passages.beside_title("word " * 4 + "FOUND here. word " + "…", text, places)
    other = passages.beside_title("said " * 4 + "FOUND here.", text, places)

    assert same == passages.passages(text, places["text"])
    assert ["".join(piece.text for piece in passage) for passage in other][:1] == ["said " * 4 + "FOUND here."]
    assert len(other) == 2


def test_provenance_names_file_record_addresses_and_digests_of_each_wording(
    settings: Settings, conn: postgres.Connection
) -> None:
    keep(settings, conn, [article("1", "lion")])
    keep(settings, conn, [article("1", "zebra")], run="2026-11-23T0200", at=T0 + timedelta(days=1))
    body = b"<p>zebra</p>"
    page = Page(
        source="sana", run=RUN, url="https://sana.test/1", final_url="https://www.sana.test/1", status=200, headers=(),
        fetched_at=datetime.now(UTC), body=body, digest=hashlib.sha256(body).hexdigest(),
    )  # fmt: skip
    writer = warc.begin(settings.raw, "sana", RUN)
    pointer = warc.append(writer, page, {})
    warc.finish(writer)
    with conn, conn.cursor() as cursor:
        cursor.execute(
            "update fetches set warc_file = %s, warc_offset = %s, warc_length = %s, final_url = %s where run <> %s",
            (pointer.warc_file, pointer.warc_offset, pointer.warc_length, page.final_url, RUN),
        )
        cursor.execute("select id from articles")
        number = cursor.fetchone()["id"]  # type: ignore[index,call-overload]

    newest, first = provenance.of_article(conn, settings.raw, number)

    assert (newest["revision"], first["revision"]) == (2, 1)
    assert newest["record"].startswith("<urn:uuid:")
    assert newest["redirected_from"] == "https://sana.test/1"
    assert newest["final_url"] == "https://www.sana.test/1"
    assert newest["text_sha256"] == hashlib.sha256(b"zebra").hexdigest()
    assert (first["record"], first["redirected_from"]) == ("", "")

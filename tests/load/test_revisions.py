"""What an edit is: its kind, what of it is named, and what is no edit at all; and each wording is kept once."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.codes import RevisionKind
from pipelines.load import edit_signs, migration_batches, phrase_rows, revisions, stored_wordings
from pipelines.model import Article
from pipelines.settings import Settings
from pipelines.stores import postgres
from tests import factories
from tests.archives import T0, article, keep
from tests.clock import cpu_below
from tests.databases import rows

DAY = timedelta(days=1)
NEXT = "2026-11-23T0200"
REST = (
    " The ministry said nothing about it on Monday, and people in the town spoke of a second one in the evening hours."
)
ARABIC = " ولم تعلق وزارة الدفاع على ذلك يوم الاثنين وقال سكان من البلدة إنهم سمعوا صوت انفجار آخر في ساعات المساء."


def judged(before: str, now: str, title: str = "A raid", title_now: str = "") -> tuple[str, list[tuple[str, ...]]]:
    edit = revisions.judge({"title": title, "text": before}, {"title": title_now or title, "text": now})
    return str(edit.kind), [(one.before, one.after, one.beside) for one in edit.moved]


@pytest.mark.parametrize(
    ("before", "now", "kind", "moved"),
    [
        ("At least 12 killed." + REST, "At least 15 killed." + REST, "substantial", [("12", "15", "killed")]),
        ("قتل ١٢ شخصا." + ARABIC, "قتل ١٥ شخصا." + ARABIC, "substantial", [("١٢", "١٥", "شخصا")]),
        ("۱۲ نفر کشته شدند." + ARABIC, "۱۵ نفر کشته شدند." + ARABIC, "substantial", [("۱۲", "۱۵", "نفر")]),
        ("हमले में १२ लोग मारे गए." + REST, "हमले में १५ लोग मारे गए." + REST, "substantial", [("१२", "१५", "लोग")]),
        ("It costs 1,200 euros." + REST, "It costs 1.300 euros." + REST, "substantial", [("1,200", "1.300", "euros")]),
        ("Près de 1 200 personnes." + REST, "Près de 1 300 personnes." + REST, "substantial",
         [("1 200", "1 300", "personnes")]),
        ("Свыше 12 200 000 человек." + REST, "Свыше 13 200 000 человек." + REST, "substantial",
         [("12 200 000", "13 200 000", "человек")]),
        ("Updated 14:05, 22 November\nAn acident." + REST, "Updated 16:45, 23 November\nAn accident." + REST,
         "minor", []),
        ("Updated 14:05: 12 killed, said Ali Hassan." + REST, "Updated 15:10: 15 killed, said Omar Hassan." + REST,
         "substantial", [("12", "15", "killed"), ("Ali Hassan", "Omar Hassan", "")]),
        ("غارة عل البلدة." + ARABIC + "\nآخر تحديث: 22 نوفمبر 2026 الساعة 14:05",
         "غارة على البلدة." + ARABIC + "\nآخر تحديث: 23 نوفمبر 2026 الساعة 15:05", "minor", []),
        ("Near 1 200 people." + REST, "Near 1,200 people." + REST, "minor", []),
        ("In 2026 300 people." + REST, "In 2026 400 people." + REST, "substantial", [("300", "400", "people")]),
        ("אמר הנשיא כהן בנאום." + REST, "אמר הנשיא ברק בנאום." + REST, "substantial", [("כהן", "ברק", "")]),
        ("Up 1.5 percent." + REST, "Up 15 percent." + REST, "substantial", [("1.5", "15", "percent")]),
        ("It costs 1,200 euros." + REST, "It costs 1200 euros." + REST, "minor", []),
        ("It hit Raqqa, said Ali Hassan." + REST, "It hit Raqqa, said Omar Hassan." + REST, "substantial",
         [("Ali Hassan", "Omar Hassan", "")]),
        ("قال الرئيس محمود في بيان." + ARABIC, "قال الرئيس أحمد في بيان." + ARABIC, "substantial",
         [("محمود", "أحمد", "")]),
        ("It hit Raqqa, said Micheal Brown." + REST, "It hit Raqqa, said Michael Brown." + REST, "minor",
         [("Micheal Brown", "Michael Brown", "")]),
        ("It was an acident." + REST, "It was an accident." + REST, "minor", []),
        ("One. Two words." + REST, "Two words. One." + REST, "minor", []),
        ("A raid." + REST, "A raid." + REST + " Rescue workers were still looking for people under the walls of two"
         " houses, and the road to the town was closed until the morning.", "substantial", []),
        ("A raid." + REST, "A raid." + REST + "\nCorrection: the strike was on Sunday.", "correction", []),
        ("A raid." + REST, "A raid." + REST + "\nAn earlier version of this article was wrong.", "correction", []),
        ("غارة." + ARABIC, "غارة." + ARABIC + "\nتصحيح: ورد اسم البلدة خطأ", "correction", []),
        ("غارة." + ARABIC, "تنويه – تم تعديل عدد الضحايا\nغارة." + ARABIC, "correction", []),
        ("غارة." + ARABIC, "غارة." + ARABIC + "\n(توضيح) لم يصدر البيان عن الوزارة", "correction", []),
        ("A raid." + REST, "A raid." + REST + "\n【更正】地名有误", "correction", []),
        ("A raid." + REST, "A raid." + REST + "\n(Corrects paragraph 3 to show Idlib)", "correction", []),
        ("A raid." + REST, "A raid." + REST + "\nИсправлено: название города", "correction", []),
        ("غارة." + ARABIC, "غارة." + ARABIC + "\nتصحيح المسار مطلوب", "minor", []),
    ],
)  # fmt: skip
def test_an_edit_has_a_kind_and_names_what_moved(
    before: str, now: str, kind: str, moved: list[tuple[str, ...]]
) -> None:
    assert judged(before, now) == (kind, moved)


def test_a_new_title_is_a_headline_unless_the_text_says_something_else() -> None:
    text, other = "At least 12 killed." + REST, "At least 15 killed." + REST

    assert judged(text, text, "Raid kills 12 people", "Raid kills 15 people") == ("headline", [("12", "15", "people")])
    assert judged(text, other, "Raid in town", "Strike in town") == ("substantial", [("12", "15", "killed")])
    assert judged(text, text, "Raid in town", "Correction: Raid in village")[0] == "correction"
    assert judged(text, text, "Updated 14:05: Raid in town", "Updated 15:10: Strike in town") == ("headline", [])
    assert judged(text, text, "Stand 2026", "Stand 2027") == ("headline", [("2026", "2027", "Stand")])


def test_a_notice_that_was_there_before_is_no_correction_again() -> None:
    notice = "\nCorrection: the strike was on Sunday."

    assert judged("An acident." + REST + notice, "An accident." + REST + notice) == ("minor", [])


def test_a_notice_of_every_language_is_one() -> None:
    data = (phrase_rows.FOLDER / edit_signs.FILE).read_text(encoding="utf-8")
    lines = [line.split("\t") for line in data.splitlines() if line[0] != "#"]
    languages = {language for language, *_ in lines}

    missed = [
        phrase
        for _, kind, phrase in lines
        if kind in ("notice", "version")
        and not edit_signs.is_correction(f"{phrase}: x" if kind == "notice" else f"x {phrase} x")
    ]

    assert missed == []
    assert len(languages) == 35
    assert {kind for _, kind, _ in lines} == {"notice", "version", "title"}
    assert len(lines) == len({tuple(line) for line in lines})


@pytest.mark.parametrize(
    ("before", "now", "same"),
    [
        ("He said “no” – twice …", 'He said "no" - twice ...', True),
        ("Il a dit : « non »", "Il a dit: “non”", True),
        (
            "قال: «لا»\nآخر تحديث: 22 نوفمبر 2026 الساعة 14:05",
            'قال: "لا"\nآخر تحديث: 23 نوفمبر 2026 الساعة 12:05',
            True,
        ),
        ("A raid.\nUpdated 14:05 GMT, 22 November 2026", "A raid.", True),
        ("A raid.\nPolls close at 20:00", "A raid.\nPolls close at 21:00", False),
        ("Updated: death toll rises to 15", "Updated: death toll rises to 16", False),
        ("He said no", "He said 'no'", False),
    ],
)
def test_signs_and_times_of_update_make_no_other_text(before: str, now: str, same: bool) -> None:
    assert revisions.alike(before, now) is same


def test_the_longest_texts_are_judged_in_seconds() -> None:
    before, now = (" ".join(f"{word}{n}" for n in range(200_000)) for word in ("alpha", "beta"))

    with cpu_below(30):
        assert judged(before, now) == ("substantial", [])


def again(settings: Settings, conn: postgres.Connection, *articles: Article, run: str = NEXT, days: int = 1) -> None:
    keep(settings, conn, articles, run=run, at=T0 + days * DAY)


def changes(conn: postgres.Connection) -> list[Any]:
    return rows(
        conn, "select article_id, revision, kind, revision_kind, moved from changes where kind <> 'new' order by id"
    )


def test_load_says_of_each_revision_what_it_is(settings: Settings, conn: postgres.Connection) -> None:
    keep(settings, conn, [article(str(n), f"Number {n}. At least 12 killed.{REST}", f"Title {n}") for n in range(4)])
    first, *rest = (f"Number {n}. At least 12 killed.{REST}" for n in range(4))

    again(
        settings, conn,
        article("0", first.replace("12", "15"), "Title 0"),
        article("1", rest[0], "Another title"),
        article("2", rest[1] + "\nCorrection: it was on Sunday.", "Title 2"),
        article("3", rest[2].replace("people in", "persons in"), "Title 3"),
    )  # fmt: skip

    moved = [{"what": "number", "before": "12", "after": "15", "beside": "killed"}]
    assert changes(conn) == [
        (1, 2, "revised", "substantial", moved), (2, 2, "revised", "headline", []),
        (3, 2, "revised", "correction", []), (4, 2, "revised", "minor", []),
    ]  # fmt: skip
    assert rows(conn, "select kind, moved from nightdesk.revisions where article_id = 1 order by revision") == [
        ("", []), ("substantial", moved),
    ]  # fmt: skip
    assert rows(conn, "select count(*) from nightdesk.changes where revision_kind <> ''") == [(4,)]


def test_two_edits_in_one_file_are_each_compared_with_the_one_before(
    settings: Settings, conn: postgres.Connection
) -> None:
    keep(settings, conn, [article("1", "At least 12 killed." + REST)])

    looks = [article("1", f"At least {n} killed.{REST}") for n in (15, 15, 19)]
    for hours, look in enumerate(looks[:2]):
        keep(settings, conn, [look], run=NEXT, at=T0 + DAY + timedelta(hours=hours))
    again(settings, conn, looks[2], run="2026-11-24T0200", days=2)

    assert [(c[1], c[3], c[4][0]["before"], c[4][0]["after"]) for c in changes(conn)] == [
        (2, "substantial", "12", "15"), (3, "substantial", "15", "19"),
    ]  # fmt: skip


def test_other_quotes_and_the_time_of_an_update_make_no_revision(settings: Settings, conn: postgres.Connection) -> None:
    keep(settings, conn, [article("1", f"He said “no” – twice.{REST}\nUpdated 14:05, 22 November 2026", "A “raid”")])

    again(settings, conn, article("1", f'He said "no" - twice.{REST}\nUpdated 16:45, 23 November 2026', 'A "raid"'))

    assert changes(conn) == []
    assert rows(conn, "select revision, title, seen_at from articles") == [(1, "A “raid”", T0 + DAY)]


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("Updated 14:05: 12 killed in Aleppo strike", "Updated 14:05: 450 freed in Idlib"),
        ("نشر في 2024 تقرير يتهم النظام بالقتل", "نشر في 2024 تقرير يبرئ النظام من القتل"),
    ],
)
def test_an_edit_behind_the_time_of_an_update_is_stored_and_told(
    settings: Settings, conn: postgres.Connection, before: str, now: str
) -> None:
    keep(settings, conn, [article("1", f"{before}\nA raid.{REST}", before)])

    again(settings, conn, article("1", f"{now}\nA raid.{REST}", now))

    assert rows(conn, "select revision, title, split_part(text, E'\\n', 1) from articles") == [(2, now, now)]
    assert [change[2] for change in changes(conn)] == ["revised"]


def test_a_page_that_another_extractor_reads_has_no_kind(settings: Settings, conn: postgres.Connection) -> None:
    before = article("1", "At least 12 killed." + REST)
    keep(settings, conn, [before])

    again(settings, conn, article("1", "At least 15 killed." + REST, page_digest=before.page_digest, extractor="x2"))

    assert changes(conn) == [(1, 2, "revised", "", [])]


def gone(conn: postgres.Connection, run: str, at: Any, status: int = 410, outcome: str = "gone") -> None:
    with conn:
        factories.fetch(conn, "sana", 1, outcome, run=run, fetched_at=at, status=status)


def nothing(settings: Settings, run: str) -> None:
    from pipelines.load.stage import load
    from tests.archives import source_of

    assert load(settings, source_of("sana"), run).state == "done"


@pytest.mark.parametrize("how", ["its page", "unchanged"])
def test_an_article_that_is_there_again_is_restored(settings: Settings, conn: postgres.Connection, how: str) -> None:
    keep(settings, conn, [article("1", "A raid." + REST)])
    gone(conn, NEXT, T0 + DAY)
    nothing(settings, NEXT)
    back = "2026-11-24T0200"

    if how == "its page":
        again(settings, conn, article("1", "A raid." + REST), run=back, days=2)
    else:
        gone(conn, back, T0 + 2 * DAY, 304, "unchanged")
        nothing(settings, back)
        nothing(settings, back)

    assert changes(conn) == [(1, 1, "removed", "removed", []), (1, 1, "restored", "restored", [])]
    assert rows(conn, "select gone_at from articles") == [(None,)]
    assert rows(conn, "select count(*) from changes where revision_kind = 'restored' and quiet = ''") == [(1,)]


def test_the_newest_wording_stands_in_the_article_alone_and_those_before_it_in_their_revisions(
    settings: Settings, conn: postgres.Connection
) -> None:
    texts = [f"At least {n} killed.{REST}" for n in (12, 15, 19)]
    for n, text in enumerate(texts):
        keep(settings, conn, [article("1", text, f"Title {n}")], run=f"2026-11-2{n + 2}T0200", at=T0 + n * DAY)

    assert rows(conn, "select revision, title, text from revision_rows order by 1") == [
        (1, "Title 0", texts[0]), (2, "Title 1", texts[1]), (3, None, None),
    ]  # fmt: skip
    read = [(1, "Title 0", texts[0]), (2, "Title 1", texts[1]), (3, "Title 2", texts[2])]
    assert rows(conn, "select revision, title, text from revisions order by 1") == read
    assert rows(conn, "select revision, title, text from nightdesk.revisions order by 1") == read


def of_before(conn: postgres.Connection) -> None:
    """The newest wording of every article twice, as versions of before kept it."""
    with conn, conn.cursor() as cursor:
        cursor.execute(
            "update revision_rows r set title = a.title, description = a.description, text = a.text from articles a"
            " where a.id = r.article_id and a.revision = r.revision"
        )
        cursor.execute("update backfills set passed_at = null, below = null where name = 'wordings'")


def test_what_was_kept_twice_is_kept_once_in_batches_that_may_be_killed(
    settings: Settings, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(settings, conn, [article(str(n), f"Number {n}.{REST}", f"Title {n}") for n in range(5)])
    of_before(conn)
    with conn, conn.cursor() as cursor:
        cursor.execute("update revision_rows set text = 'other than the article has it' where article_id = 2")
    read = rows(conn, "select * from revisions order by 1")
    monkeypatch.setattr(stored_wordings, "BATCH", 2)

    def die(done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stored_wordings.backfill(settings, die)
    assert rows(conn, "select count(*) from revision_rows where text is null") == [(2,)]
    done = stored_wordings.backfill(settings)

    assert done == 2
    assert rows(conn, "select article_id from revision_rows where text is not null") == [(2,)]
    assert rows(conn, "select * from revisions order by 1") == read
    assert migration_batches.complete(conn, stored_wordings.BACKFILL)


def test_a_wording_is_not_lost_where_a_load_and_the_backfill_meet(
    settings: Settings, conn: postgres.Connection
) -> None:
    keep(settings, conn, [article("1", "A raid." + REST)])
    of_before(conn)
    with conn.cursor() as cursor:
        cursor.execute("update articles set text = 'The next wording.', revision = 2 where id = 1")

    with ThreadPoolExecutor(1) as pool, postgres.connection(settings) as watching:
        other = pool.submit(stored_wordings.backfill, settings)
        until = time.monotonic() + 20
        while not rows(watching, "select 1 from pg_locks where not granted") and time.monotonic() < until:
            watching.rollback()
        conn.commit()
        other.result(20)

    assert rows(conn, "select text from revision_rows where revision = 1") == [("A raid." + REST,)]


def test_the_command_line_shows_the_kind_of_each_wording_and_what_moved(
    settings: Settings, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("data", "sources", "database_url", "contact"):
        monkeypatch.setenv(f"NIGHTDESK_{name.upper()}", str(getattr(settings, name)))
    keep(settings, conn, [article("1", "قتل ١٢ شخصا." + ARABIC)])
    again(settings, conn, article("1", "قتل ١٥ شخصا." + ARABIC))

    shown, told = (CliRunner().invoke(app, ["articles", "1", *words]).output for words in ([], ["--json"]))

    assert "substantial" in shown
    assert "Revision 2: ١٢\u200e → \u200e١٥ شخصا" in shown
    assert [one["kind"] for one in json.loads(told)["revisions"]] == [RevisionKind.SUBSTANTIAL, RevisionKind.NONE]
    assert json.loads(told)["revisions"][0]["moved"][0]["after"] == "١٥"

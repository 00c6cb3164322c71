"""Which lines around an article are boilerplate; most of these words also stand in true sentences."""

import re
from pathlib import Path

import pytest

import pipelines.extract
from pipelines.extract.phrases import key, lexicon, reasons
from tests import clock

DATA = Path(pipelines.extract.__file__).parent / "data"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("شارك هذا الخبر", "phrase: share (ar)"),
        ("اترك تعليقًا", "phrase: comment (ar)"),
        ("3 تعليقات", "phrase: comment (ar)"),
        ("يستعمل موقعنا Akismet لتصفية التعليقات غير المرغوبة.", "phrase: notice (*)"),
        ("Diese Seite nutzt Akismet gegen Spam in Kommentaren.", "phrase: notice (*)"),
        ("Never fear: your email will not be displayed to others.", "phrase: notice (en)"),
        ("اقرأ أيضاً: افتتاح الجسر الجديد", "phrase: related (ar)"),
        ("المصدر: وكالات", "phrase: meta (ar)"),
        ("4 min read", "phrase: meta (en)"),
        ("Listen to this article (3 min)", "phrase: meta (en)"),
        ("Ouça este artigo (3 min)", "phrase: meta (pt)"),
        ("Écouter l’article 4 min", "phrase: meta (fr)"),
        ("Escuchar este artículo (3 min)", "phrase: meta (es)"),
        ("Artikel anhören (5 Minuten)", "phrase: meta (de)"),
        ("استمع إلى المقال (3 دقائق)", "phrase: meta (ar)"),
        ("Haberi dinle (2 dk)", "phrase: meta (tr)"),
        ("Leave a reply", "phrase: comment (en)"),
        ("Yorum yaz", "phrase: comment (tr)"),
        ("Zobacz także: Nowy most otwarty", "phrase: related (pl)"),
        ("Смотрите также: Новый мост открыт", "phrase: related (ru)"),
        ("Читайте також: Новий міст відкрито", "phrase: related (uk)"),
        ("Διαβάστε επίσης: Άνοιξε η νέα γέφυρα", "phrase: related (el)"),
        ("相关阅读：新桥通车", "phrase: related (zh)"),
        ("責任編輯：王小明", "phrase: credit (zh)"),
        ("あわせて読みたい", "phrase: related (ja)"),
        ("무단전재 및 재배포 금지", "phrase: copyright (ko)"),
        ("ข่าวที่เกี่ยวข้อง", "phrase: button (th)"),
        ("यह भी पढ़ें: नया पुल खुला", "phrase: related (hi)"),
        ("আরও পড়ুন: নতুন সেতু", "phrase: related (bn)"),
        ("À lire aussi Le nouveau pont est ouvert", "phrase: related (fr)"),
        ("Deine E-Mail-Adresse wird nicht veröffentlicht.", "phrase: comment (de)"),
        ("Нашли ошибку? Выделите её и нажмите Ctrl+Enter", "phrase: correction (ru)"),
        ("Found a typo? Select it and press Ctrl+Enter", "phrase: correction (en)"),
        ("Reporting by Ann Example; Editing by Bo Example", "phrase: credit (en)"),
        ("(dpa)", "phrase: meta (de)"),
        ("Hat Ihnen dieser Artikel gefallen? Dann helfen Sie uns mit einer Spende.", "phrase: donate (de)"),
        ("Sign up for our newsletter and never miss a story.", "phrase: subscribe (en)"),
        ("By signing up, you agree to our terms of use.", "phrase: notice (en)"),
        ("Copyright © 2026 The Example Times. All rights reserved.", "phrase: copyright (*)"),
        ("Click to share on Facebook (Opens in new window)", "phrase: share (en)"),
        ("Share this articlePrint this article", "bar of phrase: share (en)"),
        ("Facebook Twitter WhatsApp 12", "bar of phrase: share (*)"),
        ("9/7/2016 - 10:15 | القراءات: 12 | التعليقات (0)", "bar of counter"),
        ("0", "counter"),
        ("* * *", "no words"),
    ],
)
def test_a_line_of_boilerplate_is_cut_for_its_reason(line: str, reason: str) -> None:
    assert reasons(["جملة أولى في الخبر تكفي لتكون فقرة كاملة.", line]) == ["", reason]


@pytest.mark.parametrize(
    "line",
    [
        "قال المتحدث إن المشاركة في الانتخابات ارتفعت منذ ساعتين.",
        "اقرأ أيضا كتاب التاريخ، قال المعلم لتلاميذه.",
        "المصدر الذي تحدث إلينا طلب عدم ذكر اسمه.",
        "Akismet, a company of twelve people, opened an office in Cairo on Monday.",
        "En la actualidad opera sin iluminación",
        "Comment sections were closed by three papers this year.",
        "Copyright law was changed by parliament on Monday.",
        "Facebook paid a fine of two million euros.",
        "Sie haben Recht.",
        "Hier sind wir.",
        "سجل في المباراة هدفين.",
        "记者从市政府获悉，新桥将于明天通车。",
        "シェアが三割に達した。",
        "Para poder cruzar hay que pagar.",
        "Du må være forsiktig på broen.",
        "2016",
        "- 12",
        "| 3 | 4 |",
    ],
)
def test_a_sentence_with_the_same_words_stays(line: str) -> None:
    assert reasons(["First sentence of the article, long enough to stand.", line]) == ["", ""]


@pytest.mark.parametrize(
    "line",
    ["Güncelleme: Ölü sayısı 12'ye yükseldi.", "Güncelleme: Kayıp çocuk bulundu",
     "Stand 14 Uhr: 12 Tote und 30 Verletzte",
     "ОБНОВЛЕНО: число погибших выросло до 12 человек, сообщили в министерстве.",
     "Обновлено в 14:05: власти объявили эвакуацию жителей.", "Last updated: death toll rises to 12",
     "Last updated: 14:05 – 12 killed in Aleppo", "Aktualisiert: Die Zahl der Toten steigt auf 12.",
     "آخر تحديث: ارتفاع عدد القتلى إلى 12", "آخرین به‌روزرسانی: شمار کشته‌ها به 12 رسید",
     "Actualizado: suben a 12 los muertos.", "Mis à jour : le bilan monte à 12 morts.", "עודכן: מספר ההרוגים עלה ל-12",
     "Cập nhật: Số người chết tăng lên 12.", "Aggiornato: salgono a 12 i morti.",
     "Atualizado: sobe para 12 o número de mortos.", "Questo articolo è stato corretto: il nome era sbagliato."],
)  # fmt: skip
def test_news_of_an_update_or_a_correction_stays(line: str) -> None:
    assert reasons([line, "جملة أولى في الخبر تكفي لتكون فقرة كاملة."])[0] == ""


@pytest.mark.parametrize(
    ("language", "line"),
    [("en", "Last updated: Mon 3 March 2026 14:05 GMT by Anna Miller, Beirut"),
     ("en", "Last updated: 1405 GMT by Anna Miller"), ("fr", "Mis à jour : le lundi 3 mars par Jean Dupont"),
     ("fr", "Mis à jour : à 14h par Jean Dupont"), ("de", "Aktualisiert: Anna Müller"),
     ("tr", "Güncelleme: 3 Mart 2026 Salı 14:05 | Anadolu Ajansı"), ("ru", "Обновлено: 14.05 Иван Петров"),
     ("de", "Stand: 3.3.2026, 14 Uhr"), ("ar", "آخر تحديث: الثلاثاء 3 آذار/مارس 2026 الساعة 14:05 بتوقيت دمشق"),
     ("he", "עודכן: ב-3.3.2026 בשעה 14:05 | דנה לוי"), ("vi", "Cập nhật: 14 giờ 05 phút"),
     ("es", "Actualizado: 14:05 h. por Juan Pérez")],
)  # fmt: skip
def test_the_time_of_an_update_is_cut_with_who_made_it(language: str, line: str) -> None:
    assert reasons([line, "جملة أولى في الخبر تكفي لتكون فقرة كاملة."])[0] in ("date", f"phrase: meta ({language})")


def test_what_only_edges_have_is_left_alone_in_the_middle() -> None:
    sentence = "هذه جملة من جمل الخبر لا شيء فيها."
    lines = ["خاص", *[sentence] * 8, "خاص", *[sentence] * 8, "خاص"]

    found = reasons(lines)

    assert [number for number, reason in enumerate(found) if reason] == [0, 18]


def test_a_source_has_phrases_of_its_own() -> None:
    assert reasons(["انتهى ر.ع", "انتهى الاجتماع"], ["انتهى ر ع"]) == ["source: own phrase", ""]


def test_every_row_of_the_lists_can_be_read() -> None:
    known = lexicon()

    assert len(known.line) > 10_000
    assert all((known.edge, known.tiles, known.opening, known.marked, known.closing, known.inside))


def test_every_rule_is_a_pattern_that_can_be_compiled_and_none_cuts_every_line() -> None:
    known = lexicon()

    rules = [
        rule.pattern
        for index in (known.opening, known.marked, known.closing)
        for rules in index.values()
        for rule in rules
    ]
    inside = [pattern for rules in known.inside.values() for patterns, _, _ in rules for pattern in patterns]

    assert not [pattern for pattern in {*rules, *inside} if re.compile(pattern).match("")]


@pytest.mark.parametrize("file", sorted(DATA.glob("phrases_*.tsv")), ids=lambda file: file.stem)
def test_a_phrase_list_is_sorted_and_says_each_thing_once(file: Path) -> None:
    rows = [row.split("\t") for row in file.read_text(encoding="utf-8").splitlines() if "\t" in row]

    order = [(match != "set", kind, match, phrase) for phrase, kind, match in rows]

    assert order == sorted(set(order))


def test_no_list_repeats_the_list_for_all_languages_and_no_phrase_at_an_edge_is_one_of_its_whole_lines() -> None:
    lists = {
        file.stem: [row.split("\t") for row in file.read_text(encoding="utf-8").splitlines() if "\t" in row]
        for file in DATA.glob("phrases_*.tsv")
    }
    of_all = lists["phrases_any"]
    sets = {phrase for rows in lists.values() for phrase, _, match in rows if match == "set"}

    def whole(rows: list[list[str]], how: str) -> set[str]:
        return {key(phrase) for phrase, _, match in rows if match == how and "{}" not in phrase and phrase not in sets}

    assert [row for name, rows in lists.items() if name != "phrases_any" for row in rows if row in of_all] == []
    assert [whole(rows, "edge") & whole([*rows, *of_all], "line") for rows in lists.values()] == [set()] * len(lists)


def test_there_are_lists_for_more_than_thirty_languages() -> None:
    assert len(list(DATA.glob("phrases_*.tsv"))) > 30


def test_a_page_of_long_lines_and_one_without_spaces_take_no_time() -> None:
    lines = ["слово " * 70, "x" * 400, "share " * 60, "0 " * 200, "分享" * 200, "a" * 90 + " 1" * 9] * 10

    with clock.cpu_below(2):
        reasons(lines)


def test_a_byline_with_a_colon_is_cut_at_the_edges_and_kept_in_a_sentence() -> None:
    lines = [
        "بواسطة: خالد مراد",
        "أعلنت البلدية فتح الطريق.",
        "كتب: إلى الأصدقاء الذين رحلوا عن البلدة القديمة قبل عشرين عاماً",
    ]

    assert [bool(reason) for reason in reasons(lines)] == [True, False, False]


def test_an_invitation_to_the_newsletter_is_cut_whatever_follows_it() -> None:
    assert reasons(["اشترك في قائمتنا البريدية ليصلك كل جديد"]) == ["phrase: subscribe (ar)"]


def test_a_subhead_on_opinions_is_no_heading_of_comments() -> None:
    lines = ["بۆچوونی جیاواز لەسەر پردەکە", "بۆچوونی جیاواز", "بۆچوونی خوێنەران", "بۆچوون"]

    assert [bool(reason) for reason in reasons(lines)] == [False, False, True, True]

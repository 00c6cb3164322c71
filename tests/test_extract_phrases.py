"""Which lines around an article are boilerplate; most of these words also stand in true sentences."""

import pytest

from pipelines.extract.phrases import lexicon, reasons


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
        ("Leave a reply", "phrase: comment (en)"),
        ("Yorum yaz", "phrase: comment (tr)"),
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
        "2016",
        "- 12",
        "| 3 | 4 |",
    ],
)
def test_a_sentence_with_the_same_words_stays(line: str) -> None:
    assert reasons(["First sentence of the article, long enough to stand.", line]) == ["", ""]


def test_what_only_edges_have_is_left_alone_in_the_middle() -> None:
    sentence = "هذه جملة من جمل الخبر لا شيء فيها."
    lines = ["خاص", *[sentence] * 8, "خاص", *[sentence] * 8, "خاص"]

    found = reasons(lines)

    assert [number for number, reason in enumerate(found) if reason] == [0, 18]


def test_a_source_has_phrases_of_its_own() -> None:
    assert reasons(["انتهى ر.ع", "انتهى الاجتماع"], ["انتهى ر ع"]) == ["source: own phrase", ""]


def test_every_row_of_the_list_can_be_read() -> None:
    known = lexicon()

    assert len(known.line) > 500
    assert all((known.edge, known.substr, known.prefix, known.words, known.line_patterns))


def test_a_byline_with_a_colon_is_cut_at_the_edges_and_kept_in_a_sentence() -> None:
    lines = [
        "بواسطة: خالد مراد",
        "أعلنت البلدية فتح الطريق.",
        "كتب: إلى الأصدقاء الذين رحلوا عن البلدة القديمة قبل عشرين عاماً",
    ]

    assert [bool(reason) for reason in reasons(lines)] == [True, False, False]


def test_an_invitation_to_the_newsletter_is_cut_whatever_follows_it() -> None:
    assert reasons(["اشترك في قائمتنا البريدية ليصلك كل جديد"]) == ["phrase: subscribe (ar)"]

"""Lines of particulars around a text: who, when, and how often it was read."""

from __future__ import annotations

import pytest

from pipelines.dates import months
from pipelines.extract.fields.authors import only_names
from pipelines.extract.text import particulars
from pipelines.extract.text.particulars import is_counter, reason


@pytest.mark.parametrize(
    "line",
    ["شوهد 7973 مرة", "تمت قراءة هذا الخبر 3281 مرة", "شارك 9847 شخصا هذا الخبر", "أعجب 6484 شخصا بهذا الخبر، علق 9732",
     "المتواجدون الآن: 3089", "رقم الطباعة 5864-9426", "درجة الحرارة الآن في دمشق 24 مئوية",
     "الجمعة 20 تشرين الثاني 2026 - 08:00 المشاهدات 1284", "تل القمح - 20 نوفمبر 2026 | 1284 مشاهدة",
     "كتب: سامر العلي الأحد 11 جمادى الآخرة 1448 هـ الموافق 22 نوفمبر 2026 م 0 مشاهدة 5",
     "بقلم سامر العلي | 22/11/2026 | القراءات: 1284 | التعليقات: 0", "Dunmere, 20 November 2026 - 1,284 reads",
     "DUNMERE (Tide) 20.11.2026, read 1284 times", "20 Kasım 2026 Cuma 08:00 Okunma: 1284",
     "Lu 1284 fois", "1 284 vues",
     "Прочитано 1284 раз", "Gelesen: 1284 mal", "阅读 1284 次", "123 people shared this", "1284 kez okundu",
     "عدد القراء: 55", "قرأ الخبر 3281 شخصا", "قرأه 3281 شخصا", "مشاهدة 2 ألف", "34 kişi paylaştı", "2 bin kişi okudu",
     "Seen by 1,204 readers", "2907 people are reading this", "قرئ 2907 مرة", "زار الصفحة 2907 زائر",
     "عدد المتصفحين: 29",
     "Partagé 2907 fois", "2907 personnes lisent cet article", "Dieser Artikel wurde 2907 mal gelesen",
     "Bu haber 2907 defa okunmuştur", "Поделились 2907 человек", "این خبر 2907 بار خوانده شده است",
     "Udostępniono 2907 razy", "2907人阅读", "已有2907人分享", "Online now: 318", "Print no. 5864-9426",
     "12 people have seen this story", "12 sec read", "Lido 12 vezes",
     "Διαβάστηκε 12 φορές", "Dibaca 12 kali", "12 جار خوێندراوەتەوە", "قرأ هذا المقال 12 قارئ", "معرف 12",
     "06. 01. 2026, 14:59 Uhr Lesedauer: 4 Minuten", "Dunmere - 1,284 views - 4 comments",
     "Lecture : 3 min · Vu 1284 fois", "20 de noviembre de 2026 - 1284 visitas",
     "20 novembre 2026 - 1.284 visualizzazioni",
     "20.11.2026 - 1284 odsłon",
     "20 نومبر 2026 - 1284 بار پڑھا گیا",
     "Obejrzano 1284 razy", "1284 مرتبہ پڑھا گیا", "یہ خبر 1284 مرتبہ دیکھی گئی", "Toplam görüntülenme: 1284",
     "Bu içerik 1.284 kez görüntülendi", "Читали: 1284", "Читали: 2026", "Views: 2026", "عدد القراء 2026",
     "Читали 1284", "2026 views", "Сейчас читают: 34", "Переглянуто 1284 рази",
     "Прочитано 1 284 разів", "1284 keer bekeken", "Sett 1284 ganger", "Läst 1284 gånger", "נקרא 1284 פעמים",
     "1284 lượt đọc", "อ่าน 1,284 ครั้ง", "เข้าชม 1284 ครั้ง", "1284 बार पढ़ा गया", "1284 বার পড়া হয়েছে",
     "조회수: 1284회",
     "阅读量：1.2万", "عدد الزوار 1284", "شاهده 1284 شخص", "المشاركات 1284",
     "Şu an 34 kişi okuyor", "ژمارەی بینەران: 1284",
     "Il y a 34 lecteurs en ligne", "Damascus 24 °C", "دمشق 24°",
     "حلب - سانا 22/11/2026 المشاهدات: 12", "Yorum sayısı: 12",
     "By Ann Writer | 3 March 2026 | 1,284 views | 4 comments",
     "1284 lus", "Lus 1284", "Lue 45 fois", "12 reader", "Přečteno 1284 krát", "Citit de 1284 ori"],
)  # fmt: skip
def test_a_count_of_readers_is_cut_in_any_wording(line: str) -> None:
    assert reason(line) == "counter"


@pytest.mark.parametrize(
    "line",
    ["نشر قبل 8 دقيقة", "Posted 5 minutes ago", "20 November 2026, 08:00", "an hour ago",
     "Published: about an hour ago",
     "a few seconds ago", "1 hour, 12 minutes ago", "Just now", "yesterday at 14:30", "قبل قليل", "نشر قبل ساعة",
     "منذ ساعة واحدة", "تم النشر قبل 12 ساعة و 5 دقائق", "قبل بضع ساعات", "il y a une heure", "hier à 14h30",
     "vor einer Stunde", "gestern um 14:30", "az önce", "bir saat önce", "час назад", "несколько минут назад",
     "вчера в 14:30", "hace una hora", "یک ساعت قبل", "godzinę temu", "刚刚", "昨天 14:30",
     "Pubblicato 12 minuti fa", "för 12 minuter sedan", "před 12 minutami", "12 perccel ezelőtt"],
)  # fmt: skip
def test_a_running_time_is_cut(line: str) -> None:
    assert reason(line) == "date"


@pytest.mark.parametrize(
    ("line", "name"),
    [("José García, 20 November 2026", "José García"), ("ΜΑΡΙΑ ΠΑΠΑΔΟΠΟΥΛΟΥ 20.11.2026", "Μαρία Παπαδοπούλου"),
     ("Юрий Кос - 20 ноября 2026", "Юрий Кос"), ("Łukasz Żak 20.11.2026", "Łukasz Żak")],
)  # fmt: skip
def test_a_day_beside_an_author_whose_name_has_accents_is_cut(line: str, name: str) -> None:
    assert reason(line, [name]) == "date"
    assert reason(line, ["Ann Writer"]) == ""


@pytest.mark.parametrize(
    "line",
    ["On 20 November 2026 the committee read 12 letters.", "شارك 12 شخصا في المسابقة", "قتل 16 شخصا", "Seats: 40",
     "12 readers wrote to us about bread", "Day 3 of the visit", "The 5 best reads of 2026", "Price: 12 pence",
     "Views of the council differ", "Ferry 12 comes home",
     "قرار رقم 55", "قراءات في 5 دواوين", "Online shop sells 12 boats", "Seen from ferry 12", "تدمير 3 قرى في الريف",
     "People are afraid of 12 boats", "已有12人死亡",
     "Lecteurs et auteurs, 3 rencontres", "12 kişi bugün okuyor ve yazıyor", "Читают 3 книги",
     "A turn of 45° at the quay", "Angle 45°", "Vodka 40°", "Latitude 33°", "خط عرض 33°", "Le virage 45°",
     "Читали 2026", "Lectures de 2026",
     "Yesterday", "What happened an hour ago", "A few hours in the harbour",
     "مشاهد من زيارة البابا إلى 3 مدن لبنانية", "Lula visita Lisboa por 2 dias", "زيارة المعرض: مشاركة 20 دولة عربية",
     "Ludovic visite 3 musées", "Reading 2, Luton 1", "Luton 3", "Lula 51%", "Vuelta 2026", "Lundi 3", "Luxembourg 12",
     "Now", "ماذا حدث قبل ساعة", "The hours before the vote", "Just now the ferry came home",
     "مشاهد من حلب بعد مقتل 12 شخصا، 3 مارس 2026", "شارك 12 وزيرا في القمة، 3 مارس 2026",
     "تعليق الدراسة في 12 محافظة - 3 مارس 2026", "12 ألف زائر في كربلاء 3 مارس 2026",
     "بازدید وزیر از 12 روستا، ۱۲ اسفند ۱۴۰۴", "Visitors flee after 12 killed, 3 March 2026",
     "Reading 12-1 Luton, 3 March 2026", "12 visitors trapped 3 March 2026", "Shared taxi hits mine, 12 dead, 2 hurt",
     "Storm hits 12 villages, 3 March 2026", "Apple shares fall 12 percent, 3 March 2026",
     "Leser trauern um 12 Tote, 3. März 2026", "Le pape visite 12 blessés, 3 mars 2026",
     "Visita del Papa: 12 heridos, 3 de marzo de 2026", "Visitantes fogem: 12 mortos, 3 de março de 2026",
     "Letture per 12 vittime, 3 marzo 2026", "Paylaşım kavgası: 12 ölü, 3 Mart 2026", "Kişi sayısı: 12",
     "Прочитаны имена 12 погибших, 3 марта 2026", "קריאות לעזרה מ-12 פצועים, 3 במרץ 2026",
     "浏览阿勒颇：12人死亡，2026年3月3日", "閲覧室で爆発 12人死亡 2026年3月3日"],
)  # fmt: skip
def test_a_line_that_says_something_stays(line: str) -> None:
    assert reason(line) == ""


@pytest.mark.parametrize("line", ["Reads of 2026", "Reads 2026", "Lectures de 2026", "Читали 2026"])
def test_a_year_after_one_word_is_a_heading_in_a_text_and_when_it_changes(line: str) -> None:
    assert (reason(line), is_counter(line)) == ("", False)


@pytest.mark.parametrize("line", ["Reads: 2026", "2026 reads", "Reads of this article 2026", "Reads 2126"])
def test_a_count_is_one_in_a_text_and_when_it_changes(line: str) -> None:
    assert (reason(line), is_counter(line)) == ("counter", True)


@pytest.mark.parametrize("line", ["12 people have read this.", f"Reads: {'1' * 200}"])
def test_a_sentence_or_a_long_line_is_no_count_in_a_text_nor_when_it_changes(line: str) -> None:
    assert (reason(line), is_counter(line)) == ("", False)


def test_each_word_of_counts_and_of_what_stands_around_them_is_written_once() -> None:
    lists = ("COUNTED_WORDS", "MORE_COUNTED_WORDS", "AROUND_WORDS", "MORE_AROUND_WORDS")
    written = [word for name in lists for word in months.fold(getattr(particulars, name)).split()]

    assert sorted(written) == sorted(set(written))
    # What begins like another word for a count is one already.
    stems = particulars.COUNTED
    assert [word for word in written if any(word != stem and word.startswith(stem) for stem in stems)] == []
    assert [word for word in written if not particulars.WORD.fullmatch(word)] == []


@pytest.mark.parametrize(
    "line",
    ["Saturday 21 November - 14:30", "Samstag, 21. November, 14:30 Uhr", "samedi 21 novembre à 14h30", "11月21日 14:30",
     "21 Kasım Cumartesi 14:30", "السبت 21 نوفمبر - 14:30", "شنبه ۳۰ آبان - ۱۴:۳۰", "21 ноября, 14:30"],
)  # fmt: skip
def test_a_time_of_a_day_without_its_year_is_cut_at_the_head_alone(line: str) -> None:
    assert (reason(line, head=True), reason(line)) == ("date", "")


@pytest.mark.parametrize(
    "line",
    ["21 November is a day to remember", "11 boats came home", "May 2 ferries sink?", "ثورة 25 يناير",
     "موعد المباراة: 5 مايو", "Bewerbungsfrist: 15. Mai", "Mars 2", "September 11 attacks", "October 7 massacre",
     "7 أكتوبر"],
)  # fmt: skip
def test_a_sentence_or_a_heading_with_a_day_without_its_year_stays_at_the_head_too(line: str) -> None:
    assert reason(line, head=True) == ""


@pytest.mark.parametrize(
    ("line", "names"),
    [("By Ann Writer", ["Ann Writer"]), ("Par Claire Dubois", ["Claire Dubois"]),
     ("Von Jan Huber und Eva Kos", ["Jan Huber", "Eva Kos"]),
     ("Di Anna Rossi", ["Anna Rossi"]), ("كتب: أحمد الخطيب ومنى سالم", ["أحمد الخطيب", "منى سالم"]),
     ("Ada Quill", ["Ada Quill"]), ("By Ada Quill in Withen", ["Ada Quill"]),
     ("By Ada Quill for The Paper", ["Ada Quill"]),
     ("Story by Ada Quill; photos by Jon Pellworm", ["Ada Quill"]),
     ("Reported by Ada Quill, edited by Jon Pellworm", ["Ada Quill"]),
     ("By Ada Quill, Senior Political Correspondent", ["Ada Quill"]), ("Words: Ada Quill", ["Ada Quill"]),
     ("ΜΑΡΙΑ ΠΑΠΑΔΟΠΟΥΛΟΥ", ["Μαρία Παπαδοπούλου"]), ("By José García, JOSE GARCIA", ["Jose Garcia"]),
     ("JOSE GARCIA, rédacteur en chef", ["José García"]), ("ИРИНА Юрьевна и Елена Кос", ["Ирина Юрьевна", "Елена Кос"]),
     ("كتب: أحمد الخطيب وأحمد الخطيب", ["أحمد الخطيب"]),
     ("Von Jana Roth, Berlin", ["Jana Roth"]), ("מאת דנה לוי ויוסי כהן", ["דנה לוי", "יוסי כהן"]),
     ("Oleh: Budi Santoso", ["Budi Santoso"])],
)  # fmt: skip
def test_a_line_that_says_only_who_wrote_it_is_a_byline(line: str, names: list[str]) -> None:
    assert only_names(line, names)


@pytest.mark.parametrize(
    "line",
    [
        "By noon the square was empty.",
        "By Ann Writer the river was crossed twice",
        "By Ann Writer, nobody knew",
        "Ann",
        "",
        "Ann Wríght",
        "Written by Ann Writerly",
    ],
)
def test_a_sentence_that_begins_like_a_byline_is_none(line: str) -> None:
    assert not only_names(line, ["Ann Writer"])

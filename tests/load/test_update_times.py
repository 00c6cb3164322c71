"""Times of updates: where they alone changed nothing did, and whatever else stands in such a line is the article's."""

from __future__ import annotations

import pytest

from pipelines.dates import months
from pipelines.load import leading_times, phrase_rows, revisions, update_times


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("Last updated 14:05, 3 March", "Last updated 15:10, 4 March"),
        ("Updated 2:05 PM EST, Mon November 22, 2026", "Updated 11:10 AM EST, Tue November 23, 2026"),
        ("Last updated: Monday, March 3, 2026 at 14:05 GMT", "Last updated: Tuesday, March 4, 2026 at 15:10 GMT"),
        ("Published 14:05, updated 15:10", "Published 14:05, updated 16:10"),
        ("Published Nov. 22, 2026 at 2:05 p.m. ET", "Published Nov. 23, 2026 at 3:05 a.m. ET"),
        ("Updated: 2026-11-22T14:05:00+03:00", "Updated: 2026-11-23T14:15:00+03:00"),
        ("Updated 22/11/2026 14.05", "Updated 23/11/2026 15.05"),
        ("آخر تحديث: الأحد 22 نوفمبر 2026 الساعة 14:05", "آخر تحديث: الاثنين 23 نوفمبر 2026 الساعة 15:10"),
        ("تم التحديث: 22 تشرين الثاني 2026 - 02:05 مساءً بتوقيت دمشق",
         "تم التحديث: 1 كانون الأول 2026 - 03:05 صباحاً بتوقيت دمشق"),
        ("نشر في 22/11/2026 - 14:05", "نشر في 23/11/2026 - 15:05"),
        ("حدث في: 22 نوفمبر 2026، 14:05", "حدث في: 23 نوفمبر 2026، 15:05"),
        ("آخر تحديث ٢٢ نوفمبر ٢٠٢٦ ١٤:٠٥", "آخر تحديث ٢٣ نوفمبر ٢٠٢٦ ١٥:١٠"),
        ("آخرین به‌روزرسانی: یکشنبه ۱ آذر ۱۴۰۵ ساعت ۱۴:۰۵", "آخرین به‌روزرسانی: دوشنبه ۲ آذر ۱۴۰۵ ساعت ۱۵:۱۰"),
        ("آخری اپ ڈیٹ 22 نومبر 2026، 14:05 بجے", "آخری اپ ڈیٹ 23 نومبر 2026، 15:05 بجے"),
        ("دوا نوێکردنەوە: 22ی تشرینی دووەمی 2026 کاتژمێر 14:05",
         "دوا نوێکردنەوە: 23ی تشرینی دووەمی 2026 کاتژمێر 15:05"),
        ("Nûkirina dawî: 22 Mijdar 2026 saet 14:05", "Nûkirina dawî: 23 Mijdar 2026 saet 15:05"),
        ("עודכן לאחרונה: יום ראשון, 22 בנובמבר 2026 בשעה 14:05", "עודכן לאחרונה: יום שני, 23 בנובמבר 2026 בשעה 15:05"),
        ("עודכן ב-22.11.2026, 14:05", "עודכן ב-23.11.2026, 15:05"),
        ("Son güncelleme: 22 Kasım 2026 Pazar 14:05", "Son güncelleme: 23 Kasım 2026 Pazartesi 15:05"),
        ("Mis à jour le dimanche 22 novembre 2026 à 14h05", "Mis à jour le lundi 23 novembre 2026 à 15h10"),
        ("Publié le 22 novembre 2026 à 14 h 05, mis à jour à 16 h 10",
         "Publié le 22 novembre 2026 à 14 h 05, mis à jour à 17 h 10"),
        ("Actualizado el domingo 22 de noviembre de 2026 a las 14:05 h",
         "Actualizado el lunes 23 de noviembre de 2026 a las 15:05 h"),
        ("Aktualisiert am Sonntag, 22. November 2026, um 14:05 Uhr",
         "Aktualisiert am Montag, 23. November 2026, um 15:10 Uhr"),
        ("Stand: 22.11.2026, 14.05 Uhr", "Stand: 23.11.2026, 15.10 Uhr"),
        ("Stand: März 2026", "Stand: April 2026"),
        ("Aggiornato il 22 novembre 2026 alle ore 14:05", "Aggiornato il 23 novembre 2026 alle ore 15:10"),
        ("Ultimo aggiornamento: domenica 22/11/2026 14.05", "Ultimo aggiornamento: lunedì 23/11/2026 15.10"),
        ("Atualizado em domingo, 22 de novembro de 2026 às 14h05",
         "Atualizado em segunda-feira, 23 de novembro de 2026 às 15h10"),
        ("Laatst bijgewerkt: zondag 22 november 2026 om 14:05 uur",
         "Laatst bijgewerkt: maandag 23 november 2026 om 15:10 uur"),
        ("Uppdaterad söndag 22 november 2026 kl. 14.05", "Uppdaterad måndag 23 november 2026 kl. 15.10"),
        ("Sidst opdateret: søndag den 22. november 2026 kl. 14:05",
         "Sidst opdateret: mandag den 23. november 2026 kl. 15:10"),
        ("Oppdatert 22. november 2026 kl. 14:05", "Oppdatert 23. november 2026 kl. 15:10"),
        ("Päivitetty sunnuntaina 22.11.2026 klo 14.05", "Päivitetty maanantaina 23.11.2026 klo 15.10"),
        ("Aktualizacja: niedziela, 22 listopada 2026 r., godz. 14:05",
         "Aktualizacja: poniedziałek, 23 listopada 2026 r., godz. 15:10"),
        ("Aktualizováno: neděle 22. listopadu 2026 v 14:05 hod.",
         "Aktualizováno: pondělí 23. listopadu 2026 v 15:10 hod."),
        ("Frissítve: 2026. november 22., vasárnap 14:05", "Frissítve: 2026. november 23., hétfő 15:10"),
        ("Ultima actualizare: duminică, 22 noiembrie 2026, ora 14:05",
         "Ultima actualizare: luni, 23 noiembrie 2026, ora 15:10"),
        ("Последна промяна: неделя, 22 ноември 2026 г. в 14:05 ч.",
         "Последна промяна: понеделник, 23 ноември 2026 г. в 15:10 ч."),
        ("Обновлено: воскресенье, 22 ноября 2026 г., 14:05 мск",
         "Обновлено: понедельник, 23 ноября 2026 г., 15:10 мск"),
        ("Оновлено: неділя, 22 листопада 2026 року, о 14:05", "Оновлено: понеділок, 23 листопада 2026 року, о 15:10"),
        ("Ажурирано: недеља, 22. новембар 2026. у 14:05", "Ажурирано: понедељак, 23. новембар 2026. у 15:10"),
        ("Zadnja izmjena: nedjelja, 22. studenoga 2026. u 14:05 sati",
         "Zadnja izmjena: ponedjeljak, 23. studenoga 2026. u 15:10 sati"),
        ("Τελευταία ενημέρωση: Κυριακή 22 Νοεμβρίου 2026, στις 14:05",
         "Τελευταία ενημέρωση: Δευτέρα 23 Νοεμβρίου 2026, στις 15:10"),
        ("Diperbarui: Minggu, 22 November 2026, pukul 14.05 WIB",
         "Diperbarui: Senin, 23 November 2026, pukul 15.10 WIB"),
        ("Cập nhật lúc 14:05 ngày 22 tháng 11 năm 2026", "Cập nhật lúc 15:10 ngày 23 tháng 11 năm 2026"),
        ("Cập nhật: Chủ nhật, 22/11/2026 14:05 GMT+7", "Cập nhật: Thứ hai, 23/11/2026 15:10 GMT+7"),
        ("อัปเดตล่าสุด: วันอาทิตย์ที่ 22 พฤศจิกายน 2569 เวลา 14:05 น.",
         "อัปเดตล่าสุด: วันจันทร์ที่ 23 พฤศจิกายน 2569 เวลา 15:10 น."),
        ("เผยแพร่ 22 พ.ย. 2569 14.05 น.", "เผยแพร่ 23 ธ.ค. 2569 15.10 น."),
        ("更新时间：2026年11月22日 星期日 14:05", "更新时间：2026年11月23日 星期一 15:10"),
        ("更新: 2026年11月22日(日) 14時05分", "更新: 2026年11月23日(月) 15時10分"),
        ("更新：2026年11月22日，14点5分", "更新：2026年11月23日，15点10分"),
        ("更新 下午3點05分", "更新 下午4點10分"),
        ("Stand: 22.11.2026, 14 Uhr", "Stand: 23.11.2026, 15 Uhr"),
        ("Laatst bijgewerkt om 14 uur", "Laatst bijgewerkt om 15 uur"),
        ("最終更新 11月22日 14:05", "最終更新 11月23日 15:10"),
        ("최종수정 2026.11.22. 오후 2:05", "최종수정 2026.11.23. 오전 10:15"),
        ("입력 2026년 11월 22일 (일) 14시 05분", "입력 2026년 11월 23일 (월) 15시 10분"),
        ("अंतिम अपडेट: रविवार, 22 नवंबर 2026, 14:05 बजे", "अंतिम अपडेट: सोमवार, 23 नवंबर 2026, 15:10 बजे"),
        ("প্রকাশিত: রবিবার, ২২ নভেম্বর ২০২৬, ১৪:০৫", "প্রকাশিত: সোমবার, ২৩ নভেম্বর ২০২৬, ১৫:১০"),
        ("Updated 14:05: 12 killed in Aleppo strike", "Updated 16:10: 12 killed in Aleppo strike"),
        ("Updated by Anna Miller, 14:05", "Updated by Anna Miller, 15:10"),
        ("Updated by Anna Miller | 3 March 2026, 14:05 GMT", "Updated by Anna Miller | 4 March 2026, 15:10 GMT"),
        ("Aktualisiert von Anna Miller – 22.11.2026", "Aktualisiert von Anna Miller – 23.11.2026"),
        ("آخر تحديث سامر الحلبي، 14:05", "آخر تحديث سامر الحلبي، 15:10"),
        ("Updated 14:05:12, 3 March 2026", "Updated 15:10:44, 4 March 2026"),
        ("Updated 14:05:12 on 3 March 2026", "Updated 15:10:44 on 4 March 2026"),
        ("Updated 14:05:12 GMT", "Updated 15:10:44 GMT"),
        ("Updated 2026-03-03 14:05:12", "Updated 2026-03-04 15:10:44"),
        ("Mis à jour à 14 h 05 le 22 novembre 2026", "Mis à jour à 15 h 10 le 23 novembre 2026"),
        ("Last updated on March 3, 2026 by Anna Miller", "Last updated on March 4, 2026 by Anna Miller"),
        ("Updated March 3, 2026 by Anna Miller and Ben Okri", "Updated March 4, 2026 by Anna Miller and Ben Okri"),
        ("Updated 3 March 2026 Anna Miller", "Updated 4 March 2026 Anna Miller"),
        ("Updated 14:05:12 by Anna", "Updated 15:10:44 by Anna"),
        ("Updated 14:05:12 by AFP", "Updated 15:10:44 by AFP"),
        ("Aktualisiert am 3. März 2026 von Anna Müller", "Aktualisiert am 4. März 2026 von Anna Müller"),
        ("آخر تحديث 22 نوفمبر 2026 بقلم سامر الحلبي", "آخر تحديث 23 نوفمبر 2026 بقلم سامر الحلبي"),
        ("Mis à jour par la rédaction, 14:05", "Mis à jour par la rédaction, 15:10"),
        ("Updated Anna van der Berg, 14:05", "Updated Anna van der Berg, 15:10"),
        ("입력 2026.11.22 PM 2:30", "입력 2026.11.22 PM 4:10"),
        ("Son güncelleme: 22 Kasım 2026 ÖS 2:30", "Son güncelleme: 22 Kasım 2026 ÖS 4:10"),
        ("Son güncelleme: 22 Kasım 2026 ÖÖ 11:30", "Son güncelleme: 22 Kasım 2026 ÖS 4:10"),
        ("Updated 14:05 -0500 on 3 March 2026", "Updated 15:10 -0500 on 4 March 2026"),
        ("Updated 2026-03-03 14:05 -0500", "Updated 2026-03-04 15:10 -0600"),
        ("Updated today at 14:05", "Updated yesterday at 15:10"),
        ("Aktualisiert heute um 14:05 Uhr", "Aktualisiert gestern um 15:10 Uhr"),
        ("آخر تحديث: اليوم 14:05", "آخر تحديث: أمس 15:10"),
        ("Last updated: 3 minutes ago", "Last updated: 12 minutes ago"),
        ("Letzte Aktualisierung: vor 3 Minuten", "Letzte Aktualisierung: vor 12 Minuten"),
        ("עודכן לאחרונה: לפני 3 דקות", "עודכן לאחרונה: לפני 12 דקות"),
        ("更新：3分钟前", "更新：12分钟前"),
        ("Updated 10:15 a.m. PT, November 29, 2026", "Updated 11:15 a.m. PT, November 30, 2026"),
        ("آخر تحديث: 3 آذار/مارس 2026 - 14:05", "آخر تحديث: 4 آذار/مارس 2026 - 15:10"),
        ("نشر في 22 تشرين الثاني (نوفمبر) 2026", "نشر في 1 كانون الأول (ديسمبر) 2026"),
        ("更新时间：北京时间14:05", "更新时间：北京时间15:10"),
        ("更新时间：2026年3月3日星期二", "更新时间：2026年3月4日星期三"),
        ("最終更新 14:05現在", "最終更新 15:10現在"),
        ("Updated 14:05 (Damascus time)", "Updated 15:10 (Damascus time)"),
        ("Updated 14:05 Damascus time", "Updated 15:10 Damascus time"),
        ("Mis à jour à 14h le 3 mars", "Mis à jour à 15h le 4 mars"),
        ("Stand: 3. März 2026, 14 Uhr", "Stand: 4. März 2026, 15 Uhr"),
    ],
)  # fmt: skip
def test_a_line_in_which_only_the_time_of_the_update_changed_is_the_same(before: str, now: str) -> None:
    assert revisions.alike(f"A raid.\n{before}", f"A raid.\n{now}")


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("Updated 14:05: 12 killed in Aleppo strike", "Updated 14:05: 450 freed in Idlib"),
        ("Updated 14:05: 12 killed in Aleppo strike", "Updated 15:05: 13 killed in Aleppo strike"),
        ("Modified wheat banned since 2019", "Modified wheat allowed since 2019"),
        ("Modified wheat banned since 2019", "Modified wheat banned since 2021"),
        ("Stand 2026: 300 Tote in Syrien", "Stand 2026: 900 Tote in Syrien"),
        ("نشر في 2024 تقرير يتهم النظام بالقتل", "نشر في 2024 تقرير يبرئ النظام من القتل"),
        ("نشر في 2024 تقرير يتهم النظام بالقتل", "نشر في 2025 تقرير يتهم النظام بالقتل"),
        ("حدث في 2011: مقتل 12 شخصا", "حدث في 2011: مقتل 15 شخصا"),
        ("Updated 2.35 million displaced", "Updated 2.45 million displaced"),
        ("Updated 14:05: 12 set free in Idlib", "Updated 14:05: 15 set free in Idlib"),
        ("Updated 14:05: 12 set on fire", "Updated 14:05: 15 set on fire"),
        ("Updated 3 March: 12 killed", "Updated 3 March: 13 killed"),
        ("Updated March 3: 12 killed", "Updated March 3: 13 killed"),
        ("Updated 14:05: 15:30 truce begins", "Updated 14:05: 16:30 truce begins"),
        ("Updated curfew starts 20:00", "Updated curfew starts 21:00"),
        ("Updated 14:05 -12 degrees in Aleppo", "Updated 14:05 -15 degrees in Aleppo"),
        ("Updated 14:05: 2019 people fled", "Updated 14:05: 2025 people fled"),
        ("Updated 14:05, 2019 people fled", "Updated 14:05, 2025 people fled"),
        ("अपडेट 14:05: 12 लोग मारे गए", "अपडेट 14:05: 15 लोग मारे गए"),
        ("更新 14:05：12人死亡", "更新 14:05：15人死亡"),
        ("Updated 14:05 12 killed", "Updated 14:05 15 killed"),
        ("Updated: 12 killed in 2026", "Updated: 15 killed in 2026"),
        ("Stand 14:05 Uhr: 12 Tote", "Stand 14:05 Uhr: 15 Tote"),
        ("Updated 14h 12 dead", "Updated 14h 15 dead"),
        ("Mis à jour à 14h 12 morts à Alep", "Mis à jour à 14h 15 morts à Alep"),
        ("Actualizado a las 14 h 12 muertos", "Actualizado a las 14 h 15 muertos"),
        ("更新 14時12人死亡", "更新 14時15人死亡"),
        ("更新 14点12人死亡", "更新 14点15人死亡"),
        ("Stand 14 Uhr: 12 Tote", "Stand 14 Uhr: 15 Tote"),
        ("آخر تحديث 14:05:12 قتيلا", "آخر تحديث 14:05:13 قتيلا"),
        ("Updated 14:05:12 dead", "Updated 14:05:13 dead"),
        ("Updated 14:05,12 dead", "Updated 14:05,13 dead"),
        ("Aktualizacja 14:05:12 osób zginęło", "Aktualizacja 14:05:13 osób zginęło"),
        ("Updated 2026-03-03 14:05:12 dead", "Updated 2026-03-03 14:05:13 dead"),
        ("Updated 3 May 2026 dead", "Updated 3 May 2027 dead"),
        ("Updated 2026 May 12 dead", "Updated 2026 May 13 dead"),
        ("Updated: curfew begins at 20:00", "Updated: curfew begins at 21:00"),
        ("Updated: curfew in Aleppo, 20:00", "Updated: curfew in Aleppo, 21:00"),
        ("Updated by Anna Miller, 14:05", "Updated by Anna Muller, 14:05"),
        ("Updated by Anna Miller, 14:05: 12 dead", "Updated by Anna Miller, 14:05: 13 dead"),
        ("Updated curfew, 20:00", "Updated curfew, 21:00"),
        ("Updated report on Idlib, 2026", "Updated report on Idlib, 2027"),
        ("Updated curfew in Aleppo, 20:00", "Updated curfew in Aleppo, 21:00"),
        ("Updated match schedule, 20:30", "Updated match schedule, 21:30"),
        ("Published dates of vote, 3 March", "Published dates of vote, 4 March"),
        ("نشر في حظر التجول في حلب، 20:00", "نشر في حظر التجول في حلب، 21:00"),
        ("Stand 14.05 Uhr -12 Grad in Oslo", "Stand 14.05 Uhr -15 Grad in Oslo"),
        ("Обновлено в 14.05 -12 градусов в Москве", "Обновлено в 14.05 -15 градусов в Москве"),
        ("Updated 2:05 pm -12 degrees in Oslo", "Updated 2:05 pm -15 degrees in Oslo"),
        ("Updated 14:05 GMT -12 degrees in Oslo", "Updated 14:05 GMT -15 degrees in Oslo"),
        ("Updated 2026-03-03 14:05 -12 degrees", "Updated 2026-03-03 14:05 -15 degrees"),
        ("Aktualisiert 14:05:12 von ihnen tot", "Aktualisiert 14:05:13 von ihnen tot"),
        ("Actualizado 14:05:12 por ciento", "Actualizado 14:05:13 por ciento"),
        ("Updated 14:05:12 Syrian Soldiers Killed", "Updated 14:05:13 Syrian Soldiers Killed"),
        ("Updated 3 May 2026 people fled", "Updated 3 May 2027 people fled"),
        ("نشر في 3 مايو 2026 شخصا فروا", "نشر في 3 مايو 2027 شخصا فروا"),
        ("UPDATED MATCH SCHEDULE, 20:30", "UPDATED MATCH SCHEDULE, 21:30"),
        ("Updated 3 March 2026 by Anna Miller", "Updated 3 March 2026 by Anna Muller"),
        ("تحديث: حظر تجول، 20:00", "تحديث: حظر تجول، 21:00"),
        ("עדכון: הפסקת אש, 20:00", "עדכון: הפסקת אש, 21:00"),
        ("Update: Anpfiff Dortmund, 20:30 Uhr", "Update: Anpfiff Dortmund, 21:30 Uhr"),
        ("Stand: 27:23", "Stand: 27:24"),
        ("Actualizado hace 3 minutos, 12 de mayo: marcha", "Actualizado hace 3 minutos, 13 de mayo: marcha"),
        ("MAJ : 27 h, le siège continue", "MAJ : 28 h, le siège continue"),
        ("Update: 25:23 – Sieg für Kiel", "Update: 25:24 – Sieg für Kiel"),
        ("Обновлено: 28:61, победа", "Обновлено: 28:62, победа"),
        ("Giriş 12.50, çıkış 13", "Giriş 14.50, çıkış 13"),
        ("Updated 12 hrs of talks end", "Updated 15 hrs of talks end"),
        ("Mis à jour : 12 h de retard pour les trains", "Mis à jour : 15 h de retard pour les trains"),
        ("Actualizado 3 de marzo de 2026 | 12 h de retraso", "Actualizado 3 de marzo de 2026 | 15 h de retraso"),
        ("Mis à jour à 14h 27,5 % d'inflation", "Mis à jour à 14h 31,5 % d'inflation"),
        ("آخر تحديث: 3 صباحا بلا كهرباء", "آخر تحديث: 4 صباحا بلا كهرباء"),
        ("Stand: 12 Mai-Demonstranten festgenommen", "Stand: 15 Mai-Demonstranten festgenommen"),
        ("Publié à 14h05, 12 mars-américains arrêtés", "Publié à 14h05, 15 mars-américains arrêtés"),
        ("Updated 3 March 2026, 14:05 | 1 May: general strike", "Updated 3 March 2026, 14:05 | 2 May: general strike"),
        ("آخر تحديث 3/3/2026 14:05 - 27 مايو: إضراب عام", "آخر تحديث 3/3/2026 14:05 - 28 مايو: إضراب عام"),
        ("Cập nhật: 12 tháng 12 con tin được thả", "Cập nhật: 15 tháng 12 con tin được thả"),
        ("更新：14:05：20:00起宵禁", "更新：14:05：21:00起宵禁"),
        ("更新：2026-03-03 14:05：20:00起宵禁", "更新：2026-03-03 14:05：21:00起宵禁"),
        ("更新：20:00起宵禁", "更新：21:00起宵禁"),
        ("更新：3月3日起停电", "更新：3月4日起停电"),
        ("更新 午後2時27分間黙とう", "更新 午後2時31分間黙とう"),
        ("Updated 12 years ago: a town", "Updated 13 years ago: a town"),
        ("Updated 3 minutes ago: 12 dead", "Updated 3 minutes ago: 15 dead"),
    ],
)  # fmt: skip
def test_what_stands_beside_the_time_of_an_update_is_compared_in_lines_and_titles(before: str, now: str) -> None:
    assert not revisions.alike(before, now)
    assert not revisions.titles_alike(before, now)


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("Updated: 20:00 curfew in Aleppo", "Updated: 21:00 curfew in Aleppo"),
        ("Güncelleme: 20:00 Humus'ta patlama", "Güncelleme: 21:00 Humus'ta patlama"),
        ("Stand 20:00 Uhr Anpfiff in Homs", "Stand 21:00 Uhr Anpfiff in Homs"),
    ],
)
def test_a_time_before_a_word_of_a_title_is_compared(before: str, now: str) -> None:
    assert not revisions.titles_alike(before, now)


def test_a_title_has_no_name_before_its_time() -> None:
    assert not revisions.titles_alike("Updated Curfew Rules, 20:00", "Updated Curfew Rules, 21:00")


def test_a_title_that_is_only_a_time_of_update_is_compared_whole() -> None:
    assert not revisions.titles_alike("Stand 2026", "Stand 2027")
    assert not revisions.titles_alike("Updated 3 March", "A raid")
    assert not revisions.titles_alike("نشر في 2024", "نشر في 2025")


def test_a_label_of_every_language_is_one() -> None:
    lines = (phrase_rows.FOLDER / leading_times.FILE).read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line[0] != "#"]

    left = {
        phrase: said
        for _, kind, phrase in rows
        if kind == "label" and (said := update_times.blank(f"{phrase}: 22.11.2026, 14:05"))
    }

    assert left == {}
    assert {kind for _, kind, _ in rows} == {"label", "beside", "by", "particle", "outside"}
    assert len({language for language, *_ in rows}) == 35
    assert len(rows) == len({tuple(row) for row in rows})


def test_no_label_and_no_phrase_beside_a_time_is_made_of_others() -> None:
    rows = phrase_rows.read_phrases(leading_times.FILE, months.fold)

    made = [
        label
        for label in rows["label"]
        for shorter in rows["label"]
        if label.startswith(f"{shorter} ") and all(map(leading_times.is_beside, label[len(shorter) :].split()))
    ]
    made += [words for words in rows["beside"] if " " in words and all(map(leading_times.is_beside, words.split()))]

    assert made == []


def test_what_is_left_of_a_line_has_all_its_signs() -> None:
    assert update_times.blank("अपडेट 14:05: 12 लोग मारे गए") == "12 लोग मारे गए"
    assert update_times.blank("अपडेट 14:05:हमले में 12 लोग") == "हमले में 12 लोग"
    assert update_times.blank("updated 22 november 2026, 14:05 gmt (by anna miller)") == "by anna miller)"
    assert update_times.blank("polls close at 20:00") == "polls close at 20:00"

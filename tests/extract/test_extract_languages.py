"""Which language an article is in."""

import pytest

from pipelines.extract.text_language import language_of

TEXTS = {
    "ar": "عاد المركب إلى النهر يوم الاثنين بعد عامين من الفيضان الذي أغرقه عند المرسى القديم في المدينة",
    "fa": "قایق دو سال پس از سیلی که آن را در کنار اسکله غرق کرده بود روز دوشنبه به رودخانه بازگشت",
    "ckb": "بەلەمەکە دوای دوو ساڵ لەو لافاوەی کە نوقمی کردبوو ڕۆژی دووشەممە گەڕایەوە بۆ ڕووبارەکە",
    "de": "Die Fähre ist am Montag auf den Fluss zurückgekehrt, zwei Jahre nach der Flut, in der sie gesunken war",
    "tr": "Feribot, iki yıl önce battığı selin ardından pazartesi günü yeniden nehre indirildi ve sefere başladı",
}


@pytest.mark.parametrize("language", TEXTS)
def test_the_text_tells_its_language_whatever_its_source_s_is(language: str) -> None:
    assert language_of("", TEXTS[language], "") == language
    assert language_of("", TEXTS[language], "en-GB") == language


def test_a_few_words_are_in_the_language_of_their_source() -> None:
    assert language_of("Fähre", "zurück", "ar") == "ar"
    assert language_of("Fähre", "zurück", "ku-TR") == "ku"
    assert language_of("", "", "") == ""

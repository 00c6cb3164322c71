"""Bytes to text: every charset that pages are written in, whatever they are labelled as."""

from __future__ import annotations

import pytest
from lxml.html import HtmlElement

from pipelines.extract import markup

ARABIC = (
    "أعلنت بلدية المدينة يوم الاثنين افتتاح الجسر القديم أمام المشاة بعد عامين من الترميم. "
    "وقالت رئيسة البلدية إن الجسر سيبقى مغلقا أمام السيارات."
)
PERSIAN = "شهرداری روز دوشنبه اعلام کرد که پل قدیمی پس از دو سال بازسازی برای پیاده\u200cها باز می\u200cشود."
RUSSIAN = (
    "Мэрия города объявила в понедельник об открытии старого моста для пешеходов. Мост закрыт для автомобилей, "
    "сообщила Ольга Петрова."
)
CHINESE = "市政府周一宣布，经过两年的修缮，老桥重新向行人开放。市长说，这座桥仍然禁止汽车通行，原来的石头已经放回原处。"
TAIWANESE = (
    "市政府週一宣布，經過兩年的修繕，老橋重新向行人開放。市長說，這座橋仍然禁止汽車通行，原來的石頭已經放回原處。"
)
JAPANESE = (
    "市は月曜日、二年間の修復を経て古い橋を歩行者に開放すると発表した。市長によると、車の通行は引き続き禁止される。"
)
KOREAN = "시는 월요일 이 년간의 보수를 마친 옛 다리를 보행자에게 다시 개방한다고 발표했다. 자동차 통행은 계속 금지된다."
TURKISH = (
    "Belediye pazartesi günü eski köprünün iki yıllık onarımın ardından yayalara açıldığını duyurdu. "
    "Başkan köprünün araçlara kapalı kalacağını söyledi."
)
GREEK = "Ο δήμος ανακοίνωσε τη Δευτέρα ότι η παλιά γέφυρα ανοίγει ξανά για τους πεζούς ύστερα από δύο χρόνια εργασιών."
HEBREW = "העירייה הודיעה ביום שני כי הגשר הישן ייפתח מחדש להולכי רגל לאחר שנתיים של שיפוצים, אך יישאר סגור למכוניות."
POLISH = (
    "Urząd miasta ogłosił w poniedziałek, że stary most znów będzie otwarty dla pieszych, choć wciąż bez samochodów."
)
FRENCH = "La mairie a annoncé lundi la réouverture du vieux pont aux piétons ; les voitures n’y passeront pas cet été."
THAI = "เทศบาลประกาศเมื่อวันจันทร์ว่าสะพานเก่าจะเปิดให้คนเดินเท้าอีกครั้งหลังจากซ่อมแซมเป็นเวลาสองปี"
# Charset, the label that sites give it, language, text.
PAGES = [
    ("utf-8", "utf-8", "ar", ARABIC), ("cp1256", "windows-1256", "ar", ARABIC),
    ("iso8859-6", "iso-8859-6", "ar", ARABIC),
    ("utf-8", "utf-8", "fa", PERSIAN), ("cp1251", "windows-1251", "ru", RUSSIAN), ("koi8-r", "koi8-r", "ru", RUSSIAN),
    ("gb18030", "gb2312", "zh", CHINESE), ("big5", "big5", "zh", TAIWANESE), ("cp932", "shift_jis", "ja", JAPANESE),
    ("euc_jp", "euc-jp", "ja", JAPANESE), ("iso2022_jp", "iso-2022-jp", "ja", JAPANESE),
    ("cp949", "euc-kr", "ko", KOREAN),
    ("iso8859-9", "iso-8859-9", "tr", TURKISH), ("cp1254", "windows-1254", "tr", TURKISH),
    ("cp1253", "iso-8859-7", "el", GREEK), ("cp1255", "windows-1255", "he", HEBREW),
    ("iso8859-2", "iso-8859-2", "pl", POLISH),
    ("cp1252", "windows-1252", "fr", FRENCH), ("cp874", "tis-620", "th", THAI),
    ("utf-16", "utf-16", "ar", ARABIC), ("utf-16-le", "utf-16", "ar", ARABIC), ("utf-16-be", "utf-16", "ru", RUSSIAN),
    ("utf-8-sig", "utf-8", "ar", ARABIC),
]  # fmt: skip
# What the header and the page itself say; @ is the right label.
LABELS = {
    "none": ("", ""),
    "header": ("@", ""),
    "meta": ("", "@"),
    "both": ("@", "@"),
    "header says utf-8": ("utf-8", "@"),
    "meta says latin": ("@", "iso-8859-1"),
    "both say latin": ("iso-8859-1", "iso-8859-1"),
    "both say utf-8": ("utf-8", "utf-8"),
    "labels that are none": ("x-unknown", "undefined"),
    "header quoted, meta doubled": ('"@"', "utf-8; charset=@"),
}


def labelled(text: str, label: str) -> str:
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={label}">' if label else ""
    inside = f"<p>{text}</p><p>{text}</p>"
    return f"<!doctype html><html><head><title>{text[:30]}</title>{meta}</head><body>{inside}</body></html>"


@pytest.mark.parametrize("labels", LABELS)
@pytest.mark.parametrize(("charset", "label", "language", "text"), PAGES, ids=[f"{p[0]} {p[2]}" for p in PAGES])
def test_a_page_is_read_in_its_charset_however_it_is_labelled(
    charset: str, label: str, language: str, text: str, labels: str
) -> None:
    header, meta = (said.replace("@", label) for said in LABELS[labels])
    body = labelled(text, meta).encode(charset)

    read, _ = markup.decode(body, "text/html" + (f"; charset={header}" if header else ""), language)

    assert text in read


@pytest.mark.parametrize(
    ("charset", "text"), [("cp1256", ARABIC), ("cp1251", RUSSIAN), ("cp1254", TURKISH), ("cp1252", FRENCH)]
)
def test_an_unlabelled_page_of_a_source_whose_language_nobody_gave_is_read(charset: str, text: str) -> None:
    read, name = markup.decode(labelled(text, "").encode(charset), "", "")

    assert (text in read, name) == (True, charset)


def test_a_page_in_another_language_than_its_sources_is_read() -> None:
    body = labelled(RUSSIAN, "windows-1251").encode("cp1251")

    assert RUSSIAN in markup.decode(body, "", "ar")[0]


def test_an_xml_declaration_is_a_label() -> None:
    body = f'<?xml version="1.0" encoding="windows-1253"?><html><body><p>{GREEK}</p></body></html>'.encode("cp1253")

    assert markup.decode(body, "", "") == (body.decode("cp1253"), "cp1253")


@pytest.mark.parametrize("cut", range(4))
def test_a_cut_utf8_page_loses_its_last_letter_alone(cut: int) -> None:
    body = (ARABIC * 20).encode()

    read, name = markup.decode(body[: len(body) - cut], "text/html; charset=windows-1256", "ar")

    assert name == "utf-8"
    assert read.startswith(ARABIC * 19)


def test_a_few_foreign_bytes_do_not_change_the_charset() -> None:
    body = (RUSSIAN * 5).encode("cp1251") + "☕ é".encode()

    assert markup.decode(body, "text/html; charset=windows-1251", "ru")[0].startswith(RUSSIAN * 5)


def test_icelandic_is_not_taken_for_turkish() -> None:
    text = "Borgarstjóri sagði að gamla brúin yrði opnuð á ný þegar viðgerð lýkur; æfing er fyrirhuguð. Það þykir gott."

    assert markup.decode(text.encode("cp1252"), "text/html; charset=iso-8859-1", "is")[0] == text


def test_every_joiner_stays_through_parsing() -> None:
    tree = markup.parse(markup.decode(labelled(PERSIAN, "").encode(), "", "fa")[0])

    assert tree is not None
    assert [p.text for p in tree.iter("p")] == [PERSIAN, PERSIAN]


@pytest.mark.parametrize(
    "sign", ["\x01", "\x0b", "\x1f", "\ufffe", "\ud800", "&#1;", "&#x1F;", "&#0011 ", "&#65535;", "&#xFFFE"]
)
def test_what_no_tree_can_be_given_is_left_out(sign: str) -> None:
    tree = markup.parse(f"<html><body><p>one{sign}two&#9;three &#10;&#13;&#160;&#1580;</p></body></html>")

    assert tree is not None
    for element in tree.iter("p"):
        element.text = element.text
        assert "".join(element.text.split()) == "onetwothreeج"


def test_a_tag_of_very_many_attributes_is_no_page_and_long_values_are_one() -> None:
    many = b"<html><body><div " + b" ".join(b"a%d" % n for n in range(30_000)) + b">x</div>"
    long = b"<html><body><div data-state='" + b'{"a": "b = c"}, ' * 30_000 + b"'>x</div>"

    assert markup.overgrown(many) == "a tag of 30001 attributes"
    assert markup.overgrown(long) == ""
    assert markup.overgrown(b"<b>" * 300_000) == "300000 tags"


@pytest.mark.parametrize("mark", ["\u064b\u0301", "&#1611;&#x301;"])
def test_marks_that_are_piled_up_are_fewer_and_the_letters_stay(mark: str) -> None:
    tree = markup.parse(f"<html><body><p>ب{mark * 1000}ت &#27861;&#22269; بً</p></body></html>")

    assert tree is not None
    text = tree.text_content().strip()
    assert (text[0], text[-7:], len(text) < 60) == ("ب", "ت 法国 بً", True)


def test_every_element_of_a_page_is_made_without_asking_python_for_its_class() -> None:
    tree = markup.parse("<html><body><form><input name='q'><label>Search</label></form><p>A text.</p></body></html>")

    kinds = {type(element) for element in tree.iter()} if tree is not None else set()

    assert kinds == {HtmlElement}

"""Two articles of one paper, a quay that is rebuilt and a library that closes, in four scripts."""

from __future__ import annotations

from typing import NamedTuple

import pytest


class Printed(NamedTuple):
    """An article with the names that are printed above it."""

    title: str
    lines: list[str]
    site: str
    section: str

    @property
    def text(self) -> str:
        """Its paragraphs as HTML."""
        return "".join(f"<p>{line}</p>" for line in self.lines)


QUAY = {
    "ar": Printed(
        "إعادة بناء الرصيف الشرقي بعد شتاءين عاصفين",
        [
            "أعلنت البلدية يوم الثلاثاء إعادة بناء الرصيف الشرقي بعد شتاءين كسرت فيهما العواصف معظم حجارته القديمة.",
            "وتبدأ الأعمال في مارس وتستمر أربعة عشر شهرا، وتستخدم العبارات الرصيف الغربي حتى ذلك الحين.",
            "وطالب الصيادون منذ سنوات برفع الرصيف نصف متر لأن الماء يغمره في كل خريف.",
        ],
        "بريد الميناء",
        "اقتصاد",
    ),
    "en": Printed(
        "East quay to be rebuilt after two stormy winters",
        [
            "The harbour board agreed on Tuesday to rebuild the east quay after two winters of heavy storms.",
            "Work begins in March and lasts fourteen months, and the ferries will leave from the west quay until then.",
            "Fishermen had asked for years that the quay be raised, because the water stands above it every autumn.",
        ],
        "Harbour Post",
        "Business",
    ),
    "ru": Printed(
        "Восточный причал восстановят после двух штормовых зим",
        [
            "Совет порта решил во вторник восстановить восточный причал после двух зим, за которые его разбили штормы.",
            "Работы начнутся в марте и продлятся четырнадцать месяцев, а паромы будут ходить от западного причала.",
            "Рыбаки много лет просили поднять причал на полметра, потому что каждую осень его заливает вода.",
        ],
        "Портовая почта",
        "Экономика",
    ),
    "zh": Printed(
        "市议会同意两个冬天的风暴之后重建东码头",
        [
            "市议会周二同意重建东码头，此前两个冬天的风暴已经毁坏了码头的大部分石块。",
            "工程负责人表示，施工将于三月开始，预计持续十四个月，在此期间渡轮将使用西码头。",
            "渔民多年来一直要求把码头加高半米，因为每年秋天海水都会漫过码头。",
        ],
        "海港邮报",
        "财经",
    ),
}
LIBRARY = {
    "ar": Printed(
        "إغلاق قاعة القراءة في المطحنة القديمة صيفا",
        [
            "تغلق المكتبة في المطحنة القديمة قاعة القراءة خلال الصيف كما أعلنت المدينة لأن السقف بحاجة إلى إصلاح.",
            "ويستطيع القراء استلام كتبهم من سيارة تقف في ساحة السوق ثلاثة أيام من كل أسبوع حتى سبتمبر.",
            "وكان السقف قد أصلح آخر مرة قبل نحو أربعين عاما وبدأت ألواحه تنزلق.",
        ],
        "بريد الميناء",
        "ثقافة",
    ),
    "en": Printed(
        "Reading room in the old mill closes for summer",
        [
            "The library in the old mill closes its reading room for the summer, because the roof has to be mended.",
            "Readers can fetch their books from a van that stops in the market square on three mornings of the week.",
            "The roof was last repaired some forty years ago, and the slates that were laid then have begun to slide.",
        ],
        "Harbour Post",
        "Culture",
    ),
    "ru": Printed(
        "Читальный зал на старой мельнице закрывается на лето",
        [
            "Библиотека на старой мельнице закроет читальный зал на лето, сообщил город, потому что крышу надо чинить.",
            "Читатели смогут получать книги в машине, которая стоит на рыночной площади три утра в неделю.",
            "Крышу чинили сорок лет назад, и плитка, которую тогда положили, начала сползать.",
        ],
        "Портовая почта",
        "Культура",
    ),
    "zh": Printed(
        "旧磨坊图书馆夏季关闭阅览室",
        [
            "市政府周一表示，旧磨坊里的图书馆将在夏季关闭阅览室，因为屋顶需要修理。",
            "读者可以在每周三个上午从停在市场广场的车上取书，一直到九月。",
            "屋顶上一次修理是在大约四十年前，当时铺设的石板已经开始滑落。",
        ],
        "海港邮报",
        "文化",
    ),
}
every_language = pytest.mark.parametrize("language", QUAY)

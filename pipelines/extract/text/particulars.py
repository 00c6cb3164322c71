"""Lines of particulars: author, time and place of an article, and its number of readers, in any order and with any
separators.

Lines of particulars are not part of a text, and their counters change at every look. Only this module knows the words
for counts of readers.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from pipelines.dates import months, relative
from pipelines.dates.clocks import CLOCK
from pipelines.dates.written import UPDATED, dates_in, only_a_date, only_a_time_of_day_without_year, without_days
from pipelines.extract.lexicon import key
from pipelines.text import words as count_words

# If a word for a count has fewer Latin letters than this, a word of a line must be equal to it, and not only begin like
# it.
LEAST_STEM_LETTERS = 5
# These words make the number beside them a count. They are the beginnings of words, in the folded form.
COUNTED_WORDS = """
مشاهد شوهد قراء القراء القارئ قرئ قارئ الزيارات زيار المشاهدات تعليق التعليق شارك مشارك اعجب اعجاب زوار
المتواجدون المتواجدين المتصلون views viewed reads readers hits visits shares shared comment likes liked
visitors vues vue lectures lu lecteurs partages vistas visto leido leida lecturas compartid comentario
visualiza aufrufe gelesen leser geteilt kommentare okunma okundu okudu okuyucu goruntulenme izlenme paylasim
paylast yorum просмотр прочит прочте комментари перегляд بازديد خوانده نظرات ديدگاه visite letture
letto condivision weergaven gelezen reacties wyswietle odslon odsłon przeczyta komentarz visninger visningar lasningar
visita visualizz megtekint vizualiz accesari afisari прочетен преглед pregled citanj katselu lukukert prohlednut
προβολες צפיות קריאות 浏览 阅读 点击 瀏覽 閱讀 點擊 閲覧 조회 بينراو خوێندراو بينين read lesedauer lesezeit
"""
# These words stand around counts and dates, and add nothing to them.
AROUND_WORDS = """
عدد هذا هذه الخبر المقال الموضوع الماده الصفحه مره مرات مرت تم تمت حاليا الان شخص شخصا اشخاص بهذا علي من في علق
نشر نشرت منشور اخر تحديث محدث التحديث النشر تاريخ بتاريخ الساعه يوم الموافق م ه كتب اليوم قبل منذ دقيقه
وقت الف الاف مليون thousand million k this the article story news page post has been was
is it times time x people now of in on by min mins
minute minutes updated published posted date at total number no fois cet cette a ete le la les publie
mis jour veces vez esta este noticia nota ha sido el publicado actualizado mal der die das wurde artikel beitrag
veroffentlicht aktualisiert stand uhr kez defa kisi bin bu haber guncelleme yayin tarihi раз эту эта новость статью
статья опубликовано обновлено количество число опубликован تعداد بار اين خبر مطلب شده انتشار ساعت volte questo
keer dit maal razy ten 次 数 人
"""
# These are more words of both kinds, as sites write them. They are folded, and then compared as whole words.
MORE_AROUND_WORDS = """
so far are have already just personnes personne lecteur ont personas usuarios han
dieser diese dieses menschen leute haben person человек люди чел
نفر اند است را زار زائرين به له لهذا عن حتى تاکنون
osob osoby persone mensen personen vezes kali φορές جار
about around nearly almost over circa etwa ungefähr environ yaklaşık حوالي نحو واحدة واحد for minuten
pubblicato pubblicata aggiornato aggiornata publicada atualizado atualizada gepubliceerd
bijgewerkt publicerad uppdaterad publisert oppdatert opublikowano zaktualizowano δημοσιεύτηκε ενημερώθηκε posté modifié
il em op ori krat puta пъти گیا به‌روزرسانی بروزرسانی diterbitkan diperbarui ditayangkan luet lecture
sec secs second seconds um alle om kl klo o saat в о у den i de
toplam içerik temps tiempo tempo süresi czas czytania leestijd lettura время чтения
чтение мин раза рази разів сейчас currently
sayısı şu an y en ligne línea ganger פעמים xem đọc ครั้ง คน बार गया বার হয়েছে مرتبہ گئی ہے یہ زمان مطالعه
مده زمن دقائق دقيقتان ژمارەی
"""
MORE_COUNTED_WORDS = """
قرا قراه قراها زائر المتصفحين المتصفحون online reading lisent partagé leyendo
okunmuştur okunuyor поделились поделился читают udostępniono udostępnień
teilten condiviso gedeeld seen lido lida lidas διαβάστηκε dibaca dilihat
vu vus lus lue lues reader læst citit přečteno přečtené zobrazení zobrazeno olvasás پڑھا دیکھا lượt پڑھی دیکھی
obejrzano obejrzało görüntülendi görüntüleme читали переглянуто bekeken kijkcijfers sett läst נקרא צפו อ่าน
เข้าชม पढ़ा देखा पाठक পঠিত পড়া الزوار شاهده تصفح المشاركات okuyor lectores بینەران xwendin retweets dislikes
"""
# In scripts without blanks, these words may be glued to a count.
COUNTED_GLUED, AROUND_GLUED = (
    re.compile("浏览|阅读|点击|瀏覽|閱讀|點擊|閲覧|分享|评论|評論|点赞|點讚|조회|공유"),
    re.compile(r"[次数數人已有被过過的了量共回万萬수회만]*"),
)
# These short words in Latin letters are compared whole, because names of people and places begin like them: Luton,
# Reading, Vuelta.
SHORT_COUNTED = frozenset(word for word in COUNTED_WORDS.split() if word.isascii() and len(word) < LEAST_STEM_LETTERS)
COUNTED = tuple(word for word in months.fold(COUNTED_WORDS).split() if word not in SHORT_COUNTED)
KNOWN = frozenset(months.fold(AROUND_WORDS + MORE_AROUND_WORDS).split())
# These words are compared whole too, because other words have the same beginnings (قرار is a decision).
COUNTED_WHOLE = frozenset((*months.fold(MORE_COUNTED_WORDS).split(), *SHORT_COUNTED))
# SHORT_LINK, PRINTED and WEATHER match lines beside a text: its short address, its number, and the weather.
SHORT_LINK = re.compile(
    r"^\W*(?:رابط مختصر|الرابط المختصر|short ?link|lien court|kisa link|لینک کوتاه|لينك كوتاه)\W", re.IGNORECASE
)
PRINTED = re.compile(
    r"^\W*(?:رقم الطباعه|رمز الخبر|كود الخبر|كد خبر|رقم الخبر|شناسه خبر|معرف|print (?:no|number)|trending|"
    r"(?:article|news) id)\W*[\d-]+\W*$",
    re.IGNORECASE,
)
# The folded names of the capitals that Arabic sites name beside the weather.
CAPITALS = (
    "دمشق|بيروت|بغداد|عمان|القدس|القاهره|الرياض|الدوحه|الكويت|المنامه|ابو ظبي|مسقط|صنعاء|طرابلس|تونس|الجزائر|الرباط"
)
# After one word, a year is no count: the heading `Reads of 2026`. A count has a colon before it or a further word.
YEAR_HEADING = re.compile(r"^\W*[^\W\d]+(?: (?:of|in|en|de|im|в))? (?:19|20)\d\d\W*$", re.IGNORECASE)
WEATHER = re.compile(
    r"^\W*(?:درجه الحراره|درجات الحراره|الطقس|temperature|sicaklik|температура)(?:\W+\w+){0,5}\W*$"
    # A place with its degrees: Damascus 24 °C. Without C or F, degrees may also be those of an angle or of a drink.
    r"|^\W*[^\W\d]+(?: [^\W\d]+){0,2}\W{0,3} [+-]?\d{1,2} ?° ?[cf]\W*$"
    rf"|^\W*(?:{CAPITALS})\W{{0,3}} [+-]?\d{{1,2}} ?°\W*$",
    re.IGNORECASE,
)
SENTENCE = re.compile(r"[^\W\d_]{3}\s*[.!?؟。۔]\W*$")
COMMA = re.compile(r"(?<=\d)[,.\u00a0\u066c](?=\d{3}(?!\d))")
WORD = re.compile(r"[^\W\d_]+")
# A line of particulars, such as date, place and author, has at most MAX_WORDS words and LONGEST_CHARACTERS characters.
# Chosen: a longer line is a sentence.
MAX_WORDS, LONGEST_CHARACTERS = 26, 200
# PLACE_WORDS: a place or an agency beside a date or beside several counts has at most this many words. SEVERAL_COUNTS:
# there are several counts from this number on.
PLACE_WORDS, SEVERAL_COUNTS = 4, 2
# Dates, times and these signs separate the sections of a line.
SECTIONS = re.compile(r"\s[|•·–—/-]\s|[|•·]")
# MOST_LINE_WORDS: a line of author and day has at most this many words. PARTS: this pattern separates the parts of such
# a line.
MOST_LINE_WORDS, PARTS = 14, re.compile(r"\s[|•·–—-]\s")


# A line that begins with the label of an update tells news if this many words behind the label are unknown, beside a
# number or in a sentence. Chosen: a place and a zone are one word each, and a name beside a time is no sentence.
NEWS_WORDS_BESIDE_NUMBER, NEWS_WORDS = 2, 3
# At most this many words stand before the word for `updated` in a label, such as `son güncelleme`.
WORDS_BEFORE_UPDATED = 1
# HOUR: a time of day that the clock of dates does not know without its date. HEBREW_ON: a dash stands between "on" and
# the day.
HOUR = re.compile(r"(?<![\d.,:])\d{1,2}(?: ?h(?!\w| \d)|\.\d\d(?![\d.,%])| gio(?: \d{1,2} phut)?(?!\w)|\d\d(?= gmt))")
HEBREW_ON = re.compile(r"(?<=\bב)[-־](?=\d)")
LABELS = re.compile(rf"{UPDATED.pattern}|(?<!\w)stand(?!\w)")


@dataclass(frozen=True)
class _Parts:
    """A folded line without its dates and times. counts: the words that make a number a count. numbers: the numbers
    that are left. numbered: for each section with a number, its words. dates: whether the line had a date. running:
    whether it had a time such as `12 minutes ago`.
    """

    words: list[str]
    counts: list[str]
    numbers: list[str]
    numbered: list[list[str]]
    dates: bool
    running: bool


def reason(line: str, names: Collection[str] = (), *, head: bool = False) -> str:
    """Why a line is one of particulars; empty if it is not. names: the names of the article's authors. head: whether no
    line of the text is above it; elsewhere a day without its year is a heading, for example in a timeline.
    """
    if _is_sentence(line) or (not re.search(r"\d", line) and line.count(" ") >= relative.LONGEST_WORDS):
        return ""
    if head and only_a_time_of_day_without_year(line):
        return "date"
    plain = months.fold(line)
    if SHORT_LINK.search(plain):
        return "short link"
    if PRINTED.search(plain) or WEATHER.search(plain):
        return "counter"
    parts = _take_apart(plain)
    if len(parts.words) > MAX_WORDS:
        return ""
    # In a sentence, several words beside one number may begin like words for a count. So only as many counts are
    # believed as there are numbers.
    several = min(len(parts.counts), len(parts.numbers)) >= SEVERAL_COUNTS
    left = _find_unknown(parts.words, parts.counts, names)
    if parts.running and not left:
        return "date"
    if parts.counts and parts.numbers and len(left) <= (PLACE_WORDS if parts.dates or several else 0):
        return "counter" if not left or _are_numbers_counts(parts, names) else ""
    return "date" if parts.dates and not left and not parts.numbers else ""


def is_counter(line: str) -> bool:
    """Whether a line is only a count of a site, such as `Read by 12 people` or `12 minutes ago`. Every word of it is
    known; so it is no number of deaths.
    """
    if _is_sentence(line):
        return False
    parts = _take_apart(months.fold(line))
    if len(parts.words) > MAX_WORDS or _find_unknown(parts.words, parts.counts):
        return False
    return bool(parts.counts) if parts.numbers else parts.running


def tells_news(line: str) -> bool:
    """Whether a line tells news behind the label of an update, and not only when and by whom: `Updated: 12 killed`."""
    plain = months.fold(line)
    label = LABELS.search(plain)
    if (
        not label
        or len(plain[: label.start()].split()) > WORDS_BEFORE_UPDATED
        or re.search(r"\d", plain[: label.end()])
    ):
        return False
    behind = HEBREW_ON.sub(" ", plain[label.end() :])
    dateless, dates = dates_in(behind)
    dayless = without_days(dateless)
    hourless = HOUR.sub(" ", dayless)
    parts = _take_apart(hourless)
    unknown = len(_find_unknown(parts.words, parts.counts))
    if parts.numbers and unknown >= NEWS_WORDS_BESIDE_NUMBER:
        return True
    timed = dates or hourless != dateless or parts.running or CLOCK.search(behind)
    sentence = bool(SENTENCE.search(plain)) if timed else behind.lstrip().startswith(":")
    return sentence and unknown >= NEWS_WORDS


def tells_day(lines: Iterable[str]) -> bool:
    """Whether one of these lines, right below a heading, is a line of author and day."""
    return any(only_a_date(line) or reason(line) == "date" or _ends_dated(line) for line in lines)


def _ends_dated(line: str) -> bool:
    """Whether a line is short and has a day among its parts: `By Ann Writer | 20/11/2026`."""
    parts = PARTS.split(line) if count_words(line) <= MOST_LINE_WORDS else []
    return len(parts) > 1 and any(only_a_date(part) for part in parts)


def _is_sentence(line: str) -> bool:
    return len(line) > LONGEST_CHARACTERS or bool(SENTENCE.search(line))


def _take_apart(plain: str) -> _Parts:
    """The parts of a folded line. A heading with a year (YEAR_HEADING) has no counts."""
    plain = COMMA.sub("", plain)
    rest, dates = dates_in(plain)
    ago = relative.without(rest)
    timeless = CLOCK.sub(" | ", ago)
    words = WORD.findall(timeless)
    counts = [] if YEAR_HEADING.search(plain) else [word for word in words if _counts(word)]
    numbered = [WORD.findall(section) for section in SECTIONS.split(timeless) if re.search(r"\d", section)]
    return _Parts(words, counts, re.findall(r"\d+", timeless), numbered, bool(dates), ago != rest)


def _are_numbers_counts(parts: _Parts, names: Collection[str]) -> bool:
    """Whether each number has a word for a count in its section, and no unknown word: `Views of Homs after 12 raids,
    3 May 2026` counts no views.
    """
    return all(
        not set(words).isdisjoint(parts.counts) and not _find_unknown(words, parts.counts, names)
        for words in parts.numbered
    )


def _find_unknown(words: Iterable[str], counts: Collection[str], names: Collection[str] = ()) -> list[str]:
    """The words that belong to none of these names, to no count, and not to the words around counts and dates."""
    its_key = key(" ".join(words))
    for name in names:
        its_key = its_key.replace(key(months.fold(name)), " ")
    return [
        word
        for word in its_key.split()
        if word not in counts and word not in KNOWN and not AROUND_GLUED.fullmatch(word)
    ]


def _counts(word: str) -> bool:
    """Whether a folded word makes the number beside it a count."""
    glued = COUNTED_GLUED.search(word)
    return (
        word.startswith(COUNTED)
        or word.lower() in COUNTED_WHOLE
        or bool(glued and AROUND_GLUED.fullmatch(word[: glued.start()] + word[glued.end() :]))
    )

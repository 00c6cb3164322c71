"""The names of months in all supported calendars and languages.

Names that are valid in one language only are in `months_of_one_language.py`. A name is looked up by its folded form,
which has no accents and no vowel signs. The year beside a name decides its calendar.
"""

from __future__ import annotations

import re
import unicodedata

from pipelines.dates.calendars import hijri, jalali
from pipelines.dates.months_of_one_language import SHORT
from pipelines.text import compose, normal

GREGORIAN = {
    1: "oca|كانون الثاني|كانون ثاني|كانون ثان|يناير|جانفي|ينير|اي النار|january|jan|januar|jänner|janvier|janv|enero|"
    "ene|gener|"
    "gennaio|genn|gen|janeiro|januari|janúar|ianuarie|ian|január|ledna|leden|stycznia|styczeń|stycz|sausio|janvāris|"
    "janvārī|"
    "jaanuar|tammikuuta|tammikuu|januara|januarja|siječnja|siječanj|janar|ocak|yanvar|ýanwar|января|январь|янв|січня|"
    "січень|"
    "студзеня|януари|јануар|јануара|јануари|қаңтар|qantar|ژانويه|جنوري|كانووني دووهم|رێبهندان|ڕێبهندان|çile|rêbendan|"
    "kanûna duyem|kanûna duyê|kanûna paşîn|ינואר|ιανουαρίου|ιανουάριος|γενάρη|ιαν|հունվարի|հունվար|იანვარი|იანვარს|"
    "जनवरी|"
    "জানুয়ারি|জানুয়ারী|ஜனவரி|มกราคม|mac giêng|janwari|janayo|janaayo|urtarrilaren|urtarrilak|xaneiro|ionawr|eanáir|"
    "ጃንዩወሪ|januwari",
    2: "şub|شباط|فبراير|فيفري|النوار|february|feb|febr|februar|feber|février|fevrier|févr|fév|febrero|febrer|"
    "febbraio|febb|"
    "fevereiro|fev|februari|febrúar|februarie|február|února|únor|lutego|luty|vasario|februāris|februārī|veebruar|"
    "helmikuuta|helmikuu|februara|februarja|veljače|veljača|shkurt|şubat|fevral|fewral|февраля|февраль|фев|лютого|"
    "лютий|лютага|февруари|фебруар|фебруара|фебруари|ақпан|فوريه|فروري|فبروري|شوبات|sibat|reşemî|פברואר|φεβρουαρίου|"
    "φεβρουάριος|"
    "φλεβάρη|φεβ|փետրվարի|փետրվար|თებერვალი|თებერვალს|फरवरी|फ़रवरी|ফেব্রুয়ারি|ফেব্রুয়ারী|பிப்ரவரி|กุมภาพันธ์|ก.พ|"
    "pebrero|febraayo|otsailaren|otsailak|chwefror|feabhra|ፌብሩወሪ|pebruari",
    3: "اذار|مارس|الربيع|march|mar|märz|marz|mär|mars|marzo|març|mart|marec|marca|marzec|maart|mrt|maret|martie|"
    "március|"
    "márc|března|březen|kovo|marts|martā|märts|maaliskuuta|maaliskuu|ožujka|ožujak|março|marta|марта|март|мар|березня|"
    "березень|сакавіка|наурыз|مارچ|ئازار|ئادار|adar|avdar|מרץ|מרס|μαρτίου|μάρτιος|μάρτη|μαρ|μάρ|մարտի|մարտ|მარტი|"
    "მარტს|मार्च|মার্চ|மார்ச்|มีนาคม|marso|machi|maarso|mac|martxoaren|martxoak|mawrth|márta|ማርች|marco",
    4: "nis|نيسان|ابريل|افريل|الطير|april|apr|avril|avr|abril|abr|aprile|aprílie|aprilie|apríl|április|ápr|dubna|"
    "duben|kwietnia|"
    "kwiecień|balandžio|aprīlis|aprīlī|aprill|huhtikuuta|huhtikuu|travnja|travanj|aprila|prill|nisan|aprel|апреля|"
    "апрель|"
    "апр|квітня|квітень|красавіка|април|априла|сәуір|اوريل|اپريل|نيسان|nîsan|avrêl|אפריל|απριλίου|απρίλιος|απρίλη|απρ|"
    "ապրիլի|ապրիլ|აპრილი|აპრილს|अप्रैल|এপ্রিল|ஏப்ரல்|เมษายน|เม.ย|aprili|abriil|apirilaren|apirilak|ebrill|aibreán|ኤፕሪል",
    5: "ايار|مايو|ماي|مايس|الماء|may|mai|maj|maja|mayo|mayıs|maio|maggio|magg|mag|mei|maí|május|máj|mája|mája|května|"
    "květen|"
    "gegužės|maijs|maijā|toukokuuta|toukokuu|svibnja|svibanj|мая|май|травня|травень|мај|маја|мамыр|مه|مي|مئي|ئايار|"
    "gulan|"
    "מאי|μαΐου|μαίου|μάιος|μάη|մայիսի|մայիս|მაისი|მაისს|मई|মে|மே|พฤษภาคม|พ.ค|maig|maajo|maiatzaren|maiatzak|bealtaine|"
    "ሜይ",
    6: "haz|حزيران|يونيو|يونيه|جوان|الصيف|june|jun|juni|juin|junio|juny|junho|giugno|giu|iunie|iun|június|júna|jún|"
    "června|červen|"
    "czerwca|czerwiec|birželio|jūnijs|jūnijā|juuni|kesäkuuta|kesäkuu|lipnja|lipanj|juna|junija|qershor|haziran|iyun|"
    "июня|"
    "июнь|июн|червня|червень|чэрвеня|юни|јун|јуна|јуни|маусым|ژوئن|جون|حوزهيران|hezîran|pûşper|יוני|ιουνίου|ιούνιος|"
    "ιούνη|ιουν|հունիսի|հունիս|ივნისი|ივნისს|जून|জুন|ஜூன்|มิถุนายน|มิ.ย|hunyo|juun|ekainaren|ekainak|mehefin|meitheamh|"
    "ጁን|júní|xuño",
    7: "tem|تموز|يوليو|يوليه|جويليه|يوليوز|ناصر|july|jul|juli|juillet|juil|julio|juliol|julho|luglio|lug|iulie|iul|"
    "július|júla|"
    "júl|července|červenec|lipca|lipiec|liepos|jūlijs|jūlijā|juuli|heinäkuuta|heinäkuu|srpnja|srpanj|jula|julija|"
    "korrik|"
    "temmuz|iyul|июля|июль|июл|липня|липень|ліпеня|юли|јул|јула|јули|шілде|ژوئيه|جولاي|جولائي|تهمووز|tîrmeh|temûz|יולי|"
    "ιουλίου|ιούλιος|ιούλη|ιουλ|հուլիսի|հուլիս|ივლისი|ივლისს|जुलाई|জুলাই|ஜூலை|กรกฎาคม|ก.ค|hulyo|julai|luulyo|"
    "uztailaren|uztailak|gorffennaf|iúil|ጁላይ|júlí|xullo",
    8: "ağu|agt|اب|اغسطس|اغسطوس|اوت|غشت|هانيبال|august|aug|août|aout|agosto|ago|agost|agustus|augustus|augusti|ágúst|"
    "augusztus|"
    "augusta|srpna|srpen|sierpnia|sierpień|rugpjūčio|augusts|augustā|elokuuta|elokuu|kolovoza|kolovoz|avgusta|avgust|"
    "gusht|ağustos|avqust|awgust|августа|август|авг|серпня|серпень|жніўня|тамыз|اگست|اگوست|ئاب|tebax|gelawêj|אוגוסט|"
    "αυγούστου|αύγουστος|αυγ|օգոստոսի|օգոստոս|აგვისტო|აგვისტოს|अगस्त|আগস্ট|অগস্ট|ஆகஸ்ட்|สิงหาคม|ส.ค|agosti|agoosto|"
    "ogos|abuztuaren|abuztuak|awst|lúnasa|ኦገስት",
    9: "eyl|ايلول|سبتمبر|شتنبر|الفاتح|september|sept|sep|septembre|septiembre|setiembre|setembro|setembre|settembre|"
    "sett|"
    "septembrie|szeptember|szept|septembra|září|września|wrzesień|rugsėjo|septembris|septembrī|syyskuuta|syyskuu|rujna|"
    "rujan|septembar|shtator|eylül|sentyabr|sentabr|sentýabr|сентября|сентябрь|сент|сен|вересня|вересень|верасня|"
    "септември|септембар|септембра|қыркүйек|سپتامبر|ستمبر|سپتمبر|ئهيلوول|îlon|rezber|ספטמבר|σεπτεμβρίου|σεπτέμβριος|"
    "σεπτέμβρη|σεπ|σεπτ|սեպտեմբերի|սեպտեմբեր|სექტემბერი|სექტემბერს|सितंबर|सितम्बर|সেপ্টেম্বর|செப்டம்பர்|กันยายน|ก.ย|"
    "setyembre|septemba|sebtembar|irailaren|irailak|medi|meán fómhair|ሴፕቴምበር|set",
    10: "eki|تشرين الاول|تشرين اول|اكتوبر|التمور|october|oct|oktober|okt|octobre|octubre|outubro|out|ottobre|ott|"
    "octombrie|"
    "október|októbra|října|říjen|października|październik|paźdz|paź|spalio|oktobris|oktobrī|oktoober|lokakuuta|lokakuu|"
    "oktobar|oktobra|tetor|ekim|oktyabr|oktabr|октября|октябрь|окт|жовтня|жовтень|кастрычніка|октомври|"
    "октобар|октобра|қазан|اكتبر|تشريني يهكهم|cotmeh|kewçêr|çiriya pêşîn|אוקטובר|οκτωβρίου|οκτώβριος|οκτώβρη|οκτ|"
    "հոկտեմբերի|հոկտեմբեր|ოქტომბერი|ოქტომბერს|अक्टूबर|अक्तूबर|অক্টোবর|அக்டோபர்|ตุลาคม|ต.ค|oktubre|oktoba|oktoobar|"
    "urriaren|urriak|hydref|deireadh fómhair|ኦክቶበር",
    11: "kas|تشرين الثاني|تشرين ثاني|تشرين ثان|نوفمبر|نونبر|الحرث|november|nov|novembre|noviembre|novembro|noiembrie|"
    "noi|nóvember|listopadu|listopad|listopada|lapkričio|novembris|novembrī|marraskuuta|marraskuu|studenoga|studenog|"
    "studeni|"
    "novembar|novembra|nëntor|kasım|noyabr|ноября|ноябрь|нояб|ноя|листопада|листопад|лістапада|ноември|новембар|"
    "новембра|қараша|نوامبر|نومبر|تشريني دووهم|mijdar|sermawez|çiriya paşîn|נובמבר|νοεμβρίου|νοέμβριος|νοέμβρη|νοε|"
    "նոյեմբերի|նոյեմբեր|ნოემბერი|ნოემბერს|नवंबर|नवम्बर|নভেম্বর|நவம்பர்|พฤศจิกายน|พ.ย|nobyembre|novemba|nofembar|"
    "azaroaren|azaroak|tachwedd|samhain|ኖቬምበር",
    12: "ara|كانون الاول|كانون اول|ديسمبر|دجنبر|الكانون|december|dec|dezember|dez|décembre|decembre|déc|diciembre|"
    "dic|desembre|"
    "dezembro|dicembre|decembrie|desember|des|desembar|prosince|prosinec|grudnia|grudzień|gruodžio|decembris|decembrī|"
    "detsember|joulukuuta|joulukuu|prosinca|prosinac|decembar|decembra|dhjetor|aralık|dekabr|декабря|декабрь|дек|"
    "грудня|"
    "грудень|снежня|декември|децембар|децембра|желтоқсан|دسامبر|دسمبر|ډسمبر|كانووني يهكهم|"
    "كانوني يهكهم|berfanbar|kanûna pêşîn|"
    "kanûna yekem|דצמבר|δεκεμβρίου|δεκέμβριος|δεκέμβρη|δεκ|դեկտեմբերի|դեկտեմբեր|დეკემბერი|დეკემბერს|दिसंबर|दिसम्बर|"
    "ডিসেম্বর|டிசம்பர்|ธันวาคม|ธ.ค|disyembre|desemba|disember|abenduaren|abenduak|rhagfyr|nollaig|ዲሴምበር|decembro",
}
HIJRI = {
    1: "محرم|المحرم|محرم الحرام|muharram", 2: "صفر|صفر الخير|صفر المظفر|safar",
    3: "ربيع الاول|ربيع اول|ربيعالاول|rabi al-awwal", 4: "ربيع الثاني|ربيع الاخر|ربيع ثاني|ربيعالثاني|rabi al-thani",
    5: "جمادي الاولي|جمادي الاول|جمادي اول|جماديالاول|جماديالاولي",
    6: "جمادي الثانيه|جمادي الاخره|جمادي الثاني|جمادي الاخر|جماديالثاني|جماديالثانيه|جماديالاخره",
    7: "رجب|رجب المرجب|rajab", 8: "شعبان|شعبان المعظم|shaban", 9: "رمضان|رمضان المبارك|رمضان الكريم|ramadan|ramazan",
    10: "شوال|شوال المكرم|shawwal", 11: "ذو القعده|ذي القعده|ذوالقعده|ذيالقعده|ذيقعده|ذي قعده|ذوالقعده الحرام|ذيقعد",
    12: "ذو الحجه|ذي الحجه|ذوالحجه|ذيالحجه|ذيحجه|ذي حجه|ذوالحجه الحرام|ذيحج",
}  # fmt: skip
# Each month has its name in Iran, its names in Afghanistan (in Dari and Pashto), and its Kurdish names in Iran.
JALALI = {
    1: "فروردين|حمل|وري|خاكهليوه|خاكهلێوه|نهورۆز|farvardin", 2: "ارديبهشت|ثور|غويي|گولان|گوڵان|بانهمهر|ordibehesht",
    3: "خرداد|جوزا|غبرگولي|غبرګولي|جوزهردان|جۆزهردان|khordad", 4: "تير|سرطان|چنگاښ|چنګاښ|پووشپهر|پووشپهڕ|tir",
    5: "مرداد|امرداد|اسد|زمري|گهلاويژ|گهلاوێژ|mordad", 6: "شهريور|سنبله|وږي|خهرمانان|shahrivar",
    7: "مهر|ميزان|تله|رهزبهر|ڕهزبهر|mehr", 8: "ابان|عقرب|لړم|گهلاريزان|گهڵاڕێزان|خهزهلوهر|خهزهڵوهر|aban",
    9: "اذر|قوس|لينديۍ|ليندي|سهرماوهز|azar", 10: "دي|جدي|مرغومي|بهفرانبار|dey",
    11: "بهمن|دلو|سلواغه|ريبهندان|رێبهندان|ڕێبهندان|bahman", 12: "اسفند|حوت|كب|رهشهمه|ڕهشهمه|رهشهمي|esfand",
}  # fmt: skip
# In these languages these names mean another month than in other languages.
ELSEWHERE = {("hr", "listopada"): 10, ("hr", "listopad"): 10, ("bs", "listopada"): 10}
# In Burmese only this mark tells two months apart. It is replaced by the letter of which it is a form, because `fold`
# removes marks.
MEDIALS = str.maketrans("\u103d", "\u101d")
# Korean and Turkish software writes the half of the day before the time, also in Latin letters: PM 2:30, ÖS 2:30.
# Without capitals and dots these words are also German (`am`) and Portuguese (`os`). So they are replaced by Chinese
# ones before a text is folded.
HALF_BEFORE = re.compile(
    r"(?<!\w)(?:(?P<am>AM|(?:[Öö]|[Oo]\u0308){2})|PM|(?:[Öö]|[Oo]\u0308)[Ss])"
    r"(?=\s{0,3}\d{1,2}:\d\d(?!\d|(?::\d\d)?\s?(?i:uhr)))"
)
# A name in one word has dots and apostrophes only between letters.
WORD_OF_MONTH = re.compile(r"[^\W\d_](?:[^\W\d_]|['.](?=[^\W\d_])){0,20}")
# The Thai calendar is this many years ahead of the Gregorian one.
BUDDHIST_YEARS = 543
# A year from this one on is read as a Gregorian year, if it is no year of the Thai calendar. Chosen: news is of this
# century or the last.
WESTERN_FROM = 1900
# Years from BUDDHIST_FROM to BUDDHIST_UNTIL are read as years of the Thai calendar; they are 1897 and 2057 in ours.
BUDDHIST_FROM, BUDDHIST_UNTIL = 2440, 2600
# Years from HIJRI_FROM to HIJRI_UNTIL are read as years of a Hijri calendar. If neither the month's name nor the
# language tells which calendar is meant, years from LUNAR_FROM on are lunar, because the lunar year 1420 is 1999 and
# the solar year 1420 is 2041.
HIJRI_FROM, HIJRI_UNTIL, LUNAR_FROM = 1300, 1500, 1420
# The tables above have the months of these languages.
CODES = """
am ar az be bg bn bs ca ckb cs cy da de el en es et eu fa fi fr ga gl he hi hr hu hy id is it ja ka kk kmr ko ku lt lv
mk ms nb nl nn no pl prs ps pt ro ru sk sl so sq sr sv sw ta th tr uk ur uz vi zh
"""
LANGUAGES = frozenset(CODES.split())


def fold(text: str) -> str:
    """The normal form of a text for looking up month names and times: without accents and vowel signs."""
    plain = normal(write_halves(text))
    if plain.isascii():
        return plain
    bare = "".join(c for c in compose(plain.translate(MEDIALS), "NFKD") if not unicodedata.category(c).startswith("M"))
    return compose(bare)


def write_halves(text: str) -> str:
    """The text, in which AM and ÖÖ before a time are replaced by 上午, and PM and ÖS by 下午."""
    return HALF_BEFORE.sub(lambda match: "上午" if match["am"] else "下午", text)


def join_months(plain: str) -> str:
    """The folded text with each month name of several words joined to one word."""
    return _COMPOUND.sub(lambda match: re.sub(r"\W", "", match.group(1)), plain)


def gregorian(day: int, name: str, year: int, language: str = "") -> tuple[int, int, int] | None:
    """The Gregorian year, month and day of a day with a month's folded name; None if there is no such month.

    The year decides the calendar: 2014, 1393 (solar Hijri), 1436 (lunar Hijri) or 2557 (Buddhist).
    """
    if not 1 <= day <= 31:
        return None
    for form in _forms(name):
        own = _SHORT.get((language, form))
        if own and year >= WESTERN_FROM:
            return find_western_year(year), own, day
        found = _NAMES.get(form)
        if not found:
            continue
        if HIJRI_FROM <= year < HIJRI_UNTIL:
            if "jalali" in found and (year < LUNAR_FROM or "hijri" not in found):
                return jalali(year, found["jalali"], day)
            return hijri(year, found["hijri"], day) if "hijri" in found else None
        if "gregorian" in found and year >= WESTERN_FROM:
            number = ELSEWHERE.get((language, form), found["gregorian"])
            return find_western_year(year), number, day
    return None


def find_western_year(year: int) -> int:
    """The Gregorian year of a year of the Thai calendar; any other year is unchanged."""
    return year - BUDDHIST_YEARS if BUDDHIST_FROM <= year < BUDDHIST_UNTIL else year


def is_month(name: str) -> bool:
    """Whether a folded word is the name of a month in any calendar."""
    return any(form in _NAMES for form in _forms(name))


def find_month(plain: str, at: int) -> int:
    """The end of a month's name that begins at this place of a folded text; 0 if none does."""
    several = _COMPOUND.match(plain, at)
    word = WORD_OF_MONTH.match(plain, several.end() - 1 if several else at)
    name = re.sub(r"\W", "", plain[at : word.end()]) if word else ""
    if not word or not (is_month(name) or _is_short(name)):
        return 0
    return word.end() + plain.startswith(".", word.end())


def _is_short(name: str) -> bool:
    """Whether a folded word is the name of a month in one of the languages of `months_of_one_language.py`."""
    # Only in Indian scripts one letter, without its vowel sign, is the name of a month.
    return any(form in _SHORT_NAMES and (len(form) > 1 or form >= "\u0900") for form in _forms(name))


def _forms(name: str) -> list[str]:
    """A word as written, then without affixes of months: Kurdish `-i`, `-e`, Hebrew `be-`, `me-`, Persian `mah`."""
    forms = [name]
    if name.endswith(("ي", "e")):
        forms.append(name[:-1])
    if name.endswith("ماه"):
        forms.append(name[:-3])
    if name[:1] in ("ב", "מ"):
        forms.append(name[1:])
    if "'" in name:
        forms.append(name.partition("'")[0])
    return forms


def _names() -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for calendar, table in (("gregorian", GREGORIAN), ("jalali", JALALI), ("hijri", HIJRI)):
        for number, names in table.items():
            for name in names.split("|"):
                found.setdefault(re.sub(r"\W", "", fold(name)), {}).setdefault(calendar, number)
    return found


def _of_several_parts() -> list[str]:
    """Month names with blanks, and the short month names of Lao, which have a dot inside."""
    names = [name for table in (GREGORIAN, JALALI, HIJRI) for names in table.values() for name in names.split("|")]
    dotted = [name for names in SHORT.values() for of_month in names.split() for name in of_month.split("|")]
    return [name for name in names if re.search(r"\W", fold(name))] + [name for name in dotted if "." in name]


def _short() -> dict[tuple[str, str], int]:
    return {
        (language, re.sub(r"\W", "", fold(name))): number
        for language, names in SHORT.items()
        for number, of_month in enumerate(names.split(), 1)
        for name in of_month.split("|")
    }


_NAMES, _SHORT = _names(), _short()
_SHORT_NAMES = frozenset(name for _, name in _SHORT)
# A number may stand directly before a name.
_COMPOUND = re.compile(
    r"(?<![^\W\d])("
    + "|".join(
        sorted(
            (re.sub(r"\W+", r"[\\s.-]+", fold(name)) for name in _of_several_parts()),
            key=len,
            reverse=True,
        )
    )
    + r")(?=\W|\d|ي|$)"
)

"""Names of people as lines write them: what stands before and after a name, and what is no person.

Only this module knows the words for offices, roles and agencies, and the words before a name in a byline. The load
stage has the words for `by` beside the time of an update (`load/data/times.tsv`).
"""

from __future__ import annotations

import re
from html import unescape

from pipelines.extract.phrases import key

# These words before the name of an author say what kind of text it is: `guest article by`.
PIECE_BY = (
    r"(?:eine? )?(?:bericht|artikel|(?:gast)?beitrag|interview|reportage|kolumne|(?:gast)?kommentar|pressemitteilung|"
    r"rezension|kritik|analyse|essay|porträt|protokoll) von|"
    r"(?:(?:this is )?an? )?(?:guest )?(?:post|essay|column|opinion|commentary) by|guest (?:article|blog) by"
)
BY = re.compile(
    r"^(?:(?:written|authored) by|words by|(?:words|report)(?=\s*:)|story by|posted by|published by|"
    r"report(?:ed|ing) by|"
    r"additional reporting by|editing by|"
    r"writing by|article by|review(?:ed)? by|text by|author|"
    r"authors|by|von|par|por|di|door|af|av|przez|autor(?:in|en|a|es|ka|zy|ský)?|auteur|text|texte|texto|testo|redactie|"
    r"a cura di|redak(?:tion|cja|ce)(?=\s*:)|redacci[óo]n(?=\s*:)|"
    r"автор|авторы|текст|подготовил[аи]?|материал подготовил[аи]?|yazan|haber|hazırlayan|yazar|نویسنده|"
    r"گزارش(?: از)?|نووسەر|بقلم|كتبه|كتبت|كتب|بواسطة|تحرير|إعداد|اعداد|الكاتب|"
    r"[ée]crit par|r[ée]dig[ée] par|propos recueillis par|"
    rf"{PIECE_BY}|"
    r"(?:geschrieben|verfasst) von|(?:escrito|redactado) por|scritto da|intervista di|geschreven door|tekst|"
    r"opracowa[łl]a?|rozmawia[łl]a?|napisa[łl]a?|записал[аи]?|беседовал[аи]?|корреспондент|muhabir|röportaj|"
    r"متابعة|حوار|به قلم|خبرنگار|گزارشگر|الكاتبة|إعداد وتحرير|"
    r"الكاتب/ة|ترجمة|تقرير|حاوره|حاورته|מאת|تحریر|作者|記者|记者|撰文|文|取材|執筆|編輯|编辑|责任编辑|na|του|"
    r"της|συντάκτης|συντάκτρια|(?:oleh|reporter)(?=\s*:)|penulis|نووسینی|ئامادەکردنی)(?!\w)\s*[:：|/／・\\–-]?\s*",
    re.IGNORECASE,
)
GLUED = re.compile(r"^(?:By|Von|Par|Por)(?=[A-ZÄÖÜÉ][a-zäöüéèñ]+ ?[A-Z])")
AFTER = re.compile(r"(?:(?<!\s)\s+)?(?:기자|記者|记者|特派員|编辑|編集委員|muhabir[ie]?)$")
ADDRESS = re.compile(r"https?:\S+|\S{1,200}@\S+|\([^()]{0,200}\)|\[[^\[\]]{0,200}\]|(?<!\w)@\w+")
# Arabic and Hebrew write `and` onto the second name, and a name can begin with the same letter. So this `and` counts
# only between two names of two words each.
AND_NAME = re.compile(
    r"(?<=[\u0621-\u064a]) و(?=[\u0621-\u064a]{2,} [\u0621-\u064a]{2,}$)|"
    r"(?<=[\u05d0-\u05ea]) ו(?=[\u05d0-\u05ea]{2,} [\u05d0-\u05ea]{2,}$)"
)
# After these words follow the names of people who edited the text.
EDITED = re.compile(r"[;.,]\s*(?:edited|editing) by .*$", re.IGNORECASE)
ENCLOSED = re.compile(r"[(\[（]([^()\[\]（）]+)[)\]）]")
BETWEEN = re.compile(
    r"(?:(?<!\s)\s+)?[;،|/•·、\n]\s*|(?<!\s)\s+(?:and|AND|und|UND|et|ET|y|ve|и|و|&|og|och|en|e|i|oraz|with|WITH|mit)\s+|"
    r"(?:(?<!\s)\s+)?&\s*|"
    r",\s*(?:and|und)\s+"
)
# This many characters of a line are examined. Chosen: patterns are slow on longer lines.
LONGEST_BYLINE_CHARACTERS = 2000
COMMA = re.compile(r"(?:(?<!\s)\s+)?[,，]\s*")
ASIDE = re.compile(r"(?<!\s)\s+[-–—]\s+.*$|(?<!\s)\s+(?:in|für|for|aus|desde|à)\s+[A-ZÄÖÜ].*$")
# A name with one of these words is an office or a company.
OFFICES = re.compile(
    r"(?<![\w-])(?:(?:web|site|news|co|chef)?-?(?:admin\w*|master|desk|team|staff|room)|newsroom|webdesk|editor\w*|"
    r"editors?|redac\w*|"
    r"redak\w*|réda\w*|rédac\w*|redatt?\w*|toimitus\w*|redazione|contribut\w+|correspond\w+|korrespond\w+|reporters?|"
    r"journalists?|"
    r"agenc\w*|agentur\w*|ajans\w*|agencia\w*|press|presse|prensa|media|medien|verlag|publish\w*|gmbh|ag|inc|ltd|llc|"
    r"corp|company|sp z o o|spol s r o|"
    r"e\.?\s?v|group|gruppe|foundation|institut\w*|university|ministry|ministerium|bundes\w+|news|nachrichten|"
    r"noticias|haber(?:ler\w*|ci|merkez\w*)?|magazin\w*|"
    r"zeitung|journal|times|daily|online|website|blog|tv|radio|user|root|anonym\w*|unknown|author|autor|"
    r"auteur|"
    r"service|services|network|studio|store|shop|club|community|report|sponsored|dpa|afp|apa|reuters|ap|afp|efe|ansa|"
    r"kna|epd|"
    r"tass|интерфакс|тасс|риа|редак\w*|новости|газета|وكاله|وكالات|فريق|هيئه|اداره|التحرير|المحرر|محرر|المحررين|"
    r"تحرير|مدير|الموقع|"
    r"موقع|صحيفه|جريده|قناه|شبكه|متابعات|رصد|خاص|مراسل|مراسلون|نيوز|رويترز|غرفه|سانا|تحريريه|خبرگزاري|سرويس|گروه|"
    r"編輯部|编辑部|通讯社|通訊社|新华社|新聞|新闻|网|網|オンライン|編集部|뉴스|일보|신문)(?![\w-])"
)
# These words mean an office if they stand alone. SID and RIA also mean one in capitals, and guest and gast as the first
# word: Guest Author. Elsewhere they may be a name: Sid Guest.
ALSO_NAMES = re.compile(r"(?i:sid|ria|guest|gast)|.*(?<!\w)(?:SID|RIA)(?!\w).*|(?i:guest|gast)\s.*")
# These words stand before the name of the person who took a picture.
PHOTO = re.compile(
    r"(?:photo(?:graph)?s?|fotos?|bild(?:er)?|image|picture|credits?|quelle|source|kuva|zdj[ęe]cie|fot\.|fotó|фото|صورة|"
    r"تصوير|تصویر|عکس|写真|圖|图)\s*(?:[:：/©|]|(?:by|von|de|par)\b)",
    re.IGNORECASE,
)
SITE = re.compile(r"(?<![\w.@-])[\w-]{1,63}(?:\.[\w-]{1,63}){0,3}\.(?:com|net|org|info|news|[a-z]{2})(?![\w.])")
OF_SITE = re.compile(r"\( ?(?:https?://|www\.)[^()]*\)")
# A name may be followed by the day: `on Monday`.
ON_DAY = re.compile(r" on (?:[A-Z][a-z]{2,5}day\b|[A-Z][a-z]{2,8}\.? \d|\d).*$")
TITLED = re.compile(
    r"^(?:(?:dr|prof|mr|mrs|ms|sir|dame|pr|dipl|ing|med|phil|mag|الدكتور|الدكتوره|د|أ|"
    r"م)\.?\s+)+",
    re.IGNORECASE,
)
CREDENTIAL = re.compile(
    r"[A-Z]{2,6}(?:[- ][A-Z]{1,4})?|M\.?D\.?|Ph\.?\s?D\.?|Jr\.?|Sr\.?|[A-Z][a-z]{0,3}\.(?:\s?[A-Z][a-z]{0,3}\.)*|Esq\.?"
)
# A first and a last name in capitals look like two degrees. But no degree in such a pair has more than three letters.
IN_CAPITALS = re.compile(r"[A-Z]{4,40} [A-Z]{2,40}|[A-Z]{2,3} [A-Z]{4,40}")
NO_NAME = re.compile(
    r"\d|@|www\.|\.(?:com|net|org|de|ru|info)\b|[<>{}=:#?!*_]|"
    r"\b(?:getty\w*|istock\w*|images?|photos?|fotos?|updated|https?)\b",
    re.IGNORECASE,
)
SAYS_BY = re.compile(
    r"(?:by|(?:written|authored) by|words by|story by|posted by|report(?:ed|ing) by|von|par|por|di|door|af|av|автор|"
    r"подготовил[аи]?|"
    r"материал подготовил[аи]?|yazan|haber|hazırlayan|نویسنده|گزارش از|بقلم|كتبه|كتبت|كتب|"
    r"[ée]crit par|r[ée]dig[ée] par|propos recueillis par|"
    rf"{PIECE_BY}|"
    r"(?:geschrieben|verfasst) von|(?:escrito|redactado) por|scritto da|geschreven door|opracowa[łl]a?|rozmawia[łl]a?|"
    r"napisa[łl]a?|به قلم|إعداد|اعداد|الكاتب|מאת|作者|記者|记者|autor(?:in(?:nen)?|en)?)(?:\s*[:：|/]\s*|\s+|$)"
    # These words also begin sentences: only with a colon are they labels.
    r"|(?:text|auteure?|autrice|autore|authors?|verfasser(?:in)?|redak(?:tion|cja)|redacci[óo]n|texto|testo|texte|tekst|текст|تقرير|حوار|متابعة|تحرير|گزارش|خبرنگار|muhabir|röportaj|words|report|συντάκτης|συντάκτρια|oleh|penulis|reporter|تحریر|نووسینی|نووسەر|ئامادەکردنی|"
    r"文|撰文|取材|執筆)\s*[:：/／・]\s*",
    re.IGNORECASE,
)
# These texts stand in the place of a name and are no name: a person's occupation, or labels of the page.
ROLE = re.compile(
    r"(?:co-?)?(?:founder|ceo|cto|coo|owner|head|chief|director|licensed|certified|senior|junior|managing|freelance)\b|"
    r"special (?:to|for)|"
    r"(?:sign|log) (?:in|up)|(?:read|learn) more|(?:view|show|all|more|about|alle|zeige|mehr|über|voir|tous|"
    r"sobre|vedi|tutti|tümü)\b",
    re.IGNORECASE,
)
# NAME_WORDS: one name has at most this many words. Chosen: Arabic and Spanish names have up to five. NAMES_WORDS: a
# line may hold several names if it has at least this many words.
NAME_WORDS, NAMES_WORDS = 5, 4
# A word in small letters inside a name, such as `della`, has at most this many letters. Chosen: a longer word belongs
# to a sentence.
PARTICLE_LETTERS = 5
# One name has at most this many characters. Chosen: a longer text is an office or a sentence.
LONGEST_NAME_CHARACTERS = 60
# A line of authors has at most this many characters. Chosen: a longer line is a sentence.
LONGEST_LINE_CHARACTERS = 120
# One element has at most this many lines of authors. Chosen: more lines are a list of the staff.
SEVERAL_LINES = 4
# If a name is one word in small Latin letters, it has at least this many letters.
LEAST_NAME_LETTERS = 3


def people(text: str) -> list[str]:
    """The names of persons in a line such as `By A. Novak and B. Dvořák, Prague`, cleaned."""
    if len(text) > SEVERAL_LINES * LONGEST_LINE_CHARACTERS:
        return []
    line = " ".join(unescape(text[:LONGEST_BYLINE_CHARACTERS]).split())
    if PHOTO.match(line) or OF_SITE.search(line):
        return []
    line = ON_DAY.sub("", line)
    enclosed = ENCLOSED.fullmatch(line)
    line = ADDRESS.sub(" ", EDITED.sub("", enclosed[1] if enclosed else line)).strip()
    if len(line) > LONGEST_LINE_CHARACTERS:
        return []
    line = without_by(line)
    if len(line.split()) >= NAMES_WORDS:
        line = AND_NAME.sub("; ", line)
    found: list[str] = []
    for part in BETWEEN.split(line):
        pieces = [piece for piece in COMMA.split(part) if piece]
        # «Gmunden Verlag GmbH, Nürnberg, Germany»: the places of an office are not persons.
        if any(map(is_office, pieces)):
            pieces = [piece for piece in pieces[:1] if not is_office(piece)]
        whole = [piece for piece in pieces if " " in piece.strip()]
        for piece in whole or pieces:
            name = _clean_name(piece)
            if _is_person(name):
                found.append(name)
    return found


def without_by(line: str) -> str:
    line = GLUED.sub("", line)
    while (bare := BY.sub("", line)) != line and bare:
        line = bare
    return line


def is_office(piece: str) -> bool:
    """Whether a piece of a line names an office, an agency, a company or a site."""
    return bool(OFFICES.search(key(piece)) or SITE.search(piece) or ALSO_NAMES.fullmatch(piece.strip()))


def may_be_called(name: str, handle: str) -> bool:
    """Whether a short form or a handle can belong to a name: Ada, adaquill, aquill or ada-quill to Ada Quill."""
    words, joined = key(name).split(), "".join(key(handle).split())
    return joined in (*words, "".join(words), f"{words[0][:1]}{words[-1]}", f"{words[0]}{words[-1][:1]}")


def _clean_name(name: str) -> str:
    """A name without what precedes and follows it: «by», title, office, place, credentials."""
    name = AFTER.sub("", without_by(name.strip()))
    name = " ".join(ASIDE.sub("", name).split())
    bare = TITLED.sub("", name)
    name = (bare if " " in bare else name).strip(" -–—:.,*'\"“”|/«»©")
    # Some pages write a name once for each size of screen.
    half = len(name) // 2
    return name[:half] if name[:half] == name[half + 1 :] and name[half : half + 1] == " " else name


def _is_person(name: str) -> bool:
    if not name or len(name) > LONGEST_NAME_CHARACTERS or NO_NAME.search(name):
        return False
    if CREDENTIAL.fullmatch(name) and not IN_CAPITALS.fullmatch(name):
        return False
    its_key = key(name)
    if is_office(name) or len(its_key) < 2 or ROLE.match(name) or SAYS_BY.fullmatch(name):
        return False
    if name.islower() and name.isascii() and " " not in name and len(name) < LEAST_NAME_LETTERS:
        return False
    return len(name.split()) <= NAME_WORDS


def is_full(name: str) -> bool:
    """Whether a name has at least two words, the first and the last of them with a capital if their script has
    capitals. Words in small letters may be between them, if they are few and short; al-Haj does not count as one of
    these. So other texts in bylines are no full names: `Montag an fahren wieder Busse`.
    """
    parts = [part for part in name.split() if len(part) > 1]
    if re.search(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]", name):
        return 2 <= len(name.replace(" ", "")) <= NAME_WORDS
    if len(name.split()) < 2 or not parts or parts[0][0].islower() or parts[-1][0].islower():
        return False
    small = [part for part in parts if part.islower()]
    return 2 * len(small) <= len(parts) and all(len(part) <= PARTICLE_LETTERS for part in small)

"""Who wrote an article: people only, without roles, offices, agencies, addresses and the site's own names.

The evidence, best first: JSON-LD, meta elements, the names in the feed, bylines on the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from html import unescape
from typing import Any

from lxml.html import HtmlElement

from pipelines.dates import months
from pipelines.dates.written import WEEKDAYS
from pipelines.extract.fields import json_ld
from pipelines.extract.phrases import key

METAS = (
    "author", "article:author", "byl", "dc.creator", "dcterms.creator", "parsely-author", "sailthru.author",
    "article:author_name", "article:author:name", "cxenseparse:author", "mrf:authors", "og:article:author", "authors",
    "citation_author", "dcsext.author", "shareaholic:article_author_name", "rbauthors",
)  # fmt: skip
# Cards for social networks carry pairs of label and value. The first pair names who wrote the page, in the page's
# language.
LABELS = (("twitter:label1", "twitter:data1"), ("twitter:label2", "twitter:data2"))
WRITTEN_BY = re.compile(
    r"(?:written|posted|published) by|authors?|by|(?:geschrieben|verfasst) von|autor(?:in|en|a|es)?|escrito por|"
    r"[ée]crit par|auteur|scritto da|autore|geschreven door|napisane przez|skre?vet av|skrevet af|kirjoittanut|"
    r"napsal[ai]?|yazan|yazar|автор|написано|كتب بواسطة|كُتب بواسطة|الكاتب|نویسنده|נכתב על ידי|作者|投稿者|"
    r"執筆者|글쓴이",
    re.IGNORECASE,
)
LAST_NAME_FIRST = ("citation_author", "dc.creator", "dcterms.creator")
BY = re.compile(
    r"^(?:written by|words by|(?:words|report)(?=\s*:)|story by|posted by|published by|report(?:ed|ing) by|"
    r"additional reporting by|editing by|"
    r"writing by|article by|review(?:ed)? by|text by|author|"
    r"authors|by|von|par|por|di|door|af|av|przez|autor(?:in|en|a|es|ka|zy|ský)?|auteur|text|texte|texto|testo|redactie|"
    r"a cura di|"
    r"автор|авторы|текст|подготовил[аи]?|материал подготовил[аи]?|yazan|haber|hazırlayan|yazar|نویسنده|"
    r"گزارش(?: از)?|نووسەر|بقلم|كتبه|كتبت|كتب|بواسطة|تحرير|إعداد|اعداد|الكاتب|"
    r"[ée]crit par|r[ée]dig[ée] par|propos recueillis par|"
    r"(?:ein(?:e)? )?(?:bericht|artikel|beitrag|interview|reportage) von|"
    r"(?:geschrieben|verfasst) von|(?:escrito|redactado) por|scritto da|intervista di|geschreven door|tekst|"
    r"opracowa[łl]a?|rozmawia[łl]a?|napisa[łl]a?|записал[аи]?|беседовал[аи]?|корреспондент|muhabir|röportaj|"
    r"متابعة|حوار|به قلم|خبرنگار|گزارشگر|الكاتبة|إعداد وتحرير|"
    r"الكاتب/ة|ترجمة|تقرير|حاوره|حاورته|מאת|تحریر|作者|記者|记者|撰文|文|編輯|编辑|责任编辑|na|του|"
    r"της)(?!\w)\s*[:：|/\\–-]?\s*",
    re.IGNORECASE,
)
GLUED = re.compile(r"^(?:By|Von|Par|Por)(?=[A-ZÄÖÜÉ][a-zäöüéèñ]+ ?[A-Z])")
AFTER = re.compile(r"(?:(?<!\s)\s+)?(?:기자|記者|记者|特派員|编辑|編集委員|muhabir[ie]?)$")
ADDRESS = re.compile(r"https?:\S+|\S{1,200}@\S+|\([^()]{0,200}\)|\[[^\[\]]{0,200}\]|(?<!\w)@\w+")
# Arabic writes `and` onto the second name, and a name can begin with the same letter. So this `and` counts only between
# two names of two words each.
AND_NAME = re.compile(r"(?<=[\u0621-\u064a]) و(?=[\u0621-\u064a]{2,} [\u0621-\u064a]{2,}$)")
# Who edited what others wrote.
EDITED = re.compile(r"[;.,]\s*(?:edited|editing) by .*$", re.IGNORECASE)
# What follows the author: who else worked on it, and where or for whom it was written.
ASIDE_OF_BYLINE = re.compile(
    r"[;,.|]?\s(?:(?:photos?|photographs?|pictures?|video|graphics|illustrations?|additional reporting|edit(?:ed|ing))"
    r"(?: and \w+)? by|(?:in|for|at|aus|für|à|pour|desde|para|da|per)(?= (?:the )?[A-ZÄÖÜÉ]))\s[^.:!?]*$",
)
ENCLOSED = re.compile(r"[(\[（]([^()\[\]（）]+)[)\]）]")
JOINED = re.compile(r"(?<!\w)(?:and|und|et|y|ve|и|و|og|och|en|e|i|oraz|with|by|von|par|por|di|door)(?!\w)")
DIGITS = re.compile(r"(?<!\s)\s*+[|•·]\s*+(?=[^|•·]*\d)|(?<!\s)\s++\d")
WEEKDAY_NAMES = {name for names in WEEKDAYS for name in names}
JOINING = re.compile(r"\s*(?:[,،;/&•]|and|und|et|y|ve|и|و|og|och|en|e|i|oraz)\s*", re.IGNORECASE)
BETWEEN = re.compile(
    r"(?:(?<!\s)\s+)?[;،|/•·、\n]\s*|(?<!\s)\s+(?:and|AND|und|UND|et|ET|y|ve|и|و|&|og|och|en|e|i|oraz|with|WITH|mit)\s+|"
    r"(?:(?<!\s)\s+)?&\s*|"
    r",\s*(?:and|und)\s+"
)
# Characters of a line that are examined. Chosen: patterns are slow on longer lines.
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
    r"corp|company|"
    r"e\.?\s?v|group|gruppe|foundation|institut\w*|university|ministry|ministerium|bundes\w+|news|nachrichten|"
    r"noticias|haber\w*|magazin\w*|"
    r"zeitung|journal|times|daily|online|website|blog|tv|radio|guest|gast|user|root|anonym\w*|unknown|author|autor|"
    r"auteur|"
    r"service|services|network|studio|store|shop|club|community|report|sponsored|dpa|afp|apa|reuters|ap|afp|efe|ansa|"
    r"sid|kna|epd|"
    r"tass|ria|интерфакс|тасс|риа|редак\w*|новости|газета|وكاله|وكالات|فريق|هيئه|اداره|التحرير|المحرر|محرر|المحررين|"
    r"تحرير|مدير|الموقع|"
    r"موقع|صحيفه|جريده|قناه|شبكه|متابعات|رصد|خاص|مراسل|مراسلون|نيوز|رويترز|غرفه|سانا|تحريريه|خبرگزاري|سرويس|گروه|"
    r"編輯部|编辑部|通讯社|通訊社|新华社|新聞|新闻|网|網|オンライン|編集部|뉴스|일보|신문)(?![\w-])"
)
TITLED = re.compile(
    r"^(?:(?:dr|prof|mr|mrs|ms|sir|dame|pr|dipl|ing|med|phil|mag|mba|ph\.?d|md|dvm|rd|cpa|الدكتور|الدكتوره|د|أ|"
    r"م)\.?\s+)+",
    re.IGNORECASE,
)
CREDENTIAL = re.compile(
    r"[A-Z]{2,6}(?:[- ][A-Z]{1,4})?|M\.?D\.?|Ph\.?\s?D\.?|Jr\.?|Sr\.?|[A-Z][a-z]{0,3}\.(?:\s?[A-Z][a-z]{0,3}\.)*|Esq\.?"
)
NO_NAME = re.compile(
    r"\d|@|www\.|\.(?:com|net|org|de|ru|info)\b|[<>{}=:#?!*_]|getty|istock|image|photo|foto|updated|http", re.IGNORECASE
)
STRANGERS = re.compile(r"comment|related|sidebar|footer|widget|recommend|popular|recent|disqus|reply", re.IGNORECASE)
NOT_CALLED = re.compile(
    r"date|time|image|img|photo|avatar|comment|social|follow|count|title|role|job|more", re.IGNORECASE
)
SAYS_BY = re.compile(
    r"(?:by|written by|words by|story by|posted by|report(?:ed|ing) by|von|par|por|di|door|af|av|автор|подготовил[аи]?|"
    r"материал подготовил[аи]?|yazan|haber|hazırlayan|نویسنده|گزارش از|بقلم|كتبه|كتبت|كتب|"
    r"[ée]crit par|r[ée]dig[ée] par|propos recueillis par|"
    r"(?:ein(?:e)? )?(?:bericht|artikel|beitrag|interview|reportage) von|"
    r"(?:geschrieben|verfasst) von|(?:escrito|redactado) por|scritto da|geschreven door|opracowa[łl]a?|rozmawia[łl]a?|"
    r"napisa[łl]a?|به قلم|إعداد|اعداد|الكاتب|מאת|作者|記者|记者|text|autor(?:in)?)(?:\s*[:：|/]\s*|\s+|$)"
    # These words also begin sentences: only with a colon are they labels.
    r"|(?:texto|testo|texte|tekst|текст|تقرير|حوار|متابعة|تحرير|گزارش|خبرنگار|muhabir|röportaj|words|report)\s*[:：/]\s*",
    re.IGNORECASE,
)
AUTHORS_PAGE = re.compile(
    r"/(?:authors?|autor(?:en|es)?|auteurs?|profiles?|people|writers?|reporters?|journalists?|by)/[^/?#]{3,}/?(?:[?#]|$)",
    re.IGNORECASE,
)
# Texts in the place of a name that are no name: what somebody does, or a page prints.
ROLE = re.compile(
    r"(?:co-?)?(?:founder|ceo|cto|coo|owner|head|chief|director|licensed|certified|senior|junior|managing|freelance)\b|"
    r"(?:sign|log) (?:in|up)|(?:read|learn) more|view (?:all|profile)|about (?:us|the)",
    re.IGNORECASE,
)
PROFILE = re.compile(r"author|autor|auteur|profile|people|/by/|team|staff|writer|journalist|contribut", re.IGNORECASE)
# The most words of one name, and the fewest of a line that may hold several names. Chosen: Arabic and Spanish names
# have up to five.
NAME_WORDS, NAMES_WORDS = 5, 4
# The most words of a role. Chosen: a longer one is a sentence.
ROLE_WORDS = 4
# The most characters of one name. Chosen: a longer one is an office or a sentence.
LONGEST_NAME_CHARACTERS = 60
# Characters of a line of authors. Chosen: longer is a sentence.
LONGEST_LINE_CHARACTERS = 120
# Words of a line of authors. Chosen: four names with their "and"; longer is a sentence.
LINE_WORDS = 14
# Lines of authors in one element. Chosen: more is a list of the staff.
SEVERAL_LINES = 4
# From how many small letters on a word of a name is not an initial.
LEAST_NAME_LETTERS = 3
# The most words of one part of a line, between its separators, that is a name.
PART_WORDS = 3
# Authors of one article. Chosen: more is a list of the staff.
MAX_AUTHORS = 10
# Lines near the head that are examined. Chosen: a byline is among the first.
MAX_LOOKS = 8
MARKED = (
    "a", "span", "div", "p", "address", "li", "ul", "strong", "em", "small", "i", "b", "h3", "h4", "h5", "td",
    "section",
)  # fmt: skip
STEMS = (
    "author", "byline", "writer", "reporter", "autor", "auteur", "journalist", "redact", "contributor", "yazar",
    "muhabir",
)  # fmt: skip


def find(
    tree: HtmlElement,
    meta: dict[str, list[str]],
    node: json_ld.Node,
    nodes: Sequence[json_ld.Node],
    given: Sequence[str],
    sites: set[str],
) -> tuple[str, ...]:
    """The names of an article's authors in order, at most ten.

    meta, node, nodes: what the page says for machines.
    given: the names in the feed.
    sites: keys (phrases.key) of the site's own names and of its host.
    """
    persons, others = _authors_of_json_ld(node, nodes)
    nobody = sites | {key(name) for name in others} | {key(json_ld.text(node.get("publisher")))}
    # If a site is called after its author, its name is the author's.
    nobody -= {key(name) for name in persons if 1 < len(name.split()) <= NAME_WORDS}
    sources: tuple[Callable[[], Iterable[str]], ...] = (
        lambda: persons, lambda: _metas(meta), lambda: _find_labelled(meta), lambda: given, lambda: _bylines(tree),
        lambda: _find_profiled(tree),
    )  # fmt: skip
    for names in sources:
        found: dict[str, str] = {}
        for name in names():
            for person in people(name):
                its_key = key(person)
                if its_key not in nobody:
                    found.setdefault(its_key, person)
        if found:
            return tuple(found.values())[:MAX_AUTHORS]
    return ()


def only_names(line: str, names: Sequence[str]) -> bool:
    """Whether a line says only that it is by some of these people."""
    if not names or len(line) > LONGEST_LINE_CHARACTERS:
        return False
    said = _without_by(ASIDE_OF_BYLINE.sub("", line.strip(" ([（)]）")))
    rest = f" {key(said)} "
    for name in sorted(map(key, names), key=len, reverse=True):
        rest = rest.replace(f" {name} ", " ").replace(f" و{name} ", " ")
    named = rest.strip() != key(said)
    left = JOINED.sub(" ", rest).split()
    # The bearer's role follows the name: a senior political correspondent.
    return named and (not left or (len(left) <= ROLE_WORDS and bool(OFFICES.search(" ".join(left)))))


def people(text: str) -> list[str]:
    """The names of persons in a line such as `By A. Novak and B. Dvořák, Prague`, cleaned."""
    if len(text) > SEVERAL_LINES * LONGEST_LINE_CHARACTERS:
        return []
    line = " ".join(unescape(text[:LONGEST_BYLINE_CHARACTERS]).split())
    enclosed = ENCLOSED.fullmatch(line)
    line = ADDRESS.sub(" ", EDITED.sub("", enclosed[1] if enclosed else line)).strip()
    if len(line) > LONGEST_LINE_CHARACTERS:
        return []
    line = _without_by(line)
    if len(line.split()) >= NAMES_WORDS:
        line = AND_NAME.sub("; ", line)
    found: list[str] = []
    for part in BETWEEN.split(line):
        pieces = [piece for piece in COMMA.split(part) if piece]
        # «Gmunden Verlag GmbH, Nürnberg, Germany»: the places of an office are not persons.
        if any(OFFICES.search(key(piece)) for piece in pieces):
            pieces = [piece for piece in pieces[:1] if not OFFICES.search(key(piece))]
        whole = [piece for piece in pieces if " " in piece.strip()]
        for piece in whole or pieces:
            name = _clean_name(piece)
            if _is_person(name):
                found.append(name)
    return found


def _without_by(line: str) -> str:
    line = GLUED.sub("", line)
    while (bare := BY.sub("", line)) != line and bare:
        line = bare
    return line


def _clean_name(name: str) -> str:
    """A name without what precedes and follows it: «by», title, office, place, credentials."""
    name = AFTER.sub("", _without_by(name.strip()))
    name = " ".join(ASIDE.sub("", name).split())
    bare = TITLED.sub("", name)
    return (bare if " " in bare else name).strip(" -–—:.,*'\"“”|/«»")


def _is_person(name: str) -> bool:
    if not name or len(name) > LONGEST_NAME_CHARACTERS or NO_NAME.search(name) or CREDENTIAL.fullmatch(name):
        return False
    its_key = key(name)
    if OFFICES.search(its_key) or len(its_key) < 2 or ROLE.match(name) or SAYS_BY.fullmatch(name):
        return False
    if name.islower() and name.isascii() and " " not in name and len(name) < LEAST_NAME_LETTERS:
        return False
    return len(name.split()) <= NAME_WORDS


def _authors_of_json_ld(node: json_ld.Node, nodes: Sequence[json_ld.Node]) -> tuple[list[str], list[str]]:
    """The persons and organisations that JSON-LD names as authors. References are resolved. If no author is named and
    the page describes one person, this person is taken.
    """
    by_id = {str(one["@id"]): one for one in nodes if one.get("@id") and one.get("name")}
    given: Any = node.get("author") or node.get("creator") or []
    listed = given if isinstance(given, list) else [given]
    resolved = [
        by_id.get(str(one["@id"]), one) if isinstance(one, dict) and one.get("@id") and not one.get("name") else one
        for one in listed
    ]
    persons, others = json_ld.people(resolved)
    # Personal blogs call themselves person and organisation at once.
    both = [one for one in resolved if isinstance(one, dict) and "Person" in json_ld.types(one)]
    persons += [name for name in (json_ld.text(one.get("name")) for one in both) if name in others]
    others = [name for name in others if name not in persons]
    if not persons and not given:
        alone = [json_ld.text(one.get("name")) for one in nodes if "Person" in json_ld.types(one)]
        persons = [name for name in dict.fromkeys(alone) if name] if len(set(alone)) == 1 else []
    return persons, others


def _metas(meta: dict[str, list[str]]) -> Iterator[str]:
    for name in METAS:
        for value in meta.get(name, ()):
            turned = COMMA.split(value)
            if name in LAST_NAME_FIRST and len(turned) == 2 and " " not in turned[0]:
                yield f"{turned[1]} {turned[0]}"
            elif not value.startswith(("http", "/")):
                yield value


def _find_labelled(meta: dict[str, list[str]]) -> Iterator[str]:
    for label, said in LABELS:
        if any(WRITTEN_BY.fullmatch(text.strip(" :：")) for text in meta.get(label, ())):
            yield from meta.get(said, ())


def _find_profiled(tree: HtmlElement) -> list[str]:
    """The name on the links to pages of people, if the page links to only one person."""
    names: dict[str, str] = {}
    for link in tree.iter("a"):
        if AUTHORS_PAGE.search(link.get("href") or "") and not _stranger(link):
            text = " ".join(link.text_content().split())
            if _is_full(text) and len(text.split()) <= NAME_WORDS:
                names.setdefault(key(text), text)
    return list(names.values()) if len(names) == 1 else []


def _bylines(tree: HtmlElement) -> list[str]:
    """The names in the first line of the page that is marked as a byline or begins like one, and names somebody."""
    looked = 0
    for element in tree.iter(*MARKED):
        sure = _is_marked(element)
        name = element.get("class") or element.get("id") or element.get("data-testid") or ""
        if not sure and (not name or not _is_called_so(name)):
            continue
        if not _stranger(element):
            for line in _lines(element):
                if any(sure or _is_full(person) for person in people(line)):
                    return [line, *_marked_beside(element)] if sure else [line]
            looked += 1
        if looked == MAX_LOOKS:
            break
    for element in tree.iter("p", "span", "div", "address", "em", "strong", "li", "cite", "small", "font", "td", "b"):
        text = _before_date(element.text) if element.text and len(element.text) < LONGEST_LINE_CHARACTERS else ""
        if text and len(text) < LONGEST_LINE_CHARACTERS and SAYS_BY.match(text.lstrip(" \n\t([（")):
            line = _said_by(element, " ".join(text.split()))
            if line and any(map(_is_full, people(line))) and not _stranger(element):
                return [line]
    return []


def _before_date(text: str) -> str:
    """A line up to the day, the count or the bar after the name."""
    if not any(map(str.isdigit, text)):
        return text
    line = DIGITS.split(text)[0].rstrip(" -–—|•·,،:")
    head, _, last = line.rpartition(" ")
    return head.rstrip(" -–—|•·,،:") if last and months.fold(last) in WEEKDAY_NAMES else line


def _marked_beside(first: HtmlElement) -> list[str]:
    """The other names that are marked as authors in the same line as the first one."""
    line = first.getparent()
    # A list or a box for each name.
    for _ in range(2):
        if line is None or len(" ".join(line.text_content().split()).split()) > LINE_WORDS:
            return []
        marked = [one for one in line.iter() if isinstance(one.tag, str) and _is_marked(one) and one is not first]
        if marked:
            return [" ".join(one.text_content().split()) for one in marked][:MAX_AUTHORS]
        line = line.getparent()
    return []


def _is_marked(element: HtmlElement) -> bool:
    return element.get("itemprop") == "author" or (element.tag == "a" and "author" in (element.get("rel") or ""))


def _is_called_so(name: str) -> bool:
    """Whether an element's name says that it is a byline, and not the picture or the day beside one."""
    name = name.lower()
    return any(stem in name for stem in STEMS) and not NOT_CALLED.search(name)


def _said_by(element: HtmlElement, text: str) -> str:
    """A line that begins with «by», up to its end. If it is «by» alone, the text in or right after the element."""
    if len(text.split()) > 1 and not SAYS_BY.fullmatch(text):
        return text if len(text.split()) <= LINE_WORDS else ""
    following = next(iter(element), None)
    if following is None:
        following = element.getnext()
    if following is None or not isinstance(following.tag, str):
        return ""
    whole = " ".join(element.text_content().split())
    if len(whole.split()) <= LINE_WORDS and len(people(whole)) > 1:
        return whole
    line = " ".join(following.text_content().split())
    return line if len(line.split()) <= NAME_WORDS else ""


def _is_full(name: str) -> bool:
    """Whether a name has at least two words, in capitals if its script has any. Other texts in bylines do not."""
    parts = [part for part in name.split() if len(part) > 1]
    if re.search(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]", name):
        return 2 <= len(name.replace(" ", "")) <= NAME_WORDS
    return len(name.split()) > 1 and bool(parts) and not (parts[0][0].islower() or parts[-1][0].islower())


def _lines(element: HtmlElement) -> Iterator[str]:
    """The texts of a byline, best first: its links, its first piece without the role after it, all of it."""
    if element.tag == "meta":
        return
    named = [child for child in element.iter("a") if PROFILE.search(child.get("href") or "")]
    links = [" ".join(child.text_content().split()) for child in named if child is not element]
    if any(links) and len(links) <= MAX_AUTHORS:
        yield "; ".join(link for link in links if link)
    parts = [part for part in (" ".join(text.split()) for text in element.itertext()) if part][: 2 * MAX_AUTHORS]
    whole = " ".join(parts)
    if len(parts) > 1 and 2 <= len(parts[0].split()) <= PART_WORDS and not SAYS_BY.match(parts[0]):
        yield parts[0]
    # A name, a comma, another one, "and", and a third.
    if len(parts) > 3 and JOINING.fullmatch(parts[2]) and len(whole.split()) <= LINE_WORDS:
        yield whole
    if len(parts) > 1 and SAYS_BY.fullmatch(parts[0]) and 2 <= len(parts[1].split()) <= PART_WORDS:
        yield parts[1]
    if whole and len(whole.split()) <= LINE_WORDS:
        yield whole


def _stranger(element: HtmlElement) -> bool:
    return any(
        ancestor.tag in ("nav", "footer")
        or STRANGERS.search(f"{ancestor.get('class') or ''} {ancestor.get('id') or ''}")
        for ancestor in (element, *element.iterancestors())
        if ancestor.tag not in ("body", "html")
    )

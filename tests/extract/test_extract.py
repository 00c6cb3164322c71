"""One page in, an article or a rejection out: synthetic pages in the shapes that news systems print."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.codes import Reason
from pipelines.extract import markup
from pipelines.extract.extraction import extract_page
from pipelines.extract.text import block_chances, by_trafilatura
from pipelines.model import Article, Entry, Expect, Rejection, Source
from tests.examples import drawn
from tests.pages import (
    BODY,
    REJECTED,
    SHAPES,
    SOURCE,
    TITLE,
    article,
    html,
    page,
    rejection,
    story,
)
from tests.quay import LIBRARY, QUAY, every_language


@pytest.mark.parametrize("shape", SHAPES)
def test_the_body_is_exact_in_every_shape(shape: str) -> None:
    made = article(html(SHAPES[shape], title=f"{TITLE} - صحيفة الجسر"))

    assert made.text.split("\n") == BODY
    assert made.title == TITLE


def test_a_byte_order_mark_inside_the_page_shows_nothing_and_is_not_kept() -> None:
    made = article(html(story([f"\ufeff{line}" for line in BODY])))

    assert made.text.split("\n") == BODY


def test_what_was_cut_is_kept_with_its_reason_in_page_order() -> None:
    made = article(html(SHAPES["box"]))

    assert [(r.text[:10].strip(), r.reason.split(" (")[0]) for r in made.removed if r.reason != "title"] == [
        ("0", "counter"),
        ("شارك هذا ا", "phrase: share"),
        ("اترك تعليق", "phrase: comment"),
        ("يستعمل موق", "phrase: notice"),
    ]


def test_what_a_source_prunes_is_cut_wherever_it_stands_and_kept_with_its_reason() -> None:
    told = "يقول محررونا إن هذا الصندوق يتكرر في كل مقال من مقالات الصحيفة ولا صلة له بما ورد فيه."
    inside = story([BODY[0], f"<b class=house>{told}</b>", *BODY[1:]])
    pruning = replace(SOURCE, prune=("//b[@class='house']",))

    whole, pruned = article(html(inside)), article(html(inside), source=pruning)

    assert told in whole.text
    assert pruned.text.split("\n") == BODY
    assert [r.text for r in pruned.removed if r.reason == "prune of the source"] == [told]


def test_pruning_a_part_of_a_pruned_part_or_the_page_itself_costs_nothing_else() -> None:
    pruning = replace(SOURCE, prune=("//aside", "//aside//li", "//body", "/html"))

    made = article(html(SHAPES["theme"], title=f"{TITLE} - صحيفة الجسر"), source=pruning)

    assert made.text.split("\n") == BODY


def test_readers_comments_are_no_part_of_a_short_item() -> None:
    said = "شكراً لكم على هذا الجسر الجميل الذي انتظرناه طويلاً."
    comments = (
        f"<div id=comments><h2>تعليقان</h2><ol class=comment-list><li class=comment><p>{said}</p></li></ol></div>"
    )

    made = article(html(f"<main>{story(BODY[:1])}{comments}</main>"))

    assert made.text == BODY[0]


def test_the_fifth_identical_page_is_the_same_as_the_first() -> None:
    texts = [article(html(SHAPES["theme"])).text for _ in range(5)]

    assert texts == ["\n".join(BODY)] * 5


def test_joiners_stay_in_persian_words() -> None:
    lines = [
        "اصلاح\u200cطلبان می\u200cگویند که پل قدیمی شهر پس از دو سال بازسازی به\u200cزودی باز می\u200cشود.",
        "شهردار گفت سنگ\u200cهای اصلی به جای خود بازگشته\u200cاند و خودروها اجازه\u200cی عبور از پل ندارند.",
    ]

    made = article(html(story(lines).replace("\u200c", "&zwnj;")), source=SOURCE_FA)

    assert made.text.split("\n") == lines
    assert made.language == "fa"


@pytest.mark.parametrize("there", ["⸱⸳⸰⸲⸴⸵⸷⸹", "⸱⸳⸰⸲⸴⸵⸷⸹\ue000\u2801"])
def test_joiners_stay_on_a_page_that_holds_every_character_that_stands_in_for_them(there: str) -> None:
    lines = [
        f"اصلاح\u200cطلبان می\u200cگویند \u200d پل قدیمی شهر پس از دو سال بازسازی {n} باز می\u200cشود." for n in "۱۲۳۴"
    ]

    made = article(html(story(lines) + f"<footer>{there}</footer>"), source=SOURCE_FA)

    assert made.text == "\n".join(lines)


SOURCE_FA = Source(name="pol", title="پل", url="https://pol.test/", country="IR", language="fa", timezone="Asia/Tehran")
LABELS = ["", "windows-1256", "utf-8", "iso-8859-1", "no-such-charset"]


@pytest.mark.parametrize("charset", ["windows-1256", "utf-8"])
@pytest.mark.parametrize("header", LABELS)
@pytest.mark.parametrize("meta", LABELS)
def test_the_bytes_are_believed_more_than_the_labels(charset: str, header: str, meta: str) -> None:
    head = f'<meta http-equiv="Content-Type" content="text/html; charset={meta}">' if meta else ""
    body = html(story(), head).encode(charset)

    made = article(body, f"text/html; charset={header}" if header else "text/html")

    assert (made.title, made.text) == (TITLE, "\n".join(BODY))


def test_a_broken_byte_costs_one_letter_and_not_the_charset() -> None:
    body = html(story()).encode().replace("الحجارة".encode(), "الحجارة".encode()[:-1])

    assert article(body).text.split("\n")[2:] == BODY[2:]


def test_a_compressed_body_is_read() -> None:
    headers = (("Content-Type", "text/html"), ("Content-Encoding", "gzip"))

    assert article(gzip.compress(html(story()).encode()), headers=headers).text == "\n".join(BODY)


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "application/gzip", "application/octet-stream"])
def test_a_page_that_is_a_gzip_file_is_read_like_another(kind: str) -> None:
    url = "https://jisr.test/news/2026/11/bridge.html.gz"
    page_of_file = article(gzip.compress(html(story()).encode()), headers=(("Content-Type", kind),), url=url)

    assert page_of_file.text == "\n".join(BODY)


@pytest.mark.parametrize("between", ["\\n", "\\r\\n", "\\n\\n"])
def test_a_text_for_machines_whose_lines_end_in_an_escape_has_lines(between: str) -> None:
    node = {"@type": "NewsArticle", "headline": TITLE, "articleBody": between.join(BODY)}
    data = f'<script type="application/ld+json">{json.dumps(node, ensure_ascii=False)}</script>'

    assert article(html(f"<h1>{TITLE}</h1><div id=app></div>", data)).text.split("\n") == BODY


def test_a_text_that_is_whole_only_in_json_ld_is_taken_from_there() -> None:
    node = {"@type": "NewsArticle", "headline": TITLE, "articleBody": "\n\n".join(BODY)}
    head = f'<script type="application/ld+json">{json.dumps(node)}</script>'

    made = article(html(story(BODY[:1]), head))

    assert made.text.split("\n") == BODY


@every_language
@pytest.mark.parametrize(
    "shell", ["<div id=root></div>", "<noscript>Enable JavaScript.</noscript><script src=/a.js></script>"]
)
def test_of_a_page_that_scripts_draw_the_text_for_machines_is_the_text(language: str, shell: str) -> None:
    printed = QUAY[language]
    node = {"@type": "NewsArticle", "headline": printed.title, "articleBody": "\n".join(printed.lines)}
    head = '<script type="application/ld+json">{}</script>'

    made = article(html(shell, head.format(json.dumps(node)), title=f"{printed.title} - {printed.site}"))
    short = rejection(html(shell, head.format(json.dumps(node | {"articleBody": printed.lines[0][:60]}))))
    strange = rejection(
        html(shell, head.format(json.dumps(node | {"articleBody": "\n".join(LIBRARY[language].lines)})))
    )

    assert made.text.split("\n") == printed.lines
    assert short.reason == strange.reason == Reason.EMPTY


@pytest.mark.parametrize(
    ("end", "more"),
    [
        (" …", {}),
        ("...", {}),
        (" The ferr", {}),
        ("", {"isAccessibleForFree": False}),
        ("", {"isAccessibleForFree": "http://schema.org/False"}),
        ("", {"hasPart": [{"@type": "WebPageElement", "isAccessibleForFree": "False"}]}),
    ],
)
def test_of_a_page_that_scripts_draw_a_text_that_is_not_whole_is_no_text(end: str, more: dict[str, object]) -> None:
    printed = QUAY["en"]
    node = {"@type": "NewsArticle", "headline": printed.title, "articleBody": "\n".join(printed.lines) + end, **more}
    head = f'<script type="application/ld+json">{json.dumps(node)}</script>'

    refused = rejection(html("<div id=root></div>", head, title=printed.title))

    assert refused.reason == Reason.EMPTY


@pytest.mark.parametrize(
    "more", [{"isAccessibleForFree": "False"}, {"hasPart": {"@type": "WebPageElement", "isAccessibleForFree": False}}]
)
def test_the_text_for_machines_of_an_article_that_has_to_be_paid_for_is_not_taken(more: dict[str, object]) -> None:
    quay = QUAY["en"]
    node = {"@type": "NewsArticle", "headline": quay.title, "articleBody": "\n".join(quay.lines * 3)}
    shown = f"<article><h1>{quay.title}</h1><p>{quay.lines[0]}</p><p>Subscribe to read on.</p></article>"
    head = f'<script type="application/ld+json">{json.dumps(node | more)}</script>'

    assert rejection(html(shown, head, title=quay.title)).reason == Reason.PAYWALL


@pytest.mark.parametrize("part", ["--> ", "&a", "<a"])
def test_a_text_for_machines_that_is_built_to_be_slow_is_read_in_time(part: str) -> None:
    quay = QUAY["en"]
    node = {"@type": "NewsArticle", "headline": quay.title, "articleBody": part * 100_000}
    head = f'<script type="application/ld+json">{json.dumps(node)}</script><script type="application/ld+json">'

    made = article(html(f"<h1>{quay.title}</h1>{quay.text}", f"{head}-->{' ' * 300_000}x</script>", title=quay.title))

    assert made.text.split("\n") == quay.lines


def test_another_articles_json_ld_is_not_taken() -> None:
    other = "نص خبر آخر لا صلة له بهذه الصفحة وقد وضعه القالب هنا سهواً. " * 12
    node = {"@type": "NewsArticle", "headline": TITLE, "articleBody": other}
    head = f'<script type="application/ld+json">{json.dumps(node)}</script>'

    assert article(html(story(), head)).text == "\n".join(BODY)


def test_what_a_live_blog_names_as_its_posts_is_a_part_of_it() -> None:
    moments = [
        (f"لحظة {n} من الجلسة", f"قال العضو رقم {n} إن البند نوقش ساعة كاملة ثم أرجئ إلى الغد.") for n in range(12)
    ]
    posts = [
        {"@type": "BlogPosting", "headline": heading, "articleBody": f"<p>{said}</p>"} for heading, said in moments
    ]
    node = {"@type": "LiveBlogPosting", "headline": TITLE, "liveBlogUpdate": posts}
    head = f'<script type="application/ld+json">{json.dumps(node)}</script>'
    links = "".join(f"<li><a href=#m{n}>{heading}</a></li>" for n, (heading, _) in enumerate(moments))
    cards = "".join(
        f'<div class="related-card"><time>10:{10 + n}</time><h3 id=m{n}>{heading}</h3><p>{said}</p></div>'
        for n, (heading, said) in enumerate(moments)
    )
    body = f"{story()}<ul>{links}</ul><aside class=related-content>{cards}</aside>"

    told = article(html(body, head)).text.split("\n")
    silent = article(html(body)).text.split("\n")

    assert told == [*BODY, *(line for moment in moments for line in moment)]
    assert not {said for _, said in moments} & set(silent)


def test_an_extractor_that_has_much_less_than_the_other_looks_again() -> None:
    boxes = "".join(f"<div>{line} قيل ذلك {n} مرات.</div>" for n, line in enumerate(BODY * 4))
    source = html(f"<h1>{TITLE}</h1><article><p>{BODY[0]}</p></article><div class=c>{boxes}</div>")
    tree = markup.parse(source)
    assert tree is not None

    lines, plain = block_chances.ask_extractors(tree, source)

    assert len(" ".join(by_trafilatura.lines(tree, precise=True))) < len(" ".join(plain)) / 2
    assert len(" ".join(lines)) > len(" ".join(plain)) / 2


def test_metadata_comes_from_the_best_witness() -> None:
    node = {
        "@graph": [
            {"@type": "WebSite", "name": "صحيفة الجسر"},
            {
                "@type": ["NewsArticle"],
                "headline": TITLE,
                "datePublished": "2026-11-21T18:30:00+03:00",
                "dateModified": "2026-11-21T19:00:00+03:00",
                "author": [{"@type": "Person", "name": "بقلم: ليلى حداد"}, {"@type": "Organization", "name": "الجسر"}],
                "articleSection": "محليات",
                "keywords": ["جسور", "ترميم", "جسور"],
            },
        ]
    }
    head = (
        f'<script type="application/ld+json">{json.dumps(node)}</script><meta property="og:image" content="/i.jpg">'
        '<meta name="description" content="الجسر يفتح  أمام المشاة"><link rel="canonical" href="/news/bridge">'
    )

    made = article(html(story(), head))

    assert made.published_at == datetime(2026, 11, 21, 15, 30, tzinfo=UTC)
    assert (made.published_precision, made.published_from) == ("second", "json-ld")
    assert made.modified_at == datetime(2026, 11, 21, 16, tzinfo=UTC)
    assert (made.authors, made.section, made.tags) == (("ليلى حداد",), "محليات", ("جسور", "ترميم"))
    assert (made.description, made.language) == ("الجسر يفتح أمام المشاة", "ar")
    assert (made.image, made.canonical_url) == ("https://jisr.test/i.jpg", "https://jisr.test/news/bridge")


def test_authors_are_people_once_each_and_no_addresses() -> None:
    head = '<meta name="author" content="By Sara Haddad and Omar Nasr, Sara Haddad, admin, https://jisr.test/authors/sara">'

    assert article(html(story(), head)).authors == ("Sara Haddad", "Omar Nasr")


@pytest.mark.parametrize("canonical", ["https://other.example/x", "https://jisr.test/", "javascript:void(0)", ""])
def test_a_canonical_url_of_another_site_or_the_home_page_is_not_believed(canonical: str) -> None:
    made = article(html(story(), f'<link rel="canonical" href="{canonical}">'))

    assert made.canonical_url == "https://jisr.test/news/2026/11/bridge"


@pytest.mark.parametrize(
    ("head", "inside", "entry", "wanted"),
    [
        (
            '<meta property="article:published_time" content="2026-11-20 10:15">',
            "",
            None,
            ("20 07:15", "minute", "meta"),
        ),
        ("", "", datetime(2026, 11, 19, 8, tzinfo=UTC), ("19 08:00", "second", "feed")),
        ("", '<time datetime="2026-11-18T10:15:00+03:00">أمس</time>', None, ("18 07:15", "second", "text")),
        ("", "<span class=date>17 تشرين الثاني 2026 - 10:15 ص</span>", None, ("17 07:15", "minute", "text")),
        ("", "<span class=date>منذ يومين</span>", None, ("20 02:00", "day", "text")),
        (
            '<meta name="date" content="2026-11-16">',
            "",
            datetime(2026, 11, 16, 8, tzinfo=UTC),
            ("16 08:00", "second", "feed"),
        ),
        (
            '<meta name="date" content="2026-01-01">',
            "<span class=date>15.11.2026</span>",
            None,
            ("14 21:00", "day", "text"),
        ),
    ],
)
def test_a_date_says_how_exact_it_is_and_where_it_came_from(
    head: str, inside: str, entry: datetime | None, wanted: tuple[str, str, str]
) -> None:
    said = Entry(url="https://jisr.test/news/2026/11/bridge", published_at=entry) if entry else None

    made = article(html(inside + story(), head), entry=said)

    assert made.published_at
    assert (
        made.published_at.astimezone(UTC).strftime("%d %H:%M"),
        made.published_precision,
        made.published_from,
    ) == wanted


def test_the_first_of_january_that_nobody_confirms_is_the_year_alone() -> None:
    made = article(html(story(), '<meta name="date" content="2026-01-01">'))

    assert (made.published_precision, made.published_from) == ("year", "meta")


def test_another_language_than_the_sources_counts_only_where_it_is_clear() -> None:
    lines = [
        "The old bridge was opened to people on foot on Monday after two years of repairs, the mayor of the town said."
    ] * 1

    english = article(html(f"<article><h1>Bridge</h1><p>{lines[0]}</p></article>", title="Bridge opened"))

    assert english.language == "en"
    assert article(html(story())).language == "ar"


@pytest.mark.parametrize("reason", REJECTED, ids=str)
def test_a_page_that_is_no_article_is_rejected_with_its_reason(reason: Reason) -> None:
    made = extract_page(REJECTED[reason], SOURCE)

    assert isinstance(made, Rejection)
    assert made.reason == reason
    assert made.extractor.startswith("nightdesk")


def test_an_article_in_a_language_nobody_promised_is_rejected() -> None:
    promised = Source(**{**vars(SOURCE), "expect": Expect(languages=("en", "fr"))})

    made = rejection(html(story()), source=promised)

    assert (made.reason, made.detail) == (Reason.WRONG_LANGUAGE, "ar, not en or fr")
    assert made.text == "\n".join(BODY)


@pytest.mark.parametrize("status", [404, 410, 500, 503])
def test_a_status_that_says_so_is_enough(status: int) -> None:
    made = rejection(html(story()), status=status)

    assert made.reason == (Reason.SOFT_404 if status < 500 else Reason.ERROR_PAGE)


def test_a_short_item_of_real_news_survives() -> None:
    line = "قتل ثلاثة أشخاص وأصيب خمسة آخرون صباح اليوم في انهيار مبنى وسط المدينة القديمة، وفق بيان للدفاع المدني."

    assert article(html(story([line]))).text == line


def test_words_of_a_wall_inside_a_real_article_are_no_wall() -> None:
    lines = [
        *BODY,
        "وظهرت على موقع البلدية عبارة page not found قبل أن تعود الصفحة، وطلب الموقع accept cookies من الزوار.",
    ]

    assert article(html(story(lines))).text == "\n".join(lines)


@pytest.mark.parametrize(
    "body",
    ["<html><body><p>" + "a " * 2_000_000, "<html><title>" + "a - " * 500_000 + f"</title>{story()}"],
    ids=["one paragraph", "title of separators"],
)
def test_a_page_built_to_be_slow_is_cut_off(body: str) -> None:
    from pipelines.extract import extraction

    made = extraction.extract_page(page(body), SOURCE, seconds=0.5)

    assert isinstance(made, Rejection)
    assert (made.reason, made.detail) == (Reason.TOO_SLOW, "not done after 0.5 s")


PIECES = (
    *("<table><tr><td>", "</p>", "<!--", "</body>", "<title>", "<svg><title>x", "&#0;", "&#x110000;", "\x00", "<h1>"),
    '<meta name="date" content="2026-01-01T00:00:00+99:99">',
    '<meta property="article:published_time" content="2026-13-45T99:99">',
    '<link rel="canonical" href="http://[::1">',
    '<script type="application/ld+json">{"@type": "Article", "author": {"name": null}, "datePublished": 5}</script>',
    '<script type="application/ld+json">[[{"@type": ["NewsArticle", 3], "image": [{}], "keywords": [1, null]}</script>',
)


@drawn(600)
@given(
    shape=st.sampled_from(sorted(SHAPES)),
    changes=st.lists(st.tuples(st.floats(0, 1), st.sampled_from(PIECES), st.integers(0, 60)), max_size=8),
)
def test_no_mutation_of_a_page_breaks_the_chain(shape: str, changes: list[tuple[float, str, int]]) -> None:
    body = html(SHAPES[shape])
    for where, piece, dropped in changes:
        at = int(where * len(body))
        body = body[:at] + piece + body[at + dropped :]

    made = extract_page(page(body), SOURCE)

    assert isinstance(made, Article | Rejection)


def test_neither_the_command_line_nor_a_parsed_dag_loads_what_reads_articles() -> None:
    program = (
        "import sys, pipelines.cli; from pipelines.airflow import follow_tasks, form_dags, service_dags; "
        "print(*(name in sys.modules for name in ('trafilatura', 'py3langid')))"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["False", "False"]


def test_a_page_whose_root_is_no_html_element_is_read_all_the_same() -> None:
    body = "<svg><title>x" + html(SHAPES["box"])

    made = extract_page(page(body), SOURCE)

    assert isinstance(made, Article | Rejection)

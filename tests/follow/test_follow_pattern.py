"""Patterns of article addresses: what is learned of which addresses, tested on articles and on other pages."""

import re

import pytest

from pipelines.follow import address_parts
from pipelines.follow.pattern import learn
from pipelines.sources import source_values

AT = "https://example.news"
MENU = [f"{AT}/", f"{AT}/politics/", f"{AT}/sport/", f"{AT}/about-us/", f"{AT}/tag/rain/", f"{AT}/author/amal/"]
WORDS = ["harbour", "storm", "council", "bridge", "market", "school", "ferry", "library", "clinic", "museum", "orchard"]


def match(url: str, patterns: tuple[str, ...]) -> bool:
    return any(re.search(regex, url) for regex in patterns)


@pytest.mark.parametrize(
    ("form", "another", "others"),
    [
        ("{at}/{year}/11/{day:02}/{word}-opens-again/", "{at}/2031/1/2/a-new-title/", ["{at}/2026/11/"]),
        ("{at}/news/{id}", "{at}/news/99999", ["{at}/news", "{at}/news/archive"]),
        ("{at}/politics/{word}-is-open-{id}", "{at}/sport/another-one-88888", ["{at}/sport/football"]),
        ("{at}/{word}-opens-again-today/", "{at}/why-the-tide-turned/", ["{at}/contact-us/"]),
        ("{at}/show.php?id={id}&cat=2", "{at}/show.php?id=77777", ["{at}/show.php?cat=2", "{at}/list.php?id=3"]),
        ("{at}/index.php?page=story&n={id}", "{at}/index.php?n=5&page=story", ["{at}/index.php?page=home"]),
        ("{at}/news/articles/c{id}q{day:02}x", "{at}/news/articles/c55555q44x", ["{at}/news/articles/topics"]),
        ("{at}/ar/{id}-{word}.html", "{at}/ar/99999-title.html", ["{at}/ar/contact.html"]),
        ("{at}/أخبار/{word}-في-المدينة-اليوم", "{at}/أخبار/عنوان-آخر-جديد", ["{at}/أخبار", "{at}/رياضة"]),
    ],
)  # fmt: skip
def test_a_pattern_covers_the_articles_and_the_next_one_and_nothing_else(
    form: str, another: str, others: list[str]
) -> None:
    articles = [
        form.format(at=AT, year=2026, day=day, word=word, id=48213 + 7 * day) for day, word in enumerate(WORDS, 1)
    ]
    strangers = [*MENU, *(other.format(at=AT) for other in others)]

    learned = learn(articles, strangers)

    assert learned.trusted, learned
    assert (learned.covered, learned.missed, learned.wrong) == (len(articles), (), ())
    assert len(learned.allow) == 1
    assert match(another.format(at=AT), learned.allow), learned.allow
    assert [url for url in strangers if match(url, learned.allow)] == []


def test_an_address_is_the_same_with_www_without_encoding_and_with_a_tracker() -> None:
    learned = learn([f"{AT}/{word}-opens-again-today/" for word in WORDS], MENU)

    assert match("http://www.example.news/a-new-bridge-opens/?utm_source=rss", learned.allow)
    assert match(f"{AT}/%D8%A3-%D8%A8-%D8%AA-%D8%AB", learned.allow)
    assert not match("https://other.news/a-new-bridge-opens/", learned.allow)


def test_a_folder_of_galleries_is_shut_out_and_sections_nobody_has_seen_are_not() -> None:
    articles = [f"{AT}/{'sport' if n % 2 else 'politics'}/{word}-opens-{48213 + n}" for n, word in enumerate(WORDS)]

    learned = learn(articles, [*MENU, f"{AT}/videos/the-old-bridge-70411", f"{AT}/videos/a-storm-70412"])

    assert match(f"{AT}/culture/the-first-of-all-99999", learned.allow)
    assert not match(f"{AT}/videos/another-one-99999", learned.allow)
    assert [source_values._pattern(regex) for regex in learned.allow] == [""]


def test_older_articles_may_have_shorter_numbers() -> None:
    learned = learn([f"{AT}/news/{word}-opens-{n}" for n, word in enumerate(WORDS, 10)], MENU)

    assert match(f"{AT}/news/the-first-of-all-1", learned.allow)


def test_two_builds_are_two_patterns() -> None:
    old = [f"{AT}/archive/{1000 + n}.html" for n in range(8)]
    new = [f"{AT}/2026/11/{n}/{word}-opens-again/" for n, word in enumerate(WORDS, 1)]

    learned = learn(old + new, MENU)

    assert len(learned.allow) == 2
    assert learned.covered == len(old) + len(new)


def test_sections_that_the_menu_names_are_foreseen_though_no_article_of_them_is_known() -> None:
    learned = learn([f"{AT}/politics/{word}-opens-again-today" for word in WORDS], MENU)

    assert match(f"{AT}/sport/the-cup-is-won-again", learned.allow)


def test_few_articles_or_many_misfits_leave_the_lists_as_they_are() -> None:
    few = learn([f"{AT}/news/{n}" for n in range(4)], MENU)
    mixed = learn([f"{AT}/{'/'.join(WORDS[:n])}/x.html" for n in range(1, 9)], MENU)

    assert (few.allow, mixed.allow) == ((), ())
    assert mixed.of == 8


def test_what_cannot_be_told_from_other_pages_is_not_kept() -> None:
    articles = [f"{AT}/{word}" for word in WORDS]

    learned = learn(articles, [f"{AT}/{word}" for word in ("politics", "sport", "about", "contact")])

    assert learned.allow == ()


def test_every_pattern_is_one_that_a_source_file_takes() -> None:
    groups = [
        [f"{AT}/{word}-opens-again-today-after-rain/" for word in WORDS],
        [f"{AT}/show.php?id={n}&cat=2" for n in range(12)],
        [f"{AT}/x/{n:06x}abc/" for n in range(12)],
    ]

    for group in groups:
        for regex in learn(group, MENU).allow:
            assert source_values._pattern(regex) == ""


@pytest.mark.parametrize(
    ("url", "least"),
    [
        (f"{AT}/", 0),
        (f"{AT}/sport", 0),
        (f"{AT}/news/48213", 1),
        (f"{AT}/2026/11/22/a-title-of-words", 2),
        (f"{AT}/show.php?id=3", 1),
        ("nothing", 0),
    ],
)
def test_how_much_an_address_speaks_of_one_article(url: str, least: int) -> None:
    assert address_parts.speaks(url) == least

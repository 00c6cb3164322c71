"""Source files: what is refused and in which words, what is read, following, and when a source is due."""

import ast
import re
from dataclasses import MISSING, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import cron
from pipelines.crawl import ledger
from pipelines.errors import SourceError
from pipelines.model import Expect, Source, Tally
from pipelines.settings import Settings
from pipelines.sources import folders, source_values, sourcefile
from pipelines.stores import postgres, runs
from tests.examples import drawn

PLAIN = """title = "وكالة سانا"
url = "https://sana.test/"
country = "SY"
language = "ar"
timezone = "Asia/Damascus"
feeds = ["https://sana.test/feed/"]
"""


def test_a_plain_file_is_a_source_named_like_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, "sana.toml", PLAIN)

    source = folders.load(path)

    assert (source.name, source.title, source.feeds) == ("sana", "وكالة سانا", ("https://sana.test/feed/",))
    assert (source.delay, source.max_pages, source.expect) == (1.0, 500, Expect())


def test_every_key_can_be_given() -> None:
    text = PLAIN + (
        'schedule = "*/15 6-22 * * *"\nsitemaps = ["https://sana.test/s.xml.gz"]\nsections = ["http://127.0.0.1:8790/"]\n'
        'allow = [\'^https://sana\\.test/\\d+\']\ndeny = ["/video/"]\nprune = [".//aside"]\nphrases = ["شارك"]\n'
        'delay = 2\nmax_age = 7\nmax_pages = 50\n[expect]\narticles_per_run = 5\nlanguages = ["ar"]\n'
    )

    source = sourcefile.parse(text, "sana", "sana.toml")

    assert source.allow == (r"^https://sana\.test/\d+",)
    assert (source.delay, source.expect) == (2.0, Expect(articles_per_run=5, languages=("ar",)))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("feeds", "feed"), "feed is no key of a source; did you mean feeds? Allowed are title, url, country,"),
        (("title =", "zzz = 1\ntitle ="), "zzz is no key of a source; allowed are title,"),
        (('country = "SY"\n', ""), "country is missing: where it is published: two letters, ISO 3166."),
        (('"SY"', '"UK"'), "country is 'UK', which is no country of ISO 3166;"),
        (('"ar"', '"arabic"'), "language is 'arabic', which is no language code;"),
        (("Asia/Damascus", "Asia/Damaskus"), "which is no time zone; it is a name like Asia/Damascus."),
        (("Asia/Damascus", "Damascus"), "timezone is 'Damascus', which is no time zone;"),
        (("Asia/Damascus", "localtime"), "timezone is 'localtime', which is no time zone;"),
        (("Asia/Damascus", "Factory"), "timezone is 'Factory', which is no time zone;"),
        (("https://sana.test/feed/", "sana.test/feed"), "feeds is 'sana.test/feed', which is no address;"),
        (("https://sana.test/feed/", "ftp://sana.test/"), "begins with http:// or https:// and a host."),
        (("https://sana.test/feed/", "https:///feed"), "begins with http:// or https:// and a host."),
        (("https://sana.test/feed/", "https://me:pw@sana.test/"), "holds a user name or password;"),
        (("https://sana.test/feed/", "https://sana.test/{date}"), "without spaces and placeholders."),
        (("https://sana.test/feed/", "https://sana.test:99999/"), "which is no address;"),
        (("https://sana.test/feed/", "https://300.1.1.1/"), "has no usable host name."),
        (("https://sana.test/feed/", "https://-a..b/"), "has no usable host name."),
        (('["https://sana.test/feed/"]', '"https://sana.test/feed/"'), "it is a list of texts, like"),
        (('["https://sana.test/feed/"]', "[1]"), "feeds is [1]; it is a list of texts"),
        (('["https://sana.test/feed/"]', "[]"), "has none of feeds, sitemaps and sections;"),
        (('"وكالة سانا"', "1"), "title is 1; it is a text in quotes"),
        (('"وكالة سانا"', '" "'), "title is ' ', which says nothing."),
        (('"وكالة سانا"', '"a\\u0000b"'), "which holds control characters or line breaks."),
        (('"وكالة سانا"', '"ab'), "is not TOML: Illegal character '\\n' (at line 1, column 12)."),
    ],
)
def test_a_wrong_file_is_refused_by_one_clear_sentence(change: tuple[str, str], says: str) -> None:
    text = PLAIN.replace(*change)

    message = refused(text)

    assert message.startswith("sources/sana.toml: ")
    assert says in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('schedule = "at two"', "schedule is 'at two', which is no cron expression; write five fields:"),
        ('schedule = "61 * * * *"', "which is no cron expression;"),
        ('schedule = "* * * * * *"', "which is no cron expression;"),
        ('schedule = "0 0 30 2 *"', "which never comes: no calendar has such a day."),
        ('allow = ["("]', "allow is '(', which is no regular expression: missing ): ("),
        (f'deny = ["{"a" * 301}"]', "it has 1 to 300 characters."),
        ('deny = ["a", "a"]', "deny names 'a' twice."),
        ('prune = ["//div["]', "is no XPath expression:"),
        ('prune = ["count(//p)"]', "selects no elements;"),
        ("delay = 0.05", "delay is 0.05, which is out of range; it is between 0.1 and 3600."),
        ("delay = nan", "delay is nan, which is out of range;"),
        ("delay = true", "delay is True; it is a number."),
        ("max_age = 0", "max_age is 0, which is out of range; it is between 1 and 36500."),
        ("max_pages = 1.5", "max_pages is 1.5; it is a whole number."),
        ('prune = [".//@class"]', "selects no elements;"),
        ('prune = ["//p/text()"]', "selects no elements;"),
        ('spider = "news"', "spider is no longer a key: it was never used, take its line out."),
        ('name = "other"', "name is 'other' but the file's name says 'sana'; leave the key out."),
        ("expect = 5", "expect is a table of articles_per_run, languages."),
        ("[expect]\narticles = 5", "did you mean expect.articles_per_run? Allowed are expect.articles_per_run,"),
        ("[expect]\narticles_per_run = -1", "expect.articles_per_run is -1, which is out of range;"),
        ('[expect]\nlanguages = ["Arabic"]', "expect.languages is 'Arabic', which is no language code;"),
    ],
)
def test_a_wrong_key_is_named_with_what_is_allowed(line: str, says: str) -> None:
    text = PLAIN + line + "\n"

    message = refused(text)

    assert says in message


def test_all_that_is_wrong_with_a_file_is_told_at_once() -> None:
    text = (
        PLAIN.replace('"SY"', '"UK"').replace("Damascus", "Damaskus")
        + 'delay = "slow"\nfeds = []\n[expect]\nlanguage = 1\n'
    )

    said = refused(text).splitlines()

    assert [line.removeprefix("sources/sana.toml: ").split(" is ")[0] for line in said] == [
        "expect.language", "feds", "country", "timezone", "delay",
    ]  # fmt: skip
    assert all(line.startswith("sources/sana.toml: ") for line in said)


def test_all_files_that_are_wrong_are_told_at_once(settings: Settings) -> None:
    for name in ("one", "two"):
        write(settings.sources, f"{name}.toml", PLAIN.replace('"SY"', '"UK"'))

    with pytest.raises(SourceError) as found:
        folders.read_followed(settings)

    assert [line.split(": ")[0].rsplit("/", 1)[1] for line in str(found.value).splitlines()] == ["one.toml", "two.toml"]


@pytest.mark.parametrize(
    "pattern", [r"^https?://[^/]+/(?:[a-z]+/){0,8}\d+\.html$", r"/[(*+]+/(news|sport)/\d+", r"\(a+\)+"]
)
def test_an_ordinary_pattern_is_accepted(pattern: str) -> None:
    text = PLAIN + f"allow = ['{pattern}']\n"

    source = sourcefile.parse(text, "sana", "sana.toml")

    assert source.allow == (pattern,)


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sana.toml"
    path.write_bytes(PLAIN.encode("windows-1256"))

    with pytest.raises(SourceError, match=r"sana.toml: is not UTF-8 at byte 9; save it as UTF-8\."):
        folders.load(path)


def test_a_file_as_a_windows_editor_saves_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "sana.toml"
    path.write_bytes(PLAIN.replace("\n", "\r\n").encode("utf-8-sig"))

    assert folders.load(path).title == "وكالة سانا"


@pytest.mark.parametrize("name", ["SANA", "سانا", "-sana", "a..b", "a" * 61])
def test_a_file_name_that_cannot_be_a_source_name_is_refused(name: str) -> None:
    with pytest.raises(SourceError, match="cannot be a source's name"):
        sourcefile.parse(PLAIN, name, f"sources/{name}.toml")


def test_two_files_with_one_name_are_refused(settings: Settings) -> None:
    write(settings.sources, "sana.toml", PLAIN)
    write(settings.sources, "SANA.toml", PLAIN)

    with pytest.raises(SourceError, match=r"SANA.toml and .*sana.toml are two files with one name, sana;"):
        folders.read_followed(settings)


def test_of_two_files_with_one_name_the_night_takes_the_one_in_lower_case(settings: Settings) -> None:
    write(settings.sources, "sana.toml", PLAIN)
    write(settings.sources, "SANA.toml", PLAIN)

    good, bad = folders.readable(settings)

    assert [s.name for s in good] == ["sana"]
    assert [str(error).split(": ")[1][:24] for error in bad] == ["'SANA' cannot be a sourc"]


def test_a_broken_file_stops_the_strict_reading_but_not_the_night(settings: Settings) -> None:
    write(settings.sources, "broken.toml", PLAIN.replace("feeds", "feed"))
    write(settings.sources, "sana.toml", PLAIN)

    good, bad = folders.readable(settings)

    assert ([s.name for s in good], len(bad)) == (["sana"], 1)
    with pytest.raises(SourceError, match=r"broken\.toml: feed is no key"):
        folders.read_followed(settings)


def test_sources_are_picked_by_name_and_near_names_are_told(settings: Settings) -> None:
    write(settings.sources, "sana.toml", PLAIN)
    write(settings.sources, "broken.toml", "")

    assert [s.name for s in folders.read_named(settings, ["sana", "sana"])] == ["sana"]
    with pytest.raises(SourceError, match=r"sanna is not followed \(near: sana\)\. Followed sources are the files in"):
        folders.read_named(settings, ["sanna"])
    with pytest.raises(SourceError, match="hespress is not followed; `nightdesk follow hespress` follows it"):
        folders.read_named(settings, ["hespress"])


def test_following_copies_the_catalogue_entry_with_its_comments(settings: Settings) -> None:
    path = folders.follow(settings, "SANA")

    assert path == settings.sources / "sana.toml"
    assert path.read_text(encoding="utf-8").startswith(
        "# الوكالة العربية السورية للأنباء (سانا)\n# SANA, in Latin letters.\n"
    )
    assert [s.name for s in folders.read_followed(settings)] == ["sana"]
    with pytest.raises(SourceError, match="sana is followed already"):
        folders.follow(settings, "sana")


def test_following_what_is_not_in_the_catalogue_tells_near_names(settings: Settings) -> None:
    with pytest.raises(SourceError, match=r"al-jazira is not in the catalogue \(near: al-jazeera"):
        folders.follow(settings, "Al Jazira")
    with pytest.raises(SourceError, match="cannot be a source's name"):
        folders.follow(settings, "../sana")


def test_unfollowing_an_untouched_file_removes_it(settings: Settings) -> None:
    path = folders.follow(settings, "sana")

    kept = folders.unfollow(settings, "sana")

    assert (kept, path.exists()) == (None, False)


def test_unfollowing_an_edited_file_keeps_it_for_the_next_follow(settings: Settings) -> None:
    path = folders.follow(settings, "sana")
    path.write_text(path.read_text(encoding="utf-8") + "delay = 5\n", encoding="utf-8")

    kept = folders.unfollow(settings, "sana")
    folders.follow(settings, "sana")

    assert kept == settings.sources / "sana.toml.off"
    assert folders.read_named(settings, ["sana"])[0].delay == 5


def test_a_file_that_was_put_aside_before_is_not_written_over(settings: Settings) -> None:
    path = folders.follow(settings, "sana")
    older = path.with_name("sana.toml.off")
    older.write_text("# mine", encoding="utf-8")
    path.write_text(path.read_text(encoding="utf-8") + "delay = 5\n", encoding="utf-8")

    with pytest.raises(SourceError, match="put aside before"):
        folders.unfollow(settings, "sana")

    assert (path.exists(), older.read_text(encoding="utf-8")) == (True, "# mine")


def test_a_source_without_schedule_or_crawl_is_always_due() -> None:
    at = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
    nightly, new = source("nightly"), source("new", schedule="0 6 * * *")

    assert folders.due([nightly, new], at, {"nightly": at}) == [nightly, new]


def test_a_schedule_is_read_by_the_clock_of_the_source() -> None:
    early = source("early", schedule="0 6 * * *", timezone="Asia/Damascus")
    last = {"early": datetime(2026, 11, 21, 12, 0, tzinfo=UTC)}

    before = folders.due([early], datetime(2026, 11, 22, 2, 59, tzinfo=UTC), last)
    after = folders.due([early], datetime(2026, 11, 22, 3, 0, tzinfo=UTC), last)

    assert (before, after) == ([], [early])


def test_a_source_is_due_once_for_each_stroke_of_its_schedule() -> None:
    hourly = source("hourly", schedule="0 * * * *")
    last = {"hourly": datetime(2026, 11, 22, 2, 0, 5, tzinfo=UTC)}

    quarters = [
        folders.due([hourly], datetime(2026, 11, 22, 2 + m // 60, m % 60, tzinfo=UTC), last) for m in (15, 45, 60)
    ]

    assert quarters == [[], [], [hourly]]


@pytest.mark.parametrize(("day", "hour"), [("2026-03-29", 1), ("2026-10-25", 1)])
def test_a_stroke_in_the_hour_the_clock_skips_or_repeats_comes_that_day(day: str, hour: int) -> None:
    at = datetime.fromisoformat(f"{day}T12:00:00+00:00")

    struck = cron.last_strike("30 2 * * *", "Europe/Berlin", at).astimezone(UTC)

    assert (struck.date().isoformat(), struck.hour) == (day, hour)


def test_a_busy_crawl_does_not_count_as_a_crawl(conn: postgres.Connection) -> None:
    with conn:
        for name, state in (("sana", "done"), ("shafaq", "busy")):
            runs.end(conn, Tally(run="2026-11-22T0200", source=name, stage="crawl", state=state))
            runs.end(conn, Tally(run="2026-11-22T0200", source=name, stage="load", state="done"))

    assert list(folders.last_crawls(conn)) == ["sana"]


line = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1).filter(str.strip)
address = st.from_regex(r"https://[a-z]{1,9}\.test/[a-z/?=%&-]{0,20}", fullmatch=True)
some = st.builds(
    Source,
    name=st.just("sana"),
    title=line,
    url=address,
    country=st.sampled_from(["SY", "GB"]),
    language=st.sampled_from(["ar", "ckb"]),
    timezone=st.sampled_from(["Asia/Damascus", "UTC"]),
    schedule=st.sampled_from(["", "*/15 * * * *"]),
    feeds=st.lists(address, min_size=1, unique=True).map(tuple),
    deny=st.sampled_from([(), (r"/\d+\"'$", "\\\\", "شارك")]),
    phrases=st.lists(line, unique=True).map(tuple),
    delay=st.floats(0.1, 3600),
    max_age=st.integers(1, 36500),
    expect=st.builds(Expect, articles_per_run=st.integers(0, 99), languages=st.sampled_from([(), ("ar", "en")])),
)


@drawn(100)
@given(some)
def test_what_is_rendered_reads_back_as_the_same_source(written: Source) -> None:
    text = folders.render(written)

    assert sourcefile.parse(text, "sana", "sana.toml") == written


@drawn(400)
@given(st.sampled_from(sorted(source_values.CHECKS)), st.text(max_size=40), st.booleans())
def test_any_text_as_a_value_is_accepted_or_refused_in_words(key: str, value: str, as_list: bool) -> None:
    text = "\n".join(line for line in PLAIN.splitlines() if not line.startswith(key))
    text += f"\n{key} = {toml([value] if as_list else value)}\n"

    try:
        sourcefile.parse(text, "sana", "sana.toml")
    except SourceError as error:
        assert str(error).startswith("sana.toml: ")


def test_a_file_of_nothing_but_brackets_is_refused() -> None:
    assert "is not TOML" in refused("a = " + "[" * 5000)


def test_every_key_of_a_source_has_a_meaning_and_a_check() -> None:
    promises = {field.name for field in fields(Expect)}

    assert list(sourcefile.KEYS) == [field.name for field in fields(Source) if field.name != "name"]
    assert set(sourcefile.EXPECT_KEYS) == promises
    assert set(source_values.CHECKS) == {"name"} | set(sourcefile.KEYS) - {"expect"} | promises


def test_every_key_of_a_source_is_read_by_something_that_acts_on_it() -> None:
    """What is validated and documented but asked of no source is a promise that nobody keeps."""
    root = Path(__file__).parents[2]
    acting = [
        path
        for folder in ("pipelines", "spiders")
        for path in (root / folder).rglob("*.py")
        if path.name not in ("model.py", "sourcefile.py") and "follow" not in path.parts
    ]
    read = {
        node.attr
        for path in acting
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and _names_a_source(node.value)
    }

    assert set(sourcefile.KEYS) | set(sourcefile.EXPECT_KEYS) <= read | {"feeds", "sitemaps", "sections"}
    # The three kinds of lists are asked for by the table that names them.
    assert set(ledger.LISTS.values()) == {"feeds", "sitemaps", "sections"}


def _names_a_source(node: ast.expr) -> bool:
    return "source" in ast.unparse(node) or ast.unparse(node).endswith((".expect", "one"))


def test_the_page_on_sources_has_every_key_with_its_default() -> None:
    page = (Path(__file__).parents[2] / "docs" / "sources.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z_.]+)` \| (.*?) \|", page, re.M))

    assert set(rows) == set(sourcefile.KEYS) | {f"expect.{key}" for key in sourcefile.EXPECT_KEYS}
    for field in fields(Source):
        if field.default is MISSING and field.default_factory is MISSING and field.name != "name":
            assert rows[field.name] == "required", field.name
        elif isinstance(field.default, (int, float)):
            assert rows[field.name].strip("`") == str(field.default), field.name


def test_the_example_on_the_page_is_a_source() -> None:
    page = (Path(__file__).parents[2] / "docs" / "sources.md").read_text(encoding="utf-8")
    examples = re.findall(r"^```toml\n(.*?)^```", page, re.M | re.S)

    example = sourcefile.parse(examples[0], "mine", "sources/mine.toml")
    schedules = re.findall(r'^schedule = "(.*?)"', "\n".join(examples), re.M)

    assert example.deny == ("/(video|gallery)/",)
    assert [cron.problem(schedule) for schedule in schedules] == ["", ""]


def refused(text: str) -> str:
    with pytest.raises(SourceError) as error:
        sourcefile.parse(text, "sana", "sources/sana.toml")
    return str(error.value)


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def source(name: str, **changes: Any) -> Source:
    plain: dict[str, Any] = {
        "title": name,
        "url": "https://x.test/",
        "country": "SY",
        "language": "ar",
        "timezone": "UTC",
    }
    return Source(name=name, **{**plain, **changes})


def toml(value: str | list[str]) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(toml(v) for v in value) + "]"
    return '"' + "".join(f"\\U{ord(c):08x}" if not 0xD800 <= ord(c) < 0xE000 else "x" for c in value) + '"'

"""What a person may write as a query, and how a mistake is pointed at."""

import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from pipelines.errors import QueryError
from pipelines.query.grammar import DateFilter, Either, Every, Field, FieldFilter, Find, Near, Without, parse
from pipelines.query.terms import Term


def _found(text: str, title: bool = False, **how: object) -> Find:
    return Find(Term(text=text, **how), title)  # type: ignore[arg-type]


def test_words_side_by_side_are_all_wanted_and_or_binds_less_than_and() -> None:
    assert parse("a b OR c AND d") == Either((Every((_found("a"), _found("b"))), Every((_found("c"), _found("d")))))


def test_the_query_of_the_readme_is_read_as_it_says() -> None:
    read = parse("داعش AND (تركيا OR العراق) -الحسكة")

    assert read == Every((_found("داعش"), Either((_found("تركيا"), _found("العراق"))), Without(_found("الحسكة"))))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('"مجلس الأمن"', _found("مجلس الأمن")),
        ("“Security Council”", _found("Security Council")),
        ("«Совет Безопасности»", _found("Совет Безопасности")),
        ("exact:حماس", _found("حماس", mode="exact")),
        ("keep:حماس", _found("حماس", article="keep")),
        ("suffix:سوريا|سورية", _found("سوريا", mode="suffix", aliases=("سورية",))),
        ('sub:"كردست"', _found("كردست", mode="substring")),
        ("stem:election", _found("election", mode="stem")),
        ("terror*", _found("terror*")),
        ('"climate chan*"', _found("climate chan*")),
        ("title:exact:Rojava", _found("Rojava", title=True, mode="exact")),
        ("Title:(a OR b)", Either((_found("a", True), _found("b", True)))),
        ("NOT a", Without(_found("a"))),
        ("-(a b)", Without(Every((_found("a"), _found("b"))))),
        ("NOT -a", _found("a")),
        ("e-mail", _found("e-mail")),
        ("and", _found("and")),
        ("\u200fداعش\u200f", _found("داعش")),
        ("a NEAR/3 (b OR c)", Near((_found("a"),), (_found("b"), _found("c")), 3)),
        ("source:sana|shaam", FieldFilter(Field.SOURCE, ("sana", "shaam"))),
        ("lang:AR", FieldFilter(Field.LANGUAGE, ("ar",))),
        ("country:sy", FieldFilter(Field.COUNTRY, ("SY",))),
        ('author:"Ali Baba"', FieldFilter(Field.AUTHOR, ("Ali Baba",))),
        ("is:removed", FieldFilter(Field.STATE, ("removed",))),
    ],
)
def test_each_way_to_ask_is_read(written: str, read: object) -> None:
    assert parse(written) == read


@pytest.mark.parametrize(
    "written", ["from:2026-11-10 to:2026-11-10", "from:7d to:1d", "from:2026-11-10 to:1d", "from:1d OR to:7d",
                "from:7d from:1d", "-from:1d to:7d"]
)  # fmt: skip
def test_dates_with_a_day_between_them_are_read(written: str) -> None:
    assert parse(written)


def test_near_in_a_row_is_near_the_one_before() -> None:
    assert parse("a NEAR/2 b NEAR/3 c") == Every(
        (Near((_found("a"),), (_found("b"),), 2), Near((_found("b"),), (_found("c"),), 3))
    )


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("from:2026-11-05", datetime(2026, 11, 5, tzinfo=UTC)),
        ("from:2026-11", datetime(2026, 11, 1, tzinfo=UTC)),
        ("to:2026-11-05", datetime(2026, 11, 6, tzinfo=UTC)),
        ("to:2026-12", datetime(2027, 1, 1, tzinfo=UTC)),
        ("to:2026", datetime(2027, 1, 1, tzinfo=UTC)),
        ("from:7d", datetime(2026, 11, 22, tzinfo=UTC)),
        ("from:٧d", datetime(2026, 11, 22, tzinfo=UTC)),
        ("from:٢٠٢٦-١١-٠٥", datetime(2026, 11, 5, tzinfo=UTC)),
        ("from:۲۰۲۶–۱۱–۰۵", datetime(2026, 11, 5, tzinfo=UTC)),
        ("to:24h", datetime(2026, 11, 28, tzinfo=UTC)),
    ],
)
def test_a_day_begins_and_ends_where_it_should(written: str, moment: datetime) -> None:
    read = parse(written)

    assert isinstance(read, DateFilter)
    assert (read.since or read.until).seen_from(datetime(2026, 11, 29, tzinfo=UTC)) == moment  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("written", "at", "said"),
    [
        ("", 0, "at least one word"),
        ("a OR", 2, "has to follow OR"),
        ("OR a", 0, "no word before it"),
        ("a AND OR b", 6, "no word before it"),
        ("(a", 0, "never closed"),
        ("a b)", 3, "closes none"),
        ("a ()", 3, "nothing between"),
        ('a "b c', 2, 'write " where it ends'),
        ("a - b", 2, "stands alone"),
        ("langauge:ar", 0, "do you mean lang:?"),
        ("titel:a", 0, "do you mean title:?"),
        ("since:7d", 0, "do you mean from:?"),
        ("http://a.example/b", 0, "put all of it in quotes"),
        ("is:revisd", 0, "do you mean is:revised?"),
        ("is:corrected", 0, "do you mean is:correction?"),
        ("a from:yesterday", 2, "2026-11-01"),
        ("from:2026-13", 0, "2026-11-01"),
        ("to:2026-00", 0, "2026-11-01"),
        ("from:2026-11-0", 0, "2026-11-01"),
        ("from:0000", 0, "2026-11-01"),
        ("from:2026-11-10 a to:2026-11-01", 18, "from: has to be before to:"),
        ("(to:7d a from:1d)", 9, "exchange the two dates"),
        ("lang:arabic", 0, "lang:ar"),
        ("country:syria", 0, "country:SY"),
        ("a NEAR b", 2, "write NEAR/5"),
        ("a NEAR/500 b", 2, "NEAR/50 is the most"),
        ("a NEAR/99999999 b", 2, "NEAR/50 is the most"),
        ("a NEAR/-1 b", 2, "write NEAR/5"),
        ("a NEAR/x b", 2, "write NEAR/5"),
        ("(a NEAR) b", 3, "write NEAR/5"),
        ("a title:-b", 2, "write -title:b"),
        ("source:-sana", 0, "write -source:sana"),
        ("a NEAR/5 (b c)", 9, "NEAR can only stand between"),
        ("sub:ab", 0, "needs 3 letters"),
        # A Korean syllable of three letters is a part of too many words; two of two letters are enough (안보*).
        ("한*", 0, "needs 3 letters"),
        ("sub:한", 0, "needs 3 letters"),
        ("te*rror", 0, "can only stand at the end"),
        ("a ***", 2, "no letter or digit"),
        ("title: a", 0, "right behind it"),
        ("exact:sub:abcd", 0, "two prefixes"),
        ("source:exact:a", 0, "cannot be combined with exact:"),
        ("source:(a OR b)", 0, "only title: can"),
        ("(" * 500 + "a" + ")" * 500, 50, "inside each other"),
        ("a " * 300, 500, "250 are the most"),
        ("x" * 10_001, 10_000, "divide it"),
    ],
)
def test_a_mistake_is_pointed_at_with_what_to_write_instead(written: str, at: int, said: str) -> None:
    with pytest.raises(QueryError) as mistake:
        parse(written)

    assert mistake.value.start == at
    assert said in mistake.value.reason


def test_a_caret_stands_below_the_mistake_however_wide_its_letters() -> None:
    with pytest.raises(QueryError) as latin:
        parse("war AND (peace OR")
    with pytest.raises(QueryError) as wide:
        parse("中文 OR")

    assert str(latin.value).splitlines()[1:] == ["  war AND (peace OR", "                 ^"]
    assert str(wide.value).splitlines()[1:] == ["  中文 OR", "       ^"]


def test_a_caret_stands_within_letters_that_run_from_right_to_left() -> None:
    with pytest.raises(QueryError) as mistake:
        parse("داعش AND (تركيا OR")

    assert str(mistake.value).splitlines()[1:] == ["  داعش AND (تركيا  ^ OR"]


@pytest.mark.parametrize(
    "written",
    ["(a) " * 250, "(" * 5_000 + ")" * 5_000, '"' * 10_000, "- " * 5_000, "-" * 9_999 + "a", "a:" * 5_000, "a|" * 5_000,
     "NEAR/5 " * 1_400, "a OR " * 2_000, "«" * 10_000],
    ids=lambda written: written[:6],
)  # fmt: skip
def test_ten_thousand_characters_are_read_or_refused_in_no_time(written: str) -> None:
    before = time.process_time()

    with suppress(QueryError):
        parse(written)

    assert timedelta(seconds=time.process_time() - before) < timedelta(seconds=1)

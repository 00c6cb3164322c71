"""Names of weekdays beside dates."""

import pytest

from pipelines.dates import months, weekdays


@pytest.mark.parametrize(
    "name",
    [
        "Monday", "Tues", "Mo.", "Sonnabend", "الأربعاء", "سه‌شنبه", "سه شنبه", "یک شنبه", "יום שני",
        "שני", "יום ב׳", "duşemî", "segunda-feira", "segunda", "środę", "середу", "srijeda", "недеља", "วันพุธที่", "พุธ",
        "星期天", "周一", "週一", "月", "월", "sunnuntaina",
    ],
)  # fmt: skip
def test_a_weekday_is_known_in_every_form_that_sites_write(name: str) -> None:
    assert months.fold(name).rstrip(weekdays.SIGNS_OF_SHORT_NAME) in weekdays.read_names()


@pytest.mark.parametrize("word", ["sex", "ter", "min", "h", "v", "st", "ב", ""])
def test_an_ordinary_word_is_no_weekday_though_it_is_short_for_one(word: str) -> None:
    assert word not in weekdays.read_names()

"""What a setting may be, and the sentence where it may not."""

import pytest

from pipelines.errors import SettingsError
from pipelines.settings import Settings, settings


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SCHEDULE", "99 2 * * *", "NIGHTDESK_SCHEDULE cannot be used: '99 2 * * *' is no cron expression; write five"),
        ("SCHEDULE", "@daily", "NIGHTDESK_SCHEDULE cannot be used: '@daily' is no cron expression; write five fields"),
        ("SCHEDULE", "0 2 30 2 *", "NIGHTDESK_SCHEDULE cannot be used: '0 2 30 2 *' never comes"),
        (
            "SCHEDULE_TIMEZONE",
            "Berlin",
            "NIGHTDESK_SCHEDULE_TIMEZONE cannot be used: 'Berlin' is no time zone; write a",
        ),
        ("CRAWL_SLOTS", "0", "NIGHTDESK_CRAWL_SLOTS cannot be used: Input should be greater than or equal to 1"),
    ],
)
def test_a_setting_that_cannot_be_used_is_one_sentence_with_its_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(f"NIGHTDESK_{name}", value)

    with pytest.raises(SettingsError) as refused:
        settings()

    assert str(refused.value).startswith(sentence)
    assert "Set it in the environment or in nightdesk.env." in str(refused.value)


def test_an_empty_schedule_means_by_hand_only() -> None:
    assert Settings(schedule="  ").schedule == ""

"""What a setting may be, and the sentence where it may not."""

from pathlib import Path

import pytest

from pipelines.errors import SettingsError
from pipelines.settings import Settings, mistaken, settings


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
    assert "Set it in the environment or in /nonexistent/nightdesk.env." in str(refused.value)


def test_all_settings_that_cannot_be_used_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NIGHTDESK_CRAWL_SLOTS", "none")
    monkeypatch.setenv("NIGHTDESK_SCHEDULE_TIMEZONE", "Berlin")

    with pytest.raises(SettingsError) as refused:
        settings()

    assert "NIGHTDESK_CRAWL_SLOTS cannot be used" in str(refused.value)
    assert "NIGHTDESK_SCHEDULE_TIMEZONE cannot be used" in str(refused.value)


def test_an_empty_schedule_means_by_hand_only() -> None:
    assert Settings(schedule="  ").schedule == ""


def test_a_name_that_is_no_setting_is_told_with_the_one_that_was_meant(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "nightdesk.env"
    file.write_text("NIGHTDESK_OPERATOR=desk\nNIGHTDESK_CHANNEL_DESK=x\n", encoding="utf-8")
    monkeypatch.setenv("NIGHTDESK_ENV_FILE", str(file))
    monkeypatch.setenv("NIGHTDESK_KEEP_RAW_DAY", "3")
    monkeypatch.setenv("NIGHTDESK_SECRET_PAPER", "x")
    monkeypatch.setenv("NIGHTDESK_CHANEL_DESK", "x")
    monkeypatch.setenv("NIGHTDESK_HOMES", "x")

    assert mistaken() == [
        "NIGHTDESK_CHANEL_DESK, in the environment, is no setting and has no effect "
        "(did you mean NIGHTDESK_CHANNEL_DESK?).",
        "NIGHTDESK_HOMES, in the environment, is no setting and has no effect (did you mean NIGHTDESK_HOME?).",
        "NIGHTDESK_KEEP_RAW_DAY, in the environment, is no setting and has no effect "
        "(did you mean NIGHTDESK_KEEP_RAW_DAYS?).",
        f"NIGHTDESK_OPERATOR, in {file}, is no setting and has no effect (did you mean NIGHTDESK_OPERATORS?).",
    ]

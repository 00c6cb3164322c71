"""What is tried again, and when, by the kind of error."""

import os
import tempfile
from datetime import UTC, datetime, timedelta
from typing import Any

import pendulum
import pytest

os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="nightdesk-airflow-"))

from pipelines import errors
from pipelines.settings import Settings
from tests.later import Later

sdk, night_dags, task_failure = map(
    Later, ("airflow.sdk", "pipelines.airflow.night_dags", "pipelines.airflow.task_failure")
)
decoders, encoders = map(Later, ("airflow.serialization.decoders", "airflow.serialization.encoders"))


def test_a_database_that_does_not_answer_is_asked_again_soon() -> None:
    decision = night_dags.retry_policy(Settings()).evaluate(errors.DatabaseError("gone"), 1, 3)

    assert (decision.action, decision.retry_delay) == (sdk.RetryAction.RETRY, timedelta(seconds=30))


@pytest.mark.parametrize("error", [errors.SourceError, errors.SettingsError, errors.DiskFullError, errors.StoreError])
def test_what_a_person_has_to_mend_is_not_tried_again(error: type[Exception]) -> None:
    assert night_dags.retry_policy(Settings()).evaluate(error("mend me"), 1, 3).action is sdk.RetryAction.FAIL


def test_a_site_that_cannot_be_reached_is_tried_again_later_or_left_to_the_next_run() -> None:
    later = night_dags.retry_policy(Settings(retry_after=120)).evaluate(errors.CrawlError("503"), 1, 3)
    never = night_dags.retry_policy(Settings(retry_after=0)).evaluate(errors.CrawlError("503"), 1, 3)

    assert (later.action, later.retry_delay) == (sdk.RetryAction.RETRY, timedelta(minutes=2))
    assert never.action is sdk.RetryAction.FAIL


def test_a_task_that_went_red_by_a_sentence_is_tried_again_by_what_was_wrong(caplog: pytest.LogCaptureFixture) -> None:
    def ended(error: Exception) -> BaseException:
        with pytest.raises(BaseException) as caught, task_failure.by_sentence():
            raise error
        return caught.value

    told = errors.StoreError("said before")
    told.logged = True

    reds = [ended(error) for error in (errors.DatabaseError("gone"), told, ValueError("odd"))]

    decided = [night_dags.retry_policy(Settings()).evaluate(red, 1, 3).action for red in reds]
    assert decided == [sdk.RetryAction.RETRY, sdk.RetryAction.FAIL, sdk.RetryAction.DEFAULT]
    assert [type(red) for red in reds] == [task_failure.TaskProblem, task_failure.TaskProblem, ValueError]
    assert caplog.messages == ["gone"]


def test_an_error_nobody_thought_of_is_left_to_the_retries_of_the_task() -> None:
    assert night_dags.retry_policy(Settings()).evaluate(ValueError("odd"), 1, 3).action is sdk.RetryAction.DEFAULT


def test_a_night_at_five_stays_at_five_when_the_clocks_are_changed() -> None:
    current = Settings(schedule="0 5 * * *", schedule_timezone="Europe/Berlin")

    # What the scheduler makes of it, since it reads the timetable from the database.
    nights: Any = decoders.decode_timetable(encoders.encode_timetable(night_dags.timetable(current)))
    first = nights._align_to_next(pendulum.instance(datetime(2026, 10, 23, 12, tzinfo=UTC)))
    strikes = [first, nights._get_next(first), nights._get_next(nights._get_next(first))]

    assert [f"{at.in_timezone('UTC'):YYYY-MM-DDTHH}" for at in strikes] == [
        "2026-10-24T03",
        "2026-10-25T04",
        "2026-10-26T04",
    ]


def test_without_a_schedule_a_night_comes_by_hand_only() -> None:
    assert type(night_dags.timetable(Settings(schedule=" "))).__name__ == "PartitionedAtRuntime"

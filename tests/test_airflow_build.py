"""What is tried again, and when, by the kind of error."""

import os
import tempfile
from datetime import timedelta

import pytest

os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="nightdesk-airflow-"))

from airflow.sdk import RetryAction

from pipelines import errors
from pipelines.airflow.build import retry_policy
from pipelines.settings import Settings


def test_a_database_that_does_not_answer_is_asked_again_soon() -> None:
    decision = retry_policy(Settings()).evaluate(errors.DatabaseError("gone"), 1, 3)

    assert (decision.action, decision.retry_delay) == (RetryAction.RETRY, timedelta(seconds=30))


@pytest.mark.parametrize("error", [errors.SourceError, errors.SettingsError, errors.DiskFullError, errors.StoreError])
def test_what_a_person_has_to_mend_is_not_tried_again(error: type[Exception]) -> None:
    assert retry_policy(Settings()).evaluate(error("mend me"), 1, 3).action is RetryAction.FAIL


def test_a_site_that_cannot_be_reached_is_tried_again_later_or_left_to_the_next_run() -> None:
    later = retry_policy(Settings(retry_after=120)).evaluate(errors.CrawlError("503"), 1, 3)
    never = retry_policy(Settings(retry_after=0)).evaluate(errors.CrawlError("503"), 1, 3)

    assert (later.action, later.retry_delay) == (RetryAction.RETRY, timedelta(minutes=2))
    assert never.action is RetryAction.FAIL


def test_an_error_nobody_thought_of_is_left_to_the_retries_of_the_task() -> None:
    assert retry_policy(Settings()).evaluate(ValueError("odd"), 1, 3).action is RetryAction.DEFAULT

"""How a task goes red over something that a person has to act on: by one sentence in its log, and no traceback.

Airflow writes whatever exception a task ends with into its log, under fourteen frames that are its own. The one way
to fail that it only counts is an exit code.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from airflow.sdk import ExceptionRetryPolicy
from airflow.sdk.definitions.retry_policy import RetryDecision

from pipelines.errors import NightdeskError

log = logging.getLogger("nightdesk")


class TaskProblem(SystemExit):
    """A task has failed, and why stands in its log; problem: what it was, for whoever decides on another try."""

    def __init__(self, problem: NightdeskError) -> None:
        super().__init__(1)
        self.problem = problem


@contextmanager
def by_sentence() -> Iterator[None]:
    """For a task: an error of ours becomes one line of its log; whatever else happens keeps its traceback."""
    try:
        yield
    except NightdeskError as problem:
        if not problem.told:
            log.error("%s", problem)
        raise TaskProblem(problem) from None


class RetriesByProblem(ExceptionRetryPolicy):
    """Rules for the error that a task went red over."""

    def evaluate(self, exception: BaseException, *args: Any, **more: Any) -> RetryDecision:
        """What the rules say of the error itself."""
        return super().evaluate(exception.problem if isinstance(exception, TaskProblem) else exception, *args, **more)

"""Lets a task fail with one sentence in its log and no traceback, if the error is one that we know.

Airflow writes any exception that ends a task into the log, below a traceback through fourteen frames of its own code.
An exit code is the only kind of failure that Airflow records without a traceback.
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
    """A task has failed, and its log has the reason. `problem`: the error, which decides about a retry."""

    def __init__(self, problem: NightdeskError) -> None:
        super().__init__(1)
        self.problem = problem


@contextmanager
def by_sentence() -> Iterator[None]:
    """For a task: a NightdeskError becomes one line of the task's log; any other error keeps its traceback."""
    try:
        yield
    except NightdeskError as problem:
        if not problem.logged:
            log.error("%s", problem)
        raise TaskProblem(problem) from None


class RetriesByProblem(ExceptionRetryPolicy):
    """Rules for retries that use the error behind a task's failure."""

    def evaluate(self, exception: BaseException, *args: Any, **more: Any) -> RetryDecision:
        """Apply the rules to the error itself."""
        return super().evaluate(exception.problem if isinstance(exception, TaskProblem) else exception, *args, **more)

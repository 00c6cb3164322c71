"""`nightdesk` in the process of a test: on which installation it works, what it said, and how it ended."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner, Result

from pipelines.cli import app
from pipelines.settings import Settings, export


def use(settings: Settings, monkeypatch: pytest.MonkeyPatch, **more: str) -> None:
    """Have commands and tasks work on this installation; more: what else their environment holds."""
    for name, value in {**export(settings), **more}.items():
        monkeypatch.setenv(name, value)


def run(*words: object) -> Result:
    """What a command said and how it ended; an error that the command does not expect is the test's."""
    return CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)


def run_to(*words: str, code: int = 0) -> Result:
    """What a command said that has to end with this code."""
    done = CliRunner().invoke(app, words)
    assert done.exit_code == code, (done.output, done.exception)
    return done

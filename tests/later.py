"""Modules that import Airflow, for the tests of them: imported before the first test of a file, not with the file.

Each of five workers reads every file of tests, and importing Airflow takes it more than a second of CPU.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any


class Later:
    """A module, by its name, that is imported before the first test of the file whose name for it this is."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        # pytest asks each thing in a file of tests what it is.
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(import_module(self._name), name)


def import_now(module: ModuleType) -> None:
    """Import what a file of tests has put off. In a test it would be too late: Airflow takes away who hears its log."""
    for thing in list(vars(module).values()):
        if isinstance(thing, Later):
            import_module(thing._name)

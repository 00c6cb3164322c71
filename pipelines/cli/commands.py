"""The commands by name, each with its file, which is imported when the command is asked for.

To import all files takes a second of CPU; a single command needs half of that or less.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

# FILES has the file of each command, in the same order as `nightdesk --help`. One file may have several commands.
FILES = {
    "init": "init", "dags-folder": "init", "follow": "sources", "unfollow": "sources",
    "crawl": "stages", "extract": "stages", "load": "stages", "alert": "stages", "run": "stages", "upkeep": "stages",
    "canary": "stages",
    "status": "status", "articles": "status", "why": "status", "try": "trypage", "health": "status",
    "metrics": "metrics", "search": "search",
    "evidence": "evidence", "ledger": "ledger", "verify": "verify",
    "export": "export", "import": "imports", "backfill": "backfills", "erase": "erase", "hold": "holds",
    "ui": "newsroom", "clean": "newsroom",
    "sources": "sources", "db": "db", "quarantine": "quarantine",
    "watch": "notify", "alerts": "notify", "synonyms": "notify", "notify": "notify",
    "demo": "newsroom",
}  # fmt: skip


class Commands(TyperGroup):
    """The commands of `nightdesk`. Listing them, or asking for an unknown name, imports all files."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of a name; None if there is none."""
        if cmd_name in FILES:
            return read_file(FILES[cmd_name])[cmd_name]
        # An error names the similar commands, so all files are imported.
        self.list_commands(ctx)
        return None

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of all commands, in their order."""
        self.commands = {name: read_file(file)[name] for name, file in FILES.items()}
        return list(self.commands)


@cache
def read_file(file: str) -> Mapping[str, Any]:
    """The commands of a file, by name."""
    part = typer.Typer(rich_markup_mode="rich", pretty_exceptions_enable=False)
    import_module(f"pipelines.cli.{file}").add_to(part)
    return get_group(part).commands

"""The docs are true: every command and setting is in them, and what they link to exists."""

import re
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from pipelines.cli import app
from pipelines.settings import Settings

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
DOCS = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)


def _commands(prefix: str, group: typer.core.TyperGroup) -> list[str]:
    found = []
    for name, command in group.commands.items():
        inner = _commands(f"{prefix}{name} ", command) if hasattr(command, "commands") else []
        found += inner or [f"{prefix}{name}"]
    return found


COMMANDS = _commands("", get_command(app))  # type: ignore[arg-type]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented(command: str) -> None:
    assert re.search(rf"nightdesk (--demo )?{command}\b", DOCS), f"`nightdesk {command}` is in no page of the docs"


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_every_setting_is_documented_with_its_default(name: str) -> None:
    page = (ROOT / "docs/operations.md").read_text(encoding="utf-8")

    assert f"| `NIGHTDESK_{name.upper()}` |" in page


def test_every_make_target_of_the_docs_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))

    assert set(re.findall(r"`make ([a-z-]+)`", DOCS)) <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))

    assert [target for target in targets if not (page.parent / target).exists()] == []

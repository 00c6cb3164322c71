"""The docs are true: every command and setting is in them, and what they link to exists."""

import re
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from pipelines.cli import app
from pipelines.codes import (
    Cause,
    ChainLine,
    CodeWithMeaning,
    DeliveryKind,
    DeliveryState,
    Due,
    Finding,
    Quiet,
    Reason,
    RunState,
    Side,
    SourceState,
    State,
    TroubleKind,
)
from pipelines.notify import message_wording
from pipelines.settings import Settings, variable
from pipelines.stores import postgres

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
DOCS = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)


def _commands(prefix: str, group: typer.core.TyperGroup) -> list[str]:
    found = []
    for name in group.list_commands(typer.Context(group)):
        command = group.get_command(typer.Context(group), name)
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

    default = Settings.model_fields[name].default
    assert f"| `{variable(name)}` | {f'`{default}`' if str(default) else 'empty'} |" in page


@pytest.mark.parametrize(
    ("title", "enums"),
    [
        ("States of a URL", [State]),
        ("Reasons of a rejection", [Reason]),
        ("Codes of a URL", [Cause]),
        ("Why a URL is due", [Due]),
        ("Why a change is quiet", [Quiet]),
        ("States of a run", [RunState]),
        ("States of a delivery", [DeliveryState, DeliveryKind]),
        ("Trouble of a source", [TroubleKind]),
        ("Health of a source", [SourceState]),
    ],
)
def test_every_code_is_in_the_reference_with_what_it_means_and_no_other(
    title: str, enums: list[type[CodeWithMeaning]]
) -> None:
    rows = dict(re.findall(r"^\| (.+?) \| (.+?) \|", _section(title), re.MULTILINE))

    known = {str(member): member.means for enum in enums for member in enum if member}
    assert {code: means for code, means in rows.items() if means != "means"} == known


@pytest.mark.parametrize("enum", [ChainLine, Finding, Side])
def test_what_verify_and_a_chain_say_is_explained(enum: type[CodeWithMeaning]) -> None:
    page = (ROOT / "docs/evidence.md").read_text(encoding="utf-8")

    assert [member for member in enum if f"| {member} | {member.means} |" not in page] == []


def test_the_json_of_a_webhook_is_documented_key_by_key() -> None:
    alert = {
        "kind": "new", "title": "t", "url": "https://a.test/1", "source": "a", "language": "ar", "published_at": None,
        "published_precision": "",
        "matches": [{"term": "t", "surface": "t", "field": "title", "offset": 0, "snippet": "t"}],
    }  # fmt: skip

    matched, plain = (
        message_wording.render("k", "w", "s", [alert]).payload,
        message_wording.plain("k", "s", "b").payload,
    )

    rows = [row.strip("`") for row in _rows("The JSON of a webhook")]
    assert set(rows) == set(matched) | set(plain) | set(matched["alerts"][0])
    assert all(f"`{key}`" in _section("The JSON of a webhook") for key in alert["matches"][0])


def test_the_queries_of_the_reference_run(conn: postgres.Connection) -> None:
    queries = re.findall(r"^```sql\n(.*?)^```", _section("Tables to query"), re.MULTILINE | re.DOTALL)

    assert len(queries) == 3
    with conn, conn.cursor() as cursor:
        for query in queries:
            cursor.execute(query.replace("%", "%%"))
        for table, columns in re.findall(
            r"^\| `(\w+)` \| [^|]+ \| `([^`]+)` \|", _section("Tables to query"), re.MULTILINE
        ):
            cursor.execute(f"select {columns} from {table}")


def _section(title: str) -> str:
    page = (ROOT / "docs/reference.md").read_text(encoding="utf-8")
    return page.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]


def _rows(title: str) -> list[str]:
    """The first cells of a section's tables, heads left out."""
    cells = re.findall(r"^\| (.+?) \|", _section(title), re.MULTILINE)
    return [cell for cell in cells if cell not in ("state", "reason", "kind", "key", "key of an alert")]


def test_every_make_target_of_the_docs_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))

    assert set(re.findall(r"`make ([a-z-]+)`", DOCS)) <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))

    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_a_module_that_a_page_names_is_there() -> None:
    kept = [
        p
        for top in ("pipelines", "spiders", "dags", "tests", "bench", "demo", "docker")
        for p in (ROOT / top).rglob("*.*")
    ]
    ends = {"/".join(path.parts[begin:]) for path in kept for begin in range(len(ROOT.parts), len(path.parts))}

    named = {
        (page.name, n) for page in PAGES for n in re.findall(r"`([\w/.]+\.(?:py|sql|js))`", page.read_text("utf-8"))
    }

    assert sorted((page, name) for page, name in named if name not in ends) == []

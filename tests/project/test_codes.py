"""What is decided is a code: the same list in Python, SQL and docs. A sentence is for people alone."""

import re
from pathlib import Path

import pytest

from pipelines import codes
from pipelines.codes import (
    AlertKind,
    Cause,
    DeliveryKind,
    DeliveryState,
    Due,
    HeldState,
    Kind,
    Quiet,
    Reason,
    RevisionKind,
    RunCode,
    RunState,
    SourceState,
    State,
    TroubleKind,
)
from pipelines.settings import Settings
from pipelines.stores import migrations, postgres

ROOT = Path(__file__).parents[2]
# The columns that hold a code, and the enums whose members they may hold.
COLUMNS = [
    ("urls", "code", [Cause, Reason]),
    ("urls", "due_for", [Due]),
    ("urls", "state", [State]),
    ("urls", "kind", [Kind]),
    ("fetches", "code", [Cause]),
    ("changes", "revision_kind", [RevisionKind]),
    ("changes", "quiet", [Quiet]),
    ("alerts", "quiet", [Quiet]),
    ("alerts", "kind", [AlertKind]),
    ("deliveries", "state", [DeliveryState]),
    ("deliveries", "kind", [DeliveryKind]),
    ("runs", "state", [RunState]),
    ("runs", "code", [RunCode]),
    ("health", "kind", [TroubleKind]),
    ("source_states", "state", [SourceState]),
    ("quarantine", "state", [HeldState]),
]
# What asks a sentence instead of a code.
ASKS = re.compile(
    r"(?:reason|problem|verdict|detail|told)[\w\"'\]]*\)?\s*"
    r"(?:\.(?:startswith|endswith|split|partition|rpartition)\((?!\))|(?:not\s+)?like\s|!?~\s)"
    r"|starts_with\(\s*[\w.]*reason|split_part\(\s*[\w.(]*reason"
)


@pytest.mark.parametrize(
    ("table", "column", "enums"), COLUMNS, ids=[f"{table}.{column}" for table, column, _ in COLUMNS]
)
def test_the_database_takes_the_members_of_an_enum_and_nothing_else(
    conn: postgres.Connection, table: str, column: str, enums: list[type]
) -> None:
    with conn, conn.cursor() as cursor:
        cursor.execute(
            "select pg_get_constraintdef(oid) as rule from pg_constraint "
            "where contype = 'c' and conrelid = %s::regclass",
            (table,),
        )
        rules = [row["rule"] for row in cursor.fetchall()]  # type: ignore[call-overload]

    (rule,) = [rule for rule in rules if re.search(rf"\({column} = ANY", rule)]
    assert set(re.findall(r"'([^']*)'", rule)) == {str(member) for enum in enums for member in enum}


def test_every_code_says_what_it_means_in_one_line() -> None:
    enums = [one for one in vars(codes).values() if isinstance(one, type) and issubclass(one, codes.CodeWithMeaning)]

    assert [member for enum in enums for member in enum if not member.means or "\n" in member.means] == []


def test_nothing_asks_a_sentence() -> None:
    files = [
        p for f in ("pipelines", "spiders", "dags") for p in (ROOT / f).rglob("*.*") if p.suffix in (".py", ".sql")
    ]

    asked = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in files
        if "migrations" not in path.parts
        for line in path.read_text(encoding="utf-8").splitlines()
        if ASKS.search(line) and not line.lstrip().startswith("--")
    ]

    assert asked == []


def test_what_earlier_code_wrote_as_sentences_has_its_codes_after_the_migration(database_url: str) -> None:
    before = [p for p in sorted(migrations.MIGRATIONS.glob("*.sql")) if not p.stem.endswith("_codes")]
    urls = {
        "a deny": ("excluded", "deny: /live/", "deny"), "a port": ("excluded", "guard: port 22", "guard network"),
        "a user": ("excluded", "guard: user name in the URL", "guard"),
        "robots": ("excluded", "robots.txt", "robots.txt"),
        "a scheme": ("excluded", "guard: redirected to data:x", "guard redirect"),
        "410": ("gone", "status 410", "gone for good"), "404": ("gone", "status 404", "not found"),
        "late": ("fetched", "undecided: a file is not there", "undecided"), "fine": ("stored", "", ""),
        "short": ("rejected", "too short", "too short"), "odd": ("rejected", "of another version", ""),
    }  # fmt: skip
    settings = Settings(database_url=database_url)
    with postgres.connection(settings) as conn, conn, conn.cursor() as cursor:
        cursor.execute("create table migrations (name text primary key, applied_at timestamptz not null default now())")
        for path in before[: [p.stem[:4] for p in before].index("0008") + 1]:
            cursor.execute(path.read_text(encoding="utf-8"))
            cursor.execute("insert into migrations (name) values (%s)", (path.stem,))
        for name, (state, reason, _) in urls.items():
            cursor.execute(
                "insert into urls (source, url_key, url, host, kind, state, reason, discovered_run) "
                "values ('a', %s, %s, 'a.test', 'article', %s, %s, '2026-11-22T0200')",
                (name, name, state, reason),
            )

    migrations.migrate(settings)

    with postgres.connection(settings) as conn, conn, conn.cursor() as cursor:
        cursor.execute("select url, code from urls")
        found = {row["url"]: row["code"] for row in cursor.fetchall()}  # type: ignore[call-overload]
    assert found == {name: code for name, (_, _, code) in urls.items()}

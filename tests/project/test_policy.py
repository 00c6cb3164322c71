"""Policy stands where operators look for it: named values in `policy.py` of each package, none inside a statement."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.stores import postgres

ROOT = Path(__file__).parents[2]
INTERVAL = re.compile(r"interval\s+'([^']*)'")
# A bound: what follows `limit`, a comparison, the end of a slice, or a factor.
BOUND = re.compile(r"(?:limit|[<>]=?|[*/^]|\[\d*:)\s*(\d+(?:\.\d+)?)")
# statement -> what it may hold, for it is no policy.
EXCEPTIONS = {
    # As long as a date without a time may be: its day, month or year.
    "load_add_changes": {"1 day", "1 month", "1 year", "0"},
    # The classes of answers that a robots.txt with rules has.
    "keep_robots": {"300"},
    # Half is forgotten: what the statement is for; the other is a status of HTTP.
    "forgive_lists": {"2", "304"},
    # The shapes of a row of the index.
    "search_named": {"2"},
    "search_ranked": {"2"},
    "walk_articles": {"2"},
    "words_forget": {"2"},
    # Doubled each time.
    "mark_put_off": {"2.0"},
}


def _held(name: str) -> set[str]:
    code = "\n".join(line.split("--")[0] for line in postgres.statement(name).splitlines())
    return set(INTERVAL.findall(code)) | {bound for bound in BOUND.findall(code) if float(bound) > 1}


@pytest.mark.parametrize("name", sorted(postgres.statements()))
def test_no_statement_holds_an_interval_or_a_bound_of_its_own(name: str) -> None:
    assert _held(name) - EXCEPTIONS.get(name, set()) == set(), "name it in policy.py and pass it as a parameter"


def test_the_exceptions_are_still_needed() -> None:
    assert {name: allowed - _held(name) for name, allowed in EXCEPTIONS.items()} == {name: set() for name in EXCEPTIONS}


def test_every_value_of_a_policy_says_what_it_is_and_why() -> None:
    silent = []
    for path in sorted((ROOT / "pipelines").rglob("policy.py")):
        lines = path.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines):
            if re.match(r"[A-Z][A-Z_, ]+ = ", line) and not lines[number - 1].startswith("#"):
                silent.append(f"{path.relative_to(ROOT)}: {line}")

    assert silent == []


def test_rows_and_named_values_go_into_one_statement(
    conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        postgres,
        "statement",
        lambda _: "select n * %(times)s as n, '5%%' as share, %(wait)s as wait from (values %s) as r (n)",
    )

    with conn:
        rows = postgres.execute_values(conn, "any", [(1,), (2,)], fetch=True, times=3, wait=timedelta(minutes=90))

    assert rows == [{"n": n, "share": "5%", "wait": timedelta(minutes=90)} for n in (3, 6)]

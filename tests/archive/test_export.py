"""Export: what is in the parts, how a killed one goes on, and what the card says that the archive does not hold."""

from __future__ import annotations

import csv
import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from pipelines.archive import export as exporting
from pipelines.archive import export_formats, walk
from pipelines.archive.export import ExportRequest
from pipelines.archive.export_formats import BEFORE_FORMULA, FORMULA, HARMLESS, RUN_BY_SPREADSHEETS, Format
from pipelines.cli import app
from pipelines.model import Article
from pipelines.settings import Settings, export
from pipelines.stores import postgres
from tests import commands
from tests.archives import T0, article, keep

DAY = timedelta(days=1)
Nightdesk = Callable[..., Result]


@pytest.fixture
def nightdesk(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Nightdesk:
    """`nightdesk` on the installation of the test."""
    commands.use(settings, monkeypatch)
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


def _nights(settings: Settings, conn: postgres.Connection, nights: int, a_night: int = 3) -> None:
    """So many nights of an Arabic and an English paper, and the crawls that listened."""
    for night in range(nights):
        at = T0 + night * DAY
        run = f"{at:%Y-%m-%dT0200}"
        some: list[Article] = []
        for language, source in (("ar", "sana"), ("en", "harbour")):
            some += [
                article(
                    f"{night}-{n}", f"zebra {night} {n}", source=source, language=language, published_at=at - DAY / 24
                )
                for n in range(a_night)
            ]
        keep(settings, conn, some, run=run, at=at)
        with conn, conn.cursor() as cursor:
            cursor.execute("update urls set discovered_at = %s where discovered_run = %s", (at, run))
            for source in ("sana", "harbour"):
                cursor.execute(
                    "insert into runs (run, source, stage, state, started_at, ended_at) values (%s, %s, 'crawl', "
                    "'done', %s, %s)", (run, source, at, at),
                )  # fmt: skip


def _rows(folder: Path) -> list[dict[str, Any]]:
    """What the parts of a folder hold, in their order."""
    return [row for path in sorted(folder.glob("articles-*.parquet")) for row in pq.read_table(path).to_pylist()]


def _card(folder: Path) -> dict[str, Any]:
    said = json.loads((folder / "coverage.json").read_text(encoding="utf-8"))
    return {one["source"]: one for one in said["sources"]}


@pytest.fixture
def odd(settings: Settings, conn: postgres.Connection) -> None:
    """Three articles, one with everything that a form may spoil."""
    keep(settings, conn, [
        article("1", "=cmd|' /C calc'!A0\nسقطت داعش", title="+963 عنوان", authors=("Ali \"Baba\"", "سمر, يزبك"),
                tags=("a", "b"), published_at=datetime(2026, 11, 21, 23, 30, tzinfo=UTC)),
        article("2", "The council of Vienna met.", source="harbour", language="en"),
        article("3", "حزب\u200cالله", language="fa", published_at=T0 - 40 * DAY),
    ])  # fmt: skip


@pytest.mark.usefixtures("odd")
def test_parquet_has_types_and_time_zones(nightdesk: Nightdesk, tmp_path: Path) -> None:
    done = nightdesk("export", tmp_path / "out")

    assert done.exit_code == 0, done.output
    table = pq.read_table(tmp_path / "out/articles-00001.parquet")
    first = table.to_pylist()[0]
    assert table.schema.field("published_at").type == pa.timestamp("us", tz="UTC")
    assert first["published_at"] == datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
    assert first["dated"] == first["published_at"]
    assert first["authors"] == ['Ali "Baba"', "سمر, يزبك"]
    assert first["text"] == "=cmd|' /C calc'!A0\nسقطت داعش"
    assert (table.schema.field("id").type, table.schema.field("words").type) == (pa.int64(), pa.int32())
    assert table["published_at"].null_count == 1


@pytest.mark.usefixtures("odd")
def test_csv_is_harmless_to_a_spreadsheet_and_loses_nothing(nightdesk: Nightdesk, tmp_path: Path) -> None:
    nightdesk("export", tmp_path / "out", "--format", "csv")

    with (tmp_path / "out/articles-00001.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["text"] == "'=cmd|' /C calc'!A0\nسقطت داعش"
    assert rows[0]["title"] == "'+963 عنوان"
    assert json.loads(rows[0]["authors"]) == ['Ali "Baba"', "سمر, يزبك"]
    assert rows[0]["published_at"] == "2026-11-21T23:30:00.000000+00:00"
    assert not [cell for row in rows for cell in row.values() if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]


def test_a_folder_whose_name_has_a_colon_is_no_address(
    settings: Settings, conn: postgres.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(settings, conn, [article("1", "zebra")])
    monkeypatch.chdir(tmp_path)

    exporting.export(conn, Path("run:1"), ExportRequest(form=Format.PARQUET), None)

    assert [pq.read_table(part).num_rows for part in (tmp_path / "run:1").glob("*.parquet")] == [1]


@pytest.mark.usefixtures("odd")
def test_json_lines_are_what_the_archive_holds(nightdesk: Nightdesk, tmp_path: Path) -> None:
    nightdesk("export", tmp_path / "out", "--format", "jsonl")

    rows = [json.loads(line) for line in (tmp_path / "out/articles-00001.jsonl").read_text("utf-8").splitlines()]
    assert [row["url"] for row in rows] == ["https://sana.test/1", "https://sana.test/3", "https://harbour.test/2"]
    assert list(rows[0]) == list(walk.FIELDS)
    assert rows[1]["text"] == "حزب\u200cالله"
    assert rows[2]["published_at"] is None


def test_what_was_made_harmless_can_be_had_back(conn: postgres.Connection) -> None:
    texts = ["".join(some) for size in range(4) for some in product("'=+-@\t\r\n aع＝\u200f\x1f\x85", repeat=size)]
    says = {"begins": BEFORE_FORMULA + FORMULA, "formula": RUN_BY_SPREADSHEETS.pattern, "texts": texts}

    with conn, conn.cursor() as cursor:
        cursor.execute(
            f"select {HARMLESS.format('x')} from unnest(%(texts)s) with ordinality t (x, n) order by n", says
        )
        cells = [row["x"] for row in cursor.fetchall()]  # type: ignore[call-overload]

    runs = re.compile("\\A[\\s'\ufeff\u200e\u200f]*[=+\\-@\uff1d\uff0b\uff0d\uff20\t\r\n]")
    assert cells == ["'" + text if runs.match(text) else text for text in texts]
    assert cells == [export_formats.harmless(text) for text in texts]
    assert texts == [cell[1:] if cell[:1] == "'" and RUN_BY_SPREADSHEETS.match(cell) else cell for cell in cells]


# What a form, a quote, an escape or a reader of one of them might spoil.
HOSTILE = (
    *(
        "",
        " ",
        '"',
        '""',
        "'",
        "\\",
        "\\.",
        "\\N",
        "\\n",
        "NULL",
        "null",
        "nan",
        "N/A",
        "true",
        "1e5",
        "a,b",
        'a"b',
        "a\rb",
    ),
    *("a\nb", "a\r\nb", "\r", "\n", "\t", "a\tb", "\x01", "a\x02b", "\x08", "\x1b[31m", "\x1f=1", "\x7f", "\x85=1"),
    *("\u2028=1", "\u200f=1", "\u200e-1", "\ufeff", "\ufeff=1", "\u202eabc", "\u2066abc", "＝1", "=1", "'=1", " =1"),
    *("+1", "-", "@a", "😀", "\ud7ff\ue000", "\uffff", "{}", "[]", '{"a": 1}', '["a"]', "حزب\u200cالله", "e\u0301"),
    *("=cmd|' /C calc'!A0", "x" * 40_000, "ع\n" * 9_000),
)
ODD_MOMENTS = (
    None,
    "2026-11-21 23:30:00",
    "2026-11-21 23:30:00.5",
    "1900-01-01 00:00:00.000001",
    "9999-12-31 23:59:59.999999",
)


def test_no_form_spoils_a_value(
    settings: Settings, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keep(settings, conn, [article(str(n), f"zebra {n}") for n in range(len(HOSTILE))])
    with conn, conn.cursor() as cursor:
        for number, text in enumerate(HOSTILE):
            asked = {"n": number + 1, "t": text, "l": [text, "", text], "m": ODD_MOMENTS[number % len(ODD_MOMENTS)]}
            cursor.execute(
                "update articles set title = %(t)s, description = %(t)s, text = %(t)s, image = %(t)s, section = %(t)s,"
                " extractor = %(t)s, authors = %(l)s, tags = case when %(n)s %% 2 = 0 then %(l)s else '{}'::text[] end,"
                " published_at = %(m)s::timestamp at time zone 'utc', gone_at = %(m)s::timestamp at time zone 'utc'"
                " where id = (select id from articles order by id offset %(n)s - 1 limit 1)",
                asked,
            )
        cursor.execute("select * from nightdesk.articles order by id")
        stored = [{name: row[name] for name in walk.FIELDS} for row in cursor.fetchall()]  # type: ignore[call-overload]
    monkeypatch.setattr(export_formats, "GROUP_ROWS", 7)

    with conn, conn.cursor() as cursor:
        # The address of a database can ask for any zone and style; the moments of an export are in UTC all the same.
        cursor.execute("set timezone = 'Asia/Kathmandu'; set datestyle = 'SQL'")
    for form in Format:
        exporting.export(conn, tmp_path / form, ExportRequest(form=form), None, part_rows=40)

    files = {form: sorted((tmp_path / form).glob("articles-*")) for form in Format}
    assert [row for file in files[Format.PARQUET] for row in pq.read_table(file).to_pylist()] == stored
    lines = [line for file in files[Format.JSONL] for line in file.read_text("utf-8").split("\n")[:-1]]
    assert [_with_moments(json.loads(line)) for line in lines] == stored
    rows = []
    for file in files[Format.CSV]:
        with file.open(encoding="utf-8-sig", newline="") as cells:
            rows += [_of_cells(row) for row in csv.DictReader(cells)]
    assert rows == stored


def _with_moments(told: dict[str, Any]) -> dict[str, Any]:
    return told | {name: datetime.fromisoformat(told[name]) for name in export_formats.MOMENTS if told[name]}


def _of_cells(cells: dict[str, str]) -> dict[str, Any]:
    """A row of CSV as a program has it back, as docs/archive.md says."""
    told: dict[str, Any] = {
        name: cell[1:] if cell[:1] == "'" and RUN_BY_SPREADSHEETS.match(cell) else cell for name, cell in cells.items()
    }
    told |= {name: json.loads(cells[name]) for name in export_formats.LISTS}
    told |= {name: int(cells[name]) for name in ("id", "words", "revision")}
    return _with_moments(told | {name: cells[name] or None for name in export_formats.MOMENTS})


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("--query", "داعش"), ["1"]),
        (("--query", '"council of vienna"'), ["2"]),
        (("--query", "lang:fa OR source:harbour"), ["3", "2"]),
        (("--source", "sana"), ["1", "3"]),
        (("--source", "sana", "--to", "2026-10"), ["3"]),
        (("--from", "2026-11-21", "--to", "2026-11-21"), ["1"]),
        (("--query", "country:NO"), []),
        (("--query", "nothing"), []),
    ],
)
@pytest.mark.usefixtures("odd")
def test_a_query_a_source_and_days_limit_what_is_exported(
    nightdesk: Nightdesk, tmp_path: Path, words: tuple[str, ...], found: list[str]
) -> None:
    done = nightdesk("export", tmp_path / "out", *words)

    assert done.exit_code == 0, done.output
    assert [row["url"].rsplit("/", 1)[1] for row in _rows(tmp_path / "out")] == found


def test_a_killed_export_goes_on_where_it_was(settings: Settings, conn: postgres.Connection, tmp_path: Path) -> None:
    keep(settings, conn, [article(str(n), f"zebra {n}") for n in range(400)])
    env = {**os.environ, **export(settings)}
    words = [sys.executable, "-c", "from pipelines.cli import main; main()", "export"]
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    subprocess.run([*words, str(whole), "--part", "7"], env=env, check=True, capture_output=True)

    kills = 0
    while not (killed / "coverage.html").exists():
        running = subprocess.Popen([*words, str(killed), "--part", "7"], env=env, stdout=subprocess.DEVNULL)
        before = len(list(killed.glob("articles-*"))) if killed.exists() else 0
        until = time.monotonic() + 60
        # Let it write some parts, and kill it in the middle of whatever it does then.
        while running.poll() is None and time.monotonic() < until and kills < 2:
            if killed.exists() and len(list(killed.glob("articles-*"))) > before + 5:
                running.send_signal(signal.SIGKILL)
                kills += 1
                break
        running.wait(60)
        if kills == 1:
            keep(settings, conn, [article("later", "zebra")], run="2026-11-23T0200", at=T0 + DAY)

    assert kills
    assert _rows(killed) == _rows(whole)
    assert sorted(path.name for path in killed.iterdir()) == sorted(path.name for path in whole.iterdir())
    assert _card(killed)["sana"]["days"][0]["exported"] == 400


def test_an_export_without_room_says_so_and_goes_on_once_there_is(
    nightdesk: Nightdesk, settings: Settings, conn: postgres.Connection, tmp_path: Path
) -> None:
    keep(settings, conn, [article(str(n), f"zebra {n}") for n in range(40)])
    words = [sys.executable, "-c", "from pipelines.cli import main; main()", "export", str(tmp_path / "out")]

    full = subprocess.run(
        [*words, "--format", "csv"],
        # A module's bytes, cut at the limit as well, would be read by whoever comes next.
        env={**os.environ, **export(settings), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600)),
    )
    again = nightdesk("export", tmp_path / "out", "--format", "csv")

    assert (full.returncode, "cannot be read or written" in full.stderr) == (1, True), full.stderr
    assert "Traceback" not in full.stderr
    assert (again.exit_code, _card(tmp_path / "out")["sana"]["days"][0]["exported"]) == (0, 40)


def test_a_folder_takes_one_export_and_nothing_of_others(
    nightdesk: Nightdesk, settings: Settings, conn: postgres.Connection, tmp_path: Path
) -> None:
    keep(settings, conn, [article("1", "zebra")])
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.odt").touch()
    nightdesk("export", tmp_path / "out")

    again = nightdesk("export", tmp_path / "out")
    other = nightdesk("export", tmp_path / "out", "--query", "zebra")
    mine = nightdesk("export", tmp_path / "mine")
    wrong = nightdesk("export", tmp_path / "new", "--from", "yesterday")

    assert (again.exit_code, len(_rows(tmp_path / "out"))) == (0, 1)
    assert "holds another export (query none)" in str(other.exception)
    assert "thesis.odt" in str(mine.exception)
    assert "--from yesterday is no day" in str(wrong.exception)


def test_two_weeks_of_one_language_that_are_gone_from_the_archive_show_on_the_card(
    nightdesk: Nightdesk, settings: Settings, conn: postgres.Connection, tmp_path: Path
) -> None:
    _nights(settings, conn, 24)
    with conn, conn.cursor() as cursor:
        cursor.execute(
            "delete from articles where language = 'ar' and published_at between %s and %s",
            (T0 + 4 * DAY, T0 + 18 * DAY),
        )

    nightdesk("export", tmp_path / "out")

    card = _card(tmp_path / "out")
    missing = [day["day"] for day in card["sana"]["days"] if "missing" in day["gaps"]]
    assert missing == [f"{T0 + n * DAY:%Y-%m-%d}" for n in range(5, 19)]
    assert {day["missing"] for day in card["sana"]["days"] if day["day"] in missing} == {3}
    assert not [day for day in card["harbour"]["days"] if day["gaps"]]
    page = (tmp_path / "out/coverage.html").read_text(encoding="utf-8")
    assert "2026-11-27 to 2026-12-10 (14 days): missing, 42 articles" in page


def test_the_card_tells_days_on_which_nobody_listened_days_with_few_and_what_was_rejected(
    nightdesk: Nightdesk, settings: Settings, conn: postgres.Connection, tmp_path: Path
) -> None:
    _nights(settings, conn, 12, a_night=6)
    with conn, conn.cursor() as cursor:
        cursor.execute("delete from runs where source = 'sana' and run like '2026-11-25%'")
        cursor.execute("delete from articles where source = 'sana' and first_run like '2026-12-02%'")
        cursor.execute("delete from outcomes where run like '2026-12-02%' and source = 'sana'")
        cursor.execute("delete from fetches where run like '2026-12-02%' and source = 'sana'")
        cursor.execute("delete from urls where source = 'sana' and discovered_run like '2026-12-02%'"
                       " and url not like '%-0'")  # fmt: skip
        cursor.execute("update urls set state = 'rejected', code = 'paywall' where source = 'sana' and "
                       "discovered_run like '2026-12-02%'")  # fmt: skip

    nightdesk("export", tmp_path / "out", "--source", "sana")

    card = _card(tmp_path / "out")
    days = {day["day"]: day for day in card["sana"]["days"]}
    assert list(card) == ["sana"]
    assert card["sana"]["followed_since"] == "2026-11-22"
    assert card["sana"]["extractors"] == {"x1": 66}
    assert {day: one["gaps"] for day, one in days.items() if one["gaps"]} == {
        "2026-11-25": ["nobody listened"],
        "2026-12-02": ["few"],
    }
    assert (days["2026-12-02"]["expected"], days["2026-12-02"]["rejected"]) == (6, {"paywall": 1})
    assert (days["2026-12-03"]["found"], days["2026-12-03"]["exported"]) == (6, 6)

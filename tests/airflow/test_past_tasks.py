"""What the tasks of the Dags `import` and `backfill` do: nothing before a person said yes, and then what was shown."""

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="nightdesk-airflow-"))

from pipelines.errors import NightdeskError
from pipelines.settings import Settings
from pipelines.stores import postgres
from tests import commands, papers, sites
from tests.later import Later
from tests.sites import Sites
from tests.warcs import saved, story

past_tasks = Later("pipelines.airflow.past_tasks")

HOST = "http://a.test"
DAYS = ("2022-03-01", "2022-03-02", "2022-04-01")


@pytest.fixture(autouse=True)
def followed(here: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    commands.use(here, monkeypatch)
    (here.sources / "a.toml").write_text(
        f'title = "A"\nurl = "{HOST}/"\ncountry = "SY"\nlanguage = "ar"\ntimezone = "UTC"\ndelay = 0.1\n'
        f'sitemaps = ["{HOST}/map.xml"]\n',
        encoding="utf-8",
    )


def stored(conn: postgres.Connection) -> list[tuple[Any, ...]]:
    with conn, conn.cursor() as cursor:
        cursor.execute("select source, url from articles order by url")
        return [tuple(row.values()) for row in cursor.fetchall()]  # type: ignore[attr-defined]


def test_an_import_shows_what_is_in_a_file_and_takes_it_once_somebody_approves(
    here: Settings, conn: postgres.Connection
) -> None:
    (here.data / "imports").mkdir()
    saved(here.data / "imports" / "some.warc.gz", [story(1, "a.test"), story(2, "other.test"), b"no record at all"])

    looked = past_tasks.look_at_import({"path": "some.warc.gz", "in_place": False})

    assert looked["pages"] == 2
    assert "| a | 1 |" in looked["report"] and "| imported | 1 |" in looked["report"]
    assert "Not read: " in looked["report"]
    assert stored(conn) == []

    said = past_tasks.bring_in(looked)

    assert said == "2 pages read: 2 new."
    assert [source for source, _ in stored(conn)] == ["a", "imported"]


def test_an_import_reads_no_file_beside_the_folder_of_imports(here: Settings, tmp_path: Path) -> None:
    saved(tmp_path / "else.warc.gz", [story(1, "a.test")])
    here.data.mkdir(exist_ok=True)
    names = ("../../etc/passwd", str(tmp_path / "else.warc.gz"), "none.warc.gz")

    for name, why in zip(names, ("is not in", "is not in", "There is no"), strict=True):
        with pytest.raises(NightdeskError, match=why):
            past_tasks.look_at_import({"path": name})


def test_a_backfill_shows_the_months_and_fetches_as_many_as_was_said_however_often_it_is_tried(
    conn: postgres.Connection, web: Sites
) -> None:
    entries = [f"<url><loc>{HOST}/news/{n}</loc><lastmod>{day}</lastmod></url>" for n, day in enumerate(DAYS, 1)]
    listed = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{"".join(entries)}</urlset>'
    web.pages[f"{HOST}/map.xml"] = sites.answer(200, listed.encode(), "application/xml")
    for n in range(1, len(DAYS) + 1):
        web.pages[f"{HOST}/news/{n}"] = papers.conditional(papers.story(n))

    looked = past_tasks.look_at_backfill({"source": "a", "from": "2022-03", "to": "2022-05", "pages": 2})

    assert "| 2022-03 | 2 | 0 | 2 |" in looked["report"]
    assert "anything of 2022-05: that can't be reached" in looked["report"]
    assert web.asked("/news/") == []

    waiting = [past_tasks.want(looked) for _ in range(2)]
    said = past_tasks.fetch(looked)

    assert waiting == [2, 2]
    assert said == "2 pages of a fetched: 2 new."
    assert [url for _, url in stored(conn)] == [f"{HOST}/news/2", f"{HOST}/news/3"]


def test_days_that_are_none_and_a_look_that_finds_nothing_are_told_by_the_names_of_the_form(web: Sites) -> None:
    web.pages[f"{HOST}/map.xml"] = sites.answer(200, b"<urlset/>", "application/xml")

    with pytest.raises(NightdeskError, match="From 2022-99 is no day"):
        past_tasks.look_at_backfill({"source": "a", "from": "2022-99", "pages": 1})
    with pytest.raises(NightdeskError, match="There is nothing to fetch"):
        past_tasks.look_at_backfill({"source": "a", "from": "2022-03", "to": "2022-05", "pages": 1})

"""Raw files held against their chain: what was changed, cut, exchanged, taken away or put there is named, no more."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from demo.sites import write_sources
from pipelines.archive.verify import VerifyReport, verify
from pipelines.cli import app
from pipelines.codes import ChainLine, Finding
from pipelines.crawl import stage as crawl
from pipelines.follow import renames
from pipelines.health import duties
from pipelines.settings import Settings
from pipelines.stores import anchors, chain, postgres, raw_retention, timestamps, warc
from pipelines.stores.chain import Break, ChainLink
from tests import commands, factories, sites
from tests.databases import rows
from tests.sites import NEXT, RUN, Sites
from tests.timestamps import authority

NIGHTS = ["2026-11-20T0200", "2026-11-21T0200", "2026-11-22T0200"]


@pytest.fixture
def nights(settings: Settings, conn: postgres.Connection) -> list[Path]:
    """Three nights of the source jisr, each a raw file with four pages in the ledger and a line in the chain."""
    return [night(settings, conn, run) for run in NIGHTS]


def night(settings: Settings, conn: postgres.Connection, run: str, source: str = "jisr") -> Path:
    pages = [
        factories.page(source, f"https://{source}.test/{run}/{n}", f"<p>{'نص الخبر ' * 400}{n}</p>", run=run)
        for n in range(4)
    ]
    factories.fetched_pages(settings, conn, pages)
    path = settings.raw / source / run / f"{source}-{run}-1.warc.gz"
    # As a crawl does it: the line first, then the name.
    still_open = path.rename(path.with_name(path.name + ".open"))
    chain.close(settings.raw, still_open)
    return warc.seal(still_open)


def looked(settings: Settings, conn: postgres.Connection, **how: object) -> VerifyReport:
    return verify(settings, conn, **how)  # type: ignore[arg-type]


def damage(made: VerifyReport) -> list[tuple[Finding, str]]:
    return [(found.finding, Path(found.file).name) for found in made.damage]


@pytest.mark.parametrize("records", [True, False])
def test_files_as_they_were_written_are_no_damage(
    settings: Settings, conn: postgres.Connection, nights: list[Path], records: bool
) -> None:
    made = looked(settings, conn, records=records)

    assert (made.files, made.damage, dict(made.notes)) == (3, [], {})
    assert made.records == (3 * (1 + 3 * 4) if records else 0)
    assert made.bytes == sum(path.stat().st_size for path in nights)


def test_one_flipped_byte_names_the_file_and_the_record_by_offset_and_url(
    settings: Settings, conn: postgres.Connection, nights: list[Path]
) -> None:
    (page,) = [one for one in warc.pages(nights[1]) if one[1].url.endswith("/2")]
    content = bytearray(nights[1].read_bytes())
    content[page[0].warc_offset + page[0].warc_length // 2] ^= 1
    nights[1].write_bytes(content)

    made = looked(settings, conn)

    (file, record) = made.damage
    assert (file.finding, file.file) == (Finding.CHANGED, warc.name_of(nights[1]))
    assert file.detail.endswith("bytes, and had other ones")
    assert (record.finding, record.offset, record.url) == (
        Finding.RECORD,
        page[0].warc_offset,
        f"https://jisr.test/{NIGHTS[1]}/2",
    )


@pytest.mark.parametrize("place", [0.05, 0.3, 0.5, 0.7, 0.95])
def test_wherever_a_byte_is_flipped_one_record_alone_is_named(
    settings: Settings, conn: postgres.Connection, nights: list[Path], place: float
) -> None:
    content = bytearray(nights[0].read_bytes())
    content[int(len(content) * place)] ^= 0x10
    nights[0].write_bytes(content)

    made = looked(settings, conn)

    assert [found.finding for found in made.damage] == [Finding.CHANGED, Finding.RECORD]
    assert made.damage[1].offset is not None and made.damage[1].offset <= len(content) * place
    assert made.records == 1 + 3 * 4


def test_a_page_that_was_put_in_the_place_of_another_with_its_own_right_digests_is_named(
    settings: Settings, conn: postgres.Connection, nights: list[Path]
) -> None:
    """Whoever rewrites a record writes its digests anew: the ledger has another one."""
    name = warc.name_of(nights[0])
    forged = [page for _, page, _ in warc.pages(nights[0])]
    writer = warc.begin(settings.data / "forged", "jisr", NIGHTS[0])
    for page in forged:
        body = page.body.replace("الخبر".encode(), "الكذب".encode())
        warc.append(writer, factories.page("jisr", page.url, body, run=NIGHTS[0]), {"kind": "article"})
    forged_file = warc.finish(writer)
    assert forged_file
    shutil.copyfile(forged_file, nights[0])

    made = looked(settings, conn)

    # Packed, it is some bytes longer or shorter.
    assert damage(made)[0][0] in (Finding.CHANGED, Finding.TRUNCATED)
    assert {found.url for found in made.damage if found.finding == Finding.RECORD} >= {forged[0].url}
    assert {found.file for found in made.damage} == {name}


def test_a_missing_a_swapped_an_inserted_and_a_truncated_file_are_each_named(
    settings: Settings, conn: postgres.Connection, nights: list[Path]
) -> None:
    more = [night(settings, conn, run) for run in ("2026-11-23T0200", "2026-11-24T0200")]
    nights[0].unlink()
    first, second = nights[1].read_bytes(), nights[2].read_bytes()
    nights[1].write_bytes(second)
    nights[2].write_bytes(first)
    more[0].write_bytes(more[0].read_bytes()[:-300])
    inserted = more[1].with_name("jisr-2026-11-24T0200-2.warc.gz")
    shutil.copyfile(more[1], inserted)

    made = looked(settings, conn)

    found = [one for one in damage(made) if one[0] != Finding.RECORD]
    assert found == [
        (Finding.MISSING, nights[0].name), (Finding.SWAPPED, nights[1].name), (Finding.SWAPPED, nights[2].name),
        (Finding.TRUNCATED, more[0].name), (Finding.INSERTED, inserted.name),
    ]  # fmt: skip
    (cut,) = [one for one in made.damage if one.finding == Finding.RECORD]
    assert (cut.file, cut.url) == (warc.name_of(more[0]), "https://jisr.test/2026-11-23T0200/3")


def test_a_file_that_cannot_be_read_is_named_and_hides_no_other(
    settings: Settings, conn: postgres.Connection, nights: list[Path]
) -> None:
    """As of a broken disk: here a folder has its name."""
    nights[0].unlink()
    nights[0].mkdir()
    nights[1].unlink()

    made = looked(settings, conn)

    assert damage(made) == [(Finding.UNREADABLE, nights[0].name), (Finding.MISSING, nights[1].name)]
    assert made.damage[0].detail == "Is a directory"
    assert made.files == 1


def test_a_file_that_neither_chain_nor_disk_has_is_missed_by_the_ledger(
    settings: Settings, conn: postgres.Connection, nights: list[Path]
) -> None:
    """Whoever takes away the newest file and its line leaves a whole chain."""
    later = "2999-01-01T0200"
    path = night(settings, conn, later)
    path.unlink()
    lines = (settings.raw / "jisr" / chain.NAME).read_bytes().splitlines(keepends=True)
    (settings.raw / "jisr" / chain.NAME).write_bytes(b"".join(lines[:-1]))

    made = looked(settings, conn)

    assert damage(made) == [(Finding.MISSING, path.name)]
    assert made.damage[0].detail == "4 pages of the ledger stand in it"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda lines: [lines[0], *lines[2:]], "does not name the line before"),
        (lambda lines: [lines[1], lines[0], *lines[2:]], "does not name the line before"),
        (lambda lines: [lines[0].replace(b"1", b"2", 1), *lines[1:]], "does not name the line before"),
        (lambda lines: [b"nothing\n", *lines[1:]], "is no line of a chain"),
    ],
    ids=["a line is gone", "two are exchanged", "one is changed", "one is none"],
)
def test_a_changed_chain_is_named_by_its_line(
    settings: Settings,
    conn: postgres.Connection,
    nights: list[Path],
    change: Callable[[list[bytes]], list[bytes]],
    why: str,
) -> None:
    path = settings.raw / "jisr" / chain.NAME
    path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))

    made = looked(settings, conn)

    broken = [found for found in made.damage if found.finding == Finding.CHAIN]
    assert broken and why in broken[0].detail and broken[0].file == f"jisr/{chain.NAME}"


def test_what_retention_took_away_is_no_loss(settings: Settings, conn: postgres.Connection, nights: list[Path]) -> None:
    with conn, conn.cursor() as cursor:
        cursor.execute("update urls set state = 'stored'")
    now = datetime(2026, 11, 23, tzinfo=UTC)

    raw_retention.retire(settings.model_copy(update={"keep_raw_days": 2}), now)
    made = looked(settings, conn)

    assert not nights[0].exists() and nights[2].exists()
    assert (made.damage, made.notes[Finding.RETIRED]) == ([], 1)
    assert "NIGHTDESK_KEEP_RAW_DAYS" in made.told[0].detail


def test_a_retention_that_was_killed_behind_its_line_goes_on_and_says_nothing_twice(
    settings: Settings, conn: postgres.Connection, nights: list[Path]
) -> None:
    name = warc.name_of(nights[0])
    chain.retire(settings.raw, [name], "it is old")

    between = looked(settings, conn)
    chain.retire(settings.raw, [name], "it is old")
    nights[0].unlink()
    after = looked(settings, conn)

    assert (between.damage, between.notes[Finding.RETIRED]) == ([], 1)
    assert (after.damage, after.notes[Finding.RETIRED]) == ([], 1)
    assert [link.told for link in chain.links(settings.raw, "jisr")].count(ChainLine.RETIRED) == 1


def test_files_of_before_there_was_a_chain_are_taken_in_by_upkeep_and_said_to_be_so(
    settings: Settings, conn: postgres.Connection
) -> None:
    paths = []
    for run in NIGHTS[:2]:
        pages = [factories.page("jisr", f"https://jisr.test/{run}", "<p>text</p>", run=run)]
        factories.fetched_pages(settings, conn, pages)
        paths.append(settings.raw / "jisr" / run / f"jisr-{run}-1.warc.gz")
    gone = factories.page("jisr", "https://jisr.test/gone", "<p>text</p>", run="2026-11-19T0200")
    factories.fetched_pages(settings, conn, [gone])
    shutil.rmtree(settings.raw / "jisr" / "2026-11-19T0200")
    unkept = settings.model_copy(update={"keep_raw_days": 0})

    before = looked(settings, conn)
    night(settings, conn, NIGHTS[2])
    begun = looked(settings, conn)
    duties.retire_raw(unkept)
    after = looked(settings, conn)
    inserted = paths[0].with_name("jisr-2026-11-20T0200-9.warc.gz")
    shutil.copyfile(paths[0], inserted)
    duties.retire_raw(unkept)

    assert (before.damage, before.notes) == ([], {Finding.NOT_TAKEN_IN: 2, Finding.BEFORE: 1})
    assert (begun.damage, begun.notes) == ([], {Finding.NOT_TAKEN_IN: 2, Finding.BEFORE: 1})
    assert (after.damage, after.notes) == ([], {Finding.TAKEN_IN: 2, Finding.BEFORE: 1})
    assert damage(looked(settings, conn)) == [(Finding.INSERTED, inserted.name)]


def test_a_rewritten_file_is_told_with_its_reason_and_its_old_bytes_are_damage_from_then_on(
    settings: Settings, conn: postgres.Connection, nights: list[Path]
) -> None:
    name, before = warc.name_of(nights[0]), nights[0].read_bytes()
    (first, _, _), *_ = warc.pages(nights[0])

    chain.rewrite(settings.raw, name, io.BytesIO(before[: first.warc_offset]), "erased at the wish of a person")
    made = looked(settings, conn)
    nights[0].write_bytes(before)
    back = looked(settings, conn)

    assert (made.damage, made.notes) == ([], {Finding.REWRITTEN: 1})
    assert "erased at the wish of a person" in made.told[0].detail
    assert damage(back) == [(Finding.CHANGED, nights[0].name)]


@pytest.mark.parametrize("told", [True, False], ids=["behind the line", "before the line"])
def test_a_rewriting_that_was_killed_is_finished_or_taken_back_by_upkeep(
    settings: Settings, conn: postgres.Connection, nights: list[Path], told: bool
) -> None:
    name, before = warc.name_of(nights[0]), nights[0].read_bytes()
    chain.rewrite(settings.raw, name, io.BytesIO(b"other"), "erased")
    nights[0].with_name(nights[0].name + chain.REWRITING).write_bytes(b"other" if told else b"oth")
    nights[0].write_bytes(before)
    between = looked(settings, conn)

    duties.retire_raw(settings.model_copy(update={"keep_raw_days": 0}))

    assert [path.name for path in nights[0].parent.iterdir()] == [nights[0].name]
    assert nights[0].read_bytes() == (b"other" if told else before)
    assert between.notes[Finding.REWRITTEN] == told


def test_a_crawl_writes_the_chain_and_one_that_was_killed_at_its_end_enters_it_once(
    here: Settings, web: Sites, conn: postgres.Connection
) -> None:
    source = sites.site(web, "a.test", 3)
    crawl.crawl(here, [source], RUN)
    (closed,) = (here.raw / "a" / RUN).glob("*.warc.gz")
    # Killed behind the line and before the name.
    closed.rename(closed.with_name(closed.name + ".open"))
    between = looked(here, conn)

    crawl.crawl(here, [source], NEXT)

    assert between.damage == []
    links = chain.links(here.raw, "a")
    assert (links[0].told, links[0].file) == (ChainLine.CLOSED, warc.name_of(closed))
    assert len({link.file for link in links}) == len(links)
    assert looked(here, conn, records=True).damage == []


def test_a_file_that_a_killed_crawl_left_enters_the_chain_without_its_torn_tail(
    here: Settings, web: Sites, conn: postgres.Connection
) -> None:
    source = sites.site(web, "a.test", 3)
    crawl.crawl(here, [source], RUN)
    (closed,) = (here.raw / "a" / RUN).glob("*.warc.gz")
    (here.raw / "a" / chain.NAME).unlink()
    torn = closed.with_name(closed.name + ".open")
    torn.write_bytes(closed.read_bytes() + b"\x1f\x8b\x08\x00torn")
    closed.unlink()

    crawl.crawl(here, [source], NEXT)

    assert chain.links(here.raw, "a")[0].sha256 == chain.digest_of(closed)
    assert looked(here, conn, records=True).damage == []


def test_a_torn_line_is_cut_off_and_the_chain_goes_on(
    settings: Settings, conn: postgres.Connection, nights: list[Path]
) -> None:
    with (settings.raw / "jisr" / chain.NAME).open("ab") as file:
        file.write(b'{"number": 4, "prev')

    night(settings, conn, "2026-11-23T0200")

    lines = list(chain.read(settings.raw, "jisr"))
    assert [line.number for line in lines if isinstance(line, ChainLink)] == [1, 2, 3, 4]
    assert not any(isinstance(line, Break) for line in lines)


def test_a_renamed_source_keeps_a_whole_chain_and_is_verified_under_its_new_name(
    settings: Settings, conn: postgres.Connection, nights: list[Path]
) -> None:
    write_sources([factories.source("jisr")], settings.sources)
    with conn, conn.cursor() as cursor:
        cursor.execute("update urls set state = 'stored'")

    renames.rename(settings, "jisr", "bridge")
    night(settings, conn, "2026-11-25T0200", "bridge")
    made = looked(settings, conn, source="bridge", records=True)

    assert (made.files, made.damage) == (4, [])
    assert [head.folder for head in made.heads] == ["bridge", "jisr"]
    assert chain.source_of(chain.links(settings.raw, "jisr"), "jisr") == "bridge"


def test_verify_tells_people_and_programs_and_its_exit_code_is_the_verdict(
    settings: Settings, conn: postgres.Connection, nights: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    commands.use(settings, monkeypatch)
    whole = CliRunner().invoke(app, ["verify"])
    nights[2].write_bytes(nights[2].read_bytes()[:-1])

    people = CliRunner().invoke(app, ["verify", "jisr", "--run", NIGHTS[2]])
    programs = CliRunner().invoke(app, ["verify", "--json"])
    others = CliRunner().invoke(app, ["verify", "--run", NIGHTS[0], "--records"])

    assert (whole.exit_code, people.exit_code, programs.exit_code, others.exit_code) == (0, 1, 1, 0)
    assert "Every file that was read is as it was written." in whole.stdout
    assert "truncated" in people.stdout and nights[2].name in people.stdout
    told = json.loads(programs.stdout)
    assert [found["finding"] for found in told["damage"]] == ["truncated", "record"]
    assert told["chains"][0]["folder"] == "jisr" and told["chains"][0]["number"] == 3
    assert "13 records" in others.stdout


def test_a_chain_that_was_written_anew_is_not_the_one_that_was_kept_elsewhere(
    settings: Settings, conn: postgres.Connection, nights: list[Path], tmp_path: Path
) -> None:
    kept = tmp_path / "elsewhere" / "digests"
    kept.parent.mkdir()
    current = settings.model_copy(update={"keep_raw_days": 0, "chain_file": str(kept), "chain_channel": "desk"})
    duties.retire_raw(current)
    duties.retire_raw(current)
    whole = looked(current, conn, kept=anchors.read(kept))

    # The last night and its line are taken away, and the chain before it is written anew.
    _write_anew(settings, nights)
    made = looked(current, conn, kept=anchors.read(kept))

    assert len(kept.read_text().splitlines()) == 1
    assert (whole.damage, whole.heads[0].kept) == ([], 3)
    assert damage(made) == [(Finding.CHAIN, chain.NAME)]
    assert made.damage[0].detail == "line 3: it was kept elsewhere and is gone"
    (told,) = rows(conn, "select channel, subject, body from deliveries")
    assert told[0] == "desk" and f"jisr 3 {whole.heads[0].digest}" in told[2]


def test_digests_that_cannot_be_kept_are_told_to_the_operators_and_keep_nobody_from_the_rest(
    settings: Settings, conn: postgres.Connection, nights: list[Path]
) -> None:
    current = settings.model_copy(update={"chain_file": "/nonexistent/folder/digests", "operators": "desk"})
    with conn, conn.cursor() as cursor:
        cursor.execute("update urls set state = 'stored'")

    done = duties.retire_raw(current.model_copy(update={"keep_raw_days": 1}))

    assert done["files"] == 3
    assert "/nonexistent/folder/digests" in rows(conn, "select subject from deliveries")[0][0]


def test_the_digests_are_stamped_by_a_third_party_once_a_day_and_verify_holds_stamps_and_chains_against_each_other(
    settings: Settings, conn: postgres.Connection, nights: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with authority() as third, authority() as other:
        root = tmp_path / "root.pem"
        root.write_bytes(third.root)
        current = settings.model_copy(
            update={"keep_raw_days": 0, "timestamp_url": third.url, "timestamp_ca": str(root), "operators": "desk"}
        )
        commands.use(current, monkeypatch)

        duties.retire_raw(current)
        duties.retire_raw(current)
        (text,) = (settings.data / "raw-stamps").glob("*.txt")
        whole = CliRunner().invoke(app, ["verify"])

        root.write_bytes(other.root)
        strange = CliRunner().invoke(app, ["verify"])
        root.write_bytes(third.root)
        before = text.read_bytes()
        text.write_bytes(before.replace(b" jisr 3 ", b" jisr 2 "))
        forged = CliRunner().invoke(app, ["verify"])
        text.write_bytes(before)
        _write_anew(settings, nights)
        cut = CliRunner().invoke(app, ["verify"])

    assert len(third.asked) == 1
    assert whole.exit_code == 0 and "1 time stamps hold" in whole.stdout
    assert strange.exit_code == 1 and "it is not valid" in strange.stdout
    assert forged.exit_code == 1 and "Mismatch between messages" in forged.stdout
    assert cut.exit_code == 1 and "line 3: it was kept elsewhere and is gone" in " ".join(cut.stdout.split())


def test_an_authority_that_refuses_is_told_to_the_operators_and_asked_again(
    settings: Settings, conn: postgres.Connection, nights: list[Path]
) -> None:
    with authority() as third:
        current = settings.model_copy(update={"keep_raw_days": 0, "timestamp_url": third.url, "operators": "desk"})
        third.refuse = True
        duties.retire_raw(current)
        third.refuse = False
        duties.retire_raw(current)

    assert len(third.asked) == 2
    assert "answers 500 with no time stamp" in rows(conn, "select subject from deliveries")[0][0]
    assert len(timestamps.stamps(current)) == 1


def _write_anew(settings: Settings, nights: list[Path]) -> None:
    """Take the last night and its line away, and write the chain before it anew."""
    (settings.raw / "jisr" / chain.NAME).unlink()
    for path in nights:
        path.rename(path.with_name(path.name + ".open"))
    for path in nights[:2]:
        chain.close(settings.raw, path.with_name(path.name + ".open"))
        warc.seal(path.with_name(path.name + ".open"))


def test_a_stamp_whose_text_is_gone_or_that_cannot_be_written_keeps_upkeep_from_nothing(
    settings: Settings, conn: postgres.Connection, nights: list[Path], tmp_path: Path
) -> None:
    folder = settings.data / timestamps.FOLDER
    folder.mkdir()
    (folder / "2026-11-01T020000.tsr").write_bytes(b"a stamp")
    with authority() as third:
        current = settings.model_copy(
            update={"keep_raw_days": 0, "timestamp_url": third.url, "operators": "desk", "chain_channel": "vault"}
        )
        duties.retire_raw(current)
        made = timestamps.stamps(current)
        shutil.rmtree(folder)
        folder.write_bytes(b"no folder")
        duties.retire_raw(current)

    assert len(made) == 2
    told = {subject for (subject,) in rows(conn, "select subject from deliveries")}
    assert any("cannot be stamped" in subject for subject in told)
    assert any(subject.startswith("Digests of the raw store") for subject in told)

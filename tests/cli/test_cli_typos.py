"""What is mistyped on the command line: one sentence with the near names and exit 1, and nothing is done."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from typer.testing import CliRunner, Result

from pipelines.alert import watches
from pipelines.cli import app, main
from pipelines.model import Tally
from pipelines.settings import Settings
from pipelines.stores import postgres, runs
from tests import commands

Nightdesk = Callable[..., Result]
RUN = "2026-11-22T0200"


@pytest.fixture
def nightdesk(settings: Settings, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch) -> Nightdesk:
    """`nightdesk` on an installation with the watch daesh, the channel desk, the source sabah and one run."""
    commands.use(settings, monkeypatch, NIGHTDESK_CHANNEL_DESK="webhook+http://127.0.0.1:1/")
    (settings.sources / "sabah.toml").write_text(
        'title = "صباح"\nurl = "http://sabah.test/"\ncountry = "SY"\nlanguage = "ar"\ntimezone = "Asia/Damascus"\n'
        'feeds = ["http://sabah.test/feed/"]\n',
        encoding="utf-8",
    )
    with conn:
        watches.add(conn, watches.make("daesh", ["داعش"], channels=["desk"]))
    runs.begin(conn, RUN, "sabah", "crawl")
    with conn:
        runs.end(conn, Tally(run=RUN, source="sabah", stage="crawl", state="done"))
    return lambda *words: CliRunner().invoke(app, words)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("watch", "test", "deash", "x"), "There is no watch deash (near: daesh)"),
        (("watch", "remove", "deash"), "There is no watch deash (near: daesh)"),
        (("watch", "add", "x", "y", "--source", "sabha"), "There is no source sabha (near: sabah)"),
        (("watch", "add", "x", "y", "--kind", "edited"), "'edited' is no kind of change; allowed are new, revised,"),
        (("watch", "add", "x", "y", "--language", "arabic"), "'arabic' is no language code"),
        (("alerts", "--watch", "nope"), "There is no watch nope"),
        (("notify", "pause", "dask"), "There is no channel dask (near: desk)"),
        (("notify", "resume", "dask"), "There is no channel dask (near: desk)"),
        (("notify", "resend", "--channel", "dask"), "There is no channel dask (near: desk)"),
        (("notify", "list", "--channel", "dask"), "There is no channel dask (near: desk)"),
        (("notify", "test", "dask"), "There is no channel dask (near: desk); there are: desk."),
        (("status", "--run", "2026-11-22T0300"), "There is no run 2026-11-22T0300 (near: 2026-11-22T0200); the latest"),
        (("extract", "--run", "2026-11-22T0300"), "There is no run 2026-11-22T0300"),
        (("load", "--run", "2026-11-22T0300"), "There is no run 2026-11-22T0300"),
        (("alert", "--run", "2026-11-22T0300"), "There is no run 2026-11-22T0300"),
        (("articles", "--source", "sabha"), "There is no source sabha (near: sabah)"),
        (("sources", "show", "sabha"), "sabha is not followed (near: sabah)"),
        (("sources", "template", "sabha"), "There is no source sabha (near: sabah)"),
        (("sources", "template", "sabha", "--forget"), "There is no source sabha (near: sabah)"),
        (("sources", "template", "sabha", "--use", "3"), "There is no source sabha (near: sabah)"),
        (("run", "sabha"), "sabha is not followed (near: sabah)"),
        (("unfollow", "sabha"), "sabha is not followed (near: sabah)"),
        (("init", "--operators", "dask"), "There is no channel dask (near: desk)"),
        (("init", "--channel", "desk=webhok+https://example.org/x"), "did you mean webhook+https://"),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, tuple) else "",
)
def test_a_name_that_nobody_knows_is_told_with_the_near_ones(
    nightdesk: Nightdesk, words: tuple[str, ...], sentence: str
) -> None:
    done = nightdesk(*words)

    assert done.exit_code == 1, done.output
    assert sentence in str(done.exception)


def test_a_second_watch_of_a_name_says_what_changed_and_keeps_what_is_not_given(
    nightdesk: Nightdesk, conn: postgres.Connection
) -> None:
    nightdesk("watch", "add", "daesh", "داعش", "--kind", "new", "--kind", "removed", "--cap", "3")

    said = nightdesk("watch", "add", "daesh", "exact:داعش", "--unless", "فيلم")
    again = nightdesk("watch", "add", "daesh", "exact:داعش")

    (kept,) = watches.all_watches(conn)
    assert (kept.channels, kept.kinds, kept.cap) == (("desk",), ("new", "removed"), 3)
    assert [term.text for term in kept.unless] == ["فيلم"]
    assert said.output.replace("\n", " ").startswith(
        "Changed the watch daesh: terms داعش → exact:داعش; unless none → فيلم."
    )
    assert again.output.startswith("The watch daesh is as it was.")


def test_a_dash_takes_an_option_of_a_watch_away(nightdesk: Nightdesk, conn: postgres.Connection) -> None:
    said = nightdesk("watch", "add", "daesh", "داعش", "--channel", "-", "--kind", "new")
    nightdesk("watch", "add", "daesh", "داعش", "--kind", "-")

    (kept,) = watches.all_watches(conn)
    assert (kept.channels, kept.kinds) == ((), watches.KINDS)
    assert "channels desk → none" in said.output and "It has no channel, so it only lists." in said.output


def test_a_channel_without_an_address_is_told_with_the_near_ones(nightdesk: Nightdesk) -> None:
    said = nightdesk("watch", "add", "rain", "Regen", "--channel", "dask")

    assert "Channel dask has no address yet (near: desk)" in said.output


@pytest.mark.usefixtures("nightdesk")
@pytest.mark.parametrize(
    "words",
    [
        ("hold", "caf\udce9"),
        ("articles", "--url", "http://a.test/\udce9"),
        ("alerts", "--watch", "caf\udce9"),
        ("watch", "add", "caf\udce9", "rain"),
        ("watch", "history", "caf\udce9"),
        ("sources", "rename", "sabah", "caf\udce9"),
        ("db", "dump", "no/such/folder/today.dump"),
        ("watch", "export", "no/such/folder/watches.toml"),
        ("hold", "--release", "99999999999999999999"),
        ("erase", "99999999999999999999", "--yes"),
    ],
)
def test_what_cannot_be_done_with_what_was_typed_is_one_sentence(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["nightdesk", *words])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 1
    assert len(capsys.readouterr().err.strip().splitlines()) == 1

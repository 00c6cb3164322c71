"""Watches by a query: what they take, what they are told of, and who changed them when; by the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from pipelines.alert import stage as alert
from pipelines.alert import watches
from pipelines.cli import app
from pipelines.errors import QueryError, WatchError
from pipelines.query import evaluation
from pipelines.query.evaluation import QueriedArticle
from pipelines.settings import Settings
from pipelines.stores import postgres
from tests import archives, commands
from tests.archives import RUN, article

Nightdesk = Callable[..., Result]


@pytest.fixture
def nightdesk(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Nightdesk:
    """`nightdesk` on an installation with the sources sana (group border) and shaam, and the channel desk."""
    commands.use(settings, monkeypatch, NIGHTDESK_CHANNEL_DESK="webhook+http://127.0.0.1:1/")
    for name, more in (("sana", 'groups = ["border"]\n'), ("shaam", "")):
        (settings.sources / f"{name}.toml").write_text(
            f'title = "{name}"\nurl = "http://{name}.test/"\ncountry = "SY"\nlanguage = "ar"\ntimezone = "UTC"\n'
            f'feeds = ["http://{name}.test/feed/"]\n{more}',
            encoding="utf-8",
        )

    def nightdesk(*words: str, code: int = 0) -> Result:
        done = CliRunner().invoke(app, words)
        assert done.exit_code == code, (done.output, done.exception)
        return done

    return nightdesk


def told(settings: Settings, conn: postgres.Connection, *articles: Any) -> list[tuple[Any, ...]]:
    """Load these articles and match them: watch, title and why it is quiet, of each alert."""
    archives.keep(settings, conn, articles)
    with conn, conn.cursor() as cursor:
        # What is told of a first run is another test's matter.
        cursor.execute("update changes set quiet = '' where matched_at is null")
    alert.match(settings, RUN)
    with conn, conn.cursor() as cursor:
        cursor.execute(
            "select a.watch, x.title, a.quiet from alerts a join articles x on x.id = a.article_id order by a.id"
        )
        return [tuple(row.values()) for row in cursor.fetchall()]


def test_a_watch_by_a_query_is_told_of_what_the_query_finds(
    nightdesk: Nightdesk, settings: Settings, conn: postgres.Connection
) -> None:
    nightdesk("watch", "add", "daesh", "--query", "داعش NEAR/10 (الحسكة OR الرقة) -source:shaam", "--to", "desk,mail")
    nightdesk("watch", "add", "border", "--query", "group:border country:SY title:عاجل")

    found = told(
        settings,
        conn,
        article("1", "سقطت داعش في الرقة", title="عاجل"),
        article("2", "سقطت داعش في الرقة", title="عاجل من شام", source="shaam"),
        article("3", "سقطت داعش " + "ثم " * 12 + "الرقة", title="بعيد"),
    )

    assert found == [("border", "عاجل", ""), ("daesh", "عاجل", "")]
    (kept,) = [one for one in watches.all_watches(conn) if one.name == "daesh"]
    assert kept.channels == ("desk", "mail")


def test_words_side_by_side_are_explained_with_the_phrase_and_the_near_form(nightdesk: Nightdesk) -> None:
    said = nightdesk("watch", "add", "quake", "--query", "earthquake turkey").output
    alone = nightdesk("watch", "add", "one", "--query", "earthquake AND (turkey OR iran)").output
    terms = nightdesk("watch", "add", "any", "earthquake", "turkey").output

    assert "All of these words must be there, anywhere in the article: earthquake turkey." in said
    assert all(form in said for form in ('"earthquake turkey"', "earthquake NEAR/5 turkey", "earthquake OR turkey"))
    assert "must be there" not in alone
    assert "Any of these terms is enough" in terms


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("quake -iran turkey", []), ("NOT iran turkey", []), ("quake EXCEPT drill turkey", []),
        ("quake -(iran syria)", []), ("-(iran (syria iraq)) turkey quake", ["turkey", "quake"]),
        ("rain OR quake turkey", ["quake", "turkey"]),
    ],
)  # fmt: skip
def test_excluded_words_are_no_words_that_must_be_there(query: str, words: list[str]) -> None:
    assert watches.side_by_side(query) == words


@pytest.mark.parametrize(
    ("query", "at", "said"),
    [
        ("rain from:7d", 5, "from: makes no sense in a watch: a watch is told of what comes after"),
        ("rain -is:revised", 6, "is: makes no sense in a watch: --kind says which changes a watch is told of"),
        ("-rain", 0, "every article that lacks something"),
        ("rain OR -snow", 0, "every article that lacks something"),
        ("rain langauge:tr", 5, "do you mean lang:?"),
        ("syn:alepo", 0, "There is no list of synonyms alepo; do you mean syn:aleppo?"),
    ],
)
def test_what_makes_no_sense_in_a_watch_is_pointed_at(query: str, at: int, said: str) -> None:
    with pytest.raises(QueryError) as wrong:
        watches.make("w", query=query, synonyms={"aleppo": ["حلب"]})

    assert said in wrong.value.reason
    assert wrong.value.start == at


def test_a_query_takes_no_terms_beside_it() -> None:
    with pytest.raises(WatchError, match="write them into the query"):
        watches.make("w", ["rain"], query="snow")


def test_a_group_that_no_source_is_in_is_told(nightdesk: Nightdesk) -> None:
    done = nightdesk("watch", "add", "w", "--query", "group:bordre x", code=1)

    assert "No followed source is in a group bordre (near: border)" in str(done.exception)


def test_what_a_query_leaves_out_need_not_be_followed_and_is_told(nightdesk: Nightdesk) -> None:
    done = nightdesk("watch", "add", "w", "--query", "داعش NEAR/10 (الحسكة OR الرقة) -source:nowhere -group:none")
    refused = nightdesk("watch", "add", "v", "--query", "x -(a OR -source:nowhere)", code=1)

    assert "It leaves out the source nowhere, which is not followed" in done.output
    assert "There is no source nowhere" in str(refused.exception)


@pytest.mark.parametrize(
    ("query", "text", "marked"),
    [
        ('فتح EXCEPT "فتح النار"', "قالت فتح إن الجيش فتح النار", ["فتح"]),
        ('فتح EXCEPT "فتح النار"', "الجيش فتح النار", None),
        ("(cat OR dog) EXCEPT (\"hot dog\" OR catfish)", "hot dog and dog", ["dog"]),
        ("exact:درعا", "في درعا", ["درعا"]),
        ("exact:درعا", "يرتدي درعاً واقيا", None),
        ("exact:درعا", "يرتدي درعًا", None),
        ("exact:درعاً", "يرتدي درعاً", ["درعاً"]),
        ("sub:العراق", "عراق ما بعد الحرب", ["عراق"]),
        ("sub:العراق", "وللعراق", ["وللعراق"]),
        ("syn:aleppo", "في حلب", ["حلب"]),
        ("syn:aleppo NEAR/3 shelling", "Shelling of Halab", ["Shelling", "Halab"]),
        ("exact:syn:aleppo", "لحلب", None),
    ],
)  # fmt: skip
def test_exceptions_synonyms_and_forms_are_found_where_they_stand(
    query: str, text: str, marked: list[str] | None
) -> None:
    node = watches.parse_query(query, {"aleppo": ["حلب", "Halab"]})

    marks = evaluation.answer(evaluation.ready(node, archives.T0), QueriedArticle(title="", description="", text=text))

    assert (None if marks is None else [text[m.start : m.end] for m in marks]) == marked


def test_a_stem_finds_the_endings_of_the_articles_language_in_a_watch_and_in_a_search(
    nightdesk: Nightdesk, settings: Settings, conn: postgres.Connection
) -> None:
    nightdesk("watch", "add", "vote", "--query", "stem:election", "--to", "desk")

    found = told(
        settings, conn,
        article("1", "Two elections were held.", title="a", language="en"),
        article("2", "elections تأجلت", title="b"),
    )  # fmt: skip
    searched = nightdesk("search", "stem:election", "--count").output
    word = nightdesk("search", "election", "--count").output

    assert [(watch, title) for watch, title, _ in found] == [("vote", "a")]
    assert (searched, word) == ("1 article\n", "0 articles\n")


def test_a_list_of_synonyms_is_shared_and_cannot_go_while_a_watch_has_it(
    nightdesk: Nightdesk, settings: Settings, conn: postgres.Connection
) -> None:
    nightdesk("synonyms", "add", "Aleppo", "حلب", "Aleppo")
    nightdesk("watch", "add", "aleppo", "--query", "syn:aleppo")
    nightdesk("synonyms", "add", "aleppo", "Halab")

    found = told(settings, conn, article("1", "In Halab", title="a"), article("2", "وفد من حلب", title="b"))
    searched = nightdesk("search", "syn:aleppo", "--count").output
    refused = nightdesk("synonyms", "remove", "aleppo", code=1)
    nightdesk("synonyms", "add", "halab", "حلب")
    nightdesk("watch", "add", "other", "--query", "syn:aleppo AND halab")
    nightdesk("synonyms", "remove", "halab")
    nightdesk("watch", "remove", "other")
    fewer = nightdesk("synonyms", "remove", "aleppo", "Halab").output
    nightdesk("watch", "remove", "aleppo")
    nightdesk("synonyms", "remove", "aleppo")

    assert found == [("aleppo", "a", ""), ("aleppo", "b", "")]
    assert searched == "2 articles\n"
    assert "is used by the watch aleppo" in str(refused.exception)
    assert fewer == "aleppo: حلب, Aleppo.\n"
    assert nightdesk("synonyms", "list").output.startswith("No list yet")


def test_a_paused_watch_looks_at_nothing_and_a_mute_one_only_lists(
    nightdesk: Nightdesk, settings: Settings, conn: postgres.Connection
) -> None:
    nightdesk("watch", "add", "rain", "Regen", "--to", "desk")
    nightdesk("watch", "add", "snow", "Schnee", "--to", "desk")
    nightdesk("watch", "pause", "rain")
    nightdesk("watch", "mute", "snow", "--for", "8h")

    found = told(settings, conn, article("1", "Regen und Schnee", title="a"))
    states = nightdesk("watch", "list").output
    nightdesk("watch", "resume", "rain")
    nightdesk("watch", "resume", "snow")
    later = told(settings, conn, article("2", "Regen und Schnee", title="b"))

    assert found == [("snow", "a", "muted")]
    assert "paused since" in states
    assert "mute until" in states
    assert later == [("snow", "a", "muted"), ("rain", "b", ""), ("snow", "b", "")]
    assert "is no span of time" in str(nightdesk("watch", "mute", "snow", "--for", "tomorrow", code=1).exception)


def test_an_edit_changes_what_is_given_and_the_history_says_who_and_how(
    nightdesk: Nightdesk, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUDO_USER", "nadia")
    nightdesk("watch", "add", "rain", "Regen", "--unless", "Regenschirm", "--to", "desk", "--cap", "3")

    said = nightdesk("watch", "edit", "rain", "--query", "Regen OR Schnee", "--kind", "new").output
    with conn, conn.cursor() as cursor:
        cursor.execute("update watches set cap = 5")
    shown = nightdesk("watch", "show", "rain").output
    nightdesk("watch", "remove", "rain")
    history = nightdesk("watch", "history", "rain").output

    assert "query none → Regen OR Schnee" in said
    assert "unless Regenschirm → none" in said
    assert "cap" not in said
    assert "rain: Regen OR Schnee" in shown
    assert [word in history for word in ("added", "removed", "cap 3 → 5", "nadia", "kinds")] == [True] * 5


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("Regen Schnee", "a query: all of its parts have to hold"),
        ("Regen OR Schnee", "a query: one of its parts is enough"),
        ("Regen NEAR/5 Schnee", "a query: it has one part"),
    ],
)
def test_a_shown_query_says_how_much_of_it_has_to_hold(nightdesk: Nightdesk, query: str, says: str) -> None:
    nightdesk("watch", "add", "rain", "--query", query, "--to", "desk")

    shown = nightdesk("watch", "show", "rain").output

    assert says in " ".join(shown.split())


def test_a_watch_is_tried_on_the_archive_before_it_is_kept(
    nightdesk: Nightdesk, settings: Settings, conn: postgres.Connection
) -> None:
    archives.keep(
        settings,
        conn,
        [
            article("1", "سقطت داعش في الرقة", title="عاجل", published_at=archives.T0),
            article("2", "وفد في حلب", title="لداعش"),
            article("3", "داعش", title="first night"),
            article("4", "الطقس", title="الطقس"),
        ],
    )
    with conn, conn.cursor() as cursor:
        cursor.execute("update changes set quiet = case when article_id = 3 then 'first run' else '' end")
        cursor.execute("update changes set at = now(); update articles set first_fetched_at = now()")
        cursor.execute("update article_words set dated = now()")
        cursor.execute("update articles set published_at = null")

    shown = nightdesk("watch", "try", "داعش OR الرقة", "--days", "7").output
    told = json.loads(nightdesk("watch", "try", "داعش OR الرقة", "--json").output)
    nightdesk("watch", "add", "kept", "داعش", "--source", "shaam")
    kept = nightdesk("watch", "try", "kept").output
    nothing = alert.match(settings, RUN).counts["alerts"]

    assert "In the last 7 days it would have told of 2 stories in 2 alerts." in shown
    assert "Listed only, and told to nobody: 1 first run." in shown
    assert "[لداعش]" in shown
    assert "████" in shown
    assert (told["stories"], told["alerts"], told["listed"]) == (2, 2, {"first run": 1})
    assert [(row["term"], row["articles"], row["alone"]) for row in told["terms"]] == [("داعش", 3, 2), ("الرقة", 1, 0)]
    assert "told of 0 stories" in kept
    assert nothing == 0


def test_alerts_say_what_was_told_to_whom_and_those_given_up_are_sent_again(
    nightdesk: Nightdesk, settings: Settings, conn: postgres.Connection
) -> None:
    nightdesk("watch", "add", "rain", "Regen", "--to", "desk,mail")
    nightdesk("watch", "add", "snow", "Schnee")
    told(settings, conn, article("1", "Regen und Schnee", title="Wetter"))
    with conn, conn.cursor() as cursor:
        cursor.execute(
            "update deliveries set state = 'failed', attempts = 12, error = 'answered 400' where channel = 'mail'"
        )

    rows = json.loads(nightdesk("alerts", "--json").output)
    unsent = json.loads(nightdesk("alerts", "--waiting", "--watch", "rain", "--channel", "mail", "--json").output)
    number = str(unsent[0]["id"])
    again = nightdesk("alerts", "resend", number).output
    refused = nightdesk("alerts", "resend", number, code=1)

    assert sorted((r["watch"], r["channel"], r["state"]) for r in rows) == [
        ("rain", "desk", "waiting"), ("rain", "mail", "failed"), ("snow", "", "listed"),
    ]  # fmt: skip
    assert [(r["title"], r["attempts"], r["why"]) for r in unsent] == [("Wetter", 12, "answered 400")]
    assert again.startswith("1 messages wait again")
    assert f"Of alert {number} no message was given up" in str(refused.exception)


def test_all_watches_and_synonyms_go_into_one_file_and_back(
    nightdesk: Nightdesk, tmp_path: Path, conn: postgres.Connection
) -> None:
    nightdesk("synonyms", "add", "aleppo", "حلب", "Halab")
    nightdesk("watch", "add", "q", "--query", 'syn:aleppo "مجلس الأمن" -rain', "--to", "desk", "--cap", "2")
    nightdesk("watch", "add", "t", "keep:حماس|حمس", "suffix:سوريا", "--unless", "حماس كبير", "--kind", "new")
    nightdesk("watch", "pause", "t")
    file = tmp_path / "watches.toml"
    before = {watch.name: watch for watch in watches.all_watches(conn)}
    conn.rollback()

    nightdesk("watch", "export", str(file))
    unchanged = nightdesk("watch", "import", str(file)).output
    for name in ("q", "t"):
        nightdesk("watch", "remove", name)
    nightdesk("synonyms", "remove", "aleppo")
    nightdesk("watch", "add", "other", "x")
    back = nightdesk("watch", "import", str(file), "--remove-others").output
    after = {watch.name: watch for watch in watches.all_watches(conn)}

    assert unchanged == "2 watches and 1 lists of synonyms are in the file; 0 changes.\n"
    assert "other: removed" in back
    assert after.keys() == before.keys()
    assert all(replace(after[n], paused_at=None) == replace(before[n], paused_at=None) for n in before)
    assert after["t"].paused_at
    assert file.read_text(encoding="utf-8") == nightdesk("watch", "export").output


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("[[watch]", "is not TOML"),
        ("[[watch]]\nname = 3", "needs a name in quotes"),
        ('[[watch]]\nname = "w"\nterm = ["x"]', "Watch w: term is no key"),
        ('[[watch]]\nname = "w"\nterms = "x"', "Watch w: terms is a list of texts"),
        ('[[watch]]\nname = "w"\nquery = "syn:none"', "There is no list of synonyms none"),
        ('[[watch]]\nname = "w"\nterms = ["x"]\n[[watch]]\nname = "w"\nterms = ["y"]', "has the watch w twice"),
        ('[[watch]]\nname = "w"\nterms = ["x"]\nsources = ["nobody"]', "There is no source nobody"),
    ],
)
def test_a_file_of_watches_that_is_wrong_changes_nothing(
    nightdesk: Nightdesk, tmp_path: Path, conn: postgres.Connection, written: str, said: str
) -> None:
    (tmp_path / "w.toml").write_text('[synonyms]\na = ["b"]\n' + written, encoding="utf-8")

    done = nightdesk("watch", "import", str(tmp_path / "w.toml"), code=1)

    assert said in str(done.exception)
    assert watches.all_watches(conn) == []

"""Following a bare address, against sites on loopback: what becomes a source, and what fails in which words."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from typer.testing import CliRunner

from demo import newsroom
from demo.newsroom import Newsroom
from demo.sites import DemoSite, SiteFault
from demo.sites import source as demo_source
from pipelines.cli import app
from pipelines.errors import SettingsError, SourceError
from pipelines.extract import preview
from pipelines.follow import probing_cache, recheck, samples
from pipelines.follow.onboard import follow
from pipelines.follow.probing_records import Probe
from pipelines.follow.site_place import SitePlace
from pipelines.model import Source
from pipelines.settings import Settings
from pipelines.settings import settings as settings_of_this_process
from pipelines.sources import folders, sourcefile
from tests.sites import Sites, answer

NOBODY = 65534
SECTIONS = DemoSite(
    name="shore", title="The Shore Gazette", language="en", country="GB", timezone="Europe/London", family="wordpress",
    articles=16, feed="", sitemap="",
)  # fmt: skip
MAPPED = DemoSite(
    name="ufuk", title="Ufuk Gazetesi", language="tr", country="TR", timezone="Europe/Istanbul", family="wordpress",
    articles=14, feed="", sitemap="index",
)  # fmt: skip
FED = DemoSite(
    name="sabah", title="صباح الشمال", language="ar", country="JO", timezone="Asia/Amman", family="boxed", articles=12,
)  # fmt: skip
OLD = DemoSite(
    name="nahr", title="صحيفة النهرين الجديدة", language="ar", country="IQ", timezone="Asia/Baghdad", family="legacy",
    articles=12, sitemap="", charset="windows-1256", says_charset=False, gzip=False,
)  # fmt: skip
STRAY = DemoSite(
    name="harbour", title="The Harbour Courier", language="en", country="GB", timezone="Europe/London",
    family="modern", articles=14, feed="", sitemap="news", extras=("soft-404", "gallery", "members"),
)  # fmt: skip


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    folder = tmp_path_factory.mktemp("newsroom")
    with newsroom.open_newsroom(folder, sites=(SECTIONS, MAPPED, FED, OLD, STRAY)) as opened:
        yield opened


@pytest.fixture
def unwritable(monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """Settings whose sources folder this process may read and not write to, root or not."""
    user = os.geteuid()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "sources").mkdir(mode=0o555)
        Path(folder).chmod(0o755)
        monkeypatch.setenv("NIGHTDESK_SOURCES", f"{folder}/sources")
        if user == 0:
            os.seteuid(NOBODY)
        try:
            yield at(Path(folder), "")
        finally:
            os.seteuid(user)


def test_a_sources_folder_that_is_not_ours_is_told_before_a_site_is_asked(web: Sites, unwritable: Settings) -> None:
    with pytest.raises(SourceError) as told:
        CliRunner().invoke(app, ["follow", f"http://{web.address}/", "--yes"], catch_exceptions=False)

    assert web.hits == []
    assert f"cannot write to the sources folder, {unwritable.sources}" in str(told.value)
    assert f"chown -R {os.geteuid()} sources" in str(told.value)


def test_whatever_writes_a_source_file_says_when_it_may_not(unwritable: Settings) -> None:
    with pytest.raises(SourceError, match="cannot write to the sources folder"):
        folders.follow(unwritable, "sana")


def at(tmp_path: Path, host_map: str) -> Settings:
    """Settings without a database, which following does not need."""
    return Settings(
        data=tmp_path / "data",
        sources=tmp_path / "sources",
        database_url="postgresql://nobody@127.0.0.1:1/none",
        contact="mailto:tests@newsroom.test",
        host_map=host_map,
    )


def here(tmp_path: Path, web: Sites) -> Settings:
    return at(tmp_path, f"*.test={web.address}")


def test_a_site_with_a_feed_is_followed_by_its_bare_host(room: Newsroom, tmp_path: Path) -> None:
    settings = at(tmp_path, room.host_map)

    made = follow(settings, FED.host, timezone="Asia/Amman", delay=0.1, write=True)

    assert made.problem == ""
    assert made.path is not None
    source = sourcefile.load(made.path)
    assert source == made.source
    assert (source.name, source.title, source.url) == ("sabah-newsroom", FED.title, FED.url)
    assert (source.country, source.language, source.timezone) == ("JO", "ar", "Asia/Amman")
    assert source.feeds == (f"{FED.url}feed/",)
    assert len(source.allow) == 1
    assert [sample.verdict for sample in made.samples] == ["good"] * 10
    assert {sample.title for sample in made.samples} <= {t.title for t in newsroom.articles(room.folder, "sabah")}
    assert (
        "# http://sabah.newsroom.test/feed/: linked from the home page: an RSS feed, 12 entries, the newest"
        in made.toml
    )


def test_a_site_with_nothing_but_a_sitemap_is_followed_through_its_index(room: Newsroom, tmp_path: Path) -> None:
    made = follow(at(tmp_path, room.host_map), MAPPED.host, timezone="Europe/Istanbul", delay=0.1)

    assert made.source is not None, made.problem
    assert made.source.sitemaps == (f"{MAPPED.url}wp-sitemap.xml",)
    assert (made.source.feeds, made.source.sections, made.source.language) == ((), (), "tr")
    assert sum(sample.good for sample in made.samples) == 10


def test_a_site_with_neither_is_followed_through_its_sections(room: Newsroom, tmp_path: Path) -> None:
    made = follow(at(tmp_path, room.host_map), SECTIONS.host, timezone="Europe/London", delay=0.1)

    assert made.source is not None, made.problem
    assert (made.source.feeds, made.source.sitemaps) == ((), ())
    assert SECTIONS.url in made.source.sections
    assert len(made.source.allow) == 1
    assert sum(sample.good for sample in made.samples) == 10


def test_a_page_in_an_old_charset_is_read_as_it_is(room: Newsroom, tmp_path: Path) -> None:
    made = follow(at(tmp_path, room.host_map), OLD.host, timezone="Asia/Baghdad", delay=0.1)

    assert made.source is not None, made.problem
    assert (made.source.title, made.source.language) == (OLD.title, "ar")
    assert "windows-1256, by the page itself" in made.evidence[0]
    assert sum(sample.good for sample in made.samples) == 10


def test_what_a_news_sitemap_names_beside_its_articles_stays_outside_of_the_pattern(
    room: Newsroom, tmp_path: Path
) -> None:
    made = follow(at(tmp_path, room.host_map), STRAY.host, timezone="Europe/London", delay=0.1)

    assert made.source is not None, made.problem
    assert sum(sample.good for sample in made.samples) == 10
    assert len(made.source.allow) == 1
    assert any("outside of the pattern" in line and "soft 404" in line for line in made.evidence)


def test_without_a_time_zone_that_the_evidence_tells_it_is_asked_for(room: Newsroom, tmp_path: Path) -> None:
    settings = at(tmp_path, room.host_map)
    asked: list[SitePlace] = []

    def amman(url: str, where: SitePlace) -> tuple[str, str]:
        asked.append(where)
        return "Asia/Amman", ""

    refused = follow(settings, FED.host, delay=0.1, write=True)
    answered = follow(settings, FED.host, delay=0.1, ask=amman)

    assert refused.source is None
    assert refused.problem.startswith("The time zone and the country of http://sabah.newsroom.test/ cannot be known")
    assert refused.missing == ("timezone", "country")
    assert "the time zone with --timezone, such as" in refused.tries[0]
    assert "the country with --country, such as" in refused.tries[0]
    assert not settings.sources.exists()
    assert "Asia/Amman" in asked[0].candidates and "+03:00" in asked[0].unsure
    assert answered.source is not None and answered.source.country == "JO"
    assert "country: JO, where Asia/Amman is" in answered.evidence
    assert "time zone: Asia/Amman, as answered" in answered.evidence


def test_who_gives_what_was_missing_does_not_have_the_site_asked_again(tmp_path: Path) -> None:
    def asked() -> int:
        return len(list((tmp_path / "data/follow").glob("*")))

    settings = at(tmp_path, "*.test=127.0.0.1:1")
    with newsroom.open_newsroom(tmp_path / "room", sites=[FED]) as opened:
        settings = settings.model_copy(update={"host_map": opened.host_map})
        refused = follow(settings, FED.host, timezone="UTC", delay=0.1)
    # The site is gone: whatever comes now comes of what was kept.
    lines: list[str] = []
    shown = follow(settings, FED.host, timezone="UTC", country="JO", delay=0.1)
    written = follow(settings, FED.host, timezone="Asia/Amman", delay=0.1, write=True, on_line=lines.append)

    assert refused.missing == ("country",)
    assert shown.source is not None and (shown.source.timezone, shown.source.country) == ("UTC", "JO")
    assert written.path is not None and [s.verdict for s in written.samples] == ["good"] * 10
    assert lines == [f"as the site was seen 0 minutes ago, by {refused.requests} requests"]
    assert asked() == 0


def test_what_was_seen_of_a_site_is_neither_used_after_an_hour_nor_where_it_is_half(
    web: Sites, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed = Source(name="s", title="", url="http://s.test/", country="", language="", timezone="UTC")
    settings, looked = here(tmp_path, web), Probe(requests=3)
    probing_cache.write(settings, seed, looked, {})
    assert probing_cache.read(settings, seed) is not None
    (folder,) = (settings.data / "follow").glob("*")

    (folder / "probe.json").write_text('{"seen": [')
    half = probing_cache.read(settings, seed)
    folder.rename(folder.with_name(f"{folder.name.partition('-')[0]}-{time.time_ns() - 3_700_000_000_000}"))
    probing_cache.write(settings, seed.__class__(**{**vars(seed), "url": "http://other.test/"}), looked, {})

    assert half is None
    assert probing_cache.read(settings, seed) is None
    assert len(list((settings.data / "follow").glob("*"))) == 1


def test_an_answer_that_a_command_line_cannot_get_is_asked_for_before_the_site_is(tmp_path: Path) -> None:
    settings = at(tmp_path, "")

    with pytest.raises(SourceError, match="'Jordan' is no country; it is two letters"):
        follow(settings, "example.org", country="Jordan")


def test_a_site_that_answers_its_robots_txt_with_429_asks_for_rest(web: Sites, tmp_path: Path) -> None:
    web.pages["http://busy.test/robots.txt"] = answer(429, b"slow down")

    made = follow(here(tmp_path, web), "http://busy.test", delay=0.1)

    assert made.problem == (
        "http://busy.test/ asks for rest: it answers a request for its robots.txt with status 429 (too many requests), "
        "so nothing of it is asked for now."
    )


def test_a_site_that_blocks_is_not_followed_and_not_worked_around(web: Sites, tmp_path: Path) -> None:
    web.pages["http://shut.test/"] = answer(403, b"no")

    made = follow(here(tmp_path, web), "http://shut.test", delay=0.1)

    assert made.problem == "http://shut.test/ blocks us: status 403."
    assert web.asked() == ["http://shut.test/"]


def test_a_challenge_is_named_as_such(web: Sites, tmp_path: Path) -> None:
    web.pages["http://shut.test/"] = answer(503, b"<title>Just a moment...</title>")

    made = follow(here(tmp_path, web), "http://shut.test/", delay=0.1)

    assert made.problem == "http://shut.test/ blocks us: challenge page."


def test_an_empty_frame_for_scripts_is_said_to_need_a_browser(web: Sites, tmp_path: Path) -> None:
    body = b'<div id="root"></div><script src="/app.js"></script>'
    web.pages["http://app.test/"] = answer(200, b"<html><title>News</title><body>" + body + b"</body></html>")

    made = follow(here(tmp_path, web), "http://app.test/", delay=0.1)

    assert "needs a browser" in made.problem
    assert "`render = true`" in made.tries[0]


def test_a_parking_page_is_no_site(web: Sites, tmp_path: Path) -> None:
    parked = (
        "<html><head><title>gone.test</title></head><body><h1>This domain is for sale</h1><p>Buy this domain today. "
        'The owner of gone.test offers it.</p><a href="/offer">Make an offer</a></body></html>'
    )
    web.pages["http://gone.test/"] = answer(200, parked.encode())

    made = follow(here(tmp_path, web), "http://gone.test/", delay=0.1)

    assert "no news site but an error or parking page" in made.problem, made
    assert made.source is None


def test_robots_txt_may_forbid_all_of_it(web: Sites, tmp_path: Path) -> None:
    web.pages["http://shy.test/robots.txt"] = answer(200, b"User-agent: *\nDisallow: /\n", "text/plain")

    made = follow(here(tmp_path, web), "http://shy.test/", delay=0.1)

    assert made.problem == "robots.txt of http://shy.test/ forbids us its home page."
    assert web.asked() == []


def test_a_page_without_articles_says_what_was_tried(web: Sites, tmp_path: Path) -> None:
    body = "<html><head><title>A shop</title></head><body>" + "<p>We sell bread and cakes every day.</p>" * 20
    web.pages["http://shop.test/"] = answer(200, body.encode())

    made = follow(here(tmp_path, web), "http://shop.test/", delay=0.1)

    assert made.problem.startswith("No articles were found on http://shop.test/: 16 addresses of feeds, sitemaps")


def test_the_crawl_delay_of_robots_txt_is_kept_and_what_it_cost_is_said(room: Newsroom, tmp_path: Path) -> None:
    made = follow(at(tmp_path, room.host_map), SECTIONS.host, timezone="Europe/London", delay=0.5, budget=8)

    assert made.source is not None, made.problem
    assert made.seconds < 12
    assert any(line.startswith("not looked at, because there was no time: ") for line in made.evidence)


def test_what_is_followed_already_is_not_followed_twice(room: Newsroom, tmp_path: Path) -> None:
    settings = at(tmp_path, room.host_map)
    newsroom.sources(settings.sources, sites=[FED])

    with pytest.raises(
        SourceError, match=r"sabah\.newsroom\.test is followed already, as sabah\. `nightdesk sources check sabah`"
    ):
        follow(settings, FED.host, name="again")
    with pytest.raises(SourceError, match="sabah is followed already"):
        follow(settings, OLD.host, name="sabah")


def test_the_name_of_a_file_with_a_mistake_is_taken_too(web: Sites, tmp_path: Path) -> None:
    from pipelines.follow import onboard

    settings = here(tmp_path, web)
    settings.sources.mkdir()
    (settings.sources / "larch.toml").write_text("title = ")

    assert onboard._name(settings, "", "http://larch.test/") == "larch-2"


def test_what_is_no_address_or_needs_a_contact_is_one_sentence(tmp_path: Path) -> None:
    settings = at(tmp_path, "").model_copy(update={"contact": ""})

    with pytest.raises(SourceError, match="write it like"):
        follow(settings, "https://exa mple/")
    with pytest.raises(SourceError, match="is no time zone"):
        follow(settings, "example.org", timezone="Damascus")
    with pytest.raises(SettingsError, match="NIGHTDESK_CONTACT"):
        follow(settings, "www.example.org")


def test_the_command_shows_the_samples_writes_the_file_and_exits_1_where_it_cannot(
    room: Newsroom, tmp_path: Path
) -> None:
    def nightdesk(*words: str) -> subprocess.CompletedProcess[str]:
        env = {
            **{k: v for k, v in os.environ.items() if not k.startswith("NIGHTDESK_")},
            "NIGHTDESK_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
            "NIGHTDESK_HOST_MAP": room.host_map,
        }
        command = [sys.executable, "-c", "from pipelines.cli import main; main()", *words]
        return subprocess.run(command, cwd=tmp_path, env=env, input="", capture_output=True, text=True, timeout=200)

    shown = nightdesk("follow", FED.host, "--timezone", "Asia/Amman", "--delay", "0.1", "--name", "sabah", "--dry-run")
    unasked = nightdesk("follow", FED.host, "--timezone", "Asia/Amman", "--delay", "0.1", "--name", "sabah")
    by_program = nightdesk("follow", FED.host, "--delay", "0.1", "--json")
    unknown = nightdesk("follow", FED.host, "--delay", "0.1", "--json", "--yes")
    lacking = nightdesk("follow", FED.host, "--delay", "0.1", "--dry-run")
    before = (tmp_path / "sources").exists()
    written = nightdesk("follow", FED.host, "--timezone", "Asia/Amman", "--delay", "0.1", "--name", "sabah", "--yes")

    assert shown.returncode == 0, shown.stderr
    assert "10 of 10 samples are good" in shown.stdout and 'timezone = "Asia/Amman"' in shown.stdout
    assert (unasked.returncode, by_program.returncode, unknown.returncode, before) == (1, 1, 1, False)
    assert unasked.stderr.startswith(
        f"Nobody can be asked whether to follow {FED.host}, because this is no terminal: give"
    )
    assert "because --json asks nothing: give --yes" in by_program.stderr
    assert json.loads(unknown.stdout)[0]["problem"].startswith("The time zone and the country of")
    assert lacking.returncode == 1 and "10 of 10 samples are good" in lacking.stdout
    assert lacking.stderr.splitlines()[-1] == "Not followed: give --timezone and --country."
    assert written.returncode == 0, written.stderr
    assert "Following sabah: sources/sabah.toml." in written.stdout
    assert sourcefile.load(tmp_path / "sources/sabah.toml").timezone == "Asia/Amman"


def test_a_feed_that_fails_is_left_out_and_said(tmp_path: Path) -> None:
    broken = DemoSite(**{**vars(FED), "faults": (SiteFault(kind="status", where="feed", value="503"),)})

    with newsroom.open_newsroom(tmp_path / "room", sites=[broken]) as opened:
        made = follow(at(tmp_path, opened.host_map), broken.host, timezone="Asia/Amman", delay=0.1)

    assert made.source is not None, made.problem
    assert (made.source.feeds, len(made.source.sitemaps)) == ((), 1)
    assert any("feed/ is left out: it is linked from the home page, but status 503" in line for line in made.evidence)


def test_a_followed_source_that_is_looked_at_again_has_not_changed_until_its_site_does(tmp_path: Path) -> None:
    with newsroom.open_newsroom(tmp_path / "room", sites=[FED]) as opened:
        settings = at(tmp_path, opened.host_map)
        made = follow(settings, FED.host, timezone="Asia/Amman", delay=0.1)
        assert made.source is not None, made.problem

        same = recheck.check(settings, made.source)
        newsroom.break_site(opened.folder, FED.name, [SiteFault(kind="status", where="feed", value="404")])
        broken = recheck.check(settings, made.source)

    assert (same.changes, same.broken) == ((), False)
    assert same.fine == "2 of 2 lists answer, 6 of 6 sample articles are good"
    assert [change.text for change in broken.changes] == [f"the feed {FED.url}feed/ is gone: status 404"]
    assert broken.broken


def test_a_source_whose_home_page_is_shut_is_looked_at_through_its_lists(tmp_path: Path) -> None:
    with newsroom.open_newsroom(tmp_path / "room", sites=[FED]) as opened:
        settings = at(tmp_path, opened.host_map)
        newsroom.break_site(opened.folder, FED.name, [SiteFault(kind="status", where="front", value="403")])

        found = recheck.check(settings, demo_source(FED, delay=0.1))

    assert [(change.bad, change.text) for change in found.changes] == [
        (False, f"the home page {FED.url} cannot be fetched: status 403")
    ]
    assert found.fine == "2 of 2 lists answer, 6 of 6 sample articles are good"


def test_a_consent_wall_is_named_as_such(web: Sites, tmp_path: Path) -> None:
    partners = "<p>We and our partners store and or access information on a device such as cookies.</p>" * 8
    wall = f"<html><head><title>Before you continue</title></head><body><h1>We value your privacy</h1>{partners}"
    web.pages["http://wall.test/"] = answer(200, f"{wall}<button>Accept all</button></body></html>".encode())

    made = follow(here(tmp_path, web), "http://wall.test/", delay=0.1)

    assert made.problem.startswith("http://wall.test/ is a consent wall"), made


def test_a_dialog_over_an_empty_page_is_a_consent_wall_and_no_case_for_a_browser(web: Sites, tmp_path: Path) -> None:
    asks = "Wenn Sie zustimmen, speichern wir und 214 Partner Informationen auf Ihrem Gerät."
    wall = f"<title>Die Flut</title><script>1</script><div role=dialog><p>{asks}</p><button>Zustimmen</button></div>"
    web.pages["http://wall.test/"] = answer(200, f"<html lang=de><body>{wall}</body></html>".encode())

    made = follow(here(tmp_path, web), "http://wall.test/", delay=0.1)

    assert made.problem.startswith("http://wall.test/ is a consent wall"), made


@pytest.mark.parametrize(("said", "offsets"), [("", {None}), ("+00:00", {0}), ("+03:00", {180})])
def test_a_clock_that_was_taken_for_granted_is_no_evidence(said: str, offsets: set[int | None]) -> None:
    seed = Source(name="s", title="", url="http://s.test/", country="", language="", timezone="UTC")
    text = "<p>The old bridge over the river was opened again after two years of work on its pillars.</p>" * 5
    time_ = f'<meta property="article:published_time" content="2026-11-21T14:30:00{said}">'
    body = f"<head><title>Bridge</title>{time_}</head><body><article><h1>Bridge</h1>{text}</article></body>"
    page = preview.read_saved(f"<html lang=en>{body}</html>".encode(), "http://s.test/news/1001", seed)

    found = samples.keep_stated([page], seed)

    assert {sample.offset for sample in found} == offsets


def test_a_feed_given_as_the_address_leads_to_its_site(room: Newsroom, tmp_path: Path) -> None:
    made = follow(at(tmp_path, room.host_map), f"{FED.url}feed/", timezone="Asia/Amman", delay=0.1)

    assert made.source is not None, made.problem
    assert (made.source.url, made.source.feeds) == (FED.url, (f"{FED.url}feed/",))


def test_what_robots_txt_names_and_nobody_can_ask_for_is_passed_over(web: Sites, tmp_path: Path) -> None:
    web.pages["http://odd.test/robots.txt"] = answer(
        200, b"Sitemap: http://[bad/\nSitemap: javascript:1\nSitemap: http://odd.test/own.xml\nfeed: http://[bad/feed\n"
    )
    web.pages["http://odd.test/"] = answer(200, b"<html><body><p>We sell bread and cakes every day.</p></body></html>")

    made = follow(here(tmp_path, web), "http://odd.test/", delay=0.1)

    assert made.problem.startswith("No articles were found on http://odd.test/: 1"), made.problem
    assert "http://odd.test/own.xml" in web.asked()


def test_a_crawl_delay_of_hours_is_what_is_said_of_a_site_that_was_not_looked_at(web: Sites, tmp_path: Path) -> None:
    web.pages["http://slow.test/robots.txt"] = answer(200, b"User-agent: *\nCrawl-delay: 7200\n")
    web.pages["http://slow.test/"] = answer(200, b"<html><p>x</p></html>")

    made = follow(here(tmp_path, web), "http://slow.test/", delay=0.1, budget=1)

    assert "robots.txt of slow.test asks for 7200 s between requests" in made.problem, made.problem


def test_a_port_that_is_not_open_says_what_helps_and_what_helps_does(tmp_path: Path) -> None:
    with newsroom.open_newsroom(tmp_path / "room", sites=[FED]) as opened:
        port = opened.address.rpartition(":")[2]
        shut = at(tmp_path, "").model_copy(update={"allow_networks": "127.0.0.1/32"})
        helped = at(tmp_path, "").model_copy(update={"allow_networks": f"127.0.0.1/32:{port}"})

        refused = follow(shut, f"http://127.0.0.1:{port}/", delay=0.1)
        asked = follow(helped, f"http://127.0.0.1:{port}/", delay=0.1)

    assert refused.problem == f"http://127.0.0.1:{port}/ may not be fetched: port {port}."
    assert refused.tries[0].startswith(
        f"Where its network is your own, name it in NIGHTDESK_ALLOW_NETWORKS, as in 10.0.0.0/8:{port}, with the port"
    )
    # The newsroom's server knows no site by that name, so it answers, and with a 404.
    assert "status 404" in asked.problem


def test_a_name_that_leads_into_the_own_network_says_what_helps(tmp_path: Path) -> None:
    made = follow(at(tmp_path, ""), "http://localhost/", delay=0.1)

    assert (
        made.problem
        == "http://localhost/ may not be fetched: localhost leads to 127.0.0.1, which is no public address."
    )
    assert made.tries[0].startswith("Where its network is your own, name it in NIGHTDESK_ALLOW_NETWORKS")


def test_the_demo_opens_no_network_so_that_nothing_else_on_this_machine_is_asked(tmp_path: Path) -> None:
    from demo import installations

    with patch.dict(os.environ):
        installations._write_env(tmp_path, "*.newsroom.test=127.0.0.1:8790")
        current = settings_of_this_process().model_copy(update={"database_url": "postgresql://nobody@127.0.0.1:1/no"})

    made = follow(current, "http://127.0.0.1:8080/", delay=0.1)

    assert current.networks == []
    assert made.problem == "http://127.0.0.1:8080/ may not be fetched: 127.0.0.1 is no public address."


def test_a_site_that_is_followed_under_another_name_is_refused_by_what_both_read(
    room: Newsroom, tmp_path: Path
) -> None:
    settings = at(tmp_path, room.host_map)
    other = demo_source(DemoSite(**{**vars(FED), "name": "elsewhere"}))
    settings.sources.mkdir()
    shared = Source(**{**vars(other), "url": "http://elsewhere.test/", "feeds": (f"{FED.url}feed/",), "sitemaps": ()})
    (settings.sources / "elsewhere.toml").write_text(sourcefile.render(shared), encoding="utf-8")

    refused = follow(settings, FED.host, timezone="Asia/Amman", delay=0.1, write=True)
    written = follow(settings, FED.host, timezone="Asia/Amman", delay=0.1, write=True, twice=True)

    assert refused.source is None and refused.path is None
    assert refused.problem.startswith("sabah.newsroom.test is followed already, as elsewhere, which reads http")
    assert "--twice" in refused.tries[0]
    assert written.path is not None


def test_an_entry_of_the_catalogue_whose_site_is_followed_already_is_refused_too(tmp_path: Path) -> None:
    settings = at(tmp_path, "")
    settings.sources.mkdir()
    entry = sourcefile.load(folders.CATALOGUE / "sana.toml")
    (settings.sources / "mine.toml").write_text(sourcefile.render(entry), encoding="utf-8")
    env = {"NIGHTDESK_SOURCES": str(settings.sources), "NIGHTDESK_DATA": str(settings.data)}

    refused = CliRunner().invoke(app, ["follow", "sana"], env=env)
    settings_of_this_process.cache_clear()
    forced = CliRunner().invoke(app, ["follow", "sana", "--twice"], env=env)

    assert "is followed already, as mine." in str(refused.exception)
    assert forced.exit_code == 0, forced.exception
    assert (settings.sources / "sana.toml").exists()

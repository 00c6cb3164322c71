"""Every statement stays flat: what the night, the command line and the Desk ask costs no more in a larger archive."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from bench import archive
from pipelines.desk import lookups
from pipelines.settings import Settings
from pipelines.settings import settings as settings_of_this_process
from pipelines.stores import postgres
from tests import asked, commands, databases
from tests.explained import LASTING, Cost, doing, explaining

FEW, MANY = 2_000, 20_000
# A tree of pages grows by a level, and a plan may read an index where it read all of a small table.
GROWTH = 1.5
# Blocks that a statement may touch however few it touched in the small archive, and for each row that it gives: some
# thirty lookups, a tenth of a millisecond; some lookups in tables beside.
ALWAYS, A_ROW = 150, 10
RUN = "2026-11-30T0200"
EVERY_ARTICLE = {"source": "", "state": "", "code": "", "kind": "article"}
# What reads more blocks, to an end of its own: statement -> the most blocks, and why.
BOUNDED = {
    "search_ranked": (6_000, "best first ranks the newest 5,000 articles that the index names, and says so"),
    "search_named": (6_000, "the articles that the index names for a word, before the newest of them are taken"),
    "search_window": (30_000, "a word that stands in many is looked for in the newest articles, until enough have it"),
    "desk_outcomes": (1_500, "some lookups for each page of a run, and a run of the large archive has as many pages"),
    "search_of_kind": (3_000, "the articles with a change of the kind, where these are few"),
    "write_alerts": (600, "an alert has an entry in each of eight indexes, which have one level more"),
}
# Rows that a statement may read for each that it gives, and those that are read in a moment, whatever is given.
READ_FOR_ONE, FEW_ROWS = 50, 150
# What reads more rows: statement -> why.
REPORTS = {
    "alerts_of_run": "so few alerts here that Postgres reads them all",
    "desk_alerts_of_article": "so few alerts here that Postgres reads them all",
    "desk_outcomes": "counts how the pages of the shown runs ended, and gives a row for each end",
    "looks_of_source": "so few sources here that Postgres reads the quarter of all, not that of one",
    "open_messages": "so few messages here that Postgres reads them all",
    "say_subjects": "so few messages here that Postgres reads them all",
    "search_of_kind": "the articles with a change of the kind, where these are few",
    "search_named": "a word with a state: the articles with the word, whichever are in the state",
    "search_window": "looks for a common word in the newest articles, at least a thousand",
    "words_unknown": "each word of new articles is looked up, and the new ones are given",
    "words_rare": "the words of the newest thousand articles need not be looked up one by one",
    "words_with_part": "a part of a word is looked for in all known words",
}
# Statements that are not asked here: why -> which.
UNASKED = {
    "of one thing or some, each by its key": """
        alerts_of_deliveries articles_before articles_of_story attempts backfill_note become_aliases busy_stage
        cause_of_run lend_entries mark_variants
        changes_of_articles claim_modified close_feed desk_act given_up_of_alerts hold_known hold_lacking keep_robots
        known_guids leave_hosts lend_of_aliases lists_of_articles lists_that_named main_of_key
        mark_one_page mark_put_off mark_sent mark_unwanted move_url next_section_page note_aliases note_undecided
        open_feed pages_of_section pause_channel pause_source progress_stage raw_of_article
        readmit_urls release_deliveries rest_host resume_channel resume_source retired_keys robots_of_host rows_of_keys
        session_silence sitemaps_of_run source_has_rows story_texts strangers_led_to template_agreement
        template_agreements template_drop template_pages template_save template_still texts_of_article trouble_begun
        trouble_over troubles_told try_again turn_of_hosts url_of_look want_main want_urls watch_of_feed
        watches_told_of words_drop
        words_of_articles write_health_alert write_text_delivery""",
    "of one run, one load or one raw file": """
        article_files_needed fetches_elsewhere hold_run hold_urls known_of_file load_add_aliases load_count_owed
        load_find_second_urls_of_file load_find_strangers load_keep_stored_texts load_keep_stored_titles
        load_set_revision_kinds needed_files newest_load_of_source pages_elsewhere pages_of_file reach_of_run reject_run
        reject_urls rejected_urls stage_times_of_run stories_join stories_loosen stories_merge stories_share
        stories_unshared undecided_in_folder urls_of_run ways_of_alerts""",
    "of the lists of one source": "doubted_lists lists_had named_sitemaps newest_articles refused_by_guard",
    "of watches, sets of sources and runs, which are few or limited": """
        add_watch channels_used count_unmatched history_of_transaction keep_synonyms latest_runs mute_watch
        note_newest_sources note_sources pause_watch remove_synonyms remove_watch runs_of_sources
        watches_naming watches_with_synonyms""",
    "asked only while no message of a watch ever went out": "desk_matched",
    "works through a source or the archive, once and in batches": """
        again_looks again_state files_of_ledger kept_out_of_source left_of_source looks_as_subscriber merge_aliases
        merge_articles merge_fetches merge_gone merge_health merge_hold merge_revisions merge_runs merge_stories
        merge_templates merge_told merge_urls move_begin move_end moves_begun past_asked past_begin past_end past_known
        past_lists past_months past_of_run past_open past_robots past_urls past_wanted refetch_lost rename_articles
        rename_source rule_out_urls stories_unsigned undo_aliases undo_articles undo_changes undo_outcomes undo_urls
        wordings_once wordings_twice words_unindexed""",
    "gives what it reads, in a stream: exports and their cards": """
        coverage_crawls coverage_days coverage_extractors export_lines export_rows walk_articles""",
    "`python -m bench retention` measures it": """
        retirable_fetches retirable_wordings retire_fetches retire_files retire_notes retire_urls""",
    "for words of many articles, in an archive larger than this": "search_newest_part search_window_end",
    "of Postgres' own tables, or Airflow's": """
        airflow_revision airflow_tables airflow_unfinished_runs grant_schema grant_views reader tables""",
}

Costs = dict[tuple[str, str], Cost]


@pytest.fixture(scope="module")
def archives(server: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, Settings]]:
    """An installation with few articles, and one with many."""
    made = {}
    with ExitStack() as stack:
        for articles in (FEW, MANY):
            folder = tmp_path_factory.mktemp("flat")
            address = stack.enter_context(databases.database(server, template))
            made[articles] = Settings(
                data=folder / "data", sources=folder / "sources", database_url=address, min_free_mb=0,
                contact="mailto:tests@newsroom.test",
            )  # fmt: skip
            for path in (made[articles].data, made[articles].sources):
                path.mkdir()
            with postgres.connection(made[articles]) as conn:
                archive.fill(conn, archive.small(articles))
        yield made


@pytest.fixture(scope="module")
def touched(archives: dict[int, Settings]) -> Iterator[dict[int, Costs]]:
    """What each statement cost in the small archive and in the large one."""
    found_in = {}
    for articles, settings in archives.items():
        with pytest.MonkeyPatch.context() as patch:
            commands.use(settings, patch)
            settings_of_this_process.cache_clear()
            with explaining(patch) as found:
                size = archive.small(articles)
                asked.everything(settings, size, asked.follow(settings, size), RUN)
                found_in[articles] = dict(found)
    yield found_in
    settings_of_this_process.cache_clear()


def test_no_statement_touches_more_in_a_larger_archive(touched: dict[int, Costs]) -> None:
    grown = {
        f"{what}: {statement}": (touched[FEW].get((what, statement), Cost()).blocks, cost.blocks)
        for (what, statement), cost in touched[MANY].items()
        if cost.blocks > allowed(statement, touched[FEW].get((what, statement), Cost()), cost)
    }

    assert grown == {}


def test_no_statement_reads_more_than_fifty_rows_for_each_that_it_gives(touched: dict[int, Costs]) -> None:
    much = {
        (what, statement): f"{cost.read} rows for {cost.gave}"
        for (what, statement), cost in touched[MANY].items()
        if cost.read > max(FEW_ROWS, READ_FOR_ONE * cost.gave)
    }

    assert {key: told for key, told in much.items() if key[1] not in REPORTS} == {}


def test_every_statement_is_asked_or_it_is_said_why_not(touched: dict[int, Costs]) -> None:
    reading = {name for name in postgres.statements() if not any(word in postgres.statement(name) for word in LASTING)}
    asked_of = {statement for _, statement in touched[MANY]}
    named = [name for names in UNASKED.values() for name in names.split()]

    assert sorted(reading - asked_of - set(named)) == [], "ask it in tests/asked.py, or say here why not"
    assert sorted(set(named) - (reading - asked_of)) == [], "it is asked, or is gone"
    assert len(named) == len(set(named))


def test_a_page_of_the_ledger_reads_only_its_rows_of_a_run_that_discovered_many_urls(
    settings: Settings, conn: postgres.Connection
) -> None:
    with conn, conn.cursor() as cursor:
        cursor.execute(
            "insert into urls (source, url_key, url, host, kind, discovered_run)"
            " select 'sana', n, 'https://sana.test/' || n, 'sana.test', 'article',"
            f" case when n > {MANY // 2} then 'import' else 'night ' || n / 40 end from generate_series(1, {MANY}) n"
        )
        cursor.execute("analyze urls")

    with pytest.MonkeyPatch.context() as patch, explaining(patch) as found, postgres.connection(settings) as one:
        with doing("its first page"):
            first = lookups.urls_of_run(one, "import", **EVERY_ARTICLE, after=0, count=40)
        with doing("its next page"):
            lookups.urls_of_run(one, "import", **EVERY_ARTICLE, after=first[-1]["id"], count=40)

    assert [(cost.rows, cost.read) for cost in found.values()] == [(40, 40)] * 2


def allowed(statement: str, few: Cost, many: Cost) -> float:
    """Blocks that a statement may touch in the large archive."""
    return max(ALWAYS + A_ROW * max(many.rows, many.gave), GROWTH * few.blocks, BOUNDED.get(statement, (0, ""))[0])

"""The steps of a load: what each look at a page changed, decided and written by the statements `load_*`.

They run on a temporary table of the article file's lines: before STEPS the lines are copied and KNOWN is asked; then
come STEPS, in their order; after them the aliases, `load_update_unchanged_urls` and `load_add_removals`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from operator import itemgetter
from pathlib import Path

from pipelines.errors import StoreError
from pipelines.load import counter_edits, file_rows, policy, quarantine, revisions, search_index
from pipelines.stores import postgres

# KNOWN finds the lines of stored articles, before STEPS; it shows which steps have nothing to do. After VERDICTS, the
# statement `load_ask_flood` tells whether there are too many edits (a flood); if not, Python names the kind of each
# edit.
KNOWN, VERDICTS = "load_fill_known", "load_judge_newer_lines"
# The step that gives new articles their numbers; Python copies their rows.
ARTICLES = "load_number_articles"
FLOOD = {"least": policy.FLOOD_EDITS, "share": policy.FLOOD_SHARE}
STEPS = (
    # Find lines with second URLs of an article.
    "load_drop_false_canonicals",
    "load_find_second_urls",
    "load_find_second_urls_of_file",
    # A page that is a revision already and was read again: its stored row is corrected in place.
    "load_find_reread_pages",
    "load_reread_revisions",
    "load_reread_articles",
    "load_reread_changes",
    # Every other line: a new article, a revision, or nothing to store.
    VERDICTS,
    "load_judge_remaining_lines",
    # Write the results: articles, revisions, changes for alert, and the ledger.
    ARTICLES,
    "load_add_revisions",
    "load_update_articles",
    "load_add_restored_changes",
    "load_update_last_seen",
    "load_add_changes",
    "load_add_outcomes",
    "load_update_urls",
)

# Steps that are left out if no line belongs to a stored article.
OF_KNOWN = frozenset(
    (
        "load_find_reread_pages",
        "load_reread_revisions",
        "load_reread_articles",
        "load_reread_changes",
        "load_add_restored_changes",
    )
)
# Steps that are left out if, in addition, no two lines have one URL.
OF_LOOKS = frozenset(("load_update_articles", "load_update_last_seen"))
# Steps that are left out if every page states its own address as the canonical one.
OF_CANONICAL = frozenset(("load_drop_false_canonicals",))

# The columns of a new article: those of its line, and those that are known once it is stored.
OWN_COLUMNS = (  # noqa: SIM905
    "url_id canonical_url title description text authors language published_at published_precision published_from "
    "modified_at image tags section removed page_digest title_digest text_digest extractor words fetch_id fetched_at"
).split()
GIVEN_COLUMNS = (  # noqa: SIM905
    "id source url canonical_key seen_at first_run first_fetched_at loaded_run revision"
).split()

# Lines of a file up to which its steps are planned once for all files of a session: any plan will do for so few lines.
# Chosen: a source brings fewer in a usual night.
FEW_LINES = 200

# Values of policy.py for the steps; each step takes those that it names.
POLICY = {
    "old_after": policy.OLD_AFTER,
    "replay_after": policy.REPLAY_AFTER,
    "looks_after": list(policy.LOOKS_AFTER),
    "early_share": policy.EARLY_SHARE,
    "rejected_look_after": policy.REJECTED_LOOK_AFTER,
    "gone_apart": policy.GONE_APART,
    "max_titles": policy.MAX_TITLES_OF_CANONICAL,
}


def run_steps(
    conn: postgres.Connection,
    rows: Sequence[file_rows.Row],
    indexed: Mapping[int, search_index.Indexed],
    source: str,
    run: str,
    *,
    may_hold: bool,
) -> str:
    """Judge these rows and write the results, and also the site's answers for pages that it did not send.

    Gives the reason why the quarantine holds the articles, or an empty text. may_hold: whether it may hold them.
    """
    why, compared = "", False
    # The lines that keep the stored wording instead of the file's wording; their words differ from the file.
    still: set[int] = set()
    added: list[search_index.NewArticle] = []
    # Parameters of the steps: the earlier loads, and after the verdicts whether the edits are a flood.
    parameters = postgres.prepared_row(conn, "load_find_earlier_loads", source=source, run=run) or {}
    few = len(rows) <= FEW_LINES
    ask = postgres.prepared_row if few else postgres.row
    waiting: list[str] = []

    def run_waiting() -> None:
        if waiting:
            postgres.execute_all(conn, waiting, prepared=few, source=source, run=run, **parameters, **POLICY)
            waiting.clear()

    if rows:
        _copy_lines(conn, rows, source, run)
        if not few:
            postgres.execute(conn, "load_analyze_lines")
        parameters["flood"] = False
        why = quarantine.judge(conn, rows, source, run) if may_hold else ""
        if why:
            quarantine.hold(conn, source, run, why)
    if rows and not why:
        quarantine.let_go(conn, source, run)
        # stored: lines with an article; several: second lines of one URL; elsewhere: lines with another canonical URL.
        known = ask(conn, KNOWN) or {}
        if known["late"]:
            raise StoreError(f"Articles of {source} were added by other hands during this load: run the same again.")
        compared = bool(known["stored"] or known["several"])
        if known["stored"]:
            still = _let_stand_still(conn)
        for step in STEPS:
            if (
                (step in OF_KNOWN and not known["stored"])
                or (step in OF_LOOKS and not compared)
                or (step in OF_CANONICAL and not known["elsewhere"])
            ):
                continue
            if step == ARTICLES:
                run_waiting()
                added = _add_articles(conn, rows, source, run, ask(conn, ARTICLES) or {})
                continue
            waiting.append(step)
            if step == VERDICTS and compared:
                run_waiting()
                parameters |= postgres.row(conn, "load_ask_flood", source=source, **FLOOD) or {}
                if not parameters["flood"]:
                    _judge_revisions(conn)
        if aliases := file_rows.find_aliases(rows, run):
            run_waiting()
            postgres.execute_values(conn, "load_add_aliases", aliases)
    waiting += ("load_update_unchanged_urls", "load_add_removals")
    run_waiting()
    if rows and not why:
        indexed = {n: index for n, index in indexed.items() if n not in still}
        search_index.keep_loaded(conn, added, indexed, compared=compared)
    return why


def _copy_lines(conn: postgres.Connection, rows: Sequence[file_rows.Row], source: str, run: str) -> None:
    """Put the lines where they are judged; StoreError if the ledger does not know a fetch.

    Only a line that may be compared with another wording comes whole: one of a stored article, or of a URL that another
    line has too. Nobody else adds articles of this source meanwhile.
    """
    postgres.execute(conn, "load_create_lines")
    numbers = {f"{name}s": [row[name] for row in rows] for name in ("n", "fetch_id", "url_id")}
    found = postgres.query(conn, "load_find_stored", source=source, **numbers)
    strangers = [rows[row["n"] - 1] for row in found if row["stranger"]]
    if strangers:
        first = strangers[0]
        raise StoreError(
            f"{len(strangers)} of {len(rows)} lines of the article file {Path(source) / run}.jsonl are of fetches "
            f"this database does not know (line {first['n']}: fetch {first['fetch_id']} of URL {first['url_id']}). "
            "It was made with another database: run `nightdesk extract` for this run again."
        )
    stored = {row["n"] for row in found}
    looks = Counter(row["url_id"] for row in rows)
    whole = [row for row in rows if not row["reason"] and (row["n"] in stored or looks[row["url_id"]] > 1)]
    whole_numbers = {row["n"] for row in whole}
    judged, all_columns = itemgetter(*file_rows.JUDGED), (*file_rows.JUDGED, *file_rows.STORED)
    postgres.copy(conn, "lines", file_rows.JUDGED, [judged(row) for row in rows if row["n"] not in whole_numbers])
    if whole:
        values = itemgetter(*all_columns)
        postgres.copy(conn, "lines", (*all_columns, "whole"), [(*values(row), True) for row in whole])


def _add_articles(
    conn: postgres.Connection, rows: Sequence[file_rows.Row], source: str, run: str, made: postgres.Row
) -> list[search_index.NewArticle]:
    """Store the articles that are new, as their first look showed them; gives what the search index needs of them.

    made: their numbers, as the step ARTICLES gives them.
    """
    added, kept = [], []
    own = itemgetter(*OWN_COLUMNS)
    for n, number, url, key in zip(*(made[name] or () for name in ("ns", "ids", "urls", "keys")), strict=True):
        row = rows[n - 1]
        at = row["fetched_at"]
        kept.append((*own(row), number, source, url, key, at, row["run"], at, run, 1))
        added.append(search_index.NewArticle(number, source, row, made["loaded_at"]))
    if kept:
        postgres.copy(conn, "articles", (*OWN_COLUMNS, *GIVEN_COLUMNS), kept)
    return added


def _let_stand_still(conn: postgres.Connection) -> set[int]:
    """Keep the stored wording if only counters, quotes, blanks, or the time of an update changed; gives those lines."""
    edits = postgres.query(conn, "load_find_edits")
    texts = [row for row in edits if row["text"] != row["text_before"]]
    same = [row["n"] for row in texts if revisions.alike(row["text_before"], row["text"])]
    counted = counter_edits.still(
        [counter_edits.CounterEdit(row["n"], row["article"], row["text_before"], row["text"]) for row in texts]
    )
    titles = [row["n"] for row in edits if revisions.alike(row["title_before"], row["title"])]
    if texts:
        postgres.execute(conn, "load_keep_stored_texts", numbers=[*same, *counted])
    if titles:
        postgres.execute(conn, "load_keep_stored_titles", numbers=titles)
    return {*same, *counted, *titles}


def _judge_revisions(conn: postgres.Connection) -> None:
    """Set the kind of edit of each revision."""
    made = []
    for row in postgres.query(conn, "load_find_edited_texts"):
        before = {"title": row["title_before"], "text": row["text_before"]}
        edit = revisions.judge(before, row)
        made.append((row["n"], edit.kind, postgres.json([asdict(one) for one in edit.moved])))
    postgres.execute_values(conn, "load_set_revision_kinds", made)

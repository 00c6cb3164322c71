"""The steps of a load: what each look at a page changed, decided and written by the statements `load_*`.

They run in the order of STEPS, on a temporary table of the article file's lines. Only this module knows that order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pipelines.errors import StoreError
from pipelines.load import counter_edits, file_rows, policy, quarantine, revisions, search_index
from pipelines.stores import postgres

# The step that finds known lines comes first; it shows which steps have nothing to do. After the verdicts, the
# statement `load_ask_flood` tells whether there are too many edits (a flood); if not, Python names the kind of each
# edit.
KNOWN, VERDICTS = "load_fill_known", "load_judge_newer_lines"
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
    "load_add_articles",
    "load_give_lines_articles",
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
    rows: Sequence[Sequence[Any]],
    indexed: Mapping[int, search_index.Indexed],
    source: str,
    run: str,
    *,
    may_hold: bool,
) -> str:
    """Judge these rows and write the results, and also the site's answers for pages that it did not send.

    Gives the reason why the quarantine holds the articles, or an empty text. may_hold: whether it may hold them.
    """
    why = ""
    # The lines that keep the stored wording instead of the file's wording; their words differ from the file.
    still: set[int] = set()
    # Parameters of the steps: the earlier loads, and after the verdicts whether the edits are a flood.
    parameters = postgres.row(conn, "load_find_earlier_loads", source=source, run=run) or {}
    if rows:
        postgres.execute(conn, "load_create_lines")
        postgres.copy(conn, "lines", file_rows.COLUMNS, rows)
        strangers = postgres.query(conn, "load_find_strangers", source=source)
        if strangers:
            first = strangers[0]
            raise StoreError(
                f"{len(strangers)} of {len(rows)} lines of the article file {Path(source) / run}.jsonl are of fetches "
                f"this database does not know (line {first['n']}: fetch {first['fetch_id']} of URL {first['url_id']}). "
                "It was made with another database: run `nightdesk extract` for this run again."
            )
        postgres.execute(conn, "load_analyze_lines")
        parameters["flood"] = False
        why = quarantine.judge(conn, source, run) if may_hold else ""
        if why:
            quarantine.hold(conn, source, run, why)
    if rows and not why:
        quarantine.let_go(conn, source, run)
        # stored: lines with an article; several: second lines of one URL; elsewhere: lines with another canonical URL.
        known = postgres.row(conn, KNOWN) or {}
        if known["stored"]:
            still = _let_stand_still(conn)
        for step in STEPS:
            if (
                (step in OF_KNOWN and not known["stored"])
                or (step in OF_LOOKS and not (known["stored"] or known["several"]))
                or (step in OF_CANONICAL and not known["elsewhere"])
            ):
                continue
            postgres.execute(conn, step, source=source, run=run, **parameters, **POLICY)
            if step == VERDICTS and (known["stored"] or known["several"]):
                parameters |= postgres.row(conn, "load_ask_flood", source=source, **FLOOD) or {}
                if not parameters["flood"]:
                    _judge_revisions(conn)
        postgres.execute_values(conn, "load_add_aliases", file_rows.find_aliases(rows, run))
    postgres.execute(conn, "load_update_unchanged_urls", source=source, run=run, **POLICY)
    postgres.execute(conn, "load_add_removals", source=source, run=run, **POLICY)
    if rows and not why:
        search_index.keep_loaded(conn, {n: index for n, index in indexed.items() if n not in still})
    return why


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

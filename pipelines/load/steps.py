"""The steps of a load: the statements `load_*` decide what each look at a page changed, and write it.

They run on a temporary table with the lines of the article files. First the lines are copied there, some at a time, and
KNOWN runs for them. Then STEPS run in their order. Last come the aliases, `load_update_unchanged_urls` and
`load_add_removals`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from operator import itemgetter
from pathlib import Path

from pipelines.errors import StoreError
from pipelines.load import counter_edits, file_rows, policy, quarantine, read_ahead, revisions, search_index
from pipelines.stores import postgres, row_copy
from pipelines.stores.packed_values import pack_bigint, pack_integer, pack_moment, pack_name, pack_text

# KNOWN finds the lines of stored articles, before STEPS; it shows which steps have nothing to do. VERDICTS finds the
# new articles and revisions. After it, the statement `load_ask_flood` tells whether there are too many edits (a flood);
# if not, Python names the kind of each edit.
KNOWN, VERDICTS = "load_fill_known", "load_judge_newer_lines"
# Each of these two steps gives new articles their numbers; Python then copies the articles into Postgres. NEW_LINES
# also judges the lines; it is used if there is nothing to compare the lines with.
ARTICLES, NEW_LINES = "load_number_articles", "load_number_new_lines"
FLOOD = {"least": policy.FLOOD_EDITS, "share": policy.FLOOD_SHARE}
STEPS = (
    # Find lines with second URLs of an article.
    "load_drop_false_canonicals",
    "load_find_second_urls",
    "load_find_second_urls_of_file",
    # If extract has read the page of a stored revision again, the revision is corrected in place.
    "load_find_reread_pages",
    "load_reread_revisions",
    "load_reread_articles",
    "load_reread_changes",
    # Judge every other line: it is a new article, or a revision, or has nothing to store.
    VERDICTS,
    ARTICLES,
    "load_judge_remaining_lines",
    # Write the results: articles, revisions, changes for alert, and the ledger.
    "load_add_revisions",
    "load_update_articles",
    "load_add_restored_changes",
    "load_update_last_seen",
    "load_add_changes",
    "load_add_outcomes",
    "load_update_urls",
)

# These steps are left out if no line belongs to a stored article.
OF_KNOWN = frozenset(
    (
        "load_find_reread_pages",
        "load_reread_revisions",
        "load_reread_articles",
        "load_reread_changes",
        "load_add_restored_changes",
    )
)
# These steps are left out if no line belongs to a stored article and no two lines have the same URL.
OF_LOOKS = frozenset((VERDICTS, "load_update_articles", "load_update_last_seen"))
# These steps are left out if every page states its own address as the canonical one.
OF_CANONICAL = frozenset(("load_drop_false_canonicals",))
# These steps are left out if no two lines have a text, a title or a canonical address in common.
OF_COPIES = frozenset(("load_find_second_urls_of_file",))

# A new article has two groups of columns besides file_rows.STORED. OWN_COLUMNS come from its line; GIVEN_COLUMNS are
# known once the article is numbered.
OWN_COLUMNS = (  # noqa: SIM905
    "source url_id published_at published_precision page_digest title_digest text_digest extractor words fetch_id "
    "fetched_at"
).split()
GIVEN_COLUMNS = (  # noqa: SIM905
    "seen_at first_fetched_at first_run loaded_run revision id url canonical_key"
).split()

# If the files of a load have at most this many lines in all, Postgres plans the steps only once in a session, because
# any plan is good enough for so few. Chosen: a source brings fewer lines in a usual night.
FEW_LINES = 200

# Lines are looked up once they are this share of the lines before them. Chosen: Postgres reads all lines to find these,
# so that equal steps would take time with the square of a file's length; up to 4,000 lines each part is such a share.
LOOK_UP_SHARE = 1 / 8

# POLICY has the values of policy.py for the steps; each step takes those that it names.
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
    conn: postgres.Connection, read: read_ahead.Read, sources: Sequence[str], run: str, *, may_hold: bool
) -> str:
    """Judge the lines of these sources and write the results. Also write which pages the sites did not send: those that
    are unchanged, and those that are gone.

    Gives why the quarantine holds the articles of one of these sources, empty if it holds none. If it holds any, no
    line of any source is judged, and a caller with several sources rolls back. may_hold: whether the quarantine may
    hold articles.
    """
    known = _copy_lines(conn, read, run)
    file, rows, why, compared = read.file, read.file.rows, "", False
    # `still` has the numbers of the lines that keep the stored wording. The file has index rows of another wording for
    # them, which are not used.
    still: set[int] = set()
    added: list[search_index.NewArticle] = []
    few = _are_few(rows)
    parameters = {"sources": list(sources), "run": run, **POLICY}
    waiting: list[str] = []

    def run_waiting() -> None:
        if waiting:
            postgres.execute_all(conn, waiting, prepared=few, **parameters)
            waiting.clear()

    if rows and may_hold:
        why = quarantine.judge(conn, rows, sources, run)
    if rows and not why:
        quarantine.let_go(conn, sorted({row["source"] for row in rows}), run)
        # `known` counts lines. stored: lines of stored articles; several: lines whose URL an earlier line has;
        # elsewhere: lines whose canonical URL is another address.
        compared = bool(known["stored"] or known["several"])
        if known["stored"]:
            still = _let_stand_still(conn)
        copies = _may_be_copies(rows)
        waiting.append("load_find_earlier_loads")
        for step in STEPS:
            if (
                (step in OF_KNOWN and not known["stored"])
                or (step in OF_LOOKS and not compared)
                or (step in OF_CANONICAL and not known["elsewhere"])
                or (step in OF_COPIES and not copies)
            ):
                continue
            if step == ARTICLES:
                run_waiting()
                counted = postgres.row(conn, ARTICLES if compared else NEW_LINES, prepared=few)
                added = _add_articles(conn, rows, run, counted or {})
                continue
            waiting.append(step)
            if step == VERDICTS:
                run_waiting()
                postgres.execute(conn, "load_ask_flood", **FLOOD)
                _judge_revisions(conn)
        if aliases := file_rows.find_aliases(rows, run):
            run_waiting()
            postgres.execute_values(conn, "load_add_aliases", aliases)
    waiting += ("load_update_unchanged_urls", "load_add_removals")
    run_waiting()
    if rows and not why:
        search_index.keep_loaded(conn, added, file.indexed, still, compared=compared)
    return why


def _copy_lines(conn: postgres.Connection, read: read_ahead.Read, run: str) -> postgres.Row:
    """Copy the lines into the table in which they are judged, as they are read; StoreError if a line cannot be read, or
    if the ledger does not know a fetch. Gives the result of KNOWN for all of them, empty if there are no lines.

    Only a line that may be compared with another wording is copied completely: a line of a stored article, or of a URL
    that another line has too. These lines cannot become more meanwhile, because no other process adds articles of these
    sources.
    """
    file, known = read.file, Counter[str]()
    if not file.files:
        return {}
    postgres.execute_all(conn, ("load_create_lines", "load_create_sources"))
    whole = set[int]()
    looked, alike = 0, True
    # No line is waited for during a COPY. During it, Postgres takes the session to be at work, and would not end it if
    # the reading stood still.
    for part in read.parts:
        row_copy.copy_packed(conn, "lines", tuple(file_rows.JUDGED), (row["packed"] for row in part))
        last = part[-1]["n"]
        # Postgres looks these lines up while the next ones are read.
        if last - looked >= looked * LOOK_UP_SHARE:
            found = _look_up(conn, looked + 1, last)
            # Some lines tell the planner of all, once their columns are filled in.
            if not looked and last > FEW_LINES:
                postgres.execute(conn, "load_analyze_lines")
                alike = not found["stored"] and all(row["article"] for row in part)
            whole |= set(found.pop("ns") or ())
            known.update(found)
            looked = last
    rows = file.rows
    if not rows:
        return {}
    if looked < len(rows):
        found = _look_up(conn, looked + 1, len(rows))
        whole |= set(found.pop("ns") or ())
        known.update(found)
    # If the first lines are known or rejected, the planner would take the others for such lines too.
    if not alike and len(rows) > read_ahead.LINES_AT_ONCE:
        postgres.execute(conn, "load_analyze_lines")
    if known["known"] < len(rows):
        _refuse_strangers(rows, [row["n"] for row in postgres.query(conn, "load_find_strangers")], run)
    looks = Counter(row["url_id"] for row in rows)
    known["several"] = len(rows) - len(looks)
    if known["several"]:
        whole |= {row["n"] for row in rows if row["article"] and looks[row["url_id"]] > 1}
    if whole:
        texts = ((pack_integer(n), *file_rows.store(rows[n - 1])) for n in sorted(whole))
        postgres.execute(conn, "load_create_wordings")
        row_copy.copy_packed(conn, "wordings", ("n", *file_rows.STORED), texts)
        postgres.execute(conn, "load_add_wordings")
    return dict(known)


def _look_up(conn: postgres.Connection, first: int, last: int) -> postgres.Row:
    return postgres.row(conn, KNOWN, prepared=last <= FEW_LINES, first=first, last=last) or {}


def _are_few(rows: Sequence[file_rows.Row]) -> bool:
    return len(rows) <= FEW_LINES


def _refuse_strangers(rows: Sequence[file_rows.Row], strangers: Sequence[int], run: str) -> None:
    first = rows[strangers[0] - 1]
    of_source = [row["n"] for row in rows if row["source"] == first["source"]]
    count = len({*strangers} & {*of_source})
    raise StoreError(
        f"{count} of {len(of_source)} lines of the article file {Path(first['source']) / run}.jsonl are of fetches "
        f"this database does not know (line {1 + first['n'] - of_source[0]}: fetch {first['fetch_id']} of URL "
        f"{first['url_id']}). It was made with another database: run `nightdesk extract` for this run again."
    )


def _may_be_copies(rows: Sequence[file_rows.Row]) -> bool:
    """Whether two articles have a text, a title or a canonical address in common. True also if an article has no
    canonical address that can be compared."""
    articles = [row for row in rows if row["article"]]
    return any(
        len({row[name] for row in articles}) < len(articles)
        for name in ("text_digest", "title_digest", "canonical_key")
    ) or any(row["canonical_key"] is None for row in articles)


def _add_articles(
    conn: postgres.Connection, rows: Sequence[file_rows.Row], run: str, made: postgres.Row
) -> list[search_index.NewArticle]:
    """Store the articles that are new, as their first look showed them; gives what the search index needs of them.

    made: the result of the step ARTICLES or NEW_LINES, which has their numbers.
    """
    added: list[search_index.NewArticle] = []
    own = itemgetter(*map(list(file_rows.JUDGED).index, OWN_COLUMNS))
    ever = pack_name(run) + pack_integer(1)

    # Postgres takes in the first rows while the next ones are written.
    def write() -> Iterator[tuple[bytes, ...]]:
        for n, number, url, key in zip(*(made[name] for name in ("ns", "ids", "urls", "keys")), strict=True):
            row = rows[n - 1]
            at = pack_moment(row["fetched_at"])
            given = (at, at, pack_name(row["run"]), ever, pack_bigint(number), pack_text(url), pack_text(key))
            yield (*own(row["packed"]), *file_rows.store(row), *given)
            added.append(search_index.NewArticle(number, row, made["loaded_at"]))

    if made["ns"]:
        row_copy.copy_packed(conn, "articles", (*OWN_COLUMNS, *file_rows.STORED, *GIVEN_COLUMNS), write())
    return added


def _let_stand_still(conn: postgres.Connection) -> set[int]:
    """Keep the stored wording if only counters, quotes, blanks, or the time of an update changed; gives the numbers of
    the lines for which it is kept."""
    edits = postgres.query(conn, "load_find_edits")
    texts = [row for row in edits if row["text"] != row["text_before"]]
    same = [row["n"] for row in texts if revisions.alike(row["text_before"], row["text"])]
    counted = counter_edits.still(
        [counter_edits.CounterEdit(row["n"], row["article"], row["text_before"], row["text"]) for row in texts]
    )
    titles = [row["n"] for row in edits if revisions.titles_alike(row["title_before"], row["title"])]
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

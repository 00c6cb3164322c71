"""Load: writes an article file into Postgres, in one transaction for each source and run.

Only this module decides what a look at a page changed. The rules are the statements `load_*`. They run in the order of
STEPS, on a temporary table of the file's lines. A
second load of the same file changes nothing, whatever happened to the first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipelines import signatures, text, urls
from pipelines.codes import RunState, Side
from pipelines.crawl import ledger, url_account
from pipelines.crawl.url_account import Difference
from pipelines.errors import StoreError
from pipelines.load import counter_edits, policy, quarantine, revisions, search_index, story_links
from pipelines.model import Source, Tally
from pipelines.query import vectors
from pipelines.settings import Settings
from pipelines.signatures import Signature
from pipelines.stores import articlefile, bucket, postgres, runs
from pipelines.stores.articlefile import Line

STAGE = "load"
# A function that runs before anything changes, and the function that loads the article file of a source and run.
First = Callable[[postgres.Connection], None]
Load = Callable[..., Tally]
LOCK_NOT_AVAILABLE = "55P03"
# SQLSTATE classes: 22, a value that its type cannot have; 23, one that a constraint of its column refuses.
WRONG_VALUES = ("22", "23")
# URLs in one message. Chosen: the others are counted.
URLS_SHOWN = 3

# The step that finds known lines comes first; it shows which steps have nothing to do. After the verdicts, Python
# decides whether there are too many edits (a flood).
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

# The columns of the temporary table `lines` (load_create_lines); `n` is the number of the line in the article file.
COLUMNS = (  # noqa: SIM905
    "n fetch_id url_id run fetched_at url canonical_url canonical_key title description text authors language "
    "published_at published_precision published_from modified_at image tags section removed "
    "page_digest title_digest text_digest extractor words akin reason detail"
).split()


def load(settings: Settings, source: Source, run: str, *, first: First | None = None) -> Tally:
    """Load the article file of a source and run into Postgres; each repetition gives the same Tally.

    Counts: new, revised, reread, unchanged, duplicate, removed, restored, rejected, words, cut (lines of boilerplate),
    seconds, and held (articles in the quarantine).
    The Tally has the state failed if the file is missing though pages were fetched, if it cannot be read, or if the
    ledger does not account for every URL of the run afterwards (count: unaccounted). first: a function that is called
    before anything changes, while no other process loads this source. With it the quarantine does not hold the run: a
    person has released the run.
    """
    with loading(settings) as load_next:
        return load_next(source, run, first)


@contextmanager
def loading(settings: Settings) -> Iterator[Load]:
    """Give a function that loads like `load`, for many sources one after the other over one connection.

    A new connection looks up each table again; for a small file this costs more than its articles.
    """
    # Between two calls `session` holds the open connection, and `conn` is that connection. During a call `conn` is
    # None: after an error the next call opens a new one.
    session, conn = ExitStack(), None

    def load_next(source: Source, run: str, first: First | None = None) -> Tally:
        nonlocal session, conn
        # An error ends the session and frees all that it holds.
        with session as opened:
            kept, conn = conn, None
            live = kept or opened.enter_context(postgres.connection(settings, application="nightdesk load"))
            runs.begin(live, run, source.name, STAGE, schema_checked=kept is not None)
            tally = _load(settings, live, source, run, first)
            runs.leave(live, run, source.name, STAGE)
            session, conn = opened.pop_all(), live
        return tally

    try:
        yield load_next
    finally:
        session.close()


def _load(settings: Settings, conn: postgres.Connection, source: Source, run: str, first: First | None) -> Tally:
    started = time.monotonic()
    try:
        with conn:
            postgres.query(conn, "load_patience", wait=f"{policy.LOCK_WAIT_SECONDS}s")
            postgres.query(conn, "load_lock", source=source.name)
            if first:
                first(conn)
            rows, signed, indexed = _lines(conn, settings, source.name, run)
            why = _run_steps(conn, rows, indexed, source.name, run, may_hold=first is None)
            # `_gap` reads raw files, so it runs before the stories: from then on every other load waits.
            gap = _gap(settings, conn, source, run)
            if rows and not why:
                story_links.keep_loaded(conn, signed)
            counts = postgres.row(conn, "tally_of_load", source=source.name, run=run) or {}
            counts["seconds"] = round(time.monotonic() - started)
            counts.update({runs.UNACCOUNTED: len(gap)} if gap else {})
            counts.update(quarantine.counts(conn, source.name, run) if why else {})
            state, message = (
                (RunState.FAILED, _gap_sentence(gap))
                if gap
                else (RunState.DONE, quarantine.sentence(counts, why) or _flood_sentence(conn, source.name, run))
            )
            return runs.end(
                conn, Tally(run=run, source=source.name, stage=STAGE, state=state, counts=counts, message=message)
            )
    except StoreError as error:
        return _end_stage(conn, run, source.name, RunState.FAILED, str(error))
    except postgres.Error as error:
        code = error.pgcode or ""
        if code == LOCK_NOT_AVAILABLE:
            return _end_stage(
                conn, run, source.name, RunState.BUSY, f"Another load of {source.name} holds its articles."
            )
        if code[:2] not in WRONG_VALUES:
            raise
        said = (
            f"Postgres refuses what {articlefile.path(settings, source.name, run)} holds: {postgres.cause(error)}. "
            "Run `nightdesk extract` for this run again."
        )
        return _end_stage(conn, run, source.name, RunState.FAILED, said)


def _gap(settings: Settings, conn: postgres.Connection, source: Source, run: str) -> list[Difference]:
    """The URLs without an account after this load; empty if an earlier stage has reported that it did not end."""
    before = runs.stages(conn, run, source.name)
    if url_account.is_due(before):
        return url_account.differences(settings, conn, source, run)
    if (
        before.get("crawl", RunState.DONE) not in (RunState.DONE, RunState.STOPPED)
        or before.get("extract", RunState.DONE) != RunState.DONE
    ):
        return []
    # Without a crawl of ours, only the ledger has an account.
    return [
        Difference(side=Side.OPEN, source=source.name, run=run, url=row["url"], detail=row["problem"])
        for row in ledger.find_unaccounted(conn, run, source.name)
    ]


def _flood_sentence(conn: postgres.Connection, source: str, run: str) -> str:
    """The sentence about edits that were too many for one run; empty if there were not too many."""
    count = (postgres.row(conn, "edits_at_once", source=source, run=run) or {"count": 0})["count"]
    if not count:
        return ""
    return (
        f"{count} articles read otherwise than before, nearly all that were looked at again: "
        "that is taken for a new layout of the site and alerts nobody."
    )


def _gap_sentence(gap: Sequence[Difference]) -> str:
    """The sentence about URLs that are not accounted for."""
    many = f"{len(gap)} URLs of this run are" if len(gap) > 1 else "1 URL of this run is"
    named = "; ".join(f"{one.url} ({_why(one)})" for one in gap[:URLS_SHOWN])
    more = f"; and {len(gap) - URLS_SHOWN} more" if len(gap) > URLS_SHOWN else ""
    return (
        f"{many} not accounted for: {named}{more}. What was loaded stays; "
        f"`nightdesk ledger {gap[0].source} --run {gap[0].run}` names all, `nightdesk why URL` tells the story of one, "
        "`nightdesk extract` and `nightdesk load` read a run again."
    )


def _why(one: Difference) -> str:
    return one.detail if one.side == Side.OPEN else f"{one.side.means}: {one.detail}"


def _end_stage(conn: postgres.Connection, run: str, source: str, state: RunState, message: str) -> Tally:
    with conn:
        return runs.end(conn, Tally(run=run, source=source, stage=STAGE, state=state, message=message))


def _lines(
    conn: postgres.Connection, settings: Settings, source: str, run: str
) -> tuple[list[list[Any]], dict[int, Signature], dict[int, search_index.Indexed]]:
    """The rows for `lines`, the signatures of the texts by fetch, and the rows of the search index by line.

    Older files lack signatures or index rows; then load makes them.

    All are empty if there is no file and none is due; StoreError if a due file is missing.
    """
    file = articlefile.path(settings, source, run)
    rows: list[list[Any]] = []
    signed: dict[int, Signature] = {}
    indexed: dict[int, search_index.Indexed] = {}
    if (
        not bucket.is_there(file)
        and not (postgres.row(conn, "load_count_owed", source=source, run=run) or {"owed": 0})["owed"]
    ):
        return rows, signed, indexed
    for n, line in enumerate(articlefile.read(file), 1):
        try:
            rows.append(_row(n, line))
            signature = signatures.read(line.signature)
            known = vectors.read(line.words)
        except articlefile.NO_LINE as error:
            raise articlefile.unreadable(file, n, error) from None
        if signature:
            signed[line.fetch_id] = signature
        if known:
            indexed[n] = known
    return rows, signed, indexed


def _run_steps(
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
    before = postgres.row(conn, "load_find_earlier_loads", source=source, run=run) or {}
    if rows:
        postgres.execute(conn, "load_create_lines")
        postgres.copy(conn, "lines", COLUMNS, rows)
        strangers = postgres.query(conn, "load_find_strangers", source=source)
        if strangers:
            first = strangers[0]
            raise StoreError(
                f"{len(strangers)} of {len(rows)} lines of the article file {Path(source) / run}.jsonl are of fetches "
                f"this database does not know (line {first['n']}: fetch {first['fetch_id']} of URL {first['url_id']}). "
                "It was made with another database: run `nightdesk extract` for this run again."
            )
        postgres.execute(conn, "load_analyze_lines")
        before["flood"] = False
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
            postgres.execute(conn, step, source=source, run=run, **before, **POLICY)
            if step == VERDICTS and (known["stored"] or known["several"]):
                before |= postgres.row(conn, "load_ask_flood", source=source, **FLOOD) or {}
                if not before["flood"]:
                    _judge_revisions(conn)
        postgres.execute_values(conn, "load_add_aliases", _aliases(rows, run))
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


def _row(n: int, line: Line) -> list[Any]:
    """The values of a line in the order of COLUMNS, without characters that Postgres cannot store."""
    article, rejection = line.article, line.rejection
    values = {
        "n": n,
        "fetch_id": line.fetch_id,
        "url_id": line.url_id,
        "run": line.run,
        "fetched_at": line.fetched_at,
        "words": 0,
        "akin": False,
        "authors": [],
        "tags": [],
        "removed": postgres.json([]),
    }
    if rejection:
        values.update(
            url=text.clean(rejection.url),
            reason=rejection.reason.value,
            detail=text.clean(rejection.detail),
            page_digest=rejection.page_digest,
            extractor=rejection.extractor,
        )
    if article:
        title, body = text.clean(article.title), text.clean(article.text)
        values.update(
            {
                name: text.clean(getattr(article, name))
                for name in COLUMNS
                if isinstance(getattr(article, name, None), str)
            },
            canonical_key=_key(article.canonical_url),
            akin=_akin(article.url, article.canonical_url),
            authors=[text.clean(author) for author in article.authors],
            tags=[text.clean(tag) for tag in article.tags],
            published_at=article.published_at,
            modified_at=article.modified_at,
            removed=postgres.json(
                [{"text": text.clean(r.text), "reason": text.clean(r.reason)} for r in article.removed]
            ),
            title_digest=text.digest(title),
            text_digest=text.digest(body),
            words=text.words(body),
        )
    nothing = {"published_at": None, "modified_at": None, "canonical_key": None}
    return [values.get(name, nothing.get(name, "")) for name in COLUMNS]


def _aliases(rows: Sequence[Sequence[Any]], run: str) -> list[tuple[object, ...]]:
    """The canonical addresses that pages state and that differ from their own address, as rows for the ledger."""
    n, url, canonical, akin = (COLUMNS.index(name) for name in ("n", "url", "canonical_url", "akin"))
    found = [(row[n], row[canonical]) for row in rows if row[akin] and _key(row[url]) != _key(row[canonical])]
    return [(n, urls.key(to), urls.variant(to)[0], urls.clean(to), urls.host(to), run) for n, to in found]


@lru_cache(maxsize=1)
def _akin(url: str, canonical: str) -> bool:
    try:
        return urls.akin(url, canonical)
    except ValueError:
        return False


# Two are enough for one line: its address and its canonical address, which are mostly the same.
@lru_cache(maxsize=2)
def _key(url: str) -> str | None:
    try:
        return urls.key(url)
    except ValueError:
        return None

"""Stories: load joins articles of any sources to one story if their texts have much in common. No article is dropped.

A bucket is a number that articles with similar texts have in common. The signature of an article names its buckets.
Time is divided into periods of 30 days, and an article's buckets are searched only in its own period and in the two
beside it. So a search costs the same in a large archive as in a small one. Articles of exactly the same text are one
story at any age. The number of a story is the lowest number of its articles. If two stories turn out to be one, the
lower number stays. The other number still leads to the story, because it is the number of an article in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from pipelines import signatures
from pipelines.load import migration_batches, policy
from pipelines.load.likeness import Relation, edited_apart, relation
from pipelines.settings import Settings
from pipelines.signatures import Signature
from pipelines.stores import postgres, row_copy
from pipelines.stores.packed_values import pack_bigint, pack_bigints, pack_bytes, pack_moment, pack_smallint

BACKFILL = "stories"
# This many articles are linked at once; `backfill` (upkeep's work on older articles) links as many in one transaction.
# Loads wait some tenths of a second for such a transaction.
BATCH = 200
# Time since EPOCH is divided into periods of PERIOD_DAYS days. Near copies are found in their own period and in those
# beside it, so all copies that are at most this many days apart are found.
EPOCH, PERIOD_DAYS = datetime(1970, 1, 1, tzinfo=UTC), 30
# The buckets of exact copies belong to no period; they have this value in its place.
EVER = 32767
# The lowest hashes of an article's shingles name its buckets. An article has this many buckets. Chosen: two texts that
# share a third of their shingles then have at least three buckets in common with a probability of .99.
BUCKETS = 24
# These numbers bound the cost of linking. LEAST_SHARED: two articles are compared if they have at least this many
# buckets in common. BUCKET_READ: at most this many articles of a bucket are read, newest first. MOST_COMPARED: one
# article is compared with at most this many articles, the most alike first.
LEAST_SHARED, BUCKET_READ, MOST_COMPARED = 2, 24, 32
# MATES_COMPARED: a new wording is compared with at most this many articles of its story. MATES_RELINKED: when an
# article leaves a story of at most this many articles, the others are linked again.
MATES_COMPARED, MATES_RELINKED = 32, 200
# This many bytes of a digest are kept, because they fit into a bigint.
EXACT_BYTES = 8
SIGNATURE_COLUMNS = ("article_id", "loaded_at", "told_at", "period", "exact", "buckets", "signature")


@dataclass(frozen=True, slots=True)
class _LinkedArticle:
    """An article while it is being linked."""

    number: int
    source: str
    story: int
    signature: Signature


def keep_loaded(conn: postgres.Connection, signed: Mapping[int, str]) -> None:
    """Link the articles that this transaction of load wrote. signed: their signatures by fetch, as extract writes them.

    Once this function has begun, every other load waits until the transaction ends. So load calls it as late as
    possible.
    """
    _keep(conn, postgres.query(conn, "stories_loaded"), signed)


def lock(conn: postgres.Connection) -> None:
    """Let no other transaction put articles into stories until this one ends.

    A transaction that changes articles, or locks their rows, does so before this call: loads keep the same order, so no
    two transactions wait for each other. It deletes articles only after this call, because until then a load may be
    putting any article into a story.
    """
    postgres.query(conn, "stories_lock")


def mend(conn: postgres.Connection, *, gone: Sequence[int], stories: set[int], dated: Sequence[postgres.Row]) -> None:
    """Mend stories after articles were merged into others, in the transaction that called `lock` before.

    gone: the articles that were deleted.
    stories: the stories of the deleted articles.
    dated: the articles whose time of publication turned out to be another; each with the columns of the statement
    `stories_loaded`.
    """
    _share(conn, stories)
    postgres.execute(conn, "stories_renumber", ids=list(gone))
    _keep(conn, dated, {})


def backfill(settings: Settings, on_batch: Callable[[int], None] = lambda done: None) -> int:
    """Link articles that were loaded before stories existed, newest first, in short transactions; gives their number.

    After a kill, the next call continues. `on_batch` gets the number done so far.
    """
    return migration_batches.run(
        settings, BACKFILL, "stories_unsigned", BATCH, lambda c, rows: _keep(c, rows, {}), on_batch
    )


def complete(conn: postgres.Connection) -> bool:
    """Whether `backfill` has processed every article."""
    return migration_batches.complete(conn, BACKFILL)


def _keep(conn: postgres.Connection, rows: Sequence[postgres.Row], signed: Mapping[int, str]) -> None:
    if not rows:
        return
    lock(conn)
    for begin in range(0, len(rows), BATCH):
        batch = rows[begin : begin + BATCH]
        given = {row["id"]: signatures.read(signed.get(row["fetch_id"], "")) for row in batch}
        unsigned = [number for number, signature in given.items() if not signature]
        texts = (
            {row["id"]: row["text"] for row in postgres.query(conn, "story_texts", ids=unsigned)} if unsigned else {}
        )
        made = {number: signature or signatures.of_text(texts[number]) for number, signature in given.items()}
        loose = _loosen(conn, batch, made)
        changed = _sign(conn, batch, made)
        changed |= _link(conn, [*made, *loose], _met(batch, made))
        postgres.execute(conn, "signature_buckets_keep", ids=list(made), ever=EVER)
        _share(conn, changed)


def _sign(conn: postgres.Connection, rows: Sequence[postgres.Row], made: Mapping[int, Signature]) -> set[int]:
    """Store the signatures of articles in place of older ones; gives the stories in which a wording is new."""
    ids = [row["id"] for row in rows]
    postgres.execute(conn, "signatures_drop", ids=ids)
    kept = (
        (pack_bigint(row["id"]), pack_moment(row["loaded_at"]), pack_moment(row["told_at"]),
         pack_smallint(_period(row["told_at"])), pack_bigint(_exact(row, made[row["id"]])),
         pack_bigints(_buckets(made[row["id"]])), pack_bytes(signatures.pack(made[row["id"]])))
        for row in rows
    )  # fmt: skip
    row_copy.copy_packed(conn, "article_signatures", SIGNATURE_COLUMNS, kept)
    return {row["story_id"] for row in postgres.query(conn, "stories_told_anew", ids=ids)}


def _period(at: datetime) -> int:
    return (at - EPOCH).days // PERIOD_DAYS


def _exact(row: postgres.Row, signature: Signature) -> int:
    """The key for articles of exactly the same text; for a short text the key includes the title."""
    digest = row["text_digest"]
    if signature.shingles < policy.LEAST_SHINGLES:
        digest = sha256(f"{row['title_digest']} {digest}".encode()).hexdigest()
    return int.from_bytes(bytes.fromhex(digest)[:EXACT_BYTES], signed=True)


def _buckets(signature: Signature) -> list[int]:
    return list(signature.least[:BUCKETS]) if signature.shingles >= policy.LEAST_SHINGLES else []


def _loosen(conn: postgres.Connection, rows: Sequence[postgres.Row], made: Mapping[int, Signature]) -> list[int]:
    """Take articles out of their story if their new text no longer fits it; gives the other articles to link again."""
    mates: dict[int, list[postgres.Row]] = {}
    for mate in postgres.query(conn, "story_mates", ids=list(made), most=MATES_COMPARED):
        mates.setdefault(mate["of_id"], []).append(mate)
    by_id = {row["id"]: row for row in rows}
    leaving = [
        number
        for number, others in mates.items()
        if not any(_stays(by_id[number], made[number], other, made) for other in others)
    ]
    if not leaving:
        return []
    loose = [row["article_id"] for row in postgres.query(conn, "stories_loosen", ids=leaving, most=MATES_RELINKED)]
    postgres.execute(conn, "stories_renumber", ids=leaving)
    return [number for number in loose if number not in made]


def _stays(row: postgres.Row, own: Signature, mate: postgres.Row, made: Mapping[int, Signature]) -> bool:
    other = made.get(mate["id"]) or signatures.unpack(mate["signature"])
    return (
        other is not None
        and (mate["exact"] == _exact(row, own) or relation(own, other, same_source=False) >= Relation.STORY)
    )  # fmt: skip


def _met(rows: Sequence[postgres.Row], made: Mapping[int, Signature]) -> list[postgres.Row]:
    """Pairs of articles of one batch that have a text or buckets in common. `story_candidates` finds all other
    pairs."""
    there: dict[tuple[int, int], list[int]] = {}
    found: list[postgres.Row] = []
    for row in rows:
        number, period = row["id"], _period(row["told_at"])
        exact, buckets = (EVER, _exact(row, made[number])), _buckets(made[number])
        same = there.get(exact, [])[-BUCKET_READ:]
        shared = Counter(
            other
            for bucket in buckets
            for near in (period - 1, period, period + 1)
            for other in there.get((near, bucket), ())[-BUCKET_READ:]
        )
        found += [{"id": number, "other": other, "exact": True} for other in same]
        alike = [other for other, count in shared.most_common(MOST_COMPARED) if count >= LEAST_SHARED]
        found += [{"id": number, "other": other, "exact": False} for other in alike if other not in same]
        for key in (exact, *((period, bucket) for bucket in buckets)):
            there.setdefault(key, []).append(number)
    return found


def _link(conn: postgres.Connection, numbers: Sequence[int], met: Sequence[postgres.Row]) -> set[int]:
    """Link these articles with the articles of the same story; gives the stories that have grown.

    met: the pairs that `_met` found.
    """
    found = [
        *met,
        *postgres.query(
            conn,
            "story_candidates",
            ids=list(numbers),
            ever=EVER,
            read=BUCKET_READ,
            least=LEAST_SHARED,
            most=MOST_COMPARED,
        ),
    ]
    articles = {
        row["id"]: _LinkedArticle(row["id"], row["source"], row["story_id"], signature)
        for row in postgres.query(conn, "story_articles_of", ids=list({r[at] for r in found for at in ("id", "other")}))
        if (signature := signatures.unpack(row["signature"]))
    }
    pairs = _pairs(articles, found)
    lesser = _unite((articles[one].story, articles[other].story) for one, other in pairs)
    if not pairs:
        return set()
    moved = {story: root for story, root in lesser.items() if story != root}
    postgres.execute(conn, "stories_merge", old=list(moved), new=list(moved.values()))
    members = {number: lesser[articles[number].story] for pair in pairs for number in pair}
    postgres.execute(conn, "stories_join", ids=list(members), stories=list(members.values()))
    return set(lesser.values())


def _pairs(articles: Mapping[int, _LinkedArticle], found: Sequence[postgres.Row]) -> list[tuple[int, int]]:
    """The pairs of an article and a candidate that are one story."""
    relations: dict[int, dict[int, Relation]] = {}
    for row in found:
        one, other = articles.get(row["id"]), articles.get(row["other"])
        if one and other:
            is_one = (
                Relation.WHOLE
                if row["exact"]
                else relation(one.signature, other.signature, same_source=one.source == other.source)
            )
            relations.setdefault(one.number, {})[other.number] = is_one
            relations.setdefault(other.number, {})[one.number] = is_one
    least = {
        number: Relation.WHOLE if _is_of_template(articles, relations, number) else Relation.STORY
        for number in relations
    }
    # No pair consists of two older articles, because those were compared with each other when they came.
    return [
        (number, other)
        for number, others in relations.items()
        for other, is_one in others.items()
        if is_one >= max(least[number], least.get(other, Relation.STORY))
    ]


def _is_of_template(
    articles: Mapping[int, _LinkedArticle], relations: Mapping[int, Mapping[int, Relation]], number: int
) -> bool:
    """Whether an article looks like articles of so many other stories that it must be an item of a template."""
    alike = [other for other, is_one in relations[number].items() if is_one == Relation.ALIKE]
    others = {other: articles[other].story for other in alike if articles[other].story != articles[number].story}
    if len(set(others.values())) < policy.TEMPLATE_STORIES:
        return False
    # Copies of one text that come in one batch are still separate stories at this point, so edits of one text are left
    # out.
    apart = {story for other, story in others.items() if not _edited_apart(articles, relations, number, other)}
    return len(apart) >= policy.TEMPLATE_STORIES


def _edited_apart(
    articles: Mapping[int, _LinkedArticle], relations: Mapping[int, Mapping[int, Relation]], number: int, other: int
) -> bool:
    """Whether two articles that look alike are edits of one text. If they are, both belong to that text's story."""
    return any(
        edited_apart(articles[number].signature, articles[other].signature, articles[first].signature)
        for first, is_one in relations[number].items()
        if is_one >= Relation.STORY
        and (
            articles[first].story == articles[other].story
            or relations[other].get(first, Relation.NONE) >= Relation.STORY
        )
    )


def _unite(pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Unite the stories of each pair; gives for each of them the lowest number of the stories united with it."""
    roots: dict[int, int] = {}

    def root(story: int) -> int:
        while roots.setdefault(story, story) != story:
            roots[story] = roots[roots[story]]
            story = roots[story]
        return story

    for one, other in pairs:
        least, most = sorted((root(one), root(other)))
        roots[most] = least
    return {story: root(story) for story in list(roots)}


def _share(conn: postgres.Connection, stories: set[int]) -> None:
    """Set how much of each article's text is in the first article of its story, where that is unknown."""
    if not stories:
        return
    rows = postgres.query(conn, "stories_unshared", stories=sorted(stories))
    shares = []
    for row in rows:
        own, first = signatures.unpack(row["signature"]), signatures.unpack(row["first_signature"])
        shares.append(signatures.compare(own, first).of_one if own and first else 0.0)
    ids, firsts = ([row[name] for row in rows] for name in ("article_id", "first_id"))
    postgres.execute(conn, "stories_share", ids=ids, firsts=firsts, shares=shares)

"""The search index: the words of every article, as rows from which `nightdesk search` selects its candidates.

Extract makes the rows. Load writes them in its own transaction, and makes those that an older article file lacks.
`backfill` makes the rows of articles that were loaded before there was an index. The number of words of a text is
counted elsewhere: pipelines.text.words.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipelines import text
from pipelines.load import file_rows, migration_batches
from pipelines.query import vectors
from pipelines.query.evaluation import FIELDS
from pipelines.query.index_rows import AUTHOR, TITLE, PackedVector, quote
from pipelines.settings import Settings
from pipelines.stores import postgres, row_copy
from pipelines.stores.packed_values import pack_bigint, pack_bytes, pack_moment, pack_name, pack_smallint

# `backfill` adds articles that are older than the index; it adds this many in one transaction. The transaction takes
# half a second, and a load of the same article waits for it.
BATCH = 200
BACKFILL = "words"
# A process remembers about this many words of the table of known words, so that it need not query them again. Chosen:
# they take 20 MB. A frequent word is met early, so it is among them.
MOST_REMEMBERED = 200_000
# Fewer new words than this are inserted, not copied. Chosen: loads beside each other often bring the same names, and a
# COPY that meets another load's word costs an error in Postgres' log; so few words take a few milliseconds either way.
FEW_WORDS = 500
# When an article is erased, the words that only it had are forgotten. A word that is in one of this many newest index
# rows of other articles is surely in use, so it is not looked up. Chosen: these rows are read in some tenths of a
# second. A word that none of them has is rare, and a rare word is looked up quickly.
SAMPLE_ROWS = 1_000
# One transaction forgets at most this many words, because loads wait for it. Chosen: it takes some tenths of a second.
FORGOTTEN_AT_ONCE = 1_000
# _REMEMBERED has words, in UTF-8, that are committed in the table of known words. The key identifies that table: when
# its server started, its database, its file, and how often words were deleted from it. The dict has at most one key.
_REMEMBERED: dict[tuple[object, ...], set[bytes]] = {}
# An Indexed has the index rows of an article and its distinct words, separated by blanks. If extract made the rows, the
# words of earlier lines of the article file are left out.
Indexed = tuple[Sequence[PackedVector], bytes]
COLUMNS = ("article_id", "part", "shape", "source", "language", "dated", "loaded_at", "words")


@dataclass(frozen=True, slots=True)
class NewArticle:
    """An article that this transaction of load added; line: the values of its line in the article file."""

    id: int
    line: file_rows.Row
    loaded_at: datetime

    def row(self) -> postgres.Row:
        """What the index needs of the article, with the columns of the statement `load_unindexed`."""
        at, published_at = self.line["fetched_at"], self.line["published_at"]
        return {
            "id": self.id,
            "n": self.line["n"],
            "source": self.line["source"],
            "language": text.clean(self.line["article"].language),
            "loaded_at": self.loaded_at,
            "dated": min(published_at or at, at),
            "line": self.line,
        }


def keep_loaded(
    conn: postgres.Connection,
    added: Sequence[NewArticle],
    indexed: Mapping[int, file_rows.ReadIndexed],
    still: Collection[int],
    *,
    compared: bool,
) -> None:
    """Add to the index the articles that this transaction of load wrote.

    added: the articles that were not stored before. compared: whether articles that were stored before may have changed
    too. indexed: functions that read the rows that extract made, by line. still: the lines that keep the stored
    wording; what extract made for them is not used. If an article has other words than its line, its rows are made
    here.
    """
    usable = [n for n in indexed if n not in still] if compared else []
    rows = postgres.query(conn, "load_unindexed", indexed=usable) if compared else []
    texts = [row["id"] for row in rows if row["n"] is None]
    fields = {row["id"]: row for row in postgres.query(conn, "words_of_articles", ids=texts)} if texts else {}
    again = {row["id"] for row in rows}
    if rows:
        postgres.execute(conn, "words_drop", ids=list(again))

    left = dict(indexed)

    def read(row: postgres.Row) -> Indexed:
        if row["n"] in left:
            return left.pop(row["n"])()
        return _make_indexed(fields[row["id"]] if row["id"] in fields else _clean_fields(row["line"]))

    # Extract leaves out of a line the words that an earlier line has. So the words of lines that store nothing are
    # noted too, because a later line may lack them.
    def read_left() -> Iterator[bytes]:
        for read_one in left.values():
            yield read_one()[1]

    _keep(conn, [*(one.row() for one in added if one.id not in again), *rows], read, read_left())


def merge(settings: Settings) -> int:
    """Merge the pending lists of the index, which have the words of new articles, into the index itself; gives the
    number of pages of these lists.

    Load only adds to the lists, because merging many articles at once costs little more than merging a few. A search
    reads the lists as well, so it finds the same before and after.
    """
    with postgres.connection(settings, application="nightdesk words") as conn, conn:
        return int((postgres.row(conn, "words_merge") or {"pages": 0})["pages"])


def words_of(fields: Mapping[str, str]) -> set[str]:
    """The distinct words of a title, a description and a text, in the form in which the index has them."""
    return vectors.vectors({name: text.clean(fields[name]) for name in FIELDS}, ())[1]


def forget(conn: postgres.Connection, source: str, number: int, words: Collection[str]) -> None:
    """Delete from the known words those that only this article has. Examined are the words in its index rows, and
    `words`: those of its other wordings. source, number: the source and the id of the article.

    While words are deleted, no load adds words, and no load of the source runs. After the deletion, each process looks
    words up again, because those that it remembered may be deleted.
    """
    with conn:
        told = postgres.query(conn, "words_rare", id=number, words=sorted(words), sample=SAMPLE_ROWS)
    # A word that is marked as one of the title or of an author is no known word.
    rare = [row["word"] for row in told if row["word"][:1] not in (TITLE, AUTHOR)]
    for some in (rare[at : at + FORGOTTEN_AT_ONCE] for at in range(0, len(rare), FORGOTTEN_AT_ONCE)):
        with conn:
            # The lock of the source is taken before the lock of the words, as in a load. So no two processes wait for
            # each other.
            postgres.query(conn, "load_lock", source=source)
            postgres.query(conn, "words_forget_begin")
            postgres.execute(conn, "words_forget", id=number, words=some, sought=[quote(word) for word in some])
            postgres.query(conn, "words_forgotten")


def backfill(settings: Settings, on_batch: Callable[[int], None] = lambda done: None) -> int:
    """Add missing articles to the index, newest first, in short transactions; gives their number.

    After a kill, the next call continues. `on_batch` gets the number done so far.
    """
    return migration_batches.run(settings, BACKFILL, "words_unindexed", BATCH, _replace, on_batch)


def complete(conn: postgres.Connection) -> bool:
    """Whether every article is in the index."""
    return migration_batches.complete(conn, BACKFILL)


def _make_indexed(row: postgres.Row) -> Indexed:
    made, words = vectors.vectors({name: row[name] for name in FIELDS}, row["authors"])
    return [vector.pack() for vector in made], " ".join(words).encode()


def _clean_fields(line: file_rows.Row) -> postgres.Row:
    article = file_rows.read_article(line)
    fields = {name: text.clean(getattr(article, name)) for name in FIELDS}
    return {**fields, "authors": [text.clean(author) for author in article.authors]}


def _replace(conn: postgres.Connection, rows: Sequence[postgres.Row]) -> None:
    if rows:
        postgres.execute(conn, "words_drop", ids=[row["id"] for row in rows])
    _keep(conn, rows, _make_indexed, ())


def _keep(
    conn: postgres.Connection,
    rows: Sequence[postgres.Row],
    of_row: Callable[[postgres.Row], Indexed],
    words: Iterable[bytes],
) -> None:
    """Store the rows of articles. Note the words that `of_row` gives, and then `words`, as known."""
    if not rows:
        return
    remembered = _remember(conn)
    # `asked` has the words that are perhaps not known yet.
    asked: set[bytes] = set()

    # Postgres takes in the first rows while Python reads the next ones and splits the words.
    def pack() -> Iterator[tuple[bytes, ...]]:
        for row in rows:
            lines, own_words = of_row(row)
            asked.update(set(own_words.split()) - remembered)
            about = b"".join(
                (
                    *map(pack_name, (row["source"], row["language"])),
                    *map(pack_moment, (row["dated"], row["loaded_at"])),
                )
            )
            number = pack_bigint(row["id"])
            for line in lines:
                yield number, pack_smallint(line.part), pack_smallint(line.shape), about, pack_bytes(line.words)
        asked.update(set(b" ".join(words).split()) - remembered)

    row_copy.copy_packed(conn, "article_words", COLUMNS, pack())
    if asked:
        _know(conn, asked, remembered)


def _know(conn: postgres.Connection, asked: set[bytes], remembered: set[bytes]) -> None:
    """Store the words of `asked` that no article had so far. Only words that are committed already are remembered."""
    given = b" ".join(sorted(asked)).decode()
    found = (postgres.row(conn, "words_unknown", words=given) or {"words": ""})["words"]
    new = found.encode().split(b" ") if found else []
    if new and len(new) < FEW_WORDS:
        postgres.execute(conn, "words_add", words=found)
    elif new:
        try:
            # COPY takes a third of the time of an insert that looks for each word again.
            with postgres.savepoint(conn):
                row_copy.copy_packed(conn, "known_words", ("word",), ((pack_bytes(word),) for word in new))
        # Another load has stored one of them since.
        except postgres.UniqueViolation:
            postgres.execute(conn, "words_add", words=found)
    if len(remembered) < MOST_REMEMBERED:
        remembered |= asked.difference(new)


def _remember(conn: postgres.Connection) -> set[bytes]:
    """The words of which this process remembers that they are in the table of known words; `_know` adds to them. Until
    the transaction ends, none of them is deleted."""
    # The lock comes before the query: while this transaction stores rows, no word that they have is deleted.
    postgres.query(conn, "words_hold")
    at = postgres.row(conn, "words_kept_at") or {}
    table = (at["started"], at["database"], at["file"], at["forgotten"])
    if table not in _REMEMBERED:
        _REMEMBERED.clear()
    return _REMEMBERED.setdefault(table, set())

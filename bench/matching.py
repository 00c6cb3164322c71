"""What matching costs an article of 400 words beyond reading its words, for many watches at once.

    python -m bench.matching [--rounds 200] [--no-postgres]

Watches of one term (1,500), and of a query with five words that must be there and two that must not (10,000 and
100,000), all words by Zipf's law, written so that about one in a thousand matches an article. Beside it, in the same
run: a compiled regular expression per watch, one after the other, and Postgres asking the watches' stored tsqueries.
"""

from __future__ import annotations

import argparse
import random
import re
import resource
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import accumulate
from pathlib import Path

import numpy as np

from pipelines.query import evaluation, grammar, query_conditions, query_set
from pipelines.query.evaluation import ArticleLookup, QueriedArticle
from pipelines.query.query_set import QuerySet

WORDS, VOCABULARY, ZIPF = 400, 20_000, 1.0
REQUIRED, EXCLUDED, SHARE = 5, 2, 0.001
MANY = ((1_500, False), (10_000, True), (100_000, True))
# Articles by which words are counted, as `usual_words` does of an archive.
COUNTED = 1_000


class World:
    """Words by Zipf's law, and articles of them."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        names = set()
        while len(names) < VOCABULARY:
            names.add("".join(self.dice.choices("abcdefghijklmnopqrstuvwxyz", k=self.dice.randint(3, 9))))
        self.words = list(names)
        self.dice.shuffle(self.words)
        self.weights = list(accumulate(1 / (rank + 1) ** ZIPF for rank in range(VOCABULARY)))

    def article(self) -> list[str]:
        return self.dice.choices(self.words, cum_weights=self.weights, k=WORDS)

    def queries(self, many: int, shares: dict[str, float]) -> list[tuple[list[str], list[str]]]:
        """Words required and excluded, by Zipf's law; drawn until the chance to match is about SHARE."""
        dice = np.random.default_rng(15)
        share = np.array([shares.get(word, 0) for word in self.words])
        weights = np.diff(self.weights, prepend=0) / self.weights[-1]
        made: list[tuple[list[str], list[str]]] = []
        while len(made) < many:
            drawn = dice.choice(VOCABULARY, (20_000, REQUIRED + EXCLUDED), p=weights)
            chance = share[drawn[:, :REQUIRED]].prod(axis=1) * (1 - share[drawn[:, REQUIRED:]]).prod(axis=1)
            for row in drawn[(chance > SHARE / 3) & (chance < SHARE * 3)]:
                if len(set(row)) == len(row):
                    words = [self.words[place] for place in row]
                    made.append((words[:REQUIRED], words[REQUIRED:]))
        return made[:many]


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--no-postgres", action="store_true")
    given = parser.parse_args(argv)
    world = World(15)
    sample = [world.article() for _ in range(COUNTED)]
    counts = Counter(word for article in sample for word in set(article))
    shares = {word: count / COUNTED for word, count in counts.items() if count > 1}
    articles = [world.article() for _ in range(given.rounds)]
    print("  watches   built  loaded   memory  ms/article    p95  matches      regex  Postgres")
    for many, boolean in MANY:
        queries = world.queries(many, shares) if boolean else [([word], []) for word in world.words[-many:]]
        measure(many, queries, shares, articles, postgres=not given.no_postgres)
    return 0


def measure(
    many: int,
    queries: Sequence[tuple[list[str], list[str]]],
    shares: dict[str, float],
    articles: Sequence[Sequence[str]],
    *,
    postgres: bool,
) -> None:
    """Print one line of the table."""
    written = [" ".join(wanted) + "".join(f" -{word}" for word in out) for wanted, out in queries]
    begin = time.process_time()
    # As `alert.watch_index` builds it: read from the stored queries one after the other, by one process.
    made = query_conditions.compile_queries(((f"w{n}", grammar.parse(one)) for n, one in enumerate(written)), shares)
    built = time.process_time() - begin
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "index.npz"
        np.savez(file, **made.arrays)  # type: ignore[arg-type]
        begin = time.perf_counter()
        with np.load(file, allow_pickle=False) as kept:
            made = QuerySet({name: kept[name] for name in kept.files})
        loaded = time.perf_counter() - begin
    looks = [
        evaluation.read_article(QueriedArticle(title="", description="", text=" ".join(article)))
        for article in articles
    ]
    # A run of a night finds its words known: the first article of all is not what one costs.
    for look in looks[: len(looks) // 4]:
        list(query_set.holding(made, look))
    times, found = time_each(looks[len(looks) // 4 :], lambda look: len(list(query_set.holding(made, look))))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    naive = naive_regex(queries, articles)
    stored = f"{stored_queries(queries, articles):9.1f}" if postgres else "        –"
    print(
        f"{many:>9,} {built:>6.1f}s {loaded:>6.2f}s {peak:>6.0f}MB {statistics.median(times):>11.3f} "
        f"{statistics.quantiles(times, n=20)[-1]:>6.2f} {statistics.mean(found):>8.1f} {naive:>10.1f} {stored}"
    )


def time_each(looks: Sequence[ArticleLookup], ask: Callable[[ArticleLookup], int]) -> tuple[list[float], list[int]]:
    """Milliseconds of CPU of each, and what each gave."""
    times, found = [], []
    for look in looks:
        begin = time.process_time()
        found.append(ask(look))
        times.append((time.process_time() - begin) * 1000)
    return times, found


def naive_regex(queries: Sequence[tuple[list[str], list[str]]], articles: Sequence[Sequence[str]]) -> float:
    """Milliseconds an article with a compiled regular expression a watch, by some of them."""
    some = random.Random(1).sample(list(queries), min(1_000, len(queries)))
    patterns = [
        re.compile("".join(rf"(?=.*\b{w}\b)" for w in wanted) + "".join(rf"(?!.*\b{w}\b)" for w in out), re.DOTALL)
        for wanted, out in some
    ]
    texts = [" ".join(article) for article in articles[:5]]
    begin = time.process_time()
    for written in texts:
        for pattern in patterns:
            pattern.match(written)
    return (time.process_time() - begin) * 1000 / len(texts) * len(queries) / len(some)


def stored_queries(queries: Sequence[tuple[list[str], list[str]]], articles: Sequence[Sequence[str]]) -> float:
    """Milliseconds an article for Postgres to ask every stored tsquery of it."""
    from pipelines.settings import Settings
    from pipelines.stores import migrations, postgres

    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        settings = Settings(data=Path(folder))
        migrations.migrate(settings)
        try:
            with postgres.connection(settings) as conn, conn, conn.cursor() as cursor:
                cursor.execute("create temp table stored (id int, query tsquery)")
                rows = [(n, " & ".join([*w, *(f"!{one}" for one in out)])) for n, (w, out) in enumerate(queries)]
                for at in range(0, len(rows), 1_000):
                    some = rows[at : at + 1_000]
                    values = ", ".join(cursor.mogrify("(%s, %s::tsquery)", row).decode() for row in some)
                    cursor.execute(f"insert into stored values {values}")
                cursor.execute("analyze stored")
                times = []
                for article in articles[:10]:
                    vector = " ".join(f"{word}:{place + 1}" for place, word in enumerate(article))
                    cursor.execute("select %s::tsvector as v", (vector,))
                    begin = time.perf_counter()
                    cursor.execute("select count(*) from stored where %s::tsvector @@ query", (vector,))
                    times.append((time.perf_counter() - begin) * 1000)
        finally:
            postgres.stop_embedded(settings)
    return statistics.median(times)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""How many of the watch/sentence pairs of a file come out right, and what 1,500 terms cost an article.

    python bench/match_cases.py [CASES.tsv]      or NIGHTDESK_BENCH_DATA=FOLDER, where it is called match_cases.tsv

Columns: id, term, sentence, expected, category, needs. Pairs that need no more than prefixes have to be right, all of
them; the others are shown. Without a file the pairs are skipped.
"""

from __future__ import annotations

import csv
import os
import random
import sys
import time
from pathlib import Path

from pipelines.alert import cases, watches
from pipelines.alert.cases import Case
from pipelines.query import evaluation
from pipelines.query.evaluation import QueriedArticle

CASES = Path(os.environ.get("NIGHTDESK_BENCH_DATA", ".")) / "match_cases.tsv"
TERMS, WORDS, ROUNDS = 1500, 400, 50


def main(argv: list[str]) -> int:
    file = Path(argv[0]) if argv else CASES
    wrong = pairs(file) if file.exists() else print("match cases: skipped, there is no file of cases") or 0
    print(f"match cost: {cost():.2f} ms for an article of {WORDS} words and {TERMS} terms")
    return 1 if wrong else 0


def pairs(file: Path) -> int:
    """Print how the pairs came out; how many of those that need only prefixes are wrong."""
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    right: dict[str, list[bool]] = {}
    for row in rows:
        case = Case(id=row["id"], term=row["term"], sentence=row["sentence"], needs=row["needs"])
        good = cases.judge(case, {}).matched == (row["expected"] == "1")
        right.setdefault(row["needs"], []).append(good)
        if not good:
            print(f"  {row['id']:>4} {row['needs']:<10} {row['term']} / {row['sentence']} ({row['category']})")
    for needs, goods in sorted(right.items()):
        print(f"match cases: {needs:<10} {sum(goods)} of {len(goods)} right")
    return right.get("clitics", []).count(False)


def cost() -> float:
    """Milliseconds an article, warm, none of its words the same as in the last one."""
    dice = random.Random(7)
    words = ["".join(dice.choices("ابتجحدرسعفقكلمنهوي", k=dice.randint(3, 8))) for _ in range(WORDS * ROUNDS + TERMS)]
    nodes = [watches.node(watches.make("w", [word])) for word in words[:TERMS]]
    articles = [" ".join(words[TERMS + n * WORDS : TERMS + (n + 1) * WORDS]) for n in range(ROUNDS)]
    begin = time.perf_counter()
    for article in articles:
        look = evaluation.read_article(QueriedArticle(title="", description="", text=article))
        for node in nodes:
            evaluation.places(node, look)
    return (time.perf_counter() - begin) / ROUNDS * 1000


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

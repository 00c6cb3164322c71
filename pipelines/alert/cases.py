"""Reads pairs of a term and a sentence, and compares two verdicts on whether they match: a person's and the
matcher's."""

from __future__ import annotations

import csv
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from pipelines import text
from pipelines.errors import QueryError, WatchError
from pipelines.query import evaluation, grammar
from pipelines.query.evaluation import QueriedArticle
from pipelines.query.grammar import Find, Node
from pipelines.query.terms import Term, checked_term

# The field `needs` of a pair says what a matcher must know to be right. For some of its values, MODES has the mode in
# which the pair's term is searched. With any other value the mode is `clitics`.
MODES = {"clitics": "clitics", "suffix": "suffix", "article": "sub", "ambiguous": "exact", "stem": "suffix"}
# ALIAS and QUERY are two values of `needs`. ALIAS: the pair uses the spellings of a file of names. QUERY: the pair's
# term is a whole query.
ALIAS, QUERY = "alias", "query"
# Every installation has to get the pairs with these values of `needs` right.
EXACT = ("", "clitics")
SEPARATORS = re.compile(r"[\t|;,=،؛]")
# If the first cell of a file's first line is one of these words, that line has the heads of the columns.
HEADS = {"id", "name", "list", "term", "spelling", "spellings", "synonym", "synonyms", "alias", "aliases"}


@dataclass(frozen=True, kw_only=True)
class Case:
    """A pair. expected: None if the file has no verdict."""

    id: str
    term: str
    sentence: str
    needs: str = ""
    expected: bool | None = None
    category: str = ""


@dataclass(frozen=True, kw_only=True)
class JudgedCase:
    """A case with its result: whether the term matched, and the words found in the sentence."""

    case: Case
    matched: bool
    found: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Whether the result is as expected, or nothing was expected."""
        return self.case.expected in (None, self.matched)


def read(file: Path) -> list[Case]:
    """The cases of a file whose columns are separated by tabs: id, term, sentence, and optionally expected, needs,
    category.
    """
    rows = csv.DictReader(StringIO(_read_text(file)), delimiter="\t", quoting=csv.QUOTE_NONE)
    missing = {"id", "term", "sentence"} - set(rows.fieldnames or ())
    if missing:
        raise WatchError(
            f"{file} has no column {', '.join(sorted(missing))}; its first line names the columns, with tabs between: "
            "id, term, sentence, and if you like expected, needs, category."
        )
    found = []
    for number, row in enumerate(rows, 2):
        said = (row.get("expected") or "").strip()
        if row["term"] is None or row["sentence"] is None or said not in ("", "0", "1"):
            raise WatchError(f"{file}, line {number}: needs an id, a term and a sentence; expected is 1, 0 or empty.")
        others = {name: (row.get(name) or "").strip() for name in ("needs", "category")}
        expected = said == "1" if said else None
        found.append(Case(id=row["id"], term=row["term"], sentence=row["sentence"], expected=expected, **others))
    return found


def read_names(file: Path) -> dict[str, tuple[str, ...]]:
    """Spellings of names from a file: the normal form of each -> all spellings of the same thing.

    The file is TOML or JSON of name -> spellings, a JSON list of lists, or lines of spellings with tabs, | or commas
    between. The name of a list is a spelling too. Lines that share a spelling are one list. A first line of column
    heads is ignored.
    """
    lists: list[list[str]] = []
    for spellings in _lists(file):
        given = [one for spelling in spellings if (one := " ".join(spelling.split())) and not one.isdigit()]
        keys = set(map(text.normal, given))
        same = [known for known in lists if keys & set(map(text.normal, known))]
        lists = [known for known in lists if known not in same]
        lists.append(list(dict.fromkeys(one for known in (*same, given) for one in known)))
    return {text.normal(spelling): tuple(known) for known in lists for spelling in known}


def judge(case: Case, names: Mapping[str, tuple[str, ...]]) -> JudgedCase:
    """The result of a case; WatchError names a case whose term cannot be used."""
    lookup = evaluation.read_article(QueriedArticle(title="", description="", text=case.sentence))
    hits = evaluation.places(_node(case, names), lookup)
    return JudgedCase(
        case=case,
        matched=hits is not None,
        found=tuple(case.sentence[mark.start : mark.end] for mark in evaluation.join_hits(hits or ())),
    )


def _node(case: Case, names: Mapping[str, tuple[str, ...]]) -> Node:
    try:
        if case.needs == QUERY:
            return grammar.parse(case.term)
        term = checked_term([case.term], MODES.get(case.needs, "clitics"))
    except (WatchError, QueryError) as error:
        raise WatchError(f"Case {case.id}: {error}") from None
    if case.needs == ALIAS:
        term = Term(text=term.text, aliases=tuple(_other_spellings(term.text, names)))
    return Find(term)


def _other_spellings(term: str, names: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Other spellings of a term: of the complete term, and of its words one by one."""
    found = list(names.get(text.normal(term), ()))
    words = term.split()
    for place, word in enumerate(words):
        for other in names.get(text.normal(word), ()) if len(words) > 1 else ():
            found.append(" ".join((*words[:place], other, *words[place + 1 :])))
    return [one for one in dict.fromkeys(found) if one != term]


def _lists(file: Path) -> Iterator[Iterable[str]]:
    written = _read_text(file)
    try:
        given = (
            tomllib.loads(written)
            if file.suffix == ".toml"
            else json.loads(written)
            if file.suffix == ".json"
            else None
        )
    except ValueError as error:
        raise WatchError(f"{file} cannot be read: {error}.") from None
    if given is None:
        for number, line in enumerate(written.splitlines()):
            cells = SEPARATORS.split(line)
            if line.strip() and not line.startswith("#") and not (number == 0 and cells[0].strip().lower() in HEADS):
                yield cells
        return
    for name, spellings in given.items() if isinstance(given, dict) else (("", one) for one in given):
        if isinstance(spellings, dict):
            spellings = spellings.get("spellings", ())
        if not isinstance(spellings, list) or not all(isinstance(one, str) for one in spellings):
            raise WatchError(f"{file}: {name or 'each list'} has to be a list of texts.")
        yield (name, *spellings)


def _read_text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise WatchError(f"{file} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise WatchError(f"{file} is not UTF-8 at byte {error.start}; save it as UTF-8.") from None

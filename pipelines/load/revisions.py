"""Names the kind of an edit (correction, headline, large or small change), and the changed numbers and names.

The module compares two wordings and knows nothing of pages or tables. If two texts differ only in quotes, dashes,
blanks or the time of an update, they are the same text: `alike`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from pipelines import edits, text
from pipelines.codes import MovedKind, RevisionKind
from pipelines.load import edit_signs, policy, update_times

# An edit is compared in detail only up to this many words, because the work grows with the square of their number. In
# longer edits, only the changed words are counted.
MOST_WORDS = 2_000
# A changed name has at most MOST_OF_A_NAME words. For one edit, at most MOST_NAMED changed numbers and names are given.
MOST_OF_A_NAME, MOST_NAMED = 5, 20
# Two names with at least this share of common letters are spellings of one name. Chosen: one letter in four may then
# differ.
SPELLING = 0.75
# JOINS finds characters that join figures to one number; GROUPS finds those that separate groups of three figures.
# A blank joins only groups of MOST_OF_A_GROUP figures, the first of which may be shorter: `1 200`. So joined, a number
# has at most MOST_GROUPS of them. Chosen: news has no larger numbers than trillions in figures.
JOINS = re.compile("[.,:/'’٫٬\u00a0\u202f\u2009-]")
GROUPS = re.compile("[.,'’٬ \u00a0\u202f\u2009](?=\\d{3}(?:\\D|$))")
MOST_OF_A_GROUP, MOST_GROUPS = 3, 5
# OPENS finds the end of a sentence before a word, or an opening mark. A capital letter after it does not show a name.
OPENS = re.compile(r"(?:^|[.!?؟。\n:…])[\s\"'«“„(\[-]*$")
# A word after a number names the counted thing only if it has at least this many letters. Chosen: shorter words only
# connect others.
LEAST_BESIDE = 3
# This many characters before a word are searched for the pattern OPENS.
BEFORE = 6


@dataclass(frozen=True, kw_only=True)
class ChangedDetail:
    """A number or a name that changed: its earlier form, its present form, and for a number the word to which it
    belongs (`beside`).
    """

    what: MovedKind
    before: str
    after: str
    beside: str = ""


@dataclass(frozen=True, kw_only=True)
class JudgedEdit:
    """The edit that leads from one revision to the next."""

    kind: RevisionKind
    moved: tuple[ChangedDetail, ...] = ()


@dataclass(frozen=True, slots=True)
class _Word:
    form: str
    surface: str
    opens: bool
    # Only a blank is between this word and the next one.
    joined: bool


def alike(before: str, now: str) -> bool:
    """Whether two texts differ only in quotes, dashes, blanks, or the time of an update."""
    return edit_signs.shape(before) == edit_signs.shape(now)


def titles_alike(before: str, now: str) -> bool:
    """The same as `alike` for two titles."""
    return edit_signs.title_shape(before) == edit_signs.title_shape(now)


def judge(before: Mapping[str, str], now: Mapping[str, str]) -> JudgedEdit:
    """Judge an edit of a wording (title, text), without the times of updates in it: gives its kind and the changed
    numbers and names, the title's first.
    """
    title_changed = not titles_alike(before["title"], now["title"])
    before, now = _cut_times(before), _cut_times(now)
    edit = edits.compare(before, now)
    titles = _compare_texts(before["title"], now["title"]) if title_changed else ([], 0)
    texts = _compare_texts("\n".join(edit.removed), "\n".join(edit.added))
    moved = tuple(dict.fromkeys((*titles[0], *texts[0])))[:MOST_NAMED]
    said = (*edit.added, *((now["title"],) if title_changed else ()))
    if any(edit_signs.is_correction(sentence) for sentence in said):
        kind = RevisionKind.CORRECTION
    elif _is_substantial(texts, text.words(now["text"])):
        kind = RevisionKind.SUBSTANTIAL
    else:
        kind = RevisionKind.HEADLINE if title_changed else RevisionKind.MINOR
    return JudgedEdit(kind=kind, moved=moved)


def _cut_times(wording: Mapping[str, str]) -> dict[str, str]:
    title = wording["title"]
    lines = (update_times.cut(line) for line in wording["text"].split("\n"))
    return {"title": update_times.cut(title, named=False) or title, "description": "", "text": "\n".join(lines)}


def _is_substantial(compared: tuple[Sequence[ChangedDetail], int], words: int) -> bool:
    moved, changed = compared
    if changed >= policy.SUBSTANTIAL_WORDS or changed >= policy.SUBSTANTIAL_SHARE * max(words, 1):
        return True
    return any(one.what == MovedKind.NUMBER or not _is_spelling(one) for one in moved)


def _is_spelling(moved: ChangedDetail) -> bool:
    """Whether two names are one name in two spellings."""
    left, right = (text.bare(text.normal(name)).split() for name in (moved.before, moved.after))
    one, other = (" ".join(word for word in own if word not in both) for own, both in ((left, right), (right, left)))
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= SPELLING


def _compare_texts(before: str, now: str) -> tuple[list[ChangedDetail], int]:
    """The numbers and names that changed from one text to another, and the number of changed words."""
    old, new = _words(before), _words(now)
    if max(len(old), len(new)) > MOST_WORDS:
        left, right = Counter(word.form for word in old), Counter(word.form for word in new)
        return [], max((left - right).total(), (right - left).total())
    moved: list[ChangedDetail] = []
    changed = 0
    matcher = SequenceMatcher(None, [word.form for word in old], [word.form for word in new], autojunk=False)
    for tag, begin, end, start, stop in matcher.get_opcodes():
        if tag != "equal":
            changed += max(end - begin, stop - start)
        if tag == "replace":
            moved += _numbers(old, new, (begin, end), (start, stop))
            moved += _names(old, new, (begin, end), (start, stop))
    return moved, changed


Span = tuple[int, int]


def _numbers(old: Sequence[_Word], new: Sequence[_Word], was: Span, now: Span) -> Iterator[ChangedDetail]:
    """Changed numbers: the first removed number is paired with the first added number, and so on."""
    left = [n for n in range(*was) if _is_number(old[n])]
    right = [n for n in range(*now) if _is_number(new[n])]
    for n, m in zip(left, right, strict=False):
        if old[n].form != new[m].form:
            yield ChangedDetail(
                what=MovedKind.NUMBER, before=old[n].surface, after=new[m].surface, beside=_beside(new, m)
            )


def _beside(words: Sequence[_Word], n: int) -> str:
    """The word to which a number belongs: the next one, or the one before if the next one is short.

    A word beyond punctuation is not taken.
    """
    if words[n].joined and n + 1 < len(words) and len(words[n + 1].form) >= LEAST_BESIDE:
        return words[n + 1].surface
    return words[n - 1].surface if n and words[n - 1].joined else ""


def _names(old: Sequence[_Word], new: Sequence[_Word], was: Span, now: Span) -> Iterator[ChangedDetail]:
    """Changed names. Capital letters show a name; in scripts without them, a title before it (`president`) does."""
    if max(was[1] - was[0], now[1] - now[0]) > MOST_OF_A_NAME:
        return
    titled = was[0] > 0 and edit_signs.is_title(old[was[0] - 1].form)
    one, other = (_name(words, span, titled=titled) for words, span in ((old, was), (new, now)))
    if one and other:
        yield ChangedDetail(what=MovedKind.NAME, before=one, after=other)


def _name(words: Sequence[_Word], span: Span, *, titled: bool) -> str:
    """These words as a name, with the capitalised words beside them; empty if they are no name."""
    inside = words[span[0] : span[1]]
    if any(_is_number(word) for word in inside):
        return ""
    if titled and not any(_has_case(word.surface) for word in inside):
        return " ".join(word.surface for word in inside)
    if not all(_is_capital(word) for word in inside):
        return ""
    begin, end = span
    while begin > 0 and words[begin - 1].joined and not words[begin].opens and _is_capital(words[begin - 1]):
        begin -= 1
    while end < len(words) and words[end - 1].joined and _is_capital(words[end]):
        end += 1
    alone = words[begin].opens and end - begin == 1
    return "" if alone else " ".join(word.surface for word in words[begin:end])


def _is_capital(word: _Word) -> bool:
    return word.surface[:1].isupper()


def _has_case(surface: str) -> bool:
    return surface.lower() != surface.upper()


def _is_number(word: _Word) -> bool:
    return word.form[:1].isdigit()


def _words(written: str) -> list[_Word]:
    """The words of a text. Joined figures are one number, and the digits of every script are the same."""
    found = text.tokens(written)
    made: list[_Word] = []
    for group in _groups(written, found):
        first, last = group[0], group[-1]
        surface = written[first.start : last.end]
        form = _value(written, group) if first.form.isdigit() else first.form
        opens = bool(OPENS.search(written[max(0, first.start - BEFORE) : first.start]))
        following = written[last.end : last.end + 1]
        made.append(_Word(form, surface, opens, following.isspace() and following != "\n"))
    return made


def _groups(written: str, found: Iterable[text.Token]) -> Iterator[list[text.Token]]:
    group: list[text.Token] = []
    for token in found:
        between = written[group[-1].end : token.start] if group else ""
        joins = bool(JOINS.fullmatch(between)) or (between == " " and _is_group(group, token))
        if group and group[-1].form.isdigit() and token.form[:1].isdigit() and joins:
            group.append(token)
            continue
        if group:
            yield group
        group = [token]
    if group:
        yield group


def _is_group(group: Sequence[text.Token], token: text.Token) -> bool:
    """Whether a word is a further group of three figures of a number, behind a blank."""
    return (
        len(group) < MOST_GROUPS
        and len(group[0].form) <= MOST_OF_A_GROUP
        and all(len(one.form) == MOST_OF_A_GROUP for one in (*group[1:], token))
        and token.form.isdigit()
    )


def _value(written: str, group: Sequence[text.Token]) -> str:
    """A number in the form in which numbers are compared: 1,200 and 1200 are one, 1.5 and 15 are not."""
    parts = [group[0].form]
    for one, other in pairwise(group):
        parts += [written[one.end : other.start], other.form]
    return GROUPS.sub("", "".join(parts)).replace("٫", ".").replace(",", ".")

r"""The patterns of source files: regular expressions that take a time in proportion to the length of an address. Only
this module knows re2.

RE2 has neither look-behind nor back references, because to match a pattern with them may take for ever. RE2 has no
look-aheads either, but `nightdesk follow` writes them. So this module understands look-aheads outside of brackets, in a
pattern that begins with ^: `^A(?!B)C` matches an address that `^AC` matches, unless `^AB` matches it too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import re2

TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?(?:<?[=!])?|.", re.DOTALL)
CLASS_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
ENDLESS = "no pattern of a source may do, because it may never end; use allow and deny together instead"
ELSEWHERE = (
    "which is known only outside of brackets, in a pattern that begins with ^ and has no | of its own; "
    "say it with a pattern in deny"
)
# In Python \w and \d contain letters and digits of every script, in RE2 only those of ASCII. LETTERS writes Python's
# meaning of the two in the notation of RE2.
LETTERS = {"w": r"\pL\pM\pN_", "d": r"\p{Nd}"}


@dataclass(frozen=True)
class Pattern:
    """A pattern for RE2, without its look-aheads. musts, nots: for each look-ahead, a pattern that must or must not
    match too.
    """

    whole: Any
    musts: tuple[Any, ...] = ()
    nots: tuple[Any, ...] = ()


def matches(pattern: str, url: str) -> bool:
    """Whether a pattern is found in an address; ValueError says what in the pattern cannot be used."""
    known = compile_pattern(pattern)
    return (
        known.whole.search(url) is not None
        and all(must.search(url) for must in known.musts)
        and not any(never.search(url) for never in known.nots)
    )


@lru_cache(maxsize=1024)
def compile_pattern(pattern: str) -> Pattern:
    """A pattern in the form for `matches`; ValueError says what in the pattern cannot be used."""
    musts: list[str] = []
    nots: list[str] = []
    bare, depth, choices, ahead = "", 0, False, False
    parts = [match[0] for match in TOKEN.finditer(pattern)]
    at = 0
    while at < len(parts):
        part = parts[at]
        if part in ("(?=", "(?!"):
            end = _closing(parts, at)
            inner = "".join(map(_token, parts[at + 1 : end]))
            if depth or not pattern.startswith("^") or any(said.startswith("(?<") for said in parts[at:end]):
                raise ValueError(f"holds the look-ahead {''.join(parts[at : end + 1])}, {ELSEWHERE}")
            (musts if part == "(?=" else nots).append(f"{bare}(?:{inner})")
            at, ahead = end + 1, True
            continue
        if part in ("(?<=", "(?<!"):
            raise ValueError(f"looks behind itself ({part}…), which {ENDLESS}")
        if part[:1] == "\\" and part[1:2].isdigit() and part[1:2] != "0":
            raise ValueError(f"refers back to a group ({part}), which {ENDLESS}")
        depth += part.startswith("(") - (part == ")")
        choices = choices or (part == "|" and not depth)
        bare += _token(part)
        at += 1
    if ahead and choices:
        raise ValueError(f"has a look-ahead and alternatives outside of brackets, {ELSEWHERE}")
    return Pattern(_compile(bare), tuple(map(_compile, musts)), tuple(map(_compile, nots)))


def _closing(parts: list[str], at: int) -> int:
    """The position of the bracket that closes the one at `at`."""
    depth = 0
    for place in range(at, len(parts)):
        depth += parts[place].startswith("(") - (parts[place] == ")")
        if not depth:
            return place
    raise ValueError("is no regular expression: a bracket is not closed")


def _token(part: str) -> str:
    """A part in RE2's notation."""
    if part.startswith("["):
        return CLASS_ESCAPE.sub(lambda said: LETTERS.get(said[1], said[0]), part)
    if part.startswith("\\") and part[1:] in LETTERS:
        return f"[{LETTERS[part[1:]]}]"
    return r"\z" if part == r"\Z" else part


def _compile(pattern: str) -> Any:
    options = re2.Options()
    # Otherwise RE2 also prints each error that it raises.
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        said = error.args[0] if error.args else error
        told = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        raise ValueError(f"is no regular expression: {told}") from None

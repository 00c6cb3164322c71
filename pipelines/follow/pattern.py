"""Learns a few regular expressions for a site's article addresses, from articles and from other pages.

An address is cut into its parts. Addresses with the same kinds of parts have the same build (`address_parts.py`), and
are a group. Each part of a group's expression is as general as the site's other pages allow. No rule here is about a
single site.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from urllib.parse import unquote

from pipelines.follow.address_parts import DATE, NUMBER, Address, address_of, build_of, kind_of

# If each number in a part of the addresses has more digits than this, a pattern requires at least this many digits
# there. Chosen: shorter numbers are days and pages.
ID_DIGITS = 3
# The paths of a group, or the values of a query parameter, identify articles if the number of different ones is at
# least this share of the number of addresses. Chosen: a few articles are listed twice.
OWN_SHARE = 0.9
# The last part of a group's addresses holds titles if its number of different values, times DIFFERENT_ONE_IN, is at
# least the number of addresses. Chosen: names of sections have fewer different values.
DIFFERENT_ONE_IN = 3

# A pattern has at most this many characters; sources/source_values.py accepts no longer pattern.
LONGEST_CHARACTERS = 300
# A source has at most this many patterns. Chosen: a person has to read them.
MAX_PATTERNS = 8
# At most this many combinations of expressions for the parts of a group are tried. Chosen: the most general come first,
# and a pattern should be general.
MAX_TRIED = 80
# At most this many words of one segment are listed one by one. Chosen: with more words, the site has still others that
# are not known.
MAX_WORDS = 15
# A pattern is learned from at least this many articles. Chosen: fewer agree by chance.
LEAST_ARTICLES = 5
# The patterns together must match at least this share of the known articles; else they are not used.
COVERED = 0.95
# This share takes the place of COVERED if few articles are known. It is smaller, because one miss weighs more then.
COVERED_OF_FEW_SHARE = 0.9
# If fewer articles than this are known, they count as few. Chosen: with thirty, a single miss is only three per cent.
FEW_ARTICLES = 30
# At most this share of the other pages may match a pattern: a menu may lead to an article, which then counts among the
# other pages.
WRONG = 0.02
# The numbers in a segment count as ids if the segment has at least this many different values. Chosen: days and months
# have few values.
LEAST_IDS = 4
# If a group has at least this many different last segments, its pattern may require a hyphen, even where no other page
# matches without it. Chosen: fewer segments are too small a sample.
SURE_ARTICLES = 10
# A pattern requires at most this many hyphens. Chosen: more hyphens only mean a longer title, and tell an article from
# a section no better.
MAX_HYPHENS = 6
# If every known last segment has at least this many characters, a pattern may require the length of the shortest one.
# Chosen: names of sections are shorter.
LEAST_SLUG_CHARACTERS = 12
YEAR = re.compile(r"(?:19|20)\d\d")
ANY = "[^/?#]+"
SOME = "[^/?#]*"
WORD = "[^/?#_-]*[_-]"
END = "/?(?:[?#]|$)"


@dataclass(frozen=True)
class LearnedPatterns:
    """The learned patterns. `of`: known articles. `covered`: articles that match. `missed`: articles that do not.
    `others`: the number of other pages. `wrong`: the addresses among them that match although they should not.
    """

    patterns: tuple[str, ...] = ()
    of: int = 0
    covered: int = 0
    missed: tuple[str, ...] = ()
    others: int = 0
    wrong: tuple[str, ...] = ()

    @property
    def trusted(self) -> bool:
        """Whether the patterns may decide what is an article: they match nearly all known articles and hardly any other
        page."""
        least = self.of * (COVERED_OF_FEW_SHARE if self.of < FEW_ARTICLES else COVERED)
        return self.of >= LEAST_ARTICLES and self.covered >= least and len(self.wrong) <= _bearable(self.others)

    @property
    def allow(self) -> tuple[str, ...]:
        """The regular expressions for a source file; none if they cannot be trusted."""
        return self.patterns if self.trusted else ()


def learn(articles: Sequence[str], others: Sequence[str]) -> LearnedPatterns:
    """Patterns that match the articles and not the other pages, tested on both."""
    known = list(dict.fromkeys(articles))
    strangers = list(dict.fromkeys(url for url in others if url not in set(known)))
    kept: list[str] = []
    left = known
    for group in _groups(known):
        own = [url for url in group if url in set(left)]
        if len(own) < 2 or len(kept) == MAX_PATTERNS:
            continue
        regex = _regex(group, strangers)
        if regex:
            kept.append(regex)
            left = [url for url in left if not re.search(regex, url)]
    return LearnedPatterns(
        patterns=tuple(kept),
        of=len(known),
        covered=len(known) - len(left),
        missed=tuple(left),
        others=len(strangers),
        wrong=tuple(url for url in strangers if any(re.search(regex, url) for regex in kept)),
    )


def _groups(known: Sequence[str]) -> list[list[str]]:
    """The addresses of one build together, the largest group first."""
    found: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for url in known:
        build = build_of(url)
        if build:
            found[build].append(url)
    return sorted(found.values(), key=len, reverse=True)


def _regex(group: Sequence[str], strangers: Sequence[str]) -> str:
    """For a group of addresses, the most general expression that matches none, or nearly none, of the other pages;
    empty if there is no such expression."""
    addresses = [address for url in group if (address := address_of(url))]
    parts = [_candidates(addresses, place, strangers) for place in range(len(addresses[0].segments))]
    parts.append(_queries(addresses))
    host = _host(addresses[0].host)
    best, least = "", _bearable(len(strangers)) + 1
    for *path, query in _by_generality(parts):
        regex = f"^https?://{host}/{'/'.join(path)}{re.escape(addresses[0].extension)}"
        regex += query if path else query.removeprefix("/?")
        if len(regex) > LONGEST_CHARACTERS:
            continue
        wrong = sum(1 for url in strangers if re.search(regex, url))
        if not wrong:
            return regex
        if wrong < least:
            best, least = regex, wrong
    return best


def _by_generality(parts: Sequence[Sequence[str]]) -> Iterator[tuple[str, ...]]:
    """Choices of one candidate for each part, the most general choices first; at most MAX_TRIED of them."""
    numbered = sorted(product(*(range(len(part)) for part in parts)), key=lambda choice: (sum(choice), choice[::-1]))
    for choice in numbered[:MAX_TRIED]:
        yield tuple(part[place] for part, place in zip(parts, choice, strict=True))


def _candidates(addresses: Sequence[Address], place: int, strangers: Sequence[str]) -> list[str]:
    """The expressions for one part of a group, the most general first."""
    values = Counter(address.segments[place] for address in addresses)
    last = place == len(addresses[0].segments) - 1
    kind = kind_of(next(iter(values)))
    if kind == DATE:
        return [r"\d{4}[-_.]\d{1,2}[-_.]\d{1,2}"]
    if kind == NUMBER:
        return [_number(list(values), last)]
    if len(values) == 1 and len(addresses) > 1:
        beside = _beside(addresses, place, strangers)
        if len(beside) < 2:
            return [_literal(next(iter(values)))]
        return [ANY, *_but(addresses, place, strangers), _either([*values, *beside])]
    if not last or len(values) * DIFFERENT_ONE_IN < len(addresses):
        either = [_either(list(values))] if len(values) <= MAX_WORDS else []
        return [ANY, *_but(addresses, place, strangers), *either]
    return _slugs([unquote(value) for value in values])


def _number(values: Sequence[str], last: bool) -> str:
    if not last and all(YEAR.fullmatch(value) for value in values):
        return r"\d{4}"
    if not last and max(map(len, values)) <= 2:
        return r"\d{1,2}"
    return _digits(values)


def _digits(numbers: Sequence[str]) -> str:
    """The expression for the numbers of a group. It accepts shorter numbers too, because older articles may have
    them."""
    return r"\d{3,}" if min(map(len, numbers)) > ID_DIGITS else r"\d+"


def _slugs(values: Sequence[str]) -> list[str]:
    """The expressions for the last part. Those that require a number or a code come first, if every value has one.
    Others require titles with more and more hyphens."""
    found = []
    if len(values) >= LEAST_IDS:
        for form, regex in ((r".*[-_.](\d+)", SOME + r"[-_.]DIGITS"), (r"(\d+)[-_.].*", r"DIGITS[-_.]" + SOME)):
            ids = [match[1] for value in values if (match := re.fullmatch(form, value))]
            if len(ids) == len(values):
                found.append(regex.replace("DIGITS", _digits(ids)))
        if not found and all(re.fullmatch(r".*\d{3}", value) for value in values):
            found.append(SOME + r"\d{3}")
        found += [] if found else _codes(values)
    hyphens = min(len(re.findall("[-_]", value)) for value in values)
    # If all known titles have at least two hyphens, every pattern requires one hyphen, even if no other page matches
    # without it. Two are not required from the start, because titles vary.
    start = 1 if hyphens >= 2 and len(values) >= SURE_ARTICLES else 0
    for count in range(start, min(hyphens, MAX_HYPHENS) + 1):
        found.append([ANY, f"{WORD}{SOME}"][count] if count < 2 else f"(?:{WORD}){{{count}}}{SOME}")
    length = min(map(len, values))
    if length >= LEAST_SLUG_CHARACTERS:
        found.append(f"[^/?#]{{{length},}}")
    return found


def _codes(values: Sequence[str]) -> list[str]:
    """The expression for the code, of letters and digits, with which each value ends. None if some value has no code,
    or if the codes differ in length."""
    codes = [match[1] for value in values if (match := re.fullmatch(r"(?:.*[-_.])?([0-9a-z]{6,40})", value))]
    lengths = set(map(len, codes))
    if len(codes) < len(values) or len(lengths) > 1 or 2 * sum(map(_holds_digit, codes)) <= len(codes):
        return []
    letters = "[0-9a-f]" if all(re.fullmatch("[0-9a-f]+", code) for code in codes) else "[0-9a-z]"
    whole = all(code == value for code, value in zip(codes, values, strict=True))
    return [("" if whole else SOME + "[-_.]") + f"{letters}{{{lengths.pop()}}}"]


def _holds_digit(text: str) -> bool:
    return any(c.isdigit() for c in text)


def _but(addresses: Sequence[Address], place: int, strangers: Sequence[str]) -> list[str]:
    """An expression for any word except those that other pages of the same build have there, such as "gallery"."""
    own = {address.segments[place] for address in addresses}
    words: dict[str, None] = {}
    for url in strangers:
        found = address_of(url)
        if found and found.build == addresses[0].build and found.segments[place] not in own:
            words[found.segments[place]] = None
    if not words or len(words) > MAX_WORDS or len(addresses[0].segments) == place + 1:
        return []
    return [f"(?!{_either(list(words))}/){ANY}"]


def _beside(addresses: Sequence[Address], place: int, strangers: Sequence[str]) -> list[str]:
    """If all articles have the same word in this part: the words with which the addresses of the site's sections end
    there, such as /sport and /culture. Empty if the articles' word is not among them."""
    value = addresses[0].segments[place]
    names: dict[str, None] = {}
    for url in strangers:
        found = address_of(url)
        if found is None or len(found.segments) != place + 1 or found.query:
            continue
        if (found.host, found.segments[:place]) == (addresses[0].host, addresses[0].segments[:place]):
            names[found.segments[place]] = None
    return list(names)[:MAX_WORDS] if value in names else []


def _queries(addresses: Sequence[Address]) -> list[str]:
    """The expressions for the end of an address: with the query parameter of the article, if the path has no id."""
    if len({address.segments for address in addresses}) >= OWN_SHARE * len(addresses):
        return [END]
    values: dict[str, list[str]] = defaultdict(list)
    for address in addresses:
        for name, value in address.query:
            values[name].append(value)
    whole = {name: own for name, own in values.items() if len(own) == len(addresses)}
    telling = next((name for name, own in whole.items() if len(set(own)) >= OWN_SHARE * len(own)), "")
    if not telling:
        return [END]
    value = r"\d+" if all(one.isdigit() for one in whole[telling]) else "[^&#]+"
    ending = rf"(?:[^#]*&)?{re.escape(telling)}={value}(?:[&#]|$)"
    fixed = [(name, own[0]) for name, own in whole.items() if name != telling and len(set(own)) == 1]
    ahead = "".join(rf"(?=(?:[^#]*&)?{re.escape(name)}={re.escape(text)}(?:[&#]|$))" for name, text in fixed)
    return [rf"/?\?{ending}", rf"/?\?{ahead}{ending}"] if ahead else [rf"/?\?{ending}"]


def _host(name: str) -> str:
    return r"(?:www\.)?" + re.escape(name)


def _either(values: Sequence[str]) -> str:
    unique = list(dict.fromkeys(values))
    return "(?:" + "|".join(map(_literal, unique)) + ")" if len(unique) > 1 else _literal(unique[0])


def _literal(segment: str) -> str:
    """The expression for exactly this part; a part in a non-ASCII script is accepted encoded and decoded."""
    read = unquote(segment)
    if read.isascii():
        return _escape(segment)
    return f"(?:{_escape(segment)}|{_escape(read)})" if read != segment else f"(?:{_escape(segment)}|%[^/?#]+)"


def _escape(text: str) -> str:
    # re.escape also escapes hyphens, which only makes a pattern longer.
    escape: Callable[[str], str] = re.escape
    return escape(text).replace("\\-", "-")


def _bearable(others: int) -> int:
    return int(WRONG * others)

"""Decides from signatures whether two texts are one story. Texts may look alike without being copies.

Items that a newsroom fills into one template (weather, rates, results) look alike but have different news. They are
recognised by their different numbers, and because there are many of them.
"""

from __future__ import annotations

from enum import IntEnum

from pipelines import signatures
from pipelines.load import policy
from pipelines.signatures import Signature

# How much of the shorter text is in the longer one is estimated from at least this many shingles of the shorter one. If
# the signatures have fewer, the texts count as not related. Chosen: a share of fewer than a dozen shingles is a matter
# of chance.
LEAST_SAMPLES = 12


class Relation(IntEnum):
    """The relation of two articles; a closer relation has a higher value."""

    NONE = 0
    # One text contains much of the other, but they seem to be items of one template.
    ALIKE = 1
    STORY = 2
    # One text contains the whole other text, or nearly.
    WHOLE = 3


def relation(one: Signature, other: Signature, *, same_source: bool) -> Relation:
    """The relation of two articles with these signatures."""
    shortest, longest = sorted((one.shingles, other.shingles))
    if shortest < policy.LEAST_SHINGLES or shortest < policy.SHORTEST_SHARE * longest:
        return Relation.NONE
    like = signatures.compare(one, other)
    if like.samples < LEAST_SAMPLES or like.contained < policy.STORY_SHARE:
        return Relation.NONE
    if shortest < policy.SHORT_SHINGLES:
        return Relation.WHOLE if like.contained == 1 and not like.differing else Relation.ALIKE
    middling = shortest < policy.MIDDLING_SHINGLES
    if like.contained >= policy.WHOLE_SHARE and not (middling and like.differing):
        return Relation.WHOLE
    if middling:
        agree = like.contained >= policy.MIDDLING_SHARE and not like.differing and not same_source
    else:
        places = like.agreeing + like.differing
        agree = places < policy.NUMBERS_TELL or like.agreeing >= policy.NUMBERS_AGREE * places
    return Relation.STORY if agree else Relation.ALIKE


def edited_apart(one: Signature, other: Signature, first: Signature) -> bool:
    """Whether two texts are alike only because both are edits of a third text, `first`.

    Two such edits share less with each other than with `first`. Items of one template share as much with each other as
    with any other item.
    """
    like = signatures.compare(one, other)
    expected = signatures.compare(one, first).contained * signatures.compare(other, first).contained
    return not like.differing and like.contained <= expected + policy.EDITS_MARGIN

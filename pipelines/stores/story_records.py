"""How stories are read: the story of an article, how many outlets have it, and in which order they published it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from pipelines.stores import postgres

# At most this many articles of a story are counted. Chosen: no wire service has so many outlets. If a story has more
# articles, it may have more outlets than were counted.
MOST_COUNTED = 500
# At most this many articles of a story are shown.
MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class StorySize:
    """The story of an article, with the number of its articles and of its outlets."""

    story_id: int
    articles: int = 1
    outlets: int = 1


def find_carried(conn: postgres.Connection, articles: Collection[int]) -> dict[int, StorySize]:
    """The story of each of these articles. An article without a story counts as a story of its own, with the article's
    number."""
    found = {
        row["article_id"]: StorySize(row["story_id"], row["articles"], row["outlets"])
        for row in postgres.query(conn, "stories_carried", ids=list(articles), most=MOST_COUNTED)
    }
    return {number: found.get(number, StorySize(number)) for number in articles}


def resolve(conn: postgres.Connection, number: int) -> int:
    """The present number of the story that had this number: the number changes when the story is merged into another
    one."""
    row = postgres.row(conn, "story_of_number", id=number)
    return int(row["story_id"]) if row else number


def members(conn: postgres.Connection, story: int, *, most: int = MOST_SHOWN) -> list[postgres.Row]:
    """The articles of a story in the order of publication: `article_id`, `source`, `url`, `title`, `told_at`, `share`.

    share: the part of the article's text that the story's first article has too, 0 to 1. For an article without a
    story, there is one row.
    """
    return postgres.query(conn, "story_members", id=resolve(conn, story), most=most)


def others(conn: postgres.Connection, article: int) -> list[postgres.Row]:
    """The articles of other outlets that tell this article's story, in the order of publication, one for each
    outlet."""
    told = members(conn, article)
    own = {row["source"] for row in told if row["article_id"] == article}
    first: dict[str, postgres.Row] = {}
    for row in told:
        first.setdefault(row["source"], row)
    return [row for source, row in first.items() if source not in own]

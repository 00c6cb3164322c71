"""Shows each story only once in the results of a search: by the first of its articles that answer, in the requested
order.

A page knows nothing about the pages before it. An article is left out if another article of its story answers too and
came before it, on this page or an earlier one. The articles of earlier pages are looked up again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from pipelines.stores import postgres, story_records
from pipelines.stores.story_records import StorySize

# This many articles of a story are tested together. Chosen: it is the number of texts that a search reads together
# (READ_AT_ONCE in `search`).
ASKED_AT_ONCE = 50


@dataclass(slots=True)
class Once:
    """The stories that a page of results has shown so far.

    answering: a function that gets some articles and gives those that answer the query.
    before: a function that gets some articles and gives those that were on an earlier page; None on the first page.
    """

    conn: postgres.Connection
    answering: Callable[[list[int]], Collection[int]]
    before: Callable[[list[int]], list[int]] | None = None
    known: dict[int, StorySize] = field(default_factory=dict)
    told: set[int] = field(default_factory=set)

    def read(self, articles: Iterable[int]) -> None:
        """Look up the stories of these articles, before they are passed to `first`."""
        self.known.update(story_records.find_carried(self.conn, [one for one in articles if one not in self.known]))

    def first(self, article: int) -> StorySize | None:
        """The story of an article if the article is the first of its story in the results; None if the story was shown
        already."""
        story = self.known[article]
        if story.story_id in self.told:
            return None
        self.told.add(story.story_id)
        return None if self._was_before(article, story) else story

    def _was_before(self, article: int, story: StorySize) -> bool:
        if not self.before or story.articles == 1:
            return False
        mates = [row["article_id"] for row in postgres.query(self.conn, "articles_of_story", id=story.story_id)]
        earlier = self.before([mate for mate in mates if mate != article])
        return any(
            self.answering(earlier[begin : begin + ASKED_AT_ONCE]) for begin in range(0, len(earlier), ASKED_AT_ONCE)
        )

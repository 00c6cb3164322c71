"""The URLs of one source that a crawl has in hand."""

from __future__ import annotations

from dataclasses import replace

from pipelines.codes import Kind
from pipelines.crawl.ledger import Lease
from spiders.frontier import Frontier
from tests.jisr import SOURCE

LEASE = Lease(id=1, source="a", url="http://a.test/1", host="a.test", kind=Kind.ARTICLE)


def test_a_source_is_done_though_its_host_went_to_rest_while_its_urls_were_leased() -> None:
    frontier = Frontier(SOURCE)

    frontier.queue([LEASE, replace(LEASE, id=2, host="b.test")], {"a.test"})
    frontier.nothing_to_lease = True

    assert [lease.id for queue in frontier.queues.values() for lease in queue] == [2]
    frontier.queues["b.test"].clear()
    assert frontier.done

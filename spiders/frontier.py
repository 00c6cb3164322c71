"""The URLs of one source that a crawl has in hand."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from pipelines.crawl.ledger import Lease
from pipelines.model import Source


@dataclass
class Frontier:
    """The source's leased URLs, the number of its requests under way, and the number of its results that are not
    written yet.

    queues: the leased URLs of each host. An empty queue stays: it shows that the source has had URLs at that host.
    nothing_to_lease: whether the ledger has no more due URLs for now.
    homes: the hosts of the source's home page and lists, known before anything is leased.
    """

    source: Source
    queues: defaultdict[str, deque[Lease]] = field(default_factory=lambda: defaultdict(deque))
    outstanding: int = 0
    unwritten: int = 0
    nothing_to_lease: bool = False
    name: str = ""
    delay: float = 0.0
    homes: frozenset[str] = frozenset()

    @property
    def done(self) -> bool:
        """Whether nothing of the source is in hand, and the ledger has no more."""
        return self.nothing_to_lease and not (self.outstanding or self.unwritten or any(self.queues.values()))

    def queue(self, leases: Iterable[Lease], resting: Container[str]) -> None:
        """Queue leased URLs, but not those at hosts that rest for the whole crawl: these leases are given back when the
        source ends.

        A host may begin to rest after the ledger was asked for its URLs. Queued, they would keep the crawl waiting
        until its budget is over.
        """
        for lease in leases:
            if lease.host not in resting:
                self.queues[lease.host].append(lease)

    def drop(self) -> None:
        """Send no more requests. Leased URLs go back to the ledger when the source ends."""
        self.queues.clear()
        self.nothing_to_lease = True

    def __post_init__(self) -> None:
        self.name, self.delay, listed = self.source.name, self.source.delay, self.source
        urls = (listed.url, *listed.feeds, *listed.sitemaps, *listed.sections)
        self.homes = frozenset(urlsplit(url).hostname or "" for url in urls)

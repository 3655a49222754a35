"""What the parts of one crawl share."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from portalcrawl.crawl.articles import RunArticles
from portalcrawl.crawl.policy import CrawlPolicy
from portalcrawl.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Crawl:
    """The state, policy and counters that the frontier, the page handler and the fetch policy work on."""

    run: str
    """The run's id."""
    policy: CrawlPolicy
    unit_of_work: UnitOfWork
    articles: RunArticles
    counts: Counter[str]
    """The counts of the run's manifest."""

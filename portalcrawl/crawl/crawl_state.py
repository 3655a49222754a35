"""Objects shared by the parts of one crawl."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from portalcrawl.crawl.articles import RunArticles
from portalcrawl.crawl.policy import CrawlPolicy
from portalcrawl.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class CrawlState:
    """The state, policy and counters shared by frontier, page handler and fetch policy."""

    run: str
    """The run's id."""
    policy: CrawlPolicy
    unit_of_work: UnitOfWork
    articles: RunArticles
    counts: Counter[str]
    """The counts of the run's manifest."""

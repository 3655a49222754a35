"""Second pipeline: drops items that this run or an earlier one has already written."""

from __future__ import annotations

from time import time
from typing import TYPE_CHECKING, Any

from scrapy.exceptions import DropItem

from portalcrawl.component import Component
from portalcrawl.crawl.revisions import compare
from portalcrawl.items import Article, Teaser
from portalcrawl.text.fingerprints import fingerprint

if TYPE_CHECKING:
    from portalcrawl.runs.run import Run


class DeduplicatePipeline(Component):
    """Drops known teaser states and unchanged articles, and marks copies."""

    def process_item(self, item: Any) -> Any:
        """Return *item*, or raise DropItem if it has been written before."""
        run: Run = self._crawler.spider.run  # type: ignore[union-attr]
        if isinstance(item, Teaser):
            # The page handler has looked up all teasers of a page in one query; others are looked up here.
            if not run.unit_of_work.is_claimed(item.id) and run.unit_of_work.known_teasers([item.id]):
                run.counts["teasers_known"] += 1
                raise DropItem("known teaser")
        elif isinstance(item, Article):
            record = run.articles.record_of(item)
            if compare(item, record) == "unchanged":
                run.articles.settle(item, time(), is_written=False)
                run.counts["articles_unchanged"] += 1
                raise DropItem("unchanged")
            if item.revision == 1:
                _mark_copies(item, run)
            else:
                item.cluster_id = record.cluster_id
        return item


def _mark_copies(article: Article, run: Run) -> None:
    """Set ``duplicate_of`` and ``cluster_id`` of an article that is new."""
    if article.content_hash:
        others = run.unit_of_work.with_content(article.content_hash)
        article.duplicate_of = next((other for other in others if other != article.id), None)
        run.counts["duplicates"] += article.duplicate_of is not None
    copied = fingerprint(f"{article.description or ''}\n{article.article_body or ''}")
    if copied:
        group = run.unit_of_work.near_copies.group_of(copied)
        run.counts["near_duplicates"] += group is not None
        article.cluster_id = group or article.id
        run.articles.of(article.portal, article.id).fingerprint = copied

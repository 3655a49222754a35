"""Last pipeline: writes each record as one line, which the next commit makes durable."""

from __future__ import annotations

import logging
from dataclasses import asdict
from time import time
from typing import TYPE_CHECKING, Any

from scrapy.exceptions import DropItem

from portalcrawl.component import Component
from portalcrawl.errors import DataFolderError
from portalcrawl.items import Article, Observation, Teaser

if TYPE_CHECKING:
    from portalcrawl.runs.run import Run

logger = logging.getLogger(__name__)


class JsonLinesPipeline(Component):
    """Writes articles, teasers and observations to the run's feeds; other items are passed on."""

    def process_item(self, item: Any) -> Any:
        """Write *item* and return it; raise DropItem if the run is ending, or ends because it can't be written."""
        if not isinstance(item, Article | Teaser | Observation):
            return item
        run: Run = self._crawler.spider.run  # type: ignore[union-attr]
        if run.broken:
            raise DropItem("the run is ending")
        try:
            run.write(item.type + "s", asdict(item))
            if isinstance(item, Article):
                run.articles.settle(item, time(), is_written=True)
            elif isinstance(item, Observation):
                run.unit_of_work.page_pictures.apply(item)
            else:
                run.unit_of_work.note_teaser(item.id)
            run.commit_if_full()
        except (OSError, DataFolderError) as error:
            run.break_off(error)
            raise DropItem(run.broken or "") from None
        return item

"""First pipeline: drops, counts and logs records that do not match their schema."""

from __future__ import annotations

import logging
from dataclasses import asdict
from functools import cache
from time import time
from typing import TYPE_CHECKING, Any

import fastjsonschema
from scrapy.exceptions import DropItem

from portalcrawl.component import Component
from portalcrawl.crawl import outcomes
from portalcrawl.items import Article, Observation, Teaser
from portalcrawl.schema import DIALECT, json_schema

if TYPE_CHECKING:
    from portalcrawl.runs.run import Run

logger = logging.getLogger(__name__)


class ValidatePipeline(Component):
    """Checks articles, teasers and observations; other items are passed on."""

    def process_item(self, item: Any) -> Any:
        """Return *item*, or raise DropItem if it does not match the schema."""
        if not isinstance(item, Article | Teaser | Observation):
            return item
        try:
            compiled(item.type)(asdict(item))
        except fastjsonschema.JsonSchemaValueException as error:
            run: Run = self._crawler.spider.run  # type: ignore[union-attr]
            run.counts[f"invalid/{item.type}"] += 1
            if isinstance(item, Article) and (record := run.articles.give_up(item)):
                outcomes.failed(record, "invalid", time(), run.settings.retry_failed_after)
                run.unit_of_work.note(record)
            where = item.page if isinstance(item, Observation) else item.url or item.found_on
            logger.error("Dropped the %s of %s, which breaks the schema: %s", item.type, where, str(error)[:500])
            raise DropItem(f"breaks the schema: {error.name}") from None
        return item


@cache  # compiled when the first item arrives: this takes 0.3 s of CPU, and many runs find nothing new
def compiled(kind: str) -> Any:
    """Return a function that raises JsonSchemaValueException for a record of *kind* that breaks its schema.

    fastjsonschema supports drafts up to 7 only, in which the keywords of our schema mean the same. A test compares its
    results with those of jsonschema.
    """
    schema = json_schema(kind)
    if schema.pop("$schema") != DIALECT:
        raise AssertionError("the schema's dialect has changed")
    return fastjsonschema.compile(schema, use_default=False)

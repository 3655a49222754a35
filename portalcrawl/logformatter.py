"""Short log lines: no item is ever dumped into the log."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from scrapy.logformatter import LogFormatter, LogFormatterResult

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.http import Response
    from twisted.python.failure import Failure


class ShortLogFormatter(LogFormatter):
    """Names items by kind and id. Dropping what is known already is the normal course of a crawl, not a warning."""

    def scraped(self, item: Any, response: Response | Failure | None, spider: Spider) -> LogFormatterResult:
        """One line for an item that was written."""
        return {"level": logging.DEBUG, "msg": "Scraped %(item)s", "args": {"item": _name(item)}}

    def dropped(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        """One line for an item that was dropped."""
        args = {"item": _name(item), "why": str(exception)}
        return {"level": logging.DEBUG, "msg": "Dropped %(item)s: %(why)s", "args": args}

    def item_error(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        """One line for an item at which a pipeline failed."""
        return {"level": logging.ERROR, "msg": "Error processing %(item)s", "args": {"item": _name(item)}}


def _name(item: Any) -> str:
    return f"{getattr(item, 'type', type(item).__name__)} {getattr(item, 'id', '')}".strip()

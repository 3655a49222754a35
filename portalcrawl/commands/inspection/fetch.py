"""One page fetched by Scrapy itself, with the project's robots and origin rules."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from scrapy import Request, Spider
from scrapy.utils.datatypes import SequenceExclude

from portalcrawl.crawl.failures import reason_of
from portalcrawl.errors import PortalcrawlError

if TYPE_CHECKING:
    from scrapy.crawler import CrawlerProcessBase
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from portalcrawl.runs.plan import Plan


class FetchError(PortalcrawlError):
    """A page that could not be had."""


class Fetched:
    """What came of a request."""

    def __init__(self) -> None:
        self.response: Response | None = None
        self.problem = "Scrapy did not start"


class FetchSpider(Spider):
    """Asks for one page and keeps it."""

    name = "inspect"
    custom_settings = {  # noqa: RUF012 - as Scrapy declares it
        "ITEM_PIPELINES": {},
        "EXTENSIONS": {},
        "SCHEDULER": "scrapy.core.scheduler.Scheduler",
    }

    def __init__(self, plan: Plan, fetched: Fetched) -> None:
        super().__init__()
        self.plan = plan
        self.fetched = fetched

    async def start(self) -> AsyncIterator[Any]:
        """Ask for the page."""
        start = self.plan.starts[0]
        answers = SequenceExclude(range(300, 400))
        meta = {"portal": start.profile.name, "handle_httpstatus_list": answers}
        yield Request(start.url, meta=meta, errback=self.failed, dont_filter=True)

    def parse(self, response: Response, **kwargs: Any) -> None:
        """Keep the page."""
        self.fetched.response = response

    def failed(self, failure: Failure) -> None:
        """Keep the reason."""
        detail = failure.getErrorMessage().splitlines() or [""]
        self.fetched.problem = f"{reason_of(failure)} ({detail[0]})" if detail[0] else reason_of(failure)


def fetch(plan: Plan, process: CrawlerProcessBase) -> Response:
    """Return the page of the plan's first start.

    :raises FetchError: where it could not be had, or came with an error status.
    """
    fetched = Fetched()
    process.crawl(FetchSpider, plan=plan, fetched=fetched)
    process.start()
    url = plan.starts[0].url
    if fetched.response is None:
        raise FetchError(f"{url} could not be had: {fetched.problem}")
    if fetched.response.status >= 400:
        raise FetchError(f"{url} could not be had: HTTP status {fetched.response.status}")
    return fetched.response

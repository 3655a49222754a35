"""Fetches one page with Scrapy, following the project's rules for robots.txt and origins."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
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
    """The page could not be fetched."""


@dataclass(slots=True)
class FetchResult:
    """The response, or why there is none."""

    response: Response | None = None
    problem: str = "Scrapy did not start"


class FetchSpider(Spider):
    """Requests the first start page of a plan."""

    name = "inspect"
    custom_settings = {  # noqa: RUF012 - as Scrapy declares it
        "ITEM_PIPELINES": {},
        "EXTENSIONS": {},
        "SCHEDULER": "scrapy.core.scheduler.Scheduler",
    }

    def __init__(self, plan: Plan, result: FetchResult) -> None:
        super().__init__()
        self.plan = plan
        self.result = result

    async def start(self) -> AsyncIterator[Any]:
        start = self.plan.starts[0]
        all_but_redirects = SequenceExclude(range(300, 400))
        meta = {"portal": start.profile.name, "handle_httpstatus_list": all_but_redirects}
        yield Request(start.url, meta=meta, errback=self.failed, dont_filter=True)

    def parse(self, response: Response, **kwargs: Any) -> None:
        self.result.response = response

    def failed(self, failure: Failure) -> None:
        detail = failure.getErrorMessage().splitlines() or [""]
        self.result.problem = f"{reason_of(failure)} ({detail[0]})" if detail[0] else reason_of(failure)


def fetch(plan: Plan, process: CrawlerProcessBase) -> Response:
    """Return the first start page of *plan*.

    :raises FetchError: if it could not be fetched, or has an error status.
    """
    result = FetchResult()
    process.crawl(FetchSpider, plan=plan, result=result)
    process.start()
    url = plan.starts[0].url
    if result.response is None:
        raise FetchError(f"{url} could not be fetched: {result.problem}")
    if result.response.status >= 400:
        raise FetchError(f"{url} could not be fetched: HTTP status {result.response.status}")
    return result.response

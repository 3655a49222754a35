"""The same reading of the same pages with Scrapy's plain FEEDS: no state, no checks, nothing durable.

The crawl is compared with it in benchmarks/crawl.py; not part of the product.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response

from portalcrawl.extraction.page import Page
from portalcrawl.loaders.article import load_article
from portalcrawl.loaders.crawl_context import CrawlContext
from portalcrawl.loaders.teaser import load_teasers
from portalcrawl.profiles.catalog import Catalog


class PlainSpider(Spider):
    """Follows teasers and yields everything that it sees."""

    name = "plain"

    def __init__(self, url: str) -> None:
        super().__init__()
        profile = Catalog().get("sample")
        assert profile is not None
        self.profile = profile.with_origin(url)
        self.start_urls = [url]

    def parse(self, response: Response, **kwargs: Any) -> Iterator[Any]:
        page, context = Page(response, self.profile), CrawlContext("plain")
        for teaser in (each.teaser for each in load_teasers(page, context)):
            yield asdict(teaser)
            if self.profile.owns(teaser.url):
                yield Request(teaser.url)
        article = load_article(page, context) if page.page_type == "article" else None
        if article:
            yield asdict(article)


def main(url: str, out: str) -> None:
    process = AsyncCrawlerProcess(
        {
            "FEEDS": {out: {"format": "jsonlines", "encoding": "utf-8"}},
            "ROBOTSTXT_OBEY": True,
            "CONCURRENT_REQUESTS": 16,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 4,
            "CONCURRENT_ITEMS": 4,
            "DOWNLOAD_DELAY": 0,
            "DOWNLOAD_MAXSIZE": 10 * 1024 * 1024,
            "REDIRECT_MAX_TIMES": 5,
            "LOG_LEVEL": "CRITICAL",
            "TELNETCONSOLE_ENABLED": False,
            "REMOTE_CONTROL_ENABLED": False,
        }
    )
    process.crawl(PlainSpider, url=url)
    process.start()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])

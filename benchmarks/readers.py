"""Runs one reader over one set of saved pages in a process of its own; prints result and cost as a JSON line per page.

    python benchmarks/readers.py portalcrawl|parse|dates|trafilatura|newspaper4k|news-please SET

Every page is read once, in the order of the set, as a crawl over many portals would; a page of no portal comes first
and is not counted, so that the cost of imports is not part of the first page. Sockets are closed, so no reader can
fetch anything. The profile of a portal is made before the clock starts, since a crawl makes it once per run. ``parse``
is lxml alone, ``dates`` is portalcrawl with its reading of dates timed separately. The other libraries get the page as
text and keep their defaults, except for images, which are off.
"""

from __future__ import annotations

import gzip
import json
import logging
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from places import CORPUS

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Saved:
    """A page of the corpus."""

    id: str
    url: str
    body: bytes
    """UTF-8."""
    fetched: datetime | None
    """Aware; None if unknown."""


@dataclass(slots=True)
class Outcome:
    """What a reader found on one page, and the CPU seconds of its steps."""

    prediction: Row
    steps: dict[str, float]
    teasers: list[Row] | None = None


Reader = Callable[[Saved], Outcome]
WARM_UP = Saved(
    "", "https://www.portal.example/a-1234567.html", b"<html><body><h1>T</h1><p>Ein Text.</p></body></html>", None
)


def pages(name: str) -> Iterator[Saved]:
    """Yield the pages of one set."""
    for line in (CORPUS / name / "gold.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        body = gzip.decompress((CORPUS / name / f"{row['id']}.html.gz").read_bytes())
        crawled = row.get("crawl_date")
        when = datetime.fromisoformat(crawled) if crawled else None
        when = when.replace(tzinfo=UTC) if when and when.tzinfo is None else when
        yield Saved(row["id"], row["url"].removeprefix("x"), body, when)


class Steps:
    """CPU seconds of the steps of one reading."""

    def __init__(self) -> None:
        self.found: dict[str, float] = {}
        self.start = time.process_time()

    def end(self, name: str) -> None:
        """Count the time since the last step for step *name*."""
        now = time.process_time()
        self.found[name] = now - self.start
        self.start = now


def parse() -> Reader:
    from lxml import html

    def read(saved: Saved) -> Outcome:
        steps = Steps()
        html.document_fromstring(saved.body, parser=html.HTMLParser(encoding="utf-8"))
        steps.end("parse")
        return Outcome({}, steps.found)

    return read


def portalcrawl() -> Reader:
    from scrapy.http import HtmlResponse

    from portalcrawl.extraction.page import Page
    from portalcrawl.profiles.catalog import generic_profile
    from portalcrawl.reading import read as read_records

    def read(saved: Saved) -> Outcome:
        headers = {"Content-Type": "text/html; charset=utf-8"}
        if saved.fetched:
            headers["Date"] = format_datetime(saved.fetched.astimezone(UTC), usegmt=True)
        response = HtmlResponse(saved.url, body=saved.body, headers=headers)
        profile = generic_profile(saved.url)
        steps = Steps()
        page = Page(response, profile)
        _ = page.root
        steps.end("parse")
        _ = page.json_ld, page.meta, page.site_names, page.linked_data, page.metadata
        steps.end("structured data")
        _ = page.layout
        steps.end("layout")
        _ = page.body
        steps.end("body")
        _ = page.teasers
        steps.end("teasers")
        reading = read_records(page)
        steps.end("kind and loaders")
        article = reading.article
        found = (
            {}
            if article is None
            else {
                "headline": article.headline,
                "body": "\n\n".join(text for text in (article.description, article.article_body) if text),
                "authors": article.authors,
                "published_at": article.date_published,
                "topics": article.keywords,
            }
        )
        return Outcome(found, steps.found, [asdict(teaser) for teaser in reading.teasers])

    return read


def dates() -> Reader:
    from portalcrawl import dates as module
    from portalcrawl.extraction.article.publication_dates import Clock

    spent = Spent()
    Clock.parse = spent.timed(Clock.parse)  # type: ignore[method-assign]
    Clock.find = spent.timed(Clock.find)  # type: ignore[method-assign]
    module.parse_date = spent.timed(module.parse_date)
    inner = portalcrawl()

    def read(saved: Saved) -> Outcome:
        spent.seconds = 0.0
        inner(saved)
        return Outcome({}, {"dates": spent.seconds})

    return read


class Spent:
    """CPU seconds spent in some functions, calls within calls counted once."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.depth = 0

    def timed(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **names: Any) -> Any:
            self.depth += 1
            start = time.process_time()
            try:
                return function(*args, **names)
            finally:
                self.depth -= 1
                if not self.depth:
                    self.seconds += time.process_time() - start

        return call


def trafilatura() -> Reader:
    from trafilatura import bare_extraction

    def read(saved: Saved) -> Outcome:
        text, steps = saved.body.decode(), Steps()
        found = bare_extraction(text, url=saved.url, with_metadata=True)
        steps.end("all")
        if found is None:
            return Outcome({}, steps.found)
        names = [name.strip() for name in (found.author or "").split(";")]
        return Outcome(prediction(found.title, found.text, names, found.date, found.tags or []), steps.found)

    return read


def newspaper4k() -> Reader:
    from newspaper import Article, ArticleException

    def read(saved: Saved) -> Outcome:
        text, steps = saved.body.decode(), Steps()
        article = Article(saved.url, fetch_images=False)
        try:
            article.download(input_html=text)
            article.parse()
        except ArticleException:
            steps.end("all")
            return Outcome({}, steps.found)
        steps.end("all")
        when = article.publish_date.isoformat() if article.publish_date else None
        topics = [*(article.tags or ()), *(article.meta_keywords or ())]
        return Outcome(prediction(article.title, article.text, article.authors, when, topics), steps.found)

    return read


def news_please() -> Reader:
    from newsplease import NewsPlease

    def read(saved: Saved) -> Outcome:
        text, steps = saved.body.decode(), Steps()
        found = NewsPlease.from_html(text, url=saved.url, fetch_images=False)
        steps.end("all")
        if not found or isinstance(found, dict):
            return Outcome({}, steps.found)
        when = found.date_publish.isoformat() if found.date_publish else None
        return Outcome(prediction(found.title, found.maintext, found.authors, when, []), steps.found)

    return read


def prediction(
    title: str | None, body: str | None, authors: list[str] | None, when: str | None, topics: list[str]
) -> Row:
    """Return the row that the scorer reads."""
    names = [name for name in authors or () if name]
    return {"headline": title, "body": body, "authors": names, "published_at": when, "topics": topics}


READERS: dict[str, Callable[[], Reader]] = {
    **{"portalcrawl": portalcrawl, "parse": parse, "dates": dates},
    **{"trafilatura": trafilatura, "newspaper4k": newspaper4k, "news-please": news_please},
}


class Shut(socket.socket):
    """A socket that leads nowhere."""

    def connect(self, *_: object) -> None:
        raise OSError("no network while readers are measured")


def main(name: str, pages_of: str) -> None:
    socket.socket = Shut  # type: ignore[misc]
    logging.disable(logging.CRITICAL)
    read = READERS[name]()
    read(WARM_UP)
    for saved in pages(pages_of):
        print(json.dumps({"id": saved.id, **asdict(read(saved))}, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

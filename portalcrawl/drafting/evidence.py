"""What a few pages, feeds and sitemaps of a portal say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from portalcrawl.discovery.entries import Entry
from portalcrawl.text.normalize import language_tag
from portalcrawl.urls import absolute, canonical_url, looks_like_article

if TYPE_CHECKING:
    from portalcrawl.extraction.page import Page

_OFFSET = re.compile(r"[T ]\d\d:\d\d.*?(Z|[+-]\d\d:?\d\d)$")
MIN_TEASERS = 5
"""On a page that is a start page."""


@dataclass(slots=True)
class DocumentEvidence:
    """A feed or sitemap that was read, or why it was not."""

    url: str
    entries: list[Entry] = field(default_factory=list)
    children: list[str] = field(default_factory=list)
    problem: str | None = None


@dataclass(slots=True)
class Evidence:
    """All that was fetched."""

    front: Page
    sections: list[Page] = field(default_factory=list)
    articles: list[Page] = field(default_factory=list)
    feeds: list[DocumentEvidence] = field(default_factory=list)
    sitemaps: list[DocumentEvidence] = field(default_factory=list)
    more_feeds: int = 0
    more_sitemaps: int = 0
    """Named and not fetched."""
    requests: int = 0

    @property
    def pages(self) -> list[Page]:
        """All pages that were fetched."""
        return [self.front, *self.sections, *self.articles]

    @property
    def lists(self) -> list[Page]:
        """The pages that are start pages: the front page, and sections that list articles."""
        return [self.front, *(page for page in self.sections if is_list(page))]

    def article_urls(self) -> dict[str, str]:
        """Return the addresses of articles of the portal, each with where it was found.

        Teasers of all pages, entries of feeds and of news sitemaps; of other sitemaps those that look like articles.
        """
        found: dict[str, str] = {}
        for page in self.pages:
            for parts in page.teasers:
                found.setdefault(parts.url, "teasers")
        for document in (*self.feeds, *self.sitemaps):
            for entry in document.entries:
                if entry.kind != "sitemap" or looks_like_article(entry.url):
                    found.setdefault(entry.url, f"{entry.kind.replace('_', ' ')} entries")
        profile = self.front.profile
        own = {url: where for url, where in found.items() if profile.owns(url) and urlsplit(url).path.strip("/")}
        return {canonical_url(url, profile.hosts): where for url, where in own.items()}

    def hosts(self) -> Counter[str]:
        """Return how many addresses of articles are on which host (``host:port``) of the portal or below it."""
        own = sorted(self.front.profile.stems)
        found: Counter[str] = Counter()
        urls = [parts.url for page in self.pages for parts in page.teasers]
        urls += [entry.url for document in (*self.feeds, *self.sitemaps) for entry in document.entries]
        for url in urls:
            host = urlsplit(url).netloc.lower()
            if any(host == stem or host.endswith(f".{stem}") for stem in own):
                found[host] += 1
        return found

    def languages(self) -> Counter[str]:
        """Return which languages the pages declare, and how many of them."""
        declared = (page.metadata.in_language or page.linked_data.in_language for page in self.pages)
        return Counter(tag for each in declared if each and (tag := language_tag(each)))

    def offsets(self) -> Counter[str]:
        """Return which offsets from UTC the dates of the article pages have, and how many of them."""
        raws = (part.date_published for page in self.articles for part in (page.linked_data, page.metadata))
        found = (_OFFSET.search(raw.strip()) for raw in raws if raw)
        return Counter(match[1] for match in found if match)


def is_list(page: Page) -> bool:
    """Return whether *page* can be a start page."""
    return page.page_type == "list" and len(page.teasers) >= MIN_TEASERS


def section_links(page: Page) -> Iterator[str]:
    """Yield addresses of what may be sections, the likeliest first: those under which teased articles stand."""
    under = Counter(urlsplit(parts.url).path.split("/")[1] for parts in page.teasers)
    found: dict[str, int] = {}
    for link in page.root.iter("a") if page.root is not None else ():
        url = absolute(page.base_url, str(link.get("href") or ""))
        path = urlsplit(url).path if url else ""
        if url and page.profile.owns(url) and re.fullmatch(r"/[\w-]{3,30}/?", path) and not urlsplit(url).query:
            in_menu = any(parent.tag == "nav" for parent in link.iterancestors())
            score = under[path.strip("/")] * 10 + in_menu
            found.setdefault(url.partition("#")[0], score)
    yield from sorted((url for url, score in found.items() if score), key=lambda url: -found[url])

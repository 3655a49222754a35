"""The evidence from which a profile is drafted: a few pages, feeds and sitemaps of a portal."""

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
"""Fewest teasers of a start page."""


@dataclass(slots=True)
class DocumentEvidence:
    """The entries and children of a feed or sitemap, or the problem because of which it was not read."""

    url: str
    entries: list[Entry] = field(default_factory=list)
    children: list[str] = field(default_factory=list)
    problem: str | None = None


@dataclass(slots=True)
class Evidence:
    """Everything that was fetched."""

    front: Page
    sections: list[Page] = field(default_factory=list)
    articles: list[Page] = field(default_factory=list)
    feeds: list[DocumentEvidence] = field(default_factory=list)
    sitemaps: list[DocumentEvidence] = field(default_factory=list)
    more_feeds: int = 0
    more_sitemaps: int = 0
    """Number of feeds and sitemaps that were found but not fetched."""
    requests: int = 0

    @property
    def pages(self) -> list[Page]:
        """All fetched pages."""
        return [self.front, *self.sections, *self.articles]

    @property
    def lists(self) -> list[Page]:
        """The pages to be used as start pages: the front page, and sections that list articles."""
        return [self.front, *(page for page in self.sections if is_list(page))]

    def article_urls(self) -> dict[str, str]:
        """Return the canonical URLs of the portal's articles, each with the kind of place where it was found.

        They are those of all teasers and of all entries of feeds and news sitemaps; from other sitemaps, those that
        look like URLs of articles.
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
        """Return the number of article URLs per host (``host:port``) of the portal, including subdomains."""
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
        """Return the number of pages per declared language (BCP 47 tag)."""
        declared = (page.metadata.in_language or page.linked_data.in_language for page in self.pages)
        return Counter(tag for each in declared if each and (tag := language_tag(each)))

    def offsets(self) -> Counter[str]:
        """Return the number of dates on article pages per UTC offset."""
        raws = (part.date_published for page in self.articles for part in (page.linked_data, page.metadata))
        found = (_OFFSET.search(raw.strip()) for raw in raws if raw)
        return Counter(match[1] for match in found if match)


def is_list(page: Page) -> bool:
    """Return whether *page* can be a start page."""
    return page.page_type == "list" and len(page.teasers) >= MIN_TEASERS


def section_links(page: Page) -> Iterator[str]:
    """Yield the URLs of possible sections, the likeliest first: those whose path contains the most teased articles."""
    under = Counter(urlsplit(parts.url).path.split("/")[1] for parts in page.teasers)
    found: dict[str, int] = {}
    for link in page.root.iter("a"):
        url = absolute(page.base_url, str(link.get("href") or ""))
        path = urlsplit(url).path if url else ""
        if url and page.profile.owns(url) and re.fullmatch(r"/[\w-]{3,30}/?", path) and not urlsplit(url).query:
            in_menu = any(parent.tag == "nav" for parent in link.iterancestors())
            score = under[path.strip("/")] * 10 + in_menu
            found.setdefault(url.partition("#")[0], score)
    yield from sorted((url for url, score in found.items() if score), key=lambda url: -found[url])

"""The feeds and sitemaps of a crawl: which are requested, and which of their articles are."""

from __future__ import annotations

import heapq
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count, islice
from time import time
from typing import TYPE_CHECKING

from portalcrawl.crawl.entry_links import DocumentLinks, Due
from portalcrawl.crawl.identity import Identities
from portalcrawl.discovery.entries import Child, Document, Entry
from portalcrawl.discovery.links import feed_links, robots_sitemaps
from portalcrawl.discovery.reader import Received, read_document
from portalcrawl.extraction.page import fetch_time, header
from portalcrawl.plurals import counted
from portalcrawl.storage.discovered import DocumentRecord

if TYPE_CHECKING:
    from scrapy.http import Response

    from portalcrawl.crawl.crawl_state import CrawlState
    from portalcrawl.crawl.frontier import Frontier
    from portalcrawl.extraction.page import Page
    from portalcrawl.profiles.model import Profile

logger = logging.getLogger(__name__)

MAX_DOCUMENTS = 200
"""Most feeds and sitemaps of one portal that a run requests; the next run requests the rest."""
MAX_FEEDS = 30
"""Most feeds of one portal that are taken from its start pages: some pages link to a feed per tag."""
MAX_ENTRIES = 500_000
"""After this number of entries of one portal, a run requests no further document."""
MAX_LEVELS = 3
"""Most levels of nested sitemap indexes. The protocol allows one."""
BATCH = 500
"""Entries that are looked up together."""
FEED, SITEMAP = 0, 1
"""Ranks: feeds are requested first, since they have title and time."""


@dataclass(frozen=True, slots=True)
class Target:
    """A feed or sitemap to request."""

    profile: Profile
    record: DocumentRecord
    level: int = 0
    """Sitemap indexes above it."""

    @property
    def url(self) -> str:
        return self.record.url


@dataclass(slots=True)
class _Queue:
    """The documents of one portal."""

    waiting: list[tuple[int, float, int, Target]] = field(default_factory=list)
    """A heap: rank, time of the last change (newest first), order."""
    seen: set[str] = field(default_factory=set)
    feeds: int = 0
    asked: int = 0
    entries: int = 0
    is_asking: bool = False
    is_logged: bool = False
    """Whether it was logged that documents wait."""


class Discovery:
    """Finds, orders and reads the feeds and sitemaps of a run's portals; requests one at a time per portal."""

    def __init__(self, crawl: CrawlState, frontier: Frontier) -> None:
        self._crawl = crawl
        self._counts = crawl.counts
        self._frontier = frontier
        self._known = crawl.unit_of_work.discovered
        self._identities = Identities(crawl)
        self._queues: dict[str, _Queue] = {}
        self._order = count()
        for policy in crawl.policy.portals.values():
            for places, rank in ((policy.discovery.feeds, FEED), (policy.discovery.sitemaps, SITEMAP)):
                for url in places if isinstance(places, tuple) else ():
                    self._push(policy.profile, url, rank)

    def add_page(self, page: Page) -> None:
        """Add the feeds that a start page links to."""
        if self._crawl.policy.portals[page.profile.name].discovery.feeds != "auto":
            return
        queue = self._queue(page.profile)
        for url in feed_links(page.root, page.base_url):
            if queue.feeds >= MAX_FEEDS:
                self._counts["documents/too_many_feeds"] += 1
            elif self._push(page.profile, url, FEED):
                queue.feeds += 1

    def add_robots(self, origin: str, body: bytes) -> None:
        """Add the sitemaps in *body*, the robots.txt of *origin*."""
        for policy in self._crawl.policy.portals.values():
            if policy.discovery.sitemaps == "auto" and policy.profile.owns(f"{origin}/"):
                for url in robots_sitemaps(body, origin):
                    self._push(policy.profile, url, SITEMAP)

    def start(self, profile: Profile, url: str) -> Target:
        """Return the start page *url* as a document; known ones have validators."""
        self._queue(profile).seen.add(url)
        return Target(profile, self._record(profile, url))

    def next(self, portal: str) -> Target | None:
        """Return the document of *portal* to request now; None while another is being requested, or if none is left."""
        queue = self._queues.get(portal)
        if queue is None or queue.is_asking or not queue.waiting or not self._crawl.policy.follow:
            return None
        if queue.asked >= MAX_DOCUMENTS or queue.entries >= MAX_ENTRIES:
            self._log_waiting(portal, queue)
            return None
        queue.asked += 1
        queue.is_asking = True
        return heapq.heappop(queue.waiting)[-1]

    def waits(self, target: Target) -> None:
        """Leave *target*, whose host must not be asked now, and the portal's other documents to the next run."""
        queue = self._queue(target.profile)
        self._done(target)
        self._counts["documents_waiting"] += 1
        queue.asked = MAX_DOCUMENTS
        self._log_waiting(target.profile.name, queue)

    def _log_waiting(self, portal: str, queue: _Queue) -> None:
        if not queue.is_logged:
            queue.is_logged = True
            self._counts["documents_waiting"] += len(queue.waiting)
            sitemaps = counted(len(queue.waiting), "sitemap waits", "sitemaps wait")
            logger.info("%s: %s for the next run", portal, sitemaps)

    def unchanged(self, target: Target) -> None:
        """Handle a 304 response; the documents that an unchanged index lists may be due nevertheless."""
        self._done(target)
        self._counts["documents"] += 1
        self._counts["documents_unchanged"] += 1
        target.record.read_lastmod, target.record.read_at = target.record.lastmod, time()
        self._known.note_document(target.record)
        for child in self._known.children(target.profile.name, target.url):
            if child.is_due:
                self._push_record(target.profile, child, SITEMAP, target.level + 1)

    def failed(self, target: Target, reason: str) -> None:
        """Count a document that could not be fetched or parsed."""
        self._done(target)
        self._counts["documents_failed"] += 1
        self._counts[f"documents/{reason}"] += 1
        logger.info("%s could not be read: %s", target.url, reason)

    def _done(self, target: Target) -> None:
        self._queue(target.profile).is_asking = False

    def read(self, response: Response, target: Target) -> Iterator[Due]:
        """Read the document in *response*; after each batch of entries, yield the articles to request now.

        :raises DocumentError: if it can't be parsed, or not to its end.
        """
        document = open_document(response, target)
        reading = DocumentLinks(self._crawl, self._frontier, self._identities, target.profile, target.url)
        children: list[Child] = []
        for batch in _batches(document.items):
            entries = [item for item in batch if isinstance(item, Entry)]
            children += (item for item in batch if isinstance(item, Child))
            self._queue(target.profile).entries += len(entries)
            self._counts["entries"] += len(entries)
            yield reading.add(entries)
        yield reading.changed()
        for reason, number in document.problems.items():
            self._counts[f"entries/{reason}"] += number
        self._add_children(target, children)
        self._finish(response, target, reading.links + len(children))

    def _finish(self, response: Response, target: Target, links: int) -> None:
        self._done(target)
        self._counts["documents"] += 1
        record = target.record
        record.read_lastmod, record.read_at, record.links = record.lastmod, time(), links
        record.etag, record.last_modified = header(response, "ETag"), header(response, "Last-Modified")
        self._known.note_document(record)

    def _add_children(self, target: Target, children: list[Child]) -> None:
        """Record the sitemaps that an index lists, queue those that are due, and detach those that it lists no more."""
        profile = target.profile
        known = self._known.documents(profile.name, {child.url for child in children})
        oldest = self._frontier.oldest_wanted(profile)
        for child in children:
            record = known.get(child.url) or DocumentRecord(profile.name, child.url)
            record.parent, record.lastmod = target.url, child.lastmod
            self._known.note_document(record)
            changed = child.updated.timestamp() if child.updated else None
            if changed is not None and oldest is not None and changed < oldest:
                self._counts["documents/too_old"] += 1
            elif record.is_due:
                self._push_record(profile, record, SITEMAP, target.level + 1, changed)
            else:
                self._counts["documents_unchanged"] += 1
        listed = {child.url for child in children}
        for record in self._known.children(profile.name, target.url):
            if record.url not in listed:
                record.parent = record.lastmod = None
                self._known.note_document(record)

    def _push(self, profile: Profile, url: str, rank: int) -> bool:
        if url in self._queue(profile).seen:
            return False
        return self._push_record(profile, self._record(profile, url), rank, 0)

    def _push_record(
        self, profile: Profile, record: DocumentRecord, rank: int, level: int, changed: float | None = None
    ) -> bool:
        """Queue a document that is new to the run; return whether it was queued."""
        queue = self._queue(profile)
        if record.url in queue.seen:
            return False
        queue.seen.add(record.url)
        if not profile.owns(record.url):
            self._counts["documents/foreign_host"] += 1
            return False
        if level > MAX_LEVELS:
            self._counts["documents/too_deep"] += 1
            return False
        heapq.heappush(queue.waiting, (rank, -(changed or 0.0), next(self._order), Target(profile, record, level)))
        return True

    def _record(self, profile: Profile, url: str) -> DocumentRecord:
        known = self._known.documents(profile.name, [url])
        return known.get(url) or DocumentRecord(profile.name, url)

    def _queue(self, profile: Profile) -> _Queue:
        return self._queues.setdefault(profile.name, _Queue())


def open_document(response: Response, target: Target) -> Document:
    """Return the document in *response*, whose items are read lazily; raise DocumentError if it is not a document."""
    zone, content_type = target.profile.zone, header(response, "Content-Type")
    return read_document(Received(response.body, response.url, fetch_time(response), zone, content_type))


def _batches(items: Iterable[Entry | Child]) -> Iterator[list[Entry | Child]]:
    iterator = iter(items)
    while batch := list(islice(iterator, BATCH)):
        yield batch

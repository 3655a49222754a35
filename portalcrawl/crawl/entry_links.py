"""Entries of feeds and sitemaps as links to articles: they are handled like teasers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from portalcrawl import urls
from portalcrawl.crawl.identity import Identities
from portalcrawl.discovery.entries import Entry, Kind
from portalcrawl.items import Teaser
from portalcrawl.loaders.teaser import LinkedTeaser
from portalcrawl.storage.discovered import EntryRecord
from portalcrawl.storage.records import Record

if TYPE_CHECKING:
    from portalcrawl.crawl.crawl_state import CrawlState
    from portalcrawl.crawl.frontier import Frontier
    from portalcrawl.profiles.model import Profile

Due = dict[Kind, list[Record]]
"""Kind of document -> articles to request now."""
DEPTH = 1
"""The depth of articles from entries: as if a start page had teased them."""
LAG = 2.0
"""Seconds from the download of a page until its article is stored, and less than a second by which times of change are
rounded down: a change in between came after the download. Without one, the article is visited once in vain."""
MIN_CHANGED = 10
"""With this many articles changed at one moment, the sitemap gives all its entries the same date."""
CHUNK = 500


class DocumentLinks:
    """Handles the entries of one document."""

    def __init__(
        self, crawl: CrawlState, frontier: Frontier, identities: Identities, profile: Profile, document: str
    ) -> None:
        self._crawl = crawl
        self._frontier = frontier
        self._identities = identities
        self._known = crawl.unit_of_work.discovered
        self._profile = profile
        self._document = document
        self._moments: Counter[float] = Counter()
        """Time of change -> number of entries."""
        self._changed: dict[str, tuple[float, Kind]] = {}
        """Known articles that changed since they were visited, by id: when, and the document's kind."""
        self.links = 0
        """Number of articles of the portal in the document, including known ones."""

    def add(self, entries: Sequence[Entry]) -> Due:
        """Record the articles that *entries* lead to, and return those to request now, in order."""
        own = [entry for entry in entries if self._is_article(entry)]
        canonical = [urls.canonical_url(entry.url, self._profile.hosts) for entry in own]
        known = self._identities.known_ids(self._profile, sorted(set(canonical)))
        linked: dict[str, tuple[Entry, LinkedTeaser]] = {}
        for entry, url in zip(own, canonical, strict=True):
            by_url = self._profile.article_id(url)
            article = known.ids.get(url) or by_url
            is_likely = url in known.likely
            link = by_url if is_likely else article
            teaser = _as_teaser(entry, url, article, self._profile.name, self._document)
            linked.setdefault(link, (entry, LinkedTeaser(teaser, link, is_likely, frozenset())))
        self.links += len(linked)
        records = self._crawl.unit_of_work.records(self._profile.name, linked.keys())
        for link, (entry, _) in linked.items():
            self._note(link, entry, records.get(link))
        due = self._frontier.add(self._profile, [each for _, each in linked.values()], DEPTH)
        return _by_kind((record, linked[record.id][0].kind) for record in due)

    def _is_article(self, entry: Entry) -> bool:
        """Return whether *entry* is an article of the portal: sitemaps list all pages, feeds those of others, too."""
        if not self._profile.owns(entry.url):
            self._crawl.counts["entries/foreign_host"] += 1
            return False
        if self._profile.article.url is None and entry.kind != "sitemap" and urlsplit(entry.url).path.strip("/"):
            return True
        if self._profile.is_article_url(entry.url):
            return True
        self._crawl.counts["entries/no_article"] += 1
        return False

    def _note(self, link: str, entry: Entry, record: Record | None) -> None:
        if record is None:
            self._crawl.counts["entries_new"] += 1
            published = entry.published.isoformat() if entry.published else None
            precision = entry.precision if published else None
            said = EntryRecord(self._profile.name, link, entry.kind, entry.title, published, precision)
            self._known.note_entry(said)
        if entry.updated is None:
            return
        moment = entry.updated.timestamp()
        self._moments[moment] += 1
        if record is not None and record.status == "stored" and moment > (record.first_stored or 0) - LAG:
            self._changed[link] = moment, entry.kind

    def changed(self) -> Due:
        """Return the known articles to visit now because they changed; to be called after all entries were added.

        A visit is due if the article is still of an age at which articles are visited, and was not visited for this
        change. If most entries changed at one moment, the times are ignored.
        """
        alike = max(self._moments.values(), default=0)
        if alike >= MIN_CHANGED and 2 * alike > self._moments.total():
            self._crawl.counts["entries/same_lastmod"] += len(self._changed)
            return {}
        due: list[Record] = []
        ids = list(self._changed)
        for at in range(0, len(ids), CHUNK):
            due += self._visit(ids[at : at + CHUNK])
        return _by_kind((record, self._changed[record.id][1]) for record in due)

    def _visit(self, ids: Sequence[str]) -> list[Record]:
        portal, now = self._profile.name, self._crawl.policy.started.timestamp()
        oldest_age = max(self._crawl.policy.portals[portal].recrawl_ages, default=0)
        said = self._known.entries(portal, ids)
        due: list[Record] = []
        for record in self._crawl.unit_of_work.records(portal, ids).values():
            moment, kind = self._changed[record.id]
            visited_for = said[record.id].updated if record.id in said else None
            if moment <= (visited_for or 0) or now - (record.first_stored or now) > oldest_age:
                continue
            self._known.note_entry(EntryRecord(portal, record.id, kind, updated=moment))
            record.next_visit = now
            self._crawl.unit_of_work.note(record)
            due.append(record)
        self._crawl.counts["entries_changed"] += len(due)
        return self._frontier.take(self._profile, due)


def _by_kind(due: Iterable[tuple[Record, Kind]]) -> Due:
    found: Due = {}
    for record, kind in due:
        found.setdefault(kind, []).append(record)
    return found


def _as_teaser(entry: Entry, url: str, article: str, portal: str, document: str) -> Teaser:
    """Return *entry* as a teaser for the frontier; it is not written to a feed."""
    date = entry.published or entry.last_change
    return Teaser(
        portal=portal,
        article_id=article,
        url=url,
        headline=entry.title,
        date_published=date.isoformat() if date else None,
        found_on=document,
    )

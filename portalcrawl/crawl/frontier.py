"""Decides which articles a run requests now; the state remembers every link."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, tzinfo
from time import time
from typing import TYPE_CHECKING

from portalcrawl import urls
from portalcrawl.crawl import outcomes
from portalcrawl.dates.resolve import is_utc
from portalcrawl.storage.packing import day_of
from portalcrawl.storage.records import Record, Wanted

if TYPE_CHECKING:
    from portalcrawl.crawl.crawl_state import CrawlState
    from portalcrawl.items import Teaser
    from portalcrawl.loaders.teaser import LinkedTeaser
    from portalcrawl.profiles.model import Profile

BATCH = 500
"""Pending articles per query of the state."""


class Frontier:
    """The links of one crawl."""

    def __init__(self, crawl: CrawlState, is_given_up: Callable[[Record], bool]) -> None:
        self._crawl = crawl
        self._is_given_up = is_given_up
        """Returns whether the run sends no more requests to an article's host."""
        self._policy = crawl.policy
        self._unit_of_work = crawl.unit_of_work
        self._now = time()  # with fractions, as due times have: articles due in this second are due
        self._today = day_of(self._now)
        self._zones: dict[str, tzinfo] = {}
        """Name of a portal -> time zone of its pages."""

    def expect(self, starts: Iterable[tuple[Profile, str]]) -> None:
        """Mark all start pages as requested: neither a teaser nor an earlier run's link requests them again."""
        expected: dict[str, dict[str, str]] = {}
        for profile, url in starts:
            canonical_url = urls.canonical_url(url, profile.hosts)
            expected.setdefault(profile.name, {})[canonical_url] = profile.article_id(canonical_url)
        for portal, by_rule in expected.items():
            for article in (by_rule | self._unit_of_work.ids_of(portal, by_rule.keys())).values():
                self._crawl.articles.of(portal, article).is_requested = True

    def start(self, profile: Profile, url: str) -> Record:
        """Return the record of a start page. The state gets it only if the page is an article."""
        canonical_url = urls.canonical_url(url, profile.hosts)
        ids = self._unit_of_work.ids_of(profile.name, [canonical_url])
        article = ids.get(canonical_url) or profile.article_id(canonical_url)
        known = self._unit_of_work.record(profile.name, article)
        return known or Record(profile.name, article, url, canonical_url, newest=self._now)

    def request(self, record: Record) -> None:
        """Mark the article as requested by this run."""
        self._crawl.articles.of(record.portal, record.id).is_requested = True

    def postpone(self, record: Record) -> None:
        """Leave an article that :meth:`add` returned to :meth:`pending`."""
        self._crawl.articles.of(record.portal, record.id).is_requested = False

    def is_conditional(self, record: Record) -> bool:
        """Return whether a known article is requested only if it has changed.

        Every other visit requests the whole page: some sites answer 304 although the page has changed.
        """
        ages = self._policy.portals[record.portal].recrawl_ages
        visits = sum((record.first_stored or 0) + age <= self._now for age in ages)
        return visits % 2 == 1

    def add(self, profile: Profile, teasers: Sequence[LinkedTeaser], depth: int) -> list[Record]:
        """Record the articles that *teasers* lead to, *depth* hops away, and return those to request now, in order."""
        wanted = self._wanted(profile)
        known = self._unit_of_work.records(profile.name, {each.link_id for each in teasers})
        due: list[Record] = []
        for each in teasers:
            record = known.get(each.link_id)
            if record is None:
                record = known[each.link_id] = self._new(profile, each, depth)
            elif depth < record.depth and record.status == "pending":
                record.depth = depth
                self._unit_of_work.note(record)
            elif record.seen < self._today:
                self._unit_of_work.note(record)  # so that it is not forgotten while pages link to it
            self._keep_headline(record, each.teaser)
            self._keep_url(profile, record, each.teaser.url)
            if self._is_due(record, wanted):
                self.request(record)
                record.url = each.teaser.url  # the URL that the portal links to now
                due.append(record)
        return due

    def take(self, profile: Profile, records: Iterable[Record]) -> list[Record]:
        """Return the *records* that are wanted, due and new to the run, and mark them as requested."""
        wanted = self._wanted(profile)
        due = [record for record in records if self._is_due(record, wanted)]
        for record in due:
            self.request(record)
        return due

    def _is_due(self, record: Record, wanted: Wanted) -> bool:
        return self._policy.follow and wanted.includes(record) and not self._crawl.articles.is_requested(record)

    def oldest_wanted(self, profile: Profile) -> float | None:
        """Return ``since`` in Unix seconds, in the portal's zone if it has none itself; None without ``since``."""
        return self._wanted(profile).since

    def _keep_headline(self, record: Record, teaser: Teaser) -> None:
        """Keep the headline under which a known article is teased: it identifies a text that was rewritten."""
        if not record.revision or not teaser.headline:
            return
        self._crawl.articles.of(record.portal, record.id).teaser_headline = teaser.headline
        if record.status != "stored" and record.headline != teaser.headline:
            record.headline = teaser.headline
            self._unit_of_work.note(record)

    def _keep_url(self, profile: Profile, record: Record, url: str) -> None:
        """Keep the URL at which the portal links to a known article now: its slug may follow the headline."""
        progress = self._crawl.articles.of(record.portal, record.id) if record.revision else None
        if progress is not None and progress.teaser_url is None and profile.owns(url):
            progress.teaser_url = url
            self.readdress(record)

    def readdress(self, record: Record) -> None:
        """Let a known article be requested at the URL of this run's first teaser of it.

        If its last URL led to nothing or to another article, the run requests it once more.
        """
        progress = self._crawl.articles.of(record.portal, record.id)
        if not record.revision or progress.teaser_url in (None, record.url):
            return
        record.url = progress.teaser_url
        if record.status in ("gone", "moved"):
            record.next_visit = 0.0
            progress.is_requested = False
        self._unit_of_work.note(record)

    def _new(self, profile: Profile, linked: LinkedTeaser, depth: int) -> Record:
        """Return the record of an article that is teased for the first time, after adding it to the unit of work."""
        teaser = linked.teaser
        published = datetime.fromisoformat(teaser.date_published).timestamp() if teaser.date_published else None
        record = Record(
            portal=profile.name,
            id=linked.link_id,
            url=teaser.url,
            canonical_url=teaser.url,
            depth=depth,
            found_on=teaser.found_on,
            headline=teaser.headline,
            newest=published or self._now,
        )
        if not profile.owns(teaser.url):
            outcomes.skipped(record, "foreign_host")
        elif published is not None and self.is_too_old(teaser.date_published):
            outcomes.too_old(record, published)
        if record.reason:
            self._crawl.counts[f"skipped/{record.reason}"] += 1
        self._unit_of_work.note(record)
        if not linked.is_likely:
            self._unit_of_work.note_addresses(profile.name, [teaser.url], record.id)
        return record

    def is_too_old(self, date_published: str | None) -> bool:
        """Return whether a publication time is known to be before ``since``.

        A naive ``since`` is compared with the local time of the date, which is written in the portal's zone.
        """
        since = self._policy.since
        if since is None or date_published is None:
            return False
        published = datetime.fromisoformat(date_published)
        return (published if since.tzinfo else published.replace(tzinfo=None)) < since

    def _wanted(self, profile: Profile) -> Wanted:
        since = self._policy.since
        if since is not None and since.tzinfo is None:
            since = since.replace(tzinfo=self._zones.get(profile.name, profile.zone))
        max_depth = self._policy.portals[profile.name].max_depth
        return Wanted(self._now, max_depth, since.timestamp() if since else None)

    def learn_zone(self, profile: Profile, zone: tzinfo, dates: Iterable[str | None]) -> None:
        """Keep the time zone in which a page of the portal gives its dates: *zone*, or if it is UTC, their offset."""
        if is_utc(zone):
            zone = next((datetime.fromisoformat(each).tzinfo or zone for each in dates if each), zone)
        if not is_utc(zone):
            self._zones[profile.name] = zone

    def _waits_for_zone(self, profile: Profile) -> bool:
        """Return whether a page must be read first to know which articles of the portal are too old."""
        is_naive = self._policy.since is not None and self._policy.since.tzinfo is None
        return is_naive and is_utc(profile.zone) and profile.name not in self._zones

    def pending(self, *, before_pages: bool = False) -> Iterator[Record]:
        """Yield the articles that earlier runs left and those that are due again, newest first, portal by portal.

        Articles on hosts that the run has given up are left to later runs.

        With *before_pages* (no page was read yet), portals whose time zone must be read from a page first are skipped.
        """
        if not self._policy.follow:
            return
        for portal in self._policy.portals.values():
            profile = portal.profile
            if before_pages and self._waits_for_zone(profile):
                continue
            after: Record | None = None
            wanted = self._wanted(profile)
            while batch := self._unit_of_work.due(profile.name, wanted, after, BATCH):
                after = batch[-1]
                for record in batch:
                    if not self._crawl.articles.is_requested(record) and not self._is_given_up(record):
                        yield record

"""Which links a run follows: the state remembers all of them, this decides which are fetched now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from portalcrawl import urls
from portalcrawl.crawl import outcomes
from portalcrawl.dates.resolve import is_utc
from portalcrawl.items import Teaser
from portalcrawl.profiles.model import Profile
from portalcrawl.storage.records import Record
from portalcrawl.storage.store import Wanted

if TYPE_CHECKING:
    from portalcrawl.runs.plan import Start
    from portalcrawl.runs.run import Run

BATCH = 500
"""Pending articles read from the state at a time."""


class Frontier:
    """The links of a run."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._requested: set[tuple[str, str]] = set()
        self._now = run.started.timestamp()
        self._since = run.plan.since(run.started)
        self.headlines: dict[tuple[str, str], str] = {}
        """Headlines of this run's teasers of known articles, by portal and id."""
        self._zones: dict[str, tzinfo] = {}
        """Zones that pages told, by the portal's name."""

    def expect(self, starts: Iterable[Start]) -> None:
        """Remember all start pages as asked for: no teaser and no earlier run that leads to one is followed as well."""
        expected: dict[str, dict[str, str]] = {}
        for start in starts:
            canonical_url = urls.canonical_url(start.url, start.profile.hosts)
            expected.setdefault(start.profile.name, {})[canonical_url] = start.profile.article_id(canonical_url)
        for portal, by_rule in expected.items():
            articles = by_rule | self._run.unit_of_work.ids_of(portal, by_rule.keys())
            self._requested.update((portal, article) for article in articles.values())

    def start(self, profile: Profile, url: str) -> Record:
        """Return the record of a start page, which is always fetched; it is noted only if it is an article."""
        canonical_url = urls.canonical_url(url, profile.hosts)
        ids = self._run.unit_of_work.ids_of(profile.name, [canonical_url])
        article = ids.get(canonical_url) or profile.article_id(canonical_url)
        known = self._run.unit_of_work.record(profile.name, article)
        return known or Record(profile.name, article, url, canonical_url, newest=self._now)

    def is_requested(self, record: Record) -> bool:
        """Tell whether this run has asked for the article already."""
        return (record.portal, record.id) in self._requested

    def request(self, record: Record) -> None:
        """Remember that the run asks for the article."""
        self._requested.add((record.portal, record.id))

    def is_conditional(self, record: Record) -> bool:
        """Tell whether a known article is asked for only if it has changed.

        Every other visit asks for the whole page: some sites say that nothing has changed when it has.
        """
        ages = self._run.settings.ages(self._run.plan.profiles[record.portal].recrawl_ages)
        visits = sum((record.first_stored or 0) + age <= self._now for age in ages)
        return visits % 2 == 1

    def postpone(self, record: Record) -> None:
        """Leave an article to :meth:`pending`."""
        self._requested.discard((record.portal, record.id))

    def found(
        self, profile: Profile, teasers: Sequence[Teaser], depth: int, likely: Collection[str] = ()
    ) -> list[Record]:
        """Note the articles that *teasers* lead to and return those to fetch now, in order; *depth* is theirs.

        What leads to a *likely* address is noted by the address, until the page has said which article it is.
        """
        unit_of_work = self._run.unit_of_work
        wanted = self._wanted(profile)
        ids = [profile.article_id(each.url) if each.url in likely else each.article_id for each in teasers]
        known = unit_of_work.records(profile.name, set(ids))
        due: list[Record] = []
        for teaser, article in zip(teasers, ids, strict=True):
            record = known.get(article)
            if record is None:
                record = known[article] = self._new(profile, teaser, article, depth)
                unit_of_work.note(record)
                if teaser.url not in likely:
                    unit_of_work.note_addresses(profile.name, [teaser.url], record.id)
            elif depth < record.depth and record.status == "pending":
                record.depth = depth
                unit_of_work.note(record)
            self._hear(record, teaser)
            if self._run.plan.arguments.follow and wanted.includes(record) and not self.is_requested(record):
                self.request(record)
                record.url = teaser.url  # the portal's newest word on where it is
                due.append(record)
        return due

    def _hear(self, record: Record, teaser: Teaser) -> None:
        """Keep what a teaser says of a known article: by that a text that was rewritten wholly is known for its own."""
        if not record.revision or not teaser.headline:
            return
        self.headlines[record.portal, record.id] = teaser.headline
        if record.status != "stored" and record.headline != teaser.headline:
            record.headline = teaser.headline
            self._run.unit_of_work.note(record)

    def _new(self, profile: Profile, teaser: Teaser, article: str, depth: int) -> Record:
        published = _seconds(teaser.date_published)
        record = Record(
            portal=profile.name,
            id=article,
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
            self._run.counts[f"skipped/{record.reason}"] += 1
        return record

    def is_too_old(self, date_published: str | None) -> bool:
        """Return whether a publication time is known to lie before what ``since`` asks for.

        A ``since`` without an offset is held against what the date itself says: it is written in the portal's zone.
        """
        since = self._since
        if since is None or date_published is None:
            return False
        published = datetime.fromisoformat(date_published)
        return (published if since.tzinfo else published.replace(tzinfo=None)) < since

    def _wanted(self, profile: Profile) -> Wanted:
        since = self._since
        if since is not None and since.tzinfo is None:
            since = since.replace(tzinfo=self._zones.get(profile.name, profile.zone))
        return Wanted(self._now, self._run.plan.max_depth(profile), since.timestamp() if since else None)

    def learn_zone(self, profile: Profile, zone: tzinfo, dates: Iterable[str | None]) -> None:
        """Remember the zone that a page of the portal reads its dates in: *zone*, else the offset that they have."""
        if is_utc(zone):
            zone = next((datetime.fromisoformat(each).tzinfo or zone for each in dates if each), zone)
        if not is_utc(zone):
            self._zones[profile.name] = zone

    def _waits_for_zone(self, profile: Profile) -> bool:
        """Return whether only a page can tell from when on articles of the portal are wanted."""
        is_local = self._since is not None and self._since.tzinfo is None
        return is_local and is_utc(profile.zone) and profile.name not in self._zones

    def pending(self, *, before_pages: bool = False) -> Iterator[Record]:
        """Yield what earlier runs left and what is due again, newest first, portal by portal.

        With *before_pages* (none was read yet) those portals are left out of which a page must be read first.
        """
        if not self._run.plan.arguments.follow:
            return
        for profile in self._run.plan.profiles.values():
            if before_pages and self._waits_for_zone(profile):
                continue
            after: Record | None = None
            wanted = self._wanted(profile)
            while batch := self._run.unit_of_work.due(profile.name, wanted, after, BATCH):
                after = batch[-1]
                yield from (record for record in batch if not self.is_requested(record))


def _seconds(moment: str | None) -> float | None:
    return datetime.fromisoformat(moment).timestamp() if moment else None

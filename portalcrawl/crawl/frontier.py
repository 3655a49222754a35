"""Which links a run follows: the state remembers all of them, this decides which are fetched now."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from portalcrawl import urls
from portalcrawl.crawl import outcomes
from portalcrawl.items import Teaser
from portalcrawl.portals.profile import Profile
from portalcrawl.state.records import Record
from portalcrawl.state.store import Wanted

if TYPE_CHECKING:
    from portalcrawl.runs.run import Run

BATCH = 500
"""Pending articles read from the state at a time."""


class Frontier:
    """The links of a run."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._requested: set[tuple[str, str]] = set()
        self._now = run.started.timestamp()

    def start(self, profile: Profile, url: str) -> Record:
        """Return the record of a start page, which is always fetched; it is noted only if it is an article.

        A teaser, or an earlier run, that leads to it is not followed as well.
        """
        canonical_url = urls.canonical_url(url, profile.hosts)
        ids = self._run.ledger.ids_of(profile.name, [canonical_url])
        article = ids.get(canonical_url) or profile.article_id(canonical_url)
        self._requested.add((profile.name, article))
        known = self._run.ledger.record(profile.name, article)
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
        ledger = self._run.ledger
        wanted = self._wanted(profile)
        ids = [profile.article_id(each.url) if each.url in likely else each.article_id for each in teasers]
        known = ledger.records(profile.name, set(ids))
        due: list[Record] = []
        for teaser, article in zip(teasers, ids, strict=True):
            record = known.get(article)
            if record is None:
                record = known[article] = self._new(profile, teaser, article, depth)
                ledger.note(record)
                if teaser.url not in likely:
                    ledger.note_addresses(profile.name, [teaser.url], record.id)
            elif depth < record.depth and record.status == "pending":
                record.depth = depth
                ledger.note(record)
            if self._run.plan.arguments.follow and wanted.holds(record) and not self.is_requested(record):
                self.request(record)
                record.url = teaser.url  # the portal's newest word on where it is
                due.append(record)
        return due

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
        elif published is not None and self.is_too_old(profile, teaser.date_published):
            outcomes.too_old(record, published)
        if record.reason:
            self._run.counts[f"skipped/{record.reason}"] += 1
        return record

    def is_too_old(self, profile: Profile, date_published: str | None) -> bool:
        """Tell whether a publication time is known to lie before what ``since`` asks for."""
        since = self._wanted(profile).since
        published = _seconds(date_published)
        return since is not None and published is not None and published < since

    def _wanted(self, profile: Profile) -> Wanted:
        plan = self._run.plan
        since = plan.since(profile, self._run.started)
        return Wanted(self._now, plan.max_depth(profile), since.timestamp() if since else None)

    def pending(self) -> Iterator[Record]:
        """Yield what earlier runs left and what is due again, newest first, portal by portal."""
        if not self._run.plan.arguments.follow:
            return
        for profile in self._run.plan.profiles.values():
            after: Record | None = None
            wanted = self._wanted(profile)
            while batch := self._run.ledger.due(profile.name, wanted, after, BATCH):
                after = batch[-1]
                yield from (record for record in batch if not self.is_requested(record))


def _seconds(moment: str | None) -> float | None:
    return datetime.fromisoformat(moment).timestamp() if moment else None

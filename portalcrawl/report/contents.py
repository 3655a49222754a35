"""Gathers the contents of the report from the state and the published feeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from portalcrawl.feeds.store.published import FeedDamagedError, PublishedFeed, PublishedFeeds
from portalcrawl.report.article_cache import ARTICLES, article_cache
from portalcrawl.report.article_table import ALL, ArticleTable, FirstSource, LinkedArticle
from portalcrawl.report.run_totals import AllRuns, TimeScale, of_portal
from portalcrawl.storage.run_history import PastRun, RunHistory

LISTED = 40
"""Rows of the longer tables."""
PAST = timedelta(days=30)
"""Length of time before the period that a portal is compared with."""
RUN_ID = "%Y%m%dT%H%M%SZ"
FIRST_ID, LAST_ID = "0", "9999"
DIMENSIONS = ("section", "source", "agency")


@dataclass(frozen=True, slots=True)
class Period:
    """The period and portal of the report. Times are UTC."""

    since: datetime | None
    until: datetime
    portal: str | None


@dataclass(slots=True)
class Contents:
    """All data on the page. Data by portal has all portals together under the key ALL."""

    period: Period
    first: datetime
    """Start of the charts over time: of the period if it has one, else of the first run. UTC."""
    last: datetime
    """End of the charts over time: of the period if it has one, else the start of the last run. UTC."""
    runs: AllRuns
    numbers: Mapping[str, tuple[int, int]]
    """Portal -> number of new articles, number of later revisions."""
    dimensions: Mapping[str, Mapping[str, Mapping[str, int]]]
    """``section``, ``source`` or ``agency`` -> portal -> value -> number of articles."""
    hours: Mapping[str, Mapping[str, int]]
    days: Mapping[str, Mapping[str, int]]
    changed: Mapping[str, Mapping[str, int]]
    lags: Mapping[str, Sequence[int]]
    quantiles: Mapping[str, tuple[float, float]]
    copies: Mapping[str, tuple[int, int]]
    first_sources: Sequence[FirstSource]
    newest: Sequence[LinkedArticle]
    most_revised: Sequence[LinkedArticle]
    most_copied: Sequence[LinkedArticle]
    problems: list[str] = field(default_factory=list)
    """One line for each published file that could not be read."""

    @property
    def portals(self) -> list[str]:
        """The names of the portals, those with most articles first."""
        names = {name for name in (*self.numbers, *self.runs.totals) if name != ALL}
        return sorted(names, key=lambda name: (-sum(self.numbers.get(name, (0, 0))), name))


def gather(feeds: PublishedFeeds, history: RunHistory, data_dir: Path, period: Period) -> Contents:
    """Return the contents of the report on *period*; the cache of articles is in *data_dir*."""
    problems: list[str] = []
    published = _article_feeds(feeds, problems)
    since = f"{period.since:{RUN_ID}}" if period.since else FIRST_ID
    oldest = history.first()
    first = period.since or (_started(oldest) if oldest else period.until)
    runs = AllRuns(TimeScale.of(period.until - first))
    runs.add(of_portal(history.between(since, LAST_ID), period.portal))
    if period.since:
        before = f"{period.since - PAST:{RUN_ID}}"
        runs.add_past(of_portal(history.between(before, since), period.portal))
    first_file = f"{ARTICLES}-{since}"
    needed = [feed for feed in published if feed.file >= first_file and period.portal in (None, *feed.portals)]
    with article_cache(data_dir, feeds, published, needed, problems) as connection:
        table = ArticleTable.of_period(connection, first_file, period.portal)
        return Contents(
            period=period,
            first=first,
            last=_started(runs.last[0]) if runs.last and period.since is None else period.until,
            runs=runs,
            numbers=table.numbers(),
            dimensions={name: table.by(name) for name in DIMENSIONS},
            hours=table.by_hour(),
            days=table.by_day(),
            changed=table.by_changed_field(),
            lags=table.lags(),
            quantiles=table.lag_quantiles(),
            copies=table.copies(),
            first_sources=table.first_sources(LISTED),
            newest=table.newest(LISTED),
            most_revised=table.most_revised(LISTED // 2),
            most_copied=table.most_copied(LISTED // 2),
            problems=problems,
        )


def _started(run: PastRun) -> datetime:
    return datetime.fromisoformat(run.started).astimezone(UTC)


def _article_feeds(feeds: PublishedFeeds, problems: list[str]) -> list[PublishedFeed]:
    """Return the article feeds in all manifests; unreadable manifests are added to *problems*."""
    found: list[PublishedFeed] = []
    for run in feeds.runs():
        try:
            found += [feed for feed in feeds.manifest(run).feeds if feed.kind == ARTICLES]
        except FeedDamagedError as error:
            problems.append(str(error))
    return found

"""Totals of the runs in a period, added up from the state's table of runs, one run at a time."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import median

from portalcrawl.report.article_table import ALL
from portalcrawl.storage.run_history import PastRun

REASONS = ("failed/", "skipped/", "invalid/", "needs_browser/")
"""Prefixes of the counts of pages and records that were left out, by reason."""
START_ARGUMENTS = ("url", "urls_file", "query", "pages")
START_COUNTS = ("start_pages", "start_articles", "start_pages_failed", "start_pages_waiting", "start_links")
LAST_RUNS = 30
"""Number of runs in the report's list."""
FEWEST = 12
"""Least number of parts of a period in a chart."""
HOURS, DAYS = timedelta(days=2), timedelta(days=100)
"""Up to these lengths, a period is shown by hours or by days; longer ones by months."""


@dataclass(frozen=True, slots=True)
class TimeScale:
    """Division of a period for charts."""

    unit: str
    """``hour``, ``day`` or ``month``."""

    @classmethod
    def of(cls, length: timedelta) -> TimeScale:
        """Return the scale for a period of *length*."""
        return cls("hour" if length <= HOURS else "day" if length <= DAYS else "month")

    def label(self, moment: datetime) -> str:
        """Return the label of the part that contains *moment*."""
        return moment.strftime({"hour": "%Y-%m-%d %H:00", "day": "%Y-%m-%d", "month": "%Y-%m"}[self.unit])

    def labels(self, first: datetime, last: datetime) -> list[str]:
        """Return the labels of all parts from *first* to *last*; if fewer than FEWEST, also of earlier parts."""
        step = timedelta(hours=1) if self.unit == "hour" else timedelta(days=1)
        found: dict[str, None] = {}
        moment = min(first, last - (FEWEST - 1) * step)
        while moment < last:
            found[self.label(moment)] = None
            moment += step
        found[self.label(last)] = None
        return list(found)


@dataclass(slots=True)
class RunTotals:
    """Totals of the runs of one portal, or of all."""

    runs: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    """Total duration of the runs."""
    found: dict[str, Counter[str]] = field(default_factory=dict)
    """Part of the period -> number of articles and of teasers."""
    starts: Mapping[str, str] | None = None
    """Arguments with the start pages whose coverage is shown: those of the newest run that read a list."""
    coverage: array[int] = field(default_factory=lambda: array("q"))
    """Number of articles on these start pages in each run, newest run first."""
    past_coverage: array[int] = field(default_factory=lambda: array("q"))
    """The same for runs before the period."""
    last_finished: str = ""

    def add(self, run: PastRun, scale: TimeScale) -> None:
        """Count a run of the period."""
        self.runs += 1
        self.verdicts[run.verdict or "unfinished"] += 1
        self.counts.update(run.counts)
        started = _moment(run.started)
        if run.finished:
            self.seconds += (_moment(run.finished) - started).total_seconds()
            self.last_finished = max(self.last_finished, run.finished)
            if (shown := coverage_of(run)) is not None:
                self.starts = starts_of(run) if self.starts is None else self.starts
                if self.starts == starts_of(run):
                    self.coverage.append(shown)
        part = self.found.setdefault(scale.label(started), Counter())
        for kind in ("articles", "teasers"):
            part[kind] += run.counts.get(kind, 0)

    def reasons(self) -> list[tuple[str, str, int]]:
        """Return why pages or records were left out, most frequent first: kind of event, reason, count."""
        found = [
            (prefix.rstrip("/").replace("_", " "), name.removeprefix(prefix), number)
            for name, number in self.counts.items()
            for prefix in REASONS
            if name.startswith(prefix)
        ]
        return sorted(found, key=lambda each: (-each[2], each[1]))

    def usual_coverage(self) -> float | None:
        """Return the median coverage before the period, else of all runs but the newest; None without any."""
        past = self.past_coverage or self.coverage[1:]
        return float(median(past)) if past else None


def coverage_of(run: PastRun) -> int | None:
    """Return the number of articles on the start pages of a run; None if it read no list.

    A start page that is an article itself says nothing about how well the portal is covered.
    """
    pages, articles, failed, waiting, links = (run.counts.get(name, 0) for name in START_COUNTS)
    has_read_a_list = pages > articles + failed + waiting or (links and not articles)
    return links if has_read_a_list else None


def starts_of(run: PastRun) -> dict[str, str]:
    """Return the arguments of a run that determine its start pages."""
    return {name: run.arguments[name] for name in START_ARGUMENTS if name in run.arguments}


@dataclass(slots=True)
class AllRuns:
    """Totals of the runs of a period, by portal and together."""

    scale: TimeScale
    totals: dict[str, RunTotals] = field(default_factory=dict)
    last: list[PastRun] = field(default_factory=list)
    """The last runs, newest first."""

    def add(self, runs: Iterable[PastRun]) -> None:
        """Count *runs*, newest first."""
        for run in runs:
            for portal in (" ".join(run.portals), ALL):
                self.totals.setdefault(portal, RunTotals()).add(run, self.scale)
            if len(self.last) < LAST_RUNS:
                self.last.append(run)

    def add_past(self, runs: Iterable[PastRun]) -> None:
        """Add the coverage of *runs*, which are before the period."""
        for run in runs:
            totals = self.totals.get(" ".join(run.portals))
            if totals is None or not run.finished or totals.starts != starts_of(run):
                continue
            if (shown := coverage_of(run)) is not None:
                totals.past_coverage.append(shown)


def of_portal(runs: Iterable[PastRun], portal: str | None) -> Iterator[PastRun]:
    """Yield those of *runs* that crawled *portal*; all if it is None."""
    return (run for run in runs if portal is None or portal in run.portals)


def _moment(time: str) -> datetime:
    return datetime.fromisoformat(time).astimezone(UTC)

"""Figures from the state: runs, verdicts, articles, failures, the queue of links."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from threading import Lock
from time import monotonic, time

from sqlalchemy import Engine

from portalcrawl.metrics.figures import Figure
from portalcrawl.storage.database import StateFile, database_errors_as
from portalcrawl.storage.maintenance import Maintenance
from portalcrawl.storage.read_only import reading_engine
from portalcrawl.storage.run_history import PastRun, RunHistory

GOOD = ("ok", "warning")
COUNTED = {
    "articles": "Articles written, revisions included",
    "teasers": "States of teasers written",
    "pages": "Pages read",
    "pages_failed": "Pages that failed",
}
"""Counts of runs that become counters by portal; ``failed/<reason>`` becomes a counter by portal and reason."""
FAILED = "failed/"
QUEUE_AGE = 30.0
"""Seconds for which the numbers of articles are cached: counting a million takes a tenth of a second."""


class StateFigures:
    """Reads the state at *url* at each call. Totals of runs are kept, so that a scrape reads only new runs."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = Lock()
        self._engine: Engine | None = None
        self._file: StateFile | None = None
        self._runs = RunTally()
        self._articles: dict[tuple[str, ...], int] = {}
        self._next_count = 0.0

    def __call__(self) -> Iterable[Figure]:
        """Return the current figures; none if there is no state yet.

        :raises DataFolderError: if the state can't be read.
        """
        with self._lock:
            file = StateFile.now(self._url)
            if file.path is not None and file.identity is None:
                return []
            if self._engine is None or file != self._file:  # created or replaced since the last call
                self._engine, self._file = reading_engine(self._url), file
                self._runs, self._next_count = RunTally(), 0.0
            with database_errors_as("the state can't be read"):
                self._runs.count_new(RunHistory(self._engine))
                return [*self._runs.figures(), self._of_articles(Maintenance(self._engine))]

    def _of_articles(self, maintenance: Maintenance) -> Figure:
        """Return the number of articles by status; pending ones are the queue of links."""
        if monotonic() >= self._next_count:
            self._articles = maintenance.numbers()
            self._next_count = monotonic() + QUEUE_AGE
        what = "Articles that the state knows; those that are pending are the queue"
        figure = Figure("portalcrawl_known_articles", what, "gauge", ("portal", "status"))
        figure.add_all(self._articles)
        return figure


class RunTally:
    """Totals of the runs that have ended."""

    def __init__(self) -> None:
        self._until = ""
        """Time at which the last counted run ended."""
        self._at_until: set[str] = set()
        """Ids of the counted runs that ended at that time."""
        self._verdicts: Counter[tuple[str, ...]] = Counter()
        self._counts: dict[str, Counter[tuple[str, ...]]] = {name: Counter() for name in COUNTED}
        self._failures: Counter[tuple[str, ...]] = Counter()
        self._last: dict[str, PastRun] = {}
        self._last_good: dict[str, float] = {}

    def count_new(self, history: RunHistory) -> None:
        """Count the runs that have ended since the last call."""
        for run in history.finished_since(self._until):
            finished = run.finished or ""
            if finished != self._until:
                self._until, self._at_until = finished, set()
            if run.run not in self._at_until:
                self._at_until.add(run.run)
                self._count(run)

    def _count(self, run: PastRun) -> None:
        verdict = run.verdict or "unknown"
        for portal in run.portals:
            self._verdicts[portal, verdict] += 1
            self._last[portal] = run
            if verdict in GOOD and run.finished:
                self._last_good[portal] = datetime.fromisoformat(run.finished).timestamp()
        portals = " ".join(run.portals)
        for name, number in run.counts.items():
            if name in COUNTED:
                self._counts[name][portals,] += number
            elif name.startswith(FAILED):
                self._failures[portals, name.removeprefix(FAILED)] += number

    def figures(self) -> Iterator[Figure]:
        """Yield the figures. The label of a run over several portals has all their names, except for its verdict."""
        runs = Figure("portalcrawl_runs_total", "Runs that ended", "counter", ("portal", "verdict"))
        runs.add_all(self._verdicts)
        yield runs
        for name, what in COUNTED.items():
            figure = Figure(f"portalcrawl_{name}_total", what, "counter", ("portal",))
            figure.add_all(self._counts[name])
            yield figure
        failures = Figure("portalcrawl_failures_total", "Pages that failed", "counter", ("portal", "reason"))
        failures.add_all(self._failures)
        yield failures
        yield from self._of_last_runs(time())

    def _of_last_runs(self, now: float) -> Iterator[Figure]:
        what = "Age of the last run that did not fail"
        age = Figure("portalcrawl_last_good_run_age_seconds", what, "gauge", ("portal",))
        what = "Verdict of the last run: 0 ok, 1 warning, 2 failed"
        level = Figure("portalcrawl_last_run_level", what, "gauge", ("portal",))
        for portal, run in self._last.items():
            level.add(level_number(run.verdict), portal)
            if portal in self._last_good:
                age.add(max(0.0, now - self._last_good[portal]), portal)
        yield from (age, level)


def entry_figures(entries: Iterable[tuple[str, str, float | None]], now: float) -> list[Figure]:
    """Return the figures on the health of schedule entries.

    :param entries: name, level, and when the last run that did not fail ended (Unix seconds; None without one).
    """
    level = Figure("portalcrawl_entry_level", "0 ok or new, 1 warning, 2 failed or overdue", "gauge", ("entry",))
    what = "Age of the entry's last run that did not fail"
    age = Figure("portalcrawl_entry_last_good_run_age_seconds", what, "gauge", ("entry",))
    for name, found, last_good in entries:
        level.add(0 if found == "new" else level_number(found), name)
        if last_good is not None:
            age.add(max(0.0, now - last_good), name)
    return [level, age]


def level_number(verdict: str | None) -> int:
    """Return 0 for the verdict or level ``ok``, 1 for ``warning``, 2 for any other."""
    return {"ok": 0, "warning": 1}.get(verdict or "", 2)

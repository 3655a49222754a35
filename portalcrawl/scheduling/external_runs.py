"""Reads runs from state and nodes: those that the schedule did not start, and the results of its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress

from portalcrawl.errors import DataFolderError, UsageError
from portalcrawl.runs.plan import make_plan
from portalcrawl.runs.published_line import RunResult
from portalcrawl.runs.run_names import job_suffix
from portalcrawl.runs.run_settings import RunSettings
from portalcrawl.scheduling.job_store import JobStore
from portalcrawl.scheduling.nodes import Answers
from portalcrawl.storage.database import IN_MEMORY, StateFile
from portalcrawl.storage.read_only import reading_engine
from portalcrawl.storage.run_history import PastRun, RunHistory


class ExternalRuns:
    """Runs in the data folder's state and jobs on the nodes, including those that the schedule did not start."""

    def __init__(self, store: JobStore, settings: RunSettings) -> None:
        self._store = store
        self._settings = settings
        self._history: RunHistory | None = None
        self._file: StateFile | None = None
        """The file that ``_history`` reads; kept to notice when the file is replaced."""

    def busy_with(self, portals: Collection[str], answers: Answers) -> str | None:
        """Return the id of a queued or running job on one of *portals* that the schedule did not start."""
        listed = {job: each for answer in answers.values() for job, each in (answer or {}).items()}
        external = {job for job, each in listed.items() if each.state != "finished"}
        external -= self._store.known(external)
        for job in sorted(external):
            if listed[job].state == "pending" and set(portals) & self._portals(listed[job].arguments):
                return job
        if not external:
            return None
        # Scrapyd does not list the arguments of running jobs; their portals are known from the state.
        ends = tuple(f"-{job}" for job in external)
        return next((run.run for run in self.unfinished(portals) if run.run.endswith(ends)), None)

    def _portals(self, arguments: Mapping[str, str]) -> set[str]:
        with suppress(UsageError):
            return set(make_plan(arguments, self._settings.profiles).profiles)
        return set()

    def unfinished(self, portals: Collection[str]) -> list[PastRun]:
        """Return the unfinished runs on any of *portals* in the data folder's state."""
        with suppress(DataFolderError):
            if history := self._open():
                return history.unfinished(portals)
        return []

    def result_of(self, job: str) -> RunResult | None:
        """Return the result of a job from the data folder's state; None if it has none."""
        with suppress(DataFolderError):
            if (history := self._open()) and (run := history.of_job(job_suffix(job))) and run.finished:
                return RunResult(run.run, run.verdict or "", run.reasons, run.counts)
        return None

    def last_finished(self, portal: str) -> PastRun | None:
        """Return the last finished run of only *portal* in the data folder's state; None if there is none."""
        with suppress(DataFolderError):
            if history := self._open():
                return next(iter(history.last_finished(portal, 1)), None)
        return None

    def is_of_schedule(self, run: PastRun) -> bool:
        """Return whether the schedule started a run."""
        return bool(self._store.known([run.run.partition("Z-")[2]]))

    def _open(self) -> RunHistory | None:
        url = self._settings.state_url
        file = StateFile.now(url)
        if url == IN_MEMORY or (file.path and not file.path.exists()):
            return None
        if self._history is None or self._file != file:
            self._history, self._file = RunHistory(reading_engine(url)), file
        return self._history

"""Resources held while a run lasts: its locks, the embedded portal, the run itself."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import time
from typing import TYPE_CHECKING, Self, TypeVar

from portalcrawl.errors import DataFolderError, RunTooLateError
from portalcrawl.runs.locks import PortalLocks
from portalcrawl.runs.plan import Plan
from portalcrawl.runs.run import Folders, Run, State, open_run, open_state
from portalcrawl.runs.run_settings import RunSettings
from portalcrawl.storage.database import IN_MEMORY
from portalcrawl.storage.leases import PortalLeases
from portalcrawl.storage.state_reader import OUTAGE, patiently

if TYPE_CHECKING:
    from portalcrawl.demo import SamplePortal

EMBEDDED_PORT = 8998
T = TypeVar("T")


class RunSession:
    """Holds the locks of a run and serves the embedded portal if the plan asks for it."""

    def __init__(self, plan: Plan, settings: RunSettings) -> None:
        self.plan = plan
        self.settings = settings
        self.run: Run | None = None
        self._stack = ExitStack()

    def open(self) -> Run:
        """Take the locks and begin the run; raise PortalcrawlError if that is impossible."""
        self._check_time()
        with ExitStack() as stack:
            folders = Folders.make(self.settings)
            state = self._hold_portals(folders, stack)
            if self.plan.embedded:
                self.plan = self.plan.served_at(stack.enter_context(_embedded_portal()).url)
            try:
                self.run = self._patiently(lambda: open_run(self.plan, self.settings, folders, state))
            except OSError as error:
                problem = f"the data folder {folders.data} can't be used"
                raise DataFolderError(f"{problem}: {error.strerror} ({error.filename})") from None
            stack.callback(self.run.close)
            self._stack = stack.pop_all()
        return self.run

    def open_temporary(self) -> None:
        """Begin a run that leaves nothing behind: its state is in memory, its folder a temporary one."""
        with ExitStack() as stack:
            folder = Path(stack.enter_context(TemporaryDirectory()))
            settings = self._temporary_settings(folder)
            folders = Folders.make(settings)
            state = State.of(*open_state(settings, folders), PortalLocks(folders.locks, ()))
            self.run = open_run(self.plan, settings, folders, state)
            stack.callback(self.run.close)
            self._stack = stack.pop_all()

    def _hold_portals(self, folders: Folders, stack: ExitStack) -> State:
        """Take the portals until *stack* is closed: by file locks, or by leases in a state that machines share."""
        settings, names = self.settings, self.plan.profiles
        if not settings.shares_state:  # the lock comes first: another run may be making the file
            locks = PortalLocks(folders.locks, names)
            locks.acquire(settings.lock_wait)
            stack.callback(locks.release)
            return State.of(*open_state(settings, folders), locks)
        file, engine = self._patiently(lambda: open_state(settings, folders))
        stack.callback(engine.dispose)
        leases = PortalLeases(engine, names, settings.lease_seconds)
        stack.callback(_release, leases)
        self._patiently(lambda: leases.acquire(settings.lock_wait))
        return State.of(file, engine, leases)

    def _temporary_settings(self, folder: Path) -> RunSettings:
        feeds_url = str(folder / "feeds")
        return replace(self.settings, state_url=IN_MEMORY, jsonl_feeds=False, data_dir=folder, feeds_url=feeds_url)

    def _patiently(self, work: Callable[[], T]) -> T:
        """Return what *work* returns; while a state's server can't be reached, try again for OUTAGE seconds."""
        return patiently(work, OUTAGE if self.settings.shares_state else 0.0)

    def _check_time(self) -> None:
        limit = self.settings.not_after
        if limit is not None and time() > limit:
            wanted = datetime.fromtimestamp(limit, UTC)
            raise RunTooLateError(f"the run should have begun by {wanted:%Y-%m-%d %H:%M:%S} UTC; nothing was done")

    def close(self) -> None:
        """Release everything; may be called twice."""
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def _release(leases: PortalLeases) -> None:
    """Release *leases*; if the state can't be reached, they expire later."""
    with suppress(DataFolderError):
        leases.release()


def _embedded_portal() -> SamplePortal:
    """Return the embedded portal at its usual port, or at a free one if that is in use."""
    from portalcrawl.demo import SamplePortal  # here, since only this portal needs it: Jinja2 takes 50 ms of CPU

    try:
        return SamplePortal(port=EMBEDDED_PORT)
    except OSError:
        return SamplePortal(port=0)

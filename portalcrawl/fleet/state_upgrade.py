"""Migrates a fleet's state once no worker of an older version is alive, as its runs would fail."""

from __future__ import annotations

from portalcrawl.fleet.database import Database
from portalcrawl.fleet.worker_store import WorkerStore
from portalcrawl.storage.database import StateBusyError, open_database, state_version
from portalcrawl.storage.tables import VERSION


def migrate_state(url: str) -> str | None:
    """Create or migrate the state's tables; return why they can't be migrated now, None if they are up to date.

    The fleet's own tables must exist. A worker is recorded only once the state has its version, so live workers beside
    an older state are of an older version.

    :raises DataFolderError: if the database can't be used, or the state was written by a newer version.
    """
    version = state_version(url)
    if version == VERSION:
        return None
    if version is not None and version < VERSION:
        older = [worker.name for worker in WorkerStore(Database(url)).all() if worker.alive]
        if older:
            return f"the state has version {version}, and workers of an older portalcrawl are alive: {', '.join(older)}"
    try:
        open_database(url).dispose()
    except StateBusyError as error:  # also while another worker migrates it
        return str(error)
    return None

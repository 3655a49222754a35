"""The state of a fleet is migrated when no worker of an older version is alive: its runs could not go on."""

from __future__ import annotations

from portalcrawl.fleet.database import Database
from portalcrawl.fleet.worker_store import WorkerStore
from portalcrawl.storage.database import StateBusyError, open_database, state_version
from portalcrawl.storage.tables import VERSION


def migrate_state(url: str) -> str | None:
    """Make the state's tables, or migrate them; return why they can't be migrated now, None where they are up to date.

    The fleet's own tables must be there. Workers are not recorded before the state has their version, so those that are
    alive beside an older state are of an older version.

    :raises DataFolderError: where the database can't be used, or the state was written by a newer version.
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

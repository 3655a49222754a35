"""Leases: of all machines that share a state, only one run at a time may commit items of a portal.

A run that takes a portal increments the epoch of its lease. Every commit renews the lease in its own transaction,
provided that the epoch is still the run's: a run that was frozen or cut off for longer than the lease, and lost the
portal to another run, can't write any more. Times are by the database's clock.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterable
from time import monotonic, sleep

from sqlalchemy import Connection, Engine, text

from portalcrawl.errors import LeaseLostError, RunLockedError
from portalcrawl.storage import postgresql
from portalcrawl.storage.database import WAIT_OPTION, StateBusyError, read_connection, write_transaction
from portalcrawl.storage.postgresql import NOW

POLL_INTERVAL = 0.25
"""Seconds between two attempts to take a lease that another run holds."""
STUCK = 5
"""Seconds beyond IDLE_IN_TRANSACTION after which a transaction that holds a lease's row is stuck."""
RENEWALS = 3
"""How often a lease is renewed within its duration."""

TAKE = text(f"""
INSERT INTO leases AS held (portal, epoch, run, holder, expires, commits)
VALUES (:portal, 1, NULL, :holder, {NOW} + :seconds, 0)
ON CONFLICT (portal) DO UPDATE
SET epoch = held.epoch + 1, run = NULL, holder = excluded.holder, expires = {NOW} + :seconds, commits = 0
WHERE held.expires IS NULL OR held.expires < {NOW} OR held.holder = excluded.holder
RETURNING epoch
""")
HOLDER = text("SELECT run, holder FROM leases WHERE portal = :portal")
COMMIT = text(f"""
UPDATE leases SET expires = {NOW} + :seconds, commits = commits + 1, run = :run
WHERE portal = :portal AND epoch = :epoch
RETURNING commits
""")
RENEW = text(f"UPDATE leases SET expires = {NOW} + :seconds WHERE portal = :portal AND epoch = :epoch")
ABANDONED = text(f"""
SELECT runs.run FROM runs WHERE runs.finished IS NULL
AND NOT EXISTS (SELECT FROM leases WHERE leases.run = runs.run AND leases.expires > {NOW})
ORDER BY runs.run
""")
END_STUCK = text(f"""
SELECT pg_terminate_backend(activity.pid)
FROM leases
JOIN pg_locks AS held ON held.locktype = 'transactionid' AND held.granted AND held.transactionid = leases.xmax
JOIN pg_stat_activity AS activity ON activity.pid = held.pid AND activity.usename = current_user
WHERE leases.portal = :portal AND leases.expires < {NOW}
AND EXTRACT(EPOCH FROM activity.xact_start) < {NOW} - :seconds
""")
"""Ends sessions whose transaction has locked an expired lease for some time. The xmax of a row is the transaction that
changes it (PostgreSQL, "System Columns")."""
RELEASE = text("UPDATE leases SET expires = NULL, run = NULL WHERE portal = :portal AND epoch = :epoch")


def abandoned_runs(engine: Engine) -> list[str]:
    """Return the runs that have begun and not ended, and whose lease has expired: those that died, or are frozen."""
    with read_connection(engine) as connection:
        return [row.run for row in connection.execute(ABANDONED)]


class PortalLeases:
    """The leases of a run's portals, in a state on PostgreSQL."""

    def __init__(self, engine: Engine, portals: Iterable[str], seconds: float) -> None:
        self._engine = engine
        # Sorted: transactions that lock the same rows lock them in the same order, and so never wait for each other.
        self._portals = sorted(portals)
        self._seconds = seconds
        self._epochs: dict[str, int] = {}
        # Unique, so that it can take leases that it holds already: the outcome of its last attempt may be unknown.
        self._holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._made = 0
        """Commits of this epoch that are known to have been made."""
        self._attempt = 0
        """Number of the commit under way, or of the last one, whose outcome may be unknown."""
        self._renewed = 0.0
        self.run: str | None = None
        """Id of the run that holds the leases, once it has one."""

    def others(self, portals: Iterable[str]) -> PortalLeases:
        """Return the leases of other *portals*, not taken yet."""
        return PortalLeases(self._engine, portals, self._seconds)

    def acquire(self, wait: float) -> None:
        """Take all leases, or none.

        :raises RunLockedError: after *wait* seconds.
        :raises DataFolderError: if the state can't be used.
        """
        end = monotonic() + wait
        while (held := self._take()) is not None:
            if monotonic() >= end:
                hint = f"waited {wait:g} s" if wait else "RUN_LOCK_WAIT=SECONDS waits for it"
                raise RunLockedError(f"the portal {held} is locked by another run; {hint}")
            sleep(min(POLL_INTERVAL, max(0.0, end - monotonic())))

    def _take(self) -> str | None:
        """Take all leases and return None, or take none and return a portal whose lease is held, and by whom."""
        patience = postgresql.IDLE_IN_TRANSACTION + STUCK
        try:
            return self._take_now(self._engine.execution_options(**{WAIT_OPTION: patience}))
        except StateBusyError:
            self._end_stuck(patience)
            return self._take_now(self._engine)

    def _end_stuck(self, seconds: float) -> None:
        """End transactions that have locked an expired lease of these portals for *seconds*.

        The server does not count one as idle whose client was frozen, or vanished, while it was sending a statement.
        """
        with write_transaction(self._engine) as connection:
            for portal in self._portals:
                connection.execute(END_STUCK, {"portal": portal, "seconds": seconds})

    def _take_now(self, engine: Engine) -> str | None:
        epochs: dict[str, int] = {}
        with write_transaction(engine) as connection:
            for portal in self._portals:
                values = {"portal": portal, "holder": self._holder, "seconds": self._seconds}
                epoch = connection.scalar(TAKE, values)
                if epoch is None:
                    run, holder = connection.execute(HOLDER, {"portal": portal}).one()
                    connection.rollback()
                    return f"{portal} (run {run or 'about to begin'} on {holder})"
                epochs[portal] = epoch
        self._epochs, self._made, self._attempt, self._renewed = epochs, 0, 0, monotonic()
        return None

    def check(self, connection: Connection) -> bool:
        """Renew the leases in the transaction of *connection*, which excludes other transactions on these portals.

        Return whether the previous commit was made, if its outcome was unknown because the connection broke.

        :raises LeaseLostError: if another run has taken a portal over.
        """
        number = 0
        for portal, epoch in self._epochs.items():
            values = {"portal": portal, "epoch": epoch, "seconds": self._seconds, "run": self.run}
            found = connection.scalar(COMMIT, values)
            if found is None:
                raise self._lost(portal)
            number = number or found
        was_made = self._attempt > self._made and number > self._attempt
        self._made, self._attempt = number - 1, number
        return was_made

    def committed(self) -> None:
        """Note that the transaction of the last :meth:`check` has succeeded."""
        self._made, self._renewed = self._attempt, monotonic()

    def renew(self) -> None:
        """Renew the leases if a third of their time has passed since they were.

        :raises LeaseLostError: if another run has taken a portal over.
        :raises StateBusyError: if the state can't be reached now.
        """
        if not self._epochs or monotonic() - self._renewed < self._seconds / RENEWALS:
            return
        with write_transaction(self._engine) as connection:
            for portal, epoch in self._epochs.items():
                values = {"portal": portal, "epoch": epoch, "seconds": self._seconds}
                if not connection.execute(RENEW, values).rowcount:
                    raise self._lost(portal)
        self._renewed = monotonic()

    def release(self) -> None:
        """Release the leases that are still this run's.

        :raises DataFolderError: if the state can't be used; the leases then expire by themselves.
        """
        epochs, self._epochs = self._epochs, {}
        if not epochs:
            return
        with write_transaction(self._engine) as connection:
            for portal, epoch in epochs.items():
                connection.execute(RELEASE, {"portal": portal, "epoch": epoch})

    def _lost(self, portal: str) -> LeaseLostError:
        return LeaseLostError(
            f"the lease of the portal {portal} is lost: it was not renewed for {self._seconds:g} s (LEASE_SECONDS), "
            "and another run has taken the portal over"
        )

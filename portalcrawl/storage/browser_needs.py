"""Which types of pages of a portal needed a browser, so that the next ones are rendered at once."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select

from portalcrawl.storage.state_reader import StateReader
from portalcrawl.storage.tables import meta
from portalcrawl.storage.upsert import upsert

STREAK = select(meta.c.value).where(meta.c.key == bindparam("key"))
MIN_STREAK = 3
"""Pages in a row that must have needed a browser before the next ones are rendered at once."""
RECHECK_INTERVAL = 10
"""One in this many pages is fetched without a browser, to see whether it still needs one."""


class BrowserNeeds:
    """Counts how many pages in a row needed a browser, per portal and type of page; stored in the table ``meta``."""

    def __init__(self, reader: StateReader) -> None:
        self._reader = reader
        self._streaks: dict[str, int] = {}
        self._asked: dict[str, int] = {}
        self._changed: set[str] = set()

    def goes_to_browser(self, portal: str, page_type: str) -> bool:
        """Return whether the next page of this type is rendered without being fetched first."""
        key = _key(portal, page_type)
        if self._streak(key) < MIN_STREAK:
            return False
        self._asked[key] = self._asked.get(key, 0) + 1
        return self._asked[key] % RECHECK_INTERVAL != 0

    def record(self, portal: str, page_type: str, *, needed: bool) -> None:
        """Record whether a page that was fetched without a browser needed one."""
        key = _key(portal, page_type)
        streak = self._streak(key)
        if (needed and streak < MIN_STREAK) or (streak and not needed):
            self._streaks[key] = streak + 1 if needed else 0
            self._changed.add(key)

    def _streak(self, key: str) -> int:
        if key not in self._streaks:
            rows = self._reader.rows(STREAK, key=key)
            self._streaks[key] = int(rows[0].value) if rows else 0
        return self._streaks[key]

    def commit(self, connection: Connection) -> None:
        """Write what has changed, in the transaction of *connection*."""
        for key in sorted(self._changed):
            if self._streaks[key]:
                upsert(connection, meta, [{"key": key, "value": str(self._streaks[key])}])
            else:
                connection.execute(meta.delete().where(meta.c.key == key))

    def committed(self) -> None:
        """Note that the transaction has succeeded."""
        self._changed.clear()


def _key(portal: str, page_type: str) -> str:
    return f"render {portal} {page_type}"

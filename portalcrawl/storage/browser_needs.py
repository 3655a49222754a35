"""Which kinds of pages of a portal needed a browser, so that the next ones go there at once."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select

from portalcrawl.storage.store import Store
from portalcrawl.storage.tables import meta

VALUE = select(meta.c.value).where(meta.c.key == bindparam("key"))
TIMES = 3
"""Pages in a row that must have needed a browser before the next ones go there at once."""
RECHECK = 10
"""Of so many pages one is fetched without a browser again, to see whether it still needs one."""


class BrowserNeeds:
    """Counts, per portal and kind of page, how many in a row needed a browser; kept in the state's table ``meta``."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._streaks: dict[str, int] = {}
        self._asked: dict[str, int] = {}
        self._changed: set[str] = set()

    def goes_to_browser(self, portal: str, kind: str) -> bool:
        """Tell whether the next page of this kind goes to the browser without being fetched first."""
        key = _key(portal, kind)
        if self._streak(key) < TIMES:
            return False
        self._asked[key] = self._asked.get(key, 0) + 1
        return self._asked[key] % RECHECK != 0

    def record(self, portal: str, kind: str, *, needed: bool) -> None:
        """Remember that a page fetched without a browser needed one, or did not."""
        key = _key(portal, kind)
        streak = self._streak(key)
        if (needed and streak < TIMES) or (streak and not needed):
            self._streaks[key] = streak + 1 if needed else 0
            self._changed.add(key)

    def _streak(self, key: str) -> int:
        if key not in self._streaks:
            rows = self._store.rows(VALUE, key=key)
            self._streaks[key] = int(rows[0].value) if rows else 0
        return self._streaks[key]

    def commit(self, connection: Connection) -> None:
        """Record what has changed, within the transaction of *connection*."""
        for key in self._changed:
            connection.execute(meta.delete().where(meta.c.key == key))
            if self._streaks[key]:
                connection.execute(meta.insert().values(key=key, value=str(self._streaks[key])))

    def committed(self) -> None:
        """Forget what has changed: the transaction has succeeded."""
        self._changed.clear()


def _key(portal: str, kind: str) -> str:
    return f"render {portal} {kind}"

"""Looks up articles whose portal is unknown, although all keys begin with the portal."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, func, select

from portalcrawl.storage.packing import address_key
from portalcrawl.storage.state_reader import chunks
from portalcrawl.storage.tables import addresses, articles


def _portals() -> Any:
    """Return a query for all portals with articles, followed by NULL; it takes one step in the index per portal.

    https://wiki.postgresql.org/wiki/Loose_indexscan
    """
    known = select(func.min(articles.c.portal).label("portal")).cte("known", recursive=True)
    following = select(func.min(articles.c.portal)).where(articles.c.portal > known.c.portal).scalar_subquery()
    known = known.union_all(select(following).where(known.c.portal.is_not(None)))
    return select(known.c.portal)


_COLUMNS = tuple(articles.c[name] for name in ("portal", "id", "url", "canonical_url", "revision", "first_stored"))

PORTALS = _portals()
WITH_KEY = (
    select(*_COLUMNS)
    .join(addresses, and_(articles.c.portal == addresses.c.portal, articles.c.id == addresses.c.id))
    .where(addresses.c.key.in_(bindparam("keys", expanding=True)))
    .limit(1)
)
WITH_ID = select(*_COLUMNS).where(articles.c.portal.in_(_portals()), articles.c.id == bindparam("id")).limit(1)


def article_at(connection: Connection, key: str) -> Row[Any] | None:
    """Return the article of any portal whose address has *key* (``urls.url_key``); None if there is none."""
    portals = connection.scalars(PORTALS).all()
    keys = [address_key(portal, key) for portal in portals if portal is not None]
    found = (connection.execute(WITH_KEY, {"keys": chunk}).first() for chunk in chunks(keys))
    return next((row for row in found if row is not None), None)


def article_with_id(connection: Connection, article: str) -> Row[Any] | None:
    """Return the article of any portal with the id *article*; None if there is none."""
    return connection.execute(WITH_ID, {"id": article}).first()

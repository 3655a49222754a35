"""Articles looked up without their portal, by which all tables are ordered."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, bindparam, func, select

from portalcrawl.storage.tables import addresses, articles


def _portals() -> Any:
    """Return a query for all portals that have articles: it takes one step in the index for each.

    https://wiki.postgresql.org/wiki/Loose_indexscan
    """
    known = select(func.min(articles.c.portal).label("portal")).cte("known", recursive=True)
    following = select(func.min(articles.c.portal)).where(articles.c.portal > known.c.portal).scalar_subquery()
    known = known.union_all(select(following).where(known.c.portal.is_not(None)))
    return select(known.c.portal)


_COLUMNS = tuple(articles.c[name] for name in ("portal", "id", "url", "canonical_url", "revision", "first_stored"))

BY_ADDRESS = (
    select(*_COLUMNS)
    .join(addresses, and_(articles.c.portal == addresses.c.portal, articles.c.id == addresses.c.id))
    .where(addresses.c.portal.in_(_portals()), addresses.c.key == bindparam("key"))
    .limit(1)
)
"""The article with the address of a key (``packing.address_key``)."""
BY_ID = select(*_COLUMNS).where(articles.c.portal.in_(_portals()), articles.c.id == bindparam("id")).limit(1)
"""The article with an id."""

"""Looking at the state from outside, and taking things out of it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine, delete, func, select, update

from portalcrawl.state.records import SUSPECT
from portalcrawl.state.tables import addresses, articles


@dataclass(frozen=True, slots=True)
class Count:
    """Articles of one portal in one status."""

    portal: str
    status: str
    number: int
    oldest: float
    """Unix seconds: the lowest ``newest`` of them."""


class Upkeep:
    """Counts and clean-up."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def counts(self) -> list[Count]:
        """Return the articles by portal and status."""
        query = (
            select(articles.c.portal, articles.c.status, func.count(), func.min(articles.c.newest))
            .group_by(articles.c.portal, articles.c.status)
            .order_by(articles.c.portal, articles.c.status)
        )
        with self._engine.connect() as connection:
            return [Count(*row) for row in connection.execute(query)]

    def forget(self, before: float) -> int:
        """Forget settled articles that are older than *before* (Unix seconds); return how many.

        What is pending is kept, and so are the states of teasers: they are what keeps a teaser from coming twice. An
        article that the portal still shows after it was forgotten would be written again.
        """
        old = (articles.c.newest < before) & (articles.c.status != "pending")
        known = select(articles.c.id).where(articles.c.portal == addresses.c.portal)
        with self._engine.begin() as connection:
            number = connection.execute(delete(articles).where(old)).rowcount
            connection.execute(delete(addresses).where(addresses.c.id.not_in(known)))
        return number

    def requeue(self, status: str) -> int:
        """Make the articles in *status* pending again; return how many. Those unreadable are first tried apart."""
        reason = SUSPECT if status == "unreadable" else None
        values = {"status": "pending", "reason": reason, "attempts": 0, "next_visit": 0.0}
        with self._engine.begin() as connection:
            return connection.execute(update(articles).where(articles.c.status == status).values(values)).rowcount

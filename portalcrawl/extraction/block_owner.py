"""The owner of a block, and texts compared without regard to marks and white space."""

from __future__ import annotations

from typing import Literal, NamedTuple

from portalcrawl.text.normalize import fold

OwnerKind = Literal["article", "teaser", "chrome"]


class BlockOwner(NamedTuple):
    """What a block belongs to."""

    kind: OwnerKind
    """``article``; ``teaser``; ``chrome``: everything else that a page has around its content."""
    part: str
    """Of the article or teaser the part: ``headline``, ``text``, ``snippet`` ...; of chrome what it is: ``menu``,
    ``comments``, ``ad`` ..."""
    reason: str
    """See :mod:`portalcrawl.reasons`."""
    teaser: int | None = None
    """Index of the teaser in :attr:`Page.teasers`."""

    def __str__(self) -> str:
        name = self.kind if self.teaser is None else f"{self.kind} {self.teaser + 1}"
        return f"{name} {self.part}"


def squash(text: str) -> str:
    """Return the letters and digits of *text* in lower case, by which texts are compared.

    >>> squash("»Krieg & Frieden«, Teil 2")
    'kriegfriedenteil2'
    """
    return fold(text).replace(" ", "")

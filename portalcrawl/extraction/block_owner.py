"""The owner of a block, and the comparison of texts without punctuation and white space."""

from __future__ import annotations

from typing import Literal, NamedTuple

from portalcrawl.text.normalize import fold

OwnerKind = Literal["article", "teaser", "chrome"]


class BlockOwner(NamedTuple):
    """What a block belongs to."""

    kind: OwnerKind
    """``chrome``: everything on a page that is neither article nor teaser."""
    part: str
    """For articles and teasers a field (``headline``, ``text``, ``snippet`` ...), for chrome its kind (``menu``,
    ``comments``, ``ad`` ...)."""
    reason: str
    """See :mod:`portalcrawl.reasons`."""
    teaser: int | None = None
    """Index of the teaser in :attr:`Page.teasers`."""

    def __str__(self) -> str:
        name = self.kind if self.teaser is None else f"{self.kind} {self.teaser + 1}"
        return f"{name} {self.part}"


def squash(text: str) -> str:
    """Return the letters and digits of *text* in lower case, for comparisons.

    >>> squash("»Krieg & Frieden«, Teil 2")
    'kriegfriedenteil2'
    """
    return fold(text).replace(" ", "")

"""portalcrawl: news portals in, clean JSON Lines out.

As a reading: :func:`read_page` reads one page into an :class:`Article` and :class:`Teaser` records. The three names are
imported when first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from portalcrawl.items import Article, Teaser
    from portalcrawl.reading import Reading, read_page

__version__ = "0.1.0"
__all__ = ["Article", "Reading", "Teaser", "__version__", "read_page"]


def __getattr__(name: str) -> object:
    """Import what is part of the reading when it is first asked for (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from portalcrawl import reading

    globals()[name] = found = getattr(reading, name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

"""Crawls news portals into JSON Lines.

:func:`read_page` reads one page without a crawl. The names below are imported on first use, so that importing the
package is fast.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from portalcrawl.items import Article, Teaser
    from portalcrawl.reading import Reading, read_page

__version__ = "0.1.0"
__all__ = ["Article", "Reading", "Teaser", "__version__", "read_page"]


def __getattr__(name: str) -> object:
    """Import *name* from :mod:`portalcrawl.reading` on first use (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from portalcrawl import reading

    globals()[name] = found = getattr(reading, name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

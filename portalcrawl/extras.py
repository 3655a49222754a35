"""The optional parts of the installation (``portalcrawl[export]``, ``portalcrawl[report]``, ...)."""

from __future__ import annotations

from importlib.util import find_spec

from portalcrawl.errors import MissingExtraError


def require_extra(extra: str, *modules: str) -> None:
    """Raise MissingExtraError unless all *modules* of the extra *extra* are installed; none is imported."""
    for module in modules:
        if find_spec(module) is None:
            raise MissingExtraError(extra, module)

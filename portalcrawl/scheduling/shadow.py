"""Finds an installed portalcrawl that takes precedence over the eggs deployed to Scrapyd."""

from __future__ import annotations

import site
from collections.abc import Sequence
from importlib.metadata import distributions

PROJECT, SERVER = "portalcrawl", "scrapyd"


def shadowing_copy(folders: Sequence[str] | None = None) -> str | None:
    """Return one line about a copy of the project that is installed beside Scrapyd; None if there is none.

    *folders*: the site-packages to search; by default those of the running Python.
    """
    path = [*site.getsitepackages(), site.getusersitepackages()] if folders is None else list(folders)
    found = {dist.name.lower(): dist.version for dist in distributions(path=path) if dist.name}
    if not {PROJECT, SERVER} <= set(found):
        return None
    return f"{PROJECT} {found[PROJECT]} is installed beside Scrapyd and hides the eggs that are deployed: uninstall it"

"""A portalcrawl that is installed where Scrapyd runs hides the eggs that are deployed there."""

from __future__ import annotations

import site
from collections.abc import Sequence
from importlib.metadata import distributions

PROJECT, SERVER = "portalcrawl", "scrapyd"


def shadowing_copy(folders: Sequence[str] | None = None) -> str | None:
    """Tell, in one line, of a copy of the project installed beside Scrapyd; None where all is well.

    *folders* are the site-packages to look into; by default those of the running Python.
    """
    looked = [*site.getsitepackages(), site.getusersitepackages()] if folders is None else list(folders)
    found = {dist.name.lower(): dist.version for dist in distributions(path=looked) if dist.name}
    if not {PROJECT, SERVER} <= set(found):
        return None
    return f"{PROJECT} {found[PROJECT]} is installed beside Scrapyd and hides the eggs that are deployed: uninstall it"

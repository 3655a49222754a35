"""The folders of saved pages and references outside the repository, if they exist."""

from __future__ import annotations

import os
from pathlib import Path

SHARED = Path(os.environ.get("PORTALCRAWL_SHARED") or Path(__file__).resolve().parents[3] / "shared")

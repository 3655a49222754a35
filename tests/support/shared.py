"""Where the saved pages and references beside the repository lie, if they are there."""

from __future__ import annotations

import os
from pathlib import Path

SHARED = Path(os.environ.get("PORTALCRAWL_SHARED") or Path(__file__).resolve().parents[3] / "shared")

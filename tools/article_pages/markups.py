"""Tables of markups: see ``markups.toml``."""

from __future__ import annotations

import tomllib
from pathlib import Path

TABLES: dict[str, dict[str, str]] = tomllib.loads(Path(__file__).with_name("markups.toml").read_text("utf-8"))
"""Table -> name of a form -> its markup, with the names of what it shows in braces."""

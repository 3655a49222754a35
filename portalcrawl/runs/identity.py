"""Names of runs and of the files they leave."""

from __future__ import annotations

import re
import secrets
from datetime import datetime

RUN_ID = re.compile(r"\d{8}T\d{6}Z-[\w.-]+")
KINDS = ("articles", "teasers")


def run_id(started: datetime, job: str | None = None) -> str:
    """Return an id for a run that *started* (UTC) then; it ends in Scrapyd's *job* id, else in six hex digits."""
    end = re.sub(r"[^\w.-]", "_", job, flags=re.ASCII) if job else secrets.token_hex(3)
    return f"{started:%Y%m%dT%H%M%SZ}-{end}"


def feed_name(kind: str, run: str) -> str:
    """Return the name of a feed file."""
    return f"{kind}-{run}.jsonl"


def manifest_name(run: str) -> str:
    """Return the name of a run's manifest."""
    return f"manifest-{run}.json"

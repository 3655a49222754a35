"""Names of runs and of the files they leave."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime

RUN_ID = re.compile(r"\d{8}T\d{6}Z-[\w.-]+")
STAMP = "%Y%m%dT%H%M%SZ"
KINDS = ("articles", "teasers")
FEED = re.compile(rf"(?P<kind>{'|'.join(KINDS)})-(?P<run>{RUN_ID.pattern})\.jsonl", re.ASCII)
MANIFEST = re.compile(rf"manifest-(?P<run>{RUN_ID.pattern})\.json", re.ASCII)


def run_id(started: datetime, job: str | None = None) -> str:
    """Return an id for a run that *started* (UTC) then; it ends in Scrapyd's *job* id, else in six hex digits."""
    return f"{started:{STAMP}}-{job_end(job) if job else secrets.token_hex(3)}"


def job_end(job: str) -> str:
    """Return how a job of Scrapyd is called in the id of its run."""
    return re.sub(r"[^\w.-]", "_", job, flags=re.ASCII)


def started_at(run: str) -> datetime | None:
    """Return when a run started, as its id says; None where it does not."""
    try:
        return datetime.strptime(run.partition("-")[0], STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def feed_name(kind: str, run: str) -> str:
    """Return the name of a feed file."""
    return f"{kind}-{run}.jsonl"


def manifest_name(run: str) -> str:
    """Return the name of a run's manifest."""
    return f"manifest-{run}.json"


def manifest_run(name: str) -> str | None:
    """Return the run whose manifest has this name; None for any other name."""
    match = MANIFEST.fullmatch(name)
    return match["run"] if match else None

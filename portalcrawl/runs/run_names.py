"""Ids of runs, and names of the files that runs write."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime

RUN_ID = re.compile(r"\d{8}T\d{6}Z-[\w.-]+")
START_FORMAT = "%Y%m%dT%H%M%SZ"
FEED_KINDS = ("articles", "teasers", "observations")
FEED_NAME = re.compile(rf"(?P<kind>{'|'.join(FEED_KINDS)})-(?P<run>{RUN_ID.pattern})\.jsonl", re.ASCII)
MANIFEST_NAME = re.compile(rf"manifest-(?P<run>{RUN_ID.pattern})\.json", re.ASCII)


def run_id(started: datetime, job: str | None) -> str:
    """Return an id for a run that started at *started* (UTC): the time, then Scrapyd's *job* id or six hex digits."""
    return f"{started:{START_FORMAT}}-{job_suffix(job) if job else secrets.token_hex(3)}"


def job_suffix(job: str) -> str:
    """Return how the id of a run ends if Scrapyd's job *job* started it."""
    return re.sub(r"[^\w.-]", "_", job, flags=re.ASCII)


def started_at(run: str) -> datetime | None:
    """Return the start (aware, UTC) in a run's id; None if *run* is not such an id."""
    try:
        return datetime.strptime(run.partition("-")[0], START_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return None


def feed_name(kind: str, run: str) -> str:
    """Return the name of a feed file."""
    return f"{kind}-{run}.jsonl"


def manifest_name(run: str) -> str:
    """Return the name of a run's manifest."""
    return f"manifest-{run}.json"


def run_of_manifest(name: str) -> str | None:
    """Return the id of the run whose manifest has the file name *name*; None for any other name."""
    match = MANIFEST_NAME.fullmatch(name)
    return match["run"] if match else None

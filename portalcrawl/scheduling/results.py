"""How a job ended: read from its manifest, else from what its log on Scrapyd says."""

from __future__ import annotations

import glob
import json
from pathlib import Path

from portalcrawl.runs.identity import manifest_name
from portalcrawl.runs.told import Result, read_published
from portalcrawl.scheduling.scrapyd import NodeError, Scrapyd


def result_in_folder(data_dir: Path, job: str) -> Result | None:
    """Return the result of *job* from its manifest in *data_dir*; None where there is none (yet)."""
    found = sorted((data_dir / "feeds").glob(manifest_name(f"*-{glob.escape(job)}")))
    if not found:
        return None
    manifest = json.loads(found[-1].read_bytes())
    verdict = manifest["verdict"]
    return Result(manifest["run"], verdict["level"], tuple(verdict["reasons"]), manifest["counts"])


def result_in_log(scrapyd: Scrapyd, log_url: str | None) -> Result | None:
    """Return the result of a job from its log; None where the log does not tell."""
    if log_url is None:
        return None
    try:
        return read_published(scrapyd.log_end(log_url).splitlines())
    except NodeError:
        return None

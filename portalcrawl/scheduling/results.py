"""How a job ended: read from what its log says, else from the state."""

from __future__ import annotations

from portalcrawl.runs.told import Result, read_published
from portalcrawl.scheduling.scrapyd import NodeError, Scrapyd
from portalcrawl.state.history import PastRun


def result_in_log(scrapyd: Scrapyd, log_url: str | None) -> Result | None:
    """Return the result of a job from its log; None where the log does not tell."""
    if log_url is None:
        return None
    try:
        return read_published(scrapyd.log_end(log_url).splitlines())
    except NodeError:
        return None


def result_in_state(run: PastRun | None) -> Result | None:
    """Return the result that the state has of *run*; None where it has not ended."""
    if run is None or run.finished is None or run.verdict is None:
        return None
    return Result(run.run, run.verdict, (), run.counts)

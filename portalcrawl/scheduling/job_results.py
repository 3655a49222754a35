"""How a job ended, as its log on Scrapyd says; the state in the data folder says it, too (external_runs.py)."""

from __future__ import annotations

from portalcrawl.runs.published_line import RunResult, parse_published
from portalcrawl.scheduling.scrapyd import NodeError, Scrapyd


def result_in_log(scrapyd: Scrapyd, log_url: str | None) -> RunResult | None:
    """Return the result of a job from its log; None where the log does not tell."""
    if log_url is None:
        return None
    try:
        return parse_published(scrapyd.log_end(log_url).splitlines())
    except NodeError:
        return None

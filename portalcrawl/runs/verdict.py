"""Whether a run went well, by its counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from portalcrawl.crawl.failures import RENDER_START
from portalcrawl.plurals import counted
from portalcrawl.schema import Verdict

MAX_FAILED_SHARE = 0.2
"""A larger share of failed pages gives a warning, ..."""
MIN_FAILED = 5
"""... if at least this many pages failed."""
MIN_COVERAGE = 0.5
"""A run that finds less than this share of the links that earlier runs found gets a warning."""
MAX_REPEATED_SHARE = 0.5
"""A larger share of pages that repeat articles of the run gives a warning, ..."""
MIN_REPEATED = 10
"""... if there are at least this many of them."""
RUNS_TO_COMPARE = 3
"""Fewest earlier runs for a comparison."""


def verdict_of(counts: Mapping[str, int], earlier: Sequence[Mapping[str, int]], broken: str | None) -> Verdict:
    """Return the verdict on a run.

    :param earlier: counts of earlier runs of the portal with the same arguments.
    :param broken: why the run could not go on, such as a full disk; None if it could.
    """
    failures = [broken] if broken else []
    starts, failed_starts = counts.get("start_pages", 0), counts.get("start_pages_failed", 0)
    if starts and failed_starts == starts:
        failures.append(f"{_none_read(starts, 'start page', 'start pages')} ({_reasons(counts, 'failed/')})")
    elif not broken and starts and not _coverage(counts) and not counts.get("start_pages_waiting"):
        failures.append("nothing found: no article and no teaser on any start page")
    if failures:
        return Verdict("failed", failures + _missing_browser(counts))
    warnings = _warnings(counts, earlier)
    return Verdict("warning" if warnings else "ok", warnings)


def _warnings(counts: Mapping[str, int], earlier: Sequence[Mapping[str, int]]) -> list[str]:
    warnings = [*_not_read(counts), *_repeated(counts)]
    if invalid := sum(number for name, number in counts.items() if name.startswith("invalid/")):
        dropped = counted(invalid, "record was dropped because it", "records were dropped because they")
        warnings.append(f"{dropped} broke the schema")
    if exceptions := counts.get("exceptions", 0):
        warnings.append(f"{counted(exceptions, 'exception')} (see the log)")
    warnings += _missing_browser(counts)
    if len(earlier) >= RUNS_TO_COMPARE:
        usual = median(_coverage(run) for run in earlier)
        if _coverage(counts) < MIN_COVERAGE * usual:
            warnings.append(f"found {counted(_coverage(counts), 'article')} on the start pages, usually {usual:g}")
    return warnings


def _not_read(counts: Mapping[str, int]) -> Iterator[str]:
    """Yield warnings about requests that failed."""
    if failed := counts.get("start_pages_failed", 0):
        yield f"{failed} of {counts['start_pages']} start pages could not be read"
    if waiting := sum(number for name, number in counts.items() if name.startswith("waiting/")):
        longest = f"{counts.get('waiting_seconds', 0):,} s"
        wait, reasons = counted(waiting, "page waits", "pages wait"), _reasons(counts, "waiting/")
        yield f"the portal asked for a pause of up to {longest}: {wait} ({reasons})"
    pages, errors = counts.get("pages", 0), counts.get("pages_failed", 0)
    if errors >= MIN_FAILED and errors > MAX_FAILED_SHARE * (pages + errors):
        yield f"{errors} of {pages + errors} pages failed ({_reasons(counts, 'failed/')})"
    unread = counts.get("documents_failed", 0)
    if unread and not counts.get("documents"):
        yield f"{_none_read(unread, 'feed or sitemap', 'feeds and sitemaps')} ({_reasons(counts, 'documents/')})"


def _repeated(counts: Mapping[str, int]) -> Iterator[str]:
    """Yield warnings about pages without anything new."""
    pages, again = counts.get("pages", 0), counts.get("articles_again", 0)
    if again >= MIN_REPEATED and again > MAX_REPEATED_SHARE * pages:
        yield f"{again} of {pages} pages were articles that the run had already read under other URLs"
    if repeats := counts.get("skipped/repeats", 0):
        left = counted(repeats, "link was not followed: pages like it", "links were not followed: pages like them")
        yield f"{left} only repeated articles of this run"


def _missing_browser(counts: Mapping[str, int]) -> list[str]:
    """Return a warning for pages that need a browser if none is installed, or if it does not start."""
    not_started = counts.get(f"failed/{RENDER_START}", 0)
    pages = not_started + sum(number for name, number in counts.items() if name.startswith("needs_browser/"))
    cause = "it does not start" if not_started else "there is none"
    missing = f"{counted(pages, 'page needs', 'pages need')} a browser, and {cause}: see scrapy doctor"
    return [missing] if pages else []


def _coverage(counts: Mapping[str, int]) -> int:
    """Return how many articles the start pages showed, known ones included."""
    return counts.get("start_links", 0) + counts.get("start_articles", 0)


def _none_read(number: int, one: str, several: str) -> str:
    """Return a warning that none of *number* pages could be read."""
    return f"the only {one} could not be read" if number == 1 else f"none of the {number} {several} could be read"


def _reasons(counts: Mapping[str, int], prefix: str) -> str:
    found = {name.removeprefix(prefix): n for name, n in counts.items() if name.startswith(prefix)}
    return ", ".join(f"{name} {n}" for name, n in sorted(found.items(), key=lambda item: (-item[1], item[0])))

"""Whether a run went well, told from its counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from portalcrawl.schema import Verdict

ERROR_SHARE = 0.2
"""Share of failed pages from which a run is a warning, ..."""
ERRORS_AT_LEAST = 5
"""... from this number of them on."""
COVERAGE_DROP = 0.5
"""Share of the links that the portal's own earlier runs found, below which a run is a warning."""
AGAIN_SHARE = 0.5
"""Share of pages that were articles of the run again, above which a run is a warning, ..."""
AGAIN_AT_LEAST = 10
"""... from this number of them on."""
RUNS_TO_COMPARE = 3


def judge(counts: Mapping[str, int], earlier: Sequence[Mapping[str, int]], broken: str | None) -> Verdict:
    """Return the verdict on a run.

    *earlier* are the counts of the portal's runs before with the same arguments, *broken* says what stopped the run
    where something did (a full disk, say).
    """
    failures = [broken] if broken else []
    starts, failed_starts = counts.get("start_pages", 0), counts.get("start_pages_failed", 0)
    if starts and failed_starts == starts:
        failures.append(f"none of the {starts} start pages could be read ({_reasons(counts, 'failed/')})")
    elif not broken and starts and not _coverage(counts):
        failures.append("nothing found: no article and no teaser on any start page")
    if failures:
        return Verdict("failed", failures + _browser(counts))
    warnings = _warnings(counts, earlier)
    return Verdict("warning" if warnings else "ok", warnings)


def _warnings(counts: Mapping[str, int], earlier: Sequence[Mapping[str, int]]) -> list[str]:
    warnings: list[str] = []
    if failed := counts.get("start_pages_failed", 0):
        warnings.append(f"{failed} of {counts['start_pages']} start pages could not be read")
    pages, errors = counts.get("pages", 0), counts.get("pages_failed", 0)
    if errors >= ERRORS_AT_LEAST and errors > ERROR_SHARE * (pages + errors):
        warnings.append(f"{errors} of {pages + errors} pages failed ({_reasons(counts, 'failed/')})")
    again = counts.get("articles_again", 0)
    if again >= AGAIN_AT_LEAST and again > AGAIN_SHARE * pages:
        warnings.append(
            f"{again} of {pages} pages were articles that the run had read: their addresses change by themselves"
        )
    if repeats := counts.get("skipped/repeats", 0):
        warnings.append(f"{repeats} links were not followed: pages like them only repeated articles of this run")
    if invalid := sum(number for name, number in counts.items() if name.startswith("invalid/")):
        warnings.append(f"{invalid} records were dropped because they broke the schema")
    if exceptions := counts.get("exceptions", 0):
        warnings.append(f"{exceptions} exceptions (see the log)")
    warnings += _browser(counts)
    if len(earlier) >= RUNS_TO_COMPARE:
        usual = median(_coverage(run) for run in earlier)
        if _coverage(counts) < COVERAGE_DROP * usual:
            warnings.append(f"found {_coverage(counts)} articles on the start pages, usually {usual:g}")
    return warnings


def _browser(counts: Mapping[str, int]) -> list[str]:
    """Say how many pages a browser would have shown more of, where there was none."""
    pages = sum(number for name, number in counts.items() if name.startswith("needs_browser/"))
    return [f"{pages} pages need a browser, and there is none: see scrapy doctor"] if pages else []


def _coverage(counts: Mapping[str, int]) -> int:
    """Return how many articles the start pages showed, known ones too."""
    return counts.get("start_links", 0) + counts.get("start_articles", 0)


def _reasons(counts: Mapping[str, int], prefix: str) -> str:
    found = {name.removeprefix(prefix): n for name, n in counts.items() if name.startswith(prefix)}
    return ", ".join(f"{name} {n}" for name, n in sorted(found.items(), key=lambda item: (-item[1], item[0])))

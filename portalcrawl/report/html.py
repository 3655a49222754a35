"""Renders the report as a page: figures, charts and tables from :class:`Contents`, with a template."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from portalcrawl import __version__
from portalcrawl.plurals import counted, noun
from portalcrawl.report.article_table import ALL
from portalcrawl.report.charts import bar_chart
from portalcrawl.report.contents import DIMENSIONS, Contents
from portalcrawl.report.run_totals import RunTotals, coverage_of

SHOWN = 12
"""Rows in a table of sections, sources or agencies; the rest is summed up."""
MUCH = 0.1
"""Share of failed pages above which it is shown in red."""
DETAILED = 20
"""Number of portals that get their own part of the page."""
DAYS_SHOWN = 45
"""Days of publication in a chart: archives go back for years."""
LAG_LABELS = ("< 5 min", "< 15 min", "< 1 h", "< 6 h", "< 1 day", "< 1 week", "later")
NONE_GIVEN = {"section": "no section", "source": "no source", "agency": "no agency"}
HOURS = [f"{hour:02d}" for hour in range(24)]


@dataclass(frozen=True, slots=True)
class Bar:
    """A table row with a bar."""

    label: str
    number: int
    share: float
    """Share of the total, from 0 to 1."""
    width: float
    """Of the longest bar, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why pages or records were left out, and how often."""

    portal: str
    what: str
    reason: str
    number: int
    width: float
    """Of the longest bar, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Part:
    """The part of the page about one portal, or about all together."""

    title: str
    found_chart: str
    days_chart: str
    hours_chart: str
    lag_chart: str
    breakdowns: Mapping[str, Sequence[Bar]]


def page(contents: Contents) -> str:
    """Return the report as a self-contained HTML page."""
    environment = Environment(
        loader=PackageLoader("portalcrawl.report", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "number": number, "minutes": minutes, "time": time_text, "share": share, "link": link, "iso": iso, "noun": noun,
        "counted": counted,
    }  # fmt: skip
    several, total = len(contents.portals) > 1, _totals(contents, ALL)
    return environment.get_template("report.html").render(
        contents=contents,
        period=contents.period,
        total=total,
        numbers=contents.numbers.get(ALL, (0, 0)),
        quantiles=contents.quantiles.get(ALL),
        copies=contents.copies.get(ALL, (0, 0)),
        overall=_part(contents, ALL, "All portals"),
        parts=[_part(contents, name, name) for name in contents.portals[:DETAILED]] if several else [],
        left_out=max(0, len(contents.portals) - DETAILED) if several else 0,
        portals=[_portal_row(contents, name) for name in contents.portals],
        reasons=_reasons(contents),
        changed=_bars(contents.changed.get(ALL, {}), ""),
        runs=contents.runs.last,
        coverage_of=coverage_of,
        coverage_chart=_coverage_chart(contents),
        version=__version__,
        several=several,
        is_failing=total.counts["pages_failed"] > MUCH * (total.counts["pages"] + total.counts["pages_failed"]),
    )


def _totals(contents: Contents, portal: str) -> RunTotals:
    return contents.runs.totals.get(portal) or RunTotals()


def _part(contents: Contents, portal: str, title: str) -> Part:
    totals, scale = _totals(contents, portal), contents.runs.scale
    labels = scale.labels(contents.first, contents.last)
    found = {kind: [totals.found.get(label, Counter())[kind] for label in labels] for kind in ("articles", "teasers")}
    short = [label[5:] if scale.unit != "month" else label for label in labels]
    days = contents.days.get(portal, {})
    hours = contents.hours.get(portal, {})
    lags = dict(zip(LAG_LABELS, contents.lags.get(portal, ()), strict=False))
    shown_days = _days(days)
    return Part(
        title=title,
        found_chart=bar_chart(f"Articles and teasers per {scale.unit}", short, found) if any(totals.found) else "",
        days_chart=_chart("Articles by day of publication", [day[5:] for day in shown_days], days, shown_days),
        hours_chart=_chart("Articles by hour of publication", HOURS, hours, HOURS, is_half=True),
        lag_chart=_chart("Time to find an article", LAG_LABELS, lags, LAG_LABELS, is_half=True),
        breakdowns={name: _bars(contents.dimensions[name].get(portal, {}), NONE_GIVEN[name]) for name in DIMENSIONS},
    )


def _chart(
    name: str, labels: Sequence[str], numbers: Mapping[str, int], keys: Sequence[str], *, is_half: bool = False
) -> str:
    """Return a bar chart of the *numbers* of *keys*; "" if all are 0."""
    values = [numbers.get(key, 0) for key in keys]
    return bar_chart(name, labels, {"articles": values}, is_half=is_half) if any(values) else ""


def _days(days: Mapping[str, int]) -> list[str]:
    """Return the last DAYS_SHOWN days on which articles were published, oldest first."""
    return sorted(days)[-DAYS_SHOWN:]


def _bars(numbers: Mapping[str, int], none: str) -> list[Bar]:
    """Return the largest of *numbers* as bars, and the rest as one bar; *none* is the label of the key ""."""
    ordered = sorted(numbers.items(), key=lambda each: (not each[0], -each[1], each[0]))
    named = [each for each in ordered if each[0]]
    shown = [*named[:SHOWN]]
    if rest := sum(number for _, number in named[SHOWN:]):
        shown.append((f"{len(named) - SHOWN} more", rest))
    if missing := numbers.get(""):
        shown.append((none, missing))
    total, longest = sum(numbers.values()), max((number for _, number in shown), default=0)
    return [Bar(label, value, value / total, value / longest) for label, value in shown]


def _portal_row(contents: Contents, portal: str) -> dict[str, Any]:
    totals = _totals(contents, portal)
    new, revised = contents.numbers.get(portal, (0, 0))
    pages, failed = totals.counts["pages"], totals.counts["pages_failed"]
    usual, last = totals.usual_coverage(), totals.coverage[0] if totals.coverage else None
    median, late = contents.quantiles.get(portal) or (None, None)
    return {
        "name": portal,
        "new": new,
        "revised": revised,
        "teasers": totals.counts["teasers"],
        "runs": totals.runs,
        "failed_runs": totals.verdicts["failed"],
        "failed_share": failed / (pages + failed) if pages + failed else None,
        "median": median,
        "late": late,
        "coverage": last,
        "usual": usual,
        "of_usual": last / usual if last is not None and usual else None,
        "pages": pages,
        "rendered": totals.counts["pages_rendered"],
        "seconds": totals.seconds,
        "pace": pages / totals.seconds if totals.seconds else None,
        "pages_an_article": pages / new if new else None,
        "last": totals.last_finished,
        "copies": contents.copies.get(portal, (0, 0))[1],
    }


def _reasons(contents: Contents) -> list[Reason]:
    found = [
        (number, portal, what, reason)
        for portal in contents.portals
        for what, reason, number in _totals(contents, portal).reasons()
    ]
    longest = max((each[0] for each in found), default=0)
    ordered = sorted(found, key=lambda each: -each[0])
    return [Reason(portal, what, reason, number, number / longest) for number, portal, what, reason in ordered]


def _coverage_chart(contents: Contents) -> str:
    """Return a chart of the number of articles on the start pages in each run, for a report on one portal."""
    if len(contents.portals) != 1:
        return ""
    shown = [*_totals(contents, contents.portals[0]).coverage][:60][::-1]
    if len(shown) < 2:
        return ""
    labels = [str(at - len(shown) + 1) for at in range(len(shown))]
    return bar_chart("Articles on the start pages, run by run", labels, {"articles": shown})


def number(value: float | None, digits: int = 0) -> str:
    """Return *value* as text with separated thousands; a dash for None."""
    return "–" if value is None else f"{value:,.{digits}f}"


def share(value: float | None) -> str:
    """Return a share from 0 to 1 as a percentage; a dash for None."""
    if value is None:
        return "–"
    return f"{value:.1%}" if 0 < value < 0.1 else f"{value:.0%}"


def minutes(value: float | None) -> str:
    """Return a number of minutes as text, in the most readable unit."""
    if value is None:
        return "–"
    for unit, length in (("min", 1), ("h", 60), ("days", 1440)):
        if value < {"min": 60, "h": 2880}.get(unit, float("inf")):
            return f"{value / length:,.1f} {unit}" if value / length < 10 else f"{value / length:,.0f} {unit}"
    return ""


def time_text(value: datetime | str | None) -> str:
    """Return a time (UTC) as text, to the minute."""
    moment = _moment(value)
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M}"


def iso(value: datetime | str | None) -> str:
    """Return a time (UTC) as text that sorts chronologically."""
    moment = _moment(value)
    return "" if moment is None else f"{moment:%Y-%m-%dT%H:%M:%S}"


def link(url: str) -> str:
    """Return *url* if it is safe as a link target: URLs of pages only, never scripts."""
    return url if url.startswith(("http://", "https://")) else ""


def _moment(value: datetime | str | None) -> datetime | None:
    if isinstance(value, str):
        return datetime.fromisoformat(value).astimezone(UTC) if value else None
    return value

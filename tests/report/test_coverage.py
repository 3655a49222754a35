"""Coverage in reports: articles that start pages show, of runs with the same start pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from portalcrawl.report.run_totals import AllRuns, TimeScale, coverage_of
from portalcrawl.storage.run_history import PastRun

NOW = datetime(2025, 12, 5, 12, tzinfo=UTC)
FRONT_PAGE = {"start_pages": 1, "start_links": 40}
AN_ARTICLE = {"start_pages": 1, "start_links": 5, "start_articles": 1}


def run_of(ago: int, counts: dict[str, int], **arguments: str) -> PastRun:
    """Return a run that started *ago* hours before NOW."""
    times = (NOW - timedelta(hours=ago)).isoformat(), (NOW - timedelta(hours=ago - 1)).isoformat()
    return PastRun(f"run-{ago}", ("a.example",), arguments, *times, "finished", "ok", (), counts)


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        (FRONT_PAGE, 40),
        ({"start_pages": 1, "start_links": 0}, 0),
        ({"start_pages": 1, "start_articles": 1}, None),
        (AN_ARTICLE, None),
        ({"start_pages": 2, "start_links": 45, "start_articles": 1}, 45),
        ({"start_pages": 2, "start_links": 5, "start_articles": 1, "start_pages_failed": 1}, None),
        ({"start_pages": 1, "start_pages_failed": 1}, None),
        ({"start_pages": 1, "start_pages_waiting": 1}, None),
        ({"start_pages": 1, "start_links": 40, "start_pages_failed": 1}, 40),  # the second page of a list failed
        ({"articles": 3, "teasers": 9}, None),  # a run that died
    ],
)
def test_articles_that_were_given_are_none_that_start_pages_show(counts: dict[str, int], shown: int | None) -> None:
    assert coverage_of(run_of(1, counts)) == shown


def test_runs_from_the_same_start_pages_are_compared() -> None:
    section = {"start_pages": 1, "start_links": 10}
    runs = AllRuns(TimeScale("day"))
    runs.add(
        [
            run_of(1, AN_ARTICLE, url="https://a.example/1.html"),
            run_of(2, FRONT_PAGE, since="2025-12-05"),
            run_of(3, section, url="https://a.example/sport/"),
            run_of(4, {**FRONT_PAGE, "start_links": 30}, since="2025-12-04"),
        ]
    )
    totals = runs.totals["a.example"]
    assert ([*totals.coverage], totals.usual_coverage()) == ([40, 30], 30.0)
    past = [run_of(50, FRONT_PAGE), run_of(51, section, url="https://a.example/sport/"), run_of(52, AN_ARTICLE)]
    runs.add_past(past)
    assert ([*totals.past_coverage], totals.usual_coverage()) == ([40], 40.0)

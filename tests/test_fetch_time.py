"""When a page was fetched: its Date header, where that can be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from scrapy import Request
from scrapy.http import HtmlResponse

from portalcrawl.page.page import fetch_time

URL = "https://www.seenbote.example/"
NOW = datetime.now(UTC).replace(microsecond=0)


def fetched(date: str, *, live: bool = True, flags: list[str] | None = None, **headers: str) -> datetime:
    given = {"Date": date, **headers}
    return fetch_time(HtmlResponse(URL, headers=given, request=Request(URL) if live else None, flags=flags or []))


def test_a_clock_that_goes_a_little_wrong_counts() -> None:
    when = NOW - timedelta(hours=3)
    assert fetched(format_datetime(when)) == when


@pytest.mark.parametrize(
    "date",
    [
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Mon, 01 Jan 0001 00:00:00 +0100",
        format_datetime(NOW + timedelta(days=2)),
        format_datetime(NOW - timedelta(days=400)),
        "gestern",
        "",
    ],
)
def test_one_that_goes_far_wrong_does_not(date: str) -> None:
    assert abs(fetched(date) - NOW) < timedelta(minutes=10)


def test_what_lay_in_a_cache_is_as_old_as_it_says() -> None:
    when = NOW - timedelta(days=30)
    assert fetched(format_datetime(when), Age=str(30 * 86_400)) == when
    assert fetched(format_datetime(when), Age="9" * 30) != when


def test_a_saved_page_may_be_of_any_day_so_far() -> None:
    when = datetime(2011, 5, 3, tzinfo=UTC)
    assert fetched(format_datetime(when), live=False) == when
    assert fetched(format_datetime(when), flags=["cached"]) == when
    assert fetched("Fri, 31 Dec 9999 23:59:59 GMT", live=False) != when

"""When a page was fetched: its Date header, where that can be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from scrapy import Request
from scrapy.http import HtmlResponse

from portalcrawl.extraction.page import fetch_time

URL = "https://www.seenbote.example/"
NOW = datetime.now(UTC).replace(microsecond=0)


def fetched(date: str) -> datetime:
    return fetch_time(HtmlResponse(URL, headers={"Date": date}, request=Request(URL)))


@pytest.mark.parametrize("behind", [timedelta(hours=-3), timedelta(hours=3), timedelta(days=400)])
def test_the_date_header_counts(behind: timedelta) -> None:
    """Even that of an archive, or of a portal whose clock has stopped."""
    assert fetched(format_datetime(NOW - behind)) == NOW - behind


@pytest.mark.parametrize(
    "date",
    [
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Mon, 01 Jan 0001 00:00:00 +0100",
        pytest.param(format_datetime(NOW + timedelta(days=2)), id="in two days"),
        "gestern",
        "",
    ],
)
def test_one_that_cannot_be_does_not(date: str) -> None:
    assert abs(fetched(date) - NOW) < timedelta(minutes=10)

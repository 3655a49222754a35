"""The queries of docs/observations.md give the right answers over the feeds of a front page that changes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from support.commandline import ROOT, crawl, records
from support.front_page import FrontPage

QUERIES = re.findall(r"```sql\n(.*?)```", (ROOT / "docs" / "observations.md").read_text(encoding="utf-8"), re.DOTALL)
START = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A leads for 10 minutes, then B for 30 under two headlines, then A again for 5, then C."""
    folder = tmp_path_factory.mktemp("data")
    with FrontPage({"Oben": "abc", "Sport": "def"}) as front:
        steps: list[tuple[int, str, str | None]] = [
            (0, "abc", None),
            (10, "bac", None),
            (20, "bac", "Eine zweite Überschrift über dem Artikel B"),
            (40, "abc", None),
            (45, "cab", None),
        ]
        for minutes, order, headline in steps:
            front.when = START + timedelta(minutes=minutes)
            front.blocks = {"Oben": order, "Sport": "def"}
            if headline:
                front.headlines["b"] = headline
            ended = crawl("-s", "OBSERVATIONS=True", data=folder, url=front.url(), follow="false")
            assert ended.code == 0, ended.err
    return folder


def rows(query: str, data: Path) -> list[tuple[Any, ...]]:
    connection = duckdb.connect()
    *settings, select = [part for part in query.replace("data/feeds/", f"{data}/feeds/").split(";") if part.strip()]
    for each in settings:
        connection.execute(each)
    return connection.execute(select).fetchall()


def ids(data: Path) -> list[str]:
    """Article ids of A, B and C: what appeared first."""
    return [record["article_id"] for record in records(data, "observations")[:3]]


def test_how_long_an_article_led(data: Path) -> None:
    found = {article: minutes for article, _, minutes in rows(QUERIES[0].replace("Aktuelle Nachrichten", "Oben"), data)}
    a, b, c = ids(data)
    assert found.keys() == {a, b, c}
    assert (found[a], found[b]) == (15, 30)
    assert found[c] > 24 * 60, "it still leads"


def test_which_headlines_were_tried(data: Path) -> None:
    _, b, _ = ids(data)
    found = rows(QUERIES[1].replace("sample:34N693256e01d228839", b), data)
    assert [(headline, best) for headline, _, best in found] == [
        ("Am Ufer wird über den Artikel b gesprochen", 1),
        ("Eine zweite Überschrift über dem Artikel B", 1),
    ]
    moments = [datetime.fromisoformat(str(when)) for _, when, _ in found]
    assert moments == [START, START + timedelta(minutes=20)]

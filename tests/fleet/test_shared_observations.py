"""Observations, waiting pages and signals where the state is on PostgreSQL and lines go through the outbox."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.commandline import crawl, manifests, records
from support.front_page import FrontPage, replay
from support.postgres import PostgresServer
from support.tinyportal import Answer


@pytest.fixture
def url(server: PostgresServer) -> str:
    return server.new_database()


def test_each_observation_once_and_a_pause_that_all_machines_know(url: str, tmp_path: Path) -> None:
    state = ("-s", f"STATE_URL={url}", "-s", f"FEEDS_URL={tmp_path / 'feeds'}", "-s", "OBSERVATIONS=True")
    with FrontPage({"Oben": "abc", "Sport": "def"}) as front:
        for number, machine in enumerate(("one", "two", "one")):
            if number == 1:
                front.blocks = {"Oben": "cab", "Sport": "de"}
            ended = crawl(*state, data=tmp_path / machine, url=front.url(), follow="false")
            assert ended.code == 0, ended.err
        lines = records(tmp_path, "observations")
        assert replay(lines, front) == []
        assert [line["event"] for line in lines].count("appeared") == 6
        assert len(manifests(tmp_path)) == 2

        front.site["/"] = Answer("später", 429, {"Retry-After": "3600"})
        asked: list[int] = []
        for machine in ("one", "two"):
            ended = crawl(*state, data=tmp_path / machine, url=front.url(), follow="false")
            assert ended.code == 0, ended.err
            asked.append(len(front.log))
        assert asked[0] == asked[1], "the other machine leaves the host alone"

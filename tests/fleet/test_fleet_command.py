"""``scrapy fleet init, apply, status, once``: what they print, change and don't change."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from support.fleet import Fleet, scrapy
from support.postgres import PostgresServer
from support.terminal import on_terminal

TWO = """
[entry.one]
portal = "sample"
every = "10m"
[entry.two]
arguments = { url = "http://127.0.0.1:9/" }
cron = "*/5 * * * *"
"""


def test_init_may_be_repeated(fleet: Fleet) -> None:
    fleet.apply(TWO)
    again = fleet.run("init")
    assert (again.code, again.out) == (0, "all tables exist, in this version\n")
    assert len(fleet.rows("SELECT * FROM fleet_entries")) == 2


def test_apply_replaces_the_schedule_by_the_file(fleet: Fleet) -> None:
    assert fleet.apply(TWO).out.splitlines() == ["added one", "added two", "2 entries"]
    before = fleet.rows("SELECT slot FROM fleet_entries WHERE name = 'one'")
    changed = fleet.apply('[entry.one]\nportal = "sample"\nevery = "10m"\npriority = 5')
    assert changed.out.splitlines() == ["changed one", "removed two", "1 entry"]
    assert fleet.rows("SELECT slot FROM fleet_entries WHERE name = 'one'") == before, "its time stays"


def test_all_faults_are_named_before_anything_changes(fleet: Fleet) -> None:
    fleet.apply(TWO)
    wrong = fleet.apply('[entry.one]\nportal = "nobody"\nevery = "10m"\n[entry.three]\nportal = "sample"\ncron = "x"')
    assert wrong.code == 2
    assert [line.split(": ")[2] for line in wrong.lines] == ["entry.one.arguments", "entry.three.cron"]
    assert [row["name"] for row in fleet.rows("SELECT name FROM fleet_entries ORDER BY name")] == ["one", "two"]


def test_keys_for_scrapyd_are_ignored_with_a_line(fleet: Fleet) -> None:
    given = '[nodes.a]\nurl = "http://127.0.0.1:9/"\n[entry.one]\nportal = "sample"\nevery = "1h"\nnode = "a"'
    ended = fleet.apply(given)
    assert ended.code == 0
    assert "nodes are ignored" in ended.err


def test_once(fleet: Fleet) -> None:
    fleet.apply(TWO)
    unknown = fleet.run("once", "nobody")
    assert unknown.code == 2
    assert unknown.lines == ["portalcrawl: there is no entry 'nobody'; the entries are one, two"]
    assert fleet.run("once", "two").out == "two is due now; it waits for a worker: scrapy fleet worker\n"
    assert fleet.run("once", "two").code == 75


def test_status_names_problems(fleet: Fleet) -> None:
    empty = fleet.run("status", "--json")
    assert (empty.code, json.loads(empty.out)["problems"]) == (
        1,
        ["the schedule is empty: scrapy fleet apply schedule.toml"],
    )
    fleet.apply(TWO)
    found = json.loads(fleet.run("status", "--json").out)
    assert found["problems"] == ["no worker is alive: scrapy fleet worker"]
    assert [entry["state"] for entry in found["entries"]] == ["idle", "idle"]
    fleet.rows("UPDATE fleet_entries SET due = due - 1000 WHERE name = 'one' RETURNING 1")
    late = fleet.run("status")
    assert late.code == 1
    assert "1 entry is late, one by 16m" in late.out


@pytest.mark.parametrize("columns", [40, 60])
def test_the_status_fits_a_narrow_terminal(fleet: Fleet, columns: int) -> None:
    fleet.apply(TWO)
    fleet.rows("UPDATE fleet_entries SET due = due - 1000 WHERE name = 'one' RETURNING 1")
    given = {"PORTALCRAWL_STATE_URL": fleet.url}
    shown = on_terminal(["fleet", "status"], fleet.data, columns, 1, **given)
    plain = re.sub(r"\x1b\[[\d;]*m", "", shown).replace("\r", "")
    problems = ("problem:", "not yet published:")  # sentences, which the terminal wraps
    assert max(len(line) for line in plain.splitlines() if not line.startswith(problems)) <= columns
    assert "…" not in plain
    assert "\x1b[" in shown
    without = on_terminal(["fleet", "status"], fleet.data, columns, 1, NO_COLOR="1", **given)
    assert not re.search(r"\x1b\[[\d;]*3\d", without)


def test_wrong_use_is_reported_in_one_line(server: PostgresServer, tmp_path: Path) -> None:
    no_database = scrapy("fleet", "init", data=tmp_path)
    assert no_database.code == 2
    assert "PORTALCRAWL_STATE_URL" in no_database.lines[-1]
    url = server.new_database()
    no_tables = scrapy("fleet", "status", data=tmp_path, url=url)
    assert (no_tables.code, no_tables.lines[-1].endswith("scrapy fleet init creates them")) == (1, True)
    no_number = scrapy("fleet", "worker", "--concurrency", "none", data=tmp_path, url=url)
    assert (no_number.code, len(no_number.lines)) == (2, 1)
    nobody = "postgresql+psycopg://nobody@127.0.0.1:9/nothing"
    down = scrapy("fleet", "status", data=tmp_path, url=nobody)
    assert (down.code, len(down.lines)) == (1, 1)
    for args in ((), ("fly",), ("once",), ("status", "--concurrency", "2")):
        assert scrapy("fleet", *args, data=tmp_path).code == 2

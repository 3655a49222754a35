"""The tables of commands: on wide and narrow terminals, in pipes, without colour, as JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from support.commandline import scrapy
from support.terminal import on_terminal

from portalcrawl.storage.database import open_database
from portalcrawl.storage.packing import row_of
from portalcrawl.storage.records import Record
from portalcrawl.storage.run_history import PastRun, RunHistory
from portalcrawl.storage.tables import articles

ESCAPE = re.compile(r"\x1b\[[\d;]*m")
NAME = "ein-besonders-langer-name.example"
REASON = "none of the 1 start pages could be read (timeout 1), and this goes on for a while [bold]so[/bold]"
COMMANDS = (("state",), ("state", "--runs"), ("portals",), ("schedule", "list", "--file", "{schedule}"))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    engine = open_database(f"sqlite:///{folder / 'state.sqlite3'}")
    started, finished = "2025-12-02T10:15:00+00:00", "2025-12-02T10:16:00+00:00"
    times, verdict = (started, finished, "finished"), ("failed", (REASON,), {"articles": 3})
    run = PastRun("20251202T101500Z-aaaaaa", (NAME,), {}, *times, *verdict)
    RunHistory(engine).add([(run, [])])
    with engine.begin() as connection:
        record = Record(NAME, f"{NAME}:1", f"https://{NAME}/1", f"https://{NAME}/1", status="stored", newest=1.0)
        connection.execute(articles.insert().values(row_of(record)))
    engine.dispose()
    schedule = 'timezone = "Europe/Berlin"\n[entry.morgens]\nportal = "sample"\ncron = "0 4 * * *"\n'
    (tmp_path / "schedule.toml").write_text(schedule, encoding="utf-8")
    return folder


def arguments(command: tuple[str, ...], data: Path) -> list[str]:
    return [word.format(schedule=data.parent / "schedule.toml") for word in command]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_sixty_columns_are_enough(data: Path, command: tuple[str, ...]) -> None:
    shown = on_terminal(arguments(command, data), data, 60)
    plain = ESCAPE.sub("", shown).replace("\r", "")
    assert max(len(line) for line in plain.splitlines() if not line.startswith("/")) <= 60  # one path is a line
    assert "\x1b[" in shown
    assert "…" not in plain, "a value is cut"
    joined = re.sub(r"\s+", "", plain)
    if command == ("state", "--runs"):
        assert re.sub(r"\s+", "", REASON) in joined
        assert NAME in joined
    if command == ("state",):
        assert NAME in joined


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_color_is_obeyed(data: Path, command: tuple[str, ...]) -> None:
    shown = on_terminal(arguments(command, data), data, 200, NO_COLOR="1")
    assert not re.search(r"\x1b\[[\d;]*3\d", shown)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_pipe_gets_one_plain_line_a_row(data: Path, command: tuple[str, ...]) -> None:
    ended = scrapy(*arguments(command, data), data=data)
    assert (ended.code, ended.err) == (0, "")
    assert "\x1b" not in ended.out
    head, *rows = ended.out.splitlines()
    assert head == head.upper().replace("(UTC)", "(UTC)")
    assert rows
    if command == ("state", "--runs"):
        assert REASON in rows[0]


@pytest.mark.parametrize("command", [*COMMANDS, ("portals", "klamm"), ("portals", "--check")], ids=" ".join)
def test_each_speaks_json(data: Path, command: tuple[str, ...]) -> None:
    ended = scrapy(*arguments(command, data), "--json", data=data)
    assert (ended.code, ended.err) == (0, "")
    found = json.loads(ended.out)
    assert found
    if command == ("state",):
        assert found["articles"] == [
            {"portal": NAME, "status": "stored", "articles": 1, "oldest": "1970-01-01T00:00:01+00:00"}
        ]
    if command[:2] == ("schedule", "list"):
        assert (found[0]["name"], found[0]["articles"], found[0]["last_run"]) == ("morgens", None, "never")

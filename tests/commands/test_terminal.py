"""The tables of commands: on wide and narrow terminals, in pipes, without colour, as JSON."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from support.commandline import ROOT, scrapy
from support.terminal import on_terminal

from portalcrawl.rights.archive import RightsArchive
from portalcrawl.rights.document_place import DocumentFolder
from portalcrawl.storage.database import open_database
from portalcrawl.storage.packing import row_of
from portalcrawl.storage.records import Record
from portalcrawl.storage.run_history import PastRun, RunHistory
from portalcrawl.storage.tables import articles, unpublished

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
@pytest.mark.parametrize("columns", [40, 60])
def test_narrow_terminals_are_enough(data: Path, command: tuple[str, ...], columns: int) -> None:
    shown = on_terminal(arguments(command, data), data, columns)
    plain = ESCAPE.sub("", shown).replace("\r", "")
    assert max(len(line) for line in plain.splitlines() if not line.startswith("/")) <= columns  # one path is a line
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
    shown = found[0] if isinstance(found, list) else found
    described = (ROOT / "docs" / ("fields.md" if "--runs" in command else "operations.md")).read_text(encoding="utf-8")
    assert [key for key in shown if f"`{key}`" not in described and "klamm" not in command] == []
    if command == ("portals", "klamm"):
        assert found["start_urls"] == ["https://www.klamm.de/news/"]
        assert (found["politeness.delay"], found["timezone"]) == (1.0, "Europe/Berlin")
    if command == ("state",):
        assert found["articles"] == [
            {"portal": NAME, "status": "stored", "articles": 1, "oldest": "1970-01-01T00:00:01+00:00"}
        ]
    if command[:2] == ("schedule", "list"):
        assert (found[0]["name"], found[0]["articles"], found[0]["last_run"]) == ("morgens", None, None)


def test_times_in_json_are_iso_8601_with_their_offset(data: Path) -> None:
    engine = open_database(f"sqlite:///{data / 'state.sqlite3'}")
    with engine.begin() as connection:
        connection.execute(unpublished.insert().values(run="20251202T101500Z-aaaaaa", manifest="{}", since=1.5))
    run = PastRun("20251203T101500Z-bbbbbb", ("sample",), {}, "2025-12-03T10:15:00+00:00", "2025-12-03T10:16:00+00:00")
    RunHistory(engine).add([(run, [])])
    engine.dispose()
    entry = json.loads(scrapy(*arguments(COMMANDS[-1], data), "--json", data=data).out)[0]
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT04:00:00\+0[12]:00", entry["next"])
    assert entry["last_run"] == "2025-12-03T11:16:00+01:00"
    state = json.loads(scrapy("state", "--json", data=data).out)
    assert state["not_yet_published"]["oldest"] == "1970-01-01T00:00:01+00:00"


def test_rights_are_shown_whole_on_any_terminal(data: Path) -> None:
    robots = (
        b"User-agent: *\nContent-Signal: search=yes, ai-input=no, ai-train=no\nLicense: https://a.example/lizenz.xml\n"
    )
    archive, moment = RightsArchive(DocumentFolder(data / "rights")), datetime(2025, 12, 2, tzinfo=UTC)
    archive.store(f"https://{NAME}", "robots.txt", robots, moment)
    asked = ["rights", f"{NAME}:1"]
    for columns in (40, 80, 200):
        plain = ESCAPE.sub("", on_terminal(asked, data, columns)).replace("\r", "")
        assert "…" not in plain, "a value is cut"
        joined = re.sub(r"\s+", "", plain)
        for value in (
            "search=yes,ai-input=no,ai-train=no",
            "https://a.example/lizenz.xml",
            sha256(robots).hexdigest()[:16],
        ):
            assert value in joined
    assert len([line for line in scrapy(*asked, data=data).out.splitlines() if line.startswith("robots.txt ")]) == 3

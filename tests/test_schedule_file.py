"""schedule.toml: what it says, and how each fault of it is told."""

from __future__ import annotations

import doctest
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from commandline import ROOT, crawl, scrapy
from scrapy.settings import Settings

from portalcrawl import settings as product
from portalcrawl.runs.settings import RunSettings
from portalcrawl.scheduling import spans, timing
from portalcrawl.scheduling.entries import Schedule, ScheduleError
from portalcrawl.scheduling.file import read_schedule
from portalcrawl.scheduling.shadow import shadowing_copy
from portalcrawl.scheduling.timing import Timing, a_cron

BERLIN = ZoneInfo("Europe/Berlin")
FAULTS = {
    "": "entry: is missing",
    "entry = 3": "entry: must be a table",
    "[entry.a]\nportal = 'sample'": "entry.a: must have one of every and cron",
    "[entry.a]\nportal = 'sample'\nevery = '5m'\ncron = '* * * * *'": "entry.a: must have one of every and cron",
    "[entry.a]\nevery = '5m'": "entry.a.portal: is missing",
    "[entry.a]\nportal = 'smaple'\nevery = '5m'": "entry.a.arguments: argument portal: 'smaple' is unknown",
    "[entry.a]\nportal = 'sample'\nevery = 5": "entry.a.every: must be a time such as 90s",
    "[entry.a]\nportal = 'sample'\nevery = '0s'": "entry.a.every: must be 1s or more",
    "[entry.a]\nportal = 'sample'\nevry = '5m'": "entry.a.evry: unknown key; did you mean every?",
    "[entry.a]\nportal = 'sample'\ncron = '* * * *'": "entry.a.cron: must have five fields",
    "[entry.a]\nportal = 'sample'\ncron = '99 * * * *'": "entry.a.cron: is no crontab line",
    "[entry.a]\nportal = 'sample'\ncron = '0 0 30 2 *'": "entry.a.cron: is never due",
    "[entry.a]\nportal = 'sample'\ncron = '0 0 1 * 1'": "entry.a.cron: may name days of the month or of the week",
    "[entry.a]\nportal = 'sample'\nevery = '5m'\ntimezone = 'Mars'": "entry.a.timezone: must be a time zone",
    "[entry.a]\nportal = 'sample'\nevery = '5m'\njitter = '5m'": "entry.a.jitter: must be below every (5m)",
    "[entry.a]\nportal = 'sample'\nevery = '5m'\nlate = 'wait'": "entry.a.late: must be one of skip, queue",
    "[entry.a]\nportal = 'sample'\nevery = '5m'\nnode = 'b'": "entry.a.node: 'b' is no node; the nodes are local",
    "[entry.a]\nportal = 'sample'\nevery = '5m'\nsettings = {STATE_URL = 'postgresql://me:pw@db/x'}": "holds a secret",
    "[entry.a]\nportal = 'sample'\nevery = '5m'\nsettings = {API_TOKEN = 'x'}": "holds a secret",
    "[entry.a]\nportal = 'sample'\nevery = '5m'\nsettings = {DATA_DIR = 'x'}": "DATA_DIR is given by the node",
    "[entry.a]\nportal = 'sample'\nevery = '5m'\narguments = {portal = 'sample'}": "is given twice",
    "[entry.a]\nevery = '5m'\narguments = {urls_file = '-'}": "has no standard input",
    "[entry.a]\nevery = '5m'\narguments = {pages = [1]}": "argument pages must be a string",
    "[entry.'a b']\nportal = 'sample'\nevery = '5m'": "a name has up to 40 letters",
    "[nodes.a]\nurl = 'http://u:p@h/'\n[entry]": "nodes.a.url: must not hold user and password",
    "[nodes.a]\nurl = 'ftp://h/'\n[entry]": "nodes.a.url: must be an http or https address",
    "[nodes.a]\n[entry]": "nodes.a.url: is missing",
    "[nodes]\n[entry]": "nodes: there is none",
    "[defaults]\nevery = '5m'\n[entry]": "defaults.every: belongs into an entry",
    "poll = '1'\n[entry]": "poll: must be a time",
    "[entry": "file: ",
}


def settings(folder: Path) -> RunSettings:
    given = Settings()
    given.setmodule(product)
    given.set("DATA_DIR", str(folder / "data"))
    return RunSettings.from_settings(given)


def read(folder: Path, text: str) -> Schedule:
    file = folder / "schedule.toml"
    file.write_text(text, encoding="utf-8")
    return read_schedule(file, settings(folder))


@pytest.mark.parametrize("text", FAULTS)
def test_a_fault_names_file_key_and_cause(tmp_path: Path, text: str) -> None:
    with pytest.raises(ScheduleError) as raised:
        read(tmp_path, text)
    said = str(raised.value)
    assert FAULTS[text] in said
    assert said.startswith(str(tmp_path / "schedule.toml")) and "\n" not in said


def test_no_secret_of_a_fault_is_shown(tmp_path: Path) -> None:
    for url in ("http://me:hush@h/", "htp://me:hush@h/"):
        with pytest.raises(ScheduleError) as raised:
            read(tmp_path, f"[nodes.a]\nurl = '{url}'\n[entry]")
        assert "hush" not in str(raised.value)


def test_the_command_answers_a_fault_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "schedule.toml").write_text("[entry.a]\n")
    for action in ("run", "check"):
        ended = scrapy("schedule", action, "--file", str(tmp_path / "schedule.toml"), data=tmp_path / "data")
        assert (ended.code, len(ended.lines)) == (2, 1), ended.err
    ended = scrapy("schedule", "list", "--file", str(tmp_path / "none.toml"), data=tmp_path / "data")
    assert ended.code == 2 and "deploy/schedule.toml" in ended.lines[0]
    for words in (("stop",), ("once",)):
        ended = scrapy("schedule", *words, data=tmp_path / "data")
        assert (ended.code, len(ended.lines)) == (2, 1)


def test_the_example_is_sound(tmp_path: Path) -> None:
    schedule = read(tmp_path, (ROOT / "deploy" / "schedule.toml").read_text(encoding="utf-8"))
    assert schedule.entries["sample"].portals == ("sample",)


def test_values_and_defaults(tmp_path: Path) -> None:
    schedule = read(
        tmp_path,
        """
        timezone = "Europe/Berlin"
        [nodes.near]
        url = "http://127.0.0.1:6800"
        [nodes.far]
        url = "https://crawler.example:6800/"
        [defaults]
        limit = "30m"
        [entry.a]
        arguments = {url = "http://www.example.org/a http://example.com/b", follow = false, pages = 2}
        cron = "*/5  6-22 * * MON-FRI"
        settings = {JSONL_FEEDS = true, DOWNLOAD_DELAY = 0.5}
        node = "far"
        silence = "6h"
        [entry.b]
        portal = "sample"
        every = "90s"
        limit = "1h"
        """,
    )
    a, b = schedule.entries["a"], schedule.entries["b"]
    near, far = schedule.nodes["near"], schedule.nodes["far"]
    assert (near.url, near.shared, near.data_dir) == ("http://127.0.0.1:6800/", True, str(tmp_path / "data"))
    assert (far.shared, far.data_dir) == (False, None)
    assert a.arguments == {"url": "http://www.example.org/a http://example.com/b", "follow": "false", "pages": "2"}
    assert a.portals == ("example.com", "example.org")
    assert a.settings == {"JSONL_FEEDS": "True", "DOWNLOAD_DELAY": "0.5"}
    assert a.timing == Timing(None, "*/5 6-22 * * mon-fri", BERLIN, 0)
    assert (a.limit, b.limit, a.silence, b.silence, b.timing.every) == (1800, 3600, 6 * 3600, None, 90)
    assert [node.name for node in a.places(schedule.nodes)] == ["far"]
    assert {node.name for node in b.places(schedule.nodes)} == {"near", "far"}


def test_durations_and_weekdays() -> None:
    for module in (spans, timing):
        results = doctest.testmod(module)
        assert results.attempted and not results.failed


def test_weekdays_are_those_of_crontab_not_of_apscheduler() -> None:
    # 2026-03-01 is a Sunday; crontab's 0 and 7 are Sunday, 1 is Monday.
    saturday = datetime(2026, 2, 28, 12, tzinfo=UTC)
    for line, day in (("0 6 * * 0", 1), ("0 6 * * 7", 1), ("0 6 * * 1", 2), ("0 6 * * sun", 1), ("0 6 * * 6-7", 1)):
        due = Timing(None, a_cron(line), ZoneInfo("UTC"), 0).after(saturday, 1)
        assert due == datetime(2026, 3, day, 6, tzinfo=UTC), line


def test_a_crontab_line_keeps_to_the_wall_clock_of_its_zone() -> None:
    daily = Timing(None, "30 6 * * *", BERLIN, 0)
    before = datetime(2026, 3, 28, 12, tzinfo=BERLIN)
    # The clocks go forward on 2026-03-29: 06:30 is 04:30 UTC from then on, and not 05:30.
    assert daily.after(before, 1) == datetime(2026, 3, 29, 4, 30, tzinfo=UTC)
    assert daily.after(datetime(2026, 3, 27, 12, tzinfo=BERLIN), 1) == datetime(2026, 3, 28, 5, 30, tzinfo=UTC)
    # A time that is skipped, 02:30, is due once that day all the same or the next day, never twice.
    nightly = Timing(None, "30 2 * * *", BERLIN, 0)
    found = [nightly.after(datetime(2026, 3, 28, 12, tzinfo=UTC), number) for number in (1, 2)]
    assert found[0] != found[1] and None not in found
    # One that comes twice, 02:30 on 2026-10-25, is due once.
    found = [nightly.after(datetime(2026, 10, 24, 12, tzinfo=UTC), number) for number in (1, 2)]
    assert [due.astimezone(BERLIN).day for due in found if due] == [25, 26]


def test_a_clock_that_ticks_through_a_change_of_time_misses_nothing() -> None:
    trigger = Timing(None, a_cron("*/30 * * * *"), BERLIN, 0).trigger()
    due = datetime(2026, 10, 24, 23, 30, tzinfo=UTC).astimezone(BERLIN)
    found = []
    for _ in range(6):
        # As APScheduler asks: with the time before, and a now a little after it.
        due = trigger.get_next_fire_time(due, due.astimezone(UTC) + timedelta(seconds=1))
        found.append(due.astimezone(UTC))
    assert found == [datetime(2026, 10, 25, 0, tzinfo=UTC) + number * timedelta(minutes=30) for number in range(6)]


def test_a_crontab_and_units_are_printed(tmp_path: Path) -> None:
    text = """
        timezone = "Europe/Berlin"
        [entry.a]
        portal = "sample"
        cron = "*/5 6-22 * * 1-5"
        [entry.b]
        portal = "klamm"
        every = "2h"
        jitter = "30s"
    """
    file = tmp_path / "schedule.toml"
    file.write_text(text, encoding="utf-8")
    printed = scrapy("schedule", "cron", "--file", str(file), data=tmp_path).out.splitlines()
    assert "CRON_TZ=Europe/Berlin" in printed
    assert any(line.startswith("*/5 6-22 * * 1-5 cd ") and "schedule once a --file" in line for line in printed)
    assert any(line.startswith("0 */2 * * * cd ") for line in printed)
    units = scrapy("schedule", "cron", "--systemd", "--file", str(file), data=tmp_path).out
    assert "OnCalendar=Mon,Tue,Wed,Thu,Fri *-*-* 6..22:0/5:00 Europe/Berlin" in units
    assert "OnUnitActiveSec=7200" in units and "RandomizedDelaySec=30" in units
    file.write_text(text.replace('"2h"', '"7m"'), encoding="utf-8")
    ended = scrapy("schedule", "cron", "--file", str(file), data=tmp_path)
    assert (ended.code, len(ended.lines)) == (2, 1) and "can't be said in a crontab line" in ended.err


def test_a_copy_beside_scrapyd_is_told_of(tmp_path: Path) -> None:
    for name in ("scrapyd", "portalcrawl"):
        assert shadowing_copy([str(tmp_path)]) is None
        folder = tmp_path / f"{name}-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
    assert "hides the eggs" in (shadowing_copy([str(tmp_path)]) or "")


def test_a_run_that_comes_too_late_does_nothing(tmp_path: Path) -> None:
    ended = crawl("-s", "RUN_NOT_AFTER=1000000000", data=tmp_path / "data", portal="sample")
    assert (ended.code, len(ended.lines)) == (75, 1)
    assert "was to begin by 2001-09-09 01:46:40 UTC" in ended.err
    assert not (tmp_path / "data").exists()


def test_a_broken_store_is_told_of_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "schedule.sqlite3").write_text("no database, but long enough to be looked at as one" * 9)
    file = ROOT / "deploy" / "schedule.toml"
    ended = scrapy("schedule", "list", "--file", str(file), data=tmp_path)
    assert (ended.code, len(ended.lines)) == (1, 1) and "is begun anew" in ended.err

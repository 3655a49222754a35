"""When entries are due: across changes of the clock, and when the machine's own clock is set."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from support.clock_oracle import AROUND, different_changes, due_around
from support.commandline import scrapy

from portalcrawl.scheduling.entries import Schedule, ScheduleEntry
from portalcrawl.scheduling.job_store import JobStore
from portalcrawl.scheduling.ticker import Ticker
from portalcrawl.scheduling.timing import Timing, parse_cron

BERLIN = ZoneInfo("Europe/Berlin")
LINES = (
    *("0 0 * * *", "15 0 * * *", "0 0 * * 0", "40 0 * * 5", "5 0 1 * *", "30 23 * * *", "0 0,12 * * *", "0 */6 * * *"),
    *("30 2 * * *", "*/20 2 * * *", "0,45 1-3 * * 6,7", "*/7 0-5 * * *"),
    *("*/30 * * * *", "50 * * * *", "0 */1 * * 5", "25 0-23 * * 0", "*/5 * 1,30,31 * *"),
)


def due_times(line: str, zone: ZoneInfo, after: datetime, until: datetime) -> list[datetime]:
    timing = Timing(None, parse_cron(line), zone, 0)
    return list(takewhile(lambda due: due < until, timing.due_times(after)))


def compare_with_every_minute(years: range) -> int:
    compared = 0
    for year in years:
        for zone, change in different_changes(year):
            for line in LINES:
                found = due_times(line, zone, change - AROUND - timedelta(seconds=1), change + AROUND)
                assert found == due_around(line, zone, change), f"{line!r} in {zone} about {change}"
                compared += 1
    return compared


def test_every_change_of_a_year_in_every_zone() -> None:
    assert compare_with_every_minute(range(2026, 2027)) > 300


@pytest.mark.parametrize("year", [1995, 2009, 2011, 2037])
def test_every_change_of_other_years_in_every_zone(year: int) -> None:
    # 1994/95 Kiribati and 2011 Samoa skip a day; 2009 many change at midnight; 2037 is beyond the tables of tzdata.
    assert compare_with_every_minute(range(year, year + 1)) > 300


@pytest.mark.parametrize(
    ("zone", "line", "day", "expected"),
    [
        # Clocks go from 02:00 to 03:00 on 29 March.
        ("Europe/Berlin", "0 0 * * *", "2026-03-28", ["03-29 00:00", "03-30 00:00", "03-31 00:00"]),
        ("Europe/Berlin", "15 0 * * *", "2026-03-28", ["03-28 00:15", "03-29 00:15", "03-30 00:15"]),
        ("Europe/Berlin", "0 0 * * 1", "2026-03-28", ["03-30 00:00", "04-06 00:00"]),
        ("Europe/Berlin", "*/20 2 * * *", "2026-03-29", ["03-29 03:00", "03-30 02:00", "03-30 02:20"]),
        ("Europe/Berlin", "30 2 * * *", "2026-03-29", ["03-29 03:00", "03-30 02:30"]),
        # ... and from 03:00 to 02:00 on 25 October.
        ("Europe/Berlin", "30 2 * * *", "2026-10-25", ["10-25 02:30", "10-26 02:30"]),
        ("Europe/Berlin", "30 * * * *", "2026-10-25", ["10-25 00:30", "10-25 01:30", "10-25 02:30", "10-25 02:30"]),
        # Midnight is skipped.
        ("Africa/Cairo", "0 0 * * *", "2026-04-23", ["04-24 01:00", "04-25 00:00"]),
        ("Africa/Cairo", "30 0 * * 5", "2026-04-23", ["04-24 01:00", "05-01 00:30"]),
        ("Asia/Beirut", "10 0 * * *", "2026-03-28", ["03-28 00:10", "03-29 01:00", "03-30 00:10"]),
        ("America/Santiago", "0 0 * * 0", "2026-09-05", ["09-06 01:00", "09-13 00:00"]),
        # Midnight comes twice.
        ("America/Havana", "0 0 * * *", "2026-10-31", ["11-01 00:00", "11-02 00:00"]),
        # The line of one who wrote all hours as a range.
        ("Australia/Lord_Howe", "45 0-23 * * *", "2026-04-05", ["04-05 00:45", "04-05 01:45", "04-05 01:45"]),
        # 30 December 2011 was skipped.
        ("Pacific/Apia", "0 6 * * *", "2011-12-29", ["12-29 06:00", "12-31 00:00", "12-31 06:00"]),
    ],
)
def test_changes_of_the_clock(zone: str, line: str, day: str, expected: list[str]) -> None:
    start = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone))
    found = islice(Timing(None, parse_cron(line), ZoneInfo(zone), 0).due_times(start), len(expected))
    shown = [f"{due.astimezone(ZoneInfo(zone)):%m-%d %H:%M}" for due in found]
    assert shown == expected


def test_weekdays_are_those_of_crontab() -> None:
    # 2026-03-01 is a Sunday; crontab's 0 and 7 are Sunday, 1 is Monday.
    saturday = datetime(2026, 2, 28, 12, tzinfo=UTC)
    cases = {"0": 1, "7": 1, "1": 2, "sun": 1, "6-7": 1, "sat-sun": 1, "mon": 2, "2-fri": 3}
    for weekday, day in cases.items():
        due = Timing(None, parse_cron(f"0 6 * * {weekday}"), ZoneInfo("UTC"), 0).nth_after(saturday, 1)
        assert due == datetime(2026, 3, day, 6, tzinfo=UTC), weekday


def test_of_missed_starts_the_last_is_found_without_walking_through_all() -> None:
    start, end = datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 0, 0, 30, tzinfo=UTC)
    minutely = Timing(None, "* * * * *", BERLIN, 0)
    assert minutely.latest(start, end) == datetime(2026, 1, 1, tzinfo=UTC)
    yearly = Timing(None, "0 6 24 12 *", BERLIN, 0)
    assert yearly.latest(start, end) == datetime(2025, 12, 24, 5, tzinfo=UTC)
    assert yearly.latest(datetime(2025, 12, 24, 5, tzinfo=UTC), end) is None
    assert Timing(300, None, BERLIN, 0).latest(start, end) == datetime(2026, 1, 1, tzinfo=UTC)


def entry(name: str, timing: Timing) -> ScheduleEntry:
    return ScheduleEntry(name, {}, (name,), timing)


def ticker(store: JobStore, now: float, timings: Mapping[str, Timing]) -> Ticker:
    entries = {name: entry(name, timing) for name, timing in timings.items()}
    return Ticker(store, Schedule("", {}, entries), now)


NOON = datetime(2026, 5, 4, 12, tzinfo=UTC).timestamp()
CRON, EVERY = Timing(None, "*/10 * * * *", BERLIN, 0), Timing(300, None, BERLIN, 0)


def due(store: JobStore) -> list[tuple[str, float]]:
    return [(job.entry, job.due - NOON) for job in store.open_jobs()]


def test_a_due_start_is_recorded_once_however_often_the_scheduler_dies(tmp_path: Path) -> None:
    store = JobStore.open(tmp_path)
    assert ticker(store, NOON, {"cron": CRON, "every": EVERY}).tick(NOON) == 300
    for _ in range(2):
        ticker(store, NOON + 601, {"cron": CRON, "every": EVERY}).tick(NOON + 601)
    assert due(store) == [("every", 0), ("cron", 600), ("every", 600)]


def test_a_changed_entry_gets_new_times_and_a_removed_one_is_forgotten(tmp_path: Path) -> None:
    store = JobStore.open(tmp_path)
    ticker(store, NOON, {"a": EVERY, "b": CRON}).tick(NOON)
    changed = ticker(store, NOON + 10, {"a": Timing(600, None, BERLIN, 0)})
    assert list(store.entry_states(())) == ["a"]
    assert changed.tick(NOON + 10) == 600
    assert due(store) == [("a", 0), ("a", 10)]


def test_jitter_delays_a_start_and_loses_none(tmp_path: Path) -> None:
    store = JobStore.open(tmp_path)
    ticking = ticker(store, NOON, {"a": Timing(None, "* * * * *", BERLIN, 300.0)})
    for second in range(0, 1200, 5):
        ticking.tick(NOON + second)
    slots = [slot for _, slot in due(store)]
    assert slots == sorted(set(slots)) and all(slot % 60 == 0 for slot in slots)


def test_a_clock_that_is_set_back_delays_nothing(tmp_path: Path) -> None:
    store = JobStore.open(tmp_path)
    ticking = ticker(store, NOON, {"cron": CRON, "every": EVERY})
    ticking.tick(NOON)
    ticking.tick(NOON + 30)
    store.set_seen(NOON + 30)
    job = store.open_jobs()[0]
    store.change(job.job, status="posting", posted=NOON + 20, expires=NOON + 620)
    back = NOON - 86_400 + 30
    restarted = ticker(JobStore.open(tmp_path), back, {"cron": CRON, "every": EVERY})
    for one in (ticking, restarted):  # the one that ran, and one that was started after it
        assert one.tick(back) <= 300
        assert one.tick(back + 599) < 300
    found = store.open_jobs()
    assert next(each for each in found if each.job == job.job).posted == back
    assert {each.entry for each in found if each.job != job.job} == {"every", "cron"}


def test_a_clock_that_is_put_right_by_seconds_starts_nothing_twice(tmp_path: Path) -> None:
    store = JobStore.open(tmp_path)
    ticking = ticker(store, NOON - 5, {"cron": CRON})
    ticking.tick(NOON)
    for late in (-3, -1, 0, 1, 40):
        ticking.tick(NOON + late)
    assert due(store) == [("cron", 0)]


def test_check_names_a_clock_that_was_set_back(tmp_path: Path) -> None:
    (tmp_path / "schedule.toml").write_text("[entry.a]\nportal = 'sample'\nevery = '5m'\n")
    store, ahead = JobStore.open(tmp_path / "data"), datetime.now(UTC).timestamp() + 7200
    job = store.find(store.add("a", ahead, ["sample"]))
    assert job is not None
    store.end(job, "done", ahead, verdict="ok", reasons=[])
    store.set_seen(ahead)
    ended = scrapy("schedule", "check", "--file", str(tmp_path / "schedule.toml"), data=tmp_path / "data")
    assert ended.code == 1
    assert '"age": -' not in ended.out and '_age": -' not in ended.out
    assert ended.out.count("the clock was set back") == 2


def test_old_jobs_are_removed_except_the_last_of_each_entry(tmp_path: Path) -> None:
    store = JobStore.open(tmp_path)
    for number in range(3):
        job = store.find(store.add("a", NOON + number, ["a"]))
        assert job is not None
        store.end(job, "done", NOON + number, verdict="warning", reasons=["quiet"], counts={"articles": number % 2})
    store.remove_old(NOON + 90 * 86_400)
    record = store.entry_states(())["a"]
    assert record.last is not None and record.last.ended == NOON + 2
    assert (record.known_since, record.last_good, record.last_news) == (NOON, NOON + 2, NOON + 1)
    assert store.known([job.job]) and record.next is None


TEXT = """
timezone = "Europe/Berlin"
[entry.a]
portal = "sample"
cron = "*/20 6-22 * jan,mar-may 1-5"
[entry.b]
portal = "klamm"
every = "2h"
jitter = "30s"
[entry.c]
portal = "klamm"
cron = "0 0 */10 * *"
"""


def printed(folder: Path, *options: str, text: str = TEXT) -> str:
    file = folder / "schedule.toml"
    file.write_text(text, encoding="utf-8")
    ended = scrapy("schedule", "cron", *options, "--file", str(file), data=folder / "my data")
    assert ended.code == 0, ended.err
    return ended.out


def test_crontab_lines_name_the_data_folder(tmp_path: Path) -> None:
    lines = printed(tmp_path).splitlines()
    assert "CRON_TZ=Europe/Berlin" in lines
    own = next(line for line in lines if line.startswith("*/20 6-22 * jan,mar-may 1-5 cd "))
    assert " schedule once a --file " in own and own.endswith(f"-s 'DATA_DIR={tmp_path}/my data'")
    assert any(line.startswith("0 */2 * * * cd ") for line in lines)
    (tmp_path / "schedule.toml").write_text(TEXT.replace('"2h"', '"7m"'), encoding="utf-8")
    ended = scrapy("schedule", "cron", "--file", str(tmp_path / "schedule.toml"), data=tmp_path)
    assert (ended.code, len(ended.lines)) == (2, 1) and "can't be written as a crontab line" in ended.err


def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    units = printed(tmp_path, "--systemd")
    assert "OnCalendar=Mon,Tue,Wed,Thu,Fri *-1,3..5-* 6..22:0,20,40:00 Europe/Berlin" in units
    assert "OnUnitActiveSec=7200" in units and "RandomizedDelaySec=30" in units
    assert f'"DATA_DIR={tmp_path}/my data"' in units and "\nUser=" in units
    if shutil.which("systemd-analyze"):
        parts = re.compile(r"^# /etc/systemd/system/(\S+)\n(.*?)(?=^# |\Z)", re.DOTALL | re.MULTILINE)
        for name, content in parts.findall(units):
            (tmp_path / name).write_text(content, encoding="utf-8")
        files = sorted(str(path) for path in tmp_path.glob("portalcrawl-*"))
        assert len(files) == 6
        verified = subprocess.run(["systemd-analyze", "verify", *files], capture_output=True, text=True, check=False)
        assert not [line for line in verified.stderr.splitlines() if "portalcrawl-" in line], verified.stderr


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd here")
def test_systemd_reads_crontab_lines_as_meant(tmp_path: Path) -> None:
    lines = ("0 0 1 jan *", "*/15 0 * feb-apr *", "7-59/13 */5 */9 * *", "0 6 * * 0", "30 4 * * fri-7", "0 0 * */4 *")
    entries = "\n".join(f'[entry.e{at}]\nportal = "sample"\ncron = "{line}"' for at, line in enumerate(lines))
    units = printed(tmp_path, "--systemd", text=f'timezone = "America/New_York"\n{entries}')
    calendars = re.findall(r"^OnCalendar=(.+)$", units, re.MULTILINE)
    assert len(calendars) == len(lines)
    base = datetime(2026, 1, 10, 3, 30, tzinfo=UTC)
    command = ["systemd-analyze", "calendar", "--iterations=5", f"--base-time={base:%Y-%m-%d %H:%M:%S} UTC"]
    for line, calendar in zip(lines, calendars, strict=True):
        utc = {"TZ": "UTC", "LC_ALL": "C"}
        done = subprocess.run([*command, calendar], capture_output=True, text=True, check=True, env=utc)
        found = re.findall(r"(?:Next elapse|Iter(?:\.|ation) #\d+): \w{3} (\S+ \S+) UTC", done.stdout)
        expected = islice(Timing(None, parse_cron(line), ZoneInfo("America/New_York"), 0).due_times(base), 5)
        assert found == [f"{due:%Y-%m-%d %H:%M:%S}" for due in expected], done.stdout

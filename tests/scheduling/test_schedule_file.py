"""schedule.toml: its values and its faults."""

from __future__ import annotations

import doctest
import sqlite3
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from scrapy.settings import Settings
from support.commandline import ROOT, crawl, scrapy

from portalcrawl import settings as product
from portalcrawl.errors import ConfigFileError
from portalcrawl.runs.run_settings import RunSettings
from portalcrawl.scheduling import durations
from portalcrawl.scheduling.entries import Schedule
from portalcrawl.scheduling.job_store import JobStore
from portalcrawl.scheduling.schedule_file import read_schedule
from portalcrawl.scheduling.shadow import shadowing_copy
from portalcrawl.scheduling.timing import Timing

BERLIN = ZoneInfo("Europe/Berlin")
FAULTS = {
    "": "entry: is missing",
    "entry = 3": "entry: must be a table",
    "[entry.a]\nportal = 'sample'": "entry.a.every: exactly one of every and cron is needed",
    "[entry.a]\nportal = 'sample'\nevery = '5m'\ncron = '* * * * *'": "entry.a.every: exactly one of every and cron",
    "[entry.a]\nevery = '5m'": "entry.a.portal: is missing",
    "[entry.a]\nportal = 'smaple'\nevery = '5m'": "entry.a.arguments: argument portal: 'smaple' is unknown",
    "[entry.a]\nportal = 'sample'\nevery = 5": "entry.a.every: must be a time such as 90s",
    "[entry.a]\nportal = 'sample'\nevery = '0s'": "entry.a.every: must be 1s or more",
    "[entry.a]\nportal = 'sample'\nevry = '5m'": "entry.a.evry: unknown key; did you mean every?",
    "[entry.a]\nportal = 'sample'\ncron = '* * * *'": "entry.a.cron: must have five fields",
    "[entry.a]\nportal = 'sample'\ncron = '99 * * * *'": "entry.a.cron: is not a crontab line",
    "[entry.a]\nportal = 'sample'\ncron = '0 0 30 2 *'": "entry.a.cron: is not a crontab line, or never due: bad day",
    "[entry.a]\nportal = 'sample'\ncron = '0 0 1 * 1'": "entry.a.cron: may name days of the month or of the week",
    "[entry.a]\nportal = 'sample'\nevery = '5m'\ntimezone = 'Mars'": "entry.a.timezone: must be an IANA time zone",
    "[entry.a]\nportal = 'sample'\nevery = '5m'\njitter = '5m'": "entry.a.jitter: must be below every (5m)",
    "[entry.a]\nportal = 'sample'\nevery = '5m'\non_overlap = 'wait'": "entry.a.on_overlap: must be one of skip, queue",
    "[entry.a]\nportal = 'sample'\nevery = '5m'\nlate = 'queue'": "entry.a.late: is called on_overlap now",
    "[defaults]\nmake_up = '2h'\n[entry]": "defaults.make_up: is called misfire_grace",
    "[entry.a]\nportal = 'sample'\ncron = '0 0 L * *'": "entry.a.cron: is not a crontab line: it has minutes",
    "[entry.a]\nportal = 'sample'\ncron = '0 0 * * 5#2'": "entry.a.cron: is not a crontab line: it has minutes",
    "[entry.a]\nportal = 'sample'\ncron = '0 0 * * sat-mon'": "entry.a.cron: is not a crontab line, or never due",
    "[entry.a]\nportal = 'sample'\nevery = '5m'\nnode = 'b'": "entry.a.node: 'b' is not a node; the nodes are local",
    "[entry.a]\nportal = 'sample'\nevery = '5m'\nsettings = {STATE_URL = 'postgresql://u:p@db/x'}": "contains a secret",
    "[entry.a]\nportal = 'sample'\nevery = '5m'\nsettings = {API_TOKEN = 'x'}": "contains a secret",
    "[entry.a]\nportal = 'sample'\nevery = '5m'\nsettings = {DATA_DIR = 'x'}": "DATA_DIR: is set by the node",
    "[entry.a]\nportal = 'sample'\nevery = '5m'\narguments = {portal = 'sample'}": "is given twice",
    "[entry.a]\nevery = '5m'\narguments = {urls_file = '-'}": "has no standard input",
    "[entry.a]\nevery = '5m'\narguments = {pages = [1]}": "entry.a.arguments.pages: must be a string",
    "[entry.'a b']\nportal = 'sample'\nevery = '5m'": "a name has up to 40 letters",
    "[nodes.a]\nurl = 'http://u:p@h/'\n[entry]": "nodes.a.url: must not contain user and password",
    "[nodes.a]\nurl = 'ftp://h/'\n[entry]": "nodes.a.url: must be an http or https URL",
    "[nodes.a]\n[entry]": "nodes.a.url: is missing",
    "[nodes]\n[entry]": "nodes: must name at least one node",
    "[defaults]\nevery = '5m'\n[entry]": "defaults.every: belongs in an entry",
    "poll = '1'\n[entry]": "poll: must be a time",
    "[entry": "TOML: ",
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
    with pytest.raises(ConfigFileError) as raised:
        read(tmp_path, text)
    said = str(raised.value)
    assert FAULTS[text] in said
    assert said.startswith(str(tmp_path / "schedule.toml")) and "\n" not in said


def test_no_secret_of_a_fault_is_shown(tmp_path: Path) -> None:
    for url in ("http://me:hush@h/", "htp://me:hush@h/"):
        with pytest.raises(ConfigFileError) as raised:
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


def test_the_example_is_valid(tmp_path: Path) -> None:
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
    assert (a.node, b.node) == ("far", "near"), "without a name the first"


def test_the_webhook_of_the_environment_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "webhook = 'https://a.example/'\nproject = 'mine'\ntimezone = 'Europe/Berlin'\n[defaults]\n[entry]"
    assert read(tmp_path, text).webhook == "https://a.example/"
    monkeypatch.setenv("PORTALCRAWL_WEBHOOK", "https://b.example/")
    schedule = read(tmp_path, text)
    assert (schedule.webhook, schedule.project, schedule.poll) == ("https://b.example/", "mine", 2.0)


def test_durations() -> None:
    results = doctest.testmod(durations)
    assert results.attempted and not results.failed


def test_a_copy_beside_scrapyd_is_reported(tmp_path: Path) -> None:
    for name in ("scrapyd", "portalcrawl"):
        assert shadowing_copy([str(tmp_path)]) is None
        folder = tmp_path / f"{name}-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
    assert "hides the eggs" in (shadowing_copy([str(tmp_path)]) or "")


def test_a_run_that_comes_too_late_does_nothing(tmp_path: Path) -> None:
    ended = crawl("-s", "RUN_NOT_AFTER=1000000000", data=tmp_path / "data", portal="sample")
    assert (ended.code, len(ended.lines)) == (75, 1)
    assert "should have begun by 2001-09-09 01:46:40 UTC" in ended.err
    assert not (tmp_path / "data").exists()


def test_a_broken_store_is_reported_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "schedule.sqlite3").write_text("no database, but long enough to be looked at as one" * 9)
    file = ROOT / "deploy" / "schedule.toml"
    ended = scrapy("schedule", "list", "--file", str(file), data=tmp_path)
    assert (ended.code, len(ended.lines)) == (1, 1) and "a new one is created" in ended.err


FOREIGN = {
    "of another program": ("CREATE TABLE jobs (id INTEGER PRIMARY KEY, title TEXT)",),
    "of another program with our names": (
        *(f"CREATE TABLE {name} (id INTEGER)" for name in ("jobs", "levels", "notices", "marks", "entries")),
        "PRAGMA user_version = 2",
    ),
    "of another program with the names of the first version": tuple(
        f"CREATE TABLE {name} (id INTEGER)" for name in ("jobs", "levels", "notices", "marks")
    ),
    "of a newer version": ("CREATE TABLE jobs (job TEXT)", "PRAGMA user_version = 99"),
}


@pytest.mark.parametrize("kind", FOREIGN)
@pytest.mark.parametrize("action", [("list",), ("once", "sample"), ("check",), ("run",)], ids=lambda words: words[0])
def test_a_foreign_database_is_reported_in_one_line_and_left_alone(
    tmp_path: Path, kind: str, action: tuple[str, ...]
) -> None:
    file = tmp_path / "schedule.sqlite3"
    with closing(sqlite3.connect(file)) as database:
        for statement in FOREIGN[kind]:
            database.execute(statement)
        before = database.execute("SELECT sql FROM sqlite_master").fetchall()
    ended = scrapy("schedule", *action, "--file", str(ROOT / "deploy" / "schedule.toml"), data=tmp_path)
    assert (ended.code, len(ended.lines)) == (1, 1), ended.err
    assert "schedule.sqlite3 can't be used" in ended.err and "a new one is created" in ended.err
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("SELECT sql FROM sqlite_master").fetchall() == before


FIRST_VERSION = """
CREATE TABLE jobs (number INTEGER PRIMARY KEY, job VARCHAR UNIQUE, entry VARCHAR, slot VARCHAR, by_hand BOOLEAN,
    portals TEXT, due FLOAT, status VARCHAR, node VARCHAR, posted FLOAT, expires FLOAT, longest FLOAT, started FLOAT,
    cancelled FLOAT, ended FLOAT, why TEXT, run VARCHAR, verdict VARCHAR, reasons TEXT, counts TEXT,
    UNIQUE (entry, slot));
CREATE INDEX ix_jobs_status ON jobs (status);
CREATE INDEX jobs_by_verdict ON jobs (entry, verdict, ended);
CREATE TABLE levels (entry VARCHAR PRIMARY KEY, level VARCHAR, since FLOAT);
CREATE TABLE notices (number INTEGER PRIMARY KEY, line TEXT, made FLOAT, tries INTEGER, next_try FLOAT);
CREATE TABLE marks (name VARCHAR PRIMARY KEY, value FLOAT);
CREATE TABLE clock (id VARCHAR PRIMARY KEY, next_run_time FLOAT, job_state BLOB);
INSERT INTO marks VALUES ('news a', 150), ('alive', 400);
INSERT INTO levels VALUES ('a', 'failed', 300);
INSERT INTO jobs (job, entry, slot, by_hand, portals, due, status, ended, verdict, reasons, counts) VALUES
    ('a-1', 'a', '1', 0, '["p"]', 100, 'done', 200, 'ok', '[]', '{"articles": 1}'),
    ('a-2', 'a', '2', 0, '["p"]', 200, 'failed', 300, 'failed', '["it died"]', NULL),
    ('a-3', 'a', '3', 0, '["p"]', 300, 'skipped', 350, NULL, NULL, NULL),
    ('a-4', 'a', '4', 0, '["p"]', 400, 'pending', NULL, NULL, NULL, NULL);
"""


def test_a_database_of_the_first_version_is_migrated(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "schedule.sqlite3")) as database:
        database.executescript(FIRST_VERSION)
    for _ in range(2):
        store = JobStore.open(tmp_path)
        record = store.entry_states(())["a"]
        assert record.last is not None
        assert (record.last.job, record.last.reasons, record.level) == ("a-2", ("it died",), "failed")
        assert (record.known_since, record.last_good, record.last_news) == (100, 200, 150)
        assert [job.job for job in store.open_jobs()] == ["a-4"]
        assert store.last_seen() == 400

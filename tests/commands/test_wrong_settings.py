"""Wrong settings and options of Scrapy's own: one line, exit code 2, and nothing made."""

from __future__ import annotations

import sys
from pathlib import Path
from subprocess import PIPE, Popen

import pytest
from support.commandline import ROOT, crawl, files, runs, scrapy

from portalcrawl.runs.arguments import NAMES

WRONG = {
    "LOG_LEVEL": "LOUD",
    "LOG_FILE": "no-such-folder/crawl.log",
    "DOWNLOAD_DELAY": "abc",
    "CONCURRENT_REQUESTS": "",
    "ROBOTSTXT_OBEY": "perhaps",
    "CLOSING_GRACE": "-1",
    "PROGRESS_ENABLED": "perhaps",
    "STATE_URL": "nonsense://anna:geheim@host/state",
    "JSONL_FEEDS": "perhaps",
    "READ_TIMEOUT": "0",
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_setting_is_one_line(name: str, tmp_path: Path) -> None:
    ended = scrapy("crawl", "portal", "-s", f"{name}={WRONG[name]}", data=tmp_path / "data")
    assert ended.code == 2
    assert len(ended.lines) == 1, ended.err
    assert name in ended.err
    assert "geheim" not in ended.err
    assert not files(tmp_path)


def test_a_pid_file_nowhere_is_one_line(tmp_path: Path) -> None:
    ended = crawl("--pidfile", str(tmp_path / "nowhere" / "pid"), data=tmp_path / "data")
    assert (ended.code, len(ended.lines)) == (2, 1)
    assert "--pidfile" in ended.err
    assert not files(tmp_path)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://host/state",
        "mariadb+pymysql://host/state",
        "oracle+oracledb://host/state",
        "sqlite+aiosqlite:///state.sqlite3",
        "postgresql+asyncpg://host/state",
        "postgresql://host/state",
        "nonsense",
    ],
)
def test_an_unknown_database_is_refused_with_the_known_ones(url: str, tmp_path: Path) -> None:
    for command in (("crawl", "portal"), ("fleet", "init")):
        ended = scrapy(*command, "-s", f"STATE_URL={url}", data=tmp_path / "data")
        assert (ended.code, len(ended.lines)) == (2, 1)
        assert "postgresql+psycopg://user@host/" in ended.err
        assert "driver" not in ended.err
    assert not files(tmp_path)


def test_a_host_that_is_down_is_not_said_to_forbid_it(tmp_path: Path) -> None:
    ended = crawl("-s", "RETRY_TIMES=0", "-L", "CRITICAL", data=tmp_path, url="http://127.0.0.1:9/")
    assert ended.code == 1
    assert "no_robots 1" in ended.lines[-1]
    assert runs(tmp_path)[0]["counts"]["failed/no_robots"] == 1


def test_the_help_names_every_argument(tmp_path: Path) -> None:
    text = scrapy("crawl", "-h", data=tmp_path).out
    for name in NAMES:
        assert f"\n  {name} " in text


def test_a_schema_can_be_read_in_part() -> None:
    reader = Popen([sys.executable, "-m", "scrapy", "schema", "article"], cwd=ROOT, stdout=PIPE, stderr=PIPE)
    assert reader.stdout
    assert reader.stderr
    reader.stdout.close()
    assert reader.stderr.read() == b""
    assert reader.wait() == 0

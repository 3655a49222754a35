"""What the machine refuses is answered in one line: locks, states and folders of others, terminals without UTF-8."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from support.commandline import ROOT, Ended, crawl, environment, scrapy, scrapy_cold, scrapy_in
from support.read_only import AS_OTHERS
from support.tinyportal import TinyPortal, article, listing

PAGE = "/stadt/meldung-des-tages-100001.html"
ONE_AFTER_THE_OTHER = """
import json, sys
from scrapy.cmdline import execute
for args in json.loads(sys.argv[1]):
    try:
        execute(["scrapy", *args])
    except SystemExit as end:
        assert not end.code, args
"""
"""Runs several commands in one interpreter."""
SITE = {"/": listing("Neues", f"{PAGE}|Die Fähre fährt wieder"), PAGE: article("Die Fähre fährt wieder")}


def refused(*args: str, data: Path) -> Ended:
    """Run ``scrapy ARGS`` as somebody to whom modes of files apply."""
    ended = scrapy_in(AS_OTHERS, *args, data=data)
    if "can't be given up" in ended.err:
        pytest.skip("rights can't be given up here")
    return ended


@pytest.fixture
def used(tmp_path: Path) -> Path:
    """A data folder in which one run was."""
    with TinyPortal(SITE) as portal:
        assert crawl(data=tmp_path / "data", url=portal.url()).code == 0
        (tmp_path / "url").write_text(portal.url(), encoding="utf-8")
    return tmp_path / "data"


@pytest.mark.parametrize(
    ("what", "mode", "named"),
    [
        ("locks/*", 0o000, "lock"),
        ("state.sqlite3", 0o444, "readonly database"),
        ("state.sqlite3", 0o000, "unable to open database file"),
        ("feeds", 0o000, "Permission denied"),
    ],
)
def test_files_of_another_user_are_named(used: Path, what: str, mode: int, named: str) -> None:
    for path in used.glob(what):
        path.chmod(mode)
    url = (used.parent / "url").read_text(encoding="utf-8")
    ended = refused("crawl", "portal", "-L", "ERROR", "-a", f"url={url}", data=used)
    for path in used.glob(what):
        path.chmod(0o755)
    assert (ended.code, len(ended.lines)) == (1, 1), ended.err
    assert named in ended.err


def test_a_state_that_may_only_be_read_is_shown_and_not_changed(used: Path) -> None:
    with sqlite3.connect(used / "state.sqlite3") as connection:
        connection.execute("UPDATE articles SET seen = 5")  # so that there is something to forget
    connection.close()
    (used / "state.sqlite3").chmod(0o444)
    shown = refused("state", data=used)
    assert shown.code == 0, shown.err
    assert "stored" in shown.out
    for args in (("--forget", "1d"), ("--requeue", "failed")):
        ended = refused("state", *args, data=used)
        assert (ended.code, len(ended.lines)) == (1, 1), ended.err
        assert "readonly" in ended.err


def test_a_lock_that_is_no_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "locks" / "a.example.lock").mkdir(parents=True)
    ended = crawl(data=tmp_path, url="https://a.example/")
    assert (ended.code, len(ended.lines)) == (1, 1), ended.err
    assert "a.example.lock" in ended.err


@pytest.mark.parametrize("locale", [{"LC_ALL": "C"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}])
def test_a_locale_without_utf_8_prints_everything(tmp_path: Path, locale: dict[str, str]) -> None:
    data = tmp_path / "täglich"
    extra = {"PYTHONCOERCECLOCALE": "0", **locale}
    with TinyPortal(SITE) as portal:
        ended = scrapy_cold("crawl", "portal", "-L", "INFO", "-a", f"url={portal.url()}", data=data, **extra)
        assert ended.code == 0, ended.err
        more = (
            *(("inspect", portal.url(PAGE), "--json"), ("state",), ("state", "--runs")),
            *(("state", "--runs", "--json"), ("schema", "article")),
        )
        shown = subprocess.run(
            [sys.executable, "-c", ONE_AFTER_THE_OTHER, json.dumps(more)],
            cwd=ROOT, env=environment(data, **extra), capture_output=True, text=True, encoding="utf-8", check=False,
        )  # fmt: skip
    assert "Traceback" not in ended.err
    assert (shown.returncode, shown.stderr) == (0, "")
    inspected, _ = json.JSONDecoder().raw_decode(shown.stdout)
    assert "Die Fähre fährt wieder" in json.dumps(inspected, ensure_ascii=False)
    assert shown.stdout.count("stored") and '"title": "Article"' in shown.stdout


@pytest.mark.parametrize(
    "command", ["crawl", "inspect", "state", "rights", "report", "export", "fleet", "schedule", "portals"]
)
def test_an_option_without_its_value_is_named(command: str, tmp_path: Path) -> None:
    ended = scrapy(command, "--set", data=tmp_path)
    wanted = f"scrapy {command}: argument -s/--set: expected one argument; scrapy {command} -h lists all options"
    assert (ended.code, ended.lines) == (2, [f"portalcrawl: {wanted}"])

"""A crawl on a single machine imports nothing of the fleet."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.commandline import ROOT, environment, scrapy_without
from support.tinyportal import TinyPortal, article, listing

FLEET = ("portalcrawl.fleet", "portalcrawl.scheduling", "procrastinate", "psycopg", "psycopg_pool", "obstore", "psutil")
SCRIPT = """
import atexit, runpy, sys
atexit.register(lambda: print("imported", *sorted(sys.modules)))
sys.argv = ["scrapy", *sys.argv[1:]]
runpy.run_module("scrapy", run_name="__main__", alter_sys=True)
"""
PATH = "/news/meldung-aus-dem-hafen-4711001.html"


@pytest.mark.parametrize("command", ["crawl", "state"])
def test_a_crawl_imports_nothing_of_the_fleet(tmp_path: Path, command: str) -> None:
    with TinyPortal({"/": listing("Hafen", f"{PATH}|Meldung"), PATH: article("Meldung aus dem Hafen")}) as portal:
        crawl = ["crawl", "portal", "-L", "ERROR", "-a", f"url={portal.url()}"]
        for args in [crawl, [command]] if command != "crawl" else [crawl]:
            done = subprocess.run(
                [sys.executable, "-c", SCRIPT, *args],
                cwd=ROOT,
                env=environment(tmp_path),
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr
    imported = done.stdout.rpartition("imported ")[2].split()
    assert "portalcrawl.settings" in imported
    assert [name for name in imported if name.startswith(FLEET)] == []


def test_a_command_of_ours_imports_no_other(tmp_path: Path) -> None:
    """Scrapy imports all commands for each: a crawl would pay for the schedule, for tables and for plots."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, "schema", "teaser"],
        cwd=ROOT,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )
    imported = done.stdout.rpartition("imported ")[2].split()
    assert [name for name in imported if name.startswith("portalcrawl.commands.")] == ["portalcrawl.commands.schema"]
    assert not any(name.startswith(("rich", "portalcrawl.scheduling")) for name in imported)


def test_all_commands_are_listed(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scrapy", "-h"],
        cwd=ROOT,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )
    listed = {line.split()[0] for line in done.stdout.splitlines() if line.startswith("  ")}
    assert {path.stem for path in (ROOT / "portalcrawl" / "commands").glob("[a-z]*.py")} <= listed


@pytest.mark.parametrize("package", ["procrastinate", "psycopg"])
def test_a_missing_extra_is_named(tmp_path: Path, package: str) -> None:
    ended = scrapy_without(package, "fleet", "status", data=tmp_path)
    wanted = f"portalcrawl: this needs the package {package}, which is not installed: pip install 'portalcrawl[fleet]'"
    assert (ended.code, ended.lines) == (1, [wanted])

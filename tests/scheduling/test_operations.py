"""The commands of docs/operations.md, run unchanged in a fresh clone.

Commands that need root or systemd are replaced by programs that do the same below a folder of the test: a ``sudo`` that
asks for no password, a ``systemctl`` that starts the command of the unit.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import requests
from scrapy.settings import Settings
from support.commandline import ENOUGH, ROOT, crawl, files, manifests, start_crawl
from support.ports import free_port
from support.scrapydnodes import VENV, clean_clone, make_environment, make_portal_small, until

from portalcrawl import settings as product
from portalcrawl.runs.run_settings import RunSettings
from portalcrawl.scheduling.schedule_file import read_schedule

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
ELSEWHERE = ("/srv/portalcrawl", "/var/lib/portalcrawl", "/etc/portalcrawl", "/etc/systemd/system")
UNITS = ("portalcrawl-scrapyd.service", "portalcrawl-schedule.service")
JOB_ENDED = re.compile(r"\d articles, \d+ teasers; ok")
"""As the scheduler logs it."""
SHIMS = {
    "sudo": 'if [ "$1" = -u ]; then shift 2; fi; exec "$@"',
    "useradd": "exit 0",
    "sudoedit": 'exec sed -i "s/choose-your-own/geheim-und-lang/; s/6800/$TEST_PORT/; s|=/|=$TEST_ROOT/|" "$1"',
    "runuser": 'shift 3; exec "$@"',
    "install": """set -- "$0" "$@" END; shift
        while [ "$1" != END ]; do case $1 in -o|-g) shift 2;; *) set -- "$@" "$1"; shift;; esac; done; shift
        exec /usr/bin/install "$@\"""",
    "systemctl": 'exec "$TEST_PYTHON" "$TEST_SYSTEMCTL" "$@"',
}
SYSTEMCTL = """
import os, shlex, signal, subprocess, sys
from pathlib import Path

import psutil

action, name = sys.argv[1], sys.argv[-1]
root = Path(os.environ["TEST_ROOT"])
held, unit, given = root / f"{name}.pid", {}, {}
for line in (root / "etc/systemd/system" / f"{name}.service").read_text().splitlines():
    key, _, value = line.partition("=")
    unit[key] = value.replace("/srv/", f"{root}/srv/").replace("/var/", f"{root}/var/").replace("/etc/", f"{root}/etc/")
for line in Path(unit["EnvironmentFile"]).read_text().splitlines():
    key, _, value = line.partition("=")
    given[key] = value
if action == "restart":
    process = psutil.Process(int(held.read_text()))
    process.terminate()
    psutil.wait_procs([process])
plain = {key: value for key, value in os.environ.items() if not key.startswith(("SCRAPYD_", "PORTALCRAWL_"))}
with open(root / f"{name}.log", "ab") as log:
    options = {"cwd": unit["WorkingDirectory"], "env": {**plain, **given}, "stdout": log, "stderr": log}
    started = subprocess.Popen(shlex.split(unit["ExecStart"]), start_new_session=True, **options)
held.write_text(str(started.pid))
"""


def section(title: str) -> list[str]:
    """The shell blocks of a section of the page."""
    text = re.split(rf"^## {re.escape(title)}$", PAGE, flags=re.MULTILINE)[1]
    return re.findall(r"^```sh\n(.*?)^```$", re.split(r"^## ", text, flags=re.MULTILINE)[0], re.DOTALL | re.MULTILINE)


def install_environments(clone: Path) -> None:
    """Give a clone what ``make install scrapyd-environment`` would download, without a copy of the project."""
    programs = clone / ".venv" / "bin"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", clone / ".venv"], check=True)
    site = next((clone / ".venv" / "lib").glob("python*/site-packages"))
    (site / "all.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    code = f"#!{programs}/python\nimport sys\nfrom scrapy.cmdline import execute\nsys.exit(execute())\n"
    (programs / "scrapy").write_text(code, encoding="utf-8")
    (programs / "scrapy").chmod(0o755)
    (clone / ".venv" / ".installed").touch()
    (clone / ".venv-scrapyd").symlink_to(VENV)
    for name in ("pyproject.toml", "deploy/requirements.py"):
        os.utime(clone / name, (0, 0))


def run(script: str, clone: Path, given: dict[str, str]) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=clone,
        env=given,
        capture_output=True,
        text=True,
        timeout=ENOUGH,
        check=False,
    )
    assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
    return done


@contextmanager
def beside(script: str, clone: Path, given: dict[str, str], log: Path) -> Iterator[None]:
    """Run *script* in a terminal of its own, until Ctrl-C."""
    with log.open("wb") as said:
        command = ["bash", "-euo", "pipefail", "-c", script]
        running = subprocess.Popen(command, cwd=clone, env=given, stdout=said, stderr=said, start_new_session=True)
    try:
        yield
    finally:
        os.killpg(running.pid, signal.SIGINT)
        running.wait(ENOUGH)


def plain_environment(**more: str) -> dict[str, str]:
    ours = ("SCRAPYD_", "PORTALCRAWL_", "PYTHON", "VIRTUAL_ENV")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    return {**kept, "PYTHONUNBUFFERED": "1", **more}


@pytest.mark.long
def test_from_nothing_to_a_scheduled_crawl(tmp_path: Path) -> None:
    make_environment()
    clone = clean_clone(tmp_path / "clone")
    make_portal_small(clone)
    install_environments(clone)
    port = free_port()
    given = plain_environment(SCRAPYD_HTTP_PORT=str(port))  # another port is this variable and nothing else
    first, second, third = section("From nothing to a scheduled crawl")
    server, scheduler = tmp_path / "server.log", tmp_path / "scheduler.log"
    with beside(first, clone, given, server):
        until(lambda: "with the project deployed" in server.read_text(), "Scrapyd is there")
        assert "cp deploy/schedule.toml schedule.toml, then .venv/bin/scrapy schedule run" in server.read_text()
        login = ("crawler", "choose-your-own")
        listed = requests.get(f"http://127.0.0.1:{port}/listprojects.json", auth=login, timeout=60).json()
        assert listed["projects"] == ["portalcrawl"], "the clone itself counts as a project"
        with beside(second, clone, given, scheduler):
            until(lambda: JOB_ENDED.search(scheduler.read_text()), "a job has ended")
            posted = r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d{4} INFO sample-\w+: posted to node local$"
            assert re.search(posted, scheduler.read_text(), re.MULTILINE)
            done = run("\n".join([first.splitlines()[0], third]), clone, given)
    assert re.search(r"\d\d:\d\d:\d\d[+-]\d{4}", done.stdout)
    found = json.loads(done.stdout[done.stdout.index("{") :])
    assert found["ok"] and found["entries"][0]["verdict"] == "ok"


@pytest.mark.long
def test_for_good_upgrade_and_backup(tmp_path: Path) -> None:
    make_environment()
    root, clone = tmp_path / "root", clean_clone(tmp_path / "clone")
    make_portal_small(clone)
    for folder in ("srv", "var/lib", "etc/systemd/system", "shims"):
        (root / folder).mkdir(parents=True)
    for name, code in SHIMS.items():
        (root / "shims" / name).write_text(f"#!/bin/sh\n{code}\n", encoding="utf-8")
        (root / "shims" / name).chmod(0o755)
    (root / "systemctl.py").write_text(SYSTEMCTL, encoding="utf-8")
    own = {"TEST_ROOT": str(root), "TEST_PYTHON": sys.executable, "TEST_SYSTEMCTL": str(root / "systemctl.py")}
    own |= {"TEST_PORT": str(free_port()), "PORTALCRAWL_ENV": str(root / "etc/portalcrawl.env")}
    own |= {"PATH": f"{root / 'shims'}:{os.environ['PATH']}", "PORTALCRAWL_USER": "root"}
    given = plain_environment(GIT_CONFIG_COUNT="1", GIT_CONFIG_KEY_0="safe.directory", GIT_CONFIG_VALUE_0="*", **own)
    origin = "git init -q . && git add -A && git -c user.name=a -c user.email=a@b.example commit -qm a"
    run(f"{origin} && git clone -q --bare . ../origin && git remote add origin {tmp_path}/origin", clone, given)

    def here(script: str) -> str:
        for path in ELSEWHERE:
            script = script.replace(path, f"{root}{path}")
        return script

    set_up, begin = section("Permanent installation")
    # The two environments are put where make would install them, right before it is called.
    before, called, after = set_up.partition("sudo -u portalcrawl make install")
    try:
        run(here(before), clone, given)
        installed = root / "srv" / "portalcrawl"
        install_environments(installed)
        run(here(called + after), installed, given)
        done = run(here(begin.replace("scrapy schedule check", "scrapy schedule list")), installed, given)
        assert "sample" in done.stdout
        data = root / "var/lib/portalcrawl/data"
        until(lambda: manifests(data), "a scheduled crawl publishes")
        log = root / "portalcrawl-schedule.log"
        until(lambda: JOB_ENDED.search(log.read_text()), "the scheduler has its result")
        until(lambda: '"ok": true' in checked(installed, given), "all is well")
        assert files(root / "etc/portalcrawl").keys() == {"schedule.toml"}
        upgrade, eggs = section("Upgrade")
        run(here(upgrade), installed, given)
        run(here(eggs), installed, given)
        assert len(list((root / "var/lib/portalcrawl/scrapyd/eggs/portalcrawl").glob("*.egg"))) == 2
        (backup,) = section("Back up, and move to another machine")
        run(here(backup), installed, given)
        assert manifests(root / "var/lib/portalcrawl/backup")
    finally:
        for held in root.glob("*.pid"):
            os.killpg(int(held.read_text()), signal.SIGKILL)


def checked(installed: Path, given: dict[str, str]) -> str:
    command = ["deploy/as-service", ".venv/bin/scrapy", "schedule", "check"]
    return subprocess.run(command, cwd=installed, env=given, capture_output=True, text=True, check=False).stdout


def test_the_example_schedule_is_sound(tmp_path: Path) -> None:
    blocks = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    (example,) = [block for block in blocks if "[entry" in block]
    (tmp_path / "schedule.toml").write_text(example, encoding="utf-8")
    given = Settings()
    given.setmodule(product)
    schedule = read_schedule(tmp_path / "schedule.toml", RunSettings.from_settings(given))
    searched = [entry for entry in schedule.entries.values() if "query" in entry.arguments]
    assert searched, "there is an example of a query"
    ended = crawl(data=tmp_path / "data", **tomllib.loads(example)["entry"][searched[0].name]["arguments"])
    assert ended.code == 0, ended.err
    assert manifests(tmp_path / "data")[0]["counts"]["articles"]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd here")
def test_systemd_accepts_the_units_of_deploy(tmp_path: Path) -> None:
    for name in UNITS:
        text = (ROOT / "deploy" / name).read_text(encoding="utf-8")
        # systemd looks whether the programs and folders are there.
        text = re.sub(r"/srv/portalcrawl/\S+bin/\S+", sys.executable, text).replace("/srv/portalcrawl", "/")
        (tmp_path / name).write_text(text, encoding="utf-8")
    verified = subprocess.run(
        ["systemd-analyze", "verify", *(tmp_path / name for name in UNITS)], capture_output=True, text=True, check=False
    )
    assert not [line for line in verified.stderr.splitlines() if "portalcrawl-" in line], verified.stderr


def test_a_backup_during_a_crawl_is_complete(tmp_path: Path) -> None:
    data, copy = tmp_path / "data", tmp_path / "copy"
    assert crawl(data=data, portal="sample", max_articles=3).code == 0
    backup = [sys.executable, str(ROOT / "deploy" / "backup.py"), str(data), str(copy)]
    crawling = start_crawl("-s", "COMMIT_SECONDS=0.1", "-s", "DOWNLOAD_DELAY=0.2", data=data)
    try:
        until(lambda: any(path.stat().st_size for path in (data / "feeds").glob("articles-*.part")), "the crawl writes")
        subprocess.run(backup, check=True)
    finally:
        crawling.kill()
        crawling.wait()
    with closing(sqlite3.connect(copy / "state.sqlite3")) as state:
        committed = dict(state.execute("SELECT file, bytes FROM feeds"))
    for file, length in committed.items():
        there = [path for path in (copy / "feeds" / file, copy / "feeds" / f"{file}.part") if path.exists()]
        assert not length or there[0].stat().st_size >= length, file
    # What was under way is published by the first run on the copy, and then on from there.
    assert crawl(data=copy, portal="sample", max_articles=2).code == 0
    assert not list((copy / "feeds").glob("*.part"))
    assert subprocess.run(backup, check=False).returncode == 0
    assert subprocess.run(backup[:2], capture_output=True, check=False).returncode == 2

"""Real Scrapyds on free ports, with the egg that scrapyd-deploy builds, and the real ``scrapy schedule``."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from filelock import FileLock

from support.commandline import ENOUGH, ROOT, Ended, environment, scrapy, warm_starter
from support.ports import free_port
from support.warm_start import WarmProcess

VENV = ROOT / ".venv-scrapyd"
USER, PASSWORD = "reporter", "geheim-und-lang"
LOGIN = {"SCRAPYD_USERNAME": USER, "SCRAPYD_PASSWORD": PASSWORD}
PARTS = ("pyproject.toml", "setup.py", "scrapy.cfg", "LICENSE", "README.md", "Makefile", "deploy", "portalcrawl")
"""What of a clone an egg is built from."""


def make_environment() -> Path:
    """Make Scrapyd's environment as ``make`` does, once; return the folder of its programs."""
    with FileLock(ROOT / ".venv-scrapyd.lock"):
        command = ["make", "--silent", "scrapyd-environment", f"PYTHON={sys.executable}"]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return VENV / "bin"


def clean_clone(folder: Path) -> Path:
    """Copy the files of a fresh clone."""
    folder.mkdir()
    for part in PARTS:
        source, target = ROOT / part, folder / part
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    return folder


def make_portal_small(clone: Path) -> None:
    """Have crawls of a clone's embedded portal end with what its front page links: 35 articles instead of all.

    For those who look for a crawl that ends well, not for what it finds.
    """
    file = clone / "portalcrawl" / "profiles" / "builtin" / "sample.toml"
    profile = file.read_text(encoding="utf-8")
    assert profile.count("[politeness]\n") == 1
    file.write_text(profile.replace("[politeness]\n", "[politeness]\nmax_depth = 1\n"), encoding="utf-8")


def until(what: Callable[[], Any], why: str, patience: float = ENOUGH) -> Any:
    """Wait until *what* gives something true; return it."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.25)  # asking costs more than some waiting
    raise AssertionError(f"waited in vain: {why}")


@dataclass
class ScrapydNode:
    """One Scrapyd in a folder of its own, on deploy/scrapyd.conf."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    places: int = 0
    """Jobs at a time; 0: as many as Scrapyd likes."""
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        self.folder.mkdir(exist_ok=True)
        conf = (ROOT / "deploy" / "scrapyd.conf").read_text(encoding="utf-8")
        quick = conf.replace("poll_interval    = 1.0", "poll_interval = 0.2")
        assert quick != conf
        quick += f"max_proc = {self.places}\n"
        (self.folder / "scrapyd.conf").write_text(quick, encoding="utf-8")
        with (self.folder / "scrapyd.log").open("ab") as log:
            self.process = subprocess.Popen(
                [VENV / "bin" / "scrapyd", "--pidfile="],
                cwd=self.folder,
                env={**os.environ, **LOGIN, **self.environment, "SCRAPYD_HTTP_PORT": str(self.port)},
                stdout=log,
                stderr=log,
            )
        until(self._answers, "Scrapyd starts")

    def _answers(self) -> bool:
        try:
            return self.ask("daemonstatus.json")["status"] == "ok"
        except requests.ConnectionError:
            return False

    def ask(self, name: str, **data: Any) -> dict[str, Any]:
        login = (USER, PASSWORD)
        if data and name != "listjobs.json":
            return requests.post(self.url + name, data=data, auth=login, timeout=60).json()
        return requests.get(self.url + name, params=data, auth=login, timeout=60).json()

    def jobs(self) -> dict[str, list[dict[str, Any]]]:
        return self.ask("listjobs.json", project="portalcrawl")

    def running(self) -> dict[str, Any] | None:
        """The job that runs and has begun its run."""
        return next(iter(self.jobs()["running"]), None)

    def deploy(self, egg: Path, config: Path) -> Ended:
        """Deploy with the real client; the target is the user's own, the login the environment's."""
        target = config / "scrapy.cfg"
        config.mkdir(exist_ok=True)
        target.write_text(f"[deploy:test]\nurl = {self.url}\n", encoding="utf-8")
        done = subprocess.run(
            [VENV / "bin" / "scrapyd-deploy", "test", "--egg", egg],
            cwd=ROOT,
            env={**os.environ, **LOGIN, "XDG_CONFIG_HOME": str(config)},
            capture_output=True,
            text=True,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def end(self, number: signal.Signals) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait()

    @property
    def log(self) -> str:
        return (self.folder / "scrapyd.log").read_text(encoding="utf-8")


@dataclass
class Site:
    """A schedule, its data folder and its nodes."""

    folder: Path
    nodes: dict[str, ScrapydNode]
    scheduler: WarmProcess | None = None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def file(self) -> Path:
        return self.folder / "schedule.toml"

    def write(self, entries: str, top: str = "", of_nodes: str = "") -> None:
        nodes = "".join(f'[nodes.{name}]\nurl = "{node.url}"\n{of_nodes}\n' for name, node in self.nodes.items())
        self.file.write_text(f'poll = "1s"\n{top}\n{nodes}\n{entries}\n', encoding="utf-8")

    def start(self, **extra: str) -> None:
        with (self.folder / "schedule.log").open("ab") as log:
            command, given = ("schedule", "run", "--file", str(self.file)), environment(self.data, **LOGIN, **extra)
            self.scheduler = warm_starter().start(command, ROOT, given, output=log.fileno())

    def end(self, number: signal.Signals) -> int:
        assert self.scheduler is not None
        self.scheduler.send_signal(number)
        return self.scheduler.wait()

    def schedule(self, *args: str, **extra: str) -> Ended:
        return scrapy("schedule", *args, "--file", str(self.file), data=self.data, **{**LOGIN, **extra})

    @property
    def log(self) -> str:
        return (self.folder / "schedule.log").read_text(encoding="utf-8")

    def check(self) -> dict[str, Any]:
        return json.loads(self.schedule("check").out)

    def close(self) -> None:
        if self.scheduler is not None and self.scheduler.poll() is None:
            self.end(signal.SIGTERM)
        for node in self.nodes.values():
            if node.process is not None and node.process.poll() is None:
                for job in node.jobs()["running"]:
                    os.kill(job["pid"], signal.SIGKILL)
            node.end(signal.SIGKILL)


@contextmanager
def site(folder: Path, egg: Path, *names: str, data: Path | None = None, places: int = 0) -> Iterator[Site]:
    """Nodes that run, with the project deployed to each; *data* is the data folder of their own environment."""
    own = {"PORTALCRAWL_DATA_DIR": str(data)} if data else {}
    made = Site(folder, {name: ScrapydNode(folder / name, own, places) for name in names})
    try:
        for node in made.nodes.values():
            node.start()
            ended = node.deploy(egg, folder / "config")
            assert ended.code == 0, ended.err
        yield made
    finally:
        made.close()

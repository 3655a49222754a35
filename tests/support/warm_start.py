"""A process that has imported what ``scrapy`` commands import, and runs each command in a fork of itself.

A command needs more time for its imports than for its work. A fork starts with them done; it has its own environment,
folder, standard files, event loop and exit code, as a process that is started anew. The modules that read the
environment or install a reactor when they are imported are left to the fork.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import runpy
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

SCRIPT = "RUN_SCRIPT"
"""Variable of a command's environment that names a script to run in place of ``scrapy``."""
LATE = ("portalcrawl.settings", "twisted.internet.reactor")
"""Modules that a fork imports itself."""


class WarmStarter:
    """Runs commands in forks of one process, which ends with the tests."""

    def __init__(self, root: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__))],
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(root)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, args: list[str], cwd: Path, environment: dict[str, str], files: list[Path], timeout: float) -> int:
        """Run ``scrapy ARGS`` with standard input, output and error from and to *files*; return the exit code."""
        assert self._process.stdin and self._process.stdout
        job = {"args": args, "cwd": str(cwd), "environment": environment, "files": list(map(str, files))}
        self._process.stdin.write(json.dumps({**job, "timeout": timeout}) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


def import_all() -> None:
    """Import the project, but for what must be imported late, and what Scrapy imports when it crawls."""
    import portalcrawl

    for module in pkgutil.walk_packages(portalcrawl.__path__, "portalcrawl."):
        if module.name not in LATE:
            importlib.import_module(module.name)
    for name in ("scrapy.cmdline", "scrapy.crawler", "scrapy.core.engine", "scrapy.core.downloader.handlers.http11"):
        importlib.import_module(name)
    loaded = [name for name in LATE if name in sys.modules]
    assert not loaded, f"{loaded} must not be imported before the fork"


def run_forked(job: dict[str, Any]) -> int:
    """Run one command in a fork; return its exit code, negative for a signal."""
    child = os.fork()
    if child == 0:
        for number, (name, flags) in enumerate(zip(job["files"], (os.O_RDONLY, os.O_WRONLY, os.O_WRONLY), strict=True)):
            handle = os.open(name, flags)
            os.dup2(handle, number)
            os.close(handle)
        sys.stdin, sys.stdout = open(0, encoding="utf-8"), open(1, "w", encoding="utf-8")  # noqa: SIM115
        sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1)  # noqa: SIM115
        os.chdir(job["cwd"])
        os.environ.clear()
        os.environ.update(job["environment"])
        tempfile.tempdir = None  # the environment says anew where it is
        script = os.environ.pop(SCRIPT, None)
        sys.argv = [script or "scrapy", *job["args"]]
        sys.path[0] = ""
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        if script:
            runpy.run_path(script, run_name="__main__")
        else:
            runpy.run_module("scrapy", run_name="__main__", alter_sys=True)
        sys.exit(0)
    signal.signal(signal.SIGALRM, lambda *_: os.kill(child, signal.SIGKILL))
    signal.alarm(int(job["timeout"]))
    _, status = os.waitpid(child, 0)
    signal.alarm(0)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    import_all()
    gc.freeze()  # a fork's collections then leave the pages that it shares as they are
    for line in sys.stdin:
        print(run_forked(json.loads(line)), flush=True)

"""docs/fleet.md, followed literally in a copy of the repository, on a network of its own where that is possible."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.commandline import ENOUGH, ROOT
from support.postgres import SERVER_USER, server_programs
from support.scrapydnodes import make_portal_small

PAGE = (ROOT / "docs" / "fleet.md").read_text(encoding="utf-8")
SECTION = re.search(r"^## Ten minutes on one machine\n(.*?)^## ", PAGE, re.DOTALL | re.MULTILINE)


def steps() -> list[str]:
    """The page's commands, block by block; the first block installs what the tests' environment has."""
    assert SECTION is not None
    blocks = re.findall(r"^```sh\n(.*?)^```$", SECTION[1], re.DOTALL | re.MULTILINE)
    assert blocks[0].startswith("sudo apt-get install"), "the first block installs"
    return blocks[1:]


@pytest.fixture
def clone() -> Iterator[Path]:
    """A copy of what git knows of the repository, with this Python's environment; its path is short."""
    with tempfile.TemporaryDirectory(prefix="docs", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        copy = Path(folder) / "clone"
        names = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
        listed = subprocess.run(names, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
        for name in filter(None, listed):
            if (ROOT / name).is_file() and not name.startswith("tests/"):
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, copy / name)
        make_portal_small(copy)
        (copy / ".venv").unlink(missing_ok=True)
        (copy / ".venv").symlink_to(Path(sys.executable).parents[1])
        yield copy


def path_for_root(folder: Path) -> str:
    """Return a PATH on which PostgreSQL's programs, which refuse to run as root, run as its own user."""
    if os.geteuid() != 0:
        return os.environ["PATH"]
    folder.mkdir()
    as_server = f"setpriv --reuid={SERVER_USER} --regid={SERVER_USER} --clear-groups"
    for name in ("initdb", "pg_ctl"):
        program = folder / name
        program.write_text(f'#!/bin/sh\nchown {SERVER_USER} fleet\nexec {as_server} {server_programs() / name} "$@"\n')
        program.chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


def network_of_its_own() -> list[str]:
    """Return what runs a command with all ports free, and ends what it leaves running; nothing if that is forbidden.

    Servers of SeaweedFS on one machine share sockets in ``/tmp``, also from other networks.
    """
    enter = [
        "unshare",
        "--net",
        "--pid",
        "--fork",
        "--kill-child",
        "--mount-proc",
        "sh",
        "-c",
        'ip link set lo up && exec "$0" "$@"',
    ]
    tried = subprocess.run([*enter, "true"], capture_output=True, check=False)
    return enter if tried.returncode == 0 else []


@pytest.mark.long
def test_the_page_works_as_it_is_written(clone: Path) -> None:
    script = "set -e\n" + "\n".join(steps())
    environment = {**os.environ, "PATH": path_for_root(clone.parent / "bin"), "PYTHONPATH": str(clone)}
    for name in ("PORTALCRAWL_STATE_URL", "PORTALCRAWL_DATA_DIR"):
        environment.pop(name, None)
    command = [*network_of_its_own(), "bash", "-c", script]
    log = clone.parent / "log"
    with log.open("wb") as out:  # no pipes: what the script leaves running would hold them open
        done = subprocess.run(command, cwd=clone, env=environment, stdout=out, stderr=out, timeout=ENOUGH, check=False)
    said = log.read_text(encoding="utf-8", errors="replace")
    assert done.returncode == 0, said[-3000:]
    assert "made the tables of the fleet" in said
    assert "added sample" in said
    assert "no problems" in said
    assert re.search(r"INFO sample: run \S+.*: \d+ articles, \d+ teasers; ok", said)
    assert re.search(r"^\d{8}T\d{6}Z-\w+ \d+ \['articles-", said, re.MULTILINE), said[-3000:]
    assert not (clone / "data" / "state.sqlite3").exists()

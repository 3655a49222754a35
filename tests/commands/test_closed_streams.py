"""Standard streams that are closed when a command starts (``>&-``), as some supervisors do it, are no error."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.commandline import ENOUGH, ROOT, crawl, environment, records
from support.tinyportal import TinyPortal, article, listing

PAGE = "/stadt/meldung-des-tages-100001.html"
SITE = {"/": listing("Neues", f"{PAGE}|Die Fähre fährt wieder"), PAGE: article("Die Fähre fährt wieder")}


def without_streams(closing: str, *args: str, data: Path) -> subprocess.CompletedProcess[str]:
    """Run ``scrapy ARGS`` with the redirections *closing* of a shell."""
    command = ["sh", "-c", f'exec "$0" -m scrapy "$@" {closing}', sys.executable, *args]
    return subprocess.run(
        command, cwd=ROOT, env=environment(data), capture_output=True, text=True, timeout=ENOUGH, check=False
    )


@pytest.mark.parametrize("closing", ["2>&-", "<&- >&- 2>&-"])
def test_a_crawl_without_streams_writes_its_feeds(tmp_path: Path, closing: str) -> None:
    with TinyPortal(SITE) as portal:
        ended = without_streams(closing, "crawl", "portal", "-a", f"url={portal.url()}", data=tmp_path)
    assert ended.returncode == 0
    assert len(records(tmp_path, "articles")) == 1


def test_commands_without_streams_end_as_usual(tmp_path: Path) -> None:
    with TinyPortal(SITE) as portal:
        assert crawl(data=tmp_path, url=portal.url()).code == 0
    for args in (("state",), ("state", "--json"), ("portals",)):
        ended = without_streams(">&-", *args, data=tmp_path)
        assert (ended.returncode, ended.stderr) == (0, ""), args
    nothing = without_streams("<&-", "crawl", "portal", "-a", "urls_file=-", data=tmp_path)
    assert nothing.returncode == 2
    assert len(nothing.stderr.splitlines()) == 1

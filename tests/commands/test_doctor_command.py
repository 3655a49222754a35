"""``scrapy doctor``: a working installation is reported as such, each broken part with its repair."""

from __future__ import annotations

from pathlib import Path

import pytest
from scrapy.settings import Settings
from support.commandline import scrapy
from support.laboratory import demand_a_browser

from portalcrawl.commands.doctor import check_installation


def test_a_sound_installation(tmp_path: Path) -> None:
    demand_a_browser()
    ended = scrapy("doctor", data=tmp_path / "data")
    assert ended.code == 0, ended.out
    assert [line.split()[0] for line in ended.out.splitlines()] == ["ok"] * 4
    assert not list(tmp_path.iterdir())


def settings(**given: str) -> Settings:
    found = Settings()
    found.setmodule("portalcrawl.settings")
    found.setdict(given, priority="cmdline")
    return found


@pytest.mark.parametrize(
    ("given", "part", "result", "repair"),
    [
        ({"RENDER_BROWSER": "/bin/true"}, "browser", "/bin/true does not show a page", "chromium"),
        ({"RENDER_BROWSER": "/nowhere/chromium"}, "browser", "setting RENDER_BROWSER", "RENDER_BROWSER=PATH"),
        ({"RENDER_TIMEOUT": "soon"}, "browser", "setting RENDER_TIMEOUT", "scrapy doctor"),
        ({"DATA_DIR": "/dev/null/data"}, "DATA_DIR", "/dev/null is not a folder", "PORTALCRAWL_DATA_DIR"),
        ({"DATA_DIR": "/proc/data"}, "DATA_DIR", "/proc can't be written", "chown"),
    ],
)
def test_a_broken_part_is_named_with_its_repair(given: dict[str, str], part: str, result: str, repair: str) -> None:
    (broken,) = [check for check in check_installation(settings(**given)) if check.part == part]
    assert broken.result.startswith(result)
    assert broken.repair is not None
    assert repair in broken.repair


def test_no_browser_at_all(tmp_path: Path) -> None:
    ended = scrapy("doctor", data=tmp_path, PATH="/nowhere", PLAYWRIGHT_BROWSERS_PATH="/nowhere")
    assert ended.code == 1
    assert "BROKEN  browser: none is installed" in ended.out
    assert "        repair it: " in ended.out
    assert "playwright install --with-deps chromium" in ended.out


def test_wrong_use(tmp_path: Path) -> None:
    ended = scrapy("doctor", "please", data=tmp_path)
    assert ended.code == 2
    assert len(ended.lines) == 1

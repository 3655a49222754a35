"""``scrapy doctor``: a sound installation is called so, each broken part is named with what mends it."""

from __future__ import annotations

from pathlib import Path

import pytest
from commandline import scrapy
from laboratory import demand_a_browser


def test_a_sound_installation(tmp_path: Path) -> None:
    demand_a_browser()
    ended = scrapy("doctor", data=tmp_path / "data")
    assert ended.code == 0, ended.out
    assert [line.split()[0] for line in ended.out.splitlines()] == ["ok"] * 4
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("args", "part", "mend"),
    [
        (("-s", "RENDER_BROWSER=/bin/true"), "browser: /bin/true does not show a page", "chromium"),
        (("-s", "RENDER_BROWSER=/nowhere/chromium"), "browser: setting RENDER_BROWSER", "RENDER_BROWSER=PATH"),
        (("-s", "DATA_DIR=/dev/null/data"), "DATA_DIR: /dev/null is no folder", "PORTALCRAWL_DATA_DIR"),
        (("-s", "DATA_DIR=/proc/data"), "DATA_DIR: /proc can't be written", "chown"),
    ],
)
def test_what_is_broken_is_named_with_what_mends_it(
    tmp_path: Path, args: tuple[str, ...], part: str, mend: str
) -> None:
    ended = scrapy("doctor", *args, data=tmp_path)
    assert ended.code == 1
    broken, advice = next(
        pair for pair in zip(ended.out.splitlines(), ended.out.splitlines()[1:], strict=False) if "BROKEN" in pair[0]
    )
    assert part in broken
    assert advice.strip().startswith("mend it: ")
    assert mend in advice
    assert "Traceback" not in ended.err


def test_no_browser_at_all(tmp_path: Path) -> None:
    ended = scrapy("doctor", data=tmp_path, PATH="/nowhere", PLAYWRIGHT_BROWSERS_PATH="/nowhere")
    assert ended.code == 1
    assert "BROKEN  browser: there is none" in ended.out
    assert "playwright install --with-deps chromium" in ended.out


def test_wrong_use(tmp_path: Path) -> None:
    ended = scrapy("doctor", "please", data=tmp_path)
    assert ended.code == 2
    assert len(ended.lines) == 1

"""A file system without room (ENOSPC): one clear line, nothing damaged, and nothing lost once there is room again."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest
from support.chain import chain, headlines, titles
from support.commandline import crawl, doubled, files, records, scrapy
from support.feeds import article, publish
from support.small_disk import may_mount, on_full_disk
from support.tinyportal import TinyPortal

pytestmark = pytest.mark.skipif(
    not may_mount(), reason="this machine lets no user mount in a namespace: limits on files stand in for a full disk"
)


@pytest.mark.parametrize("free", [0, 40, 260, 400])
def test_a_crawl(tmp_path: Path, free: int) -> None:
    data = tmp_path / "data"
    data.mkdir()
    with TinyPortal(chain()) as portal:
        command = ("crawl", "portal", "-L", "ERROR", "-a", f"url={portal.url()}")
        full = on_full_disk(*command, place=data, free=free, data=data)
        assert "Traceback" not in full.err, full.err
        assert full.code in ((0, 1) if free > 300 else (1,)), full.err
        if full.code:
            assert full.err.splitlines()[-1].startswith("portalcrawl:"), full.err
        ended = crawl(data=data, url=portal.url())
        assert ended.code == 0, ended.err
    assert headlines(data) == titles(1, 2, 3, 4)
    assert not doubled([record["id"] for record in records(data, "teasers")])
    assert len(records(data, "teasers")) == 4
    assert not list((data / "feeds").glob("*.part"))


@pytest.mark.parametrize("free", [0, 8, 200])
@pytest.mark.parametrize("name", ["parquet", "csv"])
def test_an_export(tmp_path: Path, name: str, free: int) -> None:
    target = tmp_path / "target"
    publish(tmp_path / "data" / "feeds", "20251205T101500Z-aaaaaa", {"articles": [article(1)]})
    assert scrapy("export", name, str(target), data=tmp_path / "data").code == 0
    before = files(target)
    more = [article(number, article_body=secrets.token_hex(3_000)) for number in range(100, 400)]
    publish(tmp_path / "data" / "feeds", "20251205T111500Z-bbbbbb", {"articles": more})
    full = on_full_disk("export", name, str(target), place=target, free=free, data=tmp_path / "data")
    assert (full.code, len(full.lines)) == (1, 1), full.err
    assert "No space left on device" in full.err
    assert files(target) == before
    ended = scrapy("export", name, str(target), data=tmp_path / "data")
    assert ended.out.startswith("300 articles"), ended.err


@pytest.mark.parametrize("free", [0, 600])
def test_a_report(tmp_path: Path, free: int) -> None:
    """Only the report's cache is on the full disk, the page is not."""
    data = tmp_path / "data"
    with TinyPortal(chain()) as portal:
        assert crawl(data=data, url=portal.url()).code == 0
    before = files(data / "feeds")
    page = tmp_path / "report.html"
    full = on_full_disk("report", "-o", str(page), place=data, free=free, data=data)
    assert "Traceback" not in full.err, full.err
    assert (full.code, len(full.err.splitlines())) in ((0, 0), (1, 1)), full.err
    assert page.exists() is (full.code == 0)
    assert files(data / "feeds") == before
    assert scrapy("report", "-o", str(page), data=data).code == 0

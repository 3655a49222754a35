"""Exports and reports of feeds that are in an object store (a real S3 server)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from support import states
from support.commandline import scrapy
from support.feeds import article, publish

from portalcrawl.feeds.feed_files import sha256_of
from portalcrawl.feeds.store.feed_store import FeedStore
from portalcrawl.feeds.store.locating import open_store
from portalcrawl.storage.database import open_database
from portalcrawl.storage.run_history import PastRun, RunHistory

RUN = "20251202T101500Z-aaaaaa"


def upload(store: FeedStore, folder: Path) -> None:
    """Put the files of *folder* into *store*, the manifest last."""
    for path in sorted(folder.iterdir()):
        store.put_new(path.name, lambda path=path: iter([path.read_bytes()]), path.stat().st_size, sha256_of(path))


def test_feeds_in_a_bucket_are_exported_and_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, data = tmp_path / "feeds", tmp_path / "data"
    publish(folder, RUN, {"articles": [article(1), article(2)]})
    data.mkdir()
    engine = open_database(f"sqlite:///{data / 'state.sqlite3'}")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    RunHistory(engine).add([(PastRun(RUN, ("a.example",), {}, now, now, "finished", "ok", (), {"articles": 2}), [])])
    engine.dispose()
    server = states.s3_server()
    for name, value in server.variables.items():
        monkeypatch.setenv(name, value)
    url = server.url(tmp_path.name)
    upload(open_store(url), folder)
    settings = ("-s", f"FEEDS_URL={url}")
    given = dict(server.variables)
    ended = scrapy("export", "csv", str(tmp_path / "csv"), *settings, data=data, **given)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("2 articles")
    assert "nothing new" in scrapy("export", "csv", str(tmp_path / "csv"), *settings, data=data, **given).out
    ended = scrapy("report", "-o", str(tmp_path / "report.html"), *settings, data=data, **given)
    assert (ended.code, ended.err) == (0, "")
    assert "<b>2</b><span>new articles" in (tmp_path / "report.html").read_text(encoding="utf-8")
    open_store(url).remove([f"articles-{RUN}.jsonl"])
    ended = scrapy("report", "-o", str(tmp_path / "report.html"), *settings, data=data, **given)
    assert (ended.code, ended.err) == (0, "")
    assert f"<li>articles-{RUN}.jsonl: is missing" in (tmp_path / "report.html").read_text(encoding="utf-8")
    ended = scrapy("export", "csv", str(tmp_path / "again"), *settings, data=data, **given)
    assert (ended.code, len(ended.lines)) == (1, 1)
    assert f"articles-{RUN}.jsonl: is missing" in ended.err
    given["AWS_ENDPOINT_URL"] = "http://127.0.0.1:9"  # where no server is
    ended = scrapy("export", "csv", str(tmp_path / "csv"), *settings, data=data, **given)
    assert (ended.code, len(ended.lines)) == (1, 1), ended.err

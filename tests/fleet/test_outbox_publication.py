"""Lines committed to the state are published once and completely, in a folder or a real object store, by any
process."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from scrapy.settings import Settings
from support import states
from support.commandline import scrapy
from support.cutting_proxy import CuttingProxy, to_port
from support.s3 import S3Server
from support.tinyportal import TinyPortal, article, listing

from portalcrawl.errors import FeedConflictError, FeedStoreError, LeaseLostError, OutboxFullError, SettingError
from portalcrawl.feeds.store.feed_store import FeedStore, read_whole
from portalcrawl.feeds.store.locating import check_feeds_url, open_store
from portalcrawl.feeds.store.published import PublishedFeeds
from portalcrawl.items import Teaser
from portalcrawl.runs.outbox_publication import publish_pending
from portalcrawl.runs.plan import make_plan
from portalcrawl.runs.recovery import end_abandoned_runs
from portalcrawl.runs.run import Run
from portalcrawl.runs.run_settings import RunSettings
from portalcrawl.runs.session import RunSession
from portalcrawl.storage.database import open_database
from portalcrawl.storage.leases import abandoned_runs
from portalcrawl.storage.outbox import Outbox

STORES = ("folder", "s3")


@pytest.fixture
def s3() -> S3Server:
    return states.s3_server()


@pytest.fixture
def feeds_url(request: pytest.FixtureRequest, tmp_path: Path, s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of an empty store: a folder, or a prefix in the object store."""
    for name, value in s3.variables.items():
        monkeypatch.setenv(name, value)
    return str(tmp_path / "feeds") if getattr(request, "param", "s3") == "folder" else s3.url(tmp_path.name)


both_stores = pytest.mark.parametrize("feeds_url", STORES, indirect=True)
both_states = pytest.mark.usefixtures("each_state")


def session(data: Path, feeds_url: str, **extra: object) -> RunSession:
    settings = Settings()
    settings.setmodule("portalcrawl.settings")
    given = {"DATA_DIR": str(data), "FEEDS_URL": feeds_url, "STATE_URL": states.state_url(data), **extra}
    settings.setdict(given)
    return RunSession(make_plan({"url": "https://a.example/"}, None), RunSettings.from_settings(settings))


def write(run: Run, *numbers: int, size: int = 10) -> None:
    for number in numbers:
        headline = hashlib.sha256(str(number).encode()).hexdigest() * (size // 64) + f"Meldung {number}"
        teaser = Teaser(
            id=f"a.example:t{number}",
            portal="a.example",
            article_id="a.example:1",
            url="https://a.example/1.html",
            headline=headline,
            date_fetched="2026-01-05T10:00:00+00:00",
            run=run.id,
        )
        run.write("teasers", asdict(teaser))
        run.unit_of_work.note_teaser(teaser.id)


def published(store: FeedStore) -> list[str]:
    """The ids of all teasers that manifests name."""
    feeds = PublishedFeeds(store)
    return [
        record["id"] for run in feeds.runs() for feed in feeds.manifest(run).feeds for record in feeds.records(feed)
    ]


def ids(*numbers: int) -> list[str]:
    return [f"a.example:t{number}" for number in numbers]


@both_stores
@pytest.mark.usefixtures("on_postgresql")
def test_a_run_is_published(tmp_path: Path, feeds_url: str) -> None:
    with session(tmp_path, feeds_url) as opened:
        run = opened.open()
        write(run, 1, 2)
        run.commit()
        write(run, 3)
        manifest = run.publish("finished")
        assert published(open_store(feeds_url)) == []
        run.deliver()
        assert run.delayed is None
    assert published(open_store(feeds_url)) == ids(1, 2, 3)
    assert [feed.records for feed in manifest.feeds] == [3]
    assert states.rows(tmp_path, "SELECT * FROM outbox") == states.rows(tmp_path, "SELECT * FROM unpublished") == []
    assert not (tmp_path / "state.sqlite3").exists()


@pytest.fixture
def on_postgresql() -> Iterator[None]:
    states.use("postgresql")
    yield
    states.use("sqlite")


@both_states
def test_the_next_run_publishes_the_committed_lines_of_a_dead_one(tmp_path: Path, feeds_url: str) -> None:
    died = session(tmp_path, feeds_url, LEASE_SECONDS=1)
    run = died.open()
    write(run, 1, 2)
    run.commit()
    write(run, 3)  # not committed
    if states.current == "sqlite":
        died.close()
    with session(tmp_path, feeds_url, RUN_LOCK_WAIT=30) as later:
        unit_of_work = later.open().unit_of_work
        assert unit_of_work.known_teasers(ids(1, 2, 3)) == set(ids(1, 2))
    assert published(open_store(feeds_url)) == ids(1, 2)
    store = open_store(feeds_url)
    manifest = json.loads(read_whole(store, store.manifests()[0]))
    assert (manifest["finish_reason"], manifest["counts"]) == ("recovered", {"articles": 0, "teasers": 2})
    died.close()


def test_a_run_whose_portal_is_crawled_no_more_is_ended_and_published(
    tmp_path: Path, feeds_url: str, on_postgresql: None
) -> None:
    died, running = session(tmp_path, feeds_url, LEASE_SECONDS=1), session(tmp_path, feeds_url)
    run = died.open()
    write(run, 1, 2)
    run.commit()
    engine = open_database(states.state_url(tmp_path))
    assert end_abandoned_runs(engine, 60) == []
    while not abandoned_runs(engine):
        time.sleep(0.1)
    assert end_abandoned_runs(engine, 60) == [run.id]
    assert publish_pending(engine, open_store(feeds_url)).published == (run.id,)
    with pytest.raises(LeaseLostError):
        run.publish("finished")
    died.close()
    running.open()
    assert end_abandoned_runs(engine, 60) == []
    running.close()
    engine.dispose()
    assert published(open_store(feeds_url)) == ids(1, 2)


@both_states
def test_a_store_that_is_down_delays_publication_only(
    tmp_path: Path, s3: S3Server, feeds_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with CuttingProxy(to_port(s3.port)) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{proxy.port}")
        with session(tmp_path, feeds_url) as first:
            run = first.open()
            write(run, 1)
            proxy.take_down()
            run.publish("finished")
            run.deliver()
            assert run.delayed is not None
            assert "can't be used" in run.delayed
            assert "\n" not in run.delayed
        engine = open_database(states.state_url(tmp_path))
        backlog = Outbox(engine).backlog()
        assert (backlog.records, backlog.runs) == (1, 1)
        assert backlog.oldest is not None
        with session(tmp_path, feeds_url) as second:
            run = second.open()
            write(run, 2)
            run.publish("finished")
            proxy.bring_up()
            proxy.errors = 1  # of a retried request
            run.deliver()
            assert run.delayed is None
        assert Outbox(engine).backlog().records == 0
        engine.dispose()
        assert sorted(published(open_store(feeds_url))) == ids(1, 2)


def test_errors_half_way_leave_no_manifest_and_the_next_attempt_goes_on(
    tmp_path: Path, s3: S3Server, feeds_url: str, monkeypatch: pytest.MonkeyPatch, on_postgresql: None
) -> None:
    with CuttingProxy(to_port(s3.port)) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{proxy.port}")
        with session(tmp_path, feeds_url) as first:
            run = first.open()
            write(run, *range(60), size=400_000)  # 24 MB: uploaded in parts
            run.publish("finished")
            proxy.take_down_at(b"partNumber=3")
            run.deliver()
            assert run.delayed is not None
        assert proxy.cuts == 1
        monkeypatch.setenv("AWS_ENDPOINT_URL", s3.endpoint)
        assert open_store(feeds_url).manifests() == []
        engine = open_database(states.state_url(tmp_path))
        assert publish_pending(engine, open_store(feeds_url)).published == (run.id,)
        engine.dispose()
    assert published(open_store(feeds_url)) == ids(*range(60))


@both_stores
@pytest.mark.usefixtures("on_postgresql")
def test_existing_files_are_compared_and_never_overwritten(tmp_path: Path, feeds_url: str) -> None:
    store = open_store(feeds_url)
    with session(tmp_path, feeds_url) as opened:
        run = opened.open()
        write(run, 1)
        manifest = run.publish("finished")
        (feed,) = manifest.feeds
        other = b"another\n"
        digest = hashlib.sha256(other).hexdigest()
        store.put_new(feed.file, lambda: iter([other]), len(other), digest)
        run.deliver()
        assert run.delayed is not None
        assert "has a different file" in run.delayed
        assert b"".join(store.open(feed.file)) == other
        store.remove([feed.file])
        run.deliver()  # what was stored before is stored again
        assert run.delayed is None
    assert published(store) == ids(1)


@both_stores
@pytest.mark.usefixtures("on_postgresql")
def test_two_publish_at_a_time(tmp_path: Path, feeds_url: str) -> None:
    for number in range(3):
        with session(tmp_path, feeds_url) as opened:
            run = opened.open()
            write(run, *range(number * 10, number * 10 + 10), size=100_000)
            run.publish("finished")
            states.rows(tmp_path, "DELETE FROM leases")
    problems: list[str | None] = []

    def work() -> None:
        engine = open_database(states.state_url(tmp_path))
        problems.append(publish_pending(engine, open_store(feeds_url)).problem)
        engine.dispose()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == [None] * 4
    assert sorted(published(open_store(feeds_url))) == sorted(ids(*range(30)))


def test_no_run_begins_while_the_outbox_is_full(
    tmp_path: Path, feeds_url: str, monkeypatch: pytest.MonkeyPatch, on_postgresql: None
) -> None:
    with session(tmp_path, feeds_url) as opened:
        run = opened.open()
        write(run, 1)
        run.publish("finished")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    refused = session(tmp_path, feeds_url, OUTBOX_LIMIT=10)
    with pytest.raises(OutboxFullError, match="OUTBOX_LIMIT allows 10: nothing is fetched"):
        refused.open()
    with session(tmp_path, feeds_url) as allowed:  # the lease of the refused run is released
        allowed.open()


@both_stores
def test_a_new_state_is_rebuilt_from_the_store(tmp_path: Path, feeds_url: str, on_postgresql: None) -> None:
    with session(tmp_path, feeds_url) as opened:
        run = opened.open()
        write(run, 1)
        run.publish("finished")
        run.deliver()
    states.lose(tmp_path)
    with session(tmp_path, feeds_url) as later:
        assert later.open().unit_of_work.known_teasers(ids(1, 2)) == set(ids(1))


@pytest.mark.parametrize(
    "url", ["ftp://a/b", "s3://", "s3://key:secret@bucket/a", "s3://bucket/a?X-Amz-Signature=1", "http://a/b"]
)
def test_a_wrong_feeds_url_is_one_line(url: str) -> None:
    with pytest.raises(SettingError, match="FEEDS_URL") as caught:
        check_feeds_url(url)
    assert "secret" not in str(caught.value)


def test_errors_of_a_store_are_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hidden-secret")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(FeedStoreError) as caught:
        open_store("s3://bucket/prefix").check()
    assert "\n" not in str(caught.value)
    assert "hidden-secret" not in str(caught.value)
    assert not isinstance(caught.value, FeedConflictError)


@both_states
def test_a_crawl_to_an_object_store(tmp_path: Path, feeds_url: str) -> None:
    """The command as users run it; a second run finds nothing new and publishes nothing."""
    links = [f"/stadt/meldung-des-tages-10000{number}.html" for number in range(4)]
    site: dict[str, Any] = {"/": listing("Neues", *links)} | {path: article(path) for path in links}
    found = []
    with TinyPortal(site) as portal:
        for _ in range(2):
            command = ("crawl", "portal", "-L", "ERROR", "-a", f"url={portal.url()}", "-s", f"FEEDS_URL={feeds_url}")
            ended = scrapy(*command, data=tmp_path)
            assert ended.code == 0, ended.err
            found.append(len(published(open_store(feeds_url))))
    assert found == [8, 8]
    assert not list(tmp_path.rglob("*.jsonl*"))

"""``METRICS_PORT`` of ``scrapy schedule run``, scraped by a real Prometheus on loopback."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families
from support.commandline import ENOUGH, ROOT, scrapy, start, stop
from support.ports import free_port
from support.scrapydnodes import until
from support.warm_start import WarmProcess

from portalcrawl.metrics.state_figures import StateFigures
from portalcrawl.scheduling.job_store import JobStore
from portalcrawl.storage.database import open_database
from portalcrawl.storage.packing import row_of
from portalcrawl.storage.records import Record
from portalcrawl.storage.run_history import PastRun, RunHistory
from portalcrawl.storage.tables import articles

DASHBOARD = json.loads((ROOT / "deploy" / "grafana-dashboard.json").read_text(encoding="utf-8"))
SCHEDULE = """
[entry.morning]
portal = "sample"
cron = "0 4 1 1 *"
"""
NOW = datetime.now(UTC).replace(microsecond=0)


def run(ago: timedelta, verdict: str = "ok", portal: str = "sample", **counts: int) -> PastRun:
    """Return a run that ended *ago*."""
    started, finished = NOW - ago - timedelta(minutes=2), NOW - ago
    name = f"{started:%Y%m%dT%H%M%SZ}-aaaaaa"
    named = {key.replace("__", "/"): value for key, value in counts.items()}
    return PastRun(name, (portal,), {}, started.isoformat(), finished.isoformat(), "finished", verdict, (), named)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with three runs and two pending links."""
    folder = tmp_path / "data"
    folder.mkdir()
    engine = open_database(f"sqlite:///{folder / 'state.sqlite3'}")
    good = run(timedelta(hours=2), articles=40, teasers=90, pages=50, pages_failed=3, failed__http_404=3)
    bad = run(timedelta(hours=1), "failed", articles=2, teasers=5, pages=1, pages_failed=4, failed__timeout=4)
    other = run(timedelta(minutes=10), "warning", "b.example", articles=7, pages=8)
    RunHistory(engine).add([(good, []), (bad, []), (other, [])])
    with engine.begin() as connection:
        for number in (1, 2):
            record = Record("sample", f"sample:{number}", f"https://a.example/{number}", f"https://a.example/{number}")
            row = row_of(record)
            connection.execute(articles.insert().values(row))
    engine.dispose()
    (tmp_path / "schedule.toml").write_text(SCHEDULE, encoding="utf-8")
    return folder


@contextmanager
def scheduler(data: Path, port: int) -> Iterator[WarmProcess]:
    """A running ``scrapy schedule run`` that serves metrics."""
    file = data.parent / "schedule.toml"
    process = start("schedule", "run", "--file", str(file), "-s", f"METRICS_PORT={port}", data=data)
    try:
        until(lambda: process.poll() is not None or _is_served(port), "no metrics")
        assert process.poll() is None, process.communicate()
        yield process
    finally:
        stop(process, signal.SIGTERM)


def _is_served(port: int) -> bool:
    try:
        return bool(get(f"http://127.0.0.1:{port}/metrics"))
    except OSError:
        return False


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=ENOUGH) as answer:
        return str(answer.read().decode())


def samples(text: str) -> dict[tuple[str, ...], float]:
    """Return the samples of an exposition by name and sorted label values."""
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@contextmanager
def prometheus(folder: Path, scraped: int) -> Iterator[str]:
    """A real Prometheus that scrapes the port *scraped* each second; yield the address of its API."""
    program = shutil.which("prometheus")
    assert program, "Prometheus is not installed: make prometheus, or apt-get install prometheus"
    folder.mkdir()
    (folder / "prometheus.yml").write_text(
        f"global: {{scrape_interval: 1s}}\n"
        f"scrape_configs: [{{job_name: portalcrawl, static_configs: [{{targets: ['127.0.0.1:{scraped}']}}]}}]\n"
    )
    port = free_port()
    command = [program, f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={folder / 'data'}"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*command, f"--web.listen-address=127.0.0.1:{port}"], stdout=log, stderr=log)
    try:
        yield f"http://127.0.0.1:{port}/api/v1/query?query="
    finally:
        process.terminate()
        process.wait(ENOUGH)


def asked(api: str, query: str) -> list[dict[str, Any]]:
    """Return what Prometheus answers to *query*."""
    try:
        answer = json.loads(get(api + quote(query)))
    except OSError:
        return []
    assert answer["status"] == "success", query
    return list(answer["data"]["result"])


def test_prometheus_scrapes_the_figures_of_state_and_schedule(tmp_path: Path, data: Path) -> None:
    port = free_port()
    with scheduler(data, port) as process, prometheus(tmp_path / "prometheus", port) as api:
        listening = [c.laddr for c in psutil.Process(process.pid).net_connections("inet") if c.status == "LISTEN"]
        assert [(each.ip, each.port) for each in listening] == [("127.0.0.1", port)]
        until(lambda: asked(api, 'up{job="portalcrawl"} == 1'), "no scrape")

        def value(query: str) -> float:
            (found,) = until(lambda: asked(api, query), query)
            return float(found["value"][1])

        assert value('portalcrawl_runs_total{portal="sample",verdict="failed"}') == 1
        assert value('portalcrawl_articles_total{portal="sample"}') == 42
        assert value('portalcrawl_failures_total{portal="sample",reason="timeout"}') == 4
        assert value('portalcrawl_known_articles{portal="sample",status="pending"}') == 2
        oldest = 7_200 + ENOUGH + (datetime.now(UTC) - NOW).total_seconds()  # other tests may have run since NOW
        assert 7_200 <= value('portalcrawl_last_good_run_age_seconds{portal="sample"}') <= oldest
        assert value('portalcrawl_last_run_level{portal="sample"}') == 2
        assert value('portalcrawl_last_run_level{portal="b.example"}') == 1
        assert value('portalcrawl_entry_level{entry="morning"}') == 0
        assert value('portalcrawl_queue_jobs{status="running"}') == 0
        assert value("portalcrawl_outbox_notices") == 0
        assert value("portalcrawl_metrics_failed") == 0
        engine = open_database(f"sqlite:///{data / 'state.sqlite3'}")
        RunHistory(engine).add([(run(timedelta(0), articles=8), [])])
        engine.dispose()
        until(lambda: asked(api, 'portalcrawl_articles_total{portal="sample"} == 50'), "the new run is not counted")
        for expression in dashboard_queries():
            asked(api, expression)
            for name in set(re.findall(r"portalcrawl_\w+", expression)):
                assert asked(api, name), f"the dashboard asks for {name}, which is not served"


def dashboard_queries() -> list[str]:
    """Return the queries of the Grafana dashboard, with its variables filled in."""
    expressions = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    assert expressions
    return [each.replace("$portal", ".*").replace("$__rate_interval", "1m") for each in expressions]


def test_the_state_is_read_when_it_is_there(tmp_path: Path) -> None:
    figures = StateFigures(f"sqlite:///{tmp_path / 'state.sqlite3'}")
    assert list(figures()) == []
    engine = open_database(f"sqlite:///{tmp_path / 'state.sqlite3'}")
    RunHistory(engine).add([(run(timedelta(hours=1), articles=3), [])])

    def written() -> dict[tuple[str, ...], float]:
        (articles_total,) = [each for each in figures() if each.name == "portalcrawl_articles_total"]
        return dict(articles_total.samples)

    assert written() == written() == {("sample",): 3}
    again = run(timedelta(hours=1), portal="b.example", articles=5)  # ended in the same second
    RunHistory(engine).add([(replace(again, run=again.run + "b"), [])])
    assert written() == {("sample",): 3, ("b.example",): 5}
    engine.dispose()
    for path in tmp_path.iterdir():
        path.unlink()
    assert list(figures()) == []


def test_a_state_that_can_not_be_read_fails_no_scrape(tmp_path: Path, data: Path) -> None:
    (data / "state.sqlite3").write_bytes(b"no database" * 1_000)
    port = free_port()
    with scheduler(data, port):
        found = samples(get(f"http://127.0.0.1:{port}/metrics"))
    assert found[("portalcrawl_metrics_failed",)] == 1
    assert ("portalcrawl_entry_level", "morning") in found


@pytest.mark.parametrize("value", ["0", "high", "70000"])
def test_a_wrong_port_is_answered_in_one_line(data: Path, value: str) -> None:
    ended = scrapy(
        "schedule", "run", "--file", str(data.parent / "schedule.toml"), "-s", f"METRICS_PORT={value}", data=data
    )
    assert (ended.code, len(ended.lines)) == (2, 1), ended.err
    assert "METRICS_PORT" in ended.err


def test_a_port_in_use_is_answered_in_one_line(data: Path) -> None:
    port = free_port()
    with scheduler(data, port):
        other = data.parent / "other"
        ended = scrapy(
            "schedule", "run", "--file", str(data.parent / "schedule.toml"), "-s", f"METRICS_PORT={port}", data=other
        )
    assert (ended.code, len(ended.lines)) == (1, 1), ended.err
    assert f"METRICS_PORT {port}" in ended.err
    assert JobStore.open(data).notices_waiting() == 0

"""``METRICS_PORT`` of the fleet's worker."""

from __future__ import annotations

import socket
import urllib.request
from contextlib import suppress

from prometheus_client.parser import text_string_to_metric_families
from support.fleet import Fleet, wait_for
from support.many_portals import ManyPortals, schedule
from support.ports import free_port


def scraped(port: int) -> dict[tuple[str, ...], float]:
    """Return the samples of the worker at *port* by name and values of labels; {} while it does not answer."""
    with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
        families = text_string_to_metric_families(answer.read().decode())
        return {
            (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
            for family in families
            for sample in family.samples
        }
    return {}


def test_a_port_in_use_is_answered_in_one_line(fleet: Fleet) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        ended = fleet.run("worker", "-s", f"METRICS_PORT={other.getsockname()[1]}")
    assert (ended.code, len(ended.lines)) == (1, 1), ended.err
    assert "METRICS_PORT" in ended.err
    assert fleet.rows("SELECT FROM fleet_workers") == []


def test_a_worker_serves_the_metrics_of_the_fleet(fleet: Fleet) -> None:
    port = free_port()
    with ManyPortals(1) as portals:
        fleet.apply(schedule(portals, "10s"))
        worker = fleet.worker("--concurrency", "1", "-s", f"METRICS_PORT={port}")
        wait_for(fleet.ended, "a run")
        found = wait_for(lambda: scraped(port), "metrics")
        assert found["portalcrawl_workers",] == 1
        assert found["portalcrawl_metrics_failed",] == 0
        assert found["portalcrawl_entry_level", "p0"] == 0
        assert found["portalcrawl_entry_last_good_run_age_seconds", "p0"] < 600
        assert sum(value for key, value in found.items() if key[0] == "portalcrawl_queue_jobs") == 1
        assert ("portalcrawl_outbox_lines",) in found
        assert sum(value for key, value in found.items() if key[0] == "portalcrawl_articles_total") == 5
        assert worker.stop() < 30
        assert worker.process.returncode == 0

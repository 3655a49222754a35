"""Workers: real processes, a real PostgreSQL, real portals on loopback."""

from __future__ import annotations

import json
import signal
import time
from contextlib import suppress

from support.commandline import doubled, manifests, records
from support.fleet import Fleet, Worker, wait_for
from support.many_portals import ManyPortals, schedule
from support.tinyportal import Answer, TinyPortal, article, listing

from portalcrawl.errors import DataFolderError

SHORT_LEASE = ("-s", "LEASE_SECONDS=6")


def test_a_worker_runs_due_entries_in_warm_processes(fleet: Fleet) -> None:
    with ManyPortals(4) as portals:
        fleet.apply(schedule(portals, "4s"))
        worker = fleet.worker("--concurrency", "2", "-s", "FLEET_PROCESSES=1")
        wait_for(lambda: len(fleet.ended()) >= 8, "two runs of each portal")
        status = json.loads(fleet.run("status", "--json").out)
        assert status["problems"] == []
        assert [w["alive"] for w in status["workers"]] == [True]
        assert {each["verdict"] for each in status["entries"]} == {"ok"}
        assert len(worker.children()) == 1
        assert fleet.run("once", "p0").code == 0
        assert worker.stop() < 30
        assert worker.process.returncode == 0
        assert fleet.rows("SELECT FROM fleet_workers") == []
        articles = records(fleet.data, "articles")
        assert len(articles) == 4 * 5
        assert not doubled([record["id"] for record in articles])
        assert "Traceback" not in worker.log


def test_processes_are_replaced_after_their_runs(fleet: Fleet) -> None:
    with ManyPortals(2) as portals:
        fleet.apply(schedule(portals, "2s"))
        worker = fleet.worker("--concurrency", "1", "-s", "FLEET_RECYCLE=2")
        first = wait_for(worker.children, "a process")
        wait_for(lambda: len(fleet.ended()) >= 5, "five runs")
        assert "is replaced: it has made 2 runs" in worker.log
        assert worker.children() != first
        assert {row["verdict"] for row in fleet.ended()} == {"ok"}


def slow_portal(delay: float) -> TinyPortal:
    """A portal whose articles take their time."""
    paths = [f"/news/meldung-{number}-aus-dem-hafen-{4711000 + number}.html" for number in range(30)]
    pages = {path: Answer(article(f"Meldung {path} aus dem Hafen"), delay=delay) for path in paths}
    return TinyPortal({"/": listing("Hafen", *(f"{path}|Meldung {path}" for path in paths)), **pages})


def start_of_a_long_run(fleet: Fleet, portal: TinyPortal, *args: str) -> Worker:
    fleet.apply(f'[entry.slow]\nevery = "1h"\narguments = {{ url = "{portal.url()}" }}')
    worker = fleet.worker("--concurrency", "1", *args)
    wait_for(lambda: len(portal.log) > 6, "some requests")
    return worker


def test_sigterm_ends_every_run_published(fleet: Fleet) -> None:
    with slow_portal(0.8) as portal:
        worker = start_of_a_long_run(fleet, portal)
        assert worker.stop() < 30
        assert worker.process.returncode == 0
        (run,) = fleet.ended()
        assert run["verdict"] == "ok"
        (manifest,) = manifests(fleet.data)
        assert manifest["finish_reason"] == "shutdown"
        assert 0 < len(records(fleet.data, "articles")) < 30


def test_a_run_that_takes_too_long_is_ended_and_published(fleet: Fleet) -> None:
    with slow_portal(1.0) as portal:
        fleet.apply(f'[entry.slow]\nevery = "1h"\nlimit = "6s"\narguments = {{ url = "{portal.url()}" }}')
        worker = fleet.worker("--concurrency", "1")
        (run,) = wait_for(fleet.ended, "the run to end")
        assert (run["verdict"], run["reasons"]) == ("failed", ["cancelled: it ran longer than 6s"])
        assert [manifest["run"] for manifest in manifests(fleet.data)] == [run["run"]]
        worker.stop()


def test_the_last_run_of_a_process_that_is_replaced_counts_as_alive(fleet: Fleet) -> None:
    with slow_portal(1.0) as slow, ManyPortals(1) as quick:
        long = f'[entry.slow]\nevery = "1h"\narguments = {{ url = "{slow.url()}" }}'
        fleet.apply(schedule(quick, "1h", long))
        fleet.rows("UPDATE fleet_entries SET slot = slot - 3600, due = due - 3600 RETURNING 1")
        worker = fleet.worker("--concurrency", "2", "-s", "FLEET_PROCESSES=1", "-s", "FLEET_RECYCLE=2", *SHORT_LEASE)
        wait_for(lambda: "is replaced: it has made 2 runs" in worker.log, "the process to be replaced")
        left = len(slow.log)
        (run,) = wait_for(lambda: fleet.ended("slow"), "the long run to end")
        assert (run["verdict"], run["reasons"]) == ("ok", [])
        assert len(slow.log) > left + 5, "it went on for longer than the lease"
        worker.stop()


def test_a_second_sigterm_ends_all_at_once(fleet: Fleet) -> None:
    with slow_portal(5.0) as portal:
        worker = start_of_a_long_run(fleet, portal)
        worker.process.send_signal(signal.SIGTERM)
        wait_for(lambda: "it got a signal to end" in worker.log, "the end to begin")
        worker.stop()
        assert "all runs are ended at once" in worker.log
        assert manifests(fleet.data) == [], "after the first alone the run would have been published"


def test_the_jobs_of_a_killed_worker_fail_and_the_portal_goes_on_elsewhere(fleet: Fleet) -> None:
    with slow_portal(0.5) as portal:
        fleet.apply(f'[entry.slow]\nevery = "8s"\narguments = {{ url = "{portal.url()}" }}')
        first = fleet.worker("--concurrency", "1", *SHORT_LEASE)
        wait_for(lambda: len(portal.log) > 6, "some requests")
        first.kill()
        second = fleet.worker("--concurrency", "1", *SHORT_LEASE)
        wait_for(lambda: any(row["verdict"] == "ok" for row in fleet.ended()), "a run of the second worker")
        second.stop()
        failed, *others = fleet.ended()
        assert failed["verdict"] == "failed"
        assert failed["reasons"][0].startswith("its worker died")
        assert fleet.rows("SELECT status::text FROM procrastinate_jobs WHERE status = 'failed'")
        assert others[0]["verdict"] == "ok"
        articles = records(fleet.data, "articles")
        assert len(articles) == 30
        assert not doubled([record["id"] for record in articles])


def good_run(fleet: Fleet, name: str, after: float) -> bool:
    return any(row["verdict"] == "ok" and row["started"] > after for row in fleet.ended(name))


def test_a_page_that_hangs_costs_one_process_and_no_other_portal(fleet: Fleet) -> None:
    """The guard of READ_TIMEOUT ends the process; the other portals go on in the next one."""
    front = listing("Hafen", "/news/die-seite-die-schadet-aus-lindenau-4711099.html|Die Seite, die schadet")
    page = "<!-- harm: held -->" + article("Die Seite, die schadet")
    harmful = ("-s", 'SPIDER_MIDDLEWARES={"support.harmful.Harmful": 1}', "-s", "READ_TIMEOUT=2")
    with (
        TinyPortal({"/": front, "/news/die-seite-die-schadet-aus-lindenau-4711099.html": page}) as bad,
        ManyPortals(2) as good,
    ):
        entries = schedule(good, "2s", f'[entry.bad]\nevery = "2s"\narguments = {{ url = "{bad.url()}" }}')
        fleet.apply(entries)
        args = ("--concurrency", "3", "-s", "FLEET_PROCESSES=1", *SHORT_LEASE, *harmful)
        worker = fleet.worker(*args, PYTHONPATH=".:tests")
        wait_for(lambda: "another starts in" in worker.log, "the guard to end the process")
        after = time.time()
        wait_for(lambda: [r for r in fleet.ended("bad") if r["verdict"] in ("ok", "warning")], "the bad portal again")
        for name in ("p0", "p1"):
            wait_for(lambda name=name: good_run(fleet, name, after), f"a whole run of {name}")
        assert len(records(fleet.data, "articles")) == 2 * 5


def test_the_database_restarts_under_a_worker(fleet: Fleet, server) -> None:
    with ManyPortals(2) as portals:
        fleet.apply(schedule(portals, "2s"))
        worker = fleet.worker("--concurrency", "2", "-s", "FLEET_PROCESSES=1", *SHORT_LEASE)
        wait_for(lambda: len(fleet.ended()) >= 2, "a run of each")
        server.stop("immediate")
        time.sleep(3)
        server.start()
        after = time.time()
        with suppress(DataFolderError):
            fleet.rows("SELECT 1")  # the connection broke
        wait_for(lambda: len([r for r in fleet.ended() if r["started"] and r["started"] > after]) >= 2, "runs after it")
        assert worker.process.poll() is None
        worker.stop()


def test_a_frozen_worker_counts_as_dead_and_comes_back(fleet: Fleet) -> None:
    with ManyPortals(1) as portals:
        fleet.apply(schedule(portals, "2s"))
        worker = fleet.worker("--concurrency", "1", *SHORT_LEASE)
        wait_for(lambda: fleet.ended(), "a run")
        worker.kill(signal.SIGSTOP)
        fleet.rows("UPDATE fleet_workers SET seen = seen - 100 RETURNING 1")
        problems = json.loads(fleet.run("status", "--json").out)["problems"]
        assert any("was last seen 1m" in problem for problem in problems)
        worker.kill(signal.SIGCONT)
        before = len(fleet.ended())
        wait_for(lambda: len(fleet.ended()) > before, "a run after it")
        worker.stop()

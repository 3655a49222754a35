"""On real Scrapyds: deployed by the real client, fired by ``scrapy schedule run``, killed at every joint."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import time
import tomllib
import zipfile
from collections.abc import Collection, Iterator
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import requests
from filelock import FileLock
from sqlalchemy import select
from support.commandline import ROOT, doubled, files, manifests, records, start_crawl, stop
from support.ports import free_port
from support.scrapydnodes import (
    LOGIN,
    PASSWORD,
    USER,
    VENV,
    Site,
    clean_clone,
    make_environment,
    site,
    until,
)

from portalcrawl.demo import SamplePortal
from portalcrawl.errors import DataFolderError
from portalcrawl.scheduling.job_store import JobStore
from portalcrawl.scheduling.job_tables import jobs
from portalcrawl.storage.database import make_engine
from portalcrawl.storage.run_history import PastRun, RunHistory

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def egg(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """The egg that scrapyd-deploy builds from a clean clone, which it leaves as it was; one for all processes."""
    programs = make_environment()
    of_process = tmp_path_factory.getbasetemp()
    folder = of_process.parent if hasattr(request.config, "workerinput") else of_process
    built = folder / "portalcrawl.egg"
    with FileLock(folder / "egg.lock"):
        if not built.exists():
            clone, new = clean_clone(folder / "egg-clone"), folder / "new.egg"
            before = files(clone)
            subprocess.run(
                [programs / "scrapyd-deploy", "--build-egg", new], cwd=clone, check=True, capture_output=True
            )
            assert files(clone) == before, "the build left something in the clone"
            new.rename(built)
    return built


@pytest.fixture(scope="module")
def portal() -> Iterator[SamplePortal]:
    with SamplePortal() as served:
        yield served


def entry(portal: SamplePortal, more: str = "", every: str = "2s") -> str:
    given = f'arguments = {{portal = "sample", url = "{portal.url}", max_articles = 20}}'
    return (
        f'[entry.fresh]\n{given}\nevery = "{every}"\nsettings = {{COMMIT_SECONDS = 0.2, DOWNLOAD_DELAY = 0.05}}\n{more}'
    )


def ended_runs(data: Path) -> list[PastRun]:
    """The runs that have ended; one that wrote no record leaves no manifest."""
    file = data / "state.sqlite3"
    with suppress(DataFolderError):  # the first run is just making it
        if file.exists():
            return [run for run in RunHistory(make_engine(f"sqlite:///{file}")).last(10_000) if run.finished]
    return []


def finished(where: Site, number: int) -> list[PastRun]:
    return until(lambda: len(found := ended_runs(where.data)) >= number and found, f"{number} runs")


def ended_jobs(where: Site) -> dict[str, Any]:
    store = JobStore.open(where.data)
    with store.engine.connect() as connection:
        ids = list(connection.scalars(select(jobs.c.job).where(jobs.c.entry == "fresh")))
    found = [job for job in map(store.find, ids) if job is not None]
    return {job.job: job for job in found if job.status in ("done", "failed")}


def assert_nothing_lost_or_twice(where: Site, besides: Collection[str] = ()) -> None:
    articles, teasers = records(where.data, "articles"), records(where.data, "teasers")
    assert articles
    assert not doubled([(article["id"], article["revision"]) for article in articles])
    assert not doubled([teaser["id"] for teaser in teasers])
    runs = [run.run.partition("Z-")[2] for run in ended_runs(where.data)]
    assert not doubled(runs), "a job was run twice"
    for node in where.nodes.values():
        assert "is locked by another run" not in node.log, "two jobs of one portal met"
    # Every run on the nodes was asked for, once, by the schedule.
    started = [line.split("job='")[1].split("'")[0] for node in where.nodes.values() for line in begun(node.log)]
    assert not doubled(started)
    assert set(started) <= JobStore.open(where.data).known(started) | set(besides)


def begun(log: str) -> list[str]:
    return [line for line in log.splitlines() if "Process started:" in line]


def test_the_egg_contains_profiles_and_the_embedded_portal(egg: Path) -> None:
    names = zipfile.ZipFile(egg).namelist()
    modules = {name for name in names if name.endswith(".py")}
    assert {f"{name}c" for name in modules} <= set(names), "a job must not compile what it imports"
    assert "portalcrawl/profiles/builtin/klamm.toml" in names
    assert "portalcrawl/demo/templates/base.html" in names
    assert "EGG-INFO/entry_points.txt" in names
    assert not [name for name in names if "pycache" in name or name.startswith("tests")]


def recorded(where: Site, status: str, wait: float = 600.0) -> str:
    """Leave the record of a job that was about to be sent to the first node, or was; it waits there so many seconds."""
    store, now = JobStore.open(where.data), time.time()
    job = store.add("fresh", now, ["sample"])
    store.change(job, status=status, node="one", posted=now, expires=now + wait, longest=3600.0)
    return job


def cancel_one(where: Site) -> None:
    """cancel.json ends a job like Ctrl-C: it publishes its records."""
    node = where.nodes["one"]
    job = until(lambda: running_run(where), "a job that writes")
    assert node.ask("cancel.json", project="portalcrawl", job=job)["prevstate"] == "running"
    run = until(lambda: ended_run(where, job), "the cancelled job's run")
    assert run.finish_reason in ("shutdown", "max_articles", "finished")
    assert not list((where.data / "feeds").glob(f"*{job}*.part"))


def running_run(where: Site) -> str | None:
    """The id of a job whose run writes."""
    for node in where.nodes.values():
        for job in node.jobs()["running"]:
            if list((where.data / "feeds").glob(f"*-{job['id']}.jsonl.part")):
                return str(job["id"])
    return None


def ended_run(where: Site, job: str, data: Path | None = None) -> PastRun | None:
    return next((run for run in ended_runs(data or where.data) if run.run.endswith(f"Z-{job}")), None)


def assert_logs_are_small_and_hold_no_items(where: Site) -> None:
    headlines = [article["headline"] for article in records(where.data, "articles")]
    logs = list((where.nodes["one"].folder / "logs" / "portalcrawl" / "portal").glob("*.log"))
    assert logs
    for path in logs:
        text = path.read_text(encoding="utf-8")
        assert len(text) < 20_000
        assert not [headline for headline in headlines if headline in text]
    assert not (where.nodes["one"].folder / "items").exists()


def test_cancelled_and_killed_jobs_lose_nothing_and_start_nothing_twice(
    tmp_path: Path, egg: Path, portal: SamplePortal
) -> None:
    with site(tmp_path, egg, "one") as where:
        where.write(entry(portal))
        unsent = recorded(where, "posting")
        where.start()
        # A scheduler died between recording a job and sending it: it is sent, under the id that was recorded.
        until(lambda: ended_run(where, unsent), "the job that was not sent")
        cancel_one(where)
        kill_the_job(where)
        kill_the_scheduler(where)
        kill_scrapyd(where)
        finished(where, len(ended_runs(where.data)) + 1)
        assert where.end(signal.SIGTERM) == 0
        until(lambda: not where.nodes["one"].jobs()["running"], "the last job ends")
        assert_nothing_lost_or_twice(where)
        assert_logs_are_small_and_hold_no_items(where)
        listed = where.schedule("list").out
        assert "fresh" in listed and "every 2s" in listed
        found = where.check()["entries"][0]
        assert found["last_good"] and found["verdict"] in ("ok", "warning"), found
        assert PASSWORD not in where.log + listed + where.nodes["one"].log


def kill_the_job(where: Site) -> None:
    job = until(lambda: running_run(where), "a job that writes")
    pid = next(each["pid"] for each in where.nodes["one"].jobs()["running"] if each["id"] == job)
    os.kill(pid, signal.SIGKILL)
    until(lambda: ended_jobs(where).get(job), "the scheduler notices")
    assert ended_jobs(where)[job].status == "failed"
    assert f"{job}: it died" in where.log
    # The portal's next run publishes what the dead one had committed.
    assert until(lambda: ended_run(where, job), "the dead run's end").finish_reason == "recovered"


def kill_the_scheduler(where: Site) -> None:
    before = len(ended_runs(where.data))
    where.end(signal.SIGKILL)
    where.start()
    finished(where, before + 1)
    # One died between sending a job and recording that it was sent: it is not sent again.
    where.end(signal.SIGKILL)
    until(lambda: not where.nodes["one"].jobs()["running"], "the last job ends")
    sent = recorded(where, "posting")
    by_hand(where, sent, **arguments_of(where))
    where.start()
    until(lambda: ended_jobs(where).get(sent), "the job that was sent")


def kill_scrapyd(where: Site) -> None:
    """The job outlives its Scrapyd; the portal waits for it."""
    node = where.nodes["one"]
    job = until(lambda: running_run(where), "a job that writes")
    node.end(signal.SIGKILL)
    node.start()
    assert until(lambda: ended_run(where, job), "the job that was left ends").verdict == "ok"
    until(lambda: ended_jobs(where).get(job), "the scheduler has its result")
    assert ended_jobs(where)[job].status == "done"
    assert ended_jobs(where)[job].verdict == "ok"


def arguments_of(where: Site) -> dict[str, str]:
    found = tomllib.loads(where.file.read_text(encoding="utf-8"))["entry"]["fresh"]["arguments"]
    return {name: str(value) for name, value in found.items()}


def by_hand(where: Site, job: str, *settings: str, **arguments: str) -> None:
    """Post a job to the first node, not by the schedule."""
    given = {"project": "portalcrawl", "spider": "portal", "jobid": job, **arguments}
    where.nodes["one"].ask("schedule.json", **given, setting=[f"DATA_DIR={where.data.absolute()}", *settings])


def test_far_nodes_hanging_jobs_and_the_webhook(tmp_path: Path, egg: Path, portal: SamplePortal) -> None:
    """Results of a node that shares no folder with the scheduler are read from its logs; a job that hangs is ended
    and reported."""
    with Receiver() as receiver, SamplePortal() as slow, site(tmp_path, egg, "far", data=tmp_path / "far") as where:
        hanging = f'[entry.slow]\narguments = {{url = "{slow.url}"}}\nevery = "1h"\n'
        hanging += "settings = {DOWNLOAD_DELAY = 1}"
        more = entry(portal, 'on_overlap = "queue"', every="2s")
        where.write(f"{more}\n{hanging}", of_nodes="shared = false")
        where.start(PORTALCRAWL_WEBHOOK=receiver.url)
        begun = until(lambda: list((tmp_path / "far" / "feeds").glob("*Z-slow-*.part")), "the slow crawl writes")
        hanging_job = begun[0].name.partition("Z-")[2].removesuffix(".jsonl.part")
        JobStore.open(where.data).change(hanging_job, longest=1.0)  # its limit, which would take the test an hour
        told = until(lambda: receiver.about("slow"), "the webhook is told")
        assert (told["verdict"], told["before"]) == ("failed", None)
        assert told["reasons"] == ["cancelled: it ran longer than 1s"]
        until(lambda: ended_jobs(where), "a job of the other entry")
        where.end(signal.SIGTERM)
        job = next(iter(ended_jobs(where).values()))
        assert (job.status, job.verdict) == ("done", "ok")
        assert job.counts["articles"] == 20
        assert told["job"] == hanging_job
        assert getattr(ended_run(where, hanging_job, tmp_path / "far"), "finish_reason", None) == "shutdown"
        assert not manifests(where.data)
        found = where.check()
        assert any(problem.startswith("slow: failed: cancelled") for problem in found["problems"])
        assert [node["problem"] for node in found["nodes"]] == [None]
        assert receiver.url not in where.log
        assert "busy with" not in where.log, "starts that overlap are queued here"


def test_a_portal_that_is_held_by_hand_is_left_alone(tmp_path: Path, egg: Path, portal: SamplePortal) -> None:
    with site(tmp_path, egg, "one") as where:
        where.write(entry(portal, every="5s"))  # each start in vain costs as much as a crawl
        wrong_passwords_are_one_clear_line(where, egg)
        by_hand = start_crawl("-s", "DOWNLOAD_DELAY=1", data=where.data, portal="sample", url=portal.url)
        until(lambda: list((where.data / "feeds").glob("*.part")), "the crawl by hand writes")
        assert where.schedule("once", "fresh").code == 0
        where.start()
        until(lambda: "its portal was locked by run" in where.log, "the scheduler sees why")
        stop(by_hand, signal.SIGTERM)
        until(lambda: [job for job in ended_jobs(where).values() if job.verdict == "ok"], "the portal is free again")
        where.end(signal.SIGTERM)
        assert not [job for job in ended_jobs(where).values() if job.verdict == "failed"]


def fill_up(where: Site, database: str, table: str) -> None:
    """Have a database of the node refuse what is added, with the words that SQLite has for a full disk."""
    with closing(sqlite3.connect(where.nodes["one"].folder / "dbs" / database)) as connection:
        what = f"CREATE TRIGGER full BEFORE INSERT ON {table} BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END"
        connection.execute(what)


def test_a_full_disk_of_a_node_is_reported_as_such(tmp_path: Path, egg: Path, portal: SamplePortal) -> None:
    with site(tmp_path, egg, "one", places=1) as where:
        where.write(entry(portal, 'start_within = "10m"'))
        fill_up(where, "jobs.db", "finished_jobs")
        where.start()
        # The only job that ever runs takes the node's only place along; its log still says how it ended.
        until(lambda: [job for job in ended_jobs(where).values() if job.verdict == "ok"], "the first job's result")
        until(lambda: not where.nodes["one"].jobs()["running"], "its place is lost")

        def is_told_of() -> bool:
            store = JobStore.open(where.data)
            for waiting in store.open_jobs():
                store.change(waiting.job, expires=time.time())  # which would take the test ten minutes
            return "starts no job, though none is running there" in where.log

        until(is_told_of, "the next job does not begin")
        assert "had no free slot" not in where.log
        where.end(signal.SIGTERM)
        job = recorded(where, "pending")
        by_hand(where, job, **arguments_of(where))
        JobStore.open(where.data).change(job, posted=time.time() - 90)
        problem = where.check()["nodes"][0]["problem"]
        assert problem.startswith("node one starts no job, though none is running there"), problem
        store = JobStore.open(where.data)
        for waiting in store.open_jobs():  # what the scheduler had posted may wait there, too
            store.change(waiting.job, status="skipped")
            where.nodes["one"].ask("cancel.json", project="portalcrawl", job=waiting.job)
        fill_up(where, "portalcrawl.db", "spider_queue")
        ended = where.schedule("once", "fresh")
        assert (ended.code, "disk is full" in ended.err, "scrapyd-deploy" in ended.err) == (1, True, False), ended.err


def test_a_node_without_the_project_is_reported_with_the_command_that_deploys_it(
    tmp_path: Path, egg: Path, portal: SamplePortal
) -> None:
    with site(tmp_path, egg, "one") as where:
        where.write(entry(portal), top='project = "another"')
        ended = where.schedule("once", "fresh")
        assert ended.code == 1 and "deploy the project with scrapyd-deploy" in ended.err


class Receiver:
    """A webhook that is out of order at first."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.lines.append(body)
                self.send_response(503 if len(outer.lines) == 1 else 200)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                """Nothing on standard error."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook/secret-part"

    def about(self, entry: str) -> dict[str, Any] | None:
        """Return the notice about *entry* that was accepted."""
        for line in self.lines[1:]:
            assert line.endswith(b"\n") and line.count(b"\n") == 1
            if (told := json.loads(line))["entry"] == entry:
                return told
        return None

    def __enter__(self) -> Receiver:
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def wrong_passwords_are_one_clear_line(where: Site, egg: Path) -> None:
    ended = where.schedule("once", "fresh", SCRAPYD_PASSWORD="wrong")
    assert ended.code == 1
    assert "refuses user and password" in ended.lines[0] and "Traceback" not in ended.err
    problems = json.loads(where.schedule("check", SCRAPYD_PASSWORD="wrong").out)["problems"]
    assert any("refuses user and password" in problem for problem in problems)
    wrong = {**os.environ, **LOGIN, "SCRAPYD_PASSWORD": "wrong", "XDG_CONFIG_HOME": str(where.folder / "config")}
    client = [VENV / "bin" / "scrapyd-deploy", "test", "--egg", egg]
    assert subprocess.run(client, env=wrong, capture_output=True, check=False).returncode == 1


def test_make_scrapyd_starts_one_and_deploys_to_it(tmp_path: Path, egg: Path) -> None:
    command = [VENV / "bin" / "python", "deploy/local.py", tmp_path]
    place = {"SCRAPYD_HTTP_PORT": str(free_port()), "PORTALCRAWL_DATA_DIR": str(tmp_path / "data")}
    open_door = {**os.environ, **place, "SCRAPYD_PASSWORD": ""}
    refused = subprocess.run(command, cwd=ROOT, env=open_door, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert refused.stderr.startswith("portalcrawl: set SCRAPYD_USERNAME and SCRAPYD_PASSWORD first")
    closed = {**os.environ, **place, **LOGIN}
    local = subprocess.Popen(command, cwd=ROOT, env=closed, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert local.stdout is not None
    said = until(lambda: "with the project deployed" in (line := local.stdout.readline()) and line, "Scrapyd is there")
    assert place["SCRAPYD_HTTP_PORT"] in said
    projects = requests.get(f"{said.split()[3]}listprojects.json", auth=(USER, PASSWORD), timeout=60).json()
    assert projects["projects"] == ["portalcrawl"]
    assert stop(local, signal.SIGINT).code == 0

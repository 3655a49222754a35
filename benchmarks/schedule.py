"""The cost of the scheduler with a history, compared with an empty folder: idle, ``check`` and ``list``.

    python benchmarks/schedule.py [--entries 100] [--runs 105120] [--seconds 60] [--write]

It uses a real Scrapyd (``make scrapyd-environment``). Each entry has the jobs of the days for which they are kept, one
every five minutes; the state has ``--runs`` runs.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psutil
from places import ROOT, machine, write_section
from sqlalchemy import insert

from portalcrawl.scheduling.job_store import KEPT_DAYS, JobStore
from portalcrawl.scheduling.job_tables import entries, jobs
from portalcrawl.storage import tables as state
from portalcrawl.storage.database import open_database

LOGIN = {"SCRAPYD_USERNAME": "benchmark", "SCRAPYD_PASSWORD": "of-this-run-alone"}
EVERY = 300.0
SETTLE = 10.0
"""Seconds after which a scheduler has started."""


@contextmanager
def scrapyd(folder: Path) -> Iterator[int]:
    """Run a Scrapyd with nothing to do; yield its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = {**os.environ, **LOGIN, "SCRAPYD_HTTP_PORT": str(port)}
    (folder / "scrapyd.conf").write_bytes((ROOT / "deploy" / "scrapyd.conf").read_bytes())
    with (folder / "scrapyd.log").open("wb") as log:
        command = [ROOT / ".venv-scrapyd" / "bin" / "scrapyd", "--pidfile="]
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        while not any(each.laddr.port == port for each in psutil.Process(server.pid).net_connections("tcp")):
            time.sleep(0.2)
        yield port
    finally:
        server.terminate()
        server.wait()


def write_schedule(folder: Path, number: int, port: int) -> Path:
    """Write entries none of which is due while it is measured."""
    hour = (datetime.now(UTC).hour + 12) % 24
    made = (f'[entry.e{at}]\nurl = "http://e{at}.example/"\ncron = "{at % 60} {hour} * * *"' for at in range(number))
    file = folder / "schedule.toml"
    text = "\n".join(made).replace("url = ", "arguments.url = ")
    file.write_text(f'[nodes.local]\nurl = "http://127.0.0.1:{port}/"\n{text}\n', encoding="utf-8")
    return file


def fill(data: Path, number: int, runs: int) -> None:
    """Give the scheduler and the state a past."""
    now = time.time()
    store, per_entry = JobStore.open(data), int(KEPT_DAYS * 86_400 / EVERY)
    with store.engine.begin() as connection:
        for at in range(number):
            name, portals = f"e{at}", json.dumps([f"e{at}.example"])
            row = {"entry": name, "by_hand": False, "portals": portals, "status": "done", "verdict": "ok"}
            past = ((f"{name}-{each:08x}", now - EVERY * (per_entry - each)) for each in range(per_entry))
            rows = [{**row, "job": job, "due": when, "ended": when, "counts": "{}"} for job, when in past]
            connection.execute(insert(jobs), rows)
            known = {"known_since": rows[0]["due"], "last_job": rows[-1]["job"], "last_good": rows[-1]["ended"]}
            connection.execute(insert(entries).values(entry=name, level="ok", **known))
    engine = open_database(f"sqlite:///{data / 'state.sqlite3'}")
    with engine.begin() as connection:
        for begin in range(0, runs, 10_000):
            rows = []
            for each in range(begin, min(begin + 10_000, runs)):
                when = datetime.fromtimestamp(now - EVERY * (runs - each), UTC)
                portals = json.dumps([f"e{each % number}.example"])
                row = {"run": f"{when:%Y%m%dT%H%M%SZ}-e{each % number}-{each:08x}", "portals": portals}
                times = {"started": when.isoformat(), "finished": when.isoformat()}
                rows.append({**row, **times, "arguments": "{}", "verdict": "ok", "counts": "{}"})
            connection.execute(insert(state.runs), rows)


def command(action: str, file: Path) -> list[str]:
    return [sys.executable, "-m", "scrapy", "schedule", action, "--file", str(file)]


def cpu_of(action: str, file: Path, data: Path) -> float:
    """Return the CPU seconds of one call."""
    environment = {**os.environ, **LOGIN, "PORTALCRAWL_DATA_DIR": str(data)}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command(action, file), cwd=ROOT, env=environment, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def cpu_idle(file: Path, data: Path, seconds: float) -> float:
    """Return the CPU seconds that a scheduler takes in a minute in which nothing is due."""
    environment = {**os.environ, **LOGIN, "PORTALCRAWL_DATA_DIR": str(data)}
    running = subprocess.Popen(command("run", file), cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    try:
        time.sleep(SETTLE)
        process = psutil.Process(running.pid)
        before = process.cpu_times()
        time.sleep(seconds)
        after = process.cpu_times()
    finally:
        running.terminate()
        running.wait()
    return (after.user + after.system - before.user - before.system) * 60 / seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=100, help="entries of the schedule (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=105_120, help="runs in the state (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=60.0, help="idle time that is measured (default: %(default)s)")
    parser.add_argument("--write", action="store_true", help="write the table into docs/benchmarks.md")
    args = parser.parse_args()
    rows = ["| data folder | idle, CPU s a minute | `check`, CPU s | `list`, CPU s |", "|---|---:|---:|---:|"]
    with tempfile.TemporaryDirectory(prefix="portalcrawl-schedule-") as made:
        folder = Path(made)
        with scrapyd(folder) as port:
            file = write_schedule(folder, args.entries, port)
            for name in ("empty", "with a past"):
                data = folder / name
                if name != "empty":
                    fill(data, args.entries, args.runs)
                idle = cpu_idle(file, data, args.seconds)
                check, shown = (min(cpu_of(action, file, data) for _ in range(3)) for action in ("check", "list"))
                rows.append(f"| {name} | {idle:.2f} | {check:.2f} | {shown:.2f} |")
    kept = int(args.entries * KEPT_DAYS * 86_400 / EVERY)
    head = f"{args.entries} entries; the past: {kept:,} jobs and {args.runs:,} runs. {machine()}"
    table = "\n".join([head, "", *rows])
    print(table)
    if args.write:
        write_section("schedule", table)


if __name__ == "__main__":
    main()

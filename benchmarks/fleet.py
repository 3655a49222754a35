"""The delay and the cost of runs with many portals on two workers on this machine.

    python benchmarks/fleet.py [--portals 100 300 1000] [--minutes 4] [--write]

Each portal is due every ten minutes. A run asks for robots.txt and the front page, and finds one new article in its
first run and nothing afterwards. Workers, PostgreSQL and the portals share the machine; the portals have a column.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

import psutil
from places import ROOT, machine, write_section

sys.path.insert(0, str(ROOT / "tests"))

from support.fleet import Fleet, Worker, wait_for
from support.many_portals import ManyPortals, schedule
from support.postgres import PostgresServer

EVERY = "10m"
SETTLE = 30.0
"""Seconds after the end of the first runs until measuring begins."""


@dataclass(frozen=True)
class Figures:
    """What one number of portals gave. CPU is in cores, times are seconds."""

    portals: int
    runs: int
    seconds: float
    late: tuple[float, float, float]
    """Median, 99th percentile, longest."""
    workers: float
    database: float
    portal_server: float
    transactions: float
    """A second."""
    memory: float
    """Megabytes of all processes of the workers."""
    failed: int
    load: float
    """Cores that others used meanwhile."""

    @property
    def cpu_of_a_run(self) -> float:
        return self.workers * self.seconds / max(1, self.runs)

    def row(self) -> str:
        late = " / ".join(f"{each:.1f}" for each in self.late)
        cells = (self.portals, f"{self.runs * 60 / self.seconds:.0f}", late, f"{self.workers:.2f}")
        more = (f"{self.cpu_of_a_run:.2f}", f"{self.database:.3f}", f"{self.transactions:.0f}", f"{self.memory:.0f}")
        rest = (f"{self.portal_server:.2f}", f"{self.load:.1f}", self.failed)
        return "| " + " | ".join(map(str, (*cells, *more, *rest))) + " |"


def family(pid: int) -> list[psutil.Process]:
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


def cpu(pid: int) -> float:
    """CPU seconds of a process, its living descendants and those that it has waited for."""
    total = 0.0
    for each in family(pid):
        try:
            times = each.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def machine_cpu() -> float:
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system)


def measure(number: int, minutes: float, concurrency: int) -> Figures:
    """Run two workers for *minutes* with *number* portals."""
    with tempfile.TemporaryDirectory(prefix="pg") as short:
        Path(short).chmod(0o755)
        with PostgresServer(Path(short) / "s") as server:
            script = str(ROOT / "tests" / "support" / "many_portals.py")
            command = [sys.executable, script, str(number), "1"]
            site = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            assert site.stdout is not None
            port = int(site.stdout.readline())
            fleet = Fleet(server.new_database(), Path(short) / "data")
            try:
                return observe(fleet, server, site.pid, port, number, minutes, concurrency)
            finally:
                fleet.close()
                site.kill()


def observe(
    fleet: Fleet, server: PostgresServer, site: int, port: int, number: int, minutes: float, concurrency: int
) -> Figures:
    postgres = int((server.folder / "data" / "postmaster.pid").read_text().splitlines()[0])
    portals = ManyPortals(number, 0)
    portals.port = port
    fleet.run("init")
    fleet.apply(schedule(portals, EVERY))
    args = ("--concurrency", str(concurrency), "-s", "COMMIT_SECONDS=5", "-s", "COMMIT_ITEMS=100")
    workers: list[Worker] = [fleet.worker(*args), fleet.worker(*args)]
    wait_for(lambda: len(fleet.ended()) >= 4, "the workers to start")
    time.sleep(SETTLE)

    def reading() -> tuple[float, ...]:
        row = fleet.rows("SELECT xact_commit AS n FROM pg_stat_database WHERE datname = current_database()")[0]
        used = sum(cpu(worker.process.pid) for worker in workers)
        return (time.time(), used, cpu(postgres), cpu(site), float(row["n"]), machine_cpu())

    before = reading()
    time.sleep(minutes * 60)
    after = reading()
    seconds, used, database, served, transactions, everything = (b - a for a, b in zip(before, after, strict=True))
    memory = sum(each.memory_info().rss for worker in workers for each in family(worker.process.pid)) / 1e6
    query = "SELECT started - due AS late, verdict FROM fleet_starts WHERE started BETWEEN %s AND %s"
    rows = fleet.rows(query, before[0], after[0])
    # What is still due when the time is over has waited, too.
    waiting = fleet.rows(
        "SELECT extract(epoch FROM now())::float8 - (args->>'due')::float8 AS late FROM procrastinate_jobs "
        "WHERE status = 'todo' AND queue_name = 'crawls'"
    )
    late = sorted(row["late"] for row in (*rows, *waiting))
    cuts = quantiles(late, n=100, method="inclusive")
    for worker in workers:
        worker.stop(signal.SIGTERM)
    return Figures(
        portals=number,
        runs=len(rows),
        seconds=seconds,
        late=(cuts[49], cuts[98], late[-1]),
        workers=used / seconds,
        database=database / seconds,
        portal_server=served / seconds,
        transactions=transactions / seconds,
        memory=memory,
        failed=sum(row["verdict"] == "failed" for row in rows),
        load=(everything - used - database - served) / seconds,
    )


def page(found: list[Figures], concurrency: int) -> str:
    """Return the section of docs/benchmarks.md."""
    times = [figures.seconds / 60 for figures in found]
    first, last = found[0], found[-1]
    more_runs = last.runs / last.seconds - first.runs / first.seconds
    cost = f"{(last.workers - first.workers) / more_runs:.2f}" if more_runs > 0 else "?"
    head = ("portals", "runs a minute", "seconds late: median / 99 % / longest", "cores: workers", "CPU s a run")
    more = ("cores: PostgreSQL", "transactions/s", "MB, all processes", "cores: portals", "cores: others", "failed")
    return "\n".join(
        (
            "## Many portals on two workers",
            "",
            machine("procrastinate", "psycopg"),
            f"Each portal is due every ten minutes. Two workers of {concurrency} concurrent runs, PostgreSQL and the",
            f"portals ran on one machine for {min(times):.0f} to {max(times):.0f} minutes, beside other work, whose",
            "use of the cores is in a column. The workers' share includes their cost without any run. According to the",
            f"difference between the first and the last row, a run costs {cost} CPU seconds in a worker, including",
            "queue, state and (in its first run) one new article.",
            "",
            f"| {' | '.join((*head, *more))} |",
            "|" + "---:|" * len((*head, *more)),
            *(figures.row() for figures in found),
            "",
            "`python benchmarks/fleet.py` measures it.",
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--portals", type=int, nargs="+", default=[100, 300, 1000])
    parser.add_argument("--minutes", type=float, nargs="+", default=[4.0], help="for each, or one for all")
    parser.add_argument("--concurrency", type=int, default=8)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    found = []
    minutes = args.minutes if len(args.minutes) == len(args.portals) else args.minutes[:1] * len(args.portals)
    for number, lasting in zip(args.portals, minutes, strict=True):
        found.append(measure(number, lasting, args.concurrency))
        print(found[-1].row(), flush=True)
    if args.write:
        write_section("fleet", page(found, args.concurrency))
    else:
        print(page(found, args.concurrency))
    os._exit(0)


if __name__ == "__main__":
    main()

"""Disturbs runs of a portal that share a PostgreSQL and an object store, and checks the feeds.

``python tests/support/fleetchaos.py`` is the long version of tests/fleet/test_state_chaos.py: 200 faults by default,
and a short crawl killed at each of its steps of commit and publication. It prints a table.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from portalcrawl.runs.outbox_publication import publish_pending
from portalcrawl.storage.database import open_database
from support import chaos, states
from support.chaos import BY_ITEMS_ALONE, Report, audit, until_quiet
from support.commandline import ENOUGH, records, start
from support.cutting_proxy import CuttingProxy, to_port, to_unix_socket
from support.step_kills import crawl_killed_at
from support.trap_portal import TrapPortal
from support.trap_portal.changing_portal import ChangingPortal
from support.warm_start import WarmProcess

LEASE = 2
SHARED = ("-s", f"LEASE_SECONDS={LEASE}", "-s", "RUN_LOCK_WAIT=60")
LOST = 75
"""Exit code of a run that lost its lease."""

HOLDS = """
SELECT leases.portal FROM leases JOIN runs ON runs.run = leases.run
WHERE runs.finished IS NULL AND leases.holder LIKE :holder
"""
WITNESS = """
CREATE TABLE commit_log (id BIGSERIAL PRIMARY KEY, portal text, epoch bigint, run text);
CREATE TABLE stray_lines (run text, kind text, number integer);
CREATE FUNCTION log_commit() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN INSERT INTO commit_log (portal, epoch, run) VALUES (NEW.portal, NEW.epoch, NEW.run); RETURN NULL; END $$;
CREATE TRIGGER log_commit AFTER UPDATE ON leases FOR EACH ROW WHEN (NEW.commits > OLD.commits)
EXECUTE FUNCTION log_commit();
CREATE FUNCTION check_holder() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN INSERT INTO stray_lines SELECT NEW.run, NEW.kind, NEW.number
WHERE NOT EXISTS (SELECT FROM leases WHERE leases.run = NEW.run); RETURN NULL; END $$;
CREATE TRIGGER check_holder AFTER INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION check_holder();
"""
"""Makes the database record the run and epoch of each commit, and lines of runs without a lease."""


@dataclass
class FleetReport(Report):
    """What happened; ``ends`` counts exit codes."""

    ends: Counter[int] = field(default_factory=Counter)
    commits: int = 0


@dataclass
class Machines:
    """Two machines with folders of their own, which share a state and a store behind proxies."""

    data: Path
    """Names the state and the store; no run writes to this folder."""
    database: CuttingProxy
    store: CuttingProxy
    portal: ChangingPortal
    report: FleetReport
    chance: random.Random
    max_depth: int | None
    """Of the crawls; None: no limit."""

    @property
    def arguments(self) -> tuple[str, ...]:
        return SHARED if self.max_depth is None else (*SHARED, "-a", f"max_depth={self.max_depth}")

    def start(self, machine: int) -> WarmProcess:
        arguments = chaos.arguments(self.portal.url, *self.arguments)
        own = str(self.data / f"machine-{machine}")
        return start("crawl", "portal", *arguments, data=self.data, PORTALCRAWL_DATA_DIR=own)

    def holds(self, process: WarmProcess) -> bool:
        """Return whether *process* holds the lease for a run that has not ended, as far as the database knows."""
        holder = f"%:{process.pid}:%"
        return bool(states.rows(self.data, HOLDS, holder=holder))

    def live(self, process: WarmProcess, longest: float) -> bool:
        """Let *process* run for a while from when it holds its lease; return whether it still runs."""
        while process.poll() is None and not self.holds(process):
            time.sleep(0.1)
        time.sleep(self.chance.uniform(0.0, longest))
        return process.poll() is None

    def end(self, process: WarmProcess, *allowed: int) -> int:
        """Wait for the end of *process*, whose exit code must be one of *allowed*."""
        _, err = process.communicate(timeout=ENOUGH)
        code = process.returncode
        self.report.runs += 1
        self.report.ends[code] += 1
        if code not in allowed:
            self.report.faults.append(f"a run ended with {code}: {err[-500:]}")
        if "Traceback" in err:
            self.report.faults.append(f"traceback: {err[-1500:]}")
        return code


def kill(machines: Machines, longest: float) -> bool:
    process = machines.start(0)
    in_time = machines.live(process, longest)
    process.kill()
    machines.end(process, -signal.SIGKILL, 0)
    return in_time


def freeze(machines: Machines, longest: float) -> bool:
    """SIGSTOP past the lease; another machine takes the portal over; SIGCONT: the frozen run must give up."""
    frozen = machines.start(0)
    machines.live(frozen, longest)
    frozen.send_signal(signal.SIGSTOP)
    held = machines.holds(frozen)
    try:
        machines.end(machines.start(1), 0)
    finally:
        frozen.send_signal(signal.SIGCONT)
    machines.end(frozen, LOST if held else 0)
    return held


def cut_before(machines: Machines, longest: float) -> bool:
    return _cut(machines, longest, "before")


def cut_after(machines: Machines, longest: float) -> bool:
    return _cut(machines, longest, "after")


def _cut(machines: Machines, longest: float, moment: str) -> bool:
    process, cuts = machines.start(0), machines.database.cuts
    machines.live(process, longest)
    machines.database.cut_at(b"COMMIT\0", moment)  # type: ignore[arg-type]
    machines.end(process, 0)
    machines.database.disarm()
    return machines.database.cuts > cuts


def restart(machines: Machines, longest: float) -> bool:
    process = machines.start(0)
    in_time = machines.live(process, longest)
    states.server().stop("immediate")
    time.sleep(machines.chance.uniform(0.0, 2.0))
    states.server().start()
    machines.end(process, 0)
    return in_time


def store_down(machines: Machines, longest: float) -> bool:
    """The store is away while the run ends; a later run publishes."""
    process = machines.start(0)
    machines.live(process, longest)
    machines.store.take_down()
    machines.end(process, 0)
    machines.store.bring_up()
    return True


def store_errors(machines: Machines, longest: float) -> bool:
    """The store answers errors after parts of requests, or ends connections within them."""
    machines.store.errors = machines.chance.randint(1, 9)
    process = machines.start(0)
    machines.live(process, longest)
    machines.store.cut_at(b"PUT ", "before")
    machines.end(process, 0)
    machines.store.disarm()
    machines.store.errors = 0
    return True


FAULTS: dict[str, Callable[[Machines, float], bool]] = {
    "killed (SIGKILL)": kill,
    "frozen past the lease (SIGSTOP)": freeze,
    "cut from PostgreSQL before COMMIT": cut_before,
    "cut from PostgreSQL after COMMIT": cut_after,
    "PostgreSQL crashed and restarted": restart,
    "store down at the end of the run": store_down,
    "store answers errors half-way": store_errors,
}


@contextmanager
def behind_proxies() -> Iterator[tuple[CuttingProxy, CuttingProxy]]:
    """Let commands reach both servers through proxies."""
    server = states.server()
    states.use("fleet")
    socket_path = f"{server.folder}/.s.PGSQL.{server.port}"
    with CuttingProxy(to_unix_socket(socket_path)) as database, CuttingProxy(to_port(states.s3_server().port)) as store:
        states.ports.update(postgresql=database.port, s3=store.port)
        try:
            yield database, store
        finally:
            states.ports.clear()
            states.use("sqlite")


def random_faults(
    number: int,
    chance: random.Random,
    folder: Path,
    longest: float,
    max_depth: int | None = None,
    minutes: float = 1e6,
) -> tuple[dict[str, int], FleetReport]:
    """Break runs of one portal *number* times, or for *minutes*; return how often in which way, and what came of it."""
    end = time.monotonic() + 60 * minutes
    done: Counter[str] = Counter()
    with behind_proxies() as (database, store), ChangingPortal(chance) as portal:
        machines = Machines(folder, database, store, portal, FleetReport(), chance, max_depth)
        open_database(states.state_url(folder)).dispose()
        states.rows(folder, WITNESS)
        kinds, attempts = list(FAULTS), 0
        while done.total() < number and time.monotonic() < end:
            kind = kinds[attempts % len(kinds)]
            attempts += 1
            portal.disturb()
            done[kind] += FAULTS[kind](machines, longest)
            if attempts % 3 == 0:
                portal.edition = 1 + (portal.edition % 3)
        portal.edition = 3
        portal.calm_down()
        _settle(machines)
    return dict(done), machines.report


def _settle(machines: Machines) -> None:
    """Run until nothing is left to do, and compare the feeds and the database's records with the expected ones."""
    report, data = machines.report, machines.data
    until_quiet(machines.portal.url, data, report, *machines.arguments)
    engine = open_database(states.state_url(data))
    if problem := publish_pending(engine, states.store(data)).problem:
        report.faults.append(problem)
    engine.dispose()
    audit(data, machines.portal, report, machines.max_depth)
    report.faults += [
        f"text of another article: {r['url']}" for r in machines.portal.with_other_texts(records(data, "articles"))
    ]
    report.faults += [
        f"lines of a run without a lease: {row}" for row in states.rows(data, "SELECT * FROM stray_lines")
    ]
    for table in ("outbox", "unpublished"):
        report.faults += [f"left in {table}: {row['run']}" for row in states.rows(data, f"SELECT run FROM {table}")]
    report.faults += mixed_epochs(data)
    report.commits = int(states.rows(data, "SELECT count(*) AS number FROM commit_log")[0]["number"])


def mixed_epochs(data: Path) -> list[str]:
    """Commits of a portal under an older epoch than the one before, and epochs under which two runs committed."""
    faults: list[str] = []
    last: dict[str, int] = {}
    holder: dict[tuple[str, int], str] = {}
    for row in states.rows(data, "SELECT portal, epoch, run FROM commit_log ORDER BY id"):
        portal, epoch, run = row["portal"], row["epoch"], row["run"]
        if epoch < last.get(portal, 0):
            faults.append(f"epoch {epoch} of {portal} commits after {last[portal]}")
        last[portal] = epoch
        if run and holder.setdefault((portal, epoch), run) != run:
            faults.append(f"two runs commit under epoch {epoch} of {portal}")
    return faults


def every_step(
    folder: Path, only: Callable[[int, int], bool] = lambda step, steps: True, max_depth: int = 1
) -> FleetReport:
    """Kill a short crawl at each step of commit and publication that *only* names, each time into an empty state."""
    report, file, near = FleetReport(), folder / "steps", ("-a", f"max_depth={max_depth}", *SHARED)
    few = (*near, "-a", "max_articles=2", "-s", "COMMIT_ITEMS=30", *BY_ITEMS_ALONE)
    states.use("fleet")
    try:
        with TrapPortal() as portal:
            crawl_killed_at(0, folder / "counted", *chaos.arguments(portal.url, *few), steps=file)
            steps = int(file.read_text(encoding="utf-8"))
            for step in range(1, steps + 1):
                if only(step, steps):
                    data = folder / f"step-{step}"
                    report.kills += crawl_killed_at(step, data, *chaos.arguments(portal.url, *few))
                    report.runs += 1
                    until_quiet(portal.url, data, report, *near)
                    audit(data, portal, report, max_depth)
    finally:
        states.use("sqlite")
    return report


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faults", type=int, default=200, help="faults at random instants (default: %(default)s)")
    parser.add_argument("--minutes", type=float, default=1e6, help="no more faults after so many minutes")
    parser.add_argument("--no-steps", action="store_true", help="leave out the kill at each step")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--longest", type=float, default=6.0, help="seconds from lease to fault (default: %(default)s)")
    args = parser.parse_args()
    faults: list[str] = []
    try:
        with tempfile.TemporaryDirectory() as folder:
            done, report = random_faults(
                args.faults, random.Random(args.seed), Path(folder), args.longest, None, args.minutes
            )
        print("| fault | times |\n|---|---:|")
        print(*(f"| {name} | {number} |" for name, number in done.items()), sep="\n")
        ends = ", ".join(f"{number} with {code}" for code, number in sorted(report.ends.items()))
        print(
            f"\n{report.runs} runs (ended: {ends}), {report.commits} commits, {report.recovered} runs recovered, "
            f"{report.articles} article and {report.teasers} teaser records; {len(report.faults)} faults found"
        )
        faults += report.faults
        if not args.no_steps:
            with tempfile.TemporaryDirectory() as folder:
                report = every_step(Path(folder))
            print(
                f"\nkilled at each of {report.kills} steps: {report.runs} runs, {report.recovered} recovered, "
                f"{report.articles} article and {report.teasers} teaser records; {len(report.faults)} faults found"
            )
            faults += report.faults
    finally:
        states.stop_servers()
    print(*faults[:20], sep="\n", end="\n" * bool(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

"""Disturbs a fleet of four workers while fifty portals change, and checks the published feeds.

``python tests/support/worker_chaos.py --faults 200`` is the long version of tests/fleet/test_worker_chaos.py; it prints
a table. PostgreSQL and the S3 server are real. Each worker reaches PostgreSQL by a proxy of its own, which can cut it
off. If the machine allows it, each worker runs in a network namespace, whose link can lose all packets.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).parents[1]))

from portalcrawl.errors import DataFolderError
from support import namespaces
from support.commandline import doubled
from support.cutting_proxy import CuttingProxy, to_port, to_unix_socket
from support.fleet import Fleet, Worker, wait_for
from support.many_portals import ManyPortals, schedule
from support.namespaces import NetworkNamespace
from support.postgres import PostgresServer
from support.s3 import BUCKET, S3Server

LEASE = 6
QUICK = (
    *("-s", f"LEASE_SECONDS={LEASE}", "-s", "RETRY_FAILED_AFTER=0", "-s", "CLOSING_GRACE=5"),
    *("-s", "DOWNLOAD_DELAY=0.3"),
    *("-s", "RECRAWL_AGES=" + ",".join(str(age) for age in range(1, 3000))),
)
"""A short lease; settings that visit everything again at once, so that the next run sees a change; and a delay, because
faults while nothing runs prove little."""
SETTLES = 600
"""Seconds within which everything is crawled and published after the last fault."""


@dataclass
class Report:
    """The injected faults, and the errors at the end (none, if all is well)."""

    harm: Counter[str] = field(default_factory=Counter)
    runs: int = 0
    failed: int = 0
    refused: int = 0
    """Commits that were refused, since the lease was lost."""
    articles: int = 0
    revisions: int = 0
    teasers: int = 0
    seconds: float = 0.0
    has_networks: bool = False
    """Whether each worker had a network of its own."""
    faults: list[str] = field(default_factory=list)


@dataclass
class Place:
    """A simulated machine: a worker, its proxy to PostgreSQL and, if allowed, its network."""

    proxy: CuttingProxy
    network: NetworkNamespace | None
    worker: Worker

    @property
    def host(self) -> str:
        """Address by which the worker reaches this machine."""
        return self.network.host if self.network else "127.0.0.1"


class Chaos:
    """The fleet, its portals, and the faults."""

    def __init__(
        self,
        folder: Path,
        chance: random.Random,
        portals: ManyPortals,
        networks: Sequence[NetworkNamespace | None],
        outages: Sequence[float],
    ) -> None:
        """*networks*: for each worker, the namespace that it lives in. *outages*: seconds that the store is down."""
        self.chance = chance
        self.portals = portals
        self.report = Report(has_networks=None not in networks)
        self.folder = folder
        self._networks = networks
        self._outages = outages
        self.places: list[Place] = []

    def start(self, server: PostgresServer, store: S3Server) -> None:
        """Make the tables, apply the schedule, start the workers."""
        self.server, self.store = server, store
        direct = server.new_database()
        self.fleet = Fleet(direct, self.folder / "data")
        self.socket = direct.partition("host=")[2].partition("&")[0] + f"/.s.PGSQL.{server.port}"
        self.database = direct.partition("@/")[2].partition("?")[0]
        self.store_proxy = CuttingProxy(to_port(store.port), "0.0.0.0")
        assert self.fleet.run("init").code == 0
        assert self.fleet.apply(schedule(self.portals, f"{max(6, len(self.portals.hosts) // 4)}s")).code == 0
        for network in self._networks:
            host = network.host if network else "127.0.0.1"
            proxy = CuttingProxy(to_unix_socket(self.socket), host)
            self.places.append(Place(proxy, network, self._worker(proxy, host, network)))

    def _worker(self, proxy: CuttingProxy, host: str, network: NetworkNamespace | None) -> Worker:
        url = f"postgresql+psycopg://portalcrawl@{host}:{proxy.port}/{self.database}"
        number = len(self.fleet.workers)
        environment = {**self.store.variables, "AWS_ENDPOINT_URL": f"http://{host}:{self.store_proxy.port}"}
        args = ("--concurrency", "4", "-s", "FLEET_PROCESSES=2", "-s", f"FEEDS_URL={self.store.url('feeds')}", *QUICK)
        log = self.folder / f"worker-{number}.log"
        within = network.name if network else None
        worker = Worker(url, self.folder / f"data-{number}", log, *args, network=within, **environment)
        self.fleet.workers.append(worker)
        return worker

    def change(self) -> None:
        """Publish some articles, and change some texts."""
        for host in self.chance.sample(self.portals.hosts, max(1, len(self.portals.hosts) // 5)):
            if self.chance.random() < 0.5:
                self.portals.add_article(host)
            else:
                self.portals.change_article(host, self.chance.randrange(3))

    def harm(self) -> None:
        """Inject one fault that a fleet must survive."""
        kinds: Mapping[str, Callable[[], None]] = {
            "worker killed": self._kill_worker,
            "process killed": self._kill_process,
            "worker stopped past its lease": self._freeze,
            "cut off before a commit": lambda: self._cut("before"),
            "cut off after a commit": lambda: self._cut("after"),
            "cut off for a while": self._cut_off,
            "PostgreSQL restarted": self._restart_database,
            "store down": self._store_down,
            "store answers errors": self._store_errors,
        }
        weights = [4, 4, 4, 5, 5, 3, 1, 2, 3]
        if self.report.has_networks:
            kinds = {**kinds, "network lost for a while": self._lose_network}
            weights.append(5)
        (kind,) = self.chance.choices(list(kinds), weights)
        kinds[kind]()
        self.report.harm[kind] += 1

    def _place(self) -> Place:
        return self.chance.choice(self.places)

    def _kill_worker(self) -> None:
        place = self._place()
        place.worker.kill()
        place.worker.process.wait()
        place.worker = self._worker(place.proxy, place.host, place.network)

    def _kill_process(self) -> None:
        if children := self._place().worker.children():
            os.kill(self.chance.choice(children), signal.SIGKILL)

    def _lose_network(self) -> None:
        network = self._place().network
        assert network
        network.cut()
        time.sleep(self.chance.choice((1, LEASE, 2 * LEASE)) + self.chance.uniform(0, 8))
        network.mend()

    def _freeze(self) -> None:
        worker = self._place().worker
        frozen = (*worker.children(), worker.process.pid)
        for number in (signal.SIGSTOP, signal.SIGCONT):
            for pid in frozen:
                with_suppress(os.kill, pid, number)
            # Until another worker has failed its jobs, and taken over some of its portals.
            time.sleep(2 * LEASE + self.chance.uniform(4, 8) if number is signal.SIGSTOP else 0)

    def _cut(self, moment: Any) -> None:
        proxy = self._place().proxy
        cuts, end = proxy.cuts, time.monotonic() + 15
        proxy.cut_at(b"COMMIT", moment)
        while proxy.cuts == cuts and time.monotonic() < end:
            time.sleep(0.1)

    def _cut_off(self) -> None:
        proxy = self._place().proxy
        proxy.take_down()
        time.sleep(self.chance.uniform(1, LEASE + 4))
        proxy.bring_up()

    def _restart_database(self) -> None:
        self.server.stop("immediate")
        time.sleep(self.chance.uniform(0, 3))
        self.server.start()

    def _store_down(self) -> None:
        self.store_proxy.take_down()
        time.sleep(self.chance.choice(self._outages))
        self.store_proxy.bring_up()

    def _store_errors(self) -> None:
        self.store_proxy.errors = self.chance.randrange(1, 8)
        time.sleep(1)

    def settle(self) -> None:
        """End all faults, wait until every portal was crawled successfully and everything is published, and stop."""
        self.store_proxy.errors = 0
        after = time.time()
        names = {f"p{number}" for number in range(len(self.portals.hosts))}
        query = (
            "SELECT entry FROM fleet_starts WHERE verdict = 'ok' AND started > %s GROUP BY entry HAVING count(*) > 1"
        )

        def is_settled() -> bool:
            try:
                again = {row["entry"] for row in self.fleet.rows(query, after)}
                waiting = self.fleet.rows("SELECT count(*) AS runs FROM unpublished WHERE since < %s", after)
            except DataFolderError:  # the connection of before the restart
                return False
            return again >= names and not waiting[0]["runs"]

        wait_for(is_settled, "two good runs of each portal", SETTLES)
        for place in self.places:
            place.worker.process.send_signal(signal.SIGTERM)
        for place in self.places:
            place.worker.process.wait(60)
        first = self.places[0]
        publisher = self._worker(first.proxy, first.host, first.network)  # what the last runs left
        wait_for(lambda: not self.fleet.rows("SELECT 1 FROM unpublished"), "all to be published", SETTLES)
        publisher.stop()

    def audit(self) -> Report:
        """Compare the published feeds with the portals."""
        report = self.report
        starts = self.fleet.ended()
        report.runs, report.failed = len(starts), sum(row["verdict"] == "failed" for row in starts)
        report.refused = sum(
            worker.log.count("The run ends: nothing more can be written: the lease") for worker in self.fleet.workers
        )
        articles, teasers = published(self.store, "articles"), published(self.store, "teasers")
        report.articles, report.teasers = len({r["id"] for r in articles}), len(teasers)
        report.revisions = len(articles)
        report.faults += [f"article twice: {key}" for key in doubled([(r["id"], r["revision"]) for r in articles])]
        report.faults += [f"teaser twice: {key}" for key in doubled([r["id"] for r in teasers])]
        last: dict[str, dict[str, Any]] = {}
        for record in sorted(articles, key=lambda record: record["revision"]):
            last[record["url"]] = record
        seen = {record["url"] for record in teasers}
        for host, portal in self.portals.portals.items():
            for story in portal.stories:
                url = self.portals.url(host) + story.path.lstrip("/")
                record = last.get(url)
                if record is None:
                    report.faults.append(f"article lost: {url}")
                elif f"Fassung {story.changes} " not in record["article_body"]:
                    report.faults.append(f"last revision ({record['revision']}) is not the last text: {url}")
                if url not in seen:
                    report.faults.append(f"teaser lost: {url}")
        return report

    def close(self) -> None:
        self.fleet.close()


def with_suppress(function: Callable[..., object], *args: object) -> None:
    """Call *function*; a process may be gone."""
    try:
        function(*args)
    except ProcessLookupError:
        return


def published(server: S3Server, kind: str) -> list[dict[str, Any]]:
    """Return the records of all feeds that manifests in the store name."""
    import obstore
    from obstore.store import from_url

    found: list[dict[str, Any]] = []
    with patch.dict(os.environ, server.variables):
        store = from_url(f"s3://{BUCKET}/feeds", client_options={"allow_http": True})
        names = [str(each["path"]) for page in obstore.list(store) for each in page]
        for name in sorted(names):
            if not name.rpartition("/")[2].startswith("manifest-"):
                continue
            for feed in json.loads(bytes(obstore.get(store, name).bytes()))["feeds"]:
                if feed["kind"] == kind:
                    content = bytes(obstore.get(store, feed["file"]).bytes())
                    assert len(content) == feed["bytes"]
                    found.extend(map(json.loads, content.decode().splitlines()))
    return found


def run_chaos(
    faults: int, seed: int, folder: Path, portals: int = 50, workers: int = 4, outages: Sequence[float] = (3, 10)
) -> Report:
    """Inject *faults* faults; return the report."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="pg") as short:
        Path(short).chmod(0o755)
        with ExitStack() as stack:
            networks: list[NetworkNamespace | None] = [None] * workers
            if namespaces.are_allowed():
                networks = [stack.enter_context(NetworkNamespace(number)) for number in range(workers)]
            network = namespaces.PORTALS if networks[0] else "127.1"
            server = stack.enter_context(PostgresServer(Path(short) / "s"))
            store = stack.enter_context(S3Server(folder / "s3"))
            site = stack.enter_context(ManyPortals(portals, stories=3, network=network))
            chaos = Chaos(folder, random.Random(seed), site, networks, outages)
            try:
                chaos.start(server, store)
                wait_for(lambda: len(chaos.fleet.ended()) >= portals // 2, "the fleet to work")
                while chaos.report.harm.total() < faults:
                    chaos.change()
                    chaos.harm()
                    time.sleep(chaos.chance.uniform(0.2, 3))
                chaos.change()
                chaos.settle()
                report = chaos.audit()
            finally:
                chaos.close()
    report.seconds = time.monotonic() - began
    return report


def table(report: Report) -> str:
    """Return *report* as a Markdown table."""
    rows: list[tuple[str, object]] = [
        ("faults injected", sum(report.harm.values())),
        *((f"- {kind}", n) for kind, n in report.harm.most_common()),
    ]
    rows += [("runs that ended", report.runs), ("of these failed, killed or given up", report.failed)]
    rows += [("runs that ended because their lease was lost", report.refused), ("articles", report.articles)]
    rows += [("revisions of them", report.revisions), ("teasers", report.teasers)]
    rows += [("workers in network namespaces", "yes" if report.has_networks else "no")]
    rows += [("records lost, duplicated or wrong", len(report.faults)), ("minutes", round(report.seconds / 60))]
    return "\n".join(["| | |", "|---|---:|", *(f"| {name} | {number} |" for name, number in rows)])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faults", type=int, default=200)
    parser.add_argument("--portals", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report = run_chaos(args.faults, args.seed, Path(folder), args.portals, outages=(10, 60, 180))
    print(table(report))
    print(*report.faults[:30], sep="\n")
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())

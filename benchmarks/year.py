"""The cost of everyday commands in a data folder after a year of runs, compared with an empty one.

    python benchmarks/year.py [--runs 105120] [--write]

The year is synthetic: one portal, a run every five minutes, of which one in five wrote five articles and 25 teasers. It
takes about 1 GB in the temporary folder. "Empty" is a folder with a single crawl of the embedded portal, which the
other folder has, too.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from places import ROOT, machine, write_section
from scrapy.settings import Settings

from portalcrawl.demo import SamplePortal
from portalcrawl.feeds.json_lines import json_line
from portalcrawl.feeds.store.locating import open_store
from portalcrawl.items import Article, Teaser
from portalcrawl.runs.feed_import import FeedImporter
from portalcrawl.runs.rebuild import rebuild
from portalcrawl.runs.run_names import feed_name, manifest_name
from portalcrawl.runs.run_settings import RunSettings
from portalcrawl.scheduling.dispatcher import Dispatcher
from portalcrawl.scheduling.entry_health import health_of
from portalcrawl.scheduling.job_store import JobStore
from portalcrawl.scheduling.schedule_file import read_schedule
from portalcrawl.schema import FeedEntry, Manifest, Verdict
from portalcrawl.storage.database import open_database
from portalcrawl.storage.run_history import RunHistory
from portalcrawl.storage.unit_of_work import UnitOfWork

INTERVAL = timedelta(minutes=5)
WRITES, ARTICLES, TEASERS_AN_ARTICLE = 5, 5, 5
"""One run in WRITES writes something: so many articles, and teasers for each."""
TIMES = 3
KEPT_JOBS = 8_640
"""Jobs of the last thirty days, which are those that the scheduler keeps."""
SCHEDULE = '[nodes.local]\nurl = "http://127.0.0.1:9/"\n[entry.sample]\nportal = "sample"\nevery = "5m"\n'
WORDS = [f"wort{number}" for number in range(500)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=105_120, help="runs of the year (default: %(default)s)")
    parser.add_argument("--write", action="store_true", help="write the table into docs/benchmarks.md")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="portalcrawl-year-") as folder, SamplePortal() as portal:
        empty, full = Path(folder) / "empty", Path(folder) / "year"
        crawl(empty, portal.url)
        # In a process of its own: the memory of a command counts from that of the process which starts it.
        with multiprocessing.get_context("spawn").Pool(1) as other:
            rows = {"rebuilding the state from the feeds": ("", f"{other.apply(fill, (full, args.runs)):.0f} s")}
        crawl(full, portal.url)
        for name, measure in measures(portal.url).items():
            rows[name] = (measure(empty), measure(full))
            said(f"{name}: {rows[name]}")
        rows |= forgetting(full)
    lines = ["| | empty folder | after a year |", "|---|---:|---:|"]
    lines += [f"| {name} | {before} | {after} |" for name, (before, after) in rows.items()]
    print("\n".join(lines))
    if args.write:
        head = f"## After a year\n\nMade by `python benchmarks/year.py --write`: {machine('scrapy', 'sqlalchemy')}"
        note = f"""One portal with {args.runs:,} runs, of which one in {WRITES} wrote {ARTICLES} articles and
{ARTICLES * TEASERS_AN_ARTICLE} teasers; see the program. CPU seconds and peak memory of whole commands, the lowest of
{TIMES} calls; Python's imports take most of both."""
        write_section("year", "\n\n".join([head, note, "\n".join(lines)]))


def said(line: str) -> None:
    print(f"{datetime.now(UTC):%H:%M:%S} {line}", file=sys.stderr, flush=True)


def measures(url: str) -> dict[str, Callable[[Path], str]]:
    """Return the measurements for both folders, by name."""
    nothing_new = ("-m", "scrapy", "crawl", "portal", "-L", "ERROR", "-a", f"url={url}", "-a", "portal=sample")
    nothing_new += ("-a", "max_depth=0", "-s", "RECRAWL_AGES=")
    retention = (*nothing_new, "-s", "FEED_RETENTION=3000000000")
    return {
        "a run that finds nothing new": lambda data: both(data, *nothing_new),
        "the same with `FEED_RETENTION` and nothing to remove": lambda data: both(data, *retention),
        "`scrapy state`": lambda data: both(data, "-m", "scrapy", "state"),
        "`scrapy state --runs`": lambda data: both(data, "-m", "scrapy", "state", "--runs"),
        "`scrapy schedule check`": lambda data: both(data, *check(data)),
        "a tick of the scheduler, ms": tick,
        "files in `feeds`": lambda data: f"{sum(1 for _ in (data / 'feeds').iterdir()):,}",
        "the state, MB": lambda data: f"{size(data):,.0f}",
    }


def least(data: Path, *command: str, times: int = TIMES) -> tuple[str, str]:
    """Run a command several times; return the least CPU seconds and the most memory in MB."""
    seconds, memories = [], []
    for _ in range(times):
        environment = {**os.environ, "PORTALCRAWL_DATA_DIR": str(data)}
        silent = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_WRONLY, 0) for number in (1, 2)]
        child = os.posix_spawn(sys.executable, [sys.executable, *command], environment, file_actions=silent)
        _, _, usage = os.wait4(child, 0)
        seconds.append(usage.ru_utime + usage.ru_stime)
        memories.append(usage.ru_maxrss / 1024)
    return f"{min(seconds):.2f}", f"{max(memories):.0f}"


def both(data: Path, *command: str) -> str:
    return "{} s, {} MB".format(*least(data, *command))


def crawl(data: Path, url: str) -> None:
    least(data, "-m", "scrapy", "crawl", "portal", "-L", "ERROR", "-a", f"url={url}", "-a", "portal=sample", times=1)


def check(data: Path) -> tuple[str, ...]:
    fill_jobs(data)
    return ("-m", "scrapy", "schedule", "check", "--file", str(data / "schedule.toml"))


def fill_jobs(data: Path) -> None:
    """Add thirty days of jobs to the schedule's database; the state has a year of runs."""
    (data / "schedule.toml").write_text(SCHEDULE, encoding="utf-8")
    JobStore.open(data).engine.dispose()
    now = time.time()
    number = KEPT_JOBS if len(RunHistory(open_database(url_of(data))).last(1000)) == 1000 else 1
    with sqlite3.connect(data / "schedule.sqlite3") as connection:
        connection.execute("DELETE FROM jobs")
        connection.executemany(
            "INSERT INTO jobs (job, entry, by_hand, portals, due, status, started, ended, verdict) "
            "VALUES (?, 'sample', 0, '[\"sample\"]', ?, 'done', ?, ?, 'ok')",
            [(f"sample-{n}", now - n * 300, now - n * 300, now - n * 300) for n in range(number)],
        )
    connection.close()


def tick(data: Path) -> str:
    """Return the time of one step of the scheduler in milliseconds."""
    settings = Settings()
    settings.setmodule("portalcrawl.settings")
    settings.set("DATA_DIR", str(data))
    run_settings = RunSettings.from_settings(settings)
    schedule, jobs = read_schedule(data / "schedule.toml", run_settings), JobStore.open(data)
    dispatcher, walls = Dispatcher(schedule, jobs, run_settings), []
    for _ in range(20):
        began = time.perf_counter()
        dispatcher.step()
        states = jobs.entry_states(schedule.entries)
        for entry in schedule.entries.values():
            health_of(entry, states[entry.name], False, time.time())
        walls.append(time.perf_counter() - began)
    return f"{median(walls) * 1000:.0f}"


def size(data: Path) -> float:
    return (data / "state.sqlite3").stat().st_size / 1e6


def forgetting(data: Path) -> dict[str, tuple[str, str]]:
    """Forget half of the year while another process's commits go on; return what it took, and how long they waited."""
    unit_of_work, waits, done = UnitOfWork(open_database(url_of(data))), [0.0], threading.Event()

    def commit() -> None:
        number = 0
        while not done.wait(0.05):
            began = time.monotonic()
            unit_of_work.note_teaser(f"beside:{number}")
            unit_of_work.commit([])
            waits.append(time.monotonic() - began)
            number += 1

    thread = threading.Thread(target=commit)
    before, began = size(data), time.monotonic()
    thread.start()
    _, memory = least(data, "-m", "scrapy", "state", "--forget", "26w", times=1)
    seconds = time.monotonic() - began
    done.set()
    thread.join()
    unit_of_work.close()
    return {
        "`scrapy state --forget 26w`": ("", f"{seconds:.1f} s (by the clock), {memory} MB"),
        "longest wait of a crawl's commit beside it": ("", f"{max(waits):.2f} s"),
        "the state before and after it, MB": ("", f"{before:,.0f}, {size(data):,.0f}"),
    }


def url_of(data: Path) -> str:
    return f"sqlite:///{data / 'state.sqlite3'}"


def moments(runs: int) -> Iterator[tuple[int, datetime, str]]:
    """Yield number, start and id of every run."""
    end = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    for number in range(runs):
        started = end - INTERVAL * (runs - number)
        yield number, started, f"{started:%Y%m%dT%H%M%SZ}-{number:06x}"


def make_feeds(feeds: Path, runs: int) -> int:
    """Write the feeds and manifests of the runs that wrote something; return how many files there are."""
    feeds.mkdir(parents=True)
    for number, started, run in moments(runs):
        if number % WRITES:
            continue
        when = started.isoformat()
        lines: dict[str, list[bytes]] = {"articles": [], "teasers": []}
        for each in range(ARTICLES):
            name = f"sample:y{number}x{each}"
            address = f"http://127.0.0.1:8998/artikel/meldung-{number}-{each}.html"
            words = " ".join(WORDS[(number * 7 + each * 31 + n * n) % len(WORDS)] for n in range(180))
            given = {"portal": "sample", "url": address, "run": run, "date_fetched": when, "headline": words[:60]}
            text = {"article_body": words, "content_hash": f"{number:016x}{each:016x}", "cluster_id": name}
            article = Article(id=name, canonical_url=address, date_published=when, **given, **text)  # type: ignore[arg-type]
            lines["articles"].append(json_line(asdict(article)))
            for state in range(TEASERS_AN_ARTICLE):
                teaser = Teaser(id=f"sample:{number}t{each}t{state}", article_id=name, snippet=words[:200], **given)  # type: ignore[arg-type]
                lines["teasers"].append(json_line(asdict(teaser)))
        entries = [publish(feeds, feed_name(kind, run), kind, found) for kind, found in lines.items()]
        counts = {kind: len(found) for kind, found in lines.items()}
        manifest = Manifest(
            run, "sample", {"portal": "sample"}, when, when, "finished", entries, counts, Verdict("ok", [])
        )
        (feeds / manifest_name(run)).write_text(json.dumps(asdict(manifest)), encoding="utf-8")
    return sum(1 for _ in feeds.iterdir())


def publish(feeds: Path, name: str, kind: str, lines: list[bytes]) -> FeedEntry:
    (feeds / name).write_bytes(b"".join(lines))
    return FeedEntry(name, kind, len(lines), sum(map(len, lines)), "0" * 64)


def fill(data: Path, runs: int) -> float:
    """Make the folder of a year; return the CPU seconds that making its state from its feeds took."""
    said(f"{make_feeds(data / 'feeds', runs)} feed files")
    seconds = made_anew(data)
    with sqlite3.connect(data / "state.sqlite3") as connection:
        connection.execute("UPDATE articles SET seen = day")  # as if no page had shown them since they were published
    connection.close()
    add_runs_without_records(data, runs)
    return seconds


def made_anew(data: Path) -> float:
    """Make the state from the feeds; return the CPU seconds it took."""
    engine = open_database(url_of(data))
    began = time.process_time()
    importer = FeedImporter(UnitOfWork(engine), RunHistory(engine), (600, 3600))
    rebuild(open_store(str(data / "feeds")), importer, data / "feeds")
    seconds = time.process_time() - began
    engine.dispose()
    return seconds


def add_runs_without_records(data: Path, runs: int) -> None:
    counts = json.dumps({"articles": 0, "teasers": 0, "pages": 1, "start_links": 60, "start_pages": 1})
    rows = [
        (run, '["sample"]', '{"portal": "sample"}', started.isoformat(), started.isoformat(), counts)
        for number, started, run in moments(runs)
        if number % WRITES
    ]
    with sqlite3.connect(data / "state.sqlite3") as connection:
        connection.executemany(
            "INSERT INTO runs (run, portals, arguments, started, finished, finish_reason, verdict, reasons, counts) "
            "VALUES (?, ?, ?, ?, ?, 'finished', 'ok', '[]', ?)",
            rows,
        )
    connection.close()


if __name__ == "__main__":
    os.chdir(ROOT)
    main()

"""The cost of the report and the exports with many articles.

    python benchmarks/report.py [--what reports|exports] [--articles N] [--data FOLDER] [--write]

The embedded portal is crawled once; its records are published many times with new ids, times and portals, 500
per run, together with a state that has these runs. Then each command is run in a process of its own. The first report
reads all feeds, later ones only those that are new.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from places import ROOT, machine, write_section

from portalcrawl.feeds.feed_files import write_whole
from portalcrawl.feeds.json_lines import json_line
from portalcrawl.feeds.publishing import manifest_bytes
from portalcrawl.runs.run_names import feed_name, manifest_name
from portalcrawl.schema import FeedEntry, Manifest, Verdict
from portalcrawl.storage.database import open_database
from portalcrawl.storage.run_history import PastRun, RunHistory

A_RUN = 500
PORTALS = 12
HISTORY = timedelta(days=90)
ARTICLES = 1_000_000
TIMES = 3
HEAD, RULE = "| command | seconds | CPU seconds | peak memory |", "|---|---|---|---|"


def crawled() -> list[dict[str, Any]]:
    """Return the articles of the embedded portal."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "scrapy", "crawl", "portal", "-L", "ERROR"]
        subprocess.run(command, cwd=ROOT, env={**os.environ, "PORTALCRAWL_DATA_DIR": folder}, check=True)
        (feed,) = (Path(folder) / "feeds").glob("articles-*.jsonl")
        return [json.loads(line) for line in feed.read_text(encoding="utf-8").splitlines()]


def generate(data: Path, number: int) -> None:
    """Publish *number* articles in *data*, with a state that knows their runs."""
    feeds, chance, samples = data / "feeds", random.Random(7), crawled()
    feeds.mkdir(parents=True)
    history = RunHistory(open_database(f"sqlite:///{data / 'state.sqlite3'}"))
    begin, runs = datetime.now(UTC).replace(microsecond=0) - HISTORY, number // A_RUN
    known: list[tuple[PastRun, list[Any]]] = []
    for at in range(runs):
        started = begin + HISTORY * at / runs
        run, portal = f"{started:%Y%m%dT%H%M%SZ}-{at:06x}", f"portal{at % PORTALS}.example"
        content = b"".join(json_line(each) for each in records(samples, chance, run, portal, started, at * A_RUN))
        (feeds / feed_name("articles", run)).write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        entry = FeedEntry(feed_name("articles", run), "articles", A_RUN, len(content), digest)
        counts = {"articles": A_RUN, "teasers": 900, "pages": A_RUN + 20, "pages_failed": 5, "failed/http_404": 5}
        counts |= {"start_links": chance.randrange(80, 120), "start_pages": 1}
        finished = (started + timedelta(minutes=4)).isoformat()
        verdict = Verdict("warning", ["an example"]) if at % 50 == 0 else Verdict("ok", [])
        manifest = Manifest(run, portal, {}, started.isoformat(), finished, "finished", [entry], counts, verdict)
        write_whole(feeds / manifest_name(run), manifest_bytes(manifest))
        reasons = tuple(verdict.reasons)
        ended = ("finished", verdict.level, reasons, counts)
        known.append((PastRun(run, (portal,), {}, started.isoformat(), finished, *ended), []))
    history.add(known)


def records(
    samples: list[dict[str, Any]], chance: random.Random, run: str, portal: str, started: datetime, first: int
) -> Iterator[dict[str, Any]]:
    """Yield the articles of one run: one in twenty is a revision, one in seven of a group of near copies."""
    for number in range(first, first + A_RUN):
        sample = samples[number % len(samples)]
        published = started - timedelta(minutes=chance.expovariate(1 / 90))
        is_revision = number % 20 == 0
        group = number - number % 7 if number % 49 < 7 else number
        yield {
            **sample,
            "id": f"{portal}:{number:016x}",
            "portal": portal,
            "url": f"https://{portal}/artikel/{number}.html",
            "canonical_url": f"https://{portal}/artikel/{number}.html",
            "date_published": published.replace(second=0, microsecond=0).isoformat(),
            "date_published_precision": "minute",
            "date_fetched": started.isoformat(),
            "cluster_id": f"group:{group:016x}",
            "revision": 2 if is_revision else 1,
            "changed_fields": ["article_body"] if is_revision else [],
            "run": run,
        }


DUCKDB = "import duckdb, glob, sys; duckdb.execute(sys.argv[1], {'files': glob.glob(sys.argv[2])})"
LINES = """SELECT sum(strlen(line)) FROM read_csv($files, columns = {line: 'VARCHAR'}, delim = chr(1), quote = '',
    escape = '', header = false, auto_detect = false, strict_mode = false)"""
PARSED = """SELECT max(id), max(cluster_id) FROM read_json($files, format = 'newline_delimited', records = true,
    columns = {id: 'VARCHAR', cluster_id: 'VARCHAR'})"""


def measured(*args: str, data: Path) -> tuple[float, float, int]:
    """Run ``scrapy ARGS``, or a query of DuckDB; return seconds, CPU seconds and peak memory in MB."""
    command = ["-m", "scrapy", *args]
    if args[0].startswith("SELECT"):
        command = ["-c", DUCKDB, args[0], str(data / "feeds" / "articles-*.jsonl")]
    return measured_python(*command, data=data)


def measured_python(*args: str, data: Path) -> tuple[float, float, int]:
    """Run ``python ARGS``; return seconds, CPU seconds and peak memory in MB."""
    began = time.perf_counter()
    command = [sys.executable, *args]
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, "PORTALCRAWL_DATA_DIR": str(data)}, stdout=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(args)} failed")
    seconds = time.perf_counter() - began
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024


def least(*args: str, data: Path, is_first: bool = False) -> tuple[float, float, int]:
    """Return the figures of the one of TIMES runs that took the fewest CPU seconds: others work on the machine, too.

    :param is_first: whether the report's cache is removed before each.
    """
    found = []
    for _ in range(TIMES):
        if is_first:
            (data / "report.duckdb").unlink(missing_ok=True)
        found.append(measured(*args, data=data))
    return min(found, key=lambda each: each[1])


def reports(data: Path, folder: Path) -> str:
    """Measure the report; return the section's text."""
    page, week = folder / "report.html", folder / "week.html"
    everything, seven_days = ("report", "-o", str(page)), ("report", "--since", "7d", "-o", str(week))
    lines = [HEAD, RULE]
    for name, args, is_first in (
        ("DuckDB alone: the lines of the feeds", (LINES,), False),
        ("DuckDB alone: their JSON, two fields", (PARSED,), False),
        ("`scrapy report --since 7d`, the first", seven_days, True),
        ("`scrapy report`, the first", everything, True),
        ("`scrapy report`, nothing new", everything, False),
        ("`scrapy report --since 7d`, nothing new", seven_days, False),
        ("`scrapy version`: what every command costs", ("version",), False),
    ):
        lines.append(_line(name, least(*args, data=data, is_first=is_first)))
        print(lines[-1], flush=True)
    cache = (data / "report.duckdb").stat().st_size / 1e9
    return (
        f"## The report: `python benchmarks/report.py`\n\n{_data(data)} The report has "
        f"{page.stat().st_size // 1000} kB, its cache has {cache:.2f} GB. {machine('duckdb', 'pygal')}\n\n"
        f"{_load()} The fastest of {TIMES} runs by CPU time.\n\n"
    ) + "\n".join(lines)


def exports(data: Path, folder: Path) -> str:
    """Measure the exports to files; return the section's text."""
    parquet, csv = folder / "parquet", folder / "csv"
    lines = [HEAD, RULE]
    for name, args in (
        ("`scrapy export parquet`", ("export", "parquet", str(parquet))),
        ("`scrapy export parquet`, nothing new", ("export", "parquet", str(parquet))),
        ("`scrapy export csv`", ("export", "csv", str(csv))),
    ):
        lines.append(_line(name, measured(*args, data=data)))
        print(lines[-1], flush=True)
    size = sum(path.stat().st_size for path in parquet.rglob("*.parquet")) / 1e9
    return (
        f"## The exports: `python benchmarks/report.py --what exports`\n\n{_data(data)} The Parquet files have "
        f"{size:.2f} GB. {machine('pyarrow')}\n\n{_load()}\n\n"
    ) + "\n".join(lines)


def _line(name: str, figures: tuple[float, float, int]) -> str:
    seconds, cpu, memory = figures
    return f"| {name} | {seconds:.1f} | {cpu:.1f} | {memory} MB |"


def _data(data: Path) -> str:
    feeds = [path for path in (data / "feeds").iterdir() if path.name.startswith("articles-")]
    size = sum(path.stat().st_size for path in feeds) / 1e9
    return f"{len(feeds) * A_RUN:,} articles in {len(feeds):,} runs of {PORTALS} portals: {size:.1f} GB of feeds."


def _load() -> str:
    load = os.getloadavg()[2]
    return f"Load average meanwhile: {load:.0f} (CPU seconds depend less on it). The feeds were in the page cache."


def main() -> None:
    """Generate, measure, print, and write the section if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, default=ARTICLES)
    parser.add_argument("--data", type=Path, help="keep the data here, and use what is there")
    parser.add_argument("--what", choices=["reports", "exports"], default="reports")
    parser.add_argument("--write", action="store_true", help="into docs/benchmarks.md")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = options.data or Path(folder) / "data"
        if not data.exists():
            generate(data, options.articles)
        text = (reports if options.what == "reports" else exports)(data, Path(folder))
        if options.write:
            write_section(options.what, text)


if __name__ == "__main__":
    main()

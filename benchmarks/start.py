"""The cost of a run that finds nothing new, as a process and in a warm worker, compared with bare Scrapy.

    python benchmarks/start.py [--pairs 15] [--write]

CPU seconds of whole processes, in pairs with a spider of bare Scrapy that fetches the same page, since machines are
noisy. The embedded portal has 35 articles on its front page; each run commits, and records its end in the state.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from places import ROOT, machine, write_section

from portalcrawl.demo import SamplePortal

SPIDER = """
import sys
from scrapy import Spider
from scrapy.crawler import CrawlerProcess

class Bare(Spider):
    name = "bare"
    start_urls = [sys.argv[1]]

    def parse(self, response):
        yield {"title": response.css("title::text").get()}

process = CrawlerProcess({"LOG_LEVEL": "CRITICAL", "TELNETCONSOLE_ENABLED": False})
process.crawl(Bare)
process.start()
"""
WARM_RUNS, NOT_COUNTED = 30, 10


def cpu(command: list[str], data: Path) -> float:
    """Return the CPU seconds of a process."""
    environment = {**os.environ, "PORTALCRAWL_DATA_DIR": str(data)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment.setdefault("PYTHONPYCACHEPREFIX", str(data / "bytecode"))
    null = os.open(os.devnull, os.O_WRONLY)
    quiet = [(os.POSIX_SPAWN_DUP2, null, number) for number in (1, 2)]
    child = os.posix_spawn(sys.executable, [sys.executable, *command], environment, file_actions=quiet)
    os.close(null)
    _, status, usage = os.wait4(child, 0)
    if status:
        sys.exit(f"{' '.join(command)} ended with {status}")
    return usage.ru_utime + usage.ru_stime


def warm(url: str) -> None:
    """Run one entry again and again in this process; print the CPU seconds of each run as JSON."""
    from scrapy.utils.project import get_project_settings
    from scrapy.utils.reactor import install_reactor

    settings = get_project_settings()
    install_reactor(settings["TWISTED_REACTOR"])
    from twisted.internet import reactor

    from portalcrawl.fleet.warm_run import WarmRunner
    from portalcrawl.scheduling.entries import ScheduleEntry
    from portalcrawl.scheduling.schedule_file import time_zone
    from portalcrawl.scheduling.timing import Timing

    entry = ScheduleEntry("e", {"portal": "sample", "url": url}, ("sample",), Timing(60, None, time_zone("UTC"), 0))

    async def run() -> None:
        runner, spent = WarmRunner(settings), []
        for _ in range(WARM_RUNS):
            before = resource.getrusage(resource.RUSAGE_SELF)
            outcome = await runner.run(entry)
            after = resource.getrusage(resource.RUSAGE_SELF)
            assert outcome.verdict == "ok", outcome
            spent.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
        print(json.dumps(spent))
        reactor.stop()

    loop = asyncio.get_event_loop()
    loop.call_soon(lambda: setattr(loop, "work", loop.create_task(run())))
    reactor.run(installSignalHandlers=False)


def warm_in_process(url: str, data: Path) -> list[float]:
    """Return the CPU seconds of the runs of a warm process, the first ones left out."""
    command = [sys.executable, __file__, "--warm", url]
    environment = {**os.environ, "PORTALCRAWL_DATA_DIR": str(data), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    spent: list[float] = json.loads(done.stdout)
    return spent[NOT_COUNTED:]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=15)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--warm", metavar="URL", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.warm:
        warm(args.warm)
        return
    with SamplePortal(port=0) as portal, tempfile.TemporaryDirectory() as folder:
        data, spider = Path(folder), Path(folder) / "bare.py"
        spider.write_text(SPIDER, encoding="utf-8")
        crawl = ["-m", "scrapy", "crawl", "portal", "-L", "CRITICAL", "-a", "portal=sample", "-a", f"url={portal.url}"]
        bare = [str(spider), portal.url]
        cpu(crawl, data), cpu(bare, data)
        pairs = [(cpu(crawl, data), cpu(bare, data)) for _ in range(args.pairs)]
        spent = warm_in_process(portal.url, data)
    cold, plain = median(a for a, _ in pairs), median(b for _, b in pairs)
    ratio = median(a / b for a, b in pairs)
    rows = (
        ("bare Scrapy, as a process", plain, min(b for _, b in pairs), 1.0),
        ("`scrapy crawl portal`", cold, min(a for a, _ in pairs), ratio),
        ("a run in a warm worker", median(spent), min(spent), median(spent) / plain),
    )
    table = "\n".join(f"| {name} | {mid:.2f} | {least:.2f} | {times:.2f} |" for name, mid, least, times in rows)
    text = (
        f"## The start of a run\n\nA run that finds nothing new, with its commits: {machine('scrapy', 'sqlalchemy')}\n"
        f"{args.pairs} pairs, {len(spent)} warm runs, on a machine with other work; `python benchmarks/start.py`.\n\n"
        f"| CPU seconds | median | least | times bare Scrapy |\n|---|---:|---:|---:|\n{table}"
    )
    if args.write:
        write_section("start", text)
    print(text)


if __name__ == "__main__":
    main()

"""Memory of a run that renders many pages: the crawl, Playwright's driver and Chromium, sampled every second.

    python benchmarks/rendering.py [--pages 500] [--write]

The site is made for it: every article is built by a script. Memory is what the processes hold alone (statm(5), resident
less shared); a row has the median of the samples since the row before.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from places import ROOT, machine, write_section

sys.path.insert(0, str(ROOT / "tests"))

from support.commandline import records
from support.scriptedsite import scripted_site
from support.tinyportal import TinyPortal

from portalcrawl.rendering import processes

MB = 1024 * 1024
STEP = 50


@dataclass(frozen=True)
class Sample:
    """Memory in MB when so many pages were rendered."""

    pages: int
    crawl: float
    driver: float
    browser: float


def sample(pid: int, pages: int) -> Sample:
    found = processes.tree(pid)
    driver = sum(each.memory for each in found if "run-driver" in each.command) / MB
    browser = sum(each.memory for each in found if "run-driver" not in each.command) / MB
    return Sample(pages, processes.own_memory(pid) / MB, driver, browser)


def measure(pages: int) -> tuple[list[Sample], float]:
    """Crawl and return the samples and the seconds it took."""
    samples: list[Sample] = []
    with TinyPortal(scripted_site(pages)) as portal, tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        crawl = subprocess.Popen(
            [sys.executable, "-m", "scrapy", "crawl", "portal", "-L", "ERROR", "-a", f"url={portal.url()}"],
            cwd=ROOT,
            env={**os.environ, "PORTALCRAWL_DATA_DIR": folder},
        )
        while crawl.poll() is None:
            done = sum(path.startswith("/daten/") for path in list(portal.log))
            if done:
                try:
                    samples.append(sample(crawl.pid, done))
                except (OSError, ValueError):
                    break
            time.sleep(1)
        if crawl.wait():
            sys.exit(f"the crawl ended with {crawl.returncode}")
        seconds = time.monotonic() - began
        written = sum(record["rendered"] for record in records(Path(folder), "articles"))
        if written != pages:
            sys.exit(f"{written} of {pages} articles were rendered")
    return samples, seconds


def table(samples: list[Sample], pages: int, seconds: float) -> str:
    lines = ["| pages | crawl MB | driver MB | Chromium MB | all MB |", "|---:|---:|---:|---:|---:|"]
    for upto in range(STEP, pages + 1, STEP):
        part = [each for each in samples if upto - STEP < each.pages <= upto]
        if part:
            cells = [median(getattr(each, name) for each in part) for name in ("crawl", "driver", "browser")]
            cells.append(median(each.crawl + each.driver + each.browser for each in part))
            lines.append(f"| {upto} | " + " | ".join(f"{cell:,.0f}" for cell in cells) + " |")
    peak = max(each.crawl + each.driver + each.browser for each in samples)
    return "\n".join(lines) + f"\n\n{pages} pages in {seconds:,.0f} s; the highest sample is {peak:,.0f} MB."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--write", action="store_true", help="write the table into docs/benchmarks.md")
    args = parser.parse_args()
    samples, seconds = measure(args.pages)
    text = (
        "## Memory while pages are rendered\n\nMade by `python benchmarks/rendering.py --write`: "
        f"{args.pages} pages that need a browser in one run, two at a time, a fresh browser after every 100.\n\n"
        f"{table(samples, args.pages, seconds)}\n\n{machine('playwright', 'scrapy-playwright')}"
    )
    print(text)
    if args.write:
        write_section("rendering", text)


if __name__ == "__main__":
    main()

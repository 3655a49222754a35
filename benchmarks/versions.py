"""What one version costs against another: pairs of crawls of the embedded portal, in alternating order.

    git worktree add ../before COMMIT
    python benchmarks/versions.py ../before [--pairs 7] [--write]

Each pair crawls into two empty data folders, and each folder once more, which finds nothing new. Both checkouts run
with the packages of the Python that runs this. The figures are medians; ratios are taken pair by pair.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from places import ROOT, write_section

from portalcrawl.demo import SamplePortal

Costs = tuple[float, float, float]
"""CPU and wall seconds of a first crawl, CPU seconds of the next one."""
NAMES = ("first crawl, CPU s", "first crawl, wall s", "next crawl, CPU s")


def crawl(checkout: Path, url: str, data: Path) -> tuple[float, float]:
    """Return CPU and wall seconds of one crawl."""
    command = [sys.executable, "-m", "scrapy", "crawl", "portal", "-L", "CRITICAL", "-a", "portal=sample"]
    began = time.monotonic()
    with subprocess.Popen(
        [*command, "-a", f"url={url}"],
        cwd=checkout,
        env={**os.environ, "PORTALCRAWL_DATA_DIR": str(data)},
        stderr=subprocess.DEVNULL,
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{checkout}: the crawl ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime, time.monotonic() - began


def costs(checkout: Path, url: str) -> Costs:
    """Return the cost of a crawl into an empty folder, and of the next one."""
    with tempfile.TemporaryDirectory() as folder:
        cpu, wall = crawl(checkout, url, Path(folder))
        return cpu, wall, crawl(checkout, url, Path(folder))[0]


def table(before: list[Costs], after: list[Costs]) -> str:
    """Return the medians and the ratios as a Markdown table."""
    lines = ["| | before | after | ratio |", "|---|---:|---:|---:|"]
    for number, name in enumerate(NAMES):
        ratio = median(b[number] / a[number] for a, b in zip(before, after, strict=True))
        old, new = (median(each[number] for each in found) for found in (before, after))
        lines.append(f"| {name} | {old:.2f} | {new:.2f} | {ratio:.2f} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", type=Path, help="checkout of the version to compare with")
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    args = parser.parse_args()
    found: dict[Path, list[Costs]] = {args.before.resolve(): [], ROOT: []}
    with SamplePortal() as portal:
        for pair in range(args.pairs):
            for checkout in sorted(found, key=lambda each: each == ROOT, reverse=bool(pair % 2)):
                found[checkout].append(costs(checkout, portal.url))
    before, after = found.values()
    said = table(before, after)
    print(said)
    if args.write:
        write_section("versions", said)


if __name__ == "__main__":
    main()

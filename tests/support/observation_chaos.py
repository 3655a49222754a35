"""Kills crawls of a front page that changes, and checks that each observation was written exactly once.

``python tests/support/observation_chaos.py`` is the long version of tests/crawl/test_observation_kills.py; it prints a
row of docs/reliability.md.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.commandline import records, runs, scrapy
from support.front_page import FrontPage, replay
from support.step_kills import crawl_killed_at

NAMES = "abcdefghijklmnopqrstuvwxyz"
SETTINGS = (
    *("-s", "OBSERVATIONS=True", "-s", "COMMIT_ITEMS=3", "-s", "COMMIT_SECONDS=0.2"),
    *("-a", "follow=false", "-a", "render=never", "-L", "ERROR"),
)
MOST_STEPS = 160
"""Number of the last step at which a run is killed; a run that ends before its step does not count."""


@dataclass
class Report:
    """What happened, and what was wrong."""

    kills: int = 0
    runs: int = 0
    recovered: int = 0
    observations: int = 0
    faults: list[str] = field(default_factory=list)


def kills(number: int, seed: int, folder: Path) -> Report:
    """Kill runs at *number* random steps; the page changes before each. Then crawl once more and check all lines."""
    report, chance = Report(), random.Random(seed)
    with FrontPage({"Oben": NAMES[:13], "Sport": NAMES[13:]}) as front:
        while report.kills < number:
            front.shuffle(seed * 100_000 + report.runs)
            report.kills += crawl_killed_at(
                chance.randint(10, MOST_STEPS), folder, *SETTINGS, "-a", f"url={front.url()}"
            )
            report.runs += 1
        for _ in range(3):  # a reading that shows suspiciously little is believed the second time
            ended = scrapy("crawl", "portal", *SETTINGS, "-a", f"url={front.url()}", data=folder)
            report.runs += 1
            if ended.code:
                report.faults.append(f"a run that was not killed ended with {ended.code}: {ended.err[-200:]}")
        found = records(folder, "observations")
        report.faults += replay(found, front)
        report.faults += [f"left over: {path.name}" for path in (folder / "feeds").glob("*.part")]
    report.observations = len(found)
    report.recovered = sum(run["finish_reason"] == "recovered" for run in runs(folder))
    return report


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="kills (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report = kills(args.kills, args.seed, Path(folder))
    print("| kills | runs | feeds recovered | observations | faults |")
    print("|---:|---:|---:|---:|---:|")
    cells = (report.kills, report.runs, report.recovered, report.observations, len(report.faults))
    print("| " + " | ".join(map(str, cells)) + " |")
    print(*report.faults[:20], sep="\n", end="\n" * bool(report.faults))
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())

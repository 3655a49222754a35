"""Kills and freezes the processes that render pages during a crawl, and compares the feeds with the site.

``python tests/support/renderchaos.py --write`` is the long version of tests/rendering/test_renderchaos.py: twenty kills
each of renderer, browser, driver and supervisor, and five freezes each; it writes its table into docs/reliability.md.
"""

from __future__ import annotations

import argparse
import random
import re
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from portalcrawl.rendering import processes
from support.commandline import ROOT, manifests, records, start
from support.scriptedsite import scripted_site, title
from support.tinyportal import TinyPortal

ROLES = ("renderer", "browser", "driver", "supervisor")
LONGEST = 900
"""Seconds after which a crawl counts as not ending by itself."""
DIE_WITHIN = 60
"""Seconds within which the processes of a crawl that has ended are gone, however busy the machine is."""
RUNS_A_HIT = 3
REPORT = ROOT / "docs" / "reliability.md"
QUICK = ("-s", "RENDER_TIMEOUT=10", "-s", "DOWNLOAD_DELAY=0")


@dataclass
class Outcome:
    """What happened to the processes of one role, and the faults at the end."""

    role: str
    number: signal.Signals
    hits: int = 0
    runs: int = 0
    articles: int = 0
    slowest: float = 0.0
    """Seconds of the longest run."""
    faults: list[str] = field(default_factory=list)


def victims(crawl: int, role: str) -> list[int]:
    """Return the descendants of *crawl* that have *role*; none until a renderer runs."""
    found: dict[str, list[int]] = {}
    for process in processes.tree(crawl):
        words = process.command
        if "supervisor.py" in words:
            kind = "supervisor"
        elif "run-driver" in words:
            kind = "driver"
        elif process.is_renderer:
            kind = "renderer"
        elif "--remote-debugging-pipe" in words and "--type=" not in words:
            kind = "browser"
        else:
            continue
        found.setdefault(kind, []).append(process.pid)
    return found.get(role, []) if "renderer" in found else []


def disturb(outcome: Outcome, hits: int, articles: int, chance: random.Random, pause: tuple[float, float]) -> None:
    """Crawl *articles* pages as often as it takes to signal the role's processes *hits* times.

    A crawl may end before its process is found.
    """
    while outcome.hits < hits and outcome.runs < RUNS_A_HIT * hits:
        outcome.runs += 1
        with TinyPortal(scripted_site(articles)) as portal, tempfile.TemporaryDirectory() as folder:
            one_run(outcome, hits, portal.url(), Path(folder), chance, pause)
            audit(outcome, Path(folder), articles)


def one_run(
    outcome: Outcome, hits: int, url: str, data: Path, chance: random.Random, pause: tuple[float, float]
) -> None:
    began = time.monotonic()
    process = start("crawl", "portal", "-L", "ERROR", "-a", f"url={url}", *QUICK, data=data)
    seen: set[int] = set()
    due = began
    while process.poll() is None and time.monotonic() - began < LONGEST:
        seen.update(each.pid for each in processes.tree(process.pid))
        if outcome.hits < hits and time.monotonic() >= due and (found := victims(process.pid, outcome.role)):
            victim = chance.choice(found)
            processes.send(victim, outcome.number)
            outcome.hits += 1
            due = time.monotonic() + chance.uniform(*pause)
        time.sleep(0.1)
    if process.poll() is None:
        outcome.faults.append("the crawl did not end by itself")
        process.kill()
    _, err = process.communicate()
    outcome.slowest = max(outcome.slowest, time.monotonic() - began)
    if process.returncode or "Traceback" in err:
        outcome.faults.append(f"exit code {process.returncode}: {err[-4000:]}")
    end = time.monotonic() + DIE_WITHIN
    while (left := [pid for pid in seen if processes.is_alive(pid)]) and time.monotonic() < end:
        time.sleep(0.05)
    outcome.faults += [f"process left over: {pid}" for pid in left]


def audit(outcome: Outcome, data: Path, articles: int) -> None:
    """Compare the feeds with the site."""
    found = sorted(record["headline"] for record in records(data, "articles"))
    outcome.articles += len(found)
    missing = {title(number) for number in range(articles)} - set(found)
    if missing or len(found) != articles:
        counts = {name: n for name, n in manifests(data)[-1]["counts"].items() if "failed" in name}
        outcome.faults.append(f"{len(missing)} articles missing, {len(found)} written: {counts}")


def table(outcomes: list[Outcome]) -> str:
    lines = [
        "| what | signal | times | runs | articles, all there | longest run | faults |",
        "|---|---|--:|--:|--:|--:|--:|",
    ]
    for each in outcomes:
        cells = (each.role, each.number.name, each.hits, each.runs, each.articles, f"{each.slowest:.0f} s")
        lines.append("| " + " | ".join(map(str, cells)) + f" | {len(each.faults)} |")
    return "\n".join(lines)


def write_table(text: str) -> None:
    """Put *text* between the marks in docs/reliability.md."""
    page = REPORT.read_text(encoding="utf-8")
    begin, end = "<!-- renderchaos -->", "<!-- /renderchaos -->"
    REPORT.write_text(re.sub(f"{begin}.*?{end}", f"{begin}\n{text}\n{end}", page, flags=re.S), encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20, help="of each role (default: %(default)s)")
    parser.add_argument("--freezes", type=int, default=5, help="of each role (default: %(default)s)")
    parser.add_argument("--articles", type=int, default=60, help="of one crawl (default: %(default)s)")
    parser.add_argument("--roles", default=",".join(ROLES))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="write the table into docs/reliability.md")
    args = parser.parse_args()
    chance = random.Random(args.seed)
    outcomes = []
    for number, hits in ((signal.SIGKILL, args.kills), (signal.SIGSTOP, args.freezes)):
        for role in args.roles.split(","):
            outcome = Outcome(role, number)
            disturb(outcome, hits, args.articles, chance, (1.0, 3.0))
            outcomes.append(outcome)
            print(outcome, flush=True)
    print(table(outcomes))
    if args.write:
        write_table(table(outcomes))
    return 1 if any(each.faults for each in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())

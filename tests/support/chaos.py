"""Kills crawls of a changing portal, restarts them until nothing is left to do, and checks the feeds.

``python tests/support/chaos.py`` is the long version of tests/crawl/test_chaos.py (about an hour); it prints a table.
It also kills a short crawl at each step of commit, rename and manifest.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from support import commandline
from support.commandline import ENOUGH, doubled, let_time_pass, records, runs, scrapy
from support.step_kills import crawl_killed_at
from support.trap_portal import TrapPortal
from support.trap_portal.changing_portal import ChangingPortal
from support.warm_start import WarmProcess

QUICK = (
    *("-s", "COMMIT_ITEMS=10", "-s", "COMMIT_SECONDS=0.3", "-s", "RETRY_FAILED_AFTER=0", "-s", "OBSERVATIONS=True"),
    *("-s", "RECRAWL_AGES=" + ",".join(str(age) for age in range(1, 2000))),
)
"""Settings that commit often and visit everything again at once, so that the next run sees a change."""


@dataclass
class Report:
    """What happened, and what was wrong at the end (nothing, it is hoped)."""

    kills: int = 0
    runs: int = 0
    recovered: int = 0
    articles: int = 0
    teasers: int = 0
    faults: list[str] = field(default_factory=list)
    slowest_end: float = 0.0


def arguments(url: str, *args: str) -> list[str]:
    """Arguments of ``scrapy crawl portal``."""
    return ["-L", "ERROR", "-a", "portal=sample", "-a", f"url={url}", *QUICK, *args]


def start(url: str, data: Path, *args: str) -> WarmProcess:
    return commandline.start("crawl", "portal", *arguments(url, *args), data=data)


def finish(url: str, data: Path, *args: str) -> int:
    return scrapy("crawl", "portal", *arguments(url, *args), data=data).code


def until_quiet(url: str, data: Path, report: Report, *args: str, tries: int = 8) -> None:
    """Run until a run publishes nothing."""
    for _ in range(tries):
        code = finish(url, data, *args)
        report.runs += 1
        if code:
            report.faults.append(f"a run that was not killed ended with {code}")
        if not runs(data)[-1]["feeds"]:
            return
        let_time_pass(data, 1.1)  # then everything is to be visited again
    report.faults.append(f"not quiet after {tries} runs")


def audit(data: Path, portal: TrapPortal, report: Report, max_depth: int | None = None) -> None:
    """Compare the published feeds with the present content of the portal."""
    articles, teasers = records(data, "articles"), records(data, "teasers")
    report.articles += len(articles)
    report.teasers += len(teasers)
    report.recovered += sum(each["finish_reason"] == "recovered" for each in runs(data))
    report.faults += [f"article written twice: {key}" for key in doubled([(r["id"], r["revision"]) for r in articles])]
    report.faults += [f"teaser written twice: {key}" for key in doubled([r["id"] for r in teasers])]
    observed = [r["id"] for r in records(data, "observations")]
    report.faults += [f"observation written twice: {key}" for key in doubled(observed)]
    report.faults += [f"left over: {path.name}" for path in (data / "feeds").glob("*.part")]
    truth = portal.truth(max_depth=max_depth)
    last = {record["id"]: record for record in articles}
    for native, expected in truth.articles.items():
        record = last.get(f"sample:{native}")
        if record is None:
            report.faults.append(f"article lost: {expected.path}")
        elif record["article_body"] != expected.article_body:
            report.faults.append(f"last revision ({record['revision']}) is not the last text: {expected.path}")
    names = ("headline", "kicker", "snippet", "label", "comment_count")
    states = {(r["article_id"].removeprefix("sample:"), *(r[name] for name in names)) for r in teasers}
    report.faults += [f"teaser lost: {state}" for state in truth.teasers if state not in states]
    lost = {f"sample:{native}" for native in truth.lost}
    whole = portal.truth()
    unasked = {f"sample:{native}" for native in (*whole.articles, *whole.lost)} if max_depth is not None else set()
    known = set(last) | lost | unasked | {f"sample:{n}" for e in range(1, portal.edition) for n in earlier(portal, e)}
    report.faults += [f"teaser leads nowhere: {r['url']}" for r in teasers if r["article_id"] not in known]


def earlier(portal: TrapPortal, edition: int) -> Iterator[str]:
    """Native ids of an earlier edition, which may be gone by now."""
    from support.trap_portal.truth import expected

    truth = expected(edition)
    yield from (*truth.articles, *truth.lost)


def live(process: WarmProcess, portal: TrapPortal, requests: int, chance: random.Random) -> None:
    """Let *process* make so many *requests*, and live on for a moment; it may end earlier."""
    enough = len(portal.log) + requests
    while process.poll() is None and len(portal.log) < enough:
        time.sleep(0.01)
    time.sleep(chance.uniform(0, 0.1))


def random_kills(numbers: Sequence[signal.Signals], chance: random.Random, folder: Path, requests: int) -> Report:
    """Kill crawls of one data folder at random instants while the portal goes from edition to edition.

    Meanwhile articles vanish, lead to others or to the front page, answer errors with status 200, and come back.
    A crawl that has ended before its instant comes is not counted.

    :param numbers: the signal for each kill.
    :param requests: that a crawl makes before it is killed, at most.
    """
    report = Report()
    with ChangingPortal(chance) as portal:
        while report.kills < len(numbers):
            number = numbers[report.kills]
            portal.disturb()
            process = start(portal.url, folder)
            live(process, portal, chance.randint(0, requests), chance)
            began, in_time = time.monotonic(), process.poll() is None
            process.send_signal(number)
            _, err = process.communicate(timeout=ENOUGH)
            report.slowest_end = max(report.slowest_end, time.monotonic() - began)
            report.runs += 1
            report.kills += in_time
            if number is not signal.SIGKILL and "Traceback" in err:
                report.faults.append(f"traceback after {number.name}: {err[-300:]}")
            if report.runs % 3 == 0:
                portal.edition = 1 + (portal.edition % 3)
        portal.edition = 3
        portal.calm_down()
        until_quiet(portal.url, folder, report)
        audit(folder, portal, report)
        report.faults += [
            f"text of another article: {r['url']}" for r in portal.with_other_texts(records(folder, "articles"))
        ]
    return report


BY_ITEMS_ALONE = ("-s", "COMMIT_SECONDS=3600")
"""Steps are counted in one run and met again in another: how fast each is must not decide how many there are."""


def every_step(folder: Path) -> Report:
    """Kill a short crawl at each of its steps of making something durable, each time into an empty data folder."""
    report, file, near = Report(), folder / "steps", ("-a", "max_depth=1")
    few = (*near, "-a", "max_articles=2", "-s", "COMMIT_ITEMS=30", *BY_ITEMS_ALONE)
    with TrapPortal() as portal:
        crawl_killed_at(0, folder / "counted", *arguments(portal.url, *few), steps=file)
        for step in range(1, int(file.read_text(encoding="utf-8")) + 1):
            data = folder / f"step-{step}"
            report.kills += crawl_killed_at(step, data, *arguments(portal.url, *few))
            report.runs += 1
            until_quiet(portal.url, data, report, *near)
            audit(data, portal, report, max_depth=1)
    return report


def row(name: str, report: Report) -> str:
    """Return *report* as a row of a Markdown table."""
    cells = (report.kills, report.runs, report.recovered, report.articles, report.teasers, f"{report.slowest_end:.1f}")
    return f"| {name} | " + " | ".join(map(str, (*cells, len(report.faults)))) + " |"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="SIGKILLs at random instants (default: %(default)s)")
    parser.add_argument("--terms", type=int, default=200, help="SIGTERMs at random instants (default: %(default)s)")
    parser.add_argument("--no-steps", action="store_true", help="leave out the kill at each step")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--requests",
        type=int,
        default=300,
        help="of a crawl until it is killed, at most (default: %(default)s)",
    )
    args = parser.parse_args()
    chance = random.Random(args.seed)
    found = {}
    for number, kills in ((signal.SIGKILL, args.kills), (signal.SIGTERM, args.terms)):
        with tempfile.TemporaryDirectory() as folder:
            if kills:
                found[f"{number.name} at random"] = random_kills([number] * kills, chance, Path(folder), args.requests)
    if not args.no_steps:
        with tempfile.TemporaryDirectory() as folder:
            found["SIGKILL at each step"] = every_step(Path(folder))
    print("| | kills | runs | feeds recovered | article records | teaser records | slowest end, s | faults |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for name, report in found.items():
        print(row(name, report))
        print(*report.faults[:20], sep="\n", end="\n" * bool(report.faults))
    return 1 if any(report.faults for report in found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())

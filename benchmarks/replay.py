"""Replays the saved pages through ``scrapy crawl portal`` and scores the feeds.

    python benchmarks/replay.py [--write]

Scrapy's HTTP cache answers every request; nothing is fetched. Needs the saved pages beside the repository.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from places import CORPUS, ROOT, TOOLS, demand_corpus, write_section
from scores import score_articles, score_teasers

COLUMNS = ("body_p", "body_r", "body_f1", "headline", "minute", "aware", "day", "authors", "topics")


def run(*command: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def replay(name: str, folder: Path) -> dict[str, Any]:
    """Crawl the pages of one set and return its scores and counts."""
    made = run(sys.executable, TOOLS / "make_httpcache.py", CORPUS / name, folder / "replay")
    pages = len((folder / "replay" / "urls.txt").read_text(encoding="utf-8").splitlines())
    began = time.monotonic()
    crawled = run(
        *(sys.executable, "-m", "scrapy", "crawl", "portal", "-L", "WARNING", "-a", "follow=false"),
        *("-a", f"urls_file={folder / 'replay' / 'urls.txt'}", "-s", "HTTPCACHE_ENABLED=True"),
        *("-s", "HTTPCACHE_IGNORE_MISSING=True", "-s", f"HTTPCACHE_DIR={folder / 'replay' / 'cache'}"),
        PORTALCRAWL_DATA_DIR=str(folder / "data"),
    )
    seconds = time.monotonic() - began
    if "Traceback" in crawled.stderr:
        print(crawled.stderr[-3000:])
    (manifest,) = (json.loads(path.read_bytes()) for path in (folder / "data" / "feeds").glob("manifest-*.json"))
    counts = manifest["counts"]
    print(f"{name}: {made.stdout.strip().splitlines()[-1]}; exit code {crawled.returncode}; {counts}")
    result = {
        "pages": pages,
        "articles": counts["articles"],
        "teasers": counts["teasers"],
        "tracebacks": crawled.stderr.count("Traceback"),
        "seconds": seconds,
        "scores": score(name, folder),
    }
    if name == "articles":
        result["teaser_scores"] = score_teasers(predictions("teasers", folder, "--teasers"))
    return result


def score(name: str, folder: Path) -> dict[str, dict[str, float]]:
    return score_articles(name, predictions(name, folder, "--out"))


def predictions(gold: str, folder: Path, option: str) -> Path:
    """Turn the feeds into what the scorers read."""
    tool, mine = TOOLS / "feeds_to_predictions.py", folder / f"mine{option}.jsonl"
    run(sys.executable, tool, "--gold", CORPUS / gold / "gold.jsonl", "--feeds", folder / "data/feeds", option, mine)
    return mine


def table(results: dict[str, dict[str, Any]]) -> str:
    """Return the results as Markdown."""
    lines = [
        "| set | pages | articles | tracebacks | " + " | ".join(COLUMNS) + " |",
        "|---|" + "---:|" * (len(COLUMNS) + 3),
    ]
    for name, result in results.items():
        for part, scores in result["scores"].items():
            cells = [f"{scores[c]:.3f}" if c in scores else "" for c in COLUMNS]
            head = [f"{name}, {part}", str(result["pages"]), str(result["articles"]), str(result["tracebacks"])]
            lines.append("| " + " | ".join([*head, *cells]) + " |")
    teasers = results["articles"]["teaser_scores"]
    shown = ", ".join(f"{k} {v:.3f}" if isinstance(v, float) else f"{k} {v}" for k, v in teasers.items())
    return "\n".join(lines) + f"\n\nTeasers of the 14 pages with known teasers: {shown}."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="write the table into docs/benchmarks.md")
    args = parser.parse_args()
    demand_corpus()
    results = {}
    for name in ("articles", "bodies", "dates"):
        with tempfile.TemporaryDirectory() as folder:
            results[name] = replay(name, Path(folder))
    text = table(results)
    print(text)
    if args.write:
        head = (
            "## Saved pages, replayed through Scrapy\n\nMade by `python benchmarks/replay.py --write`, profiles on.\n\n"
        )
        write_section("replay", head + text)


if __name__ == "__main__":
    main()

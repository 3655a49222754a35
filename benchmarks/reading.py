"""The accuracy and cost of reading saved pages, without profiles, compared with other libraries for the purpose.

    python benchmarks/reading.py [--rounds 3] [--write]

Needs the saved pages beside the repository. The other libraries are the extra ``portalcrawl[benchmarks]``; if they
are not installed, the first call installs them into .venv-benchmarks. Each library reads each set of pages in a
process of its own, one after the other, once per round; the fastest reading of a page by CPU time counts.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

from places import CORPUS, ROOT, demand_corpus, write_section
from scores import faulty_gold, score_articles, score_teasers

OWN = "portalcrawl"
LIBRARIES = {"trafilatura": "trafilatura", "newspaper4k": "newspaper", "news-please": "newsplease"}
"""Other libraries, by the names they are installed and imported by."""
SETS = ("articles", "bodies", "dates")
ROWS = (
    ("article_body F1, articles", "articles", "body_f1"),
    ("article_body F1, bodies", "bodies", "body_f1"),
    ("headline, exact", "articles", "headline"),
    ("date_published to the minute", "articles", "minute"),
    ("date_published to the minute, with its time zone", "articles", "aware"),
    ("day, articles", "articles", "day"),
    ("day, dates", "dates", "day"),
    ("authors F1", "articles", "authors"),
    ("topics F1", "articles", "topics"),
)
FAULTY = (
    ("headline, exact", "articles", "headline", "headline"),
    ("date_published to the minute", "articles", "minute", "date_published"),
    ("day, dates", "dates", "day", "day, dates"),
    ("authors F1", "articles", "authors", "authors"),
)
"""Rows that are scored a second time without the pages whose gold is faulty, with the heading that lists these."""
TEASERS = ("p", "r", "f1", "headline", "head_tol", "kicker", "snippet", "count", "date")
FALSE = ("kickers", "snippets", "counts", "dates")


@dataclass(slots=True)
class Reading:
    """What one library made of one set: predictions, and the least CPU seconds of each step on each page."""

    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    steps: dict[str, dict[str, float]] = field(default_factory=dict)

    def add(self, lines: Iterable[str]) -> None:
        for line in lines:
            row = json.loads(line)
            known = self.steps.setdefault(row["id"], row["steps"])
            if sum(row["steps"].values()) <= sum(known.values()):
                self.steps[row["id"]] = row["steps"]
            self.rows[row["id"]] = row

    @property
    def cpu(self) -> dict[str, float]:
        """CPU seconds a page."""
        return {page: sum(steps.values()) for page, steps in self.steps.items()}


Readings = dict[tuple[str, str], Reading]


def interpreter() -> str:
    """Return a Python that has the other libraries."""
    if all(map(find_spec, LIBRARIES.values())):
        return sys.executable
    folder = ROOT / ".venv-benchmarks"
    python = folder / "bin" / "python"
    if not python.exists():
        print(f"installing the other libraries into {folder} ...", flush=True)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--upgrade", "pip"], check=True)  # that of Python 3.11 fails on lxml[html_clean]
        subprocess.run([*pip, "--editable", f"{ROOT}[benchmarks]"], check=True)
    return str(python)


def read_all(python: str, rounds: int) -> Readings:
    found: Readings = {}
    for count in range(rounds):
        for name in (OWN, "parse", "dates", *LIBRARIES):
            for pages in SETS:
                print(f"round {count + 1} of {rounds}: {name}, {pages}", file=sys.stderr, flush=True)
                command = [python, "benchmarks/readers.py", name, pages]
                variables = {**os.environ, "PYTHONPATH": str(ROOT)}
                read = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
                if read.returncode:
                    sys.exit(f"{' '.join(command)} ended with {read.returncode}:\n{read.stderr[-2000:]}")
                found.setdefault((name, pages), Reading()).add(read.stdout.splitlines())
    return found


def predictions(reading: Reading, file: Path) -> Path:
    rows = ({"id": page, **row["prediction"], "teasers": row["teasers"]} for page, row in reading.rows.items())
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def scores_table(readings: Readings, folder: Path) -> str:
    """Return the scores as Markdown: all pages / German pages."""
    names = (OWN, *LIBRARIES)
    files = {
        (name, pages): predictions(readings[name, pages], folder / f"{name}-{pages}.jsonl")
        for name in names
        for pages in SETS
    }
    scores = {(name, pages): score_articles(pages, file) for (name, pages), file in files.items()}
    lines = [f"| all pages / German pages | {' | '.join(names)} |", "|---|" + "---:|" * len(names)]
    for title, pages, key in ROWS:
        lines.append(f"| {title} | {' | '.join(_cell(scores[name, pages], pages, key) for name in names)} |")
    for title, pages, key, heading in FAULTY:
        without = faulty_gold(heading)
        cells = (_cell(score_articles(pages, files[name, pages], without), pages, key) for name in names)
        lines.append(f"| {title}, faulty gold left out ({len(without)} pages) | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(scores: dict[str, dict[str, float]], pages: str, key: str) -> str:
    parts = ("all", "german") if pages == "articles" else ("all",)
    return " / ".join(f"{scores[part].get(key, 0):.3f}" for part in parts)


def teasers_table(readings: Readings, folder: Path) -> str:
    """Return the scores of the teasers as Markdown; the other libraries read none."""
    found = score_teasers(predictions(readings[OWN, "articles"], folder / "mine.jsonl"))
    hits = found["hits"]
    titles = ["URL precision", "URL recall", "URL F1", "headline", "with kicker or without", *TEASERS[5:]]
    cells = [f"{found[key]:.3f}" for key in TEASERS] + [f"{found[f'false_{key}'] / hits:.3f}" for key in FALSE]
    heads = [*titles, *(f"false {key}" for key in FALSE)]
    return "\n".join([f"| {' | '.join(heads)} |", "|" + "---:|" * len(heads), f"| {' | '.join(cells)} |"]) + (
        f"\n\nTeasers on these pages: {found['expected']}; found: {hits}; other links taken for teasers: "
        f"{found['predicted'] - hits}."
    )


def cpu_table(readings: Readings) -> str:
    """Return CPU milliseconds a page as Markdown."""
    columns = [f"{pages}, {what}" for pages in SETS for what in ("median ms", "p95 ms", "times the parse")]
    lines = ["| | " + " | ".join(columns) + " |", "|---|" + "---:|" * len(columns)]
    for name in ("parse", OWN, *LIBRARIES):
        cells = []
        for pages in SETS:
            cpu, bare = readings[name, pages].cpu, readings["parse", pages].cpu
            spent = sorted(cpu.values())
            ratio = median(cpu[page] / bare[page] for page in bare)
            cells += [f"{median(spent) * 1e3:.1f}", f"{spent[int(len(spent) * 0.95)] * 1e3:.1f}", f"{ratio:.1f}"]
        lines.append(f"| {'lxml, parse only' if name == 'parse' else name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def steps_table(readings: Readings) -> str:
    """Return the time of each step of portalcrawl's reading as Markdown."""
    lines = ["| step | " + " | ".join(SETS) + " |", "|---|" + "---:|" * len(SETS)]
    sums: dict[str, list[str]] = {}
    for pages in SETS:
        steps = readings[OWN, pages].steps.values()
        total = sum(map(sum, (step.values() for step in steps)))
        for name in next(iter(steps)):
            sums.setdefault(name, []).append(f"{sum(step[name] for step in steps) / total:.1%}")
        dates = sum(readings["dates", pages].cpu.values())
        sums.setdefault("dates (within body and loaders)", []).append(f"{dates / total:.1%}")
    lines += [f"| {name} | {' | '.join(cells)} |" for name, cells in sums.items()]
    return "\n".join(lines)


def machine_of(python: str) -> str:
    """Say when, where and with which versions that *python* has was measured."""
    code = "import sys, places; print(places.machine(*sys.argv[1:]))"
    command = [python, "-c", code, *LIBRARIES, "lxml", "Scrapy"]
    return subprocess.run(command, cwd=ROOT / "benchmarks", capture_output=True, text=True, check=True).stdout.strip()


def report(readings: Readings, python: str, rounds: int) -> str:
    counts = ", ".join(f"{len(readings[OWN, pages].rows)} {pages}" for pages in SETS)
    known = len((CORPUS / "teasers" / "gold.jsonl").read_text(encoding="utf-8").splitlines())
    with tempfile.TemporaryDirectory() as folder:
        scores, teasers = scores_table(readings, Path(folder)), teasers_table(readings, Path(folder))
    return f"""## Reading saved pages, profiles off

Made by `python benchmarks/reading.py --write`: {machine_of(python)}
Pages: {counts}. A value that a library does not return counts as wrong.

### Scores

{scores}

### Teasers

On the {known} pages with known teasers. False fields are a share of the teasers found. The other libraries read none.

{teasers}

### CPU a page

CPU time to read everything from a page, including teasers. Each of {rounds} processes reads each page once; the
fastest counts. "Times the parse" is the ratio to lxml's parse, as the median over the pages.

{cpu_table(readings)}

Shares of portalcrawl's time:

{steps_table(readings)}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="how often each page is read (default: %(default)s)")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/benchmarks.md")
    args = parser.parse_args()
    demand_corpus()
    python = interpreter()
    text = report(read_all(python, args.rounds), python, args.rounds)
    print(text)
    if args.write:
        write_section("reading", text)


if __name__ == "__main__":
    main()

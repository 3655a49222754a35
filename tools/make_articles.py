"""Makes article pages with known answers, reads them, and shows what was read wrongly.

    python tools/make_articles.py --pages 1000 --seed 1 --keep FOLDER

Pages are numbered: page N is the same in each run. A line of the table is a kind of fault, how many pages have it, and
the forms with which it is most likely. ``--keep`` writes the pages with faults (``--only`` those with some kinds).
"""

from __future__ import annotations

import argparse
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from article_pages.check import faults_of
from article_pages.pages import Made, make_page

MOST_FORMS = 3
LEAST_PAGES = 8
"""Fewest pages with a form from which its share of faults is told."""
LONGEST_EXAMPLE = 150


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1, help="number of the first page")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where to write the pages with faults")
    parser.add_argument("--only", default="", metavar="REGEX", help="kinds of faults to show and keep")
    options = parser.parse_args()
    forms: Counter[tuple[str, str]] = Counter()
    found: dict[str, list[tuple[int, Made, str]]] = defaultdict(list)
    for number in range(options.seed, options.seed + options.pages):
        made = make_page(number)
        forms.update(made.forms.items())
        told = {kind: detail for kind, detail in reversed(faults_of(made)) if re.search(options.only, kind)}
        for kind, detail in told.items():
            found[kind].append((number, made, detail))
        if told and options.keep:
            keep(options.keep, number, made, told)
    for kind, cases in sorted(found.items(), key=lambda each: -len(each[1])):
        numbers = " ".join(str(number) for number, _, _ in cases[:6])
        print(f"{len(cases):5} {kind}: {likely(cases, forms)}\n      {numbers}: {cases[0][2][:LONGEST_EXAMPLE]}")
    wrong = {number for cases in found.values() for number, _, _ in cases}
    print(f"{len(wrong)} of {options.pages} pages have faults")


def likely(cases: Sequence[tuple[int, Made, str]], forms: Mapping[tuple[str, str], int]) -> str:
    """Return the forms with which a fault is most likely, and their share of pages with it."""
    counted = Counter(form for _, made, _ in cases for form in made.forms.items())
    shares = {form: count / forms[form] for form, count in counted.items() if forms[form] >= LEAST_PAGES}
    best = sorted(shares, key=lambda form: -shares[form] * min(1, counted[form] / 3))[:MOST_FORMS]
    return ", ".join(f"{table}={form} {shares[table, form]:.0%}" for table, form in best)


def keep(folder: Path, number: int, made: Made, told: Mapping[str, str]) -> None:
    """Write a page, and what was read wrongly of it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{number}.html").write_text(made.html, "utf-8")
    lines = [made.story.url, str(made.forms), *(f"{kind}: {detail}" for kind, detail in told.items())]
    (folder / f"{number}.txt").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()

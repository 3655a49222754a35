"""How the cost of reading grows with the page: CPU of pages that no one would write, doubled again and again.

    python benchmarks/growth.py [--largest 20000] [--write]

A growth of 2.0 at each doubling is linear, 4.0 is quadratic. Each page is read three times; the fastest counts.
"""

from __future__ import annotations

import argparse
import time
from itertools import pairwise
from statistics import median

from nasty import SHAPES, Shape
from places import machine, write_section
from scrapy.http import HtmlResponse

from portalcrawl.extraction.page import Page
from portalcrawl.loaders.article import load_article
from portalcrawl.loaders.crawl_context import CrawlContext
from portalcrawl.loaders.teaser import load_teasers
from portalcrawl.profiles.catalog import generic_profile

URL = "https://www.portal.example/region/ein-anderer-artikel-der-hier-steht-481500.html"
PROFILE = generic_profile(URL)
CRAWL = CrawlContext(run="20251205T101500Z-abcdef")
LEAST = 0.005
"""CPU seconds below which a growth says nothing."""


def cost(markup: str) -> float:
    """Return the CPU seconds that reading a page takes, its article and its teasers."""
    response = HtmlResponse(URL, body=f"<html><body>{markup}".encode(), encoding="utf-8")
    costs = []
    for _ in range(3):
        page = Page(response, PROFILE)
        start = time.process_time()
        _ = page.page_type
        load_article(page, CRAWL)
        load_teasers(page, CRAWL)
        costs.append(time.process_time() - start)
    return min(costs)


def growths(shape: Shape, largest: int) -> tuple[list[float], float, int]:
    """Return by how much each doubling multiplied the cost, the cost of the largest page, and its size in bytes."""
    sizes = [largest // 8, largest // 4, largest // 2, largest]
    costs = [cost(shape(size)) for size in sizes]
    found = [after / before for before, after in pairwise(costs) if before >= LEAST]
    return found, costs[-1], len(shape(largest).encode())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--largest", type=int, default=20_000, help="repetitions at most (default: %(default)s)")
    parser.add_argument("--write", action="store_true", help="write the table into docs/benchmarks.md")
    args = parser.parse_args()
    lines = ["| page | MB | CPU s | growth, median of the doublings |", "|---|---:|---:|---:|"]
    for name, shape in SHAPES.items():
        found, seconds, size = growths(shape, args.largest)
        growth = f"{median(found):.2f}" if found else "too fast to measure"
        lines.append(f"| {name} | {size / 1e6:.1f} | {seconds:.3f} | {growth} |")
        print(lines[-1], flush=True)
    head = f"## Growth with the page\n\nMade by `python benchmarks/growth.py --write`: {machine('lxml')}"
    note = f"""Pages that repeat or nest one thing {args.largest:,} times, and an eighth, a quarter and half as often.
If the cost is linear, the growth is 2 at each doubling, like that of the page."""
    if args.write:
        write_section("growth", "\n\n".join([head, note, "\n".join(lines)]))


if __name__ == "__main__":
    main()

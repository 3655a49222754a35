"""CPU time of the walk over saved articles, compared with lxml's parse.

    PYTHONPATH=. python benchmarks/walk_cost.py [ROUNDS]

Parse and walk of a page are timed one after the other; of each page the least of all rounds counts.
"""

from __future__ import annotations

import gzip
import sys
import time
from collections import defaultdict
from itertools import pairwise

from lxml import etree
from places import CORPUS, demand_corpus

from portalcrawl.extraction.dom.walk import walk_page
from portalcrawl.urls import BaseUrl

BASE = BaseUrl("https://www.portal.example/", "utf-8")


def main() -> None:
    demand_corpus()
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    pages = [gzip.decompress(path.read_bytes()) for path in sorted((CORPUS / "articles").glob("*.html.gz"))]
    best: dict[tuple[str, int], float] = defaultdict(lambda: float("inf"))
    for _ in range(rounds):
        for index, page in enumerate(pages):
            clock = [time.process_time()]
            root = etree.fromstring(page, parser=etree.HTMLParser(encoding="utf-8", huge_tree=True))
            clock.append(time.process_time())
            walk = walk_page(root, BASE)
            clock.append(time.process_time())
            _ = [box.role for box in walk.boxes]
            clock.append(time.process_time())
            for step, (start, end) in zip(("parse", "walk", "roles"), pairwise(clock), strict=True):
                best[step, index] = min(best[step, index], end - start)
            del root, walk  # freed outside of the next page's time
    sums = {step: sum(cost for (name, _), cost in best.items() if name == step) for step in ("parse", "walk", "roles")}
    for step, seconds in sums.items():
        print(f"{step:6} {seconds:.3f} s, {seconds / sums['parse']:.2f} of the parse")


if __name__ == "__main__":
    main()

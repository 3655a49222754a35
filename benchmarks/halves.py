"""Reads all saved pages with ``portalcrawl.read_page``, profiles off, and prints the figures of each part.

    python benchmarks/halves.py [--packs articles peers ...] [--part fitted ...] [--keep FOLDER] [--json] [--write]

The parts are those of ``benchmarks/reading_split.py``: decide rules on ``fitted`` and ``opened``, and check
them on ``unseen``. Needs the saved pages and their scorers beside the repository. ``--keep`` writes what
was read, a file a pack, in the form of ``read_pages.py``, and the misses among the peers;
``--from`` scores such files instead of reading. ``--form`` shows how much the reading depends on one kind of sign,
which the pages of other publishers may lack.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from multiprocessing import Pool
from pathlib import Path
from statistics import mean, median
from typing import Any

from page_forms import FORMS
from places import CORPUS, ROOT, TOOLS, demand_corpus, write_section
from reading_split import PARTS, Part, part

sys.path[:0] = [str(ROOT), str(TOOLS), str(TOOLS / "reading")]

Row = dict[str, Any]
Figures = dict[str, tuple[float, int]]
"""Name of a figure -> its value and the number of pages (or segments, or teasers) behind it."""
HEADING = """## Reading, on publishers that rules were decided on and on others

Made by `python benchmarks/halves.py --write`. Rules and weights are decided on pages of the half `fitted`; older ones
were decided on pages of all parts, but not of the packs `peers` and `frontpages`. The quarter `opened` was looked at on
2026-11-30, when the misses of the fitted half were explained; until then it and the quarter `unseen` were one half, of
which only the figures were read. Later that day the misses of `unseen` were explained as well:
[benchmarks-misses.md](benchmarks-misses.md#the-last-quarter-peers) has its last figures from before. Weights are still
learned from the fitted half alone.
The gold of `articles: headline` holds what other readers take for the headline, often with the kicker; [the
misses](benchmarks-misses.md#headline) compare it with what people see.
n: pages, or segments, or teasers.
"""
PACKS = ("articles", "bodies", "dates", "peers", "frontpages")
WARM_UP = b"<html><body><h1>T</h1><p>Ein Text.</p></body></html>"


def gold_rows(pack: str) -> list[Row]:
    text = (CORPUS / pack / "gold.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.rstrip("\n").split("\n")]


def read(task: tuple[str, Row, str]) -> Row:
    """Return what is read on one page, and the CPU seconds of that and of lxml's bare parse."""
    from lxml import etree

    from portalcrawl import read_page

    pack, row, form = task
    folder = CORPUS / pack / "pages" if (CORPUS / pack / "pages").is_dir() else CORPUS / pack
    body = gzip.decompress((folder / f"{row['id']}.html.gz").read_bytes())
    body = FORMS[form](body)
    text = row.get("fetched") or row.get("crawl_date")
    fetched = datetime.fromisoformat(text) if text else None
    fetched = fetched.replace(tzinfo=UTC) if fetched and fetched.tzinfo is None else fetched
    headers = {"Content-Type": "text/html; charset=utf-8"}
    start = time.process_time()
    found = read_page(body, row["url"].removeprefix("x"), fetched=fetched, profile=None, headers=headers)
    seconds = time.process_time() - start
    start = time.process_time()
    etree.fromstring(body, parser=etree.HTMLParser(encoding="utf-8", huge_tree=True))
    return {
        "id": row["id"],
        "page_type": found.page_type,
        "article": found.article and asdict(found.article),
        "teasers": [asdict(teaser) for teaser in found.teasers],
        "seconds": seconds,
        "parse_seconds": time.process_time() - start,
    }


def warm_up() -> None:
    logging.disable(logging.CRITICAL)
    from portalcrawl import read_page

    read_page(WARM_UP, "https://www.portal.example/a-1234567.html", profile=None)


def as_prediction(row: Row) -> Row:
    """Return what was read in the form that ``score_articles.py`` scores."""
    article = row["article"] or {}
    body = "\n\n".join(filter(None, (article.get("description"), article.get("article_body"))))
    return {
        "id": row["id"],
        "headline": article.get("headline"),
        "body": body,
        "published_at": article.get("date_published"),
        "authors": article.get("authors"),
        "topics": article.get("keywords"),
    }


def article_figures(pack: str, gold: list[Row], found: Mapping[str, Row]) -> Figures:
    import score_articles

    scores = score_articles.evaluate(gold, {key: as_prediction(row) for key, row in found.items()})
    names = ("body_f1", "body_p", "body_r", "headline", "head_sim", "minute", "aware", "day", "authors", "topics")
    return {f"{pack}: {name}": (scores[name], len(gold)) for name in names if name in scores}


def peers_rows() -> list[Row]:
    """Return the gold of peers without the expectations that are known to be wrong."""
    import score_peers

    weak = json.loads((score_peers.HERE / "weak_gold.json").read_text())
    rows = gold_rows("peers")
    for row in rows:
        for name in (name for key, names in weak.items() if row["id"].startswith(key) for name in names):
            if name == "*":
                row["gold"] = {}
            row["gold"].pop(name, None)
            if name == "with":
                row["gold"].pop("without", None)
    return rows


def peers_figures(gold: list[Row], found: Mapping[str, Row]) -> Figures:
    import score_peers

    flat = {key: score_peers.flat_row(row) for key, row in found.items()}
    groups: dict[str, Callable[[Row], bool]] = {
        "all": lambda row: True,
        "all but trafx": lambda row: row["source"] != "trafx",
        "English": lambda row: row["lang"] == "en",
        "German": lambda row: row["lang"] == "de",
        "Chinese, Japanese": lambda row: row["lang"] in ("zh", "ja"),
    }
    figures: Figures = {}
    for group, belongs in groups.items():
        rows = [("portalcrawl", row, flat.get(row["id"], {})) for row in gold if belongs(row)]
        scores = score_peers.score(rows, None)
        figures |= {f"peers {group}: {name}": scores[name] for name in score_peers.ORDER if name in scores}
    return figures


def teaser_figures(pack: str, gold: list[Row], found: Mapping[str, Row]) -> Figures:
    import score_frontpages
    import score_teasers

    for row in found.values():
        for teaser in row["teasers"]:
            teaser["url"] = score_frontpages.bare(row["id"], teaser["url"])
    total = score_teasers.overall(score_teasers.evaluate(gold, found).values())
    hits = max(total.counts["hits"], 1)
    figures: Figures = {f"{pack}: {name}": (value, len(gold)) for name, value in total.metrics.items()}
    for name in ("kickers", "snippets", "counts", "dates"):
        figures[f"{pack}: false {name}"] = (total.counts[f"false_{name}"] / hits, hits)
    return figures


def page_type_figures(gold: Mapping[str, list[Row]], found: Mapping[str, Mapping[str, Row]]) -> Figures:
    figures: Figures = {}
    for pack, rows in gold.items():
        wanted = "list" if pack == "frontpages" else "article"
        types = [found[pack][row["id"]]["page_type"] == wanted for row in rows]
        if types:
            figures[f"page type is {wanted}: {pack}"] = (mean(types), len(types))
    return figures


def cost_figures(gold: list[Row], found: Mapping[str, Row]) -> Figures:
    rows = [found[row["id"]] for row in gold]
    seconds, parse = sum(row["seconds"] for row in rows), sum(row["parse_seconds"] for row in rows)
    return {
        "articles: CPU of reading / of lxml's parse": (seconds / parse, len(rows)),
        "articles: median CPU ms": (1000 * median(row["seconds"] for row in rows), len(rows)),
    }


def figures_of(packs: Mapping[str, Mapping[str, Row]], wanted: Part) -> Figures:
    """Return the figures of the pages of one part."""
    gold = {
        pack: [row for row in (peers_rows() if pack == "peers" else gold_rows(pack)) if part(row) == wanted]
        for pack in packs
    }
    figures: Figures = {}
    for pack in ("articles", "bodies", "dates"):
        if pack in packs:
            figures |= article_figures(pack, gold[pack], packs[pack])
    if "peers" in packs:
        figures |= peers_figures(gold["peers"], packs["peers"])
    if "articles" in packs:
        ids = {row["id"] for row in gold["articles"]}
        figures |= teaser_figures(
            "teasers", [row for row in gold_rows("teasers") if row["id"] in ids], packs["articles"]
        )
    if "frontpages" in packs:
        figures |= teaser_figures("frontpages", gold["frontpages"], packs["frontpages"])
    figures |= page_type_figures(gold, packs)
    if "articles" in packs:
        figures |= cost_figures(gold["articles"], packs["articles"])
    return figures


def write_misses(path: Path, found: Mapping[str, Row]) -> None:
    """Write what is wrong on pages of peers, a line a page and fault."""
    import score_peers

    counts: Counter[str] = Counter()
    with path.open("w", encoding="utf-8") as out:
        for row in peers_rows():
            if row["id"] in found:
                for fault, what in score_peers.faults(row, score_peers.flat_row(found[row["id"]])):
                    counts[fault] += 1
                    line = {
                        "part": part(row),
                        "fault": fault,
                        "id": row["id"],
                        "lang": row["lang"],
                        "what": what,
                        "url": row["url"],
                    }
                    out.write(json.dumps(line, ensure_ascii=False) + "\n")
    print("misses among the peers:", dict(counts.most_common()), file=sys.stderr)


def read_packs(
    packs: Iterable[str], parts: Iterable[Part], processes: int, form: str = "as-saved"
) -> dict[str, dict[str, Row]]:
    tasks = [(pack, row, form) for pack in packs for row in gold_rows(pack) if part(row) in parts]
    with Pool(processes, warm_up) as pool:
        rows = pool.map(read, tasks, chunksize=8)
    found: dict[str, dict[str, Row]] = {pack: {} for pack in packs}
    for (pack, *_), row in zip(tasks, rows, strict=True):
        found[pack][row["id"]] = row
    return found


def load_packs(folder: Path, packs: Iterable[str]) -> dict[str, dict[str, Row]]:
    lines = {pack: (folder / f"{pack}.jsonl").read_text(encoding="utf-8").rstrip("\n").split("\n") for pack in packs}
    return {pack: {row["id"]: row for row in map(json.loads, rows)} for pack, rows in lines.items()}


def table_of(tables: Mapping[Part, Figures]) -> str:
    """Return the figures of the parts as a Markdown table."""
    lines = [f"| figure | {' | '.join(f'{name} | n' for name in tables)} |", f"|---|{'---:|---:|' * len(tables)}"]
    for name in dict.fromkeys(name for table in tables.values() for name in table):
        cells = (table.get(name, (float("nan"), 0)) for table in tables.values())
        lines.append(
            f"| {name} | {' | '.join(f'{value:.3f} | {count}' if count else '– | 0' for value, count in cells)} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packs", nargs="+", choices=PACKS, default=list(PACKS))
    parser.add_argument("--part", nargs="+", choices=PARTS, default=list(PARTS), help="parts to read and score")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="folder for what was read")
    parser.add_argument("--from", type=Path, dest="source", help="folder of an earlier --keep to score")
    parser.add_argument(
        "--form", choices=FORMS, default="as-saved", help="take signs from the pages (see page_forms.py)"
    )
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", action="store_true", help="write the table into docs/benchmarks.md")
    args = parser.parse_args()
    demand_corpus()
    parts: list[Part] = args.part
    found = (
        load_packs(args.source, args.packs) if args.source else read_packs(args.packs, parts, args.processes, args.form)
    )
    if args.keep:
        args.keep.mkdir(parents=True, exist_ok=True)
        for pack, rows in found.items():
            lines = (json.dumps(row, ensure_ascii=False, default=str) for row in rows.values())
            (args.keep / f"{pack}.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        if "peers" in found:
            write_misses(args.keep / "misses.jsonl", found["peers"])
    tables = {name: figures_of(found, name) for name in parts}
    if args.json:
        print(json.dumps(tables))
        return
    text = table_of(tables)
    print(text)
    if args.write:
        write_section("halves", f"{HEADING}\n{text}")


if __name__ == "__main__":
    main()

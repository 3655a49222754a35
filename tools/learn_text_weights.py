"""Learns the weights in ``extraction/article/text_weights.toml`` from the fitted half of the saved pages.

    python tools/learn_text_weights.py [--l2 10] [--out FILE]        # needs numpy, which the project does not

A block is text if its words are in the gold's body, or if it has a wanted segment. If only a few segments of a page are
known and the present reading has them right, its other blocks count too, with less weight.
"""

from __future__ import annotations

import argparse
import gzip
import random
import sys
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

import halves as pages
import score_peers
from page_forms import FORMS
from reading_split import part

OUT = pages.ROOT / "portalcrawl" / "extraction" / "article" / "text_weights.toml"
Row = dict[str, Any]
Example = tuple[dict[str, float], int, float]
SHORTEST_LONG = 60
ITERATIONS = 12
LEARNED = ("as-saved", "no-names", "no-headings")
"""Forms of the pages that are learned from."""
SHARE_OF_LINKS = 0.15


def examples(task: tuple[str, Row, str]) -> list[Example]:
    """Return the features, the label and the weight of the blocks of a page whose label is known."""
    from scrapy.http import Headers, HtmlResponse

    from portalcrawl.extraction.article.boilerplate import is_note
    from portalcrawl.extraction.article.headline_and_lead import find_headline
    from portalcrawl.extraction.article.main_text import find_main
    from portalcrawl.extraction.article.text_weights import TextWeights
    from portalcrawl.extraction.page import Page
    from portalcrawl.profiles.catalog import generic_profile
    from portalcrawl.reading import read
    from portalcrawl.text.normalize import fold

    pack, row, form = task
    folder = pages.CORPUS / pack / "pages" if (pages.CORPUS / pack / "pages").is_dir() else pages.CORPUS / pack
    body = gzip.decompress((folder / f"{row['id']}.html.gz").read_bytes())
    body = FORMS[form](body)
    url = row["url"].removeprefix("x")
    page = Page(
        HtmlResponse(url, headers=Headers({"Content-Type": "text/html; charset=utf-8"}), body=body),
        generic_profile(url),
    )
    article = read(page).article
    main = find_main(page.layout)
    if main is None:
        return []
    line = find_headline(page.layout, page.declared.titles, page.declared.url, main.first_line)
    headline = line.block.index if line else None
    titles = set(map(fold, (*page.declared.titles, line.text if line else "")))
    weights = TextWeights(page.walk, headline, titles)
    blocks = [
        block
        for block in page.walk.blocks
        if block.text and block.index != headline and not is_note(block.text, block.link_chars)
    ]
    gold = row.get("gold") or {}
    text = row.get("body") or (gold.get("body") if row.get("source") != "trafx" else None)
    if text:
        labels = by_body([block.text for block in blocks], text)
    else:
        own = "\n\n".join(filter(None, (article.description, article.article_body))) if article else ""
        labels = by_segments([block.text for block in blocks], gold.get("with") or (), gold.get("without") or (), own)
    known = [(block, label) for block, label in zip(blocks, labels, strict=True) if label is not None]
    found = []
    for block, (label, weight) in known:
        share = weight * min(len(block.text), 400) ** 0.5 / len(known) ** 0.5
        found.append(({name: float(value) for name, value in weights.features(block).items()}, label, share))
    return found


def by_body(texts: list[str], gold: str) -> list[tuple[int, float] | None]:
    """Label by the share of a block's runs of three words that are in the gold's body."""
    words = score_peers.words(gold)
    threes, joined = set(zip(words, words[1:], words[2:], strict=False)), f" {' '.join(words)} "
    labels: list[tuple[int, float] | None] = []
    for text in texts:
        own = score_peers.words(text)
        if not own:
            labels.append(None)
        elif len(own) < 6:
            inside = f" {' '.join(own)} " in joined
            labels.append((int(inside), 1.0 if not inside else 0.15 if len(own) < 3 else 0.5))
        else:
            runs = list(zip(own, own[1:], own[2:], strict=False))
            share = sum(run in threes for run in runs) / len(runs)
            labels.append((int(share > 0.5), 1.0 if abs(share - 0.5) >= 0.2 else 0.3))
    long = [at for at, label in enumerate(labels) if label and label[0] and len(texts[at]) >= SHORTEST_LONG]
    first, last = (long[0] - 2, long[-1] + 2) if long else (0, -1)
    for at, label in enumerate(labels):
        if label and label[0] and len(texts[at]) < SHORTEST_LONG and not first <= at <= last:
            labels[at] = (0, 1.0)  # the same words in a menu
    return labels


def by_segments(texts: list[str], wanted: Any, unwanted: Any, own: str) -> list[tuple[int, float] | None]:
    """Label by known segments; by the reading's own text where that has all wanted segments and no unwanted one."""
    good, bad = ([score_peers.flatten(each) for each in each if each] for each in (wanted, unwanted))
    trusted = bool(own) and all(score_peers.stands_in(each, own) for each in good)
    trusted = trusted and not any(score_peers.stands_in(each, own) for each in bad)
    flat = score_peers.flatten(own)
    paragraphs = {score_peers.flatten(each) for each in own.split("\n\n")}
    labels: list[tuple[int, float] | None] = []
    for text in map(score_peers.flatten, texts):
        told = next(
            (label for label, known in ((1, good), (0, bad)) if any(_meets(each, text) for each in known)), None
        )
        if told is not None:
            labels.append((told, 4.0))
        elif trusted:
            labels.append((int(text in flat if len(text) >= 25 else text in paragraphs), 0.6))
        else:
            labels.append(None)
    return labels


def _meets(segment: str, text: str) -> bool:
    return len(text) > 3 and (segment in text or (len(text) > 25 and text in segment))


def fit(rows: np.ndarray, labels: np.ndarray, shares: np.ndarray, l2: float) -> tuple[np.ndarray, float]:
    """Return the weights and the constant of a logistic regression, by Newton's method on scaled features."""
    mean, scale = rows.mean(0), np.maximum(rows.std(0), 1e-3)
    scaled = np.c_[np.ones(len(rows)), (rows - mean) / scale]
    shares = shares / shares.mean()
    penalty = np.eye(scaled.shape[1]) * l2
    penalty[0, 0] = 1e-3
    weights = np.zeros(scaled.shape[1])
    for _ in range(ITERATIONS):
        guess = 1 / (1 + np.exp(-np.clip(scaled @ weights, -30, 30)))
        slope = scaled.T @ (shares * (labels - guess)) - penalty @ weights
        curve = (scaled * np.maximum(shares * guess * (1 - guess), 1e-9)[:, None]).T @ scaled + penalty
        weights += np.clip(np.linalg.solve(curve, slope), -3, 3)
    own = weights[1:] / scale
    return own, float(weights[0] - (own * mean).sum())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--l2", type=float, default=10.0)
    parser.add_argument("--out", type=Path, default=OUT)
    args = parser.parse_args()
    tasks = [(pack, row) for pack in ("articles", "bodies") for row in pages.gold_rows(pack)]
    tasks += [("peers", row) for row in pages.peers_rows() if {"body", "with", "without"} & row["gold"].keys()]
    every_form = [(*task, form) for task in tasks if part(task[1]) == "fitted" for form in LEARNED]
    with Pool(2, pages.warm_up) as pool:
        found = [each for each in pool.map(examples, every_form, 4) if each]
    choice = random.Random(1)
    every = [  # of short links, which most blocks are, one of a few stands for all
        (row, label, share / kept)
        for each in found
        for row, label, share in each
        if (kept := SHARE_OF_LINKS if not label and row["link_share"] > 0.5 and row["size"] < 4 else 1.0) == 1.0
        or choice.random() < kept
    ]
    names = sorted({name for row, _, _ in every for name in row} - {"tag"})
    rows = np.array([[row.get(name, 0.0) for name in names] for row, _, _ in every])
    labels, shares = np.array([label for _, label, _ in every], float), np.array([share for _, _, share in every])
    weights, constant = fit(rows, labels, shares, args.l2)
    lines = [
        f"constant = {constant:.3f}",
        *(f"{name} = {value:.3f}" for name, value in zip(names, weights, strict=True)),
    ]
    head = (
        "# Learned by tools/learn_text_weights.py: what speaks for a block being text of the article, or against it.\n"
    )
    args.out.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(found)} pages, {len(every)} blocks, {len(names)} weights")


if __name__ == "__main__":
    main()

"""The accuracy of groups of near-identical copies, and the time of a look-up as the state grows.

    python benchmarks/copies.py [--write]

Copies are made by rules from the articles of the embedded portal and, if there are any, from the texts of the saved
pages. Recall is the share of copies that the state puts into the group of their original. Precision is the share of
grouped pairs that are copies of each other. The product does not know the rules.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from places import CORPUS, write_section

from portalcrawl.demo.story_variants import NEAR_COPIES, SAME_TEXTS
from portalcrawl.demo.world import first_stories
from portalcrawl.storage.database import IN_MEMORY, open_database
from portalcrawl.storage.near_copies import NearCopies
from portalcrawl.storage.state_reader import StateReader
from portalcrawl.storage.tables import bands, signatures
from portalcrawl.text.fingerprints import Fingerprint, fingerprint

SIZES = (0, 10_000, 100_000, 1_000_000)
LOOKUPS = 2_000
CHUNK = 50_000
Rule = Callable[[list[str], random.Random], list[str]]


def _dateline(paragraphs: list[str], chance: random.Random) -> list[str]:
    return [f"{chance.choice(('Lindenau', 'Kehlbach'))} (xyz) - {paragraphs[0]}", *paragraphs[1:]]


def _without_last(paragraphs: list[str], chance: random.Random) -> list[str]:
    return paragraphs[:-1]


def _other_opening(paragraphs: list[str], chance: random.Random) -> list[str]:
    words = paragraphs[0].split()
    return [" ".join(chance.sample(words, len(words))), *paragraphs[1:]]


def _added(paragraphs: list[str], chance: random.Random) -> list[str]:
    return [*paragraphs, "Mehr dazu lesen Sie im Laufe des Tages an dieser Stelle, auch mit Stimmen aus der Region."]


def _words_changed(share: float) -> Rule:
    def change(paragraphs: list[str], chance: random.Random) -> list[str]:
        return [" ".join(f"{w}x" if chance.random() < share else w for w in p.split()) for p in paragraphs]

    return change


def _swapped(paragraphs: list[str], chance: random.Random) -> list[str]:
    return [paragraphs[0], *reversed(paragraphs[1:])]


def _sentence_less(paragraphs: list[str], chance: random.Random) -> list[str]:
    sentences = [re.split(r"(?<=[.!?]) +", paragraph) for paragraph in paragraphs]
    return [" ".join(s for at, s in enumerate(found) if at == 0 or chance.random() > 0.1) for found in sentences]


RULES: dict[str, Rule] = {
    "another dateline and agency": _dateline,
    "a new paragraph added": _added,
    "paragraphs in another order": _swapped,
    "every tenth sentence cut": _sentence_less,
    "one word in 50 changed": _words_changed(0.02),
    "one word in 20 changed": _words_changed(0.05),
    "last paragraph cut": _without_last,
    "first paragraph rewritten": _other_opening,
}


def texts() -> dict[str, list[list[str]]]:
    """Return the originals by where they come from, each a list of paragraphs; known copies are left out."""
    copies = {number for pair in (*SAME_TEXTS, *NEAR_COPIES) for number in pair}
    embedded = [story.body for number, story in enumerate(first_stories()) if number not in copies]
    found = {"embedded portal": [body.split("\n\n") for body in embedded]}
    saved = []
    for gold in sorted(CORPUS.glob("*/gold.jsonl")):
        rows = map(json.loads, gold.read_text(encoding="utf-8").splitlines())
        saved += [row["body"] for row in rows if len((row.get("body") or "").split()) > 100]
    if saved:
        found["saved pages"] = [[p for p in re.split(r"\n+", body) if p.strip()] for body in dict.fromkeys(saved)]
    return found


def judged(originals: list[list[str]]) -> tuple[dict[str, float], int, int]:
    """Return recall by rule, how many texts were grouped, and how many of them wrongly."""
    chance, clusters = random.Random(7), NearCopies(StateReader(open_database(IN_MEMORY)))
    groups: dict[int, str] = {}
    grouped = wrong = 0
    for number, paragraphs in enumerate(originals):
        print_of = _print(paragraphs)
        group = clusters.group_of(print_of)
        grouped, wrong = grouped + bool(group), wrong + bool(group)
        groups[number] = f"t:{number}"
        clusters.note(print_of, groups[number])
    recall = {}
    for name, rule in RULES.items():
        hits = 0
        for number, paragraphs in enumerate(originals):
            group = clusters.group_of(_print(rule(paragraphs, chance)))
            hits += group == groups[number]
            grouped, wrong = grouped + bool(group), wrong + bool(group and group != groups[number])
        recall[name] = hits / len(originals)
    return recall, grouped, wrong


def _print(paragraphs: list[str]) -> Fingerprint:
    found = fingerprint("\n\n".join(paragraphs))
    return found or Fingerprint(b"\0" * 256, ())


def lookups() -> dict[int, float]:
    """Return microseconds (median) of a look-up by the number of stored texts."""
    chance, known, costs = random.Random(3), 0, {}
    with tempfile.TemporaryDirectory() as folder:
        engine = open_database(f"sqlite:///{Path(folder) / 'state.sqlite3'}")
        for size in SIZES:
            for start in range(known, size, CHUNK):
                numbers = range(start + 1, min(start + CHUNK, size) + 1)
                rows = [{"text": n, "signature": chance.randbytes(256), "cluster_id": f"f:{n}"} for n in numbers]
                ends = [{"band": chance.getrandbits(63), "text": n} for n in numbers for _ in range(12)]
                with engine.begin() as connection:
                    connection.execute(signatures.insert(), rows)
                    connection.execute(bands.insert(), sorted(ends, key=lambda row: row["band"]))
            known = size
            clusters = NearCopies(StateReader(engine))
            taken = []
            for _ in range(LOOKUPS):
                wanted = Fingerprint(chance.randbytes(256), tuple(chance.getrandbits(63) for _ in range(12)))
                began = time.perf_counter()
                clusters.group_of(wanted)
                taken.append((time.perf_counter() - began) * 1e6)
            costs[size] = median(taken)
            print(f"{size:,} texts: {costs[size]:.0f} microseconds", flush=True)
        engine.dispose()
    return costs


def report() -> str:
    """Measure all and return it as Markdown."""
    parts = ["## Near-identical copies", "Made by `python benchmarks/copies.py --write`."]
    for source, originals in texts().items():
        recall, grouped, wrong = judged(originals)
        lines = [f"{len(originals)} texts of the {source}; precision {1 - wrong / max(grouped, 1):.4f}"]
        lines[0] += f" ({wrong} of {grouped} pairs grouped wrongly)."
        lines += ["", "| copy made by | recall |", "|---|---:|"]
        parts.append("\n".join(lines + [f"| {name} | {share:.3f} |" for name, share in recall.items()]))
    lines = ["Median time of a look-up:", "", "| stored texts | microseconds |", "|---:|---:|"]
    parts.append("\n".join(lines + [f"| {size:,} | {cost:.0f} |" for size, cost in lookups().items()]))
    return "\n\n".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="write the tables into docs/benchmarks.md")
    args = parser.parse_args()
    text = report()
    print(text)
    if args.write:
        write_section("copies", text)


if __name__ == "__main__":
    main()

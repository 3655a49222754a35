"""Lists what the saved pages lose without each rule of the generic reading.

    python tools/ablate.py [--only extraction/teasers] [--rule REGEX] [--most 60] [--jobs 2] [--json FILE] [--all]

Each rule (see rule_switch.py) and each part of a condition is switched off alone. The pages of half ``fitted``, the
small pages with known answers beside them and the first portal's page in all its markups are read without it, but only
those on which its condition had an effect; those of ``unseen`` are never read. For each rule a line: on how many pages
the records change, by how much the scores get better or worse, and which known answers are
lost. ``idle``: no page comes by it,
``same``: nothing changes, ``even``: records change, scores do not, ``harms``: the scores are better without it,
``helps``: they are worse; the last is listed with ``--all`` only.
"""

from __future__ import annotations

import argparse
import ast
import gzip
import importlib
import json
import logging
import multiprocessing
import re
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from rule_switch import ROOT, Mutant, Off, Rule, effects, listed, sources, switch_off

sys.path[:0] = [str(ROOT / "benchmarks"), str(ROOT / "tests"), str(ROOT / "tests" / "pages")]

import halves  # noqa: E402
from places import CORPUS, SHARED, demand_corpus  # noqa: E402
from reading_split import part  # noqa: E402

Row = dict[str, Any]
NOT_READ = (
    "needs_browser",
    "rights",
    "article_blocks",
    "chrome_blocks",
    "teaser_blocks",
    "page_map",
    "block_owner",
    "field_reasons",
    "pagination",
)
"""Modules that records do not depend on."""
FETCHED = datetime(2026, 3, 1, 1, 27, 8, tzinfo=UTC)
"""When pages were fetched that do not say."""
ENOUGH = 3
"""Pages that get worse, more than better ones, after which a rule is taken for needed."""
MANY = 25
"""Pages that change, after which it is so if more of them get worse than better."""
PART = " in `"
"""Text that marks a part of a condition in the list of rules."""
SECONDS = 20
LOWER_IS_BETTER = ("seg false", "body < 0.6", "false ")


@dataclass(frozen=True, slots=True)
class Sample:
    """A page to read, and the score of its result."""

    name: str
    read: Callable[[], Any]
    score: Callable[[Any], dict[str, float]]
    is_case: bool


@dataclass(slots=True)
class Verdict:
    """What a rule does for the pages."""

    rule: str
    touched: int
    changed: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    """Known answers that are wrong without the rule."""
    better: Counter[str] = field(default_factory=Counter)
    worse: Counter[str] = field(default_factory=Counter)
    pages: list[int] = field(default_factory=lambda: [0, 0])
    """Pages that are better and worse without it."""
    error: str = ""

    @property
    def word(self) -> str:
        if self.lost or self.error:
            return "helps"
        if not self.touched:
            return "idle"
        if not self.changed:
            return "same"
        gain = self.better.total() - self.worse.total()
        return "even" if abs(gain) < 1e-3 else "harms" if gain > 0 else "helps"

    def __str__(self) -> str:
        parts = [self.word, f"touched {self.touched}", f"changed {len(self.changed)}"]
        parts += [f"better {self.pages[0]}, worse {self.pages[1]}"] if any(self.pages) else []
        parts += [f"{name} {-loss:+.3f}" for name, loss in self.worse.most_common(3)]
        parts += [f"{name} {gain:+.3f}" for name, gain in self.better.most_common(3)]
        parts += [f"lost: {', '.join(self.lost)}"] if self.lost else []
        return f"{self.rule}  [{'; '.join([*parts, self.error] if self.error else parts)}]"


def samples() -> list[Sample]:
    """Return all pages, known answers first, then the packs' pages in an order that mixes them."""
    pages = [
        _page(pack, row)
        for pack in halves.PACKS
        for row in (halves.peers_rows() if pack == "peers" else halves.gold_rows(pack))
        if part(row) == "fitted"
    ]
    return [*_cases(), *_seed(), *sorted(pages, key=lambda each: sha256(each.name.encode()).digest())]


def _page(pack: str, row: Row) -> Sample:
    folder = CORPUS / pack / "pages" if (CORPUS / pack / "pages").is_dir() else CORPUS / pack
    body = gzip.decompress((folder / f"{row['id']}.html.gz").read_bytes())
    text = row.get("fetched") or row.get("crawl_date")
    fetched = datetime.fromisoformat(text) if text else FETCHED
    fetched = fetched if fetched.tzinfo else fetched.replace(tzinfo=UTC)
    url = row["url"].removeprefix("x")
    teasers = [each for each in halves.gold_rows("teasers") if each["id"] == row["id"]] if pack == "articles" else []

    def score(found: Any) -> dict[str, float]:
        read = {row["id"]: _row(found) | {"id": row["id"]}}
        figures: halves.Figures = {}
        if pack in ("articles", "bodies", "dates"):
            figures |= halves.article_figures(pack, [row], read)
        elif pack == "peers":
            every = halves.peers_figures([row], read)
            figures |= {name: value for name, value in every.items() if name.startswith("peers all:")}
        if pack == "frontpages" or teasers:
            figures |= halves.teaser_figures(pack, teasers or [row], read)
        wanted = "list" if pack == "frontpages" else "article"
        scores = {
            name: -value if any(n in name for n in LOWER_IS_BETTER) else value for name, (value, _) in figures.items()
        }
        return scores | {f"{pack}: page type": float(found.page_type == wanted)}

    return Sample(f"{pack}/{row['id']}", lambda: _read(body, url, fetched, "text/html; charset=utf-8"), score, False)


def _read(body: bytes, url: str, fetched: datetime, kind: str) -> Any:
    from portalcrawl import read_page

    return read_page(body, url, fetched=fetched, profile=None, headers={"Content-Type": kind})


def _row(found: Any) -> Row:
    return {
        "page_type": found.page_type,
        "article": found.article and asdict(found.article),
        "teasers": [asdict(teaser) for teaser in found.teasers],
    }


def _cases() -> Iterable[Sample]:
    """Yield the small pages with known answers."""
    check = importlib.import_module("check_cases")
    for path in sorted((SHARED / "cases" / "reading").iterdir()):
        page = path / "page.html" if path.is_dir() else path
        body = page.read_bytes()
        if path.is_dir():
            want = json.loads((path / "expected.json").read_text(encoding="utf-8"))
            url, fetched, faults = want["url"], FETCHED, lambda got, want=want: check.teaser_faults(got, want)
        else:
            case = json.loads(check.FIRST_LINE.match(body)[1])
            url, fetched = case["url"], datetime.fromisoformat(case.get("fetched") or FETCHED.isoformat())
            faults = lambda got, want=case["expect"]: check.article_faults(got, want)  # noqa: E731
        yield Sample(
            f"case {path.stem}",
            lambda body=body, url=url, fetched=fetched: _read(body, url, fetched, "text/html"),  # type: ignore[misc]
            lambda found, faults=faults: {"case": -float(len(faults(_row(found))))},  # type: ignore[misc]
            True,
        )


def _seed() -> Iterable[Sample]:
    """Yield the first portal's page in all markups; the known answer is the result with all rules."""
    seed_tests = importlib.import_module("test_seed")
    text = importlib.import_module("support.seed.text").seed()
    for name, markup in seed_tests.MARKUPS.items():
        made = markup(text)

        def read(made: Any = made) -> Any:
            read = importlib.import_module("portalcrawl.reading").read
            return read(importlib.import_module("support.seed.checks").page_of(made))

        first = output(read())
        yield Sample(f"seed {name}", read, lambda found, first=first: {"case": float(output(found) == first)}, True)  # type: ignore[misc]


def output(found: Any) -> str:
    return repr((found.page_type, found.article, found.teasers))


def _effects_apart(only: str) -> dict[Rule, list[int]]:
    """Return the pages on which each rule has an effect, found in a process of its own."""
    with multiprocessing.get_context("fork").Pool(1) as pool:
        return pool.apply(_effects, (only,))


def _effects(only: str) -> dict[Rule, list[int]]:
    return effects(only, [page.read for page in READ])


READ: list[Sample] = []
BEFORE: list[tuple[str, dict[str, float]]] = []


@dataclass(frozen=True, slots=True)
class Trial:
    """One rule, not switched off yet: to write all files without each rule takes minutes."""

    number: int
    """Among those of its file."""
    listed: Mutant
    """Its unchanged file."""
    touched: Sequence[int]
    """Pages that reach it; all pages if that is unknown."""

    def switched_off(self) -> Mutant:
        tree = Off(self.number, parts=True).visit(ast.parse(self.listed.source))
        return replace(self.listed, source=ast.unparse(ast.fix_missing_locations(tree)))


def trials(only: str, touching: Mapping[Rule, Sequence[int]]) -> Iterator[Trial]:
    """Yield all rules of the files whose path has the part *only*."""
    for file, text in sources(only):
        for number, (line, function, what) in enumerate(listed(text, words=False, parts=True)):
            mutant = Mutant(file, line, function, what, text)
            yield Trial(number, mutant, touching.get(mutant.rule, ()) if function else range(len(READ)))


def judge(rule: Trial) -> Verdict:
    """Read the pages that come by the rule without it."""
    verdict = Verdict(rule.listed.name, len(rule.touched))
    if not rule.touched:
        return verdict
    mutant = rule.switched_off()
    signal.signal(signal.SIGALRM, _too_long)
    try:
        switch_off(mutant, load=not mutant.function)
    except Exception:  # noqa: BLE001  a function that no name leads to
        switch_off(mutant, load=True)
    try:
        for at in rule.touched:
            signal.alarm(SECONDS)
            _compare(verdict, at)
            lead = verdict.pages[1] - verdict.pages[0]
            if verdict.lost or lead >= ENOUGH or (lead > 0 and len(verdict.changed) >= MANY):
                break
    except Exception as error:  # noqa: BLE001  the reading does not work without the rule
        verdict.error = f"{type(error).__name__}: {error}"[:80]
    finally:
        signal.alarm(0)
    return verdict


def _compare(verdict: Verdict, at: int) -> None:
    page, (before, scores) = READ[at], BEFORE[at]
    found = page.read()
    if output(found) == before:
        return
    verdict.changed.append(page.name)
    gain = 0.0
    for name, score in page.score(found).items():
        if name not in scores or abs(change := score - scores[name]) < 1e-6 or change != change:
            continue
        gain += change
        (verdict.better if change > 0 else verdict.worse)[name] += abs(change)  # type: ignore[assignment]
    if gain:
        verdict.pages[gain < 0] += 1
    if page.is_case and gain < 0:
        verdict.lost.append(page.name)


def _too_long(*_: object) -> None:
    raise TimeoutError


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="files whose path has this part")
    parser.add_argument("--rule", default="", help="rules whose name has a match of this regular expression")
    parser.add_argument("--always", action="store_true", help="each condition held for true, too")
    parser.add_argument("--constants", action="store_true", help="patterns, words and limits, too, which takes long")
    parser.add_argument("--most", type=int, default=1000, help="pages that are read for a rule at most")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--json", type=Path, help="file for all that was found, a line a rule")
    parser.add_argument("--all", action="store_true", help="show rules that help, too")
    args = parser.parse_args()
    demand_corpus()
    logging.disable(logging.CRITICAL)
    READ.extend(samples())
    print(f"{len(READ)} pages", file=sys.stderr)
    touching = _effects_apart(args.only)
    for page in READ:
        found = page.read()
        BEFORE.append((output(found), page.score(found)))
    print("read", file=sys.stderr)
    work = []
    for rule in trials(args.only, touching):
        constant, always = not rule.listed.function, rule.listed.what.endswith("always true")
        is_read = not any(name in rule.listed.file for name in NOT_READ)
        is_value = re.search(r"without `(\'[^\']*\'|None|\(\)|0|\w+(\.\w+)* is (not )?None)` in `", rule.listed.what)
        if (
            re.search(args.rule, rule.listed.name)
            and is_read
            and not is_value
            and (args.constants or not constant)
            and (args.always or not always)
        ):
            work.append(replace(rule, touched=rule.touched[: args.most]))
    counts: Counter[str] = Counter()
    out = args.json.open("w", encoding="utf-8") if args.json else None
    work.sort(key=lambda rule: (PART in rule.listed.what, len(rule.touched)))  # what is cheap first
    with multiprocessing.get_context("fork").Pool(args.jobs, maxtasksperchild=1) as pool:
        for verdict in pool.imap(judge, work):
            counts[verdict.word] += 1
            if out:
                out.write(json.dumps({name: getattr(verdict, name) for name in ("word", *Verdict.__slots__)}) + "\n")
                out.flush()
            if args.all or verdict.word != "helps":
                print(verdict, flush=True)
    print(", ".join(f"{kind}: {number}" for kind, number in counts.items()))


if __name__ == "__main__":
    main()

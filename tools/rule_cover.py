"""Lists the rules of the generic reading without which no page case fails.

    python tools/rule_cover.py [--only extraction/teasers] [--words] [--parts] [--jobs 2] [--all] [--count]

Each rule of portalcrawl/extraction and portalcrawl/loaders is switched off alone (see rule_switch.py), and the cases
under tests/pages on which it has an effect are read again. Rules that no case needs are listed, with ``idle`` if there
is no such case. With ``--words`` also each word of a set and each alternative of a pattern, with ``--parts`` also each
part of a condition. Rules that rule_cover.toml explains are only counted, and tried with ``--all``.
"""

from __future__ import annotations

import argparse
import importlib
import multiprocessing
import re
import signal
import sys
import tomllib
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from rule_switch import ROOT, Mutant, Rule, effects, listed, mutants, sources, switch_off

sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "pages")]

from portalcrawl.commands.inspection.page_cases import EXPECTED  # noqa: E402

PAGES = ROOT / "tests" / "pages"
EXPLAINED = ROOT / "tools" / "rule_cover.toml"
SECONDS = 20
"""After so long a case that does not end counts as failed."""


def count_rules() -> Counter[str]:
    """Return the number of rules by folder."""
    counts: Counter[str] = Counter()
    for file, text in sources(""):
        counts[file.rpartition("/")[0]] += len(listed(text, words=False, parts=False))
    return counts


CASES = sorted(path.parent for path in PAGES.glob(f"*/*/{EXPECTED}"))


def fails(case: Path) -> bool:
    """Return whether the page of *case* no longer gives the expected fields."""
    import test_page_cases

    try:
        test_page_cases.test_a_saved_page(case)
    except Exception:  # noqa: BLE001  whatever happens, the case does not pass
        return True
    return False


def missed_by(work: tuple[Mutant, Sequence[Path], bool]) -> tuple[Mutant, list[str]]:
    """Return the cases that fail without the rule, only the first one unless all are wanted."""
    mutant, cases, every = work
    signal.signal(signal.SIGALRM, _too_long)
    found = []
    try:
        _switch_off(mutant)
        importlib.import_module("test_page_cases")
        for case in cases:
            signal.alarm(SECONDS)
            if fails(case):
                found.append(str(case.relative_to(PAGES)))
                if not every:
                    break
    except Exception as error:  # noqa: BLE001  the module does not even load without it
        found.append(f"({type(error).__name__}: {error})")
    finally:
        signal.alarm(0)
    return mutant, found


def _switch_off(mutant: Mutant) -> None:
    try:
        switch_off(mutant, load=not mutant.function)
    except (LookupError, AttributeError):  # a function that no name leads to
        switch_off(mutant, load=True)


def touched(only: str) -> dict[Rule, list[int]]:
    """Return the indexes of the cases on which each rule has an effect; they must not fail as they are."""
    failed = [case for case in CASES if fails(case)]
    if failed:
        sys.exit(f"{failed[0].relative_to(PAGES)} fails as it is: run pytest tests/pages/test_page_cases.py")
    with multiprocessing.get_context("fork").Pool(1) as pool:
        return pool.apply(effects, (only, [partial(fails, case) for case in CASES]))


def _too_long(*_: object) -> None:
    raise TimeoutError


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="files whose path has this part")
    parser.add_argument("--words", action="store_true", help="each word and each alternative too")
    parser.add_argument("--parts", action="store_true", help="each part of a condition too, and each held for true")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--all", action="store_true", help="show each rule and all cases that fail without it")
    parser.add_argument("--count", action="store_true", help="only count the rules, by folder")
    args = parser.parse_args()
    if args.count:
        counted = count_rules()
        print(
            "\n".join(f"{number:6} {folder}" for folder, number in counted.items()),
            f"{counted.total():6} in all",
            sep="\n",
        )
        return
    cases = touched(args.only)
    patterns = [re.compile(rule["rules"]) for rule in tomllib.loads(EXPLAINED.read_text(encoding="utf-8"))["explained"]]
    counts: Counter[str] = Counter()
    work = []
    for mutant in mutants(args.only, words=args.words, parts=args.parts):
        if not args.all and any(pattern.search(mutant.key) for pattern in patterns):
            counts["explained"] += 1
        else:
            own = [CASES[at] for at in cases.get(mutant.rule, ())] if mutant.function else CASES
            work.append((mutant, own, args.all))
    idle = {mutant for mutant, own, _ in work if not own}
    with multiprocessing.get_context("fork").Pool(args.jobs, maxtasksperchild=1) as pool:
        for mutant, found in pool.imap(missed_by, work):
            counts["covered" if found else "not covered"] += 1
            if not found or args.all:
                print(f"{mutant.name}  {'idle' if mutant in idle else ', '.join(found)}", flush=True)
    print(", ".join(f"{kind}: {number}" for kind, number in counts.items()))
    sys.exit(1 if counts["not covered"] else 0)


if __name__ == "__main__":
    main()

"""Lists the rules of the generic reading without which no page case fails.

    python tools/rule_cover.py [--only extraction/teasers] [--words] [--parts] [--jobs 2] [--all] [--count]

Each rule of portalcrawl/extraction and portalcrawl/loaders is switched off alone, and the cases under tests/pages are
read again. A rule is a condition (never true), a step that adds to a result, a pattern or a set of words (emptied), a
limit (lifted); with ``--words`` also each word of a set and each alternative of a pattern, with ``--parts`` also each
part of a condition (left out) and each condition (always true). Rules that no case needs are listed. Rules that
rule_cover.toml explains are only counted, and tried with ``--all``.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import importlib.util
import multiprocessing
import re
import signal
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from cProfile import Profile
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from rule_patterns import without_each_alternative

TOOLS = Path(__file__).resolve().parent
ROOT = TOOLS.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "pages")]

from portalcrawl.commands.inspection.page_cases import EXPECTED  # noqa: E402

CODE = ROOT / "portalcrawl"
PAGES = ROOT / "tests" / "pages"
EXPLAINED = TOOLS / "rule_cover.toml"
NOT_GENERIC = {
    "extraction/rules/profile_rules.py",
    "extraction/rules/selector_match.py",
}
"""What reads profiles' rules: tests/pages/test_profile_rules.py tests it."""
SECONDS = 20
"""After so long a case that does not end counts as failed."""
HUGE = 10**9


@dataclass(frozen=True, slots=True)
class Mutant:
    """One rule switched off."""

    file: str
    """Relative to portalcrawl/."""
    line: int
    function: str
    """Empty at the level of the module."""
    what: str
    source: str
    """The whole file with the rule switched off."""

    @property
    def name(self) -> str:
        return f"{self.file}:{self.line} {self.function or '(module)'}: {self.what}"

    @property
    def key(self) -> str:
        """The name that does not change when lines move."""
        return f"{self.file} {self.function}: {self.what}"


NO_ARGUMENTS = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])


class Off(ast.NodeTransformer):
    """Lists all that can be switched off in a tree; with a number, switches that one off."""

    def __init__(self, number: int = -1, *, words: bool = False, parts: bool = False) -> None:
        self.number = number
        self.words = words
        self.parts = parts
        self.count = 0
        self.scope: list[str] = []
        self.found: list[tuple[int, str, str]] = []

    def offer(self, node: ast.AST, what: str) -> bool:
        """List a rule; return whether it is the one to switch off."""
        self.found.append((getattr(node, "lineno", 0), ".".join(self.scope), what))
        self.count += 1
        return self.count - 1 == self.number

    def test(self, node: ast.expr) -> ast.expr:
        """Offer a condition: never true, with ``--parts`` also always true."""
        text = ast.unparse(node)
        if isinstance(node, ast.Constant) or text.startswith(("isinstance(", "not isinstance(")):
            return node
        for value in (False, True) if self.parts else (False,):
            if self.offer(node, f"`{text}` is {'always' if value else 'never'} true"):
                return ast.copy_location(ast.Constant(value), node)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.scope.append(node.name)
        self.generic_visit(node)
        self.scope.pop()
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        self.scope.append(node.name)
        self.generic_visit(node)
        self.scope.pop()
        return node

    def visit_If(self, node: ast.If) -> ast.AST:
        if ast.unparse(node.test) != "TYPE_CHECKING":
            node.test = self.test(node.test)
            self.generic_visit(node)
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        node.test = self.test(node.test)
        self.generic_visit(node)
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        node.ifs = [self.test(each) for each in node.ifs]
        self.generic_visit(node)
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        for place, value in enumerate(node.values) if self.parts else ():
            if self.offer(value, f"without `{ast.unparse(value)}` in `{ast.unparse(node)}`"):
                node.values = node.values[:place] + node.values[place + 1 :]
                return node.values[0] if len(node.values) == 1 else node
        self.generic_visit(node)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        if self.scope and self.offer(node, f"without `{ast.unparse(node)}`"):
            return ast.copy_location(ast.Pass(), node)
        self.generic_visit(node)
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        steps = (ast.Call, ast.Yield, ast.YieldFrom)
        if self.scope and isinstance(node.value, steps) and self.offer(node, f"without `{ast.unparse(node)}`"):
            return ast.copy_location(ast.Pass(), node)
        self.generic_visit(node)
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        if not self.scope and isinstance(node.targets[0], ast.Name):
            node.value = self.constant(node.targets[0].id, node.value)
            return node
        self.generic_visit(node)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if not self.scope and isinstance(node.target, ast.Name) and node.value is not None:
            node.value = self.constant(node.target.id, node.value)
            return node
        self.generic_visit(node)
        return node

    def constant(self, name: str, value: ast.expr) -> ast.expr:
        """Offer a pattern, a set or a limit of the module."""
        called = ast.unparse(value.func) if isinstance(value, ast.Call) else ""
        if isinstance(value, ast.Constant) and isinstance(value.value, int | float):
            return self.limit(name, value)
        if called in ("re.compile", "LazyPattern") and isinstance(value, ast.Call):
            if self.offer(value, f"{name} matches nothing"):
                nothing = ast.Constant("(?!)")
                value.args[0] = nothing if called == "re.compile" else ast.Lambda(NO_ARGUMENTS, nothing)
            elif self.words and isinstance(value.args[0], ast.Constant):
                for part, rest in without_each_alternative(str(value.args[0].value)):
                    if self.offer(value, f"{name} without `{part}`"):
                        value.args[0] = ast.Constant(rest)
            return value
        return value if called == "" and "Literal" in ast.unparse(value) else self.words_of(name, value)

    def limit(self, name: str, value: ast.Constant) -> ast.expr:
        lifted = HUGE if re.search("LONG|MOST|MAX|LINES|AROUND|CHARACTERS", name) else 0
        if re.search("SHORT|LEAST|MIN|NEEDS", name):
            lifted = 0
        if self.offer(value, f"{name} is {lifted}"):
            return ast.copy_location(ast.Constant(lifted), value)
        return value

    def words_of(self, name: str, value: ast.expr) -> ast.expr:
        """Offer the words that stand in *value*: strings of words, or literal strings in a set or a tuple."""
        for node in ast.walk(value):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("words", "_words"):
                self.string_of_words(name, node)
            elif isinstance(node, ast.Tuple | ast.Set | ast.List) and name != "__all__":
                self.literals(name, node)
        return value

    def string_of_words(self, name: str, node: ast.Call) -> None:
        if not isinstance(node.args[0], ast.Constant):
            return  # a list of the vocabulary, whose words are data
        known = str(node.args[0].value).split()
        if self.offer(node, f"{name} is empty"):
            node.args[0] = ast.Constant("")
        for word in dict.fromkeys(known) if self.words else ():
            if self.offer(node, f"{name} without `{word}`"):
                node.args[0] = ast.Constant(" ".join(each for each in known if each != word))

    def literals(self, name: str, node: ast.Tuple | ast.Set | ast.List) -> None:
        literal = [each for each in node.elts if isinstance(each, ast.Constant) and isinstance(each.value, str)]
        if literal and len(literal) == len(node.elts) and self.offer(node, f"{name} is empty"):
            node.elts = [ast.Constant("\0")]
        for each in literal if self.words else ():
            if self.offer(each, f"{name} without `{each.value}`"):
                node.elts = [other for other in node.elts if other is not each] or [ast.Constant("\0")]


def sources(only: str) -> Iterator[tuple[str, str]]:
    """Yield path below portalcrawl/ and text of every file with rules whose path has the part *only*."""
    for path in sorted([*CODE.glob("extraction/**/*.py"), *CODE.glob("loaders/**/*.py")]):
        file = path.relative_to(CODE).as_posix()
        if file not in NOT_GENERIC and only in file:
            yield file, path.read_text(encoding="utf-8")


def listed(text: str, *, words: bool, parts: bool) -> list[tuple[int, str, str]]:
    """Return line, function and description of each rule in *text*."""
    listing = Off(words=words, parts=parts)
    listing.visit(ast.parse(text))
    return listing.found


def count_rules() -> Counter[str]:
    """Return the number of rules by folder."""
    counts: Counter[str] = Counter()
    for file, text in sources(""):
        counts[file.rpartition("/")[0]] += len(listed(text, words=False, parts=False))
    return counts


def mutants(only: str, *, words: bool, parts: bool) -> Iterator[Mutant]:
    """Yield every rule of the files whose path has the part *only*, switched off."""
    for file, text in sources(only):
        for number, (line, function, what) in enumerate(listed(text, words=words, parts=parts)):
            tree = Off(number, words=words, parts=parts).visit(ast.parse(text))
            yield Mutant(file, line, function, what, ast.unparse(ast.fix_missing_locations(tree)))


CASES = sorted(path.parent for path in PAGES.glob(f"*/*/{EXPECTED}"))


def fails(case: Path) -> bool:
    """Return whether the page of *case* no longer gives the expected fields."""
    import test_page_cases

    try:
        test_page_cases.test_a_saved_page(case)
    except Exception:  # noqa: BLE001  whatever happens, the case does not pass
        return True
    return False


def forget() -> None:
    """Empty all caches of functions: what an earlier reading found must not stand in for a rule."""
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] == "portalcrawl":
            for value in list(vars(module).values()):
                if hasattr(value, "cache_clear"):
                    value.cache_clear()


def reaching() -> dict[tuple[str, str], list[Path]]:
    """Return the cases that run each function, by file and name of the function."""
    found: dict[tuple[str, str], list[Path]] = {}
    for case in CASES:
        forget()
        with Profile(builtins=False) as calls:
            failed = fails(case)
        if failed:
            sys.exit(f"{case.relative_to(PAGES)} fails as it is: run pytest tests/pages/test_page_cases.py")
        codes = [entry.code for entry in calls.getstats() if isinstance(entry.code, CodeType)]
        for file, name in {(code.co_filename, code.co_qualname.replace(".<locals>", "")) for code in codes}:
            if file.startswith(str(CODE)):
                found.setdefault((Path(file).relative_to(CODE).as_posix(), name), []).append(case)
    return found


def switch_off(mutant: Mutant, *, load: bool) -> None:
    """Put *mutant* in the place of its function, or with *load* of its module, with all that is made from it."""
    name = "portalcrawl." + mutant.file.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
    code = compile(mutant.source, str(CODE / mutant.file), "exec")
    forget()
    if not load:
        _swap_code(sys.modules[name], mutant.function, code)
        return
    for module in [each for each in sys.modules if each.split(".")[0] in ("portalcrawl", "test_page_cases")]:
        del sys.modules[module]

    class Finder:
        """Gives the changed module when it is imported."""

        @staticmethod
        def find_spec(wanted: str, path: object = None, target: object = None) -> Any:
            if wanted != name:
                return None
            spec = importlib.util.spec_from_loader(wanted, Finder, origin=str(CODE / mutant.file))  # type: ignore[arg-type]
            if spec and mutant.file.endswith("__init__.py"):
                spec.submodule_search_locations = [str((CODE / mutant.file).parent)]
            return spec

        @staticmethod
        def create_module(spec: object) -> None:
            return None

        @staticmethod
        def exec_module(module: Any) -> None:
            exec(code, module.__dict__)

    sys.meta_path.insert(0, Finder)  # type: ignore[arg-type]


def _swap_code(module: Any, function: str, code: CodeType) -> None:
    """Give the function its changed code, wherever it is bound."""
    names = function.split(".")
    target: Any = module
    inner = code
    owner: Any = module
    for name in names:
        inner = next(c for c in inner.co_consts if isinstance(c, CodeType) and c.co_name == name)
        found = vars(target).get(name)
        if found is None:
            raise LookupError(function)
        owner, target = target, found
        while not isinstance(target, FunctionType | type):
            target = (
                getattr(target, "__wrapped__", None)
                or getattr(target, "func", None)
                or getattr(target, "fget", None)
                or target.__func__
            )
        if isinstance(target, FunctionType):
            break
    if len(inner.co_freevars) == len(target.__code__.co_freevars):
        target.__code__ = inner
    else:  # without super() a method needs its class no more
        setattr(owner, target.__name__, FunctionType(inner, target.__globals__, None, target.__defaults__))


def missed_by(work: tuple[Mutant, list[Path] | None, bool]) -> tuple[Mutant, list[str]]:
    """Return the cases that fail without the rule, only the first one unless all are wanted.

    Of a function that no case calls, or of the module's own level, all cases are tried: it makes what they use.
    """
    mutant, cases, every = work
    signal.signal(signal.SIGALRM, _too_long)
    found = []
    try:
        switch_off(mutant, load=cases is None)
        importlib.import_module("test_page_cases")
        for case in CASES if cases is None else cases:
            signal.alarm(SECONDS)
            if fails(case):
                found.append(str(case.relative_to(PAGES)))
                if not every:
                    break
    except Exception as error:
        if cases is not None:
            raise  # nothing was switched off
        found.append(f"({type(error).__name__}: {error})")  # the module does not even load without it
    finally:
        signal.alarm(0)
    return mutant, found


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
    reached = reaching()
    patterns = [re.compile(rule["rules"]) for rule in tomllib.loads(EXPLAINED.read_text(encoding="utf-8"))["explained"]]
    counts: Counter[str] = Counter()
    work = []
    for mutant in mutants(args.only, words=args.words, parts=args.parts):
        if not args.all and any(pattern.search(mutant.key) for pattern in patterns):
            counts["explained"] += 1
        else:
            work.append((mutant, reached.get((mutant.file, mutant.function)), args.all))
    with multiprocessing.get_context("fork").Pool(args.jobs, maxtasksperchild=1) as pool:
        for mutant, found in pool.imap(missed_by, work):
            counts["covered" if found else "not covered"] += 1
            if not found or args.all:
                print(f"{mutant.name}  {', '.join(found)}", flush=True)
    print(", ".join(f"{kind}: {number}" for kind, number in counts.items()))
    sys.exit(1 if counts["not covered"] else 0)


if __name__ == "__main__":
    main()

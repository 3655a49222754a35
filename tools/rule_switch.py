"""Lists the rules of the generic reading, switches one of them off, and finds out which pages each has an effect on.

A rule is a condition (never true), a step that adds to a result, a pattern or a set of words (emptied), or a limit
(lifted); if asked for, also each word of a set, each alternative of a pattern, each part of a condition (left out),
and each condition held for true.
"""

from __future__ import annotations

import ast
import builtins
import importlib.util
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from rule_patterns import without_each_alternative

ROOT = Path(__file__).resolve().parent.parent
CODE = ROOT / "portalcrawl"
NOT_GENERIC = {
    "extraction/rules/profile_rules.py",
    "extraction/rules/selector_match.py",
}
"""What reads profiles' rules: tests/pages/test_profile_rules.py tests it."""
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
    def rule(self) -> Rule:
        return self.file, self.line, self.function, self.what

    @property
    def name(self) -> str:
        return f"{self.file}:{self.line} {self.function or '(module)'}: {self.what}"

    @property
    def key(self) -> str:
        """The name that does not change when lines move."""
        return f"{self.file} {self.function}: {self.what}"


Rule = tuple[str, int, str, str]
"""File, line, function and description of a rule."""
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


def mutants(only: str, *, words: bool, parts: bool) -> Iterator[Mutant]:
    """Yield every rule of the files whose path has the part *only*, switched off."""
    for file, text in sources(only):
        for number, (line, function, what) in enumerate(listed(text, words=words, parts=parts)):
            tree = Off(number, words=words, parts=parts).visit(ast.parse(text))
            yield Mutant(file, line, function, what, ast.unparse(ast.fix_missing_locations(tree)))


def forget() -> None:
    """Empty all caches of functions: what an earlier reading found must not stand in for a rule."""
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] == "portalcrawl":
            for value in list(vars(module).values()):
                if hasattr(value, "cache_clear"):
                    value.cache_clear()


def switch_off(mutant: Mutant, *, load: bool) -> None:
    """Put *mutant* in the place of its function, or with *load* of its module, with all that is made from it."""
    name = "portalcrawl." + mutant.file.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
    code = compile(mutant.source, str(CODE / mutant.file), "exec")
    forget()
    if not load:
        _swap_code(sys.modules[name], mutant.function, code)
        return
    for module in [each for each in sys.modules if each.split(".")[0] in ("portalcrawl", "support", "test_page_cases")]:
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


class Recorder(Off):
    """Makes each condition and step note what it did, by the number of the rule that would change it."""

    def __init__(self, first: int) -> None:
        super().__init__(parts=True)
        self.first = first

    def noted(self, value: ast.expr, true: int | None, false: int | None) -> ast.expr:
        numbers = [ast.Constant(None if each is None else self.first + each) for each in (true, false)]
        return ast.copy_location(ast.Call(ast.Name("_noted", ast.Load()), [value, *numbers], []), value)

    def test(self, node: ast.expr) -> ast.expr:
        at = self.count
        super().test(node)
        return self.noted(node, at, at + 1) if self.count > at else node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        values = []
        for value in node.values:
            self.offer(value, "")
            at = self.count - 1
            is_and = isinstance(node.op, ast.And)
            values.append(self.noted(value, None if is_and else at, at if is_and else None))
        node.values = values
        self.generic_visit(node)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        before = self.count
        super().visit_AugAssign(node)
        return self._step(node, before)

    def visit_Expr(self, node: ast.Expr) -> Any:
        before = self.count
        super().visit_Expr(node)
        return self._step(node, before)

    def _step(self, node: ast.AugAssign | ast.Expr, before: int) -> Any:
        own = self.scope and (
            isinstance(node, ast.AugAssign) or isinstance(node.value, ast.Call | ast.Yield | ast.YieldFrom)
        )
        if not own:
            return node
        call = self.noted(ast.Constant(True), before, None)
        return [ast.copy_location(ast.Expr(call), node), node]


def effects(only: str, pages: Sequence[Callable[[], object]]) -> dict[Rule, list[int]]:
    """Read *pages* and return the indexes of those on which each rule within a function has an effect.

    Only files whose path has the part *only* are looked at. The modules stay changed: call it in a process of its own.
    """
    seen: set[int] = set()

    def noted(value: Any, true: int | None, false: int | None) -> Any:
        number = true if value else false
        if number is not None:
            seen.add(number)
        return value

    builtins._noted = noted  # type: ignore[attr-defined]
    names: list[Rule] = []
    changed: list[Mutant] = []
    for file, text in sources(only):
        if rules := listed(text, words=False, parts=True):
            tree = ast.fix_missing_locations(Recorder(len(names)).visit(ast.parse(text)))
            names += [(file, *rule) for rule in rules]
            changed.append(Mutant(file, 0, "", "", ast.unparse(tree)))
    for mutant in changed:
        switch_off(mutant, load=True)
    found: dict[Rule, list[int]] = {}
    for at, read in enumerate(pages):
        forget()
        seen.clear()
        read()
        for rule in {names[number] for number in seen}:
            found.setdefault(rule, []).append(at)
    return found

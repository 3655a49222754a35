"""Regular expressions of profiles.

Users write them, they run over whatever a site sends: so they run under a deadline.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import regex  # type: ignore[import-untyped]

MAX_CHARACTERS = 300_000
DEADLINE = 0.5


class PatternError(ValueError):
    """Not a regular expression; the text says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled expression; ``^`` and ``$`` are the ends of a line. Equal where the expressions are.

    A search never raises and never hangs: it sees the first ``MAX_CHARACTERS`` of a text and ends after
    ``DEADLINE`` seconds, should the expression backtrack without end.
    """

    expression: str
    _compiled: Any = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        try:
            compiled = regex.compile(self.expression, regex.MULTILINE)
        except (regex.error, ValueError, OverflowError, RecursionError) as exc:
            raise PatternError(str(exc)) from exc
        object.__setattr__(self, "_compiled", compiled)

    @property
    def names(self) -> frozenset[str]:
        """Names of its groups."""
        return frozenset(self._compiled.groupindex)

    @property
    def spans_lines(self) -> bool:
        """Whether it is for several lines at once: it holds ``\\n``."""
        return r"\n" in self.expression

    def find(self, text: str, name: str) -> str | None:
        """Return what the first match gives: its group *name*, else its first group, else all of it.

        Of a group that is repeated within the match, what it held first.
        """
        return next(self.find_all((text,), name), None)

    def find_all(self, texts: Iterable[str], name: str) -> Iterator[str]:
        """Yield what each match in each of *texts* gives, as :meth:`find` does; of a repeated group, all of it.

        Nothing empty is given out.
        """
        group = self._group(name)
        end = time.monotonic() + DEADLINE
        try:
            for text in texts:
                left = end - time.monotonic()
                if left <= 0:
                    return
                for match in self._compiled.finditer(text[:MAX_CHARACTERS], timeout=left):
                    yield from filter(None, match.captures(group))
        except TimeoutError:
            return

    def _group(self, name: str) -> str | int:
        if name in self._compiled.groupindex:
            return name
        return 1 if self._compiled.groups else 0

"""Regular expressions of profiles.

They are written by users and run on any text that a site sends, so searches have a deadline.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import regex  # type: ignore[import-untyped]

from portalcrawl.profiles.toml_file import shown

MAX_CHARACTERS = 300_000
DEADLINE = 0.5
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled expression; ``^`` and ``$`` match at line ends. Patterns with the same expression are equal.

    A search never raises and never hangs: it covers the first ``MAX_CHARACTERS`` of a text and ends after ``DEADLINE``.

    :raises ValueError: if the expression is invalid.
    """

    expression: str
    _compiled: Any = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        try:
            compiled = regex.compile(self.expression, regex.MULTILINE)
        except (regex.error, ValueError, OverflowError, RecursionError) as exc:
            raise ValueError(f"bad regular expression: {exc}: {shown(self.expression)}") from exc
        object.__setattr__(self, "_compiled", compiled)

    @property
    def names(self) -> frozenset[str]:
        """Names of the groups."""
        return frozenset(self._compiled.groupindex)

    @property
    def spans_lines(self) -> bool:
        """Whether it matches across lines, i.e. contains ``\\n``."""
        return r"\n" in self.expression

    def find(self, text: str, name: str) -> str | None:
        """Return the first match in *text*: the group *name* if there is one, else the first group, else all of it.

        If a group is repeated within the match, its first repetition is returned. None if nothing matches.
        """
        return next(self.find_all((text,), name), None)

    def find_all(self, texts: Iterable[str], name: str) -> Iterator[str]:
        """Like :meth:`find`, but yield all matches in *texts* with all repetitions of the group, except empty ones."""
        has_name = name in self._compiled.groupindex
        group = name if has_name else min(self._compiled.groups, 1)
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

"""Regular expressions of profiles.

Users write them and they run over whatever a site sends, so a search has a deadline.
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
    """A compiled expression; ``^`` and ``$`` are the ends of a line. Two of one expression are equal.

    A search never raises and never hangs: it sees the first ``MAX_CHARACTERS`` of a text and ends after ``DEADLINE``.

    :raises ValueError: for a wrong expression.
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
        """Names of its groups."""
        return frozenset(self._compiled.groupindex)

    @property
    def spans_lines(self) -> bool:
        """Whether it is for several lines at once: it holds ``\\n``."""
        return r"\n" in self.expression

    def find(self, text: str, name: str) -> str | None:
        """Return the first match in *text*: its group *name*, else its first group, else all of it.

        Of a group that is repeated within the match, the first repetition.
        """
        return next(self.find_all((text,), name), None)

    def find_all(self, texts: Iterable[str], name: str) -> Iterator[str]:
        """Yield each match in each of *texts* as :meth:`find` returns it, all repetitions of a group, nothing empty."""
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

"""The runs of text and the pictures of a page in one sequence, so that every part of a list is a range of it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import cached_property
from itertools import accumulate, groupby
from typing import TYPE_CHECKING

from portalcrawl.text.normalize import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portalcrawl.extraction.dom.blocks import Box
    from portalcrawl.extraction.dom.runs import Link, Part
    from portalcrawl.extraction.dom.walk import Walk

Stretch = tuple[int, int]
"""A range of runs: index of the first, and index after the last."""


class PageRuns:
    """All runs of a walk; each block, box and link is a range of them."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.parts: list[Part] = [part for block in walk.blocks for part in block.parts]
        self.starts = list(accumulate((len(block.parts) for block in walk.blocks), initial=0))
        """Number of runs before each block; the last entry is the number of all runs."""

    @cached_property
    def blocks(self) -> list[int]:
        """Index of the block of each run."""
        return [block.index for block in self.walk.blocks for _ in block.parts]

    @cached_property
    def _links(self) -> dict[int, list[int]]:
        """Index of a link -> its runs."""
        found: dict[int, list[int]] = {}
        for run, (_, _, style) in enumerate(self.parts):
            if style.link is not None:
                found.setdefault(style.link.index, []).append(run)
        return found

    @cached_property
    def page_headings(self) -> list[int]:
        """Indexes of the blocks in level-1 headings."""
        return [block.index for block in self.walk.blocks if block.level == 1]

    def has_page_heading(self, box: Box) -> bool:
        """Return whether *box* contains a level-1 heading."""
        at = bisect_left(self.page_headings, box.first)
        return at < len(self.page_headings) and self.page_headings[at] < box.last

    def of_box(self, box: Box) -> Stretch:
        """Return the runs in *box*."""
        return self.starts[box.first], self.starts[box.last]

    def of_link(self, link: Link) -> Stretch:
        """Return the runs in *link*; an empty range if it covers other content or shows nothing."""
        found = self._links.get(link.index)
        return (found[0], found[-1] + 1) if found else (self.starts[link.first], self.starts[link.first])

    def text_of(self, link: Link) -> str:
        """Return the text of *link*, on one line."""
        return self._text(self._links.get(link.index, ()))

    def text(self, start: int, end: int) -> str:
        """Return the text of a range, on one line."""
        return self._text(range(start, end))

    def _text(self, runs: Sequence[int]) -> str:
        blocks = groupby(runs, lambda run: self.blocks[run])
        return clean(" ".join("".join(self.parts[run][0] for run in found) for _, found in blocks))

    def size(self, start: int, end: int) -> int:
        """Return the number of characters of a range, without white space around runs."""
        return sum(len(part[0].strip()) for part in self.parts[start:end])

    def block_range(self, start: int, end: int) -> Stretch:
        """Return the range of blocks that overlap a range of runs."""
        first = bisect_right(self.starts, start) - 1
        return first, max(first, bisect_left(self.starts, end))

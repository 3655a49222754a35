"""Estimates how likely a block is text of the page's article, with weights learned from saved pages.

The model is a logistic regression, trained by ``tools/learn_text_weights.py`` and read from ``text_weights.toml``: a
block is more likely text than not if the sum of its features, each times its weight, is above 0.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections import Counter
from functools import cache
from importlib.resources import files
from itertools import accumulate
from math import exp, log1p, sqrt
from typing import TYPE_CHECKING

from portalcrawl.extraction.dom.blocks import Place
from portalcrawl.extraction.dom.name_roles import HEAD
from portalcrawl.text.normalize import fold
from portalcrawl.vocabulary import either, words

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from portalcrawl.extraction.dom.blocks import Block, Box
    from portalcrawl.extraction.dom.walk import Walk

SHORTEST_PROSE = 60
"""Size (see ``text_size``) from which a line with a sentence end is prose."""
SHORTEST_RUN = 100
"""Size from which any line is prose."""
MOST_LINKED = 0.75
CORE_SHARE = 0.6
LARGE_SHARE = 0.5
"""Share of the page's prose from which the name of a box is ignored."""
MOST_CARD_BLOCKS = 8
MOST_CAPTION_BLOCKS = 3
MOST_POST_BLOCKS = 40
LEAST_POSTS = 2
"""Most blocks of a post, such as a comment, and fewest similar posts."""
LONGEST_STAMP = 80
"""Most characters of a line that shows when something was written."""
_STAMP = re.compile(r"\d(?<!\d\d)(?:\d?[:.]\d\d(?!\d)|\d{0,3}([./-])\d{1,2}\1\d{1,4})")
LEAST_SUM = -30.0
GAP_SHARE, LONGEST_GAP = 0.3, 3.0
"""Share of the negative weight of a block within the text that counts against the span, and its upper bound."""
_ROLES = ("comments", "related", "teaser", "share", "nav", "footer", "aside", "overlay", "byline", "caption", "form")
_NO_PROSE = frozenset(("comments", "nav", "footer", "overlay", "form"))
LEAST_BEFORE_COMMENTS = 300
"""Size of the prose before a line that is the heading of readers' comments; earlier lines state their number."""
LONGEST_LABEL = 50
"""Most characters of that heading."""
_REPLIES = words("comments.reply")
_COMMENTS = re.compile(rf"\W*(?:\d+\W+)?(?:\w+ ){{0,2}}{either('comments.words', 'comments.labels')}\W*(?:\d+)?\W*")


class TextWeights:
    """Weighs the blocks of one page, except those that are boilerplate by their wording."""

    def __init__(self, walk: Walk, headline: int | None, titles: Collection[str]) -> None:
        self.walk = walk
        self.headline = headline
        self.titles = titles
        self._longest_title = 2 * max(map(len, titles), default=0)
        self._roles: dict[int, frozenset[str]] = {}
        self._signatures: dict[int, str] = {}
        self._prose = [_prose(block) for block in walk.blocks]
        sizes = self._prose[:]
        self._all_sums = list(accumulate(sizes, initial=0.0))
        self._alike: Counter[str] = Counter()
        for block in walk.blocks:
            if size := sizes[block.index]:
                self._alike[self._signature(block.box)] += int(size)
                if not _NO_PROSE.isdisjoint(self._roles_of(block.box)):
                    sizes[block.index] = 0.0
        self._sums = list(accumulate(sizes, initial=0.0))
        self._stamps = _stamped(walk)
        self._total = self._sums[-1] or 1.0
        self._core = self._find_core()
        self._comments = self._find_comments()

    def weight(self, block: Block) -> float:
        """Return the logarithm of the odds that *block* is text of the article."""
        return _weights()["constant"] + sum(weight for _, weight in self._added(block))

    def signs(self, block: Block) -> list[tuple[str, float]]:
        """Return the names of the features of *block* with their shares in its weight, the most negative first."""
        return sorted(self._added(block), key=lambda sign: sign[1])

    def _added(self, block: Block) -> list[tuple[str, float]]:
        weights = _weights()
        return [(name, weights.get(name, 0.0) * value) for name, value in self.features(block).items() if value]

    def features(self, block: Block) -> dict[str, float]:
        """Return the features of *block* by name; absent ones are 0."""
        box, text, sums, total = block.box, block.text, self._sums, self._total
        index, places = block.index, box.places
        size, link_share = block.size, block.link_share
        start = self.headline if self.headline is not None else self._core.first
        part = self._part(box)
        before, after = self._beside(index, -1), self._beside(index, 1)
        is_below = before is not None and self._prose[before.index] > 0
        is_above = after is not None and self._prose[after.index] > 0
        return {
            **{f"role_{name}": 1.0 for name in self._roles_of(box)},
            "part_prose": (sums[part.last] - sums[part.first]) / total,
            "part_link_share": part.link_share,
            "part_lines": log1p(part.lines),
            "prose_is_before": is_below,
            "prose_is_after": is_above,
            "bold_head": is_above and size < SHORTEST_PROSE and block.kind == "line" and block.is_bold,
            "link_is_before": before is not None and before.link_share > MOST_LINKED,
            "link_is_after": after is not None and after.link_share > MOST_LINKED,
            "steps": log1p(self._steps(box)),
            "behind_comments": self.is_behind_comments(block),
            "size": log1p(size),
            "sentences": min(block.sentences, 5),
            "ends": block.ends_sentence,
            "link_share": link_share,
            "prose": self._prose[index] > 0,
            "title": len(text) <= self._longest_title and fold(text) in self.titles,
            f"tag_{box.tag}" if box.tag in ("p", "div", "li", "blockquote") else "tag": 1.0,
            "article": places & Place.ARTICLE > 0,
            "figure": places & Place.FIGURE > 0,
            "quote": places & Place.QUOTE > 0,
            "cell": places & Place.CELL > 0,
            "heading": places & Place.HEADING > 0,
            "box_link_share": box.link_share,
            "box_lines": log1p(box.lines),
            "in_core": self._core.holds(block),
            "alike_prose": self._alike[self._signature(box)] / total,
            "after_headline": index > start,
            "prose_before": sums[index] / total,
            "prose_after": 1 - sums[index + 1] / total,
            "card": self._cards_alike(box),
            "post": self._posts_alike(box),
            "picture_before": index > 0 and self.walk.blocks[index - 1].kind == "picture",
            "picture_beside": _picture_beside(box),
        }

    def _part(self, box: Box) -> Box:
        """Return *box* or the innermost box around it with several lines: a column, a card, a side box."""
        return next((each for each in box.chain() if each.texts > 1), box)

    def _beside(self, index: int, step: int) -> Block | None:
        """Return the next block with text before or after the one at *index* (*step*: -1 or 1)."""
        blocks = self.walk.blocks
        at = index + step
        while 0 <= at < len(blocks):
            if blocks[at].text:
                return blocks[at]
            at += step
        return None

    def _find_comments(self) -> tuple[int, frozenset[tuple[int, str]]]:
        """Return the index of the block that is the heading of readers' comments, and the places of the text before it.

        It is the first one after some prose that only names the comments, or that is in the part of the page where
        they are written. Without one, the index is the number of blocks.
        """
        blocks, sums = self.walk.blocks, self._all_sums
        start = self.headline if self.headline is not None else self._core.first
        least = bisect_left(sums, sums[start] + LEAST_BEFORE_COMMENTS)
        for block in blocks[least:]:
            if _heads_comments(block) or _is_written_in(block) or _leads_to_a_reply(block):
                around = (
                    each.first for each in block.box.chain() if each.first >= least and not each.holds(self._core)
                )
                heading = block.index if _heads_comments(block) else min(around, default=block.index)
                before = (each for each in blocks[start:heading] if sums[each.index] < sums[each.index + 1])
                return heading, frozenset(self._place(each.box) for each in before)
        return len(blocks), frozenset()

    def is_behind_comments(self, block: Block) -> bool:
        """Return whether *block* is the heading of readers' comments or after it, in another place than the text."""
        heading, places = self._comments
        return block.index >= heading and self._place(block.box) not in places

    def _place(self, box: Box) -> tuple[int, str]:
        """Return the place of a box in the page's template: the same for all paragraphs of a text."""
        parent = box.parent or box
        return parent.parent.index if parent.parent else -1, self._signature(box)

    def _signature(self, box: Box) -> str:
        found = self._signatures.get(box.index)
        if found is None:
            found = self._signatures[box.index] = f"{box.parent.signature if box.parent else ''}>{box.signature}"
        return found

    def _steps(self, box: Box) -> int:
        """Return the number of boxes from *box* up to the box that holds most of the prose, or to one around both."""
        return next((at for at, each in enumerate(box.chain()) if each.holds(self._core)), 0)

    def span(self, blocks: Sequence[Block]) -> list[Block]:
        """Return the texts in the range of *blocks* with the highest total weight, without blocks of low weight."""
        weights = [self.weight(block) for block in blocks]
        best = (0.0, 0, 0)
        total, start = 0.0, 0
        for at, (block, weight) in enumerate(zip(blocks, weights, strict=True)):
            if total <= 0:
                total, start = 0.0, at
            share = (1 / (1 + exp(-max(weight, LEAST_SUM))) - 0.5) * sqrt(1 + block.size)
            total += share if share > 0 else max(GAP_SHARE * share, -LONGEST_GAP)
            best = max(best, (total, start, at + 1))
        _, first, last = best
        pairs = zip(blocks[first:last], weights[first:last], strict=True)
        return [block for block, weight in pairs if weight > 0 and block.index != self.headline]

    def _roles_of(self, box: Box) -> frozenset[str]:
        """Return the certain roles of *box* and of the boxes around it that hold no large share of the prose."""
        unknown: list[Box] = []
        found: frozenset[str] = frozenset()
        for each in box.chain():  # no recursion: boxes may be nested deeper than Python's stack allows
            if each.index in self._roles:
                found = self._roles[each.index]
                break
            unknown.append(each)
        sums = self._all_sums
        for each in reversed(unknown):
            name = "form" if each.role.name == "button" else each.role.name
            is_small = sums[each.last] - sums[each.first] <= LARGE_SHARE * sums[-1]
            if name in _ROLES and each.role.strength >= HEAD and is_small:
                found |= {name}
            self._roles[each.index] = found
        return found

    def _find_core(self) -> Box:
        """Return the box reached by descending from the root while one inner box holds most of the prose."""
        sums, box = self._sums, self.walk.boxes[0]
        while True:
            inner = max(self.walk.children(box), key=lambda each: sums[each.last] - sums[each.first], default=None)
            size = sums[inner.last] - sums[inner.first] if inner else 0
            if inner is None or size <= 0 or size < CORE_SHARE * (sums[box.last] - sums[box.first]):
                return box
            box = inner

    def _cards_alike(self, box: Box) -> float:
        """Return the logarithm of the number of similar small boxes with links, one of which is around *box*."""
        for each in box.chain():
            if each.texts > MOST_CARD_BLOCKS:
                break
            if each.links and each.texts > 1 and (alike := len(self.walk.alike(each))) > 1:
                return log1p(alike)
        return 0.0

    def _posts_alike(self, box: Box) -> float:
        """Return the number of similar boxes in a row, each with a time, one of which is around *box*.

        These are texts by several people or from several times: comments, posts, entries of a live blog.
        """
        for each in box.chain():
            if each.last - each.first > MOST_POST_BLOCKS:
                break
            if each.lines > 1 and self._is_stamped(each):
                alike = self.walk.alike(each)
                if len(alike) >= LEAST_POSTS and sum(map(self._is_stamped, alike)) * 2 > len(alike):
                    return log1p(len(alike))
        return 0.0

    def _is_stamped(self, box: Box) -> bool:
        """Return whether *box* shows a time."""
        return self._stamps[box.last] > self._stamps[box.first]


def _stamped(walk: Walk) -> list[int]:
    """Return running counts of the blocks of *walk* that show a time."""
    timed = {time.block for time in walk.times}
    stamps = (
        block.index in timed or (len(block.text) <= LONGEST_STAMP and _STAMP.search(block.text) is not None)
        for block in walk.blocks
    )
    return list(accumulate(stamps, initial=0))


def _prose(block: Block) -> float:
    """Return the size of a line that looks like a paragraph, without its links; 0 for other blocks."""
    if block.kind != "line" or (size := block.size) < SHORTEST_PROSE or (share := block.link_share) > MOST_LINKED:
        return 0.0
    return size * (1 - share) if size >= SHORTEST_RUN or block.sentences else 0.0


def _heads_comments(block: Block) -> bool:
    """Return whether a block only names readers' comments and is not a link, which would lead to them."""
    text = block.text
    if not text or len(text) > LONGEST_LABEL or (block.kind != "heading" and block.link_share > MOST_LINKED):
        return False
    return _COMMENTS.fullmatch(text.lower()) is not None


def _is_written_in(block: Block) -> bool:
    """Return whether *block* is an empty ``textarea``, which news pages have for comments.

    One with text shows something to copy, such as the code that embeds a video.
    """
    element = block.parts[0][1]
    return (
        block.kind == "control" and element.tag == "textarea" and not element.text and element.get("readonly") is None
    )


def _leads_to_a_reply(block: Block) -> bool:
    """Return whether a block is a link by which a reader's comment is answered."""
    return block.text.lower() in _REPLIES and block.link_share > MOST_LINKED


def _picture_beside(box: Box) -> float:
    """Return a score of a line as a caption, by the number of lines in a box with a picture: 3 if there is only one."""
    for each in box.chain():
        if each.texts > MOST_CAPTION_BLOCKS:
            break
        if each.pictures:
            return 1.0 + MOST_CAPTION_BLOCKS - each.texts
    return 0.0


@cache
def _weights() -> dict[str, float]:
    text = files(__package__).joinpath("text_weights.toml").read_text(encoding="utf-8")
    return {"tag": 0.0, **tomllib.loads(text)}

"""Checks that the page map of every page must pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby

from portalcrawl.explanation import Explanation
from portalcrawl.extraction.block_owner import BlockOwner, squash
from portalcrawl.reasons import REASONS, reason_id

TEXTS = frozenset(("text", "subhead", "lead"))


def faults(found: Explanation) -> Iterator[str]:
    """Yield what is wrong with a page map, each in a few words."""
    blocks = found.page.walk.blocks
    if len(found.blocks) != len(blocks):
        yield f"{len(blocks)} blocks, {len(found.blocks)} owners"
    for block, owner in zip(blocks, found.blocks, strict=False):
        if reason_id(owner.reason) not in REASONS or (owner.teaser is not None) != (owner.kind == "teaser"):
            yield f"{block!r}: {owner!r}"
    yield from _lost_paragraphs(found)
    yield from _lost_headlines(found)


def _lost_paragraphs(found: Explanation) -> Iterator[str]:
    """Yield the paragraphs of the record that came from the visible page but are in none of its blocks."""
    article = found.reading.article
    if article is None:
        return
    own = _text_of(found, lambda owner: owner.kind == "article" and owner.part in TEXTS)
    for field in ("article_body", "description"):
        text = getattr(article, field) if found.reading.sources.get(field) == "page" else None
        for paragraph in (text or "").split("\n\n"):
            if squash(paragraph) not in own:
                yield f"{field}: no block of the article holds {paragraph[:80]!r}"


def _lost_headlines(found: Explanation) -> Iterator[str]:
    """Yield the teasers whose headline is shown, but in no block of theirs, of the article, or that several share."""
    whole = _lines_of(found)
    others = _text_of(found, lambda owner: owner.kind == "article" or reason_id(owner.reason) == "shared-line")
    owned: dict[int | None, list[str]] = {}
    for block, owner in zip(found.page.walk.blocks, found.blocks, strict=True):
        owned.setdefault(owner.teaser, []).append(squash(block.text))
    for number, teaser in enumerate(found.reading.teasers):
        headline = squash(teaser.headline or "")
        if headline in whole and headline not in "".join(owned.get(number, ())) and headline not in others:
            yield f"teaser {number + 1}: no block of it holds {teaser.headline!r}"


def _lines_of(found: Explanation) -> str:
    """Return the text of all blocks, those of one box as one line: no headline goes on in another box."""
    blocks = found.page.walk.blocks
    boxes = groupby(blocks, key=lambda block: block.box.index)
    return "\n".join("".join(squash(block.text) for block in group) for _, group in boxes)


def _text_of(found: Explanation, is_wanted: Callable[[BlockOwner], bool]) -> str:
    pairs = zip(found.page.walk.blocks, found.blocks, strict=True)
    return "".join(squash(block.text) for block, owner in pairs if is_wanted(owner))

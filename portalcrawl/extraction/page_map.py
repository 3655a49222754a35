"""The page map: which part of the reading each visible block of a page belongs to, and why.

Every block of :attr:`Page.walk` has exactly one owner. Three pure functions say what each kind of owner has a claim to;
:data:`PRECEDENCE` is the only place that decides between them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from portalcrawl.extraction.article_blocks import article_blocks
from portalcrawl.extraction.block_owner import BlockOwner, OwnerKind
from portalcrawl.extraction.chrome_blocks import chrome_blocks
from portalcrawl.extraction.teaser_blocks import teaser_blocks
from portalcrawl.reasons import reason, reason_id

if TYPE_CHECKING:
    from portalcrawl.extraction.page import Page

PRECEDENCE: tuple[OwnerKind, ...] = ("article", "teaser", "chrome")
"""Who owns a block that several have a claim to: the first of them."""


@dataclass(frozen=True, slots=True)
class ArticleRecord:
    """The article as it was read: the values of its fields, and the source of each."""

    values: Mapping[str, Any]
    sources: Mapping[str, str]


def map_page(page: Page, article: ArticleRecord, *, is_article: bool) -> list[BlockOwner]:
    """Return the owner of each block of ``page.walk``, in their order.

    *article* is the page's. Of a list or another page (not *is_article*) it is what the reading of articles would have
    given: it owns no block, and the reason tells what would have been a part of it.
    """
    parts = article_blocks(page, article.values, article.sources)
    claims: Mapping[OwnerKind, Mapping[int, BlockOwner]] = {
        "article": parts if is_article else {},
        "teaser": teaser_blocks(page),
        "chrome": chrome_blocks(page),
    }
    owners = [_first(claims, block.index) for block in page.walk.blocks]
    if not is_article:
        owners = [_would_be(owner, parts.get(index)) for index, owner in enumerate(owners)]
    return owners


def _first(claims: Mapping[OwnerKind, Mapping[int, BlockOwner]], index: int) -> BlockOwner:
    """Return the owner of a block: chrome has a claim to each."""
    return next(claims[kind][index] for kind in PRECEDENCE if index in claims[kind])


def _would_be(owner: BlockOwner, part: BlockOwner | None) -> BlockOwner:
    if part is None or owner.kind == "teaser":
        return owner
    detail = f"would be its {part.part} ({reason_id(part.reason)}) if the page were an article"
    return BlockOwner("chrome", "other", reason("not-an-article", detail))

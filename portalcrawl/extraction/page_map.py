"""The page map: whether each visible block of a page belongs to the article, a teaser or the chrome, and why.

Every block of :attr:`Page.walk` has exactly one owner. Three pure functions return the blocks that each kind of owner
claims; :data:`PRECEDENCE` alone decides between several claims.
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
"""If several kinds of owner claim a block, the first of these gets it."""


@dataclass(frozen=True, slots=True)
class ArticleRecord:
    """The article that was read from the page: the values of its fields, and the source of each."""

    values: Mapping[str, Any]
    sources: Mapping[str, str]


def map_page(page: Page, article: ArticleRecord, *, is_article: bool) -> list[BlockOwner]:
    """Return the owner of each block of ``page.walk``, in the order of the blocks.

    *article* is the page's article. If the page is not one (not *is_article*), it is what the page would give if read
    as an article: it owns no block, and the reason of a block says which part of it the block would be.
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
    """Return the owner of a block; there always is one, since chrome claims every block."""
    return next(claims[kind][index] for kind in PRECEDENCE if index in claims[kind])


def _would_be(owner: BlockOwner, part: BlockOwner | None) -> BlockOwner:
    if part is None or owner.kind == "teaser":
        return owner
    detail = f"would be its {part.part} ({reason_id(part.reason)}) if the page were an article"
    return BlockOwner("chrome", "other", reason("not-an-article", detail))

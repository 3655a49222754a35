"""What a complete crawl of the portal must write, from the portal's plan and never from its pages.

:func:`expected` walks the link graph from the start pages as the crawl does (start page -> teasers -> article ->
teasers ...) and returns every article and every teaser state on the way, and every address that gives no article
with the reason. Times are ISO 8601 with the offset of Europe/Berlin; addresses are paths of the portal.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from portalcrawl.demo.link_plan import Links
from portalcrawl.demo.listings import find_listing
from portalcrawl.demo.story_model import Story
from portalcrawl.demo.story_variants import NEAR_COPIES, SAME_TEXTS
from support.trap_portal.editions import clock_of, world
from support.trap_portal.expected_records import ArticleTruth, TeaserTruth, article_truth, teaser_truth
from support.trap_portal.traps import answer_of

Reason = Literal["gone", "robots", "redirect loop", "forbidden redirect", "too big", "bomb"]
_REASONS: dict[str, Reason] = {
    "missing": "gone",
    "gone": "gone",
    "robots": "robots",
    "loop": "redirect loop",
    "private": "forbidden redirect",
    "loopback": "forbidden redirect",
    "foreign": "forbidden redirect",
    "big": "too big",
    "bomb": "bomb",
}


@dataclass(frozen=True, slots=True)
class Lost:
    """An address that a teaser links to and that gives no article."""

    native: str
    path: str
    reason: Reason
    depth: int


@dataclass(frozen=True, slots=True)
class Truth:
    """The exact result of one crawl into an empty data folder."""

    edition: int
    clock: datetime
    articles: dict[str, ArticleTruth]
    """By native id."""
    teasers: dict[tuple[str, str | None, str | None, str, str | None, int | None], TeaserTruth]
    """By state: native id, headline, kicker, snippet, label, comment count."""
    lost: dict[str, Lost]
    """By native id."""
    old: set[str]
    """Native ids of the articles left out because of their age."""
    duplicates: frozenset[frozenset[str]]
    """Native ids of stories with exactly the same text."""
    near_duplicates: frozenset[frozenset[str]]
    """Native ids of stories whose texts differ in a few words."""


def expected(
    edition: int = 1,
    now: datetime | None = None,
    start: Sequence[str] = ("/",),
    max_depth: int | None = None,
    since: datetime | None = None,
) -> Truth:
    """Return the records that a crawl from the paths *start* must write, up to *max_depth* teaser hops away.

    A start path is the front page, a section, topic or search page (with its query), or an article; KeyError where
    the portal has none such. Articles published before *since* (aware) are old: not written, and they lead nowhere;
    those that show no date are never old.
    """
    clock = now or clock_of(edition)
    links = Links(world(edition), clock)
    duplicates, near_duplicates = (
        frozenset(frozenset(links.world.tree[number].native for number in pair) for pair in pairs)
        for pairs in (SAME_TEXTS, NEAR_COPIES)
    )
    result = Truth(edition, clock, {}, {}, {}, set(), duplicates, near_duplicates)
    queue: deque[tuple[Story, int]] = deque()
    for path in start:
        _start(path, links, result, queue)
    seen: set[str] = set()
    while queue:
        story, depth = queue.popleft()
        if story.native in seen or (max_depth is not None and depth > max_depth):
            continue
        seen.add(story.native)
        if since and _is_older(story, since):
            result.old.add(story.native)
            continue
        _visit(story, depth, links, result, queue)
    return result


def teasers_on(path: str, edition: int = 1, now: datetime | None = None) -> list[TeaserTruth]:
    """Return the teasers of one page in page order, each with block and position."""
    links = Links(world(edition), now or clock_of(edition))
    story = story_at(path, links)
    blocks = links.article(story) if story else find_listing(path, links).blocks
    return [
        teaser_truth(spot.teaser, block.heading, place)
        for block in blocks
        for place, spot in enumerate(block.spots, start=1)
    ]


def story_at(path: str, links: Links) -> Story | None:
    """Return the story that answers under *path*."""
    bare = path.split("#")[0].split("?")[0]
    return next((story for story in links.world.stories if bare in story.paths), None)


def _start(path: str, links: Links, result: Truth, queue: deque[tuple[Story, int]]) -> None:
    story = story_at(path, links)
    if story:
        queue.append((story, 0))
        return
    for block in find_listing(path, links).blocks:
        for place, spot in enumerate(block.spots, start=1):
            _add(result, teaser_truth(spot.teaser, block.heading, place))
            queue.append((spot.teaser.story, 1))


def _visit(story: Story, depth: int, links: Links, result: Truth, queue: deque[tuple[Story, int]]) -> None:
    if story.answer != "page":
        result.lost[story.native] = Lost(story.native, story.path, _REASONS[answer_of(story)], depth)
        return
    result.articles[story.native] = article_truth(story, depth)
    for block in links.article(story):
        for place, spot in enumerate(block.spots, start=1):
            _add(result, teaser_truth(spot.teaser, block.heading, place))
            queue.append((spot.teaser.story, depth + 1))


def _is_older(story: Story, since: datetime) -> bool:
    shown = {"published": story.published, "stand": story.modified, "nothing": None}[story.shown]
    return story.answer == "page" and shown is not None and shown < since


def _add(result: Truth, teaser: TeaserTruth) -> None:
    known = result.teasers.get(teaser.state)
    if known is None:
        result.teasers[teaser.state] = teaser
    else:
        known.blocks.update(teaser.blocks)

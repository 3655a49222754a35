"""Stories that no page links to, but only a feed or a sitemap."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from portalcrawl.demo.desk import back, file_story
from portalcrawl.demo.story_model import EPOCH, Story
from portalcrawl.demo.syndication import ARCHIVE, ATOM, JSON_FEED, NEWS, RSS

FIRST_UNLINKED = 800
NUMBERS = {RSS: 3, ATOM: 2, JSON_FEED: 2, NEWS: 3, ARCHIVE: 4}
"""Path of a document -> number of stories that only it lists."""
UNDATED = (RSS, NEWS)
"""Documents whose last such story has no date on its page."""


@lru_cache(maxsize=1)
def unlinked_stories() -> dict[str, tuple[Story, ...]]:
    """Return the stories by the path of the document that lists them."""
    found: dict[str, tuple[Story, ...]] = {}
    number = FIRST_UNLINKED
    for place, length in NUMBERS.items():
        stories = [_story(number + step) for step in range(length)]
        if place in UNDATED:
            stories[-1] = replace(stories[-1], shown="nothing", modified=None)
        found[place] = tuple(stories)
        number += length
    return found


def _story(number: int) -> Story:
    """Return a story that was published 1 to 21 hours before EPOCH; higher numbers are older."""
    published = back(EPOCH, 90 * (number - FIRST_UNLINKED) + 60)
    return replace(file_story(number, published, key="unlinked"), caption_only=False)

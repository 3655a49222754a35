"""All stories of the portal, each with its variant."""

from __future__ import annotations

from functools import lru_cache

from portalcrawl.demo.desk import base_date, file_story
from portalcrawl.demo.story_model import Story, World
from portalcrawl.demo.story_variants import NEAR_COPIES, SAME_TEXTS, VARIANTS, near_copy, same_text, withdrawn_stories
from portalcrawl.demo.unlinked_stories import unlinked_stories

TREE_SIZE = 256
"""Stories that have a place in the link tree."""


def make_world(tree: tuple[Story, ...], news: tuple[Story, ...] = ()) -> World:
    """Return the portal that publishes *tree*, with the *news* that came later and the withdrawn stories."""
    return World(stories=(*news, *tree, *withdrawn_stories(len(tree))), tree=tree, unlinked=unlinked_stories())


@lru_cache(maxsize=1)
def first_stories() -> tuple[Story, ...]:
    """Return the stories of the link tree, newest first."""
    stories: list[Story] = []
    seen: set[str] = set()
    for number in range(TREE_SIZE):
        story = _unique(number, seen)
        seen.add(story.headline)
        stories.append(story)
    for first, second in SAME_TEXTS:
        stories[second] = same_text(stories[first], stories[second])
    for first, second in NEAR_COPIES:
        stories[second] = near_copy(stories[first], stories[second])
    for number, variant in VARIANTS.items():
        stories[number] = variant(stories[number])
    return tuple(stories)


def _unique(number: int, seen: set[str]) -> Story:
    """Return story *number* with a headline that is not in *seen*."""
    published = base_date(number, TREE_SIZE - 1)
    for attempt in range(50):
        story = file_story(number, published, key=str(attempt) if attempt else "")
        if story.headline not in seen:
            return story
    raise AssertionError(f"no fresh headline for story {number}")

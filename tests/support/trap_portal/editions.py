"""Editions of the portal: each later one adds stories, rewrites one, withdraws one and counts more comments."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from portalcrawl.demo.desk import back, file_story
from portalcrawl.demo.link_plan import FIRST_NEW
from portalcrawl.demo.story_model import EPOCH, Paragraph, Story, World
from portalcrawl.demo.world import first_stories, make_world

EDITION_MINUTES = 20
"""Minutes from one edition to the next."""
NEW_PER_EDITION = 3
REWRITTEN = {2: 5, 3: 6}
"""Number of the story that is rewritten from an edition on."""
WITHDRAWN = {2: 200, 3: 201}
"""Number of the story that answers 410 from an edition on; above a quarter of the tree, so it has no children."""


def clock_of(edition: int) -> datetime:
    """Return the portal's time in *edition* (from 1)."""
    return back(EPOCH, -EDITION_MINUTES * (edition - 1))


@lru_cache(maxsize=8)
def world(edition: int) -> World:
    """Return everything that the portal publishes in *edition* (from 1)."""
    tree = list(first_stories())
    for step in range(2, edition + 1):
        _change(tree, step)
    news = [story for step in range(edition, 1, -1) for story in _new_stories(step)]
    return make_world(tuple(tree), tuple(news))


def _new_stories(edition: int) -> list[Story]:
    """Return the stories that *edition* adds, newest first."""
    clock = clock_of(edition)
    first = FIRST_NEW + NEW_PER_EDITION * (edition - 2)
    return [
        file_story(first + place, back(clock, 3 + 5 * place), key="new", clock=clock)
        for place in range(NEW_PER_EDITION)
    ]


def _change(tree: list[Story], edition: int) -> None:
    """Turn the stories of the edition before into those of *edition*."""
    if edition in REWRITTEN:
        tree[REWRITTEN[edition]] = _rewritten(tree[REWRITTEN[edition]], edition)
    if edition in WITHDRAWN:
        tree[WITHDRAWN[edition]] = replace(tree[WITHDRAWN[edition]], answer="gone")
    for number in range(edition, len(tree), 19):
        tree[number] = replace(tree[number], comments=tree[number].comments + edition)


def _rewritten(story: Story, edition: int) -> Story:
    """Return *story* with another headline, a new paragraph after the first and a later time of change."""
    update = Paragraph(f"Am frühen Abend wurde die Meldung ergänzt: Inzwischen liegen {edition} neue Berichte vor.")
    stem = re.sub(r" \(Update \d+\)$", "", story.headline)
    return replace(
        story,
        headline=f"{stem} (Update {edition - 1})",
        paragraphs=(story.paragraphs[0], update, *story.paragraphs[1:]),
        modified=back(clock_of(edition), 2),
    )

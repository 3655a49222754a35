"""All stories of one edition: the ordinary ones, the odd ones, the traps, and what changes between visits."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from portalcrawl.demo.desk import back, base_date, file_story
from portalcrawl.demo.model import EPOCH, Paragraph, Story, World
from portalcrawl.demo.oddities import NEAR_COPIES, ODDITIES, SAME_TEXTS, near_copy, same_text, traps

TREE_SIZE = 256
"""Ordinary stories of the first edition; each has its place in the link tree."""
EDITION_MINUTES = 20
"""How far the portal's own clock moves from one edition to the next."""
FIRST_NEW = 1000
NEW_PER_EDITION = 3
REWRITTEN = {2: 5, 3: 6}
"""Story rewritten in an edition (by number); it stays rewritten."""
WITHDRAWN = {2: 200, 3: 201}
"""Story that answers 410 from an edition on."""


@lru_cache(maxsize=8)
def world(edition: int) -> World:
    """Return everything that the portal publishes in *edition* (from 1)."""
    tree = list(_first_edition())
    for step in range(2, edition + 1):
        _change(tree, step)
    news = [story for step in range(edition, 1, -1) for story in _new_stories(step)]
    return World(
        edition=edition,
        stories=(*news, *tree, *traps(len(tree))),
        tree=tuple(tree),
        duplicates=frozenset(frozenset((tree[a].native, tree[b].native)) for a, b in SAME_TEXTS),
        near_duplicates=frozenset(frozenset((tree[a].native, tree[b].native)) for a, b in NEAR_COPIES),
    )


@lru_cache(maxsize=1)
def _first_edition() -> tuple[Story, ...]:
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
    for number, oddity in ODDITIES.items():
        stories[number] = oddity(stories[number])
    return tuple(stories)


def _unique(number: int, seen: set[str]) -> Story:
    """No two stories share a headline by chance."""
    published = base_date(number, TREE_SIZE - 1)
    for attempt in range(50):
        story = file_story(number, published, key=str(attempt) if attempt else "")
        if story.headline not in seen:
            return story
    raise AssertionError(f"no fresh headline for story {number}")


def _new_stories(edition: int) -> list[Story]:
    """The stories that this edition adds, newest first."""
    clock = back(EPOCH, -EDITION_MINUTES * (edition - 1))
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
    """The desk found out more: another headline, a fresh first paragraph after the old one, a later change time."""
    update = Paragraph(f"Am frühen Abend wurde die Meldung ergänzt: Inzwischen liegen {edition} neue Berichte vor.")
    stem = re.sub(r" \(Update \d+\)$", "", story.headline)
    return replace(
        story,
        headline=f"{stem} (Update {edition - 1})",
        paragraphs=(story.paragraphs[0], update, *story.paragraphs[1:]),
        modified=back(EPOCH, -EDITION_MINUTES * (edition - 1) + 2),
    )

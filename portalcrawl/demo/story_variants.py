"""Variants of stories as real portals have them: second addresses, copies, missing dates, withdrawn articles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from portalcrawl.demo.desk import base_date, file_story
from portalcrawl.demo.story_model import Answer, Paragraph, Story

SAME_TEXTS = ((25, 151),)
"""Pairs of story numbers: the second has the first one's text under another id."""
NEAR_COPIES = ((41, 122), (57, 190))
"""Pairs of story numbers: the second has the first one's agency copy with small changes."""
FIRST_WITHDRAWN = 700
_WITHDRAWN: tuple[Answer, ...] = ("missing", "gone", "robots", *("missing", "gone") * 3)
_REPLACEMENTS = (
    ("sagte", "erklärte"), ("Rund", "Etwa"), ("derzeit", "aktuell"), ("zunächst", "vorerst"),
    ("Noch ist", "Weiter ist"),
)  # fmt: skip


def _two_slugs(story: Story) -> Story:
    return replace(story, other_slugs=(f"liveticker-{story.slug}"[:90].strip("-"),))


def _renamed(story: Story) -> Story:
    return replace(story, old_slugs=(f"vorab-{story.slug}"[:90].strip("-"),))


def _only_modified(story: Story) -> Story:
    return replace(story, shown="stand")


def _undated(story: Story) -> Story:
    return replace(story, shown="nothing", modified=None)


def _without_lead(story: Story) -> Story:
    return replace(story, lead=None)


def _special_characters(story: Story) -> Story:
    """Return *story* with characters that need escaping in HTML, JSON or both."""
    extra = Paragraph('Im Protokoll steht wörtlich: "5 < 7 && 9 > 8", dazu <b>kein</b> Wort & ein \\ Strich.')
    return replace(
        story, headline=f'{story.headline} & mehr: <Fragen> und "Antworten"', paragraphs=(*story.paragraphs, extra)
    )


def _meta_rights(story: Story) -> Story:
    rights = {"robots": "noai, noimageai", "tdm_reservation": "1", "tdm_policy": "https://kranichpost.example/tdm.json"}
    return replace(story, rights=rights)


def _header_rights(story: Story) -> Story:
    return replace(story, rights={"x_robots_tag": "noarchive", "tdm_reservation": "1"})


VARIANTS: dict[int, Callable[[Story], Story]] = {
    9: _two_slugs,
    11: _two_slugs,
    12: _without_lead,
    15: _special_characters,
    20: _only_modified,
    22: _undated,
    30: _renamed,
    32: _renamed,
    45: _meta_rights,
    48: _header_rights,
    83: _undated,
}
"""Number of a story -> function that returns its variant."""


def same_text(first: Story, second: Story) -> Story:
    """Return *second* with the whole text of *first*."""
    return replace(
        second, kicker=first.kicker, headline=first.headline, lead=first.lead, paragraphs=first.paragraphs,
        agency=first.agency, dateline=first.dateline, slug=first.slug,
    )  # fmt: skip


def near_copy(first: Story, second: Story) -> Story:
    """Return *second* with the agency copy of *first*, a few words changed, under its own headline."""
    changed = [replace(paragraph, text=_reworded(paragraph.text)) for paragraph in first.paragraphs]
    changed[-1] = replace(changed[-1], text=f"{changed[-1].text} Weitere Einzelheiten folgen.")
    return replace(second, lead=first.lead, paragraphs=tuple(changed), agency=first.agency, dateline=first.dateline)


def _reworded(text: str) -> str:
    for old, new in _REPLACEMENTS:
        text = text.replace(old, new, 1)
    return text


def withdrawn_stories(tree_size: int) -> tuple[Story, ...]:
    """Return stories to which teasers still link, but which are gone or blocked by robots.txt."""
    stories = []
    for place, answer in enumerate(_WITHDRAWN):
        published = base_date(20 + 9 * place, tree_size - 1)
        story = file_story(FIRST_WITHDRAWN + place, published, key="withdrawn")
        stories.append(replace(story, answer=answer, caption_only=False))
    return tuple(stories)

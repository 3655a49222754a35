"""The teasers of a story: long, short, card. Each is the same on every page that shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from portalcrawl.demo import times
from portalcrawl.demo.story_model import Layout, Picture, Story

Style = Literal["long", "short", "card"]
LONG = 400
SHORT = 90
CARD = 160


@dataclass(frozen=True, slots=True)
class PlannedTeaser:
    """What a teaser shows."""

    story: Story
    style: Style
    kicker: str | None
    headline: str | None
    snippet: str
    cut: bool
    comments: int | None
    label: str | None
    time: times.Shown | None
    picture: Picture | None

    @property
    def count(self) -> str:
        """``(04)``"""
        return f"({self.comments or 0:02d})"


def long(story: Story, clock: datetime, layout: Layout) -> PlannedTeaser:
    """A teaser of the two long lists under an article: about 400 characters, count, age."""
    headline = story.short_headline if layout == "b" and story.short_headline else story.headline
    snippet, cut = shorten(story.text, LONG)
    age, shown = times.ago(story.published, clock), None if story.caption_only else headline
    return PlannedTeaser(story, "long", None, shown, snippet, cut, story.comments, None, age, _picture(story))


def short(story: Story) -> PlannedTeaser:
    """A teaser of the short list: about 90 characters and the count, no time."""
    snippet, cut = shorten(story.text, SHORT)
    headline = None if story.caption_only else story.headline
    return PlannedTeaser(story, "short", None, headline, snippet, cut, story.comments, None, None, _picture(story))


def card(story: Story) -> PlannedTeaser:
    """A card on the front page or in a list: kicker, headline, lead, label, exact time, comments if there are any."""
    snippet, cut = (story.lead, False) if story.lead else shorten(story.text, CARD)
    time, comments = times.exact(story.published), story.comments or None
    return PlannedTeaser(
        story, "card", story.kicker, story.headline, snippet, cut, comments, story.label, time, _picture(story)
    )


def _picture(story: Story) -> Picture | None:
    return story.pictures[0] if story.pictures else None


def shorten(text: str, length: int) -> tuple[str, bool]:
    """Return *text* cut at the last blank before *length*, and whether anything was cut.

    >>> shorten("Ein kurzer Satz", 11)
    ('Ein kurzer', True)
    """
    if len(text) <= length:
        return text, False
    return text[: length + 1].rsplit(" ", 1)[0].rstrip(), True

"""The stories of the embedded portal. Both its pages and the results that tests expect are made from these values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Berlin")
EPOCH = datetime(2025, 12, 5, 17, 30, tzinfo=ZONE)
"""The portal's time in its first edition; all publication dates are relative to it."""

Layout = Literal["a", "b", "c"]
Shown = Literal["published", "stand", "nothing"]
Answer = Literal["page", "missing", "gone", "robots"]
"""Response to a request for the story: the article, 404, 410, or the article at a URL that robots.txt disallows."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn picture; *path* is the large one, *small* the one that teasers show."""

    number: int
    caption: str
    credit: str | None

    @property
    def path(self) -> str:
        return f"/bilder/{self.number}.svg"

    @property
    def small(self) -> str:
        return f"/bilder/{self.number}-klein.svg"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of the body."""

    text: str
    subhead: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """An article."""

    number: int
    """Place in the portal: 0 is the newest of the first edition."""
    native: str
    """The portal's own article id, ``<source>N<hex>``."""
    slug: str
    layout: Layout
    section: str
    section_slug: str
    topics: tuple[str, ...]
    """The topics after the section."""
    kicker: str
    headline: str
    lead: str | None
    paragraphs: tuple[Paragraph, ...]
    published: datetime
    modified: datetime | None
    authors: tuple[str, ...]
    source: str
    agency: str | None
    dateline: str | None
    pictures: tuple[Picture, ...]
    comments: int
    free: bool = True
    label: str | None = None
    caption_only: bool = False
    """Whether its teasers show the picture's caption and no headline."""
    short_headline: str | None = None
    """A second headline that pages of layout b show over its long teaser."""
    shown: Shown = "published"
    answer: Answer = "page"
    other_slugs: tuple[str, ...] = ()
    """Other slugs under which the same page is served."""
    old_slugs: tuple[str, ...] = ()
    """Slugs that redirect to the current one."""
    rights: dict[str, str] = field(default_factory=dict)
    home: str = "/artikel/"
    """Folder of its URL."""

    @property
    def path(self) -> str:
        folder = "/artikel/gesperrt/" if self.answer == "robots" else self.home
        return f"{folder}{self.slug}-{self.native}.html"

    @property
    def amp_path(self) -> str:
        return f"/amp{self.path}"

    @property
    def has_amp(self) -> bool:
        """Return whether the article has an AMP version; layout b is too old for it."""
        return self.layout != "b" and self.answer == "page" and self.home == "/artikel/"

    def path_with(self, slug: str) -> str:
        return f"{self.home}{slug}-{self.native}.html"

    @property
    def paths(self) -> tuple[str, ...]:
        """Return every path that leads to the story, the canonical one first."""
        more = [self.path_with(slug) for slug in (*self.other_slugs, *self.old_slugs)]
        return (self.path, *more, *([self.amp_path] if self.has_amp else []))

    @property
    def trail(self) -> tuple[str, ...]:
        return (self.section, *self.topics)

    @property
    def text(self) -> str:
        """Return the text that snippets are cut from: agency copy starts with its dateline, the rest with its lead."""
        body = " ".join(paragraph.text for paragraph in self.paragraphs)
        starts_with_lead = self.lead and not (self.agency or self.dateline)
        return f"{self.lead} {body}" if starts_with_lead else body

    @property
    def body(self) -> str:
        return "\n\n".join(paragraph.text for paragraph in self.paragraphs)


@dataclass(frozen=True, slots=True)
class World:
    """All that the portal publishes at one time."""

    stories: tuple[Story, ...]
    """All stories with an address, the newest first."""
    tree: tuple[Story, ...]
    """The stories of the link tree, by place: see :mod:`portalcrawl.demo.link_plan`."""
    unlinked: Mapping[str, tuple[Story, ...]] = field(default_factory=dict)
    """Path of a feed or sitemap -> stories that only it lists, and no page links to."""

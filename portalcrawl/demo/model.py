"""What the sample portal decides to publish. Pages and the truth are both made from these values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Berlin")
EPOCH = datetime(2025, 12, 5, 17, 30, tzinfo=ZONE)
"""The portal's clock in its first edition; all dates of publication count back from here."""

Layout = Literal["a", "b", "c"]
Shown = Literal["published", "stand", "nothing"]
Answer = Literal["page", "missing", "gone", "robots", "loop", "private", "loopback", "foreign", "big", "bomb"]
"""What the story's address answers: ``page`` is the article, the others are traps."""
Quirk = Literal[
    "",
    "windows-1252",
    "broken-html",
    "broken-json-ld",
    "slow",
    "flaky",
    "cut-short",
    "meta-rights",
    "header-rights",
    "controls",
]


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
    """An article as its desk filed it."""

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
    """A second headline that the pages of layout b put over its long teaser."""
    shown: Shown = "published"
    answer: Answer = "page"
    quirk: Quirk = ""
    other_slugs: tuple[str, ...] = ()
    """Slugs under which the same page answers as well."""
    old_slugs: tuple[str, ...] = ()
    """Slugs that redirect to the current one."""
    rights: dict[str, str] = field(default_factory=dict)
    home: str = "/artikel/"
    """Folder of its address."""

    @property
    def path(self) -> str:
        folder = "/artikel/gesperrt/" if self.answer == "robots" else self.home
        return f"{folder}{self.slug}-{self.native}.html"

    @property
    def amp_path(self) -> str:
        return f"/amp{self.path}"

    @property
    def has_amp(self) -> bool:
        """Layout b is too old for AMP, the laboratory too new."""
        return self.layout != "b" and self.answer == "page" and self.home == "/artikel/"

    def path_with(self, slug: str) -> str:
        return f"{self.home}{slug}-{self.native}.html"

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path that leads to the story, the canonical one first."""
        more = [self.path_with(slug) for slug in (*self.other_slugs, *self.old_slugs)]
        return (self.path, *more, *([self.amp_path] if self.has_amp else []))

    @property
    def trail(self) -> tuple[str, ...]:
        return (self.section, *self.topics)

    @property
    def text(self) -> str:
        """What teasers cut their snippets from: agency copy starts with its dateline, the rest with its lead."""
        body = " ".join(paragraph.text for paragraph in self.paragraphs)
        starts_with_lead = self.lead and not (self.agency or self.dateline)
        return f"{self.lead} {body}" if starts_with_lead else body

    @property
    def body(self) -> str:
        return "\n\n".join(paragraph.text for paragraph in self.paragraphs)


@dataclass(frozen=True, slots=True)
class World:
    """The portal in one edition."""

    edition: int
    stories: tuple[Story, ...]
    """All stories with an address, newest number first."""
    tree: tuple[Story, ...]
    """The stories that carry the link tree, by place: see :mod:`portalcrawl.demo.link_plan`."""
    duplicates: frozenset[frozenset[str]]
    """Native ids of stories with exactly the same text."""
    near_duplicates: frozenset[frozenset[str]]
    """Native ids of stories whose texts differ in a few words."""

"""The expected records of a story's page and of a teaser, by the layout's rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from portalcrawl.demo import times
from portalcrawl.demo.story_model import Picture, Story
from portalcrawl.demo.teaser_plan import PlannedTeaser
from support.trap_portal.damage import damage_of


@dataclass(frozen=True, slots=True)
class ImageTruth:
    """A picture of an article; *path* is the path of its address."""

    path: str
    caption: str | None
    credit: str | None


@dataclass(frozen=True, slots=True)
class ArticleTruth:
    """The content fields of one article."""

    native: str
    path: str
    """Path of the canonical address."""
    paths: tuple[str, ...]
    """Every path under which links lead to it."""
    layout: str
    damage: str | None
    headline: str
    kicker: str | None
    description: str | None
    article_body: str
    date_published: str | None
    date_published_raw: str | None
    """What the most trusted source on the page says."""
    raw_choices: tuple[str, ...]
    """Every text or attribute on the page that says the same."""
    date_published_precision: str | None
    date_modified: str | None
    authors: tuple[str, ...]
    source: str
    agency: str | None
    dateline: str | None
    section: str
    keywords: tuple[str, ...]
    in_language: str
    images: tuple[ImageTruth, ...]
    comment_count: int
    is_accessible_for_free: bool | None
    word_count: int
    rights: dict[str, str]
    depth: int
    """Fewest teaser hops from a start page."""


@dataclass(frozen=True, slots=True)
class TeaserTruth:
    """One state of a teaser."""

    native: str
    paths: tuple[str, ...]
    """Every path that its links may give, the article's canonical one first."""
    headline: str | None
    kicker: str | None
    snippet: str
    is_truncated: bool
    date_published: str | None
    date_published_raw: str | None
    raw_choices: tuple[str, ...]
    date_published_precision: str | None
    comment_count: int | None
    image_path: str | None
    image_caption: str | None
    agency: str | None
    dateline: str | None
    label: str | None
    blocks: set[str]
    """Headings of the lists that contain it."""
    position: int
    """Place in the first of them."""

    @property
    def state(self) -> tuple[str, str | None, str | None, str, str | None, int | None]:
        """What makes it this state: native id, headline, kicker, snippet, label, comment count."""
        return self.native, self.headline, self.kicker, self.snippet, self.label, self.comment_count


def article_truth(story: Story, depth: int) -> ArticleTruth:
    """Return the record of the story's page."""
    published, raws = _published(story)
    return ArticleTruth(
        native=story.native, path=story.path, paths=story.paths, layout=story.layout, damage=damage_of(story),
        headline=story.headline, kicker=None if story.layout == "b" else story.kicker, description=story.lead,
        article_body=story.body,
        date_published=published, date_published_raw=raws[0] if raws else None, raw_choices=raws,
        date_published_precision="minute" if published else None,
        date_modified=story.modified.isoformat() if story.modified else None,
        authors=story.authors, source=story.source, agency=story.agency, dateline=story.dateline,
        section=story.section, keywords=story.trail, in_language="de",
        images=tuple(_image(story, picture) for picture in story.pictures),
        comment_count=story.comments, is_accessible_for_free=_free(story),
        word_count=len(story.body.split()), rights=dict(story.rights), depth=depth,
    )  # fmt: skip


def _free(story: Story) -> bool | None:
    """Return what JSON-LD says, unless that is broken; nothing else on a page says it."""
    return story.free if story.layout == "a" and damage_of(story) != "broken-json-ld" else None


def _image(story: Story, picture: Picture) -> ImageTruth:
    return ImageTruth(picture.path, picture.caption, None if story.layout == "b" else picture.credit)


def _published(story: Story) -> tuple[str | None, tuple[str, ...]]:
    """The time of publication and how the page says it, by layout."""
    if story.shown == "nothing":
        return None, ()
    if story.shown == "stand" and story.modified:
        text = times.exact(story.modified).text
        return story.modified.isoformat(), (f"Stand: {text}", text)
    when: datetime = story.published
    long = f"{times.long_date(when)}, {times.clock_time(when)} Uhr"
    if story.layout == "b":
        footer = f"{times.short_date(when)} · {times.clock_time(when)} Uhr"
        line, byline = f"{long} · Quelle: {story.source}", f"[{story.source}] · {footer}"
        return when.isoformat(), (long, line, footer, byline)
    if story.layout == "c":
        return when.isoformat(), (when.isoformat(), long, f"Veröffentlicht: {long}")
    return when.isoformat(), (when.isoformat(), times.exact(when).text)


def teaser_truth(teaser: PlannedTeaser, heading: str, position: int) -> TeaserTruth:
    """Return what one teaser shows under *heading*."""
    story, time, picture = teaser.story, teaser.time, teaser.picture
    # A dateline stands at the head of the snippet; a card shows the lead, which has none.
    dated = bool(story.agency or story.dateline) and not (teaser.style == "card" and story.lead is not None)
    choices: tuple[str, ...] = ()
    if time:
        attribute = (time.when.isoformat(),) if teaser.style == "card" else ()
        choices = (*attribute, time.text)
    return TeaserTruth(
        native=story.native, paths=story.paths, headline=teaser.headline, kicker=teaser.kicker,
        snippet=teaser.snippet, is_truncated=teaser.cut,
        date_published=time.when.isoformat() if time else None,
        date_published_raw=choices[0] if choices else None, raw_choices=choices,
        date_published_precision=time.precision if time else None,
        comment_count=teaser.comments,
        image_path=picture.small if picture else None, image_caption=picture.caption if picture else None,
        agency=story.agency if dated else None, dateline=story.dateline if dated else None,
        label=teaser.label, blocks={heading}, position=position,
    )  # fmt: skip

"""Makes stories: chooses number, source, date, layout and URL; the text comes from the writer."""

from __future__ import annotations

import hashlib
import random
import re
from datetime import UTC, datetime, timedelta

from portalcrawl.demo.story_model import EPOCH, ZONE, Layout, Story
from portalcrawl.demo.word_lists import words
from portalcrawl.demo.writer import Copy, Writer, pick

LAYOUTS: tuple[Layout, ...] = ("a", "b", "c")
_SUMMER = datetime(2025, 7, 28, 9, 15, tzinfo=ZONE)
_SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_DROPPED = str.maketrans(dict.fromkeys("äöüß", ""))


def base_date(number: int, last: int) -> datetime:
    """Return the publication time of story *number*: the older, the rarer are stories; the last six are in summer."""
    if number > last - 6:
        return back(_SUMMER, 700 * (number - last + 6))
    return back(EPOCH, 4 + 2 * number + number * number // 7)


def back(when: datetime, minutes: int) -> datetime:
    """Return the time *minutes* of real time before *when*, in the portal's time zone."""
    return (when.astimezone(UTC) - timedelta(minutes=minutes)).astimezone(ZONE)


def file_story(number: int, published: datetime, *, key: str = "", clock: datetime = EPOCH) -> Story:
    """Return story *number* as of *clock*; another *key* gives another draft of it."""
    section = pick(words().sections, number)
    draw = random.Random(f"desk:{number}:{key}")
    source = words().sources[draw.choice(section.sources)]
    copy = Writer(f"{number}:{key}", section, source, published).copy(number)
    layout = pick(LAYOUTS, number)
    modified = _modified(layout, published, clock, draw)
    native = native_id(source.number, published, f"{number}:{key}")
    return Story(
        number=number, native=native, slug=slug(copy.headline, spelled=source.number != 70), layout=layout,
        section=section.name, section_slug=section.slug, topics=copy.topics,
        kicker=copy.kicker, headline=copy.headline, lead=copy.lead, paragraphs=copy.paragraphs,
        published=published, modified=modified, authors=copy.authors if layout != "b" else (), source=source.name,
        agency=copy.agency, dateline=copy.dateline, pictures=copy.pictures[:1] if layout == "b" else copy.pictures,
        comments=draw.choice((0, 0, 0, 0, 1, 1, 2, 3, 4, 7, 12, 38)),
        label=_label(number), free=_label(number) != "Plus",
        caption_only=bool(copy.pictures) and draw.random() < 0.2,
        short_headline=_second_headline(copy, draw),
    )  # fmt: skip


def _second_headline(copy: Copy, draw: random.Random) -> str | None:
    differs = copy.short_headline != copy.headline
    return copy.short_headline if differs and draw.random() < 0.15 else None


def _modified(layout: Layout, published: datetime, clock: datetime, draw: random.Random) -> datetime | None:
    """Return the time of change: layout c always has one, a sometimes, b never; none is after *clock*."""
    minutes = int(clock.timestamp() - published.timestamp()) // 60
    later = back(published, -min(draw.randint(1, 50), minutes))
    if layout == "c":
        return later
    return later if layout == "a" and draw.random() < 0.4 else None


def _label(number: int) -> str | None:
    return {7: "Plus", 11: "Video", 40: "Plus", 60: "Liveblog"}.get(number % 64)


def native_id(source: int, published: datetime, key: str) -> str:
    """Return an id like the real ones: source, ``N``, the Unix time in hexadecimal, some digits."""
    digits = hashlib.sha256(key.encode()).hexdigest()[:8]
    return f"{source}N{int(published.timestamp()):08x}{digits}"


def slug(headline: str, *, spelled: bool) -> str:
    """Return the slug of a headline; umlauts are spelled out (``ae``) or dropped, depending on the source."""
    text = headline.lower().translate(_SPELLED if spelled else _DROPPED)
    return re.sub(r"[^a-z0-9]+", "-", text).strip("-")[:90].strip("-")

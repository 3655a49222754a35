"""Compares what was read of a made page with what it shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from article_pages.pages import Made
from article_pages.story import FETCHED
from portalcrawl import read_page
from portalcrawl.items import Article

_SPACE = re.compile(r"\s+")
SHORTEST_UNWANTED = 12
"""Characters; a shorter text must be a whole line to be found."""


def faults_of(made: Made) -> list[tuple[str, str]]:
    """Return the faults of reading a page as tuples of kind and detail."""
    reading = read_page(made.html, made.story.url, fetched=FETCHED, profile=None)
    if reading.article is None:
        return [(f"page type {reading.page_type}", " ".join(reading.why.get("page_type", ())))]
    return [*_faults(made, reading.article)]


def _faults(made: Made, article: Article) -> Iterator[tuple[str, str]]:
    story = made.story
    if article.headline != story.headline:
        yield "headline", f"{article.headline!r} instead of {story.headline!r}"
    yield from _of_text(made, article)
    named = article.authors or []
    if made.authors and sorted(named) != sorted(story.authors):
        yield ("authors missing" if not named else "authors wrong"), f"{named} instead of {story.authors}"
    if not set(named) <= set(story.authors) and not made.authors:  # a biography may name them
        yield "authors false", str(named)
    yield from _of_date(made, article)
    images = [image.url for image in article.images or ()]
    if made.picture and images[:1] != [story.image]:
        yield ("image missing" if story.image not in images else "image not first"), str(images[:3])
    if not made.picture and images and not any("gallery" in key for key in made.unwanted):
        yield "image false", str(images[:3])


def _of_text(made: Made, article: Article) -> Iterator[tuple[str, str]]:
    story = made.story
    paragraphs = [line for text in (article.description, article.article_body) if text for line in text.split("\n")]
    lines = [_flat(line) for line in paragraphs if line.strip()]
    whole = "\n".join(lines)
    wanted = ([("lead", story.lead)] if made.lead else []) + [(part.kind, part.text) for part in story.parts]
    for at, (kind, text) in enumerate(wanted):
        if _flat(text) not in whole:
            place = "first" if at == 0 else "last" if at == len(wanted) - 1 else "inner"
            yield f"missing {kind} ({place})", text[:100]
        elif _flat(text) not in lines:
            yield f"glued {kind}", next(line for line in lines if _flat(text) in line)[:160]
    rest = whole  # titles may be parts of sentences
    for text in (*(text for _, text in wanted), *made.neutral):
        rest = rest.replace(_flat(text), "")
    for name, texts in made.unwanted.items():
        for text in map(_flat, texts):
            if text in rest if len(text) >= SHORTEST_UNWANTED else text in lines:
                yield f"false {name}", text[:100]
    own = [_flat(text) for _, text in wanted] + [_flat(text) for texts in made.unwanted.values() for text in texts]
    if lines and not any(lines[0] in text or text in lines[0] for text in own):
        yield "start", lines[0][:100]


def _of_date(made: Made, article: Article) -> Iterator[tuple[str, str]]:
    wanted = made.story.published
    if not article.date_published:
        yield "date missing", str(wanted)
        return
    found = datetime.fromisoformat(article.date_published)
    detail = f"{found} ({article.date_published_raw}) instead of {wanted}"
    if found.date() != wanted.date() and found.astimezone(wanted.tzinfo).date() != wanted.date():
        yield "date day", detail
    elif made.dated == "minute" and made.zoned and abs(found - wanted) >= timedelta(minutes=1):
        yield "date instant", detail
    elif made.dated == "minute" and not made.zoned and found.replace(tzinfo=None) != wanted.replace(tzinfo=None):
        yield "date clock", detail


def _flat(text: str) -> str:
    return _SPACE.sub(" ", text).strip()

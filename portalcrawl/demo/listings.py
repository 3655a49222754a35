"""Pages that list stories: front page, sections, topics, search results."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

from portalcrawl.demo.desk import slug
from portalcrawl.demo.link_plan import PER_PAGE, Block, Links
from portalcrawl.demo.story_model import Story
from portalcrawl.demo.word_lists import words


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list."""

    kind: str
    """``front``, ``section``, ``topic`` or ``search``."""
    title: str
    blocks: tuple[Block, ...]
    page: int
    pages: int
    found: int
    path: str
    query: str = ""
    """What was searched for."""

    def at(self, page: int) -> str:
        """Return the address of another page of this list."""
        terms = {"q": self.query} if self.kind == "search" else {}
        if page > 1:
            terms["seite"] = str(page)
        return f"{self.path}?{urlencode(terms)}" if terms else self.path


def find_listing(target: str, links: Links) -> Listing:
    """Return the list at *target* (path with query); KeyError if there is none."""
    parts = urlsplit(target)
    query = parse_qs(parts.query)
    page = _page(query.get("seite", ["1"])[0])
    if parts.path == "/":
        blocks = links.front()
        return Listing("front", "Kranichpost", blocks, 1, 1, sum(len(block.spots) for block in blocks), "/")
    if parts.path == "/suche":
        asked = query.get("q", [""])[0]
        return _paged("search", f"Suche nach „{asked}“", search(asked, links), links, page, parts.path, asked)
    name, stories = _section_or_topic(parts.path, links)
    return _paged("topic" if "/thema/" in parts.path else "section", name, stories, links, page, parts.path)


def search(asked: str, links: Links) -> list[Story]:
    """Return the stories with all words of *asked* in headline, lead or topics, newest first."""
    terms = asked.casefold().split()
    return [story for story in links.world.stories if terms and all(term in _searched(story) for term in terms)]


def topic_slug(topic: str) -> str:
    """Return the address part of a topic."""
    return slug(topic, spelled=True)


def _searched(story: Story) -> str:
    return " ".join((story.headline, story.lead or "", *story.trail)).casefold()


def _section_or_topic(path: str, links: Links) -> tuple[str, tuple[Story, ...]]:
    for section in words().sections:
        if path == f"/{section.slug}":
            return section.name, links.by_section[section.slug]
        for topic in section.topics:
            if path == f"/thema/{topic_slug(topic)}":
                return topic, tuple(s for s in (*links.news, *links.world.tree) if topic in s.topics)
    raise KeyError(path)


def _paged(
    kind: str, title: str, stories: list[Story] | tuple[Story, ...], links: Links, page: int, path: str, query: str = ""
) -> Listing:
    pages = max(1, -(-len(stories) // PER_PAGE))
    if page > pages:
        raise KeyError(f"{path}: page {page} of {pages}")
    return Listing(kind, title, (links.listing(title, stories, page),), page, pages, len(stories), path, query)


def _page(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text[:4]) < 1000):
        raise KeyError(f"page {text}")
    return int(text)

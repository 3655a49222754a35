"""The portal's link graph: which page shows which teasers.

Every story can be reached from the front page by following only links to articles. The stories form a tree by number:
the front page shows story 0, and the short list under story *i* shows the stories *4i+1* to *4i+4*. Withdrawn stories,
whose page is no longer served, have no children (see ``_withdrawn_places``). News are on the front page. A parent is
always newer than its children, so a crawl that stops at old articles (``since``) still finds every new one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from portalcrawl.demo import teaser_plan
from portalcrawl.demo.story_model import Story, World
from portalcrawl.demo.story_variants import FIRST_WITHDRAWN
from portalcrawl.demo.teaser_plan import PlannedTeaser
from portalcrawl.demo.word_lists import words

FANOUT = 4
SHORT_LIST = "Das könnte Sie interessieren"
PER_PAGE = 12
FIRST_NEW = 1000
"""Number from which stories are news, newer than the tree."""
GROUP = 8
"""Number of neighbouring articles that show the same long lists."""
_TRACKING = ("?utm_source=kranichpost&utm_medium=teaser&utm_campaign=advent", "?fbclid=IwAR0kranich{n}", "#kommentare",
             "?utm_content={n}#kommentare")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spot:
    """A teaser on a page, with the link as written there."""

    teaser: PlannedTeaser
    href: str


@dataclass(frozen=True, slots=True)
class Block:
    """A list of teasers under its heading."""

    heading: str
    spots: tuple[Spot, ...]


class Links:
    """The link graph at one time."""

    def __init__(self, world: World, clock: datetime) -> None:
        self.world = world
        self.clock = clock
        self.place = {story.native: place for place, story in enumerate(world.tree)}
        self.unlinked = frozenset(story.native for stories in world.unlinked.values() for story in stories)
        self.news = tuple(story for story in world.stories if story.number >= FIRST_NEW)
        self.withdrawn = tuple(story for story in world.stories if FIRST_WITHDRAWN <= story.number < FIRST_NEW)
        self.by_section = {
            section.slug: tuple(s for s in (*self.news, *world.tree) if s.section_slug == section.slug)
            for section in words().sections
        }

    def front(self) -> tuple[Block, ...]:
        """Return the blocks of the front page: top stories, three of each section, the most read."""
        top = (*self.news, *self.world.tree[:5])
        blocks = [Block("Top-Themen", self._cards(top, 0))]
        shown = {story.native for story in top}
        for slug, stories in self.by_section.items():
            fresh = [story for story in stories if story.native not in shown][:3]
            blocks.append(Block(self.section_name(slug), self._cards(fresh, len(slug))))
        read = sorted(self.world.tree[:120], key=lambda story: (-story.comments, story.number))[:8]
        blocks.append(Block("Meistgelesen", self._spots([teaser_plan.short(story) for story in read], 3)))
        return tuple(blocks)

    def listing(self, heading: str, stories: Sequence[Story], page: int) -> Block:
        """Return page *page* (from 1) of a section, topic or search result."""
        first = (page - 1) * PER_PAGE
        return Block(heading, self._cards(stories[first : first + PER_PAGE], first))

    def article(self, story: Story) -> tuple[Block, ...]:
        """Return the three lists under an article: two long ones, each newest first, and a short one."""
        place = self.place.get(story.native, story.number)
        group = place // GROUP % (len(self.world.tree) // GROUP)
        own = self.by_section[story.section_slug]
        latest = [*self.news, *self.world.tree] if group % 2 else list(self.world.tree)
        lists = (
            ("Aktuelle Nachrichten", latest[4 * group : 4 * group + 5]),
            (f"Mehr aus {story.section}", own[group % max(1, len(own) - 5) :][:5]),
        )
        if story.native in self.unlinked:  # its page has no teasers: all of them are on the pages of the tree
            return tuple(Block(heading, ()) for heading in (*dict(lists), SHORT_LIST))
        blocks = [Block(heading, self._spots(self._long_list(story, stories), place)) for heading, stories in lists]
        short = [teaser_plan.short(other) for other in self._short_list(story, place)]
        return (*blocks, Block(SHORT_LIST, self._spots(short, place)))

    def _long_list(self, story: Story, stories: Sequence[Story]) -> list[PlannedTeaser]:
        return [teaser_plan.long(other, self.clock, story.layout) for other in _others(story, stories, 4)]

    def _short_list(self, story: Story, place: int) -> list[Story]:
        """Return the story's children in the tree, a withdrawn story at some places, and others up to eight."""
        tree = self.world.tree
        children: list[Story] = []
        if story.native in self.place:
            children = list(tree[FANOUT * place + 1 : FANOUT * place + 1 + FANOUT])
        chosen = children + [story for at, story in self._withdrawn_places() if at == place]
        taken = {story.native, *(other.native for other in chosen)}
        for step in count():
            if len(chosen) >= 8:
                break
            other = tree[(place * 37 + step * 61 + 11) % len(tree)]
            if other.native not in taken:
                taken.add(other.native)
                chosen.append(other)
        turn = place % len(chosen)
        return chosen[turn:] + chosen[:turn]

    def _withdrawn_places(self) -> Iterator[tuple[int, Story]]:
        for number, story in enumerate(self.withdrawn):
            yield 10 + 3 * number, story
            yield 100 + number, story

    def _cards(self, stories: Sequence[Story], seed: int) -> tuple[Spot, ...]:
        return self._spots([teaser_plan.card(story) for story in stories], seed)

    def _spots(self, states: Sequence[PlannedTeaser], seed: int) -> tuple[Spot, ...]:
        return tuple(Spot(state, href(state.story, seed * 7 + place)) for place, state in enumerate(states))

    @staticmethod
    def section_name(slug: str) -> str:
        """Return a section's name."""
        return next(section.name for section in words().sections if section.slug == slug)


def href(story: Story, seed: int) -> str:
    """Return the link to *story* at spot number *seed*: plain, with tracking parameters, an old slug, or AMP."""
    other = (*story.other_slugs, *story.old_slugs)
    path = story.path_with(other[0]) if other and seed % 2 else story.path
    form = (seed + story.number) % 16
    if form < len(_TRACKING):
        return path + _TRACKING[form].format(n=seed)
    return story.amp_path if form == 5 and story.has_amp else path


def _others(story: Story, stories: Sequence[Story], number: int) -> list[Story]:
    """Return the first *number* of *stories* without *story*, newest first."""
    rest = [other for other in stories if other.native != story.native][:number]
    return sorted(rest, key=lambda other: other.published, reverse=True)

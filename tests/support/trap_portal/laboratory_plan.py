"""The laboratory: lists and articles that show their content only in a browser, and what a crawl must get from them.

No page of the portal links to it. Its lists are start pages under ``/labor/``; the articles of each link only to each
other. :data:`EXPERIMENTS` says what each list does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Literal

from portalcrawl.demo import teaser_plan
from portalcrawl.demo.desk import base_date, file_story
from portalcrawl.demo.link_plan import Block, Spot
from portalcrawl.demo.story_model import Story
from support.trap_portal.expected_records import ArticleTruth, TeaserTruth, article_truth, teaser_truth

FIRST = 800
BATCH = 4
"""Cards that a list shows at first, and that it adds at a time."""
Page = Literal["fertig", "skript", "versprechen", "absturz", "haengt"]
"""How an article is served: whole; by a script into an empty page; with JSON-LD and its text added by a script; with a
script that takes memory without end; with a script that never returns."""


@dataclass(frozen=True, slots=True)
class Experiment:
    """One list and its articles."""

    name: str
    """Last part of its path."""
    title: str
    what: str
    pages: tuple[Page, ...]
    """How its articles are served, in order."""

    @property
    def path(self) -> str:
        return f"/labor/{self.name}"


EXPERIMENTS = (
    Experiment("skript", "Liste aus dem Skript", "Erst ein Skript baut die Liste.", ("skript",) * 6),
    Experiment("platzhalter", "Liste mit Platzhaltern", "Leere Kästen, bis ein Skript sie füllt.", ("fertig",) * 6),
    Experiment("scrollen", "Liste zum Scrollen", "Wer nach unten rollt, bekommt mehr.", ("fertig",) * 12),
    Experiment("mehr", "Liste mit Mehr-Knopf", "Wer drückt, bekommt mehr.", ("versprechen", "fertig") * 6),
    Experiment("zustimmung", "Liste hinter einer Frage", "Erst zustimmen, dann lesen.", ("fertig",) * 4),
    Experiment("endlos", "Liste, die nie fertig lädt", "Eine Anfrage bleibt für immer offen.", ("skript",) * 4),
    Experiment("unfaelle", "Liste der Unfälle", "Führt zu Seiten, an denen ein Browser stirbt.", ("absturz", "haengt")),
)


@dataclass(frozen=True, slots=True)
class LaboratoryTruth:
    """What a crawl of some experiments must write."""

    articles: dict[str, ArticleTruth]
    """By native id."""
    teasers: dict[tuple[str, str | None, str | None, str, str | None, int | None], TeaserTruth]
    """By state."""
    lost: dict[str, str]
    """Path of what gives no article, by native id."""
    rendered: int
    """Pages that need a browser and give something."""


def experiment(name: str) -> Experiment:
    """Return the experiment of that name; KeyError where there is none."""
    return next((each for each in EXPERIMENTS if each.name == name), None) or _missing(name)


def _missing(name: str) -> Experiment:
    raise KeyError(name)


@lru_cache(maxsize=1)
def all_stories() -> dict[str, tuple[Story, ...]]:
    """Return the stories by experiment, no headline twice."""
    found: dict[str, tuple[Story, ...]] = {}
    headlines: set[str] = set()
    number = FIRST
    for each in EXPERIMENTS:
        stories = []
        for page in each.pages:
            story = _story(number, page, headlines)
            headlines.add(story.headline)
            stories.append(story)
            number += 1
        found[each.name] = tuple(stories)
    return found


def _story(number: int, page: Page, taken: set[str]) -> Story:
    drafts = (file_story(number, base_date(number - FIRST + 4, 400), key=f"labor{key}") for key in range(50))
    story = next(draft for draft in drafts if draft.headline not in taken and draft.pictures)
    return replace(story, layout="a", home=f"/labor/{page}/artikel/", caption_only=False, label=None, free=True)


def cards(name: str, first: int = 0, number: int | None = None) -> Block:
    """Return the cards of an experiment, from place *first* (0 is the first) on."""
    stories = all_stories()[name][first : None if number is None else first + number]
    return Block(experiment(name).title, tuple(Spot(teaser_plan.card(story), story.path) for story in stories))


def around(story: Story, clock: datetime) -> tuple[Block, ...]:
    """Return the lists under an article: two lists of the next articles of the same experiment."""
    mates = next(stories for stories in all_stories().values() if story in stories)
    at = mates.index(story)
    others = [other for other in mates[at + 1 :] + mates[:at] if "labor/absturz" not in other.home]
    long = [Spot(teaser_plan.long(other, clock, "a"), other.path) for other in others[:2]]
    short = [Spot(teaser_plan.short(other), other.path) for other in others[2:4]]
    nothing: list[Spot] = []
    blocks = (("Aus dem Labor", long), ("Mehr Versuche", nothing), ("Das könnte Sie interessieren", short))
    return tuple(Block(heading, tuple(spots)) for heading, spots in blocks)


def truth(names: tuple[str, ...], clock: datetime) -> LaboratoryTruth:
    """Return the records that a crawl from the lists *names* must write at *clock*."""
    result = LaboratoryTruth({}, {}, {}, sum(1 for name in names if name != "unfaelle"))
    rendered = result.rendered
    for name in names:
        blocks: list[Block] = [cards(name)]
        for story, page in zip(all_stories()[name], experiment(name).pages, strict=True):
            if page in ("absturz", "haengt"):
                result.lost[story.native] = story.path
                continue
            rendered += page != "fertig"
            result.articles[story.native] = article_truth(story, 1)
            blocks += around(story, clock)
        for block in blocks:
            for place, spot in enumerate(block.spots, start=1):
                teaser = teaser_truth(spot.teaser, block.heading, place)
                known = result.teasers.setdefault(teaser.state, teaser)
                known.blocks.update(teaser.blocks)
    return replace(result, rendered=rendered)

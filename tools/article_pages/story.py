"""The story that a made page shows: what a reader of the page must find."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

FETCHED = datetime(2026, 3, 20, 9, 30, tzinfo=UTC)
ZONES = {
    **{"en-US": "America/New_York", "en-GB": "Europe/London", "de": "Europe/Berlin", "fr": "Europe/Paris"},
    **{"es": "Europe/Madrid", "pt-BR": "America/Sao_Paulo", "pt-PT": "Europe/Lisbon", "it": "Europe/Rome"},
    **{"nl": "Europe/Amsterdam", "pl": "Europe/Warsaw", "sv": "Europe/Stockholm", "ru": "Europe/Moscow"},
    **{"tr": "Europe/Istanbul", "ar": "Africa/Cairo", "he": "Asia/Jerusalem", "hi": "Asia/Kolkata"},
    **{"zh": "Asia/Shanghai", "ja": "Asia/Tokyo", "ko": "Asia/Seoul", "th": "Asia/Bangkok", "el": "Europe/Athens"},
}
WITHOUT_SPACES = frozenset(("zh", "ja", "th"))
BUDDHIST = 543


@cache
def languages() -> Mapping[str, dict[str, Any]]:
    """Return the words of each language."""
    return tomllib.loads(Path(__file__).with_name("languages.toml").read_text("utf-8"))


@dataclass
class Writer:
    """Writes sentences of one language, never one twice."""

    rng: random.Random
    language: str
    tag: str
    words: dict[str, Any]
    _said: set[str] = field(default_factory=set)

    def sentence(self) -> str:
        """Return a sentence that this writer has not written before, and that begins with no headline."""
        while True:
            text = self._clause(tail=True) + str(self.words.get("end", "."))
            if not any(map(text.startswith, self._said)):
                self._said.add(text)
                return text

    def title(self) -> str:
        """Return a headline."""
        while True:
            text = self._clause(tail=False)
            if text not in self._said:
                self._said.add(text)
                return text

    def paragraph(self, least: int = 2, most: int = 4) -> str:
        """Return a paragraph of some sentences."""
        return str(self.words.get("space", " ")).join(self.sentence() for _ in range(self.rng.randint(least, most)))

    def question(self) -> str:
        """Return a sentence as a question."""
        return self.title() + {"ar": "؟", "zh": "？", "ja": "？"}.get(self.language, "?")

    def name(self) -> str:
        """Return the name of a person."""
        return str(self.rng.choice(self.words["people"]))

    def date(self, when: datetime, form: str) -> str:
        """Return *when* as people of this language write it; *form* is ``long`` or ``numeric``."""
        values = {"d": when.day, "dd": f"{when.day:02}", "m1": when.month, "mm": f"{when.month:02}", "y": when.year}
        values |= {"b": self.words["months"][when.month - 1], "e": when.year + BUDDHIST}
        return str(self.words[form]).format_map(values)

    def clock(self, when: datetime) -> str:
        """Return the time of day as it follows a date."""
        values = {"h": f"{when.hour:02}", "m": f"{when.minute:02}", "h12": f"{when:%I}".lstrip("0"), "pm": f"{when:%p}"}
        return str(self.words["clock"]).format_map(values)

    def _clause(self, *, tail: bool) -> str:
        words, choose = self.words, self.rng.choice
        joint = "" if self.language in WITHOUT_SPACES else " "
        text = f"{choose(words['subjects'])}{joint}{choose(words['predicates'])}"
        if not tail:
            return text
        end = choose(words["tails"])
        return text + ("" if end.startswith(",") else str(words.get("joint", " "))) + str(end)


@dataclass(frozen=True)
class Part:
    """A piece of the article's text."""

    kind: str
    """``text``, ``subhead``, ``item`` or ``question``."""
    text: str


@dataclass
class Story:
    """An article as its readers know it."""

    writer: Writer
    url: str
    site: str
    headline: str
    lead: str
    parts: list[Part]
    authors: list[str]
    published: datetime
    """With the zone of the newsroom."""
    updated: datetime | None
    image: str
    caption: str
    credit: str
    section: str

    @property
    def zone(self) -> tzinfo | None:
        return self.published.tzinfo


def make_story(rng: random.Random) -> Story:
    """Return a random story."""
    language = rng.choice(sorted(languages()))
    words = languages()[language]
    tag = rng.choice(words["tags"])
    writer = Writer(rng, language, tag, words | words.get("regions", {}).get(tag, {}))
    zone = ZoneInfo(ZONES.get(tag) or ZONES[language])
    published = (FETCHED - timedelta(minutes=rng.randint(3 * 24 * 60, 500 * 24 * 60))).astimezone(zone)
    updated = published + timedelta(minutes=rng.randint(5, 3 * 24 * 60)) if rng.random() < 0.4 else None
    number = rng.randint(10_000, 9_999_999)
    path = rng.choice(
        ("/news/harbour-bridge-{}.html", "/{}/", "/2/harbour/{}", "/local/a-new-bridge-at-the-harbour/{}/")
    )
    host = rng.choice(("www.harbourpost.example", "lindenbote.example", "news.example", "www.altehafen.example"))
    return Story(
        writer=writer,
        url=f"https://{host}{path.format(number)}",
        site=rng.choice(("Harbour Post", "Lindenbote", "Delta News", "Porto Nuovo")),
        headline=writer.title(),
        lead=writer.sentence(),
        parts=_parts(rng, writer),
        authors=rng.sample(words["people"], rng.choice((1, 1, 1, 2))),
        published=published.replace(microsecond=0, second=0),
        updated=updated and updated.replace(microsecond=0, second=0),
        image=f"https://img.example/{number}/harbour-{rng.randint(100, 999)}.jpg",
        caption=writer.sentence(),
        credit=writer.name(),
        section=writer.title().split()[0],
    )


def _parts(rng: random.Random, writer: Writer) -> list[Part]:
    kind = rng.choice(("plain", "plain", "plain", "short", "subheads", "interview", "listicle", "list"))
    text = [
        Part("text", writer.paragraph()) for _ in range(rng.randint(2, 3) if kind == "short" else rng.randint(5, 10))
    ]
    if kind == "subheads":
        for at in range(len(text) - 2, 0, -3):
            text.insert(at, Part("subhead", writer.title()))
    if kind == "interview":
        return [each for part in text for each in (Part("question", writer.question()), part)]
    if kind == "listicle":
        return [each for at, part in enumerate(text, 1) for each in (Part("subhead", f"{at}. {writer.title()}"), part)]
    if kind == "list":
        middle = len(text) // 2
        return [*text[:middle], *(Part("item", writer.title()) for _ in range(4)), *text[middle:]]
    return text

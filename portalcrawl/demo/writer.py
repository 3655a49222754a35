"""Writes the texts of one story from the word lists: always the same for the same number."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TypeVar

from portalcrawl.demo import times
from portalcrawl.demo.sentence_grammar import Noun, Person, Speaker
from portalcrawl.demo.story_model import Paragraph, Picture
from portalcrawl.demo.word_lists import Section, Source, words

T = TypeVar("T")
Slots = Mapping[str, Noun | Person | Speaker | str]
_AGENCIES = {"dpa": "dpa", "dts": "dts", "bang": "BANG", "lifepr": "lifePR", "knd": "knd"}


@dataclass(frozen=True, slots=True)
class Copy:
    """The finished texts."""

    kicker: str
    headline: str
    short_headline: str
    lead: str
    paragraphs: tuple[Paragraph, ...]
    topics: tuple[str, ...]
    authors: tuple[str, ...]
    agency: str | None
    dateline: str | None
    pictures: tuple[Picture, ...]


class Writer:
    """Draws words for one story; its own random numbers keep stories independent of each other."""

    def __init__(self, key: str, section: Section, source: Source, published: datetime) -> None:
        self.draw = random.Random(f"kranichpost:{key}")
        self.section = section
        self.source = source
        self.published = published
        self.lists = words().lists
        self.slots = self._slots()

    def copy(self, number: int) -> Copy:
        """Write the story."""
        draw, patterns, common = self.draw, self.section.patterns, words().common
        headline, short = (self._fill(text) for text in draw.sample(patterns["headlines"], 2))
        form = draw.choice(self.source.forms)
        head, agency, place = self._dateline(form)
        own = draw.sample(patterns["sentences"], draw.randint(7, 10))
        shared = draw.sample(common["sentences"], draw.randint(5, 8))
        paragraphs = self._paragraphs(own, shared, draw.sample(common["subheads"], 2))
        first = Paragraph(head + paragraphs[0].text)
        people = self.source.people and form == "none"
        return Copy(
            kicker=self._fill(draw.choice(patterns["kickers"])),
            headline=headline,
            short_headline=short,
            lead=self._fill(draw.choice(patterns["leads"])),
            paragraphs=(first, *paragraphs[1:]),
            topics=tuple(draw.sample(self.section.topics, draw.randint(2, 4))),
            authors=tuple(self._person().name for _ in range(draw.choice((1, 1, 1, 2)))) if people else (),
            agency=agency,
            dateline=place,
            pictures=self._pictures(number, draw.sample(patterns["captions"], 2)),
        )

    def _slots(self) -> dict[str, Noun | Person | str]:
        draw = self.draw
        places = draw.sample(self.lists["places"], 2)
        surnames = draw.sample(self.lists["last"], 2)
        return {
            "p": self._person(surnames[0]),
            "q": self._person(surnames[1]),
            "thema": draw.choice(self.section.themes),
            "org": draw.choice(self.section.orgs),
            "ort": places[0],
            "ort2": places[1],
            "vorort": draw.choice(self.lists["suburbs"]),
            "tag": times.WEEKDAYS[(self.published.weekday() - draw.randint(0, 2)) % 7],
        }

    def _person(self, surname: str | None = None) -> Person:
        female = self.draw.random() < 0.5
        first = self.draw.choice(self.lists["first_f" if female else "first_m"])
        male_role, female_role = self.draw.choice(self.section.roles).split("|")
        last = surname or self.draw.choice(self.lists["last"])
        return Person(first, last, female, female_role if female else male_role)

    def _fill(self, pattern: str, speakers: Slots = MappingProxyType({})) -> str:
        """Fill the slots; figures are drawn anew for each sentence, names stay."""
        draw = self.draw
        figures = {
            "n": str(draw.randint(11, 48)),
            "n2": str(draw.randint(2, 9)),
            "stunde": str(draw.randint(6, 23)),
            "jahr": str(draw.randint(2026, 2034)),
            "monat": draw.choice(times.MONTHS),
            "mio": f"{draw.randint(2, 96)},{draw.randint(1, 9)}",
            "prozent": f"{draw.randint(1, 19)},{draw.randint(1, 9)}",
            "viele": f"{draw.randint(1, 9)}.{draw.randint(10, 99)}0",
            "viele_klein": str(draw.randint(11, 89) * 10),
            "am_tag": f"am {self.slots['tag']}",
        }
        return pattern.format_map({**self.slots, **speakers, **figures})

    def _paragraphs(self, own: Sequence[str], shared: Sequence[str], heads: Sequence[str]) -> list[Paragraph]:
        """Mix the sentences into paragraphs of two to four, with a subhead in longer texts."""
        first, rest = own[0], [*own[1:], *shared]
        self.draw.shuffle(rest)
        speakers = {name: Speaker(person) for name, person in self.slots.items() if isinstance(person, Person)}
        texts = [self._fill(text, speakers) for text in (first, *rest)]
        paragraphs = []
        while texts:
            size = min(len(texts), self.draw.randint(2, 4))
            paragraphs.append(Paragraph(" ".join(texts[:size])))
            texts = texts[size:]
        if len(paragraphs) > 4:
            paragraphs.insert(3, Paragraph(self._fill(heads[0]), subhead=True))
        return paragraphs

    def _dateline(self, form: str) -> tuple[str, str | None, str | None]:
        """Return the text's opening with its agency and place."""
        place = self._home(form)
        agency = _AGENCIES.get(form)
        day = times.short_date(self.published)
        openings: dict[str, tuple[str, str | None]] = {
            "none": ("", None),
            "place": (f"{place} - ", place),
            "dpa": (f"{place} (dpa) - ", place),
            "knd": (f"{place} (knd) - ", place),
            "dts": (f"{place} (dts Nachrichtenagentur) - ", place),
            "bang": ("(BANG) - ", None),
            "lifepr": (f"{place}, {day} (lifePR) - ", place),
        }
        opening, shown_place = openings[form]
        return opening, agency, shown_place

    def _home(self, form: str) -> str:
        chance = self.draw.random()
        if form == "dpa" and chance < 0.25:
            return self.draw.choice(self.lists["far_places"])
        return "Berlin" if chance > 0.8 else str(self.slots["ort"])

    def _pictures(self, number: int, captions: Sequence[str]) -> tuple[Picture, ...]:
        count = self.draw.choice((0, 1, 1, 1, 1, 1, 1, 2))
        credit = f"{self._person().name} / {self.source.name}"
        return tuple(
            Picture(number * 10 + place, self._fill(caption), credit) for place, caption in enumerate(captions[:count])
        )


def pick(options: Sequence[T], number: int) -> T:
    """Return one of *options* in turn."""
    return options[number % len(options)]

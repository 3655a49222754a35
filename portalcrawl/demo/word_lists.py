"""The word lists and sentence patterns of the sample portal, read once from the package's data."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from portalcrawl.demo.sentence_grammar import Noun

SECTION_FILES = ("politik", "wirtschaft", "sport", "panorama", "technik", "kultur", "auto", "gesundheit")


@dataclass(frozen=True, slots=True)
class Source:
    """Who delivers texts to the portal; *number* is the first part of its article ids."""

    number: int
    name: str
    forms: tuple[str, ...]
    """Datelines it uses: none, place, dpa, dts, bang, lifepr, knd."""
    people: bool
    """Whether it names its authors."""


@dataclass(frozen=True, slots=True)
class Section:
    """One department of the portal with its vocabulary."""

    slug: str
    name: str
    sources: tuple[int, ...]
    roles: tuple[str, ...]
    themes: tuple[Noun, ...]
    orgs: tuple[Noun, ...]
    topics: tuple[str, ...]
    patterns: dict[str, tuple[str, ...]]
    """Sentence patterns by use: kickers, headlines, leads, captions, sentences."""


@dataclass(frozen=True, slots=True)
class Words:
    """Everything that texts are made of."""

    lists: dict[str, tuple[str, ...]]
    sources: dict[int, Source]
    sections: tuple[Section, ...]
    common: dict[str, tuple[str, ...]]
    """Patterns that suit every section: sentences, subheads."""


def _read(name: str) -> dict[str, Any]:
    text = resources.files(__package__).joinpath("data", f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text)


def _section(slug: str) -> Section:
    data = _read(slug)
    return Section(
        slug=slug,
        name=data["name"],
        sources=tuple(data["sources"]),
        roles=tuple(data["roles"]),
        themes=tuple(map(Noun.parse, data["themen"])),
        orgs=tuple(map(Noun.parse, data["orgs"])),
        topics=tuple(data["topics"]),
        patterns={key: tuple(data[key]) for key in ("kickers", "headlines", "leads", "captions", "sentences")},
    )


@lru_cache(maxsize=1)
def words() -> Words:
    """Return the word lists."""
    data = _read("words")
    sources = {
        int(number): Source(int(number), row["name"], tuple(row["forms"]), row["people"])
        for number, row in data.pop("sources").items()
    }
    return Words(
        lists={key: tuple(value) for key, value in data.items()},
        sources=sources,
        sections=tuple(map(_section, SECTION_FILES)),
        common={key: tuple(value) for key, value in _read("allgemein").items()},
    )

"""Rank the lists of authors that a page gives.

Each source has a weight, and those that name the same people add up: lists for machines may hold the authors of other
articles or leave some out, and the byline that readers see decides where it is confirmed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from portalcrawl.loaders.date_choice import WEIGHTS
from portalcrawl.reasons import reason
from portalcrawl.text.normalize import fold


def rank_authors(found: Mapping[str, Sequence[str]]) -> list[tuple[str, list[str], str]]:
    """Return the lists in *found* (by source), the best first, each with its source and what speaks for it."""
    keys = {name: frozenset(map(_letters, people)) for name, people in found.items()}
    weights = {name: sum(WEIGHTS[other] for other in keys if _confirms(keys, other, name)) for name in keys}
    spelled = {_letters(person): person for people in found.values() for person in people if " " in person}
    ranked = []
    for name in sorted(found, key=weights.__getitem__, reverse=True):
        why = reason("source-weight", f"{weights[name]:g} with those that agree") if len(found) > 1 else ""
        people = [person if " " in person else spelled.get(_letters(person), person) for person in found[name]]
        ranked.append((name, people, why))
    return ranked


def _confirms(keys: Mapping[str, frozenset[str]], other: str, name: str) -> bool:
    """Return whether *other* names the same people as *name*; a byline may name as many again as it confirms."""
    return keys[other] == keys[name] or (
        name == "page" and keys[other] < keys[name] and len(keys[name]) <= 2 * len(keys[other])
    )


def _letters(name: str) -> str:
    """Return the letters of a name, which are those of the handle that is made of it."""
    return fold(name).replace(" ", "")

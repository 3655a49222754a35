"""Rank the lists of authors on a page.

Each source has a weight, and the weights of sources with the same people are added up: structured data may contain the
authors of other articles or lack some, and a visible byline that is confirmed by another source decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from portalcrawl.loaders.date_choice import WEIGHTS
from portalcrawl.reasons import reason
from portalcrawl.text.normalize import fold


def rank_authors(found: Mapping[str, Sequence[str]]) -> list[tuple[str, list[str], str]]:
    """Return the lists in *found* (by source), the best first, as tuples of source, names and reason.

    *found* is in order of trust: a name is spelled as in its first source, unless that has only a handle.
    """
    keys = {name: frozenset(map(_letters, people)) for name, people in found.items()}
    weights = {name: sum(WEIGHTS[other] for other in keys if _confirms(keys, other, name)) for name in keys}
    spelled = {_letters(person): person for people in reversed([*found.values()]) for person in people if " " in person}
    ranked = []
    for name in sorted(found, key=weights.__getitem__, reverse=True):
        why = reason("source-weight", f"{weights[name]:g} with those that agree") if len(found) > 1 else ""
        people = [spelled.get(_letters(person), person) for person in found[name]]
        ranked.append((name, people, why))
    return ranked


def _confirms(keys: Mapping[str, frozenset[str]], other: str, name: str) -> bool:
    """Return whether all people of source *other* are those of source *name*, which has at most twice as many."""
    return keys[other] <= keys[name] and len(keys[name]) <= 2 * len(keys[other])


def _letters(name: str) -> str:
    """Return the letters of a name, which are the same in a handle made from it."""
    return fold(name).replace(" ", "")

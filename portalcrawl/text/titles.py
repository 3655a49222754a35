"""The parts of a page's title: the headline, and around it the names of the site and of sections."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise

from portalcrawl import vocabulary
from portalcrawl.text.counts import is_dense
from portalcrawl.text.normalize import clean, fold

_STROKE = r"\s*(?:[|｜·•»›⋆_〉》]|--|::)\s*|\s[-–—@]\s|(?<=[\u3040-\u9fff”」』）！？])[-–—]"
STROKE = re.compile(_STROKE)
"""Separates the names of the site and of sections from the headline; in scripts without spaces, a dash needs none."""
_STROKE_OR_COLON = re.compile(rf"{_STROKE}|\s*[:：]\s*")
MOST_PARTS = 8
SHORTEST_TELLING = 4
"""Fewest characters of a word that two titles have in common if they are of one article."""
SHORTEST_FIRST = 15
"""Fewest bytes (UTF-8) of the first part if it is the headline: scripts without spaces say more in a character."""
_BRACKETED = re.compile(r"^(?P<headline>.{1,400}\S) [(\[](?P<name>[^()\[\]]{2,60})[)\]]$")
_SEPARATOR_BEFORE = re.compile(r"(?:\s*[|｜•·»›⋆:：*]|\s[-–—])\s*$")
_SEPARATOR_AFTER = re.compile(r"\s*[|｜•·»›⋆:：*]\s*|\s[-–—]\s+")
_DANGLING = re.compile(r"\s+[-–—|:]+$")
_RUBRICS = vocabulary.words("sites.rubrics")
"""Titles of sections and of the front page instead of an article."""
_EDGES = " :：|｜•·»›⋆–—〉》-"
_PUNCTUATION = " .|»›⋆-–—·•"


def main_parts(title: str) -> set[str]:
    """Return the runs of parts of *title* that contain its longest part, folded: one of them is the headline.

    >>> sorted(main_parts("Seenbote - Der Rat tagt - Insel"))
    ['der rat tagt', 'der rat tagt insel', 'seenbote der rat tagt', 'seenbote der rat tagt insel']
    """
    parts = _parts(title)
    longest = max(range(len(parts)), key=lambda at: len(parts[at]), default=0)
    return {" ".join(parts[start:end]) for start in range(longest + 1) for end in range(longest + 1, len(parts) + 1)}


def first_parts(title: str) -> set[str]:
    """Return the runs of parts at the beginning of *title*, folded: one is the headline if the site's name is long.

    Short runs are left out: a word before a dash is no headline.

    >>> sorted(first_parts("Der Stadtrat tagt | Der Seenbote für die Insel")), first_parts("Insel | Der Rat tagt")
    (['der stadtrat tagt', 'der stadtrat tagt der seenbote für die insel'], {'insel der rat tagt'})
    """
    parts = _parts(title)
    runs = (" ".join(parts[:end]) for end in range(1, len(parts) + 1))
    return {run for run in runs if len(run.encode()) >= SHORTEST_FIRST}


def is_side_part(text: str, title: str) -> bool:
    """Return whether *text* is in *title*, but not in its headline: it is the name of the site or of a section.

    >>> is_side_part("Insel", "Insel | Der Rat tagt"), is_side_part("Bote", "Der Rat tagt | Seen Bote")
    (True, True)
    >>> is_side_part("Der Rat tagt", "Insel | Der Rat tagt"), is_side_part("Der Rat", "Insel | Der Rat tagt")
    (False, False)
    """
    words = f" {fold(text)} "
    holders = [part for part in _parts(title) if words in f" {part} "]
    headlines = main_parts(title) | first_parts(title)
    return bool(holders) and headlines.isdisjoint((words.strip(), *holders))


def _parts(title: str) -> list[str]:
    return [folded for part in _STROKE_OR_COLON.split(title)[:MOST_PARTS] if (folded := fold(part))]


def are_akin(one: str, other: str) -> bool:
    """Return whether two titles have a word in common; in scripts without spaces, two neighbouring characters.

    >>> are_akin("Der Rat tagt im Mai", "Was der Rat beschließt"), are_akin("Rathaus saniert", "Neues vom Rathaus")
    (False, True)
    """
    return not _telling_words(one).isdisjoint(_telling_words(other))


def _telling_words(title: str) -> set[str]:
    words = fold(title).split()
    long = {word for word in words if len(word) >= SHORTEST_TELLING}
    return long | {"".join(pair) for word in words if is_dense(word) for pair in pairwise(word)}


def split_heading(texts: Sequence[str], titles: Collection[str]) -> tuple[str, str]:
    """Return kicker and headline in a heading whose elements hold *texts*; an empty kicker if there is none.

    The headline is what repeats one of the *titles*, without what is before and after it. Else the heading ends a
    kicker where a title has a colon or stroke and the heading has another element instead.

    >>> split_heading(["Hafen", "Der Rat tagt"], ["Hafen: Der Rat tagt"])
    ('Hafen', 'Der Rat tagt')
    >>> split_heading(["Der Rat tagt", "So war der Abend"], ["Der Rat tagt"])
    ('', 'Der Rat tagt')
    """
    whole, count = clean("".join(texts)), len(texts)
    if not 1 < count <= MOST_PARTS:
        return "", whole
    parted = [[folded for part in STROKE.split(title) if (folded := fold(part))] for title in titles]
    known = {fold(title) for title in titles} | {max(parts, key=len) for parts in parted if parts}
    if fold(whole) not in known:
        for size in range(count - 1, 0, -1):
            for start in range(count - size + 1):
                run = clean("".join(texts[start : start + size]))
                if fold(run) in known:
                    return clean("".join(texts[:start])).strip(_EDGES), run.strip(_EDGES)
    kickers = {" ".join(parts[:end]) for parts in map(_parts, titles) for end in range(1, len(parts))}
    for end in range(1, count):
        kicker, headline = clean("".join(texts[:end])), clean("".join(texts[end:]))
        is_apart = fold(headline) and not _STROKE_OR_COLON.search(f"{kicker[-3:]} {headline[:3]}")
        if is_apart and fold(kicker) in kickers:
            return kicker, headline
    return "", whole


def own_title(title: str, site_names: Sequence[str]) -> str | None:
    """Return a page's title without the site's name; None if it is only the name of the site or a section.

    >>> own_title("Rat tagt - Seenbote", ["Seenbote"]), own_title("News - Seenbote", ["Seenbote"])
    ('Rat tagt', None)
    """
    text = without_site(title, site_names)
    folded = fold(text)
    return text if folded and folded not in _RUBRICS and folded not in map(fold, site_names) else None


def without_site(headline: str, site_names: Iterable[str]) -> str:
    """Return *headline* without a site's name at its end or start.

    >>> without_site("Rathaus wird saniert | Muster-Zeitung", ["Muster-Zeitung"])
    'Rathaus wird saniert'
    """
    core = headline.rstrip(_PUNCTUATION)
    if bracketed := _BRACKETED.search(core):
        core = bracketed["headline"] + " | " + bracketed["name"]
    for name in sorted(filter(None, site_names), key=len, reverse=True):
        size, lower = len(name), name.lower()
        rest = ""
        if core[-size:].lower() == lower and (
            separator := _SEPARATOR_BEFORE.search(core, max(0, len(core) - size - 6), len(core) - size)
        ):
            rest = core[: separator.start()].strip()
        elif core[:size].lower() == lower and (separator := _SEPARATOR_AFTER.match(core, size)):
            rest = core[separator.end() :].strip()
        if rest:
            return rest
    return _DANGLING.sub("", headline)

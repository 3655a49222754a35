"""The pattern of a portal's article addresses, and its native id, generalised from addresses."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import combinations
from urllib.parse import urlsplit

from portalcrawl.profiles.regular_expressions import Pattern
from portalcrawl.urls.article_urls import has_id

MIN_ADDRESSES = 8
"""Fewer say too little."""
MOST_SHARED = 0.05
"""Share of addresses whose id another one has, too."""
MOST_OTHERS = 0.03
"""Share of addresses that need not match, if they hold no id: those of topics can look like those of articles."""
ANYWHERE = "^/(?:.+/)?"
_ENDING = r"(?:\.[a-z]{3,5})?/?$"
_NUMBER = r"(?P<id>\d{4,20})"
_MIXED = r"(?P<id>(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[0-9A-Za-z]{6,40})"
FORMS = (
    rf"[^/]+[-_,.]{_NUMBER}{_ENDING}",
    rf"[^/]+[-_,.]{_MIXED}{_ENDING}",
    rf"[^/]+_{_NUMBER}_\d+{_ENDING}",
    rf"{_NUMBER}[-_,.][^/]+{_ENDING}",
    rf"(?:[a-z]{{1,12}}[-_.,])?{_NUMBER}(?:/[^/]+){{1,2}}{_ENDING}",
    rf"{_MIXED}/[^/]+{_ENDING}",
    rf"(?:[a-z]{{1,12}}[-_.,]?)?{_NUMBER}{_ENDING}",
    rf"{_MIXED}{_ENDING}",
)
"""How the last segments of a path hold an id, from the most to the least telling."""
_DATE = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-3]\d)?")


@dataclass(frozen=True, slots=True)
class ArticlePattern:
    """A pattern and what it was found by."""

    expression: str
    """With the group ``id``, as in a profile."""
    made_from: int
    """Addresses that it was generalised from."""
    held_by: int
    """Further addresses that it was checked on and matches."""
    example: str
    """One id."""
    others: tuple[str, ...] = ()
    """Paths that it does not match; they hold no id."""


def find_pattern(urls: Collection[str]) -> ArticlePattern | None:
    """Return the pattern of the addresses *urls*, those of articles; None where they have none in common.

    It is made from every other address, and must hold for those that were left out.

    >>> urls = [f"https://example.org/politik/minister-tritt-zurueck-{number}.html" for number in range(471100, 471110)]
    >>> find_pattern(urls).expression
    '^/(?:.+/)?[^/]+-(?P<id>\\\\d{4,20})\\\\.html$'
    """
    paths = sorted({urlsplit(url).path for url in urls})
    if len(paths) < MIN_ADDRESSES:
        return None
    known = paths[::2]
    for form in (*FORMS, *(f"(?:{one}|{other})" for one, other in combinations(FORMS, 2))):
        if not _holds(ANYWHERE + form, known):
            continue
        expression = _narrowed(form, known)
        if _holds(expression, paths[1::2]) and _holds(expression, paths):
            pattern = Pattern(expression)
            others = tuple(path for path in paths if _id_of(pattern, path) is None)
            held = sum(_id_of(pattern, path) is not None for path in paths[1::2])
            example = next(filter(None, (_id_of(pattern, path) for path in known)), "")
            return ArticlePattern(expression, len(known), held, example, others)
    return None


def _id_of(pattern: Pattern, path: str) -> str | None:
    return pattern.find(path, "id")


def _holds(expression: str, paths: Sequence[str]) -> bool:
    """Return whether nearly all of *paths* match, nearly each with an id of its own that is no date.

    A few articles have two addresses, with an old and a new slug; a number that more addresses share is a topic's.
    """
    pattern = Pattern(expression)
    ids = {path: _id_of(pattern, path) for path in paths}
    found = [each for each in ids.values() if each is not None]
    others = [path for path, each in ids.items() if each is None]
    if len(others) > max(1, MOST_OTHERS * len(paths)) or any(map(has_id, others)) or any(map(_DATE.fullmatch, found)):
        return False
    return bool(found) and len(found) - len(set(found)) <= MOST_SHARED * len(found)


def _narrowed(form: str, paths: Sequence[str]) -> str:
    """Return *form* in any folder, with what all of *paths* share: the character before the id, the ending.

    Folders are left open: those of other sections, and of AMP pages, may stand on pages that were not fetched.
    """
    for general, narrow in (("[-_,.]", "-"), (_ENDING, _ending(paths))):
        narrowed = form.replace(general, general if narrow is None else narrow)
        if _holds(ANYWHERE + narrowed, paths):
            form = narrowed
    return ANYWHERE + form


def _ending(paths: Sequence[str]) -> str | None:
    """Return the expression of the ending that all of *paths* share; None where they differ."""
    found = {(match[1] or "", match[2]) for path in paths if (match := re.search(r"(\.[a-z]{3,5})?(/?)$", path))}
    if len(found) != 1:
        return None
    extension, slash = found.pop()
    return f"{re.escape(extension)}{slash}$"

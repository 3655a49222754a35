"""Finds the pattern of a portal's article URLs, including its native ids, by generalising from examples."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import combinations
from urllib.parse import urlsplit

from portalcrawl.profiles.regular_expressions import Pattern
from portalcrawl.urls.article_urls import has_id

MIN_ADDRESSES = 8
"""Fewest paths from which a pattern is made."""
MOST_SHARED = 0.05
"""Largest share of paths whose id is also that of another path."""
MOST_OTHERS = 0.03
"""Largest share of paths that need not match, if they contain no id: topic pages can look like articles."""
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
"""Forms of the last segments of a path with an id, from the most to the least specific."""
_DATE = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-3]\d)?")


@dataclass(frozen=True, slots=True)
class ArticlePattern:
    """A pattern, and the evidence for it."""

    expression: str
    """Regular expression with the group ``id``, as in a profile."""
    made_from: int
    """Number of paths from which it was generalised."""
    held_by: int
    """Number of the other paths, used to check it, that it matches."""
    example: str
    """One of the ids that it finds."""
    others: tuple[str, ...] = ()
    """Paths that it does not match; they contain no id."""


def find_pattern(urls: Collection[str]) -> ArticlePattern | None:
    """Return the pattern of *urls*, the URLs of articles; None if they share none, or are too few.

    It is made from every second path, and checked against the others.

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
    """Return whether nearly all of *paths* match *expression*, with ids that are nearly all different and not dates.

    Some ids may repeat, since a few articles have two URLs, with an old and a new slug. Numbers that more paths share
    belong to topics.
    """
    pattern = Pattern(expression)
    ids = {path: _id_of(pattern, path) for path in paths}
    found = [each for each in ids.values() if each is not None]
    others = [path for path, each in ids.items() if each is None]
    if len(others) > max(1, MOST_OTHERS * len(paths)) or any(map(has_id, others)) or any(map(_DATE.fullmatch, found)):
        return False
    return bool(found) and len(found) - len(set(found)) <= MOST_SHARED * len(found)


def _narrowed(form: str, paths: Sequence[str]) -> str:
    """Return *form* restricted to what all of *paths* share: the hyphen before the id, the ending; in any folder.

    Folders are not restricted, since pages that were not fetched may link to other sections or to AMP pages.
    """
    for general, narrow in (("[-_,.]", "-"), (_ENDING, _ending(paths))):
        narrowed = form.replace(general, general if narrow is None else narrow)
        if _holds(ANYWHERE + narrowed, paths):
            form = narrowed
    return ANYWHERE + form


def _ending(paths: Sequence[str]) -> str | None:
    """Return the regular expression of the ending that all of *paths* share; None if they differ."""
    found = {(match[1] or "", match[2]) for path in paths if (match := re.search(r"(\.[a-z]{3,5})?(/?)$", path))}
    if len(found) != 1:
        return None
    extension, slash = found.pop()
    return f"{re.escape(extension)}{slash}$"

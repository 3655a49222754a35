"""Explains why each field of an article has its value, and why other values on the page were rejected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from portalcrawl.reasons import reason, reason_id

if TYPE_CHECKING:
    from portalcrawl.items import Article
    from portalcrawl.loaders.article import Candidate

DERIVED: Mapping[str, str] = {
    "id": "from the canonical URL",
    "portal": "the profile's name, or the host",
    "url": "the URL that the page was fetched from",
    "canonical_url": "the declared URL if it is of the same article, else the page's own",
    "word_count": "from article_body",
    "content_hash": "from headline, kicker, description and article_body",
    "rights": "from headers and meta tags",
    "date_fetched": "the Date header, else the clock",
}
"""Fields that are derived from other fields, the URL or the response -> from what."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether and why one value of a field was chosen or rejected."""

    value: Any
    source: str
    """``profile``, ``json-ld``, ``meta``, ``page`` or ``url``."""
    reason: str
    """See :mod:`portalcrawl.reasons`."""
    chosen: bool


def decisions(field: str, candidates: Sequence[Candidate]) -> tuple[Decision, ...]:
    """Return the decision on each of the *candidates* of *field*, which are in order of trust: the first is chosen."""
    first, *others = candidates
    taken = Decision(first.value, first.source, _why_chosen(field, first, others), chosen=True)
    return taken, *(Decision(each.value, each.source, _why_not(each, first), chosen=False) for each in others)


def reasons_of(found: Mapping[str, tuple[Decision, ...]], article: Article) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each field of *article* with a value, and its reasons: that of the value first, then those of the others.

    Other candidates with the same value are skipped, and equal reasons are given once.
    """
    for field, (first, *others) in found.items():
        less = (each.reason for each in others if each.value != first.value)
        yield field, (first.reason, *dict.fromkeys(less))
    for field, origin in DERIVED.items():
        if field not in found and getattr(article, field) not in (None, "", {}):
            yield field, (reason("derived", origin),)


def _why_chosen(field: str, first: Candidate, others: Sequence[Candidate]) -> str:
    """Return the reason why *first* was chosen: ``<id>: from <source>``, and its own reason."""
    if not others and reason_id(first.reason) != "only-change":
        return reason("only-source", f"from {first.source}")
    if first.reason:
        name, _, detail = first.reason.partition(": ")
        return reason(name, f"from {first.source}, {detail}")
    if field == "article_body" and first.source == "json-ld":
        return reason("shown-is-cut", f"from {first.source}, the visible text is less than half of it")
    less = ", ".join(dict.fromkeys(each.source for each in others))
    return reason("order-of-trust", f"from {first.source}, before {less}")


def _why_not(other: Candidate, first: Candidate) -> str:
    """Return the reason why *other* was rejected."""
    name, _, detail = other.reason.partition(": ")
    if other.value == first.value:
        return reason("same-value", f"{other.source} has the same value")
    if reason_id(other.reason) == "time-of-change":
        return reason("time-of-change", f"{other.source} gives {detail}")
    if name:
        return reason("less-weight", f"{other.source}, {detail}")
    return reason("less-trusted", f"{other.source} is trusted less than {first.source}")

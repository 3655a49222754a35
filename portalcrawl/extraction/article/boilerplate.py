"""Lines that stand beside an article's text on pages of any make, told by their wording in the usual languages.

The words are the vocabulary's; what names of classes tell is in ``dom.name_roles``. All patterns see one line in lower
case.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from portalcrawl.extraction.teasers.line_forms import is_call
from portalcrawl.vocabulary import LazyPattern, either, either_opening, starts_of, unspaced, word_starts

LONGEST_NOTE = 320
"""Longer lines are text, whatever words they hold."""
LONGEST_CONSENT = 600
"""The same for lines that open by asking the reader for consent: they tell what for, and whose terms apply."""
LONGEST_LABEL = 60
LONGEST_STAMP = 120
LONGEST_CREDIT = 200


def _pointer() -> str:
    return either("pointers.whole", "pointers.open", "pointers.media", "pointers.calls") + r"(?!\w)"


_LEADS_ELSEWHERE = LazyPattern(_pointer)
_LEAD_ALONE = LazyPattern(lambda: rf"{_pointer()}\s*(?:[:：|»>›→–—-]|$)")
_POINTS_AT_END = LazyPattern(lambda: rf"(?<!\w){either('pointers.closing')}\W*$")
"""``Mehr dazu finden Sie hier``."""
_OFFERS = LazyPattern(
    lambda: (
        rf"(?<!\w){either('offers.phrases')}"
        rf"|(?<!\w){either('offers.acts')}\b.{{0,120}}(?<!\w){either('offers.letters')}"
    )
)
_CONSENT = LazyPattern(lambda: rf"(?<!\w){either('consent.phrases')}")
_RIGHTS = LazyPattern(lambda: either("rights.phrases"))
_TALK = LazyPattern(
    lambda: rf"(?<!\w){either('comments.asked')}(?!\w)|(?<!\w){either('comments.reach')}\b.{{0,60}}\S@\S"
)
_ABOUT_ITSELF = LazyPattern(lambda: rf"{either('about_itself.phrases')}|{either('about_itself.to_come')}\W*$")
"""What a line says of the text it ends: where the matter is or was broadcast, that writing goes on."""
_CHANNEL = LazyPattern(lambda: either("offers.channels"), re.IGNORECASE)
"""Where portals want to be followed, as addresses name it."""
_SEARCHED = (
    ("offer", _OFFERS, ("offers.phrases", "offers.letters")),
    ("consent", _CONSENT, ("consent.phrases",)),
    ("rights", _RIGHTS, ("rights.phrases",)),
    ("talk", _TALK, ("comments.asked",)),
)
"""Reasons with patterns that are searched for, each with its phrases."""
_ASKS_FOR_CONSENT = LazyPattern(lambda: either_opening("consent.opening"))
_OPENINGS = (
    ("consent", _ASKS_FOR_CONSENT),
    ("offer", LazyPattern(lambda: either_opening("offers.opening"))),
    ("rights", LazyPattern(lambda: rf"\(c\)(?!\w)|{either_opening('rights.opening')}")),
    ("talk", LazyPattern(lambda: either_opening("comments.opening"))),
)
"""Reasons with patterns of how a line begins."""
_CREDIT = LazyPattern(
    lambda: (
        rf"[(\[]?{either('credits.names', 'credits.phrases')}\s*{either('credits.by')}?\s*[:：©|/]"
        rf"|{either('credits.abbreviated')}\s"
        rf"|[(\[]{either('credits.names', 'credits.bracketed')}\b"
    )
)
_MONTH = r"[^\W\d_]{3,9}"
_ORDINAL = rf"(?:\.|{either('dates.ordinals')})"
_STAMP = LazyPattern(
    lambda: (
        rf"{either('stamps.words', 'stamps.phrases')}\b[^.]{{0,12}}?[\s:].{{0,60}}\d"
        rf"|\d{{1,2}}\.\s?(?:\d{{1,2}}\.|{_MONTH}\.?)\s?(?:19|20)?\d\d\b[^.!?]{{0,70}}$"
        rf"|\d{{1,2}}{_ORDINAL}?\s(?:{either('dates.of')}\s)?{_MONTH}\.?\s(?:{either('dates.of_year')}\s)?(?:19|20)\d\d(?:\s?[(|,–-].{{0,60}})?$"
        rf"|{either('reading_time.names')}\b.{{0,8}}\d"
        rf"|[^.!?|]{{2,40}}\s[|·•]\s\d{{1,2}}[./]\s?(?:\d{{1,2}}[./]|{_MONTH})\s?(?:19|20)?\d\d[^.!?]{{0,40}}$"
        r"|\[[^\[\]]{2,60}\]\s*[·•|]\s*\d"
        rf"|\d{{1,4}}[./-]\d{{1,2}}[./-]\d{{1,4}}\b.{{0,60}}?\b{either('stamps.filed')}\s*:"
    )
)
_ENDS = frozenset('.!?“”"')
_WHEN = re.compile(
    rf"\d{{1,2}}[:./]\d{{1,2}}\b|\d{{1,2}}{_ORDINAL}?\s{_MONTH}\.?\s\d{{4}}|{_MONTH}\.?\s\d{{1,2}},?\s\d{{4}}"
)
"""A day or a time of day: without one a sentence is no date line (``Zuletzt waren es 12.``)."""
_TRAIL = re.compile(r"[^/|.!?]{2,60}(?:\s+/\s+[^/|.!?]{2,60}){2,15}")
_LABEL = LazyPattern(
    lambda: (
        either(
            *("ads.words", "ads.phrases", "calls.places", "topics.names"),
            *("comments.words", "comments.labels", "labels.media"),
        )
        + r"[\s:：.…!]*(?:\(?\d+\)?)?"
    )
)
"""Names of what stands around a text: advertisements, places on the page, topics, comments, media."""


def is_offer(text: str, href: str | None) -> bool:
    """Return whether a short line speaks of the newsletter or channel that it links to."""
    match = _CHANNEL.search(href or "")
    return match is not None and len(text) <= LONGEST_NOTE and match[0].lower() in text.lower()


def is_note(text: str, linked: int = 0) -> bool:
    """Return whether a line is no part of the text it stands by: a pointer elsewhere, an offer, a notice, a credit.

    *linked* is how many of its characters stand in links.
    """
    return note_reason(text, linked) != ""


def note_reason(text: str, linked: int = 0) -> str:
    """Return the id of the reason (see :mod:`portalcrawl.reasons`) why a line is boilerplate; empty where it is not."""
    size = len(text)
    if size > LONGEST_NOTE:
        return "consent" if size <= LONGEST_CONSENT and _ASKS_FOR_CONSENT.match(text.lower()) else ""
    lower = text.lower()
    if size < LONGEST_LABEL and (_LABEL.fullmatch(lower) or is_call(lower)):
        return "label"
    if _LEADS_ELSEWHERE.match(lower) and (linked * 3 > size or _LEAD_ALONE.match(lower)):
        return "pointer"
    if linked and size < LONGEST_STAMP and _POINTS_AT_END.search(lower):
        return "pointer"
    for name, opening in _OPENINGS:
        if opening.match(lower):
            return name
    return _searched(lower) or _small_print(lower, size)


@cache
def _starts() -> Sequence[tuple[str, LazyPattern, frozenset[str]]]:
    """Return the patterns to search for, each with how words begin of which one stands in every line that it finds."""
    return tuple((name, pattern, word_starts(*roles)) for name, pattern, roles in _SEARCHED)


@cache
def _unspaced() -> Sequence[tuple[str, Sequence[str]]]:
    """Return what stands in such lines in Chinese and Japanese."""
    return tuple((name, unspaced(*roles)) for name, _, roles in _SEARCHED)


def _searched(lower: str) -> str:
    """Return the id of the reason whose phrases stand anywhere in the line; most lines have no word of theirs."""
    starts = starts_of(lower)
    for name, pattern, known in _starts():
        if not starts.isdisjoint(known) and pattern.search(lower):
            return name
    if not lower.isascii():
        for name, phrases in _unspaced():
            if any(phrase in lower for phrase in phrases):
                return name
    return "talk" if "@" in lower and _TALK.search(lower) else ""


def _small_print(lower: str, size: int) -> str:
    """Return the id of the reason where a short line is a credit, a date line, a trail or speaks of the text itself."""
    if size >= LONGEST_CREDIT:
        return ""
    if size < LONGEST_STAMP and _STAMP.match(lower) and (lower[-1] not in _ENDS or _WHEN.search(lower)):
        return "stamp"
    if _CREDIT.match(lower):
        return "credit"
    if " / " in lower and _TRAIL.fullmatch(lower):
        return "trail"
    return "about-itself" if _ABOUT_ITSELF.match(lower) else ""

"""Recognizes boilerplate around an article's text by its wording, in the languages of the vocabulary.

Class names are read in ``dom.name_roles``. All patterns match one line in lower case.
"""

from __future__ import annotations

import re
from functools import cache

from portalcrawl.extraction.teasers.line_forms import is_call
from portalcrawl.vocabulary import (
    END_OF_WORD,
    LazyPattern,
    Openings,
    PhraseSearch,
    Searched,
    either,
    expression,
    may_open,
    openings,
    phrases,
    word_expression,
)

LONGEST_NOTE = 320
"""Characters; longer lines are text, whatever their wording."""
LONGEST_CONSENT = 600
"""The same for lines that begin by asking for consent: they go on with its purpose and with whose terms apply."""
LONGEST_LABEL = 60
LONGEST_STAMP = 120
LONGEST_CREDIT = 200
_DOTTED_I = "İ".lower()
"""What becomes of the Turkish capital: an ``i`` with a combining dot."""


_POINTER = Openings("pointers.whole", "pointers.open", "pointers.media", "pointers.calls", behind=r"(?!\w)")
_BEHIND_POINTER = re.compile(r"\s*(?:[:：|»>›→–—-]|$)")
"""What follows a pointer that is not part of a sentence."""
_POINTS_AT_END = LazyPattern(lambda: rf"(?<!\w){either('pointers.closing')}\W*$")
"""``Mehr dazu finden Sie hier``."""
_ACTS = LazyPattern(lambda: rf"(?<!\w){either('offers.acts')}\b.{{0,120}}(?<!\w){either('offers.letters')}")
_REACH = LazyPattern(lambda: rf"(?<!\w){either('comments.reach')}\b.{{0,60}}\S@\S")
_ABOUT_ITSELF = (Openings("about_itself.phrases"), Openings("about_itself.to_come", behind=r"\W*$"))
"""Lines about the text itself: where the topic is or was broadcast, that the text will be continued."""
_CHANNEL = LazyPattern(lambda: either("offers.channels"))
"""Channels on which portals ask to be followed, as URLs name them."""
_SEARCHED = PhraseSearch(
    Searched("offer", "offers.phrases", lambda phrase: LazyPattern(lambda: word_expression(phrase))),
    Searched("offer", "offers.letters", lambda phrase: _ACTS),
    Searched("consent", "consent.phrases", lambda phrase: LazyPattern(lambda: word_expression(phrase))),
    Searched("rights", "rights.phrases", lambda phrase: LazyPattern(lambda: expression(phrase))),
    Searched("talk", "comments.asked", lambda phrase: LazyPattern(lambda: rf"{word_expression(phrase)}(?!\w)")),
)
"""Reasons with phrases that may occur anywhere in a line."""
_ASKS_FOR_CONSENT = Openings("consent.opening", behind=END_OF_WORD)
_OPENINGS = (
    ("consent", _ASKS_FOR_CONSENT),
    ("offer", Openings("offers.opening", behind=END_OF_WORD)),
    ("rights", Openings("rights.opening", behind=END_OF_WORD)),
    ("talk", Openings("comments.opening", behind=END_OF_WORD)),
)
"""Reasons with phrases at the beginning of a line."""
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
_DIGIT = re.compile(r"\d")
_ENDS = frozenset('.!?“”"')
_WHEN = re.compile(
    rf"\d{{1,2}}[:./]\d{{1,2}}\b|\d{{1,2}}{_ORDINAL}?\s{_MONTH}\.?\s\d{{4}}|{_MONTH}\.?\s\d{{1,2}},?\s\d{{4}}"
)
"""A day or a time of day; a date line has one, unlike ``Zuletzt waren es 12.``."""
_TRAIL = re.compile(r"[^/|.!?]{2,60}(?:\s+/\s+[^/|.!?]{2,60}){2,15}")
_LABEL = Openings(
    *("ads.words", "ads.phrases", "calls.places", "topics.names"),
    *("comments.words", "comments.labels", "labels.media"),
    behind=r"[\s:：.…!]*(?:\(?\d+\)?)?",
)
"""Labels of what surrounds a text: advertisements, parts of the page, topics, comments, media."""
_OPENING_ROLES = (
    *("ads.words", "ads.phrases", "calls.places", "topics.names", "labels.media", "comments.words", "comments.labels"),
    *("pointers.whole", "pointers.open", "pointers.media", "pointers.calls"),
    *("consent.opening", "offers.opening", "rights.opening", "comments.opening"),
    *("credits.names", "credits.phrases", "credits.abbreviated", "credits.bracketed"),
    *("about_itself.phrases", "about_itself.to_come"),
)
"""The roles of the patterns for the beginning of a line, except date stamps, which have a digit."""


def is_offer(text: str, href: str | None) -> bool:
    """Return whether a short line offers the newsletter or channel that it links to."""
    match = _CHANNEL.search(href.lower()) if href and len(text) <= LONGEST_NOTE else None
    return match is not None and match[0] in text.lower()


def is_note(text: str, linked: int = 0) -> bool:
    """Return whether a line is boilerplate: a link to something else, an offer, a notice, a credit.

    *linked* is the number of its characters in links.
    """
    return note_reason(text, linked) != ""


def note_reason(text: str, linked: int = 0) -> str:
    """Return the id of the reason (see :mod:`portalcrawl.reasons`) why a line is boilerplate; empty if it is not."""
    size = len(text)
    if size > LONGEST_NOTE:
        return "consent" if size <= LONGEST_CONSENT and _ASKS_FOR_CONSENT.begin(text.lower()) else ""
    lower = text.lower().replace(_DOTTED_I, "i")
    opens = may_open(lower.lstrip("(["), _openings())
    if size < LONGEST_LABEL and ((opens and _LABEL.are(lower)) or is_call(lower)):
        return "label"
    if opens and (_POINTER.begin(lower) if linked * 3 > size else _is_pointer(lower)):
        return "pointer"
    if linked and size < LONGEST_STAMP and _POINTS_AT_END.search(lower):
        return "pointer"
    if opens and (name := next((name for name, opening in _OPENINGS if opening.begin(lower)), "")):
        return name
    if name := _SEARCHED.find(lower):
        return name
    if "@" in lower and _REACH.search(lower):
        return "talk"
    return _small_print(lower, opens=opens) if size < LONGEST_CREDIT else ""


def _is_pointer(lower: str) -> bool:
    """Return whether the line is a pointer alone, or begins with one before a colon, a dash or the like."""
    return any(_POINTER.are(lower, behind.start()) for behind in _BEHIND_POINTER.finditer(lower))


@cache
def _openings() -> frozenset[str]:
    """Return the beginnings of lines that one of the patterns in :data:`_OPENINGS` may match."""
    return openings(phrase for role in _OPENING_ROLES for phrase in phrases(role))


def _small_print(lower: str, *, opens: bool) -> str:
    """Return the id of the reason if a short line is a credit, a date line, a trail or about the text itself.

    Empty if it is none of these.
    """
    may_be_stamp = len(lower) < LONGEST_STAMP and _DIGIT.search(lower)
    if may_be_stamp and _STAMP.match(lower) and (lower[-1] not in _ENDS or _WHEN.search(lower)):
        return "stamp"
    if opens and _CREDIT.match(lower):
        return "credit"
    if " / " in lower and _TRAIL.fullmatch(lower):
        return "trail"
    return "about-itself" if opens and any(each.begin(lower) for each in _ABOUT_ITSELF) else ""

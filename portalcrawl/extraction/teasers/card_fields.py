"""What a card says: which of its lines is headline, kicker, snippet, age, count, label, and which is none of these."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import partial
from itertools import takewhile
from math import inf
from typing import Literal

from portalcrawl.extraction.parts import TeaserParts
from portalcrawl.extraction.teasers import line_forms
from portalcrawl.extraction.teasers.card_lines import Line
from portalcrawl.extraction.teasers.card_text import CardText
from portalcrawl.extraction.teasers.class_hints import Hint
from portalcrawl.extraction.teasers.line_sorting import FIELDS, sort_lines
from portalcrawl.extraction.teasers.teaser_images import read_image
from portalcrawl.extraction.teasers.wording import TO_ARTICLE
from portalcrawl.text.normalize import clean, fold

_MAX_HEADLINE = 250
_MAX_KICKER = 80
_MIN_LINK_TEXT = 12
_MIN_TITLE_WORDS = 3
_MIN_SNIPPET = 30
_MIN_CUT = 12
_MAX_TOPIC = 40
_MAX_SNIPPET = 800
_MIN_SNIPPET_WORDS = 5
_AHEAD = re.compile(r"(?:[·|•●–—-]\s+)?(?:…|\.{3})\s*|[·|•●]\s+")
"""Marks before a snippet: what was cut off its beginning, or the end of the date before it."""
_GLUED = re.compile(r"([^:]{2,80}?)\s:(?=\S)(\S.*)")
_DOTS = re.compile(r"\s*[·•]\s*")
_BETWEEN = line_forms.MARKS.replace(" ", ":")
"""What stands between a kicker and its headline."""
_MIN_VOTES = 3
_MOST = 0.5
_VOTE = 3.0
_WEIGHTS = {
    "heading": 4.0,
    "in the link": 2.0,
    "bold": 1.0,
    "class of a title": 3.0,
    "class of a snippet": -2.0,
    "class of a kicker": -4.0,
    "named by link or picture": 3.0,
    "beside a link that speaks": -3.0,
}
"""What speaks for a line as the headline of its card, or against it."""
Field = Literal["headline", "kicker", "snippet", "none"]
_NOT_TEXT = Hint.DATE | Hint.AUTHOR | Hint.COUNT | Hint.DURATION | Hint.CAPTION | Hint.MORE


class FieldVotes:
    """What the lines of one place in the markup are on the cards that a template made alike.

    The first reading of each card is a vote; where a card alone leaves it open, most of the others decide.
    """

    def __init__(self) -> None:
        self._fields: dict[tuple[str, str], Counter[str]] = {}
        self._texts: dict[tuple[str, str], set[str]] = {}

    def add(self, template: str, line: Line, field: Field) -> None:
        """Count that *line*, of a card made by *template*, was read as *field*."""
        key = template, line.slot
        self._fields.setdefault(key, Counter())[field] += 1
        self._texts.setdefault(key, set()).add(fold(line.text))

    def share(self, template: str, line: Line, field: Field) -> float:
        """Return the share of lines in the place of *line* that are *field*, 0 where there are too few."""
        found = self._fields.get((template, line.slot))
        total = found.total() if found else 0
        return found[field] / total if found and total >= _MIN_VOTES else 0.0

    def is_varied(self, template: str, line: Line) -> bool:
        """Return whether hardly any two cards have the same text in the place of *line*."""
        key = template, line.slot
        total = self._fields[key].total() if key in self._fields else 0
        return total >= _MIN_VOTES and len(self._texts[key]) * 10 >= 8 * total


@dataclass(frozen=True, slots=True)
class PageSigns:
    """What the page as a whole tells of the lines of its cards."""

    sections: Set[str]
    """Addresses, as written, that are linked more than once, as sections are."""
    votes: FieldVotes


class CardFields:
    """The fields of one card, told from its lines and from the page around it."""

    def __init__(self, card: CardText, template: str, base_url: str, page: PageSigns) -> None:
        self.card = card
        self.template = template
        self.votes = page.votes
        self.sections = page.sections
        self.found = sort_lines(card)
        self.texts = self.found.texts
        self.image = read_image(card.images, base_url)
        self.alt = self.image.caption if self.image else None
        self.names = [*filter(None, card.titles), *filter(_is_long, [self.alt or ""])]
        self.scores = self.score_lines()

    def vote(self) -> None:
        """Add to the votes what the lines of this card are by the votes so far."""
        fields = {id(line): name for name, line in self.assign().items()}
        for line in {line.slot: line for line in reversed(self.texts)}.values():
            self.votes.add(self.template, line, fields.get(id(line), "none"))

    def read(self, url: str, *, clock: bool = False, caption_over_snippet: bool = False) -> TeaserParts | None:
        """Return what the card says of the article at *url*; None where it says nothing or is an advertisement.

        *clock* tells that a bare time in it is when the article appeared.
        """
        told = self.found.told
        if "ad" in told:
            return None
        day = told.get("date") or (told.get("clock") if clock else None)
        parts = TeaserParts(
            url,
            date_text=day.strip(line_forms.MARKS) if day else None,
            date_attribute=told.get("when"),
            comment_count=told.get("count"),
            label=told.get("label"),
            block=told.get("lead_in"),
            image_url=self.image.url or None if self.image else None,
            image_caption=told.get("caption") or self.alt,
        )
        lines = self.assign()
        for name, line in lines.items():
            line.field = name
        if "headline" in lines:
            self.add_headline(parts, lines)
        elif not self.texts:
            names = (*self.card.names, *(TO_ARTICLE.sub("", label) for label in self.card.labels))
            parts.headline = next((name for name in names if _can_be_title(name)), None)
        if "snippet" in lines:
            text, parts.is_truncated = line_forms.split_cut(lines["snippet"].text)
            parts.snippet = _AHEAD.sub("", text, count=1) if _AHEAD.match(text) else text
        _tell_caption(parts, self.alt, caption_over_snippet)
        return _cleaned(parts) if parts.headline or parts.snippet or parts.image_caption else None

    def owners(self) -> dict[int, str]:
        """Return the field that each block of text gave, once the card is read: the first in the order of fields."""
        found: dict[int, str] = {}
        for line in self.found.lines:
            part = "link" if line.field == "other" and line.linked else line.field
            for block in line.blocks:
                found[block] = min(found.get(block, "other"), part, key=FIELDS.index)
        return found

    def add_headline(self, parts: TeaserParts, lines: Mapping[Field, Line]) -> None:
        """Give *parts* the headline, and what stands before it."""
        headline, line = lines["headline"], lines.get("kicker")
        parts.headline, glued = self.unglued(headline.text)
        kicker = glued or (line.text if line else "")
        genre, *others = _DOTS.split(kicker)
        if others and line_forms.is_genre(genre):
            parts.label, kicker = parts.label or genre, others[-1]
        parts.kicker = kicker.strip(f"{line_forms.MARKS}:") or None
        before = takewhile(lambda each: each is not headline, self.texts)
        topics = (each.text for each in before if each.foreign and each is not line and not each.hint & _NOT_TEXT)
        parts.label = parts.label or next((topic for topic in topics if len(topic) <= _MAX_TOPIC), None)

    def assign(self) -> dict[Field, Line]:
        """Return the headline, by what speaks for each text and the votes so far, and with it kicker and snippet.

        The kicker calls itself so, or is the short line right over the headline; a genre (``Kommentar``) is the kicker
        only where no other line is. The snippet is the first running text after the headline.
        """
        share = partial(self.votes.share, self.template)
        votes = (share(line, "headline") - share(line, "kicker") for line in self.texts)
        at = self.best([score + _VOTE * vote for score, vote in zip(self.scores, votes, strict=True)])
        folded = "" if at is None else fold(self.texts[at].text)
        others = [(index, line) for index, line in enumerate(self.texts) if fold(line.text) != folded]
        behind = (line for index, line in others if (at is None or index > at) and self.can_be_snippet(line))
        found: dict[Field, Line | None] = {"snippet": next(behind, None)}
        if at is not None:
            over = [(index, line) for index, line in others if self.can_be_kicker(line, is_over=index < at)]
            _, kicker = max(over, key=lambda each: _rank(*each), default=(0, None))
            found |= {"kicker": kicker, "headline": self.texts[at]}
        return {name: line for name, line in found.items() if line is not None}

    def best(self, scores: list[float]) -> int | None:
        """Return the index of the text with the highest of *scores* above 0; of two alike the first may be a kicker."""
        best, best_score = None, 0.0
        for index, (line, score) in enumerate(zip(self.texts, scores, strict=True)):
            if score > best_score or (score == best_score and best is not None and _opens(self.texts[best], line)):
                best, best_score = index, score
        return best

    def score_lines(self) -> list[float]:
        """Return how much speaks for each text as the headline."""
        names = {fold(name) for name in (*self.card.titles, self.alt or "")} - {""}
        speaking = (line for line in self.texts if line.linked and len(line.text) >= _MIN_LINK_TEXT)
        link_speaks = any(not _is_cut_snippet(line.text) for line in speaking)
        return [self.score(line, names, link_speaks=link_speaks) for line in self.texts]

    def score(self, line: Line, names: Set[str], *, link_speaks: bool) -> float:
        text, hint = line.text, line.hint
        if len(text) > _MAX_HEADLINE or line.foreign or hint & _NOT_TEXT or _is_cut_snippet(text):
            return -inf
        signs = {
            "heading": line.heading,
            "in the link": line.linked,
            "bold": line.strong and not line.heading,
            "class of a kicker": hint & Hint.KICKER and len(self.texts) > 1,
            "class of a snippet": hint & (Hint.KICKER | Hint.SNIPPET) == Hint.SNIPPET,
            "class of a title": hint & (Hint.KICKER | Hint.SNIPPET | Hint.TITLE) == Hint.TITLE,
            "named by link or picture": fold(text) in names,
            "beside a link that speaks": link_speaks and not line.linked and not (line.heading and _is_long(text)),
        }
        return 1.0 + sum(_WEIGHTS[name] for name, given in signs.items() if given)

    def can_be_kicker(self, line: Line, *, is_over: bool) -> bool:
        """Return whether *line* may be the kicker; *is_over*: it stands before the headline.

        A link to elsewhere names the section, unless it differs from card to card.
        """
        if len(line.text) > _MAX_KICKER or line.hint & Hint.KICKER:
            return len(line.text) <= _MAX_KICKER
        if not is_over or line.hint & _NOT_TEXT or line.text.endswith("."):
            return False
        return not line.foreign or (line.foreign not in self.sections and self.votes.is_varied(self.template, line))

    def can_be_snippet(self, line: Line) -> bool:
        """Return whether *line* is running text, or is a snippet on most cards alike."""
        if len(line.text) > _MAX_SNIPPET or line.foreign:
            return False
        if self.votes.share(self.template, line, "snippet") > _MOST:
            return True
        if line.hint & (_NOT_TEXT | Hint.KICKER) or (line.heading and not line.hint & Hint.SNIPPET):
            return False
        if line_forms.split_cut(line.text)[1] or line.hint & Hint.SNIPPET:
            return len(line.text) >= _MIN_CUT
        return len(line.text) >= _MIN_SNIPPET and line.text.count(" ") + 1 >= _MIN_SNIPPET_WORDS

    def unglued(self, text: str) -> tuple[str, str]:
        """Return *text* without the kicker at its front, and this.

        Where the link's title or the image's text repeats the rest alone, or a colon stands at the rest's front.
        """
        for name in self.names:
            size = len(text) - len(name)
            if not 0 < size <= _MAX_KICKER or not text.casefold().endswith(name.casefold()):
                continue
            glued = text[size - 1].islower() and text[size].isupper()
            if glued or text[:size].rstrip()[-1] in _BETWEEN or (text[size - 1] == " " and name != self.alt):
                return text[size:], text[:size]
        match = _GLUED.fullmatch(text)
        return (match[2], match[1]) if match else (text, "")


def _opens(kicker: Line, headline: Line) -> bool:
    """Return whether of two lines that look alike the first is the kicker of the second, and no copy of it."""
    if fold(kicker.text) == fold(headline.text):
        return False
    if len(kicker.text) > _MAX_KICKER or headline.text.endswith(".") or len(headline.text) * 3 < len(kicker.text):
        return False
    if kicker.heading and headline.heading:
        return True
    return len(kicker.text) * 1.2 < len(headline.text) < 120 and not kicker.heading


def _is_long(text: str) -> bool:
    """Return whether *text* has the words of a headline, not of a kicker alone."""
    return text.count(" ") + 1 >= _MIN_TITLE_WORDS


def _is_cut_snippet(text: str) -> bool:
    return len(text) > 60 and text.endswith(("]", "…)", "...)")) and line_forms.split_cut(text)[1]


def _can_be_title(name: str) -> bool:
    """Return whether the ``title`` of a link without text is a headline, not a call to read on."""
    return _is_long(name) and line_forms.form_of(name) == "text"


def _rank(index: int, line: Line) -> tuple[bool, bool, int]:
    """Return how much speaks for a line as the kicker: its name, that it is no genre, its place."""
    is_named = bool(line.hint & Hint.KICKER)
    return is_named, not line_forms.is_genre(line.text), -index if is_named else index


def _tell_caption(parts: TeaserParts, alt: str | None, caption_over_snippet: bool) -> None:
    """Settle which of headline and caption the text is that stands over the snippet and on the image."""
    if not parts.headline or not alt or fold(parts.headline) != fold(alt):
        return
    if caption_over_snippet and parts.snippet and not parts.kicker:
        parts.headline = None
    elif parts.image_caption == alt:
        parts.image_caption = None


def _cleaned(parts: TeaserParts) -> TeaserParts:
    for name in ("headline", "kicker", "snippet", "date_text", "label", "image_caption", "block"):
        value = getattr(parts, name)
        if value is not None:
            setattr(parts, name, clean(value) or None)
    return parts

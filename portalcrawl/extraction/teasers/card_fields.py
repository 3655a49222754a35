"""Assigns the lines of a card to fields: headline, kicker, snippet, date, count, label or none."""

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
from portalcrawl.text.counts import word_count
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
"""Marks before a snippet: an ellipsis, or the separator after a date."""
_GLUED = re.compile(r"([^:]{2,80}?)\s:(?=\S)(\S.*)")
_DOTS = re.compile(r"\s*[·•]\s*")
_BETWEEN = line_forms.MARKS.replace(" ", ":")
"""Separators between a kicker and its headline."""
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
"""Points for a line as the headline of its card, or against it."""
Field = Literal["headline", "kicker", "snippet", "none"]
_NOT_TEXT = Hint.DATE | Hint.AUTHOR | Hint.COUNT | Hint.DURATION | Hint.CAPTION | Hint.MORE


class FieldVotes:
    """Counts as which fields the lines at one place in the markup are read, over all cards of one template.

    Each card votes with its first reading; if a card alone is ambiguous, the majority decides.
    """

    def __init__(self) -> None:
        self._fields: dict[tuple[str, str], Counter[str]] = {}
        self._texts: dict[tuple[str, str], set[str]] = {}

    def add(self, template: str, line: Line, field: Field) -> None:
        """Count that *line* of a card of *template* was read as *field*."""
        key = template, line.slot
        self._fields.setdefault(key, Counter())[field] += 1
        self._texts.setdefault(key, set()).add(fold(line.text))

    def share(self, template: str, line: Line, field: Field) -> float:
        """Return the share of lines at the place of *line* that are *field*; 0 if there are too few lines."""
        found = self._fields.get((template, line.slot))
        total = found.total() if found else 0
        return found[field] / total if found and total >= _MIN_VOTES else 0.0

    def is_varied(self, template: str, line: Line) -> bool:
        """Return whether nearly all cards have different texts at the place of *line*."""
        key = template, line.slot
        total = self._fields[key].total() if key in self._fields else 0
        return total >= _MIN_VOTES and len(self._texts[key]) * 10 >= 8 * total


@dataclass(frozen=True, slots=True)
class PageSigns:
    """Facts about the whole page by which the lines of its cards are read."""

    sections: Set[str]
    """Values of ``href`` that occur more than once, as those of sections do."""
    votes: FieldVotes


class CardFields:
    """Reads the fields of one card from its lines and from the rest of the page."""

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
        """Add the fields of this card's lines, as they are by the votes so far, to the votes."""
        fields = {id(line): name for name, line in self.assign().items()}
        for line in {line.slot: line for line in reversed(self.texts)}.values():
            self.votes.add(self.template, line, fields.get(id(line), "none"))

    def read(self, url: str, *, clock: bool = False, caption_over_snippet: bool = False) -> TeaserParts | None:
        """Return the teaser of the article at *url*; None if the card has no text or is an advertisement.

        *clock*: a bare time (``19:00``) on it is the time of publication, not the length of a video.
        """
        values = self.found.values
        if "ad" in values:
            return None
        day = values.get("date") or (values.get("clock") if clock else None)
        parts = TeaserParts(
            url,
            date_text=day.strip(line_forms.MARKS) if day else None,
            date_attribute=values.get("when"),
            comment_count=values.get("count"),
            label=values.get("label"),
            block=values.get("lead_in"),
            image_url=self.image.url or None if self.image else None,
            image_caption=values.get("caption") or self.alt,
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
        _set_caption(parts, self.alt, caption_over_snippet)
        return _cleaned(parts) if parts.headline or parts.snippet or parts.image_caption else None

    def owners(self) -> dict[int, str]:
        """Return the field of each block of text, by its index; to be called after :meth:`read`."""
        found: dict[int, str] = {}
        for line in self.found.lines:
            part = "link" if line.field == "other" and line.linked else line.field
            for block in line.blocks:
                found[block] = min(found.get(block, "other"), part, key=FIELDS.index)
        return found

    def add_headline(self, parts: TeaserParts, lines: Mapping[Field, Line]) -> None:
        """Set the headline of *parts*, and the fields in the text before it."""
        headline, line = lines["headline"], lines.get("kicker")
        parts.headline, glued = self.split_kicker(headline.text)
        kicker = glued or (line.text if line else "")
        genre, *others = _DOTS.split(kicker)
        if others and line_forms.is_genre(genre):
            parts.label, kicker = parts.label or genre, others[-1]
        parts.kicker = kicker.strip(f"{line_forms.MARKS}:") or None
        before = takewhile(lambda each: each is not headline, self.texts)
        topics = (each.text for each in before if each.foreign and each is not line and not each.hint & _NOT_TEXT)
        parts.label = parts.label or next((topic for topic in topics if len(topic) <= _MAX_TOPIC), None)

    def assign(self) -> dict[Field, Line]:
        """Return the lines of headline, kicker and snippet, by the scores of the texts and the votes so far.

        The kicker is a line with such a class, or the short line right above the headline; a genre (``Kommentar``) is
        the kicker only if no other line is. The snippet is the first running text after the headline.
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
        """Return the index of the text with the highest of *scores*; None if none is above 0.

        Of two equal ones it is the second if the first is its kicker, else the first.
        """
        best, best_score = None, 0.0
        for index, (line, score) in enumerate(zip(self.texts, scores, strict=True)):
            if score > best_score or (score == best_score and best is not None and _opens(self.texts[best], line)):
                best, best_score = index, score
        return best

    def score_lines(self) -> list[float]:
        """Return the score of each text as the headline."""
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
        """Return whether *line* may be the kicker; *is_over*: it comes before the headline.

        A link to another page is the section, unless its text differs from card to card.
        """
        if len(line.text) > _MAX_KICKER or line.hint & Hint.KICKER:
            return len(line.text) <= _MAX_KICKER
        if not is_over or line.hint & _NOT_TEXT or line.text.endswith("."):
            return False
        return not line.foreign or (line.foreign not in self.sections and self.votes.is_varied(self.template, line))

    def can_be_snippet(self, line: Line) -> bool:
        """Return whether *line* is running text, or a snippet by the votes."""
        if len(line.text) > _MAX_SNIPPET or line.foreign:
            return False
        if self.votes.share(self.template, line, "snippet") > _MOST:
            return True
        if line.hint & (_NOT_TEXT | Hint.KICKER) or (line.heading and not line.hint & Hint.SNIPPET):
            return False
        if line_forms.split_cut(line.text)[1] or line.hint & Hint.SNIPPET:
            return len(line.text) >= _MIN_CUT
        return len(line.text) >= _MIN_SNIPPET and word_count(line.text) >= _MIN_SNIPPET_WORDS

    def split_kicker(self, text: str) -> tuple[str, str]:
        """Return *text* without the kicker that it begins with, and the kicker, or "".

        It begins with one if the link's title or the image's text repeats only the rest, or the rest begins with a
        colon.
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
    """Return whether the first of two lines with equal scores is the kicker of the second, not a copy of it."""
    if fold(kicker.text) == fold(headline.text):
        return False
    if len(kicker.text) > _MAX_KICKER or headline.text.endswith(".") or len(headline.text) * 3 < len(kicker.text):
        return False
    if kicker.heading and headline.heading:
        return True
    return len(kicker.text) * 1.2 < len(headline.text) < 120 and not kicker.heading


def _is_long(text: str) -> bool:
    """Return whether *text* has enough words for a headline, not just a kicker."""
    return word_count(text) >= _MIN_TITLE_WORDS


def _is_cut_snippet(text: str) -> bool:
    return len(text) > 60 and text.endswith(("]", "…)", "...)")) and line_forms.split_cut(text)[1]


def _can_be_title(name: str) -> bool:
    """Return whether the ``title`` of a link without text is a headline, not "read more"."""
    return _is_long(name) and line_forms.form_of(name) == "text"


def _rank(index: int, line: Line) -> tuple[bool, bool, int]:
    """Return a sort key for kickers: by class, not a genre, by place."""
    is_named = bool(line.hint & Hint.KICKER)
    return is_named, not line_forms.is_genre(line.text), -index if is_named else index


def _set_caption(parts: TeaserParts, alt: str | None, caption_over_snippet: bool) -> None:
    """Decide whether the text that is above the snippet and on the image is the headline or the caption."""
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

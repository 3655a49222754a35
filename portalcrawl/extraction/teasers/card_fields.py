"""Assigns the lines of a card to fields: headline, kicker, snippet, date, count, label or none."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Set
from dataclasses import dataclass, field
from itertools import takewhile
from math import inf

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
_MIN_TEXT = 12
"""Fewest characters of a link, or of a snippet by its class, that say something."""
_MAX_TOPIC = 40
"""Most characters of a section, and of a kicker that nothing but its length tells from the headline."""
_STOPS = (".", "。")
_MAX_SNIPPET = 800
_AHEAD = re.compile(r"^(?:(?:[·|•●–—-]\s+)?(?:…|\.{3})\s*|[·|•●]\s+)")
"""Marks before a snippet: an ellipsis, or the separator after a date."""
_GLUED = re.compile(r"([^:]{2,80}?)\s:(?=\S)(\S.*)")
_DOTS = re.compile(r"\s*[·•]\s*")
_WEIGHTS = {
    "heading": 4.0,
    "in the link": 2.0,
    "bold": 1.0,
    "class of a title": 3.0,
    "class of a snippet": -2.0,
    "class or colon of a kicker": -4.0,
    "named by link or picture": 3.0,
    "beside a link that speaks": -3.0,
}
"""Points for a line as the headline of its card, or against it."""
_VOTE = 3.0
"""Points for a line if all cards of its template have their headline in its place."""
_MIN_VOTES = 3
_MOST = 0.5
_NOT_TEXT = Hint.DATE | Hint.AUTHOR | Hint.COUNT | Hint.DURATION | Hint.CAPTION | Hint.MORE


@dataclass(frozen=True, slots=True)
class PageSigns:
    """Facts about the whole page by which the lines of its cards are read."""

    sections: Set[str]
    """Values of ``href`` that occur more than once, as those of sections do."""
    votes: dict[tuple[str, str], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """Template and place of a line -> how many cards have each field there, by a first reading of each card alone."""

    texts: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    """Template and place of a line -> the texts that the cards have there."""

    def share(self, template: str, line: Line, name: str) -> float:
        """Return the share of the cards of a template whose line at the place of *line* is the field *name*."""
        found = self.votes[template, line.slot]
        return found[name] / max(found.total(), _MIN_VOTES)

    def is_section(self, template: str, line: Line) -> bool:
        """Return whether *line* links to a section: other links do so too, or other cards have the same text there."""
        place = template, line.slot
        is_varied = len(self.texts[place]) * 10 >= 8 * max(self.votes[place].total(), _MIN_VOTES)
        return line.foreign != "" and (line.foreign in self.sections or not is_varied)


class CardFields:
    """Reads the fields of one card from its lines and from the rest of the page."""

    def __init__(self, card: CardText, template: str, base_url: str, page: PageSigns) -> None:
        self.card = card
        self.template = template
        self.page = page
        self.found = sort_lines(card)
        self.texts = self.found.texts
        self.image = read_image(card.images, base_url)
        self.scores = self.score_lines()
        self.assign()

    def vote(self) -> None:
        """Add the fields of this card's lines, by its reading alone, to the votes; not if lines share a place."""
        lines = Counter(line.slot for line in self.texts)
        for line in self.texts:
            if lines[line.slot] == 1:
                self.page.votes[self.template, line.slot][line.field] += 1
                self.page.texts[self.template, line.slot].add(fold(line.text))

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
            date_text=(day or "").strip(line_forms.MARKS),
            date_attribute=values.get("when"),
            comment_count=values.get("count"),
            label=values.get("label"),
            block=values.get("lead_in"),
            image_url=self.image.url or None,
            image_caption=values.get("caption") or self.image.caption,
        )
        headline, kicker, snippet = self.assign()
        self.add_headline(parts, headline, kicker)
        if not self.texts:
            names = (TO_ARTICLE.sub("", name) for name in self.card.titles)
            parts.headline = next(filter(_can_be_title, names), None)
        text, parts.is_truncated = line_forms.split_cut(snippet.text)
        parts.snippet = _AHEAD.sub("", text)
        _set_caption(parts, self.image.caption, caption_over_snippet)
        _clean(parts)
        return parts if parts.headline or parts.snippet or parts.image_caption else None

    def owners(self) -> dict[int, str]:
        """Return the field of each block of text, by its index; to be called after :meth:`read`."""
        found: dict[int, str] = {}
        for line in self.found.lines:
            part = "link" if line.field == "other" and line.linked else line.field
            for block in line.blocks:
                found[block] = min(found.get(block, "other"), part, key=FIELDS.index)
        return found

    def add_headline(self, parts: TeaserParts, headline: Line, kicker: Line) -> None:
        """Set the headline of *parts*, and the fields in the text before it."""
        parts.headline, glued = self.split_kicker(headline.text)
        text = glued or kicker.text
        parts.headline = parts.headline.rstrip(" :")
        genre, *others = _DOTS.split(text)
        if others and line_forms.is_genre(genre):
            parts.label, text = parts.label or genre, others[-1]
        parts.kicker = text.strip(f"{line_forms.MARKS}:")
        before = takewhile(lambda each: each is not headline, self.texts)
        topics = (each.text for each in before if each.foreign and each is not kicker and not each.hint & _NOT_TEXT)
        parts.label = parts.label or next((topic for topic in topics if len(topic) <= _MAX_TOPIC), None)

    def assign(self) -> tuple[Line, Line, Line]:
        """Return the lines of headline, kicker and snippet, without text where there is none, and set their fields.

        The kicker is a line with such a class, or the short line right above the headline. The snippet is the first
        running text after the headline.
        """
        for line in self.texts:
            line.field = "other"
        at = self.best()
        headline = self.texts[at] if at >= 0 else Line()
        folded = fold(headline.text)
        others = [(index, line) for index, line in enumerate(self.texts) if fold(line.text) != folded]
        over = [line for index, line in others if self.can_be_kicker(line, is_over=index < at)]
        kickers = [line for line in over if line.hint & Hint.KICKER or not self.is_behind_day(line)]
        kicker = max(reversed(kickers), key=_rank, default=Line())
        behind = (line for index, line in others if index > at)
        snippet = next((line for line in behind if self.can_be_snippet(line, headline.heading)), Line())
        headline.field, kicker.field, snippet.field = "headline", "kicker", "snippet"
        return headline, kicker, snippet

    def best(self) -> int:
        """Return the index of the text with the highest score; -1 if none is above 0.

        Of two equal ones it is the second if the first is its kicker, else the first.
        """
        best, best_score = -1, 0.0
        for index, line in enumerate(self.texts):
            votes = self.page.share(self.template, line, "headline") - self.page.share(self.template, line, "kicker")
            score = self.scores[index] + _VOTE * votes
            if score > best_score or (score == best_score and best >= 0 and _opens(self.texts[best], line)):
                best, best_score = index, score
        return best

    def score_lines(self) -> list[float]:
        """Return the score of each text as the headline."""
        names = {fold(name) for name in (*self.card.titles, self.image.caption or "")} - {""}
        link_speaks = any(
            line.linked and len(line.text) >= _MIN_TEXT and not _is_cut_snippet(line.text) for line in self.texts
        )
        return [self.score(line, names, link_speaks=link_speaks) for line in self.texts]

    def score(self, line: Line, names: Set[str], *, link_speaks: bool) -> float:
        """Return the score of *line* as the headline."""
        text, hint = line.text, line.hint
        if len(text) > _MAX_HEADLINE or line.foreign or hint & _NOT_TEXT or _is_cut_snippet(text):
            return -inf
        signs = {
            "heading": line.heading,
            "in the link": line.linked,
            "bold": line.strong and not line.heading,
            "class or colon of a kicker": (hint & Hint.KICKER and len(self.texts) > 1) or self.introduces(line),
            "class of a snippet": hint & (Hint.KICKER | Hint.SNIPPET) == Hint.SNIPPET,
            "class of a title": hint & (Hint.KICKER | Hint.SNIPPET | Hint.TITLE) == Hint.TITLE,
            "named by link or picture": fold(text) in names,
            "beside a link that speaks": link_speaks and not line.linked and not (line.heading and _is_long(text)),
        }
        return 1.0 + sum(_WEIGHTS[name] for name, given in signs.items() if given)

    def introduces(self, line: Line) -> bool:
        """Return whether *line* ends with a colon, and another line leads to the article as it does."""
        return line.text.endswith(":") and any(each is not line and each.linked >= line.linked for each in self.texts)

    def can_be_kicker(self, line: Line, *, is_over: bool) -> bool:
        """Return whether *line* may be the kicker; *is_over*: it comes before the headline."""
        if len(line.text) > _MAX_KICKER:
            return False
        is_text = not line.hint & _NOT_TEXT and not line.text.endswith(_STOPS)
        return bool(line.hint & Hint.KICKER) or (is_over and is_text and not self.page.is_section(self.template, line))

    def is_behind_day(self, line: Line) -> bool:
        """Return whether *line* is the last of section, day and author in one block."""
        row = [each for each in self.found.lines if each.blocks == line.blocks]
        ahead = [*takewhile(lambda each: each is not line, row)]
        return len(ahead) > 1 and ahead[0] in self.texts and any(each.field == "date" for each in ahead[1:])

    def can_be_snippet(self, line: Line, level: int) -> bool:
        """Return whether *line* is running text, or a snippet by the votes; *level*: that of the headline."""
        if line.foreign or len(line.text) > _MAX_SNIPPET:
            return False
        if self.page.share(self.template, line, "snippet") > _MOST:
            return True
        if line.hint & (_NOT_TEXT | Hint.KICKER):
            return False
        is_cut = line_forms.split_cut(line.text)[1]
        is_deck = 0 < level < line.heading and line.text.endswith(_STOPS)
        is_text = (not line.heading or is_deck) and (is_cut or word_count(line.text) >= line_forms.SNIPPET_WORDS)
        return is_text or bool(line.hint & Hint.SNIPPET and len(line.text) >= _MIN_TEXT)

    def split_kicker(self, text: str) -> tuple[str, str]:
        """Return *text* without the kicker that it begins with, and the kicker, or "".

        It begins with one if the link's title repeats only the rest, or the rest begins with a colon.
        """
        for name in self.card.titles:
            kicker = text[: len(text) - len(name)]
            if 0 < len(kicker) <= _MAX_KICKER and text.casefold().endswith(name.casefold()):
                return text[len(kicker) :], kicker
        match = _GLUED.fullmatch(text)
        return (match[2], match[1]) if match else (text, "")


def _opens(kicker: Line, headline: Line) -> bool:
    """Return whether the first of two lines with equal scores is the kicker of the second, not a copy of it."""
    if fold(kicker.text) == fold(headline.text) or headline.text.endswith(_STOPS):
        return False
    if kicker.heading and headline.heading:
        return len(kicker.text) < 3 * len(headline.text)
    return len(kicker.text) <= _MAX_TOPIC and len(kicker.text) * 1.2 < len(headline.text) < 120


def _rank(line: Line) -> tuple[bool, bool]:
    """Return a sort key for kickers: by class, and not a genre."""
    return bool(line.hint & Hint.KICKER), not line_forms.is_genre(line.text)


def _is_long(text: str) -> bool:
    """Return whether *text* has enough words for a headline, not just a kicker."""
    return word_count(text) >= line_forms.TITLE_WORDS


def _is_cut_snippet(text: str) -> bool:
    """Return whether *text* is cut as only snippets are (`` […]``)."""
    return text.endswith(("]", ")")) and line_forms.split_cut(text)[1]


def _can_be_title(name: str) -> bool:
    """Return whether the ``title`` of a link without text is a headline, not "read more"."""
    return _is_long(name) and line_forms.form_of(name) == "text"


def _set_caption(parts: TeaserParts, alt: str | None, caption_over_snippet: bool) -> None:
    """Decide whether the text that is above the snippet and on the image is the headline or the caption."""
    if not parts.headline or not alt or fold(parts.headline) != fold(alt):
        return
    if caption_over_snippet and parts.snippet and not parts.kicker:
        parts.headline = None
    elif parts.image_caption == alt:
        parts.image_caption = None


def _clean(parts: TeaserParts) -> None:
    for name in ("headline", "kicker", "snippet", "date_text", "label", "image_caption", "block"):
        setattr(parts, name, clean(getattr(parts, name) or "") or None)

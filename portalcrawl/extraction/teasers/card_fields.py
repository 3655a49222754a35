"""What a card says: which of its lines is headline, kicker, snippet, age, count, label, and which is none of these."""

from __future__ import annotations

import re
from collections.abc import Set

from portalcrawl.extraction.parts import TeaserParts
from portalcrawl.extraction.teasers import line_forms
from portalcrawl.extraction.teasers.card_lines import Line
from portalcrawl.extraction.teasers.card_text import CardText
from portalcrawl.extraction.teasers.class_hints import Hint
from portalcrawl.extraction.teasers.line_sorting import sort_lines
from portalcrawl.extraction.teasers.teaser_images import read_image
from portalcrawl.extraction.teasers.wording import TO_ARTICLE
from portalcrawl.text.normalize import clean, fold

_MAX_HEADLINE = 250
_MAX_KICKER = 80
_MIN_LINK_TEXT = 12
_MIN_TITLE_WORDS = 3
_MIN_SNIPPET = 30
_MAX_SNIPPET = 800
_MIN_SNIPPET_WORDS = 5
_AHEAD = re.compile(r"(?:[·|•●–—-]\s+)?(?:…|\.{3})\s*|[·|•●]\s+")
"""Marks before a snippet: what was cut off its beginning, or the end of the date before it."""
_NOT_TEXT = Hint.DATE | Hint.AUTHOR | Hint.COUNT | Hint.DURATION | Hint.CAPTION | Hint.MORE


def read_parts(
    card: CardText,
    url: str,
    base_url: str,
    *,
    repeated: Set[str] = frozenset(),
    caption_over_snippet: bool = False,
) -> TeaserParts | None:
    """Return what *card* says of the article at *url*; None where it says nothing or is marked as an advertisement.

    *repeated* are the folded texts that links to several articles of the page have: no headline is among them.
    """
    found = sort_lines(card)
    if found.ad:
        return None
    image = read_image(card.images, base_url)
    alt = image.caption if image else None
    texts = found.texts
    at = _headline_at(texts, card, alt, repeated)
    parts = TeaserParts(
        url, date_text=found.date, date_attribute=found.when, comment_count=found.count, label=found.label
    )
    if at is not None:
        parts.headline, glued = _unglued(texts[at].text, card, alt)
        kicker = _kicker(texts, at)
        parts.kicker = glued or (kicker.text.rstrip(" :|·") if kicker else None)
        parts.label = parts.label or _topic(texts, at, kicker)
    elif not texts:
        names = (*card.names, *(TO_ARTICLE.sub("", label) for label in card.labels))
        parts.headline = next((name for name in names if _can_be_title(name)), None)
    snippet = _snippet(texts, at)
    if snippet:
        text, parts.is_truncated = line_forms.split_cut(snippet.text)
        parts.snippet = _AHEAD.sub("", text, count=1) if _AHEAD.match(text) else text
    parts.image_url = image.url or None if image else None
    parts.image_caption = found.caption or alt
    parts.date_text = found.date.strip(line_forms.MARKS) if found.date else None
    parts.block = found.lead_in
    _tell_caption(parts, alt, caption_over_snippet)
    return _cleaned(parts) if parts.headline or parts.snippet or parts.image_caption else None


def _headline_at(texts: list[Line], card: CardText, alt: str | None, repeated: Set[str]) -> int | None:
    """Return the index of the headline among *texts*."""
    names = _folded_names(card, alt)
    speaking = (line for line in texts if line.linked and len(line.text) >= _MIN_LINK_TEXT)
    link_speaks = any(not _is_cut_snippet(line.text) and fold(line.text) not in repeated for line in speaking)
    best, best_score = None, 0.0
    for index, line in enumerate(texts):
        score = _headline_score(line, names) if fold(line.text) not in repeated else 0.0
        if link_speaks and not line.linked and not line.heading:
            score -= 3.0
        if score > best_score or (score == best_score and best is not None and _opens(texts[best], line)):
            best, best_score = index, score
    return best


def _opens(kicker: Line, headline: Line) -> bool:
    """Tell whether of two lines that look alike the first is the kicker of the second, and no copy of it."""
    if fold(kicker.text) == fold(headline.text):
        return False
    if len(kicker.text) > _MAX_KICKER or headline.text.endswith(".") or len(headline.text) * 3 < len(kicker.text):
        return False
    if kicker.heading and headline.heading:
        return True
    return len(kicker.text) * 1.2 < len(headline.text) < 120 and not kicker.heading


def _headline_score(line: Line, names: set[str]) -> float:
    text = line.text
    if len(text) > _MAX_HEADLINE or line.foreign or line.hint & _NOT_TEXT or _is_cut_snippet(text):
        return 0.0
    score = 1.0 + 4.0 * bool(line.heading) + 2.0 * line.linked + line.strong
    if line.hint & Hint.KICKER:
        score -= 4.0
    elif line.hint & Hint.SNIPPET:
        score -= 2.0
    elif line.hint & Hint.TITLE:
        score += 3.0
    if fold(text) in names:
        score += 3.0
    return score


def _is_cut_snippet(text: str) -> bool:
    return len(text) > 60 and text.endswith(("]", "…)", "...)")) and line_forms.split_cut(text)[1]


def _can_be_title(name: str) -> bool:
    """Tell whether the ``title`` of a link without text is a headline, not a call to read on."""
    return name.count(" ") + 1 >= _MIN_TITLE_WORDS and line_forms.form_of(name) == "text"


def _unglued(text: str, card: CardText, alt: str | None) -> tuple[str, str | None]:
    """Take a kicker off the front of a headline where the link's title or the image's text repeats the rest alone."""
    kicker, _, rest = text.partition(": ")
    if rest and len(kicker) <= _MAX_KICKER and fold(rest) in _folded_names(card, alt):
        return rest, kicker
    return text, None


def _folded_names(card: CardText, alt: str | None) -> set[str]:
    """Return what links and picture of *card* call its article, folded."""
    return {fold(name) for name in (*card.titles, alt or "")} - {""}


def _kicker(texts: list[Line], at: int) -> Line | None:
    """Return the short line right over the headline, or the one that calls itself kicker.

    A genre (``Kommentar``) is the kicker only where no other line is.
    """
    headline = texts[at]
    for line in texts:
        if line is not headline and line.hint & Hint.KICKER and len(line.text) <= _MAX_KICKER:
            return line
    lines = [line for line in reversed(texts[:at]) if _can_be_kicker(line, headline)]
    return next((line for line in lines if not line_forms.is_genre(line.text)), lines[0] if lines else None)


def _can_be_kicker(line: Line, headline: Line) -> bool:
    if len(line.text) > _MAX_KICKER or line.foreign or line.hint & _NOT_TEXT or line.text.endswith("."):
        return False
    return fold(line.text) != fold(headline.text)


def _topic(texts: list[Line], at: int, kicker: Line | None) -> str | None:
    """Return the short link to a topic or section beside the headline."""
    for line in texts[:at]:
        if line.foreign and line is not kicker and len(line.text) <= 40 and not line.hint & _NOT_TEXT:
            return line.text
    return None


def _snippet(texts: list[Line], at: int | None) -> Line | None:
    """Return the first line of running text after the headline."""
    for line in texts[0 if at is None else at + 1 :]:
        if _can_be_snippet(line) and (at is None or fold(line.text) != fold(texts[at].text)):
            return line
    return None


def _can_be_snippet(line: Line) -> bool:
    if len(line.text) > _MAX_SNIPPET:
        return False
    if line.foreign or line.hint & _NOT_TEXT or line.hint & Hint.KICKER:
        return False
    if line.heading and not line.hint & Hint.SNIPPET:
        return False
    if line_forms.split_cut(line.text)[1] or line.hint & Hint.SNIPPET:
        return len(line.text) >= 12
    return len(line.text) >= _MIN_SNIPPET and line.text.count(" ") + 1 >= _MIN_SNIPPET_WORDS


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

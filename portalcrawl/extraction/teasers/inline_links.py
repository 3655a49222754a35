"""Links in running text, as against links that stand for themselves."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from lxml.etree import _Element

from portalcrawl.extraction.dom.element_text import text_of
from portalcrawl.extraction.teasers.card_lines import INLINE
from portalcrawl.extraction.teasers.line_forms import form_of, is_cut

_CARD_PARTS = frozenset(
    ("img", "picture", "figure", "div", "p", "article", "section", "h1", "h2", "h3", "h4", "h5", "h6")
)
_BOLD = frozenset({"b", "strong"})
_APART = frozenset({"a", "span", "time", "small", "label", "data", "img"})
_CLOSING = ",.;:)"
_FEW_WORDS = 3
_MAX_SIBLINGS = 20
_MAX_CUT_MARK = 12
_MAX_MORE = 40
_ENDS = frozenset(".!?…")
_MAX_AROUND = 400
"""Characters looked at on each side of a link."""


def is_card(link: _Element) -> bool:
    """Return whether *link* holds more than words: a picture, a heading, blocks."""
    return len(link) > 0 and any(node.tag in _CARD_PARTS for node in link.iter())


def is_inline(link: _Element) -> bool:
    """Return whether *link* is part of a sentence of running text."""
    if is_card(link) or _is_cut_mark(link):
        return False
    before, after, block = _surroundings(link)
    if is_cut(after) or (not after and _follows_snippet(link, before)):
        return False
    if after[:1].isupper() and form_of(before) in ("empty", "date") and _is_title(link):
        return False
    opens = before[-1:] != ":" and form_of(before) == "text"
    goes_on = form_of(after) == "text"
    if opens and (goes_on or before.count(" ") + 1 >= _FEW_WORDS):
        return True
    return (
        goes_on and after.count(" ") + 1 >= _FEW_WORDS and (block == "p" or after[0].islower() or after[0] in _CLOSING)
    )


def _is_title(link: _Element) -> bool:
    """Return whether *link*, ahead of a snippet in its line, is bold throughout and as long as a headline."""
    parent = link.getparent()
    bold = parent is not None and parent.tag in _BOLD and not (parent.text or "").strip()
    bold = bold or (len(link) == 1 and link[0].tag in _BOLD and not ((link.text or "") + (link[0].tail or "")).strip())
    return bold and text_of(link).count(" ") >= _FEW_WORDS


def _follows_snippet(link: _Element, before: str) -> bool:
    """Return whether *link* is the call to read on, or the number of comments, behind a snippet."""
    ended = before[-1:] in _ENDS or is_cut(before)
    return ended and form_of(text_of(link, _MAX_MORE)) in ("more", "count")


def _is_cut_mark(link: _Element) -> bool:
    """Return whether *link* is the cut mark of a snippet: what it goes on with stands on another page."""
    text = text_of(link, _MAX_CUT_MARK)
    return len(text) <= _MAX_CUT_MARK and is_cut(f"x {text}") and not any(map(str.isalnum, text))


def _surroundings(link: _Element) -> tuple[str, str, str]:
    """Return the text before and after *link* on its line, and the tag of the block that they stand in."""
    before: list[str] = []
    after: list[str] = []
    node = link
    open_before = open_after = True
    for _ in range(8):
        if open_after:
            open_after = _collect(node, after, preceding=False)
        if open_before:
            open_before = _collect(node, before, preceding=True)
        parent = node.getparent()
        if parent is None:
            return _folded(reversed(before)), _folded(after), ""
        if open_before and parent.text:
            before.append(parent.text[-_MAX_AROUND:])
        if parent.tag not in INLINE:
            return _folded(reversed(before)), _folded(after), str(parent.tag)
        node = parent
    return _folded(reversed(before)), _folded(after), ""


def _collect(node: _Element, texts: list[str], *, preceding: bool) -> bool:
    """Gather the text on one side of *node*, nearest first, within its line; tell whether this goes on beyond."""
    if node.tail and not preceding:
        texts.append(node.tail[:_MAX_AROUND])
    for sibling in islice(node.itersiblings(preceding=preceding), _MAX_SIBLINGS):
        inline, tail = sibling.tag in INLINE, sibling.tail or ""
        own = text_of(sibling) if inline and _is_of_sentence(sibling) else ""
        if preceding:
            texts += tail[-_MAX_AROUND:], own
        elif inline:
            texts += own, tail[:_MAX_AROUND]
        if not inline or sum(map(len, texts)) > _MAX_AROUND:
            return False
    return True


def _is_of_sentence(element: _Element) -> bool:
    """Return whether an inline element beside a link is part of its sentence, not a label or another link."""
    if element.tag == "span":
        return not element.get("class") or _in_paragraph(element)
    return element.tag not in _APART


def _in_paragraph(element: _Element) -> bool:
    parent = element.getparent()
    return parent is not None and parent.tag == "p"


def _folded(texts: Iterator[str] | list[str]) -> str:
    return " ".join("".join(texts).split())

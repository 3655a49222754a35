"""Decides which elements of a page are invisible; no other module does.

The walk asks :class:`Visibility` about each element and skips the invisible ones with their descendants. They are
marked with the ``hidden`` attribute (HTML Living Standard 6.1) for code that reads parts of the tree, such as the rules
of profiles. ``aria-hidden`` is ignored: it hides an element from screen readers only.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from portalcrawl.extraction.dom.name_roles import LONGEST_CLASSES, box_role, in_words
from portalcrawl.vocabulary import class_words, table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lxml.etree import _Element

_ALWAYS_SHOWN = frozenset(("html", "head", "body", "main", "img", "amp-img", "picture", "source"))
"""Elements that are never treated as hidden: scripts show whole pages when they run, and pictures once loaded."""
_NOT_SHOWN = re.compile(
    r"(?<![\w-])(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|content-visibility\s*:\s*hidden"
    r"|clip\s*:\s*rect\(\s*(?:[01](?:px)?[\s,]*){4}\)|clip-path\s*:\s*(?:inset\(\s*(?:[5-9]\d|100)%|circle\(\s*0)"
    r"|(?:left|right|top|bottom|text-indent|margin-left)\s*:\s*-\d{4}"
    r"|(?:left|right|top|bottom|text-indent|margin-left)\s*:\s*-\d{3}r?em)",
    re.IGNORECASE,
)
"""Styles that hide an element or move it off the screen."""
_STREAMED = re.compile(r"S:[0-9a-f]+")
"""Ids of parts that React's server rendering sends as ``hidden`` and a script then moves into place."""
_UTILITY = re.compile(
    rf"^(?:(?:{class_words('utilities.states')}|tag(?!-?(?:list|cloud|links))|{class_words('utilities.terms')})-|[^:]*:).*"
    rf"|[-_]+{class_words('utilities.states')}[-_].*"
)
"""Classes, or ends of classes, that name a state, a layout or a term (``has-hidden``, ``md:hidden``)."""
_HIDDEN_CLASSES = frozenset(table("classes")["hidden"]["whole"].split())
_HIDDEN_NAME = re.compile(rf"\b{class_words('hidden.words')}\b")
_HIDING_SIGNS = tuple(table("classes")["hidden"]["signs"].split())
"""Every class that hides contains one of these; most classes have none."""
_SHOWN_CLASS = re.compile(
    r"(?<!\S)(?!print:|d-print-)(?:\w+:(?:block|flex|inline|grid|table|contents)|d-\w+-(?:block|flex|inline|grid|table))"
)
"""Classes that show an element on some screen sizes, although another class hides it on others."""
SHORTEST_TEXT = 60
"""Characters; shorter ones are in menus and lists."""
_NO_TEXT = frozenset(("script", "style", "template", "noscript", "textarea", "title"))
MOST_WRAPPERS = 3
"""Most hidden elements per page that are treated as visible because they hold most of its paragraphs."""


class Visibility:
    """Decides for each element of one page, in document order, whether it is visible."""

    def __init__(self, root: _Element) -> None:
        self._root = root
        self._sizes: dict[Callable[[_Element], int], int] = {}
        self._wrappers = 0

    def hides(self, element: _Element, names: Sequence[str], classes: str) -> bool:
        """Return whether *element* is hidden, and set its ``hidden`` attribute accordingly.

        *names* are those of its attributes, *classes* is its class attribute. An element that scripts show counts as
        visible. Must not be called for descendants of a hidden element.
        """
        if not (
            (classes and class_hides(classes))
            or ("style" in names and _style_hides(element.get("style", "")))
            or "hidden" in names
        ):
            return False
        if _is_shown_by_script(element) or self._is_wrapper(element, classes):
            if "hidden" in names:
                del element.attrib["hidden"]
            return False
        element.set("hidden", "")
        return True

    def _is_wrapper(self, element: _Element, classes: str) -> bool:
        """Return whether *element* holds most of the text in paragraphs, so that some script must show it.

        An overlay, which may be a long request for consent, must also hold an h1 to be the article.
        """
        role = box_role(element.tag, element.get("role", ""), classes, element.get("id", "")).name
        is_overlay = role == "overlay" and element.find(".//h1") is not None
        if self._wrappers >= MOST_WRAPPERS or (role and not is_overlay):
            return False
        size_of = _size_of_texts if is_overlay else _size_of_paragraphs
        if not (size := size_of(element)):
            return False
        self._sizes[size_of] = self._sizes.get(size_of) or size_of(self._root)
        if 2 * size <= self._sizes[size_of]:
            return False
        self._wrappers += 1
        return True


def is_within_hidden(element: _Element) -> bool:
    """Return whether *element* or an element around it is marked as hidden."""
    return any("hidden" in each.keys() for each in (element, *element.iterancestors()))  # noqa: SIM118  # no mapping


def _is_shown_by_script(element: _Element) -> bool:
    """Return whether an element that is hidden in the source becomes visible once scripts have run."""
    return element.tag in _ALWAYS_SHOWN or _STREAMED.fullmatch(element.get("id", "")) is not None


@lru_cache(maxsize=4096)
def _style_hides(style: str) -> bool:
    return _NOT_SHOWN.search(style) is not None


def _size_of_paragraphs(element: _Element) -> int:
    """Return the number of characters in the ``p`` elements in *element*."""
    return sum(len(text) for paragraph in element.iter("p") for text in paragraph.itertext())


def _size_of_texts(element: _Element) -> int:
    """Return the number of characters in *element* in texts that are as long as paragraphs."""
    pieces = ((each.text if each.tag not in _NO_TEXT else "", each.tail) for each in element.iter())
    return sum(len(text) for piece in pieces for text in piece if text and len(text) >= SHORTEST_TEXT)


@lru_cache(maxsize=20_000)
def class_hides(classes: str) -> bool:
    """Return whether one of *classes* hides its element, be it from all but screen readers or until it is opened."""
    lower = classes.lower()
    for sign in _HIDING_SIGNS:  # any() takes twice as long
        if sign in lower:
            break
    else:
        return False
    names = classes[:LONGEST_CLASSES].split()
    if not _HIDDEN_CLASSES.isdisjoint(names) and not _SHOWN_CLASS.search(classes):
        return True
    return any(_HIDDEN_NAME.search(in_words(_UTILITY.sub("", name))) for name in names)

"""What the tag, role, class and id of an element tell of its content."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from portalcrawl.vocabulary import class_words, expression, table

if TYPE_CHECKING:
    from lxml.etree import _Element

_TAGS = {
    **{"footer": "footer", "aside": "aside", "figcaption": "figure", "figure": "figure"},
    **{"form": "form", "button": "button", "dialog": "overlay", "menu": "nav", "caption": "figure"},
}
_ROLES = {
    **{"navigation": "nav", "banner": "nav", "contentinfo": "footer", "complementary": "aside", "dialog": "overlay"},
    **{"search": "form", "menu": "nav", "alertdialog": "overlay", "tooltip": "overlay", "button": "button"},
}
_WORDS = {kind: [expression(word) for word in words.split()] for kind, words in table("classes")["kinds"].items()}
"""Kind of side matter -> expressions for the words of the names that tell it."""
_KIND = re.compile("|".join(f"(?P<{kind}>\\b(?:{'|'.join(words)})\\b)" for kind, words in _WORDS.items()))


def _by_first_letter(words: list[str]) -> str:
    """Return one pattern for *words*, those of one first letter together, so that a look tells that none of them fits.

    None may begin with a letter that is optional.
    """
    groups: dict[str, list[str]] = {}
    for word in words:
        letter = word[0] if word[0].isalpha() else ""
        groups.setdefault(letter, []).append(word.removeprefix(letter))
    return "|".join(f"{letter}(?:{'|'.join(rests)})" for letter, rests in groups.items())


_ANY_KIND = re.compile(rf"\b(?:{_by_first_letter([word for words in _WORDS.values() for word in words])})\b")
"""The same without names for the kinds, at a quarter of the cost: most elements are of none."""
_UTILITY = re.compile(
    rf"^(?:(?:{class_words('utilities.states')}|tag(?!-?(?:list|cloud|links))|{class_words('utilities.terms')})-|[^:]*:).*"
    rf"|[-_]+{class_words('utilities.states')}[-_].*"
)
"""Classes that tell of state, layout or terms (``has-sidebar``, ``tag-werbung``, ``md:hidden``), not of content, and
ends of classes that do (``story--with-newsletter``)."""
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_HIDDEN_CLASSES = frozenset(table("classes")["hidden"]["whole"].split())
_HIDDEN_NAME = re.compile(rf"\b{class_words('hidden.words')}\b")
_HIDING_SIGNS = tuple(table("classes")["hidden"]["signs"].split())
"""One of these stands in every class that hides; most classes have none."""
_SHOWN_CLASS = re.compile(
    r"(?<!\S)(?!print:|d-print-)(?:\w+:(?:block|flex|inline|grid|table|contents)|d-\w+-(?:block|flex|inline|grid|table))"
)
"""Classes of an element that is hidden on screens of some sizes only."""
LONGEST_CLASSES = 400
_POPUP = re.compile(rf"\b{class_words('hidden.popups')}[-_]+{class_words('hidden.popup_parts')}\b", re.IGNORECASE)
"""What opens over a word of a sentence: explanations, portraits of people."""
MOST_ID_JOINTS = 2
"""Ids of more words are made from titles and tell nothing of the kind of content."""
_OF_TEXT = frozenset(("caption", "byline", "ad", "share", "subscription"))
STRONG = frozenset(("nav", "overlay", "form", "button", "footer", "comments", "caption", "figure"))
"""Kinds that hold the article's text only where they hold most of the page's; the names of others sometimes stand for
a whole layout (``sidebar-grid``)."""
NEVER = frozenset(("footer", "comments", "figure"))
"""Kinds that never hold it."""
WEAK = frozenset(("related", "ad", "subscription", "share", "aside", "byline", "tags", "player", "teaser", "picture"))


def box_kind(element: _Element, tag: str) -> str:
    """Return the kind of side matter that the element's tag and names tell, empty for none."""
    if tag in _TAGS:
        return _TAGS[tag]
    if tag in _WHOLE_PAGES:
        return ""
    given = element.keys()  # to ask for one attribute costs as much as to ask for the names of all
    if not _TELLING.isdisjoint(given) and (kind := _told(element)):
        return kind
    classes = element.get("class") if "class" in given else None
    identifier = element.get("id") if "id" in given else None
    kind = _named(classes or "", identifier or "") if classes or identifier else ""
    return kind if not kind or kind in _OF_TEXT or tag not in _TEXT_TAGS else ""


def _told(element: _Element) -> str:
    """Return the kind of side matter that attributes other than names tell, empty for none."""
    role = element.get("role")
    if role in _ROLES:
        return _ROLES[role]
    return "comments" if (element.get("itemtype") or "").endswith("Comment") else ""


_TELLING = frozenset(("role", "itemtype"))
_TEXT_TAGS = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "article"))
_WHOLE_PAGES = frozenset(("html", "body", "main"))


@lru_cache(maxsize=20_000)
def _named(classes: str, identifier: str) -> str:
    classes = classes[:LONGEST_CLASSES]
    names = classes.split()
    if identifier.count("-") + identifier.count("_") <= MOST_ID_JOINTS:
        names += identifier[:100].split()
    return next(filter(None, map(_kind_of, names)), "")


@lru_cache(maxsize=20_000)
def _kind_of(name: str) -> str:
    """Return the kind that one class or id tells, empty for none."""
    words = _in_words(name)
    found = _ANY_KIND.search(words)
    if found and ("-" in name or ":" in name or "_" in name):
        words = _in_words(_UTILITY.sub("", name))
        found = _ANY_KIND.search(words)
    match = _KIND.match(words, found.start()) if found else None
    return match.lastgroup or "" if match else ""


def _in_words(name: str) -> str:
    """Return a class or id in lower case, its words parted by hyphens."""
    if not name.islower():
        name = _CAMEL.sub("-", name).lower()
    return name.replace("_", "-")


@lru_cache(maxsize=20_000)
def class_hides(classes: str) -> bool:
    """Return whether one of *classes* hides its element: from all but screen readers, or until it is opened."""
    lower = classes.lower()
    for sign in _HIDING_SIGNS:  # any() takes twice as long
        if sign in lower:
            break
    else:
        return False
    names = classes[:LONGEST_CLASSES].split()
    if not _HIDDEN_CLASSES.isdisjoint(names) and not _SHOWN_CLASS.search(classes):
        return True
    return any(_HIDDEN_NAME.search(words) for words in map(_content_words, names)) or _POPUP.search(classes) is not None


def _content_words(name: str) -> str:
    """Return the words of a class that tell of content, not of state, layout or terms."""
    return _in_words(_UTILITY.sub("", name) if "-" in name or ":" in name or "_" in name else name)

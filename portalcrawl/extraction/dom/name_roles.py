"""Derives the role of an element from its class and id.

A name is a compound whose last word says what the element is: ``related-articles``, ``comment-list``. Therefore

- variants (``md:hidden``), names that begin with a word for state or layout (``has-``, ``use-``, ``lg-``), names that
  end with a number (``duration-200``, ``col-6``) and modifiers (``story--with-newsletter``) are ignored;
- in ``block__element``, the element counts; a hash appended by a build tool (``comments__x7Yz1``) does not;
- words for containers at the end (``-list``, ``-wrapper``, ``-text``) are skipped;
- ambiguous words (``banner``, ``widget``, ``cmp``) count only if they are the whole name; at the end of other names
  they are skipped like containers (``news-banner``, ``elementor-widget-container``, ``cmp-text``).

The position of the word determines :attr:`Role.strength`. The words are in ``classes.toml``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from portalcrawl.vocabulary import expression, openings, table

TAG, WHOLE, HEAD, PART = 4, 3, 2, 1
"""Strengths of a role, by its source: tag or role attribute, a whole name, the last word of a name, another word."""


class Role(NamedTuple):
    """A kind of content, and how certain it is."""

    name: str = ""
    """A kind of ``classes.toml`` (``comments``, ``related``, ``ad`` ...) or of :data:`_TAGS`; empty for none."""
    strength: int = 0


NO_ROLE = Role()
_TAGS = {
    **{"nav": "nav", "footer": "footer", "aside": "aside", "figcaption": "caption", "figure": "picture"},
    **{"form": "form", "button": "button", "dialog": "overlay", "menu": "nav", "caption": "caption"},
}
_ARIA = {
    **{"navigation": "nav", "banner": "nav", "contentinfo": "footer", "complementary": "aside", "dialog": "overlay"},
    **{
        "comment": "comments",
        "search": "form",
        "menu": "nav",
        "alertdialog": "overlay",
        "tooltip": "overlay",
        "button": "button",
    },
}
WHOLE_PAGES = frozenset(("html", "body", "main"))
"""Elements that hold the whole page: they are neither a part of it nor a card."""
_CONTEXT = {role: frozenset(words.split()) for role, words in table("classes")["context"].items()}
_EMPTY = _CONTEXT["containers"] | _CONTEXT["ambiguous"]
_KINDS = "|".join(
    f"(?P<{kind}>{'|'.join(map(expression, words.split()))})" for kind, words in table("classes")["kinds"].items()
)
_OPENINGS = frozenset(
    opening[:3] for words in table("classes")["kinds"].values() for opening in openings(words.split())
)
"""First letters of words for kinds: a name without a word that begins so has no kind."""
_AT_END = re.compile(rf"(?:^|(?<=-))(?:{_KINDS})$")
_ANYWHERE = re.compile(rf"(?:^|(?<=-))(?:{_KINDS})(?![^-])")
_CAPITAL = re.compile(r"[A-Z](?<=[a-z0-9].)")
_HASH = re.compile(r"(?=[A-Za-z0-9+-]{4,12}$)(?=.*(?:\d|[a-z][A-Z].*[A-Z]))[A-Za-z0-9+-]+$")
_MODULE_HASH = re.compile(r"(?=.*[\d_-]|.+[A-Z])[\w+-]{5}$")
"""The hash that Next.js appends to ``Component_name__`` for CSS modules."""
_LAYER_OR_NUMBER = re.compile(r"^[a-z][-_]+(?=\w)|(?:[-_]+\d+)+$")
_NUMBERS = re.compile(r"\d+")
_DRUPAL_FIELD = "field--name-"
"""Prefix of Drupal's classes that name a field: what follows looks like a modifier but is the name."""
LONGEST_CLASSES = 400
LONGEST_ID = 100
MOST_ID_JOINTS = 2
"""Ids with more hyphens and underscores are made from titles and ignored."""


def box_role(tag: str, aria: str, classes: str, identifier: str) -> Role:
    """Return the most certain role of an element by its tag, role attribute, class and id."""
    name = _TAGS.get(tag) or _ARIA.get(aria)
    if name:
        return Role(name, TAG)
    if tag in WHOLE_PAGES:
        return NO_ROLE
    role = names_role(classes)
    return max(role, names_role(_names_in(identifier)), key=_strength) if identifier else role


@lru_cache(maxsize=20_000)
def names_role(names: str) -> Role:
    """Return the most certain role by the names in a class attribute.

    >>> names_role("user-comment-list"), names_role("elementor-widget-container"), names_role("article-paywall-on")
    (Role(name='comments', strength=2), Role(name='', strength=0), Role(name='', strength=0))
    """
    best = NO_ROLE
    for name in names[:LONGEST_CLASSES].split():
        role = name_role(name)
        if role.name and _strength(role) > _strength(best):
            best = role
    return best


def _names_in(identifier: str) -> str:
    """Return the names in an id: as those in a class attribute, empty for one that is made from a title."""
    is_title = identifier.count("-") + identifier.count("_") > MOST_ID_JOINTS
    return "" if is_title else identifier[:LONGEST_ID]


def _strength(role: Role) -> tuple[int, bool]:
    return role.strength, role.name != "overlay"  # cards whose link covers them have this class too


@lru_cache(maxsize=20_000)
def name_role(name: str) -> Role:
    """Return the role by one class or id."""
    words = content_words(name)
    if not _can_tell(words):
        return NO_ROLE
    match = _AT_END.search("-".join(words))
    if match and (match.start() == 0 or words[-1] not in _CONTEXT["ambiguous"]):
        return Role(match.lastgroup or "", WHOLE if match.start() == 0 else HEAD)
    core = _without_containers(words, _EMPTY)
    if core != words and (match := _AT_END.search("-".join(core))):
        return Role(match.lastgroup or "", HEAD)
    kind = "" if words[-1] in _CONTEXT["switches"] else _first_kind("-".join(core), _CONTEXT["ambiguous"])
    return Role(kind, PART) if kind else NO_ROLE


def _can_tell(words: tuple[str, ...]) -> bool:
    """Return whether one of *words* begins like a word for a kind of content."""
    for word in words:  # noqa: SIM110  # any() takes twice as long
        if word[:3] in _OPENINGS or word[:2] in _OPENINGS:
            return True
    return False


def _first_kind(text: str, skipped: frozenset[str]) -> str:
    """Return the kind of the first word in *text* (joined by hyphens) that has one, except *skipped* words, else ""."""
    return next((match.lastgroup or "" for match in _ANYWHERE.finditer(text) if match[0] not in skipped), "")


def possible_kind(classes: str, identifier: str = "") -> str:
    """Return the kind of content that an ambiguous word in a class attribute or an id may mean, empty for none.

    For callers that check it against the element's content if :func:`box_role` finds no role.

    >>> possible_kind("story_photo"), possible_kind("elementor-widget-container"), possible_kind("cardWithImage")
    ('picture', '', '')
    """
    return _possible_kind(classes) or (_possible_kind(_names_in(identifier)) if identifier else "")


@lru_cache(maxsize=20_000)
def _possible_kind(names: str) -> str:
    for name in names[:LONGEST_CLASSES].split():
        words = content_words(_without_layer_or_number(name))
        kind = _first_kind("-".join(words), _CONTEXT["misleading"]) if _can_tell(words) else ""
        if kind and _CONTEXT["states"].isdisjoint(words):
            return kind
    return ""


def _without_layer_or_number(name: str) -> str:
    """Return *name* without a letter for a layer at its beginning (``c-``) and a number at its end (``-12``)."""
    return _LAYER_OR_NUMBER.sub("", name) if name[1:2] in ("-", "_") or name[-1].isdigit() else name


def _without_containers(words: tuple[str, ...], containers: frozenset[str]) -> tuple[str, ...]:
    end = len(words)
    while end and words[end - 1] in containers:
        end -= 1
    return words[:end]


@lru_cache(maxsize=20_000)
def content_words(name: str) -> tuple[str, ...]:
    """Return the words of a class or id that name content, in lower case; empty if it names layout or state.

    >>> content_words("teaser__authorName"), content_words("md:comment-box"), content_words("duration-200")
    (('author', 'name'), (), ())
    """
    if ":" in name or "[" in name or "/" in name:
        return ()
    name = _without_modifier(name)
    block, _, element = name.rpartition("__")
    if block.strip("_-"):
        hashed = _HASH.match(element) or ("_" in block.strip("_") and _MODULE_HASH.match(element))
        name = block.rpartition("__")[2] if hashed else element
    words = tuple(filter(None, in_words(name).split("-")))
    if not words or words[-1].isdigit():
        return ()
    if len(words) > 1 and words[0] in _CONTEXT["prefixes"] and "-".join(words[:2]) not in _CONTEXT["names"]:
        return ()
    return words


def in_words(names: str) -> str:
    """Return classes or ids in lower case with their words separated by hyphens.

    >>> in_words("author_name authorName")
    'author-name author-name'
    """
    return (names if names.islower() else _CAPITAL.sub(_with_hyphen, names).lower()).replace("_", "-")


def _with_hyphen(capital: re.Match[str]) -> str:
    return f"-{capital[0]}"


def _without_modifier(name: str) -> str:
    """Return *name* without its modifier (``story--with-newsletter``), or the last part if it has several ``--``."""
    block, joint, modifier = name.removeprefix(_DRUPAL_FIELD).partition("--")
    return modifier.rpartition("--")[2] if joint and "--" in modifier.rstrip("-") else block


def last_words(name: str) -> tuple[str, ...]:
    """Return the words of a class up to the last one that says what the element is: without those for containers."""
    words = content_words(name)
    return _without_containers(words, _CONTEXT["containers"]) or words


@lru_cache(maxsize=20_000)
def name_shape(classes: str) -> str:
    """Return *classes* sorted, without numbers, states, variants and hashes: equal for boxes of one template.

    >>> name_shape("card card-17 is-first"), name_shape("card card-18 md:flex")
    ('.card', '.card')
    """
    names = set()
    for name in classes[:LONGEST_CLASSES].split():
        words = content_words(name)
        if words and not _NUMBERS.search(name):
            names.add("-".join(words))
    return "".join(f".{name}" for name in sorted(names))

"""What the tag, role, class and id of an element tell of its content."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_TAGS = {
    **{"footer": "footer", "aside": "aside", "figcaption": "figure", "figure": "figure"},
    **{"form": "form", "button": "button", "dialog": "overlay", "menu": "nav", "caption": "figure"},
}
_ROLES = {
    **{"navigation": "nav", "banner": "nav", "contentinfo": "footer", "complementary": "aside", "dialog": "overlay"},
    **{"search": "form", "menu": "nav", "alertdialog": "overlay", "tooltip": "overlay", "button": "button"},
}
_WORDS = {
    "hidden": "visually-?hidden sr-only screen-?reader-text screen-?reader is-hidden invisible off-?screen",
    "comments": "comments? comment-?(?:list|links|area|section|thread)\\w* kommentare kommentar-?(?:liste|bereich|"
    "box|form\\w*) "
    "disqus\\w* leserkommentare? respond usercomments leserbriefe",
    "related": "related\\w* recommend\\w* recirc\\w* most-?read most-?popular popular trending read-?more outbrain "
    "taboola more-?from also-?read read-?also siehe-auch mehr-zum weitere\\w* empfehl\\w* up-?next "
    "next-?article promos? recos? similar see-?also link-?list latest-news more-news more-stories newsfeed",
    "ad": "ads? adv advert\\w* anzeigen? werbung sponsor\\w* banner dfp ad-?slot affiliate commercial shop shopping "
    "product-?(?:box|callout|widget|card) buy-?box",
    "subscription": "newsletter\\w* subscri\\w* abo abobox sign-?up register registration login sign-?in regwall "
    "membership donat\\w* spenden? paywall pay-wall",
    "teaser": "teasers? excerpts?",
    "share": "share sharing shares social-(?:bar|share|links?|icons?|media-share) follow follow-?us addtoany",
    "nav": "nav navbar navigation menu breadcrumbs? pagination pager toolbar topbar toc",
    "footer": "footer fu(?:ss|ß)(?:zeile|bereich) rodape copyright legal imprint disclaimer disclosure",
    "aside": "side-?bar rail widgets? right-?rail right-?column info-?box fact-?box "
    "(?:gen-?)?ai-?(?:article-?)?summary ki-?zusammenfassung",
    "overlay": "cookies? cookie-?(?:banner|notice|bar|consent|dialog|layer) cmplz consent gdpr "
    "push-?(?:layer|notifications?) pop-?up modal overlay tooltip lightbox dialog cmp",
    "byline": "by-?line authors? autor autoren autorenbox bio contributors? dateline timestamp publish-?date "
    "(?:article|post|entry)-?(?:meta|info|date) meta metadata",
    "caption": "captions? credits? bildunterschrift legend infotext (?:image|photo|media|img|bild)-?(?:info|source|"
    "caption|"
    "credit)",
    "picture": "pictures? images? img photos? fotos? bild bilder bildbox thumbnails?",
    "tags": "tags topics keywords? schlagworte? tag-?list tag-?cloud tag-?links",
    "player": "player videos? audio podcast poll quiz umfrage",
}
_KIND = re.compile("|".join(f"(?P<{kind}>\\b(?:{words.replace(' ', '|')})\\b)" for kind, words in _WORDS.items()))
_ANY_KIND = re.compile(f"\\b(?:{'|'.join(words.replace(' ', '|') for words in _WORDS.values())})\\b")
"""The same without names for the kinds, which costs a quarter: most elements are of none."""
_UTILITY = re.compile(
    r"(?<!\S)(?:has|with|no|without|tag(?!-?(?:list|cloud|links))|category|type|js|lg|md|sm|xs|xl)-\S*|\S*:\S*"
    r"|[-_]+(?:has|with|no|without)[-_]\S*"
)
"""Classes that tell of state, layout or terms (``has-sidebar``, ``tag-werbung``, ``md:hidden``), not of content, and
ends of classes that do (``story--with-newsletter``)."""
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_HIDDEN_CLASS = re.compile(r"(?<!\S)(?:hidden|d-none|hide)(?!\S)")
_SHOWN_CLASS = re.compile(r"(?<!\S)(?:\w+:(?:block|flex|grid|inline)|d-\w+-(?:block|flex|inline))")
_HIDING = re.compile(r"display\s*:\s*none", re.IGNORECASE)
MOST_ID_JOINTS = 2
"""Ids of more words are made from titles and tell nothing of the kind of content."""
_OF_TEXT = frozenset(("hidden", "caption", "byline", "ad", "share", "subscription"))
STRONG = frozenset(("nav", "overlay", "form", "button", "footer", "comments", "hidden", "caption", "figure"))
"""Kinds that hold the article's text only where they hold most of the page's; the names of others sometimes stand for
a whole layout (``sidebar-grid``)."""
NEVER = frozenset(("footer", "comments", "figure"))
"""Kinds that never hold it."""
WEAK = frozenset(("related", "ad", "subscription", "share", "aside", "byline", "tags", "player", "teaser", "picture"))


def box_kind(element: HtmlElement, tag: str) -> str:
    """Return the kind of side matter that the element's tag and names tell, empty for none."""
    if tag in _TAGS:
        return _TAGS[tag]
    if tag in _WHOLE_PAGES:
        return ""
    attributes = element.attrib
    if not attributes:
        return ""
    get = attributes.get
    role = get("role")
    if role in _ROLES:
        return _ROLES[role]
    style = get("style")
    if "hidden" in attributes or (style and _HIDING.search(style)):
        return "hidden"
    if "itemtype" in attributes and get("itemtype", "").endswith("Comment"):
        return "comments"
    kind = _named(get("class") or "", get("id") or "")
    return kind if not kind or kind in _OF_TEXT or tag not in _TEXT_TAGS else ""


_TEXT_TAGS = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "article"))
_WHOLE_PAGES = frozenset(("html", "body", "main"))


@lru_cache(maxsize=20_000)
def _named(classes: str, identifier: str) -> str:
    classes = classes[:400]
    if _HIDDEN_CLASS.search(classes) and not _SHOWN_CLASS.search(classes):
        return "hidden"
    if identifier.count("-") + identifier.count("_") > MOST_ID_JOINTS:
        identifier = ""
    names = f"{classes} {identifier[:100]}"
    if "-" in names or ":" in names:
        names = _UTILITY.sub("", names)
    if not names.islower():
        names = _CAMEL.sub("-", names).lower()
    names = names.replace("_", "-")
    found = _ANY_KIND.search(names)
    match = _KIND.match(names, found.start()) if found else None
    return match.lastgroup or "" if match else ""

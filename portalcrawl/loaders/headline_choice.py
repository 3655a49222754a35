"""Choose the article's headline from a page's titles.

It is the heading that readers see over the text. JSON-LD, og:title and the title element often differ from it: with the
site's name or a kicker, short for social media, long for search engines. They confirm the heading: one that has no word
in common with any of them is probably the name of a section or heads something else. Then, and on pages without a
heading, the wording that most of them share is chosen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from portalcrawl.reasons import reason
from portalcrawl.text.normalize import fold
from portalcrawl.text.titles import STROKE, are_akin, first_parts, is_side_part, main_parts, own_title

if TYPE_CHECKING:
    from portalcrawl.extraction.page import Page

TIES = ("meta", "json-ld", "page", "title")
"""Order of sources for wordings that are equally common; og:title comes first since it is written for readers."""
SPELLING = ("page", "json-ld", "meta", "title")
"""Order of sources for the spelling of the chosen wording."""

SHORTEST_CORE = 15
_JOINT = re.compile(r"^\s*[|*·•»]|^\s+[-–—]\s|[:|·•]\s*$|\s[-–—]\s*$")


def rank_headlines(page: Page) -> list[tuple[str, str, str]]:
    """Return the titles of the page as tuples of source, text and reason; the first is the headline.

    Empty if the page has no title of any kind.
    """
    ruled = [("profile", page.rules.headline, "")] if page.rules.headline else []
    found = _titles(page)
    support: dict[str, list[str]] = {}
    for source, text in found.items():
        support.setdefault(fold(text), []).append(source)
    first = "page" if _is_confirmed(found) else None
    ranked = sorted(
        support.values(), key=lambda sources: (first not in sources, -len(sources), min(map(TIES.index, sources)))
    )
    for sources in ranked:
        source = min(sources, key=SPELLING.index)
        name = "shown-headline" if source == first else "shared-wording"
        why = reason(name, f"the wording of {', '.join(sources)}") if len(found) > 1 else ""
        ruled.append(("meta" if source == "title" else source, found[source], why))
    return ruled


def _is_confirmed(titles: Mapping[str, str]) -> bool:
    """Return whether a heading is shown that has a word in common with another title, if there are others."""
    shown = titles.get("page", "")
    others = [text for source, text in titles.items() if source != "page"]
    return bool(shown) and (not others or any(are_akin(shown, text) for text in others))


def _titles(page: Page) -> dict[str, str]:
    """Return the page's titles by source, without parts that do not belong to the headline.

    An og:title equal to the title element with the site's name is not a separate source. A heading that the title
    element contains after the headline is the name of the site or a section.
    """
    named, social = page.title or "", page.metadata.headline or ""
    copied = fold(social) == fold(named) and len(STROKE.split(named)) > 1
    shown = page.body.headline or ""
    heading = f"{page.body.kicker} {shown}" if page.body.kicker else shown
    titles = {
        "json-ld": page.linked_data.headline,
        "meta": None if copied else social,
        "title": page.title,
        "page": None if is_side_part(heading, named) else shown,
    }
    found = {source: text for source, text in titles.items() if text}
    owned = {source: own_title(text, page.site_names) for source, text in found.items()}
    # Some sites declare the article's title as their name.
    cleaned = {source: text for source, text in owned.items() if text} or found
    shown = cleaned.get("page", "")
    cleaned = {source: _without_names(text, shown, ahead=source == "title") for source, text in cleaned.items()}
    declared = {fold(cleaned[source]): cleaned[source] for source in ("json-ld", "meta") if source in cleaned}
    return {source: _core(text, declared) for source, text in cleaned.items()}


def _without_names(title: str, shown: str, *, ahead: bool) -> str:
    """Return the visible heading *shown* if *title* is *shown* with names of the site or sections, else *title*.

    The names are after the heading, or before it as well if *ahead* is true.
    """
    words = fold(shown)
    runs = first_parts(title) | (main_parts(title) if ahead else set())
    return shown if words in runs and words != fold(title) else title


def _core(title: str, declared: Mapping[str, str]) -> str:
    """Return the declared wording if *title* only adds a section after it or a kicker before it, else *title*."""
    folded = fold(title)
    for words, text in declared.items():
        if len(words) >= SHORTEST_CORE and words != folded:
            rest = (
                title[len(text) :]
                if folded.startswith(words)
                else title[: -len(text)]
                if folded.endswith(words)
                else ""
            )
            if _JOINT.search(rest):
                return text
    return title

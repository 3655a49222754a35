"""Choose the article's headline from a page's titles.

It is the heading that readers see over the text. JSON-LD, og:title and the title element often differ from it: with the
site's name or a kicker, short for social media, long for search engines. They confirm the heading: one that has no word
in common with any of them is probably the name of a section or heads something else. Then, and on pages without a
heading, the wording that most of them share is chosen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from portalcrawl.reasons import reason
from portalcrawl.text.normalize import fold
from portalcrawl.text.titles import STROKE, are_akin, is_side_part, main_parts, own_title

if TYPE_CHECKING:
    from portalcrawl.extraction.page import Page


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
    for sources in sorted(support.values(), key=lambda sources: (first not in sources, -len(sources))):
        source = sources[0]
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

    Their order decides between wordings that are equally common, and the spelling: og:title is written for readers.

    An og:title equal to the title element with the site's name is not a separate source. A heading that the title
    element contains after the headline is the name of the site or a section.
    """
    named, social = page.title or "", page.metadata.headline or ""
    copied = fold(social) == fold(named) and len(STROKE.split(named)) > 1
    shown = page.body.headline or ""
    heading = f"{page.body.kicker} {shown}" if page.body.kicker else shown
    titles = {
        "page": None if is_side_part(heading, named) else shown,
        "meta": None if copied else social,
        "json-ld": page.linked_data.headline,
        "title": page.title,
    }
    found = {source: text for source, text in titles.items() if text}
    owned = {source: own_title(text, page.site_names) for source, text in found.items()}
    # Some sites declare the article's title as their name.
    cleaned = {source: text for source, text in owned.items() if text} or found
    declared = [cleaned[source] for source in ("json-ld", "meta") if source in cleaned]
    return {source: _core(text, declared) for source, text in cleaned.items()}


def _core(title: str, declared: Sequence[str]) -> str:
    """Return the declared wording that is the main part of *title* beside a kicker or a section, else *title*."""
    cores = main_parts(title) - {fold(title)}
    return next((text for text in declared if fold(text) in cores), title)

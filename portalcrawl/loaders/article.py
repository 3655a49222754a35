"""Builds an article from a page's parts: each field gets the value of the most trusted source that has one.

The order of trust is profile rule > JSON-LD > meta tags > visible page; :data:`TRUST` lists the fields for which
another order was measured to be better. Dates and authors are ranked by weight and agreement, see
:data:`date_choice.WEIGHTS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from itemloaders import ItemLoader
from itemloaders.processors import Identity, TakeFirst

from portalcrawl import ids
from portalcrawl.extraction.article.publication_dates import date_in_url
from portalcrawl.extraction.article.segmentation import BETWEEN_CELLS
from portalcrawl.extraction.dom.pictures import is_picture, picture_key
from portalcrawl.extraction.parts import ImageParts
from portalcrawl.items import Article, Image
from portalcrawl.loaders.author_choice import rank_authors
from portalcrawl.loaders.crawl_context import CrawlContext
from portalcrawl.loaders.date_choice import rank_dates
from portalcrawl.loaders.headline_choice import rank_headlines
from portalcrawl.loaders.processors import first_section, topics
from portalcrawl.text.datelines import read_dateline
from portalcrawl.text.normalize import fold, language_tag
from portalcrawl.text.person_names import agency_in, organisations, people
from portalcrawl.urls import host_of

if TYPE_CHECKING:
    from portalcrawl.dates import DateReading
    from portalcrawl.extraction.page import Page
    from portalcrawl.extraction.parts import ArticleParts
    from portalcrawl.storage.discovered import EntryRecord

Sources = Sequence[str]

SOURCES: Mapping[str, str] = {"profile": "rules", "json-ld": "linked_data", "meta": "metadata", "page": "body"}
"""Source, as named in the output -> attribute of :class:`Page` with its parts; the source ``url`` is the page's URL."""
USUAL: Sources = ("profile", "json-ld", "meta", "page")
TRUST: Mapping[str, Sources] = {
    # The lead is the one shown above the text. A description that is only declared is written for search engines and
    # often repeats the beginning of the text: it counts only if there is no text.
    "description": ("profile", "page", "json-ld", "meta"),
    # The lead image is og:image; JSON-LD lists crops of it.
    "images": ("profile", "meta", "json-ld", "page"),
    "body": ("profile", "page", "json-ld"),  # articleBody is often cut, flat, or holds captions
}
_ENDING = re.compile(r"[(\[]([^()\[\]]{2,40})[)\]]\W*$")
"""``(dpa/lby)`` at the end of a text."""
LONGEST_ENDING = 200
"""Characters at the end of a text that are searched for its agency."""


LEAST_SHOWN = 0.5
"""The visible text is taken if it has at least this share of the declared one; else scripts or a paywall hide some."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible value of a field, and its source."""

    value: Any
    source: str
    reason: str = ""
    """Why it was ranked so, for fields whose sources are weighed against each other; see :mod:`portalcrawl.reasons`."""


class ArticleLoader(ItemLoader):
    """Collects, for each field of an article, all values on the page in order of trust."""

    default_item_class = dict
    default_output_processor = TakeFirst()
    authors_out = keywords_out = images_out = Identity()

    def __init__(self) -> None:
        super().__init__()
        self.candidates: dict[str, list[Candidate]] = {}
        """Values of each field in order of trust; the first is used."""

    @property
    def sources(self) -> dict[str, str]:
        """The source of each field."""
        return {field: found[0].source for field, found in self.candidates.items()}

    def add(self, field: str, source: str, value: Any, reason: str = "") -> None:
        """Add *value* for *field* after those from more trusted sources, unless it is empty."""
        if value in (None, "", []):
            return
        found = self.candidates.setdefault(field, [])
        found.append(Candidate(value, source, reason))
        if len(found) == 1:
            self.add_value(field, value)


def load_article(page: Page, crawl: CrawlContext) -> Article | None:
    """Return the page's article; None if it has neither headline nor text."""
    return make_article(read_article(page), page, crawl)


def make_article(loader: ArticleLoader, page: Page, crawl: CrawlContext) -> Article | None:
    """Return the article from the values that :func:`read_article` collected; None without headline and text."""
    article = Article(**loader.load_item())
    if not article.headline and not article.article_body:
        return None
    _complete(article, page, crawl)
    return article


def add_announced(article: Article, entry: EntryRecord | None) -> bool:
    """Set headline and date from the entry in a feed or news sitemap if the page has none; return whether any was set.

    This is not part of :func:`load_article`, since whether a page is the announced article must be decided by the page
    alone.
    """
    if entry is None:
        return False
    announced = {
        "headline": entry.title,
        "date_published": entry.published,
        "date_published_raw": entry.published,
        "date_published_precision": entry.precision,
    }
    missing = {field: value for field, value in announced.items() if value and not getattr(article, field)}
    for field, value in missing.items():
        setattr(article, field, value)
    article.content_hash = _content_hash(article)
    return bool(missing)


def read_article(page: Page) -> ArticleLoader:
    """Return a loader with the values of each field of the page's article, in order of trust."""
    loader = ArticleLoader()
    parts = {name: getattr(page, attribute) for name, attribute in SOURCES.items()}
    _add_texts(loader, parts, page)
    _add_dates(loader, parts, page)
    _add_lists(loader, parts, page)
    singles: Mapping[str, Callable[[ArticleParts], Any]] = {
        "section": lambda part: first_section(part.section or "", page.site_names),
        "source": lambda part: part.source,
        "comment_count": lambda part: part.comment_count,
        "is_accessible_for_free": lambda part: part.is_accessible_for_free,
        "in_language": lambda part: language_tag(part.in_language or ""),
    }
    for field, read in singles.items():
        for name, part in _trusted(parts, field):
            loader.add(field, name, read(part))
    loader.add("in_language", "profile", page.profile.language)
    for name, part in _trusted(parts, "authors"):
        loader.add("source", name, next(iter(organisations(part.authors or (), page.site_names)), None))
    _add_agency(loader, parts, page)
    return loader


def _trusted(parts: Mapping[str, ArticleParts], field: str) -> list[tuple[str, ArticleParts]]:
    return [(name, parts[name]) for name in TRUST.get(field, USUAL)]


def _add_texts(loader: ArticleLoader, parts: Mapping[str, ArticleParts], page: Page) -> None:
    for source, text, why in rank_headlines(page):
        loader.add("headline", source, text, why)
    headline = loader.get_output_value("headline") or ""
    for name, part in _trusted(parts, "kicker"):
        if part.kicker and fold(part.kicker) != fold(headline):
            loader.add("kicker", name, part.kicker)
    _add_body(loader, parts)
    for name, part in _trusted(parts, "description"):
        if name in ("profile", "page") or "article_body" not in loader.sources:
            loader.add("description", name, part.description)


def _add_body(loader: ArticleLoader, parts: Mapping[str, ArticleParts]) -> None:
    """Add the text: the profile's; else the visible one, or the declared one if that is much longer."""
    texts = {name: "\n\n".join(parts[name].body or ()) for name in TRUST["body"]}
    shown, declared = texts["page"], texts["json-ld"]
    if not texts["profile"] and len(shown) < LEAST_SHOWN * len(declared):
        loader.add("article_body", "json-ld", declared)
    for name, text in texts.items():
        loader.add("article_body", name, text)


def _add_dates(loader: ArticleLoader, parts: Mapping[str, ArticleParts], page: Page) -> None:
    """Add the times of publication and change.

    If the page has no date of publication, the day in its URL is used, else the time of the last change.
    """

    def parsed(raws: Mapping[str, str | None]) -> dict[str, DateReading]:
        return {name: found for name, raw in raws.items() if (found := page.clock.parse(raw or ""))}

    published = parsed({name: part.date_published for name, part in parts.items()} | {"url": date_in_url(page.url)})
    changes = parsed({name: part.date_modified for name, part in _trusted(parts, "date_modified")})
    known = published or {name: replace(change, role="modified") for name, change in changes.items()}
    ranked = rank_dates(known, changes.values())
    for source, reading, reason in ranked:
        loader.add("date_published", source, reading.when.isoformat(), reason)
        loader.add("date_published_raw", source, reading.raw, reason)
        loader.add("date_published_precision", source, reading.precision, reason)
    if ranked and ranked[0][1].role == "modified":
        loader.add("date_modified", ranked[0][0], ranked[0][1].when.isoformat())
    for name, change in changes.items():
        loader.add("date_modified", name, change.when.isoformat())


def _add_lists(loader: ArticleLoader, parts: Mapping[str, ArticleParts], page: Page) -> None:
    others = (*page.site_names, *(part.source for part in parts.values() if part.source))
    found = {name: people(part.authors or (), others) for name, part in _trusted(parts, "authors")}
    for name, names, reason in rank_authors({name: names for name, names in found.items() if names}):
        loader.add("authors", name, names, reason)
    headline = loader.get_output_value("headline") or ""
    for name, part in _trusted(parts, "keywords"):
        loader.add("keywords", name, topics(part.keywords or (), (host_of(page.url), headline)))
    _add_images(loader, parts, page)


def _add_images(loader: ArticleLoader, parts: Mapping[str, ArticleParts], page: Page) -> None:
    """Add the declared lead image, then the visible ones; if none is visible, all that one source declares.

    JSON-LD lists crops of one picture, while captions and credits are on the visible page. Pictures of teasers are not
    the article's, except the first one of a page that declares none.
    """
    of_teasers = {picture_key(teaser.image_url) for teaser in page.teasers if teaser.image_url}
    shown = parts["page"].images or ()
    own = [each for each in shown if picture_key(each.url) not in of_teasers]
    for name, part in _trusted(parts, "images"):
        found: Sequence[ImageParts] = (*shown[:1], *own) if name == "page" else part.images or ()
        if name in ("meta", "json-ld"):
            found = tuple(each for each in found if is_picture(each.url, captioned=bool(each.caption)))
        if name != "profile":
            found = _with_shown(found, shown, own)
        loader.add("images", name, [Image(each.url, each.caption, each.credit) for each in found])


def _with_shown(
    images: Sequence[ImageParts], shown: Sequence[ImageParts], own: Sequence[ImageParts]
) -> Sequence[ImageParts]:
    """Return the first of *images* with its caption among those *shown* on the page, then the article's *own* ones."""
    lead = next(iter(images), None)
    if lead is None:
        return ()
    same = next((each for each in shown if picture_key(each.url) == picture_key(lead.url)), lead)
    others = [each for each in (own if shown else images) if each not in (lead, same)]
    return ImageParts(lead.url, same.caption or lead.caption, same.credit or lead.credit), *others


def _add_agency(loader: ArticleLoader, parts: Mapping[str, ArticleParts], page: Page) -> None:
    """Add place and agency from the opening of the text, else the agency of the source, of an author or at the end."""
    agencies, sources = page.profile.agencies, loader.sources
    for field in ("description", "article_body"):
        opening = read_dateline(loader.get_output_value(field) or "", agencies)
        loader.add("dateline", sources.get(field, ""), opening.place)
        loader.add("agency", sources.get(field, ""), opening.agency)
    for name, part in _trusted(parts, "agency"):
        loader.add("agency", name, part.agency)
    source = loader.get_output_value("source") or ""
    loader.add("agency", sources.get("source", ""), page.profile.source_agencies.get(source))
    loader.add("agency", sources.get("source", ""), agency_in((source,), agencies))
    for name, part in _trusted(parts, "authors"):
        loader.add("agency", name, agency_in(part.authors or (), agencies))
    ending = _ENDING.findall((loader.get_output_value("article_body") or "")[-LONGEST_ENDING:])
    loader.add("agency", sources.get("article_body", ""), agency_in(ending, agencies))


def _complete(article: Article, page: Page, crawl: CrawlContext) -> None:
    """Set the fields that are derived from other fields, the URL and the crawl."""
    article.url, article.canonical_url = page.url, page.canonical_url
    article.portal, article.id = page.profile.name, page.profile.article_id(page.canonical_url)
    article.word_count = len((article.article_body or "").replace(BETWEEN_CELLS, " ").split()) or None
    article.content_hash = _content_hash(article)
    article.rights = page.rights
    article.discovered_via, article.found_on = crawl.discovered_via, crawl.found_on
    article.depth, article.rendered, article.run = crawl.depth, crawl.rendered, crawl.run
    article.date_fetched = page.fetched.isoformat()


def _content_hash(article: Article) -> str | None:
    return ids.content_hash((article.headline, article.kicker, article.description, article.article_body))

"""The records that leave the product: one dataclass a kind, a line of JSON each.

The order of the fields is the order in the line; ``scrapy schema article|teaser`` prints the JSON Schema
that :mod:`portalcrawl.schema` generates from these classes. Times are ISO 8601 strings: publication times
carry the portal's own UTC offset, fetch times are UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

SCHEMA_VERSION = "1.0"
PRECISIONS = ("minute", "hour", "day")


def schema_extra(**keywords: Any) -> dict[str, dict[str, Any]]:
    """Return field metadata that itemadapter merges into the field's JSON Schema."""
    return {"json_schema_extra": keywords}


DATE_TIME = schema_extra(format="date-time")
NOT_EMPTY = schema_extra(minLength=1)


@dataclass(slots=True)
class Image:
    """A picture of an article."""

    url: str
    """Absolute address of the picture file."""
    caption: str | None = None
    """Its caption as shown, without the credit."""
    credit: str | None = None
    """Photographer or picture agency, as shown."""


@dataclass(slots=True)
class Article:
    """One article, in one revision."""

    schema_version: str = SCHEMA_VERSION
    """Version of this schema, ``major.minor``; a field that goes or changes its meaning raises the major."""
    type: str = field(default="article", metadata=schema_extra(const="article"))
    """The kind of record."""
    id: str = field(default="", metadata=NOT_EMPTY)
    """``<profile>:<the portal's own article id>``, else ``<host without www>:<16 hex digits of SHA-256 of the
    canonical URL>``; fixed when the article is first stored."""
    portal: str = field(default="", metadata=NOT_EMPTY)
    """Name of the portal's profile, or its host without ``www.``."""
    url: str = field(default="", metadata=NOT_EMPTY)
    """Address the page was fetched from, after redirects."""
    canonical_url: str = field(default="", metadata=NOT_EMPTY)
    """The article's one address: no tracking parameters, fragment, mobile or AMP twin."""
    headline: str | None = None
    """The headline alone: no site name, no kicker."""
    kicker: str | None = None
    """The short line over the headline (Dachzeile)."""
    description: str | None = None
    """The lead (standfirst)."""
    article_body: str | None = None
    """Paragraphs and subheads after the lead, in order, joined by a blank line; null where the page shows no text."""
    date_published: str | None = field(default=None, metadata=DATE_TIME)
    """When it was published, ISO 8601 with the portal's UTC offset; a page that shows only when it was changed gives
    that time. Null without a date, never a guess."""
    date_published_raw: str | None = None
    """The text or attribute that ``date_published`` was read from."""
    date_published_precision: str | None = field(default=None, metadata=schema_extra(enum=[*PRECISIONS, None]))
    """How exact ``date_published`` is: ``minute``, ``hour`` or ``day`` (then at midnight); null without a date."""
    date_modified: str | None = field(default=None, metadata=DATE_TIME)
    """When it was last changed, as the page says, ISO 8601 with the portal's UTC offset."""
    authors: list[str] = field(default_factory=list)
    """Names of the people who wrote it, in order."""
    source: str | None = None
    """Who wrote it, as the portal names it (``InvestmentWeek``)."""
    agency: str | None = None
    """News agency named in the dateline or byline, in its usual short form (``dpa``, ``AFP``)."""
    dateline: str | None = None
    """Place named at the head of the text (``Los Angeles``)."""
    section: str | None = None
    """First rung of the topic trail (``Politik``)."""
    keywords: list[str] = field(default_factory=list)
    """Topic trail or tags, in order."""
    in_language: str | None = None
    """BCP 47 tag of the text's language (``de``)."""
    images: list[Image] = field(default_factory=list)
    """Pictures of the article, in order."""
    comment_count: int | None = field(default=None, metadata=schema_extra(minimum=0))
    """Number of readers' comments; null when not shown."""
    is_accessible_for_free: bool | None = None
    """False behind a paywall, as the page declares it; null when it declares nothing."""
    word_count: int | None = field(default=None, metadata=schema_extra(minimum=0))
    """Words of ``article_body``; null without one."""
    content_hash: str | None = None
    """32 hex digits of SHA-256 over headline, kicker, description and article_body, white space folded; null without
    any of them."""
    revision: int = field(default=1, metadata=schema_extra(minimum=1))
    """1 for a new article; a later run that finds other content writes the next one."""
    changed_fields: list[str] = field(default_factory=list)
    """Fields whose content differs from the revision before; empty in revision 1."""
    duplicate_of: str | None = None
    """Id of the article stored before with the same text; null for the first one."""
    cluster_id: str | None = None
    """Id of the group of near-identical copies it belongs to: the id of the group's first article, so an article
    without copies has its own; null for a text too short to compare."""
    rights: dict[str, str] = field(default_factory=dict)
    """Opt-out signals as found (``robots``, ``x_robots_tag``, ``tdm_reservation``, ``tdm_policy``): evidence only."""
    discovered_via: str | None = None
    """How it was found: ``start`` (a start page), ``teaser`` (in this run) or ``pending`` (left by an earlier run, or
    due again)."""
    found_on: str | None = None
    """Page whose teaser led here; null for a start page."""
    depth: int = field(default=0, metadata=schema_extra(minimum=0))
    """Teaser hops from a start page."""
    rendered: bool = False
    """Whether a browser rendered the page."""
    date_fetched: str = field(default="", metadata=DATE_TIME)
    """When the page was fetched, ISO 8601, UTC: the response's Date header, else (none, in the future, over ten years
    ago) the crawler's clock."""
    run: str = field(default="", metadata=NOT_EMPTY)
    """Run that wrote this line."""


@dataclass(slots=True)
class Teaser:
    """One state of a teaser: a link to an article, with what the portal shows of it."""

    schema_version: str = SCHEMA_VERSION
    """Version of this schema, ``major.minor``."""
    type: str = field(default="teaser", metadata=schema_extra(const="teaser"))
    """The kind of record."""
    id: str = field(default="", metadata=NOT_EMPTY)
    """``<portal>:<16 hex digits of SHA-256 over article_id, headline, kicker, snippet, label, comment_count>``: one
    state of a teaser."""
    portal: str = field(default="", metadata=NOT_EMPTY)
    """Name of the portal's profile, or its host without ``www.``."""
    article_id: str = field(default="", metadata=NOT_EMPTY)
    """Id of the article that it leads to (``Article.id``)."""
    url: str = field(default="", metadata=NOT_EMPTY)
    """The article's canonical address as far as the link tells."""
    headline: str | None = None
    """Its headline, never the caption of its image; null for a teaser that shows none."""
    kicker: str | None = None
    """The short line over the headline."""
    snippet: str | None = None
    """The opening words shown, without the cut mark."""
    is_truncated: bool = False
    """Whether the snippet was cut (``[…]``)."""
    date_published: str | None = field(default=None, metadata=DATE_TIME)
    """When the article was published, as shown here, ISO 8601 with the portal's UTC offset; an age (``vor 12 Minuten``)
    counts from the page's fetch time. Null where no day is shown, never a guess."""
    date_published_raw: str | None = None
    """The text or attribute that ``date_published`` was read from."""
    date_published_precision: str | None = field(default=None, metadata=schema_extra(enum=[*PRECISIONS, None]))
    """How exact ``date_published`` is: ``minute``, ``hour`` or ``day`` (then at midnight); null without a date."""
    comment_count: int | None = field(default=None, metadata=schema_extra(minimum=0))
    """Number of comments shown; null when not shown, 0 for ``(00)``."""
    image_url: str | None = None
    """Address of the teaser's image."""
    image_caption: str | None = None
    """Caption of the image: figcaption, else alt text."""
    agency: str | None = None
    """News agency named at the head of the snippet, in its usual short form."""
    dateline: str | None = None
    """Place named at the head of the snippet."""
    label: str | None = None
    """Mark on the teaser (``Plus``, ``Video``, ``Liveblog``)."""
    block: str | None = None
    """Name or heading of the list it stood in."""
    position: int | None = field(default=None, metadata=schema_extra(minimum=1))
    """Place in that list, from 1."""
    found_on: str | None = None
    """Address of the page it was first seen on."""
    date_fetched: str = field(default="", metadata=DATE_TIME)
    """When that page was fetched, ISO 8601, UTC."""
    run: str = field(default="", metadata=NOT_EMPTY)
    """Run that wrote this line."""

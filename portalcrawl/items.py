"""The records that portalcrawl publishes: one dataclass a type, one JSON line a record.

The order of the fields is their order in the line. :mod:`portalcrawl.schema` generates the JSON Schema and
``tools/fields_page.py`` the tables of docs/fields.md from these classes and their docstrings. Times are ISO 8601
strings: times of the portal with its own UTC offset, times of the crawl in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

SCHEMA_VERSION = "1.1"
PRECISIONS = ("minute", "hour", "day")


def schema_extra(**keywords: Any) -> dict[str, dict[str, Any]]:
    """Return field metadata that itemadapter merges into the field's JSON Schema."""
    return {"json_schema_extra": keywords}


DATE_TIME = schema_extra(format="date-time")
NOT_EMPTY = schema_extra(minLength=1)
NOT_NEGATIVE = schema_extra(minimum=0)
DISCOVERED_VIA = schema_extra(enum=["start", "teaser", "pending", "feed", "news_sitemap", "sitemap", None])
PRECISION = schema_extra(enum=[*PRECISIONS, None])


@dataclass(slots=True)
class Image:
    """A picture of an article."""

    url: str
    """Absolute address of the image file."""
    caption: str | None = None
    """Caption as shown, without the credit."""
    credit: str | None = None
    """Photographer or picture agency, as shown."""


@dataclass(slots=True)
class RightsSignal:
    """One statement of the publisher about the use of a page, as found; it is recorded, not interpreted."""

    source: str
    """Document that says it: ``robots.txt``, ``tdmrep.json``, ``header`` or ``meta``."""
    name: str
    """Name of the directive, key, header or meta tag (``Content-Signal``, ``tdm-reservation``); of robots.txt also
    ``User-agent``, the group that applied to the crawler."""
    value: str
    """Its text."""
    scope: str
    """What it holds for: a path pattern of the site (``/`` for all of it), or ``page``."""
    date_fetched: str
    """Time when the document was fetched, ISO 8601, UTC."""
    sha256: str
    """SHA-256 of the document: the robots.txt, the tdmrep.json, or the body of the page."""


@dataclass(slots=True)
class Article:
    """One revision of an article."""

    schema_version: str = SCHEMA_VERSION
    """Version of this schema, ``major.minor``. A field that is removed or changes its meaning raises the major."""
    type: str = field(default="article", metadata=schema_extra(const="article"))
    """Type of the record."""
    id: str = field(default="", metadata=NOT_EMPTY)
    """``<profile>:<the portal's own article id>`` if the profile has a pattern for such ids, else ``<host without
    www>:<16 hex digits of SHA-256 of the canonical URL>``. It never changes once the article is stored."""
    portal: str = field(default="", metadata=NOT_EMPTY)
    """Name of the portal's profile, or its host without ``www.`` if it has none."""
    url: str = field(default="", metadata=NOT_EMPTY)
    """Address that the page was fetched from, after redirects."""
    canonical_url: str = field(default="", metadata=NOT_EMPTY)
    """The article's main address: without tracking parameters and fragment, not a mobile or AMP version."""
    headline: str | None = None
    """Headline as shown over the text, without site name and kicker."""
    kicker: str | None = None
    """Short line over the headline (German: Dachzeile)."""
    description: str | None = None
    """Lead paragraph (standfirst)."""
    article_body: str | None = None
    """Paragraphs, subheads and rows of tables (``cell | cell``) after the lead, in order, separated by blank lines.
    Null if the page shows no text."""
    date_published: str | None = field(default=None, metadata=DATE_TIME)
    """Time of publication, ISO 8601 with the portal's UTC offset; the time of the last change if the page shows only
    that. Null without a date: it is never guessed."""
    date_published_raw: str | None = None
    """Text or attribute that ``date_published`` was read from."""
    date_published_precision: str | None = field(default=None, metadata=PRECISION)
    """Precision of ``date_published``: ``minute``, ``hour`` or ``day`` (the time is midnight then). Null without a
    date."""
    date_modified: str | None = field(default=None, metadata=DATE_TIME)
    """Time of the last change according to the page, ISO 8601 with the portal's UTC offset."""
    authors: list[str] = field(default_factory=list)
    """Names of the people who wrote it, in page order. Newsrooms and agencies are in ``source`` or ``agency``."""
    source: str | None = None
    """Newsroom, publisher or agency that wrote the text, as the portal names it (``InvestmentWeek``)."""
    agency: str | None = None
    """News agency in its usual short form (``dpa``, ``AFP``), from the dateline, the byline, or the profile's
    knowledge of the source."""
    dateline: str | None = None
    """Place at the beginning of the text (``Los Angeles``)."""
    section: str | None = None
    """First entry of the topic trail (``Politik``)."""
    keywords: list[str] = field(default_factory=list)
    """Topic trail or tags, in page order."""
    in_language: str | None = None
    """Language of the text as a BCP 47 tag (``de``)."""
    images: list[Image] = field(default_factory=list)
    """Pictures of the article, the lead image first. No logos, icons or placeholders."""
    comment_count: int | None = field(default=None, metadata=NOT_NEGATIVE)
    """Number of readers' comments. Null if none is shown."""
    is_accessible_for_free: bool | None = None
    """False behind a paywall, as declared by the page. Null if it declares nothing."""
    word_count: int | None = field(default=None, metadata=NOT_NEGATIVE)
    """Number of words in ``article_body``. Null without one."""
    content_hash: str | None = None
    """First 32 hex digits of SHA-256 over headline, kicker, description and article_body with whitespace collapsed.
    Null if all four are."""
    revision: int = field(default=1, metadata=schema_extra(minimum=1))
    """1 for a new article. Each later run that finds changed content writes the next revision."""
    changed_fields: list[str] = field(default_factory=list)
    """Fields whose content differs from the previous revision. Empty in revision 1."""
    duplicate_of: str | None = None
    """Id of the first stored article with the same text. Null for that article itself."""
    cluster_id: str | None = None
    """Id of the group of near-identical copies: the id of its first article, so an article without copies has its
    own id here. Null for a text that is too short to compare."""
    rights: dict[str, Any] = field(default_factory=dict)
    """Opt-out signals as found on the page (``robots``, ``x_robots_tag``, ``tdm_reservation``, ``tdm_policy``), and in
    ``signals`` all statements about its use, also those of robots.txt and tdmrep.json. They are recorded, not
    interpreted."""
    discovered_via: str | None = field(default=None, metadata=DISCOVERED_VIA)
    """How the crawl came to it: ``start`` (a start page), ``teaser`` (in this run), ``pending`` (left by an earlier
    run, or due for another visit), ``feed``, ``news_sitemap`` or ``sitemap``."""
    found_on: str | None = None
    """Address of the page whose teaser led here, or of the feed or sitemap. Null for a start page."""
    depth: int = field(default=0, metadata=NOT_NEGATIVE)
    """Number of teasers followed from a start page, which has depth 0."""
    rendered: bool = False
    """Whether a browser rendered the page."""
    date_fetched: str = field(default="", metadata=DATE_TIME)
    """Time of the fetch, ISO 8601, UTC: the response's Date header, or the crawler's clock if that is missing, in the
    future or over ten years old."""
    run: str = field(default="", metadata=NOT_EMPTY)
    """Id of the run that wrote this line."""


EVENTS = ("appeared", "moved", "changed", "gone")


@dataclass(slots=True)
class Observation:
    """What happened to a teaser on a start page that is a list, since that page was last seen."""

    schema_version: str = SCHEMA_VERSION
    """Version of this schema, ``major.minor``."""
    type: str = field(default="observation", metadata=schema_extra(const="observation"))
    """Type of the record."""
    id: str = field(default="", metadata=NOT_EMPTY)
    """Id of this observation: ``<portal>:<16 hex digits of SHA-256 over run, page, article_id, teaser_id, event>``."""
    portal: str = field(default="", metadata=NOT_EMPTY)
    """Name of the portal's profile, or its host without ``www.`` if it has none."""
    page: str = field(default="", metadata=NOT_EMPTY)
    """Canonical address of the start page (``Teaser.found_on``)."""
    teaser_id: str = field(default="", metadata=NOT_EMPTY)
    """Id of the teaser's state (``Teaser.id``), for ``changed`` that of the new state."""
    article_id: str = field(default="", metadata=NOT_EMPTY)
    """Id of the article that it links to (``Article.id``)."""
    event: str = field(default="appeared", metadata=schema_extra(enum=list(EVENTS)))
    """``appeared``, ``moved`` (to another block or position), ``changed`` (same article, other state) or ``gone``. A
    teaser that changes and moves gives two lines, ``changed`` first."""
    block: str | None = None
    """Block in which it stands after this; for ``gone`` the last one."""
    position: int | None = field(default=None, metadata=schema_extra(minimum=1))
    """Position in that block, from 1; for ``gone`` the last one."""
    comment_count: int | None = field(default=None, metadata=NOT_NEGATIVE)
    """Number of comments shown; for ``gone`` the last one. Null if none is shown."""
    date_observed: str = field(default="", metadata=DATE_TIME)
    """Time when the page was fetched, ISO 8601, UTC."""
    run: str = field(default="", metadata=NOT_EMPTY)
    """Id of the run that wrote this line."""


@dataclass(slots=True)
class Teaser:
    """One state of a teaser: a link to an article, with what the portal shows of that article."""

    schema_version: str = SCHEMA_VERSION
    """Version of this schema, ``major.minor``."""
    type: str = field(default="teaser", metadata=schema_extra(const="teaser"))
    """Type of the record."""
    id: str = field(default="", metadata=NOT_EMPTY)
    """Id of this state: ``<portal>:<16 hex digits of SHA-256 over article_id, headline, kicker, snippet, label,
    comment_count>``."""
    portal: str = field(default="", metadata=NOT_EMPTY)
    """Name of the portal's profile, or its host without ``www.`` if it has none."""
    article_id: str = field(default="", metadata=NOT_EMPTY)
    """Id of the article that it links to (``Article.id``)."""
    url: str = field(default="", metadata=NOT_EMPTY)
    """Canonical address of the article, as far as the link shows it."""
    headline: str | None = None
    """Headline, never the caption of the image. Null if the teaser has none."""
    kicker: str | None = None
    """Short line over the headline."""
    snippet: str | None = None
    """Text shown under the headline, without an ellipsis at the end."""
    is_truncated: bool = False
    """Whether the snippet ended with an ellipsis (``[…]``)."""
    date_published: str | None = field(default=None, metadata=DATE_TIME)
    """Time of the article's publication as shown here, ISO 8601 with the portal's UTC offset. An age (``vor 12
    Minuten``) counts back from the time of the fetch. Null if no day is shown: it is never guessed."""
    date_published_raw: str | None = None
    """Text or attribute that ``date_published`` was read from."""
    date_published_precision: str | None = field(default=None, metadata=PRECISION)
    """Precision of ``date_published``: ``minute``, ``hour`` or ``day`` (the time is midnight then). Null without a
    date."""
    comment_count: int | None = field(default=None, metadata=NOT_NEGATIVE)
    """Number of comments shown; 0 for ``(00)``. Null if none is shown."""
    image_url: str | None = None
    """Absolute address of the image."""
    image_caption: str | None = None
    """Caption of the image: its figcaption, else its alt text."""
    agency: str | None = None
    """News agency at the beginning of the snippet, in its usual short form."""
    dateline: str | None = None
    """Place at the beginning of the snippet."""
    label: str | None = None
    """Label on the teaser (``Plus``, ``Video``, ``Liveblog``)."""
    block: str | None = None
    """Name or heading of the list that it is in."""
    position: int | None = field(default=None, metadata=schema_extra(minimum=1))
    """Position in that list, from 1."""
    found_on: str | None = None
    """Address of the page on which this state was first seen."""
    date_fetched: str = field(default="", metadata=DATE_TIME)
    """Time when that page was fetched, ISO 8601, UTC."""
    run: str = field(default="", metadata=NOT_EMPTY)
    """Id of the run that wrote this line."""

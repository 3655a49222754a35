"""Decides which article a page is; no other module does.

The response decides, in this order:

1. the portal's own id in the canonical URL, if the profile has a pattern for it;
2. the canonical URL, in any spelling that the state knows;
3. the text: that of the article which was requested, or of a known one whose id or slug is in the new URL.

Then the text must be that of the article. A text that shares nothing with the article's last revision, and contains
little of its teaser's headline and of its slug, is an error, maintenance or consent page in place of the article. A new
article is accepted without that check if it has a date or an author, and more than a few lines.
docs/architecture.md has a table of cases.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from portalcrawl.crawl.likeness import same_slug, share_announced, sketch, sketch_similarity, text_of
from portalcrawl.crawl.revisions import field_hashes, stored_hashes
from portalcrawl.ids import text_key
from portalcrawl.items import Article
from portalcrawl.loaders.teaser import KnownIds
from portalcrawl.profiles.model import Profile
from portalcrawl.storage.records import Record
from portalcrawl.text.normalize import fold
from portalcrawl.urls import id_token, same_article, same_place, same_place_of_text, url_key

if TYPE_CHECKING:
    from portalcrawl.crawl.crawl_state import CrawlState

Relation = Literal["same", "alias", "moved"]
"""Relation between the requested article and the one on the fetched page. ``alias``: the requested URL was always
another URL of the one on the page; ``moved``: a different article, whose URL now leads to the one on the page."""

ALMOST_ALL = 0.85
"""Similarity from which a text under another id of the portal is the same article at a new URL."""
MOST = 0.5
"""The same if the two URLs don't have different ids."""
SOME = 0.2
"""The same if both URLs have one id, or for one URL at two visits."""
ANNOUNCED = 0.34
"""Share of the stems of a headline or slug that the text of its article contains: more than one in three.

Measured on 182 saved pages of two sets: a text contains at least half of the stems of its own slug, except for pages in
a different script than their URL and two slugs of three or four stems. Of another page's slug it contains a tenth
(median).
"""
VERY_SHORT = 60
"""Words. Most error pages are shorter. A date does not make so short a text an article that no teaser announced."""
HALF_A_DAY = 12 * 3600.0
MOST_COPIES = 10
"""URLs under which a run accepts the same text as an article each time."""
ERROR_PAGE = "error_page"
SAME_TEXT = "same_text"


@dataclass(frozen=True, slots=True)
class Identity:
    """Which article a page is."""

    record: Record | None
    """The article's record, a new one if the state does not know it; None if the page is no article."""
    relation: Relation = "same"
    reason: str | None = None
    """Why the page is not an article: ``error_page`` or ``same_text``."""


class Identities:
    """Identifies the articles of one run, and keeps which texts came under which ids."""

    def __init__(self, crawl: CrawlState) -> None:
        self._unit_of_work = crawl.unit_of_work
        self._articles = crawl.articles
        # Their size depends on the run, not on the portal: about 400 bytes for each article that was read.
        self._texts: dict[int, tuple[tuple[str, str], ...]] = {}
        """Key of portal and content -> ids and URLs of the articles that came with it in this run."""
        self._bodies: dict[int, tuple[str, ...]] = {}
        """Key of portal and text without headline -> ids of the articles that came with it."""

    def known_ids(self, profile: Profile, urls: list[str]) -> KnownIds:
        """Return the article ids under which the state knows *urls*, in any spelling or with an older slug."""
        ids = self._unit_of_work.ids_of(profile.name, urls)
        if profile.article.url is not None:  # the ids are known by the pattern
            return KnownIds(ids)
        tokens = {url: token for url in urls if (token := id_token(url))}
        spellings = Counter(tokens[url] for url in {url_key(url): url for url in tokens}.values())
        # If two URLs on one page share a number, it is the number of their topic or day, not of an article.
        new = {url: token for url, token in tokens.items() if url not in ids and spellings[token] == 1}
        by_token = self._unit_of_work.ids_by_token(profile.name, set(new.values())) if new else {}
        records = self._unit_of_work.records(profile.name, set(by_token.values())) if by_token else {}
        likely = {
            url: record.id
            for url, token in new.items()
            if (record := records.get(by_token.get(token, ""))) and same_place(record.canonical_url, url)
        }
        return KnownIds(ids | likely, frozenset(likely))

    def identify(self, article: Article, requested: Record, profile: Profile, declared: str | None) -> Identity:
        """Return which article *article* is; its page was fetched for *requested*.

        *declared* is the page's rel=canonical. If it names another article, it counts only if the text is that of the
        other one: many sites declare their front page, a section or the first page of a series.
        """
        if declared and declared != article.canonical_url and self._is_declared(article, requested, profile, declared):
            article.canonical_url, article.id = declared, profile.article_id(declared)
        teased = self._articles.of(requested.portal, requested.id).teaser_headline
        requested.headline = teased or requested.headline
        native = profile.native_id(article.canonical_url) is not None
        record = self._named(article, requested, native=native)
        if record is requested:
            found = self._at_its_address(article, requested, native=native)
        elif record is not None and (record.revision or native or not _continues(requested, article, native=native)):
            found = Identity(record, _relation(requested, article))
        else:
            found = self._at_new_address(article, requested, native=native)
        return self._checked(found, article, requested, profile)

    def _is_declared(self, article: Article, requested: Record, profile: Profile, declared: str) -> bool:
        if not profile.is_article_url(declared):
            return False
        named = self._unit_of_work.ids_of(article.portal, [declared]).get(declared) or profile.article_id(declared)
        known = self._unit_of_work.record(article.portal, named)
        if known and known.revision:
            return likeness(known, article) >= MOST
        text = text_of(article)
        own = share_announced(text, requested.headline, requested.canonical_url) or 0.0
        return max(own, ANNOUNCED) < (share_announced(text, None, declared) or 0.0)

    def _named(self, article: Article, requested: Record, *, native: bool) -> Record | None:
        """Return the record of the article at the page's own URL; *requested* itself if that is the one."""
        named = article.id
        if not native:
            named = self._unit_of_work.ids_of(article.portal, [article.canonical_url]).get(article.canonical_url, named)
        if named == requested.id or (not native and requested.canonical_url == article.canonical_url):
            return requested
        return self._unit_of_work.record(article.portal, named)

    def _at_its_address(self, article: Article, requested: Record, *, native: bool) -> Identity:
        known = None if requested.revision or native else self._older_slug(article, requested)
        return Identity(known, "alias") if known else Identity(requested)

    def _at_new_address(self, article: Article, requested: Record, *, native: bool) -> Identity:
        """Identify, by its text, an article at a URL that is new or was only linked so far."""
        if _continues(requested, article, native=native):
            return Identity(requested)
        known = None if native else self._older_slug(article, requested)
        fresh = self._unit_of_work.record(article.portal, article.id) or new_record(article, requested)
        return Identity(known or fresh, _relation(requested, article))

    def _older_slug(self, article: Article, requested: Record) -> Record | None:
        """Return the known article of which this is another URL: the same text under the same id or slug."""
        met = dict(self._texts.get(text_key(article.portal, article.content_hash), ()))
        if article.content_hash:
            stored = {*self._unit_of_work.with_content(article.content_hash)} - met.keys()
            records = self._unit_of_work.records(article.portal, stored)
            met |= {record.id: record.canonical_url for record in records.values()}
        met.pop(requested.id, None)
        if same := next((known for known, url in met.items() if same_place_of_text(url, article.canonical_url)), None):
            return self._unit_of_work.record(article.portal, same) or replace(new_record(article, requested), id=same)
        token = id_token(article.canonical_url)
        by_token = self._unit_of_work.ids_by_token(article.portal, [token]).get(token) if token else None
        record = self._unit_of_work.record(article.portal, by_token) if by_token and by_token != requested.id else None
        if record is None or token is None:
            return None
        if _is_of_one_day(record, article) and likeness(record, article) >= SOME:
            return record
        self._unit_of_work.note_token(article.portal, token, "")  # ambiguous from now on
        return None

    def _checked(self, found: Identity, article: Article, requested: Record, profile: Profile) -> Identity:
        """Return *found*, or an identity without record if the text is not that of the article."""
        record = found.record
        assert record is not None
        if found.relation != "same" and not record.revision and not profile.is_article_url(article.canonical_url):
            return Identity(None, "same", ERROR_PAGE)  # redirected to a URL that is not an article's
        others = self._others_with(article, record)
        reason = _reason_against(record, article, elsewhere=bool(others))
        if reason is None and len(others) >= MOST_COPIES:
            reason = SAME_TEXT
        self._remember(article, record)
        return Identity(None, "same", reason) if reason else found

    def _others_with(self, article: Article, record: Record) -> set[str]:
        """Return the ids of other articles that came with this text in this run, under any headline."""
        return set(self._bodies.get(text_key(article.portal, article.article_body), ())) - {record.id}

    def _remember(self, article: Article, record: Record) -> None:
        body = text_key(article.portal, article.article_body)
        known = self._bodies.get(body, ())
        if body and record.id not in known and len(known) <= MOST_COPIES:
            self._bodies[body] = (*known, record.id)
        content = text_key(article.portal, article.content_hash)
        met = self._texts.get(content, ())
        if content and len(met) <= MOST_COPIES and record.id not in dict(met):
            self._texts[content] = (*met, (record.id, article.canonical_url))


def _relation(requested: Record, article: Article) -> Relation:
    """Return the relation between the requested article and a different one on the page."""
    old, new = requested.canonical_url, article.canonical_url
    ids = id_token(old), id_token(new)
    if requested.revision or (all(ids) and ids[0] != ids[1]) or same_slug(old, new) is False:
        return "moved"
    share = share_announced(text_of(article), requested.headline, old)
    return "alias" if same_slug(old, new) or (share is not None and share >= ANNOUNCED) else "moved"


def _continues(requested: Record, article: Article, *, native: bool) -> bool:
    """Return whether the page at a new URL is the known article that was requested."""
    if not requested.revision or native:
        return False
    own, other = id_token(requested.canonical_url), id_token(article.canonical_url)
    if own and other:
        return own == other or likeness(requested, article) >= ALMOST_ALL
    return same_article(requested.canonical_url, article.canonical_url) or likeness(requested, article) >= MOST


def _is_of_one_day(record: Record, article: Article) -> bool:
    """Return whether an article is of the same day as the known one: daily reports share the number of their topic."""
    if not article.date_published:
        return True
    return abs(datetime.fromisoformat(article.date_published).timestamp() - record.newest) < HALF_A_DAY


def _reason_against(record: Record, article: Article, *, elsewhere: bool) -> str | None:
    """Return why a text is not that of *record*; None if nothing speaks against it."""
    if record.revision and likeness(record, article) >= SOME:
        return None
    if not record.revision and record.headline and fold(record.headline) == fold(article.headline or ""):
        return None
    is_signed = bool(article.date_published or article.authors)
    is_short = (article.word_count or 0) < VERY_SHORT
    # An error page may repeat the headline of the article, but hardly as its own headline.
    text = (article.headline or "") if is_short and not is_signed else text_of(article)
    share = share_announced(text, record.headline, record.canonical_url)
    is_announced = share is not None and share >= ANNOUNCED
    if record.revision:
        is_it = _keeps_a_field(record, article) or (is_announced and not is_short)
        return None if is_it and not elsewhere else ERROR_PAGE
    if is_announced:
        return None
    if elsewhere and (share is not None or not is_signed):
        return ERROR_PAGE
    if share is None or record.headline is None:
        # Only a slug announced it, and that may be as general as the name of a folder.
        return ERROR_PAGE if share == 0 and is_short and not is_signed else None
    return None if is_signed and not is_short else ERROR_PAGE


def _keeps_a_field(record: Record, article: Article) -> bool:
    """Return whether a known article with a new text has kept its headline, date or authors."""
    before, now = stored_hashes(record), field_hashes(article)
    return any(now[name] and now[name] == before.get(name) for name in ("headline", "date_published", "authors"))


def likeness(record: Record, article: Article) -> float:
    """Return the share of the last revision's text that is in *article*, 0 to 1."""
    if record.content_hash and record.content_hash == article.content_hash:
        return 1.0
    if record.sketch:
        return sketch_similarity(record.sketch, sketch(article))
    # Stored by a version that kept no sketch: compare whole fields.
    before, now = stored_hashes(record), field_hashes(article)
    same = [name for name in ("article_body", "description", "headline") if now[name] and now[name] == before.get(name)]
    return ALMOST_ALL if "article_body" in same else MOST if same else 0.0


def new_record(article: Article, requested: Record) -> Record:
    """Return the record of an article that is not in the state; its page was fetched for *requested*."""
    return Record(
        portal=article.portal,
        id=article.id,
        url=article.canonical_url,
        canonical_url=article.canonical_url,
        depth=requested.depth,
        found_on=requested.found_on,
        newest=requested.newest,
    )

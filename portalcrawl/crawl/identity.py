"""Which article a page is: the one place where that is decided.

What comes back decides, in this order:

1. the portal's own id in the page's address, where the profile has a pattern for it;
2. the page's canonical address, in whatever spelling the state knows it;
3. the text: that of the article which was asked for, or of a known one whose id or slug is in the new address.

Then it must be the article's text. One that has nothing in common with what the state knows of the article, and holds
little of what its teaser and its address announce, stands in place of the article: it is an error, maintenance or
consent page, and no article. A new article that has a date or an author, and more than a few
lines, is believed.
docs/architecture.md has the table of cases.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from portalcrawl.crawl.likeness import same_slug, share_announced, similarity, sketch, text_of
from portalcrawl.crawl.revisions import field_hashes
from portalcrawl.ids import text_key
from portalcrawl.items import Article
from portalcrawl.loaders.teaser import KnownIds
from portalcrawl.profiles.model import Profile
from portalcrawl.storage.records import Record
from portalcrawl.storage.unit_of_work import UnitOfWork
from portalcrawl.text.normalize import fold
from portalcrawl.urls import address_key, id_token, same_article, same_place, same_place_of_text

Asked = Literal["itself", "alias", "moved"]
"""What became of the article that was asked for: it is the one that came; it never was another than that one; it is
another one, which is not to be had at its address."""

ALMOST_ALL = 0.85
"""Similarity from which a text under another id of the portal is the same article, moved."""
MOST = 0.5
"""The same where no id speaks against it."""
SOME = 0.2
"""The same where the id in both addresses is one, or for one address at two visits."""
ANNOUNCED = 0.34
"""Share of a headline's or slug's stems that its article's text holds: more than one in three.

Measured on 182 saved pages of two sets: a text holds at least half of the stems of its own slug, but for pages in
another script than their address and two with three or four stems; of another page's slug it holds a tenth (median).
"""
VERY_SHORT = 60
"""Words; most error pages are shorter. A text so short that nothing has announced is not believed for its date."""
HALF_A_DAY = 12 * 3600.0
MOST_COPIES = 10
"""Addresses under which a run takes one text for an article of its own."""
UNLIKE = "error_page"
REPEATED = "same_text"


@dataclass(frozen=True, slots=True)
class Identity:
    """Which article a page is."""

    record: Record | None
    """What the state knows of it, new where it knows nothing; None where the page is no article."""
    asked: Asked = "itself"
    reason: str | None = None
    """Why it is no article: ``error_page`` or ``same_text``."""


class Identities:
    """Decides for the pages of one run; remembers which texts came under which ids."""

    def __init__(self, unit_of_work: UnitOfWork) -> None:
        self._unit_of_work = unit_of_work
        # Grow with the run, not with the portal: some 400 bytes an article that was read.
        self._texts: dict[int, tuple[tuple[str, str], ...]] = {}
        """Fingerprint of portal and content -> ids and addresses of the articles under which this run met it."""
        self._bodies: dict[int, tuple[str, ...]] = {}
        """Fingerprint of portal and text without headline -> ids of these articles."""

    def known_ids(self, profile: Profile, urls: list[str]) -> KnownIds:
        """Return the article ids under which the state knows *urls*: in another spelling, or with an older slug."""
        ids = self._unit_of_work.ids_of(profile.name, urls)
        if profile.article.url is not None:  # a pattern knows the ids
            return KnownIds(ids)
        tokens = {url: token for url in urls if (token := id_token(url))}
        spellings = Counter(tokens[url] for url in {address_key(url): url for url in tokens}.values())
        # Two addresses on one page that share a number: it names what they belong to, not an article.
        new = {url: token for url, token in tokens.items() if url not in ids and spellings[token] == 1}
        by_token = self._unit_of_work.ids_by_token(profile.name, set(new.values())) if new else {}
        records = self._unit_of_work.records(profile.name, set(by_token.values())) if by_token else {}
        likely = {
            url: record.id
            for url, token in new.items()
            if (record := records.get(by_token.get(token, ""))) and same_place(record.canonical_url, url)
        }
        return KnownIds(ids | likely, frozenset(likely))

    def identify(self, article: Article, asked: Record, profile: Profile, declared: str | None = None) -> Identity:
        """Return which article *article* is, which came as the answer to the request for *asked*.

        *declared* is the page's rel=canonical. One that names another article counts only if the text is that one's:
        many sites declare their front page, a section or the first page of all.
        """
        if declared and declared != article.canonical_url and self._is_declared(article, asked, profile, declared):
            article.canonical_url, article.id = declared, profile.article_id(declared)
        native = profile.native_id(article.canonical_url) is not None
        record = self._named(article, asked, native=native)
        if record is asked:
            found = self._at_its_address(article, asked, native=native)
        elif record is not None and (record.revision or native or not _goes_on(asked, article, native=native)):
            found = Identity(record, _became(asked, article))
        else:
            found = self._at_new_address(article, asked, native=native)
        return self._checked(found, article, asked, profile)

    def _is_declared(self, article: Article, asked: Record, profile: Profile, declared: str) -> bool:
        if not profile.is_article_url(declared):
            return False
        named = self._unit_of_work.ids_of(article.portal, [declared]).get(declared) or profile.article_id(declared)
        known = self._unit_of_work.record(article.portal, named)
        if known and known.revision:
            return likeness(known, article) >= MOST
        text = text_of(article)
        own = share_announced(text, asked.headline, asked.canonical_url) or 0.0
        return max(own, ANNOUNCED) < (share_announced(text, None, declared) or 0.0)

    def _named(self, article: Article, asked: Record, *, native: bool) -> Record | None:
        """Return the record that the page's own address names, *asked* itself where that is it."""
        named = article.id
        if not native:
            named = self._unit_of_work.ids_of(article.portal, [article.canonical_url]).get(article.canonical_url, named)
        if named == asked.id or (not native and asked.canonical_url == article.canonical_url):
            return asked
        return self._unit_of_work.record(article.portal, named)

    def _at_its_address(self, article: Article, asked: Record, *, native: bool) -> Identity:
        known = None if asked.revision or native else self._older_slug(article, asked)
        return Identity(known, "alias") if known else Identity(asked)

    def _at_new_address(self, article: Article, asked: Record, *, native: bool) -> Identity:
        """The page's address is new, or only linked so far: decide by the text whether its article is known."""
        if _goes_on(asked, article, native=native):
            return Identity(asked)
        known = None if native else self._older_slug(article, asked)
        fresh = self._unit_of_work.record(article.portal, article.id) or new_record(article, asked)
        return Identity(known or fresh, _became(asked, article))

    def _older_slug(self, article: Article, asked: Record) -> Record | None:
        """Return the known article of which this is another address: the same text, under the same id or slug."""
        met = dict(self._texts.get(text_key(article.portal, article.content_hash), ()))
        if article.content_hash:
            stored = {*self._unit_of_work.with_content(article.content_hash)} - met.keys()
            records = self._unit_of_work.records(article.portal, stored)
            met |= {record.id: record.canonical_url for record in records.values()}
        met.pop(asked.id, None)
        if same := next((known for known, url in met.items() if same_place_of_text(url, article.canonical_url)), None):
            return self._unit_of_work.record(article.portal, same) or replace(new_record(article, asked), id=same)
        token = id_token(article.canonical_url)
        by_token = self._unit_of_work.ids_by_token(article.portal, [token]).get(token) if token else None
        record = self._unit_of_work.record(article.portal, by_token) if by_token and by_token != asked.id else None
        if record is None or token is None:
            return None
        if _is_of_one_day(record, article) and likeness(record, article) >= SOME:
            return record
        self._unit_of_work.note_token(article.portal, token, "")  # it names more than one article: no link counts on it
        return None

    def _checked(self, found: Identity, article: Article, asked: Record, profile: Profile) -> Identity:
        """Refuse a text that stands in place of the article."""
        record = found.record
        assert record is not None
        if found.asked != "itself" and not record.revision and not profile.is_article_url(article.canonical_url):
            return Identity(None, "itself", UNLIKE)  # sent to what is no article's address
        others = self._others_with(article, record)
        reason = _unlike(record, article, elsewhere=bool(others))
        if reason is None and len(others) >= MOST_COPIES:
            reason = REPEATED
        self._remember(article, record)
        return Identity(None, "itself", reason) if reason else found

    def _others_with(self, article: Article, record: Record) -> set[str]:
        """Return the ids of other articles under which this run met the text, whatever headline stood over it."""
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


def _became(asked: Record, article: Article) -> Asked:
    """Return what the article that was asked for is, where another one came."""
    old, new = asked.canonical_url, article.canonical_url
    ids = id_token(old), id_token(new)
    if asked.revision or (all(ids) and ids[0] != ids[1]) or same_slug(old, new) is False:
        return "moved"
    share = share_announced(text_of(article), asked.headline, old)
    return "alias" if same_slug(old, new) or (share is not None and share >= ANNOUNCED) else "moved"


def _goes_on(asked: Record, article: Article, *, native: bool) -> bool:
    """Return whether a page at another address is the known article that was asked for."""
    if not asked.revision or native:
        return False
    own, other = id_token(asked.canonical_url), id_token(article.canonical_url)
    if own and other:
        return own == other or likeness(asked, article) >= ALMOST_ALL
    return same_article(asked.canonical_url, article.canonical_url) or likeness(asked, article) >= MOST


def _is_of_one_day(record: Record, article: Article) -> bool:
    """Return whether an article is of the known one's day: reports of every day carry the number of their topic."""
    if not article.date_published:
        return True
    return abs(datetime.fromisoformat(article.date_published).timestamp() - record.newest) < HALF_A_DAY


def _unlike(record: Record, article: Article, *, elsewhere: bool) -> str | None:
    """Return why a text is not that of *record*; None where nothing speaks against it."""
    if record.revision and likeness(record, article) >= SOME:
        return None
    if not record.revision and record.headline and fold(record.headline) == fold(article.headline or ""):
        return None
    is_signed = bool(article.date_published or article.authors)
    is_short = (article.word_count or 0) < VERY_SHORT
    # An error page may repeat the headline that it stands for, but hardly as its own.
    text = (article.headline or "") if is_short and not is_signed else text_of(article)
    share = share_announced(text, record.headline, record.canonical_url)
    is_announced = share is not None and share >= ANNOUNCED
    if record.revision:
        is_it = _keeps_a_field(record, article) or (is_announced and not is_short)
        return None if is_it and not elsewhere else UNLIKE
    if is_announced:
        return None
    if elsewhere and (share is not None or not is_signed):
        return UNLIKE
    if share is None or record.headline is None:
        # Nobody has announced it but a slug, which may be as general as a folder.
        return UNLIKE if share == 0 and is_short and not is_signed else None
    return None if is_signed and not is_short else UNLIKE


def _keeps_a_field(record: Record, article: Article) -> bool:
    """Return whether a known article, whose text is another one now, has kept its headline, date or authors."""
    before, now = json.loads(record.field_hashes or "{}"), field_hashes(article)
    return any(now[name] and now[name] == before.get(name) for name in ("headline", "date_published", "authors"))


def likeness(record: Record, article: Article) -> float:
    """Return how much of the last revision's text is in *article*, 0 to 1."""
    if record.content_hash and record.content_hash == article.content_hash:
        return 1.0
    if record.sketch:
        return similarity(record.sketch, sketch(article))
    # Stored by a version that kept no sketch: whole fields tell.
    before, now = json.loads(record.field_hashes or "{}"), field_hashes(article)
    same = [name for name in ("article_body", "description", "headline") if now[name] and now[name] == before.get(name)]
    return ALMOST_ALL if "article_body" in same else MOST if same else 0.0


def new_record(article: Article, asked: Record) -> Record:
    """Return the record of an article that the state does not know, found by asking for *asked*."""
    return Record(
        portal=article.portal,
        id=article.id,
        url=article.canonical_url,
        canonical_url=article.canonical_url,
        depth=asked.depth,
        found_on=asked.found_on,
        newest=asked.newest,
    )

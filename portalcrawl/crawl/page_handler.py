"""Handles fetched pages: returns items to write and pages to request, and records the visit in the state."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import time
from typing import TYPE_CHECKING

from portalcrawl.crawl import outcomes
from portalcrawl.crawl.articles import Visit
from portalcrawl.crawl.identity import SAME_TEXT, Identities
from portalcrawl.crawl.observations import Observer
from portalcrawl.crawl.url_patterns import REPEATS, RepeatedPatterns
from portalcrawl.extraction.page import header
from portalcrawl.loaders.article import add_announced, load_article
from portalcrawl.loaders.crawl_context import CrawlContext
from portalcrawl.loaders.teaser import load_teasers

if TYPE_CHECKING:
    from portalcrawl.crawl.crawl_state import CrawlState
    from portalcrawl.crawl.fetch_policy import FetchPolicy
    from portalcrawl.crawl.frontier import Frontier
    from portalcrawl.crawl.identity import Identity
    from portalcrawl.crawl.site_rights import SiteRights
    from portalcrawl.extraction.page import Page
    from portalcrawl.extraction.pagination import ListPages
    from portalcrawl.items import Article, Observation, Teaser
    from portalcrawl.loaders.teaser import LinkedTeaser
    from portalcrawl.storage.records import Record, Status

GIVEN_UP = "ending"
NO_ARTICLE = "no_article"


@dataclass(slots=True)
class PageResult:
    """Result of one page. Teasers come before the article, so that they are committed when the article is."""

    items: list[Article | Teaser | Observation] = field(default_factory=list)
    follow: list[Record] = field(default_factory=list)
    """Articles to request now, in the order of their teasers."""
    next_page: str | None = None
    """URL of the next page of a list."""
    render_reason: str | None = None
    """Why a browser must fetch the page again; None if it was read."""


class PageHandler:
    """Handles the pages of one crawl."""

    def __init__(
        self, crawl: CrawlState, frontier: Frontier, fetch_policy: FetchPolicy, site_rights: SiteRights
    ) -> None:
        self._crawl = crawl
        self._counts = crawl.counts
        self._frontier = frontier
        self._fetch_policy = fetch_policy
        self._site_rights = site_rights
        self._identities = Identities(crawl)
        self.repeats = RepeatedPatterns()
        self._observer = Observer(crawl) if crawl.policy.observations else None

    def start_page(self, page: Page, url: str, before: ListPages, *, is_first: bool) -> PageResult | None:
        """Handle the start page that was requested as *url*; its teasers are followed whatever its page type.

        *before* are the pages of the list read so far. *is_first* is False for the second and later ones, which are
        not observed. Return None if the page has failed, or is one of *before*.
        """
        decision = self._fetch_policy.decide(page, "start")
        if decision.render_reason:
            return PageResult(render_reason=decision.render_reason)
        if decision.failure:
            self.failed(None, decision.failure)
            return None
        if before.is_read(page):
            return None
        self._counts["pages"] += 1
        context = CrawlContext(self._crawl.run, 0, "start", rendered=decision.rendered)
        result = PageResult()
        article = load_article(page, context) if page.page_type == "article" else None
        record = self._frontier.start(page.profile, url) if article else None
        if article and record:
            identity = self._identities.identify(article, record, page.profile, page.declared_url)
            if identity.relation == "moved":
                self._moved(record)
            if identity.record is None:
                self._refuse(record, identity)
                self._counts["start_pages_failed"] += 1
                return result
        teasers = self._add_teasers(result, page, context)
        self._counts["start_links"] += len({each.teaser.article_id for each in teasers})
        if self._observer is not None and is_first:
            result.items += self._observer.observe(page, teasers)
        if article and record:
            self._counts["start_articles"] += 1
            if self._take(article, identity, record, page):
                result.items.append(article)
        return result

    def article_page(self, page: Page, record: Record, via: str) -> PageResult | None:
        """Handle the page fetched for *record*; its teasers are followed if it is a wanted article, new to the run.

        Return None if the page has failed.
        """
        decision = self._fetch_policy.decide(page, "article")
        if decision.render_reason:
            return PageResult(render_reason=decision.render_reason)
        if decision.failure:
            self.failed(record, decision.failure)
            return None
        self._counts["pages"] += 1
        context = self._context(record, via, rendered=decision.rendered)
        result = PageResult()
        article = load_article(page, context) if page.page_type == "article" else None
        if article is None:
            self._no_article(page, record)
            return result
        identity = self._identities.identify(article, record, page.profile, page.declared_url)
        if identity.relation == "moved":
            self._moved(record)
        is_announced = identity.record is not None and identity.record.id == record.id
        if is_announced and add_announced(article, context.entry):
            self._crawl.unit_of_work.discovered.keep(record.portal, record.id)
        is_new = identity.record is not None and self._take(article, identity, record, page)
        if (
            is_new
            or identity.reason == SAME_TEXT
            or (identity.record and self._crawl.articles.is_taken(identity.record))
        ):
            self.repeats.count(page.url, is_new=is_new)
        if identity.record is None:
            self._refuse(record, identity)
        elif is_new:
            self._add_teasers(result, page, context)
            result.items.append(article)
        return result

    def _context(self, record: Record, via: str, *, rendered: bool) -> CrawlContext:
        """Return the context of the page fetched for *record*.

        It names the first document or page with a link to the article, even if that was read by an earlier run.
        """
        entry = self._crawl.unit_of_work.discovered.entry(record.portal, record.id)
        if entry and not record.revision:
            via = entry.via
        return CrawlContext(self._crawl.run, record.depth, via, record.found_on, rendered, entry)

    def unchanged(self, record: Record) -> None:
        """Record that the site answered 304 for an article, i.e. it is unchanged from the state."""
        outcomes.stored(record, time(), self._ages(record))
        self._crawl.unit_of_work.note(record)
        self._counts["articles_unchanged"] += 1

    def failed(self, record: Record | None, reason: str) -> None:
        """Record that the page of *record* (None: a start page) could not be fetched, for *reason*.

        A request that was dropped because the run ended, or as a repetition, is not a failure: it stays pending.
        """
        if reason == GIVEN_UP:
            return
        if reason == REPEATS:
            self._counts[f"skipped/{REPEATS}"] += 1
            return
        self._counts["pages_failed"] += 1
        self._counts[f"failed/{reason}"] += 1
        if record is None:
            self._counts["start_pages_failed"] += 1
            return
        outcomes.failed(record, reason, time(), self._crawl.policy.retry_failed_after, self._ages(record))
        self._crawl.unit_of_work.note(record)
        self._frontier.readdress(record)

    def waits(self, record: Record | None, reason: str, until: float) -> None:
        """Record that the page of *record* (None: a start page) waits until its host may be asked again.

        *until* is the Unix time before which the host must not be asked. This does not count as an attempt.
        """
        self.count_waiting(reason, until)
        if record is None:
            self._counts["start_pages_waiting"] += 1
            return
        outcomes.waits(record, reason, until)
        self._crawl.unit_of_work.note(record)

    def count_waiting(self, reason: str, until: float) -> None:
        """Count a page, feed or sitemap that waits until its host may be asked again at *until* (Unix time)."""
        self._counts[f"waiting/{reason}"] += 1
        self._counts["waiting_seconds"] = max(self._counts["waiting_seconds"], math.ceil(until - time()))

    def _ages(self, record: Record) -> Sequence[int]:
        return self._crawl.policy.portals[record.portal].recrawl_ages

    def _moved(self, record: Record) -> None:
        """Record that the URL of *record* leads to another article now."""
        self._missing(record, "moved", "other_article")
        self._counts["articles_moved"] += 1

    def _refuse(self, record: Record, identity: Identity) -> None:
        """Record that another page was served instead of the article."""
        reason = identity.reason or NO_ARTICLE
        self._counts["pages_failed"] += 1
        self._counts[f"failed/{reason}"] += 1
        self._missing(record, "gone", reason)

    def _no_article(self, page: Page, record: Record) -> None:
        """Record a page without an article like a 404, since some portals serve their front page for a while."""
        if page.page_type == "article":
            self.failed(record, "empty")
            return
        self._missing(record, "gone", NO_ARTICLE)
        self._counts[f"skipped/{NO_ARTICLE}"] += 1

    def _missing(self, record: Record, status: Status, reason: str) -> None:
        outcomes.missing(record, status, reason, time(), self._crawl.policy.retry_failed_after, self._ages(record))
        self._crawl.unit_of_work.note(record)
        self._frontier.readdress(record)

    def _take(self, article: Article, identity: Identity, requested: Record, page: Page) -> bool:
        """Return whether *article* is to be written: it is new to the run and not too old."""
        record = identity.record
        assert record is not None
        article.id = record.id  # under which it was first stored, even if its URL has changed since
        self._crawl.articles.note_links(article, requested, identity.relation)
        if self._crawl.articles.is_taken(record):
            self._counts["articles_again"] += 1
            return False
        published = article.date_published
        if published and self._frontier.is_too_old(published):
            outcomes.too_old(record, datetime.fromisoformat(published).timestamp())
            self._crawl.unit_of_work.note(record)
            self._counts["skipped/too_old"] += 1
            return False
        if signals := self._site_rights.signals(article.url):
            article.rights = {**article.rights, "signals": [*signals, *article.rights.get("signals", ())]}
        visit = Visit(self._ages(record), header(page.response, "ETag"), header(page.response, "Last-Modified"))
        self._crawl.articles.of(article.portal, article.id).reading = record, visit
        return True

    def _add_teasers(self, result: PageResult, page: Page, context: CrawlContext) -> list[LinkedTeaser]:
        """Add the page's new teasers and the articles to request to *result*; return all its teasers."""
        profile = page.profile
        teasers = load_teasers(page, context, lambda urls: self._identities.known_ids(profile, urls))
        self._counts["teasers_seen"] += len(teasers)
        self._frontier.learn_zone(profile, page.zone, (each.teaser.date_published for each in teasers))
        result.follow += self._frontier.add(profile, teasers, context.depth + 1)
        result.items += self._new_states(teasers)
        return teasers

    def _new_states(self, teasers: Sequence[LinkedTeaser]) -> list[Teaser]:
        """Return the teasers whose state was not written before; makes one query for all."""
        claimed = self._crawl.unit_of_work.claim_teasers({each.teaser.id: each.state_ids for each in teasers})
        new = [each.teaser for each in teasers if each.teaser.id in claimed]
        self._counts["teasers_known"] += len(teasers) - len(new)
        return new

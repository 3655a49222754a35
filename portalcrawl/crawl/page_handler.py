"""What a fetched page brings: items to write, links to follow, and what the state should remember of the visit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import time
from typing import TYPE_CHECKING

from portalcrawl.crawl import outcomes
from portalcrawl.crawl.address_patterns import REPEATS, Repeats
from portalcrawl.crawl.identity import REPEATED
from portalcrawl.crawl.visits import Visit
from portalcrawl.ids import teaser_id
from portalcrawl.loaders.article import load_article
from portalcrawl.loaders.crawl_context import CrawlContext
from portalcrawl.loaders.teaser import load_teasers
from portalcrawl.urls import canonical_url

if TYPE_CHECKING:
    from scrapy.http import Response

    from portalcrawl.crawl.frontier import Frontier
    from portalcrawl.crawl.identity import Identity
    from portalcrawl.extraction.page import Page
    from portalcrawl.items import Article, Teaser
    from portalcrawl.profiles.model import Profile
    from portalcrawl.runs.run import Run
    from portalcrawl.storage.records import Record

GIVEN_UP = "ending"
NO_ARTICLE = "no_article"


@dataclass(slots=True)
class PageResult:
    """What one page brings. Teasers stand before the article: once an article is committed, so are its teasers."""

    items: list[Article | Teaser] = field(default_factory=list)
    follow: list[Record] = field(default_factory=list)


class PageHandler:
    """Reads the pages of one run."""

    def __init__(self, run: Run, frontier: Frontier) -> None:
        self._run = run
        self.frontier = frontier
        self.repeats = Repeats()

    def start_page(self, page: Page, asked: str, *, rendered: bool = False) -> PageResult:
        """Read a page that the user named by the address *asked*: whatever it is, its teasers lead on."""
        self._run.counts["pages"] += 1
        context = CrawlContext(self._run.id, 0, "start", rendered=rendered)
        found = PageResult()
        article = load_article(page, context) if page.page_type == "article" else None
        record = self.frontier.start(page.profile, asked) if article else None
        if article and record:
            identity = self._identify(article, record, page)
            if identity.record is None:
                self._in_place_of(record, identity, page)
                self._run.counts["start_pages_failed"] += 1
                return found
        links = self._read_teasers(page, context, found)
        self._run.counts["start_links"] += links
        if article and record:
            self._run.counts["start_articles"] += 1
            self._take(article, identity, record, page, found)
        return found

    def article_page(self, page: Page, record: Record, via: str, *, rendered: bool = False) -> PageResult:
        """Read the page that a teaser led to: only an article that is wanted, and new to this run, leads on."""
        self._run.counts["pages"] += 1
        context = CrawlContext(self._run.id, record.depth, via, record.found_on, rendered)
        found = PageResult()
        article = load_article(page, context) if page.page_type == "article" else None
        if article is None:
            self._no_article(page, record)
            return found
        identity = self._identify(article, record, page)
        is_new = identity.record is not None and self._take(article, identity, record, page, found)
        if is_new or identity.reason == REPEATED or (identity.record and self._run.visits.is_settled(identity.record)):
            self.repeats.met(page.url, brought=is_new)
        if identity.record is None:
            self._in_place_of(record, identity, page)
        elif is_new:
            article_item = found.items.pop()
            self._read_teasers(page, context, found)
            found.items.append(article_item)
        return found

    def _identify(self, article: Article, asked: Record, page: Page) -> Identity:
        asked.headline = self.frontier.headlines.get((asked.portal, asked.id), asked.headline)
        identity = self._run.visits.identities.identify(article, asked, page.profile, page.declared_url)
        if identity.asked == "moved":
            ages = self._run.settings.ages(page.profile.recrawl_ages)
            outcomes.missing(asked, "moved", "other_article", time(), self._run.settings.retry_failed_after, ages)
            self._run.unit_of_work.note(asked)
            self._run.counts["articles_moved"] += 1
        return identity

    def _in_place_of(self, record: Record, identity: Identity, page: Page) -> None:
        """A page stands in place of the article: to its record it is as if the site did not know it."""
        reason = identity.reason or NO_ARTICLE
        self._run.counts["pages_failed"] += 1
        self._run.counts[f"failed/{reason}"] += 1
        self._missing(page.profile, record, reason)

    def _missing(self, profile: Profile, record: Record, reason: str) -> None:
        ages = self._run.settings.ages(profile.recrawl_ages)
        outcomes.missing(record, "gone", reason, time(), self._run.settings.retry_failed_after, ages)
        self._run.unit_of_work.note(record)

    def _take(self, article: Article, identity: Identity, asked: Record, page: Page, found: PageResult) -> bool:
        """Add *article* to *found*, unless this run has had it or it is too old; return whether it was added."""
        record = identity.record
        assert record is not None
        self._run.visits.lead(article, identity, asked)
        if self._run.visits.is_settled(record):
            self._run.counts["articles_again"] += 1
            return False
        published = article.date_published
        if published and self.frontier.is_too_old(published):
            outcomes.too_old(record, datetime.fromisoformat(published).timestamp())
            self._run.unit_of_work.note(record)
            self._run.counts["skipped/too_old"] += 1
            return False
        ages = self._run.settings.ages(page.profile.recrawl_ages)
        self._run.visits.begin(article, record, _visit(page.response, ages))
        found.items.append(article)
        return True

    def _read_teasers(self, page: Page, context: CrawlContext, found: PageResult) -> int:
        """Add the page's new teasers and the links to follow to *found*; return how many articles are linked."""
        profile = page.profile
        addresses = {canonical_url(part.url, profile.hosts) for part in page.teasers}
        known = self._run.visits.identities.known_ids(profile, sorted(addresses))
        teasers = load_teasers(page, context, known.ids)
        self._run.counts["teasers_seen"] += len(teasers)
        self.frontier.learn_zone(profile, page.zone, (teaser.date_published for teaser in teasers))
        found.follow += self.frontier.found(profile, teasers, context.depth + 1, known.likely)
        found.items += self._new_states(profile, teasers)
        return len({teaser.article_id for teaser in teasers})

    def _new_states(self, profile: Profile, teasers: Sequence[Teaser]) -> list[Teaser]:
        """Return the teasers whose state was not written before, asking the state once."""
        claimed = self._run.unit_of_work.claim_teasers({teaser.id: _ids(profile, teaser) for teaser in teasers})
        fresh = [teaser for teaser in teasers if teaser.id in claimed]
        self._run.counts["teasers_known"] += len(teasers) - len(fresh)
        return fresh

    def unchanged(self, record: Record, ages: Sequence[int]) -> None:
        """The site says that the article is as it was (304)."""
        outcomes.stored(record, time(), ages)
        self._run.unit_of_work.note(record)
        self._run.counts["articles_unchanged"] += 1

    def _no_article(self, page: Page, record: Record) -> None:
        """A page without an article is as a 404: some portals send their front page for a while."""
        if page.page_type == "article":
            self.failed(record, "empty")
            return
        self._missing(page.profile, record, NO_ARTICLE)
        self._run.counts[f"skipped/{NO_ARTICLE}"] += 1

    def failed(self, record: Record | None, reason: str) -> None:
        """A page could not be had; one given up at the end, or as a repeat, was not tried and stays pending."""
        if reason == GIVEN_UP:
            return
        if reason == REPEATS:
            self._run.counts[f"skipped/{REPEATS}"] += 1
            return
        self._run.counts["pages_failed"] += 1
        self._run.counts[f"failed/{reason}"] += 1
        if record is None:
            self._run.counts["start_pages_failed"] += 1
            return
        ages = self._run.settings.ages(self._run.plan.profiles[record.portal].recrawl_ages)
        outcomes.failed(record, reason, time(), self._run.settings.retry_failed_after, ages)
        self._run.unit_of_work.note(record)


def _ids(profile: Profile, teaser: Teaser) -> set[str]:
    """Return the ids that this state may have been written under.

    Where an address turned out to lead to an article of another id, the state was written under the id that the
    address alone gives.
    """
    by_address = profile.article_id(teaser.url)
    if by_address == teaser.article_id:
        return {teaser.id}
    state = (teaser.headline, teaser.kicker, teaser.snippet, teaser.label, teaser.comment_count)
    return {teaser.id, teaser_id(teaser.portal, by_address, state)}


def _visit(response: Response, ages: Sequence[int]) -> Visit:
    def header(name: str) -> str | None:
        value = response.headers.get(name)
        return value.decode("latin-1") if value else None

    return Visit(ages, header("ETag"), header("Last-Modified"))

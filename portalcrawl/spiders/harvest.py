"""What a fetched page brings: items to write, links to follow, and what the state should remember of the visit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import time
from typing import TYPE_CHECKING

from portalcrawl.ids import teaser_id
from portalcrawl.loaders.article import load_article
from portalcrawl.loaders.context import CrawlContext
from portalcrawl.loaders.teaser import load_teasers
from portalcrawl.runs import outcomes
from portalcrawl.runs.visits import Validators
from portalcrawl.urls import canonical_url

if TYPE_CHECKING:
    from scrapy.http import Response

    from portalcrawl.items import Article, Teaser
    from portalcrawl.page.page import Page
    from portalcrawl.portals.profile import Profile
    from portalcrawl.runs.frontier import Frontier
    from portalcrawl.runs.run import Run
    from portalcrawl.state.records import Record

GIVEN_UP = "ending"
NO_ARTICLE = "no_article"


@dataclass(slots=True)
class Yield:
    """What one page brings. Teasers stand before the article: once an article is committed, so are its teasers."""

    items: list[Article | Teaser] = field(default_factory=list)
    follow: list[Record] = field(default_factory=list)


class Harvest:
    """Reads the pages of one run."""

    def __init__(self, run: Run, frontier: Frontier) -> None:
        self._run = run
        self.frontier = frontier

    def start_page(self, page: Page, asked: str, *, rendered: bool = False) -> Yield:
        """Read a page that the user named by the address *asked*: whatever it is, its teasers lead on."""
        self._run.counts["pages"] += 1
        context = CrawlContext(self._run.id, 0, "start", rendered=rendered)
        found = Yield()
        links = self._read_teasers(page, context, found)
        self._run.counts["start_links"] += links
        article = load_article(page, context) if page.kind == "article" else None
        if article is None:
            return found
        self._run.counts["start_articles"] += 1
        record = self.frontier.start(page.profile, asked)
        self._take(article, record, page, found)
        return found

    def article_page(self, page: Page, record: Record, via: str, *, rendered: bool = False) -> Yield:
        """Read the page that a teaser led to: only an article that is wanted leads on."""
        self._run.counts["pages"] += 1
        context = CrawlContext(self._run.id, record.depth, via, record.found_on, rendered)
        found = Yield()
        article = load_article(page, context) if page.kind == "article" else None
        if article is None:
            self._no_article(page, record)
        elif self._take(article, record, page, found):
            article_item = found.items.pop()
            self._read_teasers(page, context, found)
            found.items.append(article_item)
        return found

    def _take(self, article: Article, record: Record, page: Page, found: Yield) -> bool:
        """Add *article* to *found* unless it is older than wanted."""
        published = article.date_published
        if published and self.frontier.is_too_old(published):
            outcomes.too_old(record, datetime.fromisoformat(published).timestamp())
            self._run.ledger.note(record)
            self._run.counts["skipped/too_old"] += 1
            return False
        ages = self._run.settings.ages(page.profile.recrawl_ages)
        self._run.visits.begin(article, record, _validators(page.response), ages)
        found.items.append(article)
        return True

    def _read_teasers(self, page: Page, context: CrawlContext, found: Yield) -> int:
        """Add the page's new teasers and the links to follow to *found*; return how many articles are linked."""
        portal, profile = page.profile.name, page.profile
        known = self._run.ledger.ids_of(portal, {canonical_url(part.url, profile.hosts) for part in page.teasers})
        teasers = load_teasers(page, context, known)
        self._run.counts["teasers_seen"] += len(teasers)
        self.frontier.learn_zone(profile, page.zone, (teaser.date_published for teaser in teasers))
        found.follow += self.frontier.found(profile, teasers, context.depth + 1)
        found.items += self._new_states(profile, teasers)
        return len({teaser.article_id for teaser in teasers})

    def _new_states(self, profile: Profile, teasers: Sequence[Teaser]) -> list[Teaser]:
        """Return the teasers whose state was not written before, asking the state once."""
        claimed = self._run.ledger.claim_teasers({teaser.id: _ids(profile, teaser) for teaser in teasers})
        fresh = [teaser for teaser in teasers if teaser.id in claimed]
        self._run.counts["teasers_known"] += len(teasers) - len(fresh)
        return fresh

    def unchanged(self, record: Record, ages: Sequence[int]) -> None:
        """The site says that the article is as it was (304)."""
        outcomes.stored(record, time(), ages)
        self._run.ledger.note(record)
        self._run.counts["articles_unchanged"] += 1

    def _no_article(self, page: Page, record: Record) -> None:
        """Settle a page without an article: a list never will have one, any other page may yet."""
        if page.kind == "article":
            self.failed(record, "empty")
            return
        if page.kind == "list":
            outcomes.skipped(record, NO_ARTICLE)
        else:
            outcomes.looked_at(record, NO_ARTICLE, time(), self._run.settings.retry_failed_after)
        self._run.ledger.note(record)
        self._run.counts[f"skipped/{NO_ARTICLE}"] += 1

    def failed(self, record: Record | None, reason: str) -> None:
        """A page could not be had; one that was given up at the end of the run was not tried at all."""
        if reason == GIVEN_UP:
            return
        self._run.counts["pages_failed"] += 1
        self._run.counts[f"failed/{reason}"] += 1
        if record is None:
            self._run.counts["start_pages_failed"] += 1
            return
        outcomes.failed(record, reason, time(), self._run.settings.retry_failed_after)
        self._run.ledger.note(record)


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


def _validators(response: Response) -> Validators:
    def header(name: str) -> str | None:
        value = response.headers.get(name)
        return value.decode("latin-1") if value else None

    return Validators(header("ETag"), header("Last-Modified"))

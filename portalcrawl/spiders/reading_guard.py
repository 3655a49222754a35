"""The reading of pages, guarded: no page ends the run, and none that ends the process is read by a later run."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from time import time
from typing import TYPE_CHECKING, TypeVar

from portalcrawl.crawl import outcomes
from portalcrawl.crawl.outcomes import UNREADABLE
from portalcrawl.errors import DataFolderError
from portalcrawl.extraction.needs_browser import needs_browser
from portalcrawl.extraction.page import Page
from portalcrawl.extraction.pagination import next_page
from portalcrawl.loaders.article import load_article
from portalcrawl.loaders.crawl_context import CrawlContext
from portalcrawl.loaders.teaser import load_teasers
from portalcrawl.runs.reading_journal import Entry
from portalcrawl.runs.reading_time import ReadingTimeoutError, Watch
from portalcrawl.runs.trial_process import ends_well
from portalcrawl.storage.records import SUSPECT

if TYPE_CHECKING:
    from scrapy.http import Response

    from portalcrawl.crawl.page_handler import PageHandler
    from portalcrawl.runs.run import Run
    from portalcrawl.storage.records import Record

logger = logging.getLogger(__name__)
T = TypeVar("T")


class Guard:
    """Reads the pages of one run, one at a time."""

    def __init__(self, run: Run, harvest: PageHandler) -> None:
        self._run = run
        self._harvest = harvest
        self._seconds = run.settings.read_timeout
        self._watch = Watch(self._seconds, self._end_run)
        self._record: Record | None = None
        """What the page under way was asked for as."""
        self._is_start = False

    def read(self, response: Response, record: Record, work: Callable[[Page], T], *, is_start: bool) -> T | None:
        """Return what *work* makes of the page that came for *record*; None where it can't, which is settled then."""
        self._record, self._is_start = record, is_start
        tried = record.reason == SUSPECT
        if tried and not self._is_harmless(response, record):
            return None
        self._run.journal.begin(self._entry(tried=tried))
        try:
            return self._watch.limit(lambda: work(self._page(response, record)))
        except ReadingTimeoutError:
            self._is_unreadable(f"reading it took longer than READ_TIMEOUT ({self._seconds:g} s)")
        except MemoryError:
            self._is_unreadable("reading it takes more memory than there is")
        except Exception:
            logger.exception("Reading %s failed", response.url)
            self._run.counts["exceptions"] += 1
            self._fail("error")
        finally:
            self._run.journal.end()
        return None

    def _page(self, response: Response, record: Record) -> Page:
        return Page(response, self._run.plan.profiles[record.portal])

    def _is_harmless(self, response: Response, record: Record) -> bool:
        """Return whether another process can read a page on which one died; settle it where not."""
        if not ends_well(lambda: _read_whole(self._page(response, record)), self._seconds):
            self._is_unreadable(f"a process that read it died, or took longer than READ_TIMEOUT ({self._seconds:g} s)")
            return False
        record.reason = None
        self._run.unit_of_work.note(record)
        return True

    def is_refused(self, record: Record) -> bool:
        """Return whether the start page of *record* is not even fetched, since it is unreadable; settle it then."""
        if record.status != UNREADABLE:
            return False
        again = "scrapy state --requeue unreadable lets it be tried again"
        logger.error("The start page %s is not read: it was unreadable before; %s", record.url, again)
        self._harvest.failed(None, UNREADABLE)
        return True

    def _entry(self, *, tried: bool) -> Entry:
        record = self._record
        assert record is not None
        return Entry(record.portal, record.id, record.url, record.canonical_url, self._is_start, tried)

    def _is_unreadable(self, why: str) -> None:
        entry = self._entry(tried=True)
        logger.error("The page %s is unreadable: %s", entry.url, why)
        self._fail(UNREADABLE)
        if not self._run.settings.remembers:
            self._run.journal.condemn(entry)

    def _fail(self, reason: str) -> None:
        """Settle the page under way as failed; of a start page the state remembers only what must not be read."""
        record = self._record
        self._harvest.failed(None if self._is_start else record, reason)
        if self._is_start and record is not None and reason == UNREADABLE:
            outcomes.failed(record, reason, time(), 0)
            self._run.unit_of_work.note(record)
            self._run.unit_of_work.note_addresses(record.portal, {record.url, record.canonical_url}, record.id)

    def _end_run(self) -> None:
        """Publish the run beside a main thread that is held up for good; the process ends after it."""
        entry = self._entry(tried=True)
        self._run.broken = f"reading {entry.url} took longer than {self._seconds:g} s and can't be interrupted"
        try:
            self._is_unreadable("reading it can't be interrupted, so the run ends")
            self._run.publish(UNREADABLE)
            self._run.journal.end()
        except (OSError, DataFolderError) as error:
            self._run.break_off(error)
        finally:
            logging.shutdown()
            sys.stderr.write(f"portalcrawl: the run ends: {self._run.broken}\n")
            sys.stderr.flush()


def _read_whole(page: Page) -> None:
    """Read everything that a crawl may want of *page*."""
    context = CrawlContext("trial")
    needs_browser(page)
    if page.page_type == "article":
        load_article(page, context)
    load_teasers(page, context)
    next_page(page)

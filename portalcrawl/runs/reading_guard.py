"""Keeps pages that hang or kill the process from ending more than one run.

Before a page is read, :class:`ReadingJournal` writes its address to disk. A run that finds an address there knows that
the run before died while it read that page: :func:`record_suspects` records the page as suspect, and
:class:`ReadingGuard` has a child process read it first. A page that takes too long, or on which a process dies, gets
the status ``unreadable``, and no later run asks for it.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
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
from portalcrawl.reading import no_garbage_collection
from portalcrawl.runs.locks import lock_name
from portalcrawl.runs.watchdog import ReadingTimeoutError, run_within, survives_in_child_process
from portalcrawl.storage.records import SUSPECT, Record
from portalcrawl.storage.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from scrapy.http import Response

    from portalcrawl.crawl.page_handler import PageHandler
    from portalcrawl.runs.run import Run

logger = logging.getLogger(__name__)
T = TypeVar("T")

MAX_DEATHS = 3
"""Deaths on one page after which it is unreadable although a child process could read it. Fewer may be chance: runs are
killed from outside, too."""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A page that is being read, and the article under which the state knows it."""

    portal: str
    id: str
    url: str
    canonical_url: str
    is_start: bool
    """Whether it is read as a start page."""
    passed_trial: bool = False
    """Whether a child process has read it before."""


class ReadingJournal:
    """The page that is being read, in a file for each portal (``locks/<portal>.reading``).

    Only the run that holds the portal's lock uses the file. It is not synced: the kernel keeps what a process wrote
    before it died.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._portal: str | None = None
        self._file = -1
        self._used: set[str] = set()

    def begin(self, entry: JournalEntry) -> None:
        """Record that a page is being read; do nothing if the file can't be written."""
        with suppress(OSError):
            if entry.portal != self._portal:
                self._close_file()
                self._file = os.open(self._path(entry.portal), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
                self._portal = entry.portal
                self._used.add(entry.portal)
            os.pwrite(self._file, _json_line(entry), 0)

    def end(self) -> None:
        """Record that no page is being read."""
        if self._file >= 0:
            os.pwrite(self._file, b"\n", 0)

    def close(self) -> None:
        """Remove the files of a run that has ended."""
        self._close_file()
        for portal in self._used:
            self._path(portal).unlink(missing_ok=True)

    def _close_file(self) -> None:
        if self._file >= 0:
            os.close(self._file)
        self._file, self._portal = -1, None

    def unfinished(self, portal: str) -> JournalEntry | None:
        """Return the page of *portal* that a process was reading when it died; the portal's lock must be held."""
        with suppress(OSError):
            return _parse(self._path(portal).read_bytes().partition(b"\n")[0])
        return None

    def clear(self, portal: str) -> None:
        """Remove what :meth:`unfinished` returns."""
        with suppress(FileNotFoundError), self._path(portal).open("r+b") as file:
            file.write(b"\n")

    def add_unreadable(self, entry: JournalEntry) -> None:
        """Record, for runs without a state, that a page must not be read again."""
        with self._path(entry.portal, ".unreadable").open("ab") as file:
            file.write(_json_line(entry))

    def unreadable(self, portal: str) -> list[JournalEntry]:
        """Return the pages of *portal* that must not be read again."""
        try:
            lines = self._path(portal, ".unreadable").read_bytes().splitlines()
        except FileNotFoundError:
            return []
        return [entry for line in lines if (entry := _parse(line))]

    def _path(self, portal: str, suffix: str = ".reading") -> Path:
        return self._folder / lock_name(portal).replace(".lock", suffix)


def _json_line(entry: JournalEntry) -> bytes:
    return json.dumps(asdict(entry)).encode() + b"\n"


def _parse(line: bytes) -> JournalEntry | None:
    """Return the entry in *line*; None if the line is empty, incomplete or from another version."""
    try:
        return JournalEntry(**json.loads(line))
    except (ValueError, TypeError):
        return None


def record_suspects(
    journal: ReadingJournal, unit_of_work: UnitOfWork, portals: Collection[str], *, keeps_state: bool
) -> None:
    """Record the pages that dead runs were reading, as suspect or unreadable; the locks of *portals* must be held.

    Without a state that is kept, the unreadable pages are taken from the journal.
    """
    for portal in portals:
        for unreadable in () if keeps_state else journal.unreadable(portal):
            outcomes.failed(_record(unit_of_work, unreadable), UNREADABLE, 0.0, 0.0)
        if entry := journal.unfinished(portal):
            record = _record(unit_of_work, entry)
            _suspect(record, entry)
            result = "is unreadable" if record.status == UNREADABLE else "is read by a child process first"
            logger.warning("An earlier run died while it read %s: the page %s", entry.url, result)
            if keeps_state:
                unit_of_work.commit([])
                journal.clear(portal)


def _record(unit_of_work: UnitOfWork, entry: JournalEntry) -> Record:
    """Return the record of an entry's page, which the next commit writes."""
    known = unit_of_work.record(entry.portal, entry.id)
    record = known or Record(entry.portal, entry.id, entry.url, entry.canonical_url)
    unit_of_work.note(record)
    unit_of_work.note_addresses(entry.portal, {entry.url, entry.canonical_url}, entry.id)
    return record


def _suspect(record: Record, entry: JournalEntry) -> None:
    if record.status == UNREADABLE or (entry.passed_trial and record.attempts + 1 >= MAX_DEATHS):
        outcomes.failed(record, UNREADABLE, 0.0, 0.0)
        return
    record.attempts += 1
    record.reason = SUSPECT
    # A start page is requested anyway, so it need not be requested as a link.
    record.next_visit = None if entry.is_start and not record.revision else 0.0


class ReadingGuard:
    """Reads the pages of a run, one at a time."""

    def __init__(self, run: Run, page_handler: PageHandler) -> None:
        self._run = run
        self._page_handler = page_handler
        self._seconds = run.settings.read_timeout
        self._record: Record | None = None
        """The record for which the page under way was requested."""
        self._is_start = False
        self._failed: Callable[[str], object] | None = None

    def read(
        self,
        response: Response,
        record: Record,
        work: Callable[[Page], T],
        *,
        is_start: bool,
        failed: Callable[[str], object] | None = None,
        trial: Callable[[Page], object] | None = None,
    ) -> T | None:
        """Return what *work* returns for the page of *response*, which was requested for *record*.

        Return None if it fails; the failure is recorded, by *failed* if given. *trial* is what a child process first
        does with a suspect, by default reading all parts of a page.
        """
        self._record, self._is_start, self._failed = record, is_start, failed
        profile = self._run.plan.profiles[record.portal]
        is_suspect = record.reason == SUSPECT
        if is_suspect and not self._passes_trial(lambda: (trial or _read_all_parts)(Page(response, profile)), record):
            return None
        self._run.journal.begin(self._entry(passed_trial=is_suspect))
        try:
            with no_garbage_collection():
                return run_within(self._seconds, lambda: work(Page(response, profile)), self._end_run)
        except ReadingTimeoutError:
            self._record_unreadable(f"reading it took longer than READ_TIMEOUT ({self._seconds:g} s)")
        except MemoryError:
            self._record_unreadable("reading it takes more memory than there is")
        except DataFolderError as error:  # the state's fault, not the page's
            self._run.break_off(error)
        except Exception:
            logger.exception("Reading %s failed", response.url)
            self._run.counts["exceptions"] += 1
            self._record_failure("error")
        finally:
            self._run.journal.end()
        return None

    def _passes_trial(self, trial: Callable[[], object], record: Record) -> bool:
        """Return whether a child process can read the page; if not, record it as unreadable."""
        if not survives_in_child_process(trial, self._seconds):
            reason = f"a process that read it died, or took longer than READ_TIMEOUT ({self._seconds:g} s)"
            self._record_unreadable(reason)
            return False
        record.reason = None
        self._run.unit_of_work.note(record)
        return True

    def is_refused(self, record: Record) -> bool:
        """Return whether the start page of *record* must not be fetched, since it is unreadable; count it then."""
        if record.status != UNREADABLE:
            return False
        hint = "to try it again, run scrapy state --requeue unreadable"
        logger.error("The start page %s was not read, since it was unreadable before; %s", record.url, hint)
        self._page_handler.failed(None, UNREADABLE)
        return True

    def _entry(self, *, passed_trial: bool) -> JournalEntry:
        record = self._record
        assert record is not None
        return JournalEntry(record.portal, record.id, record.url, record.canonical_url, self._is_start, passed_trial)

    def _record_unreadable(self, reason: str) -> None:
        entry = self._entry(passed_trial=True)
        logger.error("The page %s is unreadable: %s", entry.url, reason)
        self._record_failure(UNREADABLE)
        if not self._run.settings.keeps_state:
            self._run.journal.add_unreadable(entry)

    def _record_failure(self, reason: str) -> None:
        """Record that the page under way failed; of a start page the state keeps only that it is unreadable."""
        record = self._record
        if self._failed is not None:
            self._failed(reason)
        else:
            self._page_handler.failed(None if self._is_start else record, reason)
        if self._is_start and record is not None and reason == UNREADABLE:
            outcomes.failed(record, reason, time(), 0)
            self._run.unit_of_work.note(record)
            self._run.unit_of_work.note_addresses(record.portal, {record.url, record.canonical_url}, record.id)

    def _end_run(self) -> None:
        """Publish the run while the main thread is stuck; the process ends afterwards."""
        entry = self._entry(passed_trial=True)
        self._run.broken = f"reading {entry.url} took longer than {self._seconds:g} s and can't be interrupted"
        try:
            self._record_unreadable("reading it can't be interrupted, so the run ends")
            self._run.publish(UNREADABLE)
            self._run.deliver()
            self._run.journal.end()
        except (OSError, DataFolderError) as error:
            self._run.break_off(error)
        finally:
            logging.shutdown()
            sys.stderr.write(f"portalcrawl: the run ends: {self._run.broken}\n")
            sys.stderr.flush()


def _read_all_parts(page: Page) -> None:
    """Read everything that a crawl may read of *page*."""
    context = CrawlContext("trial")
    needs_browser(page)
    if page.page_type == "article":
        load_article(page, context)
    load_teasers(page, context)
    next_page(page)

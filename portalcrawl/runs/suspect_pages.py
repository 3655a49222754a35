"""Pages on which an earlier process died: tried apart before they are read again, or not read at all."""

from __future__ import annotations

import logging
from collections.abc import Collection

from portalcrawl.crawl import outcomes
from portalcrawl.crawl.outcomes import UNREADABLE
from portalcrawl.runs.reading_journal import Entry, Journal
from portalcrawl.storage.records import SUSPECT, Record
from portalcrawl.storage.unit_of_work import UnitOfWork

logger = logging.getLogger(__name__)

MOST_DEATHS = 3
"""Deaths on one page after which it is unreadable although another process could read it: kills may fall on it, too."""


def take_up(journal: Journal, unit_of_work: UnitOfWork, portals: Collection[str], *, remembers: bool) -> None:
    """Let *unit_of_work* know which pages dead runs of *portals* were reading; the portals' locks must be held.

    Where the state *remembers* nothing, the journal does.
    """
    for portal in portals:
        for condemned in () if remembers else journal.condemned(portal):
            outcomes.failed(_record(unit_of_work, condemned), UNREADABLE, 0.0, 0.0)
        if entry := journal.left(portal):
            record = _record(unit_of_work, entry)
            _suspect(record, entry)
            told = "is unreadable" if record.status == UNREADABLE else "is tried in a process of its own first"
            logger.warning("An earlier run died while it read %s: the page %s", entry.url, told)
            if remembers:
                unit_of_work.commit([])
                journal.forget(portal)


def _record(unit_of_work: UnitOfWork, entry: Entry) -> Record:
    """Return the record of the page of *entry*, noted."""
    known = unit_of_work.record(entry.portal, entry.id)
    record = known or Record(entry.portal, entry.id, entry.url, entry.canonical_url)
    unit_of_work.note(record)
    unit_of_work.note_addresses(entry.portal, {entry.url, entry.canonical_url}, entry.id)
    return record


def _suspect(record: Record, entry: Entry) -> None:
    if record.status == UNREADABLE or (entry.tried and record.attempts + 1 >= MOST_DEATHS):
        outcomes.failed(record, UNREADABLE, 0.0, 0.0)
        return
    record.attempts += 1
    record.reason = SUSPECT
    # What is asked for as a start page anyway need not be taken up as a link.
    record.next_visit = None if entry.start and not record.revision else 0.0

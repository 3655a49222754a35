"""Pages on which an earlier process died: tried apart before they are read again, or not read at all."""

from __future__ import annotations

import logging
from collections.abc import Collection

from portalcrawl.runs.journal import Entry, Journal
from portalcrawl.runs.outcomes import UNREADABLE
from portalcrawl.state.ledger import Ledger
from portalcrawl.state.records import SUSPECT, Record

logger = logging.getLogger(__name__)

MOST_DEATHS = 3
"""Deaths on one page after which it is unreadable although another process could read it: kills may fall on it, too."""


def take_up(journal: Journal, ledger: Ledger, portals: Collection[str], *, remembers: bool) -> None:
    """Let *ledger* know which pages dead runs of *portals* were reading; the portals' locks must be held.

    Where the state *remembers* nothing, the journal does.
    """
    for portal in portals:
        for entry in () if remembers else journal.condemned(portal):
            _note(ledger, entry, deaths=MOST_DEATHS)
        entry_left = journal.left(portal)
        if entry_left is None:
            continue
        record = _note(ledger, entry_left, deaths=1)
        told = "is unreadable" if record.status == UNREADABLE else "is tried in a process of its own first"
        logger.warning("An earlier run died while it read %s: the page %s", entry_left.url, told)
        if remembers:
            ledger.commit([])
            journal.forget(portal)


def _note(ledger: Ledger, entry: Entry, deaths: int) -> Record:
    """Note what the page of *entry* is now suspected of."""
    known = ledger.record(entry.portal, entry.id)
    record = known or Record(entry.portal, entry.id, entry.url, entry.canonical_url)
    record.attempts += deaths
    if record.attempts >= MOST_DEATHS and (entry.tried or deaths > 1):
        record.status, record.reason, record.next_visit = UNREADABLE, UNREADABLE, None
    elif record.status != UNREADABLE:
        record.reason = SUSPECT
        # What is asked for as a start page anyway need not be taken up as a link.
        record.next_visit = None if entry.start and not record.revision else 0.0
    ledger.note(record)
    ledger.note_addresses(entry.portal, {entry.url, entry.canonical_url}, entry.id)
    return record

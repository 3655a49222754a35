"""Lines of a dead run's feed that the state does not know of: they are published, and known from then on."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

from portalcrawl.feeds.feed_files import PART, sync_folder
from portalcrawl.feeds.publishing import where_is
from portalcrawl.runs.rebuild import LINES_A_COMMIT, Known, as_record, is_known
from portalcrawl.storage.run_history import NOT_TAKEN_OVER, PastFeed

logger = logging.getLogger(__name__)

BLOCK = 1_000_000


def take_over(folder: Path, run: str, feed: PastFeed, known: Known) -> PastFeed:
    """Note every line of *feed* that the state does not know, and return the feed with its length.

    What the state knows by another feed is taken out of the file, and so is what is not whole. After a kill it is
    done once more: the state remembers how far it was.
    """
    path = where_is(folder, feed.file)
    start = NOT_TAKEN_OVER - feed.bytes
    if path is not None:
        path = _without_known(path, folder / (feed.file + PART), start, known)
    stop, records = start, feed.records
    if path is not None:
        with path.open("rb") as lines:
            lines.seek(start)
            for line in lines:
                known.note(line)
                stop, records = stop + len(line), records + 1
                if records % LINES_A_COMMIT == 0:
                    known.unit_of_work.commit([_row(run, feed, NOT_TAKEN_OVER - stop, records)])
    known.unit_of_work.commit([_row(run, feed, stop, records)])
    return PastFeed(feed.file, feed.kind, stop, records)


def note_beyond(path: Path, size: int, known: Known) -> None:
    """Note the lines of a published feed that follow its first *size* bytes, which the state knows."""
    with path.open("rb") as lines:
        lines.seek(size)
        for number, line in enumerate(lines, start=1):
            known.note(line)
            if number % LINES_A_COMMIT == 0:
                known.unit_of_work.commit([])
    known.unit_of_work.commit([])


def _row(run: str, feed: PastFeed, size: int, records: int) -> dict[str, Any]:
    return {"file": feed.file, "run": run, "kind": feed.kind, "bytes": size, "records": records}


def _without_known(path: Path, part: Path, start: int, known: Known) -> Path:
    """Write the feed at *path* anew as *part*, its first *start* bytes as they are, and return *part*."""
    anew = part.with_name(part.name + PART)
    left_out = 0
    with path.open("rb") as lines, anew.open("wb") as kept:
        while start and (some := lines.read(min(start, BLOCK))):
            kept.write(some)
            start -= len(some)
        for line in lines:
            record = as_record(line)
            if record is None or is_known(record, known.unit_of_work):
                left_out += 1
            else:
                kept.write(line)
        kept.flush()
        os.fsync(kept.fileno())
    anew.replace(part)
    if path != part:
        path.unlink()
    sync_folder(part.parent)
    if left_out:
        logger.warning("%d lines of %s were damaged, or known by other feeds: left out", left_out, path.name)
    return part

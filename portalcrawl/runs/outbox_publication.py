"""Publishes what runs have left in the outbox: feeds first, then the manifest, then both are deleted from the state.

What is published of a run was fixed when it ended, so that it may be published by whoever comes first, again after a
crash, and by two at a time: all of them store the same bytes.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import Engine

from portalcrawl.errors import FeedConflictError, FeedStoreError
from portalcrawl.feeds.publishing import manifest_bytes
from portalcrawl.feeds.store.feed_store import FeedStore
from portalcrawl.runs.run_names import manifest_name
from portalcrawl.storage.outbox import Outbox

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pending:
    """What one attempt to publish has done."""

    published: tuple[str, ...] = ()
    """Ids of the runs that are published now."""
    problem: str | None = None
    """Why others are not, in one line; None where none is left."""


def publish_pending(
    engine: Engine, store: FeedStore, *, run: str | None = None, beat: Callable[[], None] = lambda: None
) -> Pending:
    """Publish the runs that have ended and are not published, oldest first; with *run* that one alone.

    A store that can't be used ends the attempt: what is left is published by a later one.

    :param beat: called before each run, to keep a lease from expiring meanwhile.
    :raises DataFolderError: where the state can't be used.
    """
    outbox = Outbox(engine)
    published: list[str] = []
    problem: str | None = None
    for name in outbox.unpublished(run):
        beat()
        try:
            publish_run(outbox, store, name)
        except FeedConflictError as error:  # a matter of this run alone
            problem = f"run {name}: {error}"
            logger.error("Run %s can't be published: %s", name, error)
        except FeedStoreError as error:
            return Pending(tuple(published), str(error))
        else:
            published.append(name)
    return Pending(tuple(published), problem)


def publish_run(outbox: Outbox, store: FeedStore, run: str) -> None:
    """Publish one run that has ended; do nothing where it is published.

    :raises FeedStoreError: where the store can't be used, or holds other files under the run's names.
    """
    manifest = outbox.manifest(run)
    if manifest is None:
        return
    try:
        for feed in manifest.feeds:
            store.put_new(feed.file, _lines(outbox, run, feed.kind), feed.bytes, feed.sha256)
        content = manifest_bytes(manifest)
        digest = hashlib.sha256(content).hexdigest()
        store.put_new(manifest_name(run), lambda: iter((content,)), len(content), digest)
    except FeedConflictError:
        if outbox.manifest(run) is None:  # another process has published it meanwhile, and deleted the lines
            return
        raise
    outbox.published(run)
    logger.info("Published run %s in %s", run, store.name)


def _lines(outbox: Outbox, run: str, kind: str) -> Callable[[], Iterator[bytes]]:
    return lambda: outbox.lines(run, kind)

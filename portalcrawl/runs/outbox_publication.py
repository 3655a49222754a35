"""Publishes finished runs from the outbox: feeds first, then the manifest; then deletes both from the state.

The content was fixed when the run ended. So any process may publish it, again after a crash, and two at the same time:
all of them store the same bytes.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Engine

from portalcrawl.errors import FeedConflictError, FeedStoreError
from portalcrawl.feeds.publishing import manifest_bytes
from portalcrawl.feeds.store.feed_store import FeedStore
from portalcrawl.runs.run_names import manifest_name
from portalcrawl.storage.outbox import Outbox

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pending:
    """Result of one attempt to publish."""

    published: tuple[str, ...] = ()
    """Ids of the runs that are published now."""
    problem: str | None = None
    """Why others are not, in one line; None if none is left."""


def publish_pending(
    engine: Engine, store: FeedStore, *, run: str | None = None, beat: Callable[[], None] = lambda: None
) -> Pending:
    """Publish the runs that have ended and are not published, oldest first; with *run* that one alone.

    If the store can't be used, the attempt ends, and a later one publishes the rest.

    :param beat: called before each run, to keep a lease from expiring meanwhile.
    :raises DataFolderError: if the state can't be used.
    """
    outbox = Outbox(engine)
    published: list[str] = []
    problem: str | None = None
    for name in outbox.unpublished(run):
        beat()
        try:
            publish_run(outbox, store, name)
        except FeedConflictError as error:  # affects only this run
            problem = f"run {name}: {error}"
            logger.error("Run %s can't be published: %s", name, error)
        except FeedStoreError as error:
            return Pending(tuple(published), str(error))
        else:
            published.append(name)
    return Pending(tuple(published), problem)


def publish_run(outbox: Outbox, store: FeedStore, run: str) -> None:
    """Publish one run that has ended; do nothing if it is published already.

    :raises FeedStoreError: if the store can't be used, or holds other files under the run's names.
    """
    manifest = outbox.manifest(run)
    if manifest is None:
        return
    try:
        for feed in manifest.feeds:
            store.put_new(feed.file, partial(outbox.lines, run, feed.kind), feed.bytes, feed.sha256)
        content = manifest_bytes(manifest)
        digest = hashlib.sha256(content).hexdigest()
        store.put_new(manifest_name(run), lambda: iter((content,)), len(content), digest)
    except FeedConflictError:
        if outbox.manifest(run) is None:  # another process has published it meanwhile, and deleted the lines
            return
        raise
    outbox.published(run)
    logger.info("Published run %s in %s", run, store.name)

"""Rights declared in the documents of a site (robots.txt, tdmrep.json), for one run."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from portalcrawl.errors import DataFolderError
from portalcrawl.rights import robots_txt, tdmrep
from portalcrawl.rights.archive import RightsArchive
from portalcrawl.rights.document_place import DocumentFolder
from portalcrawl.rights.signals import Statement, signal_records
from portalcrawl.urls import site_of

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document of an origin, as fetched in this run."""

    body: bytes
    when: datetime
    sha256: str


class SiteRights:
    """Keeps the documents that the run has fetched, each once, and stores changed ones."""

    def __init__(self, folder: Path, user_agent: str) -> None:
        self._archive = RightsArchive(DocumentFolder(folder))
        self._user_agent = user_agent
        self._documents: dict[tuple[str, str], Fetched] = {}

    def fetched(self, origin: str, document: str, body: bytes | None, when: datetime) -> None:
        """Keep *document* (``robots.txt`` or ``tdmrep.json``) of *origin*; *body* is None if the site has none."""
        if body is not None:
            self._documents[origin, document] = Fetched(body, when, hashlib.sha256(body).hexdigest())
        try:
            self._archive.store(origin, document, body, when)
        except (OSError, DataFolderError) as error:
            logger.warning("The %s of %s could not be stored: %s", document, origin, error)

    def signals(self, url: str) -> list[dict[str, Any]]:
        """Return the signals for the page *url* in the documents of its site."""
        signals: list[dict[str, Any]] = []
        for document in (robots_txt.SOURCE, tdmrep.SOURCE):
            if found := self._documents.get((site_of(url), document)):
                said = statements(document, found.body, url, self._user_agent)
                signals += signal_records(document, said, found.when, found.sha256)
        return signals


def statements(document: str, body: bytes, url: str, user_agent: str) -> list[Statement]:
    """Return the statements in the *body* of a site's document about the page *url* that apply to *user_agent*."""
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if document == robots_txt.SOURCE:
        return robots_txt.robots_statements(body, user_agent, path)
    return tdmrep.tdmrep_statements(body, path)

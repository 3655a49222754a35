"""Pictures of observed start pages: the teasers that each last showed, updated with each observation written.

At any commit, a picture is the sum of the committed observations. So if a run dies half way through a page, the next
run observes the rest, each observation once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, bindparam, select

from portalcrawl.items import Observation
from portalcrawl.storage.state_reader import StateReader
from portalcrawl.storage.tables import page_pictures
from portalcrawl.urls import is_private_host, url_key

PICTURE = select(page_pictures.c.picture).where(
    page_pictures.c.portal == bindparam("portal"), page_pictures.c.page == bindparam("page")
)


@dataclass(slots=True)
class ShownTeaser:
    """A teaser in a picture."""

    article_id: str
    teaser_id: str
    block: str | None
    position: int | None
    comment_count: int | None
    observations: dict[str, str] = field(default_factory=dict)
    """Id -> event of the observations that the picture's last run has made of it."""


@dataclass(slots=True)
class Picture:
    """What a page showed when it was last observed."""

    shown: list[ShownTeaser] = field(default_factory=list)
    gone: dict[str, ShownTeaser] = field(default_factory=dict)
    """Id of the observation -> teaser, for those that went in the picture's last run."""
    run: str = ""
    """The run that changed it last."""
    is_closed: bool = False
    """Whether the page's markup ended with ``</html>``."""
    doubts: int = 0
    """Consecutive readings with so few teasers that they were not used."""

    @classmethod
    def parse(cls, text: str) -> Picture:
        """Return the picture that *text* (JSON) holds."""
        found: dict[str, Any] = json.loads(text)
        found["shown"] = [ShownTeaser(**each) for each in found["shown"]]
        found["gone"] = {name: ShownTeaser(**each) for name, each in found["gone"].items()}
        return cls(**found)

    def apply(self, observation: Observation) -> None:
        """Change the picture by one line of the feed."""
        if self.run != observation.run:
            self.run, self.gone = observation.run, {}
            for each in self.shown:
                each.observations = {}
        teaser = self._find(observation)
        if observation.event == "gone":
            if teaser is not None:
                self.shown.remove(teaser)
                self.gone[observation.id] = teaser
            return
        if teaser is None:
            teaser = ShownTeaser(observation.article_id, observation.teaser_id, None, None, None)
            self.shown.append(teaser)
        if observation.event != "moved":
            teaser.teaser_id, teaser.comment_count = observation.teaser_id, observation.comment_count
        if observation.event != "changed" or teaser.position is None:
            teaser.block, teaser.position = observation.block, observation.position
        teaser.observations[observation.id] = observation.event

    def _find(self, observation: Observation) -> ShownTeaser | None:
        """Return the teaser that *observation* is about: by its state, or if that has changed, by its place."""
        if observation.event == "appeared":
            return None
        if observation.event != "changed":
            return next((each for each in self.shown if each.teaser_id == observation.teaser_id), None)
        same = [each for each in self.shown if each.article_id == observation.article_id]
        place = (observation.block, observation.position)
        return next((each for each in same if (each.block, each.position) == place), same[0] if same else None)

    def take_back(self, observation: str) -> bool:
        """Undo the lost line with the id *observation*, so that the page's next reading observes the same again.

        Return whether the line is in the picture.
        """
        if observation in self.gone:
            self.shown.append(self.gone.pop(observation))
            return True
        for each in self.shown:
            event = each.observations.pop(observation, None)
            if event == "appeared":
                self.shown.remove(each)
            elif event == "moved":
                each.position = 0  # a position that no teaser has
            elif event == "changed":
                each.teaser_id = ""
            if event:
                return True
        return False


class PagePictures:
    """The pictures of one run's pages, changed in memory and written with the next commit."""

    def __init__(self, reader: StateReader) -> None:
        self._reader = reader
        self._pictures: dict[tuple[str, str], Picture] = {}
        self._changed: set[tuple[str, str]] = set()

    def of(self, portal: str, page: str) -> Picture:
        """Return the picture of the page at the address *page*, an empty one if it was never observed."""
        key = portal, page_key(page)
        if key not in self._pictures:
            rows = self._reader.rows(PICTURE, portal=portal, page=key[1])
            self._pictures[key] = Picture.parse(rows[0].picture) if rows else Picture()
        return self._pictures[key]

    def note(self, portal: str, page: str) -> None:
        """Let the next commit write the picture of a page."""
        self._changed.add((portal, page_key(page)))

    def apply(self, observation: Observation) -> None:
        """Apply *observation*, which was written to its feed, to its page's picture with the next commit."""
        self.of(observation.portal, observation.page).apply(observation)
        self.note(observation.portal, observation.page)

    def has_applied(self, observation: Observation) -> bool:
        """Return whether *observation* is among those of the last run that changed its page's picture."""
        picture = self.of(observation.portal, observation.page)
        return observation.id in picture.gone or any(observation.id in each.observations for each in picture.shown)

    def commit(self, connection: Connection) -> None:
        """Write what has changed, in the transaction of *connection*."""
        for portal, page in self._changed:
            _write(connection, portal, page, self._pictures[portal, page])

    def committed(self) -> None:
        """Note that the transaction has succeeded."""
        self._changed.clear()


def page_key(url: str) -> str:
    """Return the key of a page, the same for all spellings of its URL; it leaves out the port of a private host.

    If that port matters, it is part of the portal's name; the embedded portal may be served at any port.
    """
    parts = urlsplit(url)
    key = url_key(url)
    return key.replace(f":{parts.port}", "", 1) if parts.port and is_private_host(parts.hostname or "") else key


def take_back(connection: Connection, portal: str, observation: str) -> None:
    """Record that the line with the id *observation* is lost, so that the same is observed again."""
    query = select(page_pictures.c.page, page_pictures.c.picture).where(page_pictures.c.portal == portal)
    for row in connection.execute(query).all():
        picture = Picture.parse(row.picture)
        if picture.take_back(observation):
            _write(connection, portal, row.page, picture)
            return


def _write(connection: Connection, portal: str, page: str, picture: Picture) -> None:
    key = page_pictures.c.portal == portal, page_pictures.c.page == page
    row: Mapping[str, Any] = {"picture": json.dumps(asdict(picture), ensure_ascii=False, separators=(",", ":"))}
    if not connection.execute(page_pictures.update().where(*key).values(row)).rowcount:
        connection.execute(page_pictures.insert().values(portal=portal, page=page, **row))

"""A portal whose articles vanish, lead elsewhere, answer errors with status 200, and come back."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from portalcrawl.demo.site import Response
from support.trap_portal.portal import TrapPortal
from support.trap_portal.truth import expected

ERROR = (
    '<!doctype html><html lang="de"><head><meta charset="utf-8"><title>Störung</title></head><body><article>'
    "<h1>Vorübergehend gestört</h1><p>Der Dienst antwortet gerade nicht. Versuchen Sie es bitte später.</p>"
    "</article></body></html>"
)
EDITIONS = (1, 2, 3)
SHARE = 0.15
"""Share of the articles that are disturbed at a time."""


class ChangingPortal(TrapPortal):
    """A portal of which some articles answer something else until :meth:`calm_down`."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self._chance = chance
        self._disturbed: dict[str, Response] = {}
        self._truths = {edition: expected(edition) for edition in EDITIONS}
        self._paths = sorted({each.path for truth in self._truths.values() for each in truth.articles.values()})

    def disturb(self) -> None:
        """Choose which articles are disturbed from now on, and how."""
        chosen = self._chance.sample(self._paths, int(SHARE * len(self._paths)))
        self._disturbed = {path: self._trouble() for path in chosen}

    def calm_down(self) -> None:
        """Answer as the portal does."""
        self._disturbed = {}

    def _trouble(self) -> Response:
        html = {"Content-Type": "text/html; charset=utf-8"}
        moved = {"Location": self._chance.choice(self._paths)}
        return self._chance.choice(
            (
                Response(404, b"nicht da", html),
                Response(301, b"", moved),
                Response(302, b"", moved),
                Response(302, b"", {"Location": "/"}),
                Response(200, ERROR.encode(), html),
            )
        )

    def _answer(self, target: str) -> tuple[Response, str]:
        response, date = super()._answer(target)
        return self._disturbed.get(urlsplit(target).path, response), date

    def with_other_texts(self, articles: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the records whose text is not one that their article had in any edition."""
        texts: dict[str, set[str | None]] = {}
        for truth in self._truths.values():
            for native, each in truth.articles.items():
                texts.setdefault(f"sample:{native}", set()).add(each.article_body)
        return [record for record in articles if record["article_body"] not in texts.get(record["id"], ())]

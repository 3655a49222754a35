"""Answers requests: which address gives which status, headers and body. Knows nothing of sockets."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from portalcrawl.demo import mischief
from portalcrawl.demo.laboratory import Laboratory
from portalcrawl.demo.link_plan import Links
from portalcrawl.demo.listings import find_listing
from portalcrawl.demo.model import Story, World
from portalcrawl.demo.pages import STATIC, Pages, read_asset
from portalcrawl.demo.pictures import picture_svg

HTML = "text/html; charset=utf-8"
ROBOTS = "User-agent: *\nDisallow: /artikel/gesperrt/\nDisallow: /login\nDisallow: /intern/\n"
_CSS = "text/css; charset=utf-8"
_ASSETS = {"/stil.css": _CSS, "/alt.css": _CSS, "/kranich.svg": "image/svg+xml"}
NEVER = 24 * 3600.0
"""Seconds until an answer that nobody waits for."""
_TARGETS = {
    "private": "http://169.254.169.254/latest/meta-data/",
    "loopback": "http://127.0.0.1:1/artikel/interner-dienst-99N4a2b3c4d.html",
    "foreign": "https://nachbarportal.example/artikel/uebernommen-99N5a2b3c4d.html",
}


@dataclass(frozen=True, slots=True)
class Response:
    """What goes out; *stream* replaces *body* and is sent in chunks without a length."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    stream: Iterable[bytes] | None = None
    delay: float = 0.0
    """Seconds to wait before the answer."""
    cut: bool = False
    """Whether the connection breaks in the middle of the body."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes of the traps: seconds of the slow page, bytes of the huge page and of the bomb when inflated."""

    slow_seconds: float = 0.3
    huge_bytes: int = 80 * 1024 * 1024
    bomb_bytes: int = 1024 * 1024 * 1024


class Site:
    """All addresses of one edition at one time; pages are made once and kept."""

    def __init__(self, world: World, clock: datetime, origin: str, limits: Limits = Limits()) -> None:
        self.links = Links(world, clock)
        self.pages = Pages(self.links, origin)
        self.limits = limits
        self.date = http_date(clock)
        self._laboratory = Laboratory(self.pages)
        self._stories = {path: story for story in world.stories for path in story.paths}
        self._kept: dict[str, Response] = {}

    def answer(self, target: str, *, first_time: bool = False) -> Response:
        """Return the answer to GET *target*; *first_time* tells that nobody asked for it before."""
        path = urlsplit(target).path
        story = self._stories.get(path)
        if story is None:
            return self._keep(target, path)
        if story.answer != "page":
            return self._trap(story, path)
        if first_time and story.quirk == "flaky":
            return Response(503, self.pages.plain("Wartung", ("Bitte gleich noch einmal versuchen.",)), _head(HTML))
        page = self._keep(path, path)
        if first_time and story.quirk == "cut-short":
            return Response(page.status, page.body, page.headers, cut=True)
        return page

    def fails_at_first(self, path: str) -> bool:
        """Whether *path* answers well only when it is asked again."""
        story = self._stories.get(path)
        return story is not None and story.quirk in ("flaky", "cut-short")

    def _keep(self, key: str, path: str) -> Response:
        if key not in self._kept:
            if len(self._kept) > 5000:
                self._kept.clear()
            self._kept[key] = self._make(key, path)
        return self._kept[key]

    def _make(self, target: str, path: str) -> Response:
        story = self._stories.get(path)
        if story:
            return self._article(story, path)
        try:
            return self._other(target, path)
        except KeyError:
            body = self.pages.plain("Seite nicht gefunden", ("Diese Seite gibt es nicht oder nicht mehr.",))
            return Response(404, body, _head(HTML))

    def _article(self, story: Story, path: str) -> Response:
        if path in map(story.path_with, story.old_slugs):
            return Response(301, b"", {"Location": story.path})
        changed = story.modified or story.published
        body = self.pages.article(story)
        headers = _head("text/html" if story.quirk == "windows-1252" else HTML, body)
        if story.shown != "nothing":
            headers["Last-Modified"] = http_date(changed)
        if story.quirk == "header-rights":
            headers["X-Robots-Tag"] = story.rights["x_robots_tag"]
            headers["TDM-Reservation"] = story.rights["tdm_reservation"]
        return Response(200, body, headers, delay=self.limits.slow_seconds if story.quirk == "slow" else 0.0)

    def _trap(self, story: Story, path: str) -> Response:
        answer = story.answer
        if answer == "robots":
            return self._keep(path, path)
        if answer in _TARGETS:
            return Response(302, b"", {"Location": _TARGETS[answer]})
        if answer == "loop":
            other = story.path_with(story.old_slugs[0])
            return Response(302, b"", {"Location": story.path if path == other else other})
        if answer == "big":
            return Response(200, b"", _head(HTML), stream=mischief.huge_body(self.limits.huge_bytes))
        if answer == "bomb":
            body = mischief.gzip_bomb(self.limits.bomb_bytes)
            return Response(200, body, {**_head(HTML), "Content-Encoding": "gzip"})
        lines = ("Dieser Artikel steht nicht mehr zur Verfügung.",)
        body = self.pages.plain("Artikel nicht gefunden", lines)
        return Response(410 if answer == "gone" else 404, body, _head(HTML))

    def _other(self, target: str, path: str) -> Response:
        """Everything that is no story; KeyError where there is nothing."""
        folder, _, name = path[1:].partition("/")
        if folder == "labor":
            return self._experiment(target)
        if path in _ASSETS:
            body = read_asset(path[1:]).encode()
            return Response(200, body, _head(_ASSETS[path], body))
        if path == "/robots.txt":
            return Response(200, ROBOTS.encode(), _head("text/plain; charset=utf-8"))
        if folder == "bilder":
            return self._picture(name)
        if path in STATIC:
            title, lines = STATIC[path]
            return self._page(self.pages.plain(title, lines, "Anmelden" if path == "/login" else None))
        if folder == "autor" and name:
            return self._author(name)
        if folder == "kalender":
            return self._page(self.pages.calendar(name))
        return self._page(self.pages.listing(find_listing(target, self.links)))

    def _experiment(self, target: str) -> Response:
        kind, body = self._laboratory.answer(target)
        return Response(200, body, _head(kind, body), delay=0.0 if body else NEVER)

    def _picture(self, name: str) -> Response:
        number, dot, ending = name.removesuffix("-klein.svg").partition(".")
        if not (number.isascii() and number.isdigit() and len(number) < 7 and (not dot or ending == "svg")):
            raise KeyError(name)
        body = picture_svg(int(number), small=name.endswith("-klein.svg")).encode()
        return Response(200, body, _head("image/svg+xml", body))

    def _author(self, name: str) -> Response:
        title = " ".join(part.capitalize() for part in unquote(name).split("-"))[:80]
        return self._page(self.pages.plain(title, ("Schreibt für die Kranichpost.",)))

    def _page(self, body: bytes) -> Response:
        return Response(200, body, _head(HTML, body))


def _head(kind: str, body: bytes | None = None) -> dict[str, str]:
    """Headers of a body; with the body given it gets an entity tag (RFC 9110 8.8.3)."""
    tag = {"ETag": f'"{hashlib.sha256(body).hexdigest()[:16]}"'} if body is not None else {}
    return {"Content-Type": kind, **tag}


def http_date(when: datetime) -> str:
    """Return *when* in the form of HTTP headers (RFC 9110 5.6.7)."""
    return format_datetime(when.astimezone(UTC).replace(microsecond=0), usegmt=True)

"""Returns the status, headers and body of the response for each URL; does not use sockets."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from portalcrawl.demo.link_plan import Links
from portalcrawl.demo.listings import find_listing
from portalcrawl.demo.pages import STATIC, Pages, read_asset
from portalcrawl.demo.pictures import picture_svg
from portalcrawl.demo.story_model import Story, World
from portalcrawl.demo.syndication import INDEX, Syndication

HTML = "text/html; charset=utf-8"
ROBOTS = (
    "User-agent: *\nDisallow: /artikel/gesperrt/\nDisallow: /login\nDisallow: /intern/\n"
    "Content-Signal: search=yes, ai-train=no\nContent-Usage: train-ai=n\n"
    "\nLicense: https://kranichpost.example/lizenz.xml\n"
)
TDMREP = """[
  {"location": "/artikel/", "tdm-reservation": 1, "tdm-policy": "https://kranichpost.example/tdm.json"},
  {"location": "/", "tdm-reservation": 0}
]
"""
MOST_KEPT = 5000
_CSS = "text/css; charset=utf-8"
_ASSETS = {"/stil.css": _CSS, "/alt.css": _CSS, "/kranich.svg": "image/svg+xml"}


@dataclass(frozen=True)
class Response:
    """An answer before it is sent."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class Site:
    """All URLs of the portal at one time; pages are rendered once and cached."""

    def __init__(self, world: World, clock: datetime, origin: str) -> None:
        self.links = Links(world, clock)
        self.pages = Pages(self.links, origin)
        self.date = http_date(clock)
        self._syndication = Syndication(self.links, origin)
        unlinked = (story for stories in world.unlinked.values() for story in stories)
        self._stories = {path: story for story in (*world.stories, *unlinked) for path in story.paths}
        self._robots = f"{ROBOTS}\nSitemap: {origin}{INDEX}\n"
        self._kept: dict[str, Response] = {}

    def answer(self, target: str) -> Response:
        """Return the answer to GET *target* (path with query)."""
        path = urlsplit(target).path
        story = self._stories.get(path)
        key = path if story else target
        if key not in self._kept:
            if len(self._kept) > MOST_KEPT:
                self._kept.clear()
            self._kept[key] = self._story_response(story, path) if story else self._other_response(target)
        return self._kept[key]

    def _story_response(self, story: Story, path: str) -> Response:
        if story.answer in ("missing", "gone"):
            body = self.pages.plain("Artikel nicht gefunden", ("Dieser Artikel steht nicht mehr zur Verfügung.",))
            return Response(410 if story.answer == "gone" else 404, body, {"Content-Type": HTML})
        if path in map(story.path_with, story.old_slugs):
            return Response(301, b"", {"Location": story.path})
        response = with_tag(self.pages.article(story))
        if story.shown != "nothing":
            response.headers["Last-Modified"] = http_date(story.modified or story.published)
        if "x_robots_tag" in story.rights:
            response.headers["X-Robots-Tag"] = story.rights["x_robots_tag"]
            response.headers["TDM-Reservation"] = story.rights["tdm_reservation"]
        return response

    def _other_response(self, target: str) -> Response:
        try:
            return self._find(target, urlsplit(target).path)
        except KeyError:
            body = self.pages.plain("Seite nicht gefunden", ("Diese Seite gibt es nicht oder nicht mehr.",))
            return Response(404, body, {"Content-Type": HTML})

    def _find(self, target: str, path: str) -> Response:
        """Return the response for a URL that is not a story's; KeyError if there is nothing at *target*."""
        folder, _, name = path[1:].partition("/")
        if path in _ASSETS:
            return with_tag(read_asset(path[1:]).encode(), _ASSETS[path])
        if path == "/robots.txt":
            return Response(200, self._robots.encode(), {"Content-Type": "text/plain; charset=utf-8"})
        if path == "/.well-known/tdmrep.json":
            return Response(200, TDMREP.encode(), {"Content-Type": "application/json"})
        if folder == "bilder":
            return _picture(name)
        if path in STATIC:
            title, lines = STATIC[path]
            return with_tag(self.pages.plain(title, lines, "Anmelden" if path == "/login" else None))
        if folder == "autor" and name:
            title = " ".join(part.capitalize() for part in unquote(name).split("-"))[:80]
            return with_tag(self.pages.plain(title, ("Schreibt für die Kranichpost.",)))
        if folder in ("feeds", "sitemaps") or path == INDEX:
            return with_tag(*self._syndication.find(path))
        if folder == "kalender":
            return with_tag(self.pages.calendar(name))
        return with_tag(self.pages.listing(find_listing(target, self.links)))


def _picture(name: str) -> Response:
    number, dot, ending = name.removesuffix("-klein.svg").partition(".")
    if not (number.isascii() and number.isdigit() and len(number) < 7 and (not dot or ending == "svg")):
        raise KeyError(name)
    return with_tag(picture_svg(int(number), small=name.endswith("-klein.svg")).encode(), "image/svg+xml")


def with_tag(body: bytes, content_type: str = HTML) -> Response:
    """Return *body* as a response with an entity tag (RFC 9110 8.8.3)."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    return Response(200, body, {"Content-Type": content_type, "ETag": tag})


def http_date(when: datetime) -> str:
    """Return *when* in the form of HTTP headers (RFC 9110 5.6.7)."""
    return format_datetime(when.astimezone(UTC).replace(microsecond=0), usegmt=True)

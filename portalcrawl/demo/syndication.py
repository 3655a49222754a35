"""The portal's feeds and sitemaps: RSS, Atom, JSON Feed; a sitemap index with a news sitemap and a compressed one."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from email.utils import format_datetime
from xml.sax.saxutils import escape

from portalcrawl.demo.link_plan import Links
from portalcrawl.demo.story_model import Story
from portalcrawl.demo.word_lists import words

RSS, ATOM, JSON_FEED = "/feeds/nachrichten.rss", "/feeds/nachrichten.atom", "/feeds/nachrichten.json"
INDEX, NEWS, ARCHIVE = "/sitemap.xml", "/sitemaps/news.xml", "/sitemaps/archiv.xml.gz"
FEED_LENGTH = 10
"""Number of stories in each feed that pages link to; stories that no page links to are added."""
NEWS_AGE = timedelta(hours=48)
"""Largest age of stories in the news sitemap, as Google requires."""
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SITEMAP = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_GOOGLE_NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'


class Syndication:
    """Makes the documents of one edition; the same arguments give the same bytes."""

    def __init__(self, links: Links, origin: str) -> None:
        self._links = links
        self._origin = origin
        self._stories = (*links.news, *links.world.tree)
        self._makers: dict[str, tuple[Callable[[], str | bytes], str]] = {
            RSS: (self._rss, "application/rss+xml; charset=utf-8"),
            ATOM: (self._atom, "application/atom+xml; charset=utf-8"),
            JSON_FEED: (self._json_feed, "application/feed+json"),
            INDEX: (self._index, "application/xml"),
            NEWS: (self._news, "application/xml"),
            ARCHIVE: (self._archive, "application/gzip"),
        }

    def find(self, path: str) -> tuple[bytes, str]:
        """Return body and content type of the document at *path*; KeyError if there is none."""
        make, content_type = self._makers[path]
        body = make()
        return body.encode() if isinstance(body, str) else body, content_type

    def _listed(self, place: str, stories: Sequence[Story]) -> list[Story]:
        """Return those *stories* whose page is served, and the stories that only the document *place* lists."""
        return [*(story for story in stories if story.answer == "page"), *self._links.world.unlinked.get(place, ())]

    def _rss(self) -> str:
        items = "".join(
            f"<item><title>{escape(story.headline)}</title><link>{self._origin}{story.path}</link>"
            f'<guid isPermaLink="false">{story.native}</guid><pubDate>{format_datetime(story.published)}</pubDate>'
            f"<description><![CDATA[<p>{escape(story.lead or '')}</p>]]></description></item>\n"
            for story in self._listed(RSS, self._stories[:FEED_LENGTH])
        )
        head = f"<title>Kranichpost</title><link>{self._origin}/</link><description>Nachrichten</description>"
        return f'{_XML}<rss version="2.0"><channel>{head}\n{items}</channel></rss>\n'

    def _atom(self) -> str:
        entries = "".join(
            f'<entry><id>urn:kranichpost:{story.native}</id><title type="html">{escape(escape(story.headline))}</title>'
            f'<link href="{story.path}"/><published>{story.published.isoformat()}</published>'
            f"<updated>{_changed(story).isoformat()}</updated></entry>\n"
            for story in self._listed(ATOM, self._stories[:FEED_LENGTH])
        )
        head = f"<id>{self._origin}{ATOM}</id><title>Kranichpost</title><updated>{self._newest()}</updated>"
        base = f'xmlns="http://www.w3.org/2005/Atom" xml:base="{self._origin}/"'
        return f"{_XML}<feed {base}>{head}\n{entries}</feed>\n"

    def _json_feed(self) -> str:
        items = [
            {
                "id": story.native,
                "url": self._origin + story.path,
                "title": story.headline,
                "date_published": story.published.isoformat(),
            }
            for story in self._listed(JSON_FEED, self._stories[:FEED_LENGTH])
        ]
        feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Kranichpost", "items": items}
        return json.dumps(feed, ensure_ascii=False)

    def _index(self) -> str:
        places = ((NEWS, self._newest()), (ARCHIVE, self._newest()))
        sitemaps = "".join(
            f"<sitemap><loc>{self._origin}{path}</loc><lastmod>{lastmod}</lastmod></sitemap>\n"
            for path, lastmod in places
        )
        return f"{_XML}<sitemapindex {_SITEMAP}>\n{sitemaps}</sitemapindex>\n"

    def _news(self) -> str:
        oldest = self._links.clock - NEWS_AGE
        urls = "".join(
            f"<url><loc>{self._origin}{story.path}</loc><news:news><news:publication><news:name>Kranichpost</news:name>"
            f"<news:language>de</news:language></news:publication>"
            f"<news:publication_date>{story.published.isoformat()}</news:publication_date>"
            f"<news:title>{escape(story.headline)}</news:title></news:news></url>\n"
            for story in self._listed(NEWS, [story for story in self._stories if story.published >= oldest])
        )
        return f"{_XML}<urlset {_SITEMAP} {_GOOGLE_NEWS}>\n{urls}</urlset>\n"

    def _archive(self) -> bytes:
        pages = "".join(f"<url><loc>{self._origin}/{section.slug}</loc></url>\n" for section in words().sections)
        urls = "".join(
            f"<url><loc>{self._origin}{story.path}</loc><lastmod>{_changed(story).isoformat()}</lastmod></url>\n"
            for story in self._listed(ARCHIVE, self._stories)
        )
        return gzip.compress(f"{_XML}<urlset {_SITEMAP}>\n{pages}{urls}</urlset>\n".encode(), mtime=0)

    def _newest(self) -> str:
        return max(map(_changed, self._stories)).isoformat()


def _changed(story: Story) -> datetime:
    return story.modified or story.published

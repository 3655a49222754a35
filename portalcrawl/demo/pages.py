"""Renders the portal's pages as HTML, by one template for each layout; Jinja escapes everything."""

from __future__ import annotations

import calendar
import json
import re
from functools import lru_cache
from importlib import resources
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template

from portalcrawl.demo import times
from portalcrawl.demo.desk import slug
from portalcrawl.demo.link_plan import Block, Links
from portalcrawl.demo.listings import Listing, topic_slug
from portalcrawl.demo.story_model import ZONE, Story
from portalcrawl.demo.word_lists import words

ADVERTISEMENTS = (
    ("https://kredite.example/artikel/guenstige-kredite-ohne-auskunft-99N1a2b3c4d.html",
     "Kredite ohne Auskunft", "Jetzt vergleichen und in fünf Minuten beantragen."),
    ("https://rechner.example/artikel/latest-meta-data-ueberblick-99N2a2b3c4d.html",
     "Das weiß Ihr Rechner über Sie", "Der große Überblick unseres Partners."),
    ("https://nachbarportal.example/artikel/zehn-tipps-fuer-den-garten-99N3a2b3c4d.html",
     "Zehn Tipps für den Garten", "So kommt das Beet gut durch den Winter."),
)  # fmt: skip
"""Advertisements that look like teasers: address, headline, text. Their hosts are not the portal's."""
STATIC = {
    "/impressum": ("Impressum", (
        "Die Kranichpost ist ein Musterportal zum Ausprobieren von Programmen.",
        "Verantwortlich: Dorothea Kniephoff, Am Deich 1, Moorhafen.",
    )),
    "/datenschutz": ("Datenschutz", ("Dieses Portal läuft auf Ihrem eigenen Rechner und speichert nichts.",)),
    "/newsletter": ("Der Abendbrief", (
        "Das Wichtigste des Tages, jeden Abend in Ihrem Postfach. Im Musterportal wird nichts verschickt.",
    )),
    "/login": ("Anmelden", ("Mit Ihrem Konto können Sie mitreden und Artikel merken.",)),
}  # fmt: skip


def read_asset(name: str) -> str:
    """Return a template, style sheet or picture of the package; works from a zipped package as well."""
    return resources.files(__package__).joinpath("templates", name).read_text("utf-8")


@lru_cache(maxsize=1)
def engine() -> Environment:
    """Return the template engine, with the filters and functions that the templates use."""
    engine = Environment(
        loader=FunctionLoader(read_asset), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    engine.filters["slug"] = lambda name: slug(name, spelled=True)
    engine.globals.update(
        sections=words().sections,
        exact=lambda when: times.exact(when).text,
        long=lambda when: f"{times.long_date(when)}, {times.clock_time(when)} Uhr",
        date=times.short_date,
        time=times.clock_time,
        topic_path=lambda topic, first: _section_path(topic) if first else f"/thema/{topic_slug(topic)}",
        current="",
    )
    return engine


def _section_path(name: str) -> str:
    return next(f"/{section.slug}" for section in words().sections if section.name == name)


class Pages:
    """The portal's pages at one time and origin; the same arguments give the same bytes."""

    def __init__(self, links: Links, origin: str) -> None:
        self.links = links
        self.origin = origin
        local = links.clock.astimezone(ZONE)
        self.shared: dict[str, Any] = {
            "origin": origin, "today": times.today(local), "month": f"{local:%Y-%m}", "advertisements": ADVERTISEMENTS,
        }  # fmt: skip
        """Values that every template gets."""

    def render(self, template: str | Template, **values: Any) -> bytes:
        """Return a page rendered with the shared values and *values*; *template* may be a name."""
        return engine().get_template(template).render(**self.shared, **values).encode()

    def article(self, story: Story, blocks: tuple[Block, ...] | None = None) -> bytes:
        """Return the page of *story* with *blocks* under it, by default those of the link graph."""
        return self.render(
            f"artikel_{story.layout}.html",
            story=story,
            blocks=self.links.article(story) if blocks is None else blocks,
            comments=_comments(story),
            linked_data=linked_data(story, self.origin),
            current=story.section_slug,
        )

    def listing(self, listing: Listing) -> bytes:
        """Return a page that lists stories."""
        current = listing.path.strip("/")
        return self.render("liste.html", listing=listing, blocks=listing.blocks, current=current)

    def plain(self, title: str, lines: tuple[str, ...], form: str | None = None) -> bytes:
        """Return a page of text: imprint, log-in, an author's page."""
        return self.render("schlicht.html", title=title, lines=lines, form=form, days=None)

    def calendar(self, text: str) -> bytes:
        """Return the calendar's page of a month or day, as 2025-12 or 2025-12-05; KeyError if *text* is neither."""
        found = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])(?:-\d\d)?", text, re.ASCII)
        if not found or not 1 <= int(found[1]) <= 9998:
            raise KeyError(text)
        year, month = int(found[1]), int(found[2])
        return self.render(
            "schlicht.html", title=f"Kalender: {times.MONTHS[month - 1]} {year}", lines=(), form=None,
            days=calendar.monthcalendar(year, month), shown=f"{year:04d}-{month:02d}",
            before=_month(year, month, -1), after=_month(year, month, 1),
        )  # fmt: skip


def _month(year: int, month: int, step: int) -> str:
    months = year * 12 + month - 1 + step
    return f"{months // 12:04d}-{months % 12 + 1:02d}"


def _comments(story: Story) -> list[tuple[str, str]]:
    names, lines = words().lists["nicknames"], words().lists["comments"]
    return [
        (names[(story.number * 5 + place) % len(names)], lines[(story.number * 3 + place) % len(lines)])
        for place in range(min(story.comments, 6))
    ]


def linked_data(story: Story, origin: str) -> str:
    """Return the JSON-LD of layout a, with ``<`` escaped so that no text can end the script element."""
    people = [{"@type": "Person", "name": name} for name in story.authors]
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": origin + story.path,
        "headline": story.headline,
        "alternativeHeadline": story.kicker,
        "description": story.lead,
        "datePublished": story.published.isoformat(),
        "dateModified": story.modified.isoformat() if story.modified else None,
        "author": people or [{"@type": "Organization", "name": story.source}],
        "sourceOrganization": {"@type": "Organization", "name": story.source},
        "publisher": {"@type": "NewsMediaOrganization", "name": "Kranichpost", "url": origin + "/"},
        "articleSection": story.section,
        "keywords": list(story.trail),
        "inLanguage": "de",
        "commentCount": story.comments,
        "isAccessibleForFree": story.free,
        "image": [
            {"@type": "ImageObject", "url": origin + image.path, "caption": image.caption, "creditText": image.credit}
            for image in story.pictures
        ],
    }
    filled = {key: value for key, value in data.items() if value is not None and value != []}
    return json.dumps(filled, ensure_ascii=False).replace("<", "\\u003c")

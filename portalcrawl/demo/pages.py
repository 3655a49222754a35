"""Turns the portal's plan into HTML: one template a layout, everything escaped by the engine."""

from __future__ import annotations

import calendar
import json
import re
from datetime import datetime
from functools import lru_cache
from importlib import resources
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined

from portalcrawl.demo import mischief, times
from portalcrawl.demo.desk import slug
from portalcrawl.demo.link_plan import Block, Links
from portalcrawl.demo.listings import Listing, topic_slug
from portalcrawl.demo.model import ZONE, Story
from portalcrawl.demo.word_lists import words

_PARTNER_ADS = (
    ("http://127.0.0.1:1/artikel/guenstige-kredite-ohne-auskunft-99N1a2b3c4d.html",
     "Kredite ohne Auskunft", "Jetzt vergleichen und in fünf Minuten beantragen."),
    ("http://169.254.169.254/artikel/latest-meta-data-ueberblick-99N2a2b3c4d.html",
     "Das weiß Ihr Rechner über Sie", "Der große Überblick unseres Partners."),
    ("https://nachbarportal.example/artikel/zehn-tipps-fuer-den-garten-99N3a2b3c4d.html",
     "Zehn Tipps für den Garten", "So kommt das Beet gut durch den Winter."),
)  # fmt: skip
"""Advertisements made up as teasers: address, headline, text. They lead to hosts that a crawl must leave alone."""
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
def _engine() -> Environment:
    engine = Environment(
        loader=FunctionLoader(read_asset), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    engine.filters["slug"] = lambda name: slug(name, spelled=True)
    engine.globals.update(
        sections=words().sections,
        partners=_PARTNER_ADS,
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
    """The pages of one edition at one time under one origin; the same arguments give the same bytes."""

    def __init__(self, links: Links, origin: str) -> None:
        self.links = links
        self.origin = origin
        local = links.clock.astimezone(ZONE)
        self._shared = {"origin": origin, "today": times.today(local), "month": f"{local:%Y-%m}"}

    def _render(self, template: str, **values: Any) -> str:
        text: str = _engine().get_template(template).render(**self._shared, **values)
        return text

    def article(self, story: Story, blocks: tuple[Block, ...] | None = None) -> bytes:
        """Return the page of *story*, with its quirk; *blocks* stand under it, else what the link graph says."""
        html = self._render(
            f"artikel_{story.layout}.html",
            story=story,
            blocks=self.links.article(story) if blocks is None else blocks,
            voices=_voices(story),
            linked_data=linked_data(story, self.origin),
            current=story.section_slug,
        )
        return mischief.encode(story, html)

    def listing(self, listing: Listing) -> bytes:
        """Return a page that lists stories."""
        current = listing.path.strip("/")
        return self._render("liste.html", listing=listing, blocks=listing.blocks, current=current).encode()

    def laboratory(self, part: str, **values: Any) -> bytes:
        """Return a page of the laboratory that is made for nothing else."""
        return self._render(f"labor_{part}.html", **values).encode()

    def plain(self, title: str, lines: tuple[str, ...], form: str | None = None) -> bytes:
        """Return a page of text: imprint, log-in, an author's page."""
        return self._render("schlicht.html", title=title, lines=lines, form=form, days=None).encode()

    def calendar(self, text: str) -> bytes:
        """Return a month or day of the calendar, which has no end; KeyError where *text* is no date."""
        found = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])(?:-\d\d)?", text, re.ASCII)
        if not found or not 1 <= int(found[1]) <= 9998:
            raise KeyError(text)
        year, month = int(found[1]), int(found[2])
        return self._render(
            "schlicht.html", title=f"Kalender: {times.MONTHS[month - 1]} {year}", lines=(), form=None,
            days=calendar.monthcalendar(year, month), shown=f"{year:04d}-{month:02d}",
            before=_month(year, month, -1), after=_month(year, month, 1),
        ).encode()  # fmt: skip


def _month(year: int, month: int, step: int) -> str:
    months = year * 12 + month - 1 + step
    return f"{months // 12:04d}-{months % 12 + 1:02d}"


def _voices(story: Story) -> list[tuple[str, str]]:
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
        "datePublished": _iso(story.published),
        "dateModified": _iso(story.modified) if story.modified else None,
        "author": people or [{"@type": "Organization", "name": story.source}],
        "sourceOrganization": {"@type": "Organization", "name": story.source},
        "publisher": {"@type": "NewsMediaOrganization", "name": "Kranichpost", "url": origin + "/"},
        "articleSection": story.section,
        "keywords": list(story.trail),
        "inLanguage": "de",
        "commentCount": story.comments,
        "isAccessibleForFree": story.free if story.quirk != "broken-json-ld" else None,
        "image": [
            {"@type": "ImageObject", "url": origin + image.path, "caption": image.caption, "creditText": image.credit}
            for image in story.pictures
        ],
    }
    filled = {key: value for key, value in data.items() if value is not None and value != []}
    text = json.dumps(filled, ensure_ascii=False).replace("<", "\\u003c")
    return mischief.spoil_json(text) if story.quirk == "broken-json-ld" else text


def _iso(when: datetime) -> str:
    return when.isoformat()

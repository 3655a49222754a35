# ruff: noqa: E501
"""The seed page in markups drawn by lot: each part in any of the forms that portals give it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import escape
from random import Random

from support.seed.text import ADDRESS, HOST, Seed, SeedTeaser

Tags = tuple[str, str]
NAVIGATION = ("Politik", "Wirtschaft", "Sport", "Panorama", "Wissen")


def wrap(tag: str, content: str, attributes: str = "") -> str:
    return f"<{tag}{' ' + attributes if attributes else ''}>{content}</{tag}>"


class Mix:
    """One markup; the same number always makes the same one."""

    def __init__(self, number: int) -> None:
        self.lot = Random(number)
        self.chosen: dict[str, str] = {}

    def choose(self, what: str, *options: str) -> str:
        """Draw one of *options* and remember it, so that a failure can report it."""
        if what not in self.chosen:
            self.chosen[what] = self.lot.choice(options)
        return self.chosen[what]

    def page(self, seed: Seed) -> str:
        """The whole page."""
        article, long, short = self.article(seed), self.long_lists(seed), self.list_of(seed.short, "short")
        search = wrap("label", f"{seed.search} <input>")
        if self.choose("layout", "columns", "rows", "table", "text last") == "table":
            main = f"<table><tr><td>{article}</td><td>{long}</td></tr><tr><td colspan=2>{short}</td></tr></table>"
        elif self.chosen["layout"] == "columns":
            main = f"<div><div>{article}</div><div>{long}</div></div><div>{short}</div>"
        elif self.chosen["layout"] == "text last":
            main = f"<div>{long}</div><div>{short}</div><div>{article}</div>"
        else:
            main = f"{article}{long}{short}"
        return f"{self.head(seed)}<body>{self.menu()}{main}{search}{self.footer()}</body></html>"

    def head(self, seed: Seed) -> str:
        title = escape(seed.headline)
        data = {"@type": "NewsArticle", "headline": seed.headline, "datePublished": "2025-12-02T17:15:51Z"}
        more = {
            "nothing": "",
            "canonical": f'<link rel="canonical" href="{ADDRESS}">',
            "linked data": f'<script type="application/ld+json">{json.dumps(data)}</script>',
            "broken data": '<script type="application/ld+json">{"@type": "NewsArticle", "headline": </script>',
            "social": f'<meta property="og:title" content="{title}"><meta property="og:type" content="article">'
            f'<meta property="og:description" content="{escape(seed.lead[:80])} ...">',
        }
        kind = self.choose("head", *more)
        name = self.choose("title", f"{title}", f"{title} - klamm.de", f"klamm.de | {title}", "klamm.de News")
        return f'<html><head><meta charset="utf-8"><title>{name}</title>{more[kind]}</head>'

    def menu(self) -> str:
        links = [f'<a href="/news/{name.lower()}/">{name}</a>' for name in NAVIGATION]
        logo = {
            "none": "",
            "image": '<a href="/"><img src="/l.png" alt="klamm.de"></a>',
            "h1": "<h1><a href='/'>klamm</a></h1>",
            "slogan": "<h1>klamm.de: Nachrichten, Spiele und mehr</h1>",
        }
        form = self.choose("menu", "bar", "list", "nav")
        items = {"bar": " | ".join(links), "list": wrap("ul", "".join(wrap("li", link) for link in links))}
        return logo[self.choose("logo", *logo)] + items.get(form, wrap("nav", "".join(links)))

    def footer(self) -> str:
        links = '<a href="/impressum">Impressum</a> <a href="/agb">AGB</a>'
        return {"div": wrap("div", links), "footer": wrap("footer", links + "<p>© 2025</p>"), "none": ""}[
            self.choose("footer", "div", "footer", "none")
        ]

    def article(self, seed: Seed) -> str:
        headline = escape(seed.headline)
        tag = self.choose("headline", "h1", "h2", "div", "b", "strong")
        block = self.choose("article block", "div", "p", "td", "br")
        paragraphs = [escape(paragraph) for paragraph in seed.body]
        lead = {"plain": escape(seed.lead), "bold": wrap("b", escape(seed.lead)), "em": wrap("em", escape(seed.lead))}
        parts = [
            self.hero(seed),
            wrap(tag, headline),
            *self.share_bar(),
            self.dateline(seed),
            lead[self.choose("lead", *lead)],
            *paragraphs[:2],
            *self.between(),
            *paragraphs[2:],
            self.trail(seed),
            *self.byline(seed),
        ]
        if block == "br":
            return "<br><br>".join(parts)
        if block == "td":
            return wrap("table", "".join(wrap("tr", wrap("td", part)) for part in parts))
        inner = "".join(wrap(block, part) if not part.startswith("<ul") else part for part in parts)
        outer = self.choose("article", "article", "div", "main")
        return wrap(outer, inner)

    def between(self) -> list[str]:
        """Elements between two paragraphs that are not paragraphs."""
        return {
            "nothing": [],
            "label": ["Anzeige"],
            "ad": ['<a href="https://ads.example/9">Jetzt den Anbieter wechseln und kräftig sparen.</a>'],
            "related": ['<a href="/news/dossier/">Lesen Sie auch: Was bisher geschah.</a>'],
            "aside": [
                "<aside><p>Newsletter: Die wichtigsten Meldungen des Tages jeden Morgen kostenlos lesen.</p></aside>"
            ],
            "figure": [
                '<figure><img src="/h.jpg" alt=""><figcaption>Ein Saal voller Menschen. Foto: Archiv</figcaption></figure>'
            ],
        }[self.choose("between", "nothing", "nothing", "label", "ad", "related", "aside", "figure")]

    def share_bar(self) -> list[str]:
        links = '<a href="https://s.example/f">Auf Facebook teilen</a> | <a href="https://s.example/m">Per E-Mail senden</a>'
        short = '<a href="#">Teilen</a> <a href="#">Drucken</a>'
        return {"nothing": [], "long": [links], "short": [short]}[
            self.choose("share", "nothing", "nothing", "long", "short")
        ]

    def hero(self, seed: Seed) -> str:
        return {
            "alt": f'<img src="/g.jpg" alt="{seed.caption}">',
            "title": f'<img src="/g.jpg" title="{seed.caption}">',
            "figure": f'<figure><img src="/g.jpg"><figcaption>{seed.caption}</figcaption></figure>',
            "both": f'<img src="/g.jpg" alt="{seed.caption}"><br>{seed.caption}',
        }[self.choose("hero", "alt", "title", "figure", "both")]

    def dateline(self, seed: Seed) -> str:
        date, source = seed.dateline.split(" · ")
        name = source.removeprefix("Quelle: ")
        return {
            "line": seed.dateline,
            "spans": f"<span>{date}</span> · <span>Quelle: <a href='/q/1'>{name}</a></span>",
            "cells": f"<table><tr><td>{date}</td><td>·</td><td>{source}</td></tr></table>",
            "list": f"<ul><li>{date}</li><li>{source}</li></ul>",
            "time": f"<time>{date}</time> &middot; Quelle: <b>{name}</b>",
            "small": f"<small><i>{date} · {source}</i></small>",
        }[self.choose("dateline", "line", "spans", "cells", "list", "time", "small")]

    def trail(self, seed: Seed) -> str:
        topics = seed.trail.split(" / ")
        links = [f'<a href="/news/thema/{topic.lower()}">{topic}</a>' for topic in topics]
        return {
            "text": seed.trail,
            "links": " / ".join(links),
            "list": wrap("ul", "".join(wrap("li", f"{link} /" if link != links[-1] else link) for link in links)),
            "bare list": wrap("ul", "".join(wrap("li", link) for link in links)),
        }[self.choose("trail", "text", "links", "list", "bare list")]

    def byline(self, seed: Seed) -> list[str]:
        source, date, time = seed.byline.split(" · ")
        return {
            "lines": [seed.byline, seed.comments],
            "one": [f'{seed.byline} <a href="#k">{seed.comments}</a>'],
            "spans": [f"<span>{source}</span> · <span>{date}</span> · <span>{time}</span>", wrap("b", seed.comments)],
            "break": [f"{seed.byline}<br>{seed.comments}"],
        }[self.choose("byline", "lines", "one", "spans", "break")]

    def long_lists(self, seed: Seed) -> str:
        half = len(seed.long) // 2
        one, two = self.list_of(seed.long[:half], "long"), self.list_of(seed.long[half:], "long")
        if self.choose("long lists", "apart", "together", "headed") == "together":
            return self.list_of(seed.long, "long")
        if self.chosen["long lists"] == "headed":
            return f"<h3>Neueste Meldungen</h3>{one}<h3>Weitere Meldungen</h3>{two}"
        return f"<div>{one}</div><div>{two}</div>"

    def list_of(self, teasers: tuple[SeedTeaser, ...], name: str) -> str:
        forms: dict[str, Callable[[SeedTeaser, str], str]] = {
            "div": self.card, "li": self.card, "article": self.card, "link": self.linked_card,
            "row": self.row, "table": self.row, "dl": self.definition, "br": self.run, "p": self.run, "hr": self.run,
        }  # fmt: skip
        form = self.choose(f"{name} form", *forms)
        cards = [forms[form](teaser, name) for teaser in teasers]
        if form in ("div", "li", "article"):
            cards = [wrap(form, card) for card in cards]
        joined = {"br": "<br><br>", "hr": "<hr>"}.get(form, "\n").join(cards)
        around = {"li": "ul", "row": "table", "dl": "dl", "br": "div", "p": "div", "hr": "div"}.get(form, "section")
        if form == "table":
            return "".join(wrap("table", card) for card in cards)
        return wrap(around, joined)

    def parts(self, teaser: SeedTeaser, name: str) -> dict[str, str]:
        """Picture, text over the snippet, snippet and age of a teaser, links and all."""
        place = self.choose(f"{name} link", "title", "picture", "both", "mark", "overlay")
        link = f'<a href="{self.href(teaser, name)}">'
        linked = place in ("title", "both") or (place == "picture" and not self.has_picture(name))
        over = self.text_over(teaser, name)
        title = f"{link}{over}</a>" if over and linked else over
        text = escape(teaser.text).replace("\u00a0", "&nbsp;")
        if place == "mark" or (linked and not over and place == "title"):
            text = text.replace("[…]", f"{link}[…]</a>")
        picture = self.picture(teaser, name)
        if picture and place in ("picture", "both"):
            picture = f"{link}{picture}</a>"
        count = self.choose(f"{name} count", "plain", "span", "link")
        mark = f"({teaser.count})"
        text = text.replace(
            mark, {"span": f"<span>{mark}</span>", "link": f'{link[:-2]}#k">{mark}</a>'}.get(count, mark)
        )
        overlay = f"{link}</a>" if place == "overlay" else ""
        return {"picture": overlay + picture, "title": title, "text": text, "ago": self.ago(teaser, name)}

    def href(self, teaser: SeedTeaser, name: str) -> str:
        return {
            "path": teaser.path,
            "full": HOST + teaser.path,
            "campaign": f"{teaser.path}?utm_source=box&utm_medium=web",
            "relative": teaser.path.removeprefix("/news/"),
        }[self.choose(f"{name} href", "path", "full", "campaign", "relative")]

    def has_picture(self, name: str) -> bool:
        return self.choose(f"{name} caption", "alt", "alt and text", "figcaption", "title", "all") != ""

    def picture(self, teaser: SeedTeaser, name: str) -> str:
        kind = self.chosen.get(f"{name} caption") or ("alt" if self.has_picture(name) else "")
        caption = escape(teaser.title) if teaser.is_caption else ""
        image = f'<img src="/b/{teaser.index}.jpg"'
        if kind in ("alt", "alt and text", "all"):
            image += f' alt="{caption}"'
        if kind in ("title", "all"):
            image += f' title="{caption}"' if caption else ""
        image += ">"
        if kind in ("figcaption", "all") and caption:
            return f"<figure>{image}<figcaption>{caption}</figcaption></figure>"
        return image

    def text_over(self, teaser: SeedTeaser, name: str) -> str:
        self.has_picture(name)
        shown = escape(teaser.title)
        if teaser.is_caption and self.chosen[f"{name} caption"] != "alt and text":
            return ""
        return wrap(self.choose(f"{name} heading", "h3", "h4", "b", "strong", "span", "big"), shown)

    def ago(self, teaser: SeedTeaser, name: str) -> str:
        if not teaser.ago:
            return ""
        return wrap(self.choose(f"{name} ago", "span", "small", "time", "i", "font", "em"), teaser.ago)

    def order(self, name: str, parts: dict[str, str]) -> list[str]:
        order = self.choose(
            f"{name} order", "picture title text ago", "ago picture title text", "picture ago title text"
        )
        return [parts[part] for part in order.split() if parts[part]]

    def card(self, teaser: SeedTeaser, name: str) -> str:
        tag = self.choose(f"{name} block", "div", "p")
        ordered = self.order(name, self.parts(teaser, name))
        return "".join(wrap("div" if re.search("<(h|figure|div)", part) else tag, part) for part in ordered)

    def linked_card(self, teaser: SeedTeaser, name: str) -> str:
        self.chosen[f"{name} link"] = "overlay"
        self.chosen[f"{name} count"] = "plain"
        parts = self.parts(teaser, name)
        parts["picture"] = parts["picture"].split("</a>", 1)[1]
        inner = "".join(wrap("div", part) for part in self.order(name, parts))
        return f'<div><a href="{self.href(teaser, name)}">{inner}</a></div>'

    def row(self, teaser: SeedTeaser, name: str) -> str:
        parts = self.parts(teaser, name)
        picture = parts.pop("picture")
        ordered = self.order(name, {"picture": "", **parts})
        if self.choose(f"{name} rows", "one", "two") == "two":
            first, *rest = [picture, *ordered]
            return f"<tr><td rowspan=2>{first}</td><td>{rest[0]}</td></tr><tr><td>{'<br>'.join(rest[1:])}</td></tr>"
        return f"<tr><td>{picture}</td><td>{'<br>'.join(ordered)}</td></tr>"

    def definition(self, teaser: SeedTeaser, name: str) -> str:
        parts = self.parts(teaser, name)
        below = "".join(wrap("dd", part) for part in (parts["text"], parts["ago"]) if part)
        return f"<dt>{parts['picture']} {parts['title']}</dt>{below}"

    def run(self, teaser: SeedTeaser, name: str) -> str:
        ordered = self.order(name, self.parts(teaser, name))
        if self.chosen[f"{name} form"] == "p":
            return "".join(part if part.startswith(("<h", "<figure")) else wrap("p", part) for part in ordered)
        return "<br>".join(ordered)

"""The seed page in six markups that have nothing in common but the text that a reader sees."""

# ruff: noqa: E501
from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from html import escape

from support.seed.text import ADDRESS, HOST, Seed, SeedTeaser

SECTIONS = ("Politik", "Wirtschaft", "Sport", "Panorama", "Wissen", "Kultur")


def text(teaser: SeedTeaser) -> str:
    """Snippet, cut mark and count as HTML."""
    return escape(teaser.text).replace("\u00a0", "&nbsp;")


def image(teaser: SeedTeaser, *, alt: bool = True, title: bool = False) -> str:
    """Return the teaser's picture; if its text is a caption, it is in the alt or title attribute."""
    caption = escape(teaser.title) if teaser.is_caption else ""
    said = f' alt="{caption}"' if alt else ' alt=""'
    said += f' title="{caption}"' if title and caption else ""
    return f'<img src="/bilder/{teaser.index}.jpg" width="120" height="80"{said}>'


def each(render: Callable[[SeedTeaser], str], teasers: Iterable[SeedTeaser]) -> str:
    """All teasers, rendered."""
    return "\n".join(map(render, teasers))


def semantic(seed: Seed) -> str:
    """HTML5 elements and JSON-LD; captions are figcaptions, titles headings with links."""

    def card(teaser: SeedTeaser) -> str:
        link = f'href="{teaser.path}"'
        if teaser.is_caption:
            top = f"<figure><a {link}>{image(teaser, alt=False)}</a><figcaption>{escape(teaser.title)}</figcaption></figure>"
        else:
            top = f"<a {link}>{image(teaser)}</a><h3><a {link}>{escape(teaser.title)}</a></h3>"
        time = f"<time>{teaser.ago}</time>" if teaser.ago else ""
        return f"<article>{top}<p>{text(teaser)}</p>{time}</article>"

    linked_data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": seed.headline,
        "description": seed.lead,
        "datePublished": "2025-12-02T18:15:51+01:00",
        "mainEntityOfPage": ADDRESS,
        "author": {"@type": "Organization", "name": "InvestmentWeek"},
        "publisher": {"@type": "Organization", "name": "klamm.de"},
    }
    topics = " / ".join(f'<a href="/news/thema/{topic}">{topic}</a>' for topic in seed.trail.split(" / "))
    body = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in seed.body)
    nav = "".join(f'<li><a href="/news/{name.lower()}/">{name}</a></li>' for name in SECTIONS)
    return f"""<!doctype html><html lang="de"><head><title>{escape(seed.headline)} | klamm.de</title>
<meta charset="utf-8"><link rel="canonical" href="{ADDRESS}">
<script type="application/ld+json">{json.dumps(linked_data)}</script></head>
<body><header><a href="/"><img src="/logo.svg" alt="klamm.de"></a><nav><ul>{nav}</ul></nav></header>
<main><article><figure><img src="/bilder/gross.jpg" alt=""><figcaption>{seed.caption}</figcaption></figure>
<h1>{escape(seed.headline)}</h1><p><time datetime="2025-12-02T18:15+01:00">{escape(seed.dateline)}</time></p>
<p><strong>{escape(seed.lead)}</strong></p>{body}
<p>{topics}</p><footer>{escape(seed.byline)} <a href="#comments">{seed.comments}</a></footer></article>
<section><h2>Aktuelle News</h2>{each(card, seed.long)}</section>
<aside><h2>Weitere Themen</h2>{each(card, seed.short)}</aside></main>
<footer><form><label>{seed.search} <input name="q"></label></form><a href="/impressum">Impressum</a></footer>
</body></html>"""


def tables(seed: Seed) -> str:
    """Nested tables, font tags, paragraphs by line breaks; captions are alt texts of linked pictures."""

    def row(teaser: SeedTeaser) -> str:
        link = f'<a href="{teaser.path}">'
        title = "" if teaser.is_caption else f"{link}<b>{escape(teaser.title)}</b></a><br>"
        ago = f'<br><font size="1" color="gray">{teaser.ago}</font>' if teaser.ago else ""
        return (
            f'<tr><td width="130" valign="top">{link}{image(teaser)}</a></td>'
            f'<td valign="top">{title}<font size="2">{text(teaser)}</font>{ago}</td></tr>'
        )

    body = "<br><br>\n".join(map(escape, seed.body))
    nav = "".join(f'<td><a href="/news/{name.lower()}/"><font size="2">{name}</font></a></td>' for name in SECTIONS)
    return f"""<html><head><title>klamm.de - {escape(seed.headline)}</title></head>
<body bgcolor="#ffffff"><table width="100%"><tr><td><a href="/"><img src="/logo.gif" alt="klamm"></a></td>{nav}</tr></table>
<table width="980" align="center"><tr><td width="620" valign="top">
<table><tr><td align="center"><img src="/bilder/gross.jpg" alt="{seed.caption}"></td></tr>
<tr><td><font size="5"><b>{escape(seed.headline)}</b></font></td></tr>
<tr><td><font size="1">{escape(seed.dateline)}</font></td></tr>
<tr><td><font size="3"><b>{escape(seed.lead)}</b></font><br><br>
{body}<br><br></td></tr>
<tr><td><font size="2">{escape(seed.trail)}</font></td></tr>
<tr><td><font size="1">{escape(seed.byline)}<br>{seed.comments}</font></td></tr></table>
</td><td width="340" valign="top"><table>{each(row, seed.long)}</table></td></tr>
<tr><td colspan="2"><table>{each(row, seed.short)}</table></td></tr></table>
<center><form action="/suche">{seed.search}: <input name="q"></form></center></body></html>"""


def soup(seed: Seed) -> str:
    """Nothing but div elements with names that mean nothing; each card is one link."""

    def card(teaser: SeedTeaser) -> str:
        title = "" if teaser.is_caption else f'<div class="k3">{escape(teaser.title)}</div>'
        ago = f'<div class="k5">{teaser.ago}</div>' if teaser.ago else ""
        return (
            f'<div class="k1"><a class="k2" href="{HOST}{teaser.path}">'
            f'<div class="k9">{image(teaser, alt=False, title=True)}</div>'
            f'{title}<div class="k4">{text(teaser)}</div>{ago}</a></div>'
        )

    body = "".join(f'<div class="x7">{escape(paragraph)}</div>' for paragraph in seed.body)
    date, source = seed.dateline.split(" · ")
    topics = " / ".join(f'<span class="y2">{topic}</span>' for topic in seed.trail.split(" / "))
    nav = "".join(f'<div class="n1"><a href="/news/{name.lower()}/">{name}</a></div>' for name in SECTIONS)
    return f"""<!doctype html><html><head><meta charset="utf-8"><title>{escape(seed.headline)}</title>
<meta property="og:title" content="{escape(seed.headline)}"></head><body><div id="r"><div class="n0">{nav}</div>
<div class="x0"><div class="x1"><img src="/bilder/gross.jpg" title="{seed.caption}" alt="{seed.caption}"></div>
<div class="x2">{escape(seed.headline)}</div>
<div class="x3"><span class="x4">{date}</span> · <span class="x5">{source}</span></div>
<div class="x6">{escape(seed.lead)}</div><div class="x8">{body}</div>
<div class="y1">{topics}</div><div class="y3">{escape(seed.byline)}</div><div class="y4">{seed.comments}</div></div>
<div class="k0">{each(card, seed.long)}</div><div class="k0">{each(card, seed.short)}</div>
<div class="z1">{seed.search}</div></div></body></html>"""


def lists(seed: Seed) -> str:
    """Definition lists and bullets; a link around the picture and another around the title."""

    def entry(teaser: SeedTeaser) -> str:
        link = f'<a href="{teaser.path}?utm_source=liste#kommentare">'
        title = "" if teaser.is_caption else f" {link}{escape(teaser.title)}</a>"
        ago = f"<dd><em>{teaser.ago}</em></dd>" if teaser.ago else ""
        return f"<dt>{link}{image(teaser)}</a>{title}</dt><dd>{text(teaser)}</dd>{ago}"

    def bullet(teaser: SeedTeaser) -> str:
        link = f'<a href="{teaser.path}">'
        title = "" if teaser.is_caption else f"<strong>{link}{escape(teaser.title)}</a></strong>"
        return f"<li>{link}{image(teaser)}</a>{title} <span>{text(teaser)}</span></li>"

    body = "".join(f"<p>{escape(paragraph)}" for paragraph in seed.body)
    topics = "".join(f"<li><a href='/news/thema/{topic}'>{topic}</a> /</li>" for topic in seed.trail.split(" / "))
    nav = "".join(f"<li><a href='/news/{name.lower()}/'>{name}</a>" for name in SECTIONS)
    return f"""<html lang=de><head><title>{escape(seed.headline)} - News - klamm.de</title>
<meta name=description content="{escape(seed.lead)}"></head><body><ul>{nav}</ul>
<div><img src=/bilder/gross.jpg alt="{seed.caption}"></div><h2>{escape(seed.headline)}</h2>
<ul><li>{escape(seed.dateline)}</ul><p><i>{escape(seed.lead)}</i>{body}
<p>{escape(seed.trail)}<p>{escape(seed.byline)}<br>{seed.comments}
<h3>Neueste Meldungen</h3><dl>{each(entry, seed.long)}</dl><h3>Mehr</h3><ul>{each(bullet, seed.short)}</ul>
<p><label>{seed.search}<input></label><ul><li><a href=/agb>AGB</a><li><a href=/kontakt>Kontakt</a></ul>
<!-- {topics} --></body></html>"""


def flat(seed: Seed) -> str:
    """Siblings without a wrapper, separated by line breaks; the time comes before the title, captions occur twice."""

    def lines(teaser: SeedTeaser) -> str:
        ago = f"<small>{teaser.ago}</small><br>" if teaser.ago else ""
        link = f'<a href="{teaser.path}">'
        if teaser.is_caption:
            top = f"{link}{image(teaser)}</a><br>{escape(teaser.title)}<br>"
        else:
            top = f"{link}{escape(teaser.title)}</a><br>"
        return f"{ago}{top}{text(teaser)}<br><br>"

    body = "<br><br>".join(map(escape, seed.body))
    nav = " | ".join(f'<a href="/news/{name.lower()}/">{name}</a>' for name in SECTIONS)
    return f"""<html><head><title>{escape(seed.headline)}</title></head><body>
{nav}<br><br><img src="/bilder/gross.jpg" alt="{seed.caption}"><br>{seed.caption}<br><br>
<b>{escape(seed.headline)}</b><br><br>{escape(seed.dateline)}<br>{escape(seed.lead)}<br><br>{body}<br><br>
{escape(seed.trail)}<br>{escape(seed.byline)}<br>{seed.comments}<br><br>
{each(lines, seed.long)}<br>{each(lines, seed.short)}<br><br>{seed.search}<br>
<a href="/impressum">Impressum</a> | <a href="/datenschutz">Datenschutz</a></body></html>"""

# ruff: noqa: E501
"""Three more markups of the seed page, written after the reading was settled, to see whether it holds."""

from __future__ import annotations

import json
from html import escape

from support.seed.markups import each, text
from support.seed.text import ADDRESS, HOST, Seed, SeedTeaser


def application(seed: Seed) -> str:
    """What a frontend framework renders: nested sections, lazy pictures, lists of facts, a graph of linked data."""

    def entry(teaser: SeedTeaser) -> str:
        caption = escape(teaser.title) if teaser.is_caption else ""
        picture = (
            f'<picture><source data-srcset="/b/{teaser.index}.webp 1x"><img loading="lazy" alt="{caption}" '
            f'src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" data-src="/b/{teaser.index}.jpg"></picture>'
        )
        title = "" if teaser.is_caption else f"<header><h2><span>{escape(teaser.title)}</span></h2></header>"
        facts = f'<ul class="facts"><li><span>{teaser.ago}</span></li></ul>' if teaser.ago else ""
        return (
            f'<li data-id="{teaser.native}"><article><a href="{teaser.path}" tabindex="-1">{picture}</a><div>'
            f'<a href="{teaser.path}">{title}<div><p>{text(teaser)}</p></div></a>{facts}</div></article></li>'
        )

    graph = {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "WebSite", "name": "klamm.de", "url": HOST},
            {
                "@type": "NewsArticle",
                "@id": ADDRESS,
                "headline": seed.headline,
                "datePublished": "2025-12-02T18:15:51+01:00",
                "image": {"@type": "ImageObject", "url": f"{HOST}/g.jpg", "caption": seed.caption},
                "articleSection": seed.trail.split(" / ")[0],
                "commentCount": 0,
                "author": [{"@type": "Person", "name": "InvestmentWeek"}],
            },
        ],
    }
    date, source = seed.dateline.split(" · ")
    trail = " ".join(
        f'<li><a href="/news/{topic.lower()}"><span>{topic}</span></a>{" /" if at < 4 else ""}</li>'
        for at, topic in enumerate(seed.trail.split(" / "))
    )
    body = "".join(f"<div data-block><p><span>{escape(paragraph)}</span></p></div>" for paragraph in seed.body)
    who, day, clock = seed.byline.split(" · ")
    return f"""<!doctype html><html lang="de-DE"><head><title>{escape(seed.headline)} | klamm.de</title>
<meta property="og:site_name" content="klamm.de"><script type="application/ld+json">{json.dumps(graph)}</script></head>
<body><div id="__app"><div><header role="banner"><button aria-label="Menü">☰</button><a href="/">klamm.de</a></header>
<main id="content"><article><figure><img src="/g.jpg" alt="{seed.caption}"><figcaption>{seed.caption}</figcaption></figure>
<header><h1><span>{escape(seed.headline)}</span></h1><ul><li><time datetime="2025-12-02T17:15:51.000Z">{date}</time></li>
<li>·</li><li>{source}</li></ul></header><div><p><em>{escape(seed.lead)}</em></p></div><section>{body}</section>
<ol>{trail}</ol><address><span>{who}</span> <span>·</span> <span>{day}</span> <span>·</span> <span>{clock}</span></address>
<button type="button">{seed.comments}</button></article></main>
<section aria-label="Neueste"><ul role="list">{each(entry, seed.long)}</ul></section>
<section aria-label="Beliebt"><ul role="list">{each(entry, seed.short)}</ul></section>
<form role="search"><label for="q">{seed.search}</label><input id="q"></form></div></div>
<script>window.__STATE__ = {{"articles": ["<p>nicht sichtbar</p>"]}}</script></body></html>"""


def old_paper(seed: Seed) -> str:
    """Centred pages of the turn of the century: quotes and numbered lists; the snippet itself is the link."""

    def quote(teaser: SeedTeaser) -> str:
        link = f"<A HREF='{HOST}{teaser.path}'>"
        shown = f"{escape(teaser.snippet)} […]"
        image = (
            f"<IMG SRC='/b/{teaser.index}.gif' ALIGN=LEFT ALT='{escape(teaser.title) if teaser.is_caption else ''}'>"
        )
        title = "" if teaser.is_caption else f"<B>{escape(teaser.title)}</B><BR>"
        ago = f"<BR><I>{teaser.ago}</I>" if teaser.ago else ""
        return f"<BLOCKQUOTE>{image}{title}{link}{shown}</A>&nbsp;({teaser.count}){ago}</BLOCKQUOTE>"

    def number(teaser: SeedTeaser) -> str:
        return quote(teaser).replace("BLOCKQUOTE>", "LI>")

    body = "".join(f"<P ALIGN=JUSTIFY>{escape(paragraph)}" for paragraph in seed.body)
    return f"""<HTML><HEAD><TITLE>klamm.de - Nachrichten</TITLE></HEAD><BODY><CENTER>
<FONT SIZE=7>klamm.de</FONT><BR><A HREF=/news/>Nachrichten</A> - <A HREF=/spiele/>Spiele</A> - <A HREF=/forum/>Forum</A><HR>
<IMG SRC=/g.gif ALT="{seed.caption}"><H3>{escape(seed.headline)}</H3><FONT SIZE=-1>{escape(seed.dateline)}</FONT></CENTER>
<P><B>{escape(seed.lead)}</B>{body}<P><TT>{escape(seed.trail)}</TT><BR><TT>{escape(seed.byline)}</TT><BR>
<TT>{seed.comments}</TT><HR>{each(quote, seed.long)}<HR><OL>{each(number, seed.short)}</OL>
<HR><CENTER>{seed.search} <INPUT NAME=q><BR><A HREF=/impressum>Impressum</A></CENTER></BODY></HTML>"""


def mobile(seed: Seed) -> str:
    """Cards of spans in one link each, meta line in one run, article parts as bare text between elements."""

    def card(teaser: SeedTeaser) -> str:
        caption = f'<span class="c">{escape(teaser.title)}</span>'
        image = f'<span class="i"><img src="/b/{teaser.index}.jpg" alt="{escape(teaser.title)}"></span>'
        top = (
            image + caption
            if teaser.is_caption
            else f'<span class="i"><img src="/b/{teaser.index}.jpg"></span>{caption}'
        )
        ago = f'<br><span class="a">{teaser.ago}</span>' if teaser.ago else ""
        return f'<a class="card" href="{teaser.path}?ref=m#top">{top}<br><span class="s">{text(teaser)}</span>{ago}</a>'

    body = "".join(f"{escape(paragraph)}<br><br>" for paragraph in seed.body)
    trail = " / ".join(f'<a href="/m/{topic}">{topic}</a>' for topic in seed.trail.split(" / "))
    return f"""<!doctype html><html lang="de"><head><meta name="viewport" content="width=device-width">
<title>{escape(seed.headline)}</title><meta name="description" content="{escape(seed.lead)}"></head><body>
<div class="bar"><a href="/m/">klamm</a><a href="/m/login">Login</a></div>
<div class="v"><span><img src="/g.jpg" title="{seed.caption}"></span><h2>{escape(seed.headline)}</h2>
<small>{escape(seed.dateline)}</small><br><b>{escape(seed.lead)}</b><br><br>{body}<small>{trail}</small><br>
<small>{escape(seed.byline)}</small> <a href="#c"><small>{seed.comments}</small></a></div>
<div class="w">{each(card, seed.long)}</div><div class="ad">Anzeige</div><div class="w">{each(card, seed.short)}</div>
<div class="bar">{seed.search} <input></div></body></html>"""


ALL = ("application", "old_paper", "mobile")

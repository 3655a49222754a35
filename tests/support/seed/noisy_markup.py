"""The sixth markup of the seed page: a fragment of HTML among everything else that portals put on a page."""

# ruff: noqa: E501
from __future__ import annotations

from html import escape

from support.seed.markups import SECTIONS, each, image, text
from support.seed.text import Seed, SeedTeaser

COOKIES = """<div class="banner" role="dialog"><p>Wir und unsere 214 Partner verwenden Cookies, um Inhalte zu messen und
Anzeigen auszuspielen. Mit einem Klick auf „Alles annehmen“ stimmen Sie dem zu; ablehnen geht jederzeit in den
Einstellungen.</p><button>Alles annehmen</button><button>Ablehnen</button></div>"""
SIDEBAR = """<div class="side"><h3>Meistgesucht</h3><ul><li><a href="/news/thema/fussball">Fußball</a></li>
<li><a href="/news/thema/wetter">Wetter</a></li><li><a href="/games/">Spiele</a></li></ul>
<div class="ad">Anzeige <a href="https://ads.example/klick?id=88">Jetzt Strom wechseln und bis zu 600 Euro sparen</a></div>
<h3>Newsletter</h3><p>Die wichtigsten Meldungen jeden Morgen per E-Mail: jetzt kostenlos anmelden.</p></div>"""
BROKEN = (
    """<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Falsch" "datePublished": }</script>"""
)
FOOTER = """<div class="foot"><p>© 2025 Alle Rechte vorbehalten. Alle Angaben ohne Gewähr.</p><a href="/impressum">Impressum</a>
<a href="/agb">AGB</a> <a href="/datenschutz">Datenschutz</a> <a href="https://social.example/klamm">Folgen Sie uns</a></div>"""


def noisy(seed: Seed) -> str:
    """No html or head, menus, a cookie notice, ads, a sidebar, empty links that cover their cards."""

    def card(teaser: SeedTeaser) -> str:
        alt = escape(teaser.title)
        picture = f'<div class="pic">{image(teaser)}</div>'
        if not teaser.is_caption:
            picture = f'<div class="pic"><img src="/bilder/{teaser.index}.jpg" alt=""></div><h4>{alt}</h4>'
        ago = f'<span class="t">{teaser.ago}</span>' if teaser.ago else ""
        return (
            f'<div class="card"><a class="over" href="{teaser.path}" aria-hidden="true"></a>{picture}'
            f"<p>{text(teaser)}</p>{ago}</div>"
        )

    nav = "".join(f'<a href="/news/{name.lower()}/">{name}</a> ' for name in SECTIONS)
    body = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in seed.body[:2])
    more = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in seed.body[2:])
    return f"""{COOKIES}{BROKEN}<div class="menu">{nav}</div><div class="login"><a href="/login">Anmelden</a></div>
<div class="wrap"><div class="main"><div class="crumb"><a href="/">Start</a> &gt; <a href="/news/">News</a></div>
<div class="pic"><img src="/bilder/gross.jpg" alt=""><span>{seed.caption}</span></div>
<h1>{escape(seed.headline)}</h1><div class="share"><a href="https://share.example/?u=1">Teilen</a> <a href="#">Drucken</a></div>
<div class="date">{escape(seed.dateline)}</div><div class="lead">{escape(seed.lead)}</div><div class="text">{body}
<div class="ad">Anzeige</div>{more}</div><div class="topics">{escape(seed.trail)}</div>
<div class="by">{escape(seed.byline)}</div><div><a href="#k">{seed.comments}</a></div>
<div class="list">{each(card, seed.long)}</div></div>{SIDEBAR}<div class="list">{each(card, seed.short)}</div>
<div class="search">{seed.search} <input><button>Suchen</button></div></div>{FOOTER}"""

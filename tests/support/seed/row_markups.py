"""The seed page without any wrapper around a teaser: table rows, paragraphs, or lines of one cell."""

from __future__ import annotations

from html import escape

from support.seed.markups import each, text
from support.seed.text import Seed, SeedTeaser


def image(teaser: SeedTeaser) -> str:
    return f'<img src="/b/{teaser.index}.jpg" alt="{escape(teaser.title) if teaser.is_caption else ""}">'


def article(seed: Seed, tag: str) -> str:
    """Each part in an element of the same tag."""
    parts = (seed.headline, seed.dateline, seed.lead, *seed.body, seed.trail, seed.byline, seed.comments)
    return "".join(f"<{tag}>{escape(part)}</{tag}>" for part in parts)


def rows(seed: Seed) -> str:
    """One table for the whole page, a row for each line."""

    def row(content: str) -> str:
        return f"<tr><td>{content}</td></tr>"

    def teaser_rows(teaser: SeedTeaser) -> str:
        link = f'<a href="{teaser.path}">'
        title = "" if teaser.is_caption else row(f"{link}{escape(teaser.title)}</a>")
        return row(f"{link}{image(teaser)}</a>") + title + row(text(teaser)) + (row(teaser.ago) if teaser.ago else "")

    parts = article(seed, "x").replace("<x>", "<tr><td>").replace("</x>", "</td></tr>")
    teasers = each(teaser_rows, seed.teasers)
    return f"<html><body><table>{row(seed.caption)}{parts}{teasers}{row(seed.search)}</table></body></html>"


def paragraphs(seed: Seed) -> str:
    """Nothing but paragraphs, those of the article among them."""

    def teaser_paragraphs(teaser: SeedTeaser) -> str:
        link = f'<a href="{teaser.path}">'
        title = "" if teaser.is_caption else f"<p><strong>{link}{escape(teaser.title)}</a></strong></p>"
        ago = f"<p>{teaser.ago}</p>" if teaser.ago else ""
        return f"<p>{link}{image(teaser)}</a></p>{title}<p>{text(teaser)}</p>{ago}"

    teasers = each(teaser_paragraphs, seed.teasers)
    return f"<html><body><article><p>{seed.caption}</p>{article(seed, 'p')}{teasers}</article></body></html>"


def one_cell(seed: Seed) -> str:
    """A cell for the article and one for each list, lines parted by single breaks; the age ends the snippet's line."""

    def lines(teaser: SeedTeaser) -> str:
        shown = image(teaser) if teaser.is_caption else f"<b>{escape(teaser.title)}</b>"
        ago = f" {teaser.ago}" if teaser.ago else ""
        return f'<a href="{teaser.path}">{shown}</a><br>{text(teaser)}{ago}<br>'

    cells = (article(seed, "div"), each(lines, seed.long), each(lines, seed.short))
    return f"<html><body><table>{''.join(f'<tr><td>{cell}</td></tr>' for cell in cells)}</table></body></html>"


def definition_cards(seed: Seed) -> str:
    """A definition list in each item, its link a call to read on; no other text leads anywhere."""

    def item(teaser: SeedTeaser) -> str:
        title = "" if teaser.is_caption else f"<dt>{escape(teaser.title)}</dt>"
        ago = f"<dd>{teaser.ago}</dd>" if teaser.ago else ""
        more = f'<dd><a href="{teaser.path}">mehr</a></dd>'
        return f"<li><dl><dt>{image(teaser)}</dt>{title}<dd>{text(teaser)}</dd>{ago}{more}</dl></li>"

    lists = f"<ul>{each(item, seed.long)}</ul><ul>{each(item, seed.short)}</ul>"
    return f"<html><body><div>{article(seed, 'div')}</div>{lists}</body></html>"

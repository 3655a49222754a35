"""Makes article pages: one form of each table, chosen by a seed."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape

from article_pages import furniture
from article_pages.markups import TABLES
from article_pages.story import Part, Story, make_story

DECLARED = ("nothing", "opengraph", "json-ld", "json-ld graph", "all", "dates in meta", "title only")
SHARE_OF_FURNITURE = 0.25
SHARE_OF_BOXES = 0.35
"""Share of bylines with a box for each author."""


@dataclass
class Made:
    """A page, how it was made, and what it shows."""

    html: str
    story: Story
    forms: dict[str, str]
    """Table -> the form of it that was chosen."""
    unwanted: dict[str, list[str]] = field(default_factory=dict)
    """Place and kind of furniture -> its texts."""
    neutral: list[str] = field(default_factory=list)
    """Texts that may be read as part of the article's or not."""
    dated: str = "minute"
    """How exactly the page dates the article: ``minute``, ``day`` or ``none``."""
    zoned: bool = False
    authors: bool = True
    """Whether the page names them."""
    lead: bool = True
    picture: bool = True


def make_page(seed: int) -> Made:
    """Return the page with this number."""
    rng = random.Random(seed)
    story = make_story(rng)
    made = Made("", story, {"language": story.writer.tag})
    slots = {
        "header": _header(story, rng),
        "headline": form_of(made, rng, "headlines").format(escape(story.headline), url=story.url),
        "meta": _meta(made, rng),
        "picture": _picture(made, rng),
        "lead": _lead(made, rng),
        "body": _body(made, rng),
        "after": _around(made, rng, "behind", furniture.BEHIND),
        "below": _around(made, rng, "below", furniture.BELOW),
        "aside": _around(made, rng, "beside", furniture.BESIDE),
        "footer": f"<footer><p>© {escape(story.site)}</p><p>{escape(story.writer.words['rights'])}</p></footer>",
    }
    slots["header"] += _around(made, rng, "above", furniture.ABOVE)
    skeleton = form_of(made, rng, "skeletons")
    direction = " dir=rtl" if story.writer.language in ("ar", "he") else ""
    head, body = _head(made, rng), skeleton.format_map(slots)
    head = f"<meta charset=utf-8>{head}"
    made.html = (
        f"<!DOCTYPE html>\n<html lang={story.writer.tag}{direction}><head>{head}</head><body>{body}</body></html>"
    )
    return made


def form_of(made: Made, rng: random.Random, table: str) -> str:
    """Return one of the forms in *table* and note which."""
    made.forms[table] = rng.choice(list(TABLES[table]))
    return TABLES[table][made.forms[table]]


def _header(story: Story, rng: random.Random) -> str:
    titles = [story.writer.title().split()[-1] for _ in range(5)]
    menu = "".join(f"<li><a href='/s{at}/'>{escape(title)}</a></li>" for at, title in enumerate(titles))
    logo = rng.choice(
        (
            "<a href=/ class=logo><img src='/logo.png' alt='{}'></a>",
            "<a href=/>{}</a>",
            "<h1 class=logo><a href=/>{}</a></h1>",
        )
    )
    bar = rng.choice(("<header>{}<nav><ul>{}</ul></nav></header>", "<div class=top>{}<ul class=k3>{}</ul></div>"))
    return bar.format(logo.format(escape(story.site)), menu)


def _around(made: Made, rng: random.Random, place: str, forms: Sequence[furniture.Form]) -> str:
    return "".join(_furniture(made, rng, place, form) for form in forms if rng.random() < SHARE_OF_FURNITURE)


def _furniture(made: Made, rng: random.Random, place: str, form: furniture.Form) -> str:
    piece = form(made.story, rng)
    made.forms[f"{place} {form.__name__}"] = "yes"
    made.unwanted.setdefault(f"{place} {form.__name__}", []).extend(piece.unwanted)
    made.neutral.extend(piece.neutral)
    return piece.html


def _meta(made: Made, rng: random.Random) -> str:
    story, words = made.story, made.story.writer.words
    names = ", ".join(story.authors)
    link = "<a href='/author/x1'>{}</a>"
    shown = {
        **{"names": escape(names), "slug": "x1", "by": escape(words["by"].format(n=names))},
        "by_links": escape(words["by"]).format(n=", ".join(link.format(escape(name)) for name in story.authors)),
    }
    shown["by_word"] = escape(words["by"].format(n="").strip(" :："))
    made.authors = rng.random() < 0.85
    byline = _byline(made, rng, shown) if made.authors else ""
    date = _date(made, rng)
    update = ""
    if story.updated is not None:
        text = f"{story.writer.date(story.updated, 'long')}{story.writer.clock(story.updated)}"
        label = escape(words["updated"].format(text))
        update = form_of(made, rng, "updates").format(label=label, text=text, iso=story.updated.isoformat())
    pieces = [byline, date + update] if rng.random() < 0.7 else [date + update, byline]
    return rng.choice((" ", " | ", "")).join(filter(None, pieces)) + _around(
        made, rng, "meta", furniture.UNDER_HEADLINE
    )


def _byline(made: Made, rng: random.Random, shown: dict[str, str]) -> str:
    """Return a byline in one of the forms for all authors, or in one for each."""
    story = made.story
    if rng.random() < SHARE_OF_BOXES:
        form = form_of(made, rng, "names")
        role = escape(str(story.writer.words["role"]))
        signed = str(story.writer.words.get("signed", "{n}, {role}"))
        names = map(escape, story.authors)
        return "".join(form.format(name=name, role=role, signed=signed.format(n=name, role=role)) for name in names)
    return form_of(made, rng, "bylines").format_map(shown)


def _date(made: Made, rng: random.Random) -> str:
    story = made.story
    made.dated = rng.choice(("minute", "minute", "day"))
    clock = story.writer.clock(story.published) if made.dated == "minute" else ""
    text = story.writer.date(story.published, "long") + clock
    form = form_of(made, rng, "dates")
    if "{iso}" in form:
        made.dated, made.zoned = "minute", True
    if any(exact in form for exact in ("{local}", "{plain}", "{clock}")):
        made.dated = "minute"
    if "{zone}" in form and clock:
        made.zoned = True
    return form.format(
        text=escape(text),
        numeric=story.writer.date(story.published, "numeric") + clock,
        label=escape(story.writer.words["published"].format(text)),
        iso=story.published.isoformat(),
        plain=story.published.strftime("%Y-%m-%d %H:%M:%S"),
        stamp=int(story.published.timestamp()),
        day=escape(story.writer.date(story.published, "long")),
        clock=story.published.strftime("%H:%M"),
        zone=_zone_name(story.published) if clock else "",
        local=story.published.replace(tzinfo=None).isoformat(),
    )


def _zone_name(when: datetime) -> str:
    """Return the zone as people write it: ``CET``, else ``GMT+3``."""
    name = when.tzname() or ""
    return name if name.isalpha() and name != "IST" else f"GMT{when:%z}".removesuffix("00").replace("+0", "+")


def _picture(made: Made, rng: random.Random) -> str:
    made.picture = rng.random() < 0.8
    if not made.picture:
        return ""
    story = made.story
    credit = story.writer.words["photo"].format(story.credit)
    values = {
        "src": story.image,
        "caption": escape(story.caption),
        "credit": escape(credit),
        "alt": escape(story.caption),
    }
    made.unwanted["caption"] = [story.caption]
    return form_of(made, rng, "pictures").format_map(values)


def _lead(made: Made, rng: random.Random) -> str:
    form = form_of(made, rng, "leads")
    made.lead = bool(form)
    return form.format(escape(made.story.lead))


def _body(made: Made, rng: random.Random) -> str:
    paragraph, subhead = form_of(made, rng, "paragraphs"), form_of(made, rng, "subheads")
    around = TABLES["around"].get(made.forms["paragraphs"])
    blocks = []
    parts = made.story.parts
    for at, part in enumerate(parts):
        block = _block(part, paragraph, subhead, is_flat=around is not None)
        if part.kind == "item" and around is None:
            block = f"<ul>{block}" if parts[at - 1].kind != "item" else block
            block = f"{block}</ul>" if parts[at + 1].kind != "item" else block
        blocks.append(block)
    if around is not None:
        return around.format("".join(blocks))
    between = [at for at in range(1, len(parts)) if {parts[at - 1].kind, parts[at].kind} == {"text"}]
    for form in furniture.WITHIN:
        if rng.random() < SHARE_OF_FURNITURE / 2:
            at = rng.choice(between or [len(parts)])
            blocks[at : at + 1] = [_furniture(made, rng, "within", form) + "".join(blocks[at : at + 1])]
    return "".join(blocks)


def _block(part: Part, paragraph: str, subhead: str, *, is_flat: bool) -> str:
    text = escape(part.text)
    if is_flat or part.kind == "text":
        return paragraph.format(text)
    if part.kind == "item":
        return f"<li>{text}</li>"
    if part.kind == "question":
        return paragraph.format(f"<b>{text}</b>")
    return subhead.format(text)


def _head(made: Made, rng: random.Random) -> str:
    """Return the title, meta tags and JSON-LD."""
    story = made.story
    declared = rng.choice(DECLARED)
    made.forms["declared"] = declared
    title = story.headline + rng.choice(("", f" - {story.site}", f" | {story.site}"))
    tags = [f"<title>{escape(title)}</title>"]
    if declared in ("opengraph", "all"):
        rows = {"og:title": story.headline, "og:type": "article", "og:site_name": story.site, "og:url": story.url}
        rows |= {"og:image": story.image} if made.picture else {}
        rows |= {"og:description": story.lead} if made.lead else {}
        tags += [f'<meta property="{name}" content="{escape(value)}">' for name, value in rows.items()]
    if declared in ("all", "dates in meta"):
        tags.append(f"<meta property=article:published_time content='{_stamp(story.published, rng)}'>")
        made.dated, made.zoned = "minute", True
        if story.updated is not None:
            tags.append(f"<meta property=article:modified_time content='{_stamp(story.updated, rng)}'>")
    if declared.startswith("json-ld") or declared == "all":
        tags.append(f"<script type='application/ld+json'>{_json_ld(made, rng, graph='graph' in declared)}</script>")
        made.dated, made.zoned = "minute", True
    return "".join(tags)


def _stamp(when: datetime, rng: random.Random) -> str:
    return rng.choice((when.isoformat(), when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")))


def _declared_people(made: Made, rng: random.Random) -> object:
    """Return the authors as JSON-LD names them; a page that shows them may declare the site or a user name."""
    names = made.story.authors
    people = [{"@type": "Person", "name": name} for name in names]
    others = [{"@type": "Organization", "name": made.story.site}, {"@type": "Person", "name": "admin"}]
    forms = [
        *(people, people, people if len(people) > 1 else people[0]),
        names if len(names) > 1 else names[0],
        [{"@type": "Person", "name": names}] if len(names) > 1 else people,
        [{"@type": "Person", "name": ", ".join(names)}],
        [{"@type": "Person", "name": name, "url": "https://news.example/author/x", "jobTitle": "x"} for name in names],
        *(others if made.authors else ()),
    ]
    return rng.choice(forms)


def _json_ld(made: Made, rng: random.Random, *, graph: bool) -> str:
    story = made.story
    people = _declared_people(made, rng)
    node: dict[str, object] = {
        **{
            "@type": rng.choice(("NewsArticle", "Article", "BlogPosting")),
            "headline": story.headline,
            "url": story.url,
        },
        "datePublished": _stamp(story.published, rng),
        "author": people,
        "publisher": {"@type": "Organization", "name": story.site},
    }
    made.authors = made.authors or not isinstance(people, dict)
    if story.updated is not None:
        node["dateModified"] = _stamp(story.updated, rng)
    if made.picture:
        node["image"] = rng.choice((story.image, [story.image], {"@type": "ImageObject", "url": story.image}))
    others = [{"@type": "WebSite", "name": story.site, "url": "/"}, {"@type": "BreadcrumbList", "itemListElement": []}]
    return json.dumps(
        {"@context": "https://schema.org", "@graph": [*others, node]}
        if graph
        else {"@context": "https://schema.org"} | node
    )

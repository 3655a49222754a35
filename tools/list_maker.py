"""Makes list pages of news portals from a seed, and knows what is to be read on them: see ``make_lists.py``."""

from __future__ import annotations

import random
import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from html import escape
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote

from list_cards import AUTHORS, CARDS, COUNTS, FRAMES, HEADS, LABELS, METAS, PICTURES, TIMES, fill

HOST = "https://www.bote.example"
FETCHED = datetime(2025, 11, 20, 15, 30, tzinfo=UTC)
RIGHT_TO_LEFT = ("ar", "he")
NOT_LATIN = (*RIGHT_TO_LEFT, "el", "hi", "ja", "ko", "ru", "zh")
VERB_LAST = ("hi", "ja", "ko", "tr")
NO_SPACES = ("ja", "zh")
STOPS = {"ja": "。", "zh": "。", "hi": " ।"}
MARKS = {"kicker": "\ue001", "snippet": "\ue002", "date": "\ue003", "count": "\ue004"}
"""Signs before the texts of fields by which is known which of them a markup shows; they are taken out of the page."""
UNMARK = str.maketrans(dict.fromkeys(MARKS.values(), ""))
TIME_TEXTS = ("day", "day", "numeric", "numeric and clock", "day and clock", "age", "age", "short")
SHARES = {"picture": 0.6, "time": 0.6, "count": 0.3, "author": 0.3, "label": 0.15}
"""Field -> share of the lists that show it."""
ASIDE = ("ranked", "ranked in link", "ticker", "list line", "bare line", "line with kicker", "ticker link")
HITS = ("search hit", "wordpress", "flat", "list line", "drupal view", "portal list", "asian list", "meta first")
"""Cards beside a list, and on pages of search results."""
VAGUE_KICKERS = ("jnews theme", "bootstrap")
"""Cards whose kicker may as well be read as a label."""
FITTING = ("li", "tr", "dt")
"""Frames for cards that are such elements."""
WORD = re.compile(r"\w+")

Style = dict[str, str]
Words = Mapping[str, Any]
Page = tuple[str, str]
"""Path and content of the page."""


@cache
def languages() -> Mapping[str, Words]:
    """Return the texts of each language."""
    return tomllib.loads((Path(__file__).parent / "list_texts.toml").read_text(encoding="utf-8"))


@dataclass
class Story:
    """An article that a page teases."""

    title: str
    snippet: str
    kicker: str
    person: str
    slug: str
    number: int
    when: datetime
    count: int
    url: str = ""


@dataclass
class Wanted:
    """What is to be read of a card, and by which markup it was written."""

    story: Story
    shows: frozenset[str]
    style: Style


@dataclass
class Made:
    """A page with its expected teasers."""

    url: str = ""
    html: str = ""
    page_type: str = "list"
    style: Style = field(default_factory=dict)
    wanted: list[Wanted] = field(default_factory=list)


def _last_words(story: Story, number: int) -> str:
    return "-".join(story.slug.split("-")[-number:])


URLS: dict[str, Callable[[Story, str], str]] = {
    "id and html": lambda story, section: f"/{section}/{story.slug}-{story.number}.html",
    "dated": lambda story, _: f"/{story.when:%Y/%m/%d}/{story.slug}/",
    "dated, short": lambda story, _: f"/{story.when:%Y/%m/%d}/{_last_words(story, 2)}-{story.number % 97}.html",
    "slug": lambda story, section: f"/{section}/{story.slug}",
    "slug at the root": lambda story, _: f"/{story.slug}-{story.number % 977}/",
    "short slug": lambda story, section: f"/{section}/artikel/{story.slug.split('-')[1]}-{_last_words(story, 2)}/",
    "number": lambda story, _: f"/news/{story.number}",
    "query": lambda story, _: f"/index.php?id={story.number}",
    "comma": lambda story, section: f"/{section}/{story.slug},{story.number}",
    "article id": lambda story, section: f"/{section}/article{story.number}.ece",
    "hash": lambda story, _: f"/story/{story.slug}-{story.number * 7919:x}a9",
    "native script": lambda story, section: f"/{section}/{quote('-'.join(story.title.split()))}-{story.number}",
    "full": lambda story, section: f"{HOST}/{section}/{story.slug}-{story.number}?ref=home",
}


class Newsroom:
    """Writes the stories of one page."""

    def __init__(self, rng: random.Random, language: str, urls: str, number: int) -> None:
        self.rng = rng
        self.language = language
        self.words = languages()[language]
        self.urls = URLS[urls]
        self.number = number
        self.sections = [name.lower() for name in languages()["en"]["sections"]]
        self.left = [*product(range(8), range(8))]
        """Subjects and verbs of headlines that no story has yet."""
        rng.shuffle(self.left)

    def sentence(self, who: int, does: int, when: str = "") -> str:
        verb = self.words["does"][does]
        parts = (self.words["who"][who], *((when, verb) if self.language in VERB_LAST else (verb, when)))
        return ("" if self.language in NO_SPACES else " ").join(filter(None, parts))

    def running(self, who: int | None = None, does: int | None = None) -> str:
        """Return a sentence of running text."""
        who = self.rng.randrange(8) if who is None else who
        does = self.rng.randrange(8) if does is None else does
        return self.sentence(who, does, self.rng.choice(self.words["when"])) + STOPS.get(self.language, ".")

    def text(self, sentences: Iterable[str]) -> str:
        return ("" if self.language in NO_SPACES else " ").join(sentences)

    def story(self) -> Story:
        rng, words, english = self.rng, self.words, languages()["en"]
        who, does = self.left.pop()
        title = self.sentence(who, does)
        spelled = f"{english['who'][who]} {english['does'][does]}" if self.language in NOT_LATIN else title
        letters = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode().lower()
        sentences = [self.running(who, (does + 3) % 8), *(self.running() for _ in range(rng.randint(0, 1)))]
        self.number += rng.randint(3, 40)
        minutes, hours, days = rng.randint(3, 55), rng.randint(2, 20), rng.randint(2, 25)
        age = rng.choice((timedelta(minutes=minutes), timedelta(hours=hours), timedelta(days=days, minutes=minutes)))
        about = (rng.choice(words["kickers"]), rng.choice(words["people"]))
        place = ("-".join(WORD.findall(letters)), self.number)
        story = Story(title, self.text(sentences), *about, *place, FETCHED - age, rng.randint(1, 340))
        story.url = self.urls(story, rng.choice(self.sections))
        return story

    def time_text(self, story: Story, form: str) -> str:
        words, when = self.words, story.when
        age = FETCHED - when
        clock: str = words["clock"].format(f"{when:%H:%M}")
        if form == "clock":
            return clock
        amounts = {"minutes": age.seconds // 60, "hours": age.seconds // 3600, "days": age.days}
        unit = "days" if age.days else "hours" if age >= timedelta(hours=1) else "minutes"
        if form == "age" or (form == "short" and unit == "hours"):
            return str(words["short" if form == "short" else unit].format(amounts[unit]))
        if form == "day and clock" and (FETCHED.date() - when.date()).days == 1:
            return str(words["yesterday"].format(f"{when:%H:%M}"))
        day = {"d": when.day, "m": when.month, "y": when.year, "month": words["months"].split()[when.month - 10]}
        text = words["numeric" if form.startswith("numeric") else "day"].format(**day)
        return f"{text}, {clock}" if form.endswith("clock") else text


class Maker:
    """Makes one page from a seed, maybe of one *language*, or with one markup of cards."""

    def __init__(self, seed: int, *, language: str = "", card: str = "") -> None:
        self.rng = rng = random.Random(seed)
        tag = language or rng.choice(sorted(languages()))
        urls = rng.choice([form for form in sorted(URLS) if tag not in NOT_LATIN or form != "short slug"])
        self.room = Newsroom(rng, tag, urls, 4_000_000 + 1000 * (seed % 900))
        self.words = self.room.words
        self.sections = self.room.sections
        self.only = card
        self.made = Made(style={"language": tag, "urls": urls})

    def make(self) -> Made:
        made = self.made
        kind = self.rng.choice((self.front, self.front, self.section, self.search, self.tag, self.article))
        made.style["page"] = kind.__name__
        path, body = kind()
        made.page_type = "article" if kind == self.article else "list"
        made.url = path if path.startswith("http") else HOST + path
        language = made.style["language"]
        attributes = f"lang='{language}'{' dir=rtl' * (language in RIGHT_TO_LEFT)}"
        head = f"<!doctype html><html {attributes}><head><meta charset='utf-8'><title>Bote</title></head>"
        page = f"{head}<body>{self.top()}{body}{self.foot()}</body></html>"
        made.html = page.translate(UNMARK)
        return made

    # pages

    def front(self) -> Page:
        rng = self.rng
        parts = []
        for name, section in zip(self.words["sections"], self.sections, strict=True):
            if rng.random() < 0.6 and len(self.room.left) > 20:
                parts.append(self.headed(name, self.list_of(rng.randint(2, 6)), url=f"/{section}/"))
        parts += self.boxes()
        rng.shuffle(parts)
        return "/", f"<main>{self.list_of(rng.randint(3, 7))}{''.join(parts)}</main>{self.aside()}"

    def section(self) -> Page:
        path = f"/{self.sections[0]}/"
        pages = "".join(f"<a href='{path}?page={number}'>{number}</a> " for number in range(2, 6))
        head = f"<ol class='breadcrumb'><li><a href='/'>Bote</a></li></ol><h1>{self.words['sections'][0]}</h1>"
        main = f"<main>{head}{self.list_of(self.rng.randint(5, 14))}<div class='pager'>{pages}</div></main>"
        return path, f"{main}{self.aside()}{''.join(self.boxes())}"

    def search(self) -> Page:
        word: str = self.words["who"][0].split()[-1]
        tag = self.rng.choice(("em", "mark", "b", "strong"))
        marked = rf"(?<=[> ]){re.escape(word)}(?=[ .<])"
        lists = re.sub(marked, f"<{tag}>{word}</{tag}>", self.list_of(self.rng.randint(4, 9), cards=HITS))
        form = f"<form action='/search'><input name='q' value='{escape(word)}'></form>"
        return f"/search?q={quote(word)}", f"<main>{form}<h1>{escape(word)}</h1>{lists}</main>"

    def tag(self) -> Page:
        intro = f"<p>{self.room.running()}</p>" if self.rng.random() < 0.5 else ""
        head = f"<h1>{self.words['kickers'][0]}</h1>{intro}"
        return "/tag/0-hafen/", f"<main>{head}{self.list_of(self.rng.randint(4, 10))}</main>"

    def article(self) -> Page:
        own, other = self.room.story(), self.room.story()
        texts = [self.room.text(self.room.running() for _ in range(4)) for _ in range(7)]
        texts[2] += f" <a href='{escape(other.url)}'>{escape(other.title)}</a> {texts[3]}"
        head = f"<h1>{escape(own.title)}</h1><p class='byline'>{self.words['by'].format(own.person)}</p>"
        body = f"<article>{head}{''.join(f'<p>{text}</p>' for text in texts)}</article>"
        related = self.headed(self.words["related"], self.list_of(self.rng.randint(3, 5)))
        return own.url, f"<main>{body}{related}</main>{self.aside()}"

    # parts of pages

    def aside(self) -> str:
        if self.rng.random() < 0.4:
            return ""
        name = self.words[self.rng.choice(("read", "latest"))]
        return f"<aside>{self.headed(name, self.list_of(5, cards=ASIDE))}</aside>"

    def top(self) -> str:
        forms = (
            "<nav class='main'><ul>{}</ul></nav>",
            "<div class='menu'><ul>{}</ul></div>",
            "<ul id='topnav'>{}</ul>",
        )
        menu = self.rng.choice(forms).format(self.section_links())
        return f"<header><a href='/'><img src='/logo.svg' alt='Bote'></a>{menu}</header>"

    def foot(self) -> str:
        services = (f"<li><a href='/service/{at}/'>{name}</a></li>" for at, name in enumerate(self.words["services"]))
        lists = f"<div><h4>Bote</h4><ul>{''.join(services)}</ul></div><div><ul>{self.section_links()}</ul></div>"
        return f"<footer>{lists}<p>© 2025 Bote</p></footer>"

    def section_links(self) -> str:
        pairs = zip(self.words["sections"], self.sections, strict=True)
        return "".join(f"<li><a href='/{section}/'>{name}</a></li>" for name, section in pairs)

    def boxes(self) -> list[str]:
        """Return boxes that are no lists of articles."""
        words = self.words
        topics = (f"<a href='/tag/{at}-hafen/'>{name}</a> " for at, name in enumerate(words["kickers"]))
        person = "<li><a href='/autor/p-{0}/'><img src='/p/{0}.jpg' alt=''><span>{1}</span></a></li>"
        people = (person.format(at, name) for at, name in enumerate(words["people"]))
        target = "/news/alte-geschichte-vom-hafen-3999999.html#comment-77"
        remark = f"<li><b>{words['people'][0]}</b> <a href='{target}'>{self.room.running(1, 2)[:60]}</a></li>"
        shop = "https://ads.kaufhaus.example"
        year, number = FETCHED.year, self.room.number
        offer, long = self.room.running(2, 3)[:70], self.room.sentence(1, 4)
        links = (
            (f"/epaper/{FETCHED:%Y-%m-%d}/", f"{FETCHED:%d.%m.%Y}"),
            (f"/archiv/{year}/11/", f"{words['months'].split()[-1]} {year}"),
            (f"/wetter/nordheim-{number}/", f"{words['services'][2]} Nordheim"),
            (f"/autor/ada-muster-{number}.html", words["people"][0]),
            ("/thema/hafen-und-meer-am-fluss/", long),
            (f"/login?return=/politics/artikel-{number}.html", words["services"][0]),
            ("/feed/", "RSS"),
            ("/newsletter/anmelden/", offer),
        )
        lines = "".join(f"<li><a href='{url}'>{text}</a></li>" for url, text in self.rng.sample(links, 4))
        sold = f"<a href='/sponsored/angebot-fuer-alle-leser-{number}'><img src='/s.jpg' alt=''><h3>{offer}</h3></a>"
        found = [
            f"<div class='service-links'><ul>{lines}</ul></div>",
            f"<div><ul>{lines}</ul></div>",
            f"<section><h2>{words['ad']}</h2><div class='grid'><div>{sold}</div></div></section>",
            f"<div class='sponsored'>{sold}</div>",
            f"<div class='teaser'><span>{words['ad']}</span>{sold}</div>",
            f"<div class='tags'>{''.join(topics)}</div>",
            f"<section class='authors'><ul>{''.join(people)}</ul></section>",
            f"<form class='newsletter'><p>{words['services'][1]}</p><input type='email'><button>OK</button></form>",
            f"<div class='comments-latest'><ul>{remark}</ul></div>",
            f"<div class='werbung'><a href='{shop}/c/4711'><img src='{shop}/b.png'></a></div>",
            f"<div class='weather'><a href='/service/2/'>{words['services'][2]} 12°</a></div>",
            "<div class='stocks'><a href='/boerse/index-eins'>INDEX 15.712 +0,4 %</a></div>",
        ]
        return self.rng.sample(found, self.rng.randint(0, 4))

    def headed(self, name: str, content: str, *, url: str = "") -> str:
        """Return a list under its name."""
        name = f"<a href='{url}'>{name}</a>" if url else name
        forms = (
            "<section><h2>{0}</h2>{1}</section>",
            "<div class='block'><div class='block-title'><span>{0}</span></div>{1}</div>",
            "<div class='region'><header><h3>{0}</h3></header>{1}</div>",
            "<h2 class='section-title'>{0}</h2>{1}",
        )
        return self.rng.choice(forms).format(name, content)

    # lists

    def list_of(self, size: int, *, cards: Iterable[str] = ()) -> str:
        """Return a list whose cards have one markup."""
        rng = self.rng
        style = {"card": rng.choice([self.only] if self.only else [*cards] or sorted(CARDS)), **self.made.style}
        tables = {"picture": PICTURES, "time": TIMES, "count": COUNTS, "author": AUTHORS, "label": LABELS}
        style |= {
            name: rng.choice(["", *table]) if rng.random() < SHARES[name] else "" for name, table in tables.items()
        }
        style |= {"head": rng.choice([*HEADS]), "meta": rng.choice([*METAS]), "time text": rng.choice(TIME_TEXTS)}
        style["fields"] = " ".join(name for name in ("kicker", "snippet") if rng.random() < 0.55)
        stories = [self.room.story() for _ in range(min(size, len(self.room.left)))]
        if style["card"].startswith("ticker"):
            style |= {"time text": "clock", "time": style["time"] or "plain"}
            stories.sort(key=lambda story: f"{story.when:%H:%M}", reverse=True)
        texts = [self.card(story, rank, style) for rank, story in enumerate(stories, 1)]
        if rng.random() < 0.15 and not CARDS[style["card"]].startswith("<dt"):
            texts.insert(rng.randint(1, len(texts)), self.advertisement(style))
        return self.framed(texts, style)

    def card(self, story: Story, rank: int, style: Style) -> str:
        fields = self.fields(story, rank, style)
        related: list[Story] = []
        if "{related" in CARDS[style["card"]] and len(self.room.left) > 25 and self.rng.random() < 0.6:
            related = [self.room.story() for _ in range(self.rng.randint(1, 3))]
            lines = [f"<a href='{escape(each.url)}'>{escape(each.title)}</a>" for each in related]
            fields["related"] = "".join(f"<li>{line}</li>" for line in lines)
            fields["relatedboxes"] = "".join(f"<div class='more-story'>{line}</div>" for line in lines)
        html = fill(CARDS[style["card"]], fields)
        shows = frozenset(name for name, mark in MARKS.items() if mark in html)
        self.made.wanted.append(Wanted(story, shows, style))
        below = {**style, "card": f"{style['card']}, related"}
        self.made.wanted += (Wanted(each, frozenset(), below) for each in related)
        return html

    def fields(self, story: Story, rank: int, style: Style) -> dict[str, str]:
        """Return the fields of a card's markup."""
        rng, words = self.rng, self.words
        by = words["by"].format(story.person)
        texts = {"url": escape(story.url), "slug": "ada-muster", "title": escape(story.title), "rank": str(rank)}
        texts |= {"more": words["more"], "section": f"/{rng.choice(self.sections)}/", "person": story.person, "by": by}
        texts |= {"ahead": by.partition(story.person)[0], "picture": f"/media/{story.number}.jpg"}
        texts |= {"photo": words["photo"].format(story.person), "iso": story.when.isoformat()}
        for name, text in (("kicker", story.kicker), ("snippet", story.snippet)):
            if name in style["fields"] and rng.random() < 0.85:
                texts[name] = MARKS[name] + escape(text)
        texts["text"] = MARKS["date"] + self.room.time_text(story, style["time text"])
        texts |= {"words": words["comments"].format(story.count), "number": str(story.count)}
        texts |= {"number2": f"{story.count:02}", "label": rng.choice(words["labels"])}
        for name, table in (("when", TIMES), ("author", AUTHORS), ("image", PICTURES)):
            texts[name] = fill(table.get(style[{"when": "time", "image": "picture"}.get(name, name)], ""), texts)
        texts["count"] = MARKS["count"] + fill(COUNTS[style["count"]], texts) if style["count"] else ""
        texts["label"] = fill(LABELS[style["label"]], texts) if style["label"] and rng.random() < 0.4 else ""
        texts["reading"] = words["reading"].format(rng.randint(2, 9)) if rng.random() < 0.2 else ""
        head = HEADS[style["head"]]
        texts["head"] = fill(head, texts)
        texts["plain"] = fill(re.sub(r"</?a\b[^>]*>", "", head), texts)
        outer, inner, between = METAS[style["meta"]]
        parts = (texts[name] for name in ("author", "when", "count", "reading") if texts[name])
        texts["meta"] = fill(outer, {"parts": between.join(fill(inner, {"part": part}) for part in parts)})
        return texts

    def advertisement(self, style: Style) -> str:
        """Return a card that is an advertisement: to another host, or labelled on the portal's own."""
        urls = (
            f"/anzeigen/angebot-des-monats-{self.room.number}77.html",
            "https://shop.kaufhaus.example/angebot-4711002",
        )
        link = f"<a href='{self.rng.choice(urls)}'>{self.room.running()[:-1]}</a>"
        inner = f"<span class='ad-label'>{self.words['ad']}</span><h3>{link}</h3>"
        form = {"li": "<li class='teaser-ad'>{}</li>", "tr": "<tr><td colspan='3'>{}</td></tr>"}
        return form.get(CARDS[style["card"]][1:3], "<div class='teaser-ad'>{}</div>").format(inner)

    def framed(self, cards: list[str], style: Style) -> str:
        """Return the cards with elements around them that fit them."""
        frames = [name for name in FRAMES if name not in FITTING]
        if style["card"].startswith(("flat", "breaks")) or len(cards) < 4:
            frames = ["grid"]
        tag = CARDS[style["card"]][1:3]
        style["frame"] = tag if tag in FITTING else self.rng.choice(frames)
        half = (len(cards) + 1) // 2
        columns = (f"<div class='column'>{''.join(part)}</div>" for part in (cards[:half], cards[half:]))
        parts = {"cards": "".join(cards), "items": "".join(f"<li>{card}</li>" for card in cards)}
        parts |= {"columns": "".join(columns), "first": cards[0], "rest": "".join(cards[1:])}
        return fill(FRAMES[style["frame"]], parts)

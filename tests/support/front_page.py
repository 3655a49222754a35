"""A front page whose blocks a test rearranges, and the check that its observations add up to the page."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime
from html import escape
from typing import Any

from support.tinyportal import Answer, TinyPortal, page

Blocks = Mapping[str, Sequence[str]]


class FrontPage(TinyPortal):
    """Serves a front page of named articles: block -> names, in order; names are short words."""

    def __init__(self, blocks: Blocks) -> None:
        super().__init__({"/robots.txt": ""})
        self.blocks = blocks
        self.headlines: dict[str, str] = {}
        self.comments: dict[str, int] = {}
        self.more = ""
        self.when: datetime | None = None
        """Date header of the page; None: the present time."""
        self._names = sorted({name for names in blocks.values() for name in names})
        self.site["/"] = self.response

    def response(self) -> Answer:
        """The present page."""
        return Answer(self.html(), headers={"Date": format_datetime(self.when, usegmt=True)} if self.when else {})

    def html(self) -> str:
        return self.html_of(self.blocks)

    def html_of(self, blocks: Blocks) -> str:
        parts = (
            f"<section><h2>{escape(block)}</h2><ul>{''.join(map(self._card, names))}</ul></section>"
            for block, names in blocks.items()
        )
        return page("Der Uferbote", f"<h1>Der Uferbote</h1>{''.join(parts)}{self.more}")

    def headline(self, name: str) -> str:
        return self.headlines.get(name, f"Am Ufer wird über den Artikel {name} gesprochen")

    def path(self, name: str) -> str:
        number = int.from_bytes(name.encode(), "big") % 9000
        return f"/artikel/artikel-{name}-am-ufer-{4710000 + number}.html"

    def _card(self, name: str) -> str:
        title = escape(self.headline(name))
        count = self.comments.get(name)
        comments = f'<span class="comments">{count} Kommentare</span>' if count is not None else ""
        snippet = f"<p>Ein Anriss zu {name}, der einige Worte lang ist […]</p>"
        return f'<li class="card"><a href="{self.path(name)}"><h3>{title}</h3></a>{snippet}{comments}</li>'

    def brief(self, observation: Mapping[str, Any]) -> tuple[Any, ...]:
        """Event, name, block, position and number of comments of an observation."""
        name = self._name_of(observation["article_id"])
        return (observation["event"], name, *(observation[key] for key in ("block", "position", "comment_count")))

    def _name_of(self, article: str) -> str:
        from portalcrawl import ids

        host = self.origin.removeprefix("http://")
        everything = [*self._names, *"abcdefghijklmnopqrstuvwxyz"]
        return next(name for name in everything if ids.article_id(host, None, self.url(self.path(name))) == article)

    def shuffle(self, seed: int) -> None:
        """Show other articles in other places, some under other headlines."""
        chance = random.Random(seed)
        names = [name for name in self._names if chance.random() < 0.8]
        chance.shuffle(names)
        middle = len(names) // 2
        self.blocks = {"Oben": names[:middle], "Sport": names[middle:]}
        for name in names:
            if chance.random() < 0.2:
                self.headlines[name] = f"Am Ufer wird über {name} gesprochen, Fassung {seed}"
            if chance.random() < 0.2:
                self.comments[name] = chance.randrange(90)


def replay(observations: Iterable[Mapping[str, Any]], front: FrontPage) -> list[str]:
    """Apply *observations* one after the other; return those that are impossible or repeated, and differences from
    the page."""
    faults: list[str] = []
    shown: dict[str, tuple[Any, ...]] = {}
    seen: set[str] = set()
    for each in observations:
        event, name, block, position, count = front.brief(each)
        before = shown.get(name)
        state = (each["teaser_id"], count)
        if each["id"] in seen:
            faults.append(f"{each['id']} comes twice")
        seen.add(each["id"])
        if (event == "appeared") is (before is not None):
            faults.append(f"{event} of {name}, which was {'' if before else 'not '}shown")
        elif event == "moved" and before and before[:2] == (block, position):
            faults.append(f"{name} moved to where it was")
        elif event == "changed" and before and before[2] == state:
            faults.append(f"{name} changed to what it was")
        if event == "gone":
            shown.pop(name, None)
        else:
            shown[name] = (block, position, state)
    wanted = {
        name: (block, position, front.comments.get(name))
        for block, names in front.blocks.items()
        for position, name in enumerate(names, 1)
    }
    found = {name: (block, position, state[1]) for name, (block, position, state) in shown.items()}
    if found != wanted:
        faults.append(f"the lines add up to {found}, and the page shows {wanted}")
    return faults

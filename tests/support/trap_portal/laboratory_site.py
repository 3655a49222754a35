"""The answers under ``/labor``, planned by :mod:`.laboratory_plan`."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from portalcrawl.demo.link_plan import Block
from portalcrawl.demo.listings import Listing
from portalcrawl.demo.pages import Pages, engine
from portalcrawl.demo.site import Response, with_tag
from portalcrawl.demo.story_model import Story
from support.trap_portal import laboratory_plan as plan
from support.trap_portal.laboratory_plan import BATCH, EXPERIMENTS, Experiment

TEMPLATES = Path(__file__).parent / "templates"
_TEXT = re.compile(r'(<div class="text">).*?(</div>\s*<nav class="themen")', re.S)
_KARTEN = re.compile(r'(<div class="karten">).*?(</div>\s*</main>)', re.S)
_SCRIPT = '<script src="/labor/labor.js" data-art="{art}" data-von="{source}"></script></body>'


class Laboratory:
    """The laboratory's pages at one time."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._stories = {story.path: story for stories in plan.all_stories().values() for story in stories}

    def answer(self, target: str) -> Response:
        """Return the answer to GET *target*; KeyError if there is nothing."""
        path = urlsplit(target).path
        if path == "/labor/labor.js":
            return with_tag((TEMPLATES / "labor.js").read_bytes(), "text/javascript; charset=utf-8")
        if path == "/labor":
            page = self._render("eingang", experiments=EXPERIMENTS)
        elif path.startswith("/labor/teil/"):
            page = self._part(target)
        elif path in self._stories:
            page = self._article(self._stories[path])
        else:
            page = self._list(plan.experiment(path.removeprefix("/labor/")))
        return with_tag(page.encode())

    def _render(self, name: str, **values: object) -> str:
        template = engine().from_string((TEMPLATES / f"{name}.html").read_text("utf-8"))
        return self._pages.render(template, **values).decode()

    def _part(self, target: str) -> str:
        """Return the response to a script: a whole article, or some cards of a list."""
        parts = urlsplit(target)
        path = parts.path.removeprefix("/labor/teil")
        if f"/labor{path}" in self._stories:
            return self._whole(self._stories[f"/labor{path}"])
        first = parse_qs(parts.query).get("ab", [""])[0]
        if first and not (first.isascii() and first.isdigit()):
            raise KeyError(target)
        return self._cards(plan.experiment(path[1:]), int(first) if first else None)

    def _cards(self, experiment: Experiment, first: int | None) -> str:
        block = plan.cards(experiment.name, first or 0, None if first is None else BATCH)
        return self._listing(experiment, block)

    def _listing(self, experiment: Experiment, block: Block) -> str:
        listing = Listing("topic", experiment.title, (block,), 1, 1, len(block.spots), experiment.path)
        return self._pages.listing(listing).decode()

    def _whole(self, story: Story) -> str:
        return self._pages.article(story, plan.around(story, self._pages.links.clock)).decode()

    def _article(self, story: Story) -> str:
        kind = story.home.split("/")[2]
        source = story.path.replace("/labor/", "/labor/teil/", 1)
        if kind == "fertig":
            return self._whole(story)
        if kind == "versprechen":
            page = _TEXT.sub(r'\1<p class="laedt">Der Text wird geladen.</p>\2', self._whole(story))
            return _with_script(page, "text", source)
        return self._shell(kind, source)

    def _list(self, experiment: Experiment) -> str:
        name, source = experiment.name, f"/labor/teil/{experiment.name}"
        if name in ("skript", "endlos"):
            return self._shell(name, source)
        if name == "zustimmung":
            return _with_script(self._render("zustimmung"), name, source)
        if name == "unfaelle":
            return self._cards(experiment, None)
        page = self._listing(experiment, plan.cards(name, 0, BATCH))
        if name == "platzhalter":
            boxes = '<div class="karte skeleton" aria-busy="true"></div>' * 6
            page = _KARTEN.sub(rf"\1{boxes}\2", page)
        if name == "mehr":
            page = page.replace("</main>", '<button class="mehr-laden" type="button">Mehr laden</button></main>', 1)
        return _with_script(page, name, source)

    def _shell(self, art: str, source: str) -> str:
        return _with_script(self._render("huelle"), art, source)


def _with_script(page: str, art: str, source: str) -> str:
    """Return *page* with the laboratory's script at its end."""
    head, _, rest = page.rpartition("</body>")
    return head + _SCRIPT.format(art=art, source=source) + rest

"""Kills crawls of a portal whose feeds and sitemaps change, and checks that each article was written exactly once.

``python tests/support/discovery_chaos.py`` is the long version of tests/crawl/test_discovery_kills.py; it prints a row
of docs/reliability.md.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from http.server import BaseHTTPRequestHandler
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.commandline import doubled, records, runs, scrapy
from support.step_kills import crawl_killed_at
from support.tinyportal import Answer, TinyPortal, article, listing

PLACES = {"/feed.xml": "feed", "/news.xml": "news_sitemap", "/map.xml": "sitemap", "/": "teaser"}
"""Address of what lists articles -> how these are discovered."""
DOCUMENTS = ("/feed.xml", "/index.xml", "/map.xml", "/news.xml")
ROBOTS = "User-agent: *\nSitemap: {origin}/index.xml\nSitemap: {origin}/news.xml\n"
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
NEWS = "http://www.google.com/schemas/sitemap-news/0.9"
SETTINGS = (
    *("-s", "COMMIT_ITEMS=2", "-s", "COMMIT_SECONDS=0.2", "-s", "RETRY_FAILED_AFTER=1", "-s", "TDMREP_ENABLED=False"),
    *("-a", "discover=feeds,sitemaps", "-a", "render=never", "-L", "ERROR"),
)
MOST_STEPS = 160
"""Number of the last step at which a run is killed; a run that ends before its step does not count."""


@dataclass
class Story:
    """An article of the portal."""

    path: str
    place: str
    changed: datetime
    version: int = 0

    @property
    def title(self) -> str:
        return f"Bericht {self.path[-8:-5]} vom Ufer"

    @property
    def mark(self) -> str:
        """What only this version says."""
        return f"Stand {self.version} der Beratung"


class ChangingPortal(TinyPortal):
    """A front page, a feed, a news sitemap and a sitemap below an index; each lists articles that no other does."""

    def __init__(self) -> None:
        super().__init__({"/robots.txt": ROBOTS})
        self.stories: list[Story] = []
        self.asked: list[tuple[str, bool, int]] = []
        """Of each request for a document: its path, whether it was conditional, the status of the answer."""
        self.site["/"] = self._front
        for path in DOCUMENTS:
            self.site[path] = partial(self._document, path)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        if handler.path not in DOCUMENTS:
            return super().answer(handler)
        answer = self._document(handler.path)
        condition = handler.headers.get("If-None-Match")
        if condition == answer.headers["ETag"]:
            answer = Answer(status=304, headers=answer.headers)
        self.asked.append((handler.path, condition is not None, answer.status))
        self.site[handler.path] = answer
        return super().answer(handler)

    def publish(self, chance: random.Random) -> None:
        """Publish some articles, and change one that a sitemap lists."""
        for _ in range(chance.randint(1, 3)):
            number = 4711000 + len(self.stories)
            story = Story(f"/ufer/bericht-vom-ufer-{number}.html", chance.choice([*PLACES]), datetime.now(UTC))
            self.stories.append(story)
            self.site[story.path] = partial(self._page, story)
        old = [story for story in self.stories if story.place == "/map.xml"]
        if old and chance.random() < 0.3:
            story = chance.choice(old)
            story.version += 1
            story.changed = datetime.now(UTC)

    def _of(self, place: str) -> list[Story]:
        return [story for story in self.stories if story.place == place]

    def _page(self, story: Story) -> Answer:
        text = f"{story.mark}. Der Rat hat {story.version} Mal über den Bericht {story.path[-8:-5]} beraten."
        return Answer(article(story.title, text=text, date=story.changed.isoformat(timespec="seconds")))

    def _front(self) -> Answer:
        shown = [f"{story.path}|{story.title}" for story in self._of("/")]
        link = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
        return Answer(listing("Der Uferbote", *shown).replace("</head>", f"{link}</head>"))

    def _document(self, path: str) -> Answer:
        body = {"/feed.xml": self._feed, "/index.xml": self._index}.get(path, partial(self._sitemap, path))()
        body = f'<?xml version="1.0" encoding="utf-8"?>{body}'.replace("{origin}", self.origin)
        headers = {"Content-Type": "application/xml", "ETag": f'"{hashlib.sha256(body.encode()).hexdigest()[:16]}"'}
        return Answer(body, headers=headers)

    def _feed(self) -> str:
        items = "".join(
            f"<item><title>{story.title}</title><link>{{origin}}{story.path}</link>"
            f"<pubDate>{format_datetime(story.changed)}</pubDate></item>"
            for story in self._of("/feed.xml")
        )
        return f'<rss version="2.0"><channel><title>Der Uferbote</title>{items}</channel></rss>'

    def _index(self) -> str:
        newest = max((story.changed for story in self._of("/map.xml")), default=datetime(2025, 1, 1, tzinfo=UTC))
        entry = f"<sitemap><loc>{{origin}}/map.xml</loc><lastmod>{newest.isoformat()}</lastmod></sitemap>"
        return f'<sitemapindex xmlns="{SITEMAP}">{entry}</sitemapindex>'

    def _sitemap(self, path: str) -> str:
        urls = ""
        for story in self._of(path):
            moment = story.changed.isoformat()
            said = f"<lastmod>{moment}</lastmod>"
            if path == "/news.xml":
                said = f"<n:publication_date>{moment}</n:publication_date><n:title>{story.title}</n:title>"
                said = f"<n:news>{said}</n:news>"
            urls += f"<url><loc>{{origin}}{story.path}</loc>{said}</url>"
        return f'<urlset xmlns="{SITEMAP}" xmlns:n="{NEWS}">{urls}</urlset>'


@dataclass
class Report:
    """What happened, and what was wrong."""

    kills: int = 0
    runs: int = 0
    recovered: int = 0
    articles: int = 0
    revisions: int = 0
    faults: list[str] = field(default_factory=list)


def kills(number: int, seed: int, folder: Path, steps: int = MOST_STEPS) -> Report:
    """Kill runs at *number* random steps; the portal changes before each. Then crawl twice more and check all lines."""
    report, chance = Report(), random.Random(seed)
    with ChangingPortal() as portal:
        while report.kills < number:
            portal.publish(chance)
            report.kills += crawl_killed_at(chance.randint(5, steps), folder, *SETTINGS, "-a", f"url={portal.url()}")
            report.runs += 1
        for _ in range(3):
            portal.asked.clear()
            ended = scrapy("crawl", "portal", *SETTINGS, "-a", f"url={portal.url()}", data=folder)
            report.runs += 1
            if ended.code:
                report.faults.append(f"a run that was not killed ended with {ended.code}: {ended.err[-200:]}")
        wanted = [(path, True, 304) for path in DOCUMENTS]
        if sorted(portal.asked) not in (wanted, [each for each in wanted if each[0] != "/map.xml"]):
            report.faults.append(f"the last run asked for {portal.asked}")
        found = records(folder, "articles")
        report.faults += _faults(portal, found)
        report.faults += [
            f"{each} comes twice" for each in doubled([each["id"] for each in records(folder, "teasers")])
        ]
        report.faults += [f"left over: {path.name}" for path in (folder / "feeds").glob("*.part")]
    report.articles = sum(each["revision"] == 1 for each in found)
    report.revisions = len(found) - report.articles
    report.recovered = sum(run["finish_reason"] == "recovered" for run in runs(folder))
    return report


def _faults(portal: ChangingPortal, found: list[dict[str, object]]) -> list[str]:
    """Return what is lost, doubled or wrong in the records *found*."""
    faults = [f"{each} comes twice" for each in doubled([(each["id"], each["revision"]) for each in found])]
    firsts = Counter(str(each["url"]).removeprefix(portal.origin) for each in found if each["revision"] == 1)
    faults += [f"{path} comes {number} times as revision 1" for path, number in firsts.items() if number > 1]
    newest = {
        str(each["url"]).removeprefix(portal.origin): each
        for each in sorted(found, key=lambda each: int(str(each["revision"])))
    }
    faults += [f"{path} is no article" for path in newest.keys() - {story.path for story in portal.stories}]
    for story in portal.stories:
        record = newest.get(story.path)
        if record is None:
            faults.append(f"{story.path}, listed in {story.place}, is lost")
        elif story.mark not in str(record["article_body"]) + str(record["description"]):
            faults.append(f"{story.path} has no version {story.version}")
        else:  # a teaser's link that an earlier run left, and another visit of any article, are ``pending``
            may_wait = story.place == "/" or record["revision"] != 1
            if record["discovered_via"] not in {PLACES[story.place], *(["pending"] if may_wait else [])}:
                said = f"revision {record['revision']} of {story.path} in {story.place}"
                faults.append(f"{said} was discovered via {record['discovered_via']}")
    return faults


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="kills (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=MOST_STEPS, help="the last step to kill at (default: %(default)s)")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report = kills(args.kills, args.seed, Path(folder), args.steps)
    print("| kills | runs | feeds recovered | articles | revisions | faults |")
    print("|---:|---:|---:|---:|---:|---:|")
    cells = (report.kills, report.runs, report.recovered, report.articles, report.revisions, len(report.faults))
    print("| " + " | ".join(map(str, cells)) + " |")
    print(*report.faults[:20], sep="\n", end="\n" * bool(report.faults))
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())

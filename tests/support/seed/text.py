"""The parts of the seed page's text, which tests read from outside the repository; it is never stored in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from support.shared import SHARED

BERLIN = ZoneInfo("Europe/Berlin")
FETCHED = datetime(2025, 12, 5, 15, 30, tzinfo=BERLIN)
HOST = "https://www.klamm.de"
ADDRESS = (
    f"{HOST}/news/friedensperspektive-nato-generalsekretr-rutte-berichtet-ber-fortschritte-"
    "in-verhandlungen-70N692f1ec7225c4700015d6402.html"
)
LONG = 8
# Of the sixteen teasers: those whose text over the snippet is a caption; what their snippets' datelines name.
CAPTIONS = frozenset({0, 4, 5, 8, 10, 11, 13})
AGENCIES = {2: "dpa", 4: "BANG", 5: "dpa", 7: "lifePR", 10: "dpa", 11: "dpa", 13: "BANG"}
PLACES = {
    **{0: "Berlin", 2: "Los Angeles", 5: "München", 7: "Karlsruhe", 8: "Wiesbaden", 10: "Washington"},
    11: "Kabul",
}
NATIVE = ("70N69330f5a7225c470001{:04x}a0", "21N17649{:08d}", "52N{:x}75de")
_MARK = re.compile(r"^(?P<snippet>.+) \[…\]\s\((?P<count>\d\d)\)$")
_AGO = re.compile(r"vor (\d+) (Minute|Stunde)n?$")


@dataclass(frozen=True)
class SeedTeaser:
    """A teaser as the text shows it, with an address made up for it."""

    index: int
    title: str
    is_caption: bool
    snippet: str
    count: str
    ago: str | None

    @property
    def native(self) -> str:
        return NATIVE[self.index % 3].format(self.index + 16)

    @property
    def path(self) -> str:
        words = self.snippet.split()[3:9] if self.is_caption else self.title.split()
        slug = "-".join(re.findall(r"[a-z0-9]+", " ".join(words).lower()))
        return f"/news/{slug}-{self.native}.html"

    @property
    def text(self) -> str:
        """Snippet with its cut mark and count, as shown."""
        return f"{self.snippet} […]\u00a0({self.count})"

    @property
    def when(self) -> str | None:
        """The time that ``ago`` means on a page fetched at ``FETCHED``."""
        match = _AGO.match(self.ago or "")
        if not match:
            return None
        unit = timedelta(minutes=1) if match[2] == "Minute" else timedelta(hours=1)
        return (FETCHED - int(match[1]) * unit).isoformat()

    @property
    def precision(self) -> str | None:
        """How exact ``ago`` is."""
        if not self.ago:
            return None
        return "minute" if "Minute" in self.ago else "hour"


@dataclass(frozen=True)
class Seed:
    """The parts of the seed page in order."""

    caption: str
    headline: str
    dateline: str
    lead: str
    body: tuple[str, ...]
    trail: str
    byline: str
    comments: str
    teasers: tuple[SeedTeaser, ...]
    search: str

    @property
    def long(self) -> tuple[SeedTeaser, ...]:
        return self.teasers[:LONG]

    @property
    def short(self) -> tuple[SeedTeaser, ...]:
        return self.teasers[LONG:]


@cache
def seed() -> Seed:
    """Read the text."""
    text = (SHARED / "reference" / "seed-article.txt").read_text("utf-8")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    caption, headline, dateline, lead = lines[:4]
    trail = next(at for at, line in enumerate(lines) if re.fullmatch(r"\w+(?: / \w+){2,}", line))
    return Seed(
        caption=caption,
        headline=headline,
        dateline=dateline,
        lead=lead,
        body=tuple(lines[4:trail]),
        trail=lines[trail],
        byline=lines[trail + 1],
        comments=lines[trail + 2],
        teasers=tuple(_teasers(lines[trail + 3 : -1])),
        search=lines[-1],
    )


def _teasers(lines: list[str]) -> list[SeedTeaser]:
    found: list[SeedTeaser] = []
    for at, line in enumerate(lines):
        if match := _MARK.match(line):
            after = lines[at + 1] if at + 1 < len(lines) else ""
            index = len(found)
            found.append(
                SeedTeaser(
                    index=index,
                    title=lines[at - 1],
                    is_caption=index in CAPTIONS,
                    snippet=match["snippet"],
                    count=match["count"],
                    ago=after if _AGO.match(after) else None,
                )
            )
    return found

"""Any number of small portals that change: one server, an address of the loopback network for each (127.1.x.y).

    with ManyPortals(50) as portals:
        portals.add_article(portals.hosts[0])

``python tests/support/many_portals.py NUMBER STORIES`` serves them in a process of its own: it prints the port, and
adds an article to one of them at each line of standard input.
"""

from __future__ import annotations

import asyncio
import random
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.tinyportal import article, listing

PLACES = ("Hafen", "Rathaus", "Bahnhof", "Stadion", "Museum", "Markt", "Theater", "Kloster", "Freibad", "Schloss")
TEASERS = 20
"""Articles on the front page; older ones have left it."""


@dataclass
class Story:
    """An article, and how often its text was changed."""

    number: int
    changes: int = 0

    @property
    def path(self) -> str:
        return f"/news/meldung-{self.number}-aus-{self.place.lower()}-{4_711_000 + self.number}.html"

    @property
    def place(self) -> str:
        return PLACES[self.number % len(PLACES)]

    @property
    def title(self) -> str:
        return f"{self.place}: Plan {self.number} geht in die nächste Runde"

    def text(self, host: str) -> str:
        words = random.Random(f"{host} {self.number}")
        own = " ".join("".join(words.choices("abdefghiklmnoprstu", k=words.randint(3, 9))) for _ in range(40))
        return f"{self.title}. {own}. Fassung {self.changes} dieser Meldung aus {host}."


@dataclass
class Portal:
    """The articles of one portal, newest first."""

    host: str
    stories: list[Story] = field(default_factory=list)

    def add(self) -> Story:
        self.stories.insert(0, Story(len(self.stories) + 1))
        return self.stories[0]

    def page(self, path: str) -> str | None:
        if path == "/":
            return listing(f"Nachrichten aus {self.host}", *(f"{s.path}|{s.title}" for s in self.stories[:TEASERS]))
        story = next((each for each in self.stories if each.path == path), None)
        return article(story.title, text=story.text(self.host)) if story else None


class ManyPortals:
    """The server; its pages are made once and again when they change."""

    def __init__(self, number: int, stories: int = 5, network: str = "127.1") -> None:
        self.hosts = [f"{network}.{index // 250}.{index % 250 + 1}" for index in range(number)]
        self.portals = {host: Portal(host) for host in self.hosts}
        self.requests = 0
        self.port = 0
        self._answers: dict[tuple[str, str], bytes] = {}
        for portal in self.portals.values():
            for _ in range(stories):
                portal.add()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def add_article(self, host: str) -> None:
        """Publish a new article on one portal."""
        self.portals[host].add()
        self._answers.pop((host, "/"), None)

    def change_article(self, host: str, index: int = 0) -> None:
        """Change the text of one article of a portal."""
        story = self.portals[host].stories[index]
        story.changes += 1
        self._answers.pop((host, story.path), None)

    def url(self, host: str) -> str:
        return f"http://{host}:{self.port}/"

    def name(self, host: str) -> str:
        """Name of the portal: it has no profile."""
        return f"{host}:{self.port}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await reader.readuntil(b"\r\n\r\n"):
                self.requests += 1
                head = request.decode("latin-1").split("\r\n")
                path = head[0].split(" ")[1]
                host = next(line for line in head if line.lower().startswith("host:"))[5:].strip().partition(":")[0]
                writer.write(self._answer(host, path))
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    def _answer(self, host: str, path: str) -> bytes:
        if (known := self._answers.get((host, path))) is not None:
            return known
        page = self.portals[host].page(path) if host in self.portals else None
        body = (page or "nicht da").encode()
        status = "200 OK" if page else "404 Not Found"
        head = f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
        answer = self._answers[host, path] = head.encode() + body
        return answer

    def __enter__(self) -> Self:
        self._thread.start()
        starting = asyncio.start_server(self._serve, "0.0.0.0", self.port, backlog=1000)
        server = asyncio.run_coroutine_threadsafe(starting, self._loop).result()
        self.port = server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *error: object) -> None:
        self._loop.call_soon_threadsafe(self._end)
        self._thread.join()

    def _end(self) -> None:
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.call_later(0.1, self._loop.stop)


def schedule(portals: ManyPortals, every: str, *lines: str) -> str:
    """Return a schedule.toml with an entry for each portal."""
    entries = [
        f'[entry.p{number}]\nevery = "{every}"\narguments = {{ url = "{portals.url(host)}" }}'
        for number, host in enumerate(portals.hosts)
    ]
    return "\n".join((*lines, *entries))


def main() -> None:
    with ManyPortals(int(sys.argv[1]), int(sys.argv[2])) as portals:
        print(portals.port, flush=True)
        for number, _ in enumerate(sys.stdin):
            portals.add_article(portals.hosts[number % len(portals.hosts)])


if __name__ == "__main__":
    main()

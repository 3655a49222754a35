"""A portal of a few pages that a test writes down: real HTTP on loopback, answers as data."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

PARAGRAPHS = (
    "Die Stadt hat am Vormittag bekanntgegeben, dass die neue Brücke noch in diesem Jahr für Fußgänger öffnet.",
    "Bis dahin fehlen noch das Geländer und die Beleuchtung, wie die Bauleitung auf Nachfrage mitteilte.",
    "Die Kosten blieben im Rahmen, hieß es weiter; der Rat will im Frühjahr über den zweiten Abschnitt beraten.",
)


@dataclass
class Answer:
    """What one path answers."""

    body: str | bytes = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0


Site = Mapping[str, "str | Answer | Callable[[], Answer]"]


def article(
    title: str, *links: str, date: str | None = "2025-12-05T10:00:00+01:00", head: str = "", text: str = ""
) -> str:
    """An article page with teasers of *links* (``path|headline``) below it."""
    time_tag = f'<time datetime="{date}">{date}</time>' if date else ""
    body = "".join(f"<p>{escape(part)}</p>" for part in (text or title + ". " + PARAGRAPHS[0], *PARAGRAPHS[1:]))
    meta = f'<meta property="og:type" content="article"><meta property="og:title" content="{escape(title)}">'
    return page(title, f"<article><h1>{escape(title)}</h1>{time_tag}{body}</article>{teasers(*links)}", meta + head)


def listing(title: str, *links: str, more: str = "") -> str:
    """A page that is nothing but a list of teasers."""
    return page(title, f"<h1>{escape(title)}</h1>{teasers(*links)}{more}")


def teasers(*links: str) -> str:
    cards = []
    for link in links:
        path, _, rest = link.partition("|")
        headline, _, date = rest.partition("|")
        shown = f'<time datetime="{date}">{date}</time>' if date else ""
        cards.append(
            f'<li class="card"><a href="{path}"><h3>{escape(headline or path)}</h3></a>{shown}'
            f"<p>Ein Anriss zu {escape(headline or path)}, der einige Worte lang ist […]</p></li>"
        )
    return f"<section><h2>Weitere Meldungen</h2><ul>{''.join(cards)}</ul></section>" if cards else ""


def page(title: str, body: str, head: str = "") -> str:
    return (
        f'<!doctype html><html lang="de"><head><meta charset="utf-8"><title>{escape(title)}</title>{head}</head>'
        f"<body><header><nav><a href='/'>Start</a></nav></header><main>{body}</main></body></html>"
    )


class TinyPortal:
    """Serves a site until the block ends; ``log`` has the requested paths, in order."""

    def __init__(self, site: Site, address: tuple[str, int] = ("127.0.0.1", 0)) -> None:
        self.site = dict(site)
        self.log: list[str] = []
        self.headers: list[tuple[str, dict[str, str]]] = []
        portal = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                portal.log.append(self.path)
                portal.headers.append((self.path, dict(self.headers)))
                portal.answer(self)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(address, Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    @property
    def origin(self) -> str:
        return "http://{}:{}".format(*self._server.server_address)

    def url(self, path: str = "/") -> str:
        return self.origin + path

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        found = self.site.get(handler.path, Answer("nicht da", 404))
        answer = found() if callable(found) else found
        if isinstance(answer, str):
            answer = Answer(answer)
        if answer.delay:
            time.sleep(answer.delay)
        body = answer.body.replace("{origin}", self.origin).encode() if isinstance(answer.body, str) else answer.body
        try:
            handler.send_response(answer.status)
            for name, value in {"Content-Type": "text/html; charset=utf-8", **answer.headers}.items():
                handler.send_header(name, value.replace("{origin}", self.origin))
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)
        except OSError:
            handler.close_connection = True

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

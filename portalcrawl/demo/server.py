"""A small HTTP/1.1 server on loopback: GET and HEAD, keep-alive, pipelining, conditional requests.

A client that disconnects at any time causes no error.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from contextlib import suppress
from email.message import Message
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer
from threading import Thread
from typing import Any

from portalcrawl.demo.site import Response

logger = logging.getLogger(__name__)
POLL = 0.05
"""Seconds between two looks whether to stop."""
Answerer = Callable[[str], tuple[Response, str]]
"""Returns the response to a request target, and the value of its Date header."""


class Handler(BaseHTTPRequestHandler):
    """Answers the requests of one connection, one after the other."""

    server: Server
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # a head and its body are sent together

    def do_GET(self) -> None:
        """Answer GET and HEAD."""
        if not self.path.startswith("/"):
            self.send_error(400)
            return
        try:
            response, date = self.server.answerer(self.path)
        except Exception:
            logger.exception("no answer to %s", self.path)
            response, date = Response(500), ""
        if _unchanged(response, self.headers):
            response = Response(304, headers=response.headers)
        self.write(response, date)

    do_HEAD = do_GET  # noqa: N815

    def write(self, response: Response, date: str) -> None:
        """Write *response*."""
        self.write_head(response, date)
        if self.command == "GET":
            self.wfile.write(response.body)

    def write_head(self, response: Response, date: str) -> None:
        """Write the response head; a 304 and a chunked body have no length."""
        self.send_response_only(response.status)
        self.send_header("Server", "Kranichpost")
        if date:
            self.send_header("Date", date)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.status != 304 and "Transfer-Encoding" not in response.headers:
            self.send_header("Content-Length", str(len(response.body)))
        self.send_header("Connection", "close" if self.close_connection else "keep-alive")
        self.end_headers()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse what is no request, or has another method; close the connection."""
        self.close_connection = True
        self.write_head(Response(405 if code == 501 else code, headers={"Allow": "GET, HEAD"}), "")


class Server(TCPServer):
    """Serves the responses of *answerer* until it is stopped, each connection in a thread of its own."""

    handler_class = Handler
    allow_reuse_address = True
    request_queue_size = 256

    def __init__(self, answerer: Answerer, host: str, port: int) -> None:
        super().__init__((host, port), self.handler_class)
        self.answerer = answerer
        self.port: int = self.server_address[1]
        self._connections: dict[socket.socket, Thread] = {}
        self._thread = Thread(target=self.serve_forever, args=(POLL,), name=f"demo-{self.port}", daemon=True)

    def start(self) -> None:
        """Serve in a thread; do nothing if it serves already."""
        if not self._thread.is_alive():
            self._thread.start()

    def stop(self) -> None:
        """Close every connection and end all threads; may be called twice and from any thread."""
        if self._thread.is_alive():
            self.shutdown()
            self._thread.join()
        self.server_close()
        for connection, thread in self._connections.items():
            with suppress(OSError):  # the client may have disconnected
                connection.shutdown(socket.SHUT_RDWR)
            thread.join()

    def process_request(self, request: Any, client_address: Any) -> None:
        thread = Thread(target=self._serve, args=(request, client_address), daemon=True)
        thread.start()
        others = {connection: other for connection, other in self._connections.items() if other.is_alive()}
        self._connections = {**others, request: thread}

    def _serve(self, connection: socket.socket, client: Any) -> None:
        try:
            self.finish_request(connection, client)
        except OSError:
            pass  # the client has disconnected
        except Exception:
            logger.exception("a connection was closed")
        finally:
            self.shutdown_request(connection)


def _unchanged(response: Response, headers: Message) -> bool:
    """Return whether a conditional request needs no body (RFC 9110 13): the entity tag counts before the date."""
    if response.status != 200:
        return False
    asked = headers.get("If-None-Match")
    if asked is not None:
        tag = response.headers.get("ETag")
        return tag is not None and tag in [part.strip().removeprefix("W/") for part in asked.split(",")]
    since = headers.get("If-Modified-Since")
    return since is not None and since == response.headers.get("Last-Modified")

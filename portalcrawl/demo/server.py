"""A small HTTP/1.1 server on loopback: one thread with an event loop for all connections.

It implements the parts of RFC 9112 that crawlers and browsers use: GET and HEAD, keep-alive, pipelining, conditional
requests.
A client that disconnects at any time causes no error.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus

from portalcrawl.demo.site import Response

logger = logging.getLogger(__name__)
HEAD_LIMIT = 64 * 1024
_GONE = (ConnectionError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError)
Answerer = Callable[[str], tuple[Response, str]]
"""Returns the response to a request target, and the value of its Date header."""


class Server:
    """Serves the responses of *answerer* until it is stopped."""

    def __init__(self, answerer: Answerer, host: str, port: int) -> None:
        self._answerer = answerer
        self._socket = _listen(host, port)
        self.port: int = self._socket.getsockname()[1]
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"demo-{self.port}", daemon=True)

    def start(self) -> None:
        """Serve in a thread; return when requests are answered. Does nothing if it serves already."""
        if not self._ready.is_set():
            self._thread.start()
            self._ready.wait()

    def stop(self) -> None:
        """Close every connection and end the thread; may be called twice and from any thread."""
        loop, stop = self._loop, self._stop
        if loop and stop and not loop.is_closed():
            with suppress(RuntimeError):  # the loop may close in between
                loop.call_soon_threadsafe(stop.set)
        if self._thread.is_alive():
            self._thread.join()
        self._socket.close()

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        connections: set[asyncio.Task[None]] = set()

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            connections.add(task)
            try:
                await self._talk(reader, writer)
            except (*_GONE, asyncio.CancelledError):
                pass
            finally:
                connections.discard(task)
                writer.transport.abort() if writer.is_closing() else writer.close()

        server = await asyncio.start_server(connected, sock=self._socket, limit=HEAD_LIMIT)
        self._ready.set()
        await self._stop.wait()
        server.close()
        for task in list(connections):
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection, one after the other."""
        open_ = True
        while open_:
            head = await reader.readuntil(b"\r\n\r\n")
            method, target, headers = _parse(head)
            length = headers.get("content-length", "0")
            if method not in ("GET", "HEAD") or not target.startswith("/"):
                if length.isascii() and length.isdigit() and int(length) <= HEAD_LIMIT:
                    await reader.readexactly(int(length))
                status = 405 if target.startswith("/") else 400
                writer.write(response_head(Response(status, headers={"Allow": "GET, HEAD"}), "", close=True))
                await writer.drain()
                return
            open_ = headers.get("connection", "").lower() != "close"
            open_ = await self._send(writer, method, target, headers, close=not open_)

    async def _send(
        self, writer: asyncio.StreamWriter, method: str, target: str, headers: dict[str, str], *, close: bool
    ) -> bool:
        """Answer one request; return whether the connection stays open."""
        try:
            response, date = self._answerer(target)
        except Exception:
            logger.exception("no answer to %s", target)
            response, date = Response(500), ""
        if _unchanged(response, headers):
            response = Response(304, headers=response.headers)
        return await self._write(writer, response, date, method=method, close=close)

    async def _write(
        self, writer: asyncio.StreamWriter, response: Response, date: str, *, method: str, close: bool
    ) -> bool:
        """Write *response*; return whether the connection stays open."""
        writer.write(response_head(response, date, close=close) + (response.body if method == "GET" else b""))
        await writer.drain()
        return not close


def _parse(head: bytes) -> tuple[str, str, dict[str, str]]:
    """Return method, target and headers (lower case) of a request head; empty strings if it is none."""
    first, *lines = head.decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != 3:
        return "", "", {}
    pairs = (line.partition(":") for line in lines if line)
    return words[0], words[1], {name.strip().lower(): value.strip() for name, _, value in pairs}


def _unchanged(response: Response, headers: dict[str, str]) -> bool:
    """Return whether a conditional request needs no body (RFC 9110 13): the entity tag counts before the date."""
    if response.status != 200:
        return False
    asked = headers.get("if-none-match")
    if asked is not None:
        tag = response.headers.get("ETag")
        return tag is not None and tag in [part.strip().removeprefix("W/") for part in asked.split(",")]
    since = headers.get("if-modified-since")
    return since is not None and since == response.headers.get("Last-Modified")


def response_head(response: Response, date: str, *, close: bool) -> bytes:
    """Return the response head; a 304 and a chunked body have no length."""
    lines = [f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}", "Server: Kranichpost"]
    if date:
        lines.append(f"Date: {date}")
    lines.extend(f"{name}: {value}" for name, value in response.headers.items())
    if response.status != 304 and "Transfer-Encoding" not in response.headers:
        lines.append(f"Content-Length: {len(response.body)}")
    lines.append(f"Connection: {'close' if close else 'keep-alive'}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"


def _listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; OSError if the port is taken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(256)
    except OSError:
        listener.close()
        raise
    return listener

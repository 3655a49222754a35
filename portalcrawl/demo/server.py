"""A small HTTP/1.1 server on loopback: one thread with an event loop, keep-alive, no thread per connection.

It reads as much of RFC 9112 as crawlers and browsers use: GET and HEAD, pipelining, conditional requests. A client
that goes away in the middle of anything is nobody's error.
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
"""Takes the request target, gives the response and the value of the Date header."""


class Server:
    """Serves what *answerer* says until it is stopped."""

    def __init__(self, answerer: Answerer, host: str, port: int) -> None:
        self._answerer = answerer
        self._socket = _listen(host, port)
        self.port: int = self._socket.getsockname()[1]
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"demo-{self.port}", daemon=True)

    def start(self) -> None:
        """Serve in a thread of its own; returns when requests are answered; does nothing where it serves already."""
        if not self._ready.is_set():
            self._thread.start()
            self._ready.wait()

    def stop(self) -> None:
        """Close every connection and end the thread; safe to call twice and from any thread."""
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
                writer.write(_head(Response(status, headers={"Allow": "GET, HEAD"}), "", close=True))
                await writer.drain()
                return
            open_ = headers.get("connection", "").lower() != "close"
            open_ = await self._send(writer, method, target, headers, close=not open_)

    async def _send(
        self, writer: asyncio.StreamWriter, method: str, target: str, headers: dict[str, str], *, close: bool
    ) -> bool:
        """Send one answer; tell whether the connection lives on."""
        try:
            response, date = self._answerer(target)
        except Exception:
            logger.exception("no answer to %s", target)
            response, date = Response(500), ""
        if response.delay:
            await asyncio.sleep(response.delay)
        if _unchanged(response, headers):
            response = Response(304, headers=response.headers)
        if response.cut:
            writer.write(_head(response, date, close=True) + response.body[: len(response.body) // 2])
            await writer.drain()
            return False
        body = response.body if method == "GET" and response.stream is None else b""
        writer.write(_head(response, date, close=close) + body)
        await writer.drain()
        if response.stream is not None and method == "GET":
            await _stream(writer, response)
        return not close


async def _stream(writer: asyncio.StreamWriter, response: Response) -> None:
    for chunk in response.stream or ():
        writer.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
        await writer.drain()
    writer.write(b"0\r\n\r\n")
    await writer.drain()


def _parse(head: bytes) -> tuple[str, str, dict[str, str]]:
    """Return method, target and headers (lower case) of a request head; empty strings where it is none."""
    first, *lines = head.decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != 3:
        return "", "", {}
    pairs = (line.partition(":") for line in lines if line)
    return words[0], words[1], {name.strip().lower(): value.strip() for name, _, value in pairs}


def _unchanged(response: Response, headers: dict[str, str]) -> bool:
    """Whether a conditional request needs no body (RFC 9110 13): the entity tag counts before the date."""
    if response.status != 200:
        return False
    asked = headers.get("if-none-match")
    if asked is not None:
        tag = response.headers.get("ETag")
        return tag is not None and tag in [part.strip().removeprefix("W/") for part in asked.split(",")]
    since = headers.get("if-modified-since")
    return since is not None and since == response.headers.get("Last-Modified")


def _head(response: Response, date: str, *, close: bool) -> bytes:
    """Return the response head; a stream goes out in chunks, a 304 has no length."""
    lines = [f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}", "Server: Kranichpost"]
    if date:
        lines.append(f"Date: {date}")
    lines.extend(f"{name}: {value}" for name, value in response.headers.items())
    if response.stream is not None:
        lines.append("Transfer-Encoding: chunked")
    elif response.status != 304:
        lines.append(f"Content-Length: {len(response.body)}")
    lines.append(f"Connection: {'close' if close else 'keep-alive'}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"


def _listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; OSError where the port is taken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(256)
    except OSError:
        listener.close()
        raise
    return listener

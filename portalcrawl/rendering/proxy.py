"""The browser's only way out: a proxy on loopback that refuses private addresses nobody named.

The browser's own hooks see no redirect of a subresource and no look-up of a name. Here each connection is seen, and it
goes to the address that was judged: a name that later leads elsewhere changes nothing.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Self
from urllib.parse import urlsplit

from portalcrawl.urls import is_private_host

HEAD_LIMIT = 128 * 1024
CHUNK = 64 * 1024
CONNECT_SECONDS = 20.0
ALWAYS_DROPPED = ("proxy-connection", "proxy-authorization", "connection", "keep-alive")
AllowsPrivate = Callable[[str, int], bool]
"""Takes host and port of an origin."""


class RefusedError(Exception):
    """A connection that is not made."""


class Proxy:
    """Serves the browser's pages of one portal (RFC 9110 9.3.6 CONNECT, RFC 9112 3.2.2 absolute form).

    *allows_private* tells which private origins may be connected to; None: nothing may be connected to.
    """

    def __init__(self, allows_private: AllowsPrivate | None) -> None:
        self._allows_private = allows_private
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.refused = 0
        """Connections that were not made."""

    @property
    def address(self) -> str:
        """``http://127.0.0.1:PORT``."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def start(self) -> Self:
        """Listen on a free port of loopback."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=HEAD_LIMIT)
        return self

    def close(self) -> None:
        """Listen no more and drop all connections."""
        if self._server is not None:
            self._server.close()
        for task in list(self._tasks):
            task.cancel()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._serve(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        try:
            host, port, onward = _destination(head)
            there, back = await self._connect(host, port)
        except (RefusedError, ValueError):
            self.refused += 1
            await _answer(writer, "403 Forbidden")
            return
        except OSError:
            await _answer(writer, "502 Bad Gateway")
            return
        try:
            if onward:
                back.write(onward)
            else:
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await _both_ways(reader, writer, there, back)
        finally:
            back.transport.abort()

    async def _connect(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to the first address of *host*; RefusedError where one of them is private and nobody named it."""
        if self._allows_private is None:
            raise RefusedError(host)
        if self._allows_private(host, port):
            return await asyncio.wait_for(asyncio.open_connection(host, port, limit=CHUNK), CONNECT_SECONDS)
        if is_private_host(host):
            raise RefusedError(host)
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [str(entry[4][0]) for entry in found]
        if not addresses or any(map(is_private_host, addresses)):
            raise RefusedError(host)
        return await asyncio.wait_for(asyncio.open_connection(addresses[0], port, limit=CHUNK), CONNECT_SECONDS)


def _destination(head: bytes) -> tuple[str, int, bytes]:
    """Return host, port and the head to send on (empty for a tunnel); ValueError for what is no proxy request."""
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, version = first.split(" ")
    if method == "CONNECT":
        parts = urlsplit(f"//{target}")
        if not parts.hostname or not parts.port:
            raise ValueError(target)
        return parts.hostname, parts.port, b""
    parts = urlsplit(target)
    if parts.scheme != "http" or not parts.hostname:
        raise ValueError(target)
    path = target.split("/", 3)[3] if target.count("/") > 2 else ""
    kept = [line for line in lines if line and line.partition(":")[0].strip().lower() not in ALWAYS_DROPPED]
    # One request a connection: what follows on it is never looked at.
    onward = "\r\n".join((f"{method} /{path} {version}", *kept, "Connection: close", "", ""))
    return parts.hostname, parts.port or 80, onward.encode("latin-1")


async def _answer(writer: asyncio.StreamWriter, status: str) -> None:
    writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
    await writer.drain()


async def _both_ways(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, there: asyncio.StreamReader, back: asyncio.StreamWriter
) -> None:
    """Pass on what either side says until the far side ends, or the browser has gone."""
    ways = [asyncio.ensure_future(_pass_on(reader, back)), asyncio.ensure_future(_pass_on(there, writer))]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        if not ways[1].done() and not reader.at_eof():
            await ways[1]
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)


async def _pass_on(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(CHUNK):
            sink.write(data)
            await sink.drain()
        if sink.can_write_eof():
            sink.write_eof()

"""A proxy on loopback for all connections of the browser; it refuses connections to private addresses.

Playwright's request hooks see neither redirects of subresources nor name lookups. The proxy sees each connection, and
connects to exactly the address that it has checked, so a second lookup of the name can't lead elsewhere.
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
HOP_BY_HOP = ("proxy-connection", "proxy-authorization", "connection", "keep-alive")
AllowsPrivate = Callable[[str, int], bool]
"""Function of host and port that returns whether the origin may be private."""


class RefusedError(Exception):
    """A connection that is not allowed."""


class Proxy:
    """An HTTP proxy (RFC 9110, 9.3.6 CONNECT; RFC 9112, 3.2.2 absolute form) for the pages of one portal.

    If *allows_private* is None, every connection is refused.
    """

    def __init__(self, allows_private: AllowsPrivate | None) -> None:
        self._allows_private = allows_private
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> str:
        """``http://127.0.0.1:PORT``."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def start(self) -> Self:
        """Listen on a free port of 127.0.0.1."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=HEAD_LIMIT)
        return self

    def close(self) -> None:
        """Stop listening and drop all connections."""
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
            host, port, forwarded = _destination(head)
            remote_reader, remote_writer = await self._connect(host, port)
        except (RefusedError, ValueError):
            await _respond(writer, "403 Forbidden")
            return
        except OSError:
            await _respond(writer, "502 Bad Gateway")
            return
        try:
            if forwarded:
                remote_writer.write(forwarded)
            else:
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await _relay(reader, writer, remote_reader, remote_writer)
        finally:
            remote_writer.transport.abort()

    async def _connect(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to the first address of *host*.

        :raises RefusedError: if any address of *host* is private, unless the origin is allowed.
        """
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
    """Return host, port and the head to forward (empty for CONNECT); raise ValueError if it is not a proxy request."""
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
    kept = [line for line in lines if line and line.partition(":")[0].strip().lower() not in HOP_BY_HOP]
    # One request per connection, since later ones would not be checked.
    forwarded = "\r\n".join((f"{method} /{path} {version}", *kept, "Connection: close", "", ""))
    return parts.hostname, parts.port or 80, forwarded.encode("latin-1")


async def _respond(writer: asyncio.StreamWriter, status: str) -> None:
    writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
    await writer.drain()


async def _relay(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    remote_reader: asyncio.StreamReader,
    remote_writer: asyncio.StreamWriter,
) -> None:
    """Copy data in both directions until the remote side or the browser closes the connection."""
    upstream = asyncio.ensure_future(_copy(reader, remote_writer))
    downstream = asyncio.ensure_future(_copy(remote_reader, writer))
    try:
        await asyncio.wait((upstream, downstream), return_when=asyncio.FIRST_COMPLETED)
        if not downstream.done() and not reader.at_eof():
            await downstream
    finally:
        upstream.cancel()
        downstream.cancel()
        await asyncio.gather(upstream, downstream, return_exceptions=True)


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(CHUNK):
            sink.write(data)
            await sink.drain()
        if sink.can_write_eof():
            sink.write_eof()

"""A TCP proxy that breaks connections at chosen moments, and can play a server that is down or answers errors."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Literal, Self

BLOCK = 65_536
Cut = Literal["before", "after", "down"]
UNAVAILABLE = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class CuttingProxy:
    """Forwards connections of a port of *host*, an address of this machine, to a server.

    ``cut_at`` arms it for one message of a client: the connection is closed before the message is passed on, or after
    the server has answered it and before the answer is.
    """

    def __init__(self, connect: Callable[[], socket.socket], host: str = "127.0.0.1") -> None:
        self._connect = connect
        self._listener = socket.create_server((host, 0))
        self._lock = threading.Lock()
        self._armed: tuple[bytes, Cut] | None = None
        self._awaited = b""
        self._open: set[socket.socket] = set()
        self.is_down = False
        """Whether connections are closed as soon as they are made."""
        self.errors = 0
        """How many requests are answered with 503, after a part of them was read."""
        self.cuts = 0
        """How many connections were cut."""
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def cut_at(self, message: bytes, moment: Cut) -> None:
        """Cut the next connection whose client sends *message*."""
        with self._lock:
            self._armed = message, moment

    def take_down_at(self, message: bytes) -> None:
        """Close all connections, and all new ones until :meth:`bring_up`, once a client sends *message*."""
        with self._lock:
            self._armed = message, "down"

    def disarm(self) -> None:
        """Cut no connection any more."""
        with self._lock:
            self._armed = None

    def take_down(self) -> None:
        """Close all connections, and all new ones until :meth:`bring_up`."""
        self.is_down = True
        with self._lock:
            for each in list(self._open):
                _close(each)

    def bring_up(self) -> None:
        """Forward connections again."""
        self.is_down = False

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self.is_down:
                _close(client)
                continue
            try:
                server = self._connect()
            except OSError:
                _close(client)
                continue
            with self._lock:
                self._open |= {client, server}
            cut = threading.Event()
            threading.Thread(target=self._requests, args=(client, server, cut), daemon=True).start()
            threading.Thread(target=self._answers, args=(client, server, cut), daemon=True).start()

    def _requests(self, client: socket.socket, server: socket.socket, cut: threading.Event) -> None:
        with suppress(OSError):
            while data := client.recv(BLOCK):
                moment = self._moment(data)
                if moment == "down":
                    self.take_down()
                if moment in ("before", "down"):
                    break
                if self._is_error():
                    client.sendall(UNAVAILABLE)
                    break
                if moment == "after":
                    cut.set()  # the answer is not passed on
                server.sendall(data)
        if not cut.is_set():
            self._end(client, server)

    def _answers(self, client: socket.socket, server: socket.socket, cut: threading.Event) -> None:
        with suppress(OSError):
            while data := server.recv(BLOCK):
                if not cut.is_set():
                    client.sendall(data)
                elif self._awaited in data:  # an answer names the command that it answers (CommandComplete: "COMMIT")
                    break
        self._end(client, server)

    def _moment(self, data: bytes) -> Cut | None:
        with self._lock:
            if self._armed is None or self._armed[0] not in data:
                return None
            (self._awaited, moment), self._armed = self._armed, None
            self.cuts += 1
            return moment

    def _is_error(self) -> bool:
        with self._lock:
            if not self.errors:
                return False
            self.errors -= 1
            return True

    def _end(self, *sockets: socket.socket) -> None:
        for each in sockets:
            _close(each)
        with self._lock:
            self._open -= set(sockets)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _close(self._listener)
        self.take_down()


def _close(each: socket.socket) -> None:
    with suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)
    each.close()


def to_port(port: int) -> Callable[[], socket.socket]:
    """Return what connects to a port of loopback."""
    return lambda: socket.create_connection(("127.0.0.1", port))


def to_unix_socket(path: str) -> Callable[[], socket.socket]:
    """Return what connects to a Unix socket."""

    def connect() -> socket.socket:
        made = socket.socket(socket.AF_UNIX)
        made.connect(path)
        return made

    return connect

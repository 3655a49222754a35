"""A site that answers raw bytes, as no proper server would: real sockets on loopback."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Self

Raw = "bytes | Iterator[bytes]"


def answer(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    """Return a whole response; *length* replaces the real length of the body."""
    lines = [f"HTTP/1.1 {status}", "Connection: close", f"Content-Length: {len(body) if length is None else length}"]
    if not any(header.lower().startswith("content-type") for header in headers):
        lines.append("Content-Type: text/html; charset=utf-8")
    return "\r\n".join([*lines, *headers, "", ""]).encode("utf-8") + body


class RawSite:
    """Answers each path with bytes written down by the test; closes the connection after each answer."""

    def __init__(self, answers: Mapping[str, object]) -> None:
        self.answers = dict(answers)
        self.asked: list[str] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.origin = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._open = True

    def _serve(self) -> None:
        while self._open:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            asked = b""
            while b"\r\n\r\n" not in asked and (part := connection.recv(65_536)):
                asked += part
            path = asked.split(b" ", 2)[1].decode("latin-1") if asked.count(b" ") > 1 else "?"
            self.asked.append(path)
            found = self.answers.get(path, answer(b"nicht da", status="404 Not Found"))
            try:
                for chunk in [found] if isinstance(found, bytes) else found:  # type: ignore[attr-defined]
                    connection.sendall(chunk)
            except OSError:
                pass  # the client has had enough

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._open = False
        self._socket.close()


def dripping(head: bytes, seconds: float = 300.0) -> Iterator[bytes]:
    """*head*, and then a letter now and again."""
    yield head
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield b"x"
        time.sleep(0.2)

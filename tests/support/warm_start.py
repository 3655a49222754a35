"""A process that has imported what ``scrapy`` commands import, and starts each command as a fork of itself.

A command needs more time for its imports than for its work. A fork starts with them done; it is a process of its own in
all that tests look at: its id, environment, folder, standard files, event loop, signals and exit code. The modules that
read the environment or install a reactor when they are imported are left to the fork.

It is one for all processes of pytest-xdist: the process that they belong to starts it and names it in their
environment. It ends with the process that has started it.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import runpy
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from support.surroundings import Surroundings

LATE = ("portalcrawl.settings", "twisted.internet.reactor")
"""Modules that a fork imports itself."""
OF_SCRAPY = ("commands", "contracts", "core", "downloadermiddlewares", "extensions", "pipelines", "spidermiddlewares")
"""Packages of Scrapy of which settings name modules, or of which it imports all."""
OTHERS = (
    *("scrapy.cmdline", "scrapy.crawler", "scrapy.dupefilters", "scrapy.pqueues", "scrapy.robotstxt", "scrapy.shell"),
    *("scrapy.squeues", "scrapy.statscollectors", "scrapy.utils.test", "protego", "tldextract", "tzdata.zoneinfo"),
    *("sqlalchemy.dialects.sqlite.pysqlite", "sqlalchemy.dialects.postgresql.psycopg"),
    *("twisted.internet.asyncioreactor", "twisted.web.client"),
)
"""Modules that are imported when Scrapy crawls."""
ADDRESS = "WARM_STARTER"
"""The variable of the environment that names the socket at which it is asked, an abstract one."""
MOST_BYTES = 1_000_000
"""Most bytes of a message to a command."""


class WarmProcess:
    """A command that runs in a fork; it is used like ``subprocess.Popen``.

    Its standard output and error are files without names, which hold as much as it writes, unless *output* takes both;
    under limits they are pipes, which hold 64 KB.
    """

    def __init__(self, args: Sequence[str], status: socket.socket, output: Sequence[IO[bytes]]) -> None:
        self.args = args
        self._status = status
        self._output = output
        self._received = b""
        while b"\n" not in self._received:
            self._receive()
        pid, _, self._received = self._received.partition(b"\n")
        self.pid = int(pid)
        self.returncode: int | None = None

    def _receive(self) -> None:
        received = self._status.recv(100)
        if not received:
            raise RuntimeError("the process that starts commands has ended")
        self._received += received

    def poll(self) -> int | None:
        """Return the exit code, negative for a signal; None while the command runs."""
        if self.returncode is None:
            self._status.setblocking(False)
            with suppress(BlockingIOError):
                self._receive()
            self._set_returncode()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end; return the exit code.

        :raises subprocess.TimeoutExpired: if it runs for longer than *timeout* seconds from now.
        """
        end = None if timeout is None else time.monotonic() + timeout
        while self.returncode is None:
            self._status.settimeout(None if end is None else max(end - time.monotonic(), 1e-6))
            try:
                self._receive()
            except TimeoutError:
                raise subprocess.TimeoutExpired(self.args, timeout or 0) from None
            self._set_returncode()
        return self.returncode

    def _set_returncode(self) -> None:
        if b"\n" in self._received:
            self.returncode = int(self._received)
            self._status.close()

    def send_signal(self, number: int) -> None:
        """Send a signal, unless the command has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Send SIGKILL, unless the command has ended."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Send SIGTERM, unless the command has ended."""
        self.send_signal(signal.SIGTERM)

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Wait for the end; return all output and errors, empty where they went elsewhere."""
        self.wait(timeout)
        found = []
        for file in self._output:
            if file.seekable():
                file.seek(0)
            found.append(file.read().decode("utf-8", "backslashreplace"))
        out, err = found or ("", "")
        return out, err

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.wait()


class WarmServer:
    """The process of which commands are forks."""

    def __init__(self, root: Path) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
            listener.bind("")  # the kernel finds an abstract address, which needs no file
            listener.listen(64)
            self.address = listener.getsockname()[1:].decode("ascii")
            # It ends when its standard input does, which is when this process ends.
            self._process = subprocess.Popen(
                [sys.executable, str(Path(__file__)), str(listener.fileno())],
                cwd=root,
                env={**os.environ, "PYTHONPATH": str(root)},
                stdin=subprocess.PIPE,
                pass_fds=[listener.fileno()],
            )


def share_server(root: Path) -> None:
    """Start the process of which commands are forks for all processes that this one starts."""
    global _shared
    _shared = WarmServer(root)
    os.environ[ADDRESS] = _shared.address


_shared: WarmServer | None = None


class WarmStarter:
    """Starts commands in forks of one process, which is shared where the environment names one."""

    def __init__(self, root: Path) -> None:
        self._own = None if ADDRESS in os.environ else WarmServer(root)
        address = self._own.address if self._own else os.environ[ADDRESS]
        self._control = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, MOST_BYTES)
        self._control.connect(f"\0{address}")
        self._lock = threading.Lock()

    def start(
        self,
        args: Sequence[str],
        cwd: Path,
        environment: dict[str, str],
        *,
        stdin: str = "",
        output: int | None = None,
        terminal: int | None = None,
        script: Path | None = None,
        surroundings: Surroundings | None = None,
    ) -> WarmProcess:
        """Start ``scrapy ARGS``, or *script* with *args*.

        :param stdin: what it reads from standard input.
        :param output: descriptor that takes both standard output and error.
        :param terminal: descriptor of a terminal, which takes the place of all three.
        :param surroundings: what it is started in, where that is not what this process is in.
        """
        job = {"args": list(args), "cwd": str(cwd), "environment": environment, "script": script and str(script)}
        job["surroundings"] = asdict(surroundings) if surroundings else {}
        with ExitStack() as stack:
            own: list[IO[bytes]] = []
            if terminal is not None:
                files = [terminal] * 3
            else:
                given = stack.enter_context(tempfile.TemporaryFile())
                given.write(stdin.encode())
                given.seek(0)
                files = [given.fileno(), *([output] * 2 if output is not None else [])]
                if output is None and surroundings and surroundings.limits:
                    for read, write in (os.pipe(), os.pipe()):  # limits on files are not for what it says
                        own.append(os.fdopen(read, "rb"))
                        files.append(write)
                        stack.callback(os.close, write)
                elif output is None:
                    own = [tempfile.TemporaryFile() for _ in range(2)]  # noqa: SIM115 - closed with the process
                    files += [each.fileno() for each in own]
            status, other = socket.socketpair()
            with other, self._lock:
                socket.send_fds(self._control, [json.dumps(job).encode()], [*files, other.fileno()])
        return WarmProcess(args, status, own)


def import_all() -> None:
    """Import what commands import, but for what must be imported late, and make what each crawl makes first."""
    import scrapy

    import portalcrawl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of modules that Scrapy deprecates
        for module in pkgutil.walk_packages(portalcrawl.__path__, "portalcrawl."):
            if module.name not in LATE:
                importlib.import_module(module.name)
        for module in pkgutil.walk_packages(scrapy.__path__, "scrapy."):
            if module.name.split(".")[1] in OF_SCRAPY:
                with suppress(ModuleNotFoundError):  # HTTP/2, which is an extra
                    importlib.import_module(module.name)
        for name in OTHERS:
            importlib.import_module(name)
    importlib.import_module("support.surroundings")
    look_up_packages()
    make_ready()
    loaded = [name for name in LATE if name in sys.modules]
    assert not loaded, f"{loaded} must not be imported before the fork"


def look_up_packages() -> None:
    """Keep what Scrapy asks about installed packages, which do not change: each command reads the files of all."""
    import scrapy.cmdline
    import scrapy.utils.versions

    scrapy.cmdline.entry_points = scrapy.cmdline.entry_points().select
    scrapy.utils.versions.version = cache(scrapy.utils.versions.version)
    scrapy.utils.versions.get_versions()


def make_ready() -> None:
    """Fill all caches of a process: compiled schemas, patterns and profiles, words, SQL of the tables."""
    from portalcrawl import read_page
    from portalcrawl.pipelines.validate import compiled
    from portalcrawl.profiles.catalog import Catalog
    from portalcrawl.storage.database import open_database
    from portalcrawl.vocabulary.expressions import LazyPattern
    from support.tinyportal import article, listing

    for kind in ("article", "teaser", "observation"):
        compiled(kind)
    for each in gc.get_objects():
        if isinstance(each, LazyPattern):
            _ = each.search, each.match, each.fullmatch
    Catalog(None)
    links = (
        "/news/die-stadt-baut-am-deich-4711223.html|Die Stadt baut",
        "/news/der-rat-tagt-4711224.html|Der Rat tagt",
    )
    read_page(article("Der Rat tagt", *links), "http://127.0.0.1/news/der-rat-tagt-4711225.html")
    read_page(listing("Aktuell", *links), "http://127.0.0.1/")
    with tempfile.TemporaryDirectory() as folder:
        open_database(f"sqlite:///{folder}/state.sqlite3").dispose()


def become(job: dict[str, Any]) -> None:
    """Run the command in this fork, whose standard files are in place."""
    from support.surroundings import Surroundings

    Surroundings(**job["surroundings"]).take()
    os.chdir(job["cwd"])
    os.environ.clear()
    os.environ.update(job["environment"])
    time.tzset()
    tempfile.tempdir = None  # the environment says anew where it is
    is_unbuffered = bool(os.environ.get("PYTHONUNBUFFERED"))
    sys.stdin = open(0, encoding="utf-8")  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", buffering=1 if is_unbuffered else -1)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1)  # noqa: SIM115
    sys.path[0] = ""
    given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    sys.path[1:1] = [path for path in given if path and path not in sys.path]
    script = job["script"]
    sys.argv = [script or "scrapy", *job["args"]]
    code: object = 0
    try:
        if script:
            runpy.run_path(script, run_name="__main__")
        else:
            runpy.run_module("scrapy", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        code = end.code or 0
    if isinstance(code, int):
        end_now(code)
    sys.exit(str(code))


def end_now(code: int) -> None:
    """End as an interpreter does, but for the deletion of all modules, which costs as much as a small crawl."""
    threading._shutdown()  # type: ignore[attr-defined] # waits for threads
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code & 0xFF)


def serve(listener: socket.socket, life: int) -> dict[str, Any] | None:
    """Start what those ask for who connect to *listener*, and tell how it ended, until the file *life* ends.

    :return: in a fork, its job; None in the process that has served.
    """
    running: dict[int, tuple[int, socket.socket]] = {}
    controls: dict[int, socket.socket] = {}
    with listener, selectors.DefaultSelector() as selector:
        selector.register(listener, selectors.EVENT_READ)
        selector.register(life, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fd == life:
                    return None
                if key.fd == listener.fileno():
                    control = listener.accept()[0]
                    controls[control.fileno()] = control
                    selector.register(control, selectors.EVENT_READ)
                elif key.fd in running:
                    selector.unregister(key.fd)
                    report_end(key.fd, *running.pop(key.fd))
                elif (asked := receive(controls[key.fd])) is None:
                    selector.unregister(key.fd)
                    controls.pop(key.fd).close()
                elif (started := start_fork(asked[1])) is None:
                    others = (*controls.values(), *(status for _, status in running.values()))
                    for handle in (*running, *(each.detach() for each in others)):
                        os.close(handle)
                    return json.loads(asked[0])  # type: ignore[no-any-return]
                else:
                    handle = os.pidfd_open(started[0])
                    running[handle] = started
                    selector.register(handle, selectors.EVENT_READ)


def receive(control: socket.socket) -> tuple[bytes, list[int]] | None:
    """Return the job that the other end of *control* asks for, with its files; None if that end is closed."""
    message, files, _, _ = socket.recv_fds(control, MOST_BYTES, 4)
    return (message, files) if message else None


def start_fork(files: Sequence[int]) -> tuple[int, socket.socket] | None:
    """Return the id of a new fork and the socket at which its end is awaited; None in the fork."""
    pid = os.fork()
    if pid == 0:
        for number, handle in enumerate(files[:3]):
            os.dup2(handle, number)
        for handle in files:
            os.close(handle)
        return None
    for handle in files[:3]:
        os.close(handle)
    status = socket.socket(fileno=files[3])
    status.send(b"%d\n" % pid)
    return pid, status


def report_end(handle: int, pid: int, status: socket.socket) -> None:
    """Tell the exit code of the fork *pid*, which has ended."""
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.close(handle)
    with status, suppress(OSError):  # nobody may wait for it
        status.send(b"%d\n" % code)


if __name__ == "__main__":
    sys.path.insert(1, str(Path(__file__).parents[1]))
    import_all()
    sys.path.pop(1)
    gc.freeze()  # a fork's collections then leave the pages that it shares as they are
    if job := serve(socket.socket(fileno=int(sys.argv[1])), life=0):
        become(job)
